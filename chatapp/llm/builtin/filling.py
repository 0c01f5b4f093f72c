"""Fills a JSON Schema from a text, as well as rules can. The result always fits the schema.

An enum takes the value nearest to the text, a string what stands behind its label or the sentence
nearest to its name, a number the one nearest to its label.
"""

import re
from typing import Any

import numpy as np
from jsonschema import Draft202012Validator, SchemaError
from jsonschema.exceptions import ValidationError
from referencing import Registry
from referencing.exceptions import Unresolvable

from chatapp.llm.builtin.digests import central
from chatapp.llm.builtin.schemas import fitted, resolved, sized, spoken
from chatapp.llm.builtin.tables import number_in
from chatapp.search.embedder import Embedder
from chatapp.search.passages import Passage
from chatapp.search.ranking import rank_few
from chatapp.search.sentences import sentences
from chatapp.search.words import terms, words

DEEPEST = 12
DEEPEST_OPTIONAL = 3
MOST_VALUES = 400
LONGEST_TEXT = 20_000
MOST_ITEMS = 20

_EMAIL = re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]*\w")
_DATE = re.compile(r"\b\d{4}-\d{2}-\d{2}\b")
_URL = re.compile(r"https?://[^\s<>\"')\]]+")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)]) +(.+)$", re.M)
_NOT = re.compile(r"\b(?:not|no|never|n't|without|nicht|kein\w*|pas|sans|sin)\b|n't\b", re.I)
_NUMBER = re.compile(r"[-−]?\d[\d.,]*")
_FORMATS = {"email": _EMAIL, "date": _DATE, "uri": _URL, "url": _URL}
_FALLBACKS = {"email": "unknown@example.com", "date": "1970-01-01", "uri": "about:blank"}
_SHORTENING = re.compile(r"summary|abstract|gist|zusammenfassung|resume|resumen")
_WORDS_WANTED = re.compile(r"keyword|tag|topic|term|schlagw")


class UnfillableError(Exception):
    """No value that we could find fits this schema."""


def fill(schema: dict[str, Any], text: str, embedder: Embedder) -> Any:
    """A value for the schema. Raises UnfillableError."""
    try:
        # An empty registry: a reference to somewhere else is an error, never a download.
        validator = Draft202012Validator(schema, registry=Registry())
        validator.check_schema(schema)
        value = _Filler(schema, text[:LONGEST_TEXT], embedder).value(schema, "", 0)
        validator.validate(value)
    except ValidationError as error:
        raise UnfillableError(f"{error.json_path}: {error.message[:200]}") from error
    except (SchemaError, Unresolvable, RecursionError, OverflowError, re.error) as error:
        raise UnfillableError(str(error)[:200]) from error
    return value


class _Filler:
    def __init__(self, root: dict[str, Any], text: str, embedder: Embedder) -> None:
        self._root = root
        self._text = text
        self._embedder = embedder
        self._sentences = sentences(text)[:200]
        self._left = MOST_VALUES

    def value(self, schema: Any, name: str, depth: int) -> Any:
        self._left -= 1
        if not isinstance(schema, dict) or depth > DEEPEST or self._left < 0:
            return None
        schema = resolved(schema, self._root)
        for key in ("const", "default"):
            if key in schema and (key == "const" or not self._has_clue(schema, name)):
                return schema[key]
        if isinstance(schema.get("enum"), list) and schema["enum"]:
            return self._choice(schema["enum"], schema, name)
        for key in ("anyOf", "oneOf"):
            if isinstance(schema.get(key), list) and schema[key]:
                return self.value(self._best_option(schema[key], name), name, depth + 1)
        return self._typed(schema, name, depth)

    def _typed(self, schema: dict[str, Any], name: str, depth: int) -> Any:
        match self._type_of(schema, name):
            case "object":
                return self._object(schema, depth)
            case "array":
                return self._array(schema, name, depth)
            case "string":
                return self._string(schema, name)
            case "integer" | "number" as kind:
                return self._number(schema, name, kind)
            case "boolean":
                return self._boolean(schema, name)
        return None

    def _type_of(self, schema: dict[str, Any], name: str) -> str:
        kind = schema.get("type")
        if isinstance(kind, list):
            named = [one for one in kind if one != "null"]
            wanted = len(named) == len(kind) or self._has_clue(schema, name)
            return str(named[0]) if named and wanted else "null"
        if isinstance(kind, str):
            return kind
        return "object" if "properties" in schema else "array" if "items" in schema else "string"

    def _object(self, schema: dict[str, Any], depth: int) -> dict[str, Any]:
        properties = schema.get("properties", {})
        required = schema.get("required", [])
        filled = {}
        optional = properties if depth <= DEEPEST_OPTIONAL else ()
        for key in dict.fromkeys([*optional, *required]):
            value = self.value(properties.get(key, {}), key, depth + 1)
            if key in required or value not in (None, "", []):
                filled[key] = value
        return filled

    def _array(self, schema: dict[str, Any], name: str, depth: int) -> list[Any]:
        items = resolved(schema.get("items", {}), self._root)
        most = min(int(schema.get("maxItems", MOST_ITEMS)), MOST_ITEMS)
        found = self._items(items, name, depth)
        unique: list[Any] = []
        for one in found:
            if one not in unique:
                unique.append(one)
        while len(unique) < int(schema.get("minItems", 0)) and len(unique) < MOST_ITEMS:
            unique.append(self.value(items, name, depth + 1))
        return unique[:most]

    def _items(self, items: dict[str, Any], name: str, depth: int) -> list[Any]:
        if isinstance(items.get("enum"), list):
            said = set(words(self._text))
            mentioned = [one for one in items["enum"] if set(words(str(one))) <= said]
            return mentioned or [self._choice(items["enum"], items, name)]
        listed = _ITEM.findall(self._text)[:MOST_ITEMS]
        kind = self._type_of(items, name)
        if kind in ("integer", "number"):
            found = (fitted(number, items, kind) for number in self._numbers(self._text))
            return list(found)[:MOST_ITEMS]
        if kind == "object":
            parts = listed or [self._text]
            return [
                _Filler(self._root, part, self._embedder).value(items, name, depth + 1)
                for part in parts
            ]
        if _WORDS_WANTED.search(name.lower()):
            return [sized(word, items) for word in _commonest(self._text)]
        return [sized(one, items) for one in listed or self._nearest(items, name, limit=3)]

    def _string(self, schema: dict[str, Any], name: str) -> str:
        known = str(schema.get("format", ""))
        if known in _FORMATS:
            found = _FORMATS[known].search(self._text)
            return found[0] if found else _FALLBACKS.get(known, _FALLBACKS["uri"])
        for clue, pattern in (("email", _EMAIL), ("url", _URL)):
            if clue in name.lower() and (found := pattern.search(self._text)):
                return sized(found[0], schema)
        if labelled := self._labelled(name):
            return sized(labelled, schema)
        if _SHORTENING.search(name.lower()):
            return sized(" ".join(central(self._sentences, self._embedder, limit=3)), schema)
        return sized(next(iter(self._nearest(schema, name, limit=1)), ""), schema)

    def _number(self, schema: dict[str, Any], name: str, kind: str) -> float | int:
        labelled = self._labelled(name)
        near = [labelled] if labelled else self._nearest(schema, name, limit=1)
        numbers = [number for part in near for number in self._numbers(part)]
        numbers = numbers or list(self._numbers(self._text))
        lowest = schema.get("minimum", schema.get("exclusiveMinimum", 0))
        return fitted(numbers[0] if numbers else lowest, schema, kind)

    def _boolean(self, schema: dict[str, Any], name: str) -> bool:
        labelled = self._labelled(name).lower()
        if labelled in ("yes", "true", "no", "false", "ja", "nein", "oui", "non", "sí", "si"):
            return labelled in ("yes", "true", "ja", "oui", "sí", "si")
        hits = rank_few(
            spoken(name, schema),
            [Passage(one) for one in self._sentences],
            self._embedder,
            limit=1,
        )
        return bool(hits and hits[0].is_relevant and not _NOT.search(hits[0].passage.text))

    def _choice(self, choices: list[Any], schema: dict[str, Any], name: str) -> Any:
        """The value mentioned, else the one whose meaning is nearest to the text."""
        if labelled := self._labelled(name).lower():
            for one in choices:
                if str(one).lower() == labelled:
                    return one
        said = set(words(self._text))
        mentioned = [one for one in choices if words(str(one)) and set(words(str(one))) <= said]
        if mentioned:
            return mentioned[0]
        meanings = [f"{one} {spoken('', schema)}".replace("_", " ") for one in choices]
        vectors = self._embedder.embed([self._text[:2000], *meanings])
        return choices[int(np.argmax(vectors[1:] @ vectors[0]))]

    def _nearest(self, schema: dict[str, Any], name: str, *, limit: int) -> list[str]:
        hits = rank_few(
            spoken(name, schema),
            [Passage(one) for one in self._sentences],
            self._embedder,
            limit=limit,
        )
        best = [hit.passage.text for hit in hits if hit.confidence >= hits[0].confidence * 0.7]
        return best or self._sentences[:limit]

    def _labelled(self, name: str) -> str:
        """What stands behind `Name:` or `name =` in the text."""
        label = r"[\W_]*".join(re.escape(part) for part in spoken(name, {}).split())
        found = re.search(
            rf"\b{label}\b[*_ ]*(?:[:=]| is | ist | est |"
            rf" es )\s*([^\n]{{1,400}})",
            self._text,
            re.I,
        )
        return (
            re.split(r"[.;,](?:\s|$)", found[1].strip(" *_"))[0].strip() if label and found else ""
        )

    def _has_clue(self, schema: dict[str, Any], name: str) -> bool:
        """Does the text speak of this at all?"""
        return bool(set(terms(spoken(name, schema))) & set(terms(self._text)))

    def _best_option(self, options: list[Any], name: str) -> Any:
        real = [one for one in options if isinstance(one, dict)]
        filled = [one for one in real if resolved(one, self._root).get("type") != "null"]
        nullable = len(filled) < len(real)
        if nullable and filled and not self._has_clue(resolved(filled[0], self._root), name):
            return {"type": "null"}
        return (filled or real or [{}])[0]

    @staticmethod
    def _numbers(text: str) -> list[float]:
        found = (number_in(one) for one in _NUMBER.findall(text))
        return [number for number in found if number is not None]


def _commonest(text: str) -> list[str]:
    counted: dict[str, int] = {}
    spelled: dict[str, str] = {}
    for word in re.findall(r"[^\W\d_]{4,}", text):
        for term in terms(word):
            counted[term] = counted.get(term, 0) + 1
            spelled.setdefault(term, word.lower())
    best = sorted(counted, key=lambda term: -counted[term])[:5]
    return [spelled[term] for term in best]
