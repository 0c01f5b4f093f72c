"""Where a page, slide or sheet begins in the Markdown made from a document.

A mark stands alone on a line: `[page 3]`, `[slide 3]`, `[sheet Sales]`. Conversion writes it,
search reads it back. Knows neither.
"""

import re
from typing import Literal

MarkKind = Literal["page", "slide", "sheet"]

PAGE_MARK = re.compile(r"^\[(page|slide|sheet) ([^\]]+)\]$", re.M)


def page_mark(kind: MarkKind, label: str | int) -> str:
    """The mark for one page. What would break the mark is taken out of a sheet's name."""
    return f"[{kind} {' '.join(str(label).replace('[', '(').replace(']', ')').split()) or '-'}]"


def location_of(line: str) -> str | None:
    """`page 3` if this line is a mark, else None."""
    found = PAGE_MARK.fullmatch(line.strip())
    return f"{found[1]} {found[2]}" if found else None
