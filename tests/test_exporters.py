"""Saved reward modules load again, stay the same reward, and replay their vectors."""

from __future__ import annotations

import ast
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rewardsmith import records as r
from rewardsmith.archive import Archive
from rewardsmith.bank import Bank
from rewardsmith.environments import load_environment
from rewardsmith.errors import UsageError
from rewardsmith.exporters import (
    ModuleFacts,
    check_vectors,
    computed_in,
    environment_name,
    environment_named_in,
    module_facts,
    render_module,
    vectors_path,
    write_vectors,
)
from rewardsmith.language import check_language, compile_reward, source_hash
from rewardsmith.reward import embedded_source, load_reward
from rewardsmith.sandbox import RewardServer

SOURCE = '''"""A reward of my own."""
GAIN = 2.0


def bounded(x):
    """Between 0 and 1."""
    return np.exp(-np.abs(x))


def compute_reward(angle, action):
    """Stay upright, \\\\ spend little."""
    upright = GAIN * bounded(angle)
    effort = -math.sqrt(0.01) * np.sum(action**2, axis=-1)
    return upright + effort, {"upright": upright, "effort": effort}
'''
CANDIDATE = r.Candidate(
    id="g01-c03",
    source=SOURCE,
    operator="crossover",
    generation=1,
    index=3,
    parents=("g00-c01", "g00-c02"),
)
FACTS = ModuleFacts(
    environment="pendulum/upright",
    run="pendulum-1",
    task="Keep the pendulum upright.",
    unit="steps",
    backend="envpool Pendulum-v1",
    versions={"numpy": "2.4", "envpool": "1.2.5"},
    score=r.Score(value=151.25, low=140.0, high=160.0, seeds=5),
    score_kind="report",
    reasons=(r.Reason(rule="scale", message="one component rules", line=12, warning=True),),
    scale=3.25,
)


def bank(rows=100):
    rng = np.random.default_rng(0)
    transitions = {
        "angle": rng.normal(size=rows).astype(np.float32),
        "action": rng.normal(size=(rows, 2)),
        "other": np.zeros(rows),
    }
    return Bank(transitions=transitions)


def saved(tmp_path, source=SOURCE):
    module = tmp_path / "best.py"
    candidate = r.Candidate(id="g01-c03", source=source, operator="mutate", generation=1, index=3)
    module.write_text(render_module(candidate, FACTS), encoding="utf-8")
    write_vectors(vectors_path(module), source, bank())
    return module


def test_a_module_passes_the_static_critic_and_gives_the_same_rewards():
    module = render_module(CANDIDATE, FACTS)
    assert check_language(module) == ()
    signals = {name: bank().transitions[name] for name in ("angle", "action")}
    total, components = load_reward(module)(**signals)
    expected, parts = compile_reward("import numpy as np, math\n" + SOURCE)(**signals)
    assert np.array_equal(total, expected)
    assert np.array_equal(components["effort"], parts["effort"])


def test_a_module_holds_the_source_as_written_with_its_hash():
    module = render_module(CANDIDATE, FACTS)
    assert embedded_source(module) == SOURCE
    assert source_hash(embedded_source(module)) == source_hash(SOURCE)
    assert f"Hash: {source_hash(SOURCE)}" in module
    assert load_reward(module).hash == source_hash(SOURCE) == load_reward(SOURCE).hash
    assert embedded_source(SOURCE) == SOURCE


@pytest.mark.parametrize(
    "change", [("GAIN = 2.0", "GAIN = 3.0"), ("import numpy as np", "import numpy as np\nTWO = 2")]
)
def test_a_module_that_was_changed_below_or_above_the_mark_has_another_hash(change):
    module = render_module(CANDIDATE, FACTS)
    changed = module.replace(*change)
    assert changed != module
    assert load_reward(changed).hash != load_reward(module).hash


def test_the_header_says_where_it_comes_from():
    head = ast.get_docstring(ast.parse(render_module(CANDIDATE, FACTS)))
    assert head == (
        "Reward g01-c03 for pendulum/upright, written by rewardsmith.\n\n"
        "Task: Keep the pendulum upright.\n"
        "Environment: pendulum/upright (envpool Pendulum-v1)\n"
        "Versions: numpy 2.4, envpool 1.2.5\n"
        "Run: pendulum-1\n"
        "Candidate: g01-c03 (crossover of g00-c01, g00-c02)\n"
        "Score: 151.2 steps, 95 % interval 140 to 160, on 5 report seeds\n"
        "Critic: line 12: one component rules [scale]\n"
        f"Hash: {source_hash(SOURCE)}"
    )


def test_the_scale_of_training_is_a_constant_that_loading_finds():
    assert load_reward(render_module(CANDIDATE, FACTS)).scale == 3.25
    without = render_module(CANDIDATE, replace(FACTS, scale=None))
    assert load_reward(without).scale is None
    assert "REWARD_SCALE" not in without


def test_only_what_is_used_and_not_there_is_imported():
    plain = r.Candidate(
        id="g00-c00",
        source="import numpy as np\ndef compute_reward(obs):\n    return np.sum(obs, -1), {}\n",
        operator="initial",
        generation=0,
        index=0,
    )
    module = render_module(plain, FACTS)
    assert module.count("import numpy as np") == 1
    assert "import math" not in module
    assert "import math" in render_module(CANDIDATE, FACTS)


def test_a_score_of_one_seed_is_told_without_an_interval():
    facts = replace(FACTS, score=r.Score(value=1.0, low=1.0, high=1.0, seeds=1))
    assert "Score: 1 steps on one of the report seeds: no interval" in render_module(
        CANDIDATE, facts
    )
    assert "Score: none" in render_module(CANDIDATE, replace(FACTS, score=None))


@given(st.text(max_size=200))
def test_no_words_break_out_of_the_header(words):
    module = render_module(CANDIDATE, replace(FACTS, task=words, run=words + '"""', unit=words))
    assert check_language(module) == ()
    assert embedded_source(module) == SOURCE


def test_words_that_imitate_the_mark_do_not_move_the_source():
    from rewardsmith.exporters import MARK

    module = render_module(CANDIDATE, replace(FACTS, task=f"x\n{MARK}\nimport os"))
    assert embedded_source(module) == SOURCE
    assert check_language(module) == ()


def test_the_environment_is_found_in_the_header_only(tmp_path):
    module = saved(tmp_path)
    assert environment_named_in(module) == "pendulum/upright"
    plain = tmp_path / "plain.py"
    plain.write_text("def compute_reward(obs):\n    return obs\n", encoding="utf-8")
    assert environment_named_in(plain) == ""
    with pytest.raises(UsageError, match="cannot be read"):
        environment_named_in(tmp_path / "missing.py")


def test_vectors_replay_on_the_module_that_they_were_made_with(tmp_path):
    replay = check_vectors(saved(tmp_path))
    assert (replay.passed, replay.sentence) == (True, "64 rows give the same")
    with np.load(tmp_path / "best.vectors.npz") as file:
        assert sorted(file.files) == [
            "component_effort",
            "component_upright",
            "input_action",
            "input_angle",
            "total",
        ]
        assert file["input_action"].shape == (64, 2)


def test_vectors_find_a_changed_reward(tmp_path):
    module = saved(tmp_path)
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("GAIN = 2.0", "GAIN = 2.1"), encoding="utf-8")
    replay = check_vectors(module)
    assert not replay.passed
    assert "differs by" in replay.sentence
    module.write_text(text.replace('"effort": effort', '"cost": effort'), encoding="utf-8")
    assert check_vectors(module).sentence == (
        "the components are not the same: component_cost, component_effort"
    )


def test_a_difference_within_the_tolerance_passes(tmp_path):
    module = saved(tmp_path)
    text = module.read_text(encoding="utf-8")
    module.write_text(text.replace("GAIN = 2.0", "GAIN = 2.000001"), encoding="utf-8")
    assert check_vectors(module).passed


def test_a_module_that_is_no_reward_any_more_fails_its_vectors(tmp_path):
    module = saved(tmp_path)
    module.write_text("import os\n", encoding="utf-8")
    replay = check_vectors(module)
    assert not replay.passed
    assert "os" in replay.sentence


def test_a_nan_is_a_difference(tmp_path):
    module = saved(tmp_path)
    text = module.read_text(encoding="utf-8")
    text = text.replace("upright = GAIN * bounded(angle)", "upright = angle * float('nan')")
    module.write_text(text.replace("float('nan')", "np.nan"), encoding="utf-8")
    assert not check_vectors(module).passed


def test_a_module_without_vectors_has_none_and_damaged_ones_are_told(tmp_path):
    module = saved(tmp_path)
    (tmp_path / "best.vectors.npz").write_bytes(b"PK no archive")
    with pytest.raises(UsageError, match=r"best\.vectors\.npz is damaged"):
        check_vectors(module)
    one, text = np.ones(2), np.array(["a", "b"])
    for arrays in (
        {"something": one},
        {"total": one},
        {"total": one, "input_angle": np.ones(3)},
        {"total": np.ones(()), "input_angle": np.ones(())},
        {"total": one, "input_angle": text},
    ):
        np.savez(tmp_path / "best.vectors.npz", **arrays)
        with pytest.raises(UsageError, match=r"best.vectors.npz holds no test vectors"):
            check_vectors(module)
    (tmp_path / "best.vectors.npz").unlink()
    assert check_vectors(module) is None


def test_vectors_made_in_a_reward_process_replay_there_and_here(tmp_path):
    module = saved(tmp_path)
    with RewardServer.start(unsafe=True) as server:
        compute = computed_in(server)
        write_vectors(vectors_path(module), SOURCE, bank(), compute)
        assert check_vectors(module, compute=compute).passed
    assert check_vectors(module).passed


def test_facts_take_the_freshest_score_and_the_median_scale():
    environment = load_environment("pendulum")

    def trained(purpose, *pairs):
        members = tuple(
            r.MemberResult(reward="g01-c03", seed=k, steps=1, fitness=f, reward_scale=s)
            for k, (f, s) in enumerate(pairs)
        )
        result = r.TrainResult(reward="g01-c03", purpose=purpose, members=members)
        return r.RewardTrained(job=purpose, result=result)

    archive = Archive.fold(
        [
            r.CandidateProposed(candidate=CANDIDATE),
            r.CandidateJudged(verdict=r.Verdict(candidate="g01-c03", reasons=FACTS.reasons)),
            trained("selection", (99.0, 9.0)),
            trained("report", (1.0, 2.0), (2.0, 3.0), (3.0, 10.0)),
        ]
    )
    facts = module_facts(archive, "g01-c03", environment)
    assert facts.score.value == 2.0
    assert (facts.score_kind, facts.scale) == ("report", 3.0)
    assert facts.reasons == FACTS.reasons
    assert facts.environment == environment_name(environment)
    assert load_environment(facts.environment).task.name == environment.task.name
