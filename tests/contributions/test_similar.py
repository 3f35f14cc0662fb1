"""What says nearly the same: how much of it is found, how often something else is, and that the table decides."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from postgres import address, on_both

from bot.contributions import indexing, nearby, similar
from bot.contributions.similar import Indexes
from storage import consultations, migrate, proposals
from storage.database import Connection, Database
from storage.proposals import HIDDEN, PARTICIPANT, PUBLISHED, REMOVED, WAITING, Proposal

PAIRS = [
    tuple(row)
    for row in csv.reader(Path(__file__).with_name("paraphrases.tsv").read_text().splitlines(), delimiter="\t")
]
RUN, POOL = "ideas", "idea"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    on_both(metafunc, "connection")


@pytest.fixture
def connection(request: pytest.FixtureRequest, tmp_path: Path, kind: str) -> Iterator[Connection]:
    database = Database(address(request, kind, tmp_path / "similar.db"))
    migrate.upgrade(database)
    with database.transaction() as connection:
        consultations.add_version(connection, "v", "f", "", 0)
        modes = {"results": "at_close", "secrecy": "confidential", "zone": "Europe/Paris"}
        for id in (RUN, "other"):
            consultations.add(connection, consultations.blank(id, "v", "open", now_ms=0, **modes))
        yield connection
    database.close()


def put(
    connection: Connection,
    text: str,
    *,
    run: str = RUN,
    pool: str = POOL,
    state: str = PUBLISHED,
    author: str | None = None,
    spot: tuple[float, float] | None = None,
) -> Proposal:
    lat, lon = spot or (None, None)
    told = {"text": text, "lang": "fr", "source": PARTICIPANT, "state": state, "author": author}
    return proposals.add(connection, consultation=run, pool=pool, lot=1, since_ms=1, lat=lat, lon=lon, **told)


def found(connection: Connection, indexes: Indexes, text: str, **asked: object) -> list[str]:
    return [one.text for one in similar.find(connection, indexes, RUN, POOL, text, **asked)]  # type: ignore[arg-type]


# --- How good it is --------------------------------------------------------------------------------------------------


def test_there_are_enough_pairs_in_both_languages() -> None:
    langs = [lang for lang, _one, _other in PAIRS]
    assert langs.count("fr") >= 60
    assert langs.count("en") >= 60


def test_nine_in_ten_paraphrases_are_found_and_seldom_anything_else(connection: Connection) -> None:
    indexes = Indexes()
    for _lang, _one, other in PAIRS:
        put(connection, other)
    hits = alarms = 0
    for _lang, one, other in PAIRS:
        offered = found(connection, indexes, one)
        hits += other in offered
        alarms += any(text != other for text in offered)
    assert hits / len(PAIRS) >= 0.90, f"{hits} of {len(PAIRS)}"
    assert alarms / len(PAIRS) <= 0.15, f"{alarms} of {len(PAIRS)}"


@pytest.mark.parametrize("size", [1, 3, 12])
def test_with_few_proposals_on_file_too(connection: Connection, size: int) -> None:
    dice = random.Random(size)
    hits = alarms = 0
    for _ in range(60):
        lang = dice.choice(["fr", "en"])
        some = dice.sample([pair for pair in PAIRS if pair[0] == lang], size + 1)
        index = indexing.Index()
        index.add([(number, other) for number, (_lang, _one, other) in enumerate(some[1:], 1)])
        alarms += bool(index.close_to(some[0][1]))
        index.add([(99, some[0][2])])
        hits += 99 in index.close_to(some[0][1])
    assert hits >= 51, f"{hits} of 60"
    assert alarms <= 5, f"{alarms} of 60"


def test_look_alike_letters_capitals_and_accents_hide_nothing(connection: Connection) -> None:
    put(connection, "Il faut planter des arbres devant l'école")
    for text in ("IL FAUT PLANTER DES ARBRES DEVANT L'ECOLE", "Il fаut рlаnter des аrbres dеvant l'écоle"):
        assert len(found(connection, Indexes(), text)) == 1


# --- The table decides -----------------------------------------------------------------------------------------------


def test_what_is_added_later_is_found(connection: Connection) -> None:
    indexes = Indexes()
    assert found(connection, indexes, "Plant trees along the street") == []
    put(connection, "Plant trees along the main street")
    put(connection, "Plant trees along the main street", pool="elsewhere")
    put(connection, "Plant trees along the main street", run="other")
    assert found(connection, indexes, "Plant trees along the street") == ["Plant trees along the main street"]


def test_only_what_is_published_and_not_ones_own(connection: Connection) -> None:
    indexes = Indexes()
    waiting = put(connection, "Plant trees along the main street", state=WAITING)
    own = put(connection, "Plant trees along the main road", author="me")
    assert found(connection, indexes, "Plant trees along the street", not_by="me") == []
    assert found(connection, indexes, "Plant trees along the street", but=[own.id]) == []
    for state in (HIDDEN, REMOVED):
        proposals.change_state(connection, own.id, [PUBLISHED, HIDDEN], state)
        assert found(connection, indexes, "Plant trees along the street") == []
    assert proposals.change_state(connection, waiting.id, [WAITING], PUBLISHED)
    assert found(connection, indexes, "Plant trees along the street") == [waiting.text]
    assert len(found(connection, indexes, "Plant trees along the street", states=(PUBLISHED, REMOVED))) == 2


def test_a_corrected_text_is_found_by_its_new_words(connection: Connection) -> None:
    indexes = Indexes()
    one = put(connection, "Plant tres along main street")
    assert found(connection, indexes, "Plant trees along main street")
    assert proposals.set_text(connection, one.id, one.text, "Open the library", corrected=True)
    assert found(connection, indexes, "Plant trees along main street") == []
    assert found(connection, indexes, "Open the library on Sundays") == ["Open the library"]


def test_a_number_that_was_rolled_back_is_found_by_the_text_that_has_it_now(connection: Connection) -> None:
    indexes = Indexes()
    undo = connection.begin_nested()
    put(connection, "Plant trees along the main street")
    assert found(connection, indexes, "Plant trees along the street")
    undo.rollback()
    assert found(connection, indexes, "Plant trees along the street") == []
    put(connection, "Open the library on Sundays")
    assert found(connection, indexes, "Plant trees along the street") == []
    assert found(connection, indexes, "Open the library") == ["Open the library on Sundays"]


def test_behind_a_wave_of_refused_copies_the_published_one_is_found(connection: Connection) -> None:
    published = put(connection, "Plant trees along the main street, please")
    for _ in range(60):
        put(connection, "Plant trees along the main street", state=REMOVED)
    assert found(connection, Indexes(), "Plant trees along the main street") == [published.text]


def test_many_added_one_by_one_are_all_found() -> None:
    index = indexing.Index()
    texts = [f"{one} {number}" for number in range(3) for pair in PAIRS for one in pair[1:]]
    assert len(texts) > indexing.TAIL + indexing.AGAIN, "the matrix is turned again on the way"
    for number, text in enumerate(texts, 1):
        index.follow([(number, text)])
        if number % 50 == 0:
            assert index.close_to(text)[0] == number
    assert len(index) == len(texts)
    assert index.floor() == len(texts) - indexing.AGAIN
    assert all(number in index.close_to(text)[:2] for number, text in enumerate(texts[:100], 1))


@pytest.mark.parametrize("text", ["", "!!!", "   ", "🙂🙂🙂", "a"])
def test_a_text_without_words_finds_nothing_and_breaks_nothing(connection: Connection, text: str) -> None:
    indexes = Indexes()
    put(connection, text)
    put(connection, "Plant trees along the main street")
    found(connection, indexes, text)
    assert found(connection, indexes, "Plant trees along the street") == ["Plant trees along the main street"]


# --- Nearby ----------------------------------------------------------------------------------------------------------


def test_the_distance_on_the_globe() -> None:
    paris, london = (48.8566, 2.3522), (51.5074, -0.1278)
    assert nearby.distance(paris, london) == pytest.approx(343_556, rel=0.002)
    assert nearby.distance(paris, paris) == 0
    assert nearby.distance((0, 179.9999), (0, -179.9999)) == pytest.approx(22.2, abs=0.1)
    assert nearby.distance((90, 0), (90, 120)) == pytest.approx(0, abs=1e-6)


def test_what_is_within_the_metres_comes_nearest_first(connection: Connection) -> None:
    here = (48.85661, 2.35222)
    put(connection, "41 m", spot=(48.85698, 2.35222), author="me")
    put(connection, "20 m", spot=(48.85661, 2.35249))
    put(connection, "0 m", spot=here)
    put(connection, "60 m", spot=(48.85715, 2.35222))
    put(connection, "corner of the box", spot=(48.85701, 2.35282))
    put(connection, "hidden", spot=here, state=HIDDEN)
    put(connection, "no place")
    assert [one.text for one in nearby.find(connection, RUN, POOL, here, 50)] == ["0 m", "20 m", "41 m"]
    assert [one.text for one in nearby.find(connection, RUN, POOL, here, 50, not_by="me")] == ["0 m", "20 m"]
    assert [one.text for one in nearby.find(connection, RUN, POOL, here, 50, n=1)] == ["0 m"]


def test_across_the_date_line_and_at_the_pole(connection: Connection) -> None:
    put(connection, "west of it", spot=(-17.0, 179.9999))
    put(connection, "pole", spot=(89.9999, -90.0))
    assert [one.text for one in nearby.find(connection, RUN, POOL, (-17.0, -179.9999), 50)] == ["west of it"]
    assert [one.text for one in nearby.find(connection, RUN, POOL, (89.9999, 90.0), 50)] == ["pole"]


@pytest.mark.parametrize(
    ("text", "spot"),
    [
        ("48.85661,2.35222", (48.85661, 2.35222)),
        ("-17,-179.5", (-17.0, -179.5)),
        ("12 rue des Lilas", None),
        ("12, rue des Lilas", None),
        ("95,2", None),
        ("nan,2", None),
        ("", None),
    ],
)
def test_a_spot_is_read_or_it_is_an_address(text: str, spot: tuple[float, float] | None) -> None:
    assert nearby.spot_of(text) == spot
