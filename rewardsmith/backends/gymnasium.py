"""Gymnasium: copies of one environment stepped in turn, and any Gymnasium id without a file.

Actions are cast to the space's own type and clipped to its box, as on EnvPool.  An entry of
`info` that a step does not give is 0 there.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from operator import itemgetter
from typing import Any

import numpy as np

from rewardsmith.backends import ActionSpace, VectorStep
from rewardsmith.backends.replies import read_reset, read_step, words_of
from rewardsmith.backends.spaces import InfoRows, ObservationReader, action_space_of, named_slices
from rewardsmith.declarations import is_reserved
from rewardsmith.environments import Environment, Signal, Task, fitness_expression
from rewardsmith.errors import EnvironmentUnavailable, UsageError, unknown_name
from rewardsmith.pulse import beat
from rewardsmith.signals import Array, SignalReader, Transitions

_PROBE_STEPS = 100
_MISFITS = (TypeError, ValueError, KeyError, IndexError, OverflowError)
"""What comes of reading an observation that its space does not describe."""


class GymnasiumEnvironment:
    """Copies of a Gymnasium environment in this process, one for each seed."""

    action_space: ActionSpace
    observation_space: Any
    """Gymnasium's own, before it is flattened."""

    def __init__(
        self, environment: Environment, seeds: Sequence[int], *, draws: bool = False
    ) -> None:
        self._id = environment.backends["gymnasium"]
        options = dict(environment.task.options)
        if draws:
            options["render_mode"] = "rgb_array"
        try:
            self._copies = [_make(self._id, options) for _ in seeds]
        except UsageError as error:
            raise EnvironmentUnavailable(str(error)) from error
        self._seeds: list[int | None] = [int(seed) % 2**31 for seed in seeds]
        self.num_envs = len(self._copies)
        self.action_space = action_space_of(self._copies[0].action_space, self._id)
        self._act = _caster(self._copies[0].action_space)
        self.observation_space = self._copies[0].observation_space
        self._observations = ObservationReader(self.observation_space, self._id)
        self.observation_shape = self._observations.shape
        self._done = np.zeros(self.num_envs, dtype=np.bool_)
        spec = self._copies[0].spec
        self.time_limit = spec.max_episode_steps if spec is not None else None
        probed = environment.specification.get("gymnasium")
        self._info = InfoRows(probed["info"] if probed else None)

    def reset(self, indices: Array | None = None) -> Array:
        """Observations at the start of an episode, of all environments or those of `indices`."""
        chosen = range(self.num_envs) if indices is None else [int(i) for i in indices]
        self._done[list(chosen)] = False
        return self._stacked([self._reset(i) for i in chosen])

    def step(self, actions: Array, indices: Array | None = None) -> VectorStep:
        """Step all environments, or those of `indices` only, which leaves the others untouched."""
        chosen = range(self.num_envs) if indices is None else [int(i) for i in indices]
        actions = self._act(actions)
        rows = [self._step(i, action) for i, action in zip(chosen, actions, strict=True)]
        valid = np.array([not self._done[i] for i in chosen], dtype=np.bool_)
        terminated = np.array([row[2] for row in rows], dtype=np.bool_)
        truncated = np.array([row[3] for row in rows], dtype=np.bool_)
        self._done[list(chosen)] = terminated | truncated
        return VectorStep(
            obs=self._stacked([row[0] for row in rows]),
            simulator_reward=np.array([row[1] for row in rows], dtype=np.float32),
            terminated=terminated,
            truncated=truncated,
            valid=valid,
            info=self._info.stack([row[4] for row in rows]),
        )

    def draw(self) -> Array:
        """The first environment as it looks now, (height, width, 3) of bytes.

        Only where it was made to draw; raises EnvironmentUnavailable where it cannot.
        """
        try:
            return np.asarray(self._copies[0].render())
        except Exception as error:
            text = f"{self._id} draws nothing: {words_of(error)}"
            raise EnvironmentUnavailable(text) from error

    def close(self) -> None:
        """Close every copy; one that cannot be closed does not matter any more."""
        for copy in self._copies:
            with suppress(Exception):
                copy.close()

    def _stacked(self, rows: Sequence[Any]) -> Array:
        try:
            return self._observations.stack(rows)
        except _MISFITS as error:
            raise EnvironmentUnavailable(misfit(self._id, error)) from error

    def _reset(self, index: int) -> Any:
        beat()
        seed, self._seeds[index] = self._seeds[index], None
        try:
            return read_reset(self._copies[index].reset(seed=seed))[0]
        except Exception as error:
            text = f"{self._id} does not reset: {words_of(error)}"
            raise EnvironmentUnavailable(text) from error

    def _step(self, index: int, action: Any) -> tuple[Any, ...]:
        if self._done[index]:
            return self._reset(index), 0.0, False, False, {}
        beat()
        try:
            return read_step(self._copies[index].step(action))
        except Exception as error:
            raise EnvironmentUnavailable(f"{self._id} broke: {words_of(error)}") from error


def _make(identifier: str, options: Mapping[str, Any]) -> Any:
    """One environment; UsageError for an unknown id, EnvironmentUnavailable if it fails."""
    import gymnasium

    beat()
    try:
        with warnings.catch_warnings():
            # Gymnasium warns of older versions and of bounds that float32 cannot hold.
            warnings.simplefilter("ignore")
            return gymnasium.make(identifier, disable_env_checker=True, **options)
    except gymnasium.error.UnregisteredEnv as error:
        known = gymnasium.registry
        raise UsageError(unknown_name("Gymnasium id", identifier, known)) from error
    except ModuleNotFoundError as error:
        if ":" in identifier:  # the id names the module that registers it
            raise UsageError(f"Gymnasium id {identifier!r}: {error}") from error
        raise EnvironmentUnavailable(f"{identifier} does not start: {error}") from error
    except Exception as error:
        if type(error) is gymnasium.error.Error:  # so it calls a malformed id
            raise UsageError(f"Gymnasium id {identifier!r}: {error}") from error
        raise EnvironmentUnavailable(f"{identifier} does not start: {words_of(error)}") from error


def misfit(identifier: str, error: Exception) -> str:
    """The sentence for an observation that is not what its space says."""
    return f"{identifier} gives an observation that is not of its space: {words_of(error)}"


def _caster(space: Any) -> Callable[[Array], Any]:
    """What turns a batch of the trainer's actions into the environment's own."""
    from gymnasium.spaces import Discrete

    if isinstance(space, Discrete):
        first = int(space.start)
        return lambda actions: [np.int64(action + first) for action in np.asarray(actions)]
    return lambda actions: np.clip(np.asarray(actions, dtype=space.dtype), space.low, space.high)


# ---------------------------------------------------------------- any Gymnasium id


def probe(identifier: str) -> dict[str, Any]:
    """What a Gymnasium id is, as JSON: spaces, numeric entries of `info`, time limit, dt.

    Found by a hundred random steps; raises UsageError for an unknown id.
    """
    simulator = _make(identifier, {})
    try:
        space = simulator.observation_space
        actions = action_space_of(simulator.action_space, identifier)
        reader = ObservationReader(space, identifier)
        info = _random_steps(simulator, reader, identifier)
        spec = simulator.spec
        dt = getattr(simulator.unwrapped, "dt", None)
    finally:
        with suppress(Exception):
            simulator.close()
    return {
        "id": identifier,
        "observation_space": str(space),
        "action_space": str(simulator.action_space),
        "observation_shape": list(reader.shape),
        "action_shape": list(actions.shape),
        "slices": {name: list(ends) for name, ends in named_slices(space).items()},
        "info": {name: list(shape) for name, shape in info.items()},
        "time_limit": spec.max_episode_steps if spec else None,
        "dt": float(dt) if isinstance(dt, int | float) else None,
    }


def _random_steps(
    simulator: Any, reader: ObservationReader, identifier: str
) -> dict[str, tuple[int, ...]]:
    """The numeric entries of `info` that random steps give, with their shapes."""
    rows = InfoRows(None)
    simulator.action_space.seed(0)
    observed: list[Any] = []
    try:
        observed.append(read_reset(simulator.reset(seed=0))[0])
        for _ in range(_PROBE_STEPS):
            beat()
            action = simulator.action_space.sample()
            obs, _, terminated, truncated, info = read_step(simulator.step(action))
            observed.append(obs)
            rows.stack([info])
            if terminated or truncated:
                observed.append(read_reset(simulator.reset())[0])
    except Exception as error:
        raise EnvironmentUnavailable(f"{identifier} broke: {words_of(error)}") from error
    try:
        reader.stack(observed)
    except _MISFITS as error:
        raise EnvironmentUnavailable(misfit(identifier, error)) from error
    return rows.shapes


def environment_of(specification: dict[str, Any]) -> Environment:
    """The environment for `gymnasium:ID` with the words and the fitness that were typed.

    Its signals are the entries of a dict observation and the numeric entries of `info`, but
    those whose names tell the simulator's reward or success, unless `signals` names them.
    """
    probed: dict[str, Any] = specification["gymnasium"]
    words, expression = specification.get("words"), specification.get("fitness")
    if not words:
        raise UsageError(
            f"gymnasium:{probed['id']} has no task of its own; give it one with "
            '--task "what you want, in words" --fitness "an expression of signals and info.NAME"; '
            "without a fitness, behaviours are compared"
        )
    signals = (*_slice_signals(probed), *_info_signals(probed, specification.get("signals", ())))
    task = Task(name="task", words=words)
    if expression:
        task = Task(
            name="task",
            words=words,
            fitness=fitness_expression(expression, SignalReader(signals).names()),
            reduce=specification.get("reduce", "sum"),
            human_reward=lambda s: s.simulator_reward,
        )
        _try_fitness(probed, signals, task, expression)
    return Environment(
        signals=signals,
        tasks=(task,),
        backends={"gymnasium": probed["id"]},
        description=f"{probed['id']} of Gymnasium.",
    )


def hides_reward(name: str) -> bool:
    """Whether an entry of `info` is by its name a part of the simulator's reward or success."""
    lowered = name.lower()
    return "reward" in lowered or lowered in {"success", "is_success"}


def _info_signals(probed: Mapping[str, Any], named: Sequence[str]) -> tuple[Signal, ...]:
    entries: Mapping[str, Sequence[int]] = probed["info"]
    for name in named:
        if name not in entries:
            raise UsageError(unknown_name("entry of info", name, entries))
    taken = {signal_name(name, ()) for name in probed["slices"]}
    signals: list[Signal] = []
    for name in sorted(entries):
        if name not in named and hides_reward(name):
            continue
        identifier = signal_name(name, taken)
        taken.add(identifier)
        words = f"entry {name!r} of the simulator's info"
        value = itemgetter(name)
        signals.append(
            Signal(
                identifier, "", words, lambda t, value=value: value(t.info), tuple(entries[name])
            )
        )
    return tuple(signals)


def _slice_signals(probed: Mapping[str, Any]) -> tuple[Signal, ...]:
    slices: Mapping[str, Sequence[int]] = probed["slices"]
    return tuple(
        Signal(
            signal_name(name, ()),
            "",
            f"part {name!r} of the observation",
            lambda t, first=first, end=end: t.next_obs[..., first:end],
            shape=(end - first,),
        )
        for name, (first, end) in slices.items()
    )


def signal_name(name: str, taken: Collection[str], prefix: str = "info_") -> str:
    """The entry's name as a Python name that no other signal has."""
    plain = re.sub(r"\W", "_", name, flags=re.ASCII)
    hidden = is_reserved(plain)
    while hidden or plain in taken or not plain.isidentifier():
        plain, hidden = f"{prefix}{plain}", False
    return plain


def _try_fitness(
    probed: Mapping[str, Any], signals: tuple[Signal, ...], task: Task, expression: str
) -> None:
    """Evaluate the fitness once on zeros, so that a wrong name is told before anything starts."""
    obs = np.zeros((1, 1, *probed["observation_shape"]), dtype=np.float32)
    off = np.zeros((1, 1), dtype=np.bool_)
    blank = Transitions(
        obs=obs,
        next_obs=obs,
        action=np.zeros((1, 1, *probed["action_shape"])),
        terminated=off,
        truncated=off,
        episode_step=off.astype(np.int64),
        simulator_reward=np.zeros((1, 1)),
        info={name: np.zeros((1, 1, *shape)) for name, shape in probed["info"].items()},
    )
    try:
        with np.errstate(all="ignore"):
            value = task.fitness(SignalReader(signals).view(blank))
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"--fitness {expression!r} cannot be computed: {error}") from error
    if value.shape != (1, 1):
        raise UsageError(f"--fitness {expression!r} must give one number a transition")
