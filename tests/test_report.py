"""The reward card: every number on it is a number of the run, and what is unknown is so called."""

from __future__ import annotations

from dataclasses import replace

import msgspec
import pytest

from rewardsmith import records as r
from rewardsmith.archive import Archive
from rewardsmith.environments import load_environment
from rewardsmith.errors import UsageError
from rewardsmith.observers.lines import sentence
from rewardsmith.report import render_card
from rewardsmith.report.search import one_line, shares_lines

ENVIRONMENT = load_environment("mountain-car")
SOURCE = "def compute_reward(velocity):\n    return velocity, {'speed': velocity}\n"


def trained(name, purpose, fitness, *, failure=None):
    curve = r.ComponentCurve(
        name="speed", mean=(0.0, 0.25), share=(0.5, 1.0), spread=(0.1, 0.1), positive=(1.0, 0.75)
    )
    members = tuple(
        r.MemberResult(
            reward=name,
            seed=100 + k,
            steps=40_000,
            fitness=value,
            episodes=(r.Episode(fitness=value, length=110, terminated=True),) * 20,
            components=(curve,) if name.startswith("g") else (),
            reward_scale=0.5,
        )
        for k, value in enumerate(fitness)
    )
    if failure is not None:
        members += (r.MemberResult(reward=name, seed=999, steps=7, failure=failure),)
    result = r.TrainResult(reward=name, purpose=purpose, members=members)
    return r.RewardTrained(job=purpose, result=result)


def run(*, human=(0.5, 0.6, 0.7), finished=True, answers=True, words="thought"):
    events = [
        r.RunStarted(
            run="mountain-car-1",
            environment=ENVIRONMENT.specification,
            task=ENVIRONMENT.task.name,
            config={"generations": 1, "trainer": "population"},
            versions={"rewardsmith": "0.1.0", "numpy": "2.4.6"},
            confinement="landlock+seccomp",
            machine="Linux x86_64, 2 cores",
            time="2026-01-02T03:04:05+00:00",
        ),
        r.GenerationStarted(generation=0, shares={"initial": 1.0}),
    ]
    for key, price in (("g00-c00", 0.01), ("g00-c01", None)) if answers else ():
        completion = r.Completion(
            text=words, model="openai/small", prompt_tokens=1000, completion_tokens=200, price=price
        )
        events.append(r.CompletionReceived(key=key, messages=(), completion=completion))
    parents = {"g00-c00": (), "g00-c01": ("g00-c00",)}
    for index, (name, value) in enumerate((("g00-c00", 0.2), ("g00-c01", 0.9))):
        candidate = r.Candidate(
            id=name,
            source=SOURCE,
            operator="initial" if not index else "mutate",
            generation=0,
            index=index,
            parents=parents[name],
            proposer="llm",
        )
        warning = r.Reason(rule="scale", message="a | b <b>", line=3, warning=True)
        distances = {"fitness": 0.25, "human": 0.125, "g00-c00": 0.5, "g00-c02": 0.03}
        verdict = r.Verdict(candidate=name, reasons=(warning,), additive=True, distances=distances)
        finding = r.Finding(name="ends_early", sentence="It *ended* at step 12.", severity=0.5)
        diagnosis = r.Diagnosis(candidate=name, findings=(finding,), text="Task score: ```0.9")
        events += [
            r.CandidateProposed(candidate=candidate),
            r.CandidateJudged(verdict=verdict),
            trained(name, "selection", (value, value)),
            r.CandidateDiagnosed(diagnosis=diagnosis),
        ]
    events.append(r.GenerationFinished(generation=0, best="g00-c01"))
    if finished:
        events += [
            trained("g00-c01", "confirmation", (0.85, 0.85)),
            r.FinalistsOrdered(finalists=("g00-c01",), scores=(None,)),
            trained("g00-c01", "report", (0.75, 0.8, 0.85)),
            trained("fitness", "report", (0.0, 0.05, 0.1)),
            trained("human", "report", human),
            r.RunFinished(best="g00-c01", scores={}, convincing=True),
        ]
    return Archive.fold(events)


def test_the_card_tells_the_scores_with_their_intervals_seeds_and_steps():
    card = render_card(run(), ENVIRONMENT)
    assert "# Reward card: g00-c01 for mountain-car/" in card
    assert "| **g00-c01** | 0.8 | 0.75 to 0.85 (range of 3 seeds) | 3 | 40,000 |" in card
    assert (
        "| fitness as reward (sparse) | 0.05 | 0 to 0.1 (range of 3 seeds) | 3 | 40,000 |" in card
    )
    assert "| human reward | 0.6 | 0.5 to 0.7 (range of 3 seeds) | 3 | 40,000 |" in card
    assert "used for nothing else" in card
    assert "**Convincing**" in card


def test_the_card_compares_with_the_human_reward():
    card = render_card(run(), ENVIRONMENT)
    # (0.8 - 0.05) / (0.6 - 0.05) = 1.3636
    assert "normalised score: 1.36" in card
    assert "difference to the human reward: +0.2 (" in card
    # every one of 0.75, 0.8, 0.85 is above 0.5, 0.6 and 0.7
    assert "probability of improvement on the human reward: 1.00 (1.00 to 1.00)" in card
    # of the gain of 0.9 - 0.05, 0.9 - 0.8 was lost: 11.8 %
    assert (
        "luck: 0.9 on the 2 seeds that selected it, 0.8 on 3 fresh ones: "
        "12% of the gain over the fitness as a reward was luck" in card
    )


def test_an_undefined_normalised_score_says_why_and_keeps_the_difference():
    card = render_card(run(human=(0.0, 0.05, 0.15)), ENVIRONMENT)
    assert "normalised score: undefined, because the human reward is not clearly better" in card
    assert "difference to the human reward: +0.7333" in card


def test_with_a_typed_fitness_nothing_is_normalised_by_the_environments_own_human_reward():
    known = run()
    environment = {**known.started.environment, "fitness": "velocity"}
    started = msgspec.structs.replace(known.started, environment=environment)
    card = render_card(replace(known, started=started), ENVIRONMENT)
    assert "| human reward (for the environment's own task) | 0.6 |" in card
    assert "normalised score: undefined, because the human reward was written for the" in card
    assert "difference to the human reward: +0.2 (" in card


def test_a_run_without_its_report_is_called_preliminary():
    card = render_card(run(finished=False), ENVIRONMENT)
    assert "**Preliminary**" in card
    assert "the best of many noisy scores is too good" in card
    assert "no human reward was trained beside it" in card


def test_unknown_prices_are_unknown_and_no_model_is_no_model():
    card = render_card(run(), ENVIRONMENT)
    assert (
        "model openai/small: 2 completions, 2,000 tokens in, 400 out, price unknown "
        "(at least $0.01)" in card
    )
    assert "no model was asked" in render_card(run(answers=False), ENVIRONMENT)


def test_the_card_says_what_it_was_tested_on_and_on_what_not():
    card = render_card(run(), ENVIRONMENT)
    tested, _, untested = card.partition("## What it was not tested on")
    assert "backend envpool, `MountainCar-v0`" in tested
    assert "seeds 100, 101, 102; 20 evaluation episodes each" in tested
    assert "confined by: landlock+seccomp" in tested
    assert "Linux x86_64, 2 cores; rewardsmith 0.1.0, numpy 2.4.6" in tested
    assert "other learning algorithms" in untested
    assert "a real robot" in untested


def test_the_card_lists_components_findings_lineage_and_use():
    card = render_card(run(), ENVIRONMENT)
    assert "| `speed` | +0.25 | 100% | 75% |" in card
    assert "They add up to the total. Rewards were divided by 0.5." in card
    assert "- **ends_early**: It \\*ended\\* at step 12." in card
    assert "- g00-c01: mutate of g00-c00, by llm; 0.9 on 2 selection seeds" in card
    assert "- g00-c00: initial, by llm; 0.2 on 2 selection seeds" in card
    assert "1 generations, 2 candidates (1 initial, 1 mutate); 0 rejected" in card
    assert "- STARC distance to the human reward 0.12, to the fitness reward 0.25 (0 asks" in card
    assert "- STARC distance to the nearest earlier candidates: g00-c02 0.03, g00-c00 0.50" in card
    assert 'rewardsmith.RewardWrapper(env, "best.py", environment)' in card
    assert 'gymnasium.make("MountainCar-v0")' in card


def test_the_card_tells_how_the_operators_shares_changed():
    shares = ({"initial": 1.0}, {"mutate": 0.75, "initial": 0.25}, {"mutate": 0.5, "initial": 0.5})
    started = [r.GenerationStarted(generation=g, shares=given) for g, given in enumerate(shares)]
    archive = Archive.fold(started)
    (told,) = shares_lines(archive)
    assert told == (
        "shares of the operators: in generation 1 75% mutate, 25% initial; "
        "in generation 2 50% mutate, 50% initial"
    )
    assert shares_lines(Archive.fold(started[:1])) == []
    assert sentence(started[1], archive) == "generation 1: 75% mutate, 25% initial"
    assert sentence(started[0], archive) == "generation 0"


def test_text_from_elsewhere_cannot_write_markdown():
    card = render_card(run(), ENVIRONMENT)
    assert "line 3: a \\| b &lt;b&gt; \\[scale\\]" in card
    assert "```0.9" not in card
    assert one_line("a\nb\x1b[1m # <i>") == "a b \\[1m \\# &lt;i&gt;"


def test_the_card_is_the_same_but_for_the_date():
    first = render_card(run(), ENVIRONMENT, date="2026-01-01")
    second = render_card(run(), ENVIRONMENT, date="2027-01-01")
    assert first == second.replace("2027", "2026")
    assert render_card(run(), ENVIRONMENT) == render_card(run(), ENVIRONMENT)


def test_a_candidate_with_a_failed_seed_is_told_with_it():
    archive = run().with_event(trained("g00-c00", "report", (0.3,), failure="hung"))
    card = render_card(archive, ENVIRONMENT, candidate="g00-c00")
    assert "| **g00-c00** | 0.3 | one seed: none | 1 (1 failed) | 40,000 |" in card
    assert "**Preliminary**" in card


def test_no_candidate_no_card():
    with pytest.raises(UsageError, match="no trained candidate"):
        render_card(Archive(), ENVIRONMENT)
    with pytest.raises(UsageError, match="did you mean g00-c0"):
        render_card(run(), ENVIRONMENT, candidate="g00-c09")
