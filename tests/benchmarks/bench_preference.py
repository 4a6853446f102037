"""Comparisons of behaviours: do they find the best candidate, and do the intervals hold?

    python tests/benchmarks/bench_preference.py [--trials 200]

Nothing is trained: candidates have known strengths, their policies known ones around these, and a
simulated judge prefers by them with the noise of the Bradley-Terry model, or without any (a sharp
judge, five times the differences).  Eight candidates with two policies each are compared so many
times; arms are the schedule as it is (open pairs first) and pairs at random.  `regret` is how much
stronger the best candidate is than the one that came out first, in logits; `coverage` the part of
the 95 % intervals of all candidates that hold the true share.  Writes results/preference.json.
"""

from __future__ import annotations

import argparse
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.preference import Match, Pair, Player, fit_strengths, undecided_pairs
from rewardsmith.preference.strength import POLICY_SPREAD, PRIOR, logistic

RESULTS = Path(__file__).parent / "results"
MACHINE = "2 cores x86-64, 24 GiB, no GPU"
CANDIDATES, POLICIES = 8, 2
COMPARISONS = (8, 16, 32)
JUDGES = {"noisy": 1.0, "sharp": 5.0}


def random_pairs(
    players: list[Player], done: list[Pair], most: int, rng: np.random.Generator
) -> tuple[Pair, ...]:
    """Pairs of policies of different candidates that have not met, at random."""
    del done
    first, second = (players[k] for k in rng.choice(len(players), size=2, replace=False))
    seeds = (int(rng.choice(first.seeds)), int(rng.choice(second.seeds)))
    return (Pair(first.name, seeds[0], second.name, seeds[1]),)[:most]


def trial(arm: str, sharpness: float, comparisons: int, seed: int) -> tuple[float, float]:
    """(regret, coverage) of one simulated stage."""
    rng = np.random.default_rng([seed, comparisons])
    names = [f"c{k}" for k in range(CANDIDATES)]
    true = rng.normal(0.0, PRIOR, CANDIDATES)
    policies = true[:, None] + rng.normal(0.0, POLICY_SPREAD, (CANDIDATES, POLICIES))
    players = [Player(name, tuple(range(POLICIES))) for name in names]
    done: list[Pair] = []
    matches: list[Match] = []
    while len(done) < comparisons:
        left = comparisons - len(done)
        if arm == "open pairs":
            pairs = undecided_pairs(players, fit_strengths(names, matches), done, left, rng)
        else:
            pairs = random_pairs(players, done, left, rng)
        if not pairs:
            break
        for pair in pairs:
            one = policies[names.index(pair.first), pair.first_seed]
            other = policies[names.index(pair.second), pair.second_seed]
            won = float(rng.random() < logistic(sharpness * (one - other)))
            matches.append(Match(pair.first, pair.second, won, pair.first_seed, pair.second_seed))
        done += pairs
    strengths = fit_strengths(names, matches)
    chosen = int(np.argmax(strengths.values))
    shares = [strengths.share(name) for name in names]
    truth = [logistic(float(value - true.mean())) for value in true]
    held = [s.low <= t <= s.high for s, t in zip(shares, truth, strict=True)]
    return float(true.max() - true[chosen]), float(np.mean(held))


def main() -> None:
    """Simulate all arms and write what came out."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--trials", type=int, default=200)
    trials = parser.parse_args().trials
    rows: list[dict[str, Any]] = []
    for judge, sharpness in JUDGES.items():
        for comparisons in COMPARISONS:
            for arm in ("open pairs", "random pairs"):
                found = np.array([trial(arm, sharpness, comparisons, k) for k in range(trials)])
                error = float(found[:, 0].std(ddof=1) / np.sqrt(trials))
                rows.append(
                    {
                        "judge": judge,
                        "comparisons": comparisons,
                        "arm": arm,
                        "regret": round(float(found[:, 0].mean()), 3),
                        "regret_error": round(error, 3),
                        "coverage": round(float(found[:, 1].mean()), 3),
                    }
                )
                print(rows[-1])
    facts = {
        "command": f"python tests/benchmarks/bench_preference.py --trials {trials}",
        "machine": MACHINE,
        "date": datetime.now(UTC).date().isoformat(),
        "rows": rows,
    }
    (RESULTS / "preference.json").write_text(json.dumps(facts, indent=1) + "\n")


if __name__ == "__main__":
    main()
