"""Random reward files: mostly of the shape of real ones, over every name that the language has.

One seed, one file.  What is drawn mostly has the type that is wanted, so that much of it is
accepted and runs; now and then it has another, or is something that must never be accepted.
"""

from __future__ import annotations

import random
import re

from rewardsmith.language import names

SIGNALS = ("x", "y", "v")
"""Two of shape (N,), one of shape (N, 3)."""
KINDS = ("array", "matrix", "number", "list", "dict", "text")
WORDS = {
    "numpy": sorted(names.NUMPY - names.NUMPY_DTYPES),
    "linalg": sorted(names.LINALG),
    "math": sorted(names.MATH),
    "method": sorted(names.ATTRIBUTES),
    "builtin": sorted(names.BUILTINS),
    "dtype": ["float", "int", "bool", "np.float32", "np.float64", "'f4'", "np.int64"],
    "operator": ["+", "-", "*", "/", "+", "-", "*", "**", "//", "%"],
    "compare": ["<", ">", "<=", ">=", "==", "!="],
    "format": ["", ":.2f", ":>10", ":e", "!r", "!s:>4", "="],
    "hint": ["", "", "", ": np.ndarray", ": float", ": 'dict[str, float]'"],
    "axis": ["-1", "-1", "0", "1", "None", "(0, 1)"],
    "note": ["# a note", '"""Words."""', "...", "pass", "import math", "0; 1"],
}
LEAVES = {
    "matrix": ["<array>[:, None]"],
    "number": [
        *("0", "1", "-1", "2", "0.5", "1e-3", "3", "6", "0.1", "-2.5", "1.0", "0.25", "10", "-0.0"),
        *("len(<name>)", "<name>.ndim", "math.pi", "1_000", "2", "3", "0.3", "4", "1.5", "-3.0"),
        *("True", "None", "1e308", "10**6", "2**63", "np.inf", "np.nan", "-np.inf", "[0][0]"),
    ],
    "list": ["[1.0, 2.0]", "[<name>, <name>]", "(1, 2, 3)", "[]", "[[1, 2], [3, 4]]"],
    "dict": ["{'k': <name>, 'a': <name>}", "{'a': 1.0, 'k': 2}", "{}"],
    "text": ["'abc'", "''", "'k'", "'%d {}'", '"it\'s"', "'\\x1b[2J'"],
}
RULES = {
    "array": """
        (<array> + <array>)
        (<array> * <number>)
        (<array> - <number>)
        (<array> / (1.0 + np.abs(<array>)))
        <array> ** 2
        -<array>
        np.exp(-np.abs(<array>))
        np.tanh(<array>)
        np.clip(<array>, -1.0, <number>)
        np.where(<mask>, <array>, <array>)
        np.select([<mask>, <mask>], [<array>, <array>], 0.0)
        np.piecewise(<array>, [<mask>], [lambda q: q * <number>, <number>])
        np.sum(<matrix>, axis=-1)
        np.linalg.norm(<matrix>, axis=-1)
        np.einsum('ij,ij->i', <matrix>, <matrix>)
        np.maximum.reduce(<matrix>, axis=-1)
        np.full_like(<array>, <number>)
        <matrix>[:, 0]
        <matrix>[..., -1]
        <matrix>.mean(-1)
        <array>.astype(<dtype>)
        <array>.copy()
        (<array> if <test> else <array>)
        (lambda q, r=<number>: q * r + <array>)(<array>)
        (<new-array> := <array>)
        {'k': <array>}['k']
        {'a': <array>}.get('k', <array>)
        sum([<array>, <array>])
        sum(<matrix>[:, i] * <number> for i in range(3))
        np.array([<array>, <array>]).sum(0)
        <helper>(<array>, <number>)
        <wild>
    """,
    "wild": """
        (<array> <operator> <number>)
        (<array> <operator> <array>)
        (<array> <compare> <number>)
        (<mask> & <mask>)
        np.<numpy>(<array>)
        np.<numpy>(<array>, <array>)
        np.<numpy>(<array>, <number>)
        np.<numpy>(<matrix>, <keyword>)
        np.<numpy>(<array>, <array>, <keyword>)
        np.<numpy>(<list>, <keyword>, <keyword>)
        np.<numpy>(<any>, <any>, <any>)
        np.add.outer(<array>, <array>)[:, 0]
        np.linalg.<linalg>(<matrix>, axis=<axis>)
        np.linalg.<linalg>(<any>)
        <array>.<method>
        <array>.<method>()
        <array>.<method>(<any>)
        <matrix>.sum(axis=<axis>)
        <array>[<index>]
        <dict>['k']
        sum(<list>)
        sum(<dict>.values())
    """,
    "matrix": """
        np.stack([<array>, <array>, <array>], axis=-1)
        (<matrix> * <array>[:, None])
        (<matrix> <operator> <matrix>)
        np.<numpy>(<matrix>)
        np.<numpy>(<matrix>, axis=<axis>)
        <matrix>.<method>()
        <matrix>[:, ::-1]
        <matrix>[:, [2, 1, 0]]
        np.column_stack((<array>, <array>, <array>))
        np.cross(<matrix>, [0.0, 0.0, <number>])
        np.array(<matrix>.T.tolist()).T
    """,
    "number": """
        (<number> + <number>)
        (<number> * 0.5)
        max(<number>, 1.0)
        abs(<number>)
        float(<number>)
        round(<number>, 2)
        len(<list>)
        math.exp(-abs(<number>))
        (<number> if <test> else <number>)
        math.<math>(<number>)
        math.<math>(<number>, <number>)
        (<number> <operator> <number>)
        (1 << <number>)
        <builtin>(<list>)
        <builtin>(<any>)
        int(<text>)
        np.<numpy>(<number>)
    """,
    "list": """
        [<array>, <array>]
        [<array> for i in range(<number>)]
        [q * <number> for q in <list>]
        [<number> for q, r in zip(<list>, <list>) if <test>]
        [*<list>, <array>]
        (<list> + [<array>])
        (<list> * <number>)
        list(map(lambda q: q, <list>))
        list(filter(None, <list>))
        sorted(<list>, key=lambda q: <number>)
        list(<dict>.items())
        tuple(zip(<list>, <list>))
        list(enumerate(<list>))
        <list>[::-1]
        np.split(<matrix>, 3, axis=-1)
        <array>.tolist()
        list(range(<number>))
    """,
    "dict": """
        {'a': <array>, 'k': <array>}
        {q: <array> for q in ('a', 'k')}
        {<text>: <array>, 'k': <array>}
        {**<dict>, 'k': <array>}
        dict(a=<array>, k=<array>)
        (<dict> | {'a': <array>})
        dict(zip(('a', 'k'), <list>))
        {q: r * <number> for q, r in <dict>.items()}
    """,
    "text": """
        f'{<number><format>}'
        f'part_{<number>}'
        str(<number>)
        (<text> + <text>)
        (<text> * <number>)
        <text>.upper()
        <text>.replace(<text>, <text>)
        <text>.join([<text>, <text>])
        '_'.join(str(q) for q in <list>)
        <text>[::-1]
    """,
    "mask": """
        (<array> > <number>)
        (<array> <= <array>)
        np.isfinite(<array>)
        ~(<array> == <number>)
        <array>.astype(bool)
    """,
    "test": """
        len(<name>) > 2
        <name>.ndim == 1
        isinstance(<name>, np.ndarray)
        <number> < <number>
        'a' in <dict>
        not <list>
        <text> == <text>
        <mask>.any()
        <name> is not None
    """,
    "index": """
        :
        ...
        ::-1
        <mask>
        np.argsort(<array>)
        0
        None
        <number>:
        np.arange(len(<name>))
    """,
    "keyword": """
        axis=<axis>
        keepdims=True
        ord=<number>
        out=np.zeros_like(<name>)
        out=<name>
        where=<mask>
        initial=<number>
        ddof=1
        dtype=<dtype>
        nan=<number>
        weights=<array>
        mode='edge'
        copy=False
        key=lambda q: <number>
    """,
    "constant": """
        1.5
        [1.0, 2.0]
        {'a': 1.0, 'k': -2}
        np.array([1.0, 2.0, 3.0])
        math.sqrt(<number>)
        dict(zip('ak', (1, 2)))
        [i * <number> for i in range(3)]
        lambda a: a * 2
        np.linspace(0, 1, <number>)
        (zip([1], [2]), 3)
        2 ** 70
        np.eye(3)[0]
    """,
    "hostile": """
        <name>.__class__
        np.load('a')
        open('a')
        eval('1')
        getattr(<name>, 'T')
        np.random.rand(3)
        (lambda f: f(f))(lambda f: f(f))
        10 ** 10 ** 9
        [0] * 10 ** 9
        '{0.__class__}'.format(<name>)
        f'{<name>:{10 ** 9}}'
        np.zeros(10 ** 12)
        (i for i in [1]).gi_frame
        np.lib.stride_tricks
        1j
        np
    """,
    "simple": """
        <new-array> = <array>
        <new-array> = <array>
        <new-array><hint> = <array>
        <new-array> = <wild>
        <new-number> = <number>
        <new-dict> = <dict>
        <new-matrix> = <matrix>
        <new><hint> = <any>
        <own> = <own> + <array>
        <own> *= <number>
        <own> <operator>= <array>
        <own>[<index>] = <number>
        <own>[<mask>] *= <number>
        <own>[<index>] = <array>
        <new-array>, <new-array>, *<new-list> = <list>
        <new-array>, <new-array>, <new-array> = <matrix>.T
        (<new-array>, <new-number>), <new-dict> = (<array>, <number>), <dict>
        <new-array> = <new-matrix> = <matrix>
        assert <test>, <text>
        if <test>: raise ValueError(<text>)
        <own>.<method>(<any>)
        np.copyto(<own>, <array>)
        del <own>
        <note>
    """,
    "deep": """
        for i in range(<number>):
        for i, w in enumerate(<list>):
        for k, w in <dict>.items():
        for p, w in zip(<list>, <list>):
        for q in <list>:
        for q in <matrix>.T:
        for q in <array>:
        for k in sorted(<dict>):
        if <test>:
        if <mask>:
        with np.errstate(all='ignore'):
        with np.errstate(divide='ignore', invalid='warn'):
        with np.errstate(call=abs):
        def g(a, b=<number>):
        while <test>:
    """,
}
_CHOICES = {name: [r.strip() for r in text.strip().split("\n")] for name, text in RULES.items()}
_SLOT = re.compile(r"<([a-z]+)(?:-([a-z]+))?>")
_HEADS = (
    *("import numpy as np", "import math", "from typing import Dict, Tuple", "import numpy"),
    *("from __future__ import annotations", "from numpy import exp, where", "from math import pi"),
)


def program(seed: int) -> str:
    """The reward file of a seed."""
    return _Writer(random.Random(seed)).file()


class _Writer:
    """Writes one file; knows what its names stand for."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.known: dict[str, list[str]] = {"array": ["x", "y"], "matrix": ["v"]}
        self.own: list[str] = []
        self.helpers: list[str] = []
        self.count = 0
        self.made: list[tuple[str, str]] = []
        """Names of the line that is being written: they stand for something after it."""
        self.left = 0
        """Parts that may still be written: it ends every file."""

    def file(self) -> str:
        """Imports, constants, helpers, the reward."""
        rng = self.rng
        lines = [rng.choice(_HEADS) for _ in range(rng.choice([0, 0, 1, 2, 3]))]
        self.known = {}
        for _ in range(rng.choice([0, 0, 1, 2])):
            self.left = 3
            lines.append(f"C{len(lines)} = {self.fill('<constant>')}")
        for _ in range(rng.choice([0, 1, 1, 2])):
            lines += self.function(f"f{len(self.helpers)}", "")
        order = rng.sample(SIGNALS, 3)
        lines.append(f"def compute_reward({', '.join(order)}):")
        self.known, self.own = {"array": ["x", "y"], "matrix": ["v"]}, []
        self.left = rng.randint(6, 40)
        lines += self.block("    ", rng.randint(1, 5))
        self.left = 8
        parts = rng.choice(["<dict>", "{'x': <array>, 'y': <array>}", "{'x': x}", "{}"])
        lines.append(self.fill(f"    return <array>, {parts}"))
        return "\n".join(lines) + "\n"

    def function(self, name: str, indent: str) -> list[str]:
        """A helper of two parameters."""
        kept = self.known, self.own
        self.known, self.own, self.left = {"array": ["a"], "number": ["b"]}, [], 10
        default = self.rng.choice(["1", "None", "-0.5", "math.pi", "(1, 2)", "2", "0.1", "[]"])
        lines = [f"{indent}def {name}(a, b={default}):"]
        lines += self.block(indent + "    ", self.rng.randint(0, 2))
        lines.append(self.fill(f"{indent}    return <array>"))
        self.known, self.own = kept
        self.helpers.append(name)
        return lines

    def block(self, indent: str, count: int) -> list[str]:
        """Statements, one at least."""
        lines: list[str] = []
        if not self.own:
            lines.append(indent + self.fill("<new-array> = <array> * 1.0"))
            self.settle()
        for _ in range(count):
            if len(indent) < 20 and self.left > 0 and self.rng.random() < 0.25:
                lines += self.compound(indent)
            else:
                lines.append(indent + self.fill("<simple>"))
                self.settle()
        return lines or [f"{indent}pass"]

    def compound(self, indent: str) -> list[str]:
        """A loop or a branch; what it binds may be unbound after it."""
        kept = {kind: list(names) for kind, names in self.known.items()}, list(self.own)
        head = self.fill(self.rng.choice(_CHOICES["deep"]))
        self.known.setdefault("number", []).extend(re.findall(r"\b[iw]\b", head[:10]))
        self.settle()
        lines = [indent + head, *self.block(indent + "    ", self.rng.randint(1, 2))]
        self.known, self.own = kept
        return lines

    def settle(self) -> None:
        """The line is written: its names may be used."""
        for kind, name in self.made:
            self.known.setdefault(kind, []).append(name)
            self.own += [name] if kind == "array" else []
        self.made = []

    def fill(self, text: str) -> str:
        """The template with its slots written out, from left to right."""
        while found := _SLOT.search(text):
            put = self.slot(found[1], found[2])
            text = text[: found.start()] + put + text[found.end() :]
        return text

    def slot(self, kind: str, of: str | None) -> str:
        """What is written for a slot, maybe with slots of its own."""
        rng = self.rng
        if kind == "new":
            return self.new(of or rng.choice(KINDS))
        if kind in WORDS or kind in {"own", "name", "helper"}:
            arrays = self.known.get("array", ["C1"])
            fixed = {"own": self.own or arrays, "name": arrays, "helper": [*self.helpers, "np.add"]}
            return rng.choice(WORDS.get(kind) or fixed[kind])
        kind = rng.choice(KINDS) if kind == "any" else kind
        self.left -= 1
        if rng.random() < 0.003:
            return rng.choice(_CHOICES["hostile"])
        if kind in KINDS and (self.left <= 0 or rng.random() < 0.5):
            return rng.choice([*self.known.get(kind, []) * 3, *LEAVES.get(kind, ["<name>"])])
        return rng.choice(_CHOICES[kind])

    def new(self, kind: str) -> str:
        """A new name, which stands for a value of that kind from the next line on."""
        self.count += 1
        name = f"{kind[0]}{self.count}"
        self.made.append((kind, name))
        return name
