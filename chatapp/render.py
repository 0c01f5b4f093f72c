"""An event as HTML. Page, older page, socket, polling and staff view use this one function."""

from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache
from threading import Lock
from typing import Any

from django.template.loader import get_template
from django.utils.safestring import SafeString, mark_safe

from chatapp.events.bodies import Thinking
from chatapp.events.frames import EventFrame

CardKey = tuple[str, bool, str]


class _Cards:
    """The cards used last, by all threads, up to so many characters."""

    ROOM = 4_000_000

    def __init__(self) -> None:
        self._cards: OrderedDict[CardKey, str] = OrderedDict()
        self._size = 0
        self._lock = Lock()

    def get(self, key: CardKey) -> str | None:
        with self._lock:
            if key in self._cards:
                self._cards.move_to_end(key)
            return self._cards.get(key)

    def keep(self, key: CardKey, html: str) -> None:
        with self._lock:
            self._size += len(html) - len(self._cards.pop(key, ""))
            self._cards[key] = html
            while self._size > self.ROOM:
                self._size -= len(self._cards.popitem(last=False)[1])


_cards = _Cards()


class EventCard:
    """What an event's template gets as `event`."""

    def __init__(self, frame: EventFrame) -> None:
        self.id, self.seq, self.body = frame.id, frame.seq, frame.body
        self.turn_id, self.hidden_reason = frame.turn_id, frame.hidden_reason
        self.session_key = frame.session_key
        self.created_at = datetime.fromisoformat(frame.created_at)


def render_event(frame: EventFrame, *, staff: bool = False) -> str:
    """The event's card. Events never change, so a card is made once and kept for a while."""
    key = (frame.id, staff, frame.hidden_reason)
    html = _cards.get(key)
    if html is None:
        html = _render(frame, staff)
        _cards.keep(key, html)
    return html


def render_events(
    frames: Iterable[EventFrame], *, staff: bool = False, hide_thinking: bool = False
) -> SafeString:
    """The cards of events in a row. Only staff see what was hidden."""
    shown = (frame for frame in frames if staff or is_shown(frame, hide_thinking))
    return mark_safe("\n".join(render_event(frame, staff=staff) for frame in shown))


def is_shown(frame: EventFrame, hide_thinking: bool) -> bool:
    """Whether the session's owner sees this event."""
    return not frame.hidden_reason and not (hide_thinking and isinstance(frame.body, Thinking))


def _render(frame: EventFrame, staff: bool) -> str:
    context: dict[str, Any] = {
        "event": EventCard(frame),
        "session": {"key": frame.session_key},
        "staff": staff,
    }
    html: str = _template(frame.body.type).render(context)
    if frame.hidden_reason:
        html = _template("hidden").render({**context, "html": mark_safe(html.strip())})
    return html.strip()


@lru_cache(maxsize=64)
def _template(kind: str) -> Any:
    return get_template(f"events/{kind}.html")
