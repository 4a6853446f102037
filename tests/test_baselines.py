"""--baseline: searches without evolution at the same budget, beside the run's own."""

import shutil
from dataclasses import replace

import pytest
import searches
from llm_server import FakeLlm

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.archive import Archive, first_steps, paid_steps
from rewardsmith.cli.tables import comparison_table
from rewardsmith.config import Budget
from rewardsmith.report.baselines import missing_rows
from rewardsmith.search.goals import searches_of
from rewardsmith.store import EVENTS

SETTINGS = {"candidates": 2, "elites": 0, "finalists": 1, "repairs": 0, "concurrency": 1}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "one"
    with FakeLlm(searches.REPLIES[0], searches.REPLIES[1], searches.REPLIES[5]) as server:
        config = searches.tiny(
            **SETTINGS, baseline="random", model="openai/fake", api_base=server.url
        )
        events = list(evolve(load_environment("cartpole"), config, run=folder))
        yield folder, events, server


def test_it_proposes_as_much_as_the_runs_selection_paid_for(finished):
    folder, events, _ = finished
    (began,) = [e for e in events if isinstance(e, records.BaselineStarted)]
    archive = open_run(folder).archive
    assert paid_steps(archive) == sum(
        member.steps
        for (name, purpose), result in archive.results.items()
        if purpose == "selection" and name not in archive.twins
        for member in result.members
    )
    assert began.proposals == round(paid_steps(archive) / 2048)
    arm = open_run(folder / "random").archive
    assert len(arm.candidates) == began.proposals
    assert {c.operator for c in arm.candidates.values()} == {"initial"}


def test_its_prompts_know_nothing_of_the_search_and_its_seeds_are_others(finished):
    folder, _, _ = finished
    arm = open_run(folder / "random")
    for event in arm.events:
        if isinstance(event, records.CompletionReceived):
            text = "\n".join(message.content for message in event.messages)
            assert "What was tried in this search" not in text
    seeds = [
        {m.seed for (_, p), r in run.archive.results.items() if p == "selection" for m in r.members}
        for run in (open_run(folder), arm)
    ]
    assert not seeds[0] & seeds[1]


def test_its_best_is_trained_beside_the_winner_and_stands_in_the_report(finished):
    folder, events, _ = finished
    last, archive = events[-1], open_run(folder).archive
    assert set(last.scores) == {"best", "fitness", "sparse", "human", "random"}
    report = {name: r for (name, purpose), r in archive.results.items() if purpose == "report"}
    assert {m.seed for m in report["random"].members} == {m.seed for m in report["fitness"].members}
    assert archive.searched["random"].source == open_run(folder / "random").best_candidate.source
    table, card = comparison_table(open_run(folder)), (folder / "card.md").read_text()
    for text in (table, card):
        assert f"random search, {archive.searched['random'].proposals} candidates" in text
        assert "probability of improvement on its best: " in text
        assert "sparse reward" in text


@pytest.mark.long
def test_a_run_that_was_killed_in_it_goes_on_with_it_and_asks_nobody_twice(finished, tmp_path):
    folder, events, server = finished
    place = next(k for k, e in enumerate(events, 1) if isinstance(e, records.BaselineStarted))
    target = tmp_path / "copy"
    shutil.copytree(folder, target)
    for part, lines in ((target, place), (target / "random", 5)):
        data = (part / EVENTS).read_bytes().splitlines(keepends=True)
        (part / EVENTS).write_bytes(b"".join(data[:lines]) + b'{"event"')
    asked = len(server.requests)
    left = open_run(folder / "random").archive.spend.completions
    left -= open_run(target / "random").archive.spend.completions
    list(evolve(None, run=target))
    whole, again = open_run(folder).archive, open_run(target).archive
    assert len(server.requests) - asked == left
    # the server answers in turn, so only what had been asked before is alike
    assert again.searched["random"].proposals == whole.searched["random"].proposals
    assert again.finished.scores["fitness"] == whole.finished.scores["fitness"]


def test_what_it_paid_counts_against_the_runs_own_limits(finished):
    from rewardsmith.llm import Ledger, ModelSettings
    from rewardsmith.proposers.llm import LlmProposer
    from rewardsmith.search.sitting import Sitting

    folder, _, _ = finished
    archive = open_run(folder).archive
    sitting = Sitting.__new__(Sitting)
    sitting.archive = archive
    sitting.proposer = LlmProposer(ModelSettings(model="fake"), ledger=Ledger())
    searched = archive.searched["random"]
    sitting.charge(searched)
    assert searched.completions == searched.proposals
    assert sitting.proposer.ledger.spend.tokens == 150 * searched.completions


def test_what_was_not_run_stands_in_the_table_with_the_option_that_runs_it(finished):
    folder, events, _ = finished
    run = open_run(folder)
    (began,) = [e for e in events if isinstance(e, records.BaselineStarted)]
    composer = (
        f"the composer, about {began.proposals} initial proposals",
        "not run (--baseline composer)",
    )
    random = (
        f"random search, about {began.proposals} initial proposals, as many requests again",
        "not run (--baseline random)",
    )
    assert missing_rows(run.archive) == [composer]
    assert missing_rows(replace(run.archive, searched={})) == [random, composer]
    for text in (comparison_table(run), (folder / "card.md").read_text()):
        assert all(words in text for words in composer)


def test_beside_a_model_the_composer_proposes_as_much_without_a_request(tmp_path):
    with FakeLlm(searches.REPLIES[0], searches.REPLIES[1]) as server:
        changes = {"generations": 1, "baseline": "auto", "report_seeds": 1}
        config = searches.tiny(**SETTINGS, **changes, model="openai/fake", api_base=server.url)
        *_, last = evolve(load_environment("cartpole"), config, run=tmp_path / "run")
        assert len(server.requests) == 2
    archive = open_run(tmp_path / "run").archive
    arm = open_run(tmp_path / "run" / "composer").archive
    assert set(archive.searched) == {"composer"}
    assert {c.proposer for c in arm.candidates.values()} == {"composer"}
    assert len(arm.candidates) == archive.searched["composer"].proposals
    assert archive.searched["composer"].completions == 0
    assert "composer" in last.scores
    table = comparison_table(open_run(tmp_path / "run"))
    assert f"the composer, {len(arm.candidates)} candidates" in table
    assert "not run (--baseline random)" in table


@pytest.mark.parametrize(
    ("changes", "searched"),
    [
        ({}, ("random",)),
        ({"model": "openai/x"}, ("composer",)),
        ({"replay_from": "runs/x"}, ("composer",)),
        ({"proposer": "manual"}, ("composer",)),
        ({"model": "openai/x", "baseline": "random"}, ("random",)),
        ({"model": "openai/x", "baseline": "all"}, ("random", "composer")),
        ({"baseline": "all"}, ("random",)),
        ({"baseline": "none"}, ()),
        ({"budget": Budget(seconds=60)}, ()),
        ({"budget": Budget(seconds=60), "baseline": "random"}, ("random",)),
    ],
)
def test_by_default_a_baseline_is_searched_where_it_costs_time_alone(changes, searched):
    config = searches.tiny(**{"baseline": "auto", **changes})
    assert searches_of(load_environment("cartpole"), config) == searched


def test_a_goal_that_a_model_judges_has_no_search_beside_it_that_nobody_asked_for():
    goal = load_environment("cartpole", words="lean to the left")
    assert searches_of(goal, searches.tiny(baseline="auto", model="openai/x")) == ()
    assert searches_of(goal, searches.tiny(baseline="auto", human=True)) == ()
    assert searches_of(goal, searches.tiny(baseline="auto", rank="length")) == ("random",)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"baseline": "randon"}, "did you mean random"),
        ({"baseline": "random", "proposer": "manual"}, "would need a person's work"),
        ({"baseline": "composer"}, "writes this run's candidates already"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused_before_anything_starts(tmp_path, changes, says):
    with pytest.raises(errors.UsageError, match=says):
        list(evolve(load_environment("cartpole"), searches.tiny(**changes), run=tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_a_proposal_costs_what_the_first_generation_cost_with_its_races():
    def candidate(name, generation):
        return records.Candidate(
            id=name, source="", operator="initial", generation=generation, index=0
        )

    def trained(name, *steps):
        members = tuple(
            records.MemberResult(reward=name, seed=seed, steps=count)
            for seed, count in enumerate(steps)
        )
        return records.TrainResult(reward=name, purpose="selection", members=members)

    # a was trained once more as an elite, b stopped early, c came later, d is a copy, e rejected.
    archive = Archive(
        candidates={n: candidate(n, 1 if n == "c" else 0) for n in "abcde"},
        results={
            (n, "selection"): trained(n, *steps)
            for n, steps in {"a": (8, 8, 8), "b": (2, 2), "c": (8, 8), "d": (8, 8)}.items()
        },
        verdicts={"d": records.Verdict(candidate="d", twin="a")},
    )
    assert first_steps(archive, 2) == ((8 + 8) + (2 + 2)) / 2
    assert first_steps(Archive(), 2) is None
