"""The second suite is whole: each reward can be read, each fault has findings that name it."""

from __future__ import annotations

from collections import Counter

from rewardsmith.environments import load_environment
from rewardsmith.language import parse_reward
from tests.benchmarks.bench_second_faults import STEPS, load_cases


def test_there_are_24_faults_ten_sound_rewards_and_twelve_proxies_on_six_environments():
    kinds = Counter(case.kind for case in load_cases())
    proxies = {"proxy meant to be hacked": 6, "proxy meant to be sound": 6}
    assert kinds == {"faulty": 24, "sound": 10, **proxies}
    assert {case.environment for case in load_cases()} == set(STEPS)
    assert len({(case.environment, case.short) for case in load_cases()}) == len(load_cases())


def test_each_fault_can_be_told_and_each_reward_reads_what_its_environment_shows():
    shown = {
        name: {"action", "terminated"} | {s.name for s in load_environment(name).signals}
        for name in STEPS
    }
    for case in load_cases():
        assert bool(case.told_by) == bool(case.fault and case.kind == "faulty"), case.name
        read = {name.removeprefix("previous_") for name in parse_reward(case.source).parameters}
        assert read <= shown[case.environment], case.name
