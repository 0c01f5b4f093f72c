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
SUMMARY = re.compile(
    r"\b(?:summar(?:y|ies|i[sz]e\w*|i[sz]ing)|sum (?:it |this |that )?up|tl;?dr|overview|gist|"
    r"(?:key|main) (?:points|facts|takeaways|ideas)|in (?:short|brief)|resum(?:e|er|ez|es|en|ir|"
    r"eme|a|o)|"
    r"synthese|zusammenfass\w*|uberblick|kurzfassung|puntos clave|points cles|"
    r"what(?:'s| is) (?:this|it|that|the (?:file|document|report|pdf|deck|text)|in (?:it|here|"
    r"there|this|"
    r"the (?:file|document|report|pdf|deck|text)))(?: about)?\??$|"
    r"what (?:is|are) (?:this|these|it|they|the (?:file|document|report|pdf)s?) about|"
    r"what does (?:this|it|that|the (?:file|document|report|pdf)) say\??$|worum geht|"
    r"de quoi parle|"
    r"de quoi s'agit|de que (?:trata|habla))\b|\bfass\w*\b.*\bzusammen\b"
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
    r"\bwhat(?:'s| is)? (?:the )?(?:current )?time\b|\btime is it\b|\bcurrent time\b|"
    r"wie (?:spat|viel uhr)|"
    r"wieviel uhr|quelle heure|que hora"
)
DATE = re.compile(
    r"what(?:'s| is)? (?:the )?(?:current |today's )?date(?: today| is it)?\W*$|"
    r"what day is (?:it|today)|"
    r"\btoday's date\b|\bdate (?:is it )?today\b|which day is it|welche[rsn]? (?:tag|datum)|"
    r"(?:heutige|aktuelle) datum|quel jour|quelle (?:est la )?date|date d'aujourd'hui|"
    r"que (?:dia|fecha) es|fecha de hoy"
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
    """Does it ask? German `wo` and Spanish `como` count only where they begin it."""
    text = folded(sentence).strip(" -–—\"'“”„«»¿¡")
    return text.endswith("?") or bool(_QUESTION_START.match(text))


def is_command(sentence: str) -> bool:
    return bool(_COMMAND_START.match(folded(sentence).strip()))


def question_in(message: str) -> str:
    """The sentences of a message that ask; the whole message if none does."""
    parts = sentences(message[:4000])
    asked = [part for part in parts if part.rstrip(" \"'”").endswith("?")]
    return " ".join(asked) if asked else " ".join(parts) or message


def without_greeting(message: str) -> str:
    """`Hello, where is …` asks where something is."""
    greeting = GREETING.match(folded(message))
    # Folding can change lengths; then the greeting is left standing, which does no harm.
    if greeting and len(folded(message)) == len(message):
        return message[greeting.end() :].strip()
    return message
