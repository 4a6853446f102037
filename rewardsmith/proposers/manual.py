"""The proposer that asks a person: shows the prompt, takes the answer from an editor or a file."""

from __future__ import annotations

import shlex
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TextIO

from rewardsmith.errors import UsageError
from rewardsmith.proposers import Emit, Proposal, ProposalRequest
from rewardsmith.proposers.answers import proposal_of
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.records import Completion, Message

MODEL = "manual"
END = "."
"""A line that ends an answer, where several come from one stream."""
_MARK = "# ---- the answer stands above this line; what is below is the question ----"


class ManualProposer:
    """Asks a person, by a function from the prompt to the answer: `ask_person`, an editor."""

    name = "manual"

    def __init__(
        self, ask: Callable[[str], str], *, known: Mapping[str, Completion] | None = None
    ) -> None:
        self._ask = ask
        self._known = dict(known or {})

    def propose(
        self, requests: Sequence[ProposalRequest], emit: Emit
    ) -> Iterator[tuple[str, Proposal]]:
        """One (key, proposal) for each request, in their order."""
        for request in requests:
            completion = self._known.get(request.key)
            if completion is None:
                messages = messages_for(request)
                completion = Completion(text=self._ask(as_text(messages)), model=MODEL, price=0.0)
                emit(request.key, messages, completion)
                self._known[request.key] = completion
            yield request.key, proposal_of(request, completion)


def as_text(messages: Sequence[Message]) -> str:
    """A prompt as one text for a person."""
    return "\n\n".join(message.content.strip() for message in messages) + "\n"


def ask_person(prompt: str, answers: TextIO, screen: TextIO, *, editor: str = "") -> str:
    """The answer to a prompt: from the editor (a command) where one is named, else from a stream.

    In a stream an answer ends with a line that holds a full stop only, or with the stream.
    Raises UsageError where the stream has ended before the answer begins.
    """
    if editor:
        return ask_editor(prompt, editor)
    screen.write(f"{prompt}\nYour answer; end it with a line that holds only a full stop:\n")
    screen.flush()
    lines: list[str] = []
    for line in answers:
        if line.strip() == END:
            return "".join(lines)
        lines.append(line)
    if not "".join(lines).strip():
        raise UsageError("the answers have ended, and the run asks for one more")
    return "".join(lines)


def ask_editor(prompt: str, editor: str) -> str:
    """What a person writes above the prompt in their editor; UsageError where it does not run."""
    with tempfile.TemporaryDirectory(prefix="rewardsmith-") as folder:
        path = Path(folder) / "answer.md"
        path.write_text(f"\n\n{_MARK}\n\n{prompt}", encoding="utf-8")
        try:
            subprocess.run([*shlex.split(editor), str(path)], check=True)
        except (OSError, ValueError, subprocess.CalledProcessError) as error:
            raise UsageError(f"the editor {editor!r} failed: {error}; set EDITOR") from error
        return path.read_text(encoding="utf-8").partition(_MARK)[0].strip() + "\n"
