"""The held-out suites are whole: each reward can be read, each fault has findings that name it."""

from __future__ import annotations

from collections import Counter

import pytest

from rewardsmith.environments import load_environment
from rewardsmith.language import parse_reward
from tests.benchmarks.bench_held_out_faults import SUITES


@pytest.mark.parametrize(
    ("name", "counts"),
    [
        ("second", (24, 10, 6, 6)),
        ("third", (30, 10, 5, 5)),
        ("fourth", (30, 12, 8, 8)),
        ("fifth", (30, 10, 12, 10)),
        ("seventh", (30, 10, 0, 0)),
    ],
)
def test_a_suite_has_its_faults_sound_rewards_and_proxies_of_both_kinds(
    name: str, counts: tuple[int, ...]
):
    cases = SUITES[name].cases()
    kinds = ("faulty", "sound", "proxy meant to be hacked", "proxy meant to be sound")
    assert Counter(case.kind for case in cases) == Counter(dict(zip(kinds, counts, strict=True)))
    assert {case.environment for case in cases} == set(SUITES[name].steps)
    assert len({(case.environment, case.short) for case in cases}) == len(cases)


@pytest.mark.parametrize("name", SUITES)
def test_each_fault_can_be_told_and_each_reward_reads_what_its_environment_shows(name: str):
    suite = SUITES[name]
    shown = {
        environment: {"action", "terminated", "episode_step"}
        | {s.name for s in load_environment(environment).signals}
        for environment in suite.steps
    }
    for case in suite.cases():
        assert bool(case.told_by) or case.kind != "faulty", case.name
        assert not (case.told_by and case.kind.endswith("sound")), case.name
        read = {name.removeprefix("previous_") for name in parse_reward(case.source).parameters}
        assert read <= shown[case.environment], case.name
