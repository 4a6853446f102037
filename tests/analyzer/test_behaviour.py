import numpy as np

from rewardsmith.analyzer import EnvironmentFacts, behaviour_text
from rewardsmith.backends import ActionSpace
from rewardsmith.records import Episode, MemberResult

FACTS = EnvironmentFacts(
    time_limit=4,
    measured=False,
    units={"speed": "m/s"},
    action_space=ActionSpace(shape=(1,), low=(-1.0,), high=(1.0,)),
    events={"fast": lambda s: s.speed > 3.0},
)


def arrays(**changes):
    """Two episodes of four steps, one after another."""
    values = {
        "speed": np.array([0.0, 1.0, 2.0, 3.0, 2.0, 3.0, 4.0, 5.0]),
        "action": np.array([[1.0], [1.0], [0.0], [0.0], [-1.0], [-1.0], [0.0], [0.0]]),
        "episode": np.repeat([0, 1], 4),
        "episode_step": np.tile(np.arange(4), 2),
        "terminated": np.tile([False, False, False, True], 2),
        "truncated": np.zeros(8, dtype=bool),
        "total": np.full(8, 777.0),
        "component_secret": np.full(8, 888.0),
        "fitness": np.zeros(8),
    }
    return {**values, **changes}


def member():
    episodes = (Episode(fitness=0.0, length=4, terminated=True, reward=3108.0),) * 2
    return MemberResult(reward="g00-c00", seed=7, steps=10, fitness=0.0, episodes=episodes)


def test_what_a_policy_did_is_told_in_numbers_that_can_be_worked_out_by_hand():
    text = behaviour_text(member(), arrays(), FACTS)
    assert "Episodes: 2, median length 4 (4 to 4) of 4; ended by the simulator 2" in text
    assert "fast in 1 of 2 recorded episodes (first at step 2" in text
    # first step (0 + 2) / 2; quarters 1 2 3 4; last (3 + 5) / 2; the means are 1.5 and 3.5
    assert "  speed [m/s]: 1 | 1 2 3 4 | 4 | 0, 5 | 1" in text
    # sizes 1 1 0 0 1 1 0 0; one change of 1 in three steps; half of them at a limit
    assert "Actions: mean size 0.5, mean change in a step 0.333, at a limit 50%." in text
    assert "One episode, at steps 0 1 2 3:" in text


def test_what_the_reward_paid_is_not_told():
    text = behaviour_text(member(), arrays(), FACTS)
    assert not any(word in text for word in ("777", "888", "secret", "3108", "score", "reward"))


def test_choices_are_told_by_their_shares():
    facts = EnvironmentFacts(measured=False, action_space=ActionSpace(count=3))
    text = behaviour_text(member(), arrays(action=np.array([0, 0, 0, 0, 2, 0, 2, 2])), facts)
    assert "Actions chosen: 0: 62%, 1: 0%, 2: 38%; another one than the step before: 33%." in text


def test_where_little_is_declared_the_bare_observation_is_told():
    rows = arrays(next_obs=np.stack([np.arange(8.0), -np.arange(8.0)], axis=1))
    del rows["speed"]
    text = behaviour_text(member(), rows, EnvironmentFacts(measured=False))
    assert "  next_obs[1]: -2 | -2 -3 -4 -5 | -5 | -7, 0 | 2" in text


def test_lost_episodes_leave_what_the_results_say():
    text = behaviour_text(member(), None, FACTS)
    assert "ended by the simulator 2" in text
    assert "No episode was recorded step by step." in text
