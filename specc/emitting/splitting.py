"""The split of a plan's rows as functions of a script, by the rule of `specc.data.partition`: the same rows train."""

from specc.data.facts import CLASSES
from specc.data.partition import DEFAULT_SHARE
from specc.data.section import Share
from specc.emitting.python import call, statement
from specc.plan import Plan

_SHUFFLED = '''
def shuffled(count, seed):
    """The numbers below `count` in an order that follows from the seed: that of their hashes, splitmix64."""

    def mixed(value):
        value = (value + 0x9E3779B97F4A7C15) % 2**64
        value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9 % 2**64
        value = (value ^ value >> 27) * 0x94D049BB133111EB % 2**64
        return value ^ value >> 31

    return sorted(range(count), key=lambda row: mixed(mixed(seed) + row))
'''
_PLAIN = '''
def split_rows(count, validation, test, seed):
    """The numbers of the rows that train, validate and test."""
    validation, test = whole((validation, test), count)
    rows = shuffled(count, seed)
    return sorted(rows[validation + test :]), sorted(rows[test : validation + test]), sorted(rows[:test])
'''
_STRATIFIED = '''
def split_rows(labels, validation, test, seed):
    """The numbers of the rows that train, validate and test, with the same proportion of each class."""
    validation, test = whole((validation, test), len(labels))
    rows = np.array(shuffled(len(labels), seed))
    classes, sizes = np.unique(labels, return_counts=True)
    tests = quotas(test, sizes, sizes - 1)
    validations = quotas(validation, sizes, sizes - 1 - tests)
    parts = [], [], []
    for label, first, second in zip(classes, tests, tests + validations, strict=True):
        members = rows[labels[rows] == label]
        for part, taken in zip(parts, (members[second:], members[first:second], members[:first]), strict=True):
            part.extend(taken)
    return [sorted(part) for part in parts]


def quotas(total, sizes, most):
    """How many of `total` rows each class gives: in proportion to its size, the largest remainders rounded up."""
    taken = np.minimum(total * sizes // sizes.sum(), most)
    while left := total - taken.sum():
        able = np.flatnonzero(taken < most)
        behind = able[np.argsort((sizes.sum() * taken - total * sizes)[able], kind="stable")]
        taken[behind[:left]] += 1
    return taken
'''

_WHOLE = '''
def whole(shares, count):
    """How many of `count` rows the shares are: numbers of rows, or fractions."""
    return [share if isinstance(share, int) else int(share * count + 0.5) for share in shares]
'''


def is_split(plan: Plan) -> bool:
    """Whether there are rows on which the model is not trained."""
    return has_rows(plan, "validation") or has_rows(plan, "test")


def has_rows(plan: Plan, split: str) -> bool:
    """Whether `validation` or `test` has rows."""
    share: Share | None = getattr(plan.data.split, split)
    return share is None or share > 0


def is_stratified(plan: Plan) -> bool:
    """Whether each class is split for itself."""
    return plan.data.split.stratify is not False and plan.facts.targets[0].kind == CLASSES


def split_functions(plan: Plan) -> list[str]:
    """The functions that split the rows, as blocks of source."""
    if not is_split(plan):
        return []
    return [_SHUFFLED.strip(), (_STRATIFIED if is_stratified(plan) else _PLAIN).strip(), _WHOLE.strip()]


def split_lines(plan: Plan, labels: str) -> list[str]:
    """The lines of the script's `main` that set `train`, `validation` and `test`.

    `labels` is an array with a value for each row: its class, if that counts.
    """
    if not is_split(plan):
        return []
    split, given = plan.data.split, plan.facts.given_test
    kept = given if split.test is None else 0
    shares = {
        "validation": repr(DEFAULT_SHARE if split.validation is None else split.validation),
        "test": "0" if kept else repr(DEFAULT_SHARE if split.test is None else split.test),
    }
    count = f"len({labels.removesuffix('[:, 0]')})"
    rows = labels if is_stratified(plan) else count
    if kept:
        rows = f"{labels}[:-{kept}]" if is_stratified(plan) else f"{rows} - {kept}"
    seed = "SEED" if split.seed is None else str(split.seed)
    unused = "_" if not has_rows(plan, "test") or kept else "test"
    names = f"train, {'validation' if has_rows(plan, 'validation') else '_'}, {unused}"
    lines = statement(f"{names} = ", call("split_rows", rows, **shares, seed=seed), 1)
    if kept:
        test = call("np.arange", f"{count} - {kept}", count)
        lines += statement("test = ", test, 1)
    return lines
