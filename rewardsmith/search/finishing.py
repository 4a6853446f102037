"""The end of a run: the finalists on fresh seeds, then the winner and the baselines."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsmith import stats
from rewardsmith.plan import SECOND_TRAINER
from rewardsmith.records import AnyEvent, FinalistsOrdered, RunFinished, Score, TrainReward
from rewardsmith.search.sitting import Sitting
from rewardsmith.search.trainings import train

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
    rewards += [TrainReward(id=kind, kind=kind) for kind in _baselines(sitting)]
    sitting.check()
    yield from train(sitting, "report", "report", tuple(rewards))
    if winner and sitting.config.confirm_with:
        sitting.check()
        yield from train(sitting, SECOND_TRAINER, SECOND_TRAINER, tuple(rewards[:1]))
    report = _report(sitting, winner)
    sitting.write_best(sitting.archive.with_event(report))  # a finished run lacks nothing
    yield sitting.record(report)


def _baselines(sitting: Sitting) -> tuple[str, ...]:
    human = ("human",) if sitting.environment.task.human_reward is not None else ()
    return ("fitness", *human)


def _confirm(sitting: Sitting, finalists: tuple[str, ...]) -> Iterator[AnyEvent]:
    """Train the finalists on fresh seeds; the order there is the order."""
    if sitting.archive.confirmed is not None:
        return
    candidates = sitting.archive.candidates
    if len(finalists) > 1:
        rewards = tuple(TrainReward(id=n, source=candidates[n].source) for n in finalists)
        yield from train(sitting, "confirmation", "confirmation", rewards)
        sitting.check()
    scores = {name: stats.score(sitting.fitness(name, "confirmation")) for name in finalists}
    order = sorted(finalists, key=lambda name: _order(scores[name]), reverse=True)
    yield sitting.record(
        FinalistsOrdered(finalists=tuple(order), scores=tuple(scores[name] for name in order))
    )


def _report(sitting: Sitting, winner: str | None) -> RunFinished:
    names = {"best": winner, "fitness": "fitness", "human": "human"}
    fitness = {key: sitting.fitness(name, "report") for key, name in names.items() if name}
    found = {key: stats.score(values) for key, values in fitness.items()}
    scores = {key: score for key, score in found.items() if score is not None}
    best, human = fitness.get("best", ()), fitness["human"]
    improvement = stats.probability_of_improvement(best, human)
    return RunFinished(
        best=winner,
        scores=scores,
        normalised=stats.normalised_score(best, human, fitness["fitness"]),
        improvement=improvement.value if improvement is not None else None,
        convincing=_convincing(scores, sitting.environment.task.maximum),
        seconds=sitting.seconds(),
    )


def _order(score: Score | None) -> float:
    return float("-inf") if score is None else score.value


def _convincing(scores: dict[str, Score], maximum: float | None) -> bool:
    """Above the fitness reward by intervals, or as good as can be (design, exit code 3).

    A fitness reward whose training failed was not beaten.
    """
    best, fitness = scores.get("best"), scores.get("fitness")
    if best is None:
        return False
    if maximum is not None and best.low >= maximum - WITHIN_OF_MAXIMUM * abs(maximum):
        return True
    return fitness is not None and best.low > fitness.high
