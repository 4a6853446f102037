"""rewardsmith analyze: a reward file, a run's candidate, plots, and what is refused."""

import json

import pytest
from searches import said

REWARD = """# environment: cartpole
def compute_reward(pole_angle, cart_position):
    level = 1.0 - np.abs(pole_angle)
    far = np.where(np.abs(cart_position) > 5.0, 1.0, 0.0)
    return level + far, {"level": level, "far": far}
"""


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "reward.py"
    path.write_text(REWARD)
    return path


def test_a_file_is_told_as_a_table_with_findings_and_plots(file, tmp_path, capsys):
    words = ("-e", "cartpole", "--out", tmp_path / "p", "--over", "cart_velocity", "obs[2]")
    code, out, err = said(capsys, "analyze", file, *words)
    assert code == 0, err
    assert "96 recorded episodes of simple policies" in out
    assert "\nlevel " in out
    assert "dead_component: Never active: far" in out
    names = ["curves.png", "fields.png", "histograms.png"]
    assert sorted(p.name for p in (tmp_path / "p").iterdir()) == names


def test_json_holds_the_numbers_of_every_component(file, capsys):
    code, out, _ = said(capsys, "analyze", file, "-e", "cartpole", "--json")
    told = json.loads(out)
    assert (code, told["schema"], told["trained"], told["plots"]) == (0, 1, False, [])
    assert [c["name"] for c in told["components"]] == ["level", "far"]
    assert told["components"][0]["agreement"]["order"] == 1.0
    assert told["findings"][0]["name"] == "dead_component"


def test_a_run_is_analyzed_by_its_best_candidate_with_its_training(finished, tmp_path, capsys):
    folder, _ = finished
    code, out, err = said(capsys, "analyze", folder, "--out", tmp_path / "plots")
    assert code == 0, err
    assert "Task score:" in out
    assert "Correlation of reward and task score by step, by episode: simple policies" in out
    code, out, _ = said(capsys, "analyze", folder, "--candidate", "g00-c01", "--json")
    assert (code, json.loads(out)["reward"]) == (0, "g00-c01")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("--over", "pole_angle", "obs[0]"), "say where to with --out FOLDER"),
        (("--candidate", "g00-c00"), "--candidate g00-c00 needs a run"),
        ((), "names no environment; say which"),
        (("-e", "cartpol"), "unknown environment 'cartpol'; did you mean cartpole"),
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
