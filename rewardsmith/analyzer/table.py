"""The numbers of a training as plain text, for the prompt and for `show`."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.agreement import (
    Base,
    along_training,
    over_checkpoints,
    trained_agreement,
)
from rewardsmith.analyzer.components import ComponentNumbers
from rewardsmith.analyzer.evidence import Evidence, number, signed
from rewardsmith.analyzer.happenings import event_lines
from rewardsmith.analyzer.within import along_episode
from rewardsmith.records import Episode, Score

LONGEST = 3900
"""Characters of the whole text: a prompt holds several of them."""
MOST_COMPONENTS = 12
"""Components that are told, the largest share first."""
MOST_SIGNALS = 8
"""Signals of which is told where they were, the first declared first."""


def numbers_text(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], base: Base | None = None
) -> str:
    """Score, episodes, training at ten points, components; under 4 KB."""
    head = [_score_line(evidence)] if evidence.facts.measured else []
    head += episode_lines(evidence.episodes, evidence.limit)
    head += [*event_lines(evidence), *_signal_lines(evidence), *along_episode(evidence)]
    head += _training_lines(evidence)
    head += _agreement_lines(evidence, base)
    for most in range(min(MOST_COMPONENTS, len(numbers)), -1, -1):
        text = "\n".join([*head, *_component_lines(evidence, numbers, most)])
        if len(text) <= LONGEST:
            return text
    return "\n".join(head)[:LONGEST]


def score_text(score: Score | None, unit: str = "") -> str:
    """`12.3 m (95 % interval 10.1 to 14.0, 8 seeds)`; of few seeds it is their range."""
    if score is None:
        return "none: training failed"
    value = number(score.value) + (f" {unit}" if unit else "")
    if not stats.has_interval(score):
        return f"{value} (one seed: no interval)"
    what = "range" if stats.is_range(score) else "95 % interval"
    return f"{value} ({what} {number(score.low)} to {number(score.high)}, {score.seeds} seeds)"


def _score_line(evidence: Evidence) -> str:
    facts = evidence.facts
    seeds = ", ".join(f"{m.seed}: {number(m.fitness)}" for m in evidence.members[:8])
    text = f"Task score: {score_text(evidence.score, facts.unit)}"
    text += f"; by seed {seeds}." if seeds else "."
    if facts.maximum is not None:
        text += f" The most possible is {number(facts.maximum)}."
    if facts.success is not None and evidence.episodes:
        done = sum(e.fitness >= facts.success for e in evidence.episodes)
        text += (
            f" Success ({number(facts.success)} or more): {done} of "
            f"{len(evidence.episodes)} episodes."
        )
    return text


def episode_lines(episodes: Sequence[Episode], limit: int | None) -> list[str]:
    """How many episodes there were, how long, and what ended them."""
    if not episodes:
        return []
    lengths = [e.length for e in episodes]
    ended = [e.length for e in episodes if e.terminated]
    of = "" if limit is None else f" of {limit}"
    text = (
        f"Episodes: {len(episodes)}, median length {np.median(lengths):.0f} "
        f"({min(lengths)} to {max(lengths)}){of}; ended by the simulator {len(ended)}"
    )
    if ended:
        text += f" (median step {np.median(ended):.0f})"
    return [f"{text}, by the time limit {len(episodes) - len(ended)}."]


def _signal_lines(evidence: Evidence) -> list[str]:
    """Where the scalar signals were, and where when episodes ended."""
    told: list[str] = []
    for name in evidence.facts.units:
        values = evidence.pooled(name)
        if values.ndim != 1 or not values.size or not np.isfinite(values).all():
            continue
        ends = [float(e.arrays[name][-1]) for e in evidence.rows if name in e.arrays]
        quantiles = " ".join(number(float(q)) for q in np.quantile(values, (0.05, 0.5, 0.95)))
        told.append(f"{name} {quantiles} | {number(float(np.median(ends)))}")
    if not told:
        return []
    shown = "; ".join(told[:MOST_SIGNALS])
    return [f"Signals (5%, 50%, 95% of the recorded steps are below | median at the end): {shown}."]


def _agreement_lines(evidence: Evidence, base: Base | None) -> list[str]:
    """How the reward goes with the task score: on simple policies, on trained ones, in training."""
    told = [
        f"{who} {_relation(a.steps)}, {_relation(a.episodes)}"
        for who, a in (
            ("simple policies", None if base is None else base.total),
            ("the trained ones", trained_agreement(evidence)),
        )
        if a is not None and (a.steps is not None or a.episodes is not None)
    ]
    lines: list[str] = []
    if told:
        what = "Correlation of reward and task score by step within episodes, by episode"
        lines.append(f"{what}: {'; '.join(told)}.")
    along = {
        "along training": along_training(evidence),
        "over evaluations at checkpoints": over_checkpoints(evidence),
    }
    known = [
        f"{relation:+.2f} {where}" for where, relation in along.items() if relation is not None
    ]
    if known:
        lines.append(f"Rank correlation of return and task score: {', '.join(known)}.")
    return lines


def _row(values: Sequence[float | None]) -> str:
    return " ".join(number(value) for value in values)


def _training_lines(evidence: Evidence) -> list[str]:
    if not evidence.members or not evidence.members[0].curve_steps:
        return []
    steps = evidence.members[0].curve_steps
    lines = [f"Training, mean over seeds, at steps {' '.join(str(s) for s in steps)}:"]
    curves = (("task score", "fitness"), ("return", "return"), ("length", "length"))
    for title, kind in curves if evidence.facts.measured else curves[1:]:
        if curve := evidence.curve(kind):
            lines.append(f"  {title}: {_row(curve)}")
    return lines


def _component_lines(
    evidence: Evidence, numbers: tuple[ComponentNumbers, ...], most: int
) -> list[str]:
    if not numbers:
        return []
    measured = evidence.facts.measured
    score = "correlation with the task score by step within episodes, by episode"
    title = (
        "Components on the trained policies' steps (mean a step | share of the spread | spread | "
        f"active{f' | {score}' if measured else ''}), then along training:"
    )
    lines = [title]
    for n in numbers[:most]:
        relations = f" | {_relation(n.steps)}, {_relation(n.episodes)}" if measured else ""
        lines.append(
            f"  {n.name}: {signed(n.mean)} | {n.share:.0%} | {number(n.spread)} | "
            f"{n.active:.0%}{relations}"
        )
        if mean := evidence.component_curve(n.name, "mean"):
            lines.append(f"    mean: {_row(mean)}")
        if share := evidence.component_curve(n.name, "share"):
            percents = " ".join("-" if v is None else f"{100 * v:.0f}" for v in share)
            lines.append(f"    share in %: {percents}")
    if len(numbers) > most:
        lines.append(f"  and {len(numbers) - most} more with smaller shares")
    return lines


def _relation(value: float | None) -> str:
    return "-" if value is None else f"{value:+.2f}"
