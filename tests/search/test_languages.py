"""Telling the language of a text."""

import pytest

from chatapp.search.languages import language_of


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("The shop opens at nine, and it is closed on Sundays.", "eng"),
        ("Das Geschäft öffnet um neun und ist am Sonntag nicht offen.", "deu"),
        ("Le magasin ouvre à neuf heures et il est fermé le dimanche.", "fra"),
        ("La tienda abre a las nueve y no está abierta los domingos.", "spa"),
        ("42 × 17", ""),
        ("", ""),
        ("図書館は九時に開きます。", ""),
    ],
)
def test_common_words_tell_the_language(text, language):
    assert language_of(text) == language
