"""What rose along training: the components' means, first and last."""

from __future__ import annotations

from rewardsmith.analyzer.evidence import Evidence, signed, thirds


def what_rose(evidence: Evidence) -> str:
    """Which component's mean rose most along training, as a sentence; may be empty."""
    changes = component_changes(evidence)
    if not changes:
        return ""
    name = max(changes, key=lambda key: (changes[key][1] - changes[key][0], key))
    first, last = changes[name]
    if last <= first:
        return " No component rose."
    return f" What rose most is {name}: {signed(first)} to {signed(last)} a step."


def component_changes(evidence: Evidence) -> dict[str, tuple[float, float]]:
    """By component: its mean in the first third of training and in the last."""
    found: dict[str, tuple[float, float]] = {}
    for name in evidence.components:
        first, last = thirds(evidence.component_curve(name, "mean"))
        if first is not None and last is not None:
            found[name] = (first, last)
    return found
