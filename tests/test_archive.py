"""The archive: a pure fold, parents under uncertainty, equality without the clock."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rewardsmith import records as r
from rewardsmith.archive import Archive
from rewardsmith.errors import UsageError


def candidate(name: str, *parents: str, operator: str = "initial") -> r.Candidate:
    generation, index = int(name[1:3]), int(name[5:7])
    return r.Candidate(
        id=name,
        source=f"# {name}",
        operator=operator,
        generation=generation,
        index=index,
        parents=parents,
    )


def proposed(name: str, *parents: str) -> r.CandidateProposed:
    return r.CandidateProposed(candidate=candidate(name, *parents))


def trained(name: str, *fitness: float | None, purpose="selection", first=0, seconds=0.0):
    members = tuple(
        r.MemberResult(
            reward=name,
            seed=first + k,
            steps=100,
            fitness=value,
            failure=None if value is not None else "the reward process ended",
        )
        for k, value in enumerate(fitness)
    )
    result = r.TrainResult(reward=name, purpose=purpose, members=members)
    return r.RewardTrained(job=f"job-{purpose}", result=result, seconds=seconds)


def answered(key: str, **changes) -> r.CompletionReceived:
    completion = r.Completion(text=f"answer to {key}", model="openai/small", **changes)
    return r.CompletionReceived(
        key=key, messages=(r.Message(role="user", content="go"),), completion=completion
    )


def said(generation: int, **what) -> r.FeedbackGiven:
    return r.FeedbackGiven(feedback=r.Feedback(generation=generation, **what))


START = r.RunStarted(
    run="one",
    environment={"name": "cartpole", "source": "...", "path": "/somewhere/cartpole.py"},
    task="balance",
    config={"generations": 2},
    versions={"numpy": "2"},
    confinement="landlock+seccomp",
    machine="2 cores",
    time="2026-01-01T00:00:00Z",
)

THREE = (
    proposed("g00-c00"),
    proposed("g00-c01"),
    proposed("g01-c00", "g00-c01"),
    trained("g00-c00", 1.0, 1.1, 1.2),
    trained("g00-c01", 5.0, 5.1, 5.2),
    trained("g01-c00", 3.0, 3.1, 3.2),
)

names = st.sampled_from([f"g{g:02}-c{c:02}" for g in range(3) for c in range(3)])
numbers = st.floats(-100, 100)
events = st.one_of(
    names.map(proposed),
    names.map(lambda n: r.CandidateJudged(verdict=r.Verdict(candidate=n))),
    st.builds(trained, names, numbers, numbers),
    st.builds(trained, names, st.none() | numbers, first=st.integers(0, 3)),
    st.builds(trained, names, numbers, purpose=st.just("confirmation")),
    names.map(lambda n: r.CandidateDiagnosed(diagnosis=r.Diagnosis(candidate=n))),
    names.map(lambda n: said(0, ranking=(n,))),
    names.map(lambda n: said(1, rejected=(n,))),
    names.map(answered),
    st.integers(0, 3).map(lambda g: r.GenerationStarted(generation=g)),
    st.just(r.GenerationStarted(generation=2, shares={"mutate": 0.75, "initial": 0.25})),
    st.integers(0, 3).map(lambda g: r.GenerationFinished(generation=g)),
    st.just(r.RunStopped(reason="interrupted")),
    st.just(r.RunResumed(time="now")),
    st.just(START),
)


@given(st.lists(events, max_size=25), st.data())
def test_folding_a_prefix_and_then_the_rest_is_folding_all(stream, data):
    cut = data.draw(st.integers(0, len(stream)))
    archive = Archive.fold(stream[:cut])
    for event in stream[cut:]:
        archive = archive.with_event(event)
    assert archive == Archive.fold(stream)


@given(st.lists(events, max_size=15), events)
def test_with_event_leaves_the_archive_before_as_it_was(stream, event):
    archive = Archive.fold(stream)
    before = archive.canonical()
    archive.with_event(event)
    assert archive.canonical() == before


@given(st.permutations([trained(f"g00-c{k:02}", k, k + 1.5) for k in range(5)]))
def test_the_order_in_which_candidates_finish_training_does_not_matter(results):
    base = [proposed(f"g00-c{k:02}") for k in range(5)]
    archive = Archive.fold([*base, *results])
    reference = Archive.fold([*base, *sorted(results, key=lambda e: e.result.reward)])
    assert archive.canonical() == reference.canonical()
    assert archive.ranking() == reference.ranking()
    assert archive.spend == reference.spend


@given(st.lists(events, max_size=20), st.data())
def test_being_stopped_and_resumed_leaves_no_trace(stream, data):
    cut = data.draw(st.integers(0, len(stream)))
    broken = [*stream[:cut], r.RunStopped(reason="x"), r.RunResumed(time="y"), *stream[cut:]]
    assert Archive.fold(broken).canonical() == Archive.fold(stream).canonical()


def test_canonical_does_not_see_clock_latency_spend_or_the_runs_name():
    def stream(run, seconds, latency, price):
        start = r.decode(r.encode(START).replace(b'"one"', run), r.AnyEvent)
        return [
            start,
            answered("g00-c00", latency=latency, price=price, prompt_tokens=int(seconds)),
            *THREE[:3],
            trained("g00-c00", 1.0, seconds=seconds),
            r.RunFinished(best="g00-c00", scores={}, seconds=seconds),
        ]

    first = Archive.fold(stream(b'"one"', 1.0, 0.5, 0.1))
    second = Archive.fold(stream(b'"two"', 9.0, 7.5, None))
    assert first.canonical() == second.canonical()
    assert first.spend != second.spend


@pytest.mark.parametrize(
    "event",
    [
        proposed("g00-c02"),
        trained("g00-c00", 9.0),
        trained("g00-c00", 1.0, purpose="report"),
        said(0, notes={"*": "slower"}),
        answered("g00-c00"),
        r.GenerationStarted(generation=-1, shares={"initial": 1.0}),
        r.GenerationFinished(generation=0),
        r.RunFinished(best=None, scores={}),
    ],
)
def test_canonical_sees_everything_that_was_found(event):
    archive = Archive.fold(THREE)
    assert archive.with_event(event).canonical() != archive.canonical()


def test_canonical_sees_another_prompt_behind_the_same_answer():
    answer = answered("g00-c00")
    other = r.CompletionReceived(key="g00-c00", messages=(), completion=answer.completion)
    assert Archive.fold([answer]).canonical() != Archive.fold([other]).canonical()


def test_events_read_back_from_their_lines_give_an_equal_archive():
    stream = [START, *THREE, answered("g00-c00"), said(0, ranking=("g00-c01",))]
    lines = [r.decode_event(r.encode(event)) for event in stream]
    assert Archive.fold(lines) == Archive.fold(stream)


def test_candidates_are_ranked_by_score_over_all_generations():
    archive = Archive.fold(THREE)
    assert archive.ranking() == ("g00-c01", "g01-c00", "g00-c00")
    assert archive.finalists(2) == ("g00-c01", "g01-c00")
    assert archive.best().id == "g00-c01"
    assert archive.scores["g00-c01"].value == pytest.approx(5.1)


def test_the_winner_is_who_the_later_seeds_say():
    archive = Archive.fold(THREE)
    confirmed = archive.with_event(
        r.FinalistsOrdered(finalists=("g01-c00", "g00-c01"), scores=(None, None))
    )
    assert confirmed.best().id == "g01-c00"
    finished = confirmed.with_event(r.RunFinished(best="g00-c00", scores={}))
    assert finished.best().id == "g00-c00"
    assert Archive().best() is None


def test_a_candidate_that_failed_with_one_seed_has_no_score():
    archive = Archive.fold([*THREE, proposed("g01-c01"), trained("g01-c01", 99.0, None)])
    assert "g01-c01" not in archive.scores
    assert archive.best().id == "g00-c01"


def test_baselines_are_results_but_no_candidates():
    archive = Archive.fold([*THREE, trained("human", 99.0, purpose="baseline")])
    assert archive.result("human", "report", "baseline").fitness == (99.0,)
    assert archive.result("human", "report") is None
    assert "human" not in archive.ranking()


def test_later_seeds_join_the_earlier_ones_and_a_repeated_seed_replaces_its_result():
    archive = Archive.fold(
        [proposed("g00-c00"), trained("g00-c00", 1.0, 3.0), trained("g00-c00", 5.0, 8.0, first=1)]
    )
    assert archive.results["g00-c00", "selection"].fitness == (1.0, 5.0, 8.0)
    assert archive.scores["g00-c00"].seeds == 3


def test_confirmation_seeds_do_not_change_the_selection_score():
    archive = Archive.fold([*THREE, trained("g00-c00", 99.0, purpose="confirmation", first=50)])
    assert archive.scores["g00-c00"].value == pytest.approx(1.1)


def test_parents_come_from_generations_before_and_not_only_from_the_last():
    archive = Archive.fold(THREE)
    drawn = Counter(archive.parents_for(2, 1, np.random.default_rng(k))[0].id for k in range(300))
    # the ranks are clear, so chances are 1 : 0.6 : 0.36 of 1.96: 153, 92, 55 of 300
    assert drawn["g00-c01"] == pytest.approx(153, abs=35)
    assert drawn["g01-c00"] == pytest.approx(92, abs=30)
    assert drawn["g00-c00"] == pytest.approx(55, abs=25)
    first = {p.id for k in range(20) for p in archive.parents_for(1, 2, np.random.default_rng(k))}
    assert first == {"g00-c00", "g00-c01"}


def test_parents_of_a_crossover_differ():
    archive = Archive.fold(THREE)
    for k in range(20):
        pair = archive.parents_for(2, 2, np.random.default_rng(k))
        assert len({p.id for p in pair}) == 2
    assert len(archive.parents_for(2, 9, np.random.default_rng(0))) == 3
    assert Archive().parents_for(1, 1, np.random.default_rng(0)) == ()


def test_parents_with_uncertain_scores_change_places():
    noisy = Archive.fold(
        [
            proposed("g00-c00"),
            proposed("g00-c01"),
            trained("g00-c00", 0.0, 10.0, 5.0),
            trained("g00-c01", 1.0, 9.0, 5.5),
        ]
    )

    def first(strategy):
        draws = [noisy.parents_for(1, 1, np.random.default_rng(k), strategy) for k in range(400)]
        return sum(p[0].id == "g00-c01" for p in draws) / 400

    assert first("rank") == pytest.approx(1 / 1.6, abs=0.08)
    assert first("thompson") == pytest.approx(0.5, abs=0.1)


def test_single_seeds_are_drawn_with_noise_from_the_spread_between_candidates():
    archive = Archive.fold(
        [proposed(f"g00-c{k:02}") for k in range(4)]
        + [trained(f"g00-c{k:02}", float(k)) for k in range(4)]
    )
    best = [archive.parents_for(1, 1, np.random.default_rng(k))[0].id for k in range(200)]
    assert len(set(best)) == 4
    assert Counter(best)["g00-c03"] > Counter(best)["g00-c00"]


def drawn_from(*scores: float) -> set[str]:
    """Who is ever the one parent of candidates with these scores."""
    names = [f"g00-c{k:02}" for k in range(len(scores))]
    archive = Archive.fold(
        [*map(proposed, names), *(trained(n, s) for n, s in zip(names, scores, strict=True))]
    )
    return {archive.parents_for(1, 1, np.random.default_rng(k))[0].id for k in range(60)}


def test_who_reached_the_same_least_as_others_is_parent_only_where_there_is_no_other():
    assert drawn_from(0.0, 3.0, 0.0, 2.0) == {"g00-c01", "g00-c03"}
    assert len(drawn_from(0.0, 3.0, 1.0, 2.0)) == 4  # one that is last alone may be noise
    assert len(drawn_from(0.0, 0.0, 0.0)) == 3
    floor = [proposed("g00-c00"), proposed("g00-c01"), proposed("g00-c02")]
    few = Archive.fold([*floor, *(trained(f"g00-c0{k}", float(k == 2)) for k in range(3))])
    pair = few.parents_for(1, 2, np.random.default_rng(0))
    assert pair[0].id == "g00-c02"
    assert len(pair) == 2


def test_the_rule_of_the_last_best_is_eurekas():
    archive = Archive.fold(THREE)
    rng = np.random.default_rng(0)
    assert [p.id for p in archive.parents_for(2, 1, rng, "last-best")] == ["g01-c00"]


def test_an_unknown_strategy_names_the_nearest():
    with pytest.raises(UsageError, match="did you mean thompson"):
        Archive().parents_for(1, 1, np.random.default_rng(0), "tompson")


def test_whom_a_person_ranked_comes_first_in_the_generation_after():
    archive = Archive.fold([*THREE, said(1, ranking=("g00-c00",))])
    for k in range(20):
        rng = np.random.default_rng(k)
        assert archive.parents_for(2, 2, rng)[0].id == "g00-c00"
    later = {archive.parents_for(3, 1, np.random.default_rng(k))[0].id for k in range(40)}
    assert later == {"g00-c00", "g00-c01", "g01-c00"}


def test_who_was_rejected_is_never_parent_finalist_or_best():
    archive = Archive.fold([*THREE, said(1, rejected=("g00-c01",))])
    assert archive.ranking() == ("g01-c00", "g00-c00")
    assert archive.best().id == "g01-c00"
    drawn = {p.id for k in range(30) for p in archive.parents_for(2, 2, np.random.default_rng(k))}
    assert "g00-c01" not in drawn


def stopped(name: str, kind: str, *fitness: float) -> r.RewardTrained:
    """A training that ended at its second boundary."""
    event = trained(name, *fitness)
    stop = r.Stop(kind=kind, sentence="behind", part=2)
    members = tuple(
        msgspec.structs.replace(member, stopped=stop) for member in event.result.members
    )
    result = msgspec.structs.replace(event.result, members=members)
    return msgspec.structs.replace(event, result=result)


def test_who_was_stopped_behind_others_may_be_a_parent_but_no_finalist():
    events = [*(proposed(f"g00-c0{n}") for n in range(3)), trained("g00-c00", 1.0, 1.2)]
    behind = Archive.fold([*events, stopped("g00-c01", "behind", 5.0, 5.2)])
    assert behind.finalists(3) == ("g00-c00",)
    assert behind.best().id == "g00-c00"
    drawn = {p.id for k in range(30) for p in behind.parents_for(1, 1, np.random.default_rng(k))}
    assert drawn == {"g00-c00", "g00-c01"}
    solved = behind.with_event(stopped("g00-c02", "solved", 9.0, 9.0))
    assert solved.finalists(3) == ("g00-c02", "g00-c00")
    alone = Archive.fold([*events[:3], stopped("g00-c01", "behind", 5.0)])
    assert alone.finalists(3) == ("g00-c01",)


def test_ranking_a_rejected_candidate_later_takes_it_back():
    archive = Archive.fold([*THREE, said(0, rejected=("g00-c01",)), said(1, ranking=("g00-c01",))])
    assert archive.ranking()[0] == "g00-c01"


def test_lineage_walks_to_the_roots_without_repeating():
    archive = Archive.fold(
        [
            *THREE,
            proposed("g02-c00", "g01-c00", "g00-c01"),
        ]
    )
    assert [c.id for c in archive.lineage("g02-c00")] == ["g02-c00", "g01-c00", "g00-c01"]
    with pytest.raises(UsageError, match="did you mean g02-c00"):
        archive.lineage("g02-c0")


def test_spend_adds_up_and_an_unknown_price_is_unknown():
    archive = Archive.fold(
        [
            answered("g00-c00", prompt_tokens=100, completion_tokens=20, price=0.25),
            answered("g00-c01", prompt_tokens=50, completion_tokens=10, price=0.5),
            trained("g00-c00", 1.0, 2.0, seconds=3.0),
            trained("g00-c01", 1.0, seconds=4.0),
            trained("g00-c01", 1.0, purpose="confirmation", seconds=2.0),
        ]
    )
    spend = archive.spend
    assert (spend.completions, spend.prompt_tokens, spend.completion_tokens) == (2, 150, 30)
    assert spend.price == 0.75
    assert (spend.steps, spend.seconds) == (400, 6.0)
    unknown = archive.with_event(answered("g00-c02")).spend
    assert unknown.price is None
    assert (unknown.known_price, unknown.unpriced, unknown.uncounted) == (0.75, 1, 1)


@settings(max_examples=20)
@given(st.lists(events, max_size=30), st.integers(0, 100))
def test_parents_are_the_same_for_the_same_seed(stream, seed):
    archive = Archive.fold(stream)
    first = archive.parents_for(3, 2, np.random.default_rng(seed))
    assert first == archive.parents_for(3, 2, np.random.default_rng(seed))
    assert not {p.id for p in first} & archive.rejected


def test_a_finding_that_the_clock_made_does_not_make_two_archives_differ():
    def judged(*reasons):
        verdict = r.Verdict(candidate="g00-c00", reasons=reasons)
        return Archive.fold([r.CandidateJudged(verdict=verdict)]).canonical()

    slow = r.Reason(rule="slow", message="a call takes 80 ms", warning=True)
    other = r.Reason(rule="dominant", message="one component", warning=True)
    assert judged(slow, other) == judged(other)
    assert judged(other) != judged()


# ---------------------------------------------------------------- twins


def judged(name: str, twin: str | None = None) -> r.CandidateJudged:
    return r.CandidateJudged(verdict=r.Verdict(candidate=name, components=("speed",), twin=twin))


def test_a_twin_has_the_result_of_its_original_whichever_came_first():
    original, twin, late = "g00-c00", "g00-c01", "g01-c00"
    before = [proposed(original), proposed(twin), judged(original), judged(twin, original)]
    archive = Archive.fold([*before, trained(original, 3.0, 5.0), proposed(late)])
    archive = archive.with_event(judged(late, original))
    assert archive.twins == {twin: original, late: original}
    for name in (twin, late):
        assert archive.scores[name] == archive.scores[original]
        assert archive.results[name, "selection"].reward == name
        assert archive.results[name, "selection"].fitness == (3.0, 5.0)
    assert archive.spend.steps == 200


def test_twins_fill_neither_the_ranking_nor_the_finalists_nor_the_parents():
    names = ("g00-c00", "g00-c01", "g00-c02")
    archive = Archive.fold(
        [
            *(proposed(name) for name in names),
            *(judged(names[0]), judged(names[1], names[0]), judged(names[2])),
            *(trained(names[0], 5.0), trained(names[2], 1.0)),
        ]
    )
    assert archive.ranking() == ("g00-c00", "g00-c02")
    assert archive.finalists(3) == ("g00-c00", "g00-c02")
    parents = archive.parents_for(1, 3, np.random.default_rng(0))
    assert {parent.id for parent in parents} == {"g00-c00", "g00-c02"}


def test_the_twin_of_a_failed_training_failed_too_and_has_no_score():
    archive = Archive.fold(
        [proposed("g00-c00"), judged("g00-c00"), trained("g00-c00", None), proposed("g00-c01")]
    ).with_event(judged("g00-c01", "g00-c00"))
    assert archive.results["g00-c01", "selection"].failure == "the reward process ended"
    assert "g00-c01" not in archive.scores
