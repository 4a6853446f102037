"""The composer's policy: what words seed and what results teach."""

import numpy as np
import pytest
from composer_problem import (
    BEST,
    candidate,
    environment_request,
    mass_on_best,
    propose,
    request,
    search,
)

from rewardsmith.proposers.composer import Composer
from rewardsmith.proposers.composer.growing import planned_mains
from rewardsmith.proposers.composer.policy import Lesson, advantages, learned_policy
from rewardsmith.proposers.composer.tree import Shape, Term, Tree, tree_from_json
from rewardsmith.proposers.composer.vocabulary import Atom
from rewardsmith.proposers.composer.words import landmarks, read_signal, stem, stems, wishes

SEEDS = 20
GENERATIONS = 14


def interval(differences, seed=0):
    """A bootstrap interval (95 %) of the mean."""
    rng = np.random.default_rng(seed)
    draws = rng.choice(differences, (4000, len(differences))).mean(axis=1)
    return np.quantile(draws, [0.025, 0.975])


def test_learning_finds_the_known_best_of_a_noisy_problem_where_chance_does_not():
    learned, taught, untaught = [], [], []
    for seed in range(SEEDS):
        composer, scores = search(seed, rate=1.0, generations=GENERATIONS, noise=0.3)
        learned.append(mass_on_best(composer))
        taught.append(np.mean(scores[-3:]))
        _, scores = search(seed, rate=0.0, generations=GENERATIONS, noise=0.3)
        untaught.append(np.mean(scores[-3:]))
    before = mass_on_best(Composer())
    assert before < 0.02
    assert np.mean(learned) > 0.5
    assert np.median(learned) > 0.75
    low, _ = interval(np.array(taught) - np.array(untaught))
    assert low > 0.1


def test_a_rate_of_zero_learns_nothing():
    composer, _ = search(0, rate=0.0, generations=3, noise=0.0)
    assert mass_on_best(composer) == mass_on_best(Composer())


def test_nothing_is_learned_from_equal_scores_but_what_failed_is_tried_less():
    asked = [request(i) for i in range(8)]
    composer = Composer()
    for proposal, one in zip(propose(composer, asked), asked, strict=True):
        composer.learn(candidate(proposal, one), 0.0)
    before, after = Composer().policy(request()), composer.policy(request())
    assert np.array_equal(before.probabilities("main"), after.probabilities("main"))
    assert after.tried.sum() == 8
    first = planned_mains(before, 8, 0, np.random.default_rng([0, 0]))
    later = [
        atom
        for seed in range(50)
        for atom in planned_mains(after, 8, 1, np.random.default_rng(seed))
    ]
    fresh = [
        atom
        for seed in range(50)
        for atom in planned_mains(before, 8, 1, np.random.default_rng(seed))
    ]
    assert sum(a in first for a in later) < 0.6 * sum(a in first for a in fresh)


def test_no_choice_is_ever_excluded_by_what_was_learned():
    tree = Tree(terms=(Term(weight=-1.0, shapes=(Shape(kind="linear", signal="dune"),)),))
    other = Tree(terms=(Term(weight=1.0, shapes=(Shape(kind="linear", signal="amber"),)),))
    lessons = [Lesson(tree, g, 0.0) for g in range(50)] + [Lesson(other, g, 1.0) for g in range(50)]
    prior = Composer().policy(request())
    policy = learned_policy(prior.vocabulary, lessons)
    place = prior.vocabulary.atoms.index(BEST)
    least = policy.probabilities("main")[place]
    # The floor: a tenth of the choices follow the flattened prior.
    assert 1e-4 < least < prior.probabilities("main")[place]
    assert policy.probabilities("main").sum() == pytest.approx(1.0)


def test_the_learned_state_is_a_function_of_the_lessons_alone():
    first, _ = search(3, rate=1.0, generations=4, noise=0.2)
    again, _ = search(3, rate=1.0, generations=4, noise=0.2)
    asked = [request(i, generation=4, seed=3) for i in range(8)]
    propose(again, asked[:5])  # proposing teaches nothing
    assert propose(first, asked) == propose(again, asked)


def test_ranks_share_ties_and_put_failures_last():
    # Four candidates: below minus above, over three.
    assert advantages([2.0, 1.0, 1.0, None]) == pytest.approx([1.0, 0.0, 0.0, -1.0])
    assert advantages([5.0]) == [0.0]
    assert advantages([0.0, 0.0, 0.0]) == [0.0, 0.0, 0.0]


def test_stems_join_forms_of_a_word():
    assert stem("running") == stem("runs") == stem("run")
    assert stem("balancing") == stem("balance")
    assert stems("the forward_velocity, Moving") == ("forward", "velocity", "mov")


def test_words_tell_relevance_and_direction():
    task = stems("Make it run forward as fast as it can.")
    speed = read_signal(task, "forward_velocity", "velocity of the torso along +x", (-5.0, 5.0))
    joints = read_signal(task, "knee", "bending of the knee", (-1.0, 1.0))
    assert speed.relevance > 1.0 > joints.relevance
    assert speed.direction > 0
    backward = read_signal(
        stems("Walk backward."), "forward_velocity", "velocity along +x", (-5.0, 5.0)
    )
    assert backward.direction < 0
    height = read_signal(stems("Crouch down low."), "height", "of the torso", (0.0, 1.0))
    assert height.direction < 0


def test_words_of_restraint_turn_a_direction():
    task = stems("Stand still with little effort_sum.")
    assert read_signal(task, "effort_sum", "", (0.0, 1.0)).direction < 0


def test_numbers_in_a_sentence_are_landmarks_and_weigh_more_beside_the_tasks_words():
    task = stems("Climb to the top.")
    sentence = "height: 0.1 in the valley, 1.0 at the top, m^2"
    assert landmarks(task, sentence) == ((0.1, 1.0), (1.0, 4.0))
    assert read_signal(task, "level", sentence, (0.0, 1.0)).direction > 0


def test_wishes_are_read_from_the_task():
    assert wishes(stems("Keep the pole upright.")) == {"hold"}
    assert wishes(stems("Run without falling.")) == {"move", "survive"}
    assert wishes(stems("Drive up the hill until you reach the flag.")) == {"reach"}


def first_trees(name, seed, count=8):
    asked = [environment_request(name, index, seed) for index in range(count)]
    return [tree_from_json(p.tree) for p in propose(Composer(seed=seed), asked)]


@pytest.mark.parametrize("name", ["half-cheetah", "hopper", "ant"])
def test_running_forward_is_first_tried_as_more_forward_velocity(name):
    heads = [first_trees(name, seed, 1)[0].terms[0] for seed in range(20)]
    assert sum(term.shapes[0].signal == "forward_velocity" for term in heads) >= 15
    assert sum(term.shapes[0].kind == "linear" and term.weight > 0 for term in heads) >= 12
    extras = [
        shape.kind
        for seed in range(5)
        for tree in first_trees(name, seed)
        for term in tree.terms[1:]
        for shape in term.shapes
    ]
    assert extras.count("effort") > 0.15 * len(extras)


def test_keeping_a_pole_upright_is_tried_as_an_angle_near_zero():
    for seed in range(20):
        shapes = [s for tree in first_trees("cartpole", seed) for t in tree.terms for s in t.shapes]
        assert any(s.signal == "pole_angle" and abs(s.target) < 0.03 for s in shapes)


def test_a_task_that_ends_in_success_is_first_tried_with_a_cost_of_time_and_with_progress():
    for seed in range(20):
        mains = [tree.terms[0].shapes[0].kind for tree in first_trees("mountain-car", seed)]
        assert "change" in mains
    policy = Composer().policy(environment_request("mountain-car"))
    mass = dict(zip(policy.vocabulary.atoms, policy.probabilities("main"), strict=True))
    channel = ("", None, False)
    assert mass[Atom("time", channel, -1)] > 5 * mass[Atom("alive", channel, 1)]
    # The search's, not the words': no single main term is a foregone conclusion.
    assert max(mass.values()) < 0.3
