"""Run the benchmarks named on the command line, all of them by default."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

import django

django.setup()

from benchmarks import (
    chunks,
    delivery,
    duplicates,
    engine,
    estimates,
    gate,
    http,
    installation,
    ladder,
    moderation,
    packaging,
    quality,
    replay,
    search,
    stills,
    understanding,
    uploads,
)
from benchmarks.report import Row, table, write

ALL = {
    "ladder": ladder.measure,
    "chunks": chunks.measure,
    "stills": stills.measure,
    "packaging": packaging.measure,
    "http": http.measure,
    "delivery": delivery.measure,
    "uploads": uploads.measure,
    "gate": gate.measure,
    "quality": quality.measure,
    "engine": engine.measure,
    "estimates": estimates.measure,
    "search": search.measure,
    "duplicates": duplicates.measure,
    "replay": replay.measure,
    "understanding": understanding.measure,
    "moderation": moderation.measure,
    "installation": installation.measure,
}


def main() -> int:
    """Measure, print and write; 1 when a bound was missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", nargs="*", metavar="|".join(ALL))
    parser.add_argument("--json", type=Path, default=Path(os.environ.get("VAR_DIR", "var")) / "bench.json")
    options = parser.parse_args()
    if unknown := set(options.which) - set(ALL):
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    rows: list[Row] = []
    for name in options.which or ALL:
        print(f"measuring {name} …", file=sys.stderr, flush=True)
        with tempfile.TemporaryDirectory(dir=os.environ["BENCH_DIR"]) as folder:
            for row in ALL[name](Path(folder)):
                print(f"  {row.name}: {row.value:.3g} {row.unit}", file=sys.stderr, flush=True)
                rows.append(row)
    write(rows, options.json)
    print(table(rows))
    return int(any(row.kept is False for row in rows))


if __name__ == "__main__":
    sys.exit(main())
