"""Artifacts of sessions: what they are, and with `data` also their bytes."""

from base64 import b64encode
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from chatapp.api.pagination import ListMetadata
from chatapp.models import Artifact
from chatapp.services.artifacts import read_artifact


class ArtifactOut(BaseModel):
    artifact_id: str
    filename: str
    mime_type: str
    size_bytes: int
    checksum_sha256: str
    metadata: dict[str, Any]
    description: str | None = None
    ttl_days: int | None = None
    created_at: datetime
    updated_at: datetime
    data: str | None = None

    @classmethod
    def of(cls, artifact: Artifact, *, with_data: bool = False) -> "ArtifactOut":
        data = b64encode(read_artifact(artifact)).decode() if with_data else None
        return cls(
            artifact_id=artifact.key,
            filename=artifact.filename,
            mime_type=artifact.mime_type,
            size_bytes=artifact.size_bytes,
            checksum_sha256=artifact.checksum_sha256,
            metadata=artifact.metadata,
            description=artifact.description or None,
            ttl_days=artifact.ttl_days,
            created_at=artifact.created_at,
            updated_at=artifact.updated_at,
            data=data,
        )


class ArtifactList(BaseModel):
    artifacts: list[ArtifactOut]
    metadata: ListMetadata
