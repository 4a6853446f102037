"""The fixed layouts: what was packed comes back, and bytes of an attacker's do no harm."""

import ast
import mmap
import os
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsmith.sandbox import memory, protocol
from rewardsmith.sandbox.memory import ArraySpec


def test_a_request_has_one_size_and_comes_back():
    request = protocol.Request(protocol.OPEN, 7, 1 << 40, 3, 4)
    packed = protocol.pack_request(request)
    assert len(packed) == protocol.REQUEST_SIZE
    assert protocol.unpack_request(packed) == request
    assert protocol.unpack_request(packed[:-1]) is None
    assert protocol.unpack_request(b"\0" * protocol.REQUEST_SIZE) is None


def test_a_setup_comes_back_with_its_arrays_and_its_source():
    slots = (
        protocol.Slot("x", "<f4", (9,), 0),
        protocol.Slot("n" * 64, "|b1", (9, 2, 3, 4, 5, 6, 7, 8), 1 << 33),
    )
    setup = protocol.Setup("# caf\u00e9\n", check=True, capacity=9, slots=slots)
    assert protocol.unpack_setup(protocol.pack_setup(setup)) == setup


def test_a_result_comes_back_with_names_the_first_time_only():
    assert protocol.unpack_result(protocol.pack_result(5, 2, ("a", "b"))) == (5, 2, ("a", "b"))
    assert protocol.unpack_result(protocol.pack_result(5, 2, ())) == (5, 2, ())


@pytest.mark.parametrize(
    "names", [("a", "a"), ("a b", "c"), ("", "c"), ("\u00e9", "c"), ("/", "c")]
)
def test_names_that_are_no_identifiers_or_come_twice_break_the_form(names):
    body = protocol._RESULT.pack(5, 2, 1)
    body += b"".join(name.encode("latin-1").ljust(64, b"\0") for name in names)
    assert protocol.unpack_result(body) is None


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_of_a_child_raise(body):
    protocol.unpack_result(body)
    told = protocol.unpack_failure(body)
    if told is not None:
        assert told[0] in protocol.TOLD_BY_CHILD
        assert told[1].isascii()


@settings(max_examples=200, deadline=None)
@given(st.one_of(st.text(max_size=300), st.binary(max_size=300)))
def test_cleaned_text_is_plain(text):
    cleaned = protocol.clean(text)
    assert cleaned.isascii()
    assert all(character >= " " or character == "\n" for character in cleaned)
    assert "\x7f" not in cleaned


def test_cleaned_text_has_at_most_4096_characters():
    assert len(protocol.clean("\u2192" * 10**6)) == 4096


def test_arrays_lie_aligned_one_after_another():
    specs = (ArraySpec("a", ()), ArraySpec("b", (3,), "float64"), ArraySpec("c", (), "bool"))
    slots, size = memory.layout(specs, 5)
    # a: 5 x 4 = 20 bytes, rounded to 64; b: 5 x 3 x 8 = 120, rounded to 128; c: 5
    assert [slot.offset for slot in slots] == [0, 64, 192]
    assert slots[1].shape == (5, 3)
    assert size == mmap.PAGESIZE


def test_the_inputs_descriptor_can_neither_write_nor_resize_nor_map_for_writing():
    shared = memory.share_input(mmap.PAGESIZE)
    try:
        with pytest.raises(OSError):
            os.write(shared.descriptor, b"x")
        with pytest.raises(OSError):
            os.ftruncate(shared.descriptor, 1)
        with pytest.raises(PermissionError):
            mmap.mmap(shared.descriptor, 0)
        # F_SEAL_FUTURE_WRITE: opened anew for writing, it is still refused
        again = os.open(f"/proc/self/fd/{shared.descriptor}", os.O_RDWR)
        with pytest.raises(PermissionError):
            os.write(again, b"x")
        with pytest.raises(PermissionError):
            mmap.mmap(again, 0)
        os.close(again)
        shared.block[:3] = b"new"
        with mmap.mmap(shared.descriptor, 0, prot=mmap.PROT_READ) as theirs:
            assert theirs[:3] == b"new"
    finally:
        os.close(shared.descriptor)
        shared.block.close()


def test_the_outputs_size_is_sealed():
    shared = memory.share_output(mmap.PAGESIZE)
    try:
        for size in (0, 1, mmap.PAGESIZE * 2):
            with pytest.raises(PermissionError):
                os.ftruncate(shared.descriptor, size)
        with mmap.mmap(shared.descriptor, 0) as theirs:
            np.frombuffer(theirs, np.float64, 1)[0]
            theirs[:3] = b"new"
        assert shared.block[:3] == b"new"
    finally:
        os.close(shared.descriptor)
        shared.block.close()


def test_nothing_that_crosses_is_pickled_or_evaluated():
    """What could make objects of bytes is not even imported where bytes arrive."""
    package = Path(protocol.__file__).parent.parent
    files = [*(package / "sandbox").glob("*.py"), package / "channel.py", package / "store.py"]
    imported = {
        name.partition(".")[0]
        for file in files
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else
                     [alias.name for alias in node.names])
    }  # fmt: skip
    assert not imported & {"pickle", "cPickle", "marshal", "shelve", "dill", "joblib", "copyreg"}
    evaluating = {"eval", "exec", "compile"}
    for file in (package / "sandbox").glob("*.py"):
        used = {n.id for n in ast.walk(ast.parse(file.read_text())) if isinstance(n, ast.Name)}
        assert file.name in {"child.py", "warm.py"} or not used & evaluating
