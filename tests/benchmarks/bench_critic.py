"""What the critic's findings are worth: random rewards are judged, then trained, then compared.

    python tests/benchmarks/bench_critic.py [SEED]

Prints for each task the rank correlation of the order check's share with the trained fitness, how
many of the bad rewards it would reject at 90 % recall of the good ones, and what each finding
flags.  About a minute and a half on one core.
"""

from __future__ import annotations

import sys
import tempfile

import numpy as np

from rewardsmith import stats
from rewardsmith.bank import Bank
from rewardsmith.critic import judge
from rewardsmith.critic.behaviour import Trial, order_of
from rewardsmith.environments import load_environment
from rewardsmith.language import compile_reward
from rewardsmith.records import Candidate, TrainJob, TrainResult, TrainReward
from rewardsmith.workshop import Workshop

REWARDS = 32
RULES = ("order", "alive", "loop")
GOOD = {"cartpole": 200.0, "mountain-car": 0.5}
SIGNALS = {
    "cartpole": "cart_position, cart_velocity, pole_angle, pole_angular_velocity, terminated",
    "mountain-car": "position, previous_position, velocity, height, mechanical_energy, "
    "previous_mechanical_energy",
}
TERMS = {
    "cartpole": (
        "np.ones_like(pole_angle)",
        "np.abs(pole_angle) / 0.2",
        "np.abs(cart_position) / 2.4",
        "np.abs(cart_velocity)",
        "np.abs(pole_angular_velocity)",
        "1.0 * terminated",
        "(cart_position > 0) * 1.0",
        "np.cos(pole_angle)",
    ),
    "mountain-car": (
        "np.ones_like(position)",
        "position",
        "height",
        "np.abs(velocity) / 0.07",
        "mechanical_energy / 0.003",
        "(position >= 0.5) * 10.0",
        "(velocity > 0) * 1.0",
        "(mechanical_energy - previous_mechanical_energy) / 0.0001",
        "(position > previous_position) * 1.0",
        "np.abs(position + 0.5)",
    ),
}


def random_rewards(name: str, rng: np.random.Generator) -> dict[str, str]:
    """Sources: one to three terms with random weights."""
    found: dict[str, str] = {}
    for index in range(REWARDS):
        chosen = rng.choice(len(TERMS[name]), rng.integers(1, 4), replace=False)
        weights = rng.choice([-1, 1], len(chosen)) * rng.choice([0.1, 0.3, 1.0, 3.0], len(chosen))
        total = " + ".join(
            f"{w} * ({TERMS[name][term]})" for w, term in zip(weights, chosen, strict=True)
        )
        source = f"def compute_reward({SIGNALS[name]}):\n    return {total}, {{}}\n"
        found[f"r{index:02d}"] = source
    return found


def order_share(source: str, name: str, bank: Bank) -> float:
    """The share of recorded pairs in the right order."""
    reward, signals = compile_reward(source), SIGNALS[name].split(", ")
    totals = [reward(**{s: e.signals[s] for s in signals})[0] for e in bank.episodes]
    order = order_of(Trial.of(bank.episodes, np.concatenate(totals)))
    assert order is not None
    return order.share


def trained(shop: Workshop, name: str, sources: dict[str, str]) -> dict[str, float]:
    """The fitness of one seed of each."""
    environment = load_environment(name)
    with tempfile.TemporaryDirectory() as folder:
        job = TrainJob(
            id=name,
            environment=environment.specification,
            rewards=tuple(TrainReward(id=k, source=s) for k, s in sources.items()),
            seeds=(0,),
            steps=environment.task.steps,
            folder=folder,
            evaluation_episodes=10,
        )
        results = [r for r in shop.trainer.train(job) if isinstance(r, TrainResult)]
    fitness = {r.reward: r.members[0].fitness for r in results}
    return {name: value for name, value in fitness.items() if value is not None}


def measure(shop: Workshop, name: str, seed: int) -> None:
    """Judge and train random rewards of one task, and print what the findings told."""
    environment = load_environment(name)
    bank = shop.bank(environment)
    sources = random_rewards(name, np.random.default_rng(seed))
    told: dict[str, set[str]] = {}
    for key, source in sources.items():
        candidate = Candidate(id=key, source=source, operator="human", generation=0, index=0)
        told[key] = {r.rule for r in judge(candidate, environment, bank, shop.rewards).reasons}
    share = {key: order_share(source, name, bank) for key, source in sources.items()}
    fitness = trained(shop, name, sources)
    good = [key for key, value in fitness.items() if value >= GOOD[name]]
    bad = [key for key in fitness if key not in good]
    rank = stats.spearman([share[k] for k in fitness], [fitness[k] for k in fitness])
    least = np.quantile([share[k] for k in good], 0.1)
    rejected = np.mean([share[k] < least for k in bad])
    print(f"{name}: {len(good)} good, {len(bad)} bad; order against fitness: {rank:.2f}")
    print(f"  at 90% recall (share {least:.2f}) order rejects {rejected:.0%} of the bad")
    for rule in RULES:
        flagged = [sum(rule in told[k] for k in group) for group in (good, bad)]
        print(f"  {rule} flags {flagged[0]} good and {flagged[1]} bad")


if __name__ == "__main__":
    with Workshop(workers=1) as workshop:
        for task in TERMS:
            measure(workshop, task, int(sys.argv[1]) if len(sys.argv) > 1 else 7)
