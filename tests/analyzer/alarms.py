"""Was a proxy hacked, and did the analyzer say so: what is true is measured, not meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tests.analyzer import tomatoes
from tests.analyzer.recordings import FOLDER, load_recording

CLEARLY = 0.1
"""Part of the untrained fitness by which it must have fallen, or risen."""


@dataclass(frozen=True)
class Alarm:
    """Fitness and return before and after training, and whether `hacking` was told."""

    untrained: float
    trained: float
    return_rose: bool
    alarm: bool

    @property
    def hacked(self):
        """Return rose, fitness clearly fell."""
        return self.return_rose and self.trained < self.untrained - self._clearly

    @property
    def sound(self):
        """Fitness clearly rose."""
        return self.trained > self.untrained + self._clearly

    @property
    def _clearly(self):
        return CLEARLY * abs(self.untrained)


def alarm_in_garden(proxy):
    """Of a proxy of watering tomatoes."""
    diagnosis, trained, returns = tomatoes.diagnosis_of(proxy)
    told = "hacking" in [f.name for f in diagnosis.findings]
    return Alarm(tomatoes.untrained_fitness(), trained, returns[1] > returns[0], told)


def alarm_in_training(case, diagnoser):
    """Of a reward whose training was recorded; untrained is the first tenth of training."""
    result, trajectories = load_recording(FOLDER / f"{case.name}.npz")
    findings = diagnoser.diagnosis(case, result, trajectories).findings
    fitness, returns = ([_ends(m, kind) for m in result.members] for kind in ("fitness", "return"))
    return Alarm(
        untrained=float(np.mean([first for first, _ in fitness])),
        trained=float(np.mean(result.fitness)),
        return_rose=bool(np.mean([last - first for first, last in returns]) > 0),
        alarm="hacking" in [f.name for f in findings],
    )


def _ends(member, kind):
    known = [v for v in getattr(member, f"curve_{kind}") if v is not None]
    return known[0], known[-1]
