"""The reward process: a candidate's code in a locked process of its own (design, idea 2)."""

from rewardsmith.sandbox.client import ConfinementReport, RewardServer, confinement_report
from rewardsmith.sandbox.confinement import Part
from rewardsmith.sandbox.memory import ArraySpec
from rewardsmith.sandbox.process import RewardLimits, RewardOutput, RewardProcess

__all__ = [
    "ArraySpec",
    "ConfinementReport",
    "Part",
    "RewardLimits",
    "RewardOutput",
    "RewardProcess",
    "RewardServer",
    "confinement_report",
]
