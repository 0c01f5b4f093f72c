"""Search a text artifact by pattern. RE2 runs in linear time, whatever the pattern."""

import re
from typing import Any

import re2
from pydantic import Field

from chatapp.errors import ToolError
from chatapp.tools.artifacts import find_artifact, text_of
from chatapp.tools.base import Tool, ToolArguments, ToolContext

MAX_MATCHES = 100
MAX_LINE = 2_000


class ArtifactGrepInput(ToolArguments):
    artifact_id: str = Field(description="The artifact's id, such as art_0123.")
    pattern: str = Field(min_length=1, max_length=1_000, description="A regular expression (RE2).")
    grep_options: list[str] = Field(
        default_factory=list,
        max_length=10,
        description="As of grep: -i ignore case, -F fixed text, -v invert, -n, -c count only, "
        "-m N at most N, -A N, -B N, -C N lines around.",
    )


class ArtifactGrep(Tool[ArtifactGrepInput], name="artifact_grep"):
    """Search a text file of this session line by line and get the lines that match."""

    title = "Search in a file"
    Input = ArtifactGrepInput
    may_offload = False

    async def call(self, arguments: ArtifactGrepInput, context: ToolContext) -> dict[str, Any]:
        return await context.database.run(_grep, arguments, context)


def _grep(arguments: ArtifactGrepInput, context: ToolContext) -> dict[str, Any]:
    options = _Options(arguments.grep_options)
    artifact = find_artifact(context, arguments.artifact_id)
    lines = text_of(artifact).splitlines()
    pattern = _compile(arguments.pattern, options)
    hits = [
        number
        for number, line in enumerate(lines)
        if bool(pattern.search(line[:MAX_LINE])) != options.invert
    ]
    result: dict[str, Any] = {
        "artifact_id": artifact.key,
        "filename": artifact.filename,
        "match_count": len(hits),
        "total_lines": len(lines),
    }
    if options.count_only:
        return result
    shown = _with_lines_around(hits[: options.most], len(lines), options)
    matches = [{"line": number + 1, "text": lines[number][:MAX_LINE]} for number in shown]
    return {**result, "matches": matches, "truncated": len(hits) > options.most}


def _compile(pattern: str, options: "_Options") -> Any:
    text = re.escape(pattern) if options.fixed else pattern
    flags = re2.Options()
    flags.case_sensitive = not options.ignore_case
    flags.log_errors = False
    flags.max_mem = 8 << 20
    try:
        return re2.compile(text, flags)
    except re2.error as exc:
        raise ToolError(f"This is no pattern of RE2: {exc}", code="invalid_pattern") from exc


def _with_lines_around(hits: list[int], total: int, options: "_Options") -> list[int]:
    shown: set[int] = set()
    for hit in hits:
        first, last = max(0, hit - options.before), min(total, hit + options.after + 1)
        shown.update(range(first, last))
    return sorted(shown)


class _Options:
    """grep's own options, as far as they make sense here."""

    def __init__(self, options: list[str]) -> None:
        self.ignore_case = self.fixed = self.invert = self.count_only = False
        self.before = self.after = 0
        self.most = MAX_MATCHES
        words = iter(" ".join(options).split())
        for word in words:
            self._take(word, words)

    def _take(self, word: str, words: Any) -> None:
        if match := re.fullmatch(r"-([mABC])(\d*)", word):
            self._take_number(match[1], match[2] or next(words, ""))
        elif re.fullmatch(r"-[iFvcnEPworHh]+", word):
            self.ignore_case |= "i" in word
            self.fixed |= "F" in word
            self.invert |= "v" in word
            self.count_only |= "c" in word
        else:
            raise ToolError(f"There is no option {word!r}.", code="invalid_arguments")

    def _take_number(self, letter: str, digits: str) -> None:
        if not digits.isdecimal() or len(digits) > 9:
            raise ToolError(f"-{letter} needs a number.", code="invalid_arguments")
        number = min(int(digits), MAX_MATCHES)
        if letter == "m":
            self.most = max(1, number)
        if letter in "BC":
            self.before = min(number, 20)
        if letter in "AC":
            self.after = min(number, 20)
