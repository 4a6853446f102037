"""Tuning: the numbers of a reward are fitted to recorded episodes, without a model.

After R* (Li et al. 2025, "R*: Efficient reward design via reward structure evolution and parameter
alignment optimization"): a reward's constants are parameters, and the loss is the logistic one of
pairs of episodes that fitness has put in order.
"""

from rewardsmith.tuning.evidence import Evidence, bank_evidence, joined, trained_evidence
from rewardsmith.tuning.fitting import Fit, Form, family_of, fit_numbers, losses_of
from rewardsmith.tuning.preference import Preference

__all__ = [
    "Evidence",
    "Fit",
    "Form",
    "Preference",
    "bank_evidence",
    "family_of",
    "fit_numbers",
    "joined",
    "losses_of",
    "trained_evidence",
]
