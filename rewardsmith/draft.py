"""The draft of an environment's file: what a simulator was seen to be, for its author to go on.

Everything in it is what the simulator says of itself or did in a trial; what only a person can
know, names, units, the measure, is left open in comments.
"""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator, Sequence

from rewardsmith.records import Record

_WIDTH = 96
_MOST_CHOICES = 48
"""Slices of one observation that are offered."""
_TITLES = {
    "envpool": "EnvPool",
    "gymnasium": "Gymnasium",
    "playground": "MuJoCo Playground",
    "mjx": "MJX",
}


class Quantity(Record, frozen=True):
    """What can be a signal."""

    name: str
    description: str
    value: str
    """Code over `t`, the transitions."""
    shape: tuple[int, ...] = ()
    low: float | None = None
    high: float | None = None
    seen: tuple[float, float] | None = None
    """Its least and its largest number in the trial."""


class Sketch(Record, frozen=True):
    """What a trial found of a simulator."""

    backend: str
    identifier: str
    observed: str
    """In words, as are the actions."""
    acts: str
    time_limit: int | None
    seconds: float | None
    """Of one step, where the simulator tells it."""
    steps: int
    """Of the trial."""
    signals: tuple[Quantity, ...]
    choices: tuple[Quantity, ...] = ()
    """The numbers of an observation without names, one by one."""
    hidden: tuple[str, ...] = ()
    """Entries of `info` that tell the simulator's reward or success."""
    still: tuple[str, ...] = ()
    """Entries of `info` that never changed."""


def environment_source(name: str, sketch: Sketch, words: str) -> str:
    """The text of `environments/NAME.py`; without `words` that is what it lacks."""
    blocks = (
        _docstring(sketch),
        _how_to_go_on(name, sketch),
        "\n".join(_imports(sketch)),
        "\n".join(_environment(sketch, words)),
    )
    return "\n\n".join(blocks) + "\n"


def _docstring(sketch: Sketch) -> str:
    # A model is told this: where a file lies on a machine is none of its business.
    own = sketch.identifier.rpartition("/")[2] if sketch.backend == "mjx" else sketch.identifier
    title = f"{_plain(own)} of {_TITLES[sketch.backend]}"
    step = "" if sketch.seconds is None else f" ({sketch.seconds:.6g} s a step)"
    limit = sketch.time_limit
    lasts = "have no time limit" if limit is None else f"last {limit:,} steps at most"
    paragraph = f"It observes {sketch.observed} and takes {sketch.acts}.  Episodes {lasts}."
    first = textwrap.fill(f'"""{title}{step}.', _WIDTH)
    return f'{first}\n\n{textwrap.fill(paragraph, _WIDTH)}\n"""'


def _how_to_go_on(name: str, sketch: Sketch) -> str:
    told = (
        f"Drafted from {sketch.steps:,} random steps.  The text above, the signals' names, units "
        "and sentences, and the task's words are what a model is told: say there what moves, what "
        "the actions do and when an episode ends.  This tries the file:"
    )
    return f"{_comment(told, '')}\n#     rewardsmith environment check {name}"


def _imports(sketch: Sketch) -> Iterator[str]:
    if any("np." in signal.value for signal in sketch.signals):
        yield "import numpy as np\n"
    simulator = "MjxSimulator, " if sketch.backend == "mjx" else ""
    yield f"from rewardsmith.environments import Environment, {simulator}Signal, Task"


def _environment(sketch: Sketch, words: str) -> Iterator[str]:
    yield "environment = Environment("
    yield f"    backends={{{_text(sketch.backend)}: {_text(sketch.identifier)}}},"
    if sketch.backend == "mjx":
        yield "    simulator=MjxSimulator(),  # how episodes begin, and what is read"
    yield "    signals=("
    for signal in sketch.signals:
        yield from _signal(signal)
    yield from _remarks(sketch)
    yield "    ),"
    yield "    tasks=("
    yield from _task(sketch, words)
    yield "    ),"
    yield ")"


def _signal(signal: Quantity) -> Iterator[str]:
    arguments = [_text(signal.name), '""', _text(signal.description), f"lambda t: {signal.value}"]
    if signal.shape:
        arguments.append(f"shape={signal.shape!r}")
    arguments += [f"{end}={limit}" for end, limit in _limits(signal)]
    yield "        Signal("
    yield from (f"            {argument}," for argument in arguments)
    yield "        ),"


def _limits(signal: Quantity) -> list[tuple[str, str]]:
    ends = (("low", signal.low), ("high", signal.high))
    return [(end, repr(float(f"{limit:.7g}"))) for end, limit in ends if limit is not None]


def _remarks(sketch: Sketch) -> Iterator[str]:
    """What is no signal, and what could be."""
    margin = " " * 8
    if sketch.choices:
        told = (
            "A name says more than a number: keep of these what the task needs, each with a "
            "name, its unit and a sentence, in place of the whole observation."
        )
        yield _comment(told, margin)
        yield from (f"{margin}# {_choice(choice)}" for choice in sketch.choices[:_MOST_CHOICES])
        left = len(sketch.choices) - _MOST_CHOICES
        if left > 0:
            yield f"{margin}# and {left} more like them"
    if sketch.hidden:
        told = f"Hidden, for they may tell the simulator's reward: {_listed(sketch.hidden)}."
        yield _comment(told, margin)
    if sketch.still:
        yield _comment(f"The same on every step of the trial: {_listed(sketch.still)}.", margin)


def _choice(choice: Quantity) -> str:
    limits = "".join(f", {end}={limit}" for end, limit in _limits(choice))
    line = f'Signal({_text(choice.name)}, "", "", lambda t: {choice.value}{limits}),'
    if limits or choice.seen is None:
        return line
    return f"{line}  # was {choice.seen[0]:.3g} to {choice.seen[1]:.3g}"


def _task(sketch: Sketch, words: str) -> Iterator[str]:
    margin = " " * 12
    yield "        Task("
    yield f'{margin}name="task",'
    if not words:
        yield f"{margin}# What is wanted, in a sentence; nothing can be begun without it."
    yield from _words(words, margin)
    told = (
        "The measure of a step, which no model is ever shown.  Without one behaviours are "
        "compared, by a model, by you (--human) or by factors (--rank)."
    )
    yield _comment(told, margin)
    yield f"{margin}# fitness=lambda s: {_example(sketch.signals)},"
    yield f'{margin}# reduce="sum",  # how steps make an episode: sum, mean, max, min or last'
    yield f'{margin}# unit="",'
    yield f"{margin}# human_reward=lambda s: s.simulator_reward,  # a reference to compare with"
    yield f"{margin}steps=1_000_000,  # that one policy is trained for; simple tasks need far fewer"
    yield "        ),"


def _words(words: str, margin: str) -> Iterator[str]:
    line = f"{margin}words={_text(words)},"
    if len(line) <= _WIDTH:
        yield line
        return
    parts = textwrap.wrap(words, _WIDTH - len(margin) - 12, drop_whitespace=False)
    yield f"{margin}words=("
    yield from (f"{margin}    {_text(part)}" for part in parts)
    yield f"{margin}),"


def _example(signals: Sequence[Quantity]) -> str:
    """A fitness that can be computed, for want of the right one."""
    if not signals:
        return "s.simulator_reward"
    signal = min(signals, key=lambda signal: len(signal.shape))
    return f"s.{signal.name}" + "".join("[..., 0]" for _ in signal.shape)


def _comment(text: str, margin: str) -> str:
    lead = f"{margin}# "
    return textwrap.fill(
        text, _WIDTH, initial_indent=lead, subsequent_indent=lead, break_on_hyphens=False
    )


def _listed(names: Sequence[str]) -> str:
    return ", ".join(map(_plain, names))


def _plain(name: str) -> str:
    """A name of the simulator's that can stand in a text and in a comment."""
    return "".join(c if c.isprintable() and c not in '"\\' else "?" for c in name)


def _text(text: str) -> str:
    """A Python literal with double quotes."""
    return json.dumps(text, ensure_ascii=not text.isprintable())
