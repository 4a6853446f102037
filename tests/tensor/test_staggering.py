"""rsl_rl's runner starts episodes staggered, whoever counts their steps."""

import isaac_fakes
import pytest
import torch
from point_environments import BACKENDS, environment
from rsl_rl.runners import OnPolicyRunner
from tensor_clients import runner_settings

from rewardsmith import RslRlEnvironment, TensorEnvironment
from rewardsmith.errors import UsageError

COPIES, ROLLOUT, UPDATES = 32, 12, 2
SOURCE = "def compute_reward(position):\n    return position + 0.0, {}"


class Remembering(TensorEnvironment):
    """Keeps (count, observations, actions) before each step and all that it gave."""

    def step(self, actions):
        before = self.progress_buf, self.obs_buf, actions.clone()
        result = super().step(actions)
        self.seen = [*getattr(self, "seen", []), (*before, *result)]
        return result


def learn(env):
    """Two updates of the runner; the counts that it draws first."""
    settings = runner_settings(ROLLOUT)
    settings["actor"]["distribution_cfg"]["init_std"] = 0.01
    runner = OnPolicyRunner(RslRlEnvironment(env), settings)
    torch.manual_seed(3)
    runner.learn(UPDATES, init_at_random_ep_len=True)
    torch.manual_seed(3)
    return torch.randint(env.max_episode_length, (COPIES,))


@pytest.mark.parametrize("kind", [*BACKENDS, "envpool"])
def test_time_outs_fall_where_the_simulator_has_them_and_every_row_is_a_step(kind, capsys):
    torch.set_num_threads(1)
    own = kind == "envpool"
    around = "pendulum" if own else environment(kind)
    with Remembering(around, "fitness" if own else SOURCE, COPIES, trusted=True) as env:
        drawn = learn(env)
        last = 200 if own else isaac_fakes.LIMIT - 1
        assert len(env.seen) == ROLLOUT * UPDATES
        assert env.seen[0][0].tolist() == drawn.tolist()
        for count, before, actions, obs, rewards, ended, extras in env.seen:
            fallen = extras["terminated"]
            assert extras["time_outs"].tolist() == ((count + 1 >= last) & ~fallen).tolist()
            assert torch.equal(ended, fallen | extras["time_outs"])
            if not own:
                moved = before[:, 0] + 0.5 * actions[:, 0].clamp(-1.0, 1.0)
                torch.testing.assert_close(rewards, moved)
                torch.testing.assert_close(extras["final_obs"][:, 0], moved)
                assert fallen.tolist() == (moved > isaac_fakes.GOAL).tolist()
                torch.testing.assert_close(obs["obs"][~ended, 0], moved[~ended])
        following = [now[0] for now in env.seen[1:]]
        for (count, *_, ended, _), then in zip(env.seen, following, strict=False):
            assert torch.equal(then, torch.where(ended, 0, count + 1))
        assert sum(int(step[5].sum()) for step in env.seen) > 1


@pytest.mark.parametrize("kind", ["late", "direct", "manager", "vector"])
def test_a_simulators_own_count_is_the_one_that_is_told(kind):
    with TensorEnvironment(environment(kind), SOURCE, 3, trusted=True) as env:
        env.progress_buf = torch.tensor([0, 3, 4])
        simulator = env._backend._surface.simulator
        names = {"late": "progress_buf", "vector": "elapsed_steps"}
        own = getattr(simulator, names.get(kind, "episode_length_buf"))
        assert own.tolist() == env.progress_buf.tolist() == [0, 3, 4]
        own[0] = 2
        assert env.progress_buf.tolist() == [2, 3, 4]


@pytest.mark.parametrize("kind", ["late", "prompt", "direct", "manager"])
def test_an_observation_that_tells_the_count_tells_what_was_written(kind):
    """The fakes observe position and count / 6; the manager's two further columns are a history."""
    with TensorEnvironment(environment(kind), SOURCE, 3, trusted=True) as env:
        before = env.step(torch.full((3, 1), 0.2))[0]["obs"]
        env.progress_buf = torch.tensor([0, 3, 4])
        told = env.obs_buf
        assert told[:, 1].tolist() == pytest.approx([0.0, 0.5, 4 / 6])
        assert torch.equal(
            told[:, [0, *range(2, env.num_obs)]], before[:, [0, *range(2, env.num_obs)]]
        )
        after = env.step(torch.zeros(3, 1))[3]["final_obs"]
        assert after[:, 1].tolist() == pytest.approx([1 / 6, 4 / 6, 5 / 6])
        assert torch.equal(after[:, 0], before[:, 0])


def test_a_count_for_fewer_environments_is_refused():
    with (
        TensorEnvironment("pendulum", "human", 3) as env,
        pytest.raises(UsageError, match=r"one count an environment, 3, not 2"),
    ):
        env.progress_buf = torch.tensor([1, 2])
