"""Goals without a metric: whole searches in which behaviours are compared instead of measured."""

import io
import random
import re
import shutil
import subprocess
from statistics import median

import msgspec
import pytest
import searches
from llm_server import FakeLlm, answer
from PIL import Image

from rewardsmith import errors, evolve, load_environment, open_run, records
from rewardsmith.analysis import analyze_candidate
from rewardsmith.cli.searching import _person
from rewardsmith.config import Budget
from rewardsmith.exporters import check_vectors, computed_in
from rewardsmith.observers import PlainObserver
from rewardsmith.search import Hooks
from rewardsmith.store import EVENTS
from rewardsmith.workshop import Workshop

WORDS = "Keep the pole up for as long as you can."
ASKED = (records.PreferenceGiven, records.FeedbackGiven)
SETTINGS = {"comparisons": 4, "repairs": 1, "elite_seeds": 1, "report_seeds": 5}


def judging(exchange):
    """Writes rewards; of two behaviours prefers the one whose episodes are longer."""
    prompt = exchange.received.prompt
    if "You compare what two trained policies did" not in prompt:
        searches.reply_to(exchange)
        return
    one, other = (int(n) for n in re.findall(r"median length (\d+)", prompt))
    side = 0 if one == other else 1 if one > other else 2
    answer(f'```json\n{{"prefer": {side}, "because": "lasts {max(one, other)} steps"}}\n```')(
        exchange
    )


def goal():
    return load_environment("cartpole", words=WORDS)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """One finished search in which a model writes and compares: folder, events, server."""
    folder = tmp_path_factory.mktemp("runs") / "one"
    with FakeLlm(judging) as server:
        config = searches.tiny(**SETTINGS, model="openai/fake", api_base=server.url)
        events = list(evolve(goal(), config, run=folder))
        yield folder, events, server


def kinds(events, kind):
    return [event for event in events if isinstance(event, kind)]


def test_a_search_without_a_fitness_ends_with_a_reward_and_says_how_it_was_judged(finished):
    folder, events, _ = finished
    last = events[-1]
    assert isinstance(last, records.RunFinished)
    assert not events[0].measured
    assert last.scores == {}
    assert set(last.preferred) >= {"nothing"}
    assert last.preferred["nothing"].seeds == 5
    assert last.convincing == (last.preferred["nothing"].low > 0.5)
    assert check_vectors(folder / "best.py").passed
    card = (folder / "card.md").read_text()
    assert "There is no fitness: these are preference scores" in card
    assert "compared by a model" in card
    assert "learning from no reward" in card
    assert "a preference score, the task has no fitness" in (folder / "best.py").read_text()


def test_scores_follow_from_who_was_preferred_and_that_is_who_lasts_longer(finished):
    folder, events, _ = finished
    archive = open_run(folder).archive
    assert archive.scores
    assert all(0 < s.low <= s.value <= s.high < 1 for s in archive.scores.values())
    made = [e.preference for e in kinds(events, records.PreferenceGiven)]
    assert {p.source for p in made} == {"model"}
    for one in made:
        purpose = one.stage if one.stage in ("confirmation", "report") else "selection"
        first, second = (
            median(
                e.length
                for m in archive.results[name, purpose].members
                if m.seed == seed
                for e in m.episodes
            )
            for name, seed in ((one.first, one.first_seed), (one.second, one.second_seed))
        )
        told = [round(first), round(second)]  # what the judge is told, whole steps
        assert one.won == (0.5 if told[0] == told[1] else float(told[0] > told[1]))
    in_generations = [p for p in made if re.fullmatch(r"g\d\d", p.stage)]
    assert len([p for p in in_generations if p.stage == "g00"]) <= SETTINGS["comparisons"]


def test_every_answer_is_an_event_before_the_preference_that_follows_from_it(finished):
    _, events, _ = finished
    answered = set()
    for event in events:
        if isinstance(event, records.CompletionReceived):
            answered.add(event.key)
        elif isinstance(event, records.PreferenceGiven):
            assert {f"{event.preference.key}-a", f"{event.preference.key}-b"} <= answered


def test_confirmation_and_report_are_judged_on_policies_that_nothing_else_saw(finished):
    _, events, _ = finished
    seeds = {}
    for one in (e.preference for e in kinds(events, records.PreferenceGiven)):
        stage = one.stage if one.stage in ("confirmation", "report") else "search"
        seeds.setdefault(stage, set()).update((one.first_seed, one.second_seed))
    assert not seeds["search"] & seeds["report"]
    assert not seeds.get("confirmation", set()) & (seeds["search"] | seeds["report"])


def test_the_next_prompts_tell_how_behaviours_compared_and_hold_no_fitness(finished):
    folder, events, _ = finished
    archive = open_run(folder).archive
    child = next(c for c in archive.candidates.values() if c.operator == "mutate")
    prompts = {
        e.key: "\n".join(m.content for m in e.messages)
        for e in kinds(events, records.CompletionReceived)
    }
    prompt = prompts[child.id]
    assert "compared with that of policies trained with other rewards" in prompt
    assert "by the task's own measure" not in prompt
    assert re.search(r"(preferred to|behind|as good as) g00-c\d\d", prompt)
    assert "Signals over" in prompt
    assert "Task score" not in "".join(prompts.values())
    assert not any("reward" in prompts[k].split("# Behaviour 1")[1] for k in prompts if "-p0" in k)


def trained_most(run):
    """A diagnosed candidate of which the most seeds were trained."""
    results = run.archive.results
    return max(run.archive.diagnoses, key=lambda n: len(results[n, "selection"].members))


def test_what_happened_reaches_the_next_prompt_the_report_and_the_terminal(finished, capsys):
    folder, events, server = finished
    run = open_run(folder)
    archive, best = run.archive, run.best_candidate.id
    found = archive.diagnoses[best].findings
    assert {"ends_early", "lasts"} & {finding.name for finding in found}
    child = next(c for c in archive.candidates.values() if c.operator == "mutate")
    asked = [q.prompt for q in server.requests if "# A reward that was trained" in q.prompt]
    for finding in archive.diagnoses[child.parents[0]].findings:
        assert f"- {finding.name}: {finding.sentence}" in "\n".join(asked)
    card = (folder / "card.md").read_text()
    assert all(f"- **{finding.name}**: " in card for finding in found)
    lines = []
    observer = PlainObserver(lines.append)
    for event in events:
        observer.see(event)
    names = ", ".join(finding.name for finding in found[:3])
    assert f"  {best}: {names}" in lines
    most = trained_most(run)
    assert archive.diagnoses[most].policies > run.config.seeds  # an elite: told of all its seeds
    for words, about in (
        (("analyze", folder, "--candidate", most), most),
        (("show", folder), best),
        (("show", folder, best), best),
    ):
        code, out, err = searches.said(capsys, *words)
        assert code == 0, err
        told = archive.diagnoses[about].findings
        assert all(f"{finding.name}: {finding.sentence}" in out for finding in told)
        assert "fitness" not in out.replace("without a fitness", "")


def test_no_finding_and_no_number_speaks_of_a_fitness_that_there_is_not(finished):
    archive = open_run(finished[0]).archive
    assert archive.diagnoses
    for diagnosis in archive.diagnoses.values():
        every = [diagnosis.text, *(finding.sentence for finding in diagnosis.findings)]
        assert not re.search("fitness|task score", " ".join(every))


def test_retuning_is_left_out_for_there_is_nothing_to_fit_to(finished):
    folder, _, _ = finished
    assert open_run(folder).config.retune == 0
    assert "retune" not in {c.operator for c in open_run(folder).archive.candidates.values()}


def cut(folder, target, lines):
    shutil.copytree(folder, target)
    data = (folder / EVENTS).read_bytes().splitlines(keepends=True)
    (target / EVENTS).write_bytes(b"".join(data[:lines]) + b'{"event":"prefe')


@pytest.mark.parametrize("part", [pytest.param(0.3, marks=pytest.mark.long), 0.9])
def test_a_run_that_was_killed_between_two_judgements_ends_alike_and_asks_nobody_twice(
    finished, tmp_path, part
):
    folder, events, server = finished
    places = [
        place
        for place, event in enumerate(events, start=1)
        if isinstance(event, records.PreferenceGiven)
        or (isinstance(event, records.CompletionReceived) and "-p0" in event.key)
    ]
    place = places[int(part * len(places))]
    cut(folder, tmp_path / "copy", place)
    asked = len(server.requests)
    list(evolve(None, run=tmp_path / "copy"))
    assert open_run(tmp_path / "copy").archive.canonical() == open_run(folder).archive.canonical()
    known = len(kinds(events, records.CompletionReceived))
    before = len(kinds(events[:place], records.CompletionReceived))
    assert len(server.requests) - asked == known - before


@pytest.mark.long
def test_a_run_replays_its_judgements_from_its_own_file_without_a_server(finished, tmp_path):
    folder, _, server = finished
    asked = len(server.requests)
    config = searches.tiny(**SETTINGS, replay_from=str(folder))
    list(evolve(goal(), config, run=tmp_path / "again"))
    assert len(server.requests) == asked
    one, two = open_run(folder).archive, open_run(tmp_path / "again").archive
    assert one.scores == two.scores
    assert one.finished.preferred == two.finished.preferred


def test_ranked_factors_alone_decide_without_a_model_and_without_a_person(tmp_path):
    config = searches.tiny(rank="length ~ 5 > -abs(pole_angle)", report_seeds=1, candidates=2)
    *_, last = evolve(goal(), config, run=tmp_path / "run")
    archive = open_run(tmp_path / "run").archive
    assert {p.source for p in archive.preferences.values()} == {"rank"}
    assert last.preferred["nothing"].seeds == 1
    assert not last.convincing  # one comparison convinces nobody
    assert archive.spend.completions == 0
    run = open_run(tmp_path / "run")
    most = trained_most(run)
    assert archive.diagnoses[most].findings
    with Workshop() as workshop:  # the ranking is asked again where a candidate is analyzed
        bank, compute = workshop.bank(run.environment), computed_in(workshop.rewards)
        found = analyze_candidate(run, most, bank, compute)
    assert found.findings == archive.diagnoses[most].findings


def person(lines, resumed=None):
    ask, prefer = _person(io.StringIO(lines), resumed)
    return Hooks(ask=ask, prefer=prefer)


ANSWERS = "same both sway\nrank g00-c01 > g00-c00\ngo\nenough\ngo\n1\n2\n1\n1\n"


def test_a_person_compares_and_a_killed_run_goes_on_in_the_file_of_answers(tmp_path):
    config = searches.tiny(
        human=True, human_comparisons=2, candidates=2, report_seeds=2, elites=0, finalists=1
    )
    whole = tmp_path / "whole"
    events = list(evolve(goal(), config, run=whole, hooks=person(ANSWERS)))
    made = [e.preference for e in kinds(events, records.PreferenceGiven)]
    assert {p.source for p in made} == {"person"}
    (decided,) = kinds(events, records.FramesDecided)
    assert (decided.shown, decided.whom) == (True, ("person",))
    for one in made:  # what the person saw of each, and what no model was shown
        with Image.open(whole / "frames" / f"{one.key}.png") as strip:
            assert strip.size[0] > 4 * 250
    told = [(p.stage, p.won, p.words, p.closes) for p in made]
    assert told[:2] == [("g00", 0.5, ("both sway",), False), ("g01", None, (), True)]
    scores = open_run(whole).archive.strengths["g01"]  # all that they follow from is the ranking
    assert scores["g00-c01"].value > 0.5 > scores["g00-c00"].value
    assert [t[0] for t in told][-2:] == ["report", "report"]
    places = [k for k, event in enumerate(events, start=1) if event in kinds(events, ASKED)]
    target = tmp_path / "killed"
    cut(whole, target, places[3])
    list(evolve(None, run=target, hooks=person(ANSWERS, open_run(target).archive)))
    assert open_run(target).archive.canonical() == open_run(whole).archive.canonical()


def test_judging_beside_the_composer_keeps_the_budget_and_goes_on_with_more(tmp_path):
    budget = Budget(tokens=3000)
    with FakeLlm(judging) as server:
        config = searches.tiny(
            generations=1,
            comparisons=3,
            proposer="composer",
            model="openai/fake",
            api_base=server.url,
            max_tokens=64,
            concurrency=1,
            budget=budget,
        )
        with pytest.raises(errors.BudgetExhausted, match="3,000 tokens"):
            list(evolve(goal(), config, run=tmp_path / "run"))
        archive, asked = open_run(tmp_path / "run").archive, len(server.requests)
        assert archive.spend.prompt_tokens + archive.spend.completion_tokens <= 3000
        assert archive.spend.completions == asked > 0
        more = msgspec.structs.replace(config, budget=Budget(tokens=10**6))
        *_, last = evolve(None, more, run=tmp_path / "run")
        assert isinstance(last, records.RunFinished)
        archive = open_run(tmp_path / "run").archive
        assert len(server.requests) == archive.spend.completions > asked
        assert {c.proposer for c in archive.candidates.values()} == {"composer"}


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({}, "comes without a fitness, so somebody has to compare behaviours"),
        ({"rank": "pole_angel"}, "did you mean pole_angle"),
        ({"rank": "length", "racing": "halving"}, "orders candidates by fitness"),
        ({"rank": "length", "confirm_with": "sb3"}, "reports a fitness"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence_before_anything_starts(tmp_path, changes, says):
    with pytest.raises(errors.UsageError, match=says):
        list(evolve(goal(), searches.tiny(**changes), run=tmp_path / "run"))
    assert not (tmp_path / "run").exists()


def test_a_ranking_where_the_task_has_a_fitness_is_refused(tmp_path):
    with pytest.raises(errors.UsageError, match="task 'balance' has one"):
        list(
            evolve(load_environment("cartpole"), searches.tiny(rank="length"), run=tmp_path / "run")
        )


def test_words_alone_are_another_goal_and_a_task_that_is_named_keeps_its_fitness():
    assert not load_environment("cartpole", words="stand still").task.measured
    assert load_environment("cartpole/balance", words="stand still").task.measured
    assert load_environment("cartpole", words="stand", fitness="-pole_angle").task.measured
    assert not load_environment("gymnasium:CartPole-v1", words="stand").task.measured
    assert load_environment("cartpole", words="stand").task.human_reward is None


def test_what_needs_a_measure_says_so():
    from rewardsmith import train
    from rewardsmith.comparison import plan_comparison

    with pytest.raises(errors.UsageError, match="has no fitness"):
        train("fitness", goal())
    with pytest.raises(errors.UsageError, match="has no fitness"):
        plan_comparison(["fitness"], goal(), searches.tiny())


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_a_goal_without_a_metric_killed_at_random_moments_ends_as_an_undisturbed_one(tmp_path):
    draw, kills = random.Random(5), 0
    with FakeLlm(judging) as server:
        flags = [*searches.flags(comparisons=4, repairs=1), "--task", WORDS, "--analyst"]
        flags += ["--model", "openai/fake", "--api-base", server.url]
        code, _, err = searches.command(
            "evolve", "cartpole", "--run", "whole", *flags, cwd=tmp_path
        )
        assert code in {0, 3}, err
        words = ["evolve", "cartpole", "--run", "killed", *flags]
        while True:
            with searches.start_command(*words, cwd=tmp_path) as process:
                try:
                    _, err = process.communicate(timeout=draw.uniform(3.0, 20.0 + 10.0 * kills))
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.communicate()
                    kills += 1
                else:
                    assert process.returncode in {0, 3}, err
                    break
            if (tmp_path / "killed" / EVENTS).exists() and open_run(tmp_path / "killed").events:
                words = ["resume", "killed"]
        whole, killed = (open_run(tmp_path / name) for name in ("whole", "killed"))
        assert killed.archive.canonical() == whole.archive.canonical()
    assert kills
