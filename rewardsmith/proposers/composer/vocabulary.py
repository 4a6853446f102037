"""What an environment offers to choose from: channels of signals, and atoms over them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import NamedTuple

from rewardsmith.proposers import ProposalRequest, SignalRow
from rewardsmith.proposers.composer.tree import FREE, SHAPED, Shape, Tree
from rewardsmith.proposers.composer.words import Reading, quantities, read_signal, stems, wishes

BUILTIN = frozenset({"obs", "next_obs", "action", "terminated", "truncated", "episode_step"})
ASKED = 12.0
"""Weight of a number in the task's words as a landmark; of one in a signal's sentence 1 or 4."""
FEW = 3
"""With fewer declared signals than this, components of the observation are offered too."""
MOST_COMPONENTS = 40


@dataclass(frozen=True, slots=True)
class Channel:
    """One number of a transition: a scalar signal, a component, or the norm of a vector."""

    signal: str
    component: int | None
    norm: bool
    low: float
    high: float
    reading: Reading
    siblings: int
    """How many channels its signal has."""

    @property
    def key(self) -> tuple[str, int | None, bool]:
        """Equal to `Shape.channel` of the shapes that read it."""
        return self.signal, self.component, self.norm


class Atom(NamedTuple):
    """What the policy chooses for one term: a kind, a channel, a sign."""

    kind: str
    channel: tuple[str, int | None, bool]
    sign: int


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """All that a tree can be made of in one environment and task."""

    channels: dict[tuple[str, int | None, bool], Channel]
    atoms: tuple[Atom, ...]
    wishes: frozenset[str]
    effort: float | None
    """The largest sum of action squares; None where actions are discrete."""

    def speaks(self, tree: Tree) -> bool:
        """Whether every shape of the tree exists here."""
        shapes = [shape for term in tree.terms for shape in term.shapes]
        return all(self._has(shape) for shape in shapes)

    def _has(self, shape: Shape) -> bool:
        if shape.kind == "effort":
            return self.effort is not None
        return shape.kind in FREE or shape.channel in self.channels


NO_CHANNEL = ("", None, False)


def vocabulary_of(request: ProposalRequest) -> Vocabulary:
    """The channels and atoms that a request's signals, action and words give."""
    task = stems(request.words)
    declared = [row for row in request.signals if row.name not in BUILTIN]
    rows = list(declared)
    if len(declared) < FEW:
        rows += [row for row in request.signals if row.name == "next_obs"]
    said = quantities(request.words)
    channels = {channel.key: channel for row in rows for channel in _channels(row, task, said)}
    effort = _largest_effort(request)
    atoms = [Atom(kind, key, sign) for key in channels for kind in SHAPED for sign in (1, -1)]
    atoms += [Atom("time", NO_CHANNEL, -1), Atom("alive", NO_CHANNEL, 1)]
    atoms += [Atom("end", NO_CHANNEL, 1), Atom("end", NO_CHANNEL, -1)]
    if effort is not None:
        atoms.append(Atom("effort", NO_CHANNEL, -1))
    return Vocabulary(channels, tuple(atoms), wishes(task), effort)


def _channels(
    row: SignalRow, task: tuple[str, ...], said: tuple[tuple[float, str], ...]
) -> Iterator[Channel]:
    low, high = _range(row)
    reading = read_signal(task, row.name, row.sentence, (low, high))
    wanted = tuple(value for value, unit in said if unit == row.unit)
    if wanted and reading.relevance > 0:
        reading = replace(reading, landmarks=(*reading.landmarks, *_places(reading, wanted)))
    if row.shape == ():
        yield Channel(row.name, None, False, low, high, reading, 1)  # noqa: FBT003  the norm flag
    elif len(row.shape) == 1:
        count = min(row.shape[0], MOST_COMPONENTS)
        for component in range(count):
            yield Channel(row.name, component, False, low, high, reading, count + 1)  # noqa: FBT003
        longest = max(abs(low), abs(high)) * row.shape[0] ** 0.5
        yield Channel(row.name, None, True, 0.0, longest, reading, count + 1)  # noqa: FBT003


def _places(reading: Reading, wanted: tuple[float, ...]) -> Iterator[tuple[float, float]]:
    """What the task's words ask for in the signal's unit, on the side that they speak of."""
    for value in wanted:
        yield (-value if reading.direction < 0 else value), ASKED


def _range(row: SignalRow) -> tuple[float, float]:
    """The observed range, never empty; -1 to 1 where nothing is known."""
    if row.low is None and row.high is None:
        return -1.0, 1.0
    low = row.low if row.low is not None else min(-1.0, -abs(row.high or 0.0))
    high = row.high if row.high is not None else max(1.0, abs(row.low or 0.0))
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def _largest_effort(request: ProposalRequest) -> float | None:
    action = request.action
    if action.count is not None or not action.shape:
        return None
    bounds = [abs(bound) for bound in (*action.low, *action.high) if abs(bound) < 1e6]  # noqa: PLR2004
    size = 1
    for axis in action.shape:
        size *= axis
    return max(size * (max(bounds) if bounds else 1.0) ** 2, 1e-3)
