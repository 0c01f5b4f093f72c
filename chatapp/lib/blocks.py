"""Markdown block by block, so that a growing text is not rendered again and again.

A block is a paragraph, a list, a table: whatever stands at the top level. Where a block begins is
decided by whole lines, and later lines never move it; so a block with another one behind it is
finished. `BlockStream` renders a finished block once, and lets the open one grow at its end.

It knows no clock: the caller says what time it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from html import escape

from chatapp.lib.inline_pieces import showable
from chatapp.lib.markdown import MAX_CHARS, plain, render, render_inline
from chatapp.lib.outline import (
    Ending,
    decided_prefix,
    ending,
    fence_end,
    may_be_fence_end,
    outline,
    source_of,
    spans,
    split,
)

HOLD_SECONDS = 0.4  # an unclosed mark is waited for, no longer than this
REDRAW_SECONDS = 0.125  # the open block is rendered anew at most this often …
REDRAW_CHARS_PER_SECOND = 4_000  # … and long ones (of HTML) less often: this bounds the cost


@dataclass(frozen=True, slots=True)
class Append:
    """Put `html` at the end of block `index`; it covers the source from `offset` on.

    A receiver whose block does not end at `offset` has missed something and waits for a `Render`.
    """

    index: int
    offset: int
    length: int
    html: str


@dataclass(frozen=True, slots=True)
class Render:
    """Block `index` now looks like this; `length` characters of its source are in it."""

    index: int
    html: str
    closed: bool
    length: int


BlockChange = Append | Render


def render_blocks(text: str) -> list[str]:
    """The HTML of each block of a whole text."""
    text = text.replace("\r", "")
    blocks = [render_block(source) for source in split(text[:MAX_CHARS])]
    return [*blocks, plain(text[MAX_CHARS:])] if len(text) > MAX_CHARS else blocks


def wrap_blocks(blocks: list[str]) -> str:
    """The blocks as they stand in a page, each with its number."""
    return "".join(
        f'<div class="block" data-block="{index}" dir="auto">{html}</div>'
        for index, html in enumerate(blocks)
    )


@lru_cache(maxsize=1024)
def render_block(source: str) -> str:
    """Cached: a streamed answer is shown again at once, as a stored event, to every watcher."""
    return render(source)


class BlockStream:
    """One text while it is being written: text in, changes to its blocks out."""

    def __init__(self) -> None:
        self.closed: list[str] = []
        self._tail = ""  # the source from the beginning of the open block
        self._shown = 0  # how much of it has been sent
        self._ending = Ending.NOTHING
        self._taken = 0
        self._overflow = False
        self._redraw_at = 0.0
        self._moved_at: float | None = None  # when something was last shown, or nothing waited

    def feed(self, text: str, *, now: float) -> list[BlockChange]:
        """Take the next piece. An empty one lets what was held too long come out."""
        # A carriage return may be half of a line end, so none is kept: lines end in "\n".
        text = text.replace("\r", "")
        room = max(MAX_CHARS - self._taken, 0)
        self._taken += len(text)
        self._tail += text if self._overflow else text[:room]
        changes = list(self._advance(now))
        if changes or not self._tail[self._shown :].strip():
            self._moved_at = now
        if len(text) > room and not self._overflow:
            changes += self.close()
            self._overflow, self._tail = True, text[room:]
            changes += self._advance(now)
        return changes

    def close(self) -> list[BlockChange]:
        """The text is complete: finish what is open."""
        changes: list[BlockChange] = []
        if self._overflow:
            changes.append(self._closed(plain(self._tail), len(self._tail)))
        else:
            changes += [self._finish(source) for source in split(self._tail)]
        self._start("")
        return changes

    def snapshot(self) -> list[Render]:
        """All blocks as they have been sent so far, for one who begins to watch now."""
        shown = [Render(n, html, True, 0) for n, html in enumerate(self.closed)]
        return [*shown, self._open_block()] if self._shown else shown

    def _advance(self, now: float) -> Iterator[BlockChange]:
        pending = self._tail[self._shown :]
        if self._overflow:
            yield from self._append_overflow()
        elif not pending.strip() and self._ending is not Ending.CODE:
            return
        elif self._ending is Ending.CODE:
            yield from self._grow_code(now)
        elif "\n" in pending or self._ending is Ending.NOTHING:
            yield from self._restructure(now)
        elif self._ending is Ending.PROSE:
            yield from self._grow_prose(now)
        elif self._is_held_too_long(now):
            yield from self._redraw(len(self._tail), now)

    def _grow_prose(self, now: float) -> Iterator[BlockChange]:
        end, is_plain = showable(self._tail, self._shown)
        if end > self._shown:
            piece = self._tail[self._shown : end]
            yield self._append(piece, escape(piece) if is_plain else render_inline(piece))
        elif self._is_held_too_long(now):
            yield from self._redraw(len(self._tail), now)

    def _grow_code(self, now: float) -> Iterator[BlockChange]:
        closed_at = fence_end(self._tail, self._shown)
        if closed_at:
            yield self._finish(source_of(self._tail, 0, closed_at))
            self._start(self._tail[closed_at:])
            yield from self._advance(now)
            return
        line_start = self._tail.rfind("\n") + 1
        end = line_start if may_be_fence_end(self._tail, line_start) else len(self._tail)
        if end > self._shown:
            piece = self._tail[self._shown : end]
            yield self._append(piece, escape(piece))

    def _restructure(self, now: float) -> Iterator[BlockChange]:
        """Whole lines came: finish the blocks that have another behind them, show the last."""
        cut = self._decided_end(now)
        if not self._tail[self._shown : cut].strip():
            return
        if self._shown and now < self._redraw_at:
            return
        tokens = outline(self._tail[:cut])
        *finished, (start, _) = spans(self._tail[:cut], tokens)
        for first, last in finished:
            yield self._finish(source_of(self._tail, first, last))
        if start:
            self._start(self._tail[start:])
        self._ending = ending(tokens)
        yield from self._show_last(cut - start, now)

    def _decided_end(self, now: float) -> int:
        """How far the text can be cut into blocks with certainty."""
        line_start = self._tail.rfind("\n") + 1
        decided_at = decided_prefix(self._tail, line_start)
        if not decided_at:
            return line_start
        end, _ = showable(self._tail, line_start)
        if end >= decided_at:
            return end
        return len(self._tail) if self._is_held_too_long(now) else line_start

    def _show_last(self, cut: int, now: float) -> Iterator[BlockChange]:
        if self._ending is Ending.CODE:
            yield from self._redraw(self._tail.find("\n") + 1, now)
            yield from self._grow_code(now)
        elif not self._may_become_table(cut) or self._is_held_too_long(now):
            yield from self._redraw(cut, now)

    def _may_become_table(self, cut: int) -> bool:
        """Whether the last line looks like the head of a table whose second line is to come."""
        lines = self._tail[:cut].rstrip("\n").rsplit("\n", 1)
        return self._ending is Ending.PROSE and lines[-1].lstrip().startswith("|")

    def _is_held_too_long(self, now: float) -> bool:
        if self._moved_at is None:
            self._moved_at = now
        return now - self._moved_at >= HOLD_SECONDS and now >= self._redraw_at

    def _redraw(self, cut: int, now: float) -> Iterator[BlockChange]:
        self._shown = cut if self._ending is Ending.CODE else len(self._tail[:cut].rstrip())
        block = self._open_block()
        self._redraw_at = now + max(REDRAW_SECONDS, len(block.html) / REDRAW_CHARS_PER_SECOND)
        yield block

    def _open_block(self) -> Render:
        source = self._tail[: self._shown]
        html = plain(source) if self._overflow else render(source, unfinished=True)
        return Render(len(self.closed), html, False, self._shown)

    def _append_overflow(self) -> Iterator[BlockChange]:
        if not self._shown:
            self._shown = len(self._tail)
            yield self._open_block()
        elif self._shown < len(self._tail):
            piece = self._tail[self._shown :]
            yield self._append(piece, escape(piece))

    def _append(self, piece: str, html: str) -> Append:
        change = Append(len(self.closed), self._shown, len(piece), html)
        self._shown += len(piece)
        return change

    def _finish(self, source: str) -> Render:
        return self._closed(render_block(source), len(source))

    def _closed(self, html: str, length: int) -> Render:
        self.closed.append(html)
        return Render(len(self.closed) - 1, html, True, length)

    def _start(self, tail: str) -> None:
        """Begin a block."""
        self._tail, self._shown, self._ending = tail, 0, Ending.NOTHING
