"""When a training that is to stop does so: at the next checkpoint, or after a while."""

from rewardsmith.records import TrainProgress
from rewardsmith.search.pausing import GRACE, Pause


def at(worker, steps, checkpoint=0):
    return TrainProgress(
        job="g00",
        worker=worker,
        steps=steps,
        total=100,
        members=1,
        steps_per_second=1.0,
        checkpoint=checkpoint,
    )


def paused(clock=lambda: 0.0):
    """A training of two workers, each at its first checkpoint, that was asked to stop."""
    pause = Pause(clock)
    for worker in (0, 1):
        assert not pause.due(at(worker, 30, 1), asked=False)
    assert not pause.due(at(0, 40, 1), asked=True)
    return pause


def test_it_stops_when_every_worker_has_passed_its_next_checkpoint():
    pause = paused()
    assert not pause.due(at(0, 50, 2), asked=True)
    assert not pause.due(at(1, 49, 1), asked=True)
    assert pause.due(at(1, 50, 2), asked=True)


def test_a_worker_that_has_trained_to_its_end_gives_its_results_first():
    pause = paused()
    assert not pause.due(at(0, 50, 2), asked=True)
    assert not pause.due(at(1, 100, 3), asked=True)
    assert pause.due(at(0, 51, 2), asked=True)


def test_where_no_checkpoint_comes_it_stops_after_the_grace():
    now = [0.0]
    pause = paused(lambda: now[0])
    now[0] = GRACE - 1.0
    assert not pause.due(at(0, 41, 1), asked=True)
    now[0] = GRACE
    assert pause.due(at(0, 42, 1), asked=True)
