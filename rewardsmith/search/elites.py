"""Elites are trained again, on more seeds, and diagnosed anew, before they breed.

So are those whose order is open, and at the end, on the seeds that choose, the finalists.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from rewardsmith import plan
from rewardsmith.archive import LEADING, elites_of, leaders_of, seeds_of, undecided_of
from rewardsmith.records import AnyEvent, TrainReward
from rewardsmith.search.preferring import prefer_elites
from rewardsmith.search.sitting import Sitting
from rewardsmith.search.trainings import diagnose_again, train


def train_elites(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    """More seeds for the best so far, then for the leaders while their order is open.

    Who it is was decided when the job first began: results of half a job would change it.
    """
    config = sitting.config
    extra, base = config.elite_seeds, config.seeds
    if not extra or not config.elites or generation + 1 >= config.generations:
        return
    job_id, maximum = f"g{generation:02d}-elites", sitting.environment.task.maximum
    began = sitting.archive.jobs.get(job_id)
    elites = elites_of(sitting.archive, config.elites, base, maximum)
    chosen = elites if began is None else began.rewards
    seeds = plan.more_seeds(config, "selection", base, extra)
    yield from _train(sitting, job_id, "selection", chosen, seeds)
    if not sitting.environment.task.measured:
        yield from prefer_elites(sitting, generation, chosen)
        return

    def leaders() -> Sequence[str]:
        return leaders_of(sitting.archive, maximum)

    yield from _decide(sitting, f"g{generation:02d}-undecided", "selection", leaders)


def decide_finalists(sitting: Sitting, order: Callable[[], Sequence[str]]) -> Iterator[AnyEvent]:
    """More confirmation seeds while the order of the finalists is open; `order` has the best first.

    These are the seeds that choose the winner, so this is where an open order of the last
    generation is decided, too.
    """
    if sitting.config.elite_seeds:
        yield from _decide(
            sitting, "confirmation-undecided", "confirmation", lambda: order()[:LEADING]
        )


def _decide(
    sitting: Sitting, stage: str, purpose: str, leaders: Callable[[], Sequence[str]]
) -> Iterator[AnyEvent]:
    """Round by round further seeds for the first of the leaders and who may be as good as it.

    Those with the fewest seeds come first, so that a candidate with few lucky ones is tried as
    hard as the others.  It ends where the order is clear, nobody may have more seeds, or as many
    policies are trained as the settings allow.
    """
    extra, left, turn = sitting.config.elite_seeds, sitting.config.undecided, 1
    most = plan.most_seeds(sitting.config, purpose) - extra + 1
    while True:
        job_id = stage if turn == 1 else f"{stage}-{turn}"
        began = sitting.archive.jobs.get(job_id)
        if began is not None:
            chosen, seeds = began.rewards, began.seeds
        else:
            chosen = undecided_of(sitting.archive, leaders(), purpose, most)[: left // extra]
            if not chosen:
                return
            first = seeds_of(sitting.archive, chosen[0], purpose)
            seeds = plan.more_seeds(sitting.config, purpose, first, extra)
        yield from _train(sitting, job_id, purpose, chosen, seeds)
        left, turn = left - len(chosen) * extra, turn + 1


def _train(
    sitting: Sitting, job_id: str, purpose: str, names: Sequence[str], seeds: tuple[int, ...]
) -> Iterator[AnyEvent]:
    candidates = sitting.archive.candidates
    rewards = tuple(TrainReward(id=name, source=candidates[name].source) for name in names)
    yield from train(sitting, job_id, purpose, rewards, seeds)
    if purpose == "selection":
        yield from diagnose_again(sitting, names)
    sitting.check()
