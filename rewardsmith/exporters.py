"""Exporters: the saved reward module, its test vectors, and their replay.

A module is the candidate's source as it was written, below a docstring that tells where it comes
from.  `embedded_source` gives that source back; `load_reward` hashes it and not what stands above
it, so the hash of a saved module is the candidate's own, the one in its header.
"""

from __future__ import annotations

import ast
import io
import re
import textwrap
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith import stats
from rewardsmith.archive import Archive
from rewardsmith.bank import Bank
from rewardsmith.environments import Environment
from rewardsmith.errors import RewardFailed, RewardInvalid, StoreError, UsageError
from rewardsmith.language import parse_reward, source_hash
from rewardsmith.records import Candidate, Reason, Score, TrainResult
from rewardsmith.reward import MARK, SCALE, load_reward, reward_text
from rewardsmith.sandbox import ArraySpec, RewardServer
from rewardsmith.store import read_arrays, write_atomically

Array = np.ndarray[Any, Any]
Compute = Callable[[str, Mapping[str, Array]], tuple[Array, Mapping[str, Array]]]
"""Total and components of a source on a batch of signals."""

VECTOR_ROWS = 64
TOLERANCE = 1e-5
"""Of the total's scale (design, invariant 7)."""
_WIDTH = 96
_INPUT, _COMPONENT, _TOTAL = "input_", "component_", "total"
_ENVIRONMENT = re.compile(r"^Environment: +(\S+)", re.MULTILINE)
_HEADER_LENGTH = 8000
"""Characters of a file in which its header is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModuleFacts:
    """What the header of a reward module tells beside the candidate."""

    environment: str
    """NAME/TASK, as the command line takes it."""
    run: str = ""
    task: str = ""
    """Its words."""
    unit: str = ""
    backend: str = ""
    versions: Mapping[str, str] | None = None
    score: Score | None = None
    measured: bool = True
    """False where the score is a preference score."""
    score_kind: str = "selection"
    """On which seeds: selection, confirmation or report."""
    reasons: tuple[Reason, ...] = ()
    """The critic's findings: a saved candidate passed, so these are warnings."""
    scale: float | None = None
    """What rewards were divided by at the end of training, the median over seeds."""


def module_facts(archive: Archive, candidate: str, environment: Environment) -> ModuleFacts:
    """What is known of a candidate, with its score on the freshest seeds there are."""
    verdict, started = archive.verdicts.get(candidate), archive.started
    purposes = ("report", "confirmation", "selection")
    result = archive.result(candidate, *purposes)
    members = result.members if result is not None else ()
    scales = [m.reward_scale for m in members if m.reward_scale is not None]
    backend = environment.chosen_backend
    return ModuleFacts(
        environment=environment_name(environment),
        run=started.run if started is not None else "",
        task=environment.task.words,
        unit=environment.task.unit,
        backend=f"{backend} {environment.backends[backend]}",
        versions=started.versions if started is not None else None,
        score=_own_score(archive, candidate, result),
        measured=archive.measured,
        score_kind=result.purpose if result is not None else "selection",
        reasons=verdict.reasons if verdict is not None else (),
        scale=float(np.median(scales)) if scales else None,
    )


def _own_score(archive: Archive, candidate: str, result: TrainResult | None) -> Score | None:
    """On the freshest seeds; the preference score of the search where there is no fitness."""
    if not archive.measured:
        return archive.scores.get(candidate)
    return stats.score(result.fitness) if result is not None else None


def environment_name(environment: Environment) -> str:
    """NAME/TASK as the command line takes it; `gymnasium:ID`, which has one task, as it is."""
    if environment.name.startswith("gymnasium:"):
        return environment.name
    return f"{environment.name}/{environment.task.name}"


def render_module(candidate: Candidate, facts: ModuleFacts) -> str:
    """The reward module as one plain Python file that imports NumPy (and math where used)."""
    lines = ['"""' + _title(candidate, facts), "", *_header(candidate, facts), '"""', ""]
    imports = _imports(candidate.source)
    lines += [*imports, ""] if imports else []
    if facts.scale is not None:
        lines += [
            "# In training, rewards were divided by about this (they were clipped at 10 then);",
            "# the wrappers of rewardsmith offer it, and plain use of this file need not.",
            f"{SCALE} = {facts.scale!r}",
            "",
        ]
    return "\n".join([*lines, MARK, "", candidate.source.strip("\n"), ""])


def is_saved_module(path: Path) -> bool:
    """Whether a readable file is a module that was saved here, with test vectors beside it."""
    return f"\n{MARK}\n" in path.read_text(encoding="utf-8", errors="replace")


def environment_named_in(path: Path) -> str:
    """NAME/TASK that a module's header names, empty where none; UsageError if unreadable."""
    text = reward_text(path)[:_HEADER_LENGTH]
    found = _ENVIRONMENT.search(text.partition(MARK)[0])
    return found.group(1) if found else ""


def _title(candidate: Candidate, facts: ModuleFacts) -> str:
    return f"Reward {candidate.id} for {_plain(facts.environment)}, written by rewardsmith."


def _header(candidate: Candidate, facts: ModuleFacts) -> list[str]:
    parents = f" of {', '.join(candidate.parents)}" if candidate.parents else ""
    versions = ", ".join(f"{name} {version}" for name, version in (facts.versions or {}).items())
    entries = {
        "Task": facts.task,
        "Environment": f"{facts.environment} ({facts.backend})",
        "Versions": versions,
        "Run": facts.run,
        "Candidate": f"{candidate.id} ({candidate.operator}{parents})",
        "Score": _score(facts),
        "Critic": "; ".join(str(reason) for reason in facts.reasons) or "no finding",
        "Hash": source_hash(candidate.source),
    }
    lines: list[str] = []
    for label, text in entries.items():
        if text:
            lines += textwrap.wrap(
                f"{label}: {_plain(text)}",
                _WIDTH,
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
    return lines


def _score(facts: ModuleFacts) -> str:
    score = facts.score
    if score is None:
        return "none: it was not trained, or training failed"
    if not facts.measured:
        return (
            f"a preference score, the task has no fitness: preferred to the run's average "
            f"candidate in {score.value:.0%} of comparisons ({score.low:.0%} to {score.high:.0%}, "
            f"{score.comparisons} made)"
        )
    unit = f" {facts.unit}" if facts.unit else ""
    seeds = f"{facts.score_kind} seeds"
    if score.seeds == 1:
        return f"{score.value:.4g}{unit} on one of the {seeds}: no interval"
    what = "range" if stats.is_range(score) else "95 % interval"
    return (
        f"{score.value:.4g}{unit}, {what} {score.low:.4g} to {score.high:.4g}, "
        f"on {score.seeds} {seeds}"
    )


def _plain(text: str) -> str:
    """Text that can stand in a docstring: one line, nothing that ends or escapes it."""
    text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split()).replace("\\", "\\\\").replace('"', "'")


def _imports(source: str) -> list[str]:
    """The imports that the source needs and does not have itself."""
    tree = ast.parse(source)
    own = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, ast.Import | ast.ImportFrom)
        for alias in node.names
    }
    used = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} - own
    lines = {"math": "import math\n", "np": "import numpy as np"}
    return [line for name, line in lines.items() if name in used]


# ---------------------------------------------------------------- test vectors


@dataclass(frozen=True, slots=True)
class Replay:
    """Whether a module still gives what its test vectors say, in a sentence."""

    passed: bool
    sentence: str


def computed_here(source: str, inputs: Mapping[str, Array]) -> tuple[Array, Mapping[str, Array]]:
    """Total and components in this process, from the checked tree."""
    return load_reward(source)(**inputs)


def computed_in(server: RewardServer) -> Compute:
    """Total and components in a reward process of this server."""

    def compute(source: str, inputs: Mapping[str, Array]) -> tuple[Array, Mapping[str, Array]]:
        rows = len(next(iter(inputs.values())))
        specs = [ArraySpec(n, values.shape[1:], values.dtype.name) for n, values in inputs.items()]
        with server.open(source, specs, rows) as process:
            for name, values in inputs.items():
                process.inputs[name][:rows] = values
            output = process.call(rows)
        return output.total, output.components

    return compute


def vectors_path(module: Path) -> Path:
    """Where a module's test vectors lie: `best.vectors.npz` beside `best.py`."""
    return module.with_suffix(".vectors.npz")


def write_vectors(path: Path, source: str, bank: Bank, compute: Compute = computed_here) -> None:
    """The reward of the bank's first rows as `.npz`: `input_NAME`, `total`, `component_NAME`.

    Raises RewardFailed where the source cannot be computed, StoreError where the file cannot be
    written.
    """
    names = parse_reward(source).parameters
    inputs = {name: bank.transitions[name][:VECTOR_ROWS] for name in names}
    total, components = compute(source, inputs)
    arrays = {_INPUT + name: values for name, values in inputs.items()}
    arrays |= {_COMPONENT + name: values for name, values in components.items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **{_TOTAL: total}, **arrays)
    write_atomically(path, buffer.getvalue())


def check_vectors(
    module: Path, vectors: Path | None = None, compute: Compute = computed_here
) -> Replay | None:
    """Replay a module's test vectors; None where it has none, UsageError if unreadable."""
    vectors = vectors or vectors_path(module)
    if not vectors.exists():
        return None
    source = reward_text(module)
    arrays = _read_vectors(vectors)
    inputs = {n.removeprefix(_INPUT): a for n, a in arrays.items() if n.startswith(_INPUT)}
    try:
        total, components = compute(source, inputs)
    except (RewardFailed, RewardInvalid, UsageError) as error:
        return Replay(passed=False, sentence=str(error))
    given = {_TOTAL: total, **{_COMPONENT + name: values for name, values in components.items()}}
    return _compared({n: a for n, a in arrays.items() if not n.startswith(_INPUT)}, given)


def _read_vectors(path: Path) -> dict[str, Array]:
    """The arrays of a file of test vectors; UsageError where it is none."""
    try:
        arrays = read_arrays(path)
    except StoreError as error:
        raise UsageError(f"no test vectors: {error}; export the module again") from error
    rows = {values.shape[:1] for values in arrays.values()}
    numbers = all(values.dtype.kind in "fiub" for values in arrays.values())
    if _TOTAL not in arrays or len(arrays) == 1 or len(rows) > 1 or () in rows or not numbers:
        raise UsageError(
            f"{path} holds no test vectors (`{_TOTAL}` and `{_INPUT}NAME`, numbers of the same "
            "number of rows); export the module again"
        )
    return arrays


def _compared(expected: Mapping[str, Array], given: Mapping[str, Array]) -> Replay:
    if set(expected) != set(given):
        names = ", ".join(sorted(set(expected) ^ set(given)))
        return Replay(passed=False, sentence=f"the components are not the same: {names}")
    scale = float(np.abs(expected[_TOTAL]).max(initial=0.0))
    worst, where = 0.0, _TOTAL
    for name, values in expected.items():
        if values.shape != given[name].shape:
            return Replay(passed=False, sentence=f"{name} has another shape")
        size = max(scale, float(np.abs(values).max(initial=0.0)), np.finfo(np.float64).tiny)
        away = float(np.abs(values - given[name]).max(initial=0.0)) / size
        if np.isnan(away) or away > worst:
            worst, where = float("inf") if np.isnan(away) else away, name
    rows = len(expected[_TOTAL])
    if worst <= TOLERANCE:
        return Replay(passed=True, sentence=f"{rows} rows give the same")
    return Replay(passed=False, sentence=f"{where} differs by {worst:.2g} of its scale")
