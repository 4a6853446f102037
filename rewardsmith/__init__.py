"""rewardsmith: from a simulated environment and a task in words to a reward function.

The public names are loaded when they are first used: `import rewardsmith` is cheap.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rewardsmith.analysis import Analysis
    from rewardsmith.api import analyze, check, train
    from rewardsmith.config import Budget, Config
    from rewardsmith.environments import Environment, Task, load_environment
    from rewardsmith.errors import RewardsmithError
    from rewardsmith.records import Candidate, Reason, Score, TrainResult, Verdict
    from rewardsmith.reward import Reward, load_reward
    from rewardsmith.run import Run, open_run
    from rewardsmith.search import evolve
    from rewardsmith.signals import Signal
    from rewardsmith.tensor.environment import TensorEnvironment
    from rewardsmith.tensor.rsl_rl import RslRlEnvironment
    from rewardsmith.tensor.skrl import SkrlEnvironment
    from rewardsmith.training.policy import Policy, load_policy
    from rewardsmith.wrappers import RewardWrapper, VectorRewardWrapper
    from rewardsmith.wrappers_sb3 import Sb3RewardWrapper

__version__ = "0.1.0"

_HOME = {
    "Analysis": "analysis",
    "Budget": "config",
    "Candidate": "records",
    "Config": "config",
    "Environment": "environments",
    "Policy": "training.policy",
    "Reason": "records",
    "Reward": "reward",
    "RewardWrapper": "wrappers",
    "RewardsmithError": "errors",
    "RslRlEnvironment": "tensor.rsl_rl",
    "Run": "run",
    "Sb3RewardWrapper": "wrappers_sb3",
    "Score": "records",
    "Signal": "signals",
    "SkrlEnvironment": "tensor.skrl",
    "Task": "environments",
    "TensorEnvironment": "tensor.environment",
    "TrainResult": "records",
    "VectorRewardWrapper": "wrappers",
    "Verdict": "records",
    "analyze": "api",
    "check": "api",
    "evolve": "search",
    "load_environment": "environments",
    "load_policy": "training.policy",
    "load_reward": "reward",
    "open_run": "run",
    "train": "api",
}

__all__ = [
    "Analysis",
    "Budget",
    "Candidate",
    "Config",
    "Environment",
    "Policy",
    "Reason",
    "Reward",
    "RewardWrapper",
    "RewardsmithError",
    "RslRlEnvironment",
    "Run",
    "Sb3RewardWrapper",
    "Score",
    "Signal",
    "SkrlEnvironment",
    "Task",
    "TensorEnvironment",
    "TrainResult",
    "VectorRewardWrapper",
    "Verdict",
    "__version__",
    "analyze",
    "check",
    "evolve",
    "load_environment",
    "load_policy",
    "load_reward",
    "open_run",
    "train",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'rewardsmith' has no attribute {name!r}")
    return getattr(importlib.import_module(f"rewardsmith.{_HOME[name]}"), name)


def __dir__() -> list[str]:
    return sorted(__all__)
