"""Tables, constraints, querysets and who may see what. No writes beyond one row."""

from chatapp.models.agents import Agent, AgentVersion
from chatapp.models.api_keys import ApiKey
from chatapp.models.artifacts import Artifact
from chatapp.models.audit import AuditEntry
from chatapp.models.events import Event
from chatapp.models.instructions import Instruction, InstructionVersion
from chatapp.models.llms import Llm
from chatapp.models.sessions import Session
from chatapp.models.turns import ModelCall, Turn
from chatapp.models.users import SignInLink, User

__all__ = [
    "Agent",
    "AgentVersion",
    "ApiKey",
    "Artifact",
    "AuditEntry",
    "Event",
    "Instruction",
    "InstructionVersion",
    "Llm",
    "ModelCall",
    "Session",
    "SignInLink",
    "Turn",
    "User",
]
