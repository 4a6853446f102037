"""What a member's reward pays in Stable-Baselines3's training, and what is remembered of it."""

from __future__ import annotations

import numpy as np

from rewardsmith.environments import Environment
from rewardsmith.signals import Array, Transitions
from rewardsmith.training.curves import EpisodeLog, MemberCurves, TrainingEpisode
from rewardsmith.training.own_rewards import own_reward
from rewardsmith.training.sb3_environment import joined
from rewardsmith.training.scoring import Scorer
from rewardsmith.training.stack import Member

BLOCK = 256
"""Steps of an environment in a block, at most: curves and checks go by blocks."""


class MemberFailed(Exception):
    """A member's reward failed; the message is its failure."""


class Judge:
    """A member's reward step by step; block by block its curves, and whether it is sound."""

    def __init__(
        self, environment: Environment, member: Member, scorer: Scorer, budget: tuple[int, int]
    ) -> None:
        steps, environments = budget
        self.length = max(1, min(BLOCK, steps // (10 * environments)))
        self.done = self.blocks = 0
        self.recent: float | None = None
        rows = self.length * environments
        self.curves = MemberCurves(max(1, steps // rows), rows)
        self._environment = environment
        self._scorer = scorer
        self._members = [(member.reward.id, slice(None))]
        self._by_step, self._by_block = environment.reader(), environment.reader()
        self._log = EpisodeLog(environments)
        self._steps: list[Transitions] = []

    def __call__(self, transitions: Transitions) -> Array:
        """The reward of one step, (environments,); MemberFailed where there is none."""
        view = self._by_step.view(transitions)
        valid = np.ones(transitions.episode_step.shape, dtype=np.bool_)
        (scored,) = self._scorer.score(self._members, view, valid)
        self._by_step.advance(view)
        if isinstance(scored, str):
            raise MemberFailed(scored)
        self._steps.append(transitions)
        self.done += valid.size
        if len(self._steps) == self.length:
            self._close(joined(self._steps))
            self._steps.clear()
            self.blocks += 1
        return scored.total[0]

    def _close(self, block: Transitions) -> None:
        view = self._by_block.view(block)
        valid = np.ones(block.episode_step.shape, dtype=np.bool_)
        (scored,) = self._scorer.score(self._members, view, valid)
        if isinstance(scored, str):
            raise MemberFailed(scored)
        fitness = own_reward(self._environment, "fitness", view, valid)
        self._by_block.advance(view)
        steps = {"fitness": fitness, "total": scored.total}
        for _, episode in self._log.add(steps, valid, block.terminated | block.truncated):
            self.curves.add_episode(
                TrainingEpisode(
                    fitness=self._environment.task.episode_fitness(episode["fitness"]),
                    total=float(episode["total"].sum()),
                    length=len(episode["total"]),
                )
            )
        self.curves.add_block(scored.components, valid)
        if self.curves.recent:
            self.recent = float(np.mean(self.curves.recent))
