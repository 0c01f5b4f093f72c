"""What a message asks for, told by its words in English, French, German and Spanish.

All patterns are for folded text: lower case, without accents.
"""

import re

from chatapp.search.sentences import sentences
from chatapp.search.words import folded

GREETING = re.compile(
    r"(?:hi|hello|hey|hiya|greetings|good (?:morning|afternoon|evening|day)|hallo|moin|servus|"
    r"guten (?:tag|morgen|abend)|bonjour|bonsoir|salut|hola|buen[oa]s (?:dias|tardes|noches))"
    r"\b(?: (?:there|all|everyone|you|zusammen|tous|a todos))?[\s!.,;:—-]*"
)
THANKS = re.compile(
    r"(?:ok(?:ay)?[,!. ]*)?(?:(?:many )?thanks?(?: you)?|thx|cheers|danke(?: schon)?|vielen dank|"
    r"merci(?: beaucoup)?|(?:muchas )?gracias|perfect|great|super|parfait|perfecto)\b"
    r"(?: (?:a lot|so much|very much|sehr|you|for .{0,40}))?[\s!.]*"
)
CAPABILITIES = re.compile(
    r"what can you do|what do you do\b|how can you help|what are you able|who are you|"
    r"what are you\b|how do you work|^help[!?. ]*$|^hilfe[!?. ]*$|^aide[!?. ]*$|^ayuda[!?. ]*$|"
    r"was kannst du|was konnen sie|wer bist du|que (?:peux|sais)[- ]tu|que pouvez[- ]vous|"
    r"qui es[- ]tu|que (?:puedes|sabes) hacer|quien eres"
)
_FILE_WORDS = r"(?:file|document|report|pdf|deck|text|presentation|spreadsheet)"
SUMMARY = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e\w*|i[sz]ing)|sum (?:it |this |that )?up|tl;?dr|overview|gist|"
    r"(?:key|main) (?:points|facts|takeaways|ideas)|in (?:short|brief)|"
    r"resum(?:e|er|ez|es|en|ir|eme|a|o)|synthese|zusammenfass\w*|uberblick|kurzfassung|"
    r"puntos clave|points cles|worum geht|de quoi (?:parle|s'agit)|de que (?:trata|habla)|"
    rf"what (?:is|are) (?:this|these|it|they|the {_FILE_WORDS}s?) about)\b|"
    rf"\bwhat(?:'s| is) (?:this|it|that|in (?:it|this|here|there)|(?:in )?(?:the|"
    rf"this) {_FILE_WORDS})\W*$|"
    rf"\bwhat does (?:this|it|that|(?:the|this) {_FILE_WORDS}) say\W*$|"
    r"\bfass\w*\b.*\bzusammen\b"
)
CONVERSATION = re.compile(
    r"summari[sz]e (?:the|our|this) (?:conversation|chat|session|discussion)|"
    r"(?:recap|summary of) (?:the|our|this) (?:conversation|chat|session|discussion)|"
    r"(?:fasse?|resum\w*)\b.{0,12}\b(?:gesprach|unterhaltung|conversation|conversacion)"
)
HEADINGS = re.compile(
    r"\b(?:headings?|headlines|table of contents|outline|toc|chapters?|uberschriften|gliederung|"
    r"inhaltsverzeichnis|titres|sommaire|table des matieres|encabezados|indice de contenidos)\b|"
    r"\b(?:which|what|list)(?: are)?(?: the)? sections\b"
)
TABLE = re.compile(
    r"\b(?:tables?|tabellen?|tableaux?|tablas?)\b(?! (?:of contents|"
    r"des matieres))"
)
FILES = re.compile(
    r"\b(?:what|which|list|show|how many)\b.{0,20}\b(?:files|documents|uploads|attachments|"
    r"artifacts)\b"
    r"(?! (?:say|mention|contain|is|talk|about))|\bwelche (?:dateien|dokumente)\b|"
    r"\bquels (?:fichiers|documents)\b|\bque (?:archivos|documentos|ficheros)\b|"
    r"\b(?:liste?|zeig|montre|lista|muestra)\w*\b.{0,20}\b(?:dateien|fichiers|archivos|"
    r"ficheros)\b"
)
TIME = re.compile(
    r"\bwhat(?:'s| is)? (?:the )?(?:current )?time\b(?! (?:of|for|does|do|will|can|should))|"
    r"\btime is it\b|\bcurrent time\b|wie spat ist es|wie ?viel uhr (?:ist|haben)|"
    r"quelle heure (?:est-il|il est)|il est quelle heure|que hora es\b"
)
DATE = re.compile(
    r"\bwhat(?:'s| is)? (?:the )?(?:current |today's )?date(?: today| is it)?\W*$|"
    r"\b(?:what|which) day is (?:it|today)|\btoday's date\b|\bdate (?:is it )?today\b|"
    r"welche[rsn]? (?:tag|datum|wochentag) (?:ist|haben)|(?:heutige|aktuelle) datum|"
    r"quel jour (?:sommes|est-on|est-ce)|quelle est la date\W*$|date d'aujourd'hui|"
    r"que (?:dia|fecha) es(?: hoy)?\W*$|fecha de hoy"
)
MAKE_FILE = re.compile(
    r"\b(?:save|write|make|create|put|store|export|produce|generate|speicher\w*|schreib\w*|"
    r"erstell\w*|"
    r"leg\w* an|enregistr\w*|ecri[srv]\w*|cree[rz]?|sauvegard\w*|guard\w*|crea(?:r|me)?|"
    r"escrib\w*)\b"
)
A_FILE = re.compile(
    r"\b(?:an?|the|new|eine?|un|une) (?:\w+ )?(?:file|datei|fichier|archivo|fichero)\b"
)
FILE_NAME = re.compile(r"(?<![\w/.])([\w-][\w .-]{0,80}?\.[a-z][a-z0-9]{0,7})(?![\w/])", re.I)
INDEX = re.compile(
    r"\b(?:index|ingest|add|store|save|put|upload|file)\b.{0,60}\b(?:knowledge base|corpus|"
    r"corpora|index|"
    r"knowledge)\b|^(?:please )?index\b|\bindiziere\w*|\bindexe[rz]?\b|\bindexa\w*|"
    r"(?:wissensdatenbank|base de connaissances|base de conocimiento)"
)
WEB_SEARCH = re.compile(
    r"\b(?:search|look|google|browse)\b.{0,20}\b(?:web|internet|online)\b|\bgoogle\b|"
    r"im (?:web|internet)|sur (?:le web|internet)|en (?:la web|internet)"
)
WEB_SEARCHING = re.compile(
    r"^\W*(?:please )?(?:can you )?(?:search|look|browse|google|such\w*|cherche\w*|"
    r"busca\w*)(?: up)?\b"
    r"(?: (?:in |on |im |sur |en )?(?:the |le |la |l')?(?:web|internet|online))?"
    r"(?: (?:for|about|nach|pour|por))?",
    re.I,
)
FOLLOW_UP = re.compile(r"(?:and|what about|how about|und|et|y|e)\b")
FIRST_PERSON = re.compile(
    r"\b(?:i|i'm|i've|my|mine|me|myself|we|we're|we've|our|ours|us|ich|mein\w*|mir|mich|wir|"
    r"unser\w*|uns|"
    r"je|j'\w+|moi|mon|ma|mes|nous|notre|nos|yo|mi|mis|mio|soy|nosotros|nuestr\w+|me llamo|vivo|"
    r"trabajo)\b"
)
REMEMBER = re.compile(
    r"^(?:please )?(?:remember|note|keep in mind|don't forget|merk dir|notiere|retiens|"
    r"souviens-toi|note|"
    r"recuerda|anota)\b(?: that| this|,? dass| que)?[:,]?\s*",
    re.I,
)
COMPARISON = re.compile(
    r"\b(?:compare|comparison|differ|differences?|(?:what|which)\b.{0,30}\bchanged|vergleich\w*|"
    r"unterschied\w*|geandert|comparer?|comparez|differences?|change entre|compara\w*|"
    r"diferencias?)\b"
)
SEVERAL_FILES = re.compile(
    r"\b(?:files|documents|versions|reports|these|them|both|two|dateien|dokumente|beide\w*|zwei|"
    r"fichiers|deux|archivos|documentos|dos|ambos)\b"
)
_THE_FILE = re.compile(
    r"\b(?:(?:in|from|of|according to|laut|im|aus|dans|selon|en|segun|según) )?"
    r"(?:the|this|that|my|der|die|das|dem|diese[mrsn]?|le|la|ce|cette|el|este|esta) "
    r"(?:attached |uploaded )?(?:file|document|pdf|deck|slides|spreadsheet|presentation|"
    r"attachment|"
    r"upload|datei|dokument|fichier|archivo|documento)\b",
    re.I,
)
_WRAPPING = re.compile(
    r"^\W*(?:please )?(?:"
    r"what (?:does|do|did)\b.{0,30}?\b(?:say|tell|mention|know)\b(?: us| me)? (?:about|on)|"
    r"(?:can you |could you )?(?:tell|show|give|find|extract|look up|get|quote|name)(?: me| us)?"
    r"(?: (?:more|something|all))?(?: about)?|"
    r"what (?:is|was) (?:said|written|known) (?:about|on)|is there (?:anything|"
    r"something) (?:about|on)|"
    r"(?:which|what) (?:file|document)s? (?:mention|contain|discuss|cover|ha|talk about|say)\w*|"
    r"was (?:steht|sagt)\b.{0,30}?\b(?:uber|über|zu|zum|zur)|que (?:dit|dice)\b.{0,30}?\b(?:sur|"
    r"sobre)"
    r")\s+",
    re.I,
)
INTRODUCTION = re.compile(
    r"(?:(?:hi|hello|hey|hallo|bonjour|hola|by the way)\W+)?(?:"
    r"i am|i'm|i work|i live|i was born|we are|we're|we moved|we work|we live|call me|"
    r"(?:my|our) [\w ]{1,40} (?:is|are|was)|ich (?:bin|heisse|arbeite|wohne|lebe)|wir sind|"
    r"(?:mein|unser)\w* [\w ]{1,40} (?:ist|sind)|je (?:suis|travaille|vis|m'appelle)|j'habite|"
    r"(?:mon|ma|notre) [\w ]{1,40} est|soy|trabajo|vivo|me llamo|(?:mi|nuestr\w) [\w ]{1,40} es"
    r")\b"
)
_WISH_START = re.compile(
    r"(?:i (?:want|need|wonder)|i(?:'d| would) like|i(?:'m| am) (?:looking|searching|trying|"
    r"wondering|"
    r"interested)|i have a question|ich (?:mochte|will|brauche|suche)|je (?:veux|voudrais|"
    r"cherche)|"
    r"j'aimerais|quiero|necesito|busco|quisiera)\b"
)
_QUESTION_START = re.compile(
    r"(?:what|where|when|who|whom|whose|which|why|how|is|are|am|was|were|do|does|did|can|could|"
    r"will|would|"
    r"should|shall|may|has|have|had|was|wo|wann|wer|wen|wem|wessen|welche\w*|warum|wie|wieviel|"
    r"ist|sind|"
    r"hat|haben|kann|konnen|gibt|ou|quand|qui|que|quoi|quel\w*|pourquoi|comment|combien|est-ce|"
    r"donde|cuando|quien\w*|cual\w*|por que|como|cuant\w+|hay|tell|show|find|give|list|explain|"
    r"describe|"
    r"search|look|quote|compare)\b"
)
_COMMAND_START = re.compile(
    r"(?:please |bitte |por favor |s'il (?:te|vous) plait,? )?(?:summari[sz]e|save|write|make|"
    r"create|put|use|"
    r"run|call|ask|read|open|convert|translate|index|add|store|calculate|compute|answer|reply|"
    r"go|let's|"
    r"fass\w*|speicher\w*|schreib\w*|zeig\w*|erklar\w*|such\w*|resume\w*|montre\w*|cherche\w*|"
    r"donne\w*|"
    r"muestra|busca|dame|explica)\b"
)


def is_question(sentence: str) -> bool:
    """Does it ask, or say that it would like to know?"""
    text = folded(sentence).strip(" -–—\"'“”„«»¿¡")
    return text.endswith("?") or bool(_QUESTION_START.match(text) or _WISH_START.match(text))


def is_command(sentence: str) -> bool:
    return bool(_COMMAND_START.match(folded(sentence).strip()))


def question_in(message: str) -> str:
    """The sentences of a message that ask; the whole message if none does."""
    parts = sentences(message[:4000])
    asked = [part for part in parts if part.rstrip(" \"'”").endswith("?")]
    return " ".join(asked) if asked else " ".join(parts) or message


def topic_of(question: str) -> str:
    """`What does the file say about pay?` is about `pay?`."""
    return _WRAPPING.sub("", _THE_FILE.sub(" ", question)).strip()


def without_greeting(message: str) -> str:
    """`Hello, where is …` asks where something is."""
    greeting = GREETING.match(folded(message))
    # Folding can change lengths; then the greeting is left standing, which does no harm.
    if greeting and len(folded(message)) == len(message):
        return message[greeting.end() :].strip()
    return message
