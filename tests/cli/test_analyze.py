"""rewardsmith analyze: a reward file, its training, a run's candidate, and what is refused."""

import json
import signal
import tempfile

import pytest
import searches
from searches import said

REWARD = """# environment: cartpole
def compute_reward(pole_angle, cart_position):
    level = 1.0 - np.abs(pole_angle)
    far = np.where(np.abs(cart_position) > 5.0, 1.0, 0.0)
    return level + far, {"level": level, "far": far}
"""
WRONG = """def compute_reward(pole_angle, cart_position):
    level = -np.cos(pole_angle)
    centre = -0.1 * np.abs(cart_position)
    return level + centre, {"level": level, "centre": centre}
"""
LATE = """def compute_reward(pole_angle):
    level = np.cos(pole_angle[10**4 * (len(pole_angle) == 512) :])
    return level, {"level": level}
"""
"""A block of a training has 512 rows here: four environments, 128 steps."""
SHORT = ("-e", "cartpole", "--steps", "4096", "--workers", "1", "--evaluation-episodes", "12")
SMALL = tuple(f"--set={word}" for word in ("environments=4", "rollout=128", "epochs=4"))


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "reward.py"
    path.write_text(REWARD)
    return path


def test_a_file_is_told_as_a_table_with_findings_and_plots(file, tmp_path, capsys):
    words = ("-e", "cartpole", "--out", tmp_path / "p", "--over", "cart_velocity", "obs[2]")
    code, out, err = said(capsys, "analyze", file, *words)
    assert code == 0, err
    assert out.startswith("reward on cartpole/balance: 96 recorded episodes of simple policies")
    assert "\nlevel " in out
    assert "dead_component: Never active: far" in out
    assert out.splitlines()[-1].endswith("trained with this reward is told with --train.")
    names = ["curves.png", "fields.png", "histograms.png"]
    assert sorted(p.name for p in (tmp_path / "p").iterdir()) == names


def test_json_holds_the_numbers_of_every_component(file, capsys):
    code, out, _ = said(capsys, "analyze", file, "-e", "cartpole", "--json")
    told = json.loads(out)
    assert (code, told["schema"], told["trained"], told["plots"]) == (0, 1, False, [])
    assert (told["environment"], told["task"]) == ("cartpole", "balance")
    assert [c["name"] for c in told["components"]] == ["level", "far"]
    assert told["components"][0]["agreement"]["order"] == 1.0
    assert told["findings"][0]["name"] == "dead_component"


def test_a_run_is_analyzed_by_its_best_candidate_with_its_training(finished, tmp_path, capsys):
    folder, _ = finished
    code, out, err = said(capsys, "analyze", folder, "--out", tmp_path / "plots")
    assert code == 0, err
    assert "Task score:" in out
    assert (
        "Correlation of reward and task score by step within episodes, by episode: simple policies"
        in out
    )
    assert "--train" not in out
    code, out, _ = said(capsys, "analyze", folder, "--candidate", "g00-c01", "--json")
    assert (code, json.loads(out)["reward"]) == (0, "g00-c01")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--over", "pole_angle", "obs[0]"), "say where to with --out FOLDER"),
        (("--candidate", "g00-c00"), "--candidate g00-c00 needs a run"),
        ((), "names no environment; say which"),
        (("-e", "cartpol"), "unknown environment 'cartpol'; did you mean cartpole"),
        (("--steps", "9"), "--steps is for a training, and there is none without --train"),
        (("--set", "a=1", "--keep", "k"), "--keep is for a training"),
        (("-e", "cartpole", "--train", "--seeds", "0"), "setting seeds = 0 is not usable"),
    ],
)
def test_what_does_not_fit_is_a_usage_error(file, capsys, words, sentence):
    code, _, err = said(capsys, "analyze", file, *words)
    assert code == 2
    assert sentence in err


def test_a_run_knows_its_environment_and_its_candidates(finished, capsys):
    folder, _ = finished
    code, _, err = said(capsys, "analyze", folder, "-e", "ant")
    assert (code, "is a run, which knows its environment" in err) == (2, True)
    code, _, err = said(capsys, "analyze", folder, "--train")
    assert (code, "whose candidates are trained already; leave out --train" in err) == (2, True)
    code, _, err = said(capsys, "analyze", folder, "--candidate", "g00-c7")
    assert (code, "unknown candidate 'g00-c7'" in err) == (2, True)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("pole_angle / missing, {}", "missing"),
        ("np.sum(pole_angle), {}", "cannot be analyzed"),
    ],
)
def test_a_reward_that_cannot_be_computed_has_the_exit_code_of_a_rejected_one(
    tmp_path, capsys, body, words
):
    path = tmp_path / "broken.py"
    path.write_text(f"def compute_reward(pole_angle):\n    return {body}\n")
    code, _, err = said(capsys, "analyze", path, "-e", "cartpole")
    assert code == 3
    assert words in err


def test_a_file_is_trained_and_its_training_analyzed_and_kept(file, tmp_path, capsys):
    file.write_text(WRONG)
    kept = tmp_path / "kept"
    words = (*SHORT, *SMALL, "--train", "--json", "--keep", kept)
    code, out, err = said(capsys, "analyze", file, *words)
    told = json.loads(out)
    assert (code, told["trained"]) == (0, True), err
    assert {"wrong_sign", "living_costs"} & {f["name"] for f in told["findings"]}
    assert told["numbers"].startswith("Task score:")
    assert all(component["training"] is not None for component in told["components"])
    assert "training 2 policies × 4,096 steps" in err
    assert (kept / "trajectories" / "reward-1.npz").is_file()


def test_a_training_that_fails_is_analyzed_too_and_leaves_nothing(
    file, tmp_path, capsys, monkeypatch
):
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    file.write_text(LATE)
    words = (*SHORT, *SMALL, "--train", "--seeds", "1", "--task", "a goal without a fitness")
    code, out, err = said(capsys, "analyze", file, *words)
    assert code == 0, err
    assert "failed: Training failed for 1 of 1 seeds" in out
    assert "simple policies, " in out
    assert "is told with --train" not in out
    assert not any((tmp_path / "temporary").iterdir())


def test_what_cannot_be_plotted_is_told_before_anything_is_trained(file, tmp_path, capsys):
    words = (*SHORT, "--train", "--out", tmp_path / "p", "--over", "pole_angel", "obs[0]")
    code, _, err = said(capsys, "analyze", file, *words)
    assert (code, "did you mean pole_angle" in err, "training" in err) == (2, True, False)


def test_a_reward_that_the_critic_rejects_is_not_trained(file, capsys):
    file.write_text(REWARD.replace("np.abs(pole_angle)", "np.abs(pole_hight)"))
    code, _, err = said(capsys, "analyze", file, "-e", "cartpole", "--train")
    assert (code, "rejected" in err, "training 2" in err) == (3, True, False)


def test_ctrl_c_in_the_training_of_a_file_ends_with_one_line(file, tmp_path):
    words = ("analyze", str(file), "-e", "cartpole", "--train", *SMALL, "--steps", "9000000")
    with searches.start_command(*words, cwd=tmp_path, TMPDIR=str(tmp_path)) as p:
        assert "training 2 policies" in next(p.stderr)
        below = searches.descendants(p.pid)
        p.send_signal(signal.SIGINT)
        out, err = p.communicate(timeout=120)
    assert (p.returncode, out) == (130, "")
    assert err == "interrupted; nothing was kept, which --keep FOLDER does\n"
    assert searches.gone(below)
    assert sorted(tmp_path.iterdir()) == [file]


def test_train_tells_what_the_analyzer_says_after_the_fitness(file, tmp_path, capsys):
    file.write_text(WRONG)
    words = (*SHORT, *SMALL, "--json", "--out", tmp_path / "trained")
    code, out, err = said(capsys, "train", file, *words)
    assert code == 0, err
    names = [finding["name"] for finding in json.loads(out)["findings"]]
    assert {"wrong_sign", "living_costs"} & set(names)
    lines = err.splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("fitness "))
    assert [line.partition(": ")[0] for line in lines[start + 1 :]] == names
