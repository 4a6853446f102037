"""The system-call filter of a reward process: an allow-list, compiled to BPF here.

What computing on memory that is already mapped needs, and nothing else: no call that takes a path,
makes a descriptor, a process, a thread or a signal, or changes a limit.  Everything else fails with
EPERM (a Python error that the model can read); a foreign architecture or the x32 table is killed.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
from dataclasses import dataclass

CHANNEL = 0
"""The one descriptor that a reward process keeps, and may read and write."""

_ALLOW, _ERRNO, _KILL = 0x7FFF0000, 0x00050000, 0x80000000
_LOAD, _JUMP_EQUAL, _JUMP_AT_LEAST, _AND, _RETURN = 0x20, 0x15, 0x35, 0x54, 0x06
_ARGUMENTS = 16
_SET_MODE_FILTER, _TSYNC = 1, 1
_X32 = 0x40000000
_CLONE3 = 435
_PROT_EXEC, _MAP_ANONYMOUS = 4, 0x20
_MAP_LOCKED, _MAP_HUGETLB = 0x2000, 0x40000
"""Memory that cannot be swapped, and the machine's pool of huge pages, which is everybody's."""
_MADVISE = (4, 8, 14, 15)
"""DONTNEED, FREE, HUGEPAGE, NOHUGEPAGE: what malloc and NumPy ask for."""
_FUTEX = tuple(op | flag for op in (0, 1, 9, 10) for flag in (0, 128, 256, 384))
"""Wait and wake, with and without a bitset, private or not, on either clock."""


@dataclass(frozen=True, slots=True)
class Architecture:
    """What differs between processors: the audit number and the numbers of system calls."""

    audit: int
    seccomp: int
    calls: dict[str, int]
    x32: bool = False


_ORDER = (
    "read write mmap mprotect munmap mremap brk madvise futex clock_gettime sched_yield "
    "rt_sigreturn restart_syscall exit exit_group"
)
ARCHITECTURES = {
    "x86_64": Architecture(
        audit=0xC000003E,
        seccomp=317,
        calls=dict(
            zip(
                _ORDER.split(),
                (0, 1, 9, 10, 11, 25, 12, 28, 202, 228, 24, 15, 219, 60, 231),
                strict=True,
            )
        ),
        x32=True,
    ),
    "aarch64": Architecture(
        audit=0xC00000B7,
        seccomp=277,
        calls=dict(
            zip(
                _ORDER.split(),
                (63, 64, 222, 226, 215, 216, 214, 233, 98, 113, 124, 139, 128, 93, 94),
                strict=True,
            )
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Condition:
    """One argument's low word, masked, must be one of `values`."""

    argument: int
    values: tuple[int, ...]
    mask: int = 0xFFFFFFFF


CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "read": (Condition(0, (CHANNEL,)),),
    "write": (Condition(0, (CHANNEL,)),),
    "mmap": (
        Condition(2, (0,), _PROT_EXEC),
        Condition(3, (_MAP_ANONYMOUS,), _MAP_ANONYMOUS | _MAP_LOCKED | _MAP_HUGETLB),
    ),
    "mprotect": (Condition(2, (0,), _PROT_EXEC),),
    "madvise": (Condition(2, _MADVISE),),
    "futex": (Condition(1, _FUTEX),),
}


def _instruction(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("<HBBI", code, yes, no, value)


def _deny(number: int) -> bytes:
    return _instruction(_RETURN, _ERRNO | number)


def _check(condition: Condition) -> list[bytes]:
    """Instructions that fall through where the condition holds and return EPERM otherwise."""
    found = [_instruction(_LOAD, _ARGUMENTS + 8 * condition.argument)]
    if condition.mask != 0xFFFFFFFF:  # noqa: PLR2004 - the whole word
        found.append(_instruction(_AND, condition.mask))
    count = len(condition.values)
    found += [
        _instruction(_JUMP_EQUAL, value, count - index)
        for index, value in enumerate(condition.values)
    ]
    return [*found, _deny(errno.EPERM)]


def _rule(number: int, conditions: tuple[Condition, ...]) -> list[bytes]:
    """Instructions that decide on one system call and are skipped for every other."""
    body = [part for condition in conditions for part in _check(condition)]
    body.append(_instruction(_RETURN, _ALLOW))
    return [_instruction(_JUMP_EQUAL, number, 0, len(body)), *body]


def program(machine: str) -> bytes:
    """The filter for `machine` (as `platform.machine()` names it); KeyError where unknown."""
    architecture = ARCHITECTURES[machine]
    found = [
        _instruction(_LOAD, 4),
        _instruction(_JUMP_EQUAL, architecture.audit, 1),
        _instruction(_RETURN, _KILL),
        _instruction(_LOAD, 0),
    ]
    if architecture.x32:
        found += [_instruction(_JUMP_AT_LEAST, _X32, 0, 1), _instruction(_RETURN, _KILL)]
    for name, number in architecture.calls.items():
        found += _rule(number, CONDITIONS.get(name, ()))
    found += [_instruction(_JUMP_EQUAL, _CLONE3, 0, 1), _deny(errno.ENOSYS), _deny(errno.EPERM)]
    return b"".join(found)


def install(code: bytes) -> None:
    """Put a filter on this process for good; OSError where the kernel refuses.

    It needs `no_new_privs`.  `code` is what `program` gives.
    """

    class Program(ctypes.Structure):
        _fields_ = (("length", ctypes.c_ushort), ("filter", ctypes.c_char_p))

    library = ctypes.CDLL(None, use_errno=True)
    packed = Program(len(code) // 8, code)
    number = ARCHITECTURES[platform.machine()].seccomp
    mode, flags = ctypes.c_ulong(_SET_MODE_FILTER), ctypes.c_ulong(_TSYNC)
    if library.syscall(ctypes.c_long(number), mode, flags, ctypes.byref(packed)) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"seccomp: {errno.errorcode.get(number, number)}")
