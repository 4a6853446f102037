"""The commands, by name."""

from __future__ import annotations

import typer

from rewardsmith.cli import (
    analyzing,
    benching,
    comparing,
    drafting,
    inspecting,
    looking,
    machine,
    searching,
    testing,
    training,
)

app = typer.Typer(
    name="rewardsmith",
    help="Writes reward functions: from a simulated environment and a task in words.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
environment = typer.Typer(help="What environments there are.", no_args_is_help=True)
config = typer.Typer(help="The settings in force.", no_args_is_help=True)
model = typer.Typer(help="The language model.", no_args_is_help=True)

app.command("evolve")(searching.evolve)
app.command("resume")(searching.resume)
app.command("feedback")(searching.feedback)
app.command("check")(testing.check)
app.command("analyze")(analyzing.analyze)
app.command("train")(training.train)
app.command("compare")(comparing.compare)
app.command("show")(looking.show)
app.command("export")(looking.export)
app.command("doctor")(machine.doctor)
app.command("bench")(benching.bench)
environment.command("list")(looking.environment_list)
environment.command("show")(looking.environment_show)
environment.command("new")(drafting.environment_new)
environment.command("check")(inspecting.environment_check)
config.command("show")(machine.config_show)
model.command("check")(machine.model_check)
app.add_typer(environment, name="environment")
app.add_typer(config, name="config")
app.add_typer(model, name="model")
