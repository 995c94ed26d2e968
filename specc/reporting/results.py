"""What the predictions on the test split are worth, output by output.

Goes in: the run's targets and the rows of predictions.csv as text. Comes out: a `ClassResult` or a `NumberResult` for
each output that has predictions. An output with more axes (a sequence, an image) is judged over all its positions.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean

from specc.reporting.report import ClassResult, ClassScore, Confusion, NumberResult, WrongClass, WrongNumber
from specc.runs import Predictions, Target

MATRIX_LIMIT = 30
"""Above this many classes a confusion matrix is no longer readable."""

WORST = 10
CONFUSIONS = 12
POINTS = 600
"""How many points a scatter plot draws at most: enough for its shape, few enough for a small file."""

_Z = 1.959964  # of the normal distribution, two-sided 95 %


@dataclass(frozen=True, slots=True)
class _Judged:
    """One value of one sample, as text."""

    index: int
    target: str
    prediction: str
    probability: str
    target_probability: str


def judge(targets: Mapping[str, Target], predictions: Predictions) -> tuple[ClassResult | NumberResult, ...]:
    """The results of all outputs that the predictions hold, in the order of the targets."""
    results: list[ClassResult | NumberResult] = []
    for output, target in targets.items():
        for name in dict.fromkeys((output, target.column)):
            if judged := _judged(name, target, predictions):
                result = _classes(name, target.classes, judged) if target.kind == "classes" else _numbers(name, judged)
                if result:
                    results.append(result)
                break
    return tuple(results)


def _judged(name: str, target: Target, predictions: Predictions) -> list[_Judged]:
    """The values of the output called `name`; `NAME target[i]` columns are its positions."""
    column = {header: at for at, header in enumerate(predictions.header)}
    pairs = [
        (at, column[f"{name} prediction{header[len(name) + 7 :]}"])
        for header, at in column.items()
        if (header == f"{name} target" or header.startswith(f"{name} target["))
        and f"{name} prediction{header[len(name) + 7 :]}" in column
    ]
    shares = {each: column[f"{name} p({each})"] for each in target.classes if f"{name} p({each})" in column}
    index = column.get("index")
    return [
        _Judged(
            index=_whole(row[index], number) if index is not None else number,
            target=row[truth],
            prediction=row[guess],
            probability=row[shares[row[guess]]] if row[guess] in shares else "",
            target_probability=row[shares[row[truth]]] if row[truth] in shares else "",
        )
        for number, row in enumerate(predictions.rows)
        for truth, guess in pairs
    ]


def _classes(name: str, classes: Sequence[str], judged: Sequence[_Judged]) -> ClassResult:
    counts = Counter((each.target, each.prediction) for each in judged)
    order = tuple(dict.fromkeys([*classes, *sorted({label for pair in counts for label in pair})]))
    truths, guesses = Counter(each.target for each in judged), Counter(each.prediction for each in judged)
    scores = tuple(_score(label, counts[label, label], guesses[label], truths[label]) for label in order)
    correct = sum(counts[label, label] for label in order)
    samples = len(judged)
    frequent, most = truths.most_common(1)[0]
    known = [score.f1 for score in scores if score.support]
    wrong = sorted(((pair, n) for pair, n in counts.items() if pair[0] != pair[1]), key=lambda c: (-c[1], c[0]))
    return ClassResult(
        name=name,
        samples=samples,
        correct=correct,
        accuracy=correct / samples,
        interval=_wilson(correct, samples),
        baseline=most / samples,
        baseline_class=frequent,
        macro_f1=fmean(known) if known else math.nan,
        scores=scores,
        matrix=tuple(tuple(counts[a, b] for b in order) for a in order) if len(order) <= MATRIX_LIMIT else (),
        confusions=tuple(Confusion(*pair, n) for pair, n in wrong[:CONFUSIONS]),
        worst=_worst_classes(judged),
    )


def _score(label: str, hits: int, guessed: int, support: int) -> ClassScore:
    return ClassScore(
        name=label,
        precision=hits / guessed if guessed else math.nan,
        recall=hits / support if support else math.nan,
        f1=2 * hits / (guessed + support) if guessed + support else math.nan,
        support=support,
    )


def _wilson(correct: int, samples: int) -> tuple[float, float]:
    """The 95 % interval of a share, which also holds near 0 and 1 (Wilson 1927)."""
    share, weight = correct / samples, _Z**2 / samples
    middle, half = share + weight / 2, _Z * math.sqrt(share * (1 - share) / samples + weight / (4 * samples))
    return max(0.0, (middle - half) / (1 + weight)), min(1.0, (middle + half) / (1 + weight))


def _worst_classes(judged: Sequence[_Judged]) -> tuple[WrongClass, ...]:
    """Misjudged samples, the surest first."""
    wrong = [
        WrongClass(
            each.index,
            each.target,
            each.prediction,
            _number(each.probability),
            _number(each.target_probability),
        )
        for each in judged
        if each.target != each.prediction
    ]
    # Not a number sorts last: where there are no probabilities, the order of the samples stays.
    return tuple(sorted(wrong, key=lambda w: -w.probability if math.isfinite(w.probability) else 1.0)[:WORST])


def _numbers(name: str, judged: Sequence[_Judged]) -> NumberResult | None:
    values = [(each.index, _number(each.target), _number(each.prediction)) for each in judged]
    finite = [(index, truth, guess) for index, truth, guess in values if math.isfinite(truth) and math.isfinite(guess)]
    if not finite:
        return None
    truths = [truth for _, truth, _ in finite]
    residuals = [guess - truth for _, truth, guess in finite]
    mean, squared = fmean(truths), fmean(residual**2 for residual in residuals)
    variance = fmean((truth - mean) ** 2 for truth in truths)
    worst = sorted(finite, key=lambda value: -abs(value[2] - value[1]))[:WORST]
    step = math.ceil(len(finite) / POINTS)
    return NumberResult(
        name=name,
        samples=len(finite),
        mean_absolute_error=fmean(map(abs, residuals)),
        root_mean_squared_error=math.sqrt(squared),
        r2=1 - squared / variance if variance else math.nan,
        bias=fmean(residuals),
        baseline=math.sqrt(variance),
        points=tuple((truth, guess) for _, truth, guess in finite[::step]),
        residuals=tuple(residuals),
        worst=tuple(WrongNumber(index, truth, guess, guess - truth) for index, truth, guess in worst),
    )


def _number(cell: str) -> float:
    """The cell's number, `nan` if it holds none or one too large to square."""
    try:
        number = float(cell)
    except ValueError:
        return math.nan
    return number if abs(number) < 1e100 else math.nan


def _whole(cell: str, otherwise: int) -> int:
    return int(cell) if cell.isascii() and cell.isdecimal() else otherwise
