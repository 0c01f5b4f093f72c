import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.lib.blocks import (
    HOLD_SECONDS,
    Append,
    BlockStream,
    Render,
    render_blocks,
    wrap_blocks,
)
from chatapp.lib.markdown import MAX_CHARS, render

FRAGMENTS = [
    *("foo\n", "bar baz", "\n", "\n\n", "\n\n\n", "é 漢字", "\r\n", "  ", "\t", "  \n", "\\\n"),
    *("# H\n", "---\n", "===\n", "***\n", "> q\n", ">", "   indented\n", "    code\n"),
    *("- a\n", "- b\n", "  - c\n", "+ p\n", "1. x\n", "2. y\n", "2) z\n", "1", "2.", "- [ ] t\n"),
    *("```py\n", "x = 1\n", "```\n", "~~~\n", "   ```\n", "- ```\n", "  y\n"),
    *("| a | b |\n", "|---|---|\n", "| 1 | 2 |\n", "a|b\n", "-|-\n", ":--|--:\n", "text | more\n"),
    *("**b**", "**", "*", "_", "`c`", "`", "[l](http://x.y)", "[l]", "http://a.b/c ", "~~s~~"),
    *("$x$", "$$\n", "$$", "$5 ", "\\[", "\\]\n", "\\(a\\)", "<b>", "&amp;"),
]
ANSWER = """\
Two **orders** were refunded twice.

1. First
2. Second
   - nested `code`

   still second

| a | b |
|---|--:|
| 1 | [2](https://a.example) |

```python
def f():

    return "**no**"
```

> A quote
that goes on

Setext
------

    indented

    code

$$
x^2
$$
The *end*."""


def stream(text, *, step=3, seconds=0.05, seed=0):
    """All changes, and the stream, of a text fed in pieces of at most `step` characters."""
    blocks, changes, position, now = BlockStream(), [], 0, 0.0
    sizes = random.Random(seed)
    while position < len(text):
        size = sizes.randint(1, step)
        changes += blocks.feed(text[position : position + size], now=now)
        position, now = position + size, now + seconds
    return [*changes, *blocks.close()], blocks


def final(changes):
    return {change.index: change for change in changes if isinstance(change, Render)}


@settings(max_examples=300, deadline=None)
@given(
    text=st.one_of(st.just(ANSWER), st.lists(st.sampled_from(FRAGMENTS), max_size=25).map("".join)),
    step=st.sampled_from([1, 2, 3, 5, 20]),
    seconds=st.sampled_from([0, 0.01, 0.05, 0.5]),
    seed=st.integers(0, 99),
)
def test_however_a_text_comes_its_blocks_are_those_of_the_whole(text, step, seconds, seed):
    changes, blocks = stream(text, step=step, seconds=seconds, seed=seed)

    last = final(changes)
    assert [last[index].html for index in range(len(last))] == render_blocks(text)
    assert all(change.closed for change in last.values())
    assert blocks.closed == render_blocks(text)


@settings(max_examples=100, deadline=None)
@given(step=st.integers(1, 20), seconds=st.floats(0, 0.3))
def test_every_change_continues_what_was_sent_before(step, seconds):
    changes, _ = stream(ANSWER, step=step, seconds=seconds)

    length, index = 0, 0
    for change in changes:
        if isinstance(change, Append):
            assert (change.index, change.offset) == (index, length)
            length += change.length
        else:
            assert change.index in {index, index + 1}
            index, length = change.index, change.length


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=15).map("".join))
def test_blocks_together_are_the_whole_text_rendered(text):
    # A fence that is never closed gets the line end its last line lacks.
    text = text.replace("\r", "").replace("`", "").replace("~", "")

    assert "".join(render_blocks(text)) == render(text)


def test_plain_words_are_appended_as_they_come():
    blocks = BlockStream()
    blocks.feed("It is", now=0)

    assert blocks.feed(" <noon", now=0.01) == [Append(0, 5, 6, " &lt;noon")]
    assert blocks.feed(".", now=0.02) == [Append(0, 11, 1, ".")]


def test_a_bold_phrase_comes_when_it_is_complete():
    blocks = BlockStream()
    blocks.feed("It is ", now=0)

    assert blocks.feed("**al", now=0.01) == [Append(0, 5, 1, " ")]
    assert blocks.feed("most** n", now=0.02) == [
        Append(0, 6, 12, "<strong>almost</strong> n"),
    ]


def test_a_mark_that_is_never_closed_is_shown_after_a_while():
    blocks = BlockStream()
    blocks.feed("It is", now=0)
    blocks.feed(" **almost", now=0.1)

    assert blocks.feed("", now=0.2 + HOLD_SECONDS) == [
        Render(0, "<p>It is **almost</p>\n", False, 14)
    ]


def test_code_is_appended_raw_and_coloured_at_its_end():
    blocks = BlockStream()
    opened = blocks.feed("```python\nreturn", now=0)
    ended = blocks.feed(" 1\n```\n", now=0.01)

    assert opened[-1] == Append(0, 10, 6, "return")
    assert isinstance(ended[0], Render)
    assert ended[0].closed
    assert '<span class="tk">return</span>' in ended[0].html


def test_the_closing_fence_is_never_shown():
    changes, _ = stream("```\nx\n```\nafter", step=1)

    assert not [c for c in changes if isinstance(c, Append) and "`" in c.html]


def test_the_head_of_a_table_waits_for_its_second_line():
    blocks = BlockStream()

    assert blocks.feed("| a | b |\n", now=0) == []
    assert "<table>" in blocks.feed("|---|---|\n", now=0.1)[0].html


def test_who_comes_later_gets_what_was_sent_so_far():
    blocks = BlockStream()
    blocks.feed("One.\n\nTwo **and", now=0)

    assert blocks.snapshot() == [
        Render(0, "<p>One.</p>\n", True, 0),
        Render(1, "<p>Two</p>\n", False, 3),
    ]


def test_past_the_limit_the_rest_is_one_plain_block():
    text = "word " * (MAX_CHARS // 5) + "**rest**" * 100
    changes, blocks = stream(text, step=5_000, seconds=1)

    assert blocks.closed == render_blocks(text)
    assert blocks.closed[-1].startswith('<pre class="plain" dir="auto">**rest**')
    assert isinstance(changes[-1], Render)


def test_a_long_block_is_drawn_anew_less_often():
    short, _ = stream("- one item of a list\n" * 20, seconds=0.01)
    long, _ = stream("- one item of a list\n" * 400, seconds=0.01)

    assert len([c for c in long if isinstance(c, Render)]) < 20 * len(short)


@pytest.mark.parametrize("text", ["", "\n\n", "   "])
def test_nothing_has_no_blocks(text):
    assert render_blocks(text) == []
    assert stream(text)[0] == []


def test_blocks_are_numbered_in_the_page():
    assert wrap_blocks(["<p>a</p>", "<p>b</p>"]) == (
        '<div class="block" data-block="0" dir="auto"><p>a</p></div>'
        '<div class="block" data-block="1" dir="auto"><p>b</p></div>'
    )
