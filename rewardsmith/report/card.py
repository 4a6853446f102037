"""The reward card: what a saved reward was tested on, how it did, and what nobody has tried."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.archive import Archive
from rewardsmith.environments import Environment
from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.exporters import module_facts
from rewardsmith.records import Candidate, TrainResult
from rewardsmith.report.distances import distance_lines
from rewardsmith.report.preferences import preference_lines, preference_rows
from rewardsmith.report.scores import FRESHEST, SECOND, comparison, score_rows, second_label
from rewardsmith.report.search import lineage_lines, one_line, search_lines
from rewardsmith.telling import findings_of

TEMPLATE = Path(__file__).with_name("card.md.j2")
PURPOSE_NOTES = {
    "report": "All on report seeds, which were used for nothing else, all trained alike.",
    "confirmation": "On confirmation seeds, which also chose the winner: the score is a little "
    "too good.  The run has not reached its report.",
    "selection": "On the seeds that selected it: the best of many noisy scores is too good.  The "
    "run has not reached its report.",
}


def render_card(
    archive: Archive, environment: Environment, *, candidate: str = "", date: str | None = None
) -> str:
    """The card of a candidate, of the best where none is named, as Markdown.

    Equal archives give equal cards but for the date (the run's, where none is given).  Raises
    UsageError where there is no such candidate.
    """
    import jinja2

    chosen = _chosen(archive, candidate)
    page = jinja2.Environment(  # noqa: S701  Markdown for a person; `line` takes care of cells
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    page.filters["line"] = one_line
    template = page.from_string(TEMPLATE.read_text(encoding="utf-8"))
    return template.render(card_facts(archive, environment, chosen, date)).strip() + "\n"


def card_facts(
    archive: Archive, environment: Environment, candidate: Candidate, date: str | None
) -> dict[str, Any]:
    """Everything that the template prints."""
    facts = module_facts(archive, candidate.id, environment)
    started = archive.started
    time = date if date is not None else (started.time if started is not None else "")
    result = archive.result(candidate.id, *FRESHEST)
    diagnosis = archive.diagnoses.get(candidate.id)
    backends = environment.backends
    return {
        "candidate": candidate,
        "environment": facts.environment,
        "date": f"{time}, " if time else "",
        "run": facts.run or "unnamed",
        "versions": facts.versions or {},
        "words": facts.task,
        "unit": f" ({facts.unit})" if facts.unit else "",
        "verdict": _verdict(archive, candidate.id),
        "measured": archive.measured,
        "scores": _rows(archive, candidate.id, environment),
        "seeds_note": PURPOSE_NOTES.get(result.purpose if result is not None else "", ""),
        "comparison": comparison(archive, candidate.id)
        if archive.measured
        else preference_lines(archive, candidate.id),
        "tested": _tested(archive, environment, candidate, result),
        "untested": _untested(archive, environment),
        "components": _component_rows(result),
        "additive": _additive(archive, candidate.id),
        "scale": "" if facts.scale is None else f"Rewards were divided by {facts.scale:.4g}.",
        "reasons": facts.reasons,
        "distances": _distances(archive, candidate.id),
        "findings": findings_of(archive, candidate.id),
        "numbers": diagnosis.text.replace("```", "'''") if diagnosis is not None else "",
        "lineage": lineage_lines(archive, candidate.id),
        "search": search_lines(archive),
        "gymnasium": backends.get("gymnasium", backends[environment.chosen_backend]),
    }


def _rows(archive: Archive, candidate: str, environment: Environment) -> list[list[str]]:
    if archive.measured:
        return score_rows(archive, candidate, environment)
    finished = archive.finished
    rows = preference_rows(archive) if finished and finished.best == candidate else []
    return rows or [["nothing yet", "–", "–", "0"]]


def _chosen(archive: Archive, candidate: str) -> Candidate:
    if candidate and candidate not in archive.candidates:
        raise UsageError(unknown_name("candidate", candidate, archive.candidates))
    chosen = archive.candidates.get(candidate) or archive.best()
    if chosen is None:
        raise UsageError("there is no trained candidate to write a card of")
    return chosen


def _verdict(archive: Archive, candidate: str) -> str:
    """The first thing to know: whether the evidence convinces."""
    finished = archive.finished
    if finished is None or finished.best != candidate:
        return "**Preliminary**: this reward was not trained on report seeds."
    if not archive.measured:
        how = "Convincing" if finished.convincing else "Not convincing"
        is_so = "" if finished.convincing else "not shown to be "
        return f"**{how}**: it is {is_so}preferred to a policy that learned from no reward."
    if finished.convincing:
        return (
            "**Convincing**: its interval lies above that of the fitness itself as a reward, or "
            "its score within 5 % of the task's maximum."
        )
    return (
        "**Not convincing**: its interval does not lie above that of the fitness itself as a "
        "reward; the gain may be luck."
    )


def _tested(
    archive: Archive, environment: Environment, candidate: Candidate, result: TrainResult | None
) -> list[str]:
    started, task = archive.started, environment.task
    backend = environment.chosen_backend
    config = started.config if started is not None else {}
    trainer = config.get("trainer") or "population"
    algorithm = " (PPO)" if trainer == "population" else f" ({config.get('algo') or 'ppo'})"
    what = "fitness" if task.measured else "behaviour"
    lines = [
        f"backend {backend}, `{environment.backends[backend]}`",
        f"trainer {trainer}{algorithm}, {what} evaluated with the {task.evaluation} policy",
    ]
    if (candidate.id, SECOND) in archive.results:
        told = second_label(archive, candidate.id)
        lines.append(f"{told}, with that trainer's own defaults, on the same seeds")
    if result is not None and result.members:
        episodes = [len(member.episodes) for member in result.members]
        seeds = ", ".join(str(member.seed) for member in result.members)
        lines.append(f"seeds {seeds}; {max(episodes)} evaluation episodes each")
    if started is not None:
        versions = ", ".join(f"{name} {number}" for name, number in started.versions.items())
        lines.append(f"{started.machine}; {versions}" if versions else started.machine)
        lines.append(f"the candidates' code ran confined by: {started.confinement}")
    return lines


def _untested(archive: Archive, environment: Environment) -> list[str]:
    others = [name for name in environment.backends if name != environment.chosen_backend]
    lines = [
        "other learning algorithms, other hyper-parameters, more steps than stand above",
        "changed dynamics, sensor noise, another time limit, a real robot",
        "other tasks in the same environment",
    ]
    if others:
        lines.insert(0, f"other backends ({', '.join(others)})")
    config = archive.started.config if archive.started is not None else {}
    if config.get("bank_human"):
        lines.append(
            "independence of the human reward: its policies fed the critic (`--bank-human`)"
        )
    return lines


def _component_rows(result: TrainResult | None) -> list[list[str]]:
    """The last point of every component's curves, mean over the seeds, by share."""
    found: dict[str, list[list[float | None]]] = {}
    for member in result.members if result is not None else ():
        for curve in member.components:
            ends = [
                line[-1] if line else None for line in (curve.mean, curve.share, curve.positive)
            ]
            found.setdefault(curve.name, []).append(ends)
    means = {
        name: [_mean(column) for column in zip(*ends, strict=True)] for name, ends in found.items()
    }
    order = sorted(means, key=lambda name: (-(means[name][1] or 0.0), name))
    return [
        [
            f"`{name}`",
            "–" if mean is None else f"{mean:+.3g}",
            "–" if share is None else f"{share:.0%}",
            "–" if active is None else f"{active:.0%}",
        ]
        for name in order
        for mean, share, active in [means[name]]
    ]


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return float(np.mean(known)) if known else None


def _distances(archive: Archive, candidate: str) -> list[str]:
    verdict = archive.verdicts.get(candidate)
    return [] if verdict is None else distance_lines(verdict.distances)


def _additive(archive: Archive, candidate: str) -> str:
    verdict = archive.verdicts.get(candidate)
    if verdict is None or verdict.additive is None:
        return "Whether the components add up to the total is not known."
    return "They add up to the total." if verdict.additive else "They do not add up to the total."
