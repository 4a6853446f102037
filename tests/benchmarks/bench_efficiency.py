"""How many steps until something is learned: our population beside Stable-Baselines3's PPO.

    python tests/benchmarks/bench_efficiency.py [--environments ...]

Both sides train on every bundled environment with the same settings (those of the environment's
task), the environment author's own reward, the same normalisation (running mean and deviation of
observations, rewards over the running deviation of the discounted return, both clipped at 10),
the same first weights' sizes, learning-rate decay, advantage normalisation, gradient clip, Adam
epsilon 1e-5, and values of the last observation where the time limit cut.  Both are evaluated
untrained and at the same steps, with the deterministic policy, in the same evaluation episodes of
a seed.

The level of an environment lies three quarters of the way from ours untrained to the median of
ours at the end of the steps, in fitness, or a tenth of the task's maximum (1 m where it has none)
above untrained where that is more.  Where fitness hardly moves within the steps it is the mean
return of the environment author's reward that is read, and the level is at least the best return of
any of ours untrained.  A level is set once, by the first run of ours.  A seed's steps are those of
the first evaluation at or above the level; one that never gets there counts as all steps.  The
ratio is that of the mean steps, ours over SB3's; its upper bound is the 95th percentile of 10,000
bootstrap resamples of the seeds of both sides (one-sided, 95 %).  SB3 stops where it reaches the
level.

`acrobot-swingup by height` is acrobot-swingup paid by its tip's height: by its author's reward,
which is nothing far from the top, it is learned by luck, and a ratio says little.

What differs: SB3 resets in the step that ends an episode, ours in the next one, whose row counts as
a step and teaches nothing; SB3 normalises observations by those up to the step, ours, after its
first block, by those of the blocks before; ours begins new episodes at up to three boundaries;
random numbers.

Prints and writes results/efficiency.json after each training, and skips what stands there; writes
the table to results/efficiency.md.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from rewardsmith import Environment, load_environment

if TYPE_CHECKING:
    from measured_training import Reading

RESULTS = Path(__file__).parent / "results" / "efficiency.json"
BY_HEIGHT = "acrobot-swingup by height"
STEPS = {
    "mountain-car": 20_480,
    "cartpole": 20_480,
    "pendulum": 102_400,
    "pendulum-swingup": 65_536,
    "cartpole-swingup": 65_536,
    "ball-in-cup": 65_536,
    "point-mass": 409_600,
    "reacher-easy": 65_536,
    "acrobot-swingup": 409_600,
    BY_HEIGHT: 102_400,
    "cheetah-run": 65_536,
    "hopper": 65_536,
    "half-cheetah": 40_960,
    "ant": 65_536,
}
"""Environment steps of one training, cheap environments first."""
PLAN = (16, 16, 8)
"""Readings of a training, seeds of ours, and seeds of SB3."""
OTHER_PLANS = {
    "mountain-car": (20, 160, 96),
    "cartpole": (20, 320, 320),
    "pendulum-swingup": (16, 32, 24),
    "cartpole-swingup": (16, 32, 24),
    "ball-in-cup": (16, 72, 72),
    "cheetah-run": (16, 96, 96),
    "hopper": (16, 128, 128),
    "half-cheetah": (10, 64, 48),
    "ant": (16, 24, 16),
    "point-mass": (32, 32, 10),
    "acrobot-swingup": (10, 80, 59),
    BY_HEIGHT: (16, 32, 32),
}
"""Those of what is learned in a few blocks, by luck more than most, or is slow."""
EPISODES = {"acrobot-swingup": 40, BY_HEIGHT: 20}
"""Episodes of one evaluation where five differ more among themselves than trainings do."""
AT_ONCE = 16
"""Seeds of ours in one stack."""
BY_FITNESS = {"mountain-car", "cartpole", "pendulum", "half-cheetah", "ant"}
"""Where fitness is learned within the steps; elsewhere the return is read."""
WAY = 0.75
"""How far the level lies between untrained and trained."""
LEAST = 0.1
"""Part of the task's maximum that has to be gained for something to be learned."""
NOTES = """
Read with care.  What is learned by luck needs more than eight seeds: forty of SB3's on cartpole
took between 4,096 and 6,016 steps in the mean.  Seeds were added, on both sides, where first
bounds were wide, until they were below 1.25 or the time was up, and all of them count; levels
stayed.  With fewer seeds cartpole (1.18, bound 1.34), cheetah-run (1.30, 1.60), hopper (1.21,
1.56) and half-cheetah (1.16, 1.35) looked worse.

Point-mass and acrobot-swingup were measured once more, with twice and six times the steps, and new
levels, as little was learned in 204,800 and 65,536.  Point-mass is learned or not: 12 of 32 seeds
of ours end with a return above 500 of 1,000, the others near nothing, so the level, 57, lies
between.  Acrobot-swingup was measured a third time, with 40 episodes an evaluation in place of five
(with five, 32 and 23 seeds, it was 1.13, bound 1.87; with 40, 32 and 32 seeds, 1.15 and 1.57):
little is learned even so, a median return of 16 of 1,000 of the first 32 after 409,600 steps, and
the seeds of either side first have 13 after anything from 40,960 steps to never.  Seeds were added
until the time was up.  Paid by its tip's height, acrobot is learned by nearly all seeds within a
quarter of the steps, and the two sides are alike; that row is not part of the geometric mean.

Two differences were found by this and are gone.  The first block was not normalised: by the
observations so far, as in SB3, mountain-car took 6,592 ± 366 steps, not 8,160 ± 379 (96 seeds).  A
block's rewards were divided by the deviation at its end: step by step, as in SB3, cartpole took
4,987 ± 211 steps, not 5,792 ± 290 (192 and 160 seeds).  Statistics of observations that take in
every step after the first block, too, and a training without boundaries changed nothing.
"""
RESAMPLES = 10_000
WANTED = 1.25


def environment_of(name: str) -> Environment:
    """What is trained on, with the reward that pays as its author's."""
    if name != BY_HEIGHT:
        return load_environment(name)
    environment = load_environment("acrobot-swingup")
    task = replace(environment.task, human_reward=lambda s: s.tip_height / 4.0)
    return replace(environment, tasks=(task,))


def plan_of(name: str) -> tuple[int, int, int]:
    """Readings of a training, seeds of ours, and seeds of SB3."""
    return OTHER_PLANS.get(name, PLAN)


def read_of(name: str) -> str:
    """What is read of an environment's evaluations."""
    return "fitness" if name in BY_FITNESS else "returns"


def level_of(name: str, rows: Iterable[Mapping[str, Any]]) -> float:
    """The fitness, or return, that counts as learned."""
    curves = np.array([row[read_of(name)] for row in rows])
    untrained, end = curves[:, 0], float(np.median(curves[:, -1]))
    start = float(np.mean(untrained))
    way = start + WAY * (end - start)
    if read_of(name) == "returns":
        return max(way, float(untrained.max()))
    return max(way, start + LEAST * (environment_of(name).task.maximum or 1.0 / LEAST))


def steps_to(level: float, name: str, row: Mapping[str, Any]) -> int | None:
    """The steps of the first reading after training began that is at or above the level."""
    readings = zip(row["steps"], row[read_of(name)], strict=True)
    return next((done for done, value in readings if done and value >= level), None)


def ratio_bound(ours: Sequence[float], theirs: Sequence[float]) -> tuple[float, float]:
    """The ratio of the means and its one-sided upper 95 % bound."""
    rng = np.random.default_rng(0)

    def means(sample: Sequence[float]) -> np.ndarray[Any, Any]:
        return rng.choice(np.asarray(sample), (RESAMPLES, len(sample))).mean(axis=1)

    upper = float(np.quantile(means(ours) / means(theirs), 0.95))
    return float(np.mean(ours) / np.mean(theirs)), upper


def curves(readings: Sequence[Reading], number: int) -> dict[str, Any]:
    """One seed's readings as they are kept."""
    return {
        "steps": [reading.steps for reading in readings],
        "fitness": [round(reading.fitness[number], 4) for reading in readings],
        "returns": [round(reading.returns[number], 3) for reading in readings],
    }


def measure_ours(facts: dict[str, Any], name: str, seeds: int) -> None:
    """All seeds that are not measured yet, in stacks, to the end."""
    from measured_training import train_measured

    began = time.process_time()
    count, _, _ = plan_of(name)
    rows: dict[str, Any] = facts["ours"].get(name, {})
    left = [seed for seed in range(seeds) if str(seed) not in rows]
    for first in range(0, len(left), AT_ONCE):
        stack = left[first : first + AT_ONCE]
        readings = list(
            train_measured(
                environment_of(name), stack, STEPS[name], count, {}, episodes=EPISODES.get(name)
            )
        )
        rows |= {str(seed): curves(readings, number) for number, seed in enumerate(stack)}
    facts["ours"][name] = rows
    facts["levels"].setdefault(name, level_of(name, rows.values()))
    last = [row[read_of(name)][-1] for row in rows.values()]
    spent = time.process_time() - began
    print(f"{name} ours {last}, level {facts['levels'][name]:.3f}, {spent:.0f} s", flush=True)


def measure_sb3(facts: dict[str, Any], name: str, seed: int) -> None:
    """One seed until it reaches the level."""
    from sb3_measured import train_sb3

    began, level = time.process_time(), facts["levels"][name]
    count, _, _ = plan_of(name)

    def enough(reading: Reading) -> bool:
        return getattr(reading, read_of(name))[0] >= level

    readings = train_sb3(
        environment_of(name), seed, STEPS[name], count, enough, episodes=EPISODES.get(name)
    )
    row = curves(readings, 0)
    facts["sb3"].setdefault(name, {})[str(seed)] = row
    spent = time.process_time() - began
    reached = steps_to(level, name, row)
    print(f"{name} sb3 {seed}: {reached} of {row['steps'][-1]}, {spent:.0f} s", flush=True)


def compare(facts: dict[str, Any], name: str) -> dict[str, Any] | None:
    """Both sides of an environment as far as they are measured."""
    if not facts["sb3"].get(name) or not facts["ours"].get(name):
        return None
    level, found = facts["levels"][name], {}
    for side in ("ours", "sb3"):
        reached = [steps_to(level, name, row) for row in facts[side][name].values()]
        found[side] = [STEPS[name] if steps is None else steps for steps in reached]
        found[f"{side}_never"] = reached.count(None)
    ratio, upper = ratio_bound(found["ours"], found["sb3"])
    return {**found, "level": level, "ratio": ratio, "upper": upper}


def over_all(facts: Mapping[str, Any]) -> tuple[int, float, float]:
    """Of how many environments the geometric mean of the ratios is, it, and its upper bound."""
    rng = np.random.default_rng(1)
    ratios = facts["ratios"].items()
    rows = [row for name, row in ratios if name != BY_HEIGHT and not hopeless(row)]

    def logs(sample: Sequence[float]) -> np.ndarray[Any, Any]:
        drawn = rng.choice(np.asarray(sample), (RESAMPLES, len(sample)))
        return np.log(drawn.mean(axis=1))

    drawn = np.mean([logs(row["ours"]) - logs(row["sb3"]) for row in rows], axis=0)
    mean = np.mean([np.log(row["ratio"]) for row in rows])
    return len(rows), float(np.exp(mean)), float(np.exp(np.quantile(drawn, 0.95)))


def hopeless(row: Mapping[str, Any]) -> bool:
    """Whether neither side ever gets there."""
    return all(row[f"{side}_never"] == len(row[side]) for side in ("ours", "sb3"))


def verdict(row: dict[str, Any]) -> str:
    """What the row says in words."""
    if hopeless(row):
        return "neither learns within the steps"
    if row["upper"] <= WANTED:
        return "yes"
    return "undecided" if row["ratio"] <= WANTED else "no"


def table(facts: dict[str, Any]) -> str:
    """The results as text."""
    command = "python tests/benchmarks/bench_efficiency.py"
    lines = [
        "# Steps until something is learned, ours beside Stable-Baselines3's PPO",
        "",
        (
            f"`{command}`, {facts['machine']}, {facts['date']}.  Same settings, reward, "
            "normalisation and evaluation; what the level, the ratio and its bound are, and what "
            "differs, is said in the file."
        ),
        "",
        (
            "| environment | steps | level | ours: mean steps (never) | SB3: mean steps (never) "
            f"| ratio | upper 95 % | ≤ {WANTED} |"
        ),
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, steps in STEPS.items():
        row = compare(facts, name)
        if row is None:
            lines.append(f"| {name} | {steps:,} | | | | | | not measured |")
            continue
        by = " (return)" if read_of(name) == "returns" else ""
        sides = [
            f"{np.mean(row[side]):,.0f} ({row[f'{side}_never']} of {len(row[side])})"
            for side in ("ours", "sb3")
        ]
        lines.append(
            f"| {name} | {steps:,} | {row['level']:.3g}{by} | {sides[0]} | {sides[1]} "
            f"| {row['ratio']:.2f} | {row['upper']:.2f} | {verdict(row)} |"
        )
    count, mean, upper = over_all(facts)
    lines += ["", f"Geometric mean over {count} environments: {mean:.2f}, upper bound {upper:.2f}."]
    return "\n".join(lines) + "\n" + NOTES


def write(facts: dict[str, Any]) -> None:
    """Results as data and as a table."""
    from measured_training import machine

    facts |= {"machine": machine(), "date": datetime.now(UTC).date().isoformat()}
    facts["ratios"] = {name: row for name in STEPS if (row := compare(facts, name))}
    RESULTS.write_text(json.dumps(facts, separators=(",", ":")) + "\n")
    RESULTS.with_suffix(".md").write_text(table(facts))


def main() -> None:
    """Measure what is not measured yet, print, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--environments", nargs="+", default=list(STEPS), choices=list(STEPS))
    arguments = parser.parse_args()
    facts = json.loads(RESULTS.read_text()) if RESULTS.is_file() else {}
    facts = {"levels": {}, "ours": {}, "sb3": {}, **facts, "steps": STEPS}
    for name in arguments.environments:
        _, ours, theirs = plan_of(name)
        if len(facts["ours"].get(name, {})) < ours:
            measure_ours(facts, name, ours)
            write(facts)
        for seed in range(theirs):
            if str(seed) not in facts["sb3"].get(name, {}):
                measure_sb3(facts, name, seed)
                write(facts)
    print(table(facts))


if __name__ == "__main__":
    main()
