"""Tables, constraints, querysets and who may see what. No writes beyond one row."""

from chatapp.models.agents import Agent, AgentVersion
from chatapp.models.api_keys import ApiKey
from chatapp.models.app_clients import AppClient
from chatapp.models.artifacts import Artifact
from chatapp.models.audit import AuditEntry
from chatapp.models.chats import Chat, ChatTurn
from chatapp.models.corpora import Corpus, FilterAttribute
from chatapp.models.documents import Document, Part
from chatapp.models.events import Event
from chatapp.models.feedback import Feedback
from chatapp.models.idempotency import IdempotencyRecord
from chatapp.models.instructions import Instruction, InstructionVersion
from chatapp.models.jobs import Job
from chatapp.models.llms import Llm
from chatapp.models.presets import GenerationPreset
from chatapp.models.queries import QueryRecord
from chatapp.models.schedules import Schedule, ScheduleExecution
from chatapp.models.sessions import Session
from chatapp.models.tools import Tool, ToolServer
from chatapp.models.turns import ModelCall, Turn
from chatapp.models.users import SignInLink, User

__all__ = [
    "Agent",
    "AgentVersion",
    "ApiKey",
    "AppClient",
    "Artifact",
    "AuditEntry",
    "Chat",
    "ChatTurn",
    "Corpus",
    "Document",
    "Event",
    "Feedback",
    "FilterAttribute",
    "GenerationPreset",
    "IdempotencyRecord",
    "Instruction",
    "InstructionVersion",
    "Job",
    "Llm",
    "ModelCall",
    "Part",
    "QueryRecord",
    "Schedule",
    "ScheduleExecution",
    "Session",
    "SignInLink",
    "Tool",
    "ToolServer",
    "Turn",
    "User",
]
