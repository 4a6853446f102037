"""The end of a run: the finalists on fresh seeds, then the winner and the baselines."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsmith import stats
from rewardsmith.archive import CONFIRMATION, Archive
from rewardsmith.plan import SECOND_TRAINER
from rewardsmith.records import AnyEvent, FinalistsOrdered, RunFinished, Score, TrainReward
from rewardsmith.search.elites import decide_finalists
from rewardsmith.search.preferring import prefer_finalists, prefer_winner, report_scores
from rewardsmith.search.sitting import Sitting
from rewardsmith.search.trainings import train

NOTHING = "nothing"
"""A reward that pays nothing: what training does to a policy that learns from nobody."""
NO_REWARD = (
    "def compute_reward(episode_step):\n"
    "    nothing = 0.0 * episode_step\n"
    '    return nothing, {"nothing": nothing}\n'
)
EVEN = 0.5
WITHIN_OF_MAXIMUM = 0.05
"""A winner this near to the largest fitness there is convinces without beating anything."""


def finish(sitting: Sitting) -> Iterator[AnyEvent]:
    """Confirm, report, and write the winner down."""
    sitting.check()
    finalists = sitting.archive.finalists(sitting.config.finalists)
    if finalists:
        yield from _confirm(sitting, finalists)
    winner = sitting.best_id()
    candidates = sitting.archive.candidates
    rewards = [TrainReward(id=winner, source=candidates[winner].source)] if winner else []
    rewards += _baselines(sitting)
    sitting.check()
    yield from train(sitting, "report", "report", tuple(rewards))
    if not sitting.environment.task.measured:
        yield from _finish_by_preference(sitting, winner)
        return
    if winner and sitting.config.confirm_with:
        sitting.check()
        yield from train(sitting, SECOND_TRAINER, SECOND_TRAINER, tuple(rewards[:1]))
    report = _report(sitting, winner)
    sitting.write_best(sitting.archive.with_event(report))  # a finished run lacks nothing
    yield sitting.record(report)


def _baselines(sitting: Sitting) -> list[TrainReward]:
    """What is trained beside the winner."""
    task, searched = sitting.environment.task, sitting.archive.searched
    found = [TrainReward(id=name, source=s.source) for name, s in searched.items() if s.source]
    human = [TrainReward(id="human", kind="human")] if task.human_reward is not None else []
    if task.measured:
        sparse = task.sparse_reward is not None and not task.sparse
        own = ("fitness", "sparse") if sparse else ("fitness",)
        return [*(TrainReward(id=kind, kind=kind) for kind in own), *human, *found]
    first = first_of(sitting)
    candidates = sitting.archive.candidates
    asked = [TrainReward(id=first, source=candidates[first].source)] if first else []
    return [TrainReward(id=NOTHING, source=NO_REWARD), *found, *asked, *human]


def first_of(sitting: Sitting) -> str | None:
    """The first candidate of all that trained: what asking once would have given.

    None where it is the winner.
    """
    trained = [
        name
        for name, candidate in sorted(sitting.archive.candidates.items())
        if candidate.generation == 0
        and candidate.operator != "human"
        and (result := sitting.archive.results.get((name, "selection"))) is not None
        and result.failure is None
        and name not in sitting.archive.twins
    ]
    return trained[0] if trained and trained[0] != sitting.best_id() else None


def _finish_by_preference(sitting: Sitting, winner: str | None) -> Iterator[AnyEvent]:
    """Compare the winner with what was trained beside it, and write it down."""
    others = [reward.id for reward in _baselines(sitting)]
    preferred: dict[str, Score] = {}
    if winner:
        yield from prefer_winner(sitting, winner, others)
        preferred = report_scores(sitting.archive, winner, others)
    report = RunFinished(
        best=winner,
        scores={},
        preferred=preferred,
        convincing=NOTHING in preferred and preferred[NOTHING].low > EVEN,
        seconds=sitting.seconds(),
    )
    sitting.write_best(sitting.archive.with_event(report))
    yield sitting.record(report)


def _confirm(sitting: Sitting, finalists: tuple[str, ...]) -> Iterator[AnyEvent]:
    """Train the finalists on fresh seeds; the order there is the order."""
    if sitting.archive.confirmed is not None:
        return
    candidates = sitting.archive.candidates
    if len(finalists) > 1:
        rewards = tuple(TrainReward(id=n, source=candidates[n].source) for n in finalists)
        yield from train(sitting, "confirmation", "confirmation", rewards)
        sitting.check()
        if sitting.environment.task.measured:
            yield from decide_finalists(sitting, lambda: _whole(sitting.archive, finalists))
    scores = {name: _whole_score(sitting.archive, name) for name in finalists}
    if not sitting.environment.task.measured:
        if len(finalists) > 1:
            yield from prefer_finalists(sitting, finalists)
        compared = sitting.archive.strengths.get(CONFIRMATION, {})
        scores = {name: compared.get(name) for name in finalists}
    order = sorted(finalists, key=lambda name: _order(scores[name]), reverse=True)
    yield sitting.record(
        FinalistsOrdered(finalists=tuple(order), scores=tuple(scores[name] for name in order))
    )


def _whole(archive: Archive, finalists: tuple[str, ...]) -> list[str]:
    """The finalists that trained with every fresh seed, the best first."""
    scores = {name: _whole_score(archive, name) for name in finalists}
    able = [name for name in finalists if scores[name] is not None]
    return sorted(able, key=lambda name: _order(scores[name]), reverse=True)


def _whole_score(archive: Archive, name: str) -> Score | None:
    """A finalist's score on the fresh seeds; none where one failed: the others flatter it."""
    result = archive.results.get((name, "confirmation"))
    return None if result is None or result.failure is not None else stats.score(result.fitness)


def _report(sitting: Sitting, winner: str | None) -> RunFinished:
    names = {reward.id: reward.id for reward in _baselines(sitting)}
    names |= {"best": winner or "", "fitness": "fitness", "human": "human"}
    fitness = {key: sitting.fitness(name, "report") for key, name in names.items() if name}
    found = {key: stats.score(values) for key, values in fitness.items()}
    scores = {key: score for key, score in found.items() if score is not None}
    best, human = fitness.get("best", ()), fitness["human"]
    improvement = stats.probability_of_improvement(best, human)
    reference = () if sitting.archive.retargeted else human
    result = sitting.archive.results.get((winner or "", "report"))
    failed = result is not None and result.failure is not None
    return RunFinished(
        best=winner,
        scores=scores,
        normalised=stats.normalised_score(best, reference, fitness["fitness"]),
        improvement=improvement.value if improvement is not None else None,
        convincing=not failed and _convincing(scores, sitting.environment.task.maximum),
        seconds=sitting.seconds(),
    )


def _order(score: Score | None) -> float:
    return float("-inf") if score is None else score.value


def _convincing(scores: dict[str, Score], maximum: float | None) -> bool:
    """Above the fitness reward by intervals, or as good as can be (design, exit code 3).

    A fitness reward whose training failed was not beaten, and one seed has no interval.
    """
    best, fitness = scores.get("best"), scores.get("fitness")
    if best is None or not stats.has_interval(best):
        return False
    if maximum is not None and best.low >= maximum - WITHIN_OF_MAXIMUM * abs(maximum):
        return True
    if fitness is None or not stats.has_interval(fitness):
        return False
    return best.low > fitness.high
