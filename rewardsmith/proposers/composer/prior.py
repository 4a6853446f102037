"""What the policy believes before it has learned: kinds, signs and channels, from words alone."""

from __future__ import annotations

import numpy as np

from rewardsmith.proposers.composer.tree import FREE
from rewardsmith.proposers.composer.vocabulary import Atom, Channel, Vocabulary
from rewardsmith.signals import Array

COUNT_PRIOR = (0.5, 0.2, 0.2, 0.1)
"""Probabilities of 0 to 3 further terms."""
PRODUCT_PRIOR = -2.2
"""Logit of a product: one in ten."""
MAIN = {
    "linear": 1.0,
    "bounded": 0.2,
    "target": 0.3,
    "inside": -0.7,
    "beyond": -0.5,
    "change": 1.0,
    "absolute": -0.3,
    "square": -0.5,
    "effort": -4.0,
    "time": -0.3,
    "alive": -0.7,
    "end": -0.5,
}
EXTRA = {
    "linear": -0.3,
    "bounded": -0.5,
    "target": 0.9,
    "inside": 0.2,
    "beyond": -0.7,
    "change": -0.3,
    "absolute": 0.0,
    "square": 0.3,
    "effort": 1.7,
    "time": -0.6,
    "alive": 0.6,
    "end": 0.3,
}
TRUST = {"main": 0.9, "extra": 0.5}
"""How far shared words decide on the signal of a term in that role."""
PROGRESS_TRUST = 0.5
"""Less so for changes: progress in anything may lead on, whatever the words (Ng 1999)."""
WISHED = {
    "hold": {
        "target": 1.2,
        "absolute": 0.5,
        "square": 0.5,
        "alive": 1.0,
        "inside": 0.6,
        "change": -0.7,
        "linear": -0.5,
        "time": -1.5,
    },
    "reach": {"change": 0.6, "time": 0.9, "end": 0.6, "beyond": 0.6, "alive": -2.0},
    "move": {"linear": 1.0, "bounded": 0.5, "alive": -0.8, "time": -1.8, "end": -0.8},
    "survive": {"alive": 1.0, "time": -1.0},
}
"""What a wish adds to the kinds."""


def prior_logits(vocabulary: Vocabulary, role: str) -> Array:
    """Log-probabilities of all atoms as main or extra terms, (atoms,)."""
    kinds = _kinds(vocabulary, role)
    trusts = {kind: TRUST[role] * (PROGRESS_TRUST if kind == "change" else 1.0) for kind in kinds}
    channels = {trust: _channels(vocabulary, role, trust) for trust in trusts.values()}
    logits = [
        kinds[atom.kind]
        + channels[trusts[atom.kind]].get(atom.channel, 0.0)
        + _sign(vocabulary, atom)
        for atom in vocabulary.atoms
    ]
    return np.array(logits)


def _kinds(vocabulary: Vocabulary, role: str) -> dict[str, float]:
    logits = dict(MAIN if role == "main" else EXTRA)
    for wish in sorted(vocabulary.wishes):
        for kind, more in WISHED[wish].items():
            logits[kind] += more if role == "main" else 0.5 * more
    return logits


def _channels(
    vocabulary: Vocabulary, role: str, trust: float
) -> dict[tuple[str, int | None, bool], float]:
    """Log-probabilities of the channels: the siblings of a vector share its part."""
    if not vocabulary.channels:
        return {}
    logits = {key: _channel(channel, role, trust) for key, channel in vocabulary.channels.items()}
    total = float(np.log(np.sum(np.exp(list(logits.values())))))
    return {key: logit - total for key, logit in logits.items()}


def _channel(channel: Channel, role: str, trust: float) -> float:
    reading = channel.reading
    logit = trust * reading.relevance
    if role == "extra" and reading.posture and channel.siblings == 1:
        logit += 1.0
    if channel.signal == "next_obs":
        logit -= 0.7
    return logit - float(np.log(channel.siblings))


def _sign(vocabulary: Vocabulary, atom: Atom) -> float:
    """Log-probability of the atom's sign, given its kind and channel."""
    lean = _lean(vocabulary, atom)
    return -float(np.log1p(np.exp(-lean * atom.sign)))


def _lean(vocabulary: Vocabulary, atom: Atom) -> float:
    """The logit of the sign +."""
    if atom.kind in FREE:
        if atom.kind == "end":
            return 1.5 if "reach" in vocabulary.wishes else -1.5
        return 20.0 * atom.sign
    if atom.kind in {"target", "inside"}:
        return 3.0
    if atom.kind in {"absolute", "square"}:
        return -3.0
    return 0.7 + 2.0 * vocabulary.channels[atom.channel].reading.direction
