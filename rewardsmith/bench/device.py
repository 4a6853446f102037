"""What the bench measures where simulator and policies lie on one device."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from typing import ParamSpec, TypeVar

import numpy as np
import torch

from rewardsmith.bench.stopwatch import Stopwatch
from rewardsmith.environments import Environment
from rewardsmith.training.device.simulation import DeviceBlock, DeviceSimulation
from rewardsmith.training.device.training import DeviceTraining

P = ParamSpec("P")
T = TypeVar("T")


@contextmanager
def device_blocks(
    environment: Environment, seeds: Sequence[int], device: str, steps: int, drawn: int
) -> Generator[Callable[[], None]]:
    """A block of simulation alone, with random actions, of which there are `drawn` in turn."""
    place, simulation = torch.device(device), DeviceSimulation(environment, seeds, device)
    shape = (drawn, len(seeds), simulation.actions.outputs)
    wanted = np.random.default_rng(0).uniform(-1.0, 1.0, shape).astype(np.float32)
    actions = torch.from_numpy(wanted).to(place)

    def block() -> None:
        simulation.run(steps, lambda step: actions[step % drawn])
        _wait(place)

    try:
        yield block
    finally:
        simulation.close()


class TimedDeviceTraining(DeviceTraining):
    """A training on a device whose phases a stopwatch takes, waiting for the device in each."""

    def attach(self, watch: Stopwatch) -> None:
        """Have every phase timed from now on; for a stack that keeps its size."""
        simulation, place = self._simulation, self._place

        def timed(phase: str, function: Callable[P, T]) -> Callable[P, T]:
            return _timed(watch, place, phase, function)

        run = simulation.run

        def timed_run(steps: int, act: Callable[[int], torch.Tensor]) -> DeviceBlock:
            return timed("simulate", run)(steps, timed("act", act))

        simulation.run = timed_run
        self._values = timed("act", self._values)
        self._logarithms = timed("act", self._logarithms)
        self._send = timed("reward", self._send)
        self._told = timed("reward", self._told)
        self._batch = timed("update", self._batch)
        self._learn = timed("update", self._learn)

    def block(self) -> None:
        """One rollout and one update, at the first block's learning rate."""
        for _ in self._block(1):
            pass


def _timed(
    watch: Stopwatch, place: torch.device, phase: str, function: Callable[P, T]
) -> Callable[P, T]:
    """The function, whose time and the device's count for `phase`, and nothing from before."""

    def to_its_end(*args: P.args, **kwargs: P.kwargs) -> T:
        result = function(*args, **kwargs)
        _wait(place)
        return result

    measured = watch.timed(phase, to_its_end)

    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        _wait(place)
        return measured(*args, **kwargs)

    return run


def _wait(place: torch.device) -> None:
    """Until the device has done what it was told, by torch and by JAX."""
    if place.type == "cuda":
        torch.cuda.synchronize(place)
