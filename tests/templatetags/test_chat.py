import re
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from django.utils import timezone

from chatapp.templatetags import chat


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "0 bytes"),
        (1023, "1023 bytes"),
        (1536, "1.5 KB"),
        (90412, "88 KB"),
        (1262412, "1.2 MB"),
        (5 * 2**30, "5.0 GB"),
    ],
)
def test_a_size_in_words(size, words):
    assert chat.filesize(size) == words


@pytest.mark.parametrize(
    ("milliseconds", "words"),
    [(None, ""), (0, "0.1 s"), (240, "0.2 s"), (12_400, "12 s"), (61_000, "1 min 1 s")],
)
def test_a_duration_in_words(milliseconds, words):
    assert chat.duration(milliseconds) == words


def test_a_time_of_day_carries_the_whole_moment():
    html = chat.clock(datetime(2026, 11, 22, 9, 5, tzinfo=UTC))

    assert html.startswith('<time datetime="2026-11-22T09:05:00+00:00" title="')
    assert html.endswith(">09:05</time>")


def test_no_time_is_nothing():
    assert chat.clock(None) == chat.ago(None) == ""


@pytest.mark.parametrize(
    ("age", "words"),
    [
        (timedelta(seconds=5), "just now"),
        (timedelta(minutes=2, seconds=5), "2\xa0minutes ago"),
        (timedelta(hours=3, minutes=59), "3\xa0hours ago"),
    ],
)
def test_how_long_ago_is_kept_true_by_the_browser(age, words):
    html = chat.ago(timezone.now() - age)

    assert html.endswith(f" data-ago>{words}</time>")


def test_what_is_long_ago_has_a_date():
    html = chat.ago(datetime(2020, 2, 1, tzinfo=UTC))

    assert "data-ago" not in html
    assert html.endswith(">Feb. 1, 2020</time>")


def test_a_silent_icon_is_decoration_and_a_named_one_speaks():
    assert 'aria-hidden="true"' in chat.icon("lock")
    assert 'role="img" aria-label="a &lt;b&gt;"' in chat.icon("lock", "a <b>")


@pytest.mark.parametrize(
    ("filename", "icon"),
    [("A.PDF", "file-text"), ("b.xlsx", "file-spreadsheet"), ("c", "file"), ("..", "file")],
)
def test_a_file_has_the_icon_of_its_kind(filename, icon):
    assert chat.file_icon(filename) == icon


def test_every_icon_that_is_named_is_in_the_sprite(settings):
    sprite = (settings.BASE_DIR / "static/icons.svg").read_text()
    pages = (page.read_text() for page in (settings.BASE_DIR / "templates").rglob("*.html"))
    named = {name for page in pages for name in re.findall(r'{% icon "([\w-]+)"', page)}

    for name in named | {*chat._FILE_ICONS, *chat._TOOL_ICONS, "file", "wrench"}:
        assert f'<symbol id="{name}"' in sprite, name


def test_arguments_the_operator_fixed_are_marked():
    body = SimpleNamespace(
        tool_input={
            "url": "https://a.example",
            "headers": {"Authorization": "•", "Accept": "json"},
        },
        locked=("headers.Authorization",),
    )

    assert chat.arguments(body) == [
        {"name": "url", "text": "https://a.example", "is_locked": False},
        {"name": "headers.Authorization", "text": "•", "is_locked": True},
        {"name": "headers.Accept", "text": "json", "is_locked": False},
    ]


def test_small_values_take_one_line_and_large_ones_several():
    assert chat.in_words([1, 2]) == "[1, 2]"
    assert chat.in_words({"text": "x" * 80}).startswith('{\n  "text"')


def test_a_long_text_shows_its_head_and_its_tail():
    box = chat.text_box("Output", "\n".join(f"line {n}" for n in range(3_000)))

    assert box["head"].startswith("line 0\n")
    assert box["tail"].endswith("line 2999")
    assert box["left_out"] == "21 KB"


def test_passages_that_were_found_are_sources():
    output = {"search_results": [{"text": "T", "score": 0.812, "document_id": "d"}, "nonsense"]}

    assert chat.search_results(output) == [
        {"title": "d", "place": "", "score": "0.81", "text": "T"},
    ]


@pytest.mark.parametrize("output", [{}, {"search_results": None}, {"search_results": "x"}])
def test_an_output_without_passages_has_no_sources(output):
    assert chat.search_results(output) == []


def test_a_file_that_a_tool_made_is_found_in_its_output():
    output = {"artifact": {"artifact_id": "art_1", "filename": "a.md", "size_bytes": "?"}}

    assert chat.made_file(output) == {
        "artifact_id": "art_1",
        "filename": "a.md",
        "size_bytes": None,
    }
    assert chat.made_file({"artifact_id": 1, "filename": "a.md"}) is None
