"""Findings about movement: never left the start, stalled, to and fro, spinning, actions."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.endings import MOSTLY, paid
from rewardsmith.analyzer.evidence import Array, EpisodeRows, Evidence, finding, number
from rewardsmith.records import Finding

MOVED = 0.1
"""Part of some signal's range that an agent has to leave the start by, in nine steps of ten."""
STILL = 0.03
"""Part of the episode's own span within which a signal stands still."""
STALL_STEPS = 40
"""Shorter episodes do not stall."""
STALL_GAIN = 0.05
"""Part of the fitness gained in the last third, up to which an agent has stopped."""
SWINGS = 4
"""Crossings of the middle that make a to and fro: a mountain car's take 50 steps each."""
SMOOTH = 0.5
"""Correlation of successive values below which a signal is noise and not a swing."""
RATES = ("/s", "/step")
"""How the unit of a signal ends that measures movement itself."""
TURNS = 2.0
"""Full turns in one direction that make a spin."""
ONE_WAY = 0.8
"""Part of all turning that goes in one direction in a spin."""
AT_BOUND = 0.01
"""Part of an action's range from its end that still counts as at the end."""
SATURATED = 0.9
"""Share of action values at an end from which actions are saturated: gaits stay well below."""
SAME_ACTION = 0.98
"""Share of steps with one action from which it is always the same."""
CHATTER = 0.8
"""Share of steps on which the action's change turns round, from which it chatters."""


def motion_findings(evidence: Evidence) -> Iterator[Finding]:
    """What the agent did, from signals and actions; nothing where the task is solved."""
    if evidence.solved or not evidence.rows:
        return
    moved = [*_never_moved(evidence)]
    spinning = [*_spinning(evidence)] if not moved else []
    yield from moved or spinning or [*_stalled(evidence)] or [*_oscillating(evidence)]
    yield from [*_same_action(evidence)] or [*_saturated(evidence)]
    yield from _chattering(evidence)


def _never_moved(evidence: Evidence) -> Iterator[Finding]:
    """Every signal stays where the episode began, measured by the range that the bank saw."""
    if evidence.improved and not evidence.failing:
        return
    far = [(e, *_displacement(e, evidence)) for e in evidence.rows]
    known = [(e, part, name) for e, part, name in far if name]
    if not known or float(np.median([part for _, part, _ in known])) >= MOVED:
        return
    episode, part, name = max(known, key=lambda item: item[1])
    values = episode.scalars[name]
    sentence = (
        f"The agent never left the start: of all signals {name} moved most, and stayed within "
        f"{part:.1%} of its range ({number(evidence.width(name))}): {episode.place}, steps 0 to "
        f"{episode.length - 1}, from {number(float(values.min()))} to "
        f"{number(float(values.max()))}."
    )
    yield finding("never_moved", 0.7, sentence + paid(evidence))


def _displacement(episode: EpisodeRows, evidence: Evidence) -> tuple[float, str]:
    """How far the agent gets from its start in some signal, as part of its range; which one.

    What is measured by the second (a velocity) is movement where it is not 0.
    """
    parts: dict[str, float] = {}
    for name, values in episode.scalars.items():
        width = evidence.width(name)
        rate = evidence.facts.units.get(name.partition("[")[0], "").endswith(RATES)
        start = 0.0 if rate else values[0]
        if width is not None:
            parts[name] = float(np.quantile(np.abs(values - start), 0.9)) / width
    if not parts:
        return 0.0, ""
    name = max(parts, key=lambda key: (parts[key], key))
    return parts[name], name


def _stalled(evidence: Evidence) -> Iterator[Finding]:
    """Moved at first, then every signal stands still for the last third."""
    stalls = [(e, step) for e in evidence.rows if (step := _stall_step(e)) is not None]
    if len(stalls) < MOSTLY * len(evidence.rows) or not (
        evidence.failing or _gained_nothing_late(evidence)
    ):
        return
    episode, step = min(stalls, key=lambda pair: (pair[1], pair[0].seed, pair[0].number))
    told = ", ".join(
        f"{name} {number(float(values[-1]))}" for name, values in list(episode.scalars.items())[:3]
    )
    sentence = (
        f"{len(stalls)} of {len(evidence.rows)} recorded episodes stall: {episode.place} stands "
        f"still from step {step} to its end at {episode.length} with {told}."
    )
    yield finding("stalled", 0.68, sentence + paid(evidence, [e.after(n) for e, n in stalls]))


def _stall_step(episode: EpisodeRows) -> int | None:
    """The step from which nothing moves any more; None where it moves in the last third."""
    spans = {n: v for n, v in episode.scalars.items() if float(np.ptp(v)) > 0}
    if episode.length < STALL_STEPS or not spans:
        return None
    if episode.record is not None and episode.record.terminated:
        return None
    moving = np.zeros(episode.length, dtype=bool)
    for values in spans.values():
        moving |= np.abs(values - values[-1]) > STILL * float(np.ptp(values))
    last = int(np.flatnonzero(moving)[-1]) + 1 if moving.any() else 0
    return last if last <= episode.length * 2 // 3 else None


def _gained_nothing_late(evidence: Evidence) -> bool:
    """Whether the last third of the episodes adds next to nothing to the fitness."""
    fitness = [e.arrays["fitness"] for e in evidence.rows if "fitness" in e.arrays]
    gross = sum(float(np.abs(f).sum()) for f in fitness)
    late = sum(float(f[len(f) * 2 // 3 :].sum()) for f in fitness)
    return bool(fitness) and late <= STALL_GAIN * gross


def _oscillating(evidence: Evidence) -> Iterator[Finding]:
    """To and fro around a middle until the time is over, getting nowhere."""
    judged = evidence.facts.success is not None or evidence.facts.maximum is not None
    if not evidence.failing or not (judged or evidence.nowhere):
        return
    lasted = [e for e in evidence.rows if e.record is None or not e.record.terminated]
    swings = [(e, *_swings(e, evidence)) for e in lasted]
    swings = [item for item in swings if item[2]]
    if not swings or len(swings) < MOSTLY * len(evidence.rows):
        return
    episode, count, name = max(swings, key=lambda item: (item[1], item[0].seed, item[0].number))
    values = episode.scalars[name]
    low, high = float(values.min()), float(values.max())
    sentence = (
        f"{len(swings)} of {len(evidence.rows)} recorded episodes go to and fro and get nowhere: "
        f"{episode.place}, {name} crosses its middle {count} times in {episode.length} steps, "
        f"between {number(low)} and {number(high)}."
    )
    yield finding("oscillating", 0.72, sentence + paid(evidence, [e for e, _, _ in swings]))


def _swings(episode: EpisodeRows, evidence: Evidence) -> tuple[int, str]:
    """The most crossings of a signal's middle, and which signal; 0 and nothing where none."""
    best = (0, "")
    for name, values in episode.scalars.items():
        span = float(np.ptp(values))
        width = evidence.width(name)
        if span <= 0 or (width is not None and span < MOVED * width):
            continue
        smooth = stats.pearson(values[:-1], values[1:])
        count = _crossings(values, span)
        late = _crossings(values[episode.length // 2 :], span)
        enough = count >= SWINGS and late >= SWINGS // 2 and count <= episode.length // 4
        if enough and smooth is not None and smooth >= SMOOTH and count > best[0]:
            best = (count, name)
    return best


def _crossings(values: Array, span: float) -> int:
    """How often the values go from one side of their middle to the other, clearly."""
    distance = values - (values.min() + values.max()) / 2
    sides = np.sign(distance[np.abs(distance) > 0.1 * span])
    return int(np.count_nonzero(np.diff(sides)))


def _spinning(evidence: Evidence) -> Iterator[Finding]:
    """An angle that keeps turning in one direction."""
    if not evidence.failing:
        return
    spins = [(e, *spin) for e in evidence.rows if (spin := _spin(e, evidence)) is not None]
    if len(spins) < MOSTLY * len(evidence.rows):
        return
    episode, name, turns = max(spins, key=lambda item: (abs(item[2]), item[0].seed))
    sentence = (
        f"{len(spins)} of {len(evidence.rows)} recorded episodes spin: {episode.place}, {name} "
        f"makes {abs(turns):.1f} turns one way in steps 0 to {episode.length - 1}."
    )
    yield finding("spinning", 0.74, sentence + paid(evidence, [e for e, _, _ in spins]))


def _spin(episode: EpisodeRows, evidence: Evidence) -> tuple[str, float] | None:
    """The angle (a signal in rad) that turns farthest one way, and its turns."""
    best: tuple[str, float] | None = None
    for name, values in episode.scalars.items():
        if evidence.facts.units.get(name.partition("[")[0]) != "rad" or episode.length <= 1:
            continue
        steps = np.diff(np.unwrap(values))
        net, gross = float(steps.sum()), float(np.abs(steps).sum())
        turns = net / (2 * np.pi)
        if (
            abs(turns) >= TURNS
            and abs(net) >= ONE_WAY * gross
            and abs(turns) > abs(best[1] if best else 0)
        ):
            best = (name, turns)
    return best


def _actions(evidence: Evidence) -> Array:
    """All recorded actions, (rows, dimensions)."""
    actions = evidence.pooled("action")
    return actions.reshape(len(actions), -1) if actions.size else np.zeros((0, 1))


def _bounds(evidence: Evidence) -> tuple[Array, Array] | None:
    """Low and high of a continuous action; None where discrete or not known."""
    space = evidence.facts.action_space
    if space.discrete or not space.low:
        return None
    low, high = np.array(space.low), np.array(space.high)
    return (low, high) if np.isfinite(low).all() and np.isfinite(high).all() else None


def _same_action(evidence: Evidence) -> Iterator[Finding]:
    """The policy does not react: one action whatever it sees."""
    actions, bounds = _actions(evidence), _bounds(evidence)
    if not len(actions):
        return
    if evidence.facts.action_space.discrete:
        values, counts = np.unique(actions[:, 0], return_counts=True)
        share, told = float(counts.max()) / len(actions), number(float(values[counts.argmax()]))
    elif bounds is not None:
        middle = np.median(actions, axis=0)
        close = np.abs(actions - middle) <= AT_BOUND * (bounds[1] - bounds[0])
        share = float(close.all(axis=1).mean())
        told = ", ".join(number(float(value)) for value in middle[:8])
    else:
        return
    if share >= SAME_ACTION:
        yield finding(
            "same_action",
            0.6,
            f"The policy takes the same action ({told}) on {share:.0%} of "
            f"{len(actions)} steps, whatever it sees.",
        )


def _saturated(evidence: Evidence) -> Iterator[Finding]:
    """Continuous actions at their bounds nearly all the time."""
    actions, bounds = _actions(evidence), _bounds(evidence)
    if bounds is None or not len(actions):
        return
    low, high = bounds
    margin = AT_BOUND * (high - low)
    at_end = (actions <= low + margin) | (actions >= high - margin)
    share = float(at_end.mean())
    if share >= SATURATED:
        worst = int(at_end.mean(axis=0).argmax())
        yield finding(
            "saturated_actions",
            0.62 if evidence.failing else 0.45,
            f"{share:.0%} of the action values lie at a bound ({len(actions)} steps; dimension "
            f"{worst}: {at_end[:, worst].mean():.0%} between {number(float(low[worst]))} and "
            f"{number(float(high[worst]))}): nothing in the reward holds them back.",
        )


def _chattering(evidence: Evidence) -> Iterator[Finding]:
    """The action turns round on nearly every step."""
    bounds = _bounds(evidence)
    if bounds is None or not evidence.failing:
        return
    turned: list[float] = []
    for episode in evidence.rows:
        if "action" in episode.arrays and episode.length > STALL_STEPS:
            actions = episode.arrays["action"].astype(np.float64).reshape(episode.length, -1)
            change = np.diff(actions, axis=0) / (bounds[1] - bounds[0])
            clear = np.abs(change) > MOVED
            turned.append(float(np.mean((change[1:] * change[:-1] < 0) & clear[1:] & clear[:-1])))
    if turned and float(np.median(turned)) >= CHATTER:
        yield finding(
            "chattering",
            0.42,
            f"The action turns round on {np.median(turned):.0%} of the steps (median over "
            f"{len(turned)} episodes): it chatters.",
        )
