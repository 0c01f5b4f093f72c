"""/v2/chats: questions with answers, one after the other."""

from django.db.models import Prefetch
from django.http import HttpResponse, StreamingHttpResponse
from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.pagination import PageQuery, page_of
from chatapp.api.query_runs import ChatPlace, QueryRun
from chatapp.api.roles import Area, Level
from chatapp.api.routing import ApiRouter, level
from chatapp.api.schemas.queries import (
    ChatIn,
    ChatList,
    ChatOut,
    ChatTurnList,
    ChatTurnOut,
    ChatTurnPatch,
)
from chatapp.api.threads import threads
from chatapp.models import Chat, ChatTurn
from chatapp.services import chats
from chatapp.services.query_requests import GenerationParameters

router = ApiRouter(Area.CORPORA, "Chats", "/chats")
Response = HttpResponse | StreamingHttpResponse


@router.get("", response=ChatList, operation_id="chats_list")
def list_chats(request: ApiRequest, query: Query[PageQuery]) -> ChatList:
    turns = Prefetch("turns", ChatTurn.objects.order_by("pk"))
    rows = Chat.objects.visible_to(request.auth.user).prefetch_related(turns)
    page = page_of(rows, query, scope=f"chats.{request.auth.user.pk}")
    return ChatList(chats=[_out(chat) for chat in page.items], metadata=page.metadata)


@router.post("", response={201: ChatOut}, operation_id="chats_create")
@level(Level.READ)
async def create_chat(request: ApiRequest, body: ChatIn) -> Response:
    chat_key, turn_key = chats.new_keys()
    place = ChatPlace(chat_key, turn_key, store=body.chat.get("store") is not False)
    return await QueryRun(request, _with_answer(body), place).respond()


@router.get("/{chat_id}", response=ChatOut, operation_id="chats_get")
def get_chat(request: ApiRequest, chat_id: str) -> ChatOut:
    return _out(Chat.objects.access(request.auth.user, chat_id))


@router.delete("/{chat_id}", response={204: None}, operation_id="chats_delete")
@level(Level.READ)
def delete_chat(request: ApiRequest, chat_id: str) -> None:
    chats.delete_chat(chat=Chat.objects.access(request.auth.user, chat_id))


@router.get("/{chat_id}/turns", response=ChatTurnList, operation_id="chats_list_turns")
def list_turns(request: ApiRequest, chat_id: str) -> ChatTurnList:
    chat = Chat.objects.access(request.auth.user, chat_id)
    turns = chat.turns.select_related("chat")
    return ChatTurnList(turns=[ChatTurnOut.of(turn) for turn in turns])


@router.post("/{chat_id}/turns", response={201: ChatOut}, operation_id="chats_create_turns")
@level(Level.READ)
async def create_turn(request: ApiRequest, chat_id: str, body: ChatIn) -> Response:
    earlier = await threads.run(_earlier, request, chat_id)
    place = ChatPlace(chat_id, chats.new_keys()[1], earlier)
    return await QueryRun(request, _with_answer(body), place).respond()


@router.get("/{chat_id}/turns/{turn_id}", response=ChatTurnOut, operation_id="chats_get_turn")
def get_turn(request: ApiRequest, chat_id: str, turn_id: str) -> ChatTurnOut:
    chat = Chat.objects.access(request.auth.user, chat_id)
    return ChatTurnOut.of(chats.turn_of(chat, turn_id))


@router.patch("/{chat_id}/turns/{turn_id}", response=ChatTurnOut, operation_id="chats_update_turn")
@level(Level.READ)
def update_turn(
    request: ApiRequest, chat_id: str, turn_id: str, body: ChatTurnPatch
) -> ChatTurnOut:
    chat = Chat.objects.access(request.auth.user, chat_id)
    if body.enabled is None:
        return ChatTurnOut.of(chats.turn_of(chat, turn_id))
    return ChatTurnOut.of(chats.set_turn_enabled(chat=chat, key=turn_id, enabled=body.enabled))


@router.delete("/{chat_id}/turns/{turn_id}", response={204: None}, operation_id="chats_delete_turn")
@level(Level.READ)
def delete_turn(request: ApiRequest, chat_id: str, turn_id: str) -> None:
    chats.delete_turn(chat=Chat.objects.access(request.auth.user, chat_id), key=turn_id)


def _with_answer(body: ChatIn) -> ChatIn:
    """A chat is always answered, also when nothing is said about how."""
    if body.generation and body.generation.enabled:
        return body
    return body.model_copy(update={"generation": GenerationParameters()})


def _earlier(request: ApiRequest, chat_id: str) -> list[tuple[str, str]]:
    return chats.earlier_turns(Chat.objects.access(request.auth.user, chat_id))


def _out(chat: Chat) -> ChatOut:
    turns = list(chat.turns.all())
    return ChatOut.of(chat, turns[0] if turns else None)
