"""Code that the composer did not write keeps everything but its numbers."""

import ast

import numpy as np
import pytest
from composer_problem import propose, request
from language.skeletons import skeleton

from rewardsmith.language import check_language
from rewardsmith.proposers.composer import Composer
from rewardsmith.proposers.composer.retuning import retune_source
from rewardsmith.records import Candidate

SOURCE = '''\
SCALE = 2.5  # metres
HIP = 1


def near(x, width=0.5):
    """é: a gate of 3.0."""
    return np.exp(-((x / width) ** 2.0))


def compute_reward(amber, ember, action):
    speed = SCALE * amber + 1e-9
    hip = 0.3 * near(ember[:, HIP] - 0.25)
    effort = -0.05 * np.sum(action**2, axis=-1)
    first = 2 * np.linalg.norm(ember[..., 0:2], axis=1)
    ones = np.full(amber.shape[0] - 1 + 1, 4.0)[:1].sum()
    power = np.power(np.abs(amber), 1.5) / 3
    total = speed + hip + effort + first + ones + power
    return total, {"speed": speed, "hip": hip, f"{'effort'}": effort}
'''
CHANGEABLE = {"2.5", "0.5", "0.3", "0.25", "0.05", "2", "3"}


def constants(source):
    return [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)]


@pytest.mark.parametrize("seed", range(25))
def test_only_weights_and_scales_change(seed):
    retuned = retune_source(SOURCE, np.random.default_rng(seed))
    assert retuned is not None
    assert retuned != SOURCE
    assert skeleton(retuned) == skeleton(SOURCE)
    changed = {
        str(old.value)
        for old, new in zip(constants(SOURCE), constants(retuned), strict=True)
        if old.value != new.value
    }
    assert changed <= CHANGEABLE
    assert "# metres" in retuned
    assert '"""é: a gate of 3.0."""' in retuned


def test_every_weight_and_scale_can_change():
    changed = set()
    for seed in range(40):
        retuned = retune_source(SOURCE, np.random.default_rng(seed))
        changed |= {
            str(old.value)
            for old, new in zip(constants(SOURCE), constants(retuned), strict=True)
            if old.value != new.value
        }
    assert changed == CHANGEABLE


@pytest.mark.parametrize(
    "source",
    [
        "def compute_reward(amber):\n    return amber, {'amber': amber}\n",
        "def compute_reward(amber):\n    return amber[:, 0] ** 2, {}\n",
        "def compute_reward(:\n",
        "\0",
    ],
)
def test_code_without_such_a_number_is_left_alone(source):
    assert retune_source(source, np.random.default_rng(0)) is None


def foreign(source, tree=None):
    return Candidate(
        id="g00-c00", source=source, operator="human", generation=0, index=0, tree=tree
    )


@pytest.mark.parametrize(
    ("operator", "told"), [("mutate", "mutate"), ("crossover", "mutate"), ("retune", "retune")]
)
def test_anothers_code_gets_other_numbers_which_is_a_mutation_unless_retuning_was_asked(
    operator, told
):
    parents = (foreign(SOURCE), foreign(SOURCE))
    asked = request(3, generation=1, operator=operator, parents=parents)
    (proposal,) = propose(Composer(), [asked])
    assert proposal.operator == told
    assert proposal.tree is None
    assert proposal.parents == ("g00-c00",)
    assert skeleton(proposal.source) == skeleton(SOURCE)


def test_where_nothing_can_be_retuned_a_fresh_reward_is_proposed():
    parent = foreign("def compute_reward(amber):\n    return amber, {'amber': amber}\n")
    asked = request(3, generation=1, operator="mutate", parents=(parent,))
    (proposal,) = propose(Composer(), [asked])
    assert proposal.operator == "initial"
    assert proposal.parents == ()
    assert proposal.tree is not None
    assert check_language(proposal.source) == ()


def test_a_tree_over_signals_that_are_not_here_is_anothers_code():
    tree = {"terms": [{"weight": 2.0, "shapes": [{"kind": "linear", "signal": "fog"}]}]}
    source = "def compute_reward(fog):\n    gain = 2.0 * fog\n    return gain, {'gain': gain}\n"
    asked = request(3, generation=1, operator="mutate", parents=(foreign(source, tree),))
    (proposal,) = propose(Composer(), [asked])
    assert proposal.operator == "mutate"
    assert proposal.tree is None
