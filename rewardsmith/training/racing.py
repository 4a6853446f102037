"""Racing: a generation is trained part by part, and who need not go on stops at a boundary.

Decisions follow from what the short evaluations at equal step counts gave and from nothing else,
so they are the same on any number of workers and in a run that was resumed.  A candidate stops
with all its seeds; what it does to the others is to leave their numbers alone.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import msgspec
import numpy as np

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import MemberResult, Stop, TrainJob, TrainProgress, TrainResult

OFF, SURE, AUTO = "off", "sure", "auto"
HALF = 0.45
"""Half of a training: its parts are only nearly equal."""
APART = 0.02
"""Of the maximum: candidates that lie nearer together than this have learned nothing yet, or all
the same."""
_ROOM = 1e-9
"""Of the maximum's size: this near to it is at it."""
_SMALLEST_SPREAD = 0.05
"""Of the range of the candidates' fitness: no seed's deviation is taken to be smaller."""


class Trainer(Protocol):
    """What trains a job: an executor."""

    def train(self, job: TrainJob) -> Iterator[TrainProgress | TrainResult]:
        """Progress, and each reward's result as soon as all its seeds are trained."""
        ...


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate at a boundary: what its policies reached there and at those before."""

    reward: str
    shares: tuple[float, ...]
    """The part of the training that was done at each boundary."""
    fitness: tuple[tuple[float, ...], ...]
    """For each seed, at each boundary."""

    @property
    def means(self) -> tuple[float, ...]:
        """Over the seeds, at each boundary."""
        return tuple(float(np.mean(column)) for column in zip(*self.fitness, strict=True))


Rule = Callable[[Sequence[Standing]], dict[str, str]]
"""From all candidates at a boundary to those that need not go on, with the reason in words."""


def halving(standings: Sequence[Standing], *, since: float = 0.0) -> dict[str, str]:
    """The worse half stops at every boundary (Jamieson & Talwalkar, 2016), those `since` on."""
    if not standings or standings[0].shares[-1] < since:
        return {}
    order = sorted(standings, key=lambda standing: (-standing.means[-1], standing.reward))
    kept = -(-len(order) // 2)
    return {s.reward: _behind(s, order[0], f"not among the best {kept}") for s in order[kept:]}


def extrapolation(standings: Sequence[Standing], *, margin: float = 0.0) -> dict[str, str]:
    """Who would not reach the leader even if it rose on as steeply as it ever did.

    The optimistic end of a candidate is its mean, carried on along its steepest rise, plus
    `margin` standard errors; it stops where that lies under the leader's mean less as many.  Of the
    rules that were compared on recorded generations this one, without an error, saves most while
    the winner keeps its score (results/racing.md of the benchmarks).
    """
    if not standings or len(standings[0].shares) == 1:
        return {}
    leader = max(standings, key=lambda standing: standing.means[-1])
    room = margin * _standard_error(standings)
    floor = leader.means[-1] - room
    stopped: dict[str, str] = {}
    for standing in standings:
        rises = np.diff(standing.means) / np.diff(standing.shares)
        end = standing.means[-1] + max(0.0, *rises) * (1.0 - standing.shares[-1]) + room
        if end < floor:
            stopped[standing.reward] = _behind(standing, leader, f"at this rate {end:.4g} at most")
    return stopped


def seed_test(
    standings: Sequence[Standing], *, margin: float = 2.5, since: float = HALF
) -> dict[str, str]:
    """Who lies more than `margin` standard errors of a difference behind the leader.

    With the candidates' pooled variance over seeds (Welch's test has no use of two seeds alone),
    and not before the part `since` of the training.
    """
    if not standings or standings[0].shares[-1] < since:
        return {}
    leader = max(standings, key=lambda standing: standing.means[-1])
    needed = margin * np.sqrt(2.0) * _standard_error(standings)
    words = f"a difference beyond {needed:.4g} is no chance"
    return {
        standing.reward: _behind(standing, leader, words)
        for standing in standings
        if leader.means[-1] - standing.means[-1] > needed
    }


RULES: Mapping[str, Rule | None] = {
    OFF: None,
    SURE: None,
    "halving": halving,
    "extrapolation": extrapolation,
    "test": seed_test,
}


def require_rule(name: str) -> None:
    """Raises UsageError for a rule that there is not."""
    if name not in (known := (AUTO, *RULES)):
        raise UsageError(unknown_name("rule of racing", name, known))


def rule_of(name: str, *, measured: bool) -> str:
    """The rule that a setting means: `auto` extrapolates where there is a fitness to carry on."""
    if name != AUTO:
        return name
    return "extrapolation" if measured else SURE


def _behind(standing: Standing, leader: Standing, words: str) -> str:
    return (
        f"after {standing.shares[-1]:.0%} of its training its fitness was "
        f"{standing.means[-1]:.4g} and the leader's {leader.means[-1]:.4g} ({words})"
    )


def _standard_error(standings: Sequence[Standing]) -> float:
    """Of a candidate's mean over its seeds, from the deviation that all candidates share."""
    last = [[seed[-1] for seed in standing.fitness] for standing in standings]
    seeds = min(len(values) for values in last)
    spread = _SMALLEST_SPREAD * float(np.ptp([np.mean(values) for values in last]))
    if seeds > 1:
        spread = max(spread, float(np.sqrt(np.mean([np.var(v, ddof=1) for v in last]))))
    return spread / float(np.sqrt(seeds))


# ---------------------------------------------------------------- the race


def race(
    trainer: Trainer,
    job: TrainJob,
    rule: str,
    *,
    maximum: float | None = None,
    finished: Collection[TrainResult] = (),
) -> Iterator[TrainProgress | TrainResult]:
    """As `trainer.train`, but candidates for which `rule` says so stop at a boundary.

    `maximum` is the largest fitness there is; `finished` are results of this same job that an
    earlier sitting had, which the decisions need as well.
    """
    require_rule(rule)
    if rule == OFF:
        yield from trainer.train(job)
        return
    known = {result.reward: result for result in finished}
    going = {reward.id for reward in job.rewards}
    stops: dict[str, Stop] = {}
    part = 0
    while going or stops:
        part += 1
        asked = tuple(reward for reward in job.rewards if reward.id in going or reward.id in stops)
        leg = msgspec.structs.replace(job, rewards=asked, until=part, stops=stops)
        paused: set[str] = set()
        heard: set[str] = set()
        for reply in trainer.train(leg):
            if isinstance(reply, TrainResult):
                heard.add(reply.reward)
                known[reply.reward] = reply
                if reply.paused:
                    paused.add(reply.reward)
                    continue
            yield reply
        if len(heard) < len(asked):
            return
        stops = decide(known.values(), paused, job.steps, rule, maximum=maximum, part=part)
        going = paused - set(stops)


def _pause(member: MemberResult) -> Stop | None:
    stop = member.stopped
    return stop if stop is not None and stop.kind == "paused" else None


def decide(
    known: Collection[TrainResult],
    paused: Collection[str],
    steps: int,
    rule: str,
    *,
    maximum: float | None,
    part: int,
) -> dict[str, Stop]:
    """Who stops at the boundary `part`, of those that pause there."""
    stops: dict[str, Stop] = {}
    for result in known:
        if result.reward in paused and (words := _degenerate(result)):
            stops[result.reward] = Stop(kind="degenerate", sentence=words, part=part)
        elif result.reward in paused and _solved(result, maximum):
            words = f"every seed was at the maximum, {maximum:g}, at two checkpoints"
            stops[result.reward] = Stop(kind="solved", sentence=words, part=part)
    judge = RULES[rule]
    if judge is not None:
        found = (standing_of(result, part, steps) for result in known)
        standings = sorted((s for s in found if s is not None), key=lambda s: s.reward)
        behind = judge(standings) if _apart(standings, maximum) else {}
        for name, words in behind.items():
            if name in paused and name not in stops:
                stops[name] = Stop(kind="behind", sentence=words, part=part)
    return stops


def _apart(standings: Sequence[Standing], maximum: float | None) -> bool:
    """Whether the candidates differ by a part of the task's maximum, where that is known.

    Where nobody has learned anything, who leads is chance, and nobody is behind.
    """
    if maximum is None or not standings:
        return True
    last = [standing.means[-1] for standing in standings]
    return max(last) - min(last) >= APART * abs(maximum)


def standing_of(result: TrainResult, part: int, steps: int) -> Standing | None:
    """A candidate's standing at a boundary; None where it had failed or stopped before.

    One that stopped because it was solved stands where it stood.
    """
    rows: list[tuple[float, ...]] = []
    for member in result.members:
        fitness = [value for value in member.checkpoint_fitness[:part] if value is not None]
        solved = member.stopped is not None and member.stopped.kind == "solved"
        if solved and fitness:
            fitness += fitness[-1:] * (part - len(fitness))
        if len(fitness) < part:
            return None
        rows.append(tuple(fitness))
    taken = max((member.checkpoint_steps[:part] for member in result.members), key=len)
    shares = [number / steps for number in taken]
    while len(shares) < part:
        shares.append(shares[-1] + shares[0])
    return Standing(result.reward, tuple(shares), tuple(rows))


def _degenerate(result: TrainResult) -> str | None:
    """Why nothing can come of it, where every seed says so or one has failed."""
    if result.failure is not None:
        return "its reward failed with another seed"
    pauses = [_pause(member) for member in result.members]
    words = [pause.sentence for pause in pauses if pause is not None and pause.sentence]
    return words[0] if len(words) == len(result.members) else None


def _solved(result: TrainResult, maximum: float | None) -> bool:
    if maximum is None:
        return False
    least = maximum - _ROOM * abs(maximum)
    rows = [member.checkpoint_fitness[-2:] for member in result.members]
    return all(
        len(row) == 2 and all(value is not None and value >= least for value in row)  # noqa: PLR2004  the two last
        for row in rows
    )
