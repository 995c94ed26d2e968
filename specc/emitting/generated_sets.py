"""The formulas of the generated sets as a script writes them; the same numbers as of `specc.data.generated`.

Each ends with `columns`, by name: numbers (n,), sequences (n, length, 1), classes as their index (n,).
"""

from specc.data.sets import BuiltInSet
from specc.emitting.python import flat, literal

_FORMULAS = {
    "xor": """
a, b = rows % 2, rows // 2 % 2
columns = {"a": a, "b": b, "xor": a ^ b}
""",
    "moons": """
label = rows % 2
t = np.pi * generator.random(len(rows))
x = np.where(label == 0, np.cos(t), 1 - np.cos(t))
y = np.where(label == 0, np.sin(t), 0.5 - np.sin(t))
columns = {"x": x, "y": y, "moon": label}
""",
    "circles": """
label = rows % 2
t = 2 * np.pi * generator.random(len(rows))
radius = np.where(label == 0, 1.0, {factor})
columns = {"x": radius * np.cos(t), "y": radius * np.sin(t), "circle": label}
""",
    "spirals": """
label = rows % {classes}
radius = 0.1 + 0.9 * generator.random(len(rows))
t = 2 * np.pi * ({turns} * radius + label / {classes})
columns = {"x": radius * np.cos(t), "y": radius * np.sin(t), "spiral": label}
""",
    "blobs": """
label = rows % {classes}
t = 2 * np.pi * label / {classes}
centres = np.zeros(({features}, len(rows)))
centres[:2] = 4 * np.cos(t), 4 * np.sin(t)
columns = {f"x{index + 1}": centre for index, centre in enumerate(centres)} | {"blob": label}
""",
    "blob": """
label = rows % {classes}
columns = {"x1": 4.0 * label - 2 * ({classes} - 1), "blob": label}
""",
    "eight_gaussians": """
label = rows % 8
t = 2 * np.pi * label / 8
columns = {"x": {radius} * np.cos(t), "y": {radius} * np.sin(t), "gaussian": label}
""",
    "sines": """
label = rows % {classes}
periods = 2 * label + 1 + generator.random(len(rows))
phase = 2 * np.pi * generator.random(len(rows))
steps = np.arange({length} + 1)
wave = np.sin(2 * np.pi * periods[:, None] * steps / {length} + phase[:, None])
noise = generator.normal(0.0, 1.0, (len(rows), {length})) * {noise}
columns = {"wave": (wave[:, :-1] + noise)[:, :, None], "band": label, "next": wave[:, -1]}
""",
}
_WIDTHS = {"blobs": "spread", "eight_gaussians": "std"}  # of the noise; of the other sets it is `noise`


def generated_columns(known: BuiltInSet) -> list[str]:
    """The lines that compute the set's `columns`."""
    settings = known.settings
    name = "blob" if known.name == "blobs" and settings["features"] == 1 else known.name
    formula = _FORMULAS[name].strip()
    for setting, value in settings.items():
        formula = formula.replace("{" + setting + "}", flat(literal(value)))
    lines = [f"rows = np.arange({settings['samples']})", *formula.splitlines()]
    width = settings.get(_WIDTHS.get(known.name, "noise"), 0.0)
    if name != "sines" and width:
        lines += [
            "*features, _ = columns",
            f"noise = generator.normal(0.0, 1.0, (len(rows), len(features))) * {flat(literal(width))}",
            "columns |= {name: columns[name] + noise[:, index] for index, name in enumerate(features)}",
        ]
    if any("generator" in line for line in lines):
        lines.insert(0, f"generator = np.random.default_rng({settings['seed']})")
    return lines
