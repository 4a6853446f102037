"""Frames for those who compare: whether there are any, and those of given policies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from rewardsmith.environments import Environment
from rewardsmith.errors import EnvironmentUnavailable, StoreError, TrainerFailed
from rewardsmith.llm import takes_pictures
from rewardsmith.preference import Frame, strip_of
from rewardsmith.records import FramesDecided
from rewardsmith.search.goals import ALWAYS, MODEL, PERSON, frames_for
from rewardsmith.store import write_atomically

if TYPE_CHECKING:
    from rewardsmith.search.sitting import Sitting

Side = tuple[str, int]
"""A policy: reward id and seed."""
FOLDER = "frames"
_WORKER = "rewardsmith.training.frames"


def decide_on_frames(sitting: Sitting) -> FramesDecided | None:
    """Who is shown frames in this run; None where nobody looks, or it was decided before.

    Raises EnvironmentUnavailable where frames are wanted always and cannot be drawn.
    """
    config, environment = sitting.config, sitting.environment
    whom = frames_for(environment, config)
    if sitting.archive.frames is not None or not whom:
        return None
    forced, blind = config.frames == ALWAYS, ""
    if MODEL in whom and not forced and (takes := takes_pictures(config.model)) is not True:
        how = "is not known to take pictures; --frames always shows it frames all the same"
        blind = f"{config.model} {how if takes is None else 'takes no pictures'}"
        whom = tuple(source for source in whom if source != MODEL)
    if not whom:
        return FramesDecided(shown=False, why=blind)
    try:
        _call(sitting, "try_to_draw")
    except (EnvironmentUnavailable, TrainerFailed) as error:
        if forced:
            text = f"--frames always: {error}; leave it out to compare by numbers alone"
            raise EnvironmentUnavailable(text) from error
        return FramesDecided(shown=False, why=str(error))
    return FramesDecided(shown=True, why=blind, whom=whom)


def draw_strip(sitting: Sitting, key: str, recordings: Mapping[Side, str | None]) -> str:
    """Path of a picture of both sides of a comparison, for a person; "" where there is none."""
    drawn = draw_frames(sitting, recordings, PERSON)
    first, second = (drawn[side] for side in recordings)
    if not first or not second:
        return ""
    path = sitting.log.folder / FOLDER / f"{key}.png"
    write_atomically(path, strip_of(first, second))
    return str(path)


def draw_frames(
    sitting: Sitting, recordings: Mapping[Side, str | None], whom: str
) -> dict[Side, tuple[Frame, ...]]:
    """The frames of each policy, by where its episodes are; none where they cannot be had."""
    decided = sitting.archive.frames
    paths = sorted({path for path in recordings.values() if path is not None})
    if decided is None or not decided.shown or whom not in decided.whom or not paths:
        return dict.fromkeys(recordings, ())
    folder = sitting.log.folder.resolve()
    try:
        drawn = _call(sitting, "draw_episodes", folder=str(folder), paths=paths)
    except (EnvironmentUnavailable, TrainerFailed):
        if sitting.config.frames == ALWAYS:
            raise
        return dict.fromkeys(recordings, ())
    return {
        side: tuple(_frame(sitting, found) for found in drawn.get(path, ()))
        for side, path in recordings.items()
    }


def _frame(sitting: Sitting, found: Mapping[str, Any]) -> Frame:
    path = sitting.log.folder / found["path"]
    try:
        data = path.read_bytes()
    except OSError as error:
        raise StoreError(f"cannot read {path}: {error.strerror}") from error
    return Frame(found["step"], found["length"], found["path"], data)


def _call(sitting: Sitting, function: str, **arguments: Any) -> Any:
    environment: Environment = sitting.environment
    return sitting.shop.trainer.call(
        f"{_WORKER}:{function}",
        environment.name,
        specification=environment.specification,
        **arguments,
    )
