"""Which GPU a worker takes."""

import pytest

from rewardsmith.gpus import VISIBLE, take_gpu, visible_gpus


@pytest.mark.parametrize(
    ("present", "told", "seen"),
    [
        (0, None, ()),
        (0, "0", ()),
        (2, None, ("0", "1")),
        (4, "2, 3", ("2", "3")),
        (2, "", ()),
    ],
)
def test_the_gpus_are_those_of_the_machine_that_were_made_visible(tmp_path, present, told, seen):
    for number in range(present):
        (tmp_path / f"nvidia{number}").touch()
    (tmp_path / "nvidiactl").touch()
    assert visible_gpus({} if told is None else {VISIBLE: told}, tmp_path) == seen


def test_workers_take_turns_at_the_gpus(tmp_path):
    for number in range(3):
        (tmp_path / f"nvidia{number}").touch()
    taken = []
    for worker in range(4):
        settings = {VISIBLE: "0,2"}
        take_gpu(worker, settings, tmp_path)
        taken.append(settings[VISIBLE])
    assert taken == ["0", "2", "0", "2"]
    alone = {VISIBLE: "1"}
    take_gpu(5, alone, tmp_path)
    assert alone == {VISIBLE: "1"}
