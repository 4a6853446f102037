import io

import pytest
from rich.console import Console

from rewardsmith import records
from rewardsmith.observers import (
    LiveObserver,
    PlainObserver,
    Training,
    score_text,
    training_shown,
)
from rewardsmith.records import Score

STARTED = records.RunStarted(
    run="r1",
    environment={"name": "cartpole"},
    task="balance",
    config={},
    versions={},
    confinement="landlock+seccomp",
    machine="test",
    time="",
)
CANDIDATE = records.Candidate(
    id="g00-c00", source="code", operator="initial", generation=0, index=0
)
TRAINING = records.TrainingStarted(
    job="g00", purpose="selection", rewards=("g00-c00", "g00-c01"), seeds=(0, 1), steps=1000
)


def progress(worker, steps, members, speed=100.0):
    return records.TrainProgress(
        job="g00",
        worker=worker,
        steps=steps,
        total=1000,
        members=members,
        steps_per_second=speed,
    )


def events():
    member = records.MemberResult(reward="g00-c00", seed=0, steps=1000, fitness=3.0)
    result = records.TrainResult(reward="g00-c00", purpose="selection", members=(member,))
    reason = records.Reason(rule="[bold]import", message="line [red]bad")
    yield STARTED
    yield records.GenerationStarted(generation=0)
    yield records.CandidateProposed(candidate=CANDIDATE)
    yield records.CandidateJudged(
        verdict=records.Verdict(candidate="g00-c00", components=("speed",))
    )
    second = records.Candidate(id="g00-c01", source="", operator="initial", generation=0, index=1)
    yield records.CandidateProposed(candidate=second)
    yield records.CandidateJudged(verdict=records.Verdict(candidate="g00-c01", reasons=(reason,)))
    yield TRAINING
    yield records.RewardTrained(job="g00", result=result)
    yield records.GenerationFinished(generation=0, best="g00-c00")


def test_a_job_half_done_in_two_shards_of_different_size_is_told_as_such():
    ticks = iter([0.0, 20.0])
    training = Training(TRAINING, lambda: next(ticks))
    training.see(progress(0, 1000, 1))
    training.see(progress(1, 333, 3))
    assert training.share == pytest.approx((1000 + 999) / 4000)
    assert training.words() == ("g00: 4 policies × 1,000 steps, 50%, 0.2k steps/s, 20 s left")


def test_the_training_of_one_reward_is_shown_while_it_lasts_and_then_taken_away():
    file, ticks = io.StringIO(), iter([0.0, *[20.0] * 99])
    console = Console(file=file, force_terminal=True, width=100)
    with training_shown(TRAINING, as_json=False, console=console, clock=lambda: next(ticks)) as see:
        see(progress(0, 500, 4))
    text = file.getvalue()
    assert "g00: 4 policies × 1,000 steps, 50%, 0.1k steps/s, 20 s left" in text
    assert "\x1b[2K" in text.rpartition("left")[2]  # the lines are erased


@pytest.mark.parametrize("as_json", [True, False])
def test_where_nobody_looks_on_or_a_program_does_no_training_is_shown(capsys, as_json):
    with training_shown(TRAINING, as_json=as_json) as see:
        see(progress(0, 500, 4))
    assert capsys.readouterr() == ("", "")


def test_without_a_terminal_each_thing_that_matters_is_a_line():
    lines = []
    observer = PlainObserver(lines.append, clock=lambda: 0.0)
    for event in events():
        observer.see(event)
    observer.close()
    assert lines == [
        "run r1: cartpole/balance; candidates confined by landlock+seccomp",
        "generation 0",
        "  g00-c00 initial: speed",
        "  g00-c01 initial: rejected, line [red]bad [[bold]import]",
        "  selection: training 4 policies × 1,000 steps",
        "  g00-c00: selection fitness 3",
        "generation 0 done; best so far g00-c00 3",
    ]


def test_a_generation_that_left_nobody_is_told_as_that():
    lines = []
    observer = PlainObserver(lines.append, clock=lambda: 0.0)
    observer.see(STARTED)
    observer.see(records.GenerationFinished(generation=0, best=None))
    assert lines[-1] == "generation 0 done; no candidate has a score so far"


def test_a_long_training_is_told_of_now_and_then_and_not_at_every_step():
    lines, now = [], [0.0]
    observer = PlainObserver(lines.append, clock=lambda: now[0])
    observer.see(TRAINING)
    for second in range(40):
        now[0] = float(second)
        observer.progress(progress(0, second * 10, 4))
    assert sum("steps/s" in line for line in lines) == 2


def test_the_live_display_shows_candidates_and_takes_no_markup_from_them():
    stream = io.StringIO()
    console = Console(file=stream, width=120, force_terminal=True)
    with LiveObserver(console, clock=lambda: 0.0) as observer:
        for event in events():
            observer.see(event)
    shown = stream.getvalue()
    assert "g00-c00" in shown
    assert "[red]bad" in shown


def test_one_seed_is_shown_without_an_interval_that_it_does_not_have():
    assert score_text(Score(value=2.0, low=2.0, high=2.0, seeds=1)) == "2"
    assert score_text(Score(value=2.0, low=1.0, high=3.0, seeds=3)) == "2 [1, 3]"
    assert score_text(None) == "failed"


def test_what_a_model_wrote_moves_no_cursor_of_the_live_display():
    stream = io.StringIO()
    observer = LiveObserver(Console(file=stream, force_terminal=False, width=200))
    for event in events():
        observer.see(event)
    hostile = records.Reason(rule="syntax", message="at \x1b[2J and \u202e this")
    verdict = records.Verdict(candidate="g00-c01", reasons=(hostile,))
    observer.see(records.CandidateJudged(verdict=verdict))
    observer.live.console.print(observer.render())
    assert r"\x1b[2J and \u202e this" in stream.getvalue()
    assert "\x1b" not in stream.getvalue()
