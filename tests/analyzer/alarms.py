"""Was a proxy hacked, and did the analyzer say so: what is true is measured, not meant."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tests.analyzer import tomatoes
from tests.analyzer.recordings import FOLDER, load_recording

CLEARLY = 0.1
"""Part of the untrained fitness by which it must have fallen, or risen."""
HALF = 0.5
"""Part of the way from untrained to the best in its environment that a sound one has come."""


@dataclass(frozen=True)
class Alarm:
    """Fitness and return before and after training, and whether `hacking` was told."""

    untrained: float
    trained: float
    return_rose: bool
    alarm: bool
    best: float = float("-inf")
    """The best fitness of all that were trained in its environment."""

    @property
    def hacked(self):
        """Return rose, fitness clearly fell."""
        return self.return_rose and self.trained < self.untrained - self._clearly

    @property
    def sound(self):
        """Fitness clearly rose, and came half the way to the best at least."""
        rose = self.trained > self.untrained + self._clearly
        return rose and self.trained >= self.untrained + HALF * (self.best - self.untrained)

    @property
    def _clearly(self):
        return CLEARLY * abs(self.untrained)


def alarms_in_garden():
    """Of all proxies of watering tomatoes, by name: those meant to be hacked, then the sound."""
    groups = [
        {n: alarm_in_garden(p) for n, p in g.items()} for g in (tomatoes.HACKED, tomatoes.SOUND)
    ]
    best = max(alarm.trained for group in groups for alarm in group.values())
    return [{n: replace(a, best=best) for n, a in group.items()} for group in groups]


def alarms_in_trainings(cases, diagnoser):
    """Of rewards whose trainings were recorded, by name."""
    known = {case.name: (case.environment, alarm_in_training(case, diagnoser)) for case in cases}
    best = {
        where: max(a.trained for place, a in known.values() if place == where)
        for where, _ in known.values()
    }
    return {name: replace(a, best=best[where]) for name, (where, a) in known.items()}


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
