"""A race over several machines: members go on elsewhere, and nobody is the wiser."""

from contextlib import nullcontext
from itertools import count
from types import SimpleNamespace

import pytest
import real_jobs
from shard_training import make_job

from rewardsmith.channel import MemberReply
from rewardsmith.cluster import ClusterExecutor, Lost, shard
from rewardsmith.cluster.shard import ShardRequest, run_shard
from rewardsmith.records import MemberResult, TrainProgress, TrainResult, decode
from rewardsmith.training.population import train_shard
from rewardsmith.training.racing import race

SMALL = {"hidden": [16], "environments": 2, "rollout": 128, "minibatch": 128, "epochs": 1}
STEPS, HALF = 2048, 1024


class Machine:
    """Trains in this process what a machine's own server would; remembers where it stood."""

    def __init__(self):
        self.stood = []

    def train_members(self, job, members):
        for record in train_shard(job, members, None, clock=count().__next__):
            if isinstance(record, MemberResult):
                yield MemberReply(member=record)
            else:
                self.stood.append(record.steps)

    def train(self, job):
        members = [(r, seed) for r in range(len(job.rewards)) for seed in job.seeds]
        found = [reply.member for reply in self.train_members(job, members)]
        for reward in job.rewards:
            own = {m.seed: m for m in found if m.reward == reward.id}
            yield TrainResult(reward.id, job.purpose, tuple(own[seed] for seed in job.seeds))


class Machines:
    """Two machines that keep nothing; of the shards sent, those numbered `lost` never answer."""

    slots = 2

    def __init__(self, lost=()):
        self.lost, self.sent = lost, []

    def submit(self, request):
        self.sent.append(decode(request, ShardRequest))
        return len(self.sent), request

    def ended(self, handles, seconds):
        number, request = handles[0]
        return handles[0], Lost("it is gone") if number in self.lost else run_shard(request)

    def cancel(self, handles):
        pass

    def close(self):
        pass


def pendulum_job(folder):
    job = make_job(folder, "pendulum", seeds=(3, 4), steps=STEPS, parts=2, **SMALL)
    (folder / "trajectories").mkdir(parents=True)
    return job


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """The race in one process: results and files."""
    folder = tmp_path_factory.mktemp("alone")
    replies = race(Machine(), pendulum_job(folder), "halving")
    results = {r.reward: r for r in replies if isinstance(r, TrainResult)}
    return results, real_jobs.files(folder)


@pytest.fixture
def machine(monkeypatch):
    machine = Machine()
    started = SimpleNamespace(start=lambda *_, **__: nullcontext(machine))
    for name in ("RewardServer", "TrainerServer"):
        monkeypatch.setattr(shard, name, started)
    return machine


@pytest.mark.parametrize("lost", [(), (3,)])
def test_a_race_over_machines_is_that_of_one_process(lost, alone, machine, tmp_path):
    machines = Machines(lost)
    with ClusterExecutor(machines) as executor:
        replies = list(race(executor, pendulum_job(tmp_path), "halving"))
    results = {r.reward: r for r in replies if isinstance(r, TrainResult)}
    assert (results, real_jobs.files(tmp_path)) == alone
    stops = sorted(r.stopped.kind if r.stopped else "" for r in results.values())
    assert stops == ["", "behind"]
    # Both shards of the first part begin at nothing and stop at half.  Then every member of a
    # shard brings its checkpoint, and no step of the first half is done again.
    first, then = machines.sent[:2], machines.sent[2:]
    assert [request.checkpoints for request in first] == [{}, {}]
    for request in then:
        assert sorted(request.checkpoints) == sorted(
            f"checkpoints/{request.job.rewards[reward].id}-{seed}.npz"
            for reward, seed in request.members
        )
    assert machine.stood[:4] == [256, 512, 768, HALF]
    assert min(machine.stood[8:]) == HALF + 256
    told = [r.steps for r in replies if isinstance(r, TrainProgress)]
    assert told == sorted(told)
    assert not list(tmp_path.glob("checkpoints/*"))
