"""What can go wrong around a command: each has its sentence, its exit code, and loses nothing."""

import json
import shutil
from pathlib import Path

import pytest
from searches import said


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """A working folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_finished_run_is_resumed_to_its_last_event_and_its_own_exit_code(capsys, finished):
    folder, earned = finished
    code, out, err = said(capsys, "resume", str(folder), "--json")
    assert (code, json.loads(out)["event"]) == (earned, "run_finished")
    code, out, err = said(capsys, "resume", str(folder))
    assert (code, out) == (earned, "")
    assert "is finished" in err
    assert err.splitlines()[-1] == f"rewardsmith show {folder}"


def test_a_limit_that_cannot_be_is_refused_on_resume_too(capsys, finished):
    unfinished = Path(shutil.copytree(finished[0], "r"))
    events = (unfinished / "events.jsonl").read_text().splitlines(keepends=True)
    (unfinished / "events.jsonl").write_text("".join(events[:2]))
    code, _, err = said(capsys, "resume", "r", "--budget-seconds", "-1")
    assert code == 2
    assert "budget.seconds = -1.0 is not usable: expected float > 0.0" in err


def test_an_environment_as_json_has_lists_and_null(capsys):
    code, out, _ = said(capsys, "environment", "show", "ant", "--json")
    shown = json.loads(out)
    signals = {s["name"]: s for s in shown["signals"]}
    assert code == 0
    assert signals["joint_angles"]["shape"] == [8]
    assert signals["torso_height"]["range"] == [0.2, None]
    assert signals["forward_velocity"] | {"description": ""} == {
        "name": "forward_velocity",
        "shape": [],
        "unit": "m/s",
        "range": [None, None],
        "description": "",
    }
    assert isinstance(shown["tasks"][0]["steps"], int)


def test_a_folder_is_no_environment(capsys, own_folder):
    (own_folder / "environments" / "folder.py").mkdir(parents=True)
    (own_folder / "arm").mkdir()
    for name in ("folder", "arm"):
        code, _, err = said(capsys, "evolve", name)
        assert code == 2
        assert f"unknown environment {name!r}" in err
    for name in (str(own_folder), "..", "/", "", "environments/folder.py"):
        code, _, err = said(capsys, "evolve", name)
        assert code == 2
        assert f"{name!r} is no environment's name" in err
    assert said(capsys, "environment", "list")[0] == 0


@pytest.mark.parametrize("content", [b"", b"junk", b"PK\x03\x04 torn"])
def test_damaged_test_vectors_are_named(capsys, finished, own_folder, content):
    shutil.copy(finished[0] / "best.py", own_folder / "best.py")
    (own_folder / "best.vectors.npz").write_bytes(content)
    code, _, err = said(capsys, "check", "best.py")
    assert code == 2
    assert "error: no test vectors: best.vectors.npz is damaged" in err


def test_missing_test_vectors_are_told_of_a_saved_module_only(capsys, finished, own_folder):
    shutil.copy(finished[0] / "best.py", own_folder / "best.py")
    code, _, err = said(capsys, "check", "best.py")
    assert code == 0
    assert "there is no best.vectors.npz, so none were replayed" in err
    (own_folder / "own.py").write_text(
        "def compute_reward(pole_angle):\n    return pole_angle, {}\n"
    )
    code, _, err = said(capsys, "check", "own.py", "-e", "cartpole")
    assert code == 0
    assert "vectors" not in err


def test_a_setting_that_sb3_does_not_know_is_refused_before_anything_is_proposed(
    capsys, own_folder
):
    words = ["evolve", "cartpole", "--trainer", "sb3", "--set", "n_stepz=3", "--run", "r"]
    code, _, err = said(capsys, *words)
    assert code == 2
    assert "did you mean n_steps" in err
    assert not (own_folder / "r").exists()


def test_a_run_that_does_not_start_leaves_no_folder(capsys, own_folder):
    (own_folder / "environments").mkdir()
    (own_folder / "environments" / "arm.py").write_text(
        "from rewardsmith.environments import Environment, Task\n"
        "environment = Environment(backends={'gymnasium': 'NoSuchArm-v0'}, signals=(),\n"
        "    tasks=(Task('hold', 'Hold it.', fitness=lambda s: s.obs[..., 0]),))\n"
    )
    code, _, err = said(capsys, "evolve", "arm")
    assert code == 6
    assert "NoSuchArm" in err
    assert not (own_folder / "runs").exists()
