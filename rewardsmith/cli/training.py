"""train: policies of one reward, what they are worth, and what the analyzer tells of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from rewardsmith.cli.interrupts import telling_how_to_go_on
from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say
from rewardsmith.cli.testing import (
    Backend,
    EnvironmentOption,
    Fitness,
    Reduce,
    Signals,
    Words,
    require_sound,
)
from rewardsmith.errors import UsageError

TRAINING = (
    "steps",
    "seeds",
    "evaluation_episodes",
    "workers",
    "executor",
    "executor_settings",
    "trainer",
    "algo",
    "settings",
    "hang_seconds",
    "seed",
)
"""The settings of one reward's training."""
FAILED = "failed"
"""The finding that repeats why a training failed."""


@with_settings(*TRAINING, "unsafe_no_sandbox")
def train(
    reward: Annotated[
        str, typer.Argument(metavar="FILE", help="a reward file, or fitness, sparse, human")
    ],
    *,
    environment: EnvironmentOption = "",
    task: Words = "",
    fitness: Fitness = "",
    reduce: Reduce = "",
    backend: Backend = "",
    signal_names: Signals = None,
    out: Annotated[Path, typer.Option(help="folder for policies and trajectories")] = Path(
        "runs/train"
    ),
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
    flags: dict[str, Any],
) -> None:
    """Train policies with one reward; tell what they are worth by the fitness, and what ails it."""
    from rewardsmith import api, stats
    from rewardsmith.config import load_config
    from rewardsmith.environments import load_environment
    from rewardsmith.exporters import environment_named_in
    from rewardsmith.store import make_folder
    from rewardsmith.workshop import Workshop

    config, _ = load_config(flags)
    own = reward in api.BASELINES
    source = "" if own else api.read_source(reward)[0]  # it may be edited while it is trained
    name = environment or ("" if own else environment_named_in(Path(reward)))
    if not name:
        raise UsageError("say which environment: -e ENVIRONMENT[/TASK]")
    chosen = load_environment(
        name,
        backend=backend,
        words=task,
        fitness=fitness,
        reduce=reduce,
        signals=tuple(signal_names or ()),
        hang_seconds=config.hang_seconds,
    )
    make_folder(out)
    findings: Sequence[Any] | None = None
    with (
        telling_how_to_go_on(lambda: how_to_go_on(out, "--out")),
        Workshop.of(config, log=out / "trainer.log") as workshop,
    ):
        workshop.warm_up()  # the trainer gets warm while the reward is looked at
        if not own:
            require_sound(Path(reward), reward, chosen, workshop)
        with shown(config, reward, chosen, as_json=as_json) as progress:
            result = train_with(config, reward, chosen, out, workshop, progress=progress)
        if not own:
            findings = api.diagnose(source, chosen, result, out, workshop=workshop).findings
    if as_json:
        score = stats.score(result.fitness)
        print_json({"result": result, "score": score, "findings": findings})
    _tell(result, out, chosen.task.unit, findings or ())


def shown(config: Any, reward: str, environment: Any, *, as_json: bool) -> Any:
    """Shows how far the training of `train_with` is, where people look on at a terminal."""
    from rewardsmith.observers import training_shown
    from rewardsmith.records import TrainingStarted

    started = TrainingStarted(
        job=reward,
        purpose="report",
        rewards=(reward,),
        seeds=tuple(range(config.seed, config.seed + config.seeds)),
        steps=config.steps or environment.task.steps,
    )
    return training_shown(started, as_json=as_json)


def train_with(
    config: Any, reward: str, environment: Any, folder: Path, workshop: Any, **chosen: Any
) -> Any:
    """The TrainResult of one reward, trained as the settings have it; `chosen` as `api.train`."""
    from rewardsmith import api
    from rewardsmith.search import trainer_settings

    return api.train(
        reward,
        environment,
        steps=config.steps,
        seeds=range(config.seed, config.seed + config.seeds),
        folder=folder,
        settings=trainer_settings(config),
        evaluation_episodes=config.evaluation_episodes,
        workshop=workshop,
        **chosen,
    )


def how_to_go_on(folder: Path, option: str) -> str:
    """What becomes of a training that was interrupted; `option` names its folder."""
    from rewardsmith.store import CHECKPOINTS

    if (folder / CHECKPOINTS).is_dir():
        again = f"the same again, with {option} {folder}"
        return f"interrupted; {again}, goes on from its last checkpoint"
    return "interrupted before the first checkpoint; the same again begins anew"


def _tell(result: Any, out: Path, unit: str, findings: Sequence[Any]) -> None:
    """Each policy, the score, what is found, for people; exit code 1 where training failed."""
    from rewardsmith import stats
    from rewardsmith.observers import score_text

    for member in result.members:
        if member.failure is None:
            say(f"seed {member.seed}: fitness {member.fitness:.4g}, policy {out / member.policy}")
    if result.failure is not None:
        say(f"training failed: {result.failure}")
    else:
        say(f"fitness {score_text(stats.score(result.fitness))} {unit}".rstrip())
    for finding in findings:
        if finding.name != FAILED:  # that was said
            say(f"{finding.name}: {finding.sentence}")
    if result.failure is not None:
        raise typer.Exit(1)
