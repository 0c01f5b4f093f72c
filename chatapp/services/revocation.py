"""Whatever takes rights away rings the bell: open sockets and streams then look again.

Signals, because no door that changes a person, a role, a key or a login may forget it.
"""

from collections.abc import Collection
from typing import Any

from django.contrib.sessions.models import Session as LoginSession
from django.db.models.signals import m2m_changed, post_delete, post_save
from django.dispatch import receiver

from chatapp.bus import bus, user_topic
from chatapp.events.frames import RightsFrame
from chatapp.models import ApiKey, AppClient, User

# Columns of a person on which no right hangs.
_HARMLESS = {"last_login", "preferences", "description", "first_name", "last_name"}


@receiver(post_save, sender=User)
def _user_saved(
    instance: User, created: bool, update_fields: Collection[str] | None, **_: Any
) -> None:
    if not created and not (update_fields and set(update_fields) <= _HARMLESS):
        look_again(instance.pk)


@receiver(post_delete, sender=User)
def _user_deleted(instance: User, **_: Any) -> None:
    look_again(instance.pk)


@receiver(m2m_changed, sender=User.groups.through)
def _groups_changed(
    instance: Any, action: str, reverse: bool, pk_set: set[int] | None, **_: Any
) -> None:
    if action in ("post_add", "post_remove", "post_clear"):
        for user_id in (pk_set or ()) if reverse else (instance.pk,):
            look_again(user_id)


@receiver(post_save, sender=ApiKey)
@receiver(post_delete, sender=ApiKey)
@receiver(post_delete, sender=AppClient)
def _key_changed(instance: ApiKey | AppClient, **_: Any) -> None:
    look_again(instance.owner_id)


@receiver(post_delete, sender=LoginSession)
def _login_ended(instance: LoginSession, **_: Any) -> None:
    """Signed out, here or elsewhere; or the password changed."""
    user_id = instance.get_decoded().get("_auth_user_id", "")
    if str(user_id).isdecimal():
        look_again(int(user_id))


def look_again(user_id: int) -> None:
    bus.publish_on_commit(user_topic(user_id), RightsFrame(user_id))
