"""Exclusive seconds by phase, on a clock that is set by hand."""

from rewardsmith.bench.stopwatch import Stopwatch


class Clock:
    """A clock that stands still until it is moved."""

    now = 100.0

    def __call__(self):
        return self.now

    def pass_seconds(self, seconds):
        self.now += seconds


def test_a_phase_inside_another_counts_for_itself_alone():
    clock = Clock()
    watch = Stopwatch(clock)
    act = watch.timed("act", lambda: clock.pass_seconds(2.0))

    def simulate():
        clock.pass_seconds(1.0)
        act()
        clock.pass_seconds(4.0)

    watch.timed("simulate", simulate)()
    assert watch.seconds == {"simulate": 5.0, "act": 2.0}


def test_time_between_phases_counts_for_none():
    clock = Clock()
    watch = Stopwatch(clock)
    update = watch.timed("update", lambda: clock.pass_seconds(1.0))
    update()
    clock.pass_seconds(50.0)
    update()
    assert watch.seconds == {"update": 2.0}


def test_a_phase_that_fails_is_counted_and_closed():
    clock = Clock()
    watch = Stopwatch(clock)

    def fail():
        clock.pass_seconds(3.0)
        raise KeyError

    for _ in range(2):
        try:
            watch.timed("reward", fail)()
        except KeyError:
            clock.pass_seconds(7.0)
    assert watch.seconds == {"reward": 6.0}
    watch.reset()
    assert watch.seconds == {}
