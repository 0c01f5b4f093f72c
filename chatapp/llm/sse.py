"""Cuts a stream of server-sent events into payloads. Knows no HTTP and no JSON."""


class LineTooLongError(ValueError):
    pass


class Payloads:
    """Takes bytes as they come and gives back the text of each complete `data` line.

    Each line is a payload by itself: no model server spreads one over several, and some forget
    the blank line between two. Comments, other fields and `[DONE]`'s meaning are not ours.
    """

    def __init__(self, max_line_bytes: int) -> None:
        self.max_line_bytes = max_line_bytes
        self._rest = bytearray()
        self._is_start = True

    def feed(self, data: bytes) -> list[bytes]:
        if b"\n" not in data and b"\r" not in data:
            self._keep(data)
            return []
        if self._rest:
            data = bytes(self._rest) + data
            self._rest.clear()
        lines = data.splitlines()
        if data[-1] not in b"\r\n":
            self._keep(lines.pop())
        if self._is_start:
            self._is_start = False
            lines[0] = lines[0].removeprefix(b"\xef\xbb\xbf")
        return [payload for line in lines if line[:5] == b"data:" and (payload := self._text(line))]

    def _text(self, line: bytes) -> bytes:
        if len(line) > self.max_line_bytes:
            raise LineTooLongError
        return line[5:].strip()

    def _keep(self, data: bytes) -> None:
        self._rest += data
        if len(self._rest) > self.max_line_bytes:
            raise LineTooLongError
