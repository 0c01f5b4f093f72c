"""Reads a template: text, references, comments and directives, as Velocity 1.7 tells them apart."""

import re

from .directives import Block, Exit, Foreach, If, Leave, Print, Set, Statement, Text
from .errors import Position, VelocitySyntaxError
from .expression_parser import CLOSE, OPEN, REFERENCE, ExpressionParser, Limits
from .expressions import Call, Expression, Index, Literal
from .scanner import Scanner

_DIRECTIVES = "if|elseif|else|end|foreach|break|stop"
_REFUSED = "macro|parse|include|evaluate|define|literal"
_KNOWN = f"{_DIRECTIVES}|{_REFUSED}"

# Blanks between another directive or reference and `#set` belong to it; after text they are text.
_SET = re.compile(r"[ \t]*#(?:set|\{set\}) *\(")
_TEXT = re.compile(r"[^$#\\]+")
_BACKSLASHES = re.compile(r"\\+")
_ESCAPED_BANG = re.compile(r"\\*\$\\+(?=!\{?[A-Za-z_])")
_LINE_COMMENT = re.compile(r"##[^\r\n]*(?:\r\n?|\n)?")
_DIRECTIVE = re.compile(rf"#(?:({_KNOWN})(?![A-Za-z0-9_@])|\{{({_KNOWN})\}})")
_ESCAPABLE = re.compile(rf"#(?:(?:{_KNOWN}|set)(?![A-Za-z0-9_@])|\{{(?:{_KNOWN}|set)\}})")
_UNKNOWN = re.compile(r"#(?:[A-Za-z_@][A-Za-z0-9_@]*(?:[ \t]*\([^()\r\n]*\))?)?")
_REST_OF_LINE = re.compile(r"[ \t]*(?:\r\n?|\n)")
_HASH, _OPEN_COMMENT, _OPEN_LITERAL = map(re.compile, ("#", r"#\*", r"#\[\["))
_HEADING = re.compile(r"##+[ \t]+\S")
_IN = re.compile(r"[ \t\r\n]+in(?![A-Za-z0-9_-])")
_BLANKS = re.compile(r"[ \t\r\n]*")
_ASSIGN = re.compile(r"[ \t\r\n]*=(?!=)")


class TemplateParser(ExpressionParser):
    def __init__(self, scanner: Scanner, limits: Limits) -> None:
        super().__init__(scanner, limits)
        self.headings: list[tuple[int, str]] = []

    def template(self) -> Block:
        block, _ = self._block("", ())
        return block

    def template_within(self, source: str, origin: Position) -> Block:
        parser = TemplateParser(Scanner(source, origin), self.limits)
        block = parser.template()
        self.lookups += parser.lookups
        return block

    def _block(self, opening: str, endings: tuple[str, ...]) -> tuple[Block, str]:
        """Statements up to one of the endings, or of the source if there are none."""
        start = self.scanner.offset
        statements: list[Statement] = []
        while not self.scanner.at_end:
            self.limits.one_more(self.scanner)
            if found := self.scanner.match(_DIRECTIVE):
                name = found[1] or found[2]
                if name in endings:
                    return Block(tuple(statements)), name
                statements += self._directive(name, found)
            else:
                statements += self._statement()
        if endings:
            raise self.scanner.error(f"#{opening} has no #end.", start)
        return Block(tuple(statements)), ""

    def _statement(self) -> list[Statement]:
        match = self.scanner.match
        if match(_SET):
            return [self._set()]
        if found := match(_TEXT):
            return [Text(found[0])]
        if found := match(_ESCAPED_BANG):
            return [Text(found[0][:-1])]
        if found := match(_BACKSLASHES):
            return self._escaped(found[0])
        if self.scanner.sees(REFERENCE):
            return [self._print(0)]
        return self._comment() if self.scanner.sees(_HASH) else [Text(self.scanner.take(1))]

    def _comment(self) -> list[Statement]:
        """What else begins with `#`: a comment, a literal block, or nothing but text."""
        start = self.scanner.offset
        if found := self.scanner.match(_LINE_COMMENT):
            self._note_heading(start, found[0].strip())
            return []
        if self.scanner.match(_OPEN_COMMENT):
            self.scanner.skip_past("*#", "The comment")
            return []
        if self.scanner.match(_OPEN_LITERAL):
            return [Text(self.scanner.skip_past("]]#", "The literal block"))]
        return [Text(self.scanner.expect(_UNKNOWN, "A '#'")[0])]

    def _note_heading(self, start: int, comment: str) -> None:
        line_start = self.scanner.source.rfind("\n", 0, start) + 1
        before = self.scanner.source[line_start:start]
        if not before.strip() and _HEADING.match(comment):
            self.headings.append((self.scanner.position(start).line, comment))

    def _escaped(self, backslashes: str) -> list[Statement]:
        """Backslashes halve before what they can escape, and are text before all else."""
        if self.scanner.sees(REFERENCE):
            return [self._print(len(backslashes))]
        directive = self.scanner.sees(_ESCAPABLE)
        if not directive:
            return [Text(backslashes)]
        halves, escaped = divmod(len(backslashes), 2)
        if escaped:
            self.scanner.offset = directive.end()
            return [Text("\\" * halves + directive[0])]
        return [Text(backslashes if self.scanner.sees(_SET) else "\\" * halves)]

    def _print(self, backslashes: int) -> Print:
        found = self.lookup()
        if backslashes % 2 == 0:
            self.lookups.append(found)
        return Print(found, found.source.startswith("$!"), backslashes)

    def _directive(self, name: str, found: re.Match[str]) -> list[Statement]:
        match name:
            case "if":
                return [self._if()]
            case "foreach":
                return [self._foreach()]
            case "break" | "stop":
                return [Leave(Exit[name.upper()])]
            case "end" | "else" | "elseif":
                raise self.scanner.error(f"#{name} has no #if or #foreach.", found.start())
        if self.scanner.sees(OPEN):
            raise self.scanner.error(f"#{name} is not available here.", found.start())
        return [Text(found[0])]

    def _if(self) -> If:
        branches: list[tuple[Expression, Block]] = []
        condition, ending = self._condition("if"), "if"
        while ending != "end":
            endings = ("end",) if ending == "else" else ("elseif", "else", "end")
            block, ending = self._inner_block("if", endings)
            branches.append((condition, block))
            condition = self._condition("elseif") if ending == "elseif" else Literal(True)
        return If(tuple(branches))

    def _condition(self, name: str) -> Expression:
        self.scanner.expect(OPEN, f"The '(' of #{name}")
        condition = self.expression()
        self.scanner.expect(CLOSE, f"The ')' of #{name}")
        return condition

    def _inner_block(self, opening: str, endings: tuple[str, ...]) -> tuple[Block, str]:
        with self.limits.deeper(self.scanner):
            self.scanner.match(_REST_OF_LINE)
            block, ending = self._block(opening, endings)
        if ending != "elseif":
            self.scanner.match(_REST_OF_LINE)
        return block, ending

    def _foreach(self) -> Foreach:
        self.scanner.expect(OPEN, "The '(' of #foreach")
        name, keys, position = self._target("#foreach")
        if keys:
            raise VelocitySyntaxError("#foreach needs a plain $name.", position)
        self.scanner.expect(_IN, "The 'in' of #foreach")
        items = self.expression()
        self.scanner.expect(CLOSE, "The ')' of #foreach")
        block, _ = self._inner_block("foreach", ("end",))
        return Foreach(name, items, block)

    def _set(self) -> Set:
        name, keys, position = self._target("#set")
        self.scanner.expect(_ASSIGN, "The '=' of #set")
        value = self.expression()
        self.scanner.expect(CLOSE, "The ')' of #set")
        self.scanner.match(_REST_OF_LINE)
        return Set(name, keys, value, position)

    def _target(self, directive: str) -> tuple[str, tuple[Expression, ...], Position]:
        """A reference that can be given a value: a name and the keys to the place in its value."""
        self.scanner.match(_BLANKS)
        if not self.scanner.sees(REFERENCE):
            raise self.scanner.error(f"{directive} needs a $name here.")
        found = self.lookup()
        keys: list[Expression] = []
        for step in found.steps:
            if isinstance(step, Call):
                raise VelocitySyntaxError(
                    f"{directive} cannot change what a method returns.", found.position
                )
            keys.append(step.index if isinstance(step, Index) else Literal(step.name))
        return found.root, tuple(keys), found.position
