"""What one can ask of corpora: the shapes of the wire contract, §20, checked."""

from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    FiniteFloat,
    ValidationError,
    model_validator,
)

from chatapp.errors import InvalidInput
from chatapp.search.languages import code_of

MAX_QUERY = 5_000
MAX_FILTER = 8_000
MAX_RESULTS = 1_000

M = TypeVar("M", bound=BaseModel)


class Shape(BaseModel):
    # Unknown fields are ignored, and null stands for absent (CONTRACT §1).
    model_config = ConfigDict(extra="ignore", frozen=True)

    @model_validator(mode="before")
    @classmethod
    def _without_nulls(cls, value: Any) -> Any:
        if isinstance(value, dict):
            return {name: item for name, item in value.items() if item is not None}
        return value


DimensionName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,100}$")]
CustomDimensions = dict[DimensionName, FiniteFloat]


class NoReranker(Shape):
    type: Literal["none"] = "none"
    limit: int | None = Field(None, ge=1)


class MmrReranker(Shape):
    type: Literal["mmr"]
    diversity_bias: float = Field(0.3, ge=0, le=1)
    limit: int | None = Field(None, ge=1)
    cutoff: FiniteFloat | None = None


class RelevanceReranker(Shape):
    type: Literal["customer_reranker"]
    reranker_name: str | None = None
    reranker_id: str | None = None
    limit: int | None = Field(None, ge=1)
    cutoff: FiniteFloat | None = None
    include_context: bool = True


class FunctionReranker(Shape):
    type: Literal["userfn"]
    user_function: str = Field("", max_length=5_000)
    limit: int | None = Field(None, ge=1)
    cutoff: FiniteFloat | None = None


class ChainReranker(Shape):
    type: Literal["chain"]
    rerankers: list["Reranker"] = Field(max_length=50)


Reranker = Annotated[
    NoReranker | MmrReranker | RelevanceReranker | FunctionReranker | ChainReranker,
    Field(discriminator="type"),
]


class ContextConfiguration(Shape):
    sentences_before: int = Field(0, ge=0, le=100)
    sentences_after: int = Field(0, ge=0, le=100)
    characters_before: int = Field(0, ge=0, le=20_000)
    characters_after: int = Field(0, ge=0, le=20_000)
    start_tag: str = Field("", max_length=100)
    end_tag: str = Field("", max_length=100)


class CorpusSearch(Shape):
    """How one corpus is searched. `query` stands for the request's, if given."""

    metadata_filter: str = Field("", max_length=MAX_FILTER)
    lexical_interpolation: float | None = Field(None, ge=0, le=1)
    custom_dimensions: CustomDimensions = {}
    semantics: Literal["default", "query", "response"] = "default"
    query: str = Field("", max_length=MAX_QUERY)


class KeyedCorpusSearch(CorpusSearch):
    corpus_key: str


class Paging(Shape):
    offset: int = Field(0, ge=0, le=MAX_RESULTS)
    limit: int = Field(10, ge=1, le=MAX_RESULTS)
    context_configuration: ContextConfiguration = ContextConfiguration()
    reranker: Reranker = NoReranker()

    @property
    def end(self) -> int:
        return min(self.offset + self.limit, MAX_RESULTS)


class SearchParameters(Paging):
    corpora: list[KeyedCorpusSearch] = Field(min_length=1, max_length=20)


class OneCorpusParameters(CorpusSearch, Paging):
    """The search of `/corpora/{key}/query`: both in one."""

    def of(self, corpus_key: str) -> SearchParameters:
        return SearchParameters(
            corpora=[
                KeyedCorpusSearch(
                    corpus_key=corpus_key,
                    **{name: getattr(self, name) for name in CorpusSearch.model_fields},
                )
            ],
            **{name: getattr(self, name) for name in Paging.model_fields},
        )


def _language(given: str) -> str:
    code = code_of(given)
    if code is None:
        raise ValueError("should be “auto” or the code of a language, such as “eng”")
    return code


Language = Annotated[str, AfterValidator(_language)]


class ModelParameters(Shape):
    llm_name: str = ""
    max_tokens: int | None = Field(None, ge=1)
    temperature: FiniteFloat | None = None
    frequency_penalty: FiniteFloat | None = None
    presence_penalty: FiniteFloat | None = None

    def sent(self) -> dict[str, Any]:
        """What the model's server is told."""
        return self.model_dump(exclude_none=True, exclude={"llm_name"})


class Citations(Shape):
    style: Literal["none", "numeric", "html", "markdown"] = "numeric"
    url_pattern: str = ""
    text_pattern: str = ""


class GenerationParameters(Shape):
    enabled: bool = True
    generation_preset_name: str = ""
    max_used_search_results: int = Field(5, ge=0, le=100)
    prompt_template: str = ""
    max_response_characters: int = Field(0, ge=0)
    response_language: Language = "auto"
    model_parameters: ModelParameters = ModelParameters()
    citations: Citations = Citations()
    enable_factual_consistency_score: bool = True


class QueryOptions(Shape):
    query: str = Field(max_length=MAX_QUERY)
    generation: GenerationParameters | None = None
    stream_response: bool = False
    save_history: bool | None = None
    intelligent_query_rewriting: bool = False


class QueryRequest(QueryOptions):
    search: SearchParameters


class CorpusQueryRequest(QueryOptions):
    search: OneCorpusParameters = OneCorpusParameters()

    def of(self, corpus_key: str) -> QueryRequest:
        options = {name: getattr(self, name) for name in QueryOptions.model_fields}
        return QueryRequest(**options, search=self.search.of(corpus_key))


def parsed(shape: type[M], value: Any) -> M:
    """The value in its shape. Raises InvalidInput that names the fields."""
    try:
        return shape.model_validate(value)
    except ValidationError as exc:
        errors = {
            ".".join(map(str, error["loc"])) or "body": error["msg"] for error in exc.errors()[:20]
        }
        place, message = next(iter(errors.items()))
        raise InvalidInput(f"{place}: {message}", errors) from exc
