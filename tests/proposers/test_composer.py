"""The composer's proposals: what they say is what they compute, and nothing is left to chance."""

import json

import msgspec
import numpy as np
import pytest
from composer_problem import (
    SIGNALS,
    candidate,
    propose,
    request,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsmith.language import check_language, compile_reward
from rewardsmith.proposers import ActionRow, LearningProposer, ParentView, SignalRow
from rewardsmith.proposers.composer import Composer
from rewardsmith.proposers.composer.growing import planned_mains
from rewardsmith.proposers.composer.tree import (
    FAMILIES,
    KINDS,
    Shape,
    Term,
    Tree,
    fingerprint,
    tree_from_json,
    tree_to_json,
)
from rewardsmith.proposers.composer.vocabulary import ASKED, vocabulary_of
from rewardsmith.proposers.composer.words import quantities
from rewardsmith.proposers.composer.writing import write
from rewardsmith.records import Candidate

ROWS = 64


def batch(seed):
    """Signals of the synthetic environment within about twice their ranges."""
    rng = np.random.default_rng(seed)
    values = {
        "action": rng.uniform(-1, 1, (ROWS, 2)).astype(np.float32),
        "terminated": rng.random(ROWS) < 0.3,
        "truncated": rng.random(ROWS) < 0.1,
        "episode_step": np.arange(ROWS),
    }
    for row in SIGNALS:
        for prefix in ("", "previous_"):
            draw = rng.uniform(2 * row.low - row.high, 2 * row.high - row.low, (ROWS, *row.shape))
            values[prefix + row.name] = draw.astype(np.float32)
    return values


def run(source, values):
    reward = compile_reward(source)
    names = reward.__code__.co_varnames[: reward.__code__.co_argcount]
    return reward(**{name: values[name] for name in names})


def read(shape, values, prefix=""):
    x = values[prefix + shape.signal].astype(np.float64)
    if shape.norm:
        return np.sqrt((x**2).sum(axis=-1))
    return x if shape.component is None else x[:, shape.component]


def evaluate_shape(shape, values):
    """A shape by its definition in the docstring of `Shape`."""
    kind, t, w = shape.kind, shape.target, shape.width
    if kind == "effort":
        return (values["action"].astype(np.float64) ** 2).sum(axis=-1) / w
    if kind == "time":
        return np.ones(ROWS)
    if kind == "alive":
        return 1.0 - values["terminated"]
    if kind == "end":
        return w * values["terminated"]
    x = read(shape, values)
    return {
        "linear": lambda: x / w,
        "bounded": lambda: np.tanh((x - t) / w),
        "target": lambda: np.exp(-(((x - t) / w) ** 2)),
        "inside": lambda: (np.abs(x - t) < w) * 1.0,
        "beyond": lambda: (x > t) * 1.0,
        "change": lambda: (x - read(shape, values, "previous_")) / w,
        "absolute": lambda: np.abs(x - t) / w,
        "square": lambda: ((x - t) / w) ** 2,
    }[kind]()


def evaluate(tree, values):
    """The tree's terms, worked out without its code, (terms, rows)."""
    return np.array(
        [
            term.weight * np.prod([evaluate_shape(shape, values) for shape in term.shapes], axis=0)
            for term in tree.terms
        ]
    )


def assert_code_says_what_the_tree_means(tree, source, seed):
    assert check_language(source) == (), source
    values = batch(seed)
    total, components = run(source, values)
    expected = evaluate(tree, values)
    assert len(components) == len(tree.terms)
    for got, want in zip(components.values(), expected, strict=True):
        assert got.shape == (ROWS,)
        assert np.isfinite(got).all()
        # Weight over width is written with three digits (0.5 %); inputs are float32.
        assert got == pytest.approx(want, rel=6e-3, abs=1e-3)
    assert total == pytest.approx(sum(components.values()), rel=1e-5, abs=1e-5)


shapes = st.builds(
    lambda kind, source, target, width: Shape(
        kind=kind,
        target=float(f"{target:.3g}"),
        width=float(f"{width:.3g}"),
        **({} if kind in {"effort", "time", "alive", "end"} else source),
    ),
    st.sampled_from(KINDS),
    st.sampled_from(
        [
            *({"signal": row.name} for row in SIGNALS if not row.shape),
            {"signal": "ember", "component": 1},
            {"signal": "ember", "norm": True},
        ]
    ),
    st.sampled_from([0.0, 0.5, -0.5, 1.0, 2.5]),
    st.floats(0.05, 20),
)
weights = st.floats(0.05, 3).map(lambda w: float(f"{w:.3g}"))
terms = st.builds(
    lambda weight, sign, factors: Term(weight=sign * weight, shapes=tuple(factors)),
    weights,
    st.sampled_from([1, -1]),
    st.lists(shapes, min_size=1, max_size=3),
)
trees = st.builds(lambda parts: Tree(terms=tuple(parts)), st.lists(terms, min_size=1, max_size=6))


def parent(tree, number=0):
    return Candidate(
        id=f"g00-c{number:02d}",
        source=write(tree, {})[0],
        operator="initial",
        generation=0,
        index=number,
        tree=tree_to_json(tree),
    )


@given(trees, st.integers(0, 5))
@settings(max_examples=80, deadline=None)
def test_code_of_any_tree_is_accepted_and_computes_the_tree(tree, seed):
    source, thought = write(tree, {row.name: row.unit for row in SIGNALS})
    assert_code_says_what_the_tree_means(tree, source, seed)
    assert thought[0].isupper()
    assert thought.endswith(".")
    assert max(len(line) for line in source.splitlines()) <= 120


@given(trees)
@settings(max_examples=50, deadline=None)
def test_trees_survive_json(tree):
    assert tree_from_json(json.loads(json.dumps(tree_to_json(tree)))) == tree


@given(
    trees,
    trees,
    st.sampled_from(["mutate", "crossover", "retune"]),
    st.integers(0, 10**6),
    st.booleans(),
)
@settings(max_examples=80, deadline=None)
def test_offspring_of_any_trees_are_accepted_finite_and_what_their_tree_means(
    first, second, operator, seed, learned
):
    parents = (parent(first), parent(second, 1))
    composer = Composer(seed=seed)
    if learned:
        composer.learn(parents[0], 1.0)
        composer.learn(parents[1], None)
    asked = request(seed % 8, generation=1, operator=operator, seed=seed, parents=parents)
    (proposal,) = propose(composer, [asked])
    tree = tree_from_json(proposal.tree)
    assert tree is not None
    assert 1 <= len(tree.terms) <= 6
    assert set(proposal.parents) <= {"g00-c00", "g00-c01"}
    assert_code_says_what_the_tree_means(tree, proposal.source, seed % 7)


@pytest.mark.parametrize(
    "data", [{"sum": []}, {"terms": []}, {"terms": [{"weight": 1.0, "shapes": []}]}, None]
)
def test_what_is_no_tree_of_the_composer_is_none(data):
    assert tree_from_json(data) is None


def test_code_reads_as_a_person_would_write_it():
    tree = Tree(
        terms=(
            Term(weight=0.5, shapes=(Shape(kind="linear", signal="amber", width=2.0),)),
            Term(weight=-0.1, shapes=(Shape(kind="effort", width=2.0),)),
            Term(
                weight=0.3,
                shapes=(Shape(kind="target", signal="birch", target=4.0, width=1.5),),
            ),
        )
    )
    source, thought = write(tree, {"amber": "m"})
    assert thought == "Raise amber, spend little on actions and keep birch near 4."
    assert (
        source
        == '''\
def compute_reward(amber, action, birch):
    """Raise amber, spend little on actions and keep birch near 4."""
    amber_gain = 0.25 * amber
    effort = -0.05 * np.sum(action**2, axis=-1)
    birch_on_target = 0.3 * np.exp(-(((birch - 4.0) / 1.5) ** 2))
    total = amber_gain + effort + birch_on_target
    return total, {"amber_gain": amber_gain, "effort": effort, "birch_on_target": birch_on_target}
'''
    )


def test_components_never_take_the_name_of_a_signal():
    signals = (SignalRow(name="effort", sentence="effort", low=0.0, high=1.0),)
    tree = Tree(
        terms=(
            Term(weight=1.0, shapes=(Shape(kind="linear", signal="effort"),)),
            Term(weight=-1.0, shapes=(Shape(kind="effort"),)),
        )
    )
    source, _ = write(tree, {row.name: "" for row in signals})
    assert "effort_2 = -1.0 * np.sum" in source
    assert check_language(source) == ()


def test_equal_seeds_and_lessons_give_equal_proposals_in_any_process_order():
    def proposals(requests):
        composer = Composer(seed=5)
        for number, proposal in enumerate(
            propose(Composer(seed=5), [request(i) for i in range(8)])
        ):
            composer.learn(candidate(proposal, request(number)), float(number % 3))
        return propose(composer, requests)

    asked = [request(i, generation=1) for i in range(8)]
    everything = proposals(asked)
    assert proposals(asked) == everything
    # A resumed run asks for what is missing only, and gets the same.
    assert proposals(asked[3:]) == everything[3:]
    assert proposals(asked[::-1])[::-1] == everything


def test_runs_with_other_seeds_propose_other_things():
    first = propose(Composer(seed=1), [request(i, seed=1) for i in range(8)])
    other = propose(Composer(seed=2), [request(i, seed=2) for i in range(8)])
    assert {p.source for p in first} != {p.source for p in other}


@pytest.mark.parametrize("seed", range(20))
def test_the_first_generation_is_spread_over_kinds_and_signals(seed):
    proposals = propose(Composer(seed=seed), [request(i, seed=seed) for i in range(8)])
    mains = []
    for proposal in proposals:
        tree = tree_from_json(proposal.tree)
        mains.append(tree.terms[0].shapes[0])
    assert len({(shape.kind, shape.channel) for shape in mains}) == 8
    families = {FAMILIES[shape.kind] for shape in mains}
    assert {"level", "place", "progress", "event", "time"} <= families
    assert len({fingerprint(tree_from_json(p.tree)) for p in proposals}) == 8


def test_the_plan_of_a_generation_does_not_depend_on_how_long_it_is():
    policy = Composer().policy(request())
    plans = [planned_mains(policy, n, 0, np.random.default_rng(3)) for n in (4, 9)]
    assert plans[1][:4] == plans[0]


def test_a_child_is_never_its_parent_in_another_scale():
    tree = Tree(terms=(Term(weight=1.0, shapes=(Shape(kind="linear", signal="amber"),)),))
    for seed in range(30):
        asked = request(0, generation=1, operator="mutate", seed=seed, parents=(parent(tree),))
        (proposal,) = propose(Composer(seed=seed), [asked])
        assert fingerprint(tree_from_json(proposal.tree)) != fingerprint(tree)


def test_a_fingerprint_ignores_scale_and_order_and_nothing_else():
    first = Term(weight=1.0, shapes=(Shape(kind="linear", signal="amber", width=2.0),))
    second = Term(weight=0.5, shapes=(Shape(kind="target", signal="birch", width=2.0),))
    doubled = Term(weight=4.0, shapes=(Shape(kind="linear", signal="amber", width=4.0),))
    whole = Term(weight=1.0, shapes=second.shapes)
    # 1/2 + 0.5 f is half of 4/4 + 1.0 f.
    same = fingerprint(Tree(terms=(first, second)))
    assert fingerprint(Tree(terms=(whole, doubled))) == same
    assert fingerprint(Tree(terms=(first, whole))) != same


def test_what_crossover_makes_comes_from_both_parents():
    first = Tree(terms=(Term(weight=1.0, shapes=(Shape(kind="linear", signal="amber"),)),))
    second = Tree(terms=(Term(weight=-1.0, shapes=(Shape(kind="square", signal="birch"),)),))
    asked = request(
        1, generation=1, operator="crossover", parents=(parent(first), parent(second, 1))
    )
    (proposal,) = propose(Composer(), [asked])
    assert proposal.operator == "crossover"
    assert proposal.parents == ("g00-c00", "g00-c01")
    assert tree_from_json(proposal.tree).terms == (*first.terms, *second.terms)


def test_a_repair_is_a_fresh_sound_tree():
    asked = request(2, operator="repair")
    (proposal,) = propose(Composer(), [asked])
    assert proposal.operator == "repair"
    assert_code_says_what_the_tree_means(tree_from_json(proposal.tree), proposal.source, 0)


def test_a_repair_of_a_child_is_another_child_of_the_same_parents():
    first = Tree(terms=(Term(weight=1.0, shapes=(Shape(kind="linear", signal="amber"),)),))
    second = Tree(terms=(Term(weight=-1.0, shapes=(Shape(kind="square", signal="birch"),)),))
    both = (parent(first), parent(second, 1))
    asked = request(1, generation=1, operator="repair", parents=both)
    (proposal,) = propose(Composer(), [asked])
    assert (proposal.operator, proposal.parents) == ("repair", ("g00-c00", "g00-c01"))
    assert tree_from_json(proposal.tree).terms == (*first.terms, *second.terms)
    composer = Composer()
    composer.learn(parent(second, 1), -1.0)  # so that the first is not the worst
    view = (ParentView(candidate=both[0], fitness=1.0),)
    alone = [
        msgspec.structs.replace(request(k, generation=1, operator="repair"), parents=view)
        for k in range(40)
    ]
    children = propose(composer, alone)
    assert {(p.operator, p.parents) for p in children} == {("repair", ("g00-c00",))}
    read = [{s.signal for t in tree_from_json(p.tree).terms for s in t.shapes} for p in children]
    assert sum("amber" in signals for signals in read) > 20


def test_numbers_in_the_words_of_a_task_are_targets_of_what_is_measured_in_their_unit():
    assert quantities("Stand at one metre, not 2.5 m.") == ((1.0, "m"), (2.5, "m"))
    assert quantities("Turn by 90 degrees at 3 radians per second") == (
        (1.5708, "rad"),
        (3.0, "rad/s"),
    )
    assert quantities("One step more, in 20 steps; on 1 leg") == ()
    row = SignalRow(name="cart_position", sentence="of the cart", unit="m", low=-2.0, high=2.0)
    speed = SignalRow(name="cart_velocity", sentence="of the cart", unit="m/s", low=-2.0, high=2.0)

    def marks(words):
        channels = vocabulary_of(request(words=words, signals=(row, speed))).channels.values()
        return {channel.signal: channel.reading.landmarks for channel in channels}

    asked = marks("Keep the cart one metre to the side.")
    assert asked == {"cart_position": ((1.0, ASKED),), "cart_velocity": ()}
    assert marks("Keep it one metre off.")["cart_position"] == ()


def test_discrete_actions_cost_no_effort_and_an_environment_without_signals_still_gets_rewards():
    asked = [request(i, signals=(), action=ActionRow(count=3)) for i in range(6)]
    for proposal in propose(Composer(), asked):
        assert check_language(proposal.source) == ()
        assert "action" not in proposal.source.splitlines()[0]


def test_it_is_a_proposer_that_learns():
    composer = Composer()
    assert isinstance(composer, LearningProposer)
    assert composer.name == "composer"
