"""One reward server for all tests of this folder."""

import pytest
from sandbox.sandbox_inputs import QUICK, X

from rewardsmith.errors import RewardFailed
from rewardsmith.sandbox import RewardServer


@pytest.fixture(scope="session")
def server():
    with RewardServer.start() as started:
        yield started


@pytest.fixture
def run(server):
    """Runs raw Python as a candidate on x = 0, 1, 2, 3 and gives output or failure."""

    def attempt(source, *, rows=4, limits=QUICK):
        try:
            with server.open(source, X, rows, limits=limits, check=False) as process:
                process.inputs["x"][:] = range(rows)
                return process.call(rows)
        except RewardFailed as failure:
            return failure

    return attempt


@pytest.fixture
def told(run):
    """Runs a block of Python inside compute_reward; gives what it put in `found`, as text."""

    def attempt(block, **settings):
        body = "\n".join(f"    {line}" for line in block.splitlines())
        source = (
            "import os, sys, ctypes, socket, signal, resource, mmap, errno, gc\n"
            f"def compute_reward(x):\n    found = None\n{body}\n"
            "    raise ValueError(f'<{found}>')\n"
        )
        failure = run(source, **settings)
        assert isinstance(failure, RewardFailed), failure
        text = failure.message.rsplit("\nline ", 1)[0]
        return text[text.index("<") + 1 : text.rindex(">")] if "<" in text else str(failure)

    return attempt
