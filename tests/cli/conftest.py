"""What the tests of the command line share."""

import pytest
import searches


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished search's folder, and the exit code that it earned."""
    home = tmp_path_factory.mktemp("finished")
    flags = searches.flags(generations=1, candidates=2)
    code, _, err = searches.command("evolve", "cartpole", "--run", "one", *flags, cwd=home)
    assert code in {0, 3}, err
    return home / "one", code
