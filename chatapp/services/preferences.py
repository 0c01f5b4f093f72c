"""What a person has chosen about the look and the keys. Kept on the user's row."""

from typing import Any

from django.db import transaction

from chatapp.errors import InvalidInput
from chatapp.models import User

CHOICES: dict[str, tuple[str, ...]] = {
    "theme": ("", "light", "dark"),
    "text_size": ("small", "medium", "large"),
    "enter": ("send", "newline"),
    "single_keys": ("on", "off"),
}
DEFAULTS = {"theme": "", "text_size": "medium", "enter": "send", "single_keys": "on"}


@transaction.atomic
def set_preferences(*, user: User, **chosen: str) -> None:
    """Change some preferences and leave the others. Raises InvalidInput for what is no choice."""
    for name, value in chosen.items():
        if value not in CHOICES.get(name, ()):
            raise InvalidInput(f"There is no such choice for {name}.", {name: "No such choice."})
    locked = User.objects.select_for_update().get(pk=user.pk)
    locked.preferences = {**locked.preferences, **chosen}
    locked.save(update_fields=["preferences"])
    user.preferences = locked.preferences


def preferences_of(user: User) -> dict[str, Any]:
    return {**DEFAULTS, **user.preferences}
