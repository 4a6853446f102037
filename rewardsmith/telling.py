"""Telling: what is said of a candidate in words, its score and how it was compared."""

from __future__ import annotations

from rewardsmith.archive import Archive, comparisons_of
from rewardsmith.records import Preference, Score

COMPARISONS = 6
"""Comparisons of a candidate that are told, the latest ones."""


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
