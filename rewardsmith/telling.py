"""Telling: what is said of a candidate in words, its score and how it was compared."""

from __future__ import annotations

import math
from collections.abc import Sequence

import msgspec

from rewardsmith.archive import Archive, comparisons_of, scores_with
from rewardsmith.records import Finding, Preference, Score

COMPARISONS = 6
"""Comparisons of a candidate that are told, the latest ones."""
ENOUGH = 4
"""Fewer candidates with a finding, or without, say nothing of it."""
_EVEN, _NORMAL = 0.5, 1.959964


def score_words(score: Score | None) -> str:
    """`3.1 [2.8, 3.4] over 3 seeds`."""
    if score is None:
        return "no score: its training failed"
    if not score.seeds:
        return "not compared with any other"
    seeds = "1 seed" if score.seeds == 1 else f"{score.seeds} seeds"
    if score.comparisons:
        return (
            f"preferred to the average candidate in {score.value:.0%} of comparisons "
            f"[{score.low:.0%}, {score.high:.0%}] ({score.comparisons} made, policies of {seeds})"
        )
    return f"{score.value:.4g} [{score.low:.4g}, {score.high:.4g}] over {seeds}"


def findings_of(archive: Archive, candidate: str) -> tuple[Finding, ...]:
    """The analyzer's findings on a candidate, each with what comparisons say of it."""
    diagnosis = archive.diagnoses.get(candidate)
    return () if diagnosis is None else judged_findings(archive, diagnosis.findings)


def judged_findings(archive: Archive, findings: Sequence[Finding]) -> tuple[Finding, ...]:
    """The findings; where there is no fitness with how those did of which the same is told.

    What happened is neither good nor bad there, until candidates in which it did were compared with
    others.
    """
    if archive.measured:
        return tuple(findings)
    return tuple(
        msgspec.structs.replace(one, sentence=one.sentence + _judged(archive, one.name))
        for one in findings
    )


def _judged(archive: Archive, finding: str) -> str:
    """How candidates with a finding stand to those without; nothing where there are few.

    By the preference scores, with the normal interval of Mann and Whitney (1947): candidates are
    what was drawn, however often each was compared.
    """
    own, others = scores_with(archive, finding)
    if min(len(own), len(others)) < ENOUGH:
        return ""
    pairs = len(own) * len(others)
    share = sum((a > b) + (a == b) / 2 for a in own for b in others) / pairs
    error = math.sqrt((len(own) + len(others) + 1) / (12 * pairs))
    gap = share - _EVEN
    says = "decides nothing" if abs(gap) <= _NORMAL * error else f"speaks {_side(gap)} it"
    return (
        f" By the comparisons so far a candidate with this finding stands before one without in "
        f"{share:.0%} of {len(own)} × {len(others)} pairs, which {says}."
    )


def _side(gap: float) -> str:
    return "for" if gap > 0 else "against"


def analysis_lines(archive: Archive, candidate: str) -> tuple[str, ...]:
    """What a model that read a candidate's numbers said of it; nothing where none was asked."""
    analysis = archive.analyses.get(candidate)
    if analysis is None:
        return ()
    failures = (f"failure: {line}" for line in analysis.failures)
    return (*failures, *(f"suggestion: {line}" for line in analysis.suggestions))


def comparison_lines(
    archive: Archive, candidate: str, most: int | None = COMPARISONS
) -> tuple[str, ...]:
    """What judges said where the candidate's behaviour was compared, the latest first."""
    return tuple(
        _comparison_line(preference, candidate)
        for preference in comparisons_of(archive, candidate)[:most]
    )


def _comparison_line(preference: Preference, candidate: str) -> str:
    first, won = preference.first == candidate, preference.won
    other = preference.second if first else preference.first
    own = won if first or won is None else 1.0 - won
    verb = {1.0: "preferred to", 0.0: "behind"}.get(-1.0 if own is None else own, "as good as")
    why = " / ".join(dict.fromkeys(preference.words))
    return f"{verb} {other} (said by: {preference.source})" + (f": {why}" if why else "")
