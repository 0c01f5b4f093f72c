"""What the user stated earlier in the session, found again when asked for.

Only the user's own sentences count: what a file or a search says is no statement of theirs.
"""

import re
from collections.abc import Sequence

from chatapp.llm.builtin.conversation import Conversation
from chatapp.llm.builtin.speech import FIRST_PERSON, REMEMBER, is_command, is_question
from chatapp.search.embedder import Embedder
from chatapp.search.passages import Passage
from chatapp.search.ranking import Hit, rank_few
from chatapp.search.sentences import sentences
from chatapp.search.words import folded, words

LONGEST_STATEMENT = 400
MOST_STATEMENTS = 300

# Among the user's own words a weaker match will do, if the question is about the user.
ENOUGH_ABOUT_ME = 0.26
# Statements about equally good: the later one may correct the earlier.
AS_GOOD = 0.1

_STATED_LINE = re.compile(r"^- “(.+)”$", re.M)
_TOLD = (
    (re.compile(r"\bwho (?:am i|are we)\b|\bmy name\b|\bcalled\b"), "my name is"),
    (re.compile(r"\bwer bin ich\b|\bheisse? ich\b|\bmein name\b"), "ich heiße, mein Name ist"),
    (re.compile(r"\bqui suis-je\b|\bm'appelle\b|\bmon nom\b"), "je m'appelle, mon nom est"),
    (re.compile(r"\bquien soy\b|\bme llamo\b|\bmi nombre\b"), "me llamo, mi nombre es"),
    (re.compile(r"\bwhere .*\b(?:live|based|home|from)\b"), "I live in, we moved to, my home"),
    (re.compile(r"\bwo (?:wohne|lebe)"), "ich wohne in, ich lebe in"),
    (re.compile(r"\b(?:my|our) (?:job|employer|company)\b|\bwork\b"), "I work at, work as"),
    (re.compile(r"\bwo arbeite\b|\bmein beruf\b"), "ich arbeite bei, ich arbeite als"),
    (re.compile(r"\bhow old am i\b|\bmy age\b"), "I am years old, I was born in"),
)
_TO_YOU = {
    "i": "you",
    "i'm": "you're",
    "i've": "you've",
    "i'd": "you'd",
    "i'll": "you'll",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "we're": "you're",
    "we've": "you've",
    "we'll": "you'll",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
}
_I_VERB = re.compile(r"\bI (am|was)\b")
_WORD = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?")


def statements_in(message: str) -> list[str]:
    """The sentences of a message that tell something."""
    found = [REMEMBER.sub("", part, count=1) for part in sentences(message)]
    return [
        part
        for part in found
        if len(words(part)) > 2 and len(part) <= LONGEST_STATEMENT
        if not is_question(part) and not is_command(part)
    ]


def stated(conversation: Conversation) -> list[str]:
    """All the user has stated before this message, the oldest first."""
    said = [found[1] for found in _STATED_LINE.finditer(conversation.summary)]
    for message in conversation.earlier:
        said.extend(statements_in(message))
    return said[-MOST_STATEMENTS:]


def is_about_the_user(text: str) -> bool:
    return bool(FIRST_PERSON.search(folded(text)))


def recall(question: str, said: Sequence[str], embedder: Embedder) -> str | None:
    """The statement that answers the question, if one does."""
    if not said:
        return None
    query = _in_other_words(question)
    hits = rank_few(query, [Passage(one, start_line=at) for at, one in enumerate(said)], embedder)
    best = max((hit for hit in hits if hit.confidence >= hits[0].confidence - AS_GOOD), key=_when)
    about_me = is_about_the_user(question) and is_about_the_user(best.passage.text)
    enough = best.confidence >= ENOUGH_ABOUT_ME if about_me else best.is_relevant
    return best.passage.text if enough else None


def _in_other_words(question: str) -> str:
    """With the words people use when they tell what is asked here."""
    asked = folded(question)
    return " ".join([question, *(told for asking, told in _TOLD if asking.search(asked))])


def second_person(sentence: str) -> str:
    """`I work at Acme` as `You work at Acme`. English only."""
    turned = _I_VERB.sub(lambda found: "I are" if found[1] == "am" else "I were", sentence)
    turned = _WORD.sub(_turn_word, turned)
    return turned[:1].upper() + turned[1:]


def _turn_word(found: re.Match[str]) -> str:
    word = found[0]
    plain = word.lower().replace("’", "'")
    # `US` is a country, `Mine` may be a name.
    if plain not in _TO_YOU or (word.isupper() and len(word) > 1):
        return word
    return _TO_YOU[plain]


def _when(hit: Hit[Passage]) -> int:
    return hit.passage.start_line
