"""Screening: of several proposals that cost nothing to write, the one that fits best is tried."""

from pathlib import Path
from types import SimpleNamespace

import msgspec
import numpy as np
import pytest

from rewardsmith.archive import Archive
from rewardsmith.bank import Bank, BankEpisode
from rewardsmith.config import Config
from rewardsmith.environments import Task
from rewardsmith.proposers import ActionRow, Proposal, ProposalRequest
from rewardsmith.sandbox import RewardServer
from rewardsmith.search.screening import screened, seeds_for

REQUEST = ProposalRequest(
    key="g00-c00",
    operator="initial",
    generation=0,
    index=0,
    seed=7,
    words="More of x.",
    signals=(),
    action=ActionRow(count=2),
)
WORTH = {"-": -1.0, "0": 0.0, "+": 1.0}
"""What a proposal pays for x; episodes with more of it are fitter."""


class Writer:
    """Writes at its n-th seed what the n-th sign says, and learns nothing."""

    name = "writer"

    def __init__(self, signs):
        self.signs = dict(zip(seeds_for(REQUEST, len(signs)), signs, strict=True))

    def learn(self, candidate, score):
        raise NotImplementedError

    def propose(self, requests, emit):
        for request in requests:
            factor = WORTH[self.signs[request.seed]]
            source = f"def compute_reward(x):\n    y = {factor} * x\n    return y, {{'y': y}}\n"
            yield request.key, Proposal(source=source)


@pytest.fixture(scope="module")
def server():
    with RewardServer.start() as opened:
        yield opened


def sitting(server, proposer, worth=(0.0, 1.0, 2.0, 3.0), **changes):
    """As much of a sitting as screening needs; episode k has an x of k on its two steps."""
    episodes = tuple(
        BankEpisode({"x": np.full(2, float(k))}, fitness, terminated=False)
        for k, fitness in enumerate(worth)
    )
    task = Task("t", "More of x.", fitness=lambda s: s.x, reduce="max")
    return SimpleNamespace(
        config=Config(**{"screen": len(proposer.signs), **changes}),
        environment=SimpleNamespace(task=task),
        proposer=proposer,
        archive=Archive(),
        bank=Bank({"x": np.zeros(1)}, episodes),
        shop=SimpleNamespace(rewards=server),
        log=SimpleNamespace(folder=Path()),
    )


@pytest.mark.parametrize(("signs", "best"), [("-0+", 2), ("+-0", 0), ("0-", 0), ("-+0-", 1)])
def test_what_follows_the_fitness_of_recorded_episodes_best_is_tried(server, signs, best):
    (chosen,) = screened(sitting(server, Writer(signs)), [REQUEST])
    assert chosen.seed == seeds_for(REQUEST, len(signs))[best]
    assert chosen == msgspec.structs.replace(REQUEST, seed=chosen.seed)


def test_where_episodes_say_nothing_the_first_is_tried(server):
    (chosen,) = screened(sitting(server, Writer("-+"), worth=(1.0, 1.0)), [REQUEST])
    assert chosen == REQUEST


def test_with_a_choice_of_one_or_without_a_fitness_nothing_is_compared():
    writer = Writer("-+")
    assert screened(sitting(None, writer, screen=1), [REQUEST]) == [REQUEST]
    unmeasured = sitting(None, writer)
    unmeasured.environment.task = Task("t", "More of x.")
    assert screened(unmeasured, [REQUEST]) == [REQUEST]


def test_a_models_answers_are_all_tried():
    asked = sitting(None, Writer("-+"))
    asked.proposer = SimpleNamespace(name="llm", propose=None)
    assert screened(asked, [REQUEST]) == [REQUEST]


def test_the_seeds_of_a_place_begin_with_its_own_and_differ():
    seeds = seeds_for(REQUEST, 8)
    assert seeds[0] == REQUEST.seed
    assert len(set(seeds)) == 8
    assert seeds_for(REQUEST, 8) == seeds
    assert seeds_for(REQUEST, 1) == [REQUEST.seed]
