"""Small searches over real parts, for the tests of the loop."""

import contextlib
import hashlib
import os
import subprocess
import sys
import time
from pathlib import Path

import llm_server

from rewardsmith.cli import main
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
    "baseline": "none",
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


def said(capsys, *words):
    """(exit code, stdout, stderr) of the command line in this process."""
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


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


@contextlib.contextmanager
def start_command(*words, cwd, **variables):
    """The command line as a process of its own, in a folder of its own; killed on a failure."""
    environ = {k: v for k, v in os.environ.items() if not k.endswith("_API_KEY")}
    with subprocess.Popen(
        [sys.executable, "-m", "rewardsmith", *words],
        cwd=cwd,
        env={**environ, **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield process
        except BaseException:
            process.kill()
            raise


def command(*words, cwd, **variables):
    """(exit code, stdout, stderr) of the command line."""
    with start_command(*words, cwd=cwd, **variables) as process:
        out, err = process.communicate()
    return process.returncode, out, err


def recorded(folder, kind):
    """Whether an event of that kind stands in the run's file."""
    path = folder / "events.jsonl"
    return path.exists() and f'"{kind}"' in path.read_text()


def wait_until(holds, seconds=120):
    """Until something holds of processes that nobody can be woken by."""
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, f"not within {seconds} s"
        time.sleep(0.05)


def wait_for(folder, kind):
    """Until an event of that kind stands in the run's file."""
    wait_until(lambda: recorded(folder, kind))


def drain(terminal, until):
    """Read what is written to a terminal, so that its writer does not stand still."""
    os.set_blocking(terminal, False)

    def holds():
        with contextlib.suppress(BlockingIOError):
            os.read(terminal, 1 << 16)
        return until()

    wait_until(holds)


def descendants(pid):
    """All processes below one, by the kernel's own list."""
    found = []
    for child in subprocess.run(
        ["ps", "-o", "pid=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    ).stdout.split():
        found += [int(child), *descendants(int(child))]
    return found


def gone(pids, seconds=30):
    """Whether all these processes end in time."""
    try:
        wait_until(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), seconds)
    except AssertionError:
        return False
    return True
