"""Look-alikes, hidden characters, towers of marks."""

from __future__ import annotations

import random
import time
import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from flows.skeleton import MARKS_PER_LETTER, clean, skeleton, tricks, words

WORDS = tuple(
    word
    for line in (
        "casino crypto bitcoin argent gratuit paypal banque mairie conseil budget participer promo",
        "bibliotheque investir telegram whatsapp viagra credit emploi loterie compte carte urgent cadeau",
        "abonne amazon netflix apple google facebook instagram police justice republique commune region",
        "tramway velo hopital ecole piscine marche",
    )
    for word in line.split()
)

# What a reader takes for the Latin letter: Cyrillic, Greek, full-width, letters of formulas, small capitals.
ALIKE = {
    "a": "аａ𝐚𝒂𝕒ɑ",
    "b": "ｂ𝐛𝗯Ƅ",
    "c": "сｃ𝐜𝒄ⅽϲ",
    "d": "ⅾԁｄ𝐝𝕕",
    "e": "еｅ𝐞𝒆ҽ",
    "g": "ɡｇ𝐠𝗀",
    "h": "һｈ𝐡𝗵",
    "i": "іｉ𝐢ⅰıι",
    "j": "јｊ𝐣ϳ",
    "l": "ⅼｌ𝐥𝗹",
    "m": "ⅿｍ𝐦𝗺",
    "n": "ｎ𝐧𝗻ո",
    "o": "оοｏ𝐨𝒐օ",
    "p": "рｐ𝐩ρ",
    "q": "ԛｑ𝐪",
    "r": "ｒ𝐫𝗿г",
    "s": "ѕｓ𝐬ꜱ",
    "t": "ｔ𝐭𝘁",
    "u": "ｕ𝐮υս",
    "v": "ѵｖ𝐯ν",
    "w": "ԝｗ𝐰ѡ",
    "x": "хｘ𝐱ⅹ",
    "y": "уｙ𝐲γ",
    "z": "ｚ𝐳ᴢ",
    "A": "АΑＡ𝐀",
    "B": "ВΒＢ𝐁",
    "C": "СＣ𝐂Ⅽ",
    "E": "ЕΕＥ𝐄",
    "H": "НΗＨ",
    "I": "ІΙＩ",
    "K": "КΚＫ",
    "M": "МΜＭ",
    "N": "ΝＮ",
    "O": "ОΟＯ",
    "P": "РΡＰ",
    "S": "ЅＳ",
    "T": "ТΤＴ",
    "X": "ХΧＸ",
    "Y": "ΥҮＹ",
}
HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u00ad\u2063\u202a\u2066\u034f"


def disguised(word: str, dice: random.Random) -> str:
    """A word as somebody writes it who does not want it to be found."""
    letters = [
        dice.choice(ALIKE[letter]) if letter in ALIKE and dice.random() < 0.6 else letter
        for letter in (word if dice.random() < 0.6 else word.upper())
    ]
    for _ in range(dice.randrange(3)):
        letters.insert(dice.randrange(1, len(letters)), dice.choice(HIDDEN))
    for _ in range(dice.randrange(3)):
        letters.insert(dice.randrange(1, len(letters) + 1), dice.choice("\u0301\u0308\u0336\u0489"))
    return "".join(letters)


PAIRS = [(word, disguised(word, random.Random(f"{word}{at}"))) for word in WORDS for at in range(12)]


def test_there_are_hundreds_of_pairs_and_they_differ() -> None:
    assert len(PAIRS) >= 500
    assert sum(plain != odd for plain, odd in PAIRS) > 0.95 * len(PAIRS)


@pytest.mark.parametrize("seed", range(8))
def test_disguised_words_have_the_same_skeleton(seed: int) -> None:
    different = [(plain, odd) for plain, odd in PAIRS[seed::8] if skeleton(odd) != skeleton(plain)]
    assert different == []


def test_other_words_keep_other_skeletons() -> None:
    shapes = {skeleton(word) for word in WORDS}
    assert len(shapes) == len(WORDS)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Été", "ete"),
        ("paypaI", "paypal"),
        ("L’école", "l'ecole"),
        ("  deux   mots ", "deux mots"),
        ("Вода", "вода"),
        ("ΟΔΟΣ", "οδος"),
        ("Straße", "STRASSE"),
        ("ﬁn", "fin"),
        ("c0mpte", "compte"),
    ],
)
def test_same(one: str, other: str) -> None:
    assert skeleton(one) == skeleton(other)


@pytest.mark.parametrize(
    ("one", "other"), [("C", "C++"), ("rue 2", "rue 3"), ("हि", "हु"), ("pour", "contre"), ("ش", "س")]
)
def test_different(one: str, other: str) -> None:
    assert skeleton(one) != skeleton(other)


def test_words_are_those_of_the_skeleton() -> None:
    assert words("Le СASINO, l’été !") == ["le", "casino", "l", "ete"]


@given(st.text(max_size=60))
@example("\u0390\u03b0")
@example("ΐ\u200d\U0001d7ce")
@example("ǅİẞ\u1e9b\u0323")
def test_a_skeleton_is_its_own_skeleton(text: str) -> None:
    shape = skeleton(text)
    assert skeleton(shape) == shape
    assert skeleton(text) == shape


@given(st.text(max_size=60))
@example("a\u200d\u200d\u0301\u0301\u0301\u0301")
@example("\r\r\n\x85\u2028")
@example("\U0001f3f4\U000e0067\U000e0062\U000e007f\U000e0067")
def test_clean_text_stays_as_it_is(text: str) -> None:
    kept = clean(text)
    assert clean(kept) == kept
    assert not set(kept) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u2060\ufeff")
    assert all(unicodedata.category(char) not in ("Cc", "Cs") or char in "\n\t" for char in kept)
    kept.encode()


@given(st.text(alphabet=st.characters(categories=["Mn", "Me", "Ll", "Cf"]), max_size=60))
def test_no_letter_carries_more_than_three_marks(text: str) -> None:
    row = 0
    for char in clean(text):
        if "\ufe00" <= char <= "\ufe0f" or "\U000e0100" <= char <= "\U000e01ef" or char in "\u200c\u200d":
            continue
        row = row + 1 if unicodedata.category(char) in ("Mn", "Me") else 0
        assert row <= MARKS_PER_LETTER


@pytest.mark.parametrize(
    "text",
    [
        "Bonjour, l’école « Jean-Moulin » coûte 3 €… — oui !",
        "👩‍👩‍👧 👨🏽‍🌾 1️⃣ 🏴󠁧󠁢󠁥󠁮󠁧󠁿 ❤️",
        "می‌خواهم",
        "क्‍ष",
        "שָׁלוֹם\u200f",
        "Tiếng Việt",
        "Une ligne\nUne autre\tcolonne",
    ],
)
def test_ordinary_text_is_neither_changed_nor_suspected(text: str) -> None:
    assert clean(text) == text
    assert not tricks(text)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a\u202eb\u202c", "ab"),
        ("c\u200basi\u2060no", "casino"),
        ("c\u200dasino", "casino"),
        ("un\r\ndeux\u2028trois", "un\ndeux\ntrois"),
        ("bip\x07\x1b[31m", "bip[31m"),
        ("z\u0300\u0301\u0302\u0303\u0304\u0305", "z\u0300\u0301\u0302"),
        ("x\U000e0041\U000e0042", "x"),
        ("seul\ud83d", "seul"),
    ],
)
def test_what_deceives_is_taken_out(text: str, kept: str) -> None:
    assert clean(text) == kept


@pytest.mark.parametrize(
    "text", ["сasino", "ca\u200bsino", "𝐜𝐚𝐬𝐢𝐧𝐨", "a\u202eb", "z\u0300\u0301\u0302\u0303\u0304", "ｃasino", "pаypal.com"]
)
def test_tricks_are_seen(text: str) -> None:
    assert tricks(f"Regardez {text} ici")


@pytest.mark.parametrize(
    "text",
    ["10 µm", "Привет мир", "Καλημέρα", "5G", "coopé\u00adration", "東京タワー", "ＮＨＫ", "naïf Ångström", "Δt"],
)
def test_other_alphabets_are_no_tricks(text: str) -> None:
    assert not tricks(text)


@pytest.mark.parametrize("unit", ["a", "а", "z\u0301", "\u200d", "👩‍", "\U000e0067", "I", "\u202e"])
def test_time_grows_with_the_length_only(unit: str) -> None:
    def spent(times: int) -> float:
        text = unit * times
        best = float("inf")
        for _ in range(3):
            began = time.perf_counter()
            skeleton(text), clean(text), tricks(text)
            best = min(best, time.perf_counter() - began)
        return best

    spent(10)
    assert spent(16_000) < 4 * 4 * spent(4_000) + 0.005
