"""Measures in the text format of Prometheus, written by hand: it is a dozen lines, and no library keeps a state of its
own beside the service. https://prometheus.io/docs/instrumenting/exposition_formats/

The one rule: no label holds anything about a person. Labels are names of messengers, states and outcomes.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

Sample = tuple[str, Mapping[str, str], float]
"""(what is added to the name, labels, value)"""


@dataclass(frozen=True, slots=True)
class Family:
    """One measure. Names say the unit (`_seconds`), counters end in `_total`."""

    name: str
    kind: Literal["counter", "gauge", "histogram"]
    about: str
    samples: tuple[Sample, ...]


def gauge(name: str, about: str, value: float) -> Family:
    return Family(name, "gauge", about, (("", {}, value),))


def counter(name: str, about: str, value: float) -> Family:
    return Family(name, "counter", about, (("", {}, value),))


def by(name: str, kind: Literal["counter", "gauge"], about: str, label: str, values: Mapping[str, float]) -> Family:
    """One value for each of something."""
    return Family(name, kind, about, tuple(("", {label: of}, value) for of, value in sorted(values.items())))


@dataclass(slots=True)
class Histogram:
    """Counts how long things took."""

    name: str
    about: str
    bounds: tuple[float, ...]
    counts: list[int] = field(default_factory=list)
    total: float = 0.0

    def __post_init__(self) -> None:
        self.counts = [0] * (len(self.bounds) + 1)

    def observe(self, value: float) -> None:
        self.counts[bisect_left(self.bounds, value)] += 1
        self.total += value

    def family(self) -> Family:
        samples: list[Sample] = []
        below = 0
        for bound, count in zip((*self.bounds, float("inf")), self.counts, strict=True):
            below += count
            samples.append(("_bucket", {"le": _number(bound)}, below))
        samples += [("_sum", {}, self.total), ("_count", {}, below)]
        return Family(self.name, "histogram", self.about, tuple(samples))


def exposition(families: Iterable[Family]) -> str:
    """Everything, as it is scraped."""
    return "".join(_written(family) for family in families)


def _written(family: Family) -> str:
    head = f"# HELP {family.name} {_plain(family.about)}\n# TYPE {family.name} {family.kind}\n"
    return head + "".join(
        f"{family.name}{more}{_labels(labels)} {_number(value)}\n" for more, labels, value in family.samples
    )


def _labels(labels: Mapping[str, str]) -> str:
    inside = ",".join(f'{name}="{_quoted(value)}"' for name, value in labels.items())
    return f"{{{inside}}}" if inside else ""


def _plain(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _plain(text).replace('"', r"\"")


def _number(value: float) -> str:
    if value == float("inf"):
        return "+Inf"
    return str(int(value)) if value == int(value) else repr(float(value))
