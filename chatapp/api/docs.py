"""/v2/docs: the operations as a page of our own, read from the same schema as openapi.json.

No viewer from elsewhere: it would need scripts and styles that our policy forbids.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from ninja import NinjaAPI

JSON = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Member:
    """A parameter, or a member of a body."""

    name: str
    kind: str
    is_required: bool
    description: str


@dataclass(frozen=True, slots=True)
class OperationDoc:
    method: str
    path: str
    summary: str
    description: str
    parameters: list[Member]
    bodies: list[tuple[str, list[Member]]]
    answers: list[str]

    @property
    def anchor(self) -> str:
        return f"{self.method}{self.path}".replace("/", "-").translate(str.maketrans("", "", "{}"))


class DocsPage:
    """The view. The page is the same for everybody, so it is put together once."""

    def __init__(self, api: NinjaAPI) -> None:
        self._api = api
        self._groups: dict[str, list[OperationDoc]] = {}

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not self._groups:
            self._groups = groups_of(self._api.get_openapi_schema())
        return render(request, "api/docs.html", {"groups": self._groups.items()})


def groups_of(schema: JSON) -> dict[str, list[OperationDoc]]:
    """Operations by tag, in the order of their routes."""
    reader = _Reader(schema)
    groups: dict[str, list[OperationDoc]] = {}
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            tag = (operation.get("tags") or ["Other"])[0]
            groups.setdefault(tag, []).append(reader.operation(method, path, operation))
    return groups


class _Reader:
    def __init__(self, schema: JSON) -> None:
        self._schemas: JSON = schema.get("components", {}).get("schemas", {})

    def operation(self, method: str, path: str, operation: JSON) -> OperationDoc:
        return OperationDoc(
            method=method.upper(),
            path=path,
            summary=operation.get("summary", ""),
            description=operation.get("description", ""),
            parameters=[self._parameter(value) for value in operation.get("parameters", ())],
            bodies=list(self._bodies(operation.get("requestBody", {}))),
            answers=[status for status in operation["responses"] if int(status) < 400],
        )

    def _parameter(self, value: JSON) -> Member:
        kind = f"{value['in']}, {self._kind(value.get('schema', {}))}"
        description = value.get("description", "")
        return Member(value["name"], kind, bool(value.get("required")), description)

    def _bodies(self, body: JSON) -> Iterator[tuple[str, list[Member]]]:
        for media_type, content in body.get("content", {}).items():
            schema = self._resolved(content.get("schema", {}))
            for variant in schema.get("oneOf") or schema.get("anyOf") or [schema]:
                yield media_type, list(self._members(self._resolved(variant)))

    def _members(self, schema: JSON) -> Iterator[Member]:
        required = schema.get("required", ())
        for name, value in schema.get("properties", {}).items():
            description = value.get("description", "")
            yield Member(name, self._kind(value), name in required, description)

    def _resolved(self, schema: JSON) -> JSON:
        name = schema.get("$ref", "").rsplit("/", 1)[-1]
        found: JSON = self._schemas.get(name, schema)
        return found

    def _kind(self, schema: JSON) -> str:
        if "$ref" in schema:
            return str(schema["$ref"].rsplit("/", 1)[-1])
        if "const" in schema:
            return repr(schema["const"])
        if "enum" in schema:
            return " | ".join(map(repr, schema["enum"]))
        variants = [v for v in schema.get("anyOf", ()) if v.get("type") != "null"]
        if variants:
            return " | ".join(map(self._kind, variants))
        if schema.get("type") == "array":
            return f"list of {self._kind(schema.get('items', {}))}"
        return str(schema.get("type", "any"))
