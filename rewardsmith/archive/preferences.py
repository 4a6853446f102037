"""Preferences: comparisons of behaviours, and the scores that follow from them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from rewardsmith.archive.twins import with_stand_ins

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive
    from rewardsmith.records import Preference, PreferenceGiven, StrengthsFitted

CONFIRMATION, REPORT = "confirmation", "report"
"""The stages whose policies had no part in any selection: their scores are kept apart."""


def with_preference(archive: Archive, event: PreferenceGiven) -> Archive:
    """The archive with one comparison more."""
    preference = event.preference
    return replace(archive, preferences={**archive.preferences, preference.key: preference})


def with_strengths(archive: Archive, event: StrengthsFitted) -> Archive:
    """The archive with a stage's scores; those of fresh policies change no candidate's score."""
    strengths = {**archive.strengths, event.stage: event.scores}
    if event.stage in (CONFIRMATION, REPORT):
        return replace(archive, strengths=strengths)
    fitted = replace(archive, strengths=strengths, scores={**archive.scores, **event.scores})
    for original in sorted(set(fitted.twins.values())):
        fitted = with_stand_ins(fitted, original)
    return fitted


def scores_with(archive: Archive, finding: str) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """The scores of candidates of which this is found, and of those of which it is not."""
    found: dict[bool, list[float]] = {True: [], False: []}
    for name, diagnosis in sorted(archive.diagnoses.items()):
        if name in archive.scores:
            has = any(one.name == finding for one in diagnosis.findings)
            found[has].append(archive.scores[name].value)
    return tuple(found[True]), tuple(found[False])


def comparisons_of(archive: Archive, candidate: str) -> tuple[Preference, ...]:
    """What a candidate was compared with in the search, the latest first."""
    found = [
        preference
        for preference in archive.preferences.values()
        if candidate in (preference.first, preference.second)
        and preference.won is not None
        and preference.stage not in (CONFIRMATION, REPORT)
    ]
    return tuple(sorted(found, key=lambda p: (p.stage, p.key), reverse=True))
