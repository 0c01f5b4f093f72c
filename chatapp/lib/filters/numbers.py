"""How numbers are read out of metadata, and which can be calculated with."""

from typing import NamedTuple

MAX_INTEGER = 2**63 - 1
MIN_INTEGER = -(2**63)
# Beyond this, whole numbers written as reals are not exact any more.
LARGEST_WHOLE_REAL = 1e16


class Range(NamedTuple):
    """Sizes of reals other than zero."""

    smallest: float
    largest: float


# Reals that every database can read from JSON without failing.
STORABLE = Range(1e-300, 1e300)
# Operands so small or large, and no more than MAX_OPERATORS of them, keep each result of a
# calculation within the range of a double. So no database ever fails at one.
CALCULABLE = Range(1e-19, 1e19)
MAX_OPERATORS = 8


def whole_value(value: object) -> int | None:
    """A JSON number as a 64-bit integer, if it is one."""
    if type(value) is int:
        return value if MIN_INTEGER <= value <= MAX_INTEGER else None
    if type(value) is float and value.is_integer() and abs(value) < LARGEST_WHOLE_REAL:
        return int(value)
    return None


def real_value(value: object, sizes: Range) -> float | None:
    """A JSON number as a double, if its size is one of the sizes."""
    if type(value) is not int and type(value) is not float:
        return None
    if value == 0 or sizes.smallest <= abs(value) <= sizes.largest:
        return float(value)
    return None


def whole_part(value: float) -> int:
    """The number cut to a 64-bit integer, as SQL casts do."""
    return max(MIN_INTEGER, min(int(value), MAX_INTEGER))


def remainder(left: float, right: float) -> float | None:
    """`%` with the sign of the left side."""
    dividend, divisor = whole_part(left), whole_part(right)
    if divisor == 0:
        return None
    rest = abs(dividend) % abs(divisor)
    return float(-rest if dividend < 0 else rest)


def quotient(left: float, right: float) -> float | None:
    return left / right if right else None
