"""May a generation's candidates be stopped early?  Rules of racing replayed on full trainings.

    python tests/benchmarks/bench_racing.py record [--environments ...] [--generations 4]
    python tests/benchmarks/bench_racing.py replay

`record` trains generations of candidates that the composer wrote and the critic let through, all
to their end, 8 candidates with 2 seeds each and three checkpoints, and writes what every member
had at its checkpoints and at its end to results/racing.json.  `replay` asks each rule what it
would have stopped, and prints and writes (results/racing.md) what that saves and what the
winner's final score, as it was recorded, is against the winner of full training.
results/racing_earlier.json was recorded before, with the trainer as it was then.

The steps of some environments are fewer than the task's own.  Environments that rewardsmith does
not bring lie in tests/benchmarks/environments/.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith import load_environment, plan
from rewardsmith.archive import Archive
from rewardsmith.config import Config
from rewardsmith.critic import judge
from rewardsmith.environments import Environment
from rewardsmith.proposers.composer import Composer
from rewardsmith.records import Candidate, MemberResult, Stop, TrainJob, TrainResult, TrainReward
from rewardsmith.training.racing import RULES, extrapolation, halving, race, seed_test
from rewardsmith.workshop import Workshop

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results" / "racing.json"
EARLIER = HERE / "results" / "racing_earlier.json"
STEPS = {
    "cartpole": 32_768,
    "mountain-car": 32_768,
    "mountain-car-continuous": 34_816,
    "acrobot": 40_960,
    "pendulum": 61_440,
    "cartpole-swingup": 65_536,
    "half-cheetah": 102_400,
    "hopper": 102_400,
}
EPISODES = 10
CANDIDATES, SEEDS, ASKED = 8, 2, 14
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
MEAN, WORST = 0.97, 0.90
RESAMPLES = 10_000
DEFAULT = """
The default (`--racing auto`) is extrapolation without an error: of the rules that lose no more
than 3 % on average and 10 % at worst it saves most, and alone at least 1.5 times. What it loses
(10 % and 5 %, two generations of mountain car) is lost by stopping who is solved, which every rule
does: of several that were at the maximum at two checkpoints another one has it in the final
episodes as well.

Chosen on the first 23 generations, with half an error, the rule lost the winner twice on the 46
that came later, in generations of cartpole-swingup of which nobody learned anything (a fitness of
0.005 of 1 at most): there the leader is chance. Since then nobody is behind where candidates lie
nearer together than a fiftieth of the task's maximum (`APART`); with that all rules were replayed,
and the table would have to be measured on new generations to be a hold-out result again.
"""
VARIANTS = {
    "sure": None,
    "halving": halving,
    "halving from half-way": partial(halving, since=0.45),
    "halving at three quarters": partial(halving, since=0.7),
    "extrapolation, no error": partial(extrapolation, margin=0.0),
    "extrapolation, half an error": partial(extrapolation, margin=0.5),
    "extrapolation, 1 error": partial(extrapolation, margin=1.0),
    "extrapolation, 2 errors": partial(extrapolation, margin=2.0),
    "extrapolation, 3 errors": partial(extrapolation, margin=3.0),
    "test, 2.5 errors, from a quarter": partial(seed_test, margin=2.5, since=0.2),
    "test, 2.5 errors, from half-way": partial(seed_test, margin=2.5, since=0.45),
    "test, 5 errors, from half-way": partial(seed_test, margin=5.0, since=0.45),
    "test, 2.5 errors, from three quarters": partial(seed_test, margin=2.5, since=0.7),
}


def propose(environment: Environment, shop: Workshop, seed: int) -> tuple[TrainReward, ...]:
    """The first eight candidates of a fresh generation that the critic lets through."""
    bank = shop.bank(environment)
    config = Config(candidates=ASKED, seed=seed)
    requests = plan.plan_generation(Archive(), plan.Brief.of(environment, bank), config, 0)
    passed: list[TrainReward] = []
    for key, proposal in Composer(seed=seed).propose(requests, lambda *_: None):
        candidate = Candidate(
            id=key, source=proposal.source, operator="initial", generation=0, index=len(passed)
        )
        if judge(candidate, environment, bank, shop.rewards).passed:
            passed.append(TrainReward(id=key, source=proposal.source))
    return tuple(passed[:CANDIDATES])


def member_facts(member: MemberResult) -> dict[str, Any]:
    """What the rules may read of a member, and how it ended."""
    return {
        "seed": member.seed,
        "fitness": member.fitness,
        "failure": member.failure,
        "checkpoint_steps": member.checkpoint_steps,
        "checkpoint_fitness": member.checkpoint_fitness,
        "checkpoint_return": member.checkpoint_return,
        "curve_steps": member.curve_steps,
        "curve_fitness": member.curve_fitness,
    }


def record_generation(name: str, generation: int, shop: Workshop) -> dict[str, Any]:
    """One generation trained to its end."""
    environment = load_environment(name)
    rewards = propose(environment, shop, generation)
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id=f"{name}-{generation}",
            environment=environment.specification,
            rewards=rewards,
            seeds=tuple(range(1000 * generation, 1000 * generation + SEEDS)),
            steps=STEPS[name],
            folder=folder,
            evaluation_episodes=EPISODES,
        )
        began = time.monotonic()
        trained = [r for r in shop.trainer.train(job) if isinstance(r, TrainResult)]
    return {
        "environment": name,
        "generation": generation,
        "steps": STEPS[name],
        "maximum": environment.task.maximum,
        "seconds": round(time.monotonic() - began, 1),
        "candidates": {
            result.reward: [member_facts(member) for member in result.members]
            for result in sorted(trained, key=lambda result: result.reward)
        },
    }


def record(names: list[str], generations: int) -> None:
    """Train what is not yet recorded, writing after each generation."""
    facts = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {"generations": []}
    known = {(g["environment"], g["generation"]) for g in facts["generations"]}
    os.chdir(HERE)
    with Workshop(workers=2) as shop:
        for generation in range(generations):
            for name in names:
                if (name, generation) in known:
                    continue
                facts["generations"].append(record_generation(name, generation, shop))
                facts["machine"] = MACHINE
                facts["date"] = datetime.now(UTC).date().isoformat()
                RESULTS.write_text(json.dumps(facts, separators=(",", ":")) + "\n")
                print(name, generation, facts["generations"][-1]["seconds"], "s", flush=True)


class Recorded:
    """A trainer that gives the members of a recorded generation, as far as a job asks."""

    def __init__(self, generation: dict[str, Any]) -> None:
        self._generation = generation

    def train(self, job: TrainJob) -> Iterator[TrainResult]:
        """The results at the boundary at which each reward stops or pauses, or at the end."""
        for reward in job.rewards:
            facts = self._generation["candidates"][reward.id]
            members = tuple(self._member(job, reward.id, member) for member in facts)
            yield TrainResult(reward=reward.id, purpose=job.purpose, members=members)

    def _member(self, job: TrainJob, reward: str, facts: dict[str, Any]) -> MemberResult:
        stop = job.stops.get(reward)
        part, reached = stop.part if stop else job.until, len(facts["checkpoint_steps"])
        if facts["failure"] is not None and reached < part:
            part = reached + 1
        whole = not 0 < part <= reached
        if stop is None and not whole:
            stop = Stop(kind="paused", part=part)
        kept = reached if whole else part
        return MemberResult(
            reward=reward,
            seed=facts["seed"],
            steps=self._generation["steps"] if whole else facts["checkpoint_steps"][part - 1],
            fitness=facts["fitness"] if whole else facts["checkpoint_fitness"][part - 1],
            failure=facts["failure"] if whole else None,
            checkpoint_steps=tuple(facts["checkpoint_steps"][:kept]),
            checkpoint_fitness=tuple(facts["checkpoint_fitness"][:kept]),
            stopped=stop,
        )


def winner_of(results: list[TrainResult]) -> str | None:
    """The best by mean fitness of those that were not stopped behind others."""
    sound = [r for r in results if r.failure is None and not r.cut_short]
    best = max(sound, key=lambda r: (statistics.fmean(r.fitness), r.reward), default=None)
    return best.reward if best is not None else None


def replayed(generation: dict[str, Any], rule: str) -> tuple[int, float | None]:
    """Member-steps that the rule would have trained, and its winner's final score over the best's.

    None where nobody scored above 0.
    """
    rewards = tuple(TrainReward(id=name) for name in generation["candidates"])
    seeds = tuple(m["seed"] for m in next(iter(generation["candidates"].values())))
    job = TrainJob(
        id="", environment={}, rewards=rewards, seeds=seeds, steps=generation["steps"], folder=""
    )
    trainer = Recorded(generation)
    full = {r.reward: r for r in trainer.train(job)}
    best, maximum = winner_of(list(full.values())), generation["maximum"]
    raced = [r for r in race(trainer, job, rule, maximum=maximum) if isinstance(r, TrainResult)]
    steps = sum(member.steps for result in raced for member in result.members)
    chosen = winner_of(raced)
    if best is None or statistics.fmean(full[best].fitness) <= 0:
        return steps, None
    score = statistics.fmean(full[chosen].fitness) if chosen is not None else 0.0
    return steps, score / statistics.fmean(full[best].fitness)


@dataclass(frozen=True)
class Replayed:
    """What a rule saves and costs on some generations."""

    saving: float
    """Member-steps of full training over those of the rule."""
    low: float
    high: float
    """95 % of resamples of the generations (bootstrap)."""
    mean: float
    worst: float
    """The score of the rule's winner over that of full training's."""

    @classmethod
    def of(cls, generations: list[dict[str, Any]], rule: str) -> Replayed:
        """The rule on these generations."""
        found = [replayed(generation, rule) for generation in generations]
        every = np.array([g["steps"] * len(g["candidates"]) * SEEDS for g in generations])
        taken = np.array([steps for steps, _ in found])
        scores = [score for _, score in found if score is not None]
        drawn = np.random.default_rng(0).integers(len(every), size=(RESAMPLES, len(every)))
        low, high = np.quantile(every[drawn].sum(1) / taken[drawn].sum(1), (0.025, 0.975))
        return cls(
            float(every.sum() / taken.sum()),
            float(low),
            float(high),
            statistics.fmean(scores),
            min(scores),
        )

    @property
    def within(self) -> bool:
        """Whether the winner keeps what it has to."""
        return self.mean >= MEAN and self.worst >= WORST


def replay() -> None:
    """Every rule on every recorded generation, as a table."""
    facts = json.loads(RESULTS.read_text())
    later = facts["generations"]
    earlier = json.loads(EARLIER.read_text())["generations"]
    names = sorted({g["environment"] for g in (*earlier, *later)})
    lines = [
        "# Racing: what each rule would have saved, and what the winner would have lost",
        "",
        (
            f"`python tests/benchmarks/bench_racing.py record`, then `replay`; {MACHINE}, "
            f"{facts['date']}."
        ),
        "",
        (
            f"{len(earlier) + len(later)} generations of up to {CANDIDATES} candidates with "
            f"{SEEDS} seeds ({', '.join(names)}), each trained to its end: {len(earlier)} with the "
            f"trainer as it was first (`{EARLIER.name}`), {len(later)} with the present one. "
            "Saving is the member-steps of full training over those of the rule (with 95 % of "
            "resamples of the generations). The score is what the rule's winner has at the end of "
            "full training over what full training's winner has there."
        ),
        "",
        (
            "| rule | saving | score, mean | score, worst | within 3 % and 10 % "
            "| first 23: saving | worst | other 46: saving | worst |"
        ),
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for rule, function in VARIANTS.items():
        RULES[rule] = function  # pyright: ignore[reportIndexIssue]  a benchmark may add rules
        both, first, second = (Replayed.of(g, rule) for g in (earlier + later, earlier, later))
        lines.append(
            f"| {rule} | {both.saving:.2f} × ({both.low:.2f} to {both.high:.2f}) "
            f"| {both.mean:.3f} | {both.worst:.3f} | {'yes' if both.within else 'no'} "
            f"| {first.saving:.2f} × | {first.worst:.3f} "
            f"| {second.saving:.2f} × | {second.worst:.3f} |"
        )
    text = "\n".join(lines) + "\n" + DEFAULT
    RESULTS.with_suffix(".md").write_text(text)
    print(text)


def main() -> None:
    """Record or replay."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["record", "replay"])
    parser.add_argument("--generations", type=int, default=4)
    parser.add_argument("--environments", nargs="+", default=list(STEPS), choices=list(STEPS))
    arguments = parser.parse_args()
    if arguments.what == "record":
        record(arguments.environments, arguments.generations)
    else:
        replay()


if __name__ == "__main__":
    main()
