"""The built-in model's own words, in each language it speaks. Quotations stay as they are."""

LANGUAGES = ("en", "de", "fr", "es")


def phrase(language: str, key: str, /, **values: object) -> str:
    """Raises KeyError for a phrase that is not there: that is a mistake of ours."""
    return PHRASES[key][language].format(**values)


PHRASES: dict[str, dict[str, str]] = {
    "converting": {
        "en": "I turn {files} into text first, so that I can read it.",
        "de": "Ich wandle {files} zuerst in Text um, damit ich es lesen kann.",
        "fr": "Je convertis d’abord {files} en texte pour pouvoir le lire.",
        "es": "Primero convierto {files} en texto para poder leerlo.",
    },
    "reading": {
        "en": "I read {files} and look for what is asked.",
        "de": "Ich lese {files} und suche, wonach gefragt ist.",
        "fr": "Je lis {files} et j’y cherche ce qui est demandé.",
        "es": "Leo {files} y busco lo que se pregunta.",
    },
    "searching": {
        "en": "I search the knowledge base.",
        "de": "Ich suche in der Wissensdatenbank.",
        "fr": "Je cherche dans la base de connaissances.",
        "es": "Busco en la base de conocimientos.",
    },
    "using_tool": {
        "en": "I use the tool {tool}, as asked.",
        "de": "Ich benutze das Werkzeug {tool}.",
        "fr": "J’utilise l’outil {tool}.",
        "es": "Uso la herramienta {tool}.",
    },
    "making_file": {
        "en": "I write {name}.",
        "de": "Ich schreibe {name}.",
        "fr": "J’écris {name}.",
        "es": "Escribo {name}.",
    },
    "indexing": {
        "en": "I add {name} to the knowledge base.",
        "de": "Ich nehme {name} in die Wissensdatenbank auf.",
        "fr": "J’ajoute {name} à la base de connaissances.",
        "es": "Añado {name} a la base de conocimientos.",
    },
    "hello": {
        "en": "Hello! Ask me something, or drop a file here and ask about it.",
        "de": "Hallo! Frag mich etwas, oder leg eine Datei hier ab und frag danach.",
        "fr": (
            "Bonjour ! Posez-moi une question, ou déposez un fichier ici et interrogez-moi à "
            "son sujet."
        ),
        "es": "¡Hola! Pregúnteme algo, o suelte aquí un archivo y pregunte por él.",
    },
    "welcome": {
        "en": "You’re welcome.",
        "de": "Gern geschehen.",
        "fr": "Avec plaisir.",
        "es": "De nada.",
    },
    "can_do": {
        "en": "I find answers and quote where they stand. Here I can:",
        "de": "Ich finde Antworten und zitiere, wo sie stehen. Hier kann ich:",
        "fr": "Je trouve des réponses et je cite où elles se trouvent. Ici, je peux :",
        "es": "Encuentro respuestas y cito dónde están. Aquí puedo:",
    },
    "can_artifact_read": {
        "en": "read the files you drop here, answer questions about them and summarise them",
        "de": "Dateien lesen, die du hier ablegst, Fragen dazu beantworten und sie zusammenfassen",
        "fr": "lire les fichiers déposés ici, répondre à vos questions et les résumer",
        "es": "leer los archivos que suelte aquí, responder preguntas y resumirlos",
    },
    "can_corpora_search": {
        "en": "search the knowledge base",
        "de": "die Wissensdatenbank durchsuchen",
        "fr": "chercher dans la base de connaissances",
        "es": "buscar en la base de conocimientos",
    },
    "can_artifact_create": {
        "en": "save answers and notes as files",
        "de": "Antworten und Notizen als Dateien speichern",
        "fr": "enregistrer des réponses et des notes dans des fichiers",
        "es": "guardar respuestas y notas en archivos",
    },
    "can_web_get": {
        "en": "open a web address you give me",
        "de": "eine Webadresse öffnen, die du nennst",
        "fr": "ouvrir une adresse web que vous donnez",
        "es": "abrir una dirección web que me dé",
    },
    "can_sub_agent": {
        "en": "ask other agents",
        "de": "andere Agenten fragen",
        "fr": "interroger d’autres agents",
        "es": "preguntar a otros agentes",
    },
    "can_remember": {
        "en": "remember what you tell me in this session",
        "de": "mir merken, was du in dieser Sitzung sagst",
        "fr": "retenir ce que vous me dites dans cette session",
        "es": "recordar lo que me diga en esta sesión",
    },
    "can_calculate": {
        "en": "do sums",
        "de": "rechnen",
        "fr": "calculer",
        "es": "hacer cálculos",
    },
    "connect_hint": {
        "en": (
            "I am the built-in model: I find and quote, I do not make things up. For freely "
            "written answers, an administrator can connect a language model."
        ),
        "de": (
            "Ich bin das eingebaute Modell: Ich finde und zitiere und erfinde nichts. Für "
            "frei formulierte Antworten kann die Administration ein Sprachmodell verbinden."
        ),
        "fr": (
            "Je suis le modèle intégré : je trouve et je cite, je n’invente rien. Pour des "
            "réponses rédigées librement, un administrateur peut connecter un modèle de "
            "langage."
        ),
        "es": (
            "Soy el modelo integrado: encuentro y cito, no invento nada. Para respuestas "
            "redactadas libremente, un administrador puede conectar un modelo de lenguaje."
        ),
    },
    "noted": {
        "en": "Noted: {fact}",
        "de": "Notiert: {fact}",
        "fr": "C’est noté : {fact}",
        "es": "Anotado: {fact}",
    },
    "as_you_said": {
        "en": "{fact}, as you told me earlier.",
        "de": "Du hast mir gesagt: „{fact}“",
        "fr": "Vous m’avez dit : « {fact} »",
        "es": "Me dijo: «{fact}»",
    },
    "you_said": {
        "en": "You told me: “{fact}”",
        "de": "Du hast mir gesagt: „{fact}“",
        "fr": "Vous m’avez dit : « {fact} »",
        "es": "Me dijo: «{fact}»",
    },
    "nothing_said": {
        "en": "Nothing was said yet.",
        "de": "Es wurde noch nichts gesagt.",
        "fr": "Rien n’a encore été dit.",
        "es": "Todavía no se ha dicho nada.",
    },
    "today": {
        "en": "Today is {date}.",
        "de": "Heute ist {date}.",
        "fr": "Nous sommes le {date}.",
        "es": "Hoy es {date}.",
    },
    "now": {
        "en": "It is {time}, {date}.",
        "de": "Es ist {time}, {date}.",
        "fr": "Il est {time}, {date}.",
        "es": "Son las {time}, {date}.",
    },
    "date": {
        "en": "{weekday}, {day} {month} {year}",
        "de": "{weekday}, der {day}. {month} {year}",
        "fr": "{weekday} {day} {month} {year}",
        "es": "{weekday}, {day} de {month} de {year}",
    },
    "no_clock": {
        "en": "I have no clock here, so I do not know the date or the time.",
        "de": "Ich habe hier keine Uhr und kenne weder Datum noch Uhrzeit.",
        "fr": "Je n’ai pas d’horloge ici ; je ne connais ni la date ni l’heure.",
        "es": "Aquí no tengo reloj; no sé la fecha ni la hora.",
    },
    "no_result": {
        "en": "{expression} has no result that I can give.",
        "de": "{expression} hat kein Ergebnis, das ich angeben kann.",
        "fr": "{expression} n’a pas de résultat que je puisse donner.",
        "es": "{expression} no tiene un resultado que pueda dar.",
    },
    "page": {
        "en": "page {label}",
        "de": "Seite {label}",
        "fr": "page {label}",
        "es": "página {label}",
    },
    "slide": {
        "en": "slide {label}",
        "de": "Folie {label}",
        "fr": "diapositive {label}",
        "es": "diapositiva {label}",
    },
    "sheet": {
        "en": "sheet {label}",
        "de": "Blatt {label}",
        "fr": "feuille {label}",
        "es": "hoja {label}",
    },
    "it_says": {
        "en": "**{title}**{where} says:",
        "de": "In **{title}**{where} steht:",
        "fr": "**{title}**{where} indique :",
        "es": "**{title}**{where} dice:",
    },
    "found_in": {
        "en": "I found this in {titles}:",
        "de": "Das habe ich in {titles} gefunden:",
        "fr": "Voici ce que j’ai trouvé dans {titles} :",
        "es": "Esto encontré en {titles}:",
    },
    "the_sources": {
        "en": "the sources",
        "de": "den Quellen",
        "fr": "les sources",
        "es": "las fuentes",
    },
    "the_knowledge_base": {
        "en": "the knowledge base",
        "de": "der Wissensdatenbank",
        "fr": "la base de connaissances",
        "es": "la base de conocimientos",
    },
    "table_cell": {
        "en": "**{label}** – {column}: **{value}**",
        "de": "**{label}** – {column}: **{value}**",
        "fr": "**{label}** – {column} : **{value}**",
        "es": "**{label}** – {column}: **{value}**",
    },
    "table_max": {
        "en": "{column} is highest for **{label}**: **{value}**",
        "de": "{column} ist am höchsten bei **{label}**: **{value}**",
        "fr": "{column} : le plus élevé pour **{label}**, **{value}**",
        "es": "{column}: el más alto es **{label}**, **{value}**",
    },
    "table_min": {
        "en": "{column} is lowest for **{label}**: **{value}**",
        "de": "{column} ist am niedrigsten bei **{label}**: **{value}**",
        "fr": "{column} : le plus bas pour **{label}**, **{value}**",
        "es": "{column}: el más bajo es **{label}**, **{value}**",
    },
    "table_sum": {
        "en": "{column}, all rows together: **{value}**",
        "de": "{column}, alle Zeilen zusammen: **{value}**",
        "fr": "{column}, total des lignes : **{value}**",
        "es": "{column}, suma de las filas: **{value}**",
    },
    "table_mean": {
        "en": "{column}, on average: **{value}**",
        "de": "{column}, im Durchschnitt: **{value}**",
        "fr": "{column}, en moyenne : **{value}**",
        "es": "{column}, en promedio: **{value}**",
    },
    "files": {
        "en": "This session has these files ({count}):",
        "de": "Diese Sitzung hat folgende Dateien ({count}):",
        "fr": "Cette session contient ces fichiers ({count}) :",
        "es": "Esta sesión tiene estos archivos ({count}):",
    },
    "no_files": {
        "en": "This session has no files yet. Drop one here, and I will read it.",
        "de": "Diese Sitzung hat noch keine Dateien. Leg eine hier ab, dann lese ich sie.",
        "fr": "Cette session ne contient pas encore de fichier. Déposez-en un ici et je le lirai.",
        "es": "Esta sesión aún no tiene archivos. Suelte uno aquí y lo leeré.",
    },
    "in_short": {
        "en": "**{name}**{about} in short:",
        "de": "**{name}**{about} in Kürze:",
        "fr": "**{name}**{about} en bref :",
        "es": "**{name}**{about} en resumen:",
    },
    "a_table": {
        "en": "a table with {count} rows of {columns}",
        "de": "eine Tabelle mit {count} Zeilen: {columns}",
        "fr": "un tableau de {count} lignes : {columns}",
        "es": "una tabla de {count} filas: {columns}",
    },
    "also_about": {
        "en": "It also has sections on: {headings}.",
        "de": "Weitere Abschnitte: {headings}.",
        "fr": "Autres sections : {headings}.",
        "es": "Otras secciones: {headings}.",
    },
    "differences": {
        "en": "From **{before}** to **{after}** this has changed:",
        "de": "Von **{before}** zu **{after}** hat sich geändert:",
        "fr": "De **{before}** à **{after}**, ceci a changé :",
        "es": "De **{before}** a **{after}** cambió esto:",
    },
    "no_differences": {
        "en": "**{before}** and **{after}** say the same.",
        "de": "**{before}** und **{after}** sagen dasselbe.",
        "fr": "**{before}** et **{after}** disent la même chose.",
        "es": "**{before}** y **{after}** dicen lo mismo.",
    },
    "only_in": {
        "en": "Only in **{name}**:",
        "de": "Nur in **{name}**:",
        "fr": "Seulement dans **{name}** :",
        "es": "Solo en **{name}**:",
    },
    "partly_read": {
        "en": "I read {read} of its {total} lines.",
        "de": "Ich habe {read} von {total} Zeilen gelesen.",
        "fr": "J’ai lu {read} de ses {total} lignes.",
        "es": "He leído {read} de sus {total} líneas.",
    },
    "headings_of": {
        "en": "**{name}** has these headings ({count}):",
        "de": "**{name}** hat folgende Überschriften ({count}):",
        "fr": "**{name}** contient ces titres ({count}) :",
        "es": "**{name}** tiene estos encabezados ({count}):",
    },
    "no_headings": {
        "en": "**{name}** has no headings.",
        "de": "**{name}** hat keine Überschriften.",
        "fr": "**{name}** ne contient pas de titres.",
        "es": "**{name}** no tiene encabezados.",
    },
    "file_empty": {
        "en": "**{name}** holds no text.",
        "de": "**{name}** enthält keinen Text.",
        "fr": "**{name}** ne contient pas de texte.",
        "es": "**{name}** no contiene texto.",
    },
    "unreadable": {
        "en": "I could not read **{name}**: {error}",
        "de": "Ich konnte **{name}** nicht lesen: {error}",
        "fr": "Je n’ai pas pu lire **{name}** : {error}",
        "es": "No pude leer **{name}**: {error}",
    },
    "cannot_read": {
        "en": "I have no way to read **{name}** here.",
        "de": "Ich kann **{name}** hier nicht lesen.",
        "fr": "Je n’ai pas de moyen de lire **{name}** ici.",
        "es": "Aquí no tengo forma de leer **{name}**.",
    },
    "not_found": {
        "en": "I found nothing about that in {places}.",
        "de": "Ich habe dazu nichts gefunden in {places}.",
        "fr": "Je n’ai rien trouvé à ce sujet dans {places}.",
        "es": "No encontré nada sobre eso en {places}.",
    },
    "not_clear": {
        "en": "I found no clear answer in {places}. This comes nearest:",
        "de": "Eine klare Antwort habe ich nicht gefunden in {places}. Am nächsten kommt dies:",
        "fr": (
            "Je n’ai pas trouvé de réponse claire dans {places}. Voici ce qui s’en approche "
            "le plus :"
        ),
        "es": "No encontré una respuesta clara en {places}. Esto es lo más cercano:",
    },
    "nowhere_to_look": {
        "en": (
            "I have nothing to look that up in: no file in this session and no search "
            "answers it. Drop a file here, or tell me what I should know."
        ),
        "de": (
            "Ich habe nichts, worin ich das nachschlagen könnte: Keine Datei dieser Sitzung "
            "und keine Suche beantwortet es. Leg eine Datei hier ab, oder sag mir, was ich "
            "wissen soll."
        ),
        "fr": (
            "Je n’ai rien où chercher cela : aucun fichier de cette session, aucune "
            "recherche n’y répond. Déposez un fichier ici, ou dites-moi ce que je dois "
            "savoir."
        ),
        "es": (
            "No tengo dónde buscar eso: ningún archivo de esta sesión ni búsqueda lo "
            "responde. Suelte un archivo aquí, o dígame lo que debo saber."
        ),
    },
    "file_made": {
        "en": "I saved it as **{name}**.",
        "de": "Ich habe es als **{name}** gespeichert.",
        "fr": "Je l’ai enregistré sous **{name}**.",
        "es": "Lo guardé como **{name}**.",
    },
    "no_file_tool": {
        "en": "I cannot make files here: this agent has no tool for it.",
        "de": "Ich kann hier keine Dateien anlegen: Dieser Agent hat kein Werkzeug dafür.",
        "fr": "Je ne peux pas créer de fichiers ici : cet agent n’a pas d’outil pour cela.",
        "es": "Aquí no puedo crear archivos: este agente no tiene herramienta para ello.",
    },
    "what_to_write": {
        "en": "What shall I write into **{name}**?",
        "de": "Was soll ich in **{name}** schreiben?",
        "fr": "Que dois-je écrire dans **{name}** ?",
        "es": "¿Qué debo escribir en **{name}**?",
    },
    "indexed": {
        "en": "**{name}** is in the knowledge base now.",
        "de": "**{name}** ist jetzt in der Wissensdatenbank.",
        "fr": "**{name}** est maintenant dans la base de connaissances.",
        "es": "**{name}** ya está en la base de conocimientos.",
    },
    "no_index_tool": {
        "en": "I cannot add to a knowledge base here: this agent has no tool for it.",
        "de": (
            "Ich kann hier nichts in eine Wissensdatenbank aufnehmen: Dieser Agent hat kein "
            "Werkzeug dafür."
        ),
        "fr": (
            "Je ne peux rien ajouter à une base de connaissances ici : cet agent n’a pas "
            "d’outil pour cela."
        ),
        "es": (
            "Aquí no puedo añadir nada a una base de conocimientos: este agente no tiene "
            "herramienta para ello."
        ),
    },
    "nothing_to_index": {
        "en": "Which file? Drop it here first.",
        "de": "Welche Datei? Leg sie zuerst hier ab.",
        "fr": "Quel fichier ? Déposez-le d’abord ici.",
        "es": "¿Qué archivo? Suéltelo aquí primero.",
    },
    "tool_says": {
        "en": "**{tool}** answered:",
        "de": "**{tool}** hat geantwortet:",
        "fr": "**{tool}** a répondu :",
        "es": "**{tool}** respondió:",
    },
    "agent_says": {
        "en": "**{tool}** answers:",
        "de": "**{tool}** antwortet:",
        "fr": "**{tool}** répond :",
        "es": "**{tool}** responde:",
    },
    "tool_failed": {
        "en": "**{tool}** failed: {error}",
        "de": "**{tool}** ist gescheitert: {error}",
        "fr": "**{tool}** a échoué : {error}",
        "es": "**{tool}** falló: {error}",
    },
    "tool_needs": {
        "en": "To use **{tool}** I need: {names}.",
        "de": "Für **{tool}** brauche ich noch: {names}.",
        "fr": "Pour **{tool}**, il me faut : {names}.",
        "es": "Para **{tool}** necesito: {names}.",
    },
    "page_says": {
        "en": "<{url}> says:",
        "de": "Auf <{url}> steht:",
        "fr": "<{url}> indique :",
        "es": "<{url}> dice:",
    },
    "page_empty": {
        "en": "I found no text at <{url}>.",
        "de": "Unter <{url}> habe ich keinen Text gefunden.",
        "fr": "Je n’ai trouvé aucun texte à <{url}>.",
        "es": "No encontré texto en <{url}>.",
    },
}

_WEEKDAYS = {
    "en": "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
    "de": "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
    "fr": "lundi mardi mercredi jeudi vendredi samedi dimanche",
    "es": "lunes martes miércoles jueves viernes sábado domingo",
}
_MONTHS = {
    "en": "January February March April May June July August September October November December",
    "de": ("Januar Februar März April Mai Juni Juli August September Oktober November Dezember"),
    "fr": "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    "es": (
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    ),
}


def weekday(language: str, number: int) -> str:
    """Monday is 0, as for `datetime`."""
    return _WEEKDAYS[language].split()[number]


def month(language: str, number: int) -> str:
    """January is 1, as for `datetime`."""
    return _MONTHS[language].split()[number - 1]
