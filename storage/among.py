"""One of many values, with one blank for all of them: `column IN (...)` whose text is the same however many there are.

The one rule: the values travel as one JSON text. A blank for each value makes another statement for each number of
them, which is built, sent, read and planned anew every time; it was a tenth of what a batch asks the database.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import orjson
from sqlalchemy import JSON, Dialect, Integer, TypeDecorator, bindparam, cast, select
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class _Values(TypeDecorator[Any]):
    """A collection of texts or of whole numbers, on its way to the database."""

    impl = JSON
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Any:
        def written(values: Collection[str] | Collection[int]) -> str:
            return orjson.dumps(list(values)).decode()

        return written


class _elements(GenericFunction[Any]):
    """The elements of a JSON list, a row each, in the column `value`."""

    inherit_cache = True
    name = "palabre_elements"


@compiles(_elements, "sqlite")
def _on_sqlite(function: Any, compiler: Any, **options: Any) -> str:
    return f"json_each{compiler.function_argspec(function, **options)}"


@compiles(_elements, "postgresql")
def _on_postgresql(function: Any, compiler: Any, **options: Any) -> str:
    return f"json_array_elements_text{compiler.function_argspec(function, **options)}"


def among(column: Any, name: str) -> Any:
    """Is `column` one of the values that are given as `name` (a list, also an empty one)?"""
    value = _elements(bindparam(name, type_=_Values())).table_valued("value").c.value
    return column.in_(select(cast(value, column.type) if isinstance(column.type, Integer) else value))
