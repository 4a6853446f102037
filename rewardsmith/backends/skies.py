"""The control suite without its sky, for simulators of EnvPool that draw nothing.

Every model of DeepMind's control suite has a sky of 800 x 4800 pixels, which only drawing needs:
11.5 MB in each simulator, and most of the time that making one takes.  EnvPool's models are copied
into the cache with a sky of 8 x 48 pixels, and EnvPool's option `base_path` is pointed there; the
physics is the same to the last bit.  A copy's folder is named after what it must hold, so another
EnvPool has another one, and what lies there is compared and mended before each use.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import platformdirs

SUITE = "envpool.mujoco.dmc"
"""Where EnvPool registers the suite's tasks."""
_MODELS = "mujoco/assets_dmc"
_SKY = f"{_MODELS}/common/skybox.xml"
_SIZE, _SMALL = b'width="800" height="800"', b'width="8" height="8"'
_KNOWN = (b"<texture", b'type="skybox" builtin="gradient"', _SIZE)
"""What stands once in the sky's file, where it is the sky that we know."""
_SURPRISES = (
    OSError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    ImportError,
    RuntimeError,
)
"""What another EnvPool, another folder of models, or a cache that is none can lead to."""


@dataclass(frozen=True)
class Models:
    """What a copy of the suite's models holds; paths are relative to its base."""

    files: Mapping[str, bytes]
    links: Mapping[str, str]
    """Folders without models, of meshes say, and where the originals lie."""


def base_path_without_sky(identifier: str, options: Mapping[str, Any]) -> str | None:
    """EnvPool's `base_path` for a task of the suite with a small sky.

    None for other tasks, where `options` ask for pictures or say where the models lie, and where
    no copy can be had, whatever the reason: a copy saves memory and time, and nobody needs it.
    """
    if any(name.startswith(("base_path", "render", "from_pixels")) for name in options):
        return None
    try:
        from envpool.registration import registry

        place, _, settings = registry.specs[identifier]
        return str(copied(models(settings["base_path"]))) if place == SUITE else None
    except _SURPRISES:  # EnvPool's own models do as well
        return None


@cache
def models(base: str) -> Models:
    """What a copy of the models below `base` holds; ValueError for a sky that is not known."""
    root = Path(base)
    found = sorted((root / _MODELS).rglob("*.xml"))
    files = {path.relative_to(root).as_posix(): path.read_bytes() for path in found}
    sky = files.get(_SKY, b"")
    if any(sky.count(part) != 1 for part in _KNOWN):
        raise ValueError(f"{root / _SKY} is not the sky that was expected")
    files[_SKY] = sky.replace(_SIZE, _SMALL)
    bare = [path for path in sorted((root / _MODELS).iterdir()) if path.is_dir()]
    bare = [path for path in bare if not any(path in file.parents for file in found)]
    return Models(files, {path.relative_to(root).as_posix(): str(path) for path in bare})


def copied(wanted: Models) -> Path:
    """The folder in the cache that holds these models; OSError where it cannot be made.

    Each file is replaced as a whole, by the same bytes whoever does it, so processes may do this
    at once, and while simulators are made from it.
    """
    said = repr((sorted(wanted.files.items()), sorted(wanted.links.items())))
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    folder = platformdirs.user_cache_path("rewardsmith", appauthor=False) / "control-suite" / digest
    for name, content in wanted.files.items():
        _place(folder / name, content)
    for name, original in wanted.links.items():
        _link(folder / name, original)
    return folder


def _place(path: Path, content: bytes) -> None:
    """Have the file hold this, and write only where it does not."""
    with suppress(FileNotFoundError):
        if path.read_bytes() == content:
            return
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=path.name, suffix=".part")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _link(path: Path, original: str) -> None:
    """Have the link lead there; OSError where something else lies in its place."""
    if not path.is_symlink():
        with suppress(FileExistsError):  # another process was faster
            path.symlink_to(original)
    if str(path.readlink()) != original:
        raise FileExistsError(path)
