"""The nouns of rewardsmith as frozen records; JSON goes in and out of them by `encode`, `decode`.

A number that could not be had is None: no number ever means failure, and neither NaN nor an
infinity is stored.
"""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


class Record(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A frozen record: compared by value, written as JSON."""


# ---------------------------------------------------------------- the model


class Message(Record, frozen=True):
    """One message of a prompt: `role` is system, user or assistant."""

    role: str
    content: str


class Completion(Record, frozen=True):
    """One answer of a model, verbatim, with what it cost; `price` None is unknown, not free."""

    text: str
    model: str
    finish_reason: str = "stop"
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    price: float | None = None
    """US dollars; None where no price is known."""
    latency: float = 0.0
    """Seconds from the first request to the answer, retries included."""
    attempts: int = 1
    warnings: tuple[str, ...] = ()
    """What is doubtful about the answer: a prompt that was cut, another model's name."""


# ---------------------------------------------------------------- candidates


class Candidate(Record, frozen=True):
    """One proposed reward.

    `id` is `gGG-cNN` (generation, index), with `-rN` for the Nth repair; `operator` is one of
    initial, mutate, crossover, repair, retune, human.  `tree` is the composer's own form of it.
    """

    id: str
    source: str
    operator: str
    generation: int
    index: int
    parents: tuple[str, ...] = ()
    tree: dict[str, Any] | None = None
    proposer: str = ""
    thought: str = ""
    """The prose around the code, as the proposer wrote it."""
    flaw: Reason | None = None
    """Why the answer holds no reward at all, where it holds none."""


class Reason(Record, frozen=True):
    """One finding of the critic, in words a model can act on."""

    rule: str
    message: str
    line: int | None = None
    warning: bool = False
    """True where it does not reject the candidate, only tells."""

    def __str__(self) -> str:
        place = f"line {self.line}: " if self.line is not None else ""
        return f"{place}{self.message} [{self.rule}]"


class Verdict(Record, frozen=True):
    """What the critic says of one candidate."""

    candidate: str
    reasons: tuple[Reason, ...] = ()
    components: tuple[str, ...] = ()
    additive: bool | None = None
    signals: tuple[str, ...] = ()
    """The names in the signature of `compute_reward`."""
    twin: str | None = None
    """The earlier candidate that this one is over again: its result stands in for training."""
    distances: dict[str, float] = msgspec.field(default_factory=dict[str, float])
    """STARC distance on the bank, 0 to 1, by name: the nearest earlier candidates, and the task's
    own `fitness` and `human` reward; those two are for people and never stand in a prompt."""

    @property
    def passed(self) -> bool:
        """True where no reason rejects the candidate."""
        return all(reason.warning for reason in self.reasons)

    @property
    def trains(self) -> bool:
        """True where the candidate is to be trained: it passed and is no earlier one again."""
        return self.passed and self.twin is None


# ---------------------------------------------------------------- training


class TrainReward(Record, frozen=True):
    """What a member is trained with: a candidate's source, or one of the task's own rewards.

    `kind` is `source`, `fitness`, `sparse` or `human`; `id` names it in results and files.
    """

    id: str
    kind: str = "source"
    source: str = ""


class Stop(Record, frozen=True):
    """Why a training ended at a boundary, before its last step."""

    kind: str
    """solved (as good as can be), degenerate (nothing to learn from), behind (others lead), or
    paused (it is to go on from its checkpoint)."""
    sentence: str = ""
    part: int = 0
    """The number of equal parts of the training that were done."""


class TrainJob(Record, frozen=True):
    """Train every reward with every seed, as one stacked population."""

    id: str
    environment: dict[str, Any]
    """`Environment.specification`: enough to load the same environment in another process."""
    rewards: tuple[TrainReward, ...]
    seeds: tuple[int, ...]
    steps: int
    """Environment steps of one member."""
    folder: str
    """Where policies (`policies/`), trajectories and checkpoints are written."""
    settings: dict[str, Any] = msgspec.field(default_factory=dict[str, Any])
    """Hyper-parameters of the trainer, overriding the task's, overriding the defaults."""
    evaluation_episodes: int = 20
    purpose: str = "selection"
    """selection, confirmation, report or baseline."""
    until: int = 0
    """Pause after so many of the equal parts of a training; 0 trains to the end."""
    stops: dict[str, Stop] = msgspec.field(default_factory=dict[str, Stop])
    """By reward id: those that end at the boundary that the stop names."""


class ComponentCurve(Record, frozen=True):
    """One component along training, at most ten equally spaced points."""

    name: str
    mean: tuple[float | None, ...]
    """Mean over transitions of the block."""
    share: tuple[float | None, ...]
    """Share of the spread: standard deviation over the sum of all components'."""
    spread: tuple[float | None, ...]
    """Standard deviation over the transitions of the block."""
    positive: tuple[float | None, ...] = ()
    """Part of transitions on which it is not zero (active rate)."""


class Episode(Record, frozen=True):
    """One episode of evaluation: how it ended, what it was worth."""

    fitness: float
    length: int
    terminated: bool
    """True: the simulator ended it; False: the time limit did."""
    reward: float | None = None
    """Return under the member's own reward."""
    simulator_return: float | None = None


class MemberResult(Record, frozen=True):
    """One policy: one reward trained with one seed."""

    reward: str
    seed: int
    steps: int
    fitness: float | None = None
    """Mean fitness of the evaluation episodes; None where training failed."""
    episodes: tuple[Episode, ...] = ()
    curve_steps: tuple[int, ...] = ()
    curve_fitness: tuple[float | None, ...] = ()
    """Mean fitness of training episodes that ended since the point before."""
    curve_return: tuple[float | None, ...] = ()
    curve_length: tuple[float | None, ...] = ()
    components: tuple[ComponentCurve, ...] = ()
    reward_scale: float | None = None
    """The divisor that rewards had at the end of training."""
    policy: str | None = None
    """Path of the saved policy, relative to the job's folder."""
    trajectories: str | None = None
    """Path of the evaluation's arrays (.npz), relative to the job's folder.

    Beside `NAME.npz` lie `NAME-at-STEPS.npz`, one for each of `checkpoint_steps`: the first one or
    two episodes of the evaluation there, laid out alike (a row for each step; every signal by its
    name, `action`, `episode_step`, `truncated`, `terminated`, `fitness`, `total`,
    `component.NAME`, `simulator`, and `episode`, the index).  One may be missing.
    """
    checkpoint_steps: tuple[int, ...] = ()
    """Environment steps of the member at its checkpoints: the ends of the equal parts of its
    training but for the last; none where it was short, or where the trainer has no checkpoints."""
    checkpoint_fitness: tuple[float | None, ...] = ()
    """Mean fitness of a few episodes of the policy as it was there (as many as the setting
    `checkpoint_episodes`), acting as in the last evaluation, in simulators of their own; None
    where the reward failed in them."""
    checkpoint_return: tuple[float | None, ...] = ()
    """Mean return of the same episodes under the member's own reward."""
    failure: str | None = None
    """Why training ended early: an error text about the candidate, in words for the model."""
    stopped: Stop | None = None
    """Why training ended at a boundary although nothing failed; the numbers are those of there."""


class TrainResult(Record, frozen=True):
    """One reward over its seeds."""

    reward: str
    purpose: str
    members: tuple[MemberResult, ...]

    @property
    def fitness(self) -> tuple[float, ...]:
        """The seeds' fitness, in the order of the job's seeds; failed members are left out."""
        return tuple(m.fitness for m in self.members if m.fitness is not None)

    @property
    def failure(self) -> str | None:
        """The first member's failure, where one failed."""
        return next((m.failure for m in self.members if m.failure is not None), None)

    @property
    def stopped(self) -> Stop | None:
        """The first member's stop, where one was stopped."""
        return next((m.stopped for m in self.members if m.stopped is not None), None)

    @property
    def cut_short(self) -> bool:
        """Whether its score is less than that of a whole training."""
        return self.stopped is not None and self.stopped.kind != "solved"


class TrainProgress(Record, frozen=True):
    """Where a shard of a job stands; may be lost, never folded."""

    job: str
    worker: int
    steps: int
    """Environment steps done by one member of this shard."""
    total: int
    members: int
    steps_per_second: float
    """All members of the shard together."""
    fitness: dict[str, float | None] = msgspec.field(default_factory=dict[str, "float | None"])
    """By reward id: mean fitness of recent training episodes over the shard's seeds."""
    checkpoint: int = 0
    """The number of the last checkpoint that the shard's members have on disk; 0 is none."""


class Score(Record, frozen=True):
    """Fitness aggregated over seeds, with a bootstrap interval (95 %).

    Where the task has no fitness: a preference score, how often the behaviour is preferred, 0 to
    1, and then `comparisons` says by how many judgements.
    """

    value: float
    low: float
    high: float
    seeds: int
    comparisons: int = 0


# ---------------------------------------------------------------- analysis


class Finding(Record, frozen=True):
    """One named diagnosis with its evidence."""

    name: str
    sentence: str
    severity: float = 0.0
    """0 to 1, the order in which findings are told."""


class Diagnosis(Record, frozen=True):
    """What happened when a candidate was trained: findings, the most telling first."""

    candidate: str
    findings: tuple[Finding, ...] = ()
    text: str = ""
    """The numbers, as they stand in the prompt and in `show`."""


class Analysis(Record, frozen=True):
    """What a model made of a candidate's numbers, where asked to."""

    candidate: str
    failures: tuple[str, ...] = ()
    suggestions: tuple[str, ...] = ()


class Feedback(Record, frozen=True):
    """What a person said between two generations."""

    generation: int
    notes: dict[str, str] = msgspec.field(default_factory=dict[str, str])
    """By candidate id; `*` is a note on all."""
    ranking: tuple[str, ...] = ()
    """Candidate ids, the best first."""
    rejected: tuple[str, ...] = ()
    stop: bool = False


class Preference(Record, frozen=True):
    """One comparison of what two policies did, by one judge."""

    key: str
    """`STAGE-SOURCE-pNN`; a model's two answers are completions `KEY-a` and `KEY-b`."""
    stage: str
    """`gGG`, `gGG-elites`, `confirmation` or `report`."""
    source: str
    """Who judged: rank, model or person."""
    round: int
    """Those of a round were planned from what was known before it."""
    first: str
    """Reward id of what stood first; its seed follows."""
    first_seed: int
    second: str
    second_seed: int
    won: float | None = None
    """By the first: 1, 0, 1/2 for no preference; None where there is no usable answer."""
    words: tuple[str, ...] = ()
    """Why, as the judge said it."""
    closes: bool = False
    """The judge wants no more comparisons in this stage."""


# ---------------------------------------------------------------- events


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
    """random; the folder's name, too."""
    proposals: int
    """As many as the run's own selection paid for in environment steps."""


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


class FinalistsOrdered(Event, frozen=True, tag="finalists_ordered"):
    """The finalists on confirmation seeds, the winner first."""

    finalists: tuple[str, ...]
    scores: tuple[Score | None, ...]


class RunFinished(Event, frozen=True, tag="run_finished"):
    """The end: the winner and the baselines on report seeds."""

    best: str | None
    scores: dict[str, Score]
    """`best`, `fitness` (or `sparse`), `human` and, where it was run, the best of `random` search,
    trained alike."""
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
    | PreferenceGiven
    | StrengthsFitted
    | GenerationFinished
    | BaselineStarted
    | BaselineSearched
    | FinalistsOrdered
    | RunFinished
    | RunStopped
    | RunResumed
)


def encode(record: Any) -> bytes:
    """One line of JSON without the line's end."""
    return msgspec.json.encode(record)


def decode(data: bytes | str, kind: type[T]) -> T:
    """The record that `encode` wrote; raises msgspec.ValidationError or DecodeError."""
    return msgspec.json.decode(data, type=kind)


def decode_event(line: bytes | str) -> AnyEvent:
    """The event that stands on one line of `events.jsonl`."""
    return msgspec.json.decode(line, type=AnyEvent)  # pyright: ignore[reportArgumentType]
