"""The date and the time of day, from the instructions or from the clock tool."""

import re
from datetime import datetime
from zoneinfo import available_timezones

from chatapp.llm.builtin.arguments import properties_of
from chatapp.llm.builtin.moves import Act, Move, PlannedCall, Say
from chatapp.llm.builtin.phrases import month, weekday
from chatapp.llm.builtin.situation import Situation
from chatapp.llm.builtin.wishes import DATE, TIME
from chatapp.search.words import folded

_ISO = re.compile(
    r"\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})?)?"
)


def clock(situation: Situation) -> Move | None:
    wants_time = bool(TIME.search(situation.folded))
    if not wants_time and not DATE.search(situation.folded):
        return None
    for call in situation.called("current_time"):
        if call.failed:
            return situation.say("tool_failed", tool=call.tool, error=call.error)
        if now := _moment(" ".join(str(value) for value in (call.output or {}).values())):
            return _told(situation, now, with_time=wants_time)
    given = _moment(situation.request.instructions)
    if given and not (wants_time and given.time() == datetime.min.time()) and not _zone(situation):
        return _told(situation, given, with_time=wants_time)
    return _ask_tool(situation) or situation.say("no_clock")


def _ask_tool(situation: Situation) -> Act | None:
    tool = situation.tool("current_time")
    if tool is None:
        return None
    zone = _zone(situation)
    fields = properties_of(tool.input_schema)
    name = next((one for one in ("time_zone", "timezone", "tz") if one in fields), "")
    arguments = {name: zone} if zone and name else {}
    return situation.act("using_tool", [PlannedCall(tool.name, arguments)], tool=tool.name)


def _zone(situation: Situation) -> str:
    """The time zone of a place the message names: `in Tokyo` is Asia/Tokyo."""
    text = folded(situation.message).replace(" ", "_")
    zones = (zone for zone in sorted(available_timezones()) if "/" in zone)
    return next(
        (
            zone
            for zone in zones
            if re.search(rf"(?<![a-z]){re.escape(zone.rpartition('/')[2].lower())}(?![a-z])", text)
        ),
        "",
    )


def _moment(text: str) -> datetime | None:
    for found in _ISO.finditer(text[:20_000]):
        try:
            return datetime.fromisoformat(found[0])
        except ValueError:
            continue
    return None


def _told(situation: Situation, moment: datetime, *, with_time: bool) -> Say:
    date = situation.phrase(
        "date",
        weekday=weekday(situation.language, moment.weekday()),
        day=moment.day,
        month=month(situation.language, moment.month),
        year=moment.year,
    )
    if not with_time:
        return situation.say("today", date=date)
    zone = f" ({moment.tzname()})" if moment.tzinfo else ""
    return situation.say("now", date=date, time=f"{moment:%H:%M}{zone}")
