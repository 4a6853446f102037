import io

import numpy as np
from PIL import Image

from rewardsmith.preference import Frame, strip_of
from rewardsmith.preference.strip import GAP, LINE

SIDE = 120


def frame(colour, step=0):
    file = io.BytesIO()
    Image.fromarray(np.full((SIDE, SIDE, 3), colour, np.uint8)).save(file, "PNG")
    return Frame(step, 200, f"frames/a-at-{step}.png", file.getvalue())


def test_behaviour_1_stands_above_behaviour_2_along_the_episode():
    strip = Image.open(io.BytesIO(strip_of([frame(10), frame(60, 9)], [frame(110)])))
    row = SIDE + 2 * LINE + GAP
    assert strip.size == (GAP + 2 * (SIDE + GAP), 2 * row)
    left, right, middle = GAP + SIDE // 2, GAP + SIDE + GAP + SIDE // 2, LINE + SIDE // 2
    assert strip.getpixel((left, middle)) == (10, 10, 10)
    assert strip.getpixel((right, middle)) == (60, 60, 60)
    assert strip.getpixel((left, row + middle)) == (110, 110, 110)
    assert strip.getpixel((right, row + middle)) == (255, 255, 255)
    captions = np.asarray(strip.convert("L"))[LINE + SIDE : row]
    assert (captions[:, :right] < 128).any()
    assert (captions[:, right - SIDE // 2 :] < 128).any()
