"""The trainer server with real processes and stand-ins for the training itself."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import msgspec
import pytest

from rewardsmith.errors import EnvironmentUnavailable, StoreError, TrainerFailed, UsageError
from rewardsmith.executor import TrainerServer, child_environment
from rewardsmith.records import TrainJob, TrainProgress, TrainResult, TrainReward

HERE = Path(__file__).parent
SECONDS = 20.0


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(HERE)
        log = tmp_path_factory.mktemp("server") / "trainer.log"
        with TrainerServer.start(None, workers=2, log=log, warm=("trainer_standins",)) as server:
            server.log = log
            yield server


def job(tmp_path, standin, *, rewards=("a", "b", "c"), seeds=(2, 1), kind="source"):
    return TrainJob(
        id="g00",
        environment={},
        rewards=tuple(TrainReward(id=name, kind=kind) for name in rewards),
        seeds=seeds,
        steps=100,
        folder=str(tmp_path),
        settings={"trainer": f"trainer_standins:{standin}"},
    )


def results(server, job):
    trained = [r for r in server.train(job) if isinstance(r, TrainResult)]
    return {r.reward: r for r in trained}


def has_ended(pid, seconds=SECONDS):
    """Whether the process ends in time; the kernel tells, nobody polls."""
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def test_a_result_holds_its_seeds_in_the_order_of_the_job(server, tmp_path):
    trained = results(server, job(tmp_path, "train"))
    # Fitness is 10 * index + seed, and the job's seeds are (2, 1).
    assert {name: r.fitness for name, r in trained.items()} == {
        "a": (2.0, 1.0),
        "b": (12.0, 11.0),
        "c": (22.0, 21.0),
    }
    assert [m.seed for m in trained["b"].members] == [2, 1]


def test_progress_comes_from_every_worker(server, tmp_path):
    seen = [r for r in server.train(job(tmp_path, "train")) if isinstance(r, TrainProgress)]
    assert sorted(p.worker for p in seen) == [0, 1]
    assert sum(p.members for p in seen) == 6


def test_a_job_without_rewards_ends_at_once(server, tmp_path):
    assert list(server.train(job(tmp_path, "train", rewards=()))) == []


def test_a_killed_worker_is_replaced_and_the_results_are_the_same(server, tmp_path):
    undisturbed = results(server, job(tmp_path, "train"))
    assert results(server, job(tmp_path, "die_once")) == undisturbed
    assert (tmp_path / "died").exists()


def test_a_reward_that_kills_its_workers_is_one_failed_result(server, tmp_path):
    rewards = ("a", "poison", "c")
    trained = results(server, job(tmp_path, "die_of_poison", rewards=rewards))
    assert trained["a"].fitness == (2.0, 1.0)
    assert trained["c"].fitness == (22.0, 21.0)
    assert trained["poison"].fitness == ()
    assert [m.failure for m in trained["poison"].members] == [
        "the training process died (killed by SIGKILL) each time that this reward was trained"
    ] * 2


@pytest.mark.parametrize("status", [0, 1, 3])
def test_a_worker_that_ends_itself_is_no_candidates_fault(server, tmp_path, status):
    asked = msgspec.structs.replace(job(tmp_path, "leave"), steps=status)
    with pytest.raises(TrainerFailed, match=rf"trainer .*leave ended .*\(exit status {status}\)"):
        results(server, asked)
    assert len(results(server, job(tmp_path, "train"))) == 3


@pytest.fixture
def impatient(server):
    before, server.patience = server.patience, 2.0
    yield server
    server.patience = before


def test_a_worker_without_a_sign_of_life_is_ended(impatient, tmp_path):
    with pytest.raises(TrainerFailed, match=r"hang hangs: no sign of life for 2 s.*hang-seconds"):
        results(impatient, job(tmp_path, "hang"))
    pids = [int((tmp_path / f"worker-{n}").read_text()) for n in (0, 1)]
    assert all(has_ended(pid, 0) for pid in pids)
    with pytest.raises(EnvironmentUnavailable, match="'arm': its simulator hangs"):
        impatient.call("trainer_standins:hang_here", "arm")


def test_a_slow_worker_that_gives_signs_of_life_is_waited_for(impatient):
    assert impatient.call("trainer_standins:beat_slowly", times=16) == 16


def test_when_every_reward_dies_no_candidate_is_blamed(server, tmp_path):
    with pytest.raises(TrainerFailed, match="whatever reward was trained"):
        results(server, job(tmp_path, "die_of_poison", rewards=("poison",)))


def test_death_under_the_tasks_own_reward_is_the_trainers_failure(server, tmp_path):
    rewards = ("a", "poison")
    with pytest.raises(TrainerFailed, match="while training the human reward"):
        results(server, job(tmp_path, "die_of_poison", rewards=rewards, kind="human"))


def test_a_shard_that_does_not_fit_into_memory_is_halved(server, tmp_path):
    trained = results(server, job(tmp_path, "exhaust_memory", seeds=(3, 4, 5)))
    assert trained["c"].fitness == (23.0, 24.0, 25.0)
    assert len(trained) == 3


def test_the_environments_own_fault_is_raised_with_its_own_message(server, tmp_path):
    with pytest.raises(EnvironmentUnavailable, match="the simulator says: no such model"):
        results(server, job(tmp_path, "broken_environment"))
    assert len(results(server, job(tmp_path, "train"))) == 3


def test_a_fault_of_the_trainer_is_told_and_its_traceback_is_in_the_log(server, tmp_path):
    with pytest.raises(TrainerFailed, match="KeyError: 'momentum'"):
        results(server, job(tmp_path, "broken_trainer"))
    assert 'raise KeyError("momentum")' in server.log.read_text()


@pytest.mark.parametrize("steps", [1, 2])
def test_a_result_that_cannot_be_is_the_trainers_fault(server, tmp_path, steps):
    asked = msgspec.structs.replace(job(tmp_path, "give_nonsense"), steps=steps)
    with pytest.raises(TrainerFailed, match="a result that cannot be"):
        results(server, asked)
    assert len(results(server, job(tmp_path, "train"))) == 3


def test_an_unknown_trainer_proposes_the_nearest(server, tmp_path):
    asked = TrainJob(
        id="x",
        environment={},
        rewards=(TrainReward(id="a"),),
        seeds=(1,),
        steps=1,
        folder=str(tmp_path),
        settings={"trainer": "populaton"},
    )
    with pytest.raises(UsageError, match="did you mean population"):
        list(server.train(asked))


def test_seeds_and_rewards_must_be_different(server, tmp_path):
    with pytest.raises(UsageError, match="a seed is given twice"):
        list(server.train(job(tmp_path, "train", seeds=(1, 1))))
    with pytest.raises(UsageError, match="the same id"):
        list(server.train(job(tmp_path, "train", rewards=("a", "a"))))


def test_leaving_the_iteration_ends_the_workers_and_the_next_job_starts_clean(server, tmp_path):
    running = server.train(job(tmp_path, "hang"))
    next(running)
    next(running)
    pids = [int((tmp_path / f"worker-{n}").read_text()) for n in (0, 1)]
    running.close()
    assert all(has_ended(pid, 0) for pid in pids)
    assert len(results(server, job(tmp_path, "train"))) == 3


def test_cancel_from_another_thread_ends_the_job(server, tmp_path):
    running = server.train(job(tmp_path, "hang"))
    next(running)
    thread = threading.Thread(target=server.cancel)
    thread.start()
    assert not [r for r in running if isinstance(r, TrainResult)]
    thread.join()
    server.cancel()
    assert len(results(server, job(tmp_path, "train"))) == 3


def test_an_interrupt_while_waiting_ends_the_workers(server, tmp_path):
    running = server.train(job(tmp_path, "hang"))
    next(running)
    next(running)
    pids = [int((tmp_path / f"worker-{n}").read_text()) for n in (0, 1)]
    thread = threading.Thread(target=os.kill, args=(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):  # noqa: PT012  it may come while the thread starts
        thread.start()
        list(running)
    thread.join()
    running.close()
    assert all(has_ended(pid, 0) for pid in pids)
    assert len(results(server, job(tmp_path, "train"))) == 3


def test_two_jobs_at_once_are_refused(server, tmp_path):
    running = server.train(job(tmp_path, "train"))
    next(running)
    with pytest.raises(TrainerFailed, match="one job at a time"):
        server.call("trainer_standins:add", left=1, right=2)
    assert len([r for r in running if isinstance(r, TrainResult)]) == 3


def test_a_function_is_called_in_a_worker(server):
    assert server.call("trainer_standins:add", left=1, right=2) == 3
    with pytest.raises(TrainerFailed, match="killed by SIGKILL"):
        server.call("trainer_standins:die")
    with pytest.raises(UsageError, match="cannot be loaded"):
        server.call("trainer_standins:nothing")


def test_a_worker_has_its_own_session_and_no_key(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.syspath_prepend(HERE)
    with TrainerServer.start(None, workers=1, warm=()) as server:
        found = server.call("trainer_standins:surroundings")
    assert not {name for name in found["variables"] if "KEY" in name}
    assert set(found["variables"]) <= {*child_environment(), "LC_CTYPE"}
    assert found["session"] == server.pid != os.getsid(0)
    assert found["interrupt_ignored"]
    assert found["memory_score"] == 500
    # stdin, stdout, stderr, the pipe, and the listing's own.
    assert found["descriptors"] == 5


def test_close_ends_the_server_and_its_workers(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(HERE)
    server = TrainerServer.start(None, workers=2, warm=())
    running = server.train(job(tmp_path, "hang"))
    next(running)
    next(running)
    pids = [int((tmp_path / f"worker-{n}").read_text()) for n in (0, 1)]
    server.close()
    assert all(has_ended(pid) for pid in (server.pid, *pids))
    with pytest.raises(TrainerFailed):
        next(running)


def test_a_server_that_is_killed_is_an_error_and_its_workers_end(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(HERE)
    log = tmp_path / "trainer.log"
    with TrainerServer.start(None, workers=1, log=log, warm=()) as server:
        running = server.train(job(tmp_path, "hang"))
        next(running)
        os.kill(server.pid, signal.SIGKILL)
        with pytest.raises(TrainerFailed, match=r"killed by SIGKILL.*trainer\.log"):
            next(running)
    assert has_ended(int((tmp_path / "worker-0").read_text()))


def test_a_module_that_does_not_import_is_named():
    with (
        TrainerServer.start(None, workers=1, warm=("no_such_module",)) as server,
        pytest.raises(TrainerFailed, match="no_such_module"),
    ):
        server.call("math:sqrt")


def test_workers_must_be_positive():
    with pytest.raises(UsageError, match="at least 1"):
        TrainerServer.start(None, workers=0)


PARENT = """
import sys
sys.path.insert(0, sys.argv[1])
from test_executor import TrainerServer, job
from pathlib import Path
folder = Path(sys.argv[2])
server = TrainerServer.start(None, workers=2, warm=())
running = server.train(job(folder, "hang"))
next(running), next(running)
print(server.pid, *((folder / f"worker-{n}").read_text() for n in (0, 1)), flush=True)
sys.stdin.read()
"""


def test_when_the_parent_is_killed_no_process_is_left(tmp_path):
    command = [sys.executable, "-c", PARENT, str(HERE), str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as parent:
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        parent.kill()
    assert len(pids) == 3
    assert all(has_ended(pid) for pid in pids)


def test_a_full_disk_is_told_as_such_even_where_the_log_takes_no_more(tmp_path, monkeypatch):
    monkeypatch.syspath_prepend(HERE)
    full = Path("/dev/full")
    with TrainerServer.start(None, workers=1, log=full, warm=("trainer_standins",)) as server:
        for _ in range(2):
            with pytest.raises(StoreError, match=r"policies/a-1.npz: No space left.*make room"):
                results(server, job(tmp_path, "fill_the_disk"))
        assert set(results(server, job(tmp_path, "train"))) == {"a", "b", "c"}
