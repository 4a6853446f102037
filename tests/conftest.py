"""What holds for all tests, and the record that the long ones leave behind."""

import json
import os
import platform
import signal
import time
from pathlib import Path

import pytest

# A shell that starts a command in the background lets it ignore Ctrl-C; some tests send one.
signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--record FILE`: how every test that ran ended, written as each ends."""
    parser.addoption("--record", type=Path, help="JSON file for the results of the tests that ran")


def pytest_configure(config: pytest.Config) -> None:
    """Keep the record only where it is asked for."""
    path = config.getoption("--record")
    if path is not None:
        config.pluginmanager.register(Record(path))


class Record:
    """Outcome, seconds and recorded properties of each test; rerun tests replace their rows."""

    def __init__(self, path: Path) -> None:
        self.path = path
        known = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
        self.tests: dict[str, dict[str, object]] = known.get("tests", {})

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test when its call has ended, or when it could not be called."""
        if report.when != "call" and report.passed:
            return
        self.tests[report.nodeid] = {
            "outcome": report.outcome,
            "seconds": round(report.duration),
            "date": time.strftime("%Y-%m-%d"),
            **dict(report.user_properties),
        }
        record = {
            "command": "make long",
            "machine": f"{platform.machine()}, {os.cpu_count()} cores",
            "tests": dict(sorted(self.tests.items())),
        }
        self.path.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
