"""bench: what this machine simulates and trains in a second."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say, tell


@with_settings("seeds", "steps", "workers", "settings", "unsafe_no_sandbox")
def bench(
    *,
    environment: Annotated[
        str, typer.Option("--environment", "-e", metavar="ENVIRONMENT[/TASK]", help="what to step")
    ] = "half-cheetah",
    backend: Annotated[str, typer.Option(help="what executes the environment")] = "",
    members: Annotated[int, typer.Option(help="candidates that train together")] = 16,
    seconds: Annotated[float, typer.Option(help="seconds of one measurement")] = 3.0,
    rounds: Annotated[int, typer.Option(help="times that each is measured, in turns")] = 3,
    as_json: Annotated[bool, typer.Option("--json", help="JSON on stdout")] = False,
    flags: dict[str, Any],
) -> None:
    """Measure this machine: steps per second, where the time goes, candidates an hour."""
    from rewardsmith.bench import BenchPlan
    from rewardsmith.bench import bench as measure
    from rewardsmith.config import load_config
    from rewardsmith.environments import load_environment
    from rewardsmith.workshop import Workshop

    config, _ = load_config(flags)
    plan = BenchPlan(
        members=members,
        seconds=seconds,
        rounds=rounds,
        steps=config.steps,
        seeds=config.seeds,
        settings=config.settings,
    )
    chosen = load_environment(environment, backend=backend)
    with Workshop(unsafe=config.unsafe_no_sandbox, workers=config.workers) as workshop:
        result = measure(chosen, plan, workshop=workshop, tell=say)
    if as_json:
        print_json(result)
        return
    tell(table(result))
    say(f"rewardsmith evolve {environment}")


def table(result: Any) -> str:
    """What was measured, for people."""
    from rewardsmith.cli.tables import plain_table

    plan, call = result.plan, result.reward_call
    rows = [
        ("simulation alone, steps/s", *_cells(result.simulation, ",.0f")),
        ("training, steps/s", *_cells(result.training, ",.0f")),
        ("training / simulation", *_cells(result.ratio, ".0%")),
        *((f"time for: {name}", *_cells(part, ".1%")) for name, part in result.phases.items()),
        (f"reward call of {call.rows} rows, µs", *_cells(call.process, ".0f")),
        ("the same without a process, µs", *_cells(call.here, ".0f")),
        ("candidates an hour", *_cells(result.candidates_per_hour, ".1f")),
    ]
    place = "" if result.device == "host" else f" ({result.device})"
    head = (
        f"{result.machine}\n{result.environment} on {result.backend}{place}: {plan.members} "
        f"members in {result.workers} processes, {plan.rounds} rounds of {plan.seconds:g} s\n"
    )
    return head + "\n" + plain_table(("measured", "median", "from", "to"), rows)


def _cells(part: Any, form: str) -> tuple[str, str, str]:
    return format(part.median, form), format(part.low, form), format(part.high, form)
