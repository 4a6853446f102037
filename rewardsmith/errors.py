"""What can go wrong, as one tree; every class carries the exit code of the command line.

RewardsmithError                 anything that a person can put right
├── UsageError (2)               an unknown name, a wrong option or setting, an unreadable file
├── RewardInvalid (3)            a reward file that the critic rejects
├── RunLocked (2)                another process works on the same run
├── StoreError (1)               a full disk, a missing or a damaged run folder
├── SandboxUnavailable (1)       the platform cannot confine a reward process
├── RewardFailed (1)             a reward process ended or answered badly: about one candidate
├── TrainerFailed (1)            a worker of the trainer died for a reason that is no candidate's
├── PromptLeak (1)               a prompt that would show the model the fitness's code
├── BudgetExhausted (4)          the limit on time, tokens or price is reached; resumable
├── ProviderError (5)            the model's service: no key, no answer, refused
├── EnvironmentUnavailable (6)   an environment that does not load or start
└── BackendUnavailable (6)       a backend whose package or device is missing
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class RewardsmithError(Exception):
    """Anything that a person can put right: what was wrong, which value, what to do."""

    exit_code: ClassVar[int] = 1


class UsageError(RewardsmithError):
    """An unknown name, a wrong option or setting, a file that cannot be read."""

    exit_code = 2


class RewardInvalid(RewardsmithError):
    """A reward file that the critic rejects; the message lists every reason."""

    exit_code = 3


class RunLocked(UsageError):
    """Another process works on the same run folder."""


class StoreError(RewardsmithError):
    """The run folder cannot be written or read; the run is resumable."""


class SandboxUnavailable(RewardsmithError):
    """The platform cannot confine a reward process and no one typed the flag."""


class RewardFailed(RewardsmithError):
    """A reward process hung, crashed or answered badly: the end of one candidate, no more."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(f"{kind}: {message}")
        self.kind = kind
        self.message = message


class TrainerFailed(RewardsmithError):
    """A worker of the trainer died for a reason that is no candidate's fault."""


class PromptLeak(RewardsmithError):
    """A prompt that would tell what no model may see; it was not sent."""


class BudgetExhausted(RewardsmithError):
    """A limit on time, tokens or price is reached; the run can be resumed."""

    exit_code = 4


class ProviderError(RewardsmithError):
    """The model's service has no key, gives no answer, or refuses."""

    exit_code = 5


class EnvironmentUnavailable(RewardsmithError):
    """An environment that does not load, does not start, or breaks while it steps."""

    exit_code = 6


class BackendUnavailable(EnvironmentUnavailable):
    """A backend whose package or device is missing."""


def nearest(name: str, known: Iterable[str], *, most: int = 3) -> tuple[str, ...]:
    """The known names that resemble `name`, the nearest first."""
    return tuple(difflib.get_close_matches(name, sorted(known), n=most, cutoff=0.5))


def unknown_name(what: str, name: str, known: Iterable[str]) -> str:
    """The sentence for an unknown name: the nearest ones, or else all that there are."""
    names = sorted(known)
    near = nearest(name, names)
    if near:
        return f"unknown {what} {name!r}; did you mean {' or '.join(near)}?"
    return f"unknown {what} {name!r}; there is {', '.join(names) or 'none'}"
