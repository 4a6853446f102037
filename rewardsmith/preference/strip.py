"""A strip: the frames of two behaviours in one picture, for a person who compares them."""

from __future__ import annotations

import io
from collections.abc import Sequence

from rewardsmith.preference.judging import Frame

GAP = 8
"""Pixels between pictures."""
LINE = 20
"""Pixels of a line of text."""
LETTERS = 13
_PAPER, _INK = "white", "black"


def strip_of(first: Sequence[Frame], second: Sequence[Frame]) -> bytes:
    """A PNG: behaviour 1 above behaviour 2, from left to right along the episode."""
    from PIL import Image, ImageDraw, ImageFont

    rows = [[Image.open(io.BytesIO(frame.data)) for frame in side] for side in (first, second)]
    width = max(picture.width for row in rows for picture in row) + GAP
    height = max(picture.height for row in rows for picture in row) + 2 * LINE + GAP
    paper = Image.new("RGB", (GAP + width * max(map(len, rows)), 2 * height), _PAPER)
    pen, font = ImageDraw.Draw(paper), ImageFont.load_default(LETTERS)
    for number, (frames, pictures) in enumerate(zip((first, second), rows, strict=True)):
        top = number * height
        pen.text((GAP, top + GAP // 2), f"behaviour {number + 1}", _INK, font)
        for place, (frame, picture) in enumerate(zip(frames, pictures, strict=True)):
            left, below = GAP + place * width, top + LINE
            paper.paste(picture, (left, below))
            caption = f"after {frame.step} of {frame.length} steps"
            pen.text((left, below + picture.height + GAP // 4), caption, _INK, font)
    file = io.BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()
