"""Each wall of a reward process, tried from inside by code that nothing has checked."""

import ctypes
import os
import platform
import resource
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sandbox.sandbox_inputs import PLAIN, X

from rewardsmith.errors import RewardFailed
from rewardsmith.sandbox import RewardServer, seccomp

PATHS = {
    "open to read": "os.open('/etc/passwd', os.O_RDONLY)",
    "open to write": "os.open('{folder}/made', os.O_CREAT | os.O_WRONLY)",
    "open a nameless file": "os.open('{folder}', os.O_TMPFILE | os.O_RDWR)",
    "open a device": "os.open('/dev/null', os.O_WRONLY)",
    "read the environment": "os.open('/proc/self/environ', os.O_RDONLY)",
    "read the parent's memory": "os.open('/proc/' + str(os.getppid()) + '/mem', os.O_RDONLY)",
    "list a folder": "os.listdir('/')",
    "stat": "os.stat('/etc')",
    "access": "os.access('/etc', os.R_OK) or os.stat('/etc')",
    "readlink": "os.readlink('/proc/self/exe')",
    "chmod": "os.chmod('{folder}/canary', 0o777)",
    "chown": "os.chown('{folder}/canary', 0, 0)",
    "utime": "os.utime('{folder}/canary')",
    "unlink": "os.unlink('{folder}/canary')",
    "rename": "os.rename('{folder}/canary', '{folder}/moved')",
    "link": "os.link('{folder}/canary', '{folder}/linked')",
    "symlink": "os.symlink('/etc', '{folder}/symlink')",
    "mkdir": "os.mkdir('{folder}/made')",
    "mkfifo": "os.mkfifo('{folder}/fifo')",
    "truncate": "os.truncate('{folder}/canary', 0)",
    "setxattr": "os.setxattr('{folder}/canary', 'user.x', b'x')",
    "chdir": "os.chdir('/tmp')",
    "chroot": "os.chroot('/')",
    "getcwd": "os.getcwd()",
    "statvfs": "os.statvfs('/')",
    "execute": "os.execv('/bin/true', ['true'])",
    "fork": "os.fork()",
    "spawn": "os.posix_spawn('/bin/true', ['true'], {{}})",
    "kill the parent": "os.kill(os.getppid() or 1, 9)",
    "kill all": "os.kill(-1, 9)",
    "signal itself": "os.kill(os.getpid(), 0)",
    "kill a group": "os.killpg(0, 9)",
    "lower its priority": "os.nice(1)",
    "raise a limit": "resource.setrlimit(resource.RLIMIT_AS, (-1, -1))",
    "read a limit": "resource.getrlimit(resource.RLIMIT_AS)",
    "socket": "socket.socket()",
    "unix socket": "socket.socket(socket.AF_UNIX)",
    "netlink": "socket.socket(16, 3, 0)",
    "socket pair": "socket.socketpair()",
    "pipe": "os.pipe()",
    "memfd": "os.memfd_create('x')",
    "eventfd": "os.eventfd(0)",
    "duplicate the channel": "os.dup(0)",
    "close the channel": "os.close(0)",
    "write to another descriptor": "os.write(1, b'x')",
    "read another descriptor": "os.read(3, 1)",
    "truncate a descriptor": "os.ftruncate(0, 0)",
    "a shared file mapping": "mmap.mmap(0, 4096)",
    "setuid": "os.setuid(0)",
    "setgroups": "os.setgroups([])",
    "new session": "os.setsid()",
    "unshare": "ctypes.CDLL(None, use_errno=True).unshare and os.setpgid(0, 0)",
    "affinity": "os.sched_setaffinity(0, [0])",
    "a signal handler": "signal.signal(signal.SIGXCPU, signal.SIG_IGN)",
    "an alarm": "signal.setitimer(signal.ITIMER_REAL, 1)",
    "wait": "os.waitpid(-1, 0)",
    "poll": "__import__('select').select([0], [], [], 0) and os.stat('/')",
    "random bytes": "os.urandom(1)",
}


@pytest.mark.parametrize("expression", PATHS.values(), ids=PATHS.keys())
def test_no_call_that_reaches_outside_is_possible(told, tmp_path, expression):
    canary = tmp_path / "canary"
    canary.write_text("untouched")
    before = canary.stat()
    line = expression.format(folder=tmp_path)
    found = told(
        f"try:\n    found = 'possible: ' + repr({line})\n"
        "except (OSError, ValueError) as error:\n    found = 'refused'"
    )
    assert found == "refused"
    assert list(tmp_path.iterdir()) == [canary]
    assert canary.read_text() == "untouched"
    assert canary.stat().st_mode == before.st_mode
    assert canary.stat().st_mtime_ns == before.st_mtime_ns


def test_every_system_call_outside_the_list_fails_with_eperm(told):
    """But x86's uretprobe and uprobe, which kernels end with SIGILL before any filter is asked."""
    allowed = sorted({335, 336, *seccomp.ARCHITECTURES[platform.machine()].calls.values()})
    found = told(
        "call = ctypes.CDLL(None, use_errno=True).syscall\n"
        "call.restype = ctypes.c_long\n"
        "found = []\n"
        "for number in range(600):\n"
        f"    if number in {allowed}: continue\n"
        "    ctypes.set_errno(0)\n"
        "    result = call(number, 0, 0, 0, 0, 0, 0)\n"
        "    wanted = 38 if number == 435 else 1\n"
        "    if (result, ctypes.get_errno()) != (-1, wanted): found.append(number)"
    )
    assert found == "[]"


def test_no_memory_can_be_made_executable(told):
    library = "library = ctypes.CDLL(None, use_errno=True)\nlibrary.mmap.restype = ctypes.c_long\n"
    assert told(library + "found = library.mmap(None, 4096, 7, 0x22, -1, 0)") == "-1"
    page = "page = library.mmap(None, 4096, 3, 0x22, -1, 0)\n"
    change = "found = library.mprotect(ctypes.c_void_p(page), 4096, 5), ctypes.get_errno()"
    assert told(library + page + change) == "(-1, 1)"


def test_the_input_cannot_be_made_writable(told):
    found = told(
        "library = ctypes.CDLL(None, use_errno=True)\n"
        "start = x.__array_interface__['data'][0]\n"
        "change = library.mprotect(ctypes.c_void_p(start), 4096, 3), ctypes.get_errno()\n"
        "remove = library.madvise(ctypes.c_void_p(start), 4096, 9), ctypes.get_errno()\n"
        "try: x.setflags(write=True)\n"
        "except ValueError: found = change, remove, 'refused'"
    )
    assert found == "((-1, 13), (-1, 1), 'refused')"


def test_writing_to_the_input_by_address_only_ends_the_process(server, run):
    failure = run(
        "import ctypes\ndef compute_reward(x):\n"
        "    ctypes.memset(x.__array_interface__['data'][0], 1, 16)\n    return x, {}\n"
    )
    assert failure.kind == "crashed"
    assert "SIGSEGV" in failure.message


def test_a_new_mapping_at_the_inputs_address_does_not_reach_the_client(server):
    source = (
        "import ctypes\ndef compute_reward(x):\n"
        "    library = ctypes.CDLL(None)\n    library.mmap.restype = ctypes.c_long\n"
        "    start = x.__array_interface__['data'][0]\n"
        "    library.mmap(ctypes.c_void_p(start), 4096, 3, 0x32, -1, 0)\n"
        "    ctypes.memset(start, 255, 4096)\n    return x * 1.0, {}\n"
    )
    with server.open(source, X, 4, check=False) as process:
        process.inputs["x"][:] = [1, 2, 3, 4]
        process.call(4)
        assert process.inputs["x"].tolist() == [1, 2, 3, 4]


def test_no_thread_can_be_started(told):
    found = told(
        "import _thread\n"
        "try: _thread.start_new_thread(print, ())\n"
        "except RuntimeError as error: found = str(error)"
    )
    assert found == "can't start new thread"


def test_no_module_can_be_imported_that_was_not_loaded(told):
    found = told("try: import sqlite3\nexcept ImportError as error: found = type(error).__name__")
    assert found == "ModuleNotFoundError"


def test_the_environment_is_empty_and_holds_no_key(told, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-of-the-person")
    search = """
import ctypes, os
def compute_reward(x):
    library = ctypes.CDLL(None)
    library.getenv.restype = ctypes.c_char_p
    block = ctypes.c_void_p.in_dll(library, "environ").value
    first = ctypes.cast(block, ctypes.POINTER(ctypes.c_char_p))[0] if block else None
    raise ValueError(f"<{dict(os.environ)} {library.getenv(b'OPENAI_API_KEY')} {first}>")
"""
    with RewardServer.start() as fresh:
        environment = Path(f"/proc/{fresh._owned.process.pid}/environ").read_bytes()
        assert b"secret" not in environment
        assert b"PATH" not in environment
        with (
            fresh.open(search, X, 4, check=False) as process,
            pytest.raises(RewardFailed, match=r"<\{\} None None>"),
        ):
            process.call(4)


def test_the_key_is_nowhere_in_the_memory_of_a_reward_process(monkeypatch):
    """The heap, the stack and the environment of a real reward process, searched from outside."""
    secret = "sk-" + "".join(chr(97 + i % 26) for i in range(30))
    monkeypatch.setenv("OPENAI_API_KEY", secret)
    with (
        RewardServer.start() as fresh,
        fresh.open(PLAIN, X, 4, check=False) as process,
    ):
        process.call(4)
        for pid in (process.pid, fresh._owned.process.pid):
            try:
                memory = _memory(pid)
            except PermissionError:
                pytest.skip("memory of a process without a dump can be read by root only")
            assert len(memory) > 1 << 20
            assert secret.encode() not in memory


def _memory(pid):
    parts = []
    process = Path(f"/proc/{pid}")
    with (process / "maps").open() as maps, (process / "mem").open("rb", 0) as memory:
        for line in maps:
            span, access = line.split()[:2]
            start, end = (int(part, 16) for part in span.split("-"))
            if access.startswith("rw") and end - start < 1 << 28:
                try:
                    memory.seek(start)
                    parts.append(memory.read(end - start))
                except OSError:
                    continue
    return b"".join(parts)


def test_a_reward_process_has_one_descriptor_and_a_session_of_its_own(server):
    with server.open(PLAIN, X, 4, check=False) as process:
        text = Path(f"/proc/{process.pid}/status").read_text()
        status = dict(line.split(":", 1) for line in text.splitlines())
        assert status["NoNewPrivs"].strip() == "1"
        assert status["Seccomp"].strip() == "2"
        assert int(status["CapEff"], 16) == int(status["CapPrm"], 16) == 0
        assert status["Threads"].strip() == "1"
        assert os.getsid(process.pid) == process.pid
        assert Path(f"/proc/{process.pid}/oom_score_adj").read_text().strip() == "1000"
        if os.geteuid() == 0:
            assert [p.name for p in Path(f"/proc/{process.pid}/fd").iterdir()] == ["0"]
        hard = {name: resource.prlimit(process.pid, getattr(resource, name))[1] for name in (
            "RLIMIT_NOFILE", "RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC")}  # fmt: skip
        assert set(hard.values()) == {0}


def test_a_listening_socket_is_never_connected_to(told):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0)
        port = listener.getsockname()[1]
        told(
            "try: socket.create_connection(('127.0.0.1', "
            f"{port}), 1)\nexcept OSError as error: found = error.errno"
        )
        with pytest.raises(BlockingIOError):
            listener.accept()


def test_a_child_of_the_caller_is_not_signalled(told):
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with sleeper:
        for number in (signal.SIGKILL, signal.SIGTERM):
            told(f"try: os.kill({sleeper.pid}, {int(number)})\nexcept OSError: pass")
        assert sleeper.poll() is None
        sleeper.kill()


def test_the_x32_table_of_system_calls_kills(run):
    if platform.machine() != "x86_64":
        pytest.skip("x32 is a table of x86_64")
    failure = run(
        "import ctypes\ndef compute_reward(x):\n"
        "    ctypes.CDLL(None).syscall(0x40000000 + 39)\n    return x, {}\n"
    )
    assert failure.kind == "crashed"
    assert "SIGSYS" in failure.message


def test_ptrace_of_the_server_is_refused(told):
    attach = "ctypes.CDLL(None, use_errno=True).ptrace(16, os.getppid(), 0, 0), ctypes.get_errno()"
    assert told(f"found = {attach}") == "(-1, 1)"


def test_a_server_with_a_second_thread_refuses_to_fork():
    from rewardsmith.sandbox.child import Descriptors
    from rewardsmith.sandbox.confinement import Limits
    from rewardsmith.sandbox.server import Server

    pair = socket.socketpair()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        with pair[0], pair[1], pytest.raises(OSError, match="threads and must have one"):
            Server(pair[0], pair[1], os.getppid(), None).fork(Descriptors(0, 0, 0), Limits(1, 1))
    finally:
        stop.set()
        thread.join()


def test_the_program_calls_its_filter_by_the_right_numbers():
    """Numbers as the C library knows them here: getpid by number equals getpid by name."""
    library = ctypes.CDLL(None)
    number = {"x86_64": 24, "aarch64": 124}[platform.machine()]
    assert seccomp.ARCHITECTURES[platform.machine()].calls["sched_yield"] == number
    assert library.syscall(number) == 0
