"""At start: make tools and providers register themselves, and connect what runs turns."""

from django.apps import AppConfig
from django.conf import settings

from chatapp.lib.discovery import import_submodules


class DaphneConfig(AppConfig):
    """Daphne's `runserver`. Its own config imports its server, half a second at each start."""

    name = "daphne"


class ChatappConfig(AppConfig):
    name = "chatapp"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        import_submodules("chatapp.llm.providers")
        import_submodules("chatapp.tools.builtin")
        import_submodules("chatapp.admin")
        from chatapp import checks  # noqa: F401 - registers itself
        from chatapp.bus import bus
        from chatapp.services import revocation  # noqa: F401 - listens from now on
        from chatapp.turns.engine import engine_for

        bus.engine = engine_for(settings.TURN_RUNNER)
