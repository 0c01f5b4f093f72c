"""Writes an answer as quotations with numbered sources. Invents nothing."""

import re
from collections.abc import Sequence

from chatapp.llm.builtin.citations import Numbering
from chatapp.llm.builtin.evidence import Evidence
from chatapp.llm.builtin.moves import Say
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.speech import topic_of
from chatapp.llm.builtin.tables import Table, matching_rows, parse_table
from chatapp.search.ranking import Hit, best_sentences
from chatapp.search.words import terms

MOST_QUOTES = 3
AS_GOOD = 0.8
LONGEST_WHOLE = 350
LONGEST_SECTION = 450
MOST_ROWS = 12

_IMAGE = re.compile(r"!\[([^\]]{0,200})\]\([^)\s]{0,2000}\)")
_LINK = re.compile(r"\[([^\]]{1,300})\]\([^)\s]{0,2000}\)")


def quotations(situation: Situation, hits: Sequence[Hit[Evidence]]) -> Say:
    """The hits, quoted, behind words that name where they come from."""
    numbering = Numbering()
    parts = [lead(situation, [hit.passage for hit in hits])]
    if len(hits) == 1 and hits[0].passage.is_table:
        parts = [f"{parts[0]} {numbering.cite(hits[0].passage)}"]
        parts.append(excerpt(situation, hits[0].passage))
    else:
        parts += [_quotation(situation, hit.passage, numbering) for hit in hits]
    return Say("\n\n".join(parts), numbering.sources)


def _quotation(situation: Situation, passage: Evidence, numbering: Numbering) -> str:
    text = excerpt(situation, passage)
    mark = numbering.cite(passage)
    return f"{text}\n\n{mark}" if passage.is_table else quote(f"{text} {mark}")


def worth_quoting(hits: Sequence[Hit[Evidence]]) -> list[Hit[Evidence]]:
    """The best hit and those nearly as good, each text once."""
    chosen: list[Hit[Evidence]] = []
    for hit in hits:
        good = hit.is_relevant and hit.confidence >= AS_GOOD * hits[0].confidence
        fresh = all(hit.passage.text != other.passage.text for other in chosen)
        if not chosen or (good and fresh):
            chosen.append(hit)
    return chosen[:MOST_QUOTES]


def lead(situation: Situation, evidence: Sequence[Evidence]) -> str:
    titles = list(dict.fromkeys(one.title for one in evidence))
    if len(evidence) > 1 or not titles[0]:
        named = ", ".join(f"**{title}**" for title in titles if title)
        return situation.phrase("found_in", titles=named or situation.phrase("the_sources"))
    return situation.phrase("it_says", title=titles[0], where=where(situation, evidence[0]))


def where(situation: Situation, evidence: Evidence) -> str:
    """` (page 3, “Summary”)`, in the language of the answer; empty if nothing is known."""
    kind, _, label = evidence.location.partition(" ")
    known = kind in ("page", "slide", "sheet") and label
    parts = [situation.phrase(kind, label=label) if known else evidence.location]
    parts.append(f"“{evidence.heading}”" if evidence.heading else "")
    named = ", ".join(part for part in parts if part)
    return f" ({named})" if named else ""


def excerpt(situation: Situation, passage: Evidence) -> str:
    """The part of a passage that answers: rows of a table, a short block, or a few sentences."""
    question = topic_of(situation.question)
    if passage.is_table and (table := parse_table(passage.text)):
        rows = matching_rows(question, table) or table.rows
        return shown_rows(table, rows)
    if len(passage.text) <= LONGEST_SECTION and set(terms(question)) <= set(terms(passage.heading)):
        return harmless(passage.text)
    (best,) = best_sentences(question, passage.text, situation.embedder, limit=1) or [passage.text]
    block = next((part for part in passage.text.split("\n\n") if best[:40] in _joined(part)), best)
    if len(block) <= LONGEST_WHOLE:
        return harmless(_with_what_follows(block, passage.text))
    return harmless(_with_gaps(best_sentences(question, block, situation.embedder, limit=2), block))


def quote(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.splitlines())


def shown_rows(table: Table, rows: list[list[str]], *, most: int = MOST_ROWS) -> str:
    """Some rows under the table's header, as Markdown."""
    return harmless(table.markdown(rows[:most]))


def harmless(text: str) -> str:
    """A quotation brings no images and no links of its own."""
    return _LINK.sub(r"\1", _IMAGE.sub(r"\1", text))


def _with_what_follows(block: str, text: str) -> str:
    """A paragraph that ends in a colon is nothing without the list after it."""
    following = text.partition(f"{block}\n\n")[2].split("\n\n")[0]
    return f"{block}\n\n{following}" if block.rstrip().endswith(":") and following else block


def _with_gaps(chosen: Sequence[str], block: str) -> str:
    """The sentences in one text, an ellipsis where something was left out between them."""
    together = " ".join(chosen)
    return together if together in _joined(block) else " … ".join(chosen)


def _joined(block: str) -> str:
    return " ".join(line.strip() for line in block.splitlines())
