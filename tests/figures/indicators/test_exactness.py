"""Cubes, rows through Ibis and plain SQL say the same of any ledger, however lines were taken back."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.figures import build
from tests.figures.build import FEIXIAN, NINGJIN, a_pay_row
from workrelief.base.access.scope import Scope
from workrelief.figures.indicators.asking import ask
from workrelief.figures.indicators.catalogue import all_definitions, definition
from workrelief.figures.indicators.definitions import Measure
from workrelief.figures.indicators.read import values_of
from workrelief.figures.ledger.facts import FUND_MOVE
from workrelief.figures.ledger.seal import seal_months
from workrelief.figures.snapshots import queries
from workrelief.figures.snapshots.families import FAMILIES
from workrelief.figures.snapshots.services import refresh_live
from workrelief.kernel import codes
from workrelief.kernel.period import Period

MEASURES = [d for d in all_definitions() if isinstance(d, Measure)]
PLACES = [NINGJIN, NINGJIN + 100_000, NINGJIN + 101_000, NINGJIN + 101_201, 371482000000, FEIXIAN, FEIXIAN + 100_000]
LAYOUTS = [
    (), ("province",), ("city",), ("county",), ("township",), ("track",), ("sector",), ("group",), ("quarter",),
    ("city", "track"), ("county", "group", "quarter"), ("track", "quarter"), ("fund_type",), ("county", "fund_type"),
]  # fmt: skip
PERIODS = ["2021", "2022", "2023", "2022H1", "2022H2", "2022Q1", "2022Q4", "2023Q1"]
MONTHS = [202110, 202112, 202201, 202202, 202206, 202209, 202212, 202301, 202303]

pay_lines = st.builds(
    lambda worker, project, place, group, month, back, sign, local, paid: a_pay_row(
        worker,
        engagement=worker * 10 + project,
        project=project,
        division=PLACES[place],
        track=1 + project % 3,
        sector=1 + project % 2,
        group=group,
        on=date(month // 100, month % 100, 15),
        wage=MONTHS[max(0, MONTHS.index(month) - back)],
        sign=sign,
        paid=paid * sign,
        local=local,
    ),
    worker=st.integers(1, 5),
    project=st.integers(1, 3),
    place=st.integers(0, len(PLACES) - 1),
    group=st.sampled_from([1, 2, 9]),
    month=st.sampled_from(MONTHS),
    back=st.integers(0, 3),
    sign=st.sampled_from([1, 1, 1, 1, -1]),  # also −1 without an original, in any cell
    local=st.integers(0, 1),
    paid=st.integers(0, 500_000),
)
other_lines = st.tuples(
    st.integers(1, 4),
    st.integers(0, len(PLACES) - 1),
    st.sampled_from(MONTHS),
    st.integers(0, 10**9),
    st.integers(1, 4),
)
moves = st.tuples(
    st.integers(1, 4),
    st.integers(0, len(PLACES) - 1),
    st.sampled_from(MONTHS),
    st.sampled_from(["received", "paid", "invested", "year_plan"]),
    st.integers(0, 10**9),
    st.sampled_from([0, 1, 2, 3, 9]),
)


def _sql(measure: Measure, period: Period, scope: Scope, unit: int) -> dict[int, int]:
    """A measure by place (12-digit code without its last `unit` digits) in plain SQL, all conditions written out."""
    first = {"within": period.first_month, "year_to_date": period.year * 100 + 1, "to_date": 0}[measure.window]
    conditions = [f'"{measure.family.time}" BETWEEN {first} AND {period.last_month}']
    places = " OR ".join(
        f"division_code BETWEEN {low} AND {high}" for low, high in map(codes.code_range, scope.divisions)
    )
    conditions.append(f"({places})")
    only = " AND ".join(f'"{c}" IN ({", ".join(map(str, allowed))})' for c, allowed in measure.only) or "1 = 1"
    table = f"ledger_{measure.family.table.name}"
    place = f"division_code - division_code % {10**unit}"
    where = " AND ".join(conditions)
    if measure.column:
        text = (
            f'SELECT {place}, sum(CASE WHEN {only} THEN "{measure.column}" ELSE 0 END) FROM {table} '
            f"WHERE {where} GROUP BY 1"
        )
    else:
        spec = measure.spec
        weight = " + ".join(f'"{w}"' for w in spec.weights)
        text = (
            f'SELECT place, sum(CASE WHEN net > 0 THEN 1 ELSE 0 END) FROM (SELECT {place} AS place, "{spec.key}" AS k, '
            f"sum(CASE WHEN {only} THEN {weight} ELSE 0 END) AS net FROM {table} "
            f'WHERE {where} AND "{spec.key}" IS NOT NULL GROUP BY 1, 2) AS nets GROUP BY 1'
        )
    with connection.cursor() as on:
        on.execute(text)
        return {int(key): int(value) for key, value in on.fetchall()}


@pytest.mark.django_db
@settings(
    max_examples=40,
    deadline=None,
    derandomize=True,
    phases=(Phase.explicit, Phase.generate),  # shrinking a ledger takes minutes; add Phase.shrink to study a failure
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    batches=st.lists(st.lists(pay_lines, min_size=1, max_size=14), min_size=1, max_size=4),
    taken_back=st.lists(st.integers(0, 60), max_size=6),
    others=st.lists(other_lines, max_size=6),
    money=st.lists(moves, max_size=8),
    money_back=st.lists(st.integers(0, 7), max_size=3),
    refreshed=st.lists(st.booleans(), min_size=6, max_size=6),
    layout=st.sampled_from(LAYOUTS),
    period=st.sampled_from(PERIODS),
    prefixes=st.sampled_from([("37",), ("3714",), ("371422",), ("371422101", "3713")]),
)
def test_cubes_rows_and_sql_agree(batches, taken_back, others, money, money_back, refreshed, layout, period, prefixes):
    with transaction.atomic():
        sources: list[int] = []
        for position, batch in enumerate(batches):
            build.pay(*batch)
            sources += [int(row[6]) for row in batch]
            if refreshed[position]:
                refresh_live()
        for project, place, month, amount, code in others:
            day = date(month // 100, month % 100, 3)
            build.projects(build.a_project_row(project, investment=amount, on=day, division=PLACES[place]))
            build.funds(
                build.a_fund_row(
                    project, issued=amount, fund_type=code, on=day, division=PLACES[place], track=1 + code % 3
                )
            )
            build.training(build.a_training_row(project, times=code, audience=code, kind=code, on=day, division=PLACES[place],
                                                worker=project if code > 2 else None))  # fmt: skip
        moved = [
            build.a_move_row(
                project, on=date(month // 100, month % 100, 9), division=PLACES[place], track=1 + project % 3,
                fund_type=fund, **{what: amount},
            )
            for project, place, month, what, amount, fund in money
        ]  # fmt: skip
        if moved:
            build.moves(*moved)
        if refreshed[4]:
            refresh_live()
        back = {sources[i % len(sources)] for i in taken_back}
        if back:
            build.take_back(*back, on=date(2023, 3, 31))
        if moved and money_back:
            wrong = {int(moved[i % len(moved)][6]) for i in money_back}
            build.take_back(*wrong, on=date(2023, 3, 31), table=FUND_MOVE)
        if refreshed[5]:
            refresh_live()
        scope = Scope(prefixes)
        view = queries.live()
        asked = ask(scope=scope, period=Period(period), by=layout, division=None, where={})
        from_cells = values_of(view, MEASURES, asked)
        from_rows = values_of(view, MEASURES, asked, from_rows=True)
        assert from_cells == from_rows
        level = {"city": 8, "county": 6, "township": 3}.get(layout[0] if len(layout) == 1 else "", 0)
        if level:
            for measure in MEASURES:
                expected = _sql(measure, Period(period), scope, level)
                assert {key[0]: value for key, value in from_cells[measure.id].items()} == expected, measure.id
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_a_person_taken_back_in_a_sealed_year_disappears_from_the_months_worked():
    wanted = [definition("headcount_unique"), definition("headcount_project"), definition("wages_paid")]
    build.pay(
        a_pay_row(1, paid=100, on=date(2022, 12, 20), source=9001),
        a_pay_row(1, paid=100, on=date(2022, 11, 20), division=FEIXIAN, engagement=12, source=9002),
        a_pay_row(2, paid=100, on=date(2022, 12, 20), source=9003),
    )
    refresh_live()
    seal_months(Period("2022"), by="测试")
    build.take_back(9001, on=date(2023, 1, 9))

    def read_all(period: str) -> list[int | None]:
        asked = ask(scope=build.PROVINCE, period=Period(period), by=(), division=None, where={})
        values = values_of(queries.live(), wanted, asked)
        assert values == values_of(queries.live(), wanted, asked, from_rows=True)
        return [values[d.id].get(()) for d in wanted]

    for _ in range(2):
        assert read_all("2022") == [2, 2, 300]  # person 1 still worked in Feixian; the money of 2022 stays sealed
        assert read_all("2022Q4") == [2, 2, 300]
        assert read_all("2023") == [None, None, -100]
        refresh_live()


def test_every_family_has_a_measure():
    """A cube keeps nothing nobody reads."""
    used = defaultdict(set)
    for measure in MEASURES:
        used[measure.family.name].add(measure.column or measure.counted)
    assert {f.name: {*f.sums, *(s.name for s in f.sets)} for f in FAMILIES} == dict(used)
