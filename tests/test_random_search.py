"""--baseline random: a search without evolution at the same budget, beside the run's own."""

import shutil
from dataclasses import replace

import pytest
import searches
from llm_server import FakeLlm

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.archive import paid_steps
from rewardsmith.cli.tables import comparison_table
from rewardsmith.report.baselines import random_line
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
    assert set(last.scores) == {"best", "fitness", "human", "random"}
    report = {name: r for (name, purpose), r in archive.results.items() if purpose == "report"}
    assert {m.seed for m in report["random"].members} == {m.seed for m in report["fitness"].members}
    assert archive.searched.source == open_run(folder / "random").best_candidate.source
    table, card = comparison_table(open_run(folder)), (folder / "card.md").read_text()
    for text in (table, card):
        assert f"random search, {archive.searched.proposals} candidates" in text
        assert "probability of improvement on its best: " in text


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
    assert again.searched.proposals == whole.searched.proposals
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
    sitting.charge_baseline()
    assert archive.searched.completions == archive.searched.proposals
    assert sitting.proposer.ledger.spend.tokens == 150 * archive.searched.completions


def test_where_it_was_not_run_the_report_says_so(finished):
    folder, _, _ = finished
    archive = replace(open_run(folder).archive, searched=None)
    assert "not run (--baseline random)" in random_line(archive, "g00-c00")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"baseline": "randon"}, "did you mean random"),
        ({"baseline": "random", "proposer": "manual"}, "would need a person's work"),
    ],
)
def test_a_baseline_that_cannot_be_is_refused_before_anything_starts(tmp_path, changes, says):
    with pytest.raises(errors.UsageError, match=says):
        list(evolve(load_environment("cartpole"), searches.tiny(**changes), run=tmp_path / "r"))
    assert not (tmp_path / "r").exists()
