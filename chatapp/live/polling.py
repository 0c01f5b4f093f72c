"""The socket's twin for networks that block sockets: the same messages, by asking."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from chatapp.bus import bus
from chatapp.errors import ChatappError, NotAuthenticated
from chatapp.live import reading
from chatapp.live.answers import LiveAnswer
from chatapp.live.messages import Message, dumps, event_message, state_message, turn_message


async def events_after(request: HttpRequest, key: str) -> HttpResponse:
    """Events after `?after=`, the turn's state, and the text so far of a running answer."""
    after = request.GET.get("after", "0")
    cookie = request.COOKIES.get(settings.SESSION_COOKIE_NAME, "")
    staff = request.GET.get("staff") == "1"
    try:
        opening = await reading.database.run(reading.open_session, cookie, key, staff=staff)
    except ChatappError as exc:
        return HttpResponse(status=401 if isinstance(exc, NotAuthenticated) else 404)
    seq = int(after) if after.isdecimal() and len(after) < 18 else 0
    news = await reading.database.run(reading.news, opening.session_id, opening.session_key, seq)
    messages = [
        event_message(frame, staff=staff, hide_thinking=opening.hide_thinking)
        for frame in news.frames
    ]
    messages.append(state_message(news.waiting, news.artifacts, deleted=news.deleted))
    messages.append(turn_message(news.turn))
    if not news.more:
        messages += await _answer_so_far(opening, news)
    if news.more:
        messages.append({"t": "resync"})
    return HttpResponse(dumps(messages), content_type="application/json")


async def _answer_so_far(opening: reading.Opening, news: reading.News) -> list[Message]:
    draft = await bus.draft(opening.session_id) or news.draft
    if draft is None or draft.turn_id != news.turn.turn_id:
        return []
    if draft.kind == "thinking" and opening.hide_thinking and not opening.staff:
        return []
    answer = LiveAnswer(draft)
    answer.take(0, draft.text, 0.0)
    return answer.snapshot()
