"""Events: what happened in a session. Stored once; never changed, only hidden."""

from typing import Self

from django.db import models

from chatapp.events.bodies import EventBody, parse_body
from chatapp.events.frames import EventFrame
from chatapp.lib.keys import new_key
from chatapp.models.sessions import Session
from chatapp.models.turns import Turn


def new_event_key() -> str:
    return new_key("aev")


class EventQuerySet(models.QuerySet["Event"]):
    def visible(self) -> Self:
        return self.filter(hidden_reason="")


class Event(models.Model):
    """A thing that happened in a session; `seq` is dense, from 1, and the only order."""

    key = models.CharField(max_length=50, unique=True, default=new_event_key)
    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="events")
    seq = models.PositiveBigIntegerField()
    turn = models.ForeignKey(Turn, null=True, on_delete=models.SET_NULL, related_name="events")
    type = models.CharField(max_length=40)
    body = models.JSONField()
    hidden_reason = models.CharField(max_length=40, blank=True)
    hidden_by = models.CharField(max_length=150, blank=True)
    hidden_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()

    objects = EventQuerySet.as_manager()

    class Meta:
        ordering = ("session", "seq")
        constraints = [models.UniqueConstraint(fields=["session", "seq"], name="one_event_per_seq")]

    def __str__(self) -> str:
        return f"{self.key} ({self.type})"

    @property
    def value(self) -> EventBody:
        return parse_body(self.body)

    def frame(self, session_key: str) -> EventFrame:
        return EventFrame(
            id=self.key,
            seq=self.seq,
            session_key=session_key,
            turn_id=self.turn_id,
            created_at=self.created_at.isoformat().replace("+00:00", "Z"),
            body=self.value,
            hidden_reason=self.hidden_reason,
        )
