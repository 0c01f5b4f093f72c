"""Lists of what there is to choose from, and of background jobs."""

from datetime import datetime
from typing import Literal

from ninja import Query

from chatapp.api.auth import ApiRequest
from chatapp.api.pagination import (
    FilterQuery,
    ListMetadata,
    PageQuery,
    matcher,
    page_of,
    page_of_places,
)
from chatapp.api.roles import Area
from chatapp.api.routing import ApiRouter
from chatapp.api.schemas.catalogs import (
    JobList,
    JobOut,
    PipelineList,
    RerankerList,
    RerankerOut,
)
from chatapp.errors import NotFound
from chatapp.models import Corpus, Job

router = ApiRouter(Area.MODELS, "Catalogs")

RERANKERS = {
    "relevance": "Reads question and passage together, and puts the better match first.",
    "mmr": "Puts passages forward that say something new (maximal marginal relevance).",
}
JobState = Literal["queued", "started", "completed", "failed", "failed_will_retry", "aborted"]


class JobQuery(PageQuery):
    corpus_key: list[str] = []
    state: list[JobState] = []
    after: datetime | None = None


class PipelineQuery(FilterQuery):
    source_type: str | None = None
    status: str | None = None
    enabled: bool | None = None


@router.get("/rerankers", response=RerankerList, operation_id="listRerankers")
def list_rerankers(request: ApiRequest, query: Query[FilterQuery]) -> RerankerList:
    found = matcher(query.filter or "")
    places = [
        (number, name)
        for number, (name, text) in enumerate(RERANKERS.items(), start=1)
        if found(name) or found(text)
    ]
    page = page_of_places(places, query, scope="rerankers")
    items = [
        RerankerOut(id=f"rnk_{number}", name=name, description=RERANKERS[name])
        for number, name in page.items
    ]
    return RerankerList(rerankers=items, metadata=page.metadata)


@router.get("/jobs", response=JobList, operation_id="listJobs")
def list_jobs(request: ApiRequest, query: Query[JobQuery]) -> JobList:
    rows = Job.objects.all()
    if query.state:
        rows = rows.filter(state__in=query.state)
    if query.after:
        rows = rows.filter(created_at__gt=query.after)
    visible = _visible_corpora(request)
    wanted = set(query.corpus_key)

    def matches(job: Job) -> bool:
        keys = set(job.corpus_keys)
        return _may_see(keys, visible) and (not wanted or bool(keys & wanted))

    page = page_of(rows, query, scope=f"jobs.{request.auth.user.pk}", matches=matches)
    return JobList(jobs=[JobOut.of(job) for job in page.items], metadata=page.metadata)


@router.get("/jobs/{job_id}", response=JobOut, operation_id="getJob")
def get_job(request: ApiRequest, job_id: str) -> JobOut:
    job = Job.objects.filter(key=job_id).first()
    if job is None or not _may_see(set(job.corpus_keys), _visible_corpora(request)):
        raise NotFound("Job not found.", missing_id=job_id)
    return JobOut.of(job)


def _visible_corpora(request: ApiRequest) -> set[str] | None:
    """None is all of them: administrators see every job."""
    user = request.auth.user
    if user.is_admin:
        return None
    return set(Corpus.objects.visible_to(user).values_list("key", flat=True))


def _may_see(keys: set[str], visible: set[str] | None) -> bool:
    return visible is None or (bool(keys) and keys <= visible)


@router.get("/pipelines", response=PipelineList, operation_id="listPipelines")
def list_pipelines(request: ApiRequest, query: Query[PipelineQuery]) -> PipelineList:
    return PipelineList(pipelines=[], metadata=ListMetadata())
