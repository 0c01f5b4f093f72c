"""Places in a list ordered by time and id, as text for a URL."""

from datetime import datetime
from typing import NamedTuple


class Cursor(NamedTuple):
    at: datetime
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"


def read_cursor(text: str) -> Cursor | None:
    """A cursor that makes no sense is the beginning."""
    at, _, pk = text.partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    if moment.tzinfo is None or not pk.isdecimal() or len(pk) > 18:
        return None
    return Cursor(moment, int(pk))
