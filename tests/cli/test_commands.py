import json
import os

import pytest
import searches
from searches import said

from rewardsmith import open_run
from rewardsmith.sandbox import confinement

GOOD = """def compute_reward(pole_angle):
    level = 1.0 - np.abs(pole_angle)
    return level, {"level": level}
"""


@pytest.fixture(autouse=True)
def own_folder(tmp_path, monkeypatch):
    """A working folder of the test's own and no key in reach."""
    monkeypatch.chdir(tmp_path)
    for name in [n for n in os.environ if n.endswith("_API_KEY")]:
        monkeypatch.delenv(name)
    return tmp_path


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A finished search, made by the command line; its folder, stdout and stderr."""
    home = tmp_path_factory.mktemp("home")
    flags = searches.flags(generations=1, candidates=2)
    code, out, err = searches.command(
        "evolve", "cartpole", "--run", "one", "--json", *flags, cwd=home
    )
    assert code in {0, 3}, err
    return home / "one", out, err


def test_json_is_alone_on_stdout_an_event_a_line_each_with_its_schema(run):
    folder, out, _ = run
    lines = [json.loads(line) for line in out.splitlines()]
    assert {line["schema"] for line in lines} == {1}
    written = (folder / "events.jsonl").read_text().splitlines()
    assert [line["event"] for line in lines] == [json.loads(w)["event"] for w in written]


def test_the_last_line_is_the_next_command_and_works(run, capsys):
    folder, _, err = run
    program, *words = err.strip().splitlines()[-1].split()
    assert program == "rewardsmith"
    code, out, _ = said(capsys, *[w.replace("one", str(folder)) for w in words])
    assert code == 0
    assert "fitness as reward" in out


def test_the_program_says_who_writes_the_candidates_and_how_to_use_a_model(run):
    assert "composer" in run[2]
    assert "--model" in run[2]


def test_show_gives_one_object(run, capsys):
    code, out, _ = said(capsys, "show", str(run[0]), "--json")
    shown = json.loads(out)
    assert code == 0
    assert {c["id"] for c in shown["candidates"]} >= {"g00-c00", "g00-c01"}
    assert shown["spend"]["steps"] > 0


def test_show_of_a_candidate_prints_its_code_and_its_numbers(run, capsys):
    code, out, _ = said(capsys, "show", str(run[0]), "best")
    assert code == 0
    assert "def compute_reward" in out
    assert "Task score" in out


def test_an_unknown_candidate_is_answered_with_the_nearest(run, capsys):
    code, _, err = said(capsys, "show", str(run[0]), "g00-c0")
    assert code == 2
    assert "did you mean g00-c0" in err


def test_an_exported_module_passes_its_own_check_and_a_changed_one_does_not(run, capsys, tmp_path):
    module = tmp_path / "reward.py"
    assert said(capsys, "export", str(run[0]), "--out", str(module))[0] == 0
    code, out, _ = said(capsys, "check", str(module), "--json")
    assert (code, json.loads(out)["passed"]) == (0, True)
    head, mark, source = module.read_text().partition("return ")
    module.write_text(head + mark + "1.5 + " + source)
    code, out, _ = said(capsys, "check", str(module), "--json")
    assert (code, json.loads(out)["passed"]) == (3, False)


def test_a_fault_is_told_with_file_line_and_what_to_write_instead(capsys, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def compute_reward(pole_angle):\n    import os\n    return pole_angel, {}\n")
    code, _, err = said(capsys, "check", str(file), "-e", "cartpole")
    assert code == 3
    assert f"{file}:2: error" in err


def test_a_syntax_error_is_told_with_its_line(capsys, tmp_path):
    file = tmp_path / "mine.py"
    file.write_text("def compute_reward(pole_angle):\n    return (pole_angle\n")
    code, _, err = said(capsys, "check", str(file), "-e", "cartpole")
    assert code == 3
    assert f"{file}:2" in err


def test_a_person_s_reward_that_asks_for_the_wrong_thing_is_warned_of(capsys, tmp_path):
    file = tmp_path / "hanging.py"
    file.write_text("def compute_reward(angular_velocity):\n    return -angular_velocity**2, {}\n")
    code, _, err = said(capsys, "check", str(file), "-e", "pendulum")
    assert (code, "[order]" in err) == (0, True)
    code, _, err = said(capsys, "check", str(file), "-e", "pendulum", "--critic-rejects", "order")
    assert (code, "[order]" in err) == (3, True)


def test_many_files_are_checked_in_one_call(capsys, tmp_path):
    (tmp_path / "good.py").write_text(GOOD)
    (tmp_path / "bad.py").write_text("x = 1\n")
    code, out, _ = said(capsys, "check", "good.py", "bad.py", "-e", "cartpole", "--json")
    verdicts = {file["file"]: file["passed"] for file in json.loads(out)["files"]}
    assert (code, verdicts) == (3, {"good.py": True, "bad.py": False})


def test_files_are_judged_on_a_recording_without_any_simulator(capsys, tmp_path, monkeypatch):
    import numpy as np

    from rewardsmith import workshop

    monkeypatch.setattr(workshop.TrainerServer, "start", None)
    heights = np.linspace(0.0, 1.0, 40)
    np.savez(tmp_path / "robot.npz", height=heights, terminated=np.arange(40) % 10 == 9)
    (tmp_path / "up.py").write_text(
        "def compute_reward(height, previous_height):\n"
        "    up = height - previous_height\n    return up, {'up': up}\n"
    )
    (tmp_path / "typo.py").write_text("def compute_reward(hight):\n    return hight * 1.0, {}\n")
    code, out, err = said(capsys, "check", "up.py", "typo.py", "--bank", "robot.npz")
    assert (code, out) == (3, "")
    assert "typo.py:1: error: `hight` is not a signal of this environment; did you mean" in err
    (row,) = [line.split() for line in err.splitlines() if line.startswith("up.py  ")]
    assert row[:3] == ["up.py", "passed", "–"]
    code, out, _ = said(capsys, "check", "up.py", "--bank", "robot.npz", "--json")
    assert (code, json.loads(out)["files"][0]["components"]) == (0, ["up"])
    code, _, err = said(capsys, "check", "up.py", "--bank", "typo.py")
    assert code == 2
    assert "typo.py is no .npz of plain arrays" in err


@pytest.mark.parametrize(
    ("words", "code", "sentence"),
    [
        (["evolve", "cartpol"], 2, "did you mean cartpole"),
        (["evolve", "cartpole/balanse"], 2, "did you mean balance"),
        (["evolve", "cartpole", "--proposer", "composr"], 2, "did you mean composer"),
        (["evolve", "cartpole", "--set", "learning_rte=1"], 2, "did you mean learning_rate"),
        (["evolve", "cartpole", "--racing", "halfing"], 2, "did you mean halving"),
        (
            ["evolve", "cartpole", "--racing", "sure", "--trainer", "sb3"],
            2,
            "with --trainer sb3 each is trained to its end",
        ),
        (["evolve", "cartpole", "--set", "nonsense"], 2, "KEY=VALUE"),
        (["evolve", "cartpole", "--steps", "100"], 2, "fewer than one block"),
        (["evolve", "cartpole", "--generations", "0"], 2, "generations"),
        (["evolve", "cartpole", "--backend", "envpol"], 2, "did you mean envpool"),
        (["evolve", "gymnasium:Swimmer-v5"], 2, "--fitness"),
        (["evolve", "gymnasium:Swimer-v5", "--task", "x", "--fitness", "1.0"], 2, "Swimmer"),
        (["evolve", "cartpole", "--model", "openai/gpt-x"], 5, "OPENAI_API_KEY"),
        (["resume", "nowhere"], 1, "holds no run"),
        (["show", "nowhere"], 1, "holds no run"),
        (["check", "nowhere.py", "-e", "cartpole"], 2, "nowhere.py"),
        (["evolve", "cartpole", "--start", "nowhere.py"], 2, "nowhere.py"),
        (["evolve", "cartpole", "--no-such-option"], 2, "--no-such-option"),
        (["evolv"], 2, "evolv"),
    ],
)
def test_bad_input_gets_one_clear_sentence_and_its_exit_code(capsys, words, code, sentence):
    given, out, err = said(capsys, *words)
    assert (given, out) == (code, "")
    assert sentence in err
    assert "Traceback" not in err


def test_an_environment_that_does_not_start_tells_its_own_message(capsys, own_folder):
    (own_folder / "environments").mkdir()
    (own_folder / "environments" / "broken.py").write_text("raise OSError('the arm is unplugged')")
    code, _, err = said(capsys, "evolve", "broken")
    assert code == 6
    assert "the arm is unplugged" in err


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"\xff\xfe not text", "cannot be read"),
        (b"raise SystemExit(7)", "SystemExit"),
        (
            (
                b"from rewardsmith.environments import Environment\n"
                b"environment = Environment(signals=(), tasks=())"
            ),
            "declares no task",
        ),
    ],
)
def test_a_broken_environment_file_neither_hides_the_others_nor_ends_silently(
    capsys, own_folder, content, sentence
):
    (own_folder / "environments").mkdir()
    (own_folder / "environments" / "broken.py").write_bytes(content)
    code, _, err = said(capsys, "evolve", "broken")
    assert code in {2, 6}
    assert sentence in err
    code, out, _ = said(capsys, "environment", "list")
    assert code == 0
    assert "mountain-car" in out


def test_wrong_trainer_settings_are_refused_before_anything_is_proposed(capsys, own_folder):
    words = ["evolve", "cartpole", "--run", "r", "--set", "learing_rate=1"]
    code, _, err = said(capsys, *words)
    assert code == 2
    assert "did you mean learning_rate" in err
    assert not (own_folder / "r").exists()


def test_feedback_on_a_folder_that_is_no_run_makes_none(capsys, own_folder):
    assert said(capsys, "feedback", "nowhere")[0] == 1
    assert not (own_folder / "nowhere").exists()


def test_a_folder_that_cannot_be_made_is_one_sentence(capsys, own_folder):
    (own_folder / "file").write_text("")
    (own_folder / "good.py").write_text(GOOD)
    words = ["train", "good.py", "-e", "cartpole", "--out", "file/x"]
    code, _, err = said(capsys, *words)
    assert code == 1
    assert "cannot make the folder" in err


def test_an_error_is_an_object_too_where_json_is_asked_for(capsys):
    code, out, _ = said(capsys, "evolve", "cartpol", "--json")
    assert json.loads(out)["error"]["exit_code"] == code == 2


def test_environments_are_listed_and_shown(capsys):
    code, out, _ = said(capsys, "environment", "list", "--json")
    names = {entry["name"] for entry in json.loads(out)["environments"]}
    bundled = {"ant", "cartpole", "half-cheetah", "hopper", "mountain-car", "pendulum"}
    assert (code, names >= bundled) == (0, True)
    code, out, _ = said(capsys, "environment", "show", "mountain-car", "--json")
    signals = {row["name"] for row in json.loads(out)["signals"]}
    assert (code, signals >= {"position", "velocity", "height", "mechanical_energy"}) == (0, True)


def test_the_signals_of_a_gymnasium_id_are_shown_before_a_fitness_is_written(capsys):
    code, out, _ = said(capsys, "environment", "show", "gymnasium:Swimmer-v5", "--json")
    names = {row["name"] for row in json.loads(out)["signals"]}
    assert code == 0
    assert "x_velocity" in names
    assert not any("reward" in name for name in names)


def test_doctor_names_the_keys_that_are_there_and_never_their_values(capsys, monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-secret-value")
    for words in (["doctor"], ["doctor", "--json"]):
        code, out, err = said(capsys, *words)
        assert code == 0
        assert "OPENAI_API_KEY" in out
        assert "sk-secret-value" not in out + err


def test_doctor_tells_what_confines_here_and_what_a_higher_level_lacks(capsys):
    _, out, _ = said(capsys, "doctor", "--json")
    found = json.loads(out)["confinement"]
    assert found["level"] in confinement.LEVELS
    assert bool(found["why_not_higher"]) == (found["level"] != confinement.LEVELS[0])
    assert {part["name"] for part in found["parts"]} >= {"landlock", "limits", "seccomp"}
    assert all(part["reason"] for part in found["parts"])


def test_config_show_tells_where_each_value_comes_from(capsys, own_folder, monkeypatch):
    (own_folder / "rewardsmith.toml").write_text("generations = 7\n")
    monkeypatch.setenv("REWARDSMITH_SEEDS", "3")
    _, out, _ = said(capsys, "config", "show", "--candidates", "5", "--json")
    settings = json.loads(out)["settings"]
    assert settings["generations"] == {"value": 7, "origin": "rewardsmith.toml"}
    assert settings["seeds"] == {"value": 3, "origin": "environment variable"}
    assert settings["candidates"] == {"value": 5, "origin": "command line"}


# ---------------------------------------------------------------- runs in several sittings


def test_a_second_process_on_the_same_run_is_refused(own_folder):
    flags = searches.flags(generations=1, candidates=2, steps=5_000_000)
    with searches.start_command("evolve", "cartpole", "--run", "r", *flags, cwd=own_folder) as p:
        searches.wait_for(own_folder / "r", "run_started")
        code, _, err = searches.command("resume", "r", cwd=own_folder)
        p.kill()
    assert code == 2
    assert f"process {p.pid}" in err


def test_a_file_of_answers_steers_the_run_and_is_not_read_twice_after_a_stop(own_folder):
    answers = own_folder / "answers.txt"
    answers.write_text("note * stay calm\nstop\nnote * and gentle\ngo\n")
    flags = [*searches.flags(candidates=2), "--human", "--answers", "answers.txt"]
    code, _, err = searches.command("evolve", "cartpole", "--run", "r", *flags, cwd=own_folder)
    assert code == 130, err
    code, _, err = searches.command("resume", "r", "--answers", "answers.txt", cwd=own_folder)
    assert code in {0, 3}, err
    given = open_run(own_folder / "r").archive.feedback
    assert [dict(feedback.notes) for feedback in given] == [
        {"*": "stay calm"},
        {"*": "and gentle"},
    ]


def test_feedback_on_a_stopped_run_is_an_event_that_resume_takes_into_account(own_folder):
    flags = [*searches.flags(candidates=2), "--human"]
    (own_folder / "stop.txt").write_text("stop\n")
    words = ["evolve", "cartpole", "--run", "r", *flags, "--answers", "stop.txt"]
    assert searches.command(*words, cwd=own_folder)[0] == 130
    (own_folder / "more.txt").write_text("note * slower\nreject g00-c00\ngo\n")
    code, _, err = searches.command("feedback", "r", "--answers", "more.txt", cwd=own_folder)
    assert code == 0, err
    archive = open_run(own_folder / "r").archive
    assert archive.feedback[-1].rejected == ("g00-c00",)
    assert "g00-c00" not in archive.ranking()


def test_a_run_killed_between_a_proposal_and_its_verdict_resumes_on_the_command_line(
    run, own_folder
):
    events = (run[0] / "events.jsonl").read_text().splitlines(keepends=True)
    proposed = next(k for k, line in enumerate(events) if '"candidate_proposed"' in line)
    (own_folder / "r").mkdir()
    (own_folder / "r" / "events.jsonl").write_text("".join(events[: proposed + 1]))
    code, _, err = searches.command("resume", "r", cwd=own_folder)
    assert code in {0, 3}, err
    known = open_run(run[0]).archive.canonical()
    assert open_run(own_folder / "r").archive.canonical() == known


def test_a_reward_that_fails_in_training_ends_as_one_failed_candidate(own_folder):
    (own_folder / "late.py").write_text(
        "def compute_reward(pole_angle):\n"
        "    x = pole_angle\n"
        "    level = np.where(len(x) == 512, x[min(len(x) - 1, 10**4 * (len(x) == 512))], 1.0)\n"
        "    level = level + 0.0 * x[(len(x) == 512) * 10**4] + np.cos(x)\n"
        '    return level, {"level": level}\n'
    )
    flags = searches.flags(generations=1, candidates=2)
    words = ["evolve", "cartpole", "--run", "r", "--start", "late.py", *flags]
    code, _, err = searches.command(*words, cwd=own_folder)
    assert code in {0, 3}, err
    assert "g00-c00: training failed" in err
