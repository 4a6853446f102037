"""What comparisons say of a finding where no fitness says whether it is good or bad."""

from __future__ import annotations

import msgspec
import pytest
from test_archive import START, proposed

from rewardsmith import records as r
from rewardsmith.archive import Archive, scores_with
from rewardsmith.plan import parent_view
from rewardsmith.telling import findings_of

FELL = r.Finding(name="fell", sentence="5 of 6 fall.", severity=0.5)


def diagnosed(name, *findings):
    diagnosis = r.Diagnosis(candidate=name, findings=findings, text="the numbers")
    return r.CandidateDiagnosed(diagnosis=diagnosis)


def archive(fell, upright, *, measured=False):
    """Candidates that fell and such that did not, by their preference scores."""
    names = [f"g00-c{k:02}" for k in range(len(fell) + len(upright))]
    events = [msgspec.structs.replace(START, measured=measured), *map(proposed, names)]
    events += [diagnosed(n, *([FELL] if k < len(fell) else [])) for k, n in enumerate(names)]
    scores = {
        name: r.Score(value=value, low=0.0, high=1.0, seeds=1, comparisons=3)
        for name, value in zip(names, (*fell, *upright), strict=True)
    }
    return Archive.fold([*events, r.StrengthsFitted(stage="g00", scores=scores)])


def test_candidates_are_told_apart_by_whether_something_is_found_of_them():
    found = archive([0.1, 0.2], [0.7])
    assert scores_with(found, "fell") == ((0.1, 0.2), (0.7,))
    assert scores_with(found, "stalled") == ((), (0.1, 0.2, 0.7))


@pytest.mark.parametrize(
    ("fell", "upright", "says"),
    [
        # of 16 pairs none, and half of one; 0.5 - 1/32 > 1.96 * sqrt(9 / 192) = 0.424
        ([0.1, 0.2, 0.3, 0.4], [0.4, 0.6, 0.7, 0.8], "3% of 4 × 4 pairs, which speaks against it"),
        ([0.5, 0.6, 0.7, 0.8], [0.1, 0.2, 0.3, 0.4], "100% of 4 × 4 pairs, which speaks for it"),
        # 14 of 16 pairs: 0.375 is less than 0.424
        ([0.3, 0.6, 0.7, 0.8], [0.1, 0.2, 0.4, 0.5], "88% of 4 × 4 pairs, which decides nothing"),
    ],
)
def test_a_finding_is_told_with_how_candidates_with_it_stand_to_those_without(fell, upright, says):
    (told,) = findings_of(archive(fell, upright), "g00-c00")
    assert told.sentence == (
        "5 of 6 fall. By the comparisons so far a candidate with this finding stands before one "
        f"without in {says}."
    )


def test_the_next_prompt_tells_it_too():
    found = archive([0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8])
    view = parent_view(found, found.candidates["g00-c00"])
    assert "- fell: 5 of 6 fall. By the comparisons so far" in view.diagnosis
    assert view.diagnosis.endswith("which speaks against it.\n\nthe numbers")


def test_few_candidates_say_nothing_however_often_they_were_compared():
    assert findings_of(archive([0.1, 0.2, 0.3], [0.5, 0.6, 0.7, 0.8]), "g00-c00") == (FELL,)


def test_where_there_is_a_fitness_findings_stand_as_they_were_found():
    found = archive([0.1, 0.2, 0.3, 0.4], [0.5, 0.6, 0.7, 0.8], measured=True)
    assert findings_of(found, "g00-c00") == (FELL,)
    assert findings_of(found, "g00-c09") == ()
