"""Judges 100,000 random programs and runs a sample of those accepted; writes results/fuzz.json.

python tests/benchmarks/bench_fuzz.py [PROGRAMS] [SAMPLE]
"""

from __future__ import annotations

import dataclasses
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from language.fuzzing import fuzz

RESULTS = Path(__file__).parent / "results" / "fuzz.json"


def main() -> None:
    """Fuzz once, print the counts and write them down."""
    given = [int(word) for word in sys.argv[1:]]
    programs, sample = (*given, *(100_000, 2_000)[len(given) :])
    begin = time.monotonic()
    counts = fuzz(programs, sample)
    record = {
        "command": f"python tests/benchmarks/bench_fuzz.py {programs} {sample}",
        "machine": "2 cores x86-64, 24 GiB, no GPU",
        "date": time.strftime("%Y-%m-%d"),
        "seconds": round(time.monotonic() - begin),
        **dataclasses.asdict(counts),
    }
    RESULTS.write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(record))


if __name__ == "__main__":
    main()
