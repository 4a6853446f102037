"""One reward server for all tests of this folder."""

import pytest

from rewardsmith.sandbox import RewardServer


@pytest.fixture(scope="session")
def server():
    with RewardServer.start() as started:
        yield started
