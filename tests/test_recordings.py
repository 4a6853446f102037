"""Real answers of a language model, mistakes and all, through extraction and critic."""

from pathlib import Path

import pytest

from rewardsmith import load_environment
from rewardsmith.critic import judge
from rewardsmith.proposers.extraction import extract
from rewardsmith.proposers.replay import recorded_completions
from rewardsmith.records import Candidate
from rewardsmith.workshop import Workshop

RECORDING = Path(__file__).parent / "data" / "recordings" / "half-cheetah.jsonl"
FAULTS = {"g00-c06": "signal", "g01-c06": "error", "g02-c04": "shape"}


@pytest.fixture(scope="module")
def verdicts():
    """The critic's verdict on every recorded answer."""
    environment = load_environment("half-cheetah")
    with Workshop() as workshop:
        bank = workshop.bank(environment)
        found = {}
        for key, completion in recorded_completions(RECORDING).items():
            candidate = Candidate(
                id=key,
                source=extract(completion.text).source,
                operator="initial",
                generation=0,
                index=0,
            )
            found[key] = judge(candidate, environment, bank, workshop.rewards)
    return found


def test_every_answer_holds_code_that_is_found(verdicts):
    assert len(verdicts) == 27
    assert not any(
        reason.rule == "no-code" for verdict in verdicts.values() for reason in verdict.reasons
    )


def test_exactly_the_answers_with_a_mistake_are_rejected_each_by_its_rule(verdicts):
    rejected = {
        key: next(reason.rule for reason in verdict.reasons if not reason.warning)
        for key, verdict in verdicts.items()
        if not verdict.passed
    }
    assert rejected == FAULTS


def test_every_repair_was_enough(verdicts):
    assert {key for key in verdicts if "-r" in key} == {f"{key}-r1" for key in FAULTS}
    assert all(verdicts[f"{key}-r1"].passed for key in FAULTS)


def test_a_component_that_is_missing_from_the_dict_is_recorded_and_not_rejected(verdicts):
    assert verdicts["g01-c04"].passed
    assert verdicts["g01-c04"].additive is False
