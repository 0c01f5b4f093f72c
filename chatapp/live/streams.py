"""One stream a session and process: frames in, messages out to every socket that watches.

Each card and block is made once for each audience, and turned into JSON once. The frames are
a rumour: a seq that is missing is read from the database, a delta that does not continue the
text sends for the text so far.
"""

import asyncio
import random
import time
from collections.abc import Sequence
from typing import Protocol

import structlog
from django.conf import settings
from django.db import DatabaseError

from chatapp.bus import Watch, bus, session_topic
from chatapp.events.frames import (
    DeltaFrame,
    ErasedFrame,
    EventFrame,
    Frame,
    NoticeFrame,
    TurnFrame,
)
from chatapp.live import reading
from chatapp.live.answers import Gap, LiveAnswer
from chatapp.live.messages import (
    Message,
    dumps,
    event_message,
    notice_message,
    state_message,
    turn_message,
)

log = structlog.get_logger(__name__)
StoredFrame = EventFrame | ErasedFrame
SETTLE_SECONDS = 0.2
# Frames cannot be lost inside one process; between processes they can.
CHECK_SECONDS = 5.0 if settings.REDIS_URL or settings.TURN_RUNNER == "worker" else 30.0


class Watcher(Protocol):
    """A socket. `put` and `end` must not wait."""

    staff: bool
    hide_thinking: bool

    def put(self, text: str) -> None: ...

    def end(self) -> None:
        """The session is gone: nothing more will come."""


class SessionStream:
    """Shared by the watchers of one session in this process."""

    def __init__(self, session_id: int, session_key: str) -> None:
        self.session_id, self.session_key = session_id, session_key
        self.last_seq = 0
        self._watchers: set[Watcher] = set()
        self._joining = 0
        self._notices = 0
        # Nobody joins in the middle of news: they would miss it, or be told twice.
        self._order = asyncio.Lock()
        self._answer: LiveAnswer | None = None
        self._turn: TurnFrame | None = None
        self._watch: Watch | None = None
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        self._watch = await bus.watch(session_topic(self.session_id))
        self._task = asyncio.create_task(self._pump(self._watch), name=f"stream {self.session_key}")

    async def stop(self) -> None:
        if self._task:
            self._task.cancel()
        if self._watch:
            await bus.unwatch(self._watch)

    async def join(self, watcher: Watcher, after: int) -> None:
        """Send what was missed since `after`, then the text so far, then go along."""
        self._joining += 1
        try:
            while True:
                noticed = self._notices
                news = await reading.database.run(
                    reading.news, self.session_id, self.session_key, after
                )
                self._send_to(watcher, [self._event(frame, watcher) for frame in news.frames])
                after = news.seq
                if not news.more and await self._admit(watcher, news, noticed):
                    return
        finally:
            self._joining -= 1

    async def _admit(self, watcher: Watcher, news: reading.News, noticed: int) -> bool:
        """Let in a watcher who is where the stream is. False: there was more in the meantime."""
        async with self._order:
            if news.seq > self.last_seq and self._watchers:
                # The newcomer has read what the others have not been told yet.
                await self._catch_up()
            is_stale = news.seq < self.last_seq or noticed != self._notices
            if is_stale and not news.deleted:
                return False
            if news.seq > self.last_seq:
                self.last_seq, self._answer = news.seq, None
            if self._answer is None and news.turn.turn_id:
                await self._fetch_draft(news)
            turn = self._turn
            if turn is None or turn.turn_id != news.turn.turn_id:
                turn = self._turn = news.turn
            state = state_message(news.waiting, news.artifacts, deleted=news.deleted)
            so_far = self._fit_for(self._answer.snapshot() if self._answer else [], watcher)
            self._send_to(watcher, [state, turn_message(turn), *so_far])
            if news.deleted:
                watcher.end()
            else:
                self._watchers.add(watcher)
        return True

    def leave(self, watcher: Watcher) -> None:
        self._watchers.discard(watcher)

    @property
    def is_watched(self) -> bool:
        return bool(self._watchers) or self._joining > 0

    async def _pump(self, watch: Watch) -> None:
        while True:
            timeout = SETTLE_SECONDS if self._answer else CHECK_SECONDS * random.uniform(0.8, 1.2)
            came = await watch.wait(timeout)
            try:
                async with self._order:
                    await self._go_on(watch, came)
            except DatabaseError:
                log.warning("stream.database_away", exc_info=True)
                await asyncio.sleep(1)

    async def _go_on(self, watch: Watch, came: bool) -> None:
        if watch.overflowed:
            watch.overflowed = False
            self._answer = None
            await self._catch_up()
        elif came:
            await self._take(watch.take())
        elif self._answer:
            self._broadcast(self._answer.settle(time.monotonic()))
            if CHECK_SECONDS < 10 and random.random() < SETTLE_SECONDS / CHECK_SECONDS:
                await self._catch_up()
        else:
            await self._catch_up()

    async def _take(self, frames: Sequence[Frame]) -> None:
        """All that came since the last time, as one message."""
        messages: list[Message | StoredFrame] = []
        for frame in frames:
            match frame:
                case EventFrame():
                    messages += await self._take_event(frame)
                case DeltaFrame():
                    messages += await self._take_delta(frame)
                case TurnFrame():
                    messages += self._take_turn(frame)
                case NoticeFrame():
                    self._notices += 1
                    messages.append(notice_message(frame))
        self._broadcast(messages)
        if any(isinstance(frame, NoticeFrame) and frame.what == "deleted" for frame in frames):
            self._end()

    async def _take_event(self, frame: EventFrame) -> list[Message | StoredFrame]:
        if frame.seq <= self.last_seq:
            return []
        missed: list[StoredFrame] = []
        if frame.seq > self.last_seq + 1:
            news = await self._news()
            missed = [event for event in news.frames if event.seq < frame.seq]
        self.last_seq = frame.seq
        if self._answer and frame.turn_id == self._answer.turn_id:
            self._answer = None
        return [*missed, frame]

    async def _take_delta(self, frame: DeltaFrame) -> list[Message]:
        if frame.after < self.last_seq and not self._answer:
            return []
        now = time.monotonic()
        begun: list[Message] = []
        if self._answer is None or not self._answer.is_of(frame):
            self._answer = LiveAnswer(frame)
            begun = self._answer.snapshot()[:1]
        try:
            return [*begun, *self._answer.take(frame.offset, frame.text, now)]
        except Gap:
            draft = await bus.draft(self.session_id)
            if draft is None or not self._answer.is_of(draft):
                return begun
            self._answer.take(0, draft.text, now)
            return self._answer.snapshot()

    def _take_turn(self, frame: TurnFrame) -> list[Message]:
        self._turn = frame
        if frame.state == "idle" or (self._answer and frame.attempt != self._answer.attempt):
            self._answer = None
        return [turn_message(frame)]

    async def _catch_up(self) -> None:
        """Frames were lost, or may have been: read."""
        if not self._watchers:
            return
        news = await self._news()
        if news.frames:
            self.last_seq = news.seq
            self._answer = None
        if news.frames or (self._turn and news.turn.turn_id != self._turn.turn_id):
            self._turn = news.turn
            self._broadcast([*news.frames, turn_message(news.turn)])
        if news.deleted:
            self._end()

    async def _fetch_draft(self, news: reading.News) -> None:
        """The text so far: from the runner's process, or else what the turn's row has of it."""
        draft = await bus.draft(self.session_id) or news.draft
        if draft and draft.text and self._answer is None and draft.turn_id == news.turn.turn_id:
            answer = LiveAnswer(draft)
            answer.take(0, draft.text, time.monotonic())
            self._answer = answer
            self._broadcast(answer.snapshot())

    async def _news(self) -> reading.News:
        return await reading.database.run(
            reading.news, self.session_id, self.session_key, self.last_seq
        )

    def _broadcast(self, messages: Sequence[Message | StoredFrame]) -> None:
        if not messages:
            return
        made: dict[tuple[bool, bool], str] = {}
        for watcher in list(self._watchers):
            audience = (watcher.staff, watcher.hide_thinking)
            if audience not in made:
                ready = [
                    self._event(message, watcher) if isinstance(message, StoredFrame) else message
                    for message in messages
                ]
                made[audience] = dumps(self._fit_for(ready, watcher))
            watcher.put(made[audience])

    def _end(self) -> None:
        for watcher in list(self._watchers):
            watcher.end()
        self._watchers.clear()

    def _send_to(self, watcher: Watcher, messages: list[Message]) -> None:
        if messages:
            watcher.put(dumps(messages))

    def _event(self, frame: StoredFrame, watcher: Watcher) -> Message:
        return event_message(frame, staff=watcher.staff, hide_thinking=watcher.hide_thinking)

    def _fit_for(self, messages: list[Message], watcher: Watcher) -> list[Message]:
        if watcher.staff or not watcher.hide_thinking:
            return messages
        return [m for m in messages if m["t"] != "th" and m.get("kind") != "thinking"]


class Streams:
    """The streams of this process, opened by their first watcher and closed after the last."""

    LINGER_SECONDS = 5.0

    def __init__(self) -> None:
        self._streams: dict[int, tuple[asyncio.AbstractEventLoop, SessionStream]] = {}

    async def open(self, session_id: int, session_key: str) -> SessionStream:
        loop = asyncio.get_running_loop()
        known = self._streams.get(session_id)
        if known and known[0] is loop:
            return known[1]
        stream = SessionStream(session_id, session_key)
        self._streams[session_id] = (loop, stream)
        await stream.start()
        return stream

    async def close_if_idle(self, stream: SessionStream) -> None:
        """A reload comes back within seconds: what is known until then stays."""
        await asyncio.sleep(self.LINGER_SECONDS)
        known = self._streams.get(stream.session_id)
        if not stream.is_watched and known and known[1] is stream:
            del self._streams[stream.session_id]
            await stream.stop()


streams = Streams()
