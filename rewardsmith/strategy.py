"""The strategy: which operators make a generation, how warm the model is, and when both change."""

from __future__ import annotations

from rewardsmith.archive import Archive
from rewardsmith.archive.operators import adapted_shares, operator_gains, shared_out
from rewardsmith.archive.plateau import (
    FEW,
    FRESH,
    HOTTEST,
    LATER,
    SOON,
    WARMER,
    plateau_length,
)
from rewardsmith.config import Config


def operators_for(archive: Archive, config: Config, generation: int) -> tuple[str, ...]:
    """The operators of a generation, place by place, in the shares that it began with."""
    shares = archive.shares.get(generation) or shares_for(archive, config, generation)
    return shared_out(shares, config.candidates)


def shares_for(archive: Archive, config: Config, generation: int) -> dict[str, float]:
    """The settings' shares, by what each operator has paid, and more fresh ones on a plateau."""
    candidates = archive.candidates
    parents = [name for name in archive.ranking() if candidates[name].generation < generation]
    if not parents:
        return {"initial": 1.0}
    stuck = plateau_of(archive, config, generation) > 0
    fresh = max(config.explore, FRESH) if stuck else config.explore
    crossed = min(config.crossover, 1.0 - fresh) if len(parents) > 1 else 0.0
    tuned = min(config.retune, 1.0 - fresh - crossed)
    shares = {"crossover": crossed, "retune": tuned, "initial": fresh}
    shares["mutate"] = max(1.0 - sum(shares.values()), 0.0)
    if config.adapt and not stuck:
        shares = adapted_shares(shares, operator_gains(archive, generation))
    return shares


def patience_of(config: Config) -> int:
    """Generations without anything better after which the strategy changes; 0 is never.

    As set, else by how long the search is, and before it would stop.
    """
    if config.plateau is not None:
        return config.plateau
    usual = SOON if config.generations <= FEW else LATER
    return max(1, min(usual, config.plateau_stop - 1)) if config.plateau_stop else usual


def plateau_of(archive: Archive, config: Config, generation: int) -> int:
    """How many generations brought nothing better, where the strategy changes for it; else 0."""
    length = plateau_length(archive, generation)
    return length if 0 < patience_of(config) <= length else 0


def temperature_of(archive: Archive, config: Config, generation: int) -> float:
    """The sampling temperature: as set, warmer on a plateau."""
    warmer = WARMER if plateau_of(archive, config, generation) else 0.0
    return max(config.temperature, min(config.temperature + warmer, HOTTEST))
