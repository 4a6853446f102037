"""Whether a search of three generations of eight finds a reward that is known to work."""

import msgspec
import numpy as np
import pytest
from composer_problem import candidate, environment_request, propose

from rewardsmith.proposers import ParentView
from rewardsmith.proposers.composer import Composer
from rewardsmith.proposers.composer.policy import heaviest
from rewardsmith.proposers.composer.tree import tree_from_json

OPERATORS = ("mutate",) * 4 + ("crossover",) * 2 + ("initial",) * 2
PARENTS = {"initial": 0, "mutate": 1, "crossover": 2}
HARMLESS = {"time", "end"}


def solves(tree):
    """Whether the tree is one of those measured to solve the mountain car with every seed.

    A cost of time, or growing mechanical energy, with nothing else, or with further terms of at
    most a quarter of its weight.  All other rewards, of which many do solve it, count as failures.
    """
    main = tree.terms[heaviest(tree.terms)]
    shape = main.shapes[0]
    energy = shape.kind == "change" and shape.signal == "mechanical_energy" and main.weight > 0
    if len(main.shapes) > 1 or not (energy or shape.kind == "time"):
        return False
    others = sum(
        abs(term.weight)
        for term in tree.terms
        if term is not main and term.shapes[0].kind not in HARMLESS
    )
    return others <= 0.25 * abs(main.weight)


def finds(seed):
    """Whether one of the 24 candidates solves it; fitness is 1 for these and 0 for all others."""
    composer, archive = Composer(seed=seed), []
    for generation in range(3):
        rng = np.random.default_rng([seed, generation, 77])
        asked = []
        for index in range(8):
            operator = OPERATORS[index] if generation else "initial"
            best = sorted(archive, key=lambda entry: -entry[1])[:4]
            chosen = rng.choice(4, PARENTS[operator], replace=False)
            parents = tuple(
                ParentView(candidate=best[i][0], fitness=best[i][1]) for i in chosen.tolist()
            )
            plain = environment_request("mountain-car", index, seed)
            asked.append(
                msgspec.structs.replace(
                    plain,
                    key=f"g{generation:02d}-c{index:02d}",
                    generation=generation,
                    operator=operator,
                    parents=parents,
                    seed=int(rng.integers(2**31)),
                )
            )
        found = [candidate(p, r) for p, r in zip(propose(composer, asked), asked, strict=True)]
        new = [(c, float(solves(tree_from_json(c.tree)))) for c in found]
        for one, score in new:
            composer.learn(one, score)
        archive += new
    return any(score > 0 for _, score in archive)


def test_a_short_search_finds_a_working_mountain_car_reward():
    assert sum(finds(seed) for seed in range(30)) >= 27


@pytest.mark.long
def test_of_two_hundred_short_searches_more_than_nineteen_in_twenty_find_one():
    assert np.mean([finds(seed) for seed in range(200)]) > 0.95
