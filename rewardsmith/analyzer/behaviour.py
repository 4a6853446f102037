"""Behaviour: what a policy did, as text without any measure of it, for whoever has to compare.

Numbers of the signals alone: what the reward paid is left out, for who compares behaviours must
not be told what they were paid for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, gather, number
from rewardsmith.analyzer.facts import EnvironmentFacts
from rewardsmith.analyzer.happenings import event_lines
from rewardsmith.analyzer.table import episode_lines
from rewardsmith.records import MemberResult, TrainResult

LONGEST = 5_000
"""Characters of the whole text."""
MOST_SIGNALS = 24
"""Numbers of the signals that are told, the first ones declared."""
QUARTERS = 4
COURSE = 8
"""Steps of one episode that are quoted."""
NEAR_LIMIT = 0.99
"""Part of the way to an action's limit from which it counts as being at it."""


def behaviour_text(
    member: MemberResult, arrays: Mapping[str, Array] | None, facts: EnvironmentFacts
) -> str:
    """What one policy did in its evaluation: ends, events, signals, actions.

    `arrays` are its recorded episodes, None where they are lost.
    """
    result = TrainResult(reward=member.reward, purpose="", members=(member,))
    evidence = gather(result, {} if arrays is None else {member.seed: arrays}, facts)
    return "\n".join(
        [
            *episode_lines(evidence.episodes, evidence.limit),
            *event_lines(evidence),
            *behaviour_lines(evidence),
        ]
    )[:LONGEST]


def behaviour_lines(evidence: Evidence) -> list[str]:
    """Signals and actions over the recorded episodes, and one of them step by step."""
    if not evidence.rows:
        return ["No episode was recorded step by step."]
    names = list(evidence.rows[0].scalars)[:MOST_SIGNALS]
    title = (
        f"Signals over {len(evidence.rows)} recorded episodes (mean at the first step | mean in "
        "each quarter of the episode | mean at the last step | lowest, highest | spread of the "
        "episodes' means):"
    )
    lines = [title, *(_signal_line(name, evidence) for name in names)]
    lines += _action_lines(evidence)
    return lines + _course_lines(evidence.rows, names)


def _signal_line(name: str, evidence: Evidence) -> str:
    series = [s[name] for e in evidence.rows if name in (s := e.scalars)]
    unit = evidence.facts.units.get(name.partition("[")[0], "")
    title = f"  {name} [{unit}]" if unit else f"  {name}"
    parts = [
        float(np.mean([np.mean(np.array_split(s, QUARTERS)[k]) for s in series if len(s) > k]))
        for k in range(QUARTERS)
        if any(len(s) > k for s in series)
    ]
    first, last = (float(np.mean([s[place] for s in series])) for place in (0, -1))
    every = np.concatenate(series)
    between = float(np.std([np.mean(s) for s in series]))
    return (
        f"{title}: {number(first)} | {' '.join(number(part) for part in parts)} | {number(last)} "
        f"| {number(float(every.min()))}, {number(float(every.max()))} | {number(between)}"
    )


def _action_lines(evidence: Evidence) -> list[str]:
    """How the policy acts: choices and changes, or sizes, jerks and limits."""
    actions = [np.asarray(e.arrays["action"], np.float64) for e in evidence.rows if _acts(e)]
    if not actions:
        return []
    space = evidence.facts.action_space
    if space.count is not None:
        every = np.concatenate([a.reshape(-1) for a in actions])
        shares = [float(np.mean(every == choice)) for choice in range(space.count)]
        changed = float(np.mean(np.concatenate([np.diff(a.reshape(-1)) != 0 for a in actions])))
        told = ", ".join(f"{choice}: {share:.0%}" for choice, share in enumerate(shares))
        return [f"Actions chosen: {told}; another one than the step before: {changed:.0%}."]
    flat = [a.reshape(len(a), -1) for a in actions]
    every = np.concatenate(flat)
    jerk = np.concatenate([np.abs(np.diff(a, axis=0)) for a in flat])
    text = f"Actions: mean size {number(float(np.abs(every).mean()))}"
    if jerk.size:
        text += f", mean change in a step {number(float(jerk.mean()))}"
    if len(space.low) == every.shape[1]:
        low, high = np.array(space.low), np.array(space.high)
        room = (1 - NEAR_LIMIT) * (high - low) / 2
        text += f", at a limit {float(np.mean((every <= low + room) | (every >= high - room))):.0%}"
    return [f"{text}."]


def _acts(episode: EpisodeRows) -> bool:
    return "action" in episode.arrays and episode.length > 1


def _course_lines(rows: Sequence[EpisodeRows], names: Sequence[str]) -> list[str]:
    """The episode of median length at a few equally spaced steps."""
    ordered = sorted(rows, key=lambda e: (e.length, e.seed, e.number))
    shown = ordered[len(ordered) // 2]
    known = shown.scalars
    steps = np.unique(np.linspace(0, shown.length - 1, COURSE).round().astype(np.int64))
    lines = [f"One episode, at steps {' '.join(str(step) for step in steps)}:"]
    for name in names:
        if name in known:
            values = " ".join(number(float(v)) for v in known[name][steps])
            lines.append(f"  {name}: {values}")
    return lines
