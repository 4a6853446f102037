"""NumPy in a confined process: everything that the reward language allows still works there."""

import numpy as np
import pytest
from sandbox.sandbox_inputs import X

from rewardsmith.errors import RewardFailed
from rewardsmith.language import names
from rewardsmith.sandbox import ArraySpec, RewardLimits

NAMES = sorted(names.NUMPY - {"empty", "empty_like"}) + [
    f"linalg.{n}" for n in sorted(names.LINALG)
]
OUTCOMES = """
def outcome(name):
    square = np.linspace(0.1, 0.9, 9).reshape(3, 3) + np.eye(3)
    flat, whole = square.ravel().copy(), np.arange(9)
    forms = [(square,), (square, square), (flat, flat), (flat, 2), ((square, square),), (whole,),
             (whole, whole), (3, 3), (flat, flat, flat), (flat > 1, flat, flat), (square, 0, 1),
             ([flat > 0, flat > 1], [flat, flat]), ('ij,jk->ik', square, square), ('text',), ()]
    function, told = np, []
    for part in name.split('.'):
        function = getattr(function, part)
    for form in forms:
        try:
            with np.errstate(all='ignore'):
                if callable(function):
                    function(*form)
            told.append('fine')
        except Exception as error:
            told.append(type(error).__name__ + str(error))
    text = '|'.join(told)
    return float(sum(ord(c) * (i % 97 + 1) for i, c in enumerate(text)))

def compute_reward(x):
    return np.array([outcome(name) for name in NAMES]), {}
"""


def test_every_allowed_function_does_inside_what_it_does_outside(server, recwarn):
    """Fifteen calls of each, errors and their texts included, by a sum over the characters."""
    source = f"NAMES = {NAMES}\n{OUTCOMES}"
    scope = {"np": np}
    exec(source, scope)
    outside = scope["compute_reward"](None)[0]
    limits = RewardLimits(call_seconds=60, memory=1 << 30)
    with server.open(source, X, len(NAMES), limits=limits, check=False) as process:
        inside = process.call(len(NAMES)).total
    differing = [name for name, a, b in zip(NAMES, inside, outside, strict=True) if a != b]
    assert differing == []


def test_results_inside_are_the_results_outside_to_the_last_bit(server):
    body = (
        "a = np.tanh(x @ x.T).mean(axis=1) + np.linalg.norm(x, axis=-1)\n"
        "b = np.median(x, axis=1) + np.quantile(x, 0.3, axis=1) + x.std(axis=1)\n"
        "c = np.einsum('ij,ij->i', x, x) + np.linalg.svd(x @ x.T, compute_uv=False)\n"
    )
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    source = f"def compute_reward(x):\n{lines}    return a + b + c, {{'a': a, 'b': b, 'c': c}}\n"
    values = np.random.default_rng(3).normal(size=(64, 5)).astype(np.float32)
    with server.open(source, (ArraySpec("x", (5,)),), 64) as process:
        process.inputs["x"][:] = values
        output = process.call(64)
    scope = {"np": np}
    exec(source, scope)
    total, components = scope["compute_reward"](values)
    for name, value in components.items():
        np.testing.assert_allclose(output.components[name], value, rtol=1e-6)
    np.testing.assert_allclose(output.total, total, rtol=1e-6)


def test_a_checked_reward_runs_and_a_forbidden_one_tells_why(server):
    sound = "import numpy as np\ndef compute_reward(x):\n    return np.abs(x), {'a': np.abs(x)}\n"
    with server.open(sound, X, 2) as process:
        process.inputs["x"][:] = [-1, 2]
        assert process.call(2).total.tolist() == [1.0, 2.0]
    with pytest.raises(RewardFailed, match=r"forbidden: .*\n.*line 1"):
        server.open("import os\ndef compute_reward(x):\n    return os.getcwd(), {}\n", X, 2)
