"""The options of a command, made from the settings: one sentence of help, written once."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import typer

from rewardsmith.config import Budget, Config, descriptions
from rewardsmith.errors import UsageError

_LIMITS = {"seconds": "budget_seconds", "tokens": "budget_tokens", "price": "budget_price"}
_SETTINGS = {
    "settings": ("--set", "a hyper-parameter of the trainer, over the task's own"),
    "executor_settings": (
        "--executor-set",
        "a setting of the executor: ray's address, cpus, gpus; slurm's: submitit's parameters",
    ),
}
_EXAMPLES = {"--set": "learning_rate=1e-3", "--executor-set": "gpus=0.25"}
_FLAGS = {"replay_from": ("--replay",), "candidates": ("--candidates",)}


def _optional(plain: Any) -> Any:
    """The type with None allowed: a flag that was not typed is None."""
    return plain if type(None) in typing.get_args(plain) else plain | None


def _parameter(name: str, plain: Any, help_text: str, default: str) -> inspect.Parameter:
    if plain == tuple[str, ...]:
        plain = list[str]
    shown = f"{help_text} (default: {default})" if default else help_text
    option = typer.Option(
        *_FLAGS.get(name, (f"--{name.replace('_', '-')}",)), help=shown, show_default=False
    )
    annotation = typing.Annotated[_optional(plain), option]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def _config_parameters(names: tuple[str, ...]) -> list[inspect.Parameter]:
    hints = typing.get_type_hints(Config)
    limits = typing.get_type_hints(Budget)
    sentences, limit_sentences = descriptions(Config), descriptions(Budget)
    base = Config()
    parameters: list[inspect.Parameter] = []
    for name in names:
        if name == "budget":
            parameters += [
                _parameter(_LIMITS[k], hint, f"limit: {limit_sentences[k]}", "none")
                for k, hint in limits.items()
            ]
        elif name in _SETTINGS:
            parameters.append(_settings_parameter(name))
        else:
            value = getattr(base, name)
            shown = "" if value in (None, "", (), False) else str(value)
            parameters.append(_parameter(name, hints[name], sentences[name], shown))
    return parameters


def _settings_parameter(name: str) -> inspect.Parameter:
    flag, sentence = _SETTINGS[name]
    option = typer.Option(
        flag, help=f"{sentence}; may be repeated", metavar="KEY=VALUE", show_default=False
    )
    annotation = typing.Annotated[list[str] | None, option]
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=None, annotation=annotation
    )


def with_settings(*names: str) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the named settings as options; it receives them as the mapping `flags`."""
    chosen = names or Config.__struct_fields__

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = inspect.signature(command, eval_str=True)
        kept = [p for p in own.parameters.values() if p.name != "flags"]
        extra = _config_parameters(chosen)
        names_of_extra = {p.name for p in extra}

        def run(**arguments: Any) -> None:
            flags = {k: arguments.pop(k) for k in [*arguments] if k in names_of_extra}
            command(**arguments, flags=collect(flags))

        run.__name__, run.__doc__ = command.__name__, command.__doc__
        run.__signature__ = inspect.Signature([*kept, *extra])  # pyright: ignore[reportFunctionMemberAccess]
        run.__annotations__ = {p.name: p.annotation for p in [*kept, *extra]}
        return run

    return decorate


def collect(typed: dict[str, Any]) -> dict[str, Any]:
    """The settings that were typed, as `load_config` takes them."""
    flags = {k: v for k, v in typed.items() if v is not None and k not in _LIMITS.values()}
    budget = {k: typed[n] for k, n in _LIMITS.items() if typed.get(n) is not None}
    if budget:
        flags["budget"] = budget
    for name, (flag, _) in _SETTINGS.items():
        if name in flags:
            flags[name] = dict(_key_value(text, flag) for text in flags[name])
    if "start" in flags:
        flags["start"] = tuple(flags["start"])
    return flags


def typed_flags(flags: Mapping[str, Any], names: Sequence[str]) -> list[str]:
    """The options that were typed of the settings of these names: `--steps`, `--set`."""
    return [
        _SETTINGS[name][0] if name in _SETTINGS else f"--{name.replace('_', '-')}"
        for name in names
        if name in flags
    ]


def _key_value(text: str, flag: str) -> tuple[str, Any]:
    key, equals, value = text.partition("=")
    if not equals:
        raise UsageError(f"{flag} {text!r}: expected KEY=VALUE, as in {flag} {_EXAMPLES[flag]}")
    try:
        return key.strip(), msgspec.json.decode(value)
    except msgspec.DecodeError:
        return key.strip(), value
