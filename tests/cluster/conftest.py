"""What the local executor makes of the job that all executors do."""

import pytest
import real_jobs


@pytest.fixture(scope="session")
def local(tmp_path_factory):
    folder = tmp_path_factory.mktemp("local")
    return real_jobs.local_results(folder), real_jobs.files(folder)
