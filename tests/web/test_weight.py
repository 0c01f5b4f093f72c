"""What the chat page makes a browser fetch. The figures are promises to people on phones."""

import gzip
import re
from pathlib import Path

from django.conf import settings
from django.urls import reverse

STATIC = Path(settings.BASE_DIR) / "static"
MOST_SCRIPT, MOST_STYLE = 40 * 1024, 15 * 1024


def weight(paths):
    return sum(len(gzip.compress(path.read_bytes(), 9)) for path in paths)


def modules(path, seen):
    """A module and all that it imports."""
    if path not in seen:
        seen.add(path)
        for name in re.findall(r'from "\./([\w-]+\.js)"', path.read_text()):
            modules(path.parent / name, seen)
    return seen


def page(client, alice):
    client.force_login(alice)
    return client.get(reverse("new-session")).content.decode()


def linked(html, pattern):
    return {STATIC / name for name in re.findall(rf'static/({pattern})"', html)}


def test_all_scripts_together_are_light(client, alice, agent):
    scripts = linked(page(client, alice), r"[\w/.-]+\.js")
    main = STATIC / "js/main.js"

    assert main in scripts
    assert weight(modules(main, set()) | scripts) <= MOST_SCRIPT


def test_all_styles_together_are_light(client, alice, agent):
    styles = linked(page(client, alice), r"css/[\w-]+\.css")

    assert len(styles) > 1
    assert weight(styles) <= MOST_STYLE
