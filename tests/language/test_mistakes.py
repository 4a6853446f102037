"""What models write that is no NumPy: each is told by line, with what to write instead."""

from __future__ import annotations

import pytest

from rewardsmith.language import check_language


def body(line: str) -> str:
    return f"def compute_reward(x, v):\n    {line}\n    return x, {{'x': x}}\n"


LINES = [
    # what a model wrote, and what it is told to write
    ("y = torch.exp(-x)", "`torch.exp` is not available: write np.exp"),
    ("y = torch.norm(v)", "write np.linalg.norm"),
    ("y = torch.clamp(x, 0, 1)", "write np.clip"),
    ("y = torch.sum(v)", "`torch.sum` is not available: write np.sum"),
    ("y = torch.sigmoid(x)", "write 1.0 / (1.0 + np.exp(-x))"),
    ("y = torch.tensor([1.0])", "write np.array"),
    ("y = F.relu(x)", "write np.maximum(x, 0.0)"),
    ("y = jnp.where(x > 0, x, -x)", "write np.where"),
    ("y = tf.reduce_mean(v)", "write np.mean"),
    ("y = scipy.special.expit(x)", "`scipy.special` is not available: write it with np"),
    ("y = v.norm()", "write np.linalg.norm(x, axis=-1)"),
    ("y = np.linalg.norm(v, dim=-1)", "NumPy calls it `axis=`"),
    ("y = np.sum(v, keepdim=True)", "NumPy calls it `keepdims=`"),
    ("y = np.zeros(3, device='cpu')", "everything is a NumPy array in memory"),
    ("y = x.unsqueeze(-1)", "write x[..., None]"),
    ("y = x.clamp(0, 1)", "write np.clip(x, low, high)"),
    ("y = x.pow(2)", "write x ** 2"),
    ("y = x.sigmoid()", "write 1.0 / (1.0 + np.exp(-x))"),
    ("y = x.to('cuda')", "everything is a NumPy array"),
    ("y = x.cpu().numpy()", "everything is a NumPy array"),
    ("y = self.weight * x", "take the signals that you need as parameters"),
    ("y = env.unwrapped.data.qpos[0]", "take the signals that you need as parameters"),
    ("y = info['reward']", "take the signals that you need as parameters"),
    ("y = np.float(3)", "write float or np.float64"),
    ("y = np.NaN", "write np.nan"),
    ("y = np.math.pi", "write math itself"),
    ("y = np.choose(1, [x, x])", "write np.select or np.where"),
    ("y = np.block([v, v])", "write np.concatenate or np.stack"),
    ("y = np.triu_indices(3)", "np.triu(np.ones((n, n)), 1)"),
    ("y = np.random.normal(size=3)", "a reward must be deterministic"),
    ("y = math.factorial(3)", "write the number itself"),
    ("print(x)", "put what you want to see into the components"),
    ("logging.info('a')", "put what you want to see into the components"),
    ("y = random.random()", "a reward must not be random"),
    ("y = time.time()", "take episode_step as a signal"),
    ("y = open('w.json').read()", "write numbers into the code"),
    ("for i in range(len(x)): y = x[i]", "compute on whole arrays (np.where, axis=-1)"),
    ("y = np.array([t for t in x])", "compute on whole arrays (np.where, axis=-1)"),
    ("y = sorted(v, key=unknown)", "`unknown` is not defined"),
    ("y = expit(v)", "write 1.0 / (1.0 + np.exp(-x))"),
    ("y = OrderedDict()", "write a plain dict"),
]


@pytest.mark.parametrize(("line", "instead"), LINES)
def test_a_mistake_is_told_with_what_to_write(line, instead):
    reasons = check_language(body(line))
    assert any(instead in reason.message for reason in reasons), reasons
    assert {reason.line for reason in reasons} == {2}


@pytest.mark.parametrize(
    "line",
    [
        "y = torch.nn.functional.relu(x)",
        "y = np.random.normal(size=3)",
        "y = env.unwrapped.data.qpos[0]",
        "y = np.lib.stride_tricks.sliding_window_view(v, 2)",
        "y = scipy.spatial.transform.Rotation.from_quat(v)",
    ],
)
def test_a_name_that_is_not_there_is_one_fault_however_long_the_path(line):
    assert len(check_language(body(line))) == 1


@pytest.mark.parametrize(
    ("head", "instead"),
    [
        ("import torch", "write it with np on arrays whose first axis is the batch"),
        ("from functools import reduce", "write a plain function or a lambda"),
        ("from dataclasses import dataclass", "use a dict of numbers"),
        ("from scipy.special import expit", "write it with np"),
        ("from collections import OrderedDict", "use plain dicts and lists"),
        ("import warnings", "NumPy's warnings are silent here"),
        ("if __name__ == '__main__': pass", "leave the `if __name__ == ...` block out"),
    ],
)
def test_what_stands_above_the_reward_is_told_as_well(head, instead):
    (reason,) = check_language(f"{head}\n{body('y = x')}")
    assert instead in reason.message
    assert reason.line == 1
