import shutil

import pytest
import searches
from llm_server import FakeLlm

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.exporters import check_vectors
from rewardsmith.search import Hooks
from rewardsmith.store import EVENTS

MODEL = {"model": "openai/fake", "repairs": 1}


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One finished search with a model that answers well and badly: its folder and address."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    with FakeLlm(searches.reply_to) as server:
        config = searches.tiny(**MODEL, api_base=server.url)
        events = list(evolve(load_environment("cartpole"), config, run=folder))
        yield folder, events, server


def test_a_search_ends_with_a_reward_its_vectors_and_a_card(finished):
    folder, events, _ = finished
    assert isinstance(events[0], records.RunStarted)
    assert isinstance(events[-1], records.RunFinished)
    assert check_vectors(folder / "best.py").passed
    assert events[-1].best in (folder / "card.md").read_text()
    assert open_run(folder).best().parameters


def test_every_event_that_was_yielded_is_in_the_file_and_no_other(finished):
    folder, events, _ = finished
    assert open_run(folder).events == tuple(events)


def test_the_winner_and_the_baselines_are_trained_on_seeds_that_nothing_else_saw(finished):
    folder, events, _ = finished
    archive = open_run(folder).archive
    seeds = {}
    for (_, purpose), result in archive.results.items():
        seeds.setdefault(purpose, set()).update(member.seed for member in result.members)
    assert set(events[-1].scores) == {"best", "fitness", "sparse", "human"}
    assert all(score.seeds == 2 for score in events[-1].scores.values())
    chosen, report = seeds["selection"] | seeds.get("confirmation", set()), seeds["report"]
    assert not chosen & report
    assert not seeds["selection"] & seeds.get("confirmation", set())


def test_a_rejected_answer_goes_back_with_its_reasons_and_costs_no_training(finished):
    folder, _, server = finished
    archive = open_run(folder).archive
    rejected = {name for name, verdict in archive.verdicts.items() if not verdict.passed}
    repairs = {c.id for c in archive.candidates.values() if c.operator == "repair"}
    assert rejected
    assert repairs
    assert not {(name, "selection") for name in rejected} & set(archive.results)
    prompts = [request.prompt for request in server.requests]
    assert any("[import" in text or "os" in text for text in prompts)


def test_the_second_generation_is_told_how_the_first_one_ended(finished):
    folder, events, _ = finished
    prompts = {
        event.key: "\n".join(m.content for m in event.messages)
        for event in events
        if isinstance(event, records.CompletionReceived)
    }
    archive = open_run(folder).archive
    child = next(c for c in archive.candidates.values() if c.operator == "mutate")
    parent = archive.candidates[child.parents[0]]
    assert parent.source.strip() in prompts[child.id]
    assert "Task score" in prompts[child.id]


def test_no_prompt_holds_the_fitness_or_the_human_reward(finished):
    folder, events, _ = finished
    source = open_run(folder).started.environment["source"]
    secrets = [line.strip() for line in source.splitlines() if "fitness=" in line]
    assert secrets
    for event in events:
        if isinstance(event, records.CompletionReceived):
            text = "\n".join(message.content for message in event.messages)
            assert "simulator_reward" not in text
            assert not any(secret in text for secret in secrets)


def cut(folder, target, lines, torn=b""):
    """A copy of a run that was killed after so many events.

    Recorded episodes stay, as a kill deletes nothing: who was trained and not yet diagnosed is
    diagnosed from them.
    """
    shutil.copytree(folder, target)
    data = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    (target / EVENTS).write_bytes(b"".join(data[:lines]) + torn)
    shutil.rmtree(target / "policies")
    for name in ("best.py", "card.md"):
        (target / name).unlink()


KINDS = (
    records.CompletionReceived,
    records.CandidateProposed,
    records.CandidateJudged,
    records.RewardTrained,
    records.GenerationFinished,
    records.FinalistsOrdered,
)


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_a_run_that_was_killed_after_an_event_ends_like_one_that_was_not(finished, tmp_path, kind):
    folder, events, server = finished
    places = [place for place, event in enumerate(events, start=1) if isinstance(event, kind)]
    target = tmp_path / "copy"
    cut(folder, target, places[len(places) // 2], torn=b'{"event":"reward_tra')
    asked = len(server.requests)
    known = sum(isinstance(event, records.CompletionReceived) for event in events)
    resumed = list(evolve(None, run=target))
    assert isinstance(resumed[0], records.RunResumed)
    assert open_run(target).archive.canonical() == open_run(folder).archive.canonical()
    before = sum(
        isinstance(event, records.CompletionReceived)
        for event in events[: places[len(places) // 2]]
    )
    assert len(server.requests) - asked == known - before
    assert (target / "best.py").read_bytes() == (folder / "best.py").read_bytes()


def test_a_finished_run_has_nothing_left_to_do(finished):
    folder, _, server = finished
    asked = len(server.requests)
    assert list(evolve(None, run=folder)) == []
    assert len(server.requests) == asked


def test_a_run_replays_from_its_own_file_without_a_server(finished, tmp_path):
    folder, _, server = finished
    asked = len(server.requests)
    config = searches.tiny(replay_from=str(folder), repairs=1)
    list(evolve(load_environment("cartpole"), config, run=tmp_path / "again"))
    assert len(server.requests) == asked
    one, two = open_run(folder).archive, open_run(tmp_path / "again").archive
    assert {n: c.source for n, c in one.candidates.items()} == {
        n: c.source for n, c in two.candidates.items()
    }
    assert one.scores == two.scores


def test_without_a_model_the_composer_searches_and_a_clean_stop_can_be_resumed(tmp_path):
    stopped = []
    hooks = Hooks(stop=lambda: bool(stopped))
    folder = tmp_path / "run"
    config = searches.tiny(generations=1, candidates=2)
    for event in evolve(load_environment("cartpole"), config, run=folder, hooks=hooks):
        if isinstance(event, records.RewardTrained):
            stopped.append(event)
    assert isinstance(event, records.RunStopped)
    assert event.interrupted
    *_, last = evolve(None, run=folder)
    assert isinstance(last, records.RunFinished)
    whole = tmp_path / "whole"
    list(evolve(load_environment("cartpole"), config, run=whole))
    assert open_run(folder).archive.canonical() == open_run(whole).archive.canonical()


def test_a_persons_own_reward_joins_the_first_generation(tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text(
        "def compute_reward(pole_angle):\n"
        '    level = 1.0 - np.abs(pole_angle)\n    return level, {"level": level}\n'
    )
    config = searches.tiny(generations=1, candidates=2, start=(str(mine),))
    list(evolve(load_environment("cartpole"), config, run=tmp_path / "run"))
    candidate = open_run(tmp_path / "run").archive.candidates["g00-c00"]
    assert (candidate.operator, candidate.source) == ("human", mine.read_text())


def test_a_rejected_start_file_ends_the_command_before_anything_is_trained(tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text("def compute_reward(pole_angel):\n    return pole_angel, {}\n")
    config = searches.tiny(start=(str(mine),))
    with pytest.raises(errors.RewardInvalid, match="pole_angle"):
        list(evolve(load_environment("cartpole"), config, run=tmp_path / "run"))


def test_what_a_person_says_reaches_the_next_prompts_and_the_choice_of_parents(tmp_path):
    def ask(archive, generation):
        if generation:
            return records.Feedback(generation=generation)
        worst = archive.ranking()[-1]
        others = tuple(name for name in archive.ranking() if name != worst)
        note = {"*": "keep the cart near the middle"}
        return records.Feedback(generation=0, notes=note, ranking=(worst,), rejected=others)

    with FakeLlm(searches.REPLIES[0], searches.REPLIES[1], searches.REPLIES[5]) as server:
        config = searches.tiny(
            model="openai/fake", api_base=server.url, human=True, concurrency=1, repairs=0
        )
        folder = tmp_path / "run"
        list(evolve(load_environment("cartpole"), config, run=folder, hooks=Hooks(ask=ask)))
        prompts = [request.prompt for request in server.requests]
    archive = open_run(folder).archive
    ranked = archive.feedback[0].ranking[0]
    children = [c for c in archive.candidates.values() if c.generation == 1 and c.parents]
    assert children
    assert {parent for child in children for parent in child.parents} == {ranked}
    assert any("keep the cart near the middle" in prompt for prompt in prompts[3:])


def test_a_time_budget_stops_the_run_and_more_time_lets_it_go_on(tmp_path):
    ticks = iter(range(0, 10**9, 50))
    folder = tmp_path / "run"
    config = searches.tiny(generations=1, candidates=2, budget={"seconds": 120.0})
    import msgspec

    config = msgspec.convert(msgspec.to_builtins(config), type(config))
    with pytest.raises(errors.BudgetExhausted, match="120 s are used up"):
        list(
            evolve(
                load_environment("cartpole"),
                config,
                run=folder,
                hooks=Hooks(clock=lambda: float(next(ticks))),
            )
        )
    assert isinstance(open_run(folder).events[-1], records.RunStopped)
    more = msgspec.structs.replace(config, budget=type(config.budget)(seconds=1e9))
    *_, last = evolve(None, more, run=folder)
    assert isinstance(last, records.RunFinished)


def test_a_model_that_answers_nobody_ends_the_run_as_the_providers_fault(tmp_path):
    from llm_server import status

    with FakeLlm(status(404, "no such model")) as server:
        config = searches.tiny(**MODEL, api_base=server.url)
        with pytest.raises(errors.ProviderError, match="no such model"):
            list(evolve(load_environment("cartpole"), config, run=tmp_path / "run"))
    assert isinstance(open_run(tmp_path / "run").events[-1], records.RunStopped)


def test_an_environment_that_does_not_start_leaves_no_run_to_be_resumed(tmp_path, monkeypatch):
    (tmp_path / "environments").mkdir()
    (tmp_path / "environments" / "bad.py").write_text(
        "from rewardsmith.environments import Environment, Signal, Task\n"
        "environment = Environment(\n"
        "    backends={'gymnasium': 'CartPole-v1'},\n"
        "    signals=(Signal('a', '', 'the whole observation', lambda t: t.next_obs),),\n"
        "    tasks=(Task('t', 'words', fitness=lambda s: s.episode_step * 0.0),),\n"
        ")\n"
    )
    monkeypatch.chdir(tmp_path)
    with pytest.raises(errors.EnvironmentUnavailable, match="declare `shape=`"):
        list(evolve(load_environment("bad"), searches.tiny(), run=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


TWINS = {
    "first.py": "return -np.abs(pole_angle), {}",
    "code.py": "return  -np.abs(pole_angle), {}  # the same tokens",
    "factor.py": "return -5.0 * np.abs(pole_angle), {}",
}


@pytest.fixture(scope="module")
def with_twins(tmp_path_factory):
    """A search that begins with one reward in three writings, and goes on with the composer."""
    folder = tmp_path_factory.mktemp("twins")
    for name, text in TWINS.items():
        (folder / name).write_text(f"def compute_reward(pole_angle):\n    {text}\n")
    start = tuple(str(folder / name) for name in TWINS)
    config = searches.tiny(candidates=4, start=start)
    events = list(evolve(load_environment("cartpole"), config, run=folder / "run"))
    return folder / "run", events


def test_a_reward_over_again_is_not_trained_and_has_its_twins_result(with_twins):
    folder, events = with_twins
    archive = open_run(folder).archive
    assert {n: t for n, t in archive.twins.items() if n[:3] == "g00"} == {
        "g00-c01": "g00-c00",
        "g00-c02": "g00-c00",
    }
    assert [r.rule for r in archive.verdicts["g00-c01"].reasons] == ["duplicate"]
    assert "near_duplicate" in [r.rule for r in archive.verdicts["g00-c02"].reasons]
    trained = {n for e in events if isinstance(e, records.TrainingStarted) for n in e.rewards}
    assert "g00-c00" in trained
    assert not set(archive.twins) & trained
    assert archive.scores["g00-c01"] == archive.scores["g00-c02"] == archive.scores["g00-c00"]
    assert set(archive.verdicts["g00-c00"].distances) == {"fitness", "human"}
    assert archive.verdicts["g00-c02"].distances["g00-c00"] == 0


def test_a_run_that_was_killed_finds_the_same_twins(with_twins, tmp_path):
    folder, events = with_twins
    places = [
        place
        for place, event in enumerate(events, start=1)
        if isinstance(event, records.CandidateJudged) and event.verdict.candidate == "g00-c01"
    ]
    cut(folder, tmp_path / "copy", places[0])
    list(evolve(None, run=tmp_path / "copy"))
    assert open_run(tmp_path / "copy").archive.canonical() == open_run(folder).archive.canonical()


def test_start_files_survive_a_kill_right_after_the_start_although_they_are_gone(tmp_path):
    mine = tmp_path / "mine.py"
    mine.write_text("def compute_reward(pole_angle):\n    return -pole_angle**2, {}\n")
    config = searches.tiny(generations=1, candidates=2, start=(str(mine),))
    list(evolve(load_environment("cartpole"), config, run=tmp_path / "whole"))
    whole = open_run(tmp_path / "whole").archive
    assert whole.candidates["g00-c00"].operator == "human"
    mine.unlink()
    lines = (tmp_path / "whole" / EVENTS).read_bytes().splitlines(keepends=True)
    assert b"run_started" in lines[0]
    assert b"candidate_proposed" in lines[1]
    (tmp_path / "killed").mkdir()
    (tmp_path / "killed" / EVENTS).write_bytes(lines[0] + lines[1][:20])
    list(evolve(None, run=tmp_path / "killed"))
    killed = open_run(tmp_path / "killed").archive
    assert killed.canonical() == whole.canonical().replace(b'"whole"', b'"killed"')
