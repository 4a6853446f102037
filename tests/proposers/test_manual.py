"""A person answers the prompts, in an editor or over a stream."""

import io
import shlex
import sys

import pytest

from rewardsmith.errors import UsageError
from rewardsmith.proposers.manual import ManualProposer, ask_editor, ask_person
from rewardsmith.records import Completion
from tests.proposers.proposal_requests import ANSWER, CODE, Log, request


def test_answers_come_from_a_stream_one_after_the_other():
    stream, screen, log = io.StringIO(f"{CODE}.\n{ANSWER}.\n"), io.StringIO(), Log()
    one = ManualProposer(lambda prompt: ask_person(prompt, stream, screen))
    found = dict(one.propose([request(0), request(1)], log))
    assert [proposal.source for proposal in found.values()] == [CODE, CODE]
    assert [c.model for _, _, c in log.entries] == ["manual", "manual"]
    assert "Make it drive." in screen.getvalue()
    assert "# The contract" in screen.getvalue()


def test_the_last_answer_may_end_with_the_stream():
    assert ask_person("?", io.StringIO(CODE), io.StringIO()) == CODE


def test_a_stream_that_has_ended_is_a_usage_error():
    with pytest.raises(UsageError, match="answers have ended"):
        ask_person("?", io.StringIO(""), io.StringIO())


def test_what_is_known_is_not_asked_again():
    def never(prompt):
        raise AssertionError(prompt)

    log = Log()
    known = {"g01-c00": Completion(text=ANSWER, model="manual")}
    ((_, proposal),) = ManualProposer(never, known=known).propose([request(0)], log)
    assert proposal.source == CODE
    assert log.entries == []


def test_an_editor_gets_the_prompt_and_gives_the_answer(tmp_path):
    script = tmp_path / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        "assert 'THE PROMPT' in path.read_text()\n"
        "path.write_text('my answer\\n' + path.read_text())\n"
    )
    editor = shlex.join([sys.executable, str(script)])
    assert ask_editor("THE PROMPT", editor) == "my answer\n"
    assert ask_person("THE PROMPT", io.StringIO(), io.StringIO(), editor=editor) == "my answer\n"


@pytest.mark.parametrize("editor", ["/no/such/editor", "false", "'unclosed"])
def test_an_editor_that_fails_is_a_usage_error(editor):
    with pytest.raises(UsageError, match="set EDITOR"):
        ask_editor("?", editor)
