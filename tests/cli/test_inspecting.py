"""rewardsmith environment check: a person's own file, tried."""

import json
from pathlib import Path

import pytest
from searches import said

from rewardsmith.environments import environment_path

CARTPOLE = Path(environment_path("cartpole")).read_text()


def test_a_sound_file_is_told_line_by_line_with_what_to_do_next(tmp_path, capsys):
    path = tmp_path / "pole.py"
    path.write_text(CARTPOLE)
    code, out, err = said(capsys, "environment", "check", path)
    assert code == 0, err
    assert "ok      determinism: " in out
    assert "ok      fitness of balance: " in out
    assert f"copy {path} to environments/pole.py; rewardsmith environment show pole" in err


def test_a_file_that_does_not_hold_ends_with_exit_code_2_and_names_what(tmp_path, capsys):
    path = tmp_path / "pole.py"
    path.write_text(CARTPOLE.replace("next_obs[..., 2]", "next_obs[..., 9]"))
    code, out, _ = said(capsys, "environment", "check", path, "--json")
    told = json.loads(out)
    assert (code, told["environment"], told["passed"]) == (2, "pole", False)
    (wrong,) = [check for check in told["checks"] if not check["passed"]]
    assert wrong["name"] == "signals"
    assert "signal 'pole_angle' cannot be computed" in wrong["sentence"]


def test_a_file_that_ends_its_process_ends_only_that(tmp_path, capsys):
    path = tmp_path / "pole.py"
    path.write_text("import os\nos._exit(3)\n")
    code, out, _ = said(capsys, "environment", "check", path)
    assert (code, out.startswith("wrong   simulator: ")) == (2, True)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("cartpol", "did you mean cartpole"),
        ("gone.py", "gone.py cannot be read"),
        ("gymnasium:CartPole-v1", "has no file that could be checked"),
    ],
)
def test_what_is_no_file_is_said_in_one_sentence(given, sentence, capsys):
    code, _, err = said(capsys, "environment", "check", given)
    assert (code, sentence in err, err.count("\n")) == (2, True, 1)
