"""Every attack of tests/attacks, with the reward language on and again with confinement alone.

What counts is what happened on the host: no file read, made or changed, no connection, no process
left or ended, no key in anything that came back, time and memory bounded, and the next candidate
served.
"""

import os
import re
import resource
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest
from sandbox.sandbox_inputs import PLAIN, X

from rewardsmith.errors import RewardFailed
from rewardsmith.sandbox import RewardLimits, RewardOutput, RewardServer

ATTACKS = sorted((Path(__file__).parent.parent / "attacks").glob("*.py"))
SPENDING = (
    *("integer_squares", "list_doubling", "join_growth", "comprehension_product", "dict_product"),
    *("deep_array", "inversions", "string_ufuncs", "string_doubling", "doubling_calls"),
    *("module_constants", "regular_expression", "garbage_cycles", "interned_names", "yield_storm"),
)
"""Attacks that only spend time until the deadline: a few of their kind are run every time."""
CASES = [
    pytest.param(
        path,
        id=path.stem,
        marks=[pytest.mark.long] * (path.stem.removeprefix("exhaustion_") in SPENDING),
    )
    for path in ATTACKS
]
KEY = "sk-the-key-of-the-person-0123456789"
LIMITS = RewardLimits(call_seconds=0.5, open_seconds=20.0, memory=256 << 20)
GROUPS = {"traversal", "numpy", "exhaustion", "tampering", "spying", "syscalls"}
ROWS = 4


@dataclass(frozen=True)
class Host:
    """What an attack could touch."""

    server: RewardServer
    tcp: socket.socket
    udp: socket.socket
    victim: subprocess.Popen
    folder: Path
    secret: Path


@pytest.fixture(scope="module")
def services(tmp_path_factory):
    """A server started with a key in the environment, a listener, another process, a secret."""
    patch = pytest.MonkeyPatch()
    patch.setenv("OPENAI_API_KEY", KEY)
    secret = tmp_path_factory.mktemp("private") / "secret"
    secret.write_text(KEY)
    tcp = socket.create_server(("127.0.0.1", 0))
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.bind(tcp.getsockname())
    victim = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    with RewardServer.start() as server, tcp, udp, victim:
        tcp.settimeout(0)
        udp.settimeout(0)
        yield server, tcp, udp, victim, secret
        victim.kill()
    patch.undo()


@pytest.fixture
def host(services, tmp_path):
    server, tcp, udp, victim, secret = services
    (tmp_path / "canary").write_text("untouched")
    return Host(server, tcp, udp, victim, tmp_path, secret)


def aimed(path, host):
    """The attack's code with the paths, the port and the process that it aims at."""
    places = {
        "CANARY": host.folder / "canary",
        "FOLDER": host.folder,
        "SECRET": host.secret,
        "PORT": host.tcp.getsockname()[1],
        "PID": host.victim.pid,
        "ME": os.getpid(),
        "YEK": KEY[::-1],
        "CR": "\r",
        "LONG": "very long " * 6_000,
    }
    return re.sub(r"@([A-Z]+)@", lambda found: str(places[found[1]]), path.read_text())


def launch(source, host, *, check):
    """Two calls, as a trainer makes them; everything that came back."""
    given = list(range(ROWS))
    try:
        with host.server.open(source, X, ROWS, limits=LIMITS, check=check) as process:
            process.inputs["x"][:] = given
            outputs = [process.call(ROWS) for _ in range(2)]
            assert process.inputs["x"].tolist() == given
            return outputs[-1]
    except RewardFailed as failure:
        return failure


def harmless(host, canary):
    """The names of all effects on the host that there should not be; empty is good."""
    found = [f"{path.name} in the folder" for path in host.folder.iterdir()
             if path.name != "canary"]  # fmt: skip
    if not (host.folder / "canary").exists() or state(host) != canary:
        found.append("the canary changed")
    for listener in (host.tcp, host.udp):
        try:
            listener.accept() if listener is host.tcp else listener.recv(99)
        except BlockingIOError:
            continue
        found.append("a connection or a datagram")
    if host.victim.poll() is not None or settings(host.victim.pid) != settings(0):
        found.append("another process was touched")
    return found


def settings(pid):
    """What one process may change of another: priority, cores, scheduling, limits."""
    limits = [resource.prlimit(pid, kind) for kind in range(16)]
    cores, kind = os.sched_getaffinity(pid), os.sched_getscheduler(pid)
    return os.getpriority(os.PRIO_PROCESS, pid), cores, kind, limits


def state(host):
    canary = host.folder / "canary"
    return (canary.read_text(), *canary.stat()[:9])


def words(outcome):
    """All text that came back."""
    return str(outcome) if isinstance(outcome, RewardFailed) else " ".join(outcome.components)


def spelled(outcome):
    """The numbers that came back, read as letters."""
    if isinstance(outcome, RewardFailed):
        return ""
    numbers = bytes(int(value) % 256 for value in outcome.total if 0 <= value < 256)
    return numbers.decode("latin-1")


def survived(path, host, *, check):
    """Launch, look at the host, and let the next candidate compute; gives the outcome."""
    canary = state(host)
    begin = time.monotonic()
    outcome = launch(aimed(path, host), host, check=check)
    assert time.monotonic() - begin < 30
    assert isinstance(outcome, RewardFailed | RewardOutput)
    assert harmless(host, canary) == []
    text = words(outcome)
    assert KEY not in text + spelled(outcome)
    assert text.isascii()
    assert len(text) < 4200
    with host.server.open(PLAIN, X, ROWS, check=False) as process:
        assert process.call(ROWS).total.tolist() == [0.0] * ROWS
    return outcome


def header(path):
    lines = path.read_text().splitlines()[:3]
    return dict(line.removeprefix("# ").split(": ", 1) for line in lines)


@pytest.mark.parametrize("path", CASES)
def test_an_attack_is_stopped_by_the_language(path, host):
    outcome = survived(path, host, check=True)
    if header(path)["wall"].startswith("language;"):
        assert isinstance(outcome, RewardFailed)
        assert outcome.kind == "forbidden", outcome


@pytest.mark.parametrize("path", CASES)
def test_an_attack_is_stopped_by_the_confinement_alone(path, host):
    survived(path, host, check=False)


def test_there_are_attacks_of_every_group_and_each_names_its_wall():
    assert len(ATTACKS) >= 150
    headers = [header(path) for path in ATTACKS]
    assert {found["group"] for found in headers} == GROUPS
    assert all(set(found) == {"attack", "group", "wall"} for found in headers)
    assert len({found["attack"] for found in headers}) == len(ATTACKS)


def test_every_attack_that_is_left_to_the_long_tests_is_there():
    assert {f"exhaustion_{name}" for name in SPENDING} <= {path.stem for path in ATTACKS}


def test_no_attack_left_a_process(services):
    server = services[0]
    pid = server._owned.process.pid
    assert Path(f"/proc/{pid}/task/{pid}/children").read_text() == ""
