"""Leaks: what a prompt may never hold, the fitness and the human reward, and whether it does.

The author's file, and the modules of their own that it imports, are read as syntax trees.  From the
expressions behind `fitness`, `human_reward` and `sparse_reward`, however they are handed over, from
functions without a name that are neither a signal's nor an event's, and from the helpers that only
they use, come expressions, names and numbers to look for.  What a model wrote itself tells it
nothing new and is no leak.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from rewardsmith.environments import Environment
from rewardsmith.errors import PromptLeak
from rewardsmith.own_code import Module, OwnCode, Part, Place, parsed
from rewardsmith.records import Record

REWARDS = ("fitness", "human_reward", "sparse_reward")
ALWAYS = ("simulator_reward",)
SHORTEST = 12
"""Characters of an expression, without its spaces and brackets, from which it is told apart."""
DISTINCTIVE = 3
"""Significant digits of a number that nobody writes by chance."""
_SHOWN = ("Signal", "TensorSimulator", "MjxSimulator")
"""What an author calls with code that rewards are no part of."""
_PLACES = (2, 5, 6)
"""Of fitness, human and sparse reward where a task is given arguments without names."""
_OPERATIONS = (ast.BinOp, ast.Compare, ast.BoolOp)
_NUMBER = re.compile(r"(?<![\w.])\d+(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])")


class Secrets(Record, frozen=True):
    """What to look for."""

    expressions: tuple[str, ...] = ()
    """Without spaces, brackets, quotes and the names of parameters (`s.`, `t.`)."""
    names: tuple[str, ...] = ()
    numbers: tuple[float, ...] = ()
    """Numbers of many digits that nothing public holds."""


def secrets_of(environment: Environment) -> Secrets:
    """What no prompt of this environment may hold; all its tasks count."""
    code = OwnCode(str(environment.specification.get("source", "")))
    given, defined = _secret_parts(code, environment)
    values = _values(defined)
    typed = str(environment.specification.get("fitness", ""))
    parts = [*given, *defined.values(), (code.main, parsed(typed.strip()))]
    trees = [tree for _, tree in parts]
    trees += [_Spelled(code, home, values).visit(copy.deepcopy(tree)) for home, tree in parts]
    public = _public_text(environment)
    numbers = {n for tree in trees for n in _numbers(tree)} - set(_numbers_in(public))
    named = {name for _, name in defined}
    names = {name for name in named if re.search(rf"\b{re.escape(name)}\b", public) is None}
    return Secrets(
        expressions=tuple(sorted({text for tree in trees for text in _expressions(tree)})),
        names=tuple(sorted({*ALWAYS, *(n for n in names if n.isidentifier() and "_" in n)})),
        numbers=tuple(sorted(numbers)),
    )


def find_leaks(text: str, secrets: Secrets, *, own: str = "") -> tuple[str, ...]:
    """The expressions and names in a text that are not in the model's `own` words as well."""
    squeezed, known = _squeeze(text), _squeeze(own)
    found = [e for e in secrets.expressions if e in squeezed and e not in known]
    for name in secrets.names:
        whole = re.compile(rf"\b{re.escape(name)}\b")
        if whole.search(text) and not whole.search(own):
            found.append(name)
    return tuple(found)


def find_numbers_in(text: str, secrets: Secrets) -> tuple[str, ...]:
    """The secret numbers in a text that holds nothing measured."""
    found = set(_numbers_in(text))
    return tuple(f"{number:g}" for number in secrets.numbers if number in found)


def forbid_leaks(key: str, texts: Sequence[str], secrets: Secrets, *, own: str = "") -> None:
    """Raises PromptLeak where a prompt tells what no model may see."""
    leaks = find_leaks("\n".join(texts), secrets, own=own)
    if leaks:
        raise leak(key, leaks[0])


def require_notes(notes: Mapping[str, str], secrets: Secrets) -> None:
    """Raises PromptLeak where a person's note could stand in no prompt: it is kept nowhere then."""
    for name, note in notes.items():
        found = (*find_leaks(note, secrets), *find_numbers_in(note, secrets))
        if found:
            raise PromptLeak(
                f"the note on {'all' if name == '*' else name} tells the task's own fitness or "
                f"human reward ({found[0]}), which no model may see; resume, and say it otherwise"
            )


def leak(key: str, what: str) -> PromptLeak:
    """The sentence for a prompt that tells too much."""
    return PromptLeak(
        f"the prompt for {key} would show the model the task's own fitness or human reward "
        f"({what}); take it out of the task's words, the signals' descriptions, the notes or "
        "your own templates in ./prompts"
    )


# ---------------------------------------------------------------- the author's files


def _secret_parts(code: OwnCode, environment: Environment) -> tuple[list[Part], dict[Place, Part]]:
    """What is given as a reward, and the helpers that no signal uses, by where they stand."""
    telling = [module for module in code.modules() if _declares(module)]
    shown = [(module, call) for module in telling for call in _calls(module.tree, *_SHOWN)]
    public = code.reached(shown)
    calls = {id(call) for _, call in shown}
    makers = [
        name
        for module in telling
        for name, node in module.defined.items()
        if any(id(part) in calls for part in ast.walk(node))
    ]
    told = [*(call for _, call in shown), *(code.definition(place)[1] for place in public)]
    for module in telling:
        told += _calls(module.tree, *makers)
        told += [k.value for k in _keywords(module.tree) if k.arg == "events"]
    known = {id(node) for part in told for node in ast.walk(part)}
    given = [(m, node) for m in telling for node in _handed_over(m.tree, known)]
    for task in environment.tasks:
        rewards = [getattr(task, name) for name in REWARDS]
        found = [part for reward in rewards for part in code.parts_of(reward)]
        given += [(module, node) for module, node in found if id(node) not in known]
    named = {(m.name, n.name) for m, n in given if isinstance(n, ast.FunctionDef)}
    secret = {p for p in code.reached(given) | named if p not in public and code.defines(p)}
    return given, {place: code.definition(place) for place in sorted(secret)}


def _declares(module: Module) -> bool:
    """Whether a module may hold an environment or its tasks: the others are asked by name alone."""
    heads = {"rewardsmith", "rewardsmith.environments"}
    return not module.name or not heads.isdisjoint(module.mentioned)


def _handed_over(module: ast.Module, known: Collection[int]) -> list[ast.AST]:
    """What is given as a reward, by its keyword or by its place, and lambdas not known by id."""
    found: list[ast.AST] = [k.value for k in _keywords(module) if k.arg in REWARDS]
    for call in _calls(module, "Task"):
        found += [call.args[place] for place in _PLACES if place < len(call.args)]
    for node in ast.walk(module):
        if isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            found += [v for k, v in pairs if isinstance(k, ast.Constant) and k.value in REWARDS]
    seen = {*known, *(id(n) for part in found for n in ast.walk(part))}
    lambdas = (n for n in ast.walk(module) if isinstance(n, ast.Lambda))
    return found + [node for node in lambdas if id(node) not in seen]


def _keywords(module: ast.Module) -> list[ast.keyword]:
    return [k for node in ast.walk(module) if isinstance(node, ast.Call) for k in node.keywords]


def _values(defined: Mapping[Place, Part]) -> dict[Place, ast.expr]:
    """The expression that an assignment gives a name."""
    found: dict[Place, ast.expr] = {}
    for place, (_, node) in defined.items():
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
            if isinstance(target, ast.Name) and target.id == place[1]:
                found[place] = node.value
            elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                pairs = zip(target.elts, node.value.elts, strict=False)
                same = [v for t, v in pairs if isinstance(t, ast.Name) and t.id == place[1]]
                found |= {place: same[-1]} if same else {}
    return found


def _calls(module: ast.Module, *names: str) -> list[ast.Call]:
    """The calls of what has one of these names, in its own module or under another name, too."""
    imported = [a for n in ast.walk(module) if isinstance(n, ast.ImportFrom) for a in n.names]
    called = {*names, *(a.asname for a in imported if a.name in names and a.asname)}
    return [
        node
        for node in ast.walk(module)
        if isinstance(node, ast.Call)
        and (getattr(node.func, "id", "") in called or getattr(node.func, "attr", "") in names)
    ]


class _Spelled(ast.NodeTransformer):
    """Puts the values of constants in the place of their names."""

    def __init__(self, code: OwnCode, module: Module, values: Mapping[Place, ast.expr]) -> None:
        self._code = code
        self._module = module
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The value, where the name is a constant's."""
        place = self._code.place_of(self._module, node)
        if place is None or not isinstance(node.ctx, ast.Load):
            return node
        return self._values.get(place, node)

    def visit_Attribute(self, node: ast.Attribute) -> ast.AST:
        """The same of another module's constant."""
        place = self._code.place_of(self._module, node)
        value = self._values.get(place) if place is not None else None
        return value if value is not None else self.generic_visit(node)


def _expressions(tree: ast.AST) -> Iterator[str]:
    """The operations in a tree, and what a lambda or a function gives, squeezed."""
    for node in ast.walk(tree):
        whole = node.body if isinstance(node, ast.Lambda) else None
        if isinstance(node, ast.Return | ast.Expression | ast.Expr):
            whole = node.value if not isinstance(node, ast.Expression) else node.body
        if isinstance(node, _OPERATIONS):
            whole = node
        if whole is not None and not isinstance(whole, ast.Attribute | ast.Name | ast.Constant):
            text = _squeeze(ast.unparse(whole))
            if len(text) >= SHORTEST:
                yield text


def _squeeze(text: str) -> str:
    """Without spaces, brackets, quotes, and the parameter that signals hang on."""
    text = re.sub(r"\b[a-z]\.(?=[A-Za-z_])", "", text)
    return re.sub(r"[\s()\[\]'\"`]", "", text)


def _numbers(tree: ast.AST) -> Iterator[float]:
    for node in ast.walk(tree):
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, int | float) and _digits(float(value)) >= DISTINCTIVE:
            yield float(value)


def _digits(value: float) -> int:
    return len(f"{value:.12g}".lstrip("-0.").replace(".", "").partition("e")[0].rstrip("0"))


def _numbers_in(text: str) -> list[float]:
    return [float(match) for match in _NUMBER.findall(text)]


def _public_text(environment: Environment) -> str:
    """What the author says to everyone."""
    signals = [f"{s.name} {s.unit} {s.description} {s.low} {s.high}" for s in environment.signals]
    tasks = [f"{task.name} {task.words} {' '.join(task.events)}" for task in environment.tasks]
    return "\n".join([environment.description, *signals, *tasks])
