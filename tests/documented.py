"""Runs the commands of a page of documentation, and keeps the answers printed there true.

`python -m tests.documented docs/api.md` starts a server of its own and writes the page anew. A
command stands in a block of `sh`; the block after it, of `json` or `text`, is its answer.
"""

import json
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tests.installation import ROOT, Installation
from tests.processes import environment

_COMMAND = re.compile(r"```sh\n(.*?)```\n(?:\n```(?:json|text)\n(.*?)```\n)?", re.DOTALL)
_CUT = "-----8<-----"
# What is another at each run, or of another's making: ids, times, page keys and words of a model.
_MASKED = (
    (r"(?<![a-z])(a?[a-z]{3}_)[0-9a-z_]{12,}", r"\1…"),
    (r"\d{4}-\d\d-\d\dT[\d:.]+Z", "…"),
    (r'("page_key": ?")[^"]+', r"\1…"),
    (r'("content": ?")[^"]+', r"\1…"),
    (r'("(?:count|total_tokens)": ?)\d+', r"\1…"),
)


@dataclass(frozen=True, slots=True)
class Command:
    """What stands on the page: a script, and the answer it is said to give."""

    script: str
    answer: str


def commands_of(page: str) -> list[Command]:
    return [Command(match[1], match[2] or "") for match in _COMMAND.finditer(page)]


def run(commands: list[Command], *, url: str, key: str) -> list[str]:
    """What each prints, in one shell, so that a variable set once stays."""
    script = f"\necho; echo '{_CUT}'\n".join(command.script for command in commands)
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            ["bash", "-eu", "-c", script], capture_output=True, text=True, check=True, cwd=folder,
            env=environment(URL=url, KEY=key),
        )  # fmt: skip
    return [shown(output.strip()) for output in done.stdout.split(_CUT)]


def shown(output: str) -> str:
    """JSON in lines that can be read; anything else as it came."""
    if not output.startswith("{"):
        return output
    return json.dumps(json.loads(output), indent=2, ensure_ascii=False)


def masked(answer: str) -> str:
    """Without what must differ from run to run. Of a stream, only the kinds of its frames."""
    if answer.startswith("event:"):
        kinds = re.findall(r"^event:(\w+)$", answer, re.MULTILINE)
        return " ".join(dict.fromkeys(kind for kind in kinds if kind != "context_consumed"))
    for pattern, mask in _MASKED:
        answer = re.sub(pattern, mask, answer)
    return answer.strip()


def with_answers(page: str, answers: list[str]) -> str:
    """The page with these answers behind its commands."""
    given = iter(answers)

    def block(match: re.Match[str]) -> str:
        answer = next(given)
        kind = "json" if answer.startswith("{") else "text"
        return f"```sh\n{match[1]}```\n" + (f"\n```{kind}\n{answer}\n```\n" if answer else "")

    return _COMMAND.sub(block, page)


def main(path: str) -> None:
    page = (ROOT / path).read_text()
    with (
        tempfile.TemporaryDirectory(prefix="chatapp-docs-") as folder,
        Installation(Path(folder)) as installation,
    ):
        web = installation.web()
        key = installation.manage("createapikey", "ada")
        answers = run(commands_of(page), url=web.url, key=key)
    (ROOT / path).write_text(with_answers(page, answers))


if __name__ == "__main__":
    main(*sys.argv[1:])
