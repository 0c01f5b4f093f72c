"""Answers from what a search found: the prompt, the citations, the limits."""

import json

import pytest

from chatapp.errors import Unprocessable
from chatapp.llm.base import Finish, Provider, TextDelta
from chatapp.services.knowledge_search import SearchResult
from chatapp.services.query_requests import Citations, GenerationParameters, parsed
from chatapp.tools.answering import cite, make_prompt, stream_answer


def result(text, **metadata):
    return SearchResult(
        text=text,
        part_text=text,
        score=1.0,
        part_metadata={},
        document_metadata=metadata,
        document_id=metadata.get("title", "doc"),
        document_title=metadata.get("title", "doc"),
        corpus_key="c",
        part_id=1,
    )


RESULTS = [result("Bees make honey.", title="Bees", url="https://a.example/?a=1&b=2")]


class Spoken(Provider, name="spoken-in-tests"):
    """Says the pieces it was made of."""

    async def stream(self, request):
        self.options["request"] = request
        for piece in self.options["pieces"]:
            yield TextDelta(piece)
        yield Finish("stop")


async def said(pieces, results=RESULTS, **generation):
    asked = parsed(GenerationParameters, generation)
    provider = Spoken(options={"pieces": pieces})
    prompt = make_prompt("What do bees make?", results, asked)
    return "".join([text async for text in stream_answer(prompt, provider, "m", asked)])


def test_passages_are_numbered_and_the_question_comes_last():
    prompt = make_prompt("What?", RESULTS * 2, GenerationParameters())

    messages = json.loads(prompt.rendered)
    assert "[1] Bees\nBees make honey." in messages[-1]["content"]
    assert "[2] Bees" in messages[-1]["content"]
    assert messages[-1]["content"].endswith("Question: What?")


def test_only_so_many_results_are_used():
    prompt = make_prompt("What?", RESULTS * 9, GenerationParameters(max_used_search_results=2))

    assert len(prompt.passages) == 2


def test_earlier_turns_come_before_the_question():
    prompt = make_prompt("And now?", RESULTS, GenerationParameters(), [("First?", "Yes.")])

    roles = [message["role"] for message in json.loads(prompt.rendered)]
    assert roles == ["system", "user", "assistant", "user"]


def test_a_template_makes_the_messages():
    template = json.dumps(
        [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "#foreach($r in $vectaraQueryResults)$r.text#end ?"},
        ]
    )

    prompt = make_prompt("What?", RESULTS, GenerationParameters(prompt_template=template))

    assert (prompt.instructions, prompt.message) == ("Be brief.", "Bees make honey. ?")


def test_a_broken_template_is_refused():
    with pytest.raises(Unprocessable, match="template"):
        make_prompt("What?", RESULTS, GenerationParameters(prompt_template="#if("))


async def test_a_citation_cut_in_two_is_made_whole():
    citations = {"style": "markdown", "url_pattern": "{doc.url}", "text_pattern": "{doc.title}"}

    text = await said(["Honey [", "1", "]. Wax [2", "]."], citations=citations)

    assert text == "Honey [Bees](https://a.example/?a=1&b=2). Wax ."


async def test_citations_may_be_left_out():
    assert await said(["Honey [1]."], citations={"style": "none"}) == "Honey ."


async def test_an_answer_is_no_longer_than_asked_for():
    assert await said(["Honey", " and wax"], max_response_characters=7) == "Honey a"


async def test_an_open_bracket_at_the_end_is_kept():
    assert await said(["Honey [1"]) == "Honey [1"


def test_html_is_escaped():
    citations = Citations(style="html", url_pattern="{doc.url}", text_pattern="<{doc.title}>")

    assert cite(1, citations, RESULTS) == (
        '<a href="https://a.example/?a=1&amp;b=2">&lt;Bees&gt;</a>'
    )


def test_a_number_without_a_passage_is_left_out():
    assert cite(7, Citations(), RESULTS) == ""
    assert cite(0, Citations(), RESULTS) == ""
