"""Tables for people, as plain text of a fixed width."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from rewardsmith import stats
from rewardsmith.observers import number, score_text
from rewardsmith.report import luck_of
from rewardsmith.report.baselines import gain_lines, missing_rows, search_label
from rewardsmith.report.scores import SECOND, human_label, second_label


def plain_table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their longest cell, two spaces between."""
    lines = [list(head), *(list(row) for row in rows)]
    widths = [max(len(line[k]) for line in lines) for k in range(len(head))]
    rule = ["-" * width for width in widths]
    shown = [lines[0], rule, *lines[1:]]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in shown
    )


def comparison_table(run: Any) -> str:
    """The winner beside the baselines on report seeds, trained alike."""
    finished = run.archive.finished
    if not run.archive.measured:
        return _preference_table(run.archive)
    task = run.environment.task
    names = {
        "best": f"{finished.best} (evolved)",
        "fitness": "fitness as reward" + (" (sparse)" if task.sparse else ""),
        "sparse": "sparse reward",
        "human": human_label(run.archive),
    }
    names |= {name: search_label(run.archive, name) for name in run.archive.searched}
    rows = [
        (label, score_text(finished.scores.get(key)), str(finished.scores[key].seeds))
        for key, label in names.items()
        if key in finished.scores
    ]
    second = run.archive.results.get((finished.best, SECOND))
    if second is not None:
        label = second_label(run.archive, finished.best)
        rows.insert(1, (label, score_text(stats.score(second.fitness)), str(len(second.fitness))))
    rows += [(label, told, "0") for label, told in missing_rows(run.archive)]
    unit = f" [{task.unit}]" if task.unit else ""
    text = plain_table(("reward", f"fitness{unit}", "seeds"), rows)
    note = stats.range_note(finished.scores.values())
    extra = [text, *([note] if note else []), ""]
    if finished.normalised is not None:
        extra.append(f"normalised score {number(finished.normalised)}")
    if finished.improvement is not None:
        extra.append(f"probability of improvement on the human reward {finished.improvement:.2f}")
    if finished.best is not None:
        extra += gain_lines(run.archive, finished.best)
    if finished.best is not None and (luck := luck_of(run.archive, finished.best)) is not None:
        extra.append(luck)
    return "\n".join(extra)


def _preference_table(archive: Any) -> str:
    """How often the winner was preferred to what was trained beside it, and by whom."""
    from rewardsmith.report.preferences import judges_line, label_of

    finished = archive.finished
    rows = [
        (label_of(archive, name), score_text(score), str(score.seeds))
        for name, score in finished.preferred.items()
    ]
    rows += [(label, told, "0") for label, told in missing_rows(archive)] if rows else []
    head = (f"{finished.best} against", "is preferred in", "pairs of fresh policies")
    lines = [judges_line(archive), *gain_lines(archive, finished.best or "")]
    table = [plain_table(head, rows), ""] if rows else []
    return "\n".join([*table, *lines])


def candidates_table(archive: Any) -> str:
    """Every candidate of a run with its fate."""
    rows = [_candidate_row(archive, name) for name in sorted(archive.candidates)]
    measure = "fitness" if archive.measured else "preferred"
    table = plain_table(("candidate", "operator", "parents", measure, "remark"), rows)
    note = stats.range_note(archive.scores.values())
    return f"{table}\n{note}" if note else table


def _candidate_row(archive: Any, name: str) -> tuple[str, ...]:
    candidate = archive.candidates[name]
    verdict, score = archive.verdicts.get(name), archive.scores.get(name)
    diagnosis = archive.diagnoses.get(name)
    remark = diagnosis.findings[0].name if diagnosis and diagnosis.findings else ""
    if verdict is not None and not verdict.passed:
        remark = f"rejected: {next(r.rule for r in verdict.reasons if not r.warning)}"
    result = archive.results.get((name, "selection"))
    if result is not None and result.failure is not None:
        remark = f"training failed: {result.failure}"
    if verdict is not None and verdict.twin is not None:
        remark = f"{verdict.twin} over again"
    fitness = score_text(score) if score is not None else "–"
    return (name, candidate.operator, ", ".join(candidate.parents) or "–", fitness, remark[:60])
