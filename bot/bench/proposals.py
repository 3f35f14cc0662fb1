"""Choosing the next ten cards, and finding what says nearly the same, by how much is on file.

The one rule: what grows is measured against what does not. Ten cards from 20,000 proposals with a million stances on
file stand beside ten from a thousand with ten thousand.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import product
from tempfile import TemporaryDirectory
from typing import Any

from bot.bench.figure import Figure, Found, Size
from bot.contributions import serving, similar
from bot.office import Publication, publish
from bot.road import Road
from bot.scene import Rules, Scene
from flows.exposure import heat
from flows.flow import Policy
from flows.load import load_text
from storage import migrate, stances
from storage.candidates import Reader
from storage.database import PRAGMAS, Connection, Database

GROUP = "proposals"
START = datetime(2026, 3, 2, 9, tzinfo=UTC)
RUN, POOL = "idees", "idee"
FLOW = f"""\
palabre: 1
id: {RUN}
lang: fr
title: Une mesure
steps:
  - propose: {POOL}
    text: À vous !
  - react: cartes
    text: Qu'en pensez-vous ?
    of: {POOL}
  - end: merci
    text: Merci !
"""
JUDGED = 50
"""So many proposals has each person judged."""
CARDS = 10
WARM = 20
SEEDED_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spent:
    """Milliseconds: the median, the 95th in a hundred, and that one of processor time alone, where other work on the
    machine does not count."""

    p50: float
    p95: float
    cpu_p95: float

    @staticmethod
    def of(spent: Sequence[tuple[float, float]]) -> Spent:
        walls, cpus = (sorted(one) for one in zip(*spent, strict=True))
        at = int(len(spent) * 0.95)
        return Spent(p50=walls[len(spent) // 2], p95=walls[at], cpu_p95=cpus[at])


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """How long it takes to choose ten cards and to log it."""

    proposals: int
    stances: int
    policy: str
    spent: Spent


@dataclass(frozen=True, slots=True, kw_only=True)
class Similar:
    """How long it takes to find what is similar; `built` are the seconds for whoever asks first after a start."""

    proposals: int
    built: float
    spent: Spent


def figures(size: Size) -> Iterator[Found]:
    least: dict[str, Chosen] = {}
    for n in (1_000, 20_000 // size.share):
        for judged in (10_000, 1_000_000 // size.share):
            for one in measure_choosing(n, judged, 400):
                first = least.setdefault(one.policy, one)
                yield Figure(
                    group=GROUP,
                    name=f"ten cards, {one.policy}: {n:,} proposals, {judged:,} stances, p95",
                    value=one.spent.cpu_p95,
                    unit="ms of processor",
                    floor=first.spent.cpu_p95,
                    note=f"by the clock p50 {one.spent.p50:.1f} ms, p95 {one.spent.p95:.1f} ms",
                )
    found = measure_similar(20_000 // size.share, 200)
    yield Figure(
        group=GROUP,
        name=f"what is similar among {found.proposals:,} proposals, p95",
        value=found.spent.cpu_p95,
        unit="ms of processor",
        note=f"by the clock p50 {found.spent.p50:.1f} ms, p95 {found.spent.p95:.1f} ms; the first one builds the index "
        f"in {found.built:.1f} s",
    )


def measure_choosing(proposals: int, judged: int, rounds: int) -> Iterator[Chosen]:
    """Ten cards for `rounds` people who have judged fifty each, while `judged` stances are on file."""
    with _filled(proposals, judged) as (road, people):
        for policy in Policy:
            dice = random.Random(3)
            asking = [dice.choice(people) for _ in range(WARM + rounds)]
            with road.database.transaction() as connection:
                scene = road.scene(connection)
                spent = [_choose(scene, token, policy) for token in asking]
            yield Chosen(proposals=proposals, stances=judged, policy=policy.value, spent=Spent.of(spent[WARM:]))


def _choose(scene: Scene, token: str, policy: Policy) -> tuple[float, float]:
    reader = Reader(consultation=RUN, pool=POOL, token=token)
    began, worked = time.perf_counter(), time.thread_time()
    chosen = serving.choose(scene, reader, policy, "cartes", CARDS)
    spent = _since(began, worked)
    assert len(set(chosen)) == CARDS, chosen
    return spent


def _since(began: float, worked: float) -> tuple[float, float]:
    """Milliseconds since then, by the clock and of the processor."""
    return (time.perf_counter() - began) * 1000, (time.thread_time() - worked) * 1000


def measure_similar(proposals: int, rounds: int) -> Similar:
    """Look for texts that somebody might be about to send."""
    with _filled(proposals, 0) as (road, _people), road.database.transaction() as connection:
        indexes = similar.Indexes()
        began = time.perf_counter()
        similar.find(connection, indexes, RUN, POOL, "Il faut tout changer")
        built = time.perf_counter() - began
        dice, spent = random.Random(4), []
        for _ in range(rounds):
            text = _text(dice.randrange(proposals), "Nous devrions")
            began, worked = time.perf_counter(), time.thread_time()
            met = similar.find(connection, indexes, RUN, POOL, text)
            spent.append(_since(began, worked))
            assert met, text
        return Similar(proposals=proposals, built=built, spent=Spent.of(spent))


# --- What is on file -------------------------------------------------------------------------------------------------


@contextmanager
def _filled(proposals: int, judged: int) -> Iterator[tuple[Road, list[str]]]:
    """A consultation with so many proposals, and the tokens of those who have judged fifty each."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{folder}/bench.db")
        migrate.upgrade(database)
        road = Road(database, Rules(), lambda: START)
        loaded = load_text(FLOW, "bench")
        assert loaded.flow is not None, loaded.mistakes
        with database.transaction() as connection:
            scene = road.scene(connection)
            publish(scene, Publication(flow=loaded.flow, source=loaded.source, who="bench", at_once=True), "fr")
            scene.flush()
        raw = _raw(database)
        raw.execute("PRAGMA synchronous = off")
        raw.execute("PRAGMA cache_size = -1000000")
        people = [f"{at:032x}" for at in range(judged // JUDGED)]
        with database.transaction() as connection:
            _fill(connection, proposals, people)
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        for name in ("synchronous", "cache_size"):
            raw.execute(f"PRAGMA {name} = {PRAGMAS[name]}")
        raw.execute("PRAGMA shrink_memory")
        raw.execute("PRAGMA optimize")
        yield road, people
        database.close()


def _raw(database: Database) -> Any:
    with database.transaction() as connection:
        return connection.connection.dbapi_connection


def _fill(connection: Connection, n: int, people: list[str]) -> None:
    """Stances first counted in memory, so that the counters are right without a recount."""
    dice = random.Random(1)
    taste = [dice.random() for _ in range(n)]
    tallies = [[0, 0, 0] for _ in range(n)]
    rows = []
    for token in people:
        for at in sorted(dice.sample(range(n), JUDGED)):
            value = 2 if dice.random() < 0.2 else int(dice.random() > taste[at])
            tallies[at][value] += 1
            rows.append((RUN, token, at + 1, stances.VALUES[value], "", "served"))
    _insert(connection, "proposals", _PROPOSAL, [_proposal(dice, at, tallies[at]) for at in range(n)])
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = on")
    _insert(connection, "stances", "consultation token proposal value qualifiers via", rows)


_PROPOSAL = (
    "id consultation number pool source author text lang category state lot seen votes agree disagree neutral "
    "heat since_ms published_ms"
)


def _proposal(dice: random.Random, at: int, tally: list[int]) -> tuple[object, ...]:
    agree, disagree, neutral = tally
    votes = sum(tally)
    author, category = f"a{at // 3}", f"c{at % 12}"
    told = (at + 1, RUN, at + 1, POOL, "participant", author, _text(at), "fr", category, "published")
    counted = (dice.getrandbits(31), votes + dice.randrange(3), votes, agree, disagree, neutral)
    return (*told, *counted, heat(agree, disagree, neutral), 0, 0)


def _insert(connection: Connection, table: str, columns: str, rows: Sequence[tuple[object, ...]]) -> None:
    names = columns.split()
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    for first in range(0, len(rows), SEEDED_AT_ONCE):
        connection.exec_driver_sql(sql, rows[first : first + SEEDED_AT_ONCE])


_DEEDS = (
    *("planter des arbres", "ouvrir une crèche", "réparer les trottoirs", "installer des bancs", "limiter la vitesse"),
    *("éteindre les lampadaires", "créer un marché", "rénover le gymnase", "baisser les loyers", "élargir les pistes"),
)
_WHERE = (
    *("devant l'école", "près de la gare", "dans le centre", "autour du lac", "rue des Lilas", "sur la grande place"),
    *("au bord du canal", "dans chaque quartier", "à l'hôpital", "derrière la mairie"),
)
_WHEN = (
    "le samedi",
    "chaque été",
    "la nuit",
    "avant Noël",
    "le dimanche matin",
    "dès la rentrée",
    "en hiver",
    "le soir",
)
_WHO = (
    *("pour les enfants", "pour les anciens", "avec les habitants", "pour les cyclistes", "avec les commerçants"),
    *("pour les familles", "avec les écoles", "pour les voisins", "avec les clubs", "pour les touristes"),
)
_WHY = ("", "car c'est dangereux", "pour respirer mieux")
_SENTENCES = tuple(product(_DEEDS, _WHERE, _WHEN, _WHO, _WHY))


def _text(at: int, opener: str = "Il faut") -> str:
    """One of 24,000 sentences; neighbours have little in common."""
    return " ".join((opener, *_SENTENCES[at * 7919 % len(_SENTENCES)])).strip()
