"""The lines of `events.jsonl`."""

from __future__ import annotations

from typing import Any

import msgspec

from rewardsmith.records.analysis import Analysis, Diagnosis, Feedback, Preference
from rewardsmith.records.base import Record
from rewardsmith.records.candidates import Candidate, Completion, Message, Verdict
from rewardsmith.records.training import Score, TrainResult


class Event(Record, frozen=True, tag_field="event"):
    """One line of `events.jsonl`."""


class RunStarted(Event, frozen=True, tag="run_started"):
    """The first line: what was asked for, and where."""

    run: str
    environment: dict[str, Any]
    task: str
    config: dict[str, Any]
    versions: dict[str, str]
    confinement: str
    machine: str
    time: str
    """ISO 8601, UTC; not part of the canonical archive."""
    starts: tuple[str, ...] = ()
    """The sources of the start files, which may be gone when the run is resumed."""
    measured: bool = True
    """False where the task has no fitness: scores are then preference scores."""


class GenerationStarted(Event, frozen=True, tag="generation_started"):
    """A round of proposals begins."""

    generation: int
    temperature: float | None = None
    shares: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """By operator, as the generation is planned; empty in runs of earlier versions."""
    plateau: int = 0
    """So many generations before it brought nothing better that the strategy changes; 0: it
    does not."""


class CompletionReceived(Event, frozen=True, tag="completion_received"):
    """A model answered; written before anything is done with the answer."""

    key: str
    """`gGG-cNN` or `gGG-cNN-rN`: what the answer is for."""
    messages: tuple[Message, ...]
    completion: Completion


class CandidateProposed(Event, frozen=True, tag="candidate_proposed"):
    """A candidate exists."""

    candidate: Candidate


class CandidateJudged(Event, frozen=True, tag="candidate_judged"):
    """The critic's verdict on it."""

    verdict: Verdict


class TrainingStarted(Event, frozen=True, tag="training_started"):
    """A population begins to train."""

    job: str
    purpose: str
    rewards: tuple[str, ...]
    seeds: tuple[int, ...]
    steps: int


class RewardTrained(Event, frozen=True, tag="reward_trained"):
    """One reward's members are trained and evaluated."""

    job: str
    result: TrainResult
    seconds: float = 0.0
    """Wall-clock of the job so far; not part of the canonical archive."""
    elapsed: float = 0.0
    """Wall-clock of the run so far, over all its sittings."""


class CandidateDiagnosed(Event, frozen=True, tag="candidate_diagnosed"):
    """The analyzer's words on a candidate."""

    diagnosis: Diagnosis


class CandidateAnalysed(Event, frozen=True, tag="candidate_analysed"):
    """What a model says of a candidate's numbers."""

    analysis: Analysis


class FeedbackGiven(Event, frozen=True, tag="feedback_given"):
    """A person spoke."""

    feedback: Feedback


class FramesDecided(Event, frozen=True, tag="frames_decided"):
    """Whether those who compare behaviours are shown frames of them, beside the numbers."""

    shown: bool
    why: str = ""
    """Why not, where not; where a person alone is shown them, why the model is not."""
    whom: tuple[str, ...] = ("model",)
    """Who is shown them where they are: model, person."""


class PreferenceGiven(Event, frozen=True, tag="preference_given"):
    """Two behaviours were compared."""

    preference: Preference


class StrengthsFitted(Event, frozen=True, tag="strengths_fitted"):
    """The comparisons of a stage are done, and what follows from all of them so far."""

    stage: str
    scores: dict[str, Score]
    """Preference scores of the rewards that were compared in it."""


class GenerationFinished(Event, frozen=True, tag="generation_finished"):
    """A round is complete: parents may be drawn from it."""

    generation: int
    best: str | None = None


class BaselineStarted(Event, frozen=True, tag="baseline_started"):
    """A search without evolution begins, for comparison; its events are in a folder of its own."""

    baseline: str
    """random or composer; the folder's name, too."""
    proposals: int
    """As many as the run's own selection paid for in environment steps."""
    seeds: int = 1
    """Policies trained with each."""
    steps: int = 0
    """Environment steps of each policy."""


class BaselineSearched(Event, frozen=True, tag="baseline_searched"):
    """What it found, to be trained beside the winner."""

    baseline: str
    proposals: int
    """Candidates, repairs among them."""
    trained: int
    steps: int
    """Environment steps of its selection."""
    candidate: str | None = None
    """Its best, by the id that it has there; None where nothing was trained."""
    source: str = ""
    completions: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0
    price: float | None = None


class BaselineLeftOut(Event, frozen=True, tag="baseline_left_out"):
    """A search that nobody named was not made, or not to its end."""

    baseline: str
    reason: str


class FinalistsOrdered(Event, frozen=True, tag="finalists_ordered"):
    """The finalists on confirmation seeds, the winner first."""

    finalists: tuple[str, ...]
    scores: tuple[Score | None, ...]


class RunFinished(Event, frozen=True, tag="run_finished"):
    """The end: the winner and the baselines on report seeds."""

    best: str | None
    scores: dict[str, Score]
    """`best`, `fitness`, `sparse` and `human` where the task has them, and the best of `random` and
    `composer` search where they were run, trained alike."""
    normalised: float | None = None
    improvement: float | None = None
    """Probability that the winner's fitness is above the human reward's."""
    convincing: bool = False
    """False makes exit code 3 (design, the command line)."""
    preferred: dict[str, Score] = msgspec.field(default_factory=dict[str, Score])
    """Where the task has no fitness: how often the winner was preferred to each baseline."""
    seconds: float = 0.0


class RunStopped(Event, frozen=True, tag="run_stopped"):
    """Stopped before the end: interrupted, out of budget, or failed; resumable."""

    reason: str
    interrupted: bool = False
    elapsed: float = 0.0


class RunResumed(Event, frozen=True, tag="run_resumed"):
    """Taken up again."""

    time: str


AnyEvent = (
    RunStarted
    | GenerationStarted
    | CompletionReceived
    | CandidateProposed
    | CandidateJudged
    | TrainingStarted
    | RewardTrained
    | CandidateDiagnosed
    | CandidateAnalysed
    | FeedbackGiven
    | FramesDecided
    | PreferenceGiven
    | StrengthsFitted
    | GenerationFinished
    | BaselineStarted
    | BaselineSearched
    | BaselineLeftOut
    | FinalistsOrdered
    | RunFinished
    | RunStopped
    | RunResumed
)


def decode_event(line: bytes | str) -> AnyEvent:
    """The event that stands on one line of `events.jsonl`."""
    return msgspec.json.decode(line, type=AnyEvent)  # pyright: ignore[reportArgumentType]
