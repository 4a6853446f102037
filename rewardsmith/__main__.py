"""`python -m rewardsmith` and the script `rewardsmith`."""

from __future__ import annotations


def main() -> None:
    """Run the command line and exit with its code."""
    from rewardsmith.cli import main as run

    raise SystemExit(run())


if __name__ == "__main__":
    main()
