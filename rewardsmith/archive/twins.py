"""Twins: candidates that are earlier ones over again, and have their results."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

import msgspec

from rewardsmith.records import Verdict

if TYPE_CHECKING:
    from rewardsmith.archive.fold import Archive

_PURPOSE = "selection"


def twins_in(verdicts: Mapping[str, Verdict]) -> dict[str, str]:
    """The twins by id, each with the earlier candidate that it is."""
    return {name: v.twin for name, v in verdicts.items() if v.twin is not None}


def with_stand_ins(archive: Archive, original: str) -> Archive:
    """The archive in which every twin of a candidate has its selection result and its score."""
    twins = [name for name, verdict in archive.verdicts.items() if verdict.twin == original]
    result = archive.results.get((original, _PURPOSE))
    if not twins or result is None:
        return archive
    results, scores = dict(archive.results), dict(archive.scores)
    for name in twins:
        results[name, _PURPOSE] = msgspec.structs.replace(result, reward=name)
        scores.pop(name, None)
        if original in archive.scores:
            scores[name] = archive.scores[original]
    return replace(archive, results=results, scores=scores)
