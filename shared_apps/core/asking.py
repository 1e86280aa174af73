"""Many questions to the database in one statement, each part of a page still asking its own.

A part that needs rows is a generator: it yields the querysets that it needs and is sent back their rows. All
parts of a page are asked `together`: a round of yields is one statement, however many parts there are.

    def notes_shown(record):
        (notes,) = yield [notes_about(record)[:10]]
        return list(notes)

    notes, tasks = together(notes_shown(record), tasks_shown(record))
"""

import json
from collections.abc import Callable, Generator, Sequence
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeAlias, TypeVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import EmptyResultSet
from django.db import connections, models
from django.db.models import QuerySet

T = TypeVar("T")
Answers: TypeAlias = list[list[Any]]
Asking: TypeAlias = Generator[Sequence[QuerySet[Any]], Answers, T]

# How a column comes back from JSON; of other kinds the value is as JSON has it.
READERS: Sequence[tuple[type[Any], Callable[[Any], Any]]] = (
    (models.UUIDField, UUID),
    (models.DateTimeField, datetime.fromisoformat),
    (models.DateField, date.fromisoformat),
    (models.TimeField, time.fromisoformat),
    (models.DecimalField, Decimal),
    (models.FloatField, float),
)
UNREADABLE = (models.BinaryField, models.DurationField)


def answered(asking: Asking[T]) -> T:
    """What a part comes to: one statement for each round of what it yields."""
    answers: Any = None
    while True:
        try:
            wanted = asking.send(answers)
        except StopIteration as end:
            told: T = end.value
            return told
        fetch(wanted)
        answers = [list(rows) for rows in wanted]


def together(*askings: Asking[Any]) -> list[Any]:
    """What the parts return, in their order."""
    return answered(side_by_side(*askings))


def side_by_side(*askings: Asking[Any]) -> Asking[list[Any]]:
    """Several parts as one: their rounds become its rounds."""
    results: list[Any] = [None] * len(askings)
    waiting: list[tuple[int, Asking[Any], Any]] = [(number, one, None) for number, one in enumerate(askings)]
    while waiting:
        asked = []
        for number, one, answers in waiting:
            try:
                asked.append((number, one, one.send(answers)))
            except StopIteration as end:
                results[number] = end.value
        if not asked:
            break
        answers = iter((yield [rows for _number, _one, wanted in asked for rows in wanted]))
        waiting = [(number, one, [next(answers) for _rows in wanted]) for number, one, wanted in asked]
    return results


def rows_of(queryset: QuerySet[Any]) -> Asking[list[Any]]:
    """The rows of a queryset as a part of a page."""
    (found,) = yield [queryset]
    return found


def fetch(querysets: Sequence[QuerySet[Any]]) -> None:
    """Fill the querysets by one statement; of a single one, by its own. Raises TypeError for columns that
    do not survive JSON (durations, bytes).
    """
    open_ones = [rows for rows in querysets if rows._result_cache is None]
    if len(open_ones) > 1:
        _ask([one for one in map(_compiled, open_ones) if one is not None], open_ones[0].db)
    for rows in open_ones:
        len(rows)
        vars(rows.query).pop("get_compiler", None)


def _ask(questions: Sequence[tuple[Any, str, Sequence[Any]]], using: str) -> None:
    if not questions:
        return
    texts = ", ".join(text for _compiler, text, _values in questions)
    values = [value for _compiler, _text, values in questions for value in values]
    with connections[using].cursor() as cursor:
        cursor.execute(f"SELECT {texts}", values)
        told = cursor.fetchone()
    for (compiler, _text, _values), text in zip(questions, told, strict=True):
        _give(compiler, text)


def _compiled(rows: QuerySet[Any]) -> tuple[Any, str, Sequence[Any]] | None:
    """The compiler of a queryset, and its question as a scalar of the joint statement; None for one that
    needs no asking.
    """
    query: Any = rows.query
    compiler = query.get_compiler(using=rows.db)
    query.get_compiler = lambda *unused, **also_unused: compiler
    try:
        sql, values = compiler.as_sql()
    except EmptyResultSet:
        _give(compiler, None)
        return None
    names = [f"c{number}" for number in range(len(compiler.select))]
    shown = ", ".join(
        f"{name}{_cast(one[0].output_field)} AS {name}"
        for name, one in zip(names, compiler.select, strict=True)
    )
    inside = f"SELECT {shown} FROM ({sql}) AS rows ({', '.join(names)})"  # noqa: S608
    return compiler, f"(SELECT json_agg(one)::text FROM ({inside}) AS one)", values  # noqa: S608


def _give(compiler: Any, text: str | None) -> None:
    """Let the compiler answer with these rows instead of asking the database."""
    readers = [_reader(one[0].output_field) for one in compiler.select or ()]
    told = json.loads(text, parse_float=Decimal) if text else []
    rows = [
        tuple(
            value if value is None or read is None else read(value)
            for value, read in zip(one.values(), readers, strict=True)
        )
        for one in told
    ]
    compiler.execute_sql = lambda *unused, **also_unused: [rows]


def _cast(field: Any) -> str:
    """JSON columns travel as text: the field reads them as ever."""
    if isinstance(field, models.JSONField):
        return "::text"
    return (
        "::text[]" if isinstance(field, ArrayField) and isinstance(field.base_field, models.JSONField) else ""
    )


def _reader(field: Any) -> Callable[[Any], Any] | None:
    while isinstance(field, models.ForeignKey):
        field = field.target_field
    if isinstance(field, ArrayField):
        inner = _reader(field.base_field)
        return (lambda values: [one if one is None else inner(one) for one in values]) if inner else None
    if isinstance(field, UNREADABLE):
        raise TypeError(f"{type(field).__name__} does not survive JSON")
    return next((read for kind, read in READERS if isinstance(field, kind)), None)
