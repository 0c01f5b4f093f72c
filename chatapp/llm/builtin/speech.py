"""How people say things: questions, commands, statements about themselves, what wraps a topic.

English, German, French and Spanish. The patterns are for folded text, unless they say otherwise.
"""

import re

from chatapp.llm.builtin.wishes import one_of
from chatapp.search.sentences import sentences
from chatapp.search.words import folded

GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|"
    r"hallo|moin|servus|guten (?:tag|morgen|abend)|"
    r"bonjour|bonsoir|salut|"
    r"hola|buen[oa]s (?:dias|tardes|noches))\b"
    r"(?: (?:there|all|everyone|you|zusammen|tous|a todos))?[\s!.,;:—-]*"
)
FOLLOW_UP = re.compile(r"(?:and|what about|how about|und|et|y|e)\b")
FIRST_PERSON = one_of(
    r"i|i'm|i've|my|mine|me|myself|we|we're|we've|our|ours|us",
    r"ich|mein\w*|mir|mich|wir|unser\w*|uns",
    r"je|j'\w+|moi|mon|ma|mes|nous|notre|nos",
    r"yo|mi|mis|mio|soy|nosotros|nuestr\w+|me llamo|vivo|trabajo",
)
REMEMBER = re.compile(
    r"^(?:please |bitte |por favor )?"
    r"(?:remember|note|keep in mind|don't forget|merk dir|notiere|retiens|souviens-toi|recuerda|"
    r"anota)\b(?: that| this|,? dass| que)?[:,]?\s*",
    re.I,
)
_NAMED = r"[\w ]{1,40}"
INTRODUCTION = re.compile(
    r"(?:(?:hi|hello|hey|hallo|bonjour|hola|by the way)\W+)?(?:"
    r"i am|i'm|i work|i live|i was born|we are|we're|we moved|we work|we live|call me|"
    rf"(?:my|our) {_NAMED} (?:is|are|was)|"
    rf"ich (?:bin|heisse|arbeite|wohne|lebe)|wir sind|(?:mein|unser)\w* {_NAMED} (?:ist|sind)|"
    rf"je (?:suis|travaille|vis|m'appelle)|j'habite|(?:mon|ma|notre) {_NAMED} est|"
    rf"soy|trabajo|vivo|me llamo|(?:mi|nuestr\w) {_NAMED} es"
    r")\b"
)
_QUESTION = one_of(
    r"what|where|when|who|whom|whose|which|why|how|is|are|am|was|were|do|does|did|can|could|will",
    r"would|should|shall|may|has|have|had|tell|show|find|give|list|explain|describe|search|look",
    r"quote|compare|i (?:want|need|wonder)|i(?:'d| would) like|i have a question",
    r"i(?:'m| am) (?:looking|searching|trying|wondering|interested)",
    r"was|wo|wann|wer|wen|wem|wessen|welche\w*|warum|wie|wieviel|ist|sind|hat|haben|kann|konnen",
    r"gibt|ich (?:mochte|will|brauche|suche)",
    r"ou|quand|qui|que|quoi|quel\w*|pourquoi|comment|combien|est-ce|je (?:veux|voudrais|cherche)",
    r"j'aimerais",
    r"donde|cuando|quien\w*|cual\w*|por que|como|cuant\w+|hay|quiero|necesito|busco|quisiera",
)
_COMMAND = one_of(
    r"summari[sz]e|save|write|make|create|put|use|run|call|ask|read|open|convert|translate|index",
    r"add|store|calculate|compute|answer|reply|go|let's",
    r"fass\w*|speicher\w*|schreib\w*|zeig\w*|erklar\w*|such\w*",
    r"resume\w*|montre\w*|cherche\w*|donne\w*",
    r"muestra|busca|dame|explica",
)
_PLEASE = re.compile(r"(?:please|bitte|por favor|s'il (?:te|vous) plait)\W+")
# These two are for text as it was written.
_THE_FILE = re.compile(
    r"\b(?:(?:in|from|of|according to|laut|im|aus|dans|selon|en|segun|según) )?"
    r"(?:the|this|that|my|der|die|das|dem|diese[mrsn]?|le|la|ce|cette|el|este|esta) "
    r"(?:attached |uploaded )?"
    r"(?:file|document|pdf|deck|slides|spreadsheet|presentation|attachment|upload|"
    r"datei|dokument|fichier|archivo|documento)\b",
    re.I,
)
_WRAPPING = re.compile(
    r"^\W*(?:please )?(?:"
    r"what (?:does|do|did)\b.{0,30}?\b(?:say|tell|mention|know)\b(?: us| me)? (?:about|on)|"
    r"what (?:is|was) (?:said|written|known) (?:about|on)|"
    r"is there (?:anything|something) (?:about|on)|"
    r"(?:which|what) (?:file|document)s? (?:mention|contain|discuss|cover|ha|talk about|say)\w*|"
    r"(?:can you |could you )?(?:tell|show|give|find|extract|look up|get|quote|name)"
    r"(?: me| us)?(?: (?:more|something|all))?(?: about)?|"
    r"(?:can you |could you )?(?:summari[sz]e|sum up|fasse?|r[eé]sume[rz]?)|"
    r"(?:(?:write|make|give me) )?an? (?:short |brief )?(?:summary|overview) of|"
    r"was (?:steht|sagt)\b.{0,30}?\b(?:uber|über|zu|zum|zur)|"
    r"que (?:dit|dice)\b.{0,30}?\b(?:sur|sobre)"
    r")\s+",
    re.I,
)


def is_question(sentence: str) -> bool:
    """Does it ask, or say that the speaker would like to know?"""
    text = _PLEASE.sub("", folded(sentence).strip(" -–—\"'“”„«»¿¡"))
    return text.endswith("?") or bool(_QUESTION.match(text))


def is_command(sentence: str) -> bool:
    return bool(_COMMAND.match(_PLEASE.sub("", folded(sentence).strip())))


def question_in(message: str) -> str:
    """The sentences of a message that ask; the whole message if none does."""
    parts = sentences(message[:4000])
    asked = [part for part in parts if part.rstrip(" \"'”").endswith("?")]
    return " ".join(asked or parts) or message


def topic_of(question: str) -> str:
    """`What does the file say about pay?` is about `pay?`."""
    return _WRAPPING.sub("", _THE_FILE.sub(" ", question)).strip()


def without_greeting(message: str) -> str:
    """`Hello, where is …` asks where something is."""
    text = folded(message)
    greeting = GREETING.match(text)
    # Folding can change lengths; then the greeting is left standing, which does no harm.
    if greeting and len(text) == len(message):
        return message[greeting.end() :].strip()
    return message
