"""The picture of a vote, by its method: bars, a profile of grades, a table of rounds or of pairs, a calendar, a map.

The one rule: whatever is left out of a picture is told on it, and stands on the page.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

from bot.results import phrases
from bot.results.shapes import Bar, Cell, Dot, Grid, Map, Panel, Stack, Stacks
from bot.results.votes import Vote, number_of, verdict
from bot.results.why import method_name
from flows.flow import Grades, Method, Points
from flows.tally.conditions import share_of
from flows.tally.consent import STANCES
from flows.tally.outcome import Line, Number
from locales import tr, trn

MOST_LINES = 15
MOST_ROUNDS = 6
MOST_PAIRED = 9
MOST_DOTS = 30


def panel_of(vote: Vote) -> Panel | None:
    """The picture of a vote. None: bars of its rows are the picture (plurality, approval, nobody voted)."""
    if not vote.outcome.voters:
        return None
    match vote.method:
        case Method.PLURALITY | Method.APPROVAL:
            return _bars(vote)
        case Method.SCORE | Method.DOTS | Method.QUADRATIC:
            return _points(vote)
        case Method.BORDA:
            return _bars(vote)
        case Method.CONSENT:
            return _stances(vote)
        case Method.MAJORITY_JUDGMENT:
            return _profile(vote)
        case Method.IRV | Method.STV:
            return _rounds(vote)
        case Method.SCHULZE:
            return _pairs(vote)
        case Method.AVAILABILITY:
            return _calendar(vote)
        case Method.MATRIX:
            return _matrix(vote)
        case Method.GREEDY | Method.EQUAL_SHARES:
            return _basket(vote)


def _panel(vote: Vote, *, note: str = "", bars: tuple[Bar, ...] = (), stacks: Stacks | None = None,
           grid: Grid | None = None, map: Map | None = None) -> Panel:  # fmt: skip
    return Panel(
        question=" ".join(vote.ask.text.read(vote.lang, vote.flow.lang).split()),
        note=note,
        bars=bars,
        basis=phrases.basis(vote.lang, vote.question),
        headline=" ".join(verdict(vote)),
        stacks=stacks,
        grid=grid,
        map=map,
    )


def _ordered(vote: Vote, most: int) -> tuple[list[Line], int]:
    """The lines in the order of the outcome, at most so many; and how many are left out."""
    codes = [code for level in vote.outcome.order for code in level]
    cut = most if len(codes) > most + 1 else len(codes)
    lines = {line.code: line for line in vote.outcome.lines}
    return [lines[code] for code in codes[:cut]], len(codes) - cut


def _rest(vote: Vote, rest: int) -> str:
    """That a picture does not show all."""
    if not rest:
        return ""
    count = vote.figure(rest)
    return trn(vote.lang, "{count} more is on the page.", "{count} more are on the page.", rest, count=count)


def _joined(*parts: str) -> str:
    return " ".join(part for part in parts if part)


# --- Bars ------------------------------------------------------------------------------------------------------------


def _bars(vote: Vote) -> Panel:
    lines, rest = _ordered(vote, MOST_LINES)
    bars = tuple(
        Bar(
            label=vote.name(line.code),
            figure=_short(vote, line),
            length=float(share_of(vote.outcome, line.code)),
            first=line.code in vote.outcome.winners,
            spare=line.code,
        )
        for line in lines
    )
    several = tr(vote.lang, "Several answers were possible.") if vote.method is Method.APPROVAL else ""
    return _panel(vote, note=_joined(several, _rest(vote, rest)), bars=bars)


def _short(vote: Vote, line: Line) -> str:
    """The number at the end of a bar."""
    if vote.method is Method.BORDA:
        return vote.figure(line.score)
    return f"{vote.figure(line.score)} ({phrases.share(vote.lang, share_of(vote.outcome, line.code))})"


def _points(vote: Vote) -> Panel:
    """Mean points, with a whisker for how far people are from the middle on average."""
    most = vote.ask.kind.most if isinstance(vote.ask.kind, Points) else 1
    lines, rest = _ordered(vote, MOST_LINES)
    bars = []
    for line in lines:
        mean, spread = Fraction(line.more.get("mean", 0)), Fraction(line.more.get("spread", 0))
        figure = tr(vote.lang, "{sum} · ⌀ {mean}", sum=vote.figure(line.score), mean=vote.figure(mean))
        bars.append(
            Bar(
                label=vote.name(line.code),
                figure=figure,
                length=float(mean / most),
                first=line.code in vote.outcome.winners,
                spare=line.code,
                low=max(0.0, float((mean - spread) / most)),
                high=min(1.0, float((mean + spread) / most)),
            )
        )
    note = tr(
        vote.lang,
        "The sum of points, and the average (⌀) of at most {most}. The thin line: how far people are apart.",
        most=vote.figure(most),
    )
    return _panel(vote, note=_joined(note, _rest(vote, rest)), bars=tuple(bars))


def _basket(vote: Vote) -> Panel | None:
    """What the money buys, and each project's votes; where the other rule differs is marked."""
    bought = vote.outcome.purchase
    if bought is None:
        return None
    lang = vote.lang
    other, codes = bought.compared or ("", ())
    lines, rest = _ordered(vote, MOST_LINES)
    bars = []
    for line in lines:
        ours, theirs = line.code in vote.outcome.winners, line.code in codes
        mark = "✔ " if ours else ""
        if bought.compared and ours and not theirs:
            differs = " ▾"
        elif bought.compared and theirs and not ours:
            differs = " ▴"
        else:
            differs = ""
        bars.append(
            Bar(
                label=f"{mark}{vote.name(line.code)}{differs}",
                figure=f"{vote.money(line.more.get('cost', 0))} · {vote.figure(line.score)}",
                length=float(Fraction(line.score) / vote.outcome.voters),
                first=ours,
                spare=line.code,
            )
        )
    note = tr(lang, "✔ chosen. At each bar: the cost and the votes.")
    more = any(bar.label.endswith("▴") for bar in bars)
    less = any(bar.label.endswith("▾") for bar in bars)
    rule = method_name(other, lang)
    if more:
        note = _joined(note, tr(lang, "▴ {rule} it would be chosen.", rule=rule))
    if less:
        note = _joined(note, tr(lang, "▾ {rule} it would not be chosen.", rule=rule))
    spent = Fraction(bought.spent) / bought.limit if bought.limit else Fraction()
    purse = Stacks(
        key=(tr(lang, "Spent"), tr(lang, "Left over")),
        stacks=(
            Stack(
                label=tr(lang, "The budget: {limit}", limit=vote.money(bought.limit)),
                parts=(float(spent), float(1 - spent)),
                figures=(vote.money(bought.spent), vote.money(int(bought.limit - bought.spent))),
            ),
        ),
        tones="money",
    )
    return _panel(vote, note=_joined(note, _rest(vote, rest)), bars=tuple(bars), stacks=purse)


# --- Parts of a whole ------------------------------------------------------------------------------------------------


def _stances(vote: Vote) -> Panel:
    counts = [int(vote.line(code).score) for code in STANCES]
    stack = Stack(
        label=tr(vote.lang, "Everybody who answered"),
        parts=tuple(n / vote.outcome.voters for n in counts),
        figures=tuple(vote.figure(n) for n in counts),
    )
    stances = tuple(vote.name(code) for code in STANCES)
    return _panel(vote, stacks=Stacks(key=stances, stacks=(stack,), tones="stances"))


def _profile(vote: Vote) -> Panel:
    """The merit profile: for each option the share of each grade, worst to best, and the line in the middle."""
    lines, rest = _ordered(vote, MOST_LINES - 3)
    given = {one.code: dict(one.counts) for one in vote.outcome.histograms}
    stacks = []
    for line in lines:
        counts = list(given[line.code].values())
        stacks.append(
            Stack(
                label=f"{vote.name(line.code)} — {vote.grade(line.score)}",
                parts=tuple(n / vote.outcome.voters for n in counts),
                figures=tuple(phrases.share(vote.lang, Fraction(n, vote.outcome.voters)) if n else "" for n in counts),
                first=line.code in vote.outcome.winners,
            )
        )
    note = tr(vote.lang, "Beside each name its middle grade: the one on which the line in the middle falls.")
    profile = Stacks(key=tuple(vote.scale()), stacks=tuple(stacks), middle=True)
    return _panel(vote, note=_joined(note, _rest(vote, rest)), stacks=profile)


# --- Tables ----------------------------------------------------------------------------------------------------------


def _rounds(vote: Vote) -> Panel:
    """The rounds side by side; of many, the first and the last ones."""
    lang, rounds = vote.lang, vote.outcome.rounds
    lines, rest = _ordered(vote, MOST_LINES)
    shown = list(range(len(rounds)))
    if len(shown) > MOST_ROUNDS:
        shown = [0, *shown[-(MOST_ROUNDS - 1) :]]
    most = max([Fraction(1), *(Fraction(n) for one in rounds for n in one.votes.values())])
    rows = []
    for line in lines:
        cells, done = [], False
        for at, one in enumerate(rounds):
            votes = one.votes.get(line.code)
            mark = "won" if line.code in one.elected else "gone" if line.code in one.eliminated else ""
            if votes is None or (done and vote.method is Method.STV and not mark and Fraction(votes) == 0):
                cell = Cell(text="")
            else:
                cell = Cell(text=_brief(vote, votes), part=float(Fraction(votes) / most), mark=mark)
            done = done or mark == "won"
            if at in shown:
                cells.append(cell)
        rows.append((vote.name(line.code), tuple(cells)))
    lost = [Cell(text=_brief(vote, rounds[at].exhausted)) for at in shown]
    if any(Fraction(one.exhausted) for one in rounds):
        rows.append((tr(lang, "No further choice"), tuple(lost)))
    elected = tr(lang, "Bold and dark: elected. Struck through: goes.")
    skipped = len(rounds) - len(shown)
    between = trn(lang, "{count} round between is on the page.", "{count} rounds between are on the page.", skipped,
                  count=vote.figure(skipped)) if skipped else ""  # fmt: skip
    heads = tuple(tr(lang, "Round {n}", n=at + 1) for at in shown)
    grid = Grid(heads=heads, rows=tuple(rows), bars=True, key=elected)
    return _panel(vote, note=_joined(between, _rest(vote, rest)), grid=grid)


def _brief(vote: Vote, votes: Number) -> str:
    """Votes with one decimal at most."""
    whole = Fraction(votes)
    return vote.figure(int(whole) if whole.denominator == 1 else Fraction(round(whole * 10), 10))


def _pairs(vote: Vote) -> Panel:
    """Who is preferred to whom: the row against the column."""
    lang = vote.lang
    lines, rest = _ordered(vote, MOST_PAIRED)
    prefer: dict[tuple[str, str], int] = {}
    for duel in vote.outcome.duels:
        prefer[duel.a, duel.b], prefer[duel.b, duel.a] = duel.for_a, duel.for_b
    rows = []
    for place, a in enumerate(lines, 1):
        cells = []
        for b in lines:
            n, back = prefer.get((a.code, b.code), 0), prefer.get((b.code, a.code), 0)
            mark = "won" if n > back else ""
            cells.append(
                Cell(text="")
                if a is b
                else Cell(text=vote.figure(n), part=n / vote.outcome.voters if n > back else 0.0, mark=mark)
            )
        rows.append((f"{place}. {vote.name(a.code)}", tuple(cells)))
    heads = tuple(vote.figure(place) for place in range(1, len(lines) + 1))
    note = tr(lang, "Each line: how many people prefer this one to number 1, 2 ...")
    grid = Grid(
        heads=heads,
        rows=tuple(rows),
        key=tr(lang, "Dark: more people prefer it than the other way round."),
        spoken=tuple(phrases.unpointed(tr(lang, "to {name}:", name=vote.name(line.code))) for line in lines),
    )
    return _panel(vote, note=_joined(note, _rest(vote, rest)), grid=grid)


def _calendar(vote: Vote) -> Panel:
    """Dates in their own order; of many, the best ones."""
    lang = vote.lang
    lines, rest = _ordered(vote, MOST_LINES)
    shown = {line.code for line in lines}
    rows = []
    for line in vote.outcome.lines:
        if line.code not in shown:
            continue
        cells = tuple(
            Cell(
                text=vote.figure(line.more[state]),
                part=float(Fraction(line.more[state]) / vote.outcome.voters),
                mark="against" if state == "no" else "won" if line.code in vote.outcome.winners else "",
            )
            for state in ("yes", "maybe", "no")
        )
        best = "★ " if line.code in vote.outcome.winners else ""
        rows.append((best + phrases.slot(lang, line.code, brief=True), cells))
    heads = (tr(lang, "Yes"), tr(lang, "If need be"), tr(lang, "No"))
    key = tr(lang, "★ suits most people.") if vote.outcome.winners else ""
    return _panel(vote, note=_rest(vote, rest), grid=Grid(heads=heads, rows=tuple(rows), key=key))


# --- Map -------------------------------------------------------------------------------------------------------------


def _matrix(vote: Vote) -> Panel | None:
    """Two criteria as a map, with a third as colour; one alone as bars."""
    kind = vote.ask.kind
    if not isinstance(kind, Grades):
        return None
    lang, default = vote.lang, vote.flow.lang
    criteria = [(one.code, one.label.read(lang, default) or one.code) for one in kind.criteria]
    judged = [line for line in _ordered(vote, MOST_DOTS)[0] if line.more]
    if len(criteria) == 1:
        (code, _label) = criteria[0]
        bars = tuple(
            Bar(
                label=vote.name(line.code),
                figure=vote.grade(line.more[f"{code}.median"], code),
                length=_height(vote, line.more, code),
                spare=line.code,
            )
            for line in judged[:MOST_LINES]
        )
        note = tr(lang, "The length: the average grade. Beside it the middle grade.")
        return _panel(vote, note=_joined(note, _rest(vote, len(vote.outcome.lines) - len(bars))), bars=bars)
    (x, across), (y, up), *more = criteria
    placed = [line for line in judged if f"{x}.mean" in line.more and f"{y}.mean" in line.more]
    dots = []
    for number, line in enumerate(placed, 1):
        third = more[0][0] if more and f"{more[0][0]}.mean" in line.more else ""
        dots.append(
            Dot(
                number=vote.figure(number),
                label=vote.name(line.code),
                x=_height(vote, line.more, x),
                y=_height(vote, line.more, y),
                tone=_height(vote, line.more, third) if third else None,
                told=number_of(vote, line),
            )
        )
    drawn = Map(
        across=across,
        up=up,
        across_ends=_ends(vote, x),
        up_ends=_ends(vote, y),
        dots=tuple(dots),
        tone=phrases.unpointed(tr(lang, "The darker, the higher: {criterion}.", criterion=more[0][1])) if more else "",
    )
    return _panel(vote, note=_rest(vote, len(vote.outcome.lines) - len(dots)), map=drawn)


def _height(vote: Vote, more: Mapping[str, Number], criterion: str) -> float:
    """The average grade on a scale from 0 to 1."""
    steps = max(1, len(vote.scale(criterion)) - 1)
    return float(Fraction(more[f"{criterion}.mean"]) / steps)


def _ends(vote: Vote, criterion: str) -> tuple[str, str]:
    scale = vote.scale(criterion)
    return scale[0], scale[-1]
