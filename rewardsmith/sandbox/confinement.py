"""Locks the calling process in, part by part, and says of each part whether it holds and why.

Order: the empty root, privileges away, Landlock, limits, then the system-call filter (design,
invariant 4).  The process must have one thread.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import os
import platform
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rewardsmith.sandbox import namespaces, seccomp
from rewardsmith.sandbox.namespaces import Part

_SET_PDEATHSIG, _SET_DUMPABLE, _SET_NO_NEW_PRIVS = 1, 4, 38
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1
_CAPABILITY_VERSION = 0x20080522
_FILE_BITS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}
"""By Landlock ABI, how many kinds of access to files there are; later ABIs as the last."""
_NET_ABI, _SCOPE_ABI = 4, 6


@dataclass(frozen=True, slots=True)
class Limits:
    """What the kernel counts: bytes of memory and seconds of processor."""

    memory: int
    cpu: int


@dataclass(frozen=True, slots=True)
class Walls:
    """What the fork server has ready for every reward process."""

    filter_code: bytes | None = None
    """What `seccomp.program` gives, None where there is no filter for the machine."""
    namespaces: Part | None = None
    """Whether the server stands in namespaces of its own, with an empty root to go to."""
    without: frozenset[str] = frozenset()
    """Walls that are left out, to see what the others hold alone."""


LEVELS = ("namespaces+landlock+seccomp", "landlock+seccomp", "seccomp", "none")
"""What may hold, the strongest first."""
MAY_LEAVE_OUT = ("namespaces", "landlock", "seccomp")


def level_of(parts: tuple[Part, ...]) -> str:
    """The level in one word, of LEVELS."""
    holding = {part.name for part in parts if part.holds}
    if "seccomp" not in holding or "self-test" not in holding:
        return "none"
    if "landlock" not in holding:
        return "seccomp"
    return LEVELS[0] if "namespaces" in holding else LEVELS[1]


def why_not_higher(parts: tuple[Part, ...]) -> str:
    """What the next higher level would need and does not get here; empty at the highest."""
    needed = {
        LEVELS[0]: (),
        LEVELS[1]: ("namespaces",),
        LEVELS[2]: ("landlock",),
        LEVELS[3]: ("seccomp", "self-test"),
    }[level_of(parts)]
    told = {part.name: part.reason for part in parts if not part.holds}
    return "; ".join(f"{name}: {told[name]}" for name in needed if name in told)


def die_with_parent(parent: int) -> None:
    """Ask for SIGKILL when the parent's calling thread ends; ends at once where it has already."""
    if sys.platform == "linux":
        _prctl(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def confine(limits: Limits, walls: Walls) -> tuple[Part, ...]:
    """Lock this process in for good; what the platform lacks is a part that does not hold.

    The limit on memory is beyond what is mapped at the call.
    """
    _first_victim()
    mapped = _mapped()
    if sys.platform != "linux":
        return (
            _attempt("limits", lambda: _limit(limits, mapped)),
            Part("landlock", holds=False, reason=f"{sys.platform} has none"),
            Part("seccomp", holds=False, reason=f"{sys.platform} has none"),
        )
    return (
        _attempt("namespaces", lambda: namespaces.enter(walls.namespaces), walls.without),
        _attempt("privileges", _drop_privileges),
        _attempt("landlock", _landlock, walls.without),
        _attempt("limits", lambda: _limit(limits, mapped)),
        _attempt("seccomp", lambda: _filter(walls.filter_code), walls.without),
    )


def _attempt(name: str, apply: Callable[[], str], without: frozenset[str] = frozenset()) -> Part:
    if name in without:
        return Part(name, holds=False, reason="left out on request")
    try:
        return Part(name, holds=True, reason=apply())
    except (OSError, ValueError) as error:
        return Part(name, holds=False, reason=str(error))


def _fail(what: str) -> OSError:
    number = ctypes.get_errno()
    return OSError(number, f"{what}: {errno.errorcode.get(number, str(number))}")


def _prctl(option: int, value: int) -> None:
    library = ctypes.CDLL(None, use_errno=True)
    rest = (ctypes.c_ulong(value), ctypes.c_ulong(0), ctypes.c_ulong(0), ctypes.c_ulong(0))
    if library.prctl(ctypes.c_int(option), *rest) != 0:
        raise _fail(f"prctl({option})")


def _syscall(number: int, *arguments: int | ctypes.Array[ctypes.c_uint64] | None) -> int:
    library = ctypes.CDLL(None, use_errno=True)
    words = [
        ctypes.c_ulong(argument) if isinstance(argument, int) else argument
        for argument in arguments
    ]
    return int(library.syscall(ctypes.c_long(number), *words))


def _first_victim() -> None:
    """When memory runs out, the kernel is to end this process before any other."""
    with contextlib.suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000", encoding="ascii")


def _drop_privileges() -> str:
    """No capability, no way to gain one, no memory image for others."""
    _prctl(_SET_NO_NEW_PRIVS, 1)
    _prctl(_SET_DUMPABLE, 0)
    header = (ctypes.c_uint32 * 2)(_CAPABILITY_VERSION, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise _fail("capset")
    return "no new privileges, no capability"


def _landlock() -> str:
    """An empty set of rules over every kind of access that this kernel's Landlock knows."""
    abi = _syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if abi < 1:
        raise _fail("this kernel has no Landlock")
    kinds = _FILE_BITS.get(abi, _FILE_BITS[max(_FILE_BITS)])
    rules = [(1 << kinds) - 1]
    if abi >= _NET_ABI:
        rules.append(0b11)
    if abi >= _SCOPE_ABI:
        rules.append(0b11)
    words = (ctypes.c_uint64 * len(rules))(*rules)
    descriptor = _syscall(_CREATE_RULESET, words, 8 * len(rules), 0)
    if descriptor < 0:
        raise _fail("landlock_create_ruleset")
    try:
        if _syscall(_RESTRICT_SELF, descriptor, 0) != 0:
            raise _fail("landlock_restrict_self")
    finally:
        os.close(descriptor)
    return f"ABI {abi}, no file, no port, no signal"


def _limit(limits: Limits, mapped: int) -> str:
    """Limits on memory, processor, files, processes and cores; what is missing is told."""
    space = limits.memory + mapped
    wanted: dict[str, tuple[int, int]] = {
        "RLIMIT_AS": (space, space),
        "RLIMIT_CPU": (limits.cpu, limits.cpu + 5),
        **dict.fromkeys(
            ("RLIMIT_CORE", "RLIMIT_FSIZE", "RLIMIT_NPROC", "RLIMIT_MEMLOCK", "RLIMIT_MSGQUEUE"),
            (0, 0),
        ),
        "RLIMIT_NOFILE": (0, 0),
    }
    missing: list[str] = []
    for name, pair in wanted.items():
        try:
            resource.setrlimit(getattr(resource, name), pair)
        except (AttributeError, OSError, ValueError):
            missing.append(name)
    core = {"RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE", "RLIMIT_FSIZE"}
    if core & set(missing):
        raise ValueError(f"not settable here: {', '.join(missing)}")
    return f"{limits.memory >> 20} MiB, {limits.cpu} s of processor, no file"


def _mapped() -> int:
    """Bytes of address space in use, 0 where the platform does not tell."""
    try:
        text = Path("/proc/self/statm").read_text(encoding="ascii")
    except OSError:
        return 0
    return int(text.split()[0]) * resource.getpagesize()


def _filter(code: bytes | None) -> str:
    if code is None:
        raise ValueError(f"no system-call filter for {platform.machine()}")
    seccomp.install(code)
    return f"allow-list of {len(seccomp.ARCHITECTURES[platform.machine()].calls)} system calls"


def pack_parts(parts: tuple[Part, ...]) -> bytes:
    """Parts as lines of text."""
    lines = (f"{part.name}\t{int(part.holds)}\t{part.reason}" for part in parts)
    return "\n".join(lines).encode("ascii", "backslashreplace")


def unpack_parts(body: bytes) -> tuple[Part, ...]:
    """What `pack_parts` packed."""
    rows = (line.split("\t", 2) for line in body.decode("ascii").splitlines())
    return tuple(Part(name, holds == "1", reason) for name, holds, reason in rows)
