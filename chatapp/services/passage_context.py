"""A found part with what stands around it, as far as the filter lets one read there."""

from chatapp.models import Part
from chatapp.search.sentences import sentences
from chatapp.services.indexes.scope import Scope, fetch
from chatapp.services.query_requests import ContextConfiguration

MOST_NEIGHBOURS = 100


def with_context(part: Part, scope: Scope, wanted: ContextConfiguration) -> str:
    """Sentences win over characters when both are asked for."""
    by_sentence = wanted.sentences_before or wanted.sentences_after
    before_size = wanted.sentences_before if by_sentence else wanted.characters_before
    after_size = wanted.sentences_after if by_sentence else wanted.characters_after
    before = _before(part, scope, before_size, bool(by_sentence)) if before_size else ""
    after = _after(part, scope, after_size, bool(by_sentence)) if after_size else ""
    matched = f"{wanted.start_tag}{part.text}{wanted.end_tag}"
    return " ".join(piece for piece in (before, matched, after) if piece)


def _before(part: Part, scope: Scope, size: int, by_sentence: bool) -> str:
    texts = _neighbours(part, scope, -1, size if by_sentence else MOST_NEIGHBOURS)
    if by_sentence:
        found: list[str] = []
        for text in texts:
            found = [*sentences(text), *found]
            if len(found) >= size:
                break
        return " ".join(found[-size:])
    joined = ""
    for text in texts:
        joined = f"{text} {joined}".strip()
        if len(joined) >= size:
            break
    return joined[-size:]


def _after(part: Part, scope: Scope, size: int, by_sentence: bool) -> str:
    texts = _neighbours(part, scope, 1, size if by_sentence else MOST_NEIGHBOURS)
    if by_sentence:
        return " ".join([one for text in texts for one in sentences(text)][:size])
    return " ".join(texts)[:size]


def _neighbours(part: Part, scope: Scope, direction: int, most: int) -> list[str]:
    """Texts next to the part, nearest first, up to the first that may not be read."""
    last = part.position + direction * min(most, MOST_NEIGHBOURS)
    low, high = sorted((part.position + direction, last))
    rows = fetch(
        f"SELECT p.position, p.text FROM {scope.parts}"
        " AND p.document_id = %s AND p.position BETWEEN %s AND %s",
        (*scope.bound, part.document_id, low, high),
    )
    texts = dict(rows)
    found: list[str] = []
    place = part.position + direction
    while place in texts:
        found.append(texts[place])
        place += direction
    return found
