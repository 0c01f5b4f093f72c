"""Templates as the rest of the project uses them: parse once, render often, look inside."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .directives import Block
from .errors import VelocityError, VelocityLimitError
from .expression_parser import Limits
from .expressions import Call, Index, Literal, Lookup, Property, Step
from .parser import TemplateParser
from .run import Run
from .scanner import Scanner
from .values import Value

MAX_SOURCE = 65_536


@dataclass(frozen=True, slots=True)
class Reference:
    """A name the template reads: `$session.metadata.x` has the path `session, metadata, x`."""

    path: tuple[str, ...]
    line: int


@dataclass(frozen=True, slots=True)
class TemplateWarning:
    """Something that is allowed, but hardly meant."""

    line: int
    message: str


@dataclass(frozen=True, slots=True)
class Template:
    """A parsed template. It never changes, so threads may share it."""

    body: Block
    references: tuple[Reference, ...]
    warnings: tuple[TemplateWarning, ...]

    def render(self, context: Mapping[str, Value]) -> str:
        """The text for these values. The values are read only, and never read as templates."""
        run = Run(context)
        try:
            self.body.render(run)
        except VelocityError as error:
            error.position = error.position or run.position
            raise
        return run.output.text()


@lru_cache(maxsize=256)
def parse(source: str) -> Template:
    if len(source) > MAX_SOURCE:
        raise VelocityLimitError(f"A template has {MAX_SOURCE:,} characters at most.")
    parser = TemplateParser(Scanner(source), Limits())
    body = parser.template()
    return Template(
        body,
        tuple(_reference(lookup) for lookup in parser.lookups),
        tuple(_heading_warning(line, heading) for line, heading in parser.headings),
    )


def render(source: str, context: Mapping[str, Value]) -> str:
    return parse(source).render(context)


def references(source: str) -> list[Reference]:
    """Every reference that is read, also in strings and conditions."""
    return list(parse(source).references)


def warnings(source: str) -> list[TemplateWarning]:
    return list(parse(source).warnings)


def _reference(lookup: Lookup) -> Reference:
    path = [lookup.root]
    for step in lookup.steps:
        key = _fixed_key(step)
        if key is None:
            break
        path.append(key)
    return Reference(tuple(path), lookup.position.line)


def _fixed_key(step: Step) -> str | None:
    """The key that a step takes whatever the values are."""
    match step:
        case Property(name):
            return name
        case Index(Literal(str(key))) | Call("get", (Literal(str(key)),)):
            return key
    return None


def _heading_warning(line: int, heading: str) -> TemplateWarning:
    return TemplateWarning(
        line,
        f"{heading!r} is a comment in Velocity and will not be shown. "
        f"To keep it, write #[[{heading}]]#",
    )
