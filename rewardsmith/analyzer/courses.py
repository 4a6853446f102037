"""Courses: a member's return and fitness along training, and what became of them in the end."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from rewardsmith import stats
from rewardsmith.analyzer.evidence import thirds
from rewardsmith.records import MemberResult

POINTS = 5
"""Fewer points of a curve than this tell nothing."""
FALLS = -0.4
"""Correlation of return and fitness along training from which they part."""
LOST = 0.3
"""Part of the gain in fitness whose loss is told."""
BEYOND_NOISE = 0.1
"""Part of the largest absolute fitness of a curve that a change has to exceed."""
MARKS = 3
"""Fewer evaluations along training than this tell nothing."""
ROSE = 0.5
"""Gain in return, in standard deviations of its curve, from which it rose."""


@dataclass(frozen=True, slots=True)
class Course:
    """Where a member stood along training, at the points where return and fitness are known."""

    seed: int
    steps: tuple[int, ...]
    returns: tuple[float, ...]
    fitness: tuple[float, ...]
    evaluated: float | None
    """Mean fitness of the final evaluation."""
    evaluated_return: float | None = None
    """Mean return of the final evaluation."""
    evaluated_spread: float = 0.0
    """Standard deviation of the fitness of its episodes."""

    @property
    def scale(self) -> float:
        """The largest absolute fitness on the way."""
        return max((abs(f) for f in self.fitness), default=0.0)


def course_of(member: MemberResult) -> Course:
    """The course that a member's curves tell."""
    points = zip(member.curve_steps, member.curve_return, member.curve_fitness, strict=False)
    known = [(s, r, f) for s, r, f in points if r is not None and f is not None]
    returns = [e.reward for e in member.episodes if e.reward is not None]
    return Course(
        seed=member.seed,
        steps=tuple(s for s, _, _ in known),
        returns=tuple(r for _, r, _ in known),
        fitness=tuple(f for _, _, f in known),
        evaluated=member.fitness,
        evaluated_return=float(np.mean(returns)) if returns else None,
        evaluated_spread=float(np.std([e.fitness for e in member.episodes] or [0.0])),
    )


def evaluated_course(member: MemberResult) -> Course:
    """The same told by evaluations alone: at the checkpoints, and at the end."""
    marks = zip(
        member.checkpoint_steps, member.checkpoint_return, member.checkpoint_fitness, strict=False
    )
    known = [(s, r, f) for s, r, f in marks if r is not None and f is not None]
    returns = [e.reward for e in member.episodes if e.reward is not None]
    if member.fitness is not None and returns:
        known.append((member.steps, float(np.mean(returns)), member.fitness))
    return Course(
        seed=member.seed,
        steps=tuple(s for s, _, _ in known),
        returns=tuple(r for _, r, _ in known),
        fitness=tuple(f for _, _, f in known),
        evaluated=member.fitness,
    )


def lost_checkpoint(member: MemberResult) -> int | None:
    """The checkpoint, as an index into `evaluated_course`, whose fitness the end has lost.

    A checkpoint is a few episodes: what it had more than the end lies beyond the spread of those.
    """
    course = evaluated_course(member)
    if len(course.fitness) < MARKS or member.fitness is None:
        return None
    peak = int(np.argmax(course.fitness[:-1]))
    best, lowest = course.fitness[peak], min(course.fitness[: peak + 1])
    lost = best - member.fitness
    spread = float(np.std([episode.fitness for episode in member.episodes]))
    gained = best - lowest > BEYOND_NOISE * course.scale
    return peak if gained and lost > LOST * course.scale and lost > spread else None


def lost_return(member: MemberResult) -> int | None:
    """The checkpoint, as an index into `evaluated_course`, whose return the end has lost.

    By the measures of `lost_checkpoint`, for the reward itself.
    """
    course = evaluated_course(member)
    if len(course.returns) < MARKS:
        return None
    peak = int(np.argmax(course.returns[:-1]))
    best, lowest = course.returns[peak], min(course.returns[: peak + 1])
    lost, scale = best - course.returns[-1], max(abs(value) for value in course.returns)
    spread = float(np.std([e.reward for e in member.episodes if e.reward is not None]))
    gained = best - lowest > BEYOND_NOISE * scale
    return peak if gained and lost > LOST * scale and lost > spread else None


def lost_without_noise(member: MemberResult) -> float | None:
    """The fitness of a member's late training episodes, where no evaluation comes near it.

    Training episodes explore; evaluations, at the checkpoints and at the end, do not.
    """
    course = course_of(member)
    if len(course.fitness) < POINTS or member.fitness is None:
        return None
    late = thirds(course.fitness)[1]
    evaluated = [f for f in (*member.checkpoint_fitness, member.fitness) if f is not None]
    spread = float(np.std([episode.fitness for episode in member.episodes]))
    short = None if late is None else late - max(evaluated)
    if short is None or short <= max(LOST * course.scale, spread):
        return None
    return late


def lost_from(course: Course) -> int | None:
    """The point at which the fitness was best, where much of it was lost again for good.

    What the final evaluation still has was not lost: exploration costs fitness, too.
    """
    if len(course.fitness) < POINTS:
        return None
    fitness = np.array(course.fitness)
    smooth = (fitness[:-1] + fitness[1:]) / 2
    peak, floor, end = float(smooth.max()), float(fitness.min()), float(smooth[-1])
    at_start = float(fitness[:2].mean())
    gain, lost = peak - min(at_start, floor), peak - end
    if peak - at_start <= BEYOND_NOISE * course.scale or lost < LOST * gain:
        return None
    if lost <= LOST * course.scale or _still_there(course, peak - LOST * gain):
        return None
    return int(smooth.argmax())


def hacked_from(course: Course) -> int | None:
    """The point from which return rises while fitness falls: the start, or the peak of fitness."""
    if len(course.fitness) < POINTS:
        return None
    if below_start(course):
        return 0
    relation = parting(course, 0)
    (r_first, r_last), (f_first, f_last) = thirds(course.returns), thirds(course.fitness)
    if relation is None or r_first is None or r_last is None or f_first is None or f_last is None:
        return None
    rose = r_last - r_first > ROSE * float(np.std(course.returns))
    margin = BEYOND_NOISE * course.scale
    fell = f_first - f_last > margin and not _still_there(course, f_first - margin)
    if rose and fell and relation <= FALLS:
        return 0
    peak = lost_from(course)
    if peak is None or len(course.fitness) - peak < POINTS - 2:
        return None
    after = stats.spearman(course.returns[peak:], course.fitness[peak:])
    parted = after is not None and after <= 2 * FALLS
    return peak if parted and course.returns[-1] > course.returns[peak] else None


def below_start(course: Course) -> bool:
    """Whether the final evaluation has clearly less fitness, and more return, than the start.

    What a policy does without noise is not in the curves of training, and what it loses in its
    first blocks is hardly seen in their thirds.  Where the noise still has it nothing was hacked:
    the policy needs the noise.
    """
    late = thirds(course.fitness)[1]
    if course.evaluated is None or course.evaluated_return is None or late is None:
        return False
    if late >= course.fitness[0]:
        return False
    margin = max(BEYOND_NOISE * course.scale, course.evaluated_spread)
    gain = course.evaluated_return - course.returns[0]
    rose = gain > ROSE * float(np.std(course.returns))
    return rose and course.fitness[0] - course.evaluated > margin


def parting(course: Course, begin: int) -> float | None:
    """Correlation of return and fitness from a point on: of values or of ranks, the lower.

    Where both level off in the end, the ranks of the last points tell nothing but noise.
    """
    returns, fitness = course.returns[begin:], course.fitness[begin:]
    known = (stats.pearson(returns, fitness), stats.spearman(returns, fitness))
    return min((value for value in known if value is not None), default=None)


def _still_there(course: Course, fitness: float) -> bool:
    """Whether the final evaluation reached that fitness."""
    return course.evaluated is not None and course.evaluated >= fitness
