"""The task's own rewards (fitness, sparse, human) on blocks: their faults are the environment's."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields
from itertools import pairwise

import numpy as np

from rewardsmith.environments import Environment
from rewardsmith.errors import EnvironmentUnavailable, RewardsmithError, UsageError
from rewardsmith.signals import Array, SignalView, Transitions

TOLERANCE = 1e-5
"""Of the values' scale (design, invariant 7)."""
_CUTS = (0, 1, 3, 50)
"""Rows before which a recorded block is cut: alone, a few, many."""


def own_reward(environment: Environment, kind: str, view: SignalView, valid: Array) -> Array:
    """The task's own reward of that kind on a block, float64 (steps, environments).

    Raises EnvironmentUnavailable that names environment, task and kind where it raises, has
    another shape, or is not finite on a meaningful row; UsageError for an unknown signal.
    """
    where = f"environment {environment.name!r}, task {environment.task.name!r}: its {kind} reward"
    try:
        with np.errstate(all="ignore"):  # what is not finite is told below
            values = np.array(environment.task.baseline(kind)(view), dtype=np.float64)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error
    except RewardsmithError:
        raise
    except Exception as error:
        raise EnvironmentUnavailable(f"{where} raises {type(error).__name__}: {error}") from error
    if values.shape != valid.shape:
        raise EnvironmentUnavailable(
            f"{where} has shape {values.shape} on a block of {valid.shape}; give one number for "
            "each transition"
        )
    if not np.isfinite(values[valid]).all():
        bad = values[valid][~np.isfinite(values[valid])]
        raise EnvironmentUnavailable(
            f"{where} is not finite ({bad[0]:g}) on {len(bad)} of {int(valid.sum())} transitions; "
            "mend it or the simulator"
        )
    return values


def require_one_number_a_row(
    environment: Environment, transitions: Transitions, valid: Array
) -> None:
    """Raises where a signal or a reward of the task depends on which rows are looked at together.

    What is recorded is looked at again in pieces: one environment alone and the others in the
    reverse order, each cut in time.  EnvironmentUnavailable, or UsageError for a typed fitness.
    """
    rows = slice(0, len(valid))
    (whole,) = _values(environment, (transitions, valid), slice(None), [rows])
    ends = [*(cut for cut in _CUTS if cut < len(valid)), len(valid)]
    spans = [slice(low, high) for low, high in pairwise(ends)]
    for columns in (slice(0, 1), slice(None, 0, -1)):
        pieces = _values(environment, (transitions, valid), columns, spans)
        for span, piece in zip(spans, pieces, strict=True):
            mask = valid[span, columns]
            for name, values in piece.items():
                expected = whole[name][span, columns]
                if not _same(values[mask], expected[mask], whole[name][valid]):
                    raise _mixing(environment, name)


def _same(values: Array, expected: Array, of_all: Array) -> bool:
    scale = float(np.max(np.abs(of_all), initial=0.0))
    away = np.max(np.abs(values.astype(np.float64) - expected), initial=0.0)
    return bool(away <= TOLERANCE * scale)


def _values(
    environment: Environment,
    block: tuple[Transitions, Array],
    columns: slice,
    spans: list[slice],
) -> Iterator[dict[str, Array]]:
    """Every signal and own reward on those rows of those environments, span after span."""
    transitions, valid = block
    reader = environment.reader()
    human = ("human",) if environment.task.human_reward is not None else ()
    for span in spans:
        view = reader.view(_part(transitions, lambda a, s=span: a[s, columns]))
        values = {f"signal {name!r}": view.get(name) for name in reader.signals}
        for kind in ("fitness", "sparse", *human):
            name = f"{kind} reward"
            try:
                values[name] = own_reward(environment, kind, view, valid[span, columns])
            except EnvironmentUnavailable as error:
                if len(spans) == 1:
                    raise
                raise _mixing(environment, name) from error  # it was sound on the whole
        reader.advance(view)
        yield values


def _part(transitions: Transitions, cut: Callable[[Array], Array]) -> Transitions:
    parts: dict[str, Array | Mapping[str, Array]] = {}
    for field in fields(transitions):
        value = getattr(transitions, field.name)
        parts[field.name] = (
            {name: cut(entry) for name, entry in value.items()}
            if field.name == "info"
            else cut(value)
        )
    return Transitions(**parts)  # pyright: ignore[reportArgumentType]  one value a field


def _mixing(environment: Environment, name: str) -> RewardsmithError:
    typed = environment.specification.get("fitness")
    if typed is not None and name in {"fitness reward", "sparse reward"}:
        return UsageError(
            f"--fitness {typed!r} is not one number a transition: its value changes with the rows "
            "beside it; reduce over the last axis alone, as in np.max(next_obs, axis=-1)"
        )
    return EnvironmentUnavailable(
        f"environment {environment.name!r}, task {environment.task.name!r}: its {name} is not "
        "one number a transition: its value changes with the rows beside it, or from call to "
        "call; index and reduce the last axis alone ([..., i], axis=-1)"
    )
