"""Chats of the REST API: keep a question and its answer, and what follows them."""

from typing import Any

from django.db import transaction

from chatapp.errors import NotFound
from chatapp.models import Chat, ChatTurn, User
from chatapp.models.chats import new_chat_key, new_chat_turn_key
from chatapp.search.words import terms

REMEMBERED = 10
FEW_TERMS = 3


def new_keys() -> tuple[str, str]:
    """Of a chat and of a turn, to be told before the answer is there to be stored."""
    return new_chat_key(), new_chat_turn_key()


@transaction.atomic
def store_turn(
    *,
    owner: User,
    chat_key: str,
    turn_key: str,
    query: str,
    answer: str,
    request: dict[str, Any],
) -> ChatTurn:
    """Add a turn to the owner's chat of this key, which begins with its first turn."""
    chat, _ = Chat.objects.get_or_create(key=chat_key, defaults={"owner": owner})
    if chat.owner_id != owner.pk:
        raise NotFound("Chat not found.", missing_id=chat_key)
    return ChatTurn.objects.create(
        key=turn_key, chat=chat, query=query, answer=answer, request=request
    )


@transaction.atomic
def set_turn_enabled(*, chat: Chat, key: str, enabled: bool) -> ChatTurn:
    turn = turn_of(chat, key)
    turn.enabled = enabled
    turn.save(update_fields=["enabled"])
    return turn


@transaction.atomic
def delete_turn(*, chat: Chat, key: str) -> None:
    turn_of(chat, key).delete()


@transaction.atomic
def delete_chat(*, chat: Chat) -> None:
    chat.delete()


def turn_of(chat: Chat, key: str) -> ChatTurn:
    turn = chat.turns.filter(key=key).first()
    if turn is None:
        raise NotFound("Turn not found.", missing_id=key)
    return turn


def earlier_turns(chat: Chat) -> list[tuple[str, str]]:
    """The latest questions and answers that count, in order."""
    turns = chat.turns.filter(enabled=True).order_by("-pk")[:REMEMBERED]
    return [(turn.query, turn.answer) for turn in reversed(turns)]


def search_query(query: str, earlier: list[tuple[str, str]]) -> str:
    """What to search for: a question with hardly a word of its own goes on from the last one."""
    if earlier and len(terms(query)) < FEW_TERMS:
        return f"{earlier[-1][0]} {query}"
    return query
