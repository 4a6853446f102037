"""Small searches over real parts, for the tests of the loop."""

import hashlib
import os
import subprocess
import sys

import llm_server

from rewardsmith.config import Config

TINY = {
    "generations": 2,
    "candidates": 3,
    "seeds": 1,
    "steps": 2048,
    "finalists": 2,
    "confirmation_seeds": 1,
    "report_seeds": 2,
    "evaluation_episodes": 4,
}

REPLIES = (
    """The pole should stay upright; the angle says how far it is off.

```python
def compute_reward(pole_angle, cart_position):
    upright = np.exp(-((pole_angle / 0.1) ** 2))
    centred = -0.1 * np.abs(cart_position)
    return upright + centred, {"upright": upright, "centred": centred}
```
""",
    """```python
import numpy as np

def compute_reward(pole_angle, pole_angular_velocity):
    calm = -np.abs(pole_angular_velocity)
    level = 1.0 - np.abs(pole_angle) / 0.21
    return calm + level, {"calm": calm, "level": level}
```
This punishes motion as well.""",
    """Sure! Here is the reward.

```python
import os

def compute_reward(pole_angle):
    os.system("true")
    return -np.abs(pole_angle), {"angle": -np.abs(pole_angle)}
```
""",
    "I am sorry, I cannot write code today.",
    """```python
def compute_reward(pole_angle, pole_hight):
    return np.ones_like(pole_angle), {"alive": np.ones_like(pole_angle)}
```""",
    """```python
def compute_reward(pole_angle, episode_step):
    alive = np.ones_like(pole_angle)
    tilt = -2.0 * pole_angle**2
    return alive + tilt, {"alive": alive, "tilt": tilt}
```""",
)


def reply_to(exchange):
    """The same prompt is always answered alike, whatever came before it."""
    digest = hashlib.sha256(exchange.received.prompt.encode()).digest()
    text = REPLIES[digest[0] % len(REPLIES)]
    if digest[1] % 3:
        text = text.replace("0.1)", f"0.{1 + digest[2] % 8})").replace("-2.0", f"-{digest[3]}.0")
    llm_server.answer(text)(exchange)


def tiny(**changes):
    """The settings of a search that takes seconds."""
    return Config(**{**TINY, **changes})


def flags(**changes):
    """The same settings as words of the command line."""
    words = []
    for name, value in {**TINY, **changes}.items():
        words += [f"--{name.replace('_', '-')}", str(value)]
    return words


def start_command(*words, cwd, **variables):
    """The command line as a process of its own, in a folder of its own."""
    environ = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY")}
    return subprocess.Popen(
        [sys.executable, "-m", "rewardsmith", *words],
        cwd=cwd,
        env={**environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def command(*words, cwd, **variables):
    """(exit code, stdout, stderr) of the command line."""
    with start_command(*words, cwd=cwd, **variables) as process:
        out, err = process.communicate()
    return process.returncode, out, err
