"""Rewards as real models write them, in every style: all are accepted, and compute."""

from __future__ import annotations

import numpy as np
import pytest
from rewards_bank import FILES, environment_of, random_bank

from rewardsmith.critic import judge_statically
from rewardsmith.language import compile_reward, parse_reward, source_hash


def test_there_are_at_least_eighty():
    assert len(FILES) >= 80


def test_no_two_are_the_same():
    assert len({source_hash(file.read_text()) for file in FILES}) == len(FILES)


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_a_sound_reward_is_accepted_and_gives_one_number_per_row(file):
    source = file.read_text()
    environment = environment_of(source)
    assert judge_statically(source, environment) == []
    parsed = parse_reward(source)
    function = compile_reward(parsed)
    for rows, seed in ((64, 0), (1, 1)):
        bank = random_bank(environment, rows, seed)
        inputs = {name: bank.transitions[name].copy() for name in parsed.parameters}
        for array in inputs.values():
            array.flags.writeable = False
        with np.errstate(all="ignore"):
            total, components = function(**inputs)
        assert total.shape == (rows,)
        assert np.isfinite(total).all()
        assert components
        for name, value in components.items():
            assert name.isidentifier()
            assert value.shape == (rows,)
