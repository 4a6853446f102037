"""Plots of an analysis as PNG files: component curves, histograms, fields over two signals.

Colours are those of Okabe and Ito, cividis and PuOr, which colour-blind people can tell apart;
lines differ in style as well.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from rewardsmith.analysis import Analysis, Recorded
from rewardsmith.errors import StoreError
from rewardsmith.records import TrainResult
from rewardsmith.signals import PREVIOUS, Array

BLUE, ORANGE, GREY = "#0072B2", "#D55E00", "#666666"
COLUMNS = 3
MOST_PANELS = 12
"""The total and the components with the largest shares; more would not be read."""
BINS = 40
"""Bins of a histogram, and of a field in each direction."""
INNER = (0.02, 0.98)
"""Quantiles of a field's bins between which its colours change."""
_DPI = 120


def write_plots(
    analysis: Analysis, folder: Path, over: tuple[str, str] | None = None
) -> tuple[Path, ...]:
    """Write `curves.png`, `histograms.png` and `fields.png`; `over` are the fields' two signals.

    Raises UsageError for an unknown signal, StoreError where the folder cannot be written.
    """
    first, second = over or default_signals(analysis.recorded)
    axes = (first, analysis.recorded.scalar(first)), (second, analysis.recorded.scalar(second))
    figures = {
        "curves.png": _curves(analysis),
        "histograms.png": _panels(
            analysis, lambda ax, name: _histogram(ax, analysis.recorded.columns[name])
        ),
        "fields.png": _fields(analysis, axes),
    }
    _title(figures["histograms.png"], analysis, "on recorded steps of simple policies")
    written: list[Path] = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, figure in figures.items():
            figure.savefig(folder / name, dpi=_DPI)
            written.append(folder / name)
    except OSError as error:
        raise StoreError(f"the plots cannot be written to {folder}: {error}") from error
    return tuple(written)


def default_signals(recorded: Recorded) -> tuple[str, str]:
    """Two numbers to draw fields over: those that the reward uses, first, else declared ones."""
    names: list[str] = []
    for name in (*recorded.used, *(signal.name for signal in recorded.declared), "episode_step"):
        values = recorded.signals[name]
        if name.startswith(PREVIOUS) or values.dtype.kind == "b" or name in {"obs", "next_obs"}:
            continue
        names.append(name if values.ndim == 1 else f"{name}[0]")
    chosen = list(dict.fromkeys(names))
    return chosen[0], chosen[1] if len(chosen) > 1 else "episode_step"


def _panels(analysis: Analysis, draw: Callable[[Any, str], None]) -> Any:
    """A figure with one panel for the total and each component, the largest shares first."""
    from matplotlib.figure import Figure

    names = ["", *(c.name for c in analysis.components)][:MOST_PANELS]
    columns = min(COLUMNS, len(names))
    rows = -(-len(names) // columns)
    figure = Figure(figsize=(4.2 * columns, 2.9 * rows + 0.7), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False).reshape(-1)
    shares = {c.name: c.share for c in analysis.components}
    for axis, name in zip(grid, names, strict=False):
        draw(axis, name)
        share = f" ({shares[name]:.0%} of the spread)" if name else ""
        axis.set_title((name or "total") + share, fontsize=10)
    for axis in grid[len(names) :]:
        axis.set_visible(False)
    return figure


def _title(figure: Any, analysis: Analysis, what: str) -> None:
    figure.suptitle(f"{analysis.name} on {analysis.place}: {what}", fontsize=11)


def _curves(analysis: Analysis) -> Any:
    """Along training where there was one, else along two episodes that lie far apart."""
    if analysis.result is not None and any(m.components for m in analysis.result.members):
        result = analysis.result
        figure = _panels(analysis, lambda ax, name: _along_training(ax, name, result))
        _title(figure, analysis, f"along training, {len(result.members)} seeds and their mean")
        return figure
    (best, most), (worst, least) = extremes(analysis)
    shown = ((best, BLUE, "-", most), (worst, ORANGE, "--", least))
    figure = _panels(analysis, lambda ax, name: _along_episodes(ax, name, analysis.recorded, shown))
    _title(figure, analysis, "along two recorded episodes of simple policies")
    return figure


def extremes(analysis: Analysis) -> tuple[tuple[int, str], tuple[int, str]]:
    """Two recorded episodes with their labels: the fittest and the least fit.

    Where the task has no fitness, those with the most and the least return.
    """
    recorded = analysis.recorded
    worth, what, labels = recorded.fitness, "task score", ("fittest", "least fit")
    if not analysis.measured:
        worth = np.bincount(recorded.episode, weights=recorded.columns[""])
        what, labels = "return", ("most", "least")
    order = np.argsort(worth, kind="stable")
    best, worst = (
        (int(k), f"{label} ({what} {worth[k]:.3g})")
        for k, label in zip((order[-1], order[0]), labels, strict=True)
    )
    return best, worst


def _along_training(axis: Any, name: str, result: TrainResult) -> None:
    """A component's mean a step, or the return of an episode, against environment steps."""
    curves: list[tuple[Array, Array]] = []
    for member in result.members:
        values = member.curve_return if not name else ()
        for curve in (c for c in member.components if c.name == name):
            values = curve.mean
        known = [
            (s / 1000, v) for s, v in zip(member.curve_steps, values, strict=False) if v is not None
        ]
        if known:
            x, y = np.array(known).T
            curves.append((x, y))
            axis.plot(x, y, color=GREY, linewidth=0.8, alpha=0.7)
    if curves and len({len(x) for x, _ in curves}) == 1:
        mean = np.mean([y for _, y in curves], axis=0)
        axis.plot(curves[0][0], mean, color=BLUE, linewidth=2.2)
    axis.set_xlabel("environment steps (thousands)")
    axis.set_ylabel("reward a step" if name else "return of an episode")
    axis.grid(alpha=0.25)


def _along_episodes(
    axis: Any, name: str, recorded: Recorded, shown: Sequence[tuple[int, str, str, str]]
) -> None:
    for episode, color, style, label in shown:
        values = recorded.columns[name][recorded.episode == episode]
        axis.plot(values, color=color, linestyle=style, linewidth=1.6, label=label)
    axis.set_xlabel("step of the episode")
    axis.set_ylabel("reward a step")
    axis.grid(alpha=0.25)
    if not name:
        axis.legend(fontsize=8)


def _constant(axis: Any, values: Array) -> bool:
    """Whether the values never vary; then the panel says so in place of an empty drawing."""
    if float(np.ptp(values)) > 0:
        return False
    told = f"always {float(values[0]):.3g}"
    axis.text(0.5, 0.5, told, ha="center", va="center", transform=axis.transAxes, color=GREY)
    axis.set_xticks([])
    axis.set_yticks([])
    return True


def _histogram(axis: Any, values: Array) -> None:
    from matplotlib.ticker import NullFormatter

    if _constant(axis, values):
        return
    axis.hist(values, bins=BINS, color=BLUE, log=True)
    axis.locator_params(axis="x", nbins=5)
    axis.yaxis.set_minor_formatter(NullFormatter())
    mean = float(np.mean(values))
    axis.axvline(mean, color=ORANGE, linestyle="--", linewidth=1.6, label=f"mean {mean:.3g}")
    axis.set_xlabel("reward a step")
    axis.set_ylabel("steps (log scale)")
    axis.legend(fontsize=8)


def _fields(analysis: Analysis, axes: tuple[tuple[str, Array], tuple[str, Array]]) -> Any:
    """The mean of the total and of each component over two signals, on recorded steps."""
    (first, x), (second, y) = axes
    edges = (_edges(x), _edges(y))
    recorded = analysis.recorded
    labels = [_label(name, recorded) for name in (first, second)]

    def draw(axis: Any, name: str) -> None:
        values = np.asarray(recorded.columns[name])
        if _constant(axis, values):
            return
        field = binned_mean(x, y, values, edges)
        axis.set_facecolor("#dddddd")
        image = axis.pcolormesh(*edges, field.T, **_colours(field))
        axis.figure.colorbar(image, ax=axis, label="reward a step", extend="both")
        axis.locator_params(nbins=5)
        axis.set_xlabel(labels[0])
        axis.set_ylabel(labels[1])

    figure = _panels(analysis, draw)
    _title(figure, analysis, "mean over recorded steps; grey was never visited")
    return figure


def binned_mean(x: Array, y: Array, values: Array, edges: tuple[Array, Array]) -> Array:
    """The mean of the values in each bin, (bins of x, bins of y); NaN where a bin is empty."""
    counts, _, _ = np.histogram2d(x, y, bins=edges)
    sums, _, _ = np.histogram2d(x, y, bins=edges, weights=values)
    with np.errstate(invalid="ignore"):
        return np.where(counts > 0, sums / counts, np.nan)


def _edges(values: Array) -> Array:
    low, high = np.min(values), np.max(values)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(float(low), float(high), BINS + 1)


def _colours(field: Array) -> dict[str, Any]:
    """Diverging around 0 where both signs occur, else one hue from low to high.

    What lies beyond the quantiles of INNER has the colour of the end: else one bin hides the rest.
    """
    low, high = (float(v) for v in np.nanquantile(field, INNER))
    if high <= low:
        low, high = float(np.nanmin(field)), float(np.nanmax(field))
    if low < 0 < high:
        end = max(-low, high)
        return {"cmap": "PuOr", "vmin": -end, "vmax": end}
    return {"cmap": "cividis", "vmin": low, "vmax": high if high > low else low + 1e-9}


def _label(name: str, recorded: Recorded) -> str:
    unit = recorded.unit(name) or ("steps" if name == "episode_step" else "")
    return f"{name} [{unit}]" if unit else name
