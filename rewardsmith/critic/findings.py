"""What a dry run showed, as reasons in words: pure functions of outputs, without a process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from rewardsmith.records import Reason
from rewardsmith.sandbox import RewardOutput
from rewardsmith.signals import Array

TOLERANCE = 1e-5
"""Of the total's scale: matrix products differ in the last bits (design, invariant 7)."""
ADDITIVE = 1e-6
LARGE_TOTAL = 1e4
DOMINANT = 0.95
"""Share of the components' spread."""


def columns(output: RewardOutput) -> dict[str, Array]:
    """The total and every component by the words for them."""
    named = {f"component `{name}`": value for name, value in output.components.items()}
    return {"the total": output.total, **named}


def not_finite(output: RewardOutput, inputs: Mapping[str, Array], where: str) -> Iterator[Reason]:
    """NaN or infinity, with the signals of the first row that has it; components before the total.

    `where` says which rows these are: "on recorded transitions", say.
    """
    total, *components = columns(output).items()
    for what, values in (*components, total):
        bad = ~np.isfinite(values)
        if bad.any():
            row = int(np.argmax(bad))
            message = (
                f"{what} is {values[row]} on {int(bad.sum())} of {len(bad)} rows {where}; "
                f"first where {shown(inputs, row)}: guard the division, root, power, logarithm or "
                "exponential with np.maximum(x, 1e-6) or np.clip"
            )
            yield Reason(rule="finite", message=message)
            return


def shown(inputs: Mapping[str, Array], row: int, *, most: int = 6) -> str:
    """The signals of one row, shortened."""
    parts: list[str] = []
    for name, values in list(inputs.items())[:most]:
        value = np.asarray(values[row])
        flat = [f"{number:.4g}" for number in value.ravel()[:most]]
        more = ", ..." if value.size > most else ""
        parts.append(
            f"{name} = {flat[0] if value.ndim == 0 else '[' + ', '.join(flat) + more + ']'}"
        )
    return ", ".join(parts)


@np.errstate(all="ignore")  # the difference of two infinities is none
def differs(first: RewardOutput, second: RewardOutput, *, exact: bool = False) -> str | None:
    """What differs between two outputs for the same rows; None where nothing does."""
    if set(first.components) != set(second.components):
        return "the set of components"
    scale, others = _scale(first.total), columns(second)
    for what, ours in columns(first).items():
        theirs = others[what]
        if exact:
            same = np.array_equal(ours, theirs, equal_nan=True)
        else:
            room = TOLERANCE * max(scale, _scale(ours))
            same = bool(np.all(np.abs(ours - theirs) <= room))
        if not same:
            return what
    return None


def _scale(values: Array) -> float:
    return float(np.max(np.abs(values), initial=0.0))


@np.errstate(all="ignore")  # infinite parts add up to nothing
def is_additive(output: RewardOutput) -> bool:
    """Whether the components add up to the total."""
    if not output.components:
        return False
    parts = np.sum(list(output.components.values()), axis=0)
    room = ADDITIVE * max(1.0, _scale(output.total), *map(_scale, output.components.values()))
    return bool(np.all(np.abs(parts - output.total) <= room))


def scale_findings(output: RewardOutput) -> Iterator[Reason]:
    """Warnings: a total that is very large, a component that drowns the others."""
    largest = _scale(output.total)
    if largest > LARGE_TOTAL:
        message = f"the total reaches {largest:.3g}; scale it down so that it stays under 1e4"
        yield Reason(rule="scale", message=message, warning=True)
    with np.errstate(all="ignore"):  # infinite components have no spread
        spreads = {name: float(np.std(values)) for name, values in output.components.items()}
    together = sum(spreads.values())
    for name, spread in spreads.items():
        if len(spreads) > 1 and together > 0 and spread / together > DOMINANT:
            message = (
                f"component `{name}` has {spread / together:.0%} of the components' spread: the "
                "others hardly count; weigh it less or them more"
            )
            yield Reason(rule="dominant", message=message, warning=True)


def constant_finding(output: RewardOutput, *, ends_early: bool | None) -> Reason | None:
    """A total that is the same on every row, unless episodes that end early give it a meaning.

    Nothing gives one to zeros.

    `ends_early` tells whether any recorded episode was ended by the simulator; None is unknown.
    """
    if float(np.ptp(output.total)) > 1e-9 * max(1.0, _scale(output.total)):
        return None
    if ends_early and np.any(output.total):
        return None
    if ends_early:  # it may pay where no recording got, which is hard to learn as well
        message = (
            "the total is 0 on every recorded row, so an untrained policy learns nothing from it; "
            "pay for steps on the way"
        )
        return Reason(rule="constant", message=message, warning=True)
    message = (
        f"the total is {output.total[0]:.4g} on every row and no recorded episode ends before the "
        "time limit, so nothing can be learned from it; make it depend on the signals"
    )
    return Reason(rule="constant", message=message, warning=ends_early is None)
