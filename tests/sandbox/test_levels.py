"""Each level of confinement, forced by leaving walls out: what holds alone, and what is refused."""

import mmap
import os
import socket
from pathlib import Path

import pytest
from sandbox.sandbox_inputs import PLAIN, QUICK, X

from rewardsmith.errors import RewardFailed, SandboxUnavailable, UsageError
from rewardsmith.sandbox import Part, RewardProcess, RewardServer, memory, namespaces, protocol
from rewardsmith.sandbox.canary import CANARIES
from rewardsmith.sandbox.confinement import LEVELS, level_of, pack_parts, why_not_higher
from rewardsmith.sandbox.process import Sockets

LOWER = {
    "landlock+seccomp": ("namespaces",),
    "seccomp": ("namespaces", "landlock"),
}
KINDS = ("net", "mnt", "user")
TRY_ALL = """
from rewardsmith.sandbox import canary
def compute_reward(x):
    found = [name for name, attempt in canary.CANARIES.items() if canary._possible(attempt)]
    raise ValueError(f"<{found} {len(canary.CANARIES)}>")
"""


def parts(**holding):
    names = ("namespaces", "privileges", "landlock", "limits", "seccomp", "self-test")
    return tuple(Part(n, holding.get(n.replace("-", "_"), True), f"about {n}") for n in names)


@pytest.mark.parametrize(
    ("holding", "level", "why"),
    [
        ({}, "namespaces+landlock+seccomp", ""),
        ({"namespaces": False}, "landlock+seccomp", "namespaces: about namespaces"),
        ({"landlock": False}, "seccomp", "landlock: about landlock"),
        ({"namespaces": False, "landlock": False}, "seccomp", "landlock: about landlock"),
        ({"seccomp": False}, "none", "seccomp: about seccomp"),
        ({"self_test": False}, "none", "self-test: about self-test"),
    ],
)
def test_a_level_is_what_holds_and_the_next_one_says_what_it_lacks(holding, level, why):
    assert level_of(parts(**holding)) == level
    assert why_not_higher(parts(**holding)) == why


@pytest.fixture(scope="module", params=LOWER.items(), ids=LOWER)
def lower(request):
    level, without = request.param
    with RewardServer.start(without=without) as server:
        yield level, server


def test_a_lower_level_is_named_and_computes_as_well(lower):
    level, server = lower
    assert server.level == level
    with server.open(PLAIN, X, 4, check=False) as process:
        process.inputs["x"][:] = 3.0
        assert process.call(4).total.tolist() == [3.0] * 4


def test_at_every_level_all_canaries_fail_for_the_candidate_itself(lower):
    _, server = lower
    with (
        server.open(TRY_ALL, X, 4, limits=QUICK, check=False) as process,
        pytest.raises(RewardFailed, match=rf"<\[\] {len(CANARIES)}>"),
    ):
        process.call(4)


def test_at_every_level_no_file_socket_or_process_can_be_had(lower, tmp_path):
    _, server = lower
    secret = tmp_path / "secret"
    secret.write_text("sk-secret")
    tries = (
        f"open({str(secret)!r}).read()",
        f"open({str(tmp_path / 'made')!r}, 'w')",
        "os.listdir('/')",
        "__import__('socket').socket()",
        "os.fork()",
        f"os.kill({os.getpid()}, 0)",
    )
    lines = "".join(
        f"    try:\n        {line}\n        found.append({number})\n    except OSError: pass\n"
        for number, line in enumerate(tries)
    )
    source = (
        f"import os\ndef compute_reward(x):\n    found = []\n{lines}    raise ValueError(found)\n"
    )
    with (
        server.open(source, X, 4, limits=QUICK, check=False) as process,
        pytest.raises(RewardFailed, match=r"ValueError: \[\]"),
    ):
        process.call(4)
    assert list(tmp_path.iterdir()) == [secret]


def test_without_the_filter_nothing_starts_unless_it_is_asked_for():
    with pytest.raises(SandboxUnavailable, match="--unsafe-no-sandbox"):
        RewardServer.start(without=("seccomp",))
    with RewardServer.start(without=("seccomp",), unsafe=True) as server:
        assert server.level == LEVELS[-1] == "none"
        assert "seccomp: left out on request" in why_not_higher(server.parts)
        with server.open(PLAIN, X, 4, check=False) as process:
            assert process.call(4).total.tolist() == [0.0] * 4


def test_an_unknown_wall_is_answered_with_the_nearest():
    with pytest.raises(UsageError, match="did you mean landlock"):
        RewardServer.start(without=("landlok",))


def test_in_namespaces_of_its_own_the_root_is_empty_and_the_network_another(server):
    if server.level != LEVELS[0]:
        pytest.skip(f"no namespaces here: {why_not_higher(server.parts)}")
    with server.open(PLAIN, X, 4, check=False) as process:
        try:
            links = {n: Path(f"/proc/{process.pid}/ns/{n}").readlink() for n in KINDS}
            root = list(Path(f"/proc/{process.pid}/root").iterdir())
        except PermissionError:
            pytest.skip("namespaces of a process without a dump can be read by root only")
    assert root == []
    assert all(Path(f"/proc/self/ns/{name}").readlink() != link for name, link in links.items())


def test_where_namespaces_are_forbidden_the_part_says_so_and_the_rest_holds(monkeypatch):
    class Forbidden:
        def unshare(self, _flags):
            return -1

    monkeypatch.setattr(namespaces.ctypes, "CDLL", lambda *_, **__: Forbidden())
    monkeypatch.setattr(namespaces.ctypes, "get_errno", lambda: 1)
    part = namespaces.leave()
    assert (part.holds, part.reason) == (False, "[Errno 1] unshare: EPERM")
    with pytest.raises(OSError, match="unshare: EPERM"):
        namespaces.enter(part)
    assert why_not_higher(parts(namespaces=False)).startswith("namespaces")


@pytest.mark.parametrize(
    ("report", "words"),
    [
        ({"self_test": False}, "self-test: about self-test"),
        ({"landlock": False}, "landlock: about landlock"),
        ({"seccomp": False}, "seccomp: about seccomp"),
    ],
)
def test_a_process_that_reports_less_than_the_server_is_refused_before_it_gets_any_code(
    report, words
):
    channel, child = socket.socketpair()
    warden, server = socket.socketpair()
    with channel, child, warden, server:
        slots, size = memory.layout(X, 4)
        blocks = mmap.mmap(-1, size), mmap.mmap(-1, 4 * memory.ROW_BYTES)
        setup = protocol.Setup(PLAIN, True, 4, slots)  # noqa: FBT003
        process = RewardProcess(Sockets(channel, warden), blocks, setup, QUICK)
        server.sendall(protocol.frame(protocol.GRANTED, protocol.NUMBER.pack(1)))
        child.sendall(protocol.frame(protocol.REPORT, pack_parts(parts(**report))))
        with pytest.raises(SandboxUnavailable, match=f"not confined .*{words}"):
            process.start(setup, LEVELS[0])
        child.settimeout(0)
        with pytest.raises(BlockingIOError):
            child.recv(1)
        process._release()
