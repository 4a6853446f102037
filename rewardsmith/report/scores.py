"""The scores of a card: the reward beside the baselines, and how far that goes."""

from __future__ import annotations

from collections.abc import Sequence

from rewardsmith import stats
from rewardsmith.archive import Archive
from rewardsmith.environments import Environment
from rewardsmith.records import Score, TrainResult
from rewardsmith.report.baselines import gain_lines, missing_rows, search_label

FRESHEST = ("report", "confirmation", "selection")
"""Purposes in the order in which a score of a candidate is believed."""
SECOND = "second_trainer"
"""The purpose of the winner's training by another trainer."""
OF_BASELINES = ("report", "baseline")


def score_rows(archive: Archive, candidate: str, environment: Environment) -> list[list[str]]:
    """The candidate and what was trained beside it, a row of cells each."""
    fitness = f"fitness as reward{' (sparse)' if environment.task.sparse else ''}"
    labels = {"fitness": fitness, "sparse": "sparse reward", "human": human_label(archive)}
    labels |= {name: search_label(archive, name) for name in archive.searched}
    rows = [(f"**{candidate}**", archive.result(candidate, *FRESHEST))]
    rows.append((second_label(archive, candidate), archive.result(candidate, SECOND)))
    rows += [(label, archive.result(name, *OF_BASELINES)) for name, label in labels.items()]
    shown = [[label, *_score_cells(result)] for label, result in rows if result is not None]
    if archive.finished is not None:
        shown += [[label, told, "–", "0", "0"] for label, told in missing_rows(archive)]
    return shown or [[f"**{candidate}**", "not trained", "–", "0", "0"]]


def human_label(archive: Archive) -> str:
    """The environment's human reward, and for what it was written where that is something else."""
    whose = " (for the environment's own task)" if archive.retargeted else ""
    return f"human reward{whose}"


def second_label(archive: Archive, candidate: str) -> str:
    """The candidate as the second trainer trained it."""
    config = archive.started.config if archive.started is not None else {}
    trainer, algo = config.get("confirm_with") or "another trainer", config.get("algo") or "ppo"
    return f"{candidate}, trained by {trainer}" + (f" ({algo})" if trainer == "sb3" else "")


def _score_cells(result: TrainResult) -> list[str]:
    steps = max((member.steps for member in result.members), default=0)
    score = stats.score(result.fitness)
    failed = len(result.members) - len(result.fitness)
    seeds = f"{len(result.fitness)}" + (f" ({failed} failed)" if failed else "")
    if score is None:
        return ["training failed", "–", seeds, f"{steps:,}"]
    return [f"{score.value:.4g}", _interval(score), seeds, f"{steps:,}"]


def _interval(score: Score) -> str:
    if not stats.has_interval(score):
        return "one seed: none"
    note = f" (range of {score.seeds} seeds)" if stats.is_range(score) else ""
    return f"{score.low:.4g} to {score.high:.4g}{note}"


def comparison(archive: Archive, candidate: str) -> list[str]:
    """Normalised score, difference, improvement, and how much of the gain was luck."""
    best, fitness, human = (
        _fitness_of(archive, candidate, FRESHEST),
        _fitness_of(archive, "fitness", OF_BASELINES),
        _fitness_of(archive, "human", OF_BASELINES),
    )
    lines: list[str] = []
    if human and archive.retargeted:
        lines.append(
            "normalised score: undefined, because the human reward was written for the "
            "environment's own task and not for the fitness that was typed (--fitness)"
        )
    elif human:
        lines.append(f"normalised score: {_normalised(best, human, fitness)}")
    if human:
        lines.append(f"difference to the human reward: {_interval_text(best, human)}")
        better = stats.probability_of_improvement(best, human)
        if better is not None:
            lines.append(
                f"probability of improvement on the human reward: {better.value:.2f} "
                f"({better.low:.2f} to {better.high:.2f})"
            )
    else:
        lines.append("no human reward was trained beside it, so there is no normalised score")
    if fitness:
        lines.append(f"difference to the fitness as a reward: {_interval_text(best, fitness)}")
    lines += gain_lines(archive, candidate)
    luck = luck_of(archive, candidate)
    return lines if luck is None else [*lines, luck]


def luck_of(archive: Archive, candidate: str) -> str | None:
    """How much of the apparent gain was luck: selected score against fresh score.

    None where the candidate was not trained on seeds that had no part in choosing it.
    """
    selected = stats.score(_fitness_of(archive, candidate, ("selection",)))
    fresh = stats.score(_fitness_of(archive, candidate, ("report",)))
    if selected is None or fresh is None:
        return None
    fall = selected.value - fresh.value
    told = (
        f"luck: {selected.value:.4g} on the {selected.seeds} seeds that selected it, "
        f"{fresh.value:.4g} on {fresh.seeds} fresh ones"
    )
    floor = stats.interquartile_mean(_fitness_of(archive, "fitness", OF_BASELINES))
    gain = None if floor is None else selected.value - floor
    if fall <= 0:
        return f"{told}: none of the gain was luck"
    if gain is None or gain <= 0:
        return f"{told}: {fall:.4g} of it was luck"
    return f"{told}: {min(fall / gain, 1.0):.0%} of the gain over the fitness as a reward was luck"


def _fitness_of(archive: Archive, reward: str, purposes: Sequence[str]) -> tuple[float, ...]:
    result = archive.result(reward, *purposes)
    return result.fitness if result is not None else ()


def _normalised(best: Sequence[float], human: Sequence[float], fitness: Sequence[float]) -> str:
    value = stats.normalised_score(best, human, fitness)
    if value is not None:
        return f"{value:.2f} (0 is the fitness as a reward, 1 the human reward)"
    return (
        "undefined, because the human reward is not clearly better than the fitness as a reward "
        f"(difference {_interval_text(human, fitness)})"
    )


def _interval_text(sample: Sequence[float], other: Sequence[float]) -> str:
    gap = stats.difference(sample, other)
    if gap is None:
        return "unknown, too few seeds"
    return f"{gap.value:+.4g} ({gap.low:+.4g} to {gap.high:+.4g})"
