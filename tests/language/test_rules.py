"""Every rule of the reward language: what breaks it, the line, and the words for the model."""

from __future__ import annotations

import ast

import numpy as np
import pytest

from rewardsmith.errors import RewardInvalid
from rewardsmith.language import check_language, compile_reward, parse_reward
from rewardsmith.language.checker import _Checker
from rewardsmith.language.scopes import collect


def body(*lines: str) -> str:
    """A reward whose lines 2, 3, ... are these."""
    text = "".join(f"    {line}\n" for line in lines)
    return f"def compute_reward(speed, action):\n{text}    return speed, {{'speed': speed}}\n"


KEEPER = """\
def make():
    kept = []
    def g(v):
        kept.append(v); return len(kept)
    return g
"""
RULES = [
    # rule, line, words that must be there, source
    ("text", 2, "U+0000", body("\x00")),
    ("text", 2, "U+202E", body("# \u202e")),
    ("text", None, "surrogate", body("a = '\ud800'")),
    ("too-large", None, "65536 bytes", body("a = 1") + "#" * 70_000),
    ("coding", 1, "utf-7", "# coding: utf-7\n" + body("a = 1")),
    ("syntax", 2, "not valid Python", body("a = = 1")),
    ("syntax", 2, "outside loop", body("break")),
    ("syntax", 2, "iterable expression", body("a = [i for i in (b := [1])]")),
    ("too-deep", None, "give the parts names", body("a = " + "-" * 300 + "speed")),
    ("ascii-name", 2, "'ｎｐ'", body("a = ｎｐ.exp(speed)")),
    ("syntax-allowed", 2, "whole arrays", body("while True:", "    pass")),
    ("syntax-allowed", 2, "np.where", body("try:", "    a = 1", "except:", "    a = 2")),
    ("syntax-allowed", 2, "plain functions", body("class A:", "    pass")),
    ("syntax-allowed", 3, "keeps nothing", body("a = 1", "global b")),
    ("syntax-allowed", 2, "np.select", body("match speed:", "    case _:", "        pass")),
    ("syntax-allowed", 2, "warnings are silent", body("with np.errstate(all='log'):", "    a = 1")),
    ("syntax-allowed", 2, "every input", body("raise speed")),
    ("import", 2, "only numpy and math", body("import torch")),
    ("import", 1, "deterministic", "from numpy import random\n" + body("a = 1")),
    ("import", 1, "name one function", "from numpy import *\n" + body("a = 1")),
    ("import", 2, "two different", "import numpy as m\nimport math as m\n" + body("a = 1")),
    ("dunder", 2, "private to Python", body("a = speed.__class__")),
    ("dunder", 2, "reserved", body("__a = 1")),
    ("unknown-name", 2, "did you mean speed", body("a = sped * 2")),
    ("unknown-name", 2, "write np.exp", body("a = exp(speed)")),
    ("unknown-name", 2, "remove it", body("print(speed)")),
    ("unknown-name", 2, "must not be random", body("a = random.random()")),
    ("rebound", 2, "another name", body("np = 1")),
    ("rebound", 2, "another name", body("range = 1")),
    ("attribute", 2, "np.abs", body("a = speed.abs()")),
    ("attribute", 2, "f-string", body("a = '{}'.format(speed)")),
    ("attribute", 2, "did you mean .mean", body("a = speed.meen()")),
    ("attribute", 2, "variables or a dict", body("speed.shape = (1, 2)")),
    ("attribute", 2, "np.add.reduce", body("a = speed.reduce()")),
    ("numpy", 2, "did you mean np.maximum", body("a = np.maximun(speed, 0)")),
    ("numpy", 2, "np.clip", body("a = np.clamp(speed, 0, 1)")),
    ("numpy", 2, "np.linalg.norm", body("a = np.norm(action)")),
    ("numpy", 2, "deterministic", body("a = np.random.rand(3)")),
    ("numpy", 2, "whole arrays", body("a = np.vectorize(abs)(speed)")),
    ("numpy", 2, "isinstance only", body("a = np.ndarray((3,))")),
    ("math", 2, "write np.clip", body("a = math.clip(1, 0, 1)")),
    ("module", 2, "is a module", body("a = np")),
    ("annotation", 3, "annotations only", "from typing import Dict\n" + body("a = Dict()")),
    ("decorator", 1, "remove it", "@abs\n" + body("a = 1")),
    ("default", 2, "use a number or None", body("def f(a=[]):", "    return a")),
    ("keyword", 2, "axis=", body("a = np.sum(action, dim=-1)")),
    ("keyword", 2, "name each argument", body("a = np.sum(action, **{'axis': 1})")),
    ("dtype", 2, "float, int, bool", body("a = np.zeros(3, dtype='O')")),
    ("dtype", 2, "float, int, bool", body("a = speed.astype('O')")),
    ("format", 2, "plain one", body("a = f'{speed:{9}}'")),
    ("format", 2, "f-string", body("a = 'j%d' % 1")),
    ("exponent", 2, "between -64 and 64", body("a = speed ** 100")),
    ("number", 2, "float such as 1e20", body("a = 99999999999999999999")),
    ("number", 2, "real number", body("a = 1j")),
    ("number", 2, "at most 63", body("a = 1 << 64")),
    ("repeat", 2, "at most 100000", body("a = [0] * 1000000")),
    ("size", 2, "shrink it", body("a = np.zeros((10000, 1000))")),
    ("loop", 2, "every row of the batch", body("for v in speed:", "    pass")),
    ("loop", 3, "changes while the loop", body("for v in (a := [1]):", "    a.append(v)")),
    ("uninitialised", 2, "np.zeros_like", body("a = np.divide(1.0, speed, where=speed != 0)")),
    ("uninitialised", 2, "np.where", body("a = np.clip(speed, 0, 1, where=speed > 0)")),
    ("uninitialised", 2, "np.where", body("a = np.add.outer(speed, action, where=False)")),
    ("recursion", 2, "without recursion", body("def f(a):", "    return f(a)")),
    ("input-changed", 2, "speed = speed ...", body("speed += 1.0")),
    ("input-changed", 3, "x.copy()", body("a = speed", "a[0] = 1.0")),
    ("input-changed", 3, "p['a'] = p['a']", body("p = {'a': speed}", "p['a'] += 1.0")),
    ("input-changed", 3, "l[0] = l[0]", body("l = [speed, action]", "l[0] *= 2.0")),
    ("input-changed", 3, "operator", body("a = speed.astype(float, copy=False)", "a += 1.0")),
    ("input-changed", 3, "operator", body("a = np.array(speed, copy=False)", "a += 1.0")),
    ("state", 3, "constant of the file", "S = {}\n" + body("S['a'] = 1")),
    ("state", 1, "make it a list", "S = (i for i in [1])\n" + body()),
    ("state", 1, "make it a list", "S = [zip([1], [2])][0]\n" + body()),
    ("state", 1, "make it a list", "S = {'a': map(abs, [1])}\n" + body()),
    ("state", 1, "make it a list", "S, T = enumerate([1]), 2\n" + body()),
    ("state", 1, "make it a list", "if True:\n    S = reversed([1])\n" + body()),
    ("state", 6, "return the values", KEEPER + "g = make()\n" + body()),
    ("state", 6, "return the values", KEEPER + "g = [make(), 1]\n" + body()),
    ("definition", None, "at the top level", "def reward(speed):\n    return speed, {}\n"),
    ("definition", 4, "keep one", body("a = 1") + "compute_reward = abs\n"),
    ("signature", 1, "name each signal", "def compute_reward(*a):\n    return a[0], {}\n"),
    ("signature", 1, "name each signal", "def compute_reward(a, **k):\n    return k['b'], {}\n"),
    ("signature", 1, "inside the function", "def compute_reward(a, b=(1,)):\n    return a, {}\n"),
    ("signature", 1, "takes no signal", "def compute_reward(a=1):\n    return a, {}\n"),
    ("signature", 1, "takes no signal", "def compute_reward(*a, **k):\n    return 1.0, {}\n"),
    ("signature", 1, "takes no signal", "def compute_reward():\n    return 1.0, {}\n"),
    ("return", 2, "return total", "def compute_reward(a):\n    return a * 2\n"),
    ("return", 1, "returns nothing", "def compute_reward(a):\n    pass\n"),
]


@pytest.mark.parametrize(("rule", "line", "words", "source"), RULES)
def test_a_broken_rule_is_told_with_its_line_and_what_to_write(rule, line, words, source):
    reasons = check_language(source)
    found = [r for r in reasons if r.rule == rule and (line is None or r.line == line)]
    assert found, [str(reason) for reason in reasons]
    assert any(words in reason.message for reason in found), [r.message for r in found]


@pytest.mark.parametrize(
    "head",
    [
        "S = dict(zip(['a'], [1]))\n",
        "S = sum(i for i in [1])\n",
        "S = [a * b for a, b in zip([1], [2])]\n",
        "S = sorted(map(abs, [1]))\n",
        "S = ', '.join(str(i) for i in [1])\n",
        "S = list(enumerate(zip([1], [2])))\n",
        "S = lambda v: sum(map(abs, v))\n",
        "S = {}\nfor k, v in zip('ab', (1, 2)):\n    S[k] = v\n",
        "def make():\n    k = {}\n    k['a'] = 1\n    return lambda v: v * k['a']\ng = make()\n",
    ],
)
def test_what_the_top_level_uses_up_itself_is_no_state(head):
    assert check_language(head + body("a = 1")) == ()


def test_a_function_inside_the_reward_may_fill_its_dict():
    inside = body("d = {}", "def put(k, v):", "    d[k] = v", "put('a', speed)")
    assert check_language(inside) == ()


@pytest.mark.parametrize(
    "line",
    [
        "a = np.divide(1.0, speed, out=np.zeros_like(speed), where=speed != 0)",
        "a = np.divide(1.0, speed, np.zeros_like(speed), where=speed != 0)",
        "a = np.sum(action, axis=-1, where=action > 0)",
        "a = np.add.reduce(action, axis=-1, where=action > 0)",
        "a = np.add(speed, speed, where=True)",
    ],
)
def test_where_with_an_output_or_in_a_reduction_is_sound(line):
    assert check_language(body(line)) == ()


def test_all_faults_of_a_file_are_told_at_once_in_the_order_of_lines():
    source = body(
        "import os", "a = speed.abs()", "speed += 1", "while a:", "    pass", "b = undefined"
    )
    reasons = check_language(source)
    assert [(r.line, r.rule) for r in reasons] == [
        (2, "import"),
        (3, "attribute"),
        (4, "input-changed"),
        (5, "syntax-allowed"),
        (7, "unknown-name"),
    ]


def test_a_signal_that_is_not_a_parameter_is_named_as_such():
    (reason,) = check_language(body("a = height * 2"), signals=("height", "speed"))
    assert "add it to compute_reward's parameters" in reason.message


def test_parse_reward_lists_every_fault_in_its_error():
    with pytest.raises(RewardInvalid) as caught:
        parse_reward(body("import os", "speed += 1"))
    assert "line 2" in str(caught.value)
    assert "line 3" in str(caught.value)


def test_a_parsed_reward_has_its_parameters_and_docstring():
    parsed = parse_reward(body('"""Go fast."""'))
    assert parsed.parameters == ("speed", "action")
    assert parsed.docstring == "Go fast."


@pytest.mark.parametrize(
    "lines",
    [
        ("p = {'a': speed, 'b': 2.0 * speed}", "p['b'] += 1.0"),
        ("p = {'a': speed, 'b': 2.0 * speed}", "b = p['b']", "b += 1.0"),
        ("p = {'a': speed}", "p['a'] = p['a'] + 1.0", "p['a'] += 1.0"),
        ("p = dict(a=speed)", "p['b'] = 2.0 * speed"),
        ("p = list([speed])", "p.append(2.0 * speed)"),
        ("a = np.array(speed, copy=True)", "a += 1.0"),
    ],
    ids=" / ".join,
)
def test_what_a_list_or_dict_holds_beside_an_input_may_be_changed(lines):
    assert check_language(body(*lines)) == ()


@pytest.mark.parametrize(
    "line",
    [
        "a = np.eye(1e308)",
        "a = np.identity(n=-1e308 * 10)",
        "a = np.zeros((1e308, 1e308))",
        "a = [0] * (-1e308 * 10)",
        "a = [0] * (1e308 * 10 - 1e308 * 10)",
        "a = (1 << 1e308) + (2 << math.nan)",
        "a = 1e308 ** 2 + (-8) ** 0.5 + 0 ** -1",
        "a = np.arange(1e308 * 10, -1e308 * 10, 0)",
        "a = [i for i in range(1e308 * 10)]",
        "a = 2 ** 63 ** 63 % 0 + 7 // 0",
        "a = 0xffffffffffffffffffffffffffffffffffffffff ** 64.5",
    ],
)
def test_numbers_at_the_end_of_what_there_is_are_judged(line):
    assert isinstance(check_language(body(line)), tuple)


def test_what_cannot_be_followed_is_refused(monkeypatch):
    monkeypatch.setattr(_Checker, "run", lambda _self: 1 / 0)
    (reason,) = check_language(body("a = 1"))
    assert "cannot be followed (division by zero)" in reason.message


def test_type_parameters_of_newer_pythons_are_refused():
    tree = ast.parse(body("a = 1"))
    tree.body[0].type_params = [ast.Name("T", ast.Load())]
    faults = _Checker(collect(tree), ()).run()
    assert [fault.message for fault in faults] == [
        "type parameters of `compute_reward`: remove them"
    ]


def test_numbers_and_unread_stars_in_the_signature_are_no_signals():
    source = (
        "def compute_reward(speed, target=-2.0, *_, gain=None, **kwargs):\n    return speed, {}\n"
    )
    assert check_language(source) == ()
    assert parse_reward(source).parameters == ("speed",)
    total, _ = compile_reward(source)(speed=np.ones(2))
    assert total.tolist() == [1.0, 1.0]
