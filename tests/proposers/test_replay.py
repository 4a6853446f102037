"""A run is replayed from its own file, without a model."""

import pytest

from rewardsmith.errors import UsageError
from rewardsmith.proposers.replay import ReplayProposer, recorded_completions
from rewardsmith.records import Completion, CompletionReceived, GenerationStarted, Message, encode
from tests.proposers.proposal_requests import ANSWER, CODE, Log, request


def completion(text=ANSWER):
    return Completion(text=text, model="m", prompt_tokens=3, completion_tokens=4, price=0.25)


@pytest.fixture
def run(tmp_path):
    prompt = (Message(role="user", content="?"),)
    events = [
        GenerationStarted(generation=1),
        CompletionReceived(key="g01-c00", messages=prompt, completion=completion()),
        CompletionReceived(key="g01-c01", messages=prompt, completion=completion("no code")),
    ]
    (tmp_path / "events.jsonl").write_bytes(b"".join(encode(e) + b"\n" for e in events))
    return tmp_path


def test_recorded_answers_become_the_same_proposals_and_are_emitted(run):
    log = Log()
    found = dict(ReplayProposer.from_run(run).propose([request(0), request(1)], log))
    assert found["g01-c00"].source == CODE
    assert found["g01-c01"].failure is not None
    assert log.keys == ["g01-c00", "g01-c01"]
    assert log.entries[0][2] == completion()


def test_what_this_run_has_already_is_not_emitted_again(run):
    log = Log()
    known = {"g01-c00": completion()}
    list(ReplayProposer.from_run(run, known=known).propose([request(0), request(1)], log))
    assert log.keys == ["g01-c01"]


def test_a_missing_key_is_a_usage_error(run):
    with pytest.raises(UsageError, match="no answer for g01-c02"):
        list(ReplayProposer.from_run(run).propose([request(2)], Log()))


def test_a_torn_last_line_is_left_out(run):
    path = run / "events.jsonl"
    path.write_bytes(path.read_bytes()[:-20])
    assert list(recorded_completions(path)) == ["g01-c00"]


def test_a_damaged_line_is_named(run):
    path = run / "events.jsonl"
    path.write_bytes(b"{nonsense\n" + path.read_bytes())
    with pytest.raises(UsageError, match="line 1"):
        recorded_completions(run)


def test_a_run_without_completions_cannot_be_replayed(tmp_path):
    with pytest.raises(UsageError, match="cannot replay"):
        recorded_completions(tmp_path)
    (tmp_path / "events.jsonl").write_bytes(encode(GenerationStarted(generation=0)) + b"\n")
    with pytest.raises(UsageError, match="no completions"):
        recorded_completions(tmp_path)
