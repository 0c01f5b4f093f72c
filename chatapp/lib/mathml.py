"""TeX in Markdown to native MathML: `$…$`, `$$…$$`, `\\(…\\)` and `\\[…\\]`.

A block of mathematics works as a fence does: once opened it lasts until its mark, a blank line or
the end. So what comes later never changes the blocks before it, which streaming rests on.
"""

import re
from html import escape

from latex2mathml.converter import convert
from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_inline import StateInline

MAX_TEX = 4_000

_CLOSER = {"$$": "$$", r"\[": r"\]"}
_PARENTHESES = re.compile(r"\\\((.+?)\\\)", re.DOTALL)


def math_plugin(md: MarkdownIt) -> None:
    """Brackets beside dollars, and our own rule for blocks. Comes after `dollarmath`."""
    md.disable("math_block")
    md.block.ruler.before(
        "fence", "math_display", _display, {"alt": ["paragraph", "blockquote", "list"]}
    )
    md.inline.ruler.before("escape", "math_parentheses", _parentheses)


def to_html(tex: str, *, display: bool) -> str:
    """MathML, with the TeX beside it for readers and for copying; or the TeX, if it fails."""
    tex, shape = tex.strip(), "math math--display" if display else "math"
    source = escape(tex)
    try:
        mathml = convert(tex, display="block" if display else "inline") if _is_sane(tex) else ""
    except Exception:  # noqa: BLE001 (the converter names no errors: it raises whatever it trips on)
        mathml = ""
    if not mathml:
        return f'<code class="{shape}">{source}</code>'
    mathml = mathml.replace("<math ", f'<math alttext="{source}" ', 1)
    return f'<span class="{shape}" title="{source}">{mathml}</span>'


def _is_sane(tex: str) -> bool:
    return 0 < len(tex) <= MAX_TEX and tex.count("{") <= 300


def _parentheses(state: StateInline, silent: bool) -> bool:
    match = _PARENTHESES.match(state.src, state.pos)
    if not match:
        return False
    if not silent:
        state.push("math_inline", "math", 0).content = match[1]
    state.pos = match.end()
    return True


def _display(state: StateBlock, start: int, end: int, silent: bool) -> bool:
    line = _line(state, start)
    closer = _CLOSER.get(line[:2])
    if closer is None or state.is_code_block(start) or _goes_on(line, closer):
        return False
    if silent:
        return True
    rest, after = line[2:].rstrip(), start + 1
    lines = [rest]
    while not lines[-1].endswith(closer) and after < end and _line(state, after).strip():
        lines.append(_line(state, after).rstrip())
        after += 1
    token = state.push("math_block", "math", 0)
    token.content = "\n".join(lines).removesuffix(closer)
    token.map, token.block = [start, after], True
    state.line = after
    return True


def _goes_on(line: str, closer: str) -> bool:
    """Whether text follows the closing mark: then it is a sentence that begins with a formula."""
    mark = line.find(closer, 2)
    return mark >= 0 and bool(line[mark + 2 :].strip())


def _line(state: StateBlock, number: int) -> str:
    return state.src[state.bMarks[number] + state.tShift[number] : state.eMarks[number]]
