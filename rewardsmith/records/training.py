"""What is trained, and what came of it."""

from __future__ import annotations

from typing import Any

import msgspec

from rewardsmith.records.base import Record


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
    `component.NAME`, `simulator`, `simulator_seed`, and `episode`, the index).  One may be missing.
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
    sampled_steps: int | None = None
    """Environment steps after which one episode of the policy as it was there was recorded, in the
    middle of a training without checkpoints; None where there are some, or nothing was recorded.
    It lies where a checkpoint's would, and may be cut: then its last row is no end."""
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
    def paused(self) -> bool:
        """Whether a member waits at a checkpoint for what is decided there."""
        stops = (member.stopped for member in self.members)
        return any(stop is not None and stop.kind == "paused" for stop in stops)

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
