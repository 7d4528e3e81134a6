"""The form of a measurement, and how a run is shown."""

import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from os import cpu_count
from pathlib import Path


@dataclass(frozen=True)
class Row:
    """One number: what it is, its unit, and the bounds that it must keep, if it has any."""

    name: str
    value: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def kept(self) -> bool | None:
        """Whether the bounds are kept; None without one."""
        if self.most is None and self.least is None:
            return None
        return (self.most is None or self.value <= self.most) and (
            self.least is None or self.value >= self.least
        )


def table(rows: Sequence[Row]) -> str:
    """The rows as a Markdown table."""
    lines = ["| what | measured | bound | |", "|---|---:|---:|---|"]
    for row in rows:
        bounds = {"≤": row.most, "≥": row.least}
        bound = ", ".join(
            f"{sign} {value:g} {row.unit}" for sign, value in bounds.items() if value is not None
        )
        word = {None: "", True: "kept", False: "**missed**"}[row.kept]
        lines.append(f"| {row.name} | {_short(row.value)} {row.unit} | {bound} | {word} |")
    return "\n".join(lines)


def _short(value: float) -> str:
    """Three digits that count, never in the form 1e+03."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three digits


def write(rows: Sequence[Row], path: Path) -> None:
    """Write the rows and the machine they were measured on as JSON."""
    document = {
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": {"cores": cpu_count(), "system": platform.platform(), "python": platform.python_version()},
        "rows": [asdict(row) | {"kept": row.kept} for row in rows],
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    halfway = path.with_suffix(".part")
    halfway.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    halfway.replace(path)
