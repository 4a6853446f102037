"""One reward process: what it answers, and how every way of ending it ends one candidate only."""

import select

import numpy as np
import pytest
from sandbox.sandbox_inputs import PLAIN, QUICK, X

from rewardsmith.errors import RewardFailed, UsageError
from rewardsmith.sandbox import ArraySpec, RewardLimits, RewardServer

SHORT = RewardLimits(call_seconds=0.3, open_seconds=30.0, memory=256 << 20)
TWO = """
def compute_reward(speed, action):
    effort = -np.sum(action**2, axis=-1)
    return speed + effort, {"speed": speed, "effort": effort}
"""


def failing(body):
    return "import os, sys\ndef compute_reward(x):\n" + "".join(
        f"    {line}\n" for line in body.splitlines()
    )


def test_total_and_components_come_back_by_name(server):
    inputs = (ArraySpec("action", (2,)), ArraySpec("speed", ()), ArraySpec("unused", (7,), "int64"))
    with server.open(TWO, inputs, 3, check=False) as process:
        process.inputs["speed"][:] = [1, 2, 3]
        process.inputs["action"][:] = [[0, 0], [1, 1], [0, 2]]
        output = process.call(3)
        # speed - (a0² + a1²): 1 - 0, 2 - 2, 3 - 4
        assert output.total.tolist() == [1.0, 0.0, -1.0]
        assert output.components["speed"].tolist() == [1.0, 2.0, 3.0]
        assert output.components["effort"].tolist() == [0.0, -2.0, -4.0]
        assert process.components == ("speed", "effort")
        assert output.total.dtype == np.float64
        assert process.call(1).total.tolist() == [1.0]


def test_inputs_are_float32_unless_the_signal_says_otherwise(server):
    specs = (ArraySpec("x", ()), ArraySpec("done", (), "bool"), ArraySpec("step", (), "int64"))
    with server.open("def compute_reward(x, done, step): return x, {}", specs, 2, check=False) as p:
        assert [p.inputs[n].dtype.name for n in ("x", "done", "step")] == [
            "float32",
            "bool",
            "int64",
        ]
        assert all(array.flags.c_contiguous for array in p.inputs.values())


def test_several_processes_work_at_once(server):
    processes = [server.open(PLAIN.replace("return x", f"return x * {k}"), X, 4, check=False)
                 for k in range(5)]  # fmt: skip
    for process in processes:
        process.inputs["x"][:] = 1
        process.submit(4)
    assert [p.collect().total.tolist() for p in processes] == [[float(k)] * 4 for k in range(5)]
    for process in processes:
        process.close()


def test_an_output_is_a_copy_that_later_calls_leave_alone(server):
    with server.open(PLAIN, X, 2, check=False) as process:
        process.inputs["x"][:] = [1, 2]
        first = process.call(2)
        process.inputs["x"][:] = [3, 4]
        process.call(2)
        assert first.total.tolist() == [1.0, 2.0]


def test_not_finite_values_are_the_callers_to_judge_and_raise_no_warning(run):
    output = run("def compute_reward(x): return np.log(x - 1), {'inverse': 1 / x}")
    assert np.isnan(output.total[0])
    assert output.components["inverse"][0] == np.inf


@pytest.mark.parametrize(
    "ending",
    ["sys.exit()", "sys.exit(0)", "exit(0)", "raise SystemExit", "raise KeyboardInterrupt",
     "os._exit(0)", "os._exit(3)", "os.abort()", "raise GeneratorExit", "raise BaseException",
     "__import__('ctypes').string_at(0)"],
)  # fmt: skip
def test_ending_without_a_result_is_a_crash_and_never_success(run, ending):
    failure = run(failing(f"{ending}\nreturn x, {{}}"))
    # exit() is made by site, which the server does not load: a NameError there
    assert failure.kind == ("error" if ending == "exit(0)" else "crashed")


def test_after_a_crash_every_call_fails_alike(server):
    with server.open(failing("os._exit(0)"), X, 2, check=False) as process:
        for _ in range(3):
            with pytest.raises(RewardFailed) as caught:
                process.call(2)
            assert caught.value.kind == "crashed"
            assert "exit status 0" in caught.value.message


@pytest.mark.parametrize(
    "endless",
    ["while True: pass", "sum(range(10**12))", "np.einsum('i,j,k,l->', *[np.ones(3000)] * 4)",
     "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
     "10 ** 10 ** 9", "sorted(iter(int, 1))", "os.read(0, 1)"],
)  # fmt: skip
def test_what_does_not_end_is_killed_at_the_deadline(server, endless):
    limits = SHORT if "sorted" not in endless else RewardLimits(call_seconds=0.3, memory=1 << 34)
    with server.open(failing(f"{endless}\nreturn x, {{}}"), X, 2, limits=limits, check=False) as p:
        with pytest.raises(RewardFailed) as caught:
            p.call(2)
        assert caught.value.kind == "timeout"
        assert not _exists(p.pid)


def test_an_endless_module_is_killed_when_it_is_opened(server):
    limits = RewardLimits(open_seconds=0.5)
    with pytest.raises(RewardFailed, match=r"timeout: no answer within 0\.5 seconds"):
        server.open("while True: pass", X, 2, limits=limits, check=False)


def test_processor_time_is_limited_by_the_kernel(server):
    limits = RewardLimits(call_seconds=30.0, cpu_seconds=1)
    with (
        server.open(failing("while True: pass"), X, 2, limits=limits, check=False) as process,
        pytest.raises(RewardFailed, match="timeout: used more than 1 seconds of processor time"),
    ):
        process.call(2)


@pytest.mark.parametrize(
    "greedy",
    ["np.ones(1 << 28)", "[0] * (1 << 30)", "bytearray(1 << 29)", "'x' * (1 << 40)",
     "parts = []\nwhile True: parts.append(np.ones(1 << 20))",
     "parts = []\nwhile True: parts.append(bytes(10 ** 6))"],
)  # fmt: skip
def test_memory_is_bounded(run, greedy):
    assert run(failing(f"{greedy}\nreturn x, {{}}")).kind == "memory"


def test_after_a_memory_error_the_memory_is_free_again(server):
    source = failing("if x[0] > 0: keep = [np.ones(1 << 22) for _ in range(99)]\nreturn x, {}")
    with server.open(source, X, 1, limits=QUICK, check=False) as process:
        for value in (0, 1, 0, 1, 0):
            process.inputs["x"][:] = value
            if value:
                with pytest.raises(RewardFailed, match="memory"):
                    process.call(1)
            else:
                assert process.call(1).total.tolist() == [0.0]


def test_recursion_is_an_error_and_a_blown_stack_a_crash(run):
    assert "RecursionError" in run(failing("return compute_reward(x)")).message
    deep = (
        "sys.setrecursionlimit(10**9)\n"
        "class A:\n    def __repr__(self): return repr([self])\nrepr(A())"
    )
    assert run(failing(deep)).kind in {"crashed", "error"}


def test_an_error_tells_type_message_line_and_text(run):
    failure = run("def compute_reward(x):\n    y = x * 2\n    return y + np.ones(9), {}\n")
    assert failure.kind == "error"
    assert failure.message == (
        "ValueError: operands could not be broadcast together with shapes (4,) (9,) \n"
        "line 3: return y + np.ones(9), {}"
    )


def test_the_line_is_the_candidates_own_even_where_numpy_raises(run):
    failure = run("def compute_reward(x):\n    def inner(y):\n        return np.sum(y, axis=5)\n"
                  "    return inner(x), {}\n")  # fmt: skip
    assert "AxisError" in failure.message
    assert failure.message.endswith("line 3: return np.sum(y, axis=5)")


def test_an_error_does_not_end_the_process(server):
    source = "def compute_reward(x):\n    if x[0] > 0: raise ValueError('no')\n    return x, {}\n"
    with server.open(source, X, 1, check=False) as process:
        process.inputs["x"][:] = 1
        with pytest.raises(RewardFailed, match="ValueError: no"):
            process.call(1)
        process.inputs["x"][:] = 0
        assert process.call(1).total.tolist() == [0.0]


def test_error_text_is_short_ascii_without_control_characters(run):
    failure = run(
        failing("raise ValueError('\\x1b[31m\\x00\\x07 \\u2192 caf\\u00e9 ' + 'y' * 10**7)")
    )
    assert len(failure.message) <= 4096
    assert failure.message.isascii()
    assert "\x1b" not in failure.message
    assert "\\u2192 caf\\xe9 yyy" in failure.message


def test_an_exception_that_cannot_be_described_is_still_an_error(run):
    failure = run("class Odd(Exception):\n    def __str__(self): raise Odd\n"
                  "def compute_reward(x): raise Odd\n")  # fmt: skip
    assert (failure.kind, failure.message) == ("error", "an exception without a message")


def test_a_syntax_error_names_its_line(server):
    with pytest.raises(RewardFailed, match="syntax: line 2: ") as caught:
        server.open("def compute_reward(x):\n    return ((x\n", X, 2, check=False)
    assert "was never closed" in caught.value.message


def test_code_without_the_function_or_with_a_foreign_signal_is_refused(server):
    with pytest.raises(RewardFailed, match="no function compute_reward"):
        server.open("x = 1", X, 2, check=False)
    with pytest.raises(RewardFailed, match="asks for height; there is x"):
        server.open("def compute_reward(x, height): return x, {}", X, 2, check=False)


def test_code_that_is_too_long_or_no_text_never_reaches_a_process(server):
    with pytest.raises(RewardFailed, match="forbidden: the code has"):
        server.open("#" * (1 << 18), X, 2)
    with pytest.raises(RewardFailed, match="syntax: the code is not valid Unicode"):
        server.open("x = '\ud800'", X, 2)


def test_prints_go_nowhere(run, capfd):
    output = run("def compute_reward(x):\n    print('hello', flush=True)\n    return x, {}\n")
    assert output.total.tolist() == [0.0, 1.0, 2.0, 3.0]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    "forged",
    ["b'x' * 3", "b'x' * 100", "b'\\x17\\x00\\x00\\x00\\x40' + b'x' * 100", "b'x' * 10**6",
     "b'\\x17\\x06\\x00\\x00\\x00\\xff\\xff\\xff\\xff\\x00\\x00'",
     "b'\\x17\\x06\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\xff\\x00'",
     "b'\\x16\\x01\\x00\\x00\\x00\\xff'", "b'\\x14\\x00\\x00\\x00\\x00'",
     "b'\\x17\\x46\\x00\\x00\\x00\\x04\\x00\\x00\\x00\\x01\\x01' + b'../../x'.ljust(64, b'\\0')"],
)  # fmt: skip
def test_forged_frames_are_a_crash_or_a_timeout(server, forged):
    source = failing(f"os.write(0, {forged})\nwhile True: pass")
    with server.open(source, X, 4, limits=SHORT, check=False) as process:
        with pytest.raises(RewardFailed) as caught:
            process.call(4)
        assert caught.value.kind in {"crashed", "timeout"}
        assert process.components == ()


def test_an_answer_before_the_question_is_a_crash(server):
    answer = "b'\\x17\\x06\\x00\\x00\\x00\\x01\\x00\\x00\\x00\\x00\\x00'"
    with server.open(failing(f"os.write(0, {answer})\nreturn x, {{}}"), X, 1, check=False) as p:
        p.call(1)
        assert select.select([p._sockets.channel], [], [], 10)[0], "the second answer"
        with pytest.raises(RewardFailed, match=r"crashed: .* spoke before it was asked"):
            p.call(1)


def test_a_forged_result_cannot_make_the_client_take_more_than_the_capacity(server):
    with server.open(PLAIN, X, 4, check=False) as process:
        before = process._output.nbytes
        process.call(4)
        assert process._output.nbytes == before == 33 * 8 * 4


def test_state_between_calls_and_finalizers_stay_in_the_process(run):
    source = (
        "import gc, os\nclass Late:\n    def __del__(self):\n        os._exit(7)\n"
        "calls = []\n"
        "def compute_reward(x):\n    calls.append(Late())\n    gc.collect()\n"
        "    return x + len(calls), {}\n"
    )
    assert run(source).total.tolist() == [1.0, 2.0, 3.0, 4.0]


def test_a_patched_numpy_spoils_only_its_own_process(server, run):
    spoiled = (
        "import numpy\nnumpy.copyto = numpy.errstate = lambda *a, **k: None\n"
        "def compute_reward(x): return x, {}\n"
    )
    run(spoiled)
    assert run(PLAIN).total.tolist() == [0.0, 1.0, 2.0, 3.0]


def test_too_many_rows_none_or_an_unasked_collect_is_a_mistake_of_the_caller(server):
    with server.open(PLAIN, X, 2, check=False) as process:
        for rows in (0, 3):
            with pytest.raises(ValueError, match="the capacity is 2"):
                process.submit(rows)
        with pytest.raises(ValueError, match="nothing was submitted"):
            process.collect()
        process.submit(1)
        with pytest.raises(ValueError, match="owes an answer"):
            process.submit(1)
        process.collect()
    with pytest.raises(ValueError, match="closed"):
        process.submit(1)


@pytest.mark.parametrize(
    ("spec", "capacity"),
    [(ArraySpec("x y", ()), 2), (ArraySpec("x" * 65, ()), 2), (ArraySpec("x", (), "object"), 2),
     (ArraySpec("x", (), "U8"), 2), (ArraySpec("x", (), "nonsense"), 2), (ArraySpec("x", ()), 0),
     (ArraySpec("x", (-1,)), 2), (ArraySpec("x", (1 << 20, 1 << 20)), 2)],
)  # fmt: skip
def test_inputs_that_cannot_be_shared_are_refused_in_a_sentence(server, spec, capacity):
    with pytest.raises(UsageError):
        server.open(PLAIN, (spec,), capacity, check=False)


def test_a_process_can_be_closed_twice_and_in_the_middle_of_a_call(server: RewardServer):
    process = server.open(failing("while True: pass"), X, 2, check=False)
    process.submit(2)
    process.close()
    process.close()
    assert not _exists(process.pid)


def _exists(pid):
    from pathlib import Path

    return Path(f"/proc/{pid}").exists()
