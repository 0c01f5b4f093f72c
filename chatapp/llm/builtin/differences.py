"""What differs between two texts: cells of like tables, and sentences only one of them has."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatapp.llm.builtin.evidence import Evidence
from chatapp.llm.builtin.tables import Table, parse_table
from chatapp.search.embedder import Embedder
from chatapp.search.passages import plain
from chatapp.search.sentences import sentences

MOST_SENTENCES = 300
ALIKE = 0.8


@dataclass(frozen=True, slots=True)
class Change:
    """Something that both have, said differently. `name` is the row and column, or the heading."""

    name: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Differences:
    changes: list[Change]
    only_before: list[str]
    only_after: list[str]
    in_common: int

    @property
    def are_versions(self) -> bool:
        """Do the texts have enough in common to be told apart line by line?"""
        apart = len(self.only_before) + len(self.only_after)
        return self.in_common + len(self.changes) >= max(apart / 2, 1)


def differences(
    before: Sequence[Evidence], after: Sequence[Evidence], embedder: Embedder
) -> Differences:
    cells, same_cells = _changed_cells(_tables(before), _tables(after))
    old, new = _said(before), _said(after)
    same = set(old) & set(new)
    said, only_old, only_new = _reworded(
        [one for one in old if one not in same], [one for one in new if one not in same], embedder
    )
    return Differences(cells + said, only_old, only_new, len(same) + same_cells)


def _tables(evidence: Sequence[Evidence]) -> dict[tuple[str, ...], Table]:
    """The tables by their headers; pieces of one table are put together."""
    found: dict[tuple[str, ...], Table] = {}
    for passage in evidence:
        if passage.is_table and (table := parse_table(passage.text)):
            known = found.setdefault(tuple(table.header), Table(table.header, []))
            known.rows.extend(table.rows)
    return found


def _changed_cells(
    before: dict[tuple[str, ...], Table], after: dict[tuple[str, ...], Table]
) -> tuple[list[Change], int]:
    changes: list[Change] = []
    same = 0
    for header in before.keys() & after.keys():
        new_rows = {row[0]: row for row in after[header].rows}
        old_rows = {row[0]: row for row in before[header].rows}
        for label in dict.fromkeys([*old_rows, *new_rows]):
            old, new = old_rows.get(label, []), new_rows.get(label, [])
            if not old or not new:
                whole = (" · ".join(row[1:]) for row in (old, new))
                changes.append(Change(plain(label), *whole))
                continue
            for column, was, now in zip(header, old, new, strict=True):
                same += was == now
                if was != now:
                    changes.append(Change(f"{plain(label)} – {plain(column)}", was, now))
    return changes, same


def _said(evidence: Sequence[Evidence]) -> list[str]:
    found = (part for one in evidence if not one.is_table for part in sentences(one.text))
    return list(dict.fromkeys(found))[:MOST_SENTENCES]


def _reworded(
    old: list[str], new: list[str], embedder: Embedder
) -> tuple[list[Change], list[str], list[str]]:
    """Pair the sentences that are nearly the same; what is left stands in one text only."""
    changes: list[Change] = []
    if old and new:
        nearness = embedder.embed(old) @ embedder.embed(new).T
        for at in range(len(old)):
            best = int(np.argmax(nearness[at]))
            if nearness[at, best] >= ALIKE and int(np.argmax(nearness[:, best])) == at:
                changes.append(Change("", old[at], new[best]))
    paired_old = {change.before for change in changes}
    paired_new = {change.after for change in changes}
    left = [one for one in old if one not in paired_old]
    return changes, left, [one for one in new if one not in paired_new]
