"""Human feedback: what a person types between two generations, and what is shown to them.

The same lines work at a terminal, over a pipe and in a file of answers, where `go` ends the
answers to one generation:

    rank g01-c03 > g01-c01
    note g01-c03 too jerky
    note * keep the torso level
    reject g01-c02
    go
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Protocol, TextIO

import msgspec

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import Candidate, Diagnosis, Feedback, Score
from rewardsmith.text import visible

EVERY = "*"
"""Stands for all candidates in a note."""
COMMANDS: Mapping[str, str] = {
    "rank": "rank ID > ID ...    the best first: they are the next generation's parents",
    "note": "note ID TEXT        goes verbatim into the next prompts; note * TEXT is on all",
    "reject": "reject ID ...       never parent, finalist or winner",
    "show": "show ID             its code and all its numbers",
    "go": "go                  next generation",
    "stop": "stop                end the run here; it can be resumed",
    "help": "help                this list",
}
TOLD_FINDINGS = 2
"""Findings of a candidate that the table shows."""
EARLIER = 3
"""Best candidates of earlier generations that the table shows, too."""


class Judged(Protocol):
    """What a session has to know of the archive."""

    @property
    def candidates(self) -> Mapping[str, Candidate]:
        """All candidates by id."""
        ...

    @property
    def scores(self) -> Mapping[str, Score]:
        """The score of each that was trained."""
        ...

    @property
    def diagnoses(self) -> Mapping[str, Diagnosis]:
        """What happened when each was trained."""
        ...

    def ranking(self) -> tuple[str, ...]:
        """Ids by score, the best first."""
        ...


@dataclass(frozen=True, slots=True)
class Instruction:
    """One line that a person typed."""

    command: str
    ids: tuple[str, ...] = ()
    text: str = ""


def parse_line(line: str, known: Iterable[str]) -> Instruction | None:
    """The instruction on a line; None for an empty one or a comment.

    Raises UsageError that names the nearest command or candidate.
    """
    line = "".join(c if c.isprintable() else " " for c in line).strip()
    if not line or line.startswith("#"):
        return None
    command, _, rest = line.partition(" ")
    command, rest = command.lower(), rest.strip()
    if command not in COMMANDS:
        raise UsageError(unknown_name("command", command, COMMANDS))
    if command in ("go", "stop", "help"):
        if rest:
            raise UsageError(f"{command} stands alone; {rest!r} is not understood")
        return Instruction(command)
    if command == "note":
        return _parse_note(rest, known)
    ids = tuple(_known_id(name, known) for name in rest.replace(">", " ").replace(",", " ").split())
    if not ids:
        raise UsageError(f"{command} needs a candidate: {_usage(command)}")
    if len(set(ids)) < len(ids):
        raise UsageError(f"{command} names a candidate twice: {rest}")
    if command == "show" and len(ids) > 1:
        raise UsageError("show takes one candidate")
    return Instruction(command, ids)


def _parse_note(rest: str, known: Iterable[str]) -> Instruction:
    name, _, text = rest.partition(" ")
    if not name or not text.strip():
        raise UsageError(f"a note needs a candidate and a text: {_usage('note')}")
    own = EVERY if name == EVERY else _known_id(name, known)
    return Instruction("note", (own,), text.strip())


def _known_id(name: str, known: Iterable[str]) -> str:
    ids = set(known)
    if name.lower() not in ids:
        raise UsageError(unknown_name("candidate", name, ids))
    return name.lower()


def _usage(command: str) -> str:
    return " ".join(COMMANDS[command].split("    ")[0].split())


def apply(feedback: Feedback, instruction: Instruction) -> Feedback:
    """The feedback after one more instruction; the later of two that contradict each other holds.

    Ranking again replaces the ranking, rejecting takes out of it, ranking takes a rejection back,
    a second note on the same candidate is added to the first.
    """
    ids = instruction.ids
    if instruction.command == "rank":
        kept = tuple(name for name in feedback.rejected if name not in ids)
        return msgspec.structs.replace(feedback, ranking=ids, rejected=kept)
    if instruction.command == "reject":
        ranking = tuple(name for name in feedback.ranking if name not in ids)
        rejected = tuple(dict.fromkeys((*feedback.rejected, *ids)))
        return msgspec.structs.replace(feedback, ranking=ranking, rejected=rejected)
    if instruction.command == "note":
        before = feedback.notes.get(ids[0])
        text = f"{before}\n{instruction.text}" if before else instruction.text
        return msgspec.structs.replace(feedback, notes={**feedback.notes, ids[0]: text})
    if instruction.command == "stop":
        return msgspec.structs.replace(feedback, stop=True)
    return feedback


class FeedbackSession:
    """Asks a person after a generation: lines in from one stream, words out to another."""

    def __init__(self, lines: TextIO, words: TextIO) -> None:
        self._lines = lines
        self._words = words

    def ask(self, archive: Judged, generation: int) -> Feedback:
        """What the person says of this generation; where no line is left, that is `go`."""
        self._say(f"\nGeneration {generation} is trained.\n")
        self._say("\n".join(table(archive, generation)) + "\n")
        self._say("rank, note, reject, show, go, stop, or help\n")
        feedback = Feedback(generation=generation)
        while True:
            self._say("> ")
            line = self._lines.readline()
            if not line:
                self._say("go (no more answers)\n")
                return feedback
            if not self._lines.isatty():
                self._say(line if line.endswith("\n") else line + "\n")
            try:
                instruction = parse_line(line, archive.candidates)
                _refuse_unscored(instruction, archive)
            except UsageError as error:
                self._say(f"{error}\n")
                continue
            if instruction is None:
                continue
            feedback = apply(feedback, instruction)
            self._answer(instruction, archive)
            if instruction.command in ("go", "stop"):
                return feedback

    def _answer(self, instruction: Instruction, archive: Judged) -> None:
        if instruction.command == "help":
            self._say("".join(f"  {text}\n" for text in COMMANDS.values()))
        elif instruction.command == "show":
            name = instruction.ids[0]
            diagnosis = archive.diagnoses.get(name)
            text = diagnosis.text if diagnosis is not None else "It was not trained."
            self._say(f"{archive.candidates[name].source.rstrip()}\n\n{text}\n")

    def _say(self, text: str) -> None:
        self._words.write(visible(text))
        self._words.flush()


def _refuse_unscored(instruction: Instruction | None, archive: Judged) -> None:
    """A candidate without a score can be nobody's parent, so it cannot be ranked."""
    if instruction is None or instruction.command != "rank":
        return
    missing = [name for name in instruction.ids if name not in archive.scores]
    if missing:
        raise UsageError(f"{', '.join(missing)} cannot be ranked: it has no score")


def table(archive: Judged, generation: int) -> Iterator[str]:
    """The generation's candidates, the best first, then the best of the earlier ones."""
    ranking = archive.ranking()
    own = [name for name in ranking if archive.candidates[name].generation == generation]
    failed = [
        name
        for name, candidate in sorted(archive.candidates.items())
        if candidate.generation == generation
        and name not in archive.scores
        and name in archive.diagnoses
    ]
    earlier = [name for name in ranking if archive.candidates[name].generation < generation]
    for name in (*own, *failed):
        yield from _rows(archive, name)
    if earlier:
        yield "Best of the generations before:"
        for name in earlier[:EARLIER]:
            yield from _rows(archive, name)
    if not own and not failed:
        yield "No candidate of this generation was trained."


def _rows(archive: Judged, name: str) -> Iterator[str]:
    candidate = archive.candidates[name]
    origin = candidate.operator
    if candidate.parents:
        origin += f" of {', '.join(candidate.parents)}"
    score = archive.scores.get(name)
    told = "no score" if score is None else f"score {score.value:.4g}"
    if score is not None and score.comparisons:
        told = f"preferred to the average candidate in {score.value:.0%} of comparisons"
    elif score is not None and score.seeds > 1:
        told += f" [{score.low:.4g}, {score.high:.4g}] over {score.seeds} seeds"
    yield f"  {name}  {told}  ({origin})"
    diagnosis = archive.diagnoses.get(name)
    for finding in diagnosis.findings[:TOLD_FINDINGS] if diagnosis is not None else ():
        yield f"      {finding.name}: {finding.sentence}"
