"""Mutation reads what was measured of a parent: some first changes are those it asks for."""

import msgspec
import pytest
from composer_problem import candidate, propose, request

from rewardsmith.proposers import ParentView
from rewardsmith.proposers.composer import Composer
from rewardsmith.proposers.composer.tree import Shape, Term, Tree, tree_from_json, tree_to_json
from rewardsmith.proposers.composer.writing import component_names, write

LOUD = Term(weight=2.0, shapes=(Shape(kind="linear", signal="dune"),))
FAINT = Term(weight=-0.5, shapes=(Shape(kind="target", signal="birch", target=4.0),))
ALIVE = Term(weight=0.5, shapes=(Shape(kind="alive"),))
MANY = 100


def children(*terms, actions):
    """The trees of a hundred mutations of a parent that is not the worst."""
    tree = Tree(terms=terms)
    composer = Composer()
    asked = request(generation=1, operator="mutate")
    parent = msgspec.structs.replace(
        candidate(propose(Composer(), [request()])[0], asked),
        source=write(tree, {})[0],
        tree=tree_to_json(tree),
    )
    worse = candidate(propose(Composer(), [request(3)])[0], request(3))
    composer.learn(worse, 0.0)
    named = dict(zip(component_names(tree), actions, strict=True))
    view = ParentView(candidate=parent, fitness=1.0, actions={k: v for k, v in named.items() if v})
    requests = [
        msgspec.structs.replace(request(k, generation=1, operator="mutate"), parents=(view,))
        for k in range(MANY)
    ]
    return [tree_from_json(proposal.tree) for proposal in propose(composer, requests)]


def weight(tree, term):
    """The weight of the term with this one's first shape on the same channel; None if gone."""
    kind, channel = term.shapes[0].kind, term.shapes[0].channel
    found = [t for t in tree.terms if (t.shapes[0].kind, t.shapes[0].channel) == (kind, channel)]
    return found[0].weight if found else None


def count(trees, term, changed):
    return sum(changed(weight(tree, term)) for tree in trees)


def halved(now):
    return now is not None and abs(now) <= 1.0


def doubled(now):
    return now is not None and abs(now) >= 1.0


@pytest.mark.parametrize(
    ("term", "actions", "changed"),
    [
        (LOUD, ("smaller", "keep"), halved),
        (FAINT, ("keep", "larger"), doubled),
        (FAINT, ("keep", "drop"), lambda now: now is None),
        (ALIVE, ("keep", "drop"), lambda now: now is None),
        (LOUD, ("rewrite", "keep"), lambda now: now is None),
    ],
)
def test_half_of_the_first_changes_are_what_the_numbers_ask_for(term, actions, changed):
    other = ALIVE if term is ALIVE else FAINT
    plain = count(children(LOUD, other, actions=("", "")), term, changed)
    advised = count(children(LOUD, other, actions=actions), term, changed)
    # Half of a hundred, and about half of what came by chance before.
    assert 30 + plain // 2 <= advised <= 70 + plain


def test_advice_to_keep_changes_nothing():
    assert children(LOUD, FAINT, actions=("keep", "keep")) == children(
        LOUD, FAINT, actions=("", "")
    )
