"""Stand-ins with the published surfaces of simulators on tensors, around one point on a line.

The point moves by half the action; it starts at 0.1 x the number of the reset that put it there,
an episode ends beyond 1.0 or after six steps, the simulator pays minus the position.  Order and
names of what happens in a step are those of IsaacGymEnvs 1.5.1 (`vec_task.py`, and `cartpole.py`,
which resets one step late; legged_gym's `legged_robot.py`, which resets in the step), Isaac Lab
2.3 (`manager_based_rl_env.py`, `direct_rl_env.py`) and ManiSkill 3 (`sapien_env.py`).
"""

import copy
from types import SimpleNamespace

import gymnasium
import numpy as np
import torch

LIMIT, GOAL = 6, 1.0


class Points:
    """The physics of all fakes."""

    def __init__(self, num_envs):
        self.device = "cpu"
        self.position = torch.zeros(num_envs)
        self.resets = torch.zeros(num_envs, dtype=torch.long)

    def move(self, actions):
        self.position = self.position + 0.5 * actions[:, 0]

    def put(self, rows):
        self.resets[rows] += 1
        self.position[rows] = 0.1 * self.resets[rows]


def box(low, high):
    return gymnasium.spaces.Box(low, high, (1,), np.float32)


class LateVecTask:
    """A `VecTask` whose `post_physics_step` resets what ended in the step before."""

    def __init__(self, num_envs):
        self.num_envs, self.num_obs, self.num_actions = num_envs, 2, 1
        self.device = self.rl_device = "cpu"
        self.points = Points(num_envs)
        self.max_episode_length, self.clip_obs = LIMIT, 50.0
        self.obs_buf = torch.zeros(num_envs, 2)
        self.rew_buf = torch.zeros(num_envs)
        self.reset_buf = torch.ones(num_envs, dtype=torch.long)
        self.progress_buf = torch.zeros(num_envs, dtype=torch.long)
        self.extras, self.obs_dict = {}, {}

    action_space = property(lambda self: box(-1.0, 1.0))

    def reset_idx(self, env_ids):
        self.points.put(env_ids)
        self.reset_buf[env_ids] = 0
        self.progress_buf[env_ids] = 0

    def compute_observations(self):
        self.obs_buf = torch.stack([self.points.position, self.progress_buf / LIMIT], dim=-1)
        return self.obs_buf

    def compute_reward(self):
        self.rew_buf = -self.points.position.clone()
        over = self.progress_buf >= self.max_episode_length - 1
        self.reset_buf = ((self.points.position > GOAL) | over).long()

    def post_physics_step(self):
        self.progress_buf += 1
        env_ids = self.reset_buf.nonzero(as_tuple=False).squeeze(-1)
        if len(env_ids) > 0:
            self.reset_idx(env_ids)
        self.compute_observations()
        self.compute_reward()

    def step(self, actions):
        self.points.move(actions)
        self.post_physics_step()
        timeout = (self.progress_buf >= self.max_episode_length - 1) & (self.reset_buf != 0)
        self.extras["time_outs"] = timeout & (self.points.position <= GOAL)
        self.obs_dict["obs"] = self.obs_buf.clamp(-self.clip_obs, self.clip_obs)
        return self.obs_dict, self.rew_buf, self.reset_buf, self.extras


class PromptVecTask(LateVecTask):
    """A `VecTask` that resets in the step, as legged_gym's robots do."""

    def post_physics_step(self):
        self.progress_buf += 1
        self.compute_reward()
        self.timeouts = (self.points.position <= GOAL) & (self.reset_buf != 0)
        ended = self.reset_buf.clone()
        env_ids = ended.nonzero(as_tuple=False).squeeze(-1)
        if len(env_ids) > 0:
            self.reset_idx(env_ids)
        self.reset_buf = ended
        self.compute_observations()

    def step(self, actions):
        self.points.move(actions)
        self.post_physics_step()
        self.extras["time_outs"] = self.timeouts
        self.obs_dict["obs"] = self.obs_buf.clamp(-self.clip_obs, self.clip_obs)
        return self.obs_dict, self.rew_buf, self.reset_buf, self.extras


class DirectRLEnv:
    """Isaac Lab's direct workflow."""

    def __init__(self, num_envs):
        self.num_envs, self.device = num_envs, "cpu"
        self.points = Points(num_envs)
        self.max_episode_length = LIMIT
        self.episode_length_buf = torch.zeros(num_envs, dtype=torch.long)
        self.single_action_space = box(-np.inf, np.inf)
        self.extras = {}

    unwrapped = property(lambda self: self)

    def _get_dones(self):
        return self.points.position > GOAL, self.episode_length_buf >= self.max_episode_length - 1

    def _get_rewards(self):
        return -self.points.position

    def _get_observations(self):
        return {"policy": torch.stack([self.points.position, self.episode_length_buf / LIMIT], -1)}

    def _reset_idx(self, env_ids):
        self.points.put(env_ids)
        self.episode_length_buf[env_ids] = 0

    def reset(self, seed=None, options=None):
        self._reset_idx(torch.arange(self.num_envs))
        return self._get_observations(), self.extras

    def step(self, action):
        self.points.move(action)
        self.episode_length_buf += 1
        self.reset_terminated, self.reset_time_outs = self._get_dones()
        self.reset_buf = self.reset_terminated | self.reset_time_outs
        self.reward_buf = self._get_rewards().clone()
        reset_env_ids = self.reset_buf.nonzero(as_tuple=False).squeeze(-1)
        if len(reset_env_ids) > 0:
            self._reset_idx(reset_env_ids)
        self.obs_buf = self._get_observations()
        ends = self.reset_terminated, self.reset_time_outs
        return self.obs_buf, self.reward_buf, *ends, self.extras


class RewardManager:
    """Terms `func(env, **params)` times weight times dt; one of weight 0 is not called.

    As both managers do, it copies what it is configured with.
    """

    def __init__(self, terms, env):
        self._terms, self._env = copy.deepcopy(terms), env

    def compute(self, dt):
        total = torch.zeros(self._env.num_envs)
        for term in self._terms.values():
            if term.weight != 0.0:
                total += term.func(self._env, **term.params) * term.weight * dt
        return total


class ObservationManager:
    """One group: the point and what it was, in two columns of which the last is the newest.

    `compute` gives what was computed before unless it is told to go on (mjlab 1.6), and a history
    moves on with `update_history` only (both).
    """

    def __init__(self, env):
        self._env, self._obs_buffer = env, None
        self.active_terms = {"policy": ["point", "was"]}
        self._group_obs_term_history_buffer = {"policy": {"was": torch.zeros(env.num_envs, 2)}}

    def compute(self, *, update_history=False):
        if update_history or self._obs_buffer is None:
            self._obs_buffer = {
                "policy": self.compute_group("policy", update_history=update_history)
            }
        return self._obs_buffer

    def compute_group(self, group_name, *, update_history=False):
        history = self._group_obs_term_history_buffer[group_name]
        if update_history:
            history["was"][:, 0] = history["was"][:, 1]
            history["was"][:, 1] = self._env.points.position
        return torch.cat([self._env._get_observations()[group_name], history["was"]], dim=-1)


class ManagerBasedRLEnv(DirectRLEnv):
    """Isaac Lab's manager-based workflow, its rewards given as configuration."""

    step_dt = 1.0

    def __init__(self, num_envs, rewards):
        super().__init__(num_envs)
        self.observation_manager = ObservationManager(self)
        self.reward_manager = RewardManager(rewards, self)
        self.termination_manager = SimpleNamespace(compute=self._terminate)

    def reset(self, seed=None, options=None):
        self._reset_idx(torch.arange(self.num_envs))
        return self.observation_manager.compute(update_history=True), self.extras

    def _terminate(self):
        self.reset_terminated, self.reset_time_outs = self._get_dones()
        return self.reset_terminated | self.reset_time_outs

    def step(self, action):
        self.points.move(action)
        self.episode_length_buf += 1
        self.reset_buf = self.termination_manager.compute()
        self.reward_buf = self.reward_manager.compute(dt=self.step_dt)
        reset_env_ids = self.reset_buf.nonzero(as_tuple=False).squeeze(-1)
        if len(reset_env_ids) > 0:
            self._reset_idx(reset_env_ids)
        self.obs_buf = self.observation_manager.compute(update_history=True)
        ends = self.reset_terminated, self.reset_time_outs
        return self.obs_buf, self.reward_buf, *ends, self.extras


class ManiSkillBase(gymnasium.Env):
    """ManiSkill's `BaseEnv`: it knows no time limit."""

    def __init__(self, num_envs):
        self.num_envs, self.device = num_envs, "cpu"
        self.points = Points(num_envs)
        self.elapsed_steps = torch.zeros(num_envs, dtype=torch.int32)
        self.single_action_space = box(-1.0, 1.0)
        self.action_space = gymnasium.vector.utils.batch_space(self.single_action_space, num_envs)

    def get_obs(self):
        return torch.stack([self.points.position, self.elapsed_steps / LIMIT], -1)

    def reset(self, seed=None, options=None):
        rows = (options or {}).get("env_idx", torch.arange(self.num_envs))
        self.points.put(rows)
        self.elapsed_steps[rows] = 0
        return self.get_obs(), {}

    def step(self, action):
        self.points.move(action)
        self.elapsed_steps += 1
        position = self.points.position.clone()
        truncated = torch.zeros(self.num_envs, dtype=torch.bool)
        return self.get_obs(), -position, position > GOAL, truncated, {}


class MSTimeLimit(gymnasium.Wrapper):
    """The wrapper that ManiSkill registers with each environment (`registration.py`)."""

    def step(self, action):
        obs, reward, terminated, _, info = self.env.step(action)
        truncated = self.unwrapped.elapsed_steps >= self.spec.max_episode_steps
        return obs, reward, terminated, truncated, info


class ManiSkillVectorEnv(gymnasium.vector.VectorEnv):
    """ManiSkill's vector wrapper (`vector/wrappers/gymnasium.py`), which resets in the step."""

    def __init__(self, env):
        self._env, self.auto_reset, self.spec = env, True, env.spec
        self.num_envs = env.unwrapped.num_envs
        self.single_action_space = env.get_wrapper_attr("single_action_space")

    @property
    def unwrapped(self):
        return self._env.unwrapped

    def reset(self, *, seed=None, options=None):
        return self._env.reset(seed=seed, options=options)

    def step(self, actions):
        obs, reward, terminated, truncated, info = self._env.step(actions)
        done = terminated | truncated
        if done.any() and self.auto_reset:
            obs, info = self.reset(options={"env_idx": torch.arange(self.num_envs)[done]})
        return obs, reward, terminated, truncated, info


def maniskill(num_envs, *, wrapper=MSTimeLimit):
    """An environment as `gymnasium.make` gives it."""
    base = ManiSkillBase(num_envs)
    base.spec = gymnasium.envs.registration.EnvSpec("Points-v1", max_episode_steps=LIMIT - 1)
    return wrapper(base)


def reward_terms(record):
    """The author's own term, and the recorder as a term of weight 1."""
    own = SimpleNamespace(func=lambda env: -env.points.position, weight=1.0, params={})
    return {"own": own, "record": SimpleNamespace(func=record, weight=1.0, params={})}


MAKERS = {
    "late": lambda n, record: LateVecTask(n),
    "prompt": lambda n, record: PromptVecTask(n),
    "direct": lambda n, record: DirectRLEnv(n),
    "manager": lambda n, record: ManagerBasedRLEnv(n, reward_terms(record)),
    "maniskill": lambda n, record: maniskill(n),
    "bare": lambda n, record: maniskill(n, wrapper=lambda base: base),
    "vector": lambda n, record: ManiSkillVectorEnv(maniskill(n)),
}


def make(identifier, *, num_envs, seed, record):
    """What an environment file would say."""
    return MAKERS[identifier](num_envs, record)
