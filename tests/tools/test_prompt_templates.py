"""Prompt templates: the variables and methods that the wire contract names."""

import json
from dataclasses import replace

import pytest

from chatapp.errors import Unprocessable
from chatapp.services.knowledge_search import SearchResult
from chatapp.tools.prompt_templates import render_prompt

RESULT = SearchResult(
    text='Bees say "hum".\nThey make honey.',
    part_text="",
    score=0.9,
    part_metadata={"page": 3},
    document_metadata={"title": "Bees"},
    document_id="bees",
    document_title="Bees",
    corpus_key="c",
    part_id=1,
)


def rendered(template, question="What do bees make?", language="auto", results=(RESULT,)):
    return render_prompt(template, question, results, language)


def test_results_are_read_by_their_methods():
    template = (
        "#foreach($qResult in $vectaraQueryResults)$vectaraIdxWord[$foreach.index]: "
        "$qResult.docMetadata().get('title'), page $qResult.partMetadata().get('page')#end"
    )

    assert rendered(template) == ("", "first: Bees, page 3")


@pytest.mark.parametrize(("metadata", "said"), [({"title": "Bees"}, "yes"), ({}, "no")])
def test_whether_there_is_metadata_can_be_asked(metadata, said):
    template = "#if($vectaraQueryResults[0].docMetadata().present())yes#{else}no#end"

    assert rendered(template, results=[replace(RESULT, document_metadata=metadata)])[1] == said


def test_texts_stand_in_json_as_they_are():
    template = (
        '[{"role": "system", "content": "$vectaraQueryResults.get(0).getText()"},'
        ' {"role": "user", "content": "${vectaraQuery}"}]'
    )

    assert rendered(template, 'Say "hi" \\') == (RESULT.text, 'Say "hi" \\')


@pytest.mark.parametrize(
    ("language", "question", "said"),
    [
        ("fra", "x", "fra French"),
        ("auto", "Was ist das für ein Tier und wo lebt es?", "deu German"),
        ("auto", "xyz", "eng English"),
    ],
)
def test_the_language_has_a_code_and_a_name(language, question, said):
    assert rendered("$vectaraLangCode $vectaraLangName", question, language)[1] == said


@pytest.mark.parametrize("template", ["[1, 2]", "[{}]", "[{", json.dumps([{"role": "user"}])])
def test_what_makes_no_messages_is_refused(template):
    with pytest.raises(Unprocessable, match="template"):
        rendered(template)
