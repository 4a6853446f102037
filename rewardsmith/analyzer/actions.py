"""Findings about actions: always the same, at their bounds, turning round on every step."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.episodes import Array
from rewardsmith.analyzer.evidence import Evidence, finding, number, signed
from rewardsmith.backends import ActionSpace
from rewardsmith.records import Finding

AT_BOUND = 0.01
"""Part of an action's range from its end that still counts as at the end."""
SATURATED = 0.9
"""Share of action values at an end from which actions are saturated: gaits stay well below."""
SAME_ACTION = 0.98
"""Share of steps with one action from which it is always the same."""
CHATTER = 0.8
"""Share of steps on which the action's change turns round, from which it chatters."""
CLEAR = 0.1
"""Part of an action's range that a change has to exceed to count as one."""
WITH_EFFORT = 0.9
"""Correlation with the size of the actions from which a component pays for nothing else."""
RULES = 0.5
"""Part of all that is paid and charged from which a component rules."""
ENOUGH_ROWS = 100
"""Fewer recorded steps than this are not correlated."""
FEW_STEPS = 40
"""Shorter episodes do not chatter."""


def action_findings(evidence: Evidence) -> Iterator[Finding]:
    """What the policy did with its actions, whatever came of it."""
    yield from _effort_paid(evidence)
    yield from [*_same_action(evidence)] or [*_saturated(evidence)]
    yield from _chattering(evidence)


def _actions(evidence: Evidence) -> Array:
    """All recorded actions, (rows, dimensions)."""
    actions = evidence.pooled("action")
    return actions.reshape(len(actions), -1) if actions.size else np.zeros((0, 1))


def efforts_of(actions: Array, space: ActionSpace) -> tuple[Array, ...]:
    """Sums of the sizes of actions, and of their squares, (rows,); 1 is a dimension's bound.

    `actions` are (rows, ...); nothing where they are discrete or have no bounds.
    """
    bounds = _limits(space)
    if bounds is None:
        return ()
    low, high = bounds
    sizes = np.abs(actions.reshape(len(actions), -1) - (low + high) / 2) / ((high - low) / 2)
    return sizes.sum(axis=1), (sizes**2).sum(axis=1)


def _bounds(evidence: Evidence) -> tuple[Array, Array] | None:
    return _limits(evidence.facts.action_space)


def _limits(space: ActionSpace) -> tuple[Array, Array] | None:
    """Low and high of a continuous action; None where discrete or not known."""
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
            0.62 if evidence.worth_telling else 0.45,
            f"{share:.0%} of the action values lie at a bound ({len(actions)} steps; dimension "
            f"{worst}: {at_end[:, worst].mean():.0%} between {number(float(low[worst]))} and "
            f"{number(float(high[worst]))}): {_why(evidence)}.",
        )


def _why(evidence: Evidence) -> str:
    payer = _pays_for_effort(evidence)
    return f"{payer[0]} pays for it" if payer else "nothing in the reward holds them back"


def _pays_for_effort(evidence: Evidence) -> tuple[str, float] | None:
    """The component whose income is the size of the actions, and the correlation."""
    actions, bounds = _actions(evidence), _bounds(evidence)
    if bounds is None or len(actions) < ENOUGH_ROWS:
        return None
    efforts = efforts_of(actions, evidence.facts.action_space)
    found: dict[str, float] = {}
    for name in evidence.components:
        column = evidence.component(name)
        if len(column) == len(actions) and column.mean() > 0:
            known = [stats.pearson(column, effort) for effort in efforts]
            found[name] = max((value for value in known if value is not None), default=0.0)
    best = max(found, key=lambda name: (found[name], name), default=None)
    return (best, found[best]) if best is not None and found[best] >= WITH_EFFORT else None


def _effort_paid(evidence: Evidence) -> Iterator[Finding]:
    """Acting is paid, whatever it brings: an effort's cost with the wrong sign."""
    payer = _pays_for_effort(evidence) if evidence.failing else None
    if payer is None:
        return
    name, relation = payer
    mean = float(evidence.component(name).mean())
    gross = sum(abs(float(evidence.component(n).mean())) for n in evidence.components)
    if mean < RULES * gross:
        return
    yield finding(
        "effort_paid",
        0.75,
        f"{name} pays for the size of the actions, whatever they bring: {signed(mean)} a step, "
        f"{mean / gross:.0%} of all that is paid and charged (correlation {relation:+.2f} over "
        f"{len(evidence.component(name))} steps). Check its sign.",
    )


def _chattering(evidence: Evidence) -> Iterator[Finding]:
    """The action turns round on nearly every step."""
    bounds = _bounds(evidence)
    if bounds is None or not evidence.worth_telling:
        return
    turned: list[float] = []
    for episode in evidence.rows:
        if "action" in episode.arrays and episode.length > FEW_STEPS:
            actions = episode.arrays["action"].astype(np.float64).reshape(episode.length, -1)
            change = np.diff(actions, axis=0) / (bounds[1] - bounds[0])
            clear = np.abs(change) > CLEAR
            turned.append(float(np.mean((change[1:] * change[:-1] < 0) & clear[1:] & clear[:-1])))
    if turned and float(np.median(turned)) >= CHATTER:
        yield finding(
            "chattering",
            0.42,
            f"The action turns round on {np.median(turned):.0%} of the steps (median over "
            f"{len(turned)} episodes): it chatters.",
        )
