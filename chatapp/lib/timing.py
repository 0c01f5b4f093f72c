"""When something that repeats comes next: ISO 8601 intervals and cron expressions, in UTC."""

import re
from datetime import datetime, timedelta
from typing import Any

MINIMUM = timedelta(minutes=1)
MAXIMUM = timedelta(days=3660)
_DURATION = re.compile(
    r"P(?:(?P<weeks>\d{1,5})W)?(?:(?P<days>\d{1,5})D)?"
    r"(?:T(?:(?P<hours>\d{1,6})H)?(?:(?P<minutes>\d{1,7})M)?(?:(?P<seconds>\d{1,9})S)?)?"
)


def next_time(timing: dict[str, Any], after: datetime) -> datetime:
    """The first time past `after`. Raises ValueError, with words, for a timing that is none."""
    if timing["type"] == "interval":
        return after + parse_interval(timing["interval"])
    return _next_cron(timing["cron_expression"], after)


def parse_interval(text: str) -> timedelta:
    match = _DURATION.fullmatch(text)
    if not match or not any(match.groups()) or text.endswith("T"):
        raise ValueError(f"{text!r} is not an ISO 8601 duration such as PT6H.")
    parts = {name: int(value) for name, value in match.groupdict().items() if value}
    interval = timedelta(**parts)
    if not MINIMUM <= interval <= MAXIMUM:
        raise ValueError("An interval is between one minute and ten years.")
    return interval


def _next_cron(expression: str, after: datetime) -> datetime:
    if len(expression.split()) != 5:
        raise ValueError("A cron expression has five fields, such as 0 9 * * 1-5.")
    from croniter import CroniterError, croniter

    try:
        found: datetime = croniter(expression, after).get_next(datetime)
    except (CroniterError, ValueError, OverflowError) as exc:
        raise ValueError(f"{expression!r} is not a cron expression that ever comes.") from exc
    return found
