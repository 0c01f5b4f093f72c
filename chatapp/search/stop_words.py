"""Words too common to be worth matching, folded as `words.folded` does. Knows nothing else."""

_ENGLISH = """
a about above after again all also am an and any are as at be because been before being below
between both but by can could did do does doing done down during each few for from further get
give had has have having he her here hers him his how i if in into is it its just let me more
most my no nor not now of off on once only or other our ours out over own please same she should
so some such tell than that the their theirs them then there these they this those through to
too under until up upon us very was we were what when where which while who whom whose why will
with would you your yours must may might
"""
_FRENCH = """
au aux avec ce ces cet cette dans de des du elle elles en est et etait etre eux il ils je la le
les leur leurs lui ma mais mes moi mon ne nos notre nous ont ou par pas pour qu que quel quelle
quelles quels qui sa sans se ses son sont sur ta te tes toi ton tu un une vos votre vous y
combien comment quand peut peux doit dois faut
"""
_GERMAN = """
aber alle als am an auch auf aus bei bin bis bist da damit das dass dein dem den der des die
dies diese dieser dieses doch du durch ein eine einem einen einer eines er es euch fur hat habe
haben hatte ich ihm ihn ihr im in ins ist ja kann kein keine mein mich mir mit nach nicht noch
nur ob oder sein seine sich sie sind so uber um und uns unser unter vom von vor war waren warum
was wann wem wen wenn wer werden wie wieviel wir wird wo wurde zu zum zur zwischen darf durfen
muss mussen soll sollen will wollen gibt welche welcher welches lang lange hoch viel viele
mochte konnen
"""
_SPANISH = """
al algo como con cual cuando cuanto de del donde dos el ella ellas ellos en era es esa ese eso
esta estaba este esto fue ha hay la las le les lo los me mi mis muy nada no nos nosotros o para
pero por porque que quien se ser si sin sobre son su sus te tiene tu tus un una uno unos y ya yo
puedo puede debo debe
"""
# What one calls the thing one asks about, in any of them.
_FILES = "file files document documents fichier fichiers datei dateien dokument archivo documento"

BY_LANGUAGE = {
    "en": frozenset(_ENGLISH.split()),
    "fr": frozenset(_FRENCH.split()),
    "de": frozenset(_GERMAN.split()),
    "es": frozenset(_SPANISH.split()),
}
STOP_WORDS = frozenset(_FILES.split()).union(*BY_LANGUAGE.values())
