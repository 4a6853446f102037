"""The search: joins proposer, critic, trainer and analyzer."""

from rewardsmith.search.flow import evolve
from rewardsmith.search.pausing import GRACE
from rewardsmith.search.settings import has_run, require_settings, trainer_settings
from rewardsmith.search.sitting import Hooks

__all__ = ["GRACE", "Hooks", "evolve", "has_run", "require_settings", "trainer_settings"]
