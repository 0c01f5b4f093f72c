"""Corpora: make them, change them, say what filters may ask, empty and remove them."""

import re
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from django.contrib.auth.models import Group
from django.db import IntegrityError, transaction
from django.db.models import Count, Sum
from pydantic import Field, FiniteFloat

from chatapp.errors import Conflict, InvalidInput
from chatapp.models import Corpus, Document, FilterAttribute, User
from chatapp.services import audit
from chatapp.services.documents import corpus_changed
from chatapp.services.embedding import default_encoder, embedder_of
from chatapp.services.indexes.forgetting import forget_deleted
from chatapp.services.query_requests import DimensionName, Shape

MAX_ATTRIBUTES = 100
_KEY = re.compile(r"[a-zA-Z0-9_=-]{1,50}")


class AttributeRequest(Shape):
    name: Annotated[str, Field(pattern=r"^[A-Za-z_][A-Za-z0-9_]{0,99}$")]
    level: FilterAttribute.Level
    type: FilterAttribute.Type
    indexed: bool = True
    description: str = ""
    protected: bool = False


class Attributes(Shape):
    filter_attributes: list[AttributeRequest] = Field(max_length=MAX_ATTRIBUTES)


class DimensionRequest(Shape):
    name: DimensionName
    description: str = ""
    indexing_default: FiniteFloat = 0
    querying_default: FiniteFloat = 0


class CorpusRequest(Shape):
    key: str
    name: str = Field("", max_length=200)
    description: str = ""
    save_history: bool = False
    queries_are_answers: bool = False
    documents_are_questions: bool = False
    encoder_name: str = ""
    filter_attributes: list[AttributeRequest] = Field([], max_length=MAX_ATTRIBUTES)
    custom_dimensions: list[DimensionRequest] = Field([], max_length=20)


@transaction.atomic
def create_corpus(*, owner: User | None, request: CorpusRequest) -> Corpus:
    """Raises InvalidInput for a bad key, and Conflict when it is taken."""
    if not _KEY.fullmatch(request.key):
        raise InvalidInput(
            "A corpus key has up to 50 letters, digits, “_”, “=” or “-”.", {"key": "Not valid."}
        )
    encoder_name = request.encoder_name or default_encoder()
    embedder_of(encoder_name)
    try:
        with transaction.atomic():
            corpus = Corpus.objects.create(
                key=request.key,
                owner=owner,
                name=request.name or request.key,
                description=request.description,
                save_history=request.save_history,
                queries_are_answers=request.queries_are_answers,
                documents_are_questions=request.documents_are_questions,
                encoder_name=encoder_name,
                custom_dimensions=[item.model_dump() for item in request.custom_dimensions],
            )
    except IntegrityError as exc:
        raise Conflict(f"There is a corpus with the key {request.key!r} already.") from exc
    replace_filter_attributes(corpus=corpus, attributes=request.filter_attributes)
    return corpus


@transaction.atomic
def update_corpus(*, corpus: Corpus, changes: Mapping[str, Any]) -> Corpus:
    """Set `enabled`, `name`, `description` and `save_history`; null leaves a field as it is."""
    fields = ("enabled", "name", "description", "save_history")
    for name in fields:
        if changes.get(name) is not None:
            setattr(corpus, name, changes[name])
    corpus.save(update_fields=[*fields, "updated_at"])
    return corpus


@transaction.atomic
def replace_filter_attributes(*, corpus: Corpus, attributes: Sequence[AttributeRequest]) -> None:
    """What filters may name from now on. A filter that names another is an error again.

    An attribute that stays, stays protected, even if the caller does not know of that.
    """
    names = {(attribute.level, attribute.name) for attribute in attributes}
    if len(names) < len(attributes):
        raise InvalidInput("A filter attribute is given twice.", {"filter_attributes": "Twice."})
    protected = set(corpus.filter_attributes.filter(protected=True).values_list("level", "name"))
    corpus.filter_attributes.all().delete()
    FilterAttribute.objects.bulk_create(
        FilterAttribute(
            corpus=corpus,
            **{
                **attribute.model_dump(),
                "protected": attribute.protected or (attribute.level, attribute.name) in protected,
            },
        )
        for attribute in attributes
    )
    corpus_changed(corpus)


@transaction.atomic
def share_corpus(*, corpus: Corpus, groups: Sequence[Group], actor: User) -> None:
    """Let the members of these groups, and no others, search it."""
    corpus.groups.set(groups)
    audit.record(
        actor=actor,
        action="share",
        object_type="corpus",
        object_key=corpus.key,
        detail={"groups": [group.name for group in groups]},
    )


@transaction.atomic
def reset_corpus(*, corpus: Corpus) -> None:
    """Take all documents out."""
    corpus.documents.all().delete()
    forget_deleted()
    Corpus.objects.filter(pk=corpus.pk).update(part_count=0)
    corpus_changed(corpus)


@transaction.atomic
def delete_corpus(*, corpus: Corpus) -> None:
    corpus.delete()
    forget_deleted()


def sizes_of(corpora: Sequence[Corpus]) -> dict[int, dict[str, int]]:
    """Sizes by primary key, as counted when the documents were stored."""
    names = ("used_docs", "used_parts", "used_characters", "used_metadata_characters")
    sizes = {corpus.pk: dict.fromkeys(names, 0) for corpus in corpora}
    rows = (
        Document.objects.filter(corpus__in=corpora)
        .order_by()
        .values("corpus_id")
        .annotate(
            used_docs=Count("pk"),
            used_parts=Sum("part_count"),
            used_characters=Sum("character_count"),
            used_metadata_characters=Sum("metadata_character_count"),
        )
    )
    for corpus_id, *counts in rows.values_list("corpus_id", *names):
        sizes[corpus_id] = dict(zip(names, counts, strict=True))
    return sizes
