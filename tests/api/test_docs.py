"""The commands of docs/api.md do what the page says they do."""

import pytest

from tests.documented import commands_of, masked, run
from tests.installation import ROOT, Installation

pytestmark = pytest.mark.slow


def test_every_command_of_the_documentation_answers_as_printed(tmp_path):
    commands = commands_of((ROOT / "docs" / "api.md").read_text())
    with Installation(tmp_path) as installation:
        web = installation.web()
        key = installation.manage("createapikey", "ada")
        answers = run(commands, url=web.url, key=key)

    assert len(commands) > 10
    for command, answer in zip(commands, answers, strict=True):
        assert masked(answer) == masked(command.answer), command.script
