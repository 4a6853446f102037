"""Real answers of a language model, mistakes and all, through extraction and critic."""

from dataclasses import dataclass

import pytest
import searches

from rewardsmith import evolve
from rewardsmith.critic import judge
from rewardsmith.proposers.extraction import extract
from rewardsmith.proposers.replay import recorded_completions
from rewardsmith.records import Candidate, Completion, Verdict
from rewardsmith.run import open_run
from rewardsmith.workshop import Workshop
from tests.benchmarks import bench_recordings as bench

HALF_CHEETAH = "half-cheetah"
FAULTS = {HALF_CHEETAH: {"g00-c06": "signal", "g01-c06": "error"}}
"""By recording: the answers with a mistake, and the rule that finds it."""
NOT_ADDITIVE = {HALF_CHEETAH: {"g01-c04"}}
"""By recording: the answers whose dict lacks a component."""
NAMES = (HALF_CHEETAH, *(f"{name}-{arm}" for name in bench.STEPS for arm in bench.ARMS))


@dataclass(frozen=True)
class Judged:
    """One recording with the critic's verdict on each of its answers."""

    name: str
    completions: dict[str, Completion]
    verdicts: dict[str, Verdict]


@pytest.fixture(scope="module")
def workshop():
    with Workshop(workers=1) as shop:
        yield shop


@pytest.fixture(scope="module", params=NAMES)
def judged(request, workshop):
    """The critic's verdict on every answer of a recording, in its own environment."""
    name = request.param
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(bench.HERE)
        environment = bench.environment_of(name.removesuffix("-evolution").removesuffix("-random"))
        bank = workshop.bank(environment)
        completions = recorded_completions(bench.RECORDINGS / f"{name}.jsonl")
        verdicts = {
            key: judge(candidate(key, answer), environment, bank, workshop.rewards)
            for key, answer in completions.items()
        }
    return Judged(name, completions, verdicts)


def candidate(key, completion):
    return Candidate(
        id=key,
        source=extract(completion.text).source,
        operator="initial",
        generation=0,
        index=0,
    )


def test_every_answer_holds_code_that_is_found(judged):
    assert all(extract(answer.text).source for answer in judged.completions.values())
    assert not any(
        reason.rule == "no-code"
        for verdict in judged.verdicts.values()
        for reason in verdict.reasons
    )


def test_exactly_the_answers_with_a_mistake_are_rejected_each_by_its_rule(judged):
    rejected = {
        key: next(reason.rule for reason in verdict.reasons if not reason.warning)
        for key, verdict in judged.verdicts.items()
        if not verdict.passed
    }
    assert rejected == FAULTS.get(judged.name, {})


def test_every_repair_was_enough(judged):
    faults = FAULTS.get(judged.name, {})
    assert {f"{key}-r1" for key in faults} <= set(judged.verdicts)
    assert all(judged.verdicts[key].passed for key in judged.verdicts if "-r" in key)


@pytest.mark.parametrize("name", NAMES)
def test_a_recording_holds_one_search_by_one_model_and_nothing_of_a_machine(name):
    text = (bench.RECORDINGS / f"{name}.jsonl").read_text()
    completions = recorded_completions(bench.RECORDINGS / f"{name}.jsonl")
    assert len(text.splitlines()) == len(completions)
    assert {answer.model for answer in completions.values()} == {"openai/bridge"}
    assert not any(place in text for place in ("/home/", "/root/", "/tmp/", "127.0.0.1"))


@pytest.mark.parametrize("name", bench.STEPS)
def test_initial_proposals_alone_are_as_many_as_evolution_has_places(name):
    random = recorded_completions(bench.RECORDINGS / f"{name}-random.jsonl")
    evolution = recorded_completions(bench.RECORDINGS / f"{name}-evolution.jsonl")
    first = {key for key in random if "-r" not in key}
    assert first == {f"g00-c{index:02d}" for index in range(32)}
    assert {key[:3] for key in evolution} == {"g00", "g01", "g02", "g03"}
    # the other places of the later generations were retuned, without the model
    assert 24 < len({key for key in evolution if "-r" not in key}) <= 32


def test_a_search_is_repeated_from_a_recording_without_a_model(tmp_path):
    settings = searches.tiny(
        generations=1,
        candidates=2,
        replay_from=str(bench.RECORDINGS / "cartpole-random.jsonl"),
    )
    list(evolve(bench.environment_of("cartpole"), settings, run=tmp_path / "again"))
    found = open_run(tmp_path / "again").archive
    recorded = recorded_completions(bench.RECORDINGS / "cartpole-random.jsonl")
    assert {name: c.source for name, c in found.candidates.items()} == {
        key: extract(recorded[key].text).source for key in ("g00-c00", "g00-c01")
    }
    assert found.finished is not None


def test_a_component_that_is_missing_from_the_dict_is_recorded_and_not_rejected(judged):
    passed = [verdict for verdict in judged.verdicts.values() if verdict.passed]
    found = {verdict.candidate for verdict in passed if verdict.additive is False}
    assert found == NOT_ADDITIVE.get(judged.name, set())
