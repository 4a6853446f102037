"""A run's folder and the output: read-only, gone, damaged, full; each is told and loses nothing."""

import ctypes
import json
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import searches
from searches import said

from rewardsmith import open_run

SMALL = searches.flags(generations=1, candidates=1, finalists=1, report_seeds=1)
LONG = searches.flags(generations=1, candidates=1, steps=5_000_000)
_DROP_FROM_BOUNDING_SET, _OVERRIDE_PERMISSIONS = 24, 1

HANGING = """
from pathlib import Path
import signal
import gymnasium
import numpy as np
from rewardsmith.environments import Environment, Signal, Task

class Arm(gymnasium.Env):
    observation_space = gymnasium.spaces.Box(-9, 9, (2,))
    action_space = gymnasium.spaces.Discrete(2)

    def reset(self, *, seed=None, options=None):
        super().reset(seed=seed)
        self.at = self.np_random.uniform(-1, 1)
        return self.obs(), {}

    def step(self, action):
        if Path("hang").exists():
            signal.pause()
        self.at += 0.1 * (2 * int(action) - 1)
        return self.obs(), 0.0, False, False, {}

    def obs(self):
        return np.array([self.at, 1.0], np.float32)

gymnasium.register("Arm-v0", entry_point=Arm, max_episode_steps=20)
environment = Environment(
    backends={"gymnasium": "Arm-v0"},
    signals=(Signal("place", "m", "where it is", lambda t: t.next_obs[..., 0]),),
    tasks=(Task("hold", "Hold it at 0.", fitness=lambda s: -np.abs(s.place)),),
)
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """A working folder of the test's own."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


def bound_by_permissions():
    """Even root is, from the next exec on."""
    ctypes.CDLL(None).prctl(_DROP_FROM_BOUNDING_SET, _OVERRIDE_PERMISSIONS, 0, 0, 0)


def test_a_folder_that_is_read_only_is_one_sentence(own_folder):
    (own_folder / "r").mkdir(mode=0o555)
    words = [sys.executable, "-m", "rewardsmith", "evolve", "cartpole", "--run"]
    for place in ("r", "r/deeper"):
        ended = subprocess.run(
            [*words, place],
            preexec_fn=bound_by_permissions,
            capture_output=True,
            text=True,
            check=False,
        )
        assert ended.returncode == 1
        assert ended.stderr.splitlines()[-1] == f"error: cannot write to {place}: Permission denied"
    assert not list((own_folder / "r").iterdir())


@pytest.mark.parametrize("words", [["resume"], ["show"], ["feedback"], ["show", "--json"]])
def test_a_run_that_is_not_there_is_one_sentence(capsys, own_folder, words):
    code, _, err = said(capsys, words[0], "nowhere", *words[1:])
    assert code == 1
    assert err == "error: nowhere holds no run: there is no events.jsonl in it\n"
    assert not list(own_folder.iterdir())


def test_a_run_whose_folder_is_deleted_or_moved_meanwhile_stops_with_a_sentence(own_folder):
    for change in (shutil.rmtree, lambda path: path.rename("elsewhere")):
        with searches.start_command(
            "evolve", "cartpole", "--run", "r", *SMALL, cwd=own_folder
        ) as p:
            searches.wait_for(own_folder / "r", "training_started")
            change(own_folder / "r")
            _, err = p.communicate()
        assert p.returncode == 1
        assert "r/events.jsonl was moved or deleted while the run went on" in err.splitlines()[-1]
        assert "Traceback" not in err
        shutil.rmtree(own_folder / "r", ignore_errors=True)
    assert searches.command("resume", "elsewhere", cwd=own_folder)[0] in {0, 3}


def test_a_torn_last_event_is_told_again_and_changes_nothing(capsys, finished):
    whole = open_run(finished[0]).archive.canonical()
    torn = Path(shutil.copytree(finished[0], "r")) / "events.jsonl"
    torn.write_bytes(torn.read_bytes()[:-40])
    assert said(capsys, "show", "r")[0] == 0
    assert said(capsys, "resume", "r")[0] == finished[1]
    assert open_run("r").archive.canonical() == whole


@pytest.mark.parametrize(
    "garbage", [b"garbage", b'{"event": "of_a_later_version"}', b"\xff\xfe", b"[1, 2]", b"{}"]
)
def test_a_damaged_line_is_named_and_the_file_stays_as_it_is(capsys, finished, garbage):
    path = Path(shutil.copytree(finished[0], "r")) / "events.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:3], garbage + b"\n", *lines[3:]]))
    damaged = path.read_bytes()
    for command in ("show", "resume", "export", "feedback"):
        code, _, err = said(capsys, command, "r")
        assert code == 1
        assert "error: r/events.jsonl line 4 is no event that this version knows" in err
        assert len(err.splitlines()) == 1
    assert path.read_bytes() == damaged


def test_a_simulator_that_hung_is_told_and_once_it_is_mended_the_run_goes_on(own_folder):
    (own_folder / "environments").mkdir()
    (own_folder / "environments" / "arm.py").write_text(HANGING)
    words = ["evolve", "arm", "--run", "r", *SMALL, "--hang-seconds", "8"]
    with searches.start_command(*words, cwd=own_folder) as p:
        searches.wait_for(own_folder / "r", "run_started")
        (own_folder / "hang").touch()
        _, err = p.communicate()
    assert p.returncode == 6
    assert "environment 'arm': its simulator hangs: no sign of life for 8 s" in err
    assert err.splitlines()[-1] == "rewardsmith resume r"
    (own_folder / "hang").unlink()
    code, _, err = searches.command("resume", "r", "--hang-seconds", "600", cwd=own_folder)
    assert code in {0, 3}, err


def test_a_disk_that_fills_up_in_a_run_is_one_sentence_and_with_room_it_goes_on(own_folder):
    words = ["evolve", "cartpole", "--run", "r", *SMALL]
    with searches.start_command(*words, cwd=own_folder, PYTHONDONTWRITEBYTECODE="1") as p:
        searches.wait_for(own_folder / "r", "training_started")
        full = (own_folder / "r" / "events.jsonl").stat().st_size + 100
        resource.prlimit(p.pid, resource.RLIMIT_FSIZE, (full, full))
        _, err = p.communicate()
    assert p.returncode == 1
    assert err.splitlines()[-2:] == [
        (
            "error: cannot write r/events.jsonl: File too large; make room, then "
            "`rewardsmith resume r`"
        ),
        "rewardsmith resume r",
    ]
    assert (own_folder / "r" / "events.jsonl").read_bytes().endswith(b"}\n")
    assert searches.command("resume", "r", cwd=own_folder)[0] in {0, 3}


def test_a_disk_that_is_full_for_the_trainers_files_is_one_sentence(own_folder):
    words = ["evolve", "cartpole", "--run", "r", *LONG]
    with searches.start_command(*words, cwd=own_folder, PYTHONDONTWRITEBYTECODE="1") as p:
        searches.wait_for(own_folder / "r", "training_started")
        for pid in searches.descendants(p.pid):
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (100, 100))
        _, err = p.communicate()
    assert p.returncode == 1
    assert "error: cannot write" in err.splitlines()[-2]
    assert "File too large" in err.splitlines()[-2]
    assert err.splitlines()[-1] == "rewardsmith resume r"


# ---------------------------------------------------------------- output that nobody takes


def piped(words, *, cwd, read=0, **variables):
    """(exit code, stderr) of a command whose stdout is closed after so many bytes were read."""
    with searches.start_command(*words, cwd=cwd, **variables) as process:
        process.stdout.read(read)
        process.stdout.close()
        err = process.stderr.read()
    return process.returncode, err


@pytest.mark.parametrize("words", [["show", "RUN"], ["show", "RUN", "--json"], ["--help"]])
def test_a_reader_that_goes_away_is_no_crash(finished, own_folder, words):
    words = [str(finished[0]) if word == "RUN" else word for word in words]
    assert piped(words, cwd=own_folder) == (1, "")


def test_a_reader_of_events_that_goes_away_ends_a_run_that_can_be_resumed(own_folder):
    words = ["evolve", "cartpole", "--run", "r", "--json", *SMALL]
    code, err = piped(words, cwd=own_folder, read=1)
    assert code == 130
    assert err.splitlines()[-2:] == [
        "error: cannot write the output: Broken pipe",
        "rewardsmith resume r",
    ]
    assert searches.command("resume", "r", cwd=own_folder)[0] in {0, 3}


def test_output_that_does_not_fit_on_its_disk_is_told(finished, own_folder):
    with Path("/dev/full").open("w") as full:
        ended = subprocess.run(
            [sys.executable, "-m", "rewardsmith", "show", str(finished[0])],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (ended.returncode, ended.stderr) == (
        1,
        "error: cannot write the output: No space left on device\n",
    )


def test_an_output_that_knows_few_characters_gets_what_it_can_show(finished, own_folder):
    for word in ("--json", ""):
        ended = subprocess.run(
            [sys.executable, "-m", "rewardsmith", "show", str(finished[0]), *[word] * bool(word)],
            env={**os.environ, "PYTHONIOENCODING": "ascii"},
            capture_output=True,
            check=False,
        )
        assert ended.returncode == 0, ended.stderr
        text = ended.stdout.decode("ascii")
        assert not word or json.loads(text)["schema"] == 1
