"""Human feedback over a stream: every line understood, or answered with what to type."""

from __future__ import annotations

import contextlib
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardsmith import records as r
from rewardsmith.archive import Archive
from rewardsmith.errors import UsageError
from rewardsmith.feedback import FeedbackSession, Instruction, apply, parse_line

IDS = ("g01-c00", "g01-c01", "g01-c02", "g01-c03-r1")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("rank g01-c01 > g01-c00", Instruction("rank", ("g01-c01", "g01-c00"))),
        ("rank g01-c01>g01-c00>g01-c02", Instruction("rank", ("g01-c01", "g01-c00", "g01-c02"))),
        ("RANK G01-C01, g01-c00\n", Instruction("rank", ("g01-c01", "g01-c00"))),
        ("note g01-c00 too jerky", Instruction("note", ("g01-c00",), "too jerky")),
        ("note * keep > it  level", Instruction("note", ("*",), "keep > it  level")),
        ("reject g01-c00 g01-c03-r1", Instruction("reject", ("g01-c00", "g01-c03-r1"))),
        ("show g01-c00", Instruction("show", ("g01-c00",))),
        ("  go  ", Instruction("go")),
        ("stop\r\n", Instruction("stop")),
        ("help", Instruction("help")),
        ("", None),
        ("# a comment", None),
    ],
)
def test_a_line_is_understood(line, expected):
    assert parse_line(line, IDS) == expected


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("rnak g01-c00", "did you mean rank"),
        ("rank", "rank needs a candidate: rank ID > ID ..."),
        ("rank g01-c0", "did you mean g01-c0"),
        ("rank g01-c00 > g01-c00", "names a candidate twice"),
        ("reject elephant", "unknown candidate 'elephant'; there is g01-c00, g01-c01"),
        ("note g01-c00", "a note needs a candidate and a text: note ID TEXT"),
        ("note nobody hello", "unknown candidate 'nobody'"),
        ("go on", "go stands alone"),
        ("show g01-c00 g01-c01", "show takes one candidate"),
    ],
)
def test_a_line_that_is_not_understood_says_what_to_type(line, words):
    with pytest.raises(UsageError, match=words.replace("*", r"\*")):
        parse_line(line, IDS)


@given(st.text(max_size=60))
def test_any_line_is_an_instruction_nothing_or_a_sentence(line):
    instruction = None
    with contextlib.suppress(UsageError):
        instruction = parse_line(line, IDS)
    assert instruction is None or set(instruction.ids) <= {*IDS, "*"}


def test_the_later_of_two_contradicting_instructions_holds():
    feedback = r.Feedback(generation=1)
    for line in (
        "rank g01-c00 > g01-c01",
        "reject g01-c00",
        "reject g01-c02",
        "rank g01-c02 > g01-c01",
        "note g01-c01 first",
        "note g01-c01 second",
    ):
        feedback = apply(feedback, parse_line(line, IDS))
    assert feedback == r.Feedback(
        generation=1,
        ranking=("g01-c02", "g01-c01"),
        rejected=("g01-c00",),
        notes={"g01-c01": "first\nsecond"},
    )


def archive():
    events = []
    for name, fitness in (("g00-c00", 9.0), ("g01-c00", 1.0), ("g01-c01", 4.0), ("g01-c02", None)):
        candidate = r.Candidate(
            id=name,
            source=f"def compute_reward(obs):  # {name}",
            operator="mutate" if name[:3] == "g01" else "initial",
            generation=int(name[1:3]),
            index=0,
            parents=("g00-c00",) if name[:3] == "g01" else (),
        )
        members = tuple(
            r.MemberResult(
                reward=name, seed=s, steps=1, fitness=fitness, failure=None if fitness else "hung"
            )
            for s in (0, 1)
        )
        result = r.TrainResult(reward=name, purpose="selection", members=members)
        finding = r.Finding(name="stalled", sentence=f"{name} stands still from step 30.")
        events += [
            r.CandidateProposed(candidate=candidate),
            r.RewardTrained(job="g", result=result),
            r.CandidateDiagnosed(
                diagnosis=r.Diagnosis(candidate=name, findings=(finding,), text="the numbers")
            ),
        ]
    return Archive.fold(events)


def converse(text):
    words = io.StringIO()
    lines = io.StringIO(text)
    return FeedbackSession(lines, words).ask(archive(), 1), words.getvalue(), lines


def test_a_session_shows_the_generation_best_first_with_scores_and_findings():
    _, words, _ = converse("go\n")
    shown = [line.split()[0] for line in words.splitlines() if line.startswith("  g")]
    assert shown == ["g01-c01", "g01-c00", "g01-c02", "g00-c00"]
    assert "g01-c01  score 4 [4, 4] over 2 seeds  (mutate of g00-c00)" in words
    assert "g01-c02  no score" in words
    assert "stalled: g01-c01 stands still from step 30." in words
    assert "Best of the generations before:" in words


def test_a_session_over_a_pipe_takes_one_generations_lines_and_leaves_the_rest():
    feedback, _, lines = converse("rank g01-c01 > g01-c00\nnote * calm\ngo\nreject g01-c00\n")
    assert feedback == r.Feedback(generation=1, ranking=("g01-c01", "g01-c00"), notes={"*": "calm"})
    assert lines.read() == "reject g01-c00\n"


def test_a_wrong_line_is_answered_and_the_session_goes_on():
    feedback, words, _ = converse("rank g01-c09\nrank g01-c02\nreject g01-c00\ngo\n")
    assert "unknown candidate 'g01-c09'; did you mean" in words
    assert "g01-c02 cannot be ranked: it has no score" in words
    assert feedback == r.Feedback(generation=1, rejected=("g01-c00",))


def test_the_end_of_the_answers_is_go():
    feedback, words, _ = converse("note g01-c00 almost")
    assert feedback.notes == {"g01-c00": "almost"}
    assert not feedback.stop
    assert words.endswith("go (no more answers)\n")


def test_stop_ends_the_run():
    feedback, _, _ = converse("stop\n")
    assert feedback.stop


def test_help_and_show_answer_without_being_feedback():
    feedback, words, _ = converse("help\nshow g01-c01\ngo\n")
    assert feedback == r.Feedback(generation=1)
    assert "never parent, finalist or winner" in words
    assert "def compute_reward(obs):  # g01-c01" in words
    assert "the numbers" in words


def test_control_characters_reach_neither_the_notes_nor_the_terminal():
    feedback, words, _ = converse("note * red\x1b[31m alert\ngo\n")
    assert feedback.notes == {"*": "red [31m alert"}
    assert "\x1b" not in words


def test_a_generation_without_a_trained_candidate_says_so():
    words = io.StringIO()
    FeedbackSession(io.StringIO("go\n"), words).ask(archive(), 2)
    assert "No candidate of this generation was trained." in words.getvalue()
