"""Between which numbers a target lies, where that is known without loading it."""

from specc.data import TargetFacts
from specc.plan import Plan

BUILT_IN = {
    ("diabetes", "progression"): (25.0, 346.0),
    ("california_housing", "MedHouseVal"): (0.14999, 5.00001),
}


def target_range(target: TargetFacts, plan: Plan) -> tuple[float, float] | None:
    """The least and the greatest value of a target of numbers; None if it is not known."""
    source = plan.data.source
    if source.kind != "table":
        return BUILT_IN.get((source.type, target.name))
    columns, rows = source.arguments.get("columns"), source.arguments.get("rows")
    if not isinstance(columns, list) or not isinstance(rows, list) or target.name not in columns:
        return None
    index = columns.index(target.name)
    cells = [row[index] for row in rows if isinstance(row, list) and index < len(row)]
    values = [float(cell) for cell in cells if isinstance(cell, int | float) and not isinstance(cell, bool)]
    return (min(values), max(values)) if values and len(values) == len(rows) else None
