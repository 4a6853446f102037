"""The search: joins proposer, critic, trainer and analyzer."""

from rewardsmith.search.flow import evolve
from rewardsmith.search.settings import has_run, require_settings, trainer_settings
from rewardsmith.search.sitting import Hooks

__all__ = ["Hooks", "evolve", "has_run", "require_settings", "trainer_settings"]
