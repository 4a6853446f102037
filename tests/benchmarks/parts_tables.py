"""The tables of `bench_parts.py`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

Facts = Mapping[str, Any]
BAR = 2000
"""Megabytes that 64 members ought to stay below."""


def tables(facts: Facts) -> str:
    """All parts that are measured, as text."""
    lines = ["# What the parts of training cost", ""]
    for part, (title, table) in PARTS.items():
        if part not in facts:
            continue
        known = facts[part]
        lines += [f"## {title}", ""]
        where = f"`{known['command']}`, {known['machine']}, {known['date']}"
        lines += [f"{where}, load {known['load']:g} before, {known['minutes']:g} minutes.", ""]
        lines += [*table(known["measured"]), ""]
    return "\n".join(lines)


def rows_of(head: str, rows: Iterable[Iterable[str]]) -> list[str]:
    """A table."""
    cells = ["| " + " | ".join(row) + " |" for row in rows]
    return [f"| {head} |", "|" + "---|" * (head.count("|") + 1), *cells]


def ranged(value: Facts, form: str) -> str:
    """A median with its range."""
    return f"{value['median']:{form}} ({value['low']:{form}} to {value['high']:{form}})"


def update(measured: Facts) -> list[str]:
    """A row for every way on every environment."""
    rows: list[list[str]] = []
    failures: list[str] = []
    for name, found in measured.items():
        plain = found["ways"]["by hand"]
        shape = f"{name}, {found['members']} × {found['rows']:,} rows, {found['epochs']} epochs"
        for way, told in found["ways"].items():
            if "failure" in told:
                failures.append(f"{name}, {way}: torch said `{told['failure']}`.")
                continue
            middle = told["milliseconds"]["median"] / plain["milliseconds"]["median"]
            first = f"{told['first_call_seconds']:g}"
            if "from_cache_seconds" in told:
                first += f", {told['from_cache_seconds']:g} from the cache"
            cells = [shape, way, ranged(told["milliseconds"], ".1f"), f"{middle:.2f} ×"]
            cells += [f"{told['microseconds_a_step']:.2f}", f"{told['steps_a_second']:,.0f}"]
            alone = "yes" if told["alone_bitwise"] else "no"
            rows.append([*cells, first, f"{told['apart']:.1g}", alone])
    head = (
        "environment | gradients | ms of processor time | over by hand | µs a step and member "
        "| steps/s, were it all | first call, s | weights apart | alone bitwise as in the stack"
    )
    rounds = next(iter(measured.values()))["rounds"]
    words = f"Median and range of {rounds} updates in turn, one thread."
    return [words, "", *rows_of(head, rows), *(["", *failures] if failures else [])]


def overlap(measured: Facts) -> list[str]:
    """How busy the cores are, and the most that overlapping could gain."""
    rows: list[list[str]] = []
    for name, told in measured["environments"].items():
        parts = [ranged(told[key], ".0%") for key in ("workers", "waiting", "all")]
        workers = told["workers"]["median"]
        idle = max(0.0, 1.0 - workers - told["waiting"]["median"])
        phases = [f"{told[phase]['median']:.0%}" for phase in PHASES]
        most = f"{1 / (1.0 - idle):.2f} ×"
        rows.append([name, *parts, f"{idle:.0%}", most, *phases])
    head = (
        "environment | workers busy | kept waiting | all processes, start to end | idle in workers "
        "| most that overlap could gain | " + " | ".join(PHASES)
    )
    words = f"{measured['members']} members in two workers, {measured['seconds']:g} s each."
    return [words, "", *rows_of(head, rows)]


PHASES = ("simulate", "act", "reward", "update")


def memory(measured: Facts) -> list[str]:
    """The peak of every environment, beside EnvPool alone."""
    rows: list[list[str]] = []
    for name, told in measured["environments"].items():
        alone, small = told["alone"], told["small"]
        peaks = ", ".join(f"{size}: {peak:,.0f}" for size, peak in told["peaks"].items())
        how = "" if str(measured["members"]) in told["peaks"] else " (on the line)"
        target = told["target"]
        cells = [name, peaks, "" if target is None else f"{target:,.0f}{how}"]
        cells += ["" if target is None else "yes" if target < BAR else "**no**"]
        cells += [str(told["simulators"])]
        cells += [f"{told['of_envpool']:,.0f}"]
        for found in (alone, small):
            cells.append(f"{found['megabytes']:.2f}, {1e3 * found['seconds']:.0f}" if found else "")
        rows.append(cells)
    head = (
        "environment | MB at the peak, by members | 64 members, MB | below 2 GB "
        "| simulators a member | EnvPool alone with as many, MB | a simulator: MB, ms to make "
        "| without a picture"
    )
    words = (
        f"Evaluation has {measured['episodes']} episodes.  Memory does not grow with steps: "
        "`scaling.json`, `long`."
    )
    return [words, "", *rows_of(head, rows)]


def start(measured: Facts) -> list[str]:
    """Seconds of every command on every environment."""
    ways = list(next(iter(measured.values())))
    rows = [[name, *(ranged(told[way], ".2f") for way in ways)] for name, told in measured.items()]
    head = " | ".join(["environment", *(f"`{way.replace(',', '`,')} bank" for way in ways)])
    return ["Seconds, median and range.", "", *rows_of(head, rows)]


PARTS = {
    "update": ("The update", update),
    "overlap": ("Idle cores", overlap),
    "memory": ("Memory", memory),
    "start": ("From the command to the first block of training", start),
}
