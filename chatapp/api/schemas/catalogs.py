"""Rerankers, jobs and pipelines."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel

from chatapp.api.pagination import ListMetadata
from chatapp.models import Job


class RerankerOut(BaseModel):
    id: str
    name: str
    description: str
    enabled: bool = True


class RerankerList(BaseModel):
    rerankers: list[RerankerOut]
    metadata: ListMetadata


class JobOut(BaseModel):
    id: str
    type: str
    state: str
    progress: int
    corpus_keys: list[str]
    error: str | None = None
    created_at: datetime
    started_at: datetime | None = None
    completed_at: datetime | None = None

    @classmethod
    def of(cls, job: Job) -> "JobOut":
        return cls(
            id=job.key,
            type=job.type,
            state=job.state,
            progress=job.progress,
            corpus_keys=job.corpus_keys,
            error=job.error or None,
            created_at=job.created_at,
            started_at=job.started_at,
            completed_at=job.completed_at,
        )


class JobList(BaseModel):
    jobs: list[JobOut]
    metadata: ListMetadata


class PipelineList(BaseModel):
    """Pipelines are not offered here: the list is always empty."""

    pipelines: list[dict[str, Any]]
    metadata: ListMetadata
