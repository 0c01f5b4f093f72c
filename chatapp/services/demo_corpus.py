"""A small corpus about the product itself, with documents of two access levels."""

from pathlib import Path
from typing import Any

from django.db import transaction

from chatapp.models import Corpus, FilterAttribute, User
from chatapp.services.chunking import parts_of_markdown
from chatapp.services.corpora import AttributeRequest, CorpusRequest, create_corpus
from chatapp.services.document_requests import WholeText
from chatapp.services.documents import store_document

KEY = "chatapp-guide"
LEVELS = ("public", "staff")
FOLDER = Path(__file__).resolve().parent.parent / "demo"

# Everybody sees what is public; who has a level as their role sees that, too.
FILTER = "doc.access_level = 'public' OR doc.access_level = '${session.metadata.user_role}'"


@transaction.atomic
def create_demo_corpus(owner: User) -> Corpus:
    """Safe to repeat: a corpus that is there is left alone."""
    known = Corpus.objects.filter(key=KEY).first()
    if known:
        return known
    corpus = create_corpus(
        owner=owner,
        request=CorpusRequest(
            key=KEY,
            name="chatapp guide",
            description="How to use chatapp and, for staff, how to run it.",
            filter_attributes=[
                AttributeRequest(
                    name="access_level",
                    level=FilterAttribute.Level.DOCUMENT,
                    type=FilterAttribute.Type.TEXT,
                    description="public or staff",
                    protected=True,
                )
            ],
        ),
    )
    for level in LEVELS:
        for path in sorted((FOLDER / level).glob("*.md")):
            _add(corpus, path, level)
    return corpus


def demo_tools() -> dict[str, Any]:
    """Tool configurations of an agent that shows each session what its role may see."""
    search = {"corpora": [{"corpus_key": KEY}], "limit": 5}
    locked = {"metadata_filter": FILTER}
    return {
        "guide_search": {
            "type": "corpora_search",
            "query_configuration": {"search": search},
            "argument_override": locked,
        },
        "guide_document": {
            "type": "get_document_text",
            "argument_override": {"corpus_key": KEY, **locked},
        },
    }


def _add(corpus: Corpus, path: Path, level: str) -> None:
    markdown = path.read_text()
    title = markdown.splitlines()[0].removeprefix("# ")
    store_document(
        corpus=corpus,
        key=path.stem,
        metadata={"title": title, "access_level": level},
        drafts=parts_of_markdown(markdown, WholeText(), title),
    )
