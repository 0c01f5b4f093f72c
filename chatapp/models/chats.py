"""Chats of the REST API: queries with answers, one after the other. Sessions are another thing."""

from typing import Any, Self

from django.conf import settings
from django.db import models

from chatapp.errors import NotFound
from chatapp.lib.keys import new_key
from chatapp.models.users import User


def new_chat_key() -> str:
    return new_key("cht")


def new_chat_turn_key() -> str:
    return new_key("trn")


class ChatQuerySet(models.QuerySet["Chat"]):
    def visible_to(self, user: User) -> Self:
        return self.filter(owner_id=user.pk) if user.is_active else self.none()

    def access(self, user: User, key: str) -> "Chat":
        chat = self.visible_to(user).filter(key=key).first()
        if chat is None:
            raise NotFound("Chat not found.", missing_id=key)
        return chat


class Chat(models.Model):
    key = models.CharField(max_length=50, unique=True, default=new_chat_key, editable=False)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="chats"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects = ChatQuerySet.as_manager()

    class Meta:
        ordering = ("-pk",)
        indexes = [models.Index(fields=["owner", "-id"], name="chats_of_an_owner")]

    def __str__(self) -> str:
        return self.key


class ChatTurn(models.Model):
    """One question and its answer. A disabled turn is not shown to the model any more."""

    key = models.CharField(max_length=50, unique=True, default=new_chat_turn_key, editable=False)
    chat = models.ForeignKey(Chat, on_delete=models.CASCADE, related_name="turns")
    query = models.TextField()
    answer = models.TextField(blank=True)
    request: "models.JSONField[dict[str, Any], dict[str, Any]]" = models.JSONField(default=dict)
    enabled = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.query[:60]
