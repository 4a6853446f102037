"""Preferring: where the task has no fitness, comparisons of behaviours decide who is good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from rewardsmith.archive import CONFIRMATION, REPORT, Archive
from rewardsmith.preference import (
    Match,
    Pair,
    Player,
    fit_strengths,
    matched_pairs,
    share_of,
    undecided_pairs,
)
from rewardsmith.records import AnyEvent, Feedback, Preference, Score, StrengthsFitted
from rewardsmith.search.goals import SOURCES, most_of, sources_of
from rewardsmith.search.judges import JUDGES, Stand
from rewardsmith.search.sitting import Sitting

EARLIER = 8
"""The best of earlier generations that new candidates are compared with."""
ELITES = "-elites"
_STREAM = 41
"""Keeps the draws of comparisons apart from all others of a run."""


@dataclass(frozen=True, slots=True)
class Stage:
    """One place of a run at which behaviours are compared."""

    name: str
    purpose: str


Planned = Callable[[Archive, str, int, int], Sequence[Pair]]
"""(archive as it was before the round, source, round, most) -> the round's pairs."""


def prefer_generation(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    """Compare a generation's candidates with each other and with the best before them."""
    archive = sitting.archive
    earlier = [n for n in archive.ranking() if archive.candidates[n].generation < generation]
    new = [c.id for c in sitting.passed(generation)]
    stage = Stage(f"g{generation:02d}", "selection")
    yield from _search(sitting, stage, [*new, *earlier[:EARLIER]])


def prefer_elites(sitting: Sitting, generation: int, elites: Sequence[str]) -> Iterator[AnyEvent]:
    """Compare those that were trained again, with their new policies, too."""
    stage = Stage(f"g{generation:02d}{ELITES}", "selection")
    yield from _search(sitting, stage, elites)


def prefer_finalists(sitting: Sitting, finalists: Sequence[str]) -> Iterator[AnyEvent]:
    """Compare the finalists' fresh policies, each pair of finalists, seed against seed."""
    stand = Stand(sitting, CONFIRMATION)
    players = _players(stand, finalists)

    def planned(_archive: Archive, source: str, turn: int, most: int) -> Sequence[Pair]:
        rng = _rng(sitting, CONFIRMATION, source, turn)
        pairs = [
            pair
            for k, player in enumerate(players)
            for pair in matched_pairs(player, players[k + 1 :], rng)
        ]
        return [] if turn else pairs[:most]

    stage = Stage(CONFIRMATION, CONFIRMATION)
    if CONFIRMATION not in sitting.archive.strengths:
        yield from _ask_all(sitting, stage, stand, planned)
        made = _made(sitting.archive, lambda p: p.stage == CONFIRMATION)
        yield _fitted(sitting, stage, [player.name for player in players], made)


def prefer_winner(sitting: Sitting, winner: str, others: Sequence[str]) -> Iterator[AnyEvent]:
    """Compare the winner's report policies with each baseline's, each policy once."""
    stand = Stand(sitting, REPORT)
    (player,) = _players(stand, [winner]) or (Player(winner, ()),)
    rivals = _players(stand, others)

    def planned(_archive: Archive, source: str, turn: int, most: int) -> Sequence[Pair]:
        rng = _rng(sitting, REPORT, source, turn)
        return [] if turn else matched_pairs(player, rivals, rng)[:most]

    yield from _ask_all(sitting, Stage(REPORT, REPORT), stand, planned)


def report_scores(archive: Archive, winner: str, others: Iterable[str]) -> dict[str, Score]:
    """How often the winner was preferred to each other reward on report seeds.

    Several judges of the same two policies count as one comparison, by their mean.
    """
    found: dict[str, Score] = {}
    for other in others:
        won: dict[tuple[int, int], list[float]] = {}
        for preference in archive.preferences.values():
            sides = {
                preference.first: preference.first_seed,
                preference.second: preference.second_seed,
            }
            if preference.stage != REPORT or preference.won is None or other not in sides:
                continue
            own = preference.won if preference.first == winner else 1.0 - preference.won
            won.setdefault((sides[winner], sides[other]), []).append(own)
        share = share_of([float(np.mean(values)) for _, values in sorted(won.items())])
        if share is not None:
            found[other] = Score(
                value=share.value,
                low=share.low,
                high=share.high,
                seeds=len(won),
                comparisons=sum(map(len, won.values())),
            )
    return found


# ---------------------------------------------------------------- the search's stages


def _search(sitting: Sitting, stage: Stage, names: Sequence[str]) -> Iterator[AnyEvent]:
    """Spend the comparisons where the order is open, then tell all scores."""
    if stage.name in sitting.archive.strengths:
        return
    stand = Stand(sitting, stage.purpose)
    players = _players(stand, names)

    def planned(archive: Archive, source: str, turn: int, most: int) -> Sequence[Pair]:
        if len(players) < 2:  # noqa: PLR2004  a comparison takes two
            return ()
        made = _made(archive, _in_search)
        strengths = fit_strengths(_names(players, made), _matches(made, archive.feedback))
        asked = [p for p in archive.preferences.values() if p.source == source]
        done = [Pair(p.first, p.first_seed, p.second, p.second_seed) for p in asked]
        rng = _rng(sitting, stage.name, source, turn)
        return undecided_pairs(players, strengths, done, most, rng)

    yield from _ask_all(sitting, stage, stand, planned)
    made = _made(sitting.archive, _in_search)
    yield _fitted(sitting, stage, _names(players, made), made)


def _ask_all(sitting: Sitting, stage: Stage, stand: Stand, planned: Planned) -> Iterator[AnyEvent]:
    """Each judge in turn, round by round; what was answered before is not asked again."""
    for source in sources_of(sitting.config):
        most, made, turn = most_of(sitting.config, source, stage.name), 0, 0
        while made < most and not _closed(sitting.archive, stage, source):
            pairs = planned(
                _before(sitting.archive, stage, source, turn), source, turn, most - made
            )
            if not pairs:
                break
            asked = [
                Preference(
                    key=f"{stage.name}-{source}-p{made + k:03d}",
                    stage=stage.name,
                    source=source,
                    round=turn,
                    first=pair.first,
                    first_seed=pair.first_seed,
                    second=pair.second,
                    second_seed=pair.second_seed,
                )
                for k, pair in enumerate(pairs)
            ]
            missing = [one for one in asked if one.key not in sitting.archive.preferences]
            yield from JUDGES[source](sitting, stand, missing)
            sitting.check()
            made, turn = made + len(pairs), turn + 1


def _before(archive: Archive, stage: Stage, source: str, turn: int) -> Archive:
    """The archive without this round of this judge: what the round is planned from."""
    kept = {
        key: p
        for key, p in archive.preferences.items()
        if not (p.stage == stage.name and p.source == source and p.round >= turn)
    }
    return replace(archive, preferences=kept)


def _closed(archive: Archive, stage: Stage, source: str) -> bool:
    return any(
        p.closes and p.stage == stage.name and p.source == source
        for p in archive.preferences.values()
    )


def _fitted(
    sitting: Sitting, stage: Stage, names: Sequence[str], made: Sequence[Preference]
) -> AnyEvent:
    ranked = () if stage.name == CONFIRMATION else sitting.archive.feedback
    strengths = fit_strengths(names, _matches(made, ranked))
    counts = Counter(side[0] for p in made for side in _sides(p))
    policies = Counter(name for name, _ in {side for p in made for side in _sides(p)})
    scores: dict[str, Score] = {}
    for name in names:
        share = strengths.share(name)
        scores[name] = Score(
            value=share.value,
            low=share.low,
            high=share.high,
            seeds=policies[name],
            comparisons=counts[name],
        )
    return sitting.record(StrengthsFitted(stage=stage.name, scores=scores))


def _matches(made: Sequence[Preference], ranked: Sequence[Feedback]) -> list[Match]:
    """The comparisons, and what a person ranked, neighbour by neighbour."""
    matches = [
        Match(p.first, p.second, p.won, p.first_seed, p.second_seed)
        for p in made
        if p.won is not None
    ]
    for feedback in ranked:
        matches += [Match(a, b, 1.0) for a, b in pairwise(feedback.ranking)]
    return matches


def _players(stand: Stand, names: Iterable[str]) -> list[Player]:
    """Those that have a policy, each once."""
    results = stand.sitting.archive.results
    able = [
        name
        for name in dict.fromkeys(names)
        if (result := results.get((name, stand.purpose))) is not None and result.failure is None
    ]
    return [Player(name, stand.seeds(name)) for name in able]


def _names(players: Sequence[Player], made: Sequence[Preference]) -> list[str]:
    return sorted(
        {*(player.name for player in players), *(name for p in made for name, _ in _sides(p))}
    )


def _made(archive: Archive, wanted: Callable[[Preference], bool]) -> list[Preference]:
    """The comparisons that were decided, in the order of their keys."""
    return [p for _, p in sorted(archive.preferences.items()) if p.won is not None and wanted(p)]


def _in_search(preference: Preference) -> bool:
    return preference.stage not in (CONFIRMATION, REPORT)


def _sides(preference: Preference) -> tuple[tuple[str, int], tuple[str, int]]:
    return (
        (preference.first, preference.first_seed),
        (preference.second, preference.second_seed),
    )


def _rng(sitting: Sitting, stage: str, source: str, turn: int) -> np.random.Generator:
    """The draws of one round, from the run's seed and the round's name."""
    words = [int(b) for b in stage.encode()]
    return np.random.default_rng(
        [sitting.config.seed, _STREAM, *words, SOURCES.index(source), turn]
    )
