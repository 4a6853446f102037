"""Frames: a few pictures of a recorded episode, which is played again to be drawn.

Runs in a worker, for it makes a simulator.  An episode is played from its simulator's seed by the
actions that were recorded, so no policy is needed, and what is drawn is what the numbers say: the
signals are compared with the recorded ones, and where they differ there are no frames.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from rewardsmith.backends.drawing import DrawingEnvironment, make_drawing_backend
from rewardsmith.environments import Environment, environment_from_specification
from rewardsmith.errors import EnvironmentUnavailable, StoreError
from rewardsmith.records import Record
from rewardsmith.signals import Array
from rewardsmith.store import read_arrays, write_atomically
from rewardsmith.training.simulation import SIMULATOR_SEED, Simulation

FRAMES = 4
"""Of an episode: its beginning, its end, and evenly between them."""
SIDE = 256
"""Pixels of a frame's longer side at most."""
FOLDER = "frames"
NEAR = 1e-3
"""How far a signal may lie from the recorded one, of its own size on the episode."""
_COLOURS = 3


class Frame(Record, frozen=True):
    """One picture of an episode, a PNG in the run's folder."""

    step: int
    """Steps of the episode before it."""
    length: int
    """Steps of the whole episode."""
    path: str
    """Below the run's folder."""
    digest: str
    """SHA-256 of the file, hexadecimal."""


def try_to_draw(*, specification: dict[str, Any]) -> None:
    """Raises EnvironmentUnavailable or BackendUnavailable where nothing can be drawn here."""
    environment = environment_from_specification(specification)
    backend = make_drawing_backend(environment, [0])
    try:
        backend.reset()
        png_of(_drawn(backend, environment))
    finally:
        backend.close()


def draw_episodes(
    *, specification: dict[str, Any], folder: str, paths: list[str]
) -> dict[str, list[dict[str, Any]]]:
    """By path of a member's trajectories, the frames of one of its episodes (`Frame`).

    None of a file that is lost, or of episodes that cannot be played again; what was drawn before
    is not drawn again.
    """
    environment, place = environment_from_specification(specification), Path(folder)
    return {path: msgspec.to_builtins(_frames(environment, place, path)) for path in paths}


def png_of(picture: Array) -> bytes:
    """A picture, (height, width, 3) of bytes, as a PNG of at most 256 pixels a side."""
    from PIL import Image

    image = Image.fromarray(np.ascontiguousarray(picture, dtype=np.uint8))
    part = SIDE / max(image.size)
    if part < 1:
        width, height = (max(1, round(side * part)) for side in image.size)
        image = image.resize((width, height), Image.Resampling.BOX)
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def _frames(environment: Environment, folder: Path, path: str) -> list[Frame]:
    stem = Path(path).stem
    index = folder / FOLDER / f"{stem}.json"
    with suppress(OSError, msgspec.DecodeError, msgspec.ValidationError):
        known = msgspec.json.decode(index.read_bytes(), type=list[Frame])
        if all((folder / frame.path).is_file() for frame in known):
            return known
    pictures = _pictures(environment, folder / path)
    length = max(pictures, default=0)
    frames: list[Frame] = []
    for step, picture in pictures.items():
        data, name = png_of(picture), f"{FOLDER}/{stem}-at-{step}.png"
        write_atomically(folder / name, data)
        digest = hashlib.sha256(data).hexdigest()
        frames.append(Frame(step=step, length=length, path=name, digest=digest))
    write_atomically(index, msgspec.json.encode(frames))
    return frames


def _pictures(environment: Environment, path: Path) -> dict[int, Array]:
    """Pictures by step of the chosen episode; none where there is none that repeats itself."""
    try:
        episode = chosen_episode(read_arrays(path))
    except StoreError:
        return {}
    return {} if episode is None else play(environment, episode)


def chosen_episode(arrays: Mapping[str, Array]) -> dict[str, Array] | None:
    """The recorded episode of median length, of those that can be played again; None of none."""
    if SIMULATOR_SEED not in arrays:
        return None
    numbers = np.asarray(arrays["episode"])
    rows = [np.flatnonzero(numbers == number) for number in np.unique(numbers)]
    able = [own for own in rows if arrays[SIMULATOR_SEED][own[0]] >= 0]
    if not able:
        return None
    able.sort(key=len)  # stable, so that equal lengths stay in the order of their numbers
    chosen = able[len(able) // 2]
    return {name: values[chosen] for name, values in arrays.items()}


def play(environment: Environment, episode: Mapping[str, Array]) -> dict[int, Array]:
    """Pictures of a recorded episode by the steps before them; none where it went otherwise."""
    actions, seed = episode["action"], int(episode[SIMULATOR_SEED][0])
    length = len(actions)
    wanted = {round(part) for part in np.linspace(0, length, FRAMES)}
    backend = make_drawing_backend(environment, [seed])
    pictures: dict[int, Array] = {}
    try:
        simulation = Simulation(environment, [seed], backend)

        def act(step: int) -> Array:
            if step in wanted:
                pictures[step] = _drawn(backend, environment)
            return actions[step][None]

        block = simulation.run(length, act)
        pictures[length] = _drawn(backend, environment)
        view = environment.reader().view(block.transitions())
        again = {s.name: view.get(s.name)[:, 0] for s in environment.signals}
        again["terminated"] = block.terminated[:, 0]
    finally:
        backend.close()
    alike = all(_alike(values, episode[name]) for name, values in again.items() if name in episode)
    return pictures if alike and not block.ended[:-1].any() else {}


def _alike(values: Array, recorded: Array) -> bool:
    size = float(np.max(np.abs(recorded), initial=0.0))
    return bool(np.allclose(values, recorded, rtol=NEAR, atol=NEAR * size, equal_nan=True))


def _drawn(backend: DrawingEnvironment, environment: Environment) -> Array:
    """A copy of what is drawn now."""
    picture = np.array(backend.draw())
    if picture.ndim != _COLOURS or picture.shape[2] != _COLOURS or picture.dtype != np.uint8:
        raise EnvironmentUnavailable(
            f"{environment.name} draws {picture.dtype} of shape {picture.shape}, which is no "
            "picture of (height, width, 3) bytes"
        )
    return picture
