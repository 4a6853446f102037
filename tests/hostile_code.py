"""Hostile code: every line alone must be rejected, as the body of compute_reward or as a file."""

BODIES = r"""
# attribute traversal
y = x.__class__
y = x.__class__.__base__.__subclasses__()
y = ().__class__.__mro__[1].__subclasses__()
y = (lambda: 0).__globals__
y = (lambda: 0).__code__
y = np.exp.__class__
y = np.where.__wrapped__
y = np.linalg.norm.__globals__["os"]
y = np.__builtins__
y = np.__dict__["load"]
y = np.linalg.__loader__
y = math.__spec__
y = compute_reward.__defaults__
y = compute_reward.__closure__
y = x.T.__array_interface__
y = x.__array_struct__
y = x.__reduce_ex__(2)
y = x.__setstate__(0)
y = "".__class__.__base__
y = [].__len__
y = {}.__init__.__globals__
y = x.dtype.type
y = x.dtype.newbyteorder()
y = x.sum._x
y = x._private
y = (x for x in [1]).gi_frame.f_back
y = (i for i in [1]).gi_code
y = [i for i in (j for j in [1]).gi_frame.f_globals]
x.__class__ = int
x.shape = (3, 4)
x.dtype = float
x.flags.writeable = True
np.exp = 1
math.pi = 3
np.linalg.norm = max
del np.exp
compute_reward.state = 1
y = __builtins__
y = __name__
y = __import__("os")
y = __loader__
y = __debug__
# builtins that reach further
y = getattr(x, "__class__")
y = setattr(x, "a", 1)
y = eval("1")
exec("a = 1")
y = compile("1", "f", "eval")
y = open("/etc/passwd").read()
y = globals()
y = locals()
y = vars(x)
y = dir(x)
y = type(x)
y = type("A", (), {})
y = object()
y = super()
y = input()
breakpoint()
y = memoryview(x)
y = bytearray(10)
y = bytes(10)
y = id(x)
y = hash("a")
y = iter([1])
y = next(i for i in [1])
y = help
exit(0)
quit()
print(x)
y = delattr(x, "a")
y = classmethod(abs)
y = property(abs)
y = staticmethod(abs)
y = callable(x)
y = issubclass(int, float)
y = BaseException
y = ValueError("a")
# formats
y = "{0.__class__}".format(x)
y = "{}".format(x)
y = "{a.__class__}".format_map({"a": x})
y = str.format("{0.__class__}", x)
f = "{0.__class__}".format
y = "%s" % x
y = "%(a)s" % {"a": 1}
y = "%1000000000d" % 1
y = f"{x.__class__}"
y = f"{x:{10**9}}"
y = f"{1:1000000000}"
y = f"{1:>{'9' * 9}}"
y = f"{[c for c in ().__class__.__base__.__subclasses__()]}"
y = b"%d" % 1
# generators, exceptions, statements
yield x
y = yield
yield from [1]
raise x
raise
assert x.__class__
return (yield)
global np
nonlocal x
import os
import sys, numpy
import numpy.random
import numpy.ctypeslib as c
import numpy.f2py
import os.path as np
import subprocess
import torch
import ctypes
import numpy as np, os as o
from os import system
from numpy import load
from numpy import random
from numpy import *
from numpy import ctypeslib
from numpy.lib import stride_tricks
from numpy.lib.stride_tricks import as_strided
from numpy.testing import runstring
from numpy import linalg as _, fromfile
from math import *
from math import __loader__
from . import a
from .. import b
from __future__ import braces
from importlib import import_module
from typing import get_type_hints; y = get_type_hints(x)
import typing; y = typing.sys
import collections.abc; y = collections.abc.sys
# NumPy's doors
y = np.load("a.npy", allow_pickle=True)
np.save("a.npy", x)
np.savetxt("a", x)
np.savez("a", x)
y = np.fromfile("a")
y = np.loadtxt("a")
y = np.genfromtxt("a")
y = np.fromregex("a", "b", [])
y = np.memmap("a")
y = np.frombuffer(x)
y = np.fromstring("1")
y = np.fromiter([1], float)
y = np.from_dlpack(x)
x.tofile("a")
y = x.tobytes()
x.dump("a")
y = x.dumps()
y = x.ctypes.data
y = x.data
y = x.base
y = x.view("O")
y = x.getfield("O")
x.setfield(1, "f4")
x.setflags(write=True)
y = x.byteswap()
x.resize((4,))
y = x.flat
y = np.ctypeslib.ctypes
y = np.f2py.os
y = np.lib.stride_tricks.as_strided(x, (10**6,), (8,))
y = np.lib.format
y = np.testing.runstring("1", {})
y = np.core
y = np.random.rand(3)
y = np.random
y = np.bmat("x")
y = np.matrix("1 2")
y = np.asmatrix("1 2")
y = np.vectorize(abs)(x)
y = np.frompyfunc(abs, 1, 1)
y = np.fromfunction(abs, (3,))
y = np.apply_along_axis(abs, 0, x)
y = np.apply_over_axes(abs, x, 0)
y = np.einsum_path("i", x)
y = np.errstate(call=abs)
np.seterrcall(abs)
np.seterr(all="raise")
np.set_printoptions(formatter={"all": abs})
y = np.printoptions(formatter={})
y = np.get_include()
y = np.show_config()
y = np.rec.array([1])
y = np.recarray((3,))
y = np.ndarray((3,), buffer=x, strides=(1000,))
y = np.ndarray
y = np.dtype("O")
y = np.object_(x)
y = np.void(8)
y = np.char.add("a", "b")
y = np.strings
y = np.nditer(x)
y = np.nested_iters(x, [])
y = np.mgrid[0:1000000000]
y = np.r_["r", 1]
y = np.DataSource("a")
y = np.ma.array(x)
y = np.fft.fft(x)
y = np.polynomial
y = np.emath
y = np.array_repr(x)
y = np.add.at(x, 0, 1)
y = np.add.types
y = np.add.resolve_dtypes
y = np.linalg.linalg
y = np.linalg.LinAlgError
y = np.zeros(3, dtype=object)
y = np.zeros(3, dtype="O")
y = np.zeros(3, "O")
y = np.zeros(3, "object")
y = np.array([1], dtype="S10")
y = np.array([1], dtype=[("a", "O")])
y = np.array([1], np.dtype)
y = x.astype("O")
y = x.astype(object)
y = x.astype("V8")
y = np.add(x, x, dtype="O")
y = np.add(x, x, signature="OO->O")
y = np.zeros(3, like=x)
y = np.zeros(3, **{"dtype": "O"})
y = np.array(x, subok=True)
n = np
y = np.linalg
y = [np, math]
y = (lambda m: m)(np)
y = x.sum if x is np else np
# exhaustion
y = 10 ** 10 ** 10
y = 10 ** 100
y = 2 ** (2 ** 20)
y = x ** 1000
y = pow(10, 10 ** 6)
y = np.power(10, 1000)
a = 10 ** 18; y = a * a
n = 10 ** 9; y = np.zeros(n)
n = 1000; y = [0] * (n * n)
y = "a" * 10 ** 9
y = [0] * 10 ** 8
y = (0,) * 1000000
y = np.zeros(10 ** 12)
y = np.ones((10 ** 5, 10 ** 5))
y = np.full(shape=(100000, 10000), fill_value=1)
y = np.eye(100000)
y = np.arange(1e12)
y = np.arange(0, 1, 1e-12)
y = np.linspace(0, 1, 10 ** 9)
y = np.tile(x, 10 ** 8)
y = np.repeat(x, 10 ** 8)
y = np.pad(x, 10 ** 9)
y = np.broadcast_to(x, (10 ** 9, 3))
y = 1 << 10 ** 6
y = 1 << len(x)
y = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF
y = 1j
y = b"bytes"
y = np.linalg.matrix_power(x, 10 ** 9)
y = (lambda f: f(f))(lambda f: f(f))
y = list(range(10 ** 9))[0]; z = [i for i in range(10 ** 9)]
y = sum(i for i in range(10 ** 8))
y = [a for a in [1] for b in [1] for c in [1] for d in [1] for e in [1]]
y = [v for v in x]
y = {v: 1 for v in x}
y = any(v > 1 for v in x)
y = [i for i in range(len(x))]
y = [i for i in range(x.shape[0])]
y = [v for v in np.exp(x)]
y = [v for v in x * 2]
y = [v for v in x.tolist()]
y = [a for a, b in zip(x, x)]
y = [a for i, a in enumerate(x)]
y = max(v for v in sorted(x))
# changing the inputs and the file's constants
x[0] = 1
x[:] = 0
x += 1
x *= 2
x **= 2
x[x > 0] = 0
x[0] += 1
del x[0]
y = x; y += 1
y = x[1:]; y[0] = 1
y = x.T; y *= 2
y = x.reshape(-1, 1); y[0] = 1
y = np.asarray(x); y += 1
y = np.atleast_1d(x); y[:] = 0
y = [x]; y[0] += 1; z = y[0]; z += 1
y = (x, 1)[0]; y += 1
y, z = x, 1; y += z
y = x if len(x) else x; y += 1
y = x or x; y[0] = 1
(y := x)[0] = 1
np.add(x, 1, out=x)
np.exp(x, x)
np.clip(x, 0, 1, out=x)
np.copyto(x, 0)
np.put(x, [0], [1])
np.place(x, x > 0, [1])
np.putmask(x, x > 0, 1)
np.fill_diagonal(x, 0)
np.nan_to_num(x, copy=False)
x.sort()
x.fill(0)
x.put(0, 1)
x.partition(1)
x.T.fill(1)
np.ravel(x).sort()
d = {"a": x}; y = d["a"]; y += 1
d = {"a": x}; d.get("a").fill(0)
CONSTANT[0] = 1
CONSTANT.append(1)
CONSTANT += [1]
TABLE["a"] = 1
TABLE.update(a=1)
TABLE.setdefault("a", []).append(1)
TABLE["n"] += 1
TABLE.pop("n")
y = TABLE; y["n"] = 2
y = CONSTANT; y.append(2)
ARRAY += 1
ARRAY[0] = 5
# other meanings for what the checker relies on
np = x
math = x
len = abs
range = list
isinstance = max
compute_reward = abs
y = [np for np in [1]]
y = (lambda len: len)(x)
y = (len := 3)
""".strip().splitlines()

BLOCKS = (
    "while True:\n    pass",
    "try:\n    y = 1\nexcept Exception as e:\n    y = e.__traceback__.tb_frame",
    "try:\n    y = 1\nfinally:\n    y = 2",
    "try:\n    y = 1\nexcept* Exception:\n    y = 2",
    "class A:\n    pass",
    "class A(dict):\n    __missing__ = print",
    "with np.errstate(call=abs):\n    y = 1",
    "with np.errstate(all='call'):\n    y = 1",
    "with np.errstate(all='print'):\n    y = 1",
    "with np.errstate('ignore'):\n    y = 1",
    "with np.errstate(**{'all': 'ignore'}):\n    y = 1",
    "with np.errstate(all='ignore') as e:\n    y = e",
    "with np.errstate(all='ignore'), open('f'):\n    y = 1",
    "with np.errstate(all='ignore'):\n    y = x.__class__",
    "with np.errstate(all='ignore'):\n    x += 1",
    "with np.errstate:\n    y = 1",
    "with np.printoptions(precision=1):\n    y = 1",
    "with x:\n    y = 1",
    "raise ValueError('a') from x",
    "raise ValueError(x.__class__)",
    "raise ValueError(*[x], **{'a': 1})",
    "raise SystemExit",
    "raise KeyboardInterrupt()",
    "raise BaseException('a')",
    "raise ValueError.__class__('a')",
    "raise (lambda: ValueError('a'))()",
    "raise x('a')",
    "y = ValueError\nraise y('a')",
    "y = [ValueError]",
    "y = KeyError('a').args",
    "with open('f') as f:\n    y = 1",
    "async def f():\n    pass",
    "async def f():\n    await x",
    "async def f():\n    async for i in x:\n        pass",
    "async def f():\n    async with x:\n        pass",
    "match x:\n    case int(real=r):\n        y = r",
    "match x:\n    case object(__class__=c):\n        y = c",
    "match x:\n    case {'a': v}:\n        y = v",
    "def f(a=[]):\n    a.append(1)\n    return len(a)",
    "def f(a={}):\n    return a",
    "def f(a=np.zeros(3)):\n    return a",
    "def f(a=list()):\n    return a",
    "def f():\n    return f()\ny = f()",
    "def f():\n    return g()\ndef g():\n    return f()",
    "f = lambda n: f(n - 1)",
    "f = lambda: g()\ng = lambda: f()",
    "def f():\n    global a\n    a = 1",
    "def f():\n    nonlocal x\n    x = 1",
    "@staticmethod\ndef f():\n    pass",
    "@(lambda g: g)\ndef f():\n    pass",
    "def f(__x):\n    return __x",
    "def __getattr__(name):\n    return name",
    "def compute_reward(y):\n    return y, {}",
    "for i in range(10**9):\n    pass",
    "for i in range(len(x)):\n    pass",
    "for v in x:\n    pass",
    "for row in x[1:]:\n    pass",
    "for i in range(x.shape[0]):\n    pass",
    "n = len(x)\nfor i in range(n):\n    pass",
    "n = x.shape[0]\nfor i in range(n):\n    pass",
    "n, d = x.shape\nfor i in range(n):\n    pass",
    "for i in range(x.size):\n    pass",
    "y = [1]\nfor i in y:\n    y.append(i)",
    "y = [1]\nfor i in y:\n    y += [i]",
    "for x.shape in [1]:\n    pass",
    "for __i in [1]:\n    pass",
    "for a in [1]:\n for b in [1]:\n  for c in [1]:\n   for d in [1]:\n    for e in [1]: pass",
    "y = x\nif len(x) > 1:\n    y = x + 1\ny += 1",
    "for v in [x]:\n    v += 1",
    "for name, v in {'a': x}.items():\n    v += 1",
    "for i, v in enumerate([x]):\n    v[0] = 1",
    "for v, w in zip([x], [1]):\n    v *= w",
    "y = x\nfor i in range(2):\n    y += 1\n    y = y + 1",
    "def f(a):\n    a[0] = 1\n    return a\ny = f(x)",
    "def f(a):\n    a += 1\n    return a\ny = f(a=x)",
    "def f(a):\n    return a\ny = f(x)\ny += 1",
    "def f(a):\n    return g(a)\ndef g(b):\n    b.fill(0)\n    return b\ny = f(x)",
    "g = lambda a: a\ny = g(x)\ny += 1",
    "def f(v, s=CONSTANT):\n    s.append(v)\n    return len(s)\ny = f(1)",
    "y = (lambda: CONSTANT)().append(1)",
    "y = (lambda a: a)(x)\ny += 1",
    "def f():\n    x[0] = 1\n    return 0\ny = f()",
    "def f():\n    TABLE['n'] += 1\n    return TABLE['n']\ny = f()",
    "parts = []\nparts.append(x)\ny = parts[0]\ny += 1",
    "parts = [p for p in (x, 1)]\nfor p in parts:\n    p += 1",
    "y = (x\n     .__class__)",
)

FILES = (
    "",
    "x = 1",
    "def compute_rewards(x):\n    return x, {}",
    "compute_reward = lambda x: (x, {})",
    "if True:\n    def compute_reward(x):\n        return x, {}",
    "def outer():\n    def compute_reward(x):\n        return x, {}",
    "class A:\n    def compute_reward(self, x):\n        return x, {}",
    "async def compute_reward(x):\n    return x, {}",
    "def compute_reward():\n    return 1, {}",
    "def compute_reward(*x):\n    return x[0], {}",
    "def compute_reward(**x):\n    return x['a'], {}",
    "def compute_reward(x, /):\n    return x, {}",
    "def compute_reward(x=1):\n    return x, {}",
    "def compute_reward(*, x=1):\n    return x, {}",
    "def compute_reward(x):\n    pass",
    "def compute_reward(x):\n    return",
    "def compute_reward(x):\n    return x * 2",
    "def compute_reward(x):\n    return x, {}, 1",
    "def compute_reward(x):\n    return {'x': x}",
    "def compute_reward(x):\n    return x, {}\ndef compute_reward(x):\n    return x, {}",
    "def compute_reward(x):\n    return x, {}\ncompute_reward = abs",
    "def compute_reward(x):\n    return x, {}\ndel compute_reward",
    "def compute_reward(x):\n    return x, {}\nfor compute_reward in [abs]:\n    pass",
    "G = (i for i in [1, 2])\ndef compute_reward(x):\n    return x + sum(G), {}",
    "G = zip([1], [2])\ndef compute_reward(x):\n    return x + len(list(G)), {}",
    "G = map(abs, [1])\ndef compute_reward(x):\n    return x + sum(G), {}",
    "def compute_reward(x):\n    return x, {}\nif __name__ == '__main__':\n    compute_reward(1)",
    "def compute_reward(x):\n    return x, {}\nprint(compute_reward)",
    "import numpy as np\nimport math as np\ndef compute_reward(x):\n    return x, {}",
    "# coding: utf-7\ndef compute_reward(x):\n    return x, {}",
    "# -*- coding: latin-1 -*-\ndef compute_reward(x):\n    return x, {}",
    "#!/usr/bin/python\n# vim: set fileencoding=rot13 :\ndef compute_reward(x):\n    return x, {}",
    "def compute_reward(x):\n    return x, {}\n\x00",
    "def compute_reward(x):\n    # \u202e reversed \u2066\n    return x, {}",
    "def compute_reward(x):\n    return ｎｐ.exp(x), {}",
    "def compute_reward(x):\n    return x.__ｃlass__, {}",
    "def compute_reward(ﬁ):\n    return ﬁ, {}",
    "def compute_reward(x):\n    naïve = x * 2\n    return naïve, {}",
    "def compute_reward(x):\n    return '\ud800', {}",
    "def compute_reward(x:\n    return x",
    "  def compute_reward(x):\n    return x, {}",
    "def compute_reward(x):\nreturn x, {}",
    "Here is the reward:\n\ndef compute_reward(x):\n    return x, {}",
    "```python\ndef compute_reward(x):\n    return x, {}\n```",
    "def compute_reward(x):\n    return x, {}" + "\n# more" * 20_000,
    "def compute_reward(x):\n    return " + "(" * 5_000 + "x" + ")" * 5_000 + ", {}",
    "def compute_reward(x):\n    return " + "-" * 20_000 + "x, {}",
    "def compute_reward(x):\n    return " + "not " * 10_000 + "x, {}",
    "def compute_reward(x):\n    return x" + " + x" * 10_000 + ", {}",
    "def compute_reward(x):\n    return x" + " ** x" * 5_000 + ", {}",
    "def compute_reward(x):\n    return x" + ".T" * 20_000 + ", {}",
    "def compute_reward(x):\n    return x" + "[0]" * 15_000 + ", {}",
    "def compute_reward(x):\n    return " + "lambda: " * 5_000 + "x, {}",
    "def compute_reward(x):\n    return " + "[" * 150 + "]" * 150 + ", {}",
    "def compute_reward(x):\n    return " + "9" * 5_000 + ", {}",
    "def compute_reward(x):\n"
    + "".join(" " * i + "if x:\n" for i in range(1, 99))
    + " " * 99
    + "x",
    "def compute_reward(x):\n    if x: pass\n" + "    elif x: pass\n" * 2_000 + "    return x, {}",
    "def compute_reward(x):\n    return f'{" + 'f"{' * 60 + "x" + '}"' * 60 + "}', {}",
)
