"""Frames made hostile. A stream is bytes to write and, at its end, an `End` that says how."""

from collections.abc import Callable, Iterator
from enum import Enum
from itertools import islice

from tests.fake_openai.dialects import Dialect

Stream = Iterator["bytes | End"]
LONG = 10 * 1024 * 1024


class End(Enum):
    """How the connection goes on after the last frame."""

    DONE = "done"  # the body ends as HTTP wants it
    CUT = "cut"  # the socket closes in the middle of the body
    RESET = "reset"
    STALL = "stall"  # it stays open, and nothing comes any more


def stream(dialect: Dialect) -> Stream:
    reply = dialect.reply
    if reply.raw:
        return iter((reply.raw.encode("latin-1"), End.DONE))
    return FAULTS[reply.fault](dialect)


def plain(dialect: Dialect) -> Stream:
    yield from dialect.frames()
    yield End.DONE


def ending(end: End) -> Callable[[Dialect], Stream]:
    def stop(dialect: Dialect) -> Stream:
        yield from islice(dialect.frames(), dialect.reply.after)
        yield end

    return stop


def cut(dialect: Dialect) -> Stream:
    """Ends cleanly, and yet at any byte."""
    yield b"".join(dialect.frames())[: dialect.reply.at]
    yield End.DONE


def endless(dialect: Dialect) -> Stream:
    yield from islice(dialect.frames(), 1)
    while True:
        yield dialect.text(" again")


def changed(change: Callable[[bytes], bytes]) -> Callable[[Dialect], Stream]:
    def rewrite(dialect: Dialect) -> Stream:
        yield from map(change, dialect.frames())
        yield End.DONE

    return rewrite


def bom(dialect: Dialect) -> Stream:
    yield b"\xef\xbb\xbf"
    yield from plain(dialect)


def split(dialect: Dialect) -> Stream:
    """One byte at a time, so that characters break too."""
    for frame in dialect.frames():
        for n in range(len(frame)):
            yield frame[n : n + 1]
    yield End.DONE


def amid(*inserts: bytes) -> Callable[[Dialect], Stream]:
    """Put something strange before every frame."""

    def insert(dialect: Dialect) -> Stream:
        for frame in dialect.frames():
            yield from inserts
            yield frame
        yield End.DONE

    return insert


def garbage(dialect: Dialect) -> Stream:
    """Nothing but noise, then a proper end of the body."""
    yield bytes(range(256)) * 40
    yield b"\n\n<html>Bad gateway</html>\n\ndata: {\n\n"
    yield End.DONE


def long_line(dialect: Dialect) -> Stream:
    yield from islice(dialect.frames(), 3)
    yield b'data: {"choices": "' + b"x" * LONG + b'"}\n\n'
    yield from plain(dialect)


def wrong_types(dialect: Dialect) -> Stream:
    first, *rest = dialect.frames()
    yield first
    yield from dialect.oddities()
    yield from rest
    yield End.DONE


def empty_choices(dialect: Dialect) -> Stream:
    return amid(dialect.empty())(dialect)


def two_finishes(dialect: Dialect) -> Stream:
    for frame in dialect.frames():
        yield frame
        if frame == dialect.finish():
            yield frame
    yield End.DONE


def text_after_finish(dialect: Dialect) -> Stream:
    for frame in dialect.frames():
        yield frame
        if frame == dialect.finish():
            yield dialect.text(" and more")
    yield End.DONE


def error(dialect: Dialect) -> Stream:
    yield from islice(dialect.frames(), dialect.reply.after)
    yield dialect.error()
    yield End.DONE


FAULTS: dict[str, Callable[[Dialect], Stream]] = {
    "": plain,
    "silence": ending(End.STALL),
    "stall": ending(End.STALL),
    "reset": ending(End.RESET),
    "close": ending(End.DONE),
    "cut": cut,
    "endless": endless,
    "bom": bom,
    "crlf": changed(lambda frame: frame.replace(b"\n", b"\r\n")),
    "no_space": changed(lambda frame: frame.replace(b"data: ", b"data:")),
    "split": split,
    "garbage": garbage,
    "bad_json": amid(b'data: {"choices": [\n\n', b"data: nonsense\n\n", b"data:\n\n"),
    "long_line": long_line,
    "unknown_events": amid(b": ping\n\n", b"event: gossip\nid: 7\nretry: 10\n\n", b"what: ever\n"),
    "wrong_types": wrong_types,
    "empty_choices": empty_choices,
    "two_finishes": two_finishes,
    "text_after_finish": text_after_finish,
    "error": error,
}
