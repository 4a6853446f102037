"""doctor, config show, model check: what this machine and these settings can do."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from typing import Annotated, Any

import typer

from rewardsmith.cli.options import with_settings
from rewardsmith.cli.output import print_json, say, tell

Json = Annotated[bool, typer.Option("--json", help="JSON on stdout")]
_DRAW = "import mujoco; c = mujoco.GLContext(16, 16); c.make_current(); c.free()"
KEY_ENDINGS = ("_API_KEY", "_API_TOKEN", "_ACCESS_KEY_ID", "HF_TOKEN", "GITHUB_TOKEN")


def doctor(*, as_json: Json = False) -> None:
    """Tell what works on this machine: versions, cores, GPU, confinement, renderer, keys."""
    from rewardsmith.cli.tables import plain_table
    from rewardsmith.sandbox import confinement_report
    from rewardsmith.versions import installed_versions

    confinement = confinement_report()
    facts: dict[str, Any] = {
        "platform": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cores": len(os.sched_getaffinity(0))
        if hasattr(os, "sched_getaffinity")
        else os.cpu_count(),
        "gpu": _gpu(),
        "renderer": _renderer(),
        "keys": _keys(),
        "versions": installed_versions(),
        "confinement": {
            "level": confinement.level,
            "why_not_higher": confinement.why_not_higher,
            "parts": [
                {"name": p.name, "holds": p.holds, "reason": p.reason} for p in confinement.parts
            ],
        },
    }
    if as_json:
        print_json(facts)
        return
    rows = [(key, str(facts[key])) for key in ("platform", "cores", "gpu", "renderer")]
    rows.append(("keys present", ", ".join(facts["keys"]) or "none"))
    rows += [(f"version of {package}", text) for package, text in facts["versions"].items()]
    rows.append(("confinement", confinement.level))
    rows.append(("why not higher", confinement.why_not_higher or "it is the highest"))
    rows += [
        (f"confinement: {p.name}", f"{'holds' if p.holds else 'does not hold'}: {p.reason}")
        for p in confinement.parts
    ]
    tell(plain_table(("what", "found"), rows))
    if confinement.level == "none":
        say("a run refuses to start here unless --unsafe-no-sandbox is typed")
    say("rewardsmith evolve mountain-car")


def _gpu() -> str:
    try:
        import torch
    except ImportError as error:
        return f"torch does not load: {error}"
    if not torch.cuda.is_available():
        return "none (training runs on the CPU)"
    return ", ".join(torch.cuda.get_device_name(k) for k in range(torch.cuda.device_count()))


def _renderer() -> str:
    """Whether MuJoCo can draw without a screen, and with what; tried in a process of its own."""
    for backend in dict.fromkeys((os.environ.get("MUJOCO_GL", ""), "egl", "osmesa")):
        if backend and _draws(backend):
            return backend
    return "none (no EGL or OSMesa that works; frames of MuJoCo need EGL)"


def _draws(backend: str) -> bool:
    command = [sys.executable, "-c", _DRAW]
    environ = {**os.environ, "MUJOCO_GL": backend}
    try:
        result = subprocess.run(command, env=environ, capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return result.returncode == 0


def _keys() -> list[str]:
    """Names of the variables that hold a key; never their values."""
    return sorted(n for n, value in os.environ.items() if value and n.endswith(KEY_ENDINGS))


@with_settings()
def config_show(*, as_json: Json = False, flags: dict[str, Any]) -> None:
    """Print every setting with its value and where it comes from."""
    import msgspec

    from rewardsmith.cli.tables import plain_table
    from rewardsmith.config import load_config

    config, origins = load_config(flags)
    values = {name: msgspec.to_builtins(getattr(config, name)) for name in origins}
    if as_json:
        print_json({"settings": {n: {"value": values[n], "origin": origins[n]} for n in origins}})
        return
    rows = [(name, _shown(values[name]), origins[name]) for name in origins]
    tell(plain_table(("setting", "value", "from"), rows))


def _shown(value: Any) -> str:
    return "unset" if value in (None, "", (), [], {}) else str(value)


@with_settings("model", "api_base", "request_seconds", "max_tokens", "temperature")
def model_check(*, as_json: Json = False, flags: dict[str, Any]) -> None:
    """Ask the model for one short answer; exit code 5 where none comes."""
    from rewardsmith.config import load_config
    from rewardsmith.errors import UsageError
    from rewardsmith.llm import probe_model
    from rewardsmith.workshop import model_settings

    config, _ = load_config(flags)
    if not config.model:
        raise UsageError("no model is set; name one: --model openai/NAME or ollama_chat/NAME")
    completion = probe_model(model_settings(config))
    if as_json:
        print_json({"completion": completion})
    say(
        f"{completion.model} answered in {completion.latency:.1f} s: {completion.text.strip()[:80]}"
    )
