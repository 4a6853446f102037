"""--baseline: searches without evolution at the same budget, beside the run's own."""

import shutil
from dataclasses import replace
from types import SimpleNamespace

import pytest
import searches
from llm_server import FakeLlm, answer, refuse_key

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.archive import Archive, Spend, first_steps, paid_steps
from rewardsmith.cli.tables import comparison_table
from rewardsmith.config import Budget
from rewardsmith.report.baselines import gain_lines, missing_rows, search_label
from rewardsmith.search.goals import searches_of
from rewardsmith.search.room import lack_of_room
from rewardsmith.store import EVENTS

BESIDE = {"generations": 1, "baseline": "auto", "report_seeds": 1}
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
    proposed, trained = archive.searching["random"].proposals, archive.searched["random"].trained
    for text in (table, card):
        assert f"random search, {proposed} initial proposals" in text
        assert f"random search: {trained} of {proposed} initial proposals trained in" in text
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


def test_a_repair_is_not_counted_as_one_more_proposal():
    began = records.BaselineStarted(baseline="random", proposals=30)
    found = records.BaselineSearched(baseline="random", proposals=41, trained=29, steps=9000)
    archive = Archive.fold([began, found])
    assert search_label(archive, "random") == "random search, 30 initial proposals"
    (told,) = gain_lines(archive, "best")
    assert told.startswith("random search: 29 of 30 initial proposals trained in 9,000 ")


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


def test_by_default_random_search_and_the_composer_stand_beside_what_a_model_wrote(tmp_path):
    with FakeLlm(searches.REPLIES[0], searches.REPLIES[1]) as server:
        config = searches.tiny(**SETTINGS, **BESIDE, model="openai/fake", api_base=server.url)
        *_, last = evolve(load_environment("cartpole"), config, run=tmp_path / "run")
        archive = open_run(tmp_path / "run").archive
        assert len(server.requests) == 2 + archive.searched["random"].completions
    arms = {name: open_run(tmp_path / "run" / name).archive for name in ("random", "composer")}
    assert set(archive.searched) == set(arms)
    for name, writer in (("random", "llm"), ("composer", "composer")):
        assert {c.proposer for c in arms[name].candidates.values()} == {writer}
        assert len(arms[name].candidates) == archive.searched[name].proposals
    assert archive.searched["composer"].completions == 0
    assert set(last.scores) == {"best", "fitness", "sparse", "human", "random", "composer"}
    table = comparison_table(open_run(tmp_path / "run"))
    assert "the composer, " in table
    assert "random search, " in table
    assert "not run" not in table


@pytest.mark.parametrize(
    ("changes", "searched"),
    [
        ({}, ("random",)),
        ({"model": "openai/x"}, ("random", "composer")),
        ({"replay_from": "runs/x"}, ("composer",)),
        ({"proposer": "manual"}, ("composer",)),
        ({"model": "openai/x", "baseline": "random"}, ("random",)),
        ({"model": "openai/x", "baseline": "all"}, ("random", "composer")),
        ({"baseline": "all"}, ("random",)),
        ({"baseline": "none"}, ()),
        ({"budget": Budget(seconds=60)}, ("random",)),
    ],
)
def test_by_default_every_search_is_made_that_needs_no_person(changes, searched):
    config = searches.tiny(**{"baseline": "auto", **changes})
    assert searches_of(load_environment("cartpole"), config) == searched


def test_a_recording_answers_the_searches_that_it_has(tmp_path):
    goal = load_environment("cartpole", words="lean to the left")
    config = searches.tiny(baseline="auto", replay_from=str(tmp_path))
    assert searches_of(load_environment("cartpole"), config) == ("composer",)
    assert searches_of(goal, config) == ()
    (tmp_path / "random").mkdir()
    assert searches_of(load_environment("cartpole"), config) == ("random", "composer")
    assert searches_of(goal, config) == ("random",)


def test_a_goal_without_a_fitness_has_searches_beside_it_unless_a_person_alone_judges():
    goal = load_environment("cartpole", words="lean to the left")
    both = ("random", "composer")
    assert searches_of(goal, searches.tiny(baseline="auto", model="openai/x")) == both
    assert searches_of(goal, searches.tiny(baseline="auto", human=True)) == ()
    assert searches_of(goal, searches.tiny(baseline="auto", rank="length")) == ("random",)


def test_a_search_that_nobody_named_is_left_out_where_the_limit_has_no_room(tmp_path):
    dear = [answer(text, usage=(25_000, 0)) for text in searches.REPLIES[:2]]
    with FakeLlm(*dear) as server:
        changes = {**SETTINGS, **BESIDE, "budget": Budget(tokens=100_000)}
        config = searches.tiny(**changes, model="openai/fake", api_base=server.url)
        *_, last = evolve(load_environment("cartpole"), config, run=tmp_path / "run")
    run = open_run(tmp_path / "run")
    why = "--budget-tokens 100000 leaves no room for it"
    assert run.archive.left_out == {"random": why}
    assert set(run.archive.searched) == {"composer"}
    assert {"best", "composer"} < set(last.scores)
    assert f"not run ({why})" in comparison_table(run)


def test_a_search_that_nobody_named_does_not_cost_the_report_where_the_model_falls_silent(tmp_path):
    with FakeLlm(searches.REPLIES[0], searches.REPLIES[1], refuse_key) as server:
        config = searches.tiny(**SETTINGS, **BESIDE, model="openai/fake", api_base=server.url)
        *_, last = evolve(load_environment("cartpole"), config, run=tmp_path / "run")
    run = open_run(tmp_path / "run")
    assert set(run.archive.left_out) == {"random"}
    assert {"best", "composer"} < set(last.scores)
    assert f"not run ({run.archive.left_out['random']})" in comparison_table(run)


@pytest.mark.parametrize(
    ("changes", "paid", "says"),
    [
        ({"seconds": 100.0}, {"seconds": 30.0}, ""),  # 30 x 1.25 + 10 of the report are left
        ({"seconds": 77.0}, {"seconds": 30.0}, "--budget-seconds 77 leaves no time for it"),
        ({"tokens": 225}, {"tokens": 100}, ""),
        ({"tokens": 224}, {"tokens": 100}, "--budget-tokens 224 leaves no room for it"),
        ({"price": 2.24}, {"price": 1.0}, "--budget-price 2.24 leaves no room for it"),
        ({}, {"seconds": 1e6, "tokens": 10**9, "price": 1e6}, ""),
    ],
)
def test_a_search_needs_room_for_what_the_runs_own_paid_and_a_quarter(changes, paid, says):
    spend = Spend(
        prompt_tokens=paid.get("tokens", 0),
        known_price=paid.get("price", 0.0),
        job_seconds={"g00": 10.0},
    )
    result = records.TrainResult(
        reward="a",
        purpose="selection",
        members=(records.MemberResult(reward="a", seed=0, steps=8000),),
    )
    config = searches.tiny(
        model="openai/x",
        baseline="auto",
        budget=Budget(**changes),
        steps=1000,
        finalists=2,
        confirmation_seeds=1,
        report_seeds=1,
    )  # the report: 2 + 6 policies of 1000 steps, ten seconds for 8000
    sitting = SimpleNamespace(
        config=config,
        archive=Archive(results={("a", "selection"): result}, spend=spend),
        seconds=lambda: paid.get("seconds", 0.0),
        environment=load_environment("cartpole"),
    )
    assert lack_of_room(sitting, "random") == says
    assert lack_of_room(sitting, "composer") == (says if "seconds" in says else "")


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
