"""One count by equal shares, with a given amount for everybody.

Everybody has the same share. Again and again the project is bought whose supporters pay least for what it is worth to
them (rho in Peters, Pierczyński and Skowron 2021): each of them pays rho times the worth, or all that is left in their
purse if that is less. The count ends when nobody can pay for anything more.

Three things keep it quick with 100,000 ballots. Purses with the same history are one purse. A price never falls, so the
price of an earlier round is a lower bound, and most projects are not looked at again in most rounds. Amounts are whole
numbers over one common denominator, which grows when something is bought.

The one rule: decisions are comparisons of amounts with `<` (see `flows.tally.moving`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import gcd, lcm

from flows.tally.moving import Amount, Horizon, Moving, common_divisor, divided

EMPTY = 0
"""The purse with nothing in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A project that somebody wants: its cost, and the groups that want it, by what it is worth to one of them and how
    many they are."""

    cost: int
    members: Mapping[tuple[int, int], Sequence[int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crowd:
    """All voters, in groups with equal ballots, and what they want. Costs and limit in the smallest unit needed."""

    limit: int
    voters: int
    groups: int
    wishes: Mapping[str, Wish]


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was bought, in order, and how many units more for everybody are the first that could change anything (None:
    none, or not looked for)."""

    chosen: tuple[str, ...]
    same: int | None


class Price:
    """What one unit of worth costs the supporters of a project: `top` / `bottom`."""

    __slots__ = ("bottom", "top")

    def __init__(self, top: Amount, bottom: int) -> None:
        self.top = top
        self.bottom = bottom

    def __lt__(self, other: Price) -> bool:
        return self.top * other.bottom < other.top * self.bottom


@dataclass(slots=True, kw_only=True)
class Purses:
    """Who has how much. `of` is the purse of each group, `holds` what one voter's purse of this kind holds, in
    `scale`-ths."""

    of: list[int]
    holds: dict[int, Amount]
    scale: int
    latest: int = 1

    def fresh(self, amount: Amount) -> int:
        self.latest += 1
        self.holds[self.latest] = amount
        return self.latest

    def rescale(self, factor: int) -> None:
        live = set(self.of)
        self.holds = {purse: amount * factor for purse, amount in self.holds.items() if purse in live}
        self.scale *= factor


@dataclass(frozen=True, slots=True, kw_only=True)
class Payer:
    """Voters with the same purse to whom a project is worth the same; `reach` orders them by purse over worth."""

    reach: Amount
    purse: int
    worth: int
    voters: int


@dataclass(slots=True, kw_only=True)
class Running:
    """A project that is still in the count. `members` loses those whose purse is empty."""

    code: str
    cost: int
    members: dict[tuple[int, int], list[int]]
    price: Price
    worth_lcm: int


def run(crowd: Crowd, more: int, one_of: Callable[[Sequence[str]], str], *, unit: int = 0) -> Found:
    """Count with `limit / voters + more` for everybody. With `unit`, find out how many units more change nothing.
    `one_of` cuts ties (codes in list order)."""
    chosen = [code for code, wish in crowd.wishes.items() if not wish.cost]
    if not crowd.voters:
        return Found(chosen=tuple(chosen), same=None)
    horizon = Horizon()
    running = [_running(code, wish) for code, wish in crowd.wishes.items() if wish.cost]
    places = {one.code: place for place, one in enumerate(running)}
    purses = _purses(crowd, more, unit, horizon)
    while running:
        running, level = _cheapest(running, purses)
        if not level:
            break
        level.sort(key=lambda one: places[one.code])
        code = one_of([one.code for one in level])
        bought = next(one for one in level if one.code == code)
        _pay(bought, purses)
        running.remove(bought)
        chosen.append(code)
    return Found(chosen=tuple(chosen), same=horizon.units)


def _running(code: str, wish: Wish) -> Running:
    worth = sum(worth * weight * len(groups) for (worth, weight), groups in wish.members.items())
    return Running(
        code=code,
        cost=wish.cost,
        members={key: list(groups) for key, groups in wish.members.items()},
        price=Price(wish.cost, worth),
        worth_lcm=lcm(*{worth for worth, _ in wish.members}),
    )


def _purses(crowd: Crowd, more: int, unit: int, horizon: Horizon) -> Purses:
    factor = gcd(crowd.limit, crowd.voters)
    scale = crowd.voters // factor
    now = crowd.limit // factor + more * scale
    share: Amount = Moving(now, unit * scale, horizon) if unit else now
    return Purses(of=[1] * crowd.groups, holds={EMPTY: 0, 1: share}, scale=scale)


def _cheapest(running: list[Running], purses: Purses) -> tuple[list[Running], list[Running]]:
    """The projects that can still be paid for, and those among them with the least price (more than one: a tie)."""
    running.sort(key=lambda one: one.price)
    gone: list[Running] = []
    level: list[Running] = []
    for one in running:
        if level and level[0].price < one.price:
            break
        price = _price(one, purses)
        if price is None:
            gone.append(one)
            continue
        one.price = price
        if not level or price < level[0].price:
            level = [one]
        elif not level[0].price < price:
            level.append(one)
    return [one for one in running if one not in gone] if gone else running, level


def _price(one: Running, purses: Purses) -> Price | None:
    """The least price at which the project is paid for; None when its supporters cannot pay for it."""
    payers = _payers(one, purses)
    missing: Amount = one.cost * purses.scale
    worth = sum(payer.worth * payer.voters for payer in payers)
    for payer in payers:
        holds = purses.holds[payer.purse]
        if not holds * worth < missing * payer.worth:
            return Price(missing, worth * purses.scale)
        missing = missing - holds * payer.voters
        worth -= payer.worth * payer.voters
    return None


def _payers(one: Running, purses: Purses) -> list[Payer]:
    """Those who want the project and have something left, those who run out first in front."""
    payers = []
    for (worth, weight), groups in one.members.items():
        found = Counter(map(purses.of.__getitem__, groups))
        if found.pop(EMPTY, 0):
            one.members[worth, weight] = [group for group in groups if purses.of[group]]
        reach = one.worth_lcm // worth
        payers += [
            Payer(reach=purses.holds[purse] * reach, purse=purse, worth=worth, voters=n * weight)
            for purse, n in found.items()
        ]
    payers.sort(key=lambda payer: payer.reach)
    return payers


def _pay(bought: Running, purses: Purses) -> None:
    """Take from each supporter the price times the worth, or all there is."""
    worths = {(payer.purse, payer.worth) for payer in _payers(bought, purses)}
    scaled = bought.price.bottom // purses.scale
    divisor = common_divisor(bought.price.top, scaled)
    factor, price = scaled // divisor, divided(bought.price.top, divisor)
    purses.rescale(factor)
    after: dict[tuple[int, int], int] = {}
    for purse, worth in worths:
        left = purses.holds[purse] - price * worth
        after[purse, worth] = purses.fresh(left) if left > 0 else EMPTY
    for (worth, _), groups in bought.members.items():
        for group in groups:
            if purses.of[group]:
                purses.of[group] = after[purses.of[group], worth]
