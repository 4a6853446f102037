"""What the critic's findings are worth: rewards are judged, then trained, then compared.

    python tests/benchmarks/bench_critic.py [--keep FOLDER] [--out FILE]

Rewards of every kind (`critic_rewards.py`) for four cheap tasks are judged on the bank and trained
with two seeds.  Good are those that train to at least half of what the best of their task reaches,
counted from the worst.  Told are, over all tasks: of each finding how many bad and good rewards it
flags; the rank correlation of the order check's share with the fitness, and how many of the bad it
rejects where it keeps 90 % of the good (methods: trajectory preference evaluation); how far twins
train apart, by their distance; and how long a verdict takes.  `--keep` holds on to trainings.
The trainings took eleven minutes on two cores with a load of 15 beside them, the rest three.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
from critic_rewards import SUITE, TASKS, rewards, task_environment

from rewardsmith import stats
from rewardsmith.bank import Bank
from rewardsmith.config import Config
from rewardsmith.critic import Comparison, Peers, judge_among
from rewardsmith.critic.behaviour import Trial, order_of
from rewardsmith.critic.distance import near_duplicate, neighbours
from rewardsmith.critic.judgement import MAY_REJECT
from rewardsmith.environments import load_environment
from rewardsmith.language import compile_reward, parse_reward
from rewardsmith.records import Candidate, TrainJob, TrainResult, TrainReward
from rewardsmith.workshop import Workshop

SEEDS = (0, 1)
EPISODES = 8
"""Of evaluation, for each policy."""
GOOD = 0.5
"""Of what the best of a task reaches, counted from the worst."""
REPEATS = 4
RECALL = 0.9
BANDS = (0.0, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2)
"""Distances between which pairs are counted together."""
TIMED = ("half-cheetah", "ant")
OUT = Path(__file__).parent / "results" / "critic.json"


def trained(shop: Workshop, name: str, sources: Mapping[str, str], keep: Path) -> dict[str, Any]:
    """The fitness of every seed of every reward; what `keep` holds for these sources is not done.

    None where training failed.
    """
    file = keep / f"{name}.json"
    if file.exists() and (known := json.loads(file.read_text()))["sources"] == sources:
        return known["fitness"]
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id=name,
            environment=task_environment(name).specification,
            rewards=tuple(TrainReward(id=k, source=s) for k, s in sources.items()),
            seeds=SEEDS,
            steps=TASKS[name].steps,
            folder=folder,
            evaluation_episodes=EPISODES,
        )
        results = [r for r in shop.trainer.train(job) if isinstance(r, TrainResult)]
    fitness = {r.reward: [m.fitness for m in r.members] for r in results}
    keep.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"sources": sources, "fitness": fitness}))
    return fitness


def candidate(name: str, source: str) -> Candidate:
    return Candidate(id=name, source=source, operator="human", generation=0, index=0)


def along_episodes(source: str, bank: Bank) -> float | None:
    """The share of recorded pairs of episodes in the right order."""
    reward = compile_reward(parse_reward(source))
    names = reward.__code__.co_varnames[: reward.__code__.co_argcount]
    totals = [reward(**{n: e.signals[n] for n in names})[0] for e in bank.episodes]
    order = order_of(Trial.of(bank.episodes, np.concatenate(totals)))
    return None if order is None else order.share


def measure(shop: Workshop, name: str, seed: int, keep: Path) -> dict[str, Any]:
    """One task: every reward with what was found and what it trained to, and its pairs."""
    environment = task_environment(name)
    bank = shop.bank(environment)
    sources = rewards(name, bank, seed)
    runs = trained(shop, name, sources, keep)
    means = {k: float(np.mean(v)) for k, v in runs.items() if None not in v}
    low, high = min(means.values()), max(means.values())
    empty, marks, rows = Comparison.on(bank), {}, []
    for key in sorted(means):
        found = judge_among(candidate(key, sources[key]), environment, bank, shop.rewards)
        rules = sorted({r.rule for r in found.verdict.reasons})
        if found.total is None or empty.metric is None:
            continue
        marks[key] = empty.metric.mark(found.total)
        rows.append(
            {
                "reward": key,
                "fitness": [round(value, 4) for value in runs[key]],
                "level": round((means[key] - low) / (high - low), 4),
                "order": along_episodes(sources[key], bank),
                "findings": rules,
                "rejected": not found.verdict.passed,
                "distances": found.verdict.distances,
            }
        )
    pairs = []
    for one, other in combinations(sorted(marks), 2):
        apart = neighbours(marks[one], {other: marks[other]})[0].apart
        gap = abs(means[one] - means[other]) / (high - low)
        twin = near_duplicate(marks[one], {other: marks[other]}) is not None
        pairs.append({"distance": round(apart, 5), "gap": round(gap, 4), "twin": twin})
    noise = [abs(a - b) / (high - low) for a, b in (runs[k] for k in means)]
    return {"rewards": rows, "pairs": pairs, "seed_gap": round(float(np.mean(noise)), 4)}


def flagged(flags: Sequence[bool], rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Of what is flagged: which share of it is bad, and which share of the bad it is."""
    bad = [row["level"] < GOOD for row in rows]
    hits = sum(a and b for a, b in zip(flags, bad, strict=True))
    return {
        "bad": hits,
        "good": sum(flags) - hits,
        "precision": round(hits / sum(flags), 3) if any(flags) else None,
        "recall": round(hits / sum(bad), 3),
    }


def order_worth(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What the order check's share says of the trained fitness."""
    known = [row for row in rows if row["order"] is not None]
    share, level = ([row[k] for row in known] for k in ("order", "level"))
    good = [row["order"] for row in known if row["level"] >= GOOD]
    bad = [row["order"] for row in known if row["level"] < GOOD]
    least = float(np.quantile(good, 1 - RECALL, method="lower")) if good else 0.0
    rank = stats.spearman(share, level)
    return {
        "rewards": len(known),
        "spearman": None if rank is None else round(rank, 3),
        "least_share_at_90_recall": round(least, 3),
        "bad_rejected_at_90_recall": round(float(np.mean([b < least for b in bad])), 3),
    }


def twins(tasks: Mapping[str, Any]) -> list[dict[str, Any]]:
    """How far pairs train apart, of the range of fitness, by how distant their rewards are."""
    pairs = [pair for task in tasks.values() for pair in task["pairs"]]
    bands = zip(BANDS, (*BANDS[1:], 1.0), strict=True)
    found = []
    for low, high in bands:
        gaps = [pair["gap"] for pair in pairs if low <= pair["distance"] < high]
        if gaps:
            gap = {"mean": round(float(np.mean(gaps)), 4), "largest": max(gaps)}
            found.append({"from": low, "to": high, "pairs": len(gaps), "gap": gap})
    return found


def verdict_seconds(shop: Workshop, name: str) -> dict[str, Any]:
    """Milliseconds of a verdict in a running search on each of an environment's sound rewards.

    Of each the fastest of some repeats: what else the machine does is no matter of the critic's.
    """
    environment = load_environment(name)
    bank = shop.bank(environment)
    begins = f"# environment: {name}\n"
    texts = [file.read_text() for file in sorted(SUITE.glob("*.py"))]
    sources = [text for text in texts if text.startswith(begins)]
    peers = Peers(environment, bank, shop.rewards, Config().critic_rejects)
    peers.judge(candidate("first", sources[0]), {}, {})
    taken = [min(_milliseconds(peers, text) for _ in range(REPEATS)) for text in sources]
    return {
        "rewards": len(sources),
        "median_ms": round(float(np.median(taken)), 1),
        "percentile_95_ms": round(float(np.percentile(taken, 95)), 1),
        "load_average": round(os.getloadavg()[0], 1),
        "nice": os.nice(0),
    }


def _milliseconds(peers: Peers, source: str) -> float:
    begin = time.perf_counter()
    peers.judge(candidate("timed", source), {}, {})
    return 1000 * (time.perf_counter() - begin)


def worth(given: argparse.Namespace) -> dict[str, Any]:
    """What the findings are worth, from rewards that are judged and trained."""
    with Workshop() as shop, tempfile.TemporaryDirectory() as folder:
        keep = given.keep or Path(folder)
        tasks = {name: measure(shop, name, given.seed, keep) for name in TASKS}
    rows = [row for task in tasks.values() for row in task["rewards"]]
    return {
        "command": "python tests/benchmarks/bench_critic.py",
        "machine": "2 cores x86-64, 24 GiB, no GPU",
        "date": "2026-11-21",
        "rewards": len(rows),
        "good": sum(row["level"] >= GOOD for row in rows),
        "seeds": len(SEEDS),
        "rejected_by_default": flagged([row["rejected"] for row in rows], rows),
        "findings": {
            rule: flagged([rule in row["findings"] for row in rows], rows) for rule in MAY_REJECT
        },
        "order": {"all": order_worth(rows)}
        | {name: order_worth(task["rewards"]) for name, task in tasks.items()},
        "twins": twins(tasks),
        "seed_gap": {name: task["seed_gap"] for name, task in tasks.items()},
        "tasks": {name: task["rewards"] for name, task in tasks.items()},
    }


def main() -> None:
    """Measure and write it down; `--verdict` times verdicts alone and keeps the rest."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--keep", type=Path, help="folder of trainings that are not done again")
    parser.add_argument("--out", type=Path, default=OUT)
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--verdict", action="store_true", help="only how long a verdict takes")
    given = parser.parse_args()
    found = json.loads(given.out.read_text()) if given.verdict else worth(given)
    with Workshop() as shop:
        found["verdict"] = {name: verdict_seconds(shop, name) for name in TIMED}
    given.out.parent.mkdir(parents=True, exist_ok=True)
    given.out.write_text(json.dumps(found, indent=1) + "\n")
    print(json.dumps({k: v for k, v in found.items() if k != "tasks"}, indent=1))


if __name__ == "__main__":
    main()
