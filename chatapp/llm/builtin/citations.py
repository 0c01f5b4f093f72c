"""Numbers the places an answer cites, in the order it cites them."""

from chatapp.events.bodies import Source
from chatapp.llm.builtin.evidence import Evidence

LONGEST_SOURCE = 300


class Numbering:
    """Gives each place that is cited its number."""

    def __init__(self) -> None:
        self._sources: list[Source] = []

    def cite(self, evidence: Evidence) -> str:
        """The mark for this evidence: the same place has the same number."""
        for source in self._sources:
            if _place(source) == _place(evidence):
                return f"[{source.number}]"
        self._sources.append(_source(len(self._sources) + 1, evidence))
        return f"[{len(self._sources)}]"

    @property
    def sources(self) -> tuple[Source, ...]:
        return tuple(self._sources)


def _place(one: Source | Evidence) -> tuple[str, str, str, str]:
    return one.title, one.location, one.artifact_id, one.document_id


def _source(number: int, evidence: Evidence) -> Source:
    return Source(
        number=number,
        title=evidence.title,
        location=evidence.location,
        artifact_id=evidence.artifact_id,
        document_id=evidence.document_id,
        corpus_key=evidence.corpus_key,
        text=evidence.text[:LONGEST_SOURCE],
    )
