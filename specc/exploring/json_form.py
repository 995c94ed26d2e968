"""A `Profile` and its warnings as plain values for programs."""

from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from specc.diagnostics import Finding
from specc.exploring.profile import ColumnProfile, Part, Profile

VERSION = 1


def as_json(profile: Profile, findings: Iterable[Finding]) -> dict[str, Any]:
    """`rows` by split, `columns` with a part for each split, and `findings` in short."""
    return {
        "data": VERSION,
        "name": profile.name,
        "source": profile.source,
        "rows": dict(profile.rows),
        "columns": [_column(column) for column in profile.columns],
        "findings": [
            {"level": found.level.value, "code": found.code, "message": found.message, "notes": list(found.notes)}
            for found in findings
        ],
    }


def _column(column: ColumnProfile) -> dict[str, Any]:
    return {
        "name": column.name,
        "kind": column.kind,
        "role": column.role,
        "shape": list(column.shape),
        "splits": {split: _part(part) for split, part in column.parts.items()},
    }


def _part(part: Part) -> dict[str, Any]:
    found: dict[str, Any] = {"rows": part.rows, "missing": part.missing}
    if part.distinct is not None:
        found["distinct"] = part.distinct
    if part.spread is not None:
        found["spread"] = {**asdict(part.spread), "histogram": list(part.spread.histogram)}
    if part.common:
        found["most_frequent"] = [{"value": text, "rows": count} for text, count in part.common]
    return found
