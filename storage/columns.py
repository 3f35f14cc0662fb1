"""What columns are made of: one that holds nothing about a person, and those that do, with what becomes of it.

The one rule: every column is made here, so that none is without its note. See `storage.tables`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, Column, Integer, MetaData

metadata = MetaData(
    naming_convention={
        "ix": "%(table_name)s_%(column_0_N_name)s",
        "uq": "%(table_name)s_%(column_0_N_name)s_key",
        "fk": "%(table_name)s_%(column_0_name)s_fkey",
        "pk": "%(table_name)s_pkey",
    }
)

Id = BigInteger().with_variant(Integer, "sqlite")


class OnErase(StrEnum):
    DELETE = "the row is deleted"
    KEEP = "kept: no longer linked to the person"


@dataclass(frozen=True, slots=True, kw_only=True)
class Personal:
    """What a column holds about a person."""

    category: str
    purpose: str
    retention: str
    in_export: bool
    on_erase: OnErase


def plain(name: str, *args: Any, **options: Any) -> Column[Any]:
    """A column without personal data."""
    return Column(name, *args, info={"personal": None}, **options)


def personal(
    name: str,
    *args: Any,
    category: str,
    purpose: str,
    retention: str,
    in_export: bool,
    on_erase: OnErase,
    **options: Any,
) -> Column[Any]:
    """A column with personal data, and what becomes of it."""
    note = Personal(category=category, purpose=purpose, retention=retention, in_export=in_export, on_erase=on_erase)
    return Column(name, *args, info={"personal": note}, **options)


def address(name: str, *args: Any, **options: Any) -> Column[Any]:
    return personal(
        name,
        *args,
        category="address on a messenger",
        purpose="to answer the person",
        retention="until the person erases it, or the row's own end",
        in_export=True,
        on_erase=OnErase.DELETE,
        **options,
    )


def participant(name: str = "participant", *args: Any, **options: Any) -> Column[Any]:
    return personal(
        name,
        Id,
        *args,
        category="pseudonym",
        purpose="to know one person's rows",
        retention="until the person erases it",
        in_export=True,
        on_erase=OnErase.DELETE,
        **options,
    )


def content(name: str, *args: Any, retention: str, **options: Any) -> Column[Any]:
    return personal(
        name,
        *args,
        category="what the person said, possibly a political opinion",
        purpose="the consultation",
        retention=retention,
        in_export=True,
        on_erase=OnErase.DELETE,
        **options,
    )
