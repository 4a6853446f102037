"""Rewards with one known fault each, really trained: the analyzer names the fault.

The default tests replay recordings; the long one trains all of them anew.  `HELD_OUT` was only ever
measured (`tests/benchmarks/results/faults.json`), so nothing is required of it here.
"""

from __future__ import annotations

import pytest

from rewardsmith.analyzer import load_trajectories
from rewardsmith.environments import load_environment
from rewardsmith.records import TrainJob, TrainResult, TrainReward
from rewardsmith.workshop import Workshop
from tests.analyzer.planted import ALL, FAULTY, SEEDS, SOUND, STEPS
from tests.analyzer.recordings import Diagnoser

ENOUGH = 25
"""Of thirty faults."""


@pytest.fixture(scope="module")
def workshop():
    with Workshop(workers=2) as shop:
        yield shop


def test_there_are_thirty_faults_on_five_environments_and_ten_sound_rewards():
    assert (len(FAULTY), len(SOUND)) == (30, 10)
    assert len({case.environment for case in FAULTY}) == 5
    assert len({case.source for case in ALL}) == len(ALL)


def test_of_thirty_planted_faults_at_least_25_are_named_first_or_second(workshop):
    diagnoser = Diagnoser(workshop)
    told = [(case, diagnoser.findings(case)) for case in FAULTY]
    missed = {case.name: names for case, names in told if not case.is_told(names)}
    assert len(FAULTY) - len(missed) >= ENOUGH, missed


def test_of_ten_sound_rewards_nothing_is_told(workshop):
    diagnoser = Diagnoser(workshop)
    assert {c.name: n for c in SOUND if (n := diagnoser.findings(c))} == {}


@pytest.mark.long
def test_the_same_holds_for_new_trainings(workshop, tmp_path):
    diagnoser = Diagnoser(workshop)
    told = {}
    for name, steps in STEPS.items():
        cases = {c.name: c for c in (*FAULTY, *SOUND) if c.environment == name}
        folder = tmp_path / name
        job = TrainJob(
            id="faults",
            environment=load_environment(name).specification,
            rewards=tuple(TrainReward(id=c.name, source=c.source) for c in cases.values()),
            seeds=SEEDS,
            steps=steps,
            folder=str(folder),
        )
        for reply in workshop.trainer.train(job):
            if isinstance(reply, TrainResult):
                trajectories = load_trajectories(folder, reply)
                diagnosis = diagnoser.diagnosis(cases[reply.reward], reply, trajectories)
                told[reply.reward] = [f.name for f in diagnosis.findings]
    right = [[c.is_told(told[c.name]) for c in cases] for cases in (FAULTY, SOUND)]
    assert sum(right[0]) >= ENOUGH, told
    assert all(right[1]), told
