"""Column types of ours."""

from typing import Any

from django.conf import settings
from django.db import models

from chatapp.lib.sealing import Sealer


class SealedTextField(models.TextField):
    """Text that lies sealed in the database: a dump of it shows no secret."""

    def get_prep_value(self, value: Any) -> Any:
        return _sealer().seal(value or "")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return _sealer().open(value or "")


def _sealer() -> Sealer:
    return Sealer(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
