"""Specs of every kind that tests share, by name; `write` puts one into a folder with its files."""

from pathlib import Path

from specc.check import Checked, check
from specc.data.whole import describe_whole
from specc.emitting import emit
from specc.plan import Outline, Plan

GALLERY = Path(__file__).parents[2] / "specs"
FULL_BATCH = "training: {batch_size: 1000, epochs: 4, optimizer: {Adam: 0.01}}"
DIGITS = "spec: 1\nname: net\ndata: {dataset: digits}\n"

PEOPLE = "\n".join(
    ['Age (years),fare,sex,class,it\'s "odd",survived']
    + [
        f"{'' if row % 7 == 0 else 20 + row % 31},{row * 37 % 101}.5,{('female', ' male ', '?')[row % 3]},"
        f"{('1', '2.0', '10')[row % 5 % 3]},{row % 11},{('no', 'yes')[row * row % 5 % 2]}"
        for row in range(120)
    ]
)
PLAIN = "a;b;y\n" + "\n".join(f"{row * 7919 % 1009};{row * 31 % 97 / 97:.4f};{row % 3}" for row in range(90))
FILES = {"people.csv": PEOPLE.replace('"odd"', "odd"), "plain.csv": PLAIN}

SPECS = {
    "bottleneck": DIGITS
    + """
vars: {eps: 1.001e-5, width: 4}
blocks:
  bottleneck:
    params: {filters: {type: integer}, strides: 1, shortcut: false}
    layers:
      - parallel:
          branches:
            - - Conv2D: {filters: $filters, kernel_size: 1, strides: $strides}
                name: 1_conv
              - BatchNormalization: {epsilon: $eps}
                name: 1_bn
              - ReLU:
                name: 1_relu
              - Conv2D: {filters: $(4 * filters), kernel_size: 1}
                name: 2_conv
            - - layers:
                  - Conv2D: {filters: $(4 * filters), kernel_size: 1, strides: $strides}
                    name: 0_conv
                  - BatchNormalization: {epsilon: $eps}
                    name: 0_bn
                repeat: $(1 if shortcut else 0)
          merge: Add
        name: add
      - ReLU:
        name: out
  stage:
    params: {filters: , blocks: 2, strides: 2}
    layers:
      - bottleneck: {filters: $filters, strides: $strides, shortcut: true}
        name: block1
      - bottleneck: $filters
        name: block$(index + 2)
        repeat: $(blocks - 1)
model:
  - Conv2D: {filters: 8, kernel_size: 3, padding: same}
    name: conv1_conv
  - stage: {filters: $width, blocks: 3, strides: 1}
    name: conv2
  - stage: $(width * 2)
    name: conv3
  - GlobalAveragePooling2D:
    name: avg_pool
  - Output
""",
    "unnamed-blocks": DIGITS
    + """
blocks:
  conv_bn:
    params: {filters: {type: integer}, kernel_size: 3, activation: relu}
    layers:
      - Conv2D: {filters: $filters, kernel_size: $kernel_size, padding: same, use_bias: false}
      - BatchNormalization
      - Activation: $activation
  residual:
    params: [filters]
    layers:
      - conv_bn: $filters
      - conv_bn: {filters: $filters, activation: linear}
        name: second
      - Conv2D: {filters: $filters, kernel_size: 1}
        name: shortcut
        inputs: input
      - Add:
        inputs: [second, shortcut]
      - ReLU
model:
  - conv_bn: {filters: 4, kernel_size: 1}
  - residual: 4
    name: first
  - residual: 8
  - residual: 8
  - GlobalAveragePooling2D
  - Output
""",
    "with-and-without-a-name": DIGITS
    + """
blocks:
  lambda:
    params: {units: {type: integer, default: 8}, act: relu}
    layers:
      - Dense: {units: $units, activation: $act}
      - BatchNormalization
  def:
    params: {x: {type: integer}, name: {type: integer, default: 3}}
    layers:
      - lambda: {units: $(x * 2)}
      - parallel:
          branches:
            - [{Dense: $x}, {Dropout: 0.1}]
            - []
          merge: Concatenate
      - lambda: {units: "$(max(x, 4))", act: tanh}
        repeat: $(name)
model:
  - Flatten
  - lambda: 8
  - def: {x: 4}
  - def: {x: 4, name: 2}
    name: second
  - lambda: {units: 8, act: relu}
    name: last
  - Output
""",
    "numbered-at-times": DIGITS
    + """
blocks:
  chain:
    params: {length: {type: integer}}
    layers: [{Dense: 4, name: link, repeat: $(length)}]
model: [Flatten, {chain: 3}, {chain: 1, name: second}, Output]
""",
    "names-in-between": DIGITS
    + """
blocks:
  narrow: [{Dense: {units: 8, activation: relu}}]
  mix:
    layers:
      - Dense: {units: 8, activation: relu}
      - Dense: {units: 8, activation: relu}
        name: dense_1
      - Dense: {units: 8, activation: tanh}
      - Add:
        inputs: [dense_1, dense_2]
      - narrow:
        name: add_1
      - Add:
        inputs: [add, add_1]
model: [Flatten, {mix: , name: m}, Output]
""",
    "names-of-copies-in-between": DIGITS
    + """
blocks:
  mix:
    layers:
      - Dense: {units: 8, activation: relu}
      - Dense: {units: 8, activation: relu}
        name: dense_$(index + 1)
        repeat: 2
      - Dense: {units: 8, activation: tanh}
      - Add:
        inputs: [dense_1, dense_3]
model: [Flatten, {mix: , name: m}, Output]
""",
    "half-precision": DIGITS
    + """
model: [Flatten, {Dense: 4}, Output]
runtime: {precision: mixed_bfloat16}
""",
    "without-data": """
spec: 1
model: {inputs: {x: [4]}, layers: [{Dense: 3}]}
runtime: {precision: float64}
""",
    "repeats": DIGITS
    + """
vars: {deep: true}
model:
  - Flatten
  - Dense: {units: $(64 // 2 ** index), activation: relu}
    name: fc
    repeat: 3
  - Dropout: 0.5
    repeat: $(1 if deep else 0)
  - layers:
      - Dense: {units: 8, activation: relu}
      - BatchNormalization
    repeat: 2
  - layers:
      - Dense: 8
        name: inner
      - Add:
        inputs: [inner, fc]
    name: group
    repeat: 2
  - Output
""".replace("      - Add:\n        inputs: [inner, fc]\n", "      - ReLU:\n        name: outer\n"),
    "branches": DIGITS
    + """
model:
  - parallel:
      branches:
        - [{Conv2D: {filters: 4, kernel_size: 1, padding: same}}]
        - [{Conv2D: {filters: 4, kernel_size: 3, padding: same}}, BatchNormalization]
        - [{MaxPooling2D: {pool_size: 3, strides: 1, padding: same}}]
      merge: {Concatenate: {axis: -1}}
    name: mixed
  - parallel: {branches: [[{Dense: 9}], []], merge: Add}
  - Flatten
  - Output
""",
    "several-wires": DIGITS
    + """
blocks:
  mix:
    params: {units: 8}
    inputs: [a, b]
    layers:
      - Concatenate:
        inputs: [a, b]
      - Dense: $units
        name: up
      - Dense: {units: $units, activation: tanh}
        inputs: concatenate
        name: down
    outputs: [up, down]
model:
  - Flatten:
    name: flat
  - Dense: 4
    name: shared
  - Dense: 64
    name: wide
  - share: shared
    name: twice
    inputs: wide
  - mix:
    name: m
    inputs: [flat, twice]
    outputs: [u, d]
  - mix: 4
    inputs: {b: u, a: d}
    outputs: [p, q]
  - ops.multiply:
    inputs: {x1: p, x2: q}
  - Output
""",
    "attention": """
spec: 1
name: transformer
data: {dataset: {sines: {samples: 300, length: 12}}, target: band}
vars: {dim: 16, rate: 0.1, weak: {L1: 1e-3}}
blocks:
  encoder:
    params: {heads: 2, ff: 32, kernel: {L2: 1e-4}}
    layers:
      - MultiHeadAttention: {num_heads: $heads, key_dim: $dim}
        name: attention
        inputs: {query: input, value: input}
      - Dropout: $rate
      - Add:
        name: sum
        inputs: [input, dropout]
      - LayerNormalization:
        name: norm
      - Dense: {units: $ff, activation: gelu, kernel_regularizer: $kernel}
      - Dense: $dim
      - Dropout: $rate
      - Add:
        inputs: [norm, dropout_1]
      - LayerNormalization
model:
  - Dense: {units: $dim, kernel_regularizer: $weak}
  - encoder: {ff: 64}
    name: encoder_$index
    repeat: 2
  - encoder: {kernel: $weak}
    name: last
  - GlobalAveragePooling1D
  - Output
""",
    "states": """
spec: 1
data: {dataset: {sines: {samples: 100, length: 12}}, target: band}
model:
  - LSTM: {units: 4, return_sequences: true, return_state: true}
    outputs: [sequence, hidden, cell]
  - Bidirectional: {layer: {LSTM: 3}}
    inputs: sequence
  - LSTM: 5
    inputs: sequence
  - Concatenate:
    inputs: [bidirectional, lstm_1, cell]
  - Output
""",
    "several-models": """
spec: 1
data: {dataset: iris, inputs: {left: [sepal_length, sepal_width], right: [petal_length, petal_width]}}
models:
  encoder: [{Dense: {units: 8, activation: relu}}, {Dense: 4}]
model:
  - model: encoder
    name: encoder
    inputs: left
  - share: encoder
    name: again
    inputs: right
  - Concatenate:
    inputs: [encoder, again]
  - Dense: 4
  - Output
""",
    "application": """
spec: 1
data: {dataset: cifar10}
model:
  - MobileNetV2: {weights: null, include_top: false, trainable: false, alpha: 0.35}
  - GlobalAveragePooling2D
  - Output
""",
    "people": f"""
spec: 1
data: {{csv: people.csv, target: survived, columns: {{class: category, fare: {{number: none}}}}}}
model: [{{Dense: {{units: 8, activation: tanh}}}}, Output]
{FULL_BATCH.replace("}}", '}, class_weight: {"yes": 2.0}}')}
""",
    "plain": f"""
spec: 1
data: {{csv: {{path: plain.csv, separator: ";"}}, target: y, split: {{validation: 10, stratify: false, seed: 3}}}}
model: [{{Dense: {{units: 8, activation: tanh}}}}, Output]
{FULL_BATCH.replace("}}", "}, loss: {CategoricalCrossentropy: {from_logits: true}}, metrics: [accuracy]}")}
""",
    "table": f"""
spec: 1
data:
  table: {{columns: [a, b, y], rows: [[1, red, 0.5], [2, blue, 1.5], [null, red, 2], [4, null, 3], [5, red, 1],
          [1, red, 0.2], [2, blue, 1.1], [null, red, 2.5], [4, null, 3.5], [5, red, 1.5]]}}
  target: y
  inputs: {{nums: [a], words: [b, a]}}
model:
  - Concatenate:
    inputs: [nums, words]
  - Output
{FULL_BATCH}
""",
    "class-weights": f"""
spec: 1
data: {{dataset: wine}}
model: [{{Dense: {{units: 16, activation: tanh, kernel_regularizer: {{L2: 1e-3}}}}}}, Output]
{FULL_BATCH.replace("}}", "}, class_weight: balanced}")}
""",
    "two-targets": f"""
spec: 1
data:
  dataset: wine
  target: [cultivar, alcohol]
  inputs: {{phenols: [total_phenols, flavanoids, hue], minerals: [malic_acid, ash, magnesium]}}
model:
  layers:
    - Concatenate:
      inputs: [phenols, minerals]
    - Dense: {{units: 8, activation: relu}}
      name: trunk
    - Output:
      name: cultivar
    - Output:
      name: alcohol
      inputs: trunk
  outputs: [cultivar, alcohol]
{FULL_BATCH.replace("}}", "}, loss_weights: {alcohol: 0.1}}")}
""",
    "moons": f"""
spec: 1
data: {{dataset: {{moons: {{samples: 200, noise: 0.2, seed: 5}}}}, split: {{test: 0.2}}}}
model: [{{Dense: {{units: 8, activation: tanh}}}}, {{Dense: 1}}]
{FULL_BATCH}
""",
    "phases": """
spec: 1
name: phases
data: {dataset: iris}
models:
  body: [{Dense: {units: 6, activation: relu}, name: low}, {Dense: {units: 4, activation: relu}, name: high}]
model:
  - {model: body, name: body}
  - Output
training:
  batch_size: 1000
  callbacks: [{LearningRateScheduler: {schedule: {CosineDecay: {initial_learning_rate: 0.1, decay_steps: 9}}}}]
  phases:
    - {name: head, epochs: 2, freeze: body, optimizer: {SGD: {learning_rate: 0.1, momentum: 0.9}}}
    - {epochs: 2, unfreeze: body/high}
    - {epochs: 1, unfreeze: body, freeze: output, optimizer: Adam}
""",
}
"""Specs that are written here, by name."""
TRAINED = ("people", "plain", "table", "class-weights", "two-targets", "moons", "phases")
"""Those that see all their rows in each step, so that the order of the rows does not count."""


def write(name: str, folder: Path) -> Path:
    """The spec in a file of its own, with the data beside it."""
    for file, text in FILES.items():
        (folder / file).write_text(text, encoding="utf-8")
    path = folder / f"{name}.yaml"
    path.write_text(SPECS[name] if name in SPECS else (GALLERY / f"{name}.yaml").read_text(encoding="utf-8"))
    return path


def checked(path: Path) -> tuple[Checked, Plan | Outline]:
    """The check of a spec, its data read whole, and what it is about."""
    found = check(path, look=describe_whole)
    model = found.plan or found.outline
    assert model, found.findings
    return found, model


def script_of(path: Path) -> str:
    """The script of a spec."""
    found, model = checked(path)
    return emit(model, found.parts, found.root, path.parent)
