"""The fork server: shared by many processes, leaking nothing, ending with those who started it."""

import gc
import os
import platform
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sandbox.sandbox_inputs import PLAIN, X

from rewardsmith.errors import RewardFailed, SandboxUnavailable
from rewardsmith.sandbox import RewardServer, confinement_report
from rewardsmith.sandbox.confinement import LEVELS

ENDLESS = "def compute_reward(x):\n    while True: pass\n"
HERE = f"import sys; sys.path.append({str(Path(__file__).parent.parent)!r})\n"
ONE_CALL = (
    "from sandbox.sandbox_inputs import PLAIN, X\n"
    "from rewardsmith.sandbox import RewardServer\n"
    "with RewardServer.{make} as server, server.open(PLAIN, X, 2, check=False) as process:\n"
    "    process.inputs['x'][:] = 7\n"
    "    print(server.level, process.call(2).total.tolist())\n"
)


def python(code, **settings):
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", HERE + code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        **settings,
    )


def ended(pid, seconds=20):
    """Waits until a process that is not our child has ended."""
    try:
        watch = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([watch], [], [], seconds)[0])
    finally:
        os.close(watch)


def descriptors(pid="self"):
    return len(list(Path(f"/proc/{pid}/fd").iterdir()))


def test_this_machine_confines_and_the_report_says_how(server):
    report = confinement_report()
    assert report.level == server.level
    assert server.level in LEVELS[:2]
    assert [part.name for part in report.parts] == [
        "namespaces",
        "privileges",
        "landlock",
        "limits",
        "seccomp",
        "self-test",
    ]
    assert all(part.holds and part.reason for part in report.parts[1:])
    assert bool(report.why_not_higher) == (report.level != LEVELS[0])
    assert "landlock holds (ABI" in server.detail


def test_fifty_processes_leave_no_descriptor_and_no_zombie(server):
    own = server._owned.process.pid
    server.open(PLAIN, X, 2, check=False).close()
    gc.collect()
    before = descriptors(), descriptors(own)
    for index in range(50):
        source = PLAIN if index % 3 else "def compute_reward(x): raise SystemExit"
        with server.open(source, X, 2, check=False) as process:
            try:
                process.call(2)
            except RewardFailed:
                assert index % 3 == 0
        if index % 10 == 0:
            with pytest.raises(RewardFailed):
                server.open("syntax error", X, 2, check=False)
    for _ in range(100):  # the server closes its last descriptor just after it has told us
        if descriptors(own) == before[1]:
            break
        RewardServer.attach(server.fileno()).close()
    assert (descriptors(), descriptors(own)) == before
    assert Path(f"/proc/{own}/task/{own}/children").read_text() == ""


def test_a_process_has_less_than_40_mb_of_its_own(server):
    with server.open(PLAIN, X, 2_048, check=False) as process:
        process.call(2_048)
        try:
            text = Path(f"/proc/{process.pid}/smaps_rollup").read_text()
        except PermissionError:
            pytest.skip("memory of a process without a dump is told to root only")
    own = sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Private_"))
    assert own < 40_000


def test_inputs_kept_after_close_stay_readable(server):
    process = server.open(PLAIN, X, 2, check=False)
    kept = process.inputs["x"]
    kept[:] = 5
    process.close()
    assert kept.tolist() == [5.0, 5.0]
    assert process.inputs == {}


def test_the_server_has_one_thread_and_nothing_of_the_callers_environment(server):
    process = Path(f"/proc/{server._owned.process.pid}")
    assert len(list((process / "task").iterdir())) == 1
    names = {entry.split(b"=")[0] for entry in (process / "environ").read_bytes().split(b"\0")}
    assert {name for name in names if not name.endswith(b"_NUM_THREADS")} == {
        b"PYTHONHASHSEED",
        b"",
    }
    loaded = (process / "maps").read_text()
    assert "torch" not in loaded
    assert "msgspec" not in loaded


def test_several_workers_share_one_server_at_once(server):
    code = HERE + ONE_CALL.format(make=f"attach({server.fileno()})") * 3
    workers = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            stdout=subprocess.PIPE,
            text=True,
            pass_fds=[server.fileno()],
        )
        for _ in range(3)
    ]
    for worker in workers:
        with worker:
            assert worker.communicate(timeout=120)[0] == f"{server.level} [7.0, 7.0]\n" * 3
    assert RewardServer.attach(server.fileno()).close() is None


def test_a_worker_that_is_killed_takes_its_reward_processes_along(server):
    code = HERE + (
        "from sandbox.sandbox_inputs import X\n"
        "from rewardsmith.sandbox import RewardServer\n"
        f"server = RewardServer.attach({server.fileno()})\n"
        f"processes = [server.open(code, X, 2, check=False) for code in ({ENDLESS!r}, {PLAIN!r})]\n"
        "processes[0].submit(2)\n"
        "print(*(process.pid for process in processes), flush=True)\n"
        "input()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        pass_fds=[server.fileno()],
    ) as worker:
        pids = [int(word) for word in worker.stdout.readline().split()]
        worker.kill()
        assert all(ended(pid) for pid in pids)
    with server.open(PLAIN, X, 2, check=False) as process:
        assert process.call(2).total.tolist() == [0.0, 0.0]


@pytest.mark.parametrize("ending", ["kill", "exit without close"])
def test_a_starter_that_ends_takes_the_server_and_all_processes_along(ending):
    code = HERE + (
        "import os\n"
        "from sandbox.sandbox_inputs import X\n"
        "from rewardsmith.sandbox import RewardServer\n"
        "server = RewardServer.start()\n"
        f"process = server.open({ENDLESS!r}, X, 2, check=False)\n"
        "process.submit(2)\n"
        "print(server._owned.process.pid, process.pid, flush=True)\n"
        "input()\n"
        "os._exit(0)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as starter:
        pids = [int(word) for word in starter.stdout.readline().split()]
        if ending == "kill":
            starter.kill()
        else:
            starter.communicate("\n", timeout=60)
        assert all(ended(pid) for pid in pids)


def test_a_server_that_is_killed_takes_its_processes_along():
    with RewardServer.start() as server:
        busy = server.open(ENDLESS, X, 2, check=False)
        busy.submit(2)
        os.kill(server._owned.process.pid, signal.SIGKILL)
        assert ended(busy.pid)
        with pytest.raises(SandboxUnavailable, match="reward server has ended"):
            busy.collect()
        with pytest.raises(SandboxUnavailable, match="reward server"):
            server.open(PLAIN, X, 2, check=False)
        busy.close()


def test_a_process_that_the_system_kills_is_told_apart_from_a_timeout(server):
    with server.open(ENDLESS, X, 2, check=False) as process:
        process.submit(2)
        os.kill(process.pid, signal.SIGKILL)
        with pytest.raises(RewardFailed, match="killed: the system ended the process"):
            process.collect()


def test_the_thread_that_started_the_server_may_end():
    import threading

    found = []
    thread = threading.Thread(target=lambda: found.append(RewardServer.start()))
    thread.start()
    thread.join()
    with found[0] as server, server.open(PLAIN, X, 2, check=False) as process:
        assert process.call(2).total.tolist() == [0.0, 0.0]


def test_closing_the_server_ends_everything_and_may_be_repeated():
    server = RewardServer.start()
    pid = server._owned.process.pid
    process = server.open(ENDLESS, X, 2, check=False)
    process.submit(2)
    server.close()
    server.close()
    assert not Path(f"/proc/{pid}").exists()
    assert ended(process.pid)
    with pytest.raises(SandboxUnavailable):
        process.collect()
    process.close()


def test_sets_have_the_same_order_in_every_server():
    source = "def compute_reward(x): return x, {n: x for n in {'a', 'b', 'c', 'd', 'e', 'f'}}"
    orders = []
    for _ in range(3):
        with RewardServer.start() as server, server.open(source, X, 1, check=False) as process:
            process.call(1)
            orders.append(process.components)
    assert len(set(orders)) == 1


def test_blocks_of_several_processes_do_not_meet(server):
    first = server.open(PLAIN, X, 8, check=False)
    second = server.open(PLAIN, X, 8, check=False)
    with first, second:
        first.inputs["x"][:] = 1
        second.inputs["x"][:] = 2
        assert np.all(first.call(8).total == 1)
        assert np.all(second.call(8).total == 2)


# A kernel that lacks something: a filter, put on the starter, that says so for these calls.

LACKING = """
import ctypes, struct
def lacking(*numbers, code=38):
    steps = [struct.pack('<HBBI', 0x20, 0, 0, 0)]
    for number in numbers:
        steps += [struct.pack('<HBBI', 0x15, 0, 1, number), struct.pack('<HBBI', 6, 0, 0, 0x50000 | code)]
    program = b''.join(steps) + struct.pack('<HBBI', 6, 0, 0, 0x7fff0000)
    class Program(ctypes.Structure):
        _fields_ = (('length', ctypes.c_ushort), ('filter', ctypes.c_char_p))
    library = ctypes.CDLL(None, use_errno=True)
    packed = Program(len(program) // 8, program)
    assert library.prctl(38, 1, 0, 0, 0) == 0
    assert library.prctl(22, 2, ctypes.byref(packed)) == 0
"""  # noqa: E501
SECCOMP = {"x86_64": 317, "aarch64": 277}[platform.machine()]
SAY = ONE_CALL.format(make="start()")


def test_without_landlock_the_filter_alone_confines():
    done = python(LACKING + "lacking(444)\n" + SAY)
    assert (done.stdout, done.stderr) == ("seccomp [7.0, 7.0]\n", "")


def test_without_a_filter_a_server_refuses_to_start_and_says_what_is_missing():
    done = python(LACKING + f"lacking({SECCOMP})\n" + SAY)
    assert done.stdout == ""
    last = done.stderr.strip().splitlines()[-1]
    assert "SandboxUnavailable: nothing confines" in last
    assert "seccomp does not hold (" in last
    assert "--unsafe-no-sandbox" in last
    assert "ResourceWarning" not in done.stderr


def test_without_anything_the_flag_starts_it_all_the_same():
    code = SAY.replace("start()", "start(unsafe=True)")
    done = python(LACKING + f"lacking({SECCOMP}, 444)\n" + code)
    assert (done.stdout, done.stderr) == ("none [7.0, 7.0]\n", "")


def test_the_flag_does_not_weaken_a_machine_that_confines():
    with RewardServer.start(unsafe=True) as server:
        assert server.level in LEVELS[:2]


def test_it_is_the_same_for_an_ordinary_user():
    """As nobody, with the one right to read this installation and no other."""
    if os.geteuid() != 0:
        pytest.skip("the other tests run as an ordinary user already")
    if not shutil.which("setpriv"):
        pytest.skip("no setpriv to become another user")
    read = "-all,+dac_read_search"
    become = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    rights = [f"--inh-caps={read}", f"--ambient-caps={read}", f"--bounding-set={read}"]
    code = HERE + SAY.replace("server.level", "server.level, __import__('os').geteuid()")
    done = subprocess.run(
        [*become, *rights, sys.executable, "-B", "-c", code],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    level, _, rest = done.stdout.partition(" ")
    assert level in LEVELS[:2]
    assert (rest, done.stderr) == ("65534 [7.0, 7.0]\n", "")


def test_a_server_that_cannot_start_says_its_last_words(monkeypatch):
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(SandboxUnavailable, match="reward server"):
        RewardServer.start()
