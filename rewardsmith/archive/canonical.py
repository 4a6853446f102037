"""The canonical form of an archive, for comparison."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from rewardsmith import records
from rewardsmith.records import Completion, Verdict

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

TIMED_RULE = "slow"
"""The critic's one finding that depends on the clock."""


def canonical_json(archive: Archive) -> bytes:
    """JSON in which two archives are equal iff the runs found the same.

    Without the clock (and the one finding that it makes, `slow`), latency, spend, the run's
    name and folder, and its configuration (a resumed run may be given more time); being
    stopped and resumed leaves no trace.
    """
    return msgspec.json.encode(
        {
            "run": _canonical_start(archive.started),
            "generation": archive.generation,
            "shares": {str(when): given for when, given in archive.shares.items()},
            "candidates": archive.candidates,
            "verdicts": {n: _canonical_verdict(v) for n, v in archive.verdicts.items()},
            "results": {"/".join(key): result for key, result in archive.results.items()},
            "diagnoses": archive.diagnoses,
            "analyses": archive.analyses,
            "feedback": archive.feedback,
            "preferences": archive.preferences,
            "strengths": archive.strengths,
            "generations": archive.generations,
            "completions": {k: _canonical_answer(c) for k, c in archive.completions.items()},
            "prompts": archive.prompts,
            "searched": archive.searched,
            "confirmed": archive.confirmed,
            "finished": archive.finished and msgspec.structs.replace(archive.finished, seconds=0.0),
        },
        order="deterministic",
    )


def _canonical_start(started: records.RunStarted | None) -> dict[str, Any] | None:
    if started is None:
        return None
    environment = {key: value for key, value in started.environment.items() if key != "path"}
    return {"environment": environment, "task": started.task, "versions": started.versions}


def _canonical_verdict(verdict: Verdict) -> Verdict:
    reasons = tuple(reason for reason in verdict.reasons if reason.rule != TIMED_RULE)
    return msgspec.structs.replace(verdict, reasons=reasons)


def _canonical_answer(completion: Completion) -> list[str]:
    return [completion.model, completion.finish_reason, completion.text]
