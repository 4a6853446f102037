"""Interrupted commands: one last line, one exit code, nothing left behind, nothing lost."""

import os
import pty
import signal
import subprocess
import sys

import pytest
import searches

from rewardsmith import open_run
from rewardsmith.cli import main
from rewardsmith.store import CHECKPOINTS

LONG = searches.flags(generations=1, candidates=2, steps=5_000_000)
SMALL = {"environments": 2, "rollout": 128, "minibatch": 128, "epochs": 1, "hidden": [16]}
PARTS = [
    f"--set={name}={value}"
    for name, value in {**SMALL, "parts": 1000, "checkpoint_episodes": 1}.items()
]
"""As many parts as there can be: with 200-step episodes one has four blocks of 256 steps."""
WITH_CHECKPOINTS = [
    *searches.flags(generations=1, candidates=2, finalists=1, report_seeds=1, steps=6 * 4 * 256),
    *PARTS,
]


@pytest.fixture(autouse=True)
def hang_up_is_heard():
    """Commands inherit what is ignored, and under nohup a hang-up is."""
    before = signal.signal(signal.SIGHUP, signal.SIG_DFL)
    yield
    signal.signal(signal.SIGHUP, before)


@pytest.fixture
def own_folder(tmp_path):
    """A working folder of the test's own."""
    return tmp_path


def test_after_kill_9_in_a_training_nothing_is_left_and_resume_finishes(own_folder):
    flags = searches.flags(generations=1, candidates=2, steps=200_000)
    with searches.start_command("evolve", "cartpole", "--run", "r", *flags, cwd=own_folder) as p:
        searches.wait_for(own_folder / "r", "training_started")
        below = searches.descendants(p.pid)
        p.kill()
    assert below
    assert searches.gone(below)
    code, _, err = searches.command("resume", "r", "--budget-seconds", "0.01", cwd=own_folder)
    assert code == 4
    assert err.strip().splitlines()[-1] == "rewardsmith resume r"


def test_ctrl_c_once_ends_cleanly_and_the_run_can_be_resumed(own_folder):
    flags = searches.flags(generations=1, candidates=2)
    with searches.start_command("evolve", "cartpole", "--run", "r", *flags, cwd=own_folder) as p:
        searches.wait_for(own_folder / "r", "candidate_judged")
        p.send_signal(signal.SIGINT)
        _, err = p.communicate()
    assert p.returncode == 130
    assert err.strip().splitlines()[-1] == "rewardsmith resume r"
    code, _, err = searches.command("resume", "r", cwd=own_folder)
    assert code in {0, 3}, err


def test_ctrl_c_twice_stops_at_once(own_folder):
    with searches.start_command("evolve", "cartpole", "--run", "r", *LONG, cwd=own_folder) as p:
        searches.wait_for(own_folder / "r", "training_started")
        below = searches.descendants(p.pid)
        p.send_signal(signal.SIGINT)
        assert "Ctrl-C again" in _line_with(p.stderr, "Ctrl-C")
        p.send_signal(signal.SIGINT)
        _, err = p.communicate(timeout=120)
    assert p.returncode == 130
    assert err.splitlines()[-1] == "rewardsmith resume r"
    assert searches.gone(below)


def _line_with(stream, text):
    return next(line for line in stream if text in line)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_sigterm_and_sighup_stop_at_once_save_the_state_and_leave_nothing(own_folder, number):
    with searches.start_command("evolve", "cartpole", "--run", "r", *LONG, cwd=own_folder) as p:
        searches.wait_for(own_folder / "r", "training_started")
        below = searches.descendants(p.pid)
        for _ in range(2):  # who sends one often sends more
            p.send_signal(number)
        _, err = p.communicate(timeout=120)
    assert p.returncode == 130
    assert err.splitlines()[-1] == "rewardsmith resume r"
    assert "Traceback" not in err
    assert searches.gone(below)
    assert open_run(own_folder / "r").events[-1].interrupted


def test_what_nohup_started_outlives_its_terminal(own_folder):
    words = [
        "nohup",
        sys.executable,
        "-m",
        "rewardsmith",
        "evolve",
        "cartpole",
        "--run",
        "r",
        *LONG,
    ]
    nowhere = dict.fromkeys(("stdin", "stdout", "stderr"), subprocess.DEVNULL)
    with subprocess.Popen(words, cwd=own_folder, **nowhere) as p:
        searches.wait_for(own_folder / "r", "run_started")
        p.send_signal(signal.SIGHUP)
        searches.wait_for(own_folder / "r", "training_started")
        p.kill()
    assert p.returncode == -signal.SIGKILL


def test_a_closed_terminal_ends_the_run_as_a_signal_does(own_folder):
    words = [sys.executable, "-m", "rewardsmith", "evolve", "cartpole", "--run", "r", *LONG]
    pid, terminal = pty.fork()
    if pid == 0:
        os.chdir(own_folder)
        os.execv(sys.executable, words)
    searches.drain(terminal, until=lambda: searches.recorded(own_folder / "r", "training_started"))
    below = searches.descendants(pid)
    os.close(terminal)
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 130
    assert searches.gone(below)
    assert open_run(own_folder / "r").events[-1].interrupted


@pytest.mark.timeout(900)
def test_ctrl_c_in_a_training_stops_at_a_checkpoint_and_the_end_is_the_same(own_folder):
    words = ["evolve", "pendulum", *WITH_CHECKPOINTS]
    assert searches.command(*words, "--run", "whole", cwd=own_folder)[0] in {0, 3}
    with searches.start_command(*words, "--run", "r", cwd=own_folder) as p:
        searches.wait_until(lambda: list((own_folder / "r" / CHECKPOINTS).glob("[a-z]*.npz")))
        p.send_signal(signal.SIGINT)
        _, err = p.communicate(timeout=120)
    assert p.returncode == 130
    assert err.splitlines()[-1] == "rewardsmith resume r"
    assert not searches.recorded(own_folder / "r", "reward_trained")
    assert searches.command("resume", "r", cwd=own_folder)[0] in {0, 3}
    whole, resumed = (open_run(own_folder / name).archive for name in ("whole", "r"))
    assert resumed.canonical() == whole.canonical()
    assert not (own_folder / "r" / CHECKPOINTS).exists()


def test_a_training_that_is_interrupted_says_what_goes_on_from_its_checkpoint(own_folder):
    words = ["train", "fitness", "-e", "pendulum", "--out", "t", *PARTS]
    with searches.start_command(*words, "--steps", "1000000", cwd=own_folder) as p:
        searches.wait_until(lambda: list((own_folder / "t" / CHECKPOINTS).glob("[a-z]*.npz")))
        below = searches.descendants(p.pid)
        p.send_signal(signal.SIGTERM)
        _, err = p.communicate(timeout=120)
    assert p.returncode == 130
    assert err.splitlines()[-1] == (
        "interrupted; the same again, with --out t, goes on from its last checkpoint"
    )
    assert searches.gone(below)


def test_a_short_command_that_is_interrupted_says_so(own_folder):
    with searches.start_command("environment", "show", "gymnasium:Ant-v5", cwd=own_folder) as p:
        searches.wait_until(lambda: searches.descendants(p.pid))
        p.send_signal(signal.SIGTERM)
        _, err = p.communicate(timeout=120)
    assert (p.returncode, err) == (130, "interrupted\n")


def test_the_signals_of_a_program_that_calls_a_command_are_as_they_were():
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = [signal.getsignal(number) for number in numbers]
    assert main(["config", "show"]) == 0
    assert [signal.getsignal(number) for number in numbers] == before
