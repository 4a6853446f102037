"""Sentences on names that are not allowed: the nearest that are, or what to write instead."""

from __future__ import annotations

import ast
import difflib
from collections.abc import Collection

from rewardsmith.language import hints, names
from rewardsmith.language.faults import excerpt
from rewardsmith.language.scopes import Facts


def attribute(node: ast.Attribute) -> str:
    """For an attribute that plain data does not have."""
    hint = hints.ATTRIBUTES.get(node.attr)
    near = difflib.get_close_matches(node.attr, names.ATTRIBUTES, n=1, cutoff=0.7)
    hint = hint or (f"did you mean .{near[0]}?" if near else "write it with np functions")
    return f"`{excerpt(node)}`: the attribute `.{node.attr}` is not available: {hint}"


def foreign(root: str, name: str) -> str:
    """For `torch.exp` and the like, whose first name stands for nothing here."""
    if root in hints.LIBRARIES:
        for module, offered in names.PATHS.items():
            if name in offered and module != "math":
                return f"write {module}.{name}"
        return hints.NUMPY.get(name, hints.ATTRIBUTES.get(name, "write it with np"))
    return hints.NAMES.get(root, f"`{root}` is not defined; define it or take it as a signal")


def of_module(module: str, name: str) -> str:
    """For a function that its module does not offer."""
    if module == "np" and name in hints.NUMPY:
        return hints.NUMPY[name]
    if module == "np" and name in names.LINALG:
        return f"write np.linalg.{name}"
    if module == "math":
        return f"write np.{name}" if name in names.NUMPY else "write the number itself"
    near = difflib.get_close_matches(name, names.PATHS[module], n=2, cutoff=0.7)
    return f"did you mean {module}.{' or '.join(near)}?" if near else "use another function"


def unknown(name: str, facts: Facts, signals: Collection[str]) -> str:
    """For a name that nothing defines."""
    if name in signals:
        return f"`{name}` is a signal, not a parameter yet; add it to compute_reward's parameters"
    if name in names.NUMPY:
        return f"`{name}` is not defined; write np.{name}"
    hint = hints.NAMES.get(name, hints.NUMPY.get(name))
    if hint:
        return f"`{name}` is not available: {hint}"
    known = {*facts.bindings, *signals, *names.BUILTINS, "np", "math"}
    near = difflib.get_close_matches(name, sorted(known), n=3, cutoff=0.6)
    hint = f"did you mean {' or '.join(near)}?" if near else "define it or take it as a signal"
    return f"`{name}` is not defined: {hint}"
