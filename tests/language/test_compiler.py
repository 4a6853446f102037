"""What was checked is what runs, in a namespace with nothing else."""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

from rewardsmith.errors import RewardInvalid
from rewardsmith.language import check_language, compile_reward, names, parse_reward

SIMPLE = "def compute_reward(x):\n    return x * 2, {'double': x * 2}\n"


def test_a_compiled_reward_computes():
    total, components = compile_reward(SIMPLE)(x=np.array([1.0, 2.0]))
    assert total.tolist() == [2.0, 4.0]
    assert components["double"].tolist() == [2.0, 4.0]


def test_a_rejected_file_does_not_compile():
    with pytest.raises(RewardInvalid):
        compile_reward("import os\n" + SIMPLE)


def test_trusted_skips_the_check():
    source = "import os\n\ndef compute_reward(x):\n    return x + len(os.sep), {'x': x}\n"
    assert compile_reward(source, trusted=True)(np.zeros(1))[0].tolist() == [1.0]


def test_a_trusted_file_without_the_function_is_invalid():
    with pytest.raises(RewardInvalid, match="compute_reward"):
        compile_reward("a = 1", trusted=True)


def test_the_namespace_holds_numpy_math_and_a_few_builtins_only():
    scope = compile_reward("import numpy as n\n" + SIMPLE).__globals__
    assert set(scope) == {"__builtins__", "__name__", "n", "np", "math", "compute_reward"}
    assert set(scope["__builtins__"]) == names.BUILTINS | names.EXCEPTIONS | {"__import__"}
    assert set(vars(scope["np"])) == names.NUMPY | names.NUMPY_TYPES | {"linalg"}
    assert set(vars(scope["math"])) == names.MATH


def test_nothing_but_numpy_can_be_imported_through_the_builtins():
    imports = compile_reward(SIMPLE).__globals__["__builtins__"]["__import__"]
    assert imports("numpy._core").__name__ == "numpy"
    for name in ("os", "numpy_", "sys", "builtins"):
        with pytest.raises(ImportError):
            imports(name)


def test_annotations_never_run():
    source = (
        "from typing import Dict\n"
        "def compute_reward(x: 1 / 0) -> Dict[1 / 0, 'y']:\n"
        "    a: 1 / 0 = x\n"
        "    b: undefined.name\n"
        "    return a, {'a': a}\n"
    )
    function = compile_reward(source)
    assert function.__annotations__ == {}
    assert function(np.ones(2))[0].tolist() == [1.0, 1.0]


def test_the_parsed_tree_is_unchanged_by_compiling():
    import ast

    parsed = parse_reward("import numpy as np\nfrom typing import Any\n" + SIMPLE)
    before = ast.dump(parsed.tree)
    compile_reward(parsed)
    compile_reward(parsed)
    assert ast.dump(parsed.tree) == before


def test_empty_arrays_hold_zeros():
    source = (
        "def compute_reward(x):\n    e = np.empty(len(x)) + np.empty_like(x)\n    return e, {}\n"
    )
    assert compile_reward(source)(np.ones(3))[0].tolist() == [0.0, 0.0, 0.0]


def test_errors_name_the_line():
    source = "def compute_reward(x):\n    y = x[0]\n    return y[3], {}\n"
    with pytest.raises(IndexError) as caught:
        compile_reward(source)(np.ones(3))
    last = caught.traceback[-1]
    assert (last.path, last.lineno + 1) == ("<reward>", 3)


def test_checker_and_compiler_need_numpy_and_the_standard_library_only():
    code = (
        "import sys; from rewardsmith.language import compile_reward;"
        f"compile_reward({SIMPLE!r});"
        "print(sorted({m.split('.')[0] for m in sys.modules} - set(sys.stdlib_module_names)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = {name for name in eval(done.stdout) if not name.startswith("_")}
    assert loaded <= {"numpy", "rewardsmith", "sitecustomize", "cython_runtime"}


def test_every_allowed_name_exists_in_numpy_and_math():
    import math

    assert all(hasattr(np, name) for name in names.NUMPY | names.NUMPY_TYPES)
    assert all(hasattr(np.linalg, name) for name in names.LINALG)
    assert all(hasattr(math, name) for name in names.MATH)


def test_nothing_allowed_reads_writes_evaluates_or_steps_outside_an_array():
    barred = {
        *("load", "save", "savetxt", "loadtxt", "fromfile", "memmap", "frombuffer", "fromstring"),
        *("genfromtxt", "fromregex", "vectorize", "frompyfunc", "lib", "ctypeslib", "f2py"),
        *("testing", "random", "rec", "bmat", "matrix", "asmatrix", "errstate", "seterr"),
        *("seterrcall", "set_printoptions", "printoptions", "einsum_path", "dtype", "object_"),
        *("void", "ndarray", "nditer", "record", "core", "char", "ma", "fft", "polynomial"),
    }
    assert not barred & names.NUMPY
    leaks = {"ctypes", "data", "base", "view", "tofile", "tobytes", "dump", "dumps", "format"}
    leaks |= {"format_map", "flags", "setflags", "flat", "getfield", "setfield"}
    assert not leaks & names.ATTRIBUTES


@pytest.mark.parametrize(
    "keeping",
    [
        "KEPT = [[0.0]]|sorted(KEPT)[0].append(1.0)|len(KEPT[0])",
        "KEPT = [[0.0]]|list(map(KEPT.append, [[1.0]]))|len(KEPT)",
        "KEPT = np.zeros(2)|np.split(KEPT, 2)[0][:] = KEPT[0] + 1|KEPT[0]",
        "KEPT = [0.0]\nF = lambda: KEPT|F().append(1.0)|len(KEPT)",
        "KEPT = np.zeros(2)|a = (KEPT,)[0]; a += 1|KEPT[0]",
    ],
)
def test_nothing_is_kept_between_calls_in_ways_that_no_rule_sees(keeping):
    top, change, kept = keeping.split("|")
    source = f"{top}\ndef compute_reward(x):\n    {change}\n    return x * {kept}, {{}}\n"
    assert check_language(source) == ()
    function = compile_reward(source)
    totals = [function(x=np.ones(1))[0].tolist() for _ in range(3)]
    assert totals == [totals[0]] * 3


def test_padding_leaves_no_old_memory_in_an_array():
    source = "def compute_reward(x):\n    return np.pad(x, (1, 2), mode='empty')[:2], {}\n"
    assert compile_reward(source)(x=np.ones(2))[0].tolist() == [0.0, 1.0]
    source = "def compute_reward(x):\n    return np.pad(x, 1, 'edge')[:2], {}\n"
    assert compile_reward(source)(x=np.full(2, 3.0))[0].tolist() == [3.0, 3.0]
