"""The clock stands still where told, errors carry their facts, findings say what blocks."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta

from workrelief.kernel import clock
from workrelief.kernel.citation import Cite
from workrelief.kernel.errors import Conflict, DomainError, InvalidInput, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import Finding, Severity, blockers


def test_the_day_is_that_of_china_whatever_the_zone_of_the_moment() -> None:
    with clock.travel(datetime(2022, 12, 31, 16, 30, tzinfo=UTC)):
        assert clock.today() == date(2023, 1, 1)
        assert clock.now().utcoffset() == timedelta(hours=8)


def test_travel_ends_with_its_block_also_inside_another_and_after_an_error() -> None:
    outer, inner = datetime(2022, 1, 1, tzinfo=clock.CHINA), datetime(2020, 5, 5, tzinfo=clock.CHINA)
    with clock.travel(outer):
        try:
            with clock.travel(inner):
                assert clock.now() == inner
                raise ValueError
        except ValueError:
            pass
        assert clock.now() == outer
    assert clock.now() > outer


def test_a_shifted_clock_runs_on_in_its_own_year_and_can_be_put_right() -> None:
    machine = datetime.now(clock.CHINA)
    clock.shift(datetime(2023, 1, 12, tzinfo=clock.CHINA) - machine)
    try:
        first = clock.now()
        assert clock.today() == date(2023, 1, 12)
        assert clock.is_shifted()
        assert clock.now() >= first
        assert timedelta(0) <= clock.machine_moment(first) - machine < timedelta(minutes=1)
        with clock.travel(datetime(2022, 5, 5, tzinfo=clock.CHINA)):
            assert clock.today() == date(2022, 5, 5)
    finally:
        clock.shift(timedelta(0))
    assert not clock.is_shifted()
    assert clock.now() >= machine


def test_another_thread_does_not_travel_along() -> None:
    seen: list[date] = []
    with clock.travel(datetime(2001, 1, 1, tzinfo=clock.CHINA)):
        thread = threading.Thread(target=lambda: seen.append(clock.today()))
        thread.start()
        thread.join()
    assert seen[0].year > 2001


def test_errors_carry_code_message_facts_and_findings() -> None:
    said = Finding("C06", Severity.BLOCKER, "合计不等", cite=Cite("rulebook"))
    error = RuleViolated("C06", "合计不等", facts={"row": 3}, findings=[said])
    assert (str(error), error.code, error.facts, error.findings) == ("合计不等", "C06", {"row": 3}, (said,))
    statuses = {e: e.status for e in (DomainError, InvalidInput, NotFound, NotPermitted, RuleViolated, Conflict)}
    assert list(statuses.values()) == [400, 422, 404, 403, 409, 409]


def test_only_blockers_stop() -> None:
    findings = [Finding("X", severity, "说明") for severity in Severity]
    assert [f.severity for f in blockers(findings)] == [Severity.BLOCKER]
    assert blockers([]) == []
    assert [s.label for s in Severity] == ["阻断", "严重", "一般", "提示"]
