"""Screening: of several proposals that cost nothing to write, one that fits is tried."""

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
from rewardsmith.records import (
    Candidate,
    CandidateProposed,
    MemberResult,
    RewardTrained,
    TrainResult,
)
from rewardsmith.sandbox import RewardServer
from rewardsmith.search.screening import screened, seeds_for
from rewardsmith.search.seeing import tells

REQUEST = ProposalRequest(
    key="g01-c00",
    operator="initial",
    generation=1,
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


@pytest.mark.parametrize(
    ("signs", "tried"), [("-0+", 1), ("+-0", 0), ("-+", 1), ("--0+", 2), ("0-", 0), ("-0-+0", 1)]
)
def test_the_first_is_tried_that_fits_recorded_episodes_no_worse_than_half_do(server, signs, tried):
    (chosen,) = screened(sitting(server, Writer(signs)), [REQUEST])
    assert chosen == msgspec.structs.replace(REQUEST, seed=seeds_for(REQUEST, len(signs))[tried])


def test_nothing_is_compared_before_any_policy_was_trained():
    first = msgspec.structs.replace(REQUEST, generation=0)
    assert screened(sitting(None, Writer("-+")), [first]) == [first]


@pytest.mark.parametrize(
    ("scores", "trusted"),
    [
        # The loss falls from the first reward to the last: -x, nothing, x up to 1, x.
        ((0.0, 1.0, 2.0, 3.0), True),
        ((3.0, 2.0, 1.0, 0.0), False),
        ((1.0, 0.0, 3.0, 2.0), True),
        ((0.0, 0.0, 0.0, 0.0), True),
        ((2.0, 1.0, 0.0), True),  # too few to tell
    ],
)
def test_the_loss_is_followed_where_it_orders_what_was_trained_as_the_scores_do(
    server, scores, trusted
):
    known = sitting(server, Writer("-+"))
    pays = ("-1.0 * x", "0.0 * x", "np.minimum(x, 1.0)", "1.0 * x")
    known.archive = Archive.fold(
        event
        for k, score in enumerate(scores)
        for event in (proposed(f"g00-c0{k}", pays[k]), trained(f"g00-c0{k}", score))
    )
    assert tells(known, 1) == trusted
    assert tells(known, 0)
    (chosen,) = screened(known, [REQUEST])
    assert (chosen.seed != REQUEST.seed) == trusted


def proposed(name, total):
    source = f"def compute_reward(x):\n    y = {total}\n    return y, {{'y': y}}\n"
    return CandidateProposed(
        candidate=Candidate(id=name, source=source, operator="initial", generation=0, index=0)
    )


def trained(name, fitness):
    member = MemberResult(reward=name, seed=0, steps=1, fitness=fitness)
    result = TrainResult(reward=name, purpose="selection", members=(member,))
    return RewardTrained(job="g00", result=result)


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
