"""Elites are trained again, on more selection seeds, and diagnosed anew, before they breed."""

from __future__ import annotations

from collections.abc import Iterator

from rewardsmith import plan
from rewardsmith.archive import elites_of, undecided_of
from rewardsmith.records import AnyEvent, TrainReward
from rewardsmith.search.preferring import prefer_elites
from rewardsmith.search.sitting import Sitting
from rewardsmith.search.trainings import diagnose_again, train


def train_elites(sitting: Sitting, generation: int) -> Iterator[AnyEvent]:
    """More seeds for the best so far, then for the best two while their order is open.

    Who it is was decided when the job first began: results of half a job would change it.
    """
    config = sitting.config
    extra, base = config.elite_seeds, config.seeds
    if not extra or not config.elites or generation + 1 >= config.generations:
        return
    for name, first in (("elites", base), ("undecided", base + extra)):
        job_id = f"g{generation:02d}-{name}"
        began = sitting.archive.jobs.get(job_id)
        if began is not None:
            chosen = began.rewards
        elif name == "elites":
            chosen = elites_of(
                sitting.archive, config.elites, base, sitting.environment.task.maximum
            )
        else:
            chosen = undecided_of(sitting.archive, first)
        seeds = plan.selection_seeds(config, first, extra)
        sources = sitting.archive.candidates
        rewards = tuple(TrainReward(id=n, source=sources[n].source) for n in chosen)
        yield from train(sitting, job_id, "selection", rewards, seeds)
        yield from diagnose_again(sitting, chosen)
        sitting.check()
        if not sitting.environment.task.measured:
            yield from prefer_elites(sitting, generation, chosen)
            return
