"""The scores of a run without a fitness: how often the winner was preferred, and by whom."""

from __future__ import annotations

from collections import Counter

from rewardsmith.archive import REPORT, Archive
from rewardsmith.records import Score
from rewardsmith.report.baselines import SEARCHES, gain_lines, missing_rows, search_label

LABELS = {"nothing": "learning from no reward", "human": "human reward"}
JUDGES = {"rank": "the ranked factors", "model": "a model", "person": "a person"}


def preference_rows(archive: Archive) -> list[list[str]]:
    """A row of cells for each reward that the winner was compared with."""
    finished = archive.finished
    rows = [
        [
            label_of(archive, name),
            f"{score.value:.0%}",
            f"{score.low:.0%} to {score.high:.0%}",
            str(score.seeds),
        ]
        for name, score in (finished.preferred.items() if finished is not None else ())
    ]
    return rows and [*rows, *([label, told, "–", "0"] for label, told in missing_rows(archive))]


def label_of(archive: Archive, name: str) -> str:
    """What the winner was compared with, in words."""
    if name in SEARCHES:
        return search_label(archive, name)
    return LABELS.get(name, f"{name}, the first proposal of the run")


def preference_lines(archive: Archive, candidate: str) -> list[str]:
    """What these scores are, and how the candidate stood in the search."""
    what = (
        "There is no fitness: these are preference scores. Of two fresh policies, one of each "
        "reward, it was judged which is nearer to the task's words; intervals are Wilson's."
    )
    lines = [what, judges_line(archive), *gain_lines(archive, candidate)]
    score = archive.scores.get(candidate)
    if score is not None:
        lines.append(f"in the search: {_in_search(score)}")
    return lines


def judges_line(archive: Archive) -> str:
    """Who compared, how often, and how often nothing came of it."""
    made = archive.preferences.values()
    parts: list[str] = []
    for source, who in JUDGES.items():
        own = [p for p in made if p.source == source and not p.closes]
        if own:
            fresh = sum(p.stage == REPORT for p in own)
            even = Counter(p.won for p in own)
            parts.append(
                f"{who} {len(own)} times ({fresh} of the report, {even[0.5]} without a "
                f"preference, {even[None]} without an answer)"
            )
    told = f"compared by {', '.join(parts)}" if parts else "nobody compared anything"
    frames = archive.frames
    if frames is None:
        return told
    if not frames.shown:
        return f"{told}; by numbers and no frames ({frames.why})"
    whom = " and ".join(f"the {one}" for one in frames.whom)
    told = f"{told}; {whom} saw numbers, and frames of an episode of each"
    return f"{told} ({frames.why})" if frames.why else told


def _in_search(score: Score) -> str:
    return (
        f"preferred to the run's average candidate in {score.value:.0%} of comparisons "
        f"({score.low:.0%} to {score.high:.0%}, Bradley-Terry over {score.comparisons} "
        f"comparisons of {score.seeds} of its policies)"
    )
