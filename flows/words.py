"""The words that `flows.reading` knows, folded: small letters, no accents, no punctuation.

The one rule: every word here is French or English and is understood in both languages at once, because people answer
in the language that comes to them.
"""

# ruff: noqa: SIM905 (long lists of words read better as text)
from __future__ import annotations


def _table(rows: dict[str, str]) -> dict[str, str]:
    return {phrase.strip(): name for name, phrases in rows.items() for phrase in phrases.split(",")}


CONTROLS = _table(
    {
        "skip": "passer, passe, je passe, skip, skip it, skip this, suivant, suivante, next, pass, sauter, ignorer, "
        "question suivante, next question, passer cette question, skip this question",
        "back": "retour, precedent, precedente, back, go back, previous, revenir, en arriere, arriere, "
        "revenir en arriere, question precedente, previous question",
        "stop": "stop, arreter, arrete, arret, j arrete, je m arrete, arretez, quitter, quit, exit, pause",
        "resume": "reprendre, je reprends, reprise, resume, continuer, continue, je continue, on continue, go on",
        "done": "termine, terminee, terminer, fini, finie, finir, j ai fini, j ai termine, c est tout, c est fini, "
        "done, finished, i m done, i am done, that s all, that is all, that s it, valider, je valide",
        "dont_know": "je ne sais pas, je sais pas, sais pas, j sais pas, ne sais pas, ne sait pas, je sais plus, "
        "chais pas, jsp, j en sais rien, aucune idee, je n en sais rien, dunno, i dunno, don t know, dont know, "
        "i don t know, i dont know, i do not know, do not know, idk, no idea",
        "opinion": "sans opinion, pas d opinion, sans avis, pas d avis, aucun avis, aucune opinion, "
        "je n ai pas d avis, je n ai pas d opinion, no opinion, i have no opinion",
        "abstain": "je prefere ne pas repondre, prefere ne pas repondre, preferer ne pas repondre, "
        "je prefere pas repondre, prefere pas repondre, je ne souhaite pas repondre, ne souhaite pas repondre, "
        "je ne veux pas repondre, je veux pas repondre, ne se prononce pas, je ne me prononce pas, abstention, "
        "je m abstiens, i d rather not say, id rather not say, rather not say, i would rather not say, "
        "prefer not to say, i prefer not to say, prefer not to answer, i prefer not to answer, abstain, i abstain",
        "help": "aide, aidez moi, aide moi, help, help me, je ne comprends pas, je comprends pas, comprends pas, "
        "i don t understand, i dont understand",
        "keep": "garder, je garde, garder ma reponse, je garde ma reponse, keep, keep it, keep my answer, "
        "i keep my answer, inchange, unchanged, ne rien changer, no change",
        "send": "envoyer, envoie, envoyez, j envoie, envoi, send, send it, submit, confirmer, je confirme, confirm",
        "blank": "blanc, vote blanc, voter blanc, je vote blanc, bulletin blanc, blank, blank vote, a blank vote",
        "none": "aucun, aucune, aucun d eux, aucune d elles, aucun de ceux la, aucune de celles la, aucun des choix, "
        "aucun de ces choix, aucune de ces propositions, none, none of these, none of them, none of the above",
        "withdraw": "retirer, je retire, retirer mon vote, je retire mon vote, retirer mes reponses, "
        "retirer ma reponse, je retire mes reponses, withdraw, withdraw my vote, withdraw my answers"
        ", take back my vote",
        "again": "repeter, repete, repetez, again, repeat",
    }
)

YES = frozenset(
    "oui|ouii|ouiii|oui bien sur|oui d accord|c est bon|c est d accord|oui je suis d accord|oui je veux bien|"
    "je veux bien|"
    "ouais|ouai|ouep|ouaip|oui oui|oui merci|bien sur|bien entendu|evidemment|tout a fait|absolument|d accord|"
    "daccord|ok|okay|oki|ok oui|vrai|yes|yep|yeah|yup|yes please|sure|of course|absolutely|right|agreed|i agree|"
    "je suis d accord|volontiers|y|o|si|affirmatif|carrement|exact|exactement".split("|")
)
NO = frozenset(
    "non|nan|nope|no|nah|non non|non merci|no thanks|no thank you|pas du tout|not at all|jamais|never|pas d accord|"
    "je ne suis pas d accord|certainly not|surement pas|certainement pas|bien sur que non|of course not|faux|n|"
    "negatif|absolument pas".split("|")
)
ALL = frozenset("tout|tous|toutes|les deux|all|all of them|everything|tous les trois|both".split("|"))
NOTHING = frozenset("aucun|aucune|rien|none|nothing|none of them|aucun d eux|aucune d elles".split("|"))
DEGREES = frozenset(
    "tres assez plutot trop moyennement vraiment super hyper extremement legerement very fairly rather quite too "
    "really extremely pretty somewhat slightly".split()
)
"""Words that make another grade of the one they stand beside."""
AGREE = frozenset(
    "d accord|daccord|plutot d accord|tout a fait d accord|je suis d accord|pour|je suis pour|oui|favorable|agree|"
    "i agree|agreed|for|in favour|in favor|support|yes".split("|")
)
DISAGREE = frozenset(
    "pas d accord|pas daccord|je ne suis pas d accord|je suis pas d accord|contre|je suis contre|non|defavorable|"
    "disagree|i disagree|don t agree|i don t agree|not agreed|against|i m against|oppose|no".split("|")
)
NEUTRAL = frozenset(
    "neutre|je suis neutre|sans avis|sans opinion|pas d avis|pas d opinion|aucun avis|mitige|mitigee|"
    "ni l un ni l autre|je ne sais pas|je sais pas|neutral|no opinion|mixed|neither|i don t know|don t know|"
    "unsure".split("|")
)
UNDO = frozenset(
    "annuler|annule|annuler le dernier|j annule|defaire|undo|undo it|undo that|take it back|reprendre le dernier|"
    "retirer le dernier".split("|")
)
MORE = frozenset(
    "encore|encore dix|encore une|une autre|un autre|plus|davantage|la suite|suite|another|another one|more|ten more|"
    "go on|more please".split("|")
)
ENOUGH = frozenset(
    "assez|c est assez|ca suffit|cela suffit|suffit|stop la|j en ai assez|enough|that is enough|that s enough|no more|"
    "that is all|that s all|c est tout".split("|")
)
ENDING = frozenset(
    "non no nan nope je j ai n ne pas plus rien d autre autres de idee idees proposition propositions c est tout bon "
    "assez ca va merci pour moi i have nothing else that s all thanks thank you other another idea ideas don t any "
    "more enough is for me".split()
)
NONE_LEFT = frozenset("non no nan nope rien pas plus nothing don".split())
"""What somebody says who has nothing more to put forward is made of these words alone, one of the second among
them."""
SEND = frozenset(
    "envoyer|envoie|envoyez|j envoie|envoi|send|send it|submit|confirmer|je confirme|confirm|valider|je valide|"
    "c est bon|termine|fini|done".split("|")
)
CHANGE = frozenset(
    "modifier|je modifie|changer|je change|corriger|je corrige|reecrire|change|change it|edit|rewrite".split("|")
)
LEAVE = frozenset(
    "annuler|annule|abandonner|j abandonne|laisser|laisser tomber|laisse tomber|ne pas envoyer|supprimer|leave|"
    "leave it|cancel|don t send|do not send|drop it|discard".split("|")
)
SUPPORT = frozenset(
    "soutenir|la soutenir|le soutenir|je soutiens|je la soutiens|support|support it|i support it".split("|")
)
DIFFERENT = frozenset(
    "autre|une autre|autre idee|c est une autre idee|different|differente|la mienne est differente|"
    "le mien est different|mine is different|mine|another|another idea|aucune|aucun|none|none of these|"
    "aucune de ces propositions".split("|")
)
"""Words to judge a statement, to take the last judgement back, to see more of them or no more; to send a text
of one's own, to change it, to leave it, to support the one that is there, and to say that it is not one of those."""
EQUAL = frozenset(
    "egal|egale|egalite|egaux|pareil|idem|peu importe|ca m est egal|les deux|les deux se valent|sans preference|"
    "pas de preference|ni l un ni l autre|equal|equally|the same|same|both|either|neither|no preference|"
    "i don t mind|it s all the same".split("|")
)
SIGNS = {"👍": True, "👎": False, "✅": True, "❌": False, "✔": True, "✓": True, "☑": True, "👌": True, "🚫": False}

NEGATIONS = frozenset(
    "non no nan nope nah not pas ne ni n sans jamais aucun aucune never none neither nor without don dont doesn isn "
    "won aren cannot contre against peu mal sauf except moins less few hardly".split()
)
"""Words that turn the sense of what stands beside them."""

SMALL = frozenset(
    "a au aux d de des du en et l la le les un une par pour sur dans avec est the of to in on by for and with at an "
    "is my ma mon mes y je j i c ce".split()
)
"""Words that carry no weight of their own in a label."""

FILLER = frozenset(
    "le la l les the numero number num n no nr nro n0 option choix choice reponse answer proposition c est ce je j ai "
    "prends choisis choisi prefere dirais i choose pick take d say it s that one ci stp svp please merci dis "
    "celui celle pour vote soutenir soutiens support supporter".split()
)
"""Words that may stand around a place in a list: "je prends la deuxième", "the second one"."""

_UNITS = "zero un deux trois quatre cinq six sept huit neuf dix onze douze treize quatorze quinze seize".split()
_TENS = {20: "vingt", 30: "trente", 40: "quarante", 50: "cinquante", 60: "soixante"}
_EN_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_EN_TENS = dict(zip(range(20, 100, 10), "twenty thirty forty fifty sixty seventy eighty ninety".split(), strict=True))


def _french(n: int) -> list[str]:
    """The ways to write n from 0 to 100 in French, Belgian and Swiss ones included."""
    if n < 17:
        return [_UNITS[n], "une"] if n == 1 else [_UNITS[n]]
    if n < 20:
        return [f"dix {_UNITS[n - 10]}"]
    if n == 100:
        return ["cent"]
    ways: list[str] = []
    base = n // 10 * 10
    if base in _TENS:
        ways += _joined(_TENS[base], n - base)
    if 70 <= n < 80:
        ways += ["soixante et onze"] if n == 71 else []
        ways += [f"soixante {rest}" for rest in _french(n - 60)] + _joined("septante", n - 70)
    if 80 <= n < 100:
        rests = [""] if n == 80 else _french(n - 80)
        ways += [f"{start} {rest}".strip() for start in ("quatre vingt", "quatre vingts") for rest in rests]
        ways += _joined("octante", n - 80) + _joined("huitante", n - 80) if n < 90 else _joined("nonante", n - 90)
    return ways


def _joined(ten: str, unit: int) -> list[str]:
    if unit == 0:
        return [ten]
    return [f"{ten} et un", f"{ten} et une", f"{ten} un"] if unit == 1 else [f"{ten} {_UNITS[unit]}"]


def _english(n: int) -> list[str]:
    if n < 20:
        return [_EN_UNITS[n]]
    if n == 100:
        return ["hundred", "a hundred", "one hundred"]
    ten, unit = _EN_TENS[n // 10 * 10], n % 10
    return [f"{ten} {_EN_UNITS[unit]}"] if unit else [ten]


NUMBERS = {way: n for n in range(101) for way in (*_french(n), *_english(n))}

_FRENCH_ORDINALS = (
    "deuxieme troisieme quatrieme cinquieme sixieme septieme huitieme neuvieme dixieme onzieme douzieme treizieme "
    "quatorzieme quinzieme seizieme"
).split()
_ENGLISH_ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
    "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
ORDINALS = {
    **{word: n for n, word in enumerate(_FRENCH_ORDINALS, 2)},
    **{word: n for n, word in enumerate(_ENGLISH_ORDINALS, 1)},
    "premier": 1,
    "premiere": 1,
    "second": 2,
    "seconde": 2,
    "dix septieme": 17,
    "dix huitieme": 18,
    "dix neuvieme": 19,
    "vingtieme": 20,
    "dernier": -1,
    "derniere": -1,
    "last": -1,
    "tout dernier": -1,
    "toute derniere": -1,
    "avant dernier": -2,
    "avant derniere": -2,
    "second to last": -2,
    "next to last": -2,
    "last but one": -2,
}
"""Places in a list, counted from 1; negative ones from the end."""

MONTHS = {
    name: n
    for n, names in enumerate(
        (
            "janvier janv jan january",
            "fevrier fev fevr feb february",
            "mars mar march",
            "avril avr apr april",
            "mai may",
            "juin jun june",
            "juillet juil jul july",
            "aout aou aug august",
            "septembre sept sep september",
            "octobre oct october",
            "novembre nov november",
            "decembre dec december",
        ),
        1,
    )
    for name in names.split()
}
