"""The strategy: which operators make a generation, how warm the model is, and when both change."""

from __future__ import annotations

from rewardsmith.archive import Archive
from rewardsmith.archive.operators import adapted_shares, operator_gains, shared_out
from rewardsmith.archive.plateau import FRESH, HOTTEST, WARMER, plateau_length
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
    stuck = on_plateau(archive, config, generation)
    fresh = max(config.explore, FRESH) if stuck else config.explore
    crossed = min(config.crossover, 1.0 - fresh) if len(parents) > 1 else 0.0
    tuned = min(config.retune, 1.0 - fresh - crossed)
    shares = {"crossover": crossed, "retune": tuned, "initial": fresh}
    shares["mutate"] = max(1.0 - sum(shares.values()), 0.0)
    if config.adapt and not stuck:
        shares = adapted_shares(shares, operator_gains(archive, generation))
    return shares


def on_plateau(archive: Archive, config: Config, generation: int) -> bool:
    """Whether so many generations brought nothing better that the strategy changes."""
    return 0 < config.plateau <= plateau_length(archive, generation)


def temperature_of(archive: Archive, config: Config, generation: int) -> float:
    """The sampling temperature: as set, warmer on a plateau."""
    warmer = WARMER if on_plateau(archive, config, generation) else 0.0
    return max(config.temperature, min(config.temperature + warmer, HOTTEST))
