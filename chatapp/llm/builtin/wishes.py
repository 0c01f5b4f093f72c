"""What a message asks for, told by its words: one line a language, English first.

All patterns are for folded text (`words.folded`): lower case, without accents.
"""

import re


def one_of(*alternatives: str) -> re.Pattern[str]:
    """Any of these, as whole words."""
    return re.compile(rf"\b(?:{'|'.join(alternatives)})\b")


THANKS = re.compile(
    r"(?:ok(?:ay)?[,!. ]*)?"
    r"(?:(?:many )?thanks?(?: you)?|thx|cheers|perfect|great|super|(?:vielen )?danke?(?: schon)?|"
    r"merci(?: beaucoup)?|parfait|(?:muchas )?gracias|perfecto)\b"
    r"(?: (?:a lot|so much|very much|sehr|you|for .{0,40}))?[\s!.]*"
)
CAPABILITIES = one_of(
    r"what can you do|what do you do|how can you help|what are you|who are you|how do you work",
    r"was kannst du|was konnen sie|wer bist du",
    r"que (?:peux|sais)[- ]tu|que pouvez[- ]vous|qui es[- ]tu",
    r"que (?:puedes|sabes) hacer|quien eres",
    r"^(?:help|hilfe|aide|ayuda)(?=\W*$)",
)
_FILE = r"(?:the|this) (?:file|document|report|pdf|deck|text|presentation|spreadsheet)"
SUMMARY = one_of(
    r"summar(?:y|ies|i[sz]e\w*|i[sz]ing)|sum (?:it |this |that )?up|tl;?dr|overview|gist",
    r"(?:key|main) (?:points|facts|takeaways|ideas)|in (?:short|brief)",
    rf"what (?:is|are) (?:this|these|it|they|{_FILE}) about",
    rf"what(?:'s| is) (?:this|it|that|in (?:it|this|here|there)|(?:in )?{_FILE})(?=\W*$)",
    rf"what does (?:this|it|that|{_FILE}) say(?=\W*$)",
    r"zusammenfass\w*|fass\w*\b.*\bzusammen|uberblick|kurzfassung|worum geht",
    r"resum(?:e|er|ez)|synthese|points cles|de quoi (?:parle|s'agit)",
    r"resum(?:en|ir|eme|a|o)|puntos clave|de que (?:trata|habla)",
)
_CONVERSATION = r"(?:the|our|this) (?:conversation|chat|session|discussion)"
CONVERSATION = one_of(
    rf"(?:summari[sz]e|recap|summary of) {_CONVERSATION}",
    r"fasse?\b.{0,12}\b(?:gesprach|unterhaltung)",
    r"resum\w*\b.{0,12}\b(?:conversation|conversacion)",
)
HEADINGS = one_of(
    r"headings?|headlines|table of contents|outline|toc|chapters?",
    r"(?:which|what|list)(?: are)?(?: the)? sections",
    r"uberschriften|gliederung|inhaltsverzeichnis",
    r"titres|sommaire|table des matieres",
    r"encabezados|indice de contenidos",
)
TABLE = re.compile(r"\b(?:tables?|tabellen?|tableaux?|tablas?)\b(?! (?:of contents|des matieres))")
FILES = one_of(
    r"(?:what|which|list|show|how many)\b.{0,20}\b(?:files|documents|uploads|attachments|artifacts)"
    r"\b(?! (?:say|mention|contain|is|talk|about))",
    r"(?:welche|zeig\w*|liste)\b.{0,12}\b(?:dateien|dokumente)",
    r"(?:quels|montre|liste)\b.{0,12}\b(?:fichiers|documents)",
    r"(?:que|muestra|lista)\b.{0,12}\b(?:archivos|documentos|ficheros)",
)
COMPARISON = one_of(
    r"compare|comparison|differ|differences?|(?:what|which)\b.{0,30}\bchanged",
    r"vergleich\w*|unterschied\w*|geandert",
    r"comparer|comparez|change entre",
    r"compara\w*|diferencias?",
)
SEVERAL_FILES = one_of(
    r"files|documents|versions|reports|these|them|both|two",
    r"dateien|dokumente|beide\w*|zwei",
    r"fichiers|deux",
    r"archivos|documentos|dos|ambos",
)
TIME = one_of(
    r"what(?:'s| is)? (?:the )?(?:current )?time(?! (?:of|for|does|do|will|can|should))",
    r"time is it|current time",
    r"wie spat ist es|wie ?viel uhr (?:ist|haben)",
    r"quelle heure (?:est-il|il est)|il est quelle heure",
    r"que hora es",
)
DATE = one_of(
    r"what(?:'s| is)? (?:the )?(?:current |today's )?date(?: today| is it)?(?=\W*$)",
    r"(?:what|which) day is (?:it|today)|today's date|date (?:is it )?today",
    r"welche[rsn]? (?:tag|datum|wochentag) (?:ist|haben)|(?:heutige|aktuelle) datum",
    r"quel jour (?:sommes|est-on|est-ce)|quelle est la date(?=\W*$)|date d'aujourd'hui",
    r"que (?:dia|fecha) es(?: hoy)?(?=\W*$)|fecha de hoy",
)
MAKE_FILE = one_of(
    r"save|write|make|create|put|store|export|produce|generate",
    r"speicher\w*|schreib\w*|erstell\w*|leg\w* an",
    r"enregistr\w*|ecri[srv]\w*|cree[rz]?|sauvegard\w*",
    r"guard\w*|crea(?:r|me)?|escrib\w*",
)
A_FILE = one_of(r"(?:an?|the|new|eine?|un|une) (?:\w+ )?(?:file|datei|fichier|archivo|fichero)")
FILE_NAME = re.compile(r"(?<![\w/.])([\w-][\w .-]{0,80}?\.[a-z][a-z0-9]{0,7})(?![\w/])", re.I)
INDEX = one_of(
    r"(?:add|store|save|put|upload|file)\b.{0,60}\b(?:knowledge(?: base)?|corpus|corpora|index)",
    r"^(?:please )?(?:index|ingest)",
    r"indiziere\w*|wissensdatenbank",
    r"indexe[rz]?|base de connaissances",
    r"indexa\w*|base de conocimiento",
)
WEB_SEARCH = one_of(
    r"(?:search|look|browse)\b.{0,20}\b(?:web|internet|online)|google",
    r"im (?:web|internet)",
    r"sur (?:le web|internet)",
    r"en (?:la web|internet)",
)
WEB_SEARCHING = re.compile(
    r"^\W*(?:please )?(?:can you )?"
    r"(?:search|look|browse|google|such\w*|cherche\w*|busca\w*)(?: up)?\b"
    r"(?: (?:in |on |im |sur |en )?(?:the |le |la |l')?(?:web|internet|online))?"
    r"(?: (?:for|about|nach|pour|por))?",
    re.I,
)
