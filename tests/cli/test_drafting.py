"""rewardsmith environment new: a file to begin with, which is never written over another."""

import json

import pytest
from searches import said


def test_a_new_file_is_told_as_json_and_never_written_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    words = ("--backend", "gymnasium:CartPole-v1", "--task", "balance the pole")
    code, out, err = said(capsys, "environment", "new", "cartpole", *words, "--json")
    told = json.loads(out)
    assert (code, told["path"], told["lacks"]) == (0, "environments/cartpole.py", ["fitness"])
    assert [signal["name"] for signal in told["found"]["signals"]] == ["state"]
    assert err.endswith("rewardsmith environment check cartpole\n")
    assert "before the environment cartpole that came with rewardsmith" in err
    written = (tmp_path / told["path"]).read_text()
    assert '            words="balance the pole",\n' in written
    code, _, err = said(capsys, "environment", "new", "cartpole", *words)
    assert (code, "is there already and stays as it is" in err) == (2, True)
    assert (tmp_path / told["path"]).read_text() == written


def test_an_unknown_id_writes_nothing_and_proposes_the_nearest(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code, _, err = said(capsys, "environment", "new", "pole", "--backend", "gymnasium:CartPol-v1")
    assert (code, "did you mean CartPole-v1" in err, err.count("\n")) == (2, True, 1)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("name", ["a/b", "pole.py", "..", "-", "_hidden", "gymnasium:Ant-v5"])
def test_what_is_no_name_is_said_before_anything_starts(name, capsys):
    code, _, err = said(capsys, "environment", "new", "--", name)
    assert (code, "is no name for an environment" in err) == (2, True)
