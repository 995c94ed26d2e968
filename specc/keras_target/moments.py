"""Moments in seconds since 1970-01-01T00:00Z -> their parts, of Keras' operations: what `specc.data.moments` fits.

Days are counted in whole numbers, since float32 holds no second of this century.
"""

from collections.abc import Mapping
from typing import Any

from keras import ops

DAY_S = 86_400.0


def moment_parts(seconds: Any) -> Mapping[str, Any]:  # noqa: ANN401  Keras tensors
    """Float64 seconds (n, 1), none missing -> each part (n, 1): `time` float64, the others int32.

    Year, month and day by H. Hinnant's `civil_from_days` (https://howardhinnant.github.io/date_algorithms.html), whose
    years begin in March, in cycles of 400 years.
    """
    whole = ops.floor(ops.divide(seconds, DAY_S))
    days = ops.cast(whole, "int32")
    second = ops.cast(ops.floor(ops.subtract(seconds, ops.multiply(whole, DAY_S))), "int32")
    shifted = days + 719_468  # days since 0000-03-01
    cycle = shifted // 146_097
    day_of_cycle = shifted - cycle * 146_097
    leaps = day_of_cycle // 36_524 - day_of_cycle // 1_460 - day_of_cycle // 146_096
    year_of_cycle = (day_of_cycle + leaps) // 365
    leap_days = year_of_cycle // 4 - year_of_cycle // 100
    since_march = day_of_cycle - (year_of_cycle * 365 + leap_days)  # 0 on the first of March
    month_of_year = (since_march * 5 + 2) // 153  # 0 in March
    in_next_year = ops.cast(month_of_year >= 10, "int32")
    year = year_of_cycle + cycle * 400 + in_next_year
    january_to_february = 59 + _is_leap(year)
    return {
        "year": year,
        "month": month_of_year + 3 - in_next_year * 12,
        "day": since_march - (month_of_year * 153 + 2) // 5 + 1,
        "weekday": (days + 3) % 7,
        "yearday": since_march + 1 + january_to_february - in_next_year * (january_to_february + 306),
        "hour": second // 3_600,
        "minute": second // 60 % 60,
        "second": second % 60,
        "time": seconds,
    }


def _is_leap(year: Any) -> Any:  # noqa: ANN401  Keras tensors
    """1 in years with a 29th of February, else 0."""

    def each(years: int) -> Any:  # noqa: ANN401
        return ops.cast(ops.equal(year % years, 0), "int32")

    return each(4) - each(100) + each(400)
