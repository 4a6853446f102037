"""Slurm's stand-ins of submitit: processes of this machine, and this process itself."""

import pytest
import real_jobs

from rewardsmith.cluster import ClusterExecutor, Lost
from rewardsmith.cluster.slurm import SlurmCluster
from rewardsmith.errors import UsageError

pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning")


def slurm(tmp_path, cluster, **settings):
    pytest.importorskip("submitit")
    return SlurmCluster(
        {"cluster": cluster, "folder": str(tmp_path / "jobs"), **settings}, workers=2
    )


@pytest.mark.parametrize("cluster", [pytest.param("local", marks=pytest.mark.long), "debug"])
def test_the_results_are_those_of_the_local_executor(cluster, local, tmp_path):
    with ClusterExecutor(slurm(tmp_path, cluster)) as executor:
        trained = real_jobs.results(executor, real_jobs.cartpole_job(tmp_path))
    expected, files = local
    assert trained == expected
    assert real_jobs.files(tmp_path) == files


def test_a_job_that_is_killed_is_a_lost_shard(tmp_path):
    cluster = slurm(tmp_path, "local")
    handle = cluster.submit(b"nonsense")
    handle._process.kill()
    ended = None
    while ended is None:
        ended = cluster.ended([handle], 5.0)
    assert ended[0] is handle
    assert isinstance(ended[1], Lost)
    assert "did not come to its end" in ended[1].reason


def test_an_unknown_parameter_is_told_with_those_that_there_are(tmp_path):
    with pytest.raises(UsageError, match=r"--executor slurm: .*partitoin"):
        slurm(tmp_path, "local", partitoin="gpu")


def test_without_slurm_the_queue_is_refused(tmp_path):
    with pytest.raises(UsageError, match="are you indeed on a slurm cluster"):
        slurm(tmp_path, "slurm")
