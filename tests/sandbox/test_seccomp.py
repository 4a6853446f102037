"""The filter's program, run by a small BPF machine written from the kernel's documentation."""

import struct

import pytest

from rewardsmith.sandbox import seccomp

ALLOW, EPERM, ENOSYS, KILL = 0x7FFF0000, 0x00050001, 0x00050026, 0x80000000
AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
# From the kernel's tables: syscall_64.tbl of x86 and the generic unistd.h.
NAMES = ("read", "write", "open", "mmap", "mprotect", "madvise", "futex", "execve")
NUMBERS = {
    "x86_64": dict(zip(NAMES, (0, 1, 2, 9, 10, 28, 202, 59), strict=True)),
    "aarch64": dict(zip(NAMES, (63, 64, 56, 222, 226, 233, 98, 221), strict=True)),
}
MACHINES = pytest.mark.parametrize("machine", NUMBERS)


def decide(program, number, *arguments, audit):
    """What a kernel does with this program and `struct seccomp_data`."""
    words = [*arguments, *(0,) * (6 - len(arguments))]
    data = struct.pack("<IIQ6Q", number, audit, 0, *words)
    steps = list(struct.iter_unpack("<HBBI", program))
    accumulator, at = 0, 0
    while True:
        code, yes, no, value = steps[at]
        at += 1
        if code == 0x20:
            accumulator = struct.unpack_from("<I", data, value)[0]
        elif code == 0x54:
            accumulator &= value
        elif code == 0x15:
            at += yes if accumulator == value else no
        elif code == 0x35:
            at += yes if accumulator >= value else no
        elif code == 0x06:
            return value
        else:
            raise AssertionError(code)


@pytest.fixture(params=NUMBERS)
def judge(request):
    program = seccomp.program(request.param)

    def ask(name, *arguments):
        number = NUMBERS[request.param].get(name, name)
        return decide(program, number, *arguments, audit=AUDIT[request.param])

    return ask


def test_the_channel_alone_is_read_and_written(judge):
    assert judge("read", 0) == judge("write", 0) == ALLOW
    for descriptor in (1, 2, 3, 255, 0xFFFFFFFF):
        assert judge("read", descriptor) == judge("write", descriptor) == EPERM


def test_memory_is_anonymous_and_never_executable(judge):
    assert judge("mmap", 0, 4096, 3, 0x22, -1 & 0xFFFFFFFF, 0) == ALLOW
    assert judge("mmap", 0, 4096, 7, 0x22) == EPERM
    assert judge("mmap", 0, 4096, 3, 0x02) == EPERM
    assert judge("mmap", 0, 4096, 1, 0x01) == EPERM
    assert judge("mprotect", 0, 4096, 3) == ALLOW
    assert judge("mprotect", 0, 4096, 4) == EPERM


def test_advice_may_not_remove_or_poison(judge):
    assert [judge("madvise", 0, 4096, advice) for advice in (4, 8, 14, 15)] == [ALLOW] * 4
    for advice in (9, 10, 12, 100, 101):
        assert judge("madvise", 0, 4096, advice) == EPERM


def test_futexes_only_wait_and_wake(judge):
    assert [judge("futex", 0, op) for op in (0, 1, 128, 129, 137, 393)] == [ALLOW] * 6
    for op in (2, 3, 5, 6, 11, 12, 13, 134):
        assert judge("futex", 0, op) == EPERM


def test_what_is_not_listed_is_refused_and_clone3_is_unknown(judge):
    assert judge("open") == judge("execve") == EPERM
    assert judge(425) == judge(426) == judge(427) == EPERM  # io_uring
    assert judge(435) == ENOSYS


@MACHINES
def test_another_architecture_is_killed(machine):
    program = seccomp.program(machine)
    for audit in (0x40000003, 0xC000003E ^ 1, 0xC00000B7 ^ 1, 0):
        assert decide(program, 0, audit=audit) == KILL


def test_x32_is_killed():
    program = seccomp.program("x86_64")
    assert decide(program, 0x40000000, audit=AUDIT["x86_64"]) == KILL
    assert decide(program, 0xFFFFFFFF, audit=AUDIT["x86_64"]) == KILL


@MACHINES
def test_exactly_the_listed_calls_can_pass(machine):
    program = seccomp.program(machine)
    friendly = (0, 0, 0, 0x22)
    advice = (0, 0, 4, 0x22)
    passing = {
        number
        for number in range(600)
        for arguments in (friendly, advice)
        if decide(program, number, *arguments, audit=AUDIT[machine]) == ALLOW
    }
    listed = set(seccomp.ARCHITECTURES[machine].calls.values())
    assert passing == listed
    assert len(listed) == 15


def test_an_unknown_machine_has_no_program():
    with pytest.raises(KeyError):
        seccomp.program("pdp11")
