"""Leaks: what a prompt may never hold, the fitness and the human reward, and whether it does.

The author's file is read as a syntax tree.  From the expressions behind `fitness`, `human_reward`
and `sparse_reward`, however they are handed over, from functions without a name that are neither a
signal's nor an event's, and from the helpers that only they use, come expressions, names and
numbers to look for.  What a model wrote itself tells it nothing new and is no leak.
"""

from __future__ import annotations

import ast
import copy
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from rewardsmith.environments import Environment
from rewardsmith.errors import PromptLeak
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
    source = str(environment.specification.get("source", ""))
    nodes = _secret_nodes(_parsed(source))
    values = dict(pair for name, node in nodes.items() for pair in _values(name, node))
    typed = str(environment.specification.get("fitness", ""))
    trees = [*nodes.values(), *((_parsed(typed),) if typed else ())]
    trees += [_Spelled(values).visit(copy.deepcopy(tree)) for tree in trees]
    public = _public_text(environment)
    numbers = {n for tree in trees for n in _numbers(tree)} - set(_numbers_in(public))
    names = {name for name in nodes if re.search(rf"\b{re.escape(name)}\b", public) is None}
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


# ---------------------------------------------------------------- the author's file


def _parsed(source: str) -> ast.Module:
    try:
        return ast.parse(source.strip())
    except (SyntaxError, ValueError):
        return ast.Module(body=[], type_ignores=[])


def _secret_nodes(module: ast.Module) -> dict[str, ast.AST]:
    """What the rewards consist of, by name: their expressions, and helpers that no signal uses."""
    defined = {name: node for node in module.body for name in _defined(node)}
    shown = _calls(module, *_SHOWN)
    public = _reached(shown, defined)
    makers = [n for n, node in defined.items() if any(part in shown for part in ast.walk(node))]
    told = [*shown, *_calls(module, *makers), *(defined[name] for name in public)]
    told += [k.value for k in _keywords(module) if k.arg == "events"]
    known = {id(node) for part in told for node in ast.walk(part)}
    given = {f"reward {k}": node for k, node in enumerate(_handed_over(module, known))}
    secret = _reached(given.values(), defined) - public
    return {**given, **{name: defined[name] for name in sorted(secret)}}


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


def _defined(node: ast.stmt) -> tuple[str, ...]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        return (node.name,)
    targets = node.targets if isinstance(node, ast.Assign) else []
    if isinstance(node, ast.AnnAssign):
        targets = [node.target]
    names = (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name))
    return tuple(n.id for n in names if n.id != "environment")


def _values(name: str, node: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """The expression that an assignment gives a name."""
    if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
        return
    for target in node.targets if isinstance(node, ast.Assign) else (node.target,):
        if isinstance(target, ast.Name) and target.id == name:
            yield name, node.value
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            pairs = zip(target.elts, node.value.elts, strict=False)
            yield from ((name, v) for t, v in pairs if isinstance(t, ast.Name) and t.id == name)


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


def _reached(start: Iterable[ast.AST], defined: dict[str, ast.stmt]) -> set[str]:
    """The module's own names that these nodes use, directly or through others."""
    queue = list(start)
    found: set[str] = set()
    while queue:
        for node in ast.walk(queue.pop()):
            if isinstance(node, ast.Name) and node.id in defined and node.id not in found:
                found.add(node.id)
                queue.append(defined[node.id])
    return found


class _Spelled(ast.NodeTransformer):
    """Puts the values of constants in the place of their names."""

    def __init__(self, values: Mapping[str, ast.expr]) -> None:
        self._values = values

    def visit_Name(self, node: ast.Name) -> ast.expr:
        """The value, where the name is a constant's."""
        return self._values.get(node.id, node) if isinstance(node.ctx, ast.Load) else node


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
