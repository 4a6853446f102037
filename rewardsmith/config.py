"""Settings: each with a default, a sentence of help, and a place to come from.

A value is taken from, in this order: the command line, `REWARDSMITH_*`, `rewardsmith.toml` in
the working folder, the user's own file, the default.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, get_type_hints

import msgspec
from msgspec import Meta

from rewardsmith.errors import UsageError, unknown_name
from rewardsmith.records import Record

PROJECT_FILE = "rewardsmith.toml"
PREFIX = "REWARDSMITH_"

MOST_SEEDS = 10_000
"""Seeds of one purpose, beyond which those of the next one begin."""
_LONG = 1e9
"""Seconds, or US dollars, that no run reaches; infinity is no number in JSON."""

Count = Annotated[int, Meta(ge=1, le=10**12)]
Amount = Annotated[float, Meta(ge=0, le=_LONG)]
Seconds = Annotated[float, Meta(gt=0, le=_LONG)]


class Budget(Record, frozen=True):
    """The limits of a run; None is no limit."""

    seconds: Annotated[Seconds | None, Meta(description="wall-clock of the run, in seconds")] = None
    tokens: Annotated[Count | None, Meta(description="tokens of the model, in and out")] = None
    price: Annotated[
        Annotated[float, Meta(gt=0, le=_LONG)] | None,
        Meta(description="US dollars paid to the model's provider"),
    ] = None


class Config(Record, frozen=True):
    """One search, in full."""

    generations: Annotated[int, Meta(ge=1, le=10_000, description="rounds of proposals")] = 3
    candidates: Annotated[int, Meta(ge=1, le=1000, description="proposals in a generation")] = 8
    seeds: Annotated[
        int, Meta(ge=1, le=MOST_SEEDS // 4, description="policies trained with each candidate")
    ] = 2
    steps: Annotated[
        Count | None, Meta(description="environment steps of a policy; the task's own if unset")
    ] = None
    elites: Annotated[
        int, Meta(ge=0, le=1000, description="best candidates that get more seeds to breed")
    ] = 2
    elite_seeds: Annotated[
        int,
        Meta(ge=0, le=MOST_SEEDS // 8, description="how many more they get, and at a time"),
    ] = 2
    undecided: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="policies that are trained at most, in a generation and again at the end, "
            "with further seeds for the best and for those whose order with it is open",
        ),
    ] = 8
    finalists: Annotated[
        int, Meta(ge=1, le=1000, description="candidates trained again at the end")
    ] = 3
    confirmation_seeds: Annotated[
        int,
        Meta(ge=1, le=MOST_SEEDS, description="fresh seeds on which the finalists are ordered"),
    ] = 3
    report_seeds: Annotated[
        int,
        Meta(
            ge=1,
            le=MOST_SEEDS,
            description="fresh seeds for the winner and the baselines, used for nothing else",
        ),
    ] = 5
    evaluation_episodes: Annotated[
        int,
        Meta(
            ge=1,
            le=100_000,
            description="episodes over which a trained policy's fitness is the mean",
        ),
    ] = 20
    racing: Annotated[
        str,
        Meta(
            description="who stops early in the selection: off, sure (nothing to learn, or "
            "solved), halving, extrapolation, test; auto is extrapolation, and sure where a goal "
            "has no fitness"
        ),
    ] = "auto"
    seed: Annotated[int, Meta(ge=0, le=10**12, description="the run's own seed")] = 0
    workers: Annotated[
        Count | None,
        Meta(description="training processes; one a core (of the cluster with ray) if unset"),
    ] = None
    proposer: Annotated[
        str,
        Meta(description="llm, composer, replay or manual; by what else is set, else composer"),
    ] = ""
    model: Annotated[
        str, Meta(description="the model by litellm's name: openai/NAME, ollama_chat/NAME, …")
    ] = ""
    api_base: Annotated[str, Meta(description="address of a local or other model server")] = ""
    temperature: Annotated[float, Meta(ge=0, le=2, description="sampling temperature")] = 1.0
    max_tokens: Annotated[int, Meta(ge=64, le=10**7, description="longest answer of the model")] = (
        4096
    )
    request_seconds: Annotated[
        Seconds, Meta(description="total deadline of one answer, retries included")
    ] = 300.0
    concurrency: Annotated[
        int, Meta(ge=1, le=1000, description="requests to the model at once")
    ] = 8
    price_in: Annotated[
        Amount | None, Meta(description="US dollars a million prompt tokens, where unknown")
    ] = None
    price_out: Annotated[
        Amount | None, Meta(description="US dollars a million completion tokens")
    ] = None
    repairs: Annotated[
        int, Meta(ge=0, le=10, description="times that a rejected candidate goes back to the model")
    ] = 3
    review: Annotated[
        bool, Meta(description="let the model check each candidate's code before it is trained")
    ] = False
    review_rounds: Annotated[
        int, Meta(ge=1, le=10, description="times that its review may send one candidate back")
    ] = 1
    analyst: Annotated[
        bool,
        Meta(
            description="let the model read the numbers of a generation's best candidates and say "
            "what failed and what to change; it stands in the next prompts"
        ),
    ] = False
    analyst_calls: Annotated[
        int, Meta(ge=1, le=1000, description="candidates of a generation that it reads at most")
    ] = 4
    critic_rejects: Annotated[
        tuple[str, ...],
        Meta(
            description="findings that reject a candidate instead of warning: constant, alive, "
            "order, loop, blind, near_duplicate, scale, dominant"
        ),
    ] = ("constant", "alive", "order")
    bank_human: Annotated[
        bool,
        Meta(
            description="let a policy trained with the human reward act in the recorded episodes "
            "that the critic judges by; the card says so"
        ),
    ] = False
    crossover: Annotated[
        float, Meta(ge=0, le=1, description="share of a generation that joins two parents")
    ] = 0.25
    explore: Annotated[
        float, Meta(ge=0, le=1, description="share of a generation that starts afresh")
    ] = 0.25
    retune: Annotated[
        float,
        Meta(
            ge=0,
            le=1,
            description="share of a generation that is a parent with other numbers, fitted to "
            "recorded episodes and raced in short trainings; needs a fitness, and no model",
        ),
    ] = 0.125
    screen: Annotated[
        int,
        Meta(
            ge=1,
            le=1000,
            description="after the first generation the composer writes so many for each place, "
            "and the first is tried whose returns follow the fitness of recorded episodes no worse "
            "than half of them; 1: the first that it writes; needs a fitness",
        ),
    ] = 8
    adapt: Annotated[
        bool, Meta(description="let an operator's share follow what it has paid in this run")
    ] = True
    diagnosis: Annotated[
        bool, Meta(description="tell the model what was measured of a parent, not its score alone")
    ] = True
    parents: Annotated[
        str, Meta(description="how parents are drawn: cells, thompson, rank or last-best")
    ] = "cells"
    plateau: Annotated[
        Annotated[int, Meta(ge=0, le=1000)] | None,
        Meta(
            description="generations without a better score, by more than its noise, after which "
            "half of the next starts afresh, with a higher temperature; 0: never; if unset 2, and "
            "1 where there are three generations or fewer"
        ),
    ] = None
    plateau_stop: Annotated[
        int,
        Meta(
            ge=0,
            le=1000,
            description="as many after which the search ends early, more than --plateau; 0: never",
        ),
    ] = 0
    replay_from: Annotated[str, Meta(description="run folder whose completions are replayed")] = ""
    start: Annotated[
        tuple[str, ...], Meta(description="reward files that join the first generation")
    ] = ()
    human: Annotated[bool, Meta(description="ask a person between generations")] = False
    rank: Annotated[
        str,
        Meta(
            description="where the task has no fitness: factors by which behaviours are compared, "
            "the most important first: signals, events, length; - where less is better, as in "
            "'success > -length > -abs(action)'"
        ),
    ] = ""
    comparisons: Annotated[
        int,
        Meta(
            ge=1,
            le=10_000,
            description="where the task has no fitness: pairs of behaviours that the model (or "
            "--rank) compares in a generation at most; two questions to the model each",
        ),
    ] = 16
    human_comparisons: Annotated[
        int,
        Meta(
            ge=0,
            le=10_000,
            description="where the task has no fitness: pairs that a person (--human) compares in "
            "a generation, and again at the end, at most",
        ),
    ] = 6
    frames: Annotated[
        str,
        Meta(
            description="where a model or a person compares behaviours: show four frames of an "
            "episode of each as well, always, never, or auto: where the simulator draws them, and "
            "to a model that is known to take pictures"
        ),
    ] = "auto"
    executor: Annotated[
        str, Meta(description="where candidates are trained: local, ray or slurm")
    ] = "local"
    executor_settings: Annotated[
        dict[str, Any], Meta(description="settings of the ray or slurm executor")
    ] = msgspec.field(default_factory=dict[str, Any])
    trainer: Annotated[str, Meta(description="population or sb3")] = "population"
    algo: Annotated[str, Meta(description="algorithm of the sb3 trainer: ppo, sac, td3, …")] = "ppo"
    baseline: Annotated[
        str,
        Meta(
            description="searches beside the run's own, initial proposals only, for as many "
            "environment steps, whose best is trained beside the winner: none; random, by the "
            "run's own proposer; composer; all; or auto: all that need no person, as far as the "
            "run's limits leave room"
        ),
    ] = "auto"
    confirm_with: Annotated[
        str, Meta(description="a second trainer for the winner, told on the card: sb3 (--algo)")
    ] = ""
    settings: Annotated[
        dict[str, Any], Meta(description="hyper-parameters of the trainer, over the task's own")
    ] = msgspec.field(default_factory=dict[str, Any])
    hang_seconds: Annotated[
        Seconds,
        Meta(description="seconds without a sign of life after which a simulator counts as hung"),
    ] = 600.0
    unsafe_no_sandbox: Annotated[
        bool, Meta(description="run although nothing confines the candidates' code")
    ] = False
    budget: Annotated[Budget, Meta(description="limits of the run")] = Budget()

    @property
    def chosen_proposer(self) -> str:
        """Who writes the candidates: as set, else a recording or a model, else the composer."""
        known = "replay" if self.replay_from else "llm" if self.model else "composer"
        return self.proposer or known


def descriptions(kind: type[Record] = Config) -> dict[str, str]:
    """The sentence of help of every setting."""
    hints = get_type_hints(kind, include_extras=True)
    return {name: _description(hint) for name, hint in hints.items()}


def _description(hint: Any) -> str:
    found = [m.description for m in getattr(hint, "__metadata__", ()) if isinstance(m, Meta)]
    return next((text for text in found if text), "")


def user_file() -> Path:
    """Where a person's own defaults stand."""
    import platformdirs

    return Path(platformdirs.user_config_dir("rewardsmith")) / "config.toml"


def load_config(
    flags: Mapping[str, Any] | None = None, *, environ: Mapping[str, str] | None = None
) -> tuple[Config, dict[str, str]]:
    """The settings in force, and for each where it came from.

    Raises UsageError for an unknown key (with the nearest) and for a value of the wrong kind.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    origins = dict.fromkeys(Config.__struct_fields__, "default")
    layers = (
        (str(user_file()), _read_toml(user_file())),
        (PROJECT_FILE, _read_toml(Path(PROJECT_FILE))),
        ("environment variable", _from_variables(environ)),
        ("command line", {k: v for k, v in (flags or {}).items() if v is not None}),
    )
    for origin, layer in layers:
        for key, value in layer.items():
            _check_key(key, origin)
            merged = value
            if isinstance(value, dict) and isinstance(values.get(key), dict):
                merged = {**values[key], **value}
            values[key] = merged
            origins[key] = origin
    return _convert(values, origins), origins


def _check_key(key: str, origin: str) -> None:
    if key not in Config.__struct_fields__:
        raise UsageError(f"{origin}: {unknown_name('setting', key, Config.__struct_fields__)}")


def _convert(values: dict[str, Any], origins: Mapping[str, str]) -> Config:
    for key in [*values]:
        try:
            msgspec.convert({key: values[key]}, Config, strict=False)
        except msgspec.ValidationError as error:
            raise UsageError(f"{origins[key]}: setting {_unusable(key, values, error)}") from error
    if isinstance(budget := values.get("budget"), dict):
        for key in budget:
            if key not in Budget.__struct_fields__:
                raise UsageError(unknown_name("limit of the budget", key, Budget.__struct_fields__))
    return msgspec.convert(values, Config, strict=False)


def _unusable(key: str, values: Mapping[str, Any], error: Exception) -> str:
    """`budget.seconds = -1 is not usable: expected float > 0.0`."""
    why, _, place = str(error).partition(" - at `$.")
    names, value = place.rstrip("`").split(".") if place else [key], values
    for name in names:
        value = value[name] if isinstance(value, Mapping) and name in value else values[key]
    why = why.replace("`", "").removeprefix("Expected ")
    return f"{'.'.join(names)} = {value!r} is not usable: expected {why}"


def require_sound(config: Config) -> None:
    """Raises UsageError for a value out of its range in settings that were made in code."""
    _convert(msgspec.to_builtins(config), dict.fromkeys(Config.__struct_fields__, "Config"))


def with_flags(config: Config, flags: Mapping[str, Any]) -> Config:
    """The settings with those of a command line; limits of the budget that it leaves out stay."""
    values = msgspec.to_builtins(config)
    budget = {**values.get("budget", {}), **flags.get("budget", {})}
    merged = {**values, **flags, "budget": budget}
    return _convert(merged, dict.fromkeys(merged, "command line"))


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no valid TOML: {error}") from error
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}") from error


def _from_variables(environ: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for variable, text in environ.items():
        if not variable.startswith(PREFIX):
            continue
        key = variable.removeprefix(PREFIX).lower()
        limit = key.removeprefix("budget_")
        if limit != key:
            found.setdefault("budget", {})[limit] = text
        elif key == "start":
            found[key] = tuple(part for part in text.split(os.pathsep) if part)
        elif key == "critic_rejects":
            found[key] = tuple(part.strip() for part in text.split(",") if part.strip())
        else:
            found[key] = text
    return found
