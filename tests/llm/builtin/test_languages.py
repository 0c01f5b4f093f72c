import pytest

from chatapp.llm.builtin.languages import language_for


@pytest.mark.parametrize(
    ("instructions", "language"),
    [
        ("Answer in Spanish.", "es"),
        ("Always reply in German, politely.", "de"),
        ("Réponds en français.", "fr"),
        ("Antworte auf Deutsch.", "de"),
        ("Responde siempre en español.", "es"),
        ("Language: fr", "fr"),
        ("The language is de.", "de"),
        ("Answer in the language 'deu'.", "de"),
        ("You know French law. Answer briefly.", "en"),
        ("Answer in a friendly way.", "en"),
        ("", "en"),
    ],
)
def test_the_instructions_name_the_language(instructions, language):
    assert language_for(instructions, []) == language


@pytest.mark.parametrize(
    ("message", "language"),
    [
        ("Was steht in der Datei?", "de"),
        ("Quelle est la date de la livraison ?", "fr"),
        ("¿Cuánto es el total de la factura?", "es"),
        ("What is in it?", "en"),
        ("Hola", "es"),
        ("17*25", "en"),
    ],
)
def test_without_instructions_the_message_does(message, language):
    assert language_for("Be helpful.", [message]) == language


def test_a_message_that_says_nothing_leaves_it_to_the_ones_before():
    assert language_for("", ["EMEA?", "Was ist das für eine Datei?"]) == "de"
