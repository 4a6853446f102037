"""The versions that a result depends on."""

from __future__ import annotations

import platform
from functools import cache
from importlib import metadata

PACKAGES = (
    "rewardsmith",
    "numpy",
    "torch",
    "envpool",
    "gymnasium",
    "mujoco",
    "jax",
    "mujoco-mjx",
    "playground",
    "stable-baselines3",
    "litellm",
    "openai",
)


@cache
def _installed() -> tuple[tuple[str, str], ...]:
    found = [("python", platform.python_version())]
    for package in PACKAGES:
        try:
            found.append((package, metadata.version(package)))
        except metadata.PackageNotFoundError:
            continue
    return tuple(found)


def installed_versions() -> dict[str, str]:
    """Package to version, Python's own first; nothing is imported for it."""
    return dict(_installed())
