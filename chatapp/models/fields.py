"""Column types of ours."""

from typing import Any

import orjson
from django.conf import settings
from django.db import models

from chatapp.lib.sealing import Sealer


class SealedTextField(models.TextField):  # type: ignore[type-arg]  # the class takes none
    """Text that lies sealed in the database: a dump of it shows no secret."""

    def get_prep_value(self, value: Any) -> Any:
        return _sealer().seal(value or "")

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> str:
        return _sealer().open(value or "")


def _sealer() -> Sealer:
    return Sealer(settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)


class SealedJSONField(SealedTextField):
    """A JSON object that lies sealed: settings of which some are secrets."""

    def get_prep_value(self, value: Any) -> Any:
        return super().get_prep_value(orjson.dumps(value).decode() if value else "")

    def to_python(self, value: Any) -> Any:
        return value

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        text = super().from_db_value(value, expression, connection)
        return orjson.loads(text) if text else {}
