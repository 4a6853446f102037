"""--review in a whole search: events, repairs, rounds, resume, replay, budget, secrecy."""

import shutil

import pytest
import searches
from llm_server import FakeLlm, answer

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.store import EVENTS
from rewardsmith.workshop import make_proposer, make_reviewer

FAULTY = (
    'It pays for tilting.\n```json\n{"verdict": "faulty", "faults": '
    '[{"line": 2, "fault": "the sign of the angle is wrong", "instead": "a bell"}]}\n```'
)
SOUND = '```json\n{"verdict": "sound", "faults": []}\n```'
SETTINGS = {
    "model": "openai/fake",
    "review": True,
    "repairs": 2,
    "generations": 1,
    "candidates": 2,
    "report_seeds": 1,
    "finalists": 1,
    "evaluation_episodes": 1,
}


def is_review(exchange):
    return "You check reward functions" in exchange.received.prompt


def reviewing(exchange):
    """Writes a reward; finds fault with whatever tells of calmness."""
    if is_review(exchange):
        answer(FAULTY if "calm" in exchange.received.prompt else SOUND)(exchange)
    else:
        repair = "[review]" in exchange.received.prompt
        first = "g00-c00" if "simplest" in exchange.received.prompt else ""
        answer(searches.REPLIES[5 if repair else 0 if first else 1])(exchange)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "one"
    with FakeLlm(reviewing) as server:
        config = searches.tiny(**SETTINGS, api_base=server.url)
        events = list(evolve(load_environment("cartpole"), config, run=folder))
        yield folder, events, server


def test_a_rejection_goes_back_as_a_repair_with_the_reviewers_reasons(finished):
    folder, _, server = finished
    archive = open_run(folder).archive
    rejected = {n for n, v in archive.verdicts.items() if not v.passed}
    assert rejected == {"g00-c01"}
    (reason,) = [r for r in archive.verdicts["g00-c01"].reasons if not r.warning]
    assert str(reason) == "line 2: the sign of the angle is wrong; instead: a bell [review]"
    assert archive.candidates["g00-c01-r1"].operator == "repair"
    assert ("g00-c01", "selection") not in archive.results
    asked = [r.prompt for r in server.requests if "An answer that cannot be trained" in r.prompt]
    assert any("the sign of the angle is wrong" in prompt for prompt in asked)
    assert any("who may be mistaken" in prompt for prompt in asked)


def test_every_review_is_an_event_before_the_verdict_that_follows_from_it(finished):
    _, events, _ = finished
    kinds = [
        (type(event).__name__, getattr(event, "key", "") or event.verdict.candidate)
        for event in events
        if isinstance(event, records.CandidateJudged)
        or (isinstance(event, records.CompletionReceived) and event.key.endswith("-review"))
    ]
    for place, (kind, name) in enumerate(kinds):
        if kind == "CompletionReceived":
            assert kinds[place + 1] == ("CandidateJudged", name.removesuffix("-review"))
    assert ("CompletionReceived", "g00-c00-review") in kinds


def test_a_candidate_is_sent_back_by_its_review_as_often_as_the_rounds_say(finished):
    folder, _, _ = finished
    keys = [key for key in open_run(folder).archive.completions if key.endswith("-review")]
    assert sorted(keys) == ["g00-c00-review", "g00-c01-review"]


def test_reviews_are_counted_in_the_spend(finished):
    folder, _, server = finished
    assert open_run(folder).archive.spend.completions == len(server.requests)


def test_no_review_is_told_the_fitness_or_the_human_reward(finished):
    folder, events, _ = finished
    source = open_run(folder).started.environment["source"]
    secrets = [line.strip() for line in source.splitlines() if "fitness=" in line]
    assert secrets
    reviews = [
        "\n".join(message.content for message in event.messages)
        for event in events
        if isinstance(event, records.CompletionReceived) and event.key.endswith("-review")
    ]
    assert reviews
    for text in reviews:
        assert "human_reward" not in text
        assert "simulator_reward" not in text
        assert not any(secret in text for secret in secrets)


@pytest.mark.parametrize("back", [0, 1])
def test_a_run_that_was_killed_at_a_review_ends_alike_and_asks_nobody_twice(
    finished, tmp_path, back
):
    folder, events, server = finished
    place = next(
        number
        for number, event in enumerate(events, start=1)
        if isinstance(event, records.CompletionReceived) and event.key == "g00-c01-review"
    )
    target = tmp_path / "copy"
    shutil.copytree(folder, target)
    lines = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    (target / EVENTS).write_bytes(b"".join(lines[: place - back]))
    before = sum(isinstance(e, records.CompletionReceived) for e in events[: place - back])
    known = sum(isinstance(e, records.CompletionReceived) for e in events)
    asked = len(server.requests)
    list(evolve(None, run=target))
    assert open_run(target).archive.canonical() == open_run(folder).archive.canonical()
    assert len(server.requests) - asked == known - before


def test_a_reviewed_run_replays_without_a_model(finished, tmp_path):
    folder, _, server = finished
    asked = len(server.requests)
    settings = {k: v for k, v in SETTINGS.items() if k != "model"}
    config = searches.tiny(**settings, replay_from=str(folder))
    list(evolve(load_environment("cartpole"), config, run=tmp_path / "again"))
    assert len(server.requests) == asked
    one, two = open_run(folder).archive, open_run(tmp_path / "again").archive
    assert one.verdicts == two.verdicts
    assert one.scores == two.scores


def test_without_a_model_the_review_is_refused_in_one_sentence(tmp_path):
    config = searches.tiny(review=True)
    with pytest.raises(errors.UsageError, match="the proposer composer has none"):
        list(evolve(load_environment("cartpole"), config, run=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_without_the_setting_nobody_reviews():
    config = searches.tiny()
    assert make_reviewer(config, {}, make_proposer(config, {})) is None
