"""The settings of a run: what is asked of them before it begins, and where a run is."""

from __future__ import annotations

from pathlib import Path

import msgspec

from rewardsmith.archive import PARENT_STRATEGIES
from rewardsmith.backends import ActionSpace
from rewardsmith.config import Config, require_sound
from rewardsmith.environments import Environment
from rewardsmith.errors import RewardInvalid, UsageError, unknown_name
from rewardsmith.reward import reward_text
from rewardsmith.search.goals import require_baseline, require_frames, require_judges
from rewardsmith.store import EVENTS
from rewardsmith.strategy import patience_of
from rewardsmith.training.algorithms import require_algorithm
from rewardsmith.training.racing import AUTO, OFF, require_rule
from rewardsmith.training.settings import PpoSettings, resolve_settings
from rewardsmith.training.worker import require_trainer

SB3 = "sb3"


def require_settings(environment: Environment, config: Config) -> None:
    """Raises UsageError for a trainer or a hyper-parameter that there is not, before all else."""
    require_sound(config)
    require_judges(environment, config)
    require_baseline(environment, config)
    require_frames(environment, config)
    if config.analyst and not (config.model or config.replay_from):
        raise UsageError(
            "--analyst asks a model to read the numbers, and none is set: name one (--model "
            "openai/NAME) or leave --analyst out"
        )
    require_trainer(config.trainer)
    if config.parents not in PARENT_STRATEGIES:
        raise UsageError(unknown_name("parent strategy", config.parents, PARENT_STRATEGIES))
    require_racing(config)
    require_plateau(config)
    if config.trainer == "population":
        resolve_settings(environment.task.settings, config.settings)
    if config.confirm_with:
        require_trainer(config.confirm_with)
        if config.confirm_with == config.trainer:
            raise UsageError(
                f"--confirm-with {config.confirm_with} is the trainer of the run already; name "
                "another one, or none"
            )
    if SB3 in (config.trainer, config.confirm_with):
        require_algorithm(config.algo)


def require_racing(config: Config) -> None:
    """Raises UsageError for a rule that there is not, or where nobody is stopped early."""
    require_rule(config.racing)
    if config.trainer != "population" and config.racing not in (AUTO, OFF):
        raise UsageError(
            f"--racing {config.racing} stops candidates of the population trainer early, and with "
            f"--trainer {config.trainer} each is trained to its end; leave --racing out"
        )


def require_plateau(config: Config) -> None:
    """Raises UsageError where the search would end before it has tried another strategy."""
    patience = patience_of(config)
    if 0 < config.plateau_stop <= patience:
        raise UsageError(
            f"--plateau-stop {config.plateau_stop} ends the search before its strategy changes "
            f"(--plateau {patience}); give --plateau-stop {patience + 1} or more, or --plateau 0 "
            "where nothing is to change"
        )


def require_actions(config: Config, space: ActionSpace) -> None:
    """Raises UsageError where the algorithm cannot choose the environment's actions."""
    if SB3 in (config.trainer, config.confirm_with):
        require_algorithm(config.algo, space)


def second_trainer_settings(config: Config) -> dict[str, object]:
    """The settings of the winner's training by the second trainer: that trainer's defaults."""
    return {"trainer": config.confirm_with, "algo": config.algo}


def for_the_goal(config: Config, environment: Environment) -> Config:
    """The settings as the goal allows: where it has no fitness, numbers cannot be fitted to one."""
    if environment.task.measured:
        return config
    return msgspec.structs.replace(config, retune=0.0)


def with_limits_of(recorded: Config, config: Config) -> Config:
    """A run's own settings, with what may change from sitting to sitting."""
    return msgspec.structs.replace(recorded, budget=config.budget, hang_seconds=config.hang_seconds)


def trainer_settings(config: Config) -> dict[str, object]:
    """The job's settings: hyper-parameters and, where it is not the default, the trainer."""
    if config.trainer == "population":
        return dict(config.settings)
    return {"trainer": config.trainer, "algo": config.algo, **config.settings}


def trainer_discount(environment: Environment, config: Config) -> float:
    """What the trainer counts a reward one step later."""
    if config.trainer == "population":
        return resolve_settings(environment.task.settings, config.settings).discount
    gamma = config.settings.get("gamma")
    return float(gamma) if isinstance(gamma, int | float) else PpoSettings().discount


def read_start_files(config: Config, environment: Environment) -> tuple[str, ...]:
    """The sources of `start`; raises RewardInvalid where the critic rejects one."""
    from rewardsmith.critic.static import judge_statically

    sources: list[str] = []
    for name in config.start:
        source = reward_text(Path(name))
        reasons = [r for r in judge_statically(source, environment) if not r.warning]
        if reasons:
            lines = "\n".join(f"  {reason}" for reason in reasons)
            raise RewardInvalid(f"{name} is rejected:\n{lines}")
        sources.append(source)
    if len(sources) > config.candidates:
        raise UsageError(f"{len(sources)} start files but only {config.candidates} candidates")
    return tuple(sources)


def has_run(folder: Path) -> bool:
    """Whether a folder holds the events of a run."""
    return (folder / EVENTS).is_file() and (folder / EVENTS).stat().st_size > 0
