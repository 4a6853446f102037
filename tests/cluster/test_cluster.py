"""The executor of several machines, on machines that are played by functions."""

import sys

import pytest

from rewardsmith.channel import FailedReply, MemberReply, line
from rewardsmith.cluster import ClusterExecutor, Lost, make_cluster
from rewardsmith.cluster.shard import ShardRequest, make_request, read_answer, run_shard
from rewardsmith.errors import (
    EnvironmentUnavailable,
    StoreError,
    TrainerFailed,
    UsageError,
)
from rewardsmith.records import (
    MemberResult,
    TrainJob,
    TrainProgress,
    TrainResult,
    TrainReward,
    decode,
)


class PlayedCluster:
    """Shards end at once, in the order in which they were sent, with what `answer` says."""

    def __init__(self, answer, slots=2):
        self.slots = slots
        self.answer = answer
        self.sent = []
        self.cancelled = []
        self.closed = False

    def submit(self, request):
        shard = decode(request, ShardRequest)
        self.sent.append(shard.members)
        return len(self.sent), request

    def ended(self, handles, seconds):
        return handles[0], self.answer(decode(handles[0][1], ShardRequest))

    def cancel(self, handles):
        self.cancelled += handles

    def close(self):
        self.closed = True


def job(tmp_path, rewards=("a", "b", "c"), seeds=(2, 1), kind="source"):
    return TrainJob(
        id="g00",
        environment={"name": "nowhere"},
        rewards=tuple(TrainReward(id=name, kind=kind) for name in rewards),
        seeds=seeds,
        steps=100,
        folder=str(tmp_path),
    )


def member_lines(shard):
    """Ten times the reward's index plus the seed, for each member."""
    members = [
        MemberResult(reward=shard.job.rewards[r].id, seed=s, steps=100, fitness=float(10 * r + s))
        for r, s in shard.members
    ]
    return b"".join(line(MemberReply(member=member)) for member in members)


def train(shard):
    return member_lines(shard), {}


def results(cluster, job):
    with ClusterExecutor(cluster) as executor:
        return {r.reward: r for r in executor.train(job) if isinstance(r, TrainResult)}


def test_shards_go_to_every_slot_and_results_hold_their_seeds_in_order(tmp_path):
    cluster = PlayedCluster(train)
    trained = results(cluster, job(tmp_path))
    assert cluster.sent == [((0, 2), (0, 1), (1, 2)), ((1, 1), (2, 2), (2, 1))]
    assert {name: r.fitness for name, r in trained.items()} == {
        "a": (2.0, 1.0),
        "b": (12.0, 11.0),
        "c": (22.0, 21.0),
    }
    assert cluster.closed


def test_a_lost_shard_is_halved_and_the_results_are_the_same(tmp_path):
    lost = []

    def answer(shard):
        if not lost:
            lost.append(shard)
            return Lost("the machine is gone")
        return train(shard)

    cluster = PlayedCluster(answer)
    assert results(cluster, job(tmp_path)) == results(PlayedCluster(train), job(tmp_path))
    assert cluster.sent[2:] == [((0, 2),), ((0, 1), (1, 2))]


def test_a_reward_that_costs_its_machine_is_one_failed_result(tmp_path):
    def answer(shard):
        poisoned = any(shard.job.rewards[reward].id == "poison" for reward, _ in shard.members)
        return Lost("the machine was lost") if poisoned else train(shard)

    trained = results(PlayedCluster(answer), job(tmp_path, rewards=("a", "poison", "c")))
    assert trained["a"].fitness == (2.0, 1.0)
    assert trained["c"].fitness == (22.0, 21.0)
    assert trained["poison"].failure == (
        "the machine was lost, each time that this reward was trained"
    )


def test_when_every_machine_is_lost_no_candidate_is_blamed(tmp_path):
    with pytest.raises(TrainerFailed, match="it was so with every reward"):
        results(PlayedCluster(lambda _: Lost("no machine answers")), job(tmp_path))


def test_a_machine_lost_under_the_tasks_own_reward_is_the_trainers_failure(tmp_path):
    with pytest.raises(TrainerFailed, match="while training the human reward"):
        results(
            PlayedCluster(lambda _: Lost("it is gone")), job(tmp_path, rewards=("x",), kind="human")
        )


def test_what_went_wrong_there_is_raised_here_and_the_rest_is_cancelled(tmp_path):
    failed = line(FailedReply(error="EnvironmentUnavailable", message="no such model"))
    cluster = PlayedCluster(lambda _: (failed, {}))
    with pytest.raises(EnvironmentUnavailable, match="no such model"):
        results(cluster, job(tmp_path))
    assert len(cluster.cancelled) == 1


def test_leaving_the_iteration_cancels_what_runs(tmp_path):
    cluster = PlayedCluster(train, slots=6)
    running = ClusterExecutor(cluster).train(job(tmp_path))
    next(running)
    running.close()
    assert len(cluster.cancelled) == 5


def test_cancel_ends_the_job_without_further_results(tmp_path):
    executor = ClusterExecutor(PlayedCluster(train, slots=6))
    running = executor.train(job(tmp_path))
    next(running)
    executor.cancel()
    assert list(running) == []


def test_progress_tells_the_part_that_is_done(tmp_path):
    with ClusterExecutor(PlayedCluster(train), clock=iter(range(100)).__next__) as executor:
        told = [r for r in executor.train(job(tmp_path)) if isinstance(r, TrainProgress)]
    assert [(p.steps, p.total, p.members) for p in told] == [(50, 100, 6), (100, 100, 6)]


def test_files_come_back_below_the_jobs_folder_and_nowhere_else(tmp_path):
    read_answer((b"", {"policies/a-1.npz": b"numbers"}), tmp_path)
    assert (tmp_path / "policies" / "a-1.npz").read_bytes() == b"numbers"
    for name in ("../escaped", "/escaped"):
        with pytest.raises(StoreError, match="outside"):
            read_answer((b"", {name: b""}), tmp_path)


def test_other_versions_of_what_the_numbers_depend_on_are_refused():
    request = decode(make_request(job("."), ((0, 1),), unsafe=False), ShardRequest)
    assert request.versions["torch"]
    changed = make_request(job("."), ((0, 1),), unsafe=False).replace(
        request.versions["torch"].encode(), b"1.0.0"
    )
    with pytest.raises(TrainerFailed, match=r"has torch 2\..*the run 1\.0\.0; install the same"):
        read_answer(run_shard(changed), ".")


def test_nonsense_is_answered_with_a_failure():
    with pytest.raises(TrainerFailed, match="DecodeError"):
        read_answer(run_shard(b"nonsense"), ".")


def test_an_unknown_executor_and_unknown_settings_propose_the_nearest():
    with pytest.raises(UsageError, match="did you mean slurm"):
        make_cluster("slrum", {}, workers=None)
    with pytest.raises(UsageError, match="did you mean gpus or cpus"):
        make_cluster("ray", {"gpu": 1}, workers=None)
    with pytest.raises(UsageError, match="--executor-set: Expected `float`"):
        make_cluster("ray", {"gpus": "many"}, workers=None)


@pytest.mark.parametrize(("name", "package"), [("ray", "ray"), ("slurm", "submitit")])
def test_a_missing_package_is_told_with_what_to_install(name, package, monkeypatch):
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UsageError, match=rf"pip install 'rewardsmith\[{name}\]'"):
        make_cluster(name, {}, workers=1)
