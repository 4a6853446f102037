"""Findings by ranked factors: they say which of two episodes is better where no fitness does.

Only recorded episodes can be compared, those of the trained policies and those at checkpoints.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from rewardsmith.analyzer.agreement import BACKWARDS, ENOUGH_PAIRS
from rewardsmith.analyzer.endings import ENOUGH, MOSTLY
from rewardsmith.analyzer.episodes import Array, EpisodeRows
from rewardsmith.analyzer.evidence import Evidence, finding
from rewardsmith.analyzer.turning import changed_since
from rewardsmith.records import Finding

CLEARLY = 0.8
"""Share of the pairs from which one group of episodes stands before another."""
APART = 0.9
"""The same for the best seed against the worst: of several seeds some are always apart."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Who of all recorded episodes is preferred to whom."""

    episodes: tuple[EpisodeRows, ...]
    """The trained policies' first, then those on the way that were recorded to their end."""
    preferred: Array
    """(episodes, episodes): 1 the row's, 0 the column's, 1/2 neither."""

    def share(self, first: Sequence[EpisodeRows], second: Sequence[EpisodeRows]) -> float:
        """In what part of their pairs the first are preferred, neither counting half."""
        place = {id(episode): k for k, episode in enumerate(self.episodes)}
        rows, columns = ([place[id(e)] for e in part] for part in (first, second))
        return float(self.preferred[np.ix_(rows, columns)].mean())


def standing_of(evidence: Evidence) -> Standing | None:
    """Where every recorded episode stands; None without a ranking that can be told."""
    ranking = evidence.facts.ranking
    if ranking is None or not evidence.rows:
        return None
    earlier = (e for rows in evidence.earlier.values() for e in rows if e.whole)
    episodes = (*evidence.rows, *earlier)
    preferred = ranking.compare([episode.arrays for episode in episodes])
    return None if preferred is None else Standing(episodes, preferred)


def ended_against_lasted(evidence: Evidence) -> str:
    """How episodes that the simulator ended stand to the others, as a sentence; may be empty."""
    standing = standing_of(evidence)
    ended = [e for e in evidence.rows if e.terminated]
    lasted = [e for e in evidence.rows if not e.terminated]
    if standing is None or min(len(ended), len(lasted)) < ENOUGH:
        return ""
    share = standing.share(ended, lasted)
    return (
        f" By the ranking they are preferred to those that lasted in {share:.0%} of "
        f"{len(ended) * len(lasted)} pairs."
    )


def ranking_findings(evidence: Evidence) -> Iterator[Finding]:
    """A reward against the ranking, what was had and lost again, seeds that differ."""
    standing = standing_of(evidence)
    if standing is None:
        return
    yield from _against(standing)
    yield from _lost(standing, evidence)
    yield from _uneven(standing, evidence)


def _against(standing: Standing) -> Iterator[Finding]:
    """The preferred of two episodes has the smaller return."""
    known = [k for k, e in enumerate(standing.episodes) if "total" in e.arrays]
    returns = np.array([float(standing.episodes[k].arrays["total"].sum()) for k in known])
    better = standing.preferred[np.ix_(known, known)] == 1.0
    if better.sum() < ENOUGH_PAIRS:
        return
    lead = (returns[:, None] - returns)[better]
    share = float(np.mean((lead > 0) + 0.5 * (lead == 0)))
    if share <= BACKWARDS:
        yield finding(
            "wrong_sign",
            0.88,
            "The reward falls where the ranking rises: of two recorded episodes the preferred one "
            f"has more return in only {share:.0%} of {len(lead)} pairs (chance is 50%). Check the "
            "signs.",
        )


def _lost(standing: Standing, evidence: Evidence) -> Iterator[Finding]:
    """Episodes at a checkpoint are preferred to the last ones of the same seed."""
    found: list[tuple[int, int, float, int]] = []
    for seed in sorted({e.seed for e in evidence.rows}):
        now = [e for e in evidence.rows if e.seed == seed]
        marks = [
            (standing.share(whole, now), -steps, len(whole) * len(now))
            for (of, steps), rows in evidence.earlier.items()
            if of == seed and (whole := [e for e in rows if e.whole])
        ]
        share, steps, pairs = max(marks, default=(0.0, 0, 0))
        if share >= CLEARLY:
            found.append((seed, -steps, share, pairs))
    seeds = len({e.seed for e in evidence.rows})
    if not found or len(found) < MOSTLY * seeds:
        return
    seed, steps, share, pairs = found[0]
    yield finding(
        "solved_then_lost",
        0.71,
        f"Had, then lost by the ranking in {len(found)} of {seeds} seeds: seed {seed}'s episodes "
        f"recorded at step {steps} are preferred to its last ones in {share:.0%} of {pairs} "
        "pairs." + changed_since(evidence, seed, steps),
    )


def _uneven(standing: Standing, evidence: Evidence) -> Iterator[Finding]:
    """The best seed stands far before the worst."""
    by_seed = {
        seed: rows
        for seed in sorted({e.seed for e in evidence.rows})
        if len(rows := [e for e in evidence.rows if e.seed == seed]) >= ENOUGH
    }
    means = {seed: standing.share(rows, evidence.rows) for seed, rows in by_seed.items()}
    if not means:
        return
    best, worst = max(means, key=lambda s: (means[s], -s)), min(means, key=lambda s: (means[s], s))
    share = standing.share(by_seed[best], by_seed[worst])
    if best != worst and share >= APART:
        yield finding(
            "uneven_seeds",
            0.38,
            f"The seeds do different things: by the ranking seed {best}'s episodes are preferred "
            f"to seed {worst}'s in {share:.0%} of {len(by_seed[best]) * len(by_seed[worst])} "
            "pairs. Learning hangs on luck.",
        )
