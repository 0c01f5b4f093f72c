"""Take, change and take back a thumb."""

from collections.abc import Sequence

from django.db import transaction

from chatapp.errors import InvalidInput, NotFound
from chatapp.models import Event, Feedback, Session, User

REASONS = {
    "wrong": "Not right",
    "incomplete": "Something is missing",
    "off_topic": "Not what I asked",
    "tone": "Tone or language",
    "slow": "Too slow",
}


@transaction.atomic
def give_feedback(
    *,
    session: Session,
    event_key: str,
    user: User,
    value: str,
    reasons: Sequence[str] = (),
    comment: str = "",
) -> Feedback:
    """Store the thumb; a second time changes it. Unknown reasons are left out."""
    if value not in Feedback.Value.values:
        raise InvalidInput("The value is up or down.", {"value": "up or down."})
    event = Event.objects.filter(session=session, key=event_key).first()
    if event is None:
        raise NotFound("Event not found.", missing_id=event_key)
    feedback, _ = Feedback.objects.update_or_create(
        event=event,
        user=user,
        defaults={
            "value": value,
            "reasons": [reason for reason in reasons if reason in REASONS],
            "comment": comment[:2000],
        },
    )
    return feedback


@transaction.atomic
def take_back_feedback(*, session: Session, event_key: str, user: User) -> None:
    Feedback.objects.filter(event__session=session, event__key=event_key, user=user).delete()


def thumbs_of(session: Session, user: User) -> dict[str, str]:
    """Event key → the thumb this user gave."""
    rows = Feedback.objects.filter(event__session=session, user=user)
    return dict(rows.values_list("event__key", "value"))
