"""Finds prompts and environments: the user's own folder first, then what came with the package."""

from __future__ import annotations

import contextlib
import sys
import types
import warnings
from collections.abc import Generator
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_RUN: set[str] = set()
"""Files that were run in this process before."""


def bundled(kind: str) -> Path:
    """The folder `kind` (prompts, environments) of the installed package or of the checkout."""
    installed = _PACKAGE / "_bundled" / kind
    return installed if installed.is_dir() else _PACKAGE.parent / kind


def is_bundled(path: Path) -> bool:
    """Whether a file came with the package."""
    return path.resolve().parent == bundled(path.parent.name).resolve()


def folders(kind: str) -> tuple[Path, ...]:
    """Where files of `kind` are looked for, the user's folder first."""
    own, shipped = Path.cwd() / kind, bundled(kind)
    return tuple(dict.fromkeys(path.resolve() for path in (own, shipped) if path.is_dir()))


def find(kind: str, filename: str) -> Path | None:
    """The first file of that name, None where there is none."""
    return next((f / filename for f in folders(kind) if (f / filename).is_file()), None)


def names(kind: str, suffix: str) -> tuple[str, ...]:
    """The names (without the suffix) of all files of `kind`, sorted."""
    files = [p for f in folders(kind) for p in f.glob(f"*{suffix}") if p.is_file()]
    found = {path.name.removesuffix(suffix) for path in files}
    return tuple(sorted(name for name in found if not name.startswith("_")))


@contextlib.contextmanager
def as_imported(module: types.ModuleType) -> Generator[None]:
    """While a file runs: its module can be found, as dataclasses want it.

    It may be run again in one process, and then Gymnasium's warning that it registers the same
    simulator once more tells nothing.
    """
    name, path, before = module.__name__, str(module.__file__), sys.modules.get(module.__name__)
    sys.modules[name] = module
    try:
        with warnings.catch_warnings() if path in _RUN else contextlib.nullcontext():
            if path in _RUN:
                warnings.filterwarnings("ignore", message=".*Overriding environment")
            yield
    finally:
        _RUN.add(path)
        sys.modules.pop(name, None)
        if before is not None:
            sys.modules[name] = before
