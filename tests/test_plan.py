from dataclasses import replace

import msgspec
import numpy as np
import pytest

from rewardsmith import load_environment, plan, records
from rewardsmith.archive import Archive
from rewardsmith.backends import ActionSpace
from rewardsmith.bank import Bank, BankEpisode
from rewardsmith.config import Config
from rewardsmith.plan import Brief
from rewardsmith.proposers.prompts import messages_for
from rewardsmith.readings import review_request
from rewardsmith.signals import BUILTIN_SIGNALS


def bank(environment, rows=4):
    """A bank by hand: every signal counts 0, 1, 2, ... and was one less the step before."""
    steps = np.arange(rows, dtype=np.float32)
    names = [signal.name for signal in environment.signals]
    transitions = dict.fromkeys(names, steps)
    transitions |= {f"previous_{name}": steps - 1.0 for name in names}
    transitions |= dict.fromkeys(BUILTIN_SIGNALS, steps)
    transitions["terminated"] = np.zeros(rows, dtype=bool)
    return Bank(transitions=transitions, ranges=dict.fromkeys(names, (0.0, 3.0)))


def trained(name, generation, fitness, components=("speed",)):
    """The events of a candidate that was trained."""
    index = int(name[-2:])
    candidate = records.Candidate(
        id=name, source="code", operator="initial", generation=generation, index=index
    )
    members = tuple(
        records.MemberResult(reward=name, seed=seed, steps=1, fitness=value)
        for seed, value in enumerate(fitness)
    )
    result = records.TrainResult(reward=name, purpose="selection", members=members)
    finding = records.Finding(name="hovering", sentence="It stays 3 m away.", severity=0.5)
    diagnosis = records.Diagnosis(candidate=name, findings=(finding,), text="numbers")
    verdict = records.Verdict(
        candidate=name, components=components, additive=False, distances={"human": 0.0625}
    )
    return (
        records.CandidateProposed(candidate=candidate),
        records.CandidateJudged(verdict=verdict),
        records.RewardTrained(job="j", result=result),
        records.CandidateDiagnosed(diagnosis=diagnosis),
    )


def again(name, twin):
    """The events of a candidate that is an earlier one over again."""
    candidate = records.Candidate(
        id=name, source="code", operator="initial", generation=0, index=int(name[-2:])
    )
    verdict = records.Verdict(candidate=name, twin=twin, distances={"human": 0.0625})
    return records.CandidateProposed(candidate=candidate), records.CandidateJudged(verdict=verdict)


def archive(*groups):
    return Archive.fold(event for group in groups for event in group)


def brief():
    environment = load_environment("cartpole")
    return Brief.of(environment, bank(environment))


def test_the_first_generation_is_all_initial_and_has_no_parents():
    requests = plan.plan_generation(Archive(), brief(), Config(candidates=4), 0)
    assert [r.key for r in requests] == ["g00-c00", "g00-c01", "g00-c02", "g00-c03"]
    assert {r.operator for r in requests} == {"initial"}
    assert not any(r.parents for r in requests)


def test_later_generations_share_out_the_operators_as_the_settings_say():
    known = archive(trained("g00-c00", 0, (1.0, 2.0)), trained("g00-c01", 0, (3.0, 4.0)))
    config = Config(candidates=8, explore=0.25, crossover=0.25, retune=0.125)
    requests = plan.plan_generation(known, brief(), config, 1)
    assert [r.operator for r in requests] == ["mutate"] * 3 + ["crossover"] * 2 + ["retune"] + [
        "initial"
    ] * 2
    assert [len(r.parents) for r in requests] == [1] * 3 + [2] * 2 + [1] + [0] * 2


def test_with_one_parent_nothing_is_crossed():
    known = archive(trained("g00-c00", 0, (1.0, 2.0)))
    requests = plan.plan_generation(known, brief(), Config(candidates=8), 1)
    assert "crossover" not in {r.operator for r in requests}


def test_a_plan_does_not_change_by_what_its_own_generation_has_found():
    before = archive(trained("g00-c00", 0, (1.0, 2.0)), trained("g00-c01", 0, (3.0, 4.0)))
    during = archive(
        trained("g00-c00", 0, (1.0, 2.0)),
        trained("g00-c01", 0, (3.0, 4.0)),
        trained("g01-c00", 1, (9.0, 9.0)),
    )
    one = plan.plan_generation(before, brief(), Config(), 1)
    two = plan.plan_generation(during, brief(), Config(), 1)
    assert msgspec.json.encode(one) == msgspec.json.encode(two)


def test_a_parent_is_told_with_its_score_its_findings_and_its_numbers():
    known = archive(trained("g00-c00", 0, (1.0, 3.0)))
    view = plan.parent_view(known, known.candidates["g00-c00"])
    assert view.score == "2 [1, 3] over 2 seeds"
    assert view.diagnosis == (
        "- hovering: It stays 3 m away.\n"
        "- not_additive: the components do not add up to the total\n\nnumbers"
    )


@pytest.mark.parametrize(("ends", "action"), [(True, "keep"), (False, "drop")])
def test_a_constant_is_kept_where_recorded_episodes_end_although_the_parents_own_do_not(
    ends, action
):
    proposed, judged, _, diagnosed = trained("g00-c00", 0, ())
    cost = records.ComponentCurve(name="time", mean=(-0.1,), share=(0.0,), spread=(0.0,))
    member = records.MemberResult(
        reward="g00-c00", seed=0, steps=1, fitness=1.0, components=(cost,)
    )
    result = records.TrainResult(reward="g00-c00", purpose="selection", members=(member,))
    known = archive((proposed, judged, records.RewardTrained(job="j", result=result), diagnosed))
    told = replace(brief(), ends_early=ends)
    (request,) = plan.plan_generation(
        known, told, Config(candidates=1, explore=0, crossover=0, retune=0), 1
    )
    assert request.parents[0].actions == {"time": action}
    said = messages_for(request)[-1].content
    assert ("what time is worth, which counts where episodes can end" in said) is ends


def test_of_two_parents_is_told_in_what_each_is_ahead():
    known = archive(trained("g00-c00", 0, (1.0, 3.0)), trained("g00-c01", 0, (2.0, 2.0)))
    both = [known.candidates[name] for name in ("g00-c00", "g00-c01")]
    views = plan.parent_views(known, both, told=True)
    assert [view.ahead for view in views] == [(), ("the higher score of its worst seed",)]
    assert not any(view.ahead for view in plan.parent_views(known, both, told=False))
    assert not any(view.ahead for view in plan.parent_views(known, both[:1], told=True))


def test_what_was_tried_is_listed_the_best_first():
    known = archive(
        trained("g00-c00", 0, (1.0, 1.0), ("slow",)), trained("g00-c01", 0, (2.0, 2.0), ("fast",))
    )
    assert plan.history_of(known, 1) == (
        "g00-c01 (initial): fast: 2 [2, 2] over 2 seeds",
        "g00-c00 (initial): slow: 1 [1, 1] over 2 seeds",
    )
    assert plan.history_of(known, 0) == ()


def test_candidates_that_are_one_over_again_stand_beside_it_and_take_no_line():
    known = archive(trained("g00-c00", 0, (1.0, 1.0), ("slow",)), again("g00-c02", "g00-c00"))
    assert plan.history_of(known, 1) == (
        "g00-c00 (initial): slow: 1 [1, 1] over 2 seeds; the same again: g00-c02",
    )


def test_no_words_for_the_model_hold_a_distance_to_the_tasks_own_rewards():
    known = archive(trained("g00-c00", 0, (1.0, 3.0)), again("g00-c02", "g00-c00"))
    assert known.verdicts["g00-c00"].distances["human"] == 0.0625
    words = [*plan.history_of(known, 1), plan.parent_view(known, known.candidates["g00-c00"])]
    assert not any("human" in str(text) or "0.0625" in str(text) for text in words)


def test_the_seeds_of_different_purposes_and_runs_never_meet():
    seeds = [
        seed
        for run in (0, 1)
        for purpose in plan.PURPOSES
        for seed in plan.training_seeds(Config(seed=run, seeds=9, report_seeds=50), purpose)
    ]
    assert len(seeds) == len(set(seeds))


def test_a_brief_tells_ranges_changes_and_whether_episodes_end_early():
    told = brief()
    row = next(row for row in told.signals if row.name == "cart_velocity")
    assert (row.low, row.high, row.change) == (0.0, 3.0, 1.0)
    assert not told.ends_early


@pytest.mark.parametrize(
    ("count", "zeros"), [(None, "doing nothing (actions of 0)"), (2, "always action 0")]
)
def test_a_brief_tells_what_actions_of_zero_and_random_actions_reach(count, zeros):
    environment = load_environment("cartpole")
    episodes = tuple(
        BankEpisode({"pole_angle": np.zeros(length)}, fitness, terminated=True, policy=policy)
        for policy, fitness, length in (
            ("random", 10.0, 10),
            ("random", 21.0, 21),
            ("zeros", 9.0, 9),
            ("linear", 99.0, 99),
        )
    )
    known = replace(bank(environment), episodes=episodes, action_space=ActionSpace(count=count))
    told = Brief.of(environment, known)
    assert told.description.startswith("Cart-pole: a pole on a cart")
    assert told.reference == (
        f"{zeros}: mean 9, from 9 to 9 (1 recorded, of 9 steps)",
        "random actions: mean 15.5, from 10 to 21 (2 recorded, of 16 steps)",
    )


def test_a_repair_keeps_its_place_and_tells_the_reasons():
    (request,) = plan.plan_generation(Archive(), brief(), Config(candidates=1), 0)
    reason = records.Reason(rule="shape", message="total is a scalar", line=3)
    again = plan.repair_request(request, "code", (reason,), 2)
    assert (again.key, again.operator, again.source) == ("g00-c00-r2", "repair", "code")
    assert again.reasons == (reason,)


def test_a_review_is_told_of_the_environment_what_every_other_request_is():
    told = replace(brief(), description="A cart on a rail.", reference=("zeros: mean 9",))
    candidate = records.Candidate(
        id="g00-c00", source="code", operator="initial", generation=0, index=0
    )
    review = review_request(told, candidate)
    (proposal,) = plan.plan_generation(Archive(), told, Config(candidates=1), 0)
    shared = ("words", "signals", "action", "time_limit", "ends_early", "secrets")
    for name in (*shared, "description", "reference"):
        assert getattr(review, name) == getattr(proposal, name)
    prompt = "\n".join(message.content for message in messages_for(review))
    assert "A cart on a rail." in prompt
    assert "zeros: mean 9" in prompt
