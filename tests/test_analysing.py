"""--analyst in a whole search: bounded, recorded, resumed, replayed, told, leak-checked."""

import shutil

import pytest
import searches
from llm_server import FakeLlm, answer, status

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.archive import Archive
from rewardsmith.search.analysing import chosen_of
from rewardsmith.store import EVENTS

SAID = (
    'It stands.\n```json\n{"failures": ["the pole leans 0.1 rad from step 9 on"], '
    '"suggestions": ["double upright"]}\n```'
)
SETTINGS = {"analyst": True, "analyst_calls": 2, "report_seeds": 1, "finalists": 1, "repairs": 0}


def is_analyst(request):
    return "You analyse how policies failed" in request.prompt


def analysing(exchange):
    if is_analyst(exchange.received):
        answer(SAID)(exchange)
    else:
        answer(searches.REPLIES[(0, 1, 5)[len(exchange.received.prompt) % 3]])(exchange)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "one"
    with FakeLlm(analysing) as server:
        config = searches.tiny(**SETTINGS, model="openai/fake", api_base=server.url)
        events = list(evolve(load_environment("cartpole"), config, run=folder))
        yield folder, events, server


def of_kind(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_the_best_of_a_generation_are_read_and_no_more_than_was_allowed(finished):
    folder, events, server = finished
    archive = open_run(folder).archive
    first = [name for name in archive.analyses if name.startswith("g00")]
    assert 1 <= len(first) <= 2
    assert sum(map(is_analyst, server.requests)) == len(archive.analyses)
    assert archive.analyses[first[0]].suggestions == ("double upright",)
    asked = [e.key for e in of_kind(events, records.CompletionReceived) if "-analyst" in e.key]
    assert sorted(asked) == sorted(f"{name}-analyst" for name in archive.analyses)


def test_what_it_says_stands_in_the_next_prompts_and_it_saw_no_fitness(finished):
    folder, events, _ = finished
    archive = open_run(folder).archive
    prompts = {
        e.key: "\n".join(m.content for m in e.messages)
        for e in of_kind(events, records.CompletionReceived)
    }
    children = [c for c in archive.candidates.values() if set(c.parents) & set(archive.analyses)]
    assert children
    for child in children:
        assert "suggestion: double upright" in prompts[child.id]
        assert "(it may be mistaken)" in prompts[child.id]
    for key in (key for key in prompts if key.endswith("-analyst")):
        assert "Task score" in prompts[key]
        assert "simulator_reward" not in prompts[key]


def test_it_is_shown(finished, capsys):
    from rewardsmith.cli.looking import _show_candidate

    folder, _, _ = finished
    run = open_run(folder)
    _show_candidate(run, next(iter(run.archive.analyses)), as_json=False)
    assert "analyst, failure: the pole leans 0.1 rad from step 9 on" in capsys.readouterr().out


def test_a_killed_run_asks_the_analyst_for_nothing_twice(finished, tmp_path):
    folder, events, server = finished
    place = next(
        place
        for place, event in enumerate(events, start=1)
        if isinstance(event, records.CompletionReceived) and event.key.endswith("-analyst")
    )
    shutil.copytree(folder, tmp_path / "copy")
    data = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    (tmp_path / "copy" / EVENTS).write_bytes(b"".join(data[:place]))
    asked = len(server.requests)
    list(evolve(None, run=tmp_path / "copy"))
    assert open_run(tmp_path / "copy").archive.canonical() == open_run(folder).archive.canonical()
    known = len(of_kind(events, records.CompletionReceived))
    before = len(of_kind(events[:place], records.CompletionReceived))
    assert len(server.requests) - asked == known - before


@pytest.mark.long
def test_it_replays_without_a_server(finished, tmp_path):
    folder, _, server = finished
    asked = len(server.requests)
    config = searches.tiny(**SETTINGS, replay_from=str(folder))
    list(evolve(load_environment("cartpole"), config, run=tmp_path / "again"))
    assert len(server.requests) == asked
    assert open_run(tmp_path / "again").archive.analyses == open_run(folder).archive.analyses


@pytest.mark.long
def test_a_service_that_refuses_ends_the_run_resumable(tmp_path):
    def refusing(exchange):
        (status(401, "no") if is_analyst(exchange.received) else analysing)(exchange)

    with FakeLlm(refusing) as server:
        config = searches.tiny(
            **SETTINGS, generations=1, candidates=1, model="openai/fake", api_base=server.url
        )
        with pytest.raises(errors.ProviderError):
            list(evolve(load_environment("cartpole"), config, run=tmp_path / "run"))
    assert isinstance(open_run(tmp_path / "run").events[-1], records.RunStopped)


def test_without_a_model_it_is_refused_before_anything_starts(tmp_path):
    with pytest.raises(errors.UsageError, match="--analyst asks a model"):
        list(evolve(load_environment("cartpole"), searches.tiny(analyst=True), run=tmp_path / "r"))
    assert not (tmp_path / "r").exists()


def test_what_failed_in_training_is_read_where_there_is_room():
    def candidate(name):
        return records.Candidate(id=name, source="", operator="initial", generation=0, index=0)

    names = ("g00-c00", "g00-c01", "g00-c02")
    archive = Archive(
        candidates={name: candidate(name) for name in names},
        diagnoses={name: records.Diagnosis(candidate=name) for name in names},
        scores={
            "g00-c01": records.Score(value=1, low=1, high=1, seeds=2),
            "g00-c02": records.Score(value=2, low=2, high=2, seeds=2),
        },
    )
    assert chosen_of(archive, 0, 2) == ("g00-c02", "g00-c01")
    assert chosen_of(archive, 0, 9) == ("g00-c02", "g00-c01", "g00-c00")
