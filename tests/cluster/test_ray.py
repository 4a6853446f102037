"""Ray, with its own cluster of several nodes on this machine."""

import os
import sys

import pytest
import real_jobs

import rewardsmith.cluster.ray
from rewardsmith.cluster import ClusterExecutor
from rewardsmith.cluster.ray import RayCluster
from rewardsmith.errors import UsageError

pytestmark = [
    pytest.mark.long,
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::FutureWarning"),
]


@pytest.fixture
def nodes(monkeypatch):
    """A head without cores and two nodes of one core each."""
    ray_utils = pytest.importorskip("ray.cluster_utils")
    import ray

    monkeypatch.setenv("RAY_ENABLE_AUTO_CONNECT", "0")
    monkeypatch.setenv("RAY_worker_niceness", "0")  # as fast as what it is compared with
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(sys.path))
    cluster = ray_utils.Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "include_dashboard": False, "object_store_memory": 10**8},
    )
    cluster.added = [cluster.add_node(num_cpus=1, object_store_memory=10**8) for _ in range(2)]
    yield cluster
    ray.shutdown()
    cluster.shutdown()


def test_a_node_is_killed_in_a_generation_and_the_results_are_those_of_one_machine(
    nodes, local, tmp_path
):
    for name in ("began", "go"):
        os.mkfifo(tmp_path / name)
    job = real_jobs.cartpole_job(
        tmp_path, trainer="trainer_standins:train_when_told", meeting=str(tmp_path)
    )
    ray_cluster = RayCluster({"address": nodes.address}, workers=None)
    assert ray_cluster.slots == 2
    with ClusterExecutor(ray_cluster) as executor:
        submitted = ray_cluster.submit
        sent = []

        def submit(request):
            sent.append(request)
            handle = submitted(request)
            if len(sent) == 2:
                _meet_and_kill(nodes, tmp_path)
            return handle

        ray_cluster.submit = submit
        trained = real_jobs.results(executor, job)
    assert len(sent) > 2
    expected, files = local
    assert trained == expected
    assert real_jobs.files(tmp_path) == files


def _meet_and_kill(nodes, folder):
    """Wait until both shards have begun, kill one's node, and let the other go on."""
    begun = ""
    while begun.count("began") < 2:
        with (folder / "began").open() as began:
            begun += began.read()
    (folder / "released").touch()
    nodes.remove_node(nodes.added[0], allow_graceful=False)
    with (folder / "go").open("w") as go:
        go.write("go")


def test_shards_of_half_a_gpu_share_one_at_the_same_time(nodes, tmp_path, monkeypatch):
    nodes.add_node(num_cpus=2, num_gpus=1, object_store_memory=10**8)
    meeting = str(tmp_path / "meeting")
    os.mkfifo(meeting)

    def meet(request):
        """Opening one side waits for the other, so that neither ends unless both run."""
        with open(meeting, request.decode()):  # noqa: PTH123  a path of this machine's
            return os.environ["CUDA_VISIBLE_DEVICES"].encode(), {}

    monkeypatch.setattr(rewardsmith.cluster.ray, "run_shard", meet)
    assert RayCluster({"address": nodes.address, "gpus": 1}, workers=None).slots == 1
    halves = RayCluster({"address": nodes.address, "gpus": 0.5}, workers=None)
    assert halves.slots == 2
    sent = [halves.submit(side) for side in (b"r", b"w")]
    answers = []
    while sent and (ended := halves.ended(sent, 120.0)) is not None:
        sent.remove(ended[0])
        answers.append(ended[1])
    halves.cancel(sent)
    assert answers == [(b"0", {})] * 2


def test_more_than_the_cluster_has_is_refused(nodes):
    with pytest.raises(UsageError, match="less than one shard asks for"):
        RayCluster({"address": nodes.address, "cpus": 64}, workers=None)
