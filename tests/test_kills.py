"""kill -9 at random moments, again and again: the archive is that of an undisturbed run."""

import random

import pytest
import searches
from llm_server import FakeLlm

from rewardsmith import open_run
from rewardsmith.store import read_events


def killed_run(folder, name, flags, draw):
    """Work on a run, killing it at random moments until it is done; how often it was killed."""
    words, kills = ["evolve", "cartpole", "--run", name, *flags], 0
    while True:
        with searches.start_command(*words, cwd=folder) as process:
            try:
                _, err = process.communicate(timeout=draw.uniform(0.3, 9.0 + 3.0 * kills))
            except Exception:  # noqa: BLE001  time is up
                process.kill()
                process.communicate()
                kills += 1
            else:
                assert process.returncode in {0, 3}, err
                return kills
        if (folder / name / "events.jsonl").exists() and read_events(folder / name):
            words = ["resume", name]


def compare(folder, rounds, seed):
    """Undisturbed once, then killed again and again; the number of kills."""
    draw, kills = random.Random(seed), 0
    with FakeLlm(searches.reply_to) as server:
        flags = [*searches.flags(steps=16_384), "--model", "openai/fake", "--repairs", "1"]
        flags += ["--api-base", server.url]
        code, _, err = searches.command("evolve", "cartpole", "--run", "whole", *flags, cwd=folder)
        assert code in {0, 3}, err
        whole = open_run(folder / "whole").archive.canonical()
        asked = len(server.requests)
        for number in range(rounds):
            kills += killed_run(folder, f"killed{number}", flags, draw)
            assert open_run(folder / f"killed{number}").archive.canonical() == whole
        recorded = sum(
            len(open_run(folder / f"killed{number}").archive.completions)
            for number in range(rounds)
        )
        # an answer that was on its way when the process died is the only one asked for again
        assert recorded <= len(server.requests) - asked <= recorded + 8 * kills
    return kills


@pytest.mark.timeout(900)
def test_a_run_killed_at_random_moments_ends_as_an_undisturbed_one(tmp_path):
    compare(tmp_path, rounds=1, seed=1)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_hundreds_of_kills_change_nothing(tmp_path, record_property):
    kills = compare(tmp_path, rounds=40, seed=2)
    record_property("kills", kills)
    assert kills > 100
