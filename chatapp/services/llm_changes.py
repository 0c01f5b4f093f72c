"""Language models as administrators change them over the API.

A change is made in two steps, so that the model can be tried out before it is stored.
"""

from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError, models, transaction

from chatapp.errors import Conflict, NotAllowed, NotFound
from chatapp.models import Llm, User
from chatapp.services import audit
from chatapp.services.llms import BUILTIN
from chatapp.services.tool_servers import check_uri


def llm_named(key: str, rows: "models.QuerySet[Llm] | None" = None) -> Llm:
    llm = (Llm.objects.all() if rows is None else rows).filter(key=key).first()
    if llm is None:
        raise NotFound("Language model not found.", missing_id=key)
    return llm


def is_ours(llm: Llm) -> bool:
    """Built in, or defined by the settings of this installation: not to be changed over the API."""
    return llm.provider == BUILTIN or llm.is_default


def drafted_llm(**fields: Any) -> Llm:
    """A new one, not stored yet. Raises Conflict when the name is taken."""
    if fields.get("base_url"):
        check_uri(fields["base_url"])
    if Llm.objects.filter(name=fields["name"]).exists():
        raise _taken(fields["name"])
    return Llm(**fields)


def changed_llm(llm: Llm, changes: Mapping[str, Any]) -> Llm:
    """With other values, not stored yet; `options` and `capabilities` are laid over the old."""
    if is_ours(llm):
        raise NotAllowed("This model is set up by the installation itself.")
    if changes.get("base_url"):
        check_uri(changes["base_url"])
    for name, value in changes.items():
        if name in ("options", "capabilities"):
            value = {**getattr(llm, name), **value}
        setattr(llm, name, value)
    return llm


@transaction.atomic
def add_llm(*, llm: Llm, actor: User) -> Llm:
    """Raises Conflict when the name was taken meanwhile."""
    try:
        with transaction.atomic():
            llm.save()
    except IntegrityError as exc:
        raise _taken(llm.name) from exc
    _record(actor, llm, "create")
    return llm


@transaction.atomic
def change_llm(*, key: str, changes: Mapping[str, Any], actor: User) -> Llm:
    """Laid over the row as it is now: others may have changed it, or deleted it, meanwhile."""
    llm = changed_llm(llm_named(key, Llm.objects.select_for_update()), changes)
    llm.save(update_fields=[*changes, "updated_at"])
    _record(actor, llm, "update")
    return llm


@transaction.atomic
def delete_llm(*, llm: Llm, actor: User) -> None:
    """Agents that ask for it are served by the default model from now on."""
    if is_ours(llm):
        raise NotAllowed("This model is set up by the installation itself.")
    _record(actor, llm, "delete")
    llm.delete()


def _taken(name: str) -> Conflict:
    return Conflict(f"There is a model named {name!r} already.")


def _record(actor: User, llm: Llm, action: str) -> None:
    audit.record(actor=actor, action=f"llm.{action}", object_type="llm", object_key=llm.name)
