"""Two officers decide one entry in the same moment: one wins, the other is told. Real threads, real transactions."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import make_actor
from tests.threads import Meeting
from tests.work.lists.build import NINGJIN, in_reserve, reserve, this_year
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.kernel import clock
from workrelief.kernel.errors import Conflict, DomainError
from workrelief.work.lists import queries, services
from workrelief.work.lists.services import issuing
from workrelief.work.projects.services import ProjectChanges

pytestmark = pytest.mark.django_db(transaction=True)

Together = Callable[..., list[object]]


@pytest.fixture
def officer() -> Actor:
    return make_actor(Role.COUNTY_OFFICER, "371422")


@pytest.fixture
def together(tmp_path: Path) -> Together:
    """Run the calls at once; the outcome of each is its answer or the error it raised, and the database holds what they did."""

    def run(*calls: Callable[[], object]) -> list[object]:
        meeting = Meeting(tmp_path)
        outcomes = meeting.at_once(*calls)
        assert not [o for o in outcomes if isinstance(o, Exception) and not isinstance(o, DomainError)], outcomes
        meeting.bring_back()
        return outcomes

    return run


def one_won(outcomes: list[object]) -> Conflict:
    lost = [o for o in outcomes if isinstance(o, DomainError)]
    assert len(lost) == 1, outcomes
    assert isinstance(lost[0], Conflict), lost[0]
    return lost[0]


def test_one_confirms_the_other_returns(officer, together):
    (pk,) = in_reserve(officer, [reserve(0)])
    services.advance(officer, [pk], "submit")
    told = one_won(
        together(
            lambda: services.advance(officer, [pk], "confirm", expected="submitted"),
            lambda: services.advance(officer, [pk], "return", expected="submitted", reason="演示：再核"),
        )
    )
    assert "请刷新" in told.message
    one = queries.entry(officer.scope, pk)
    assert one.state in ("county_confirmed", "draft")
    assert one.version == 3


def test_both_confirm_and_only_one_step_is_kept(officer, together):
    (pk,) = in_reserve(officer, [reserve(0)])
    services.advance(officer, [pk], "submit")
    one_won(together(*[lambda: services.advance(officer, [pk], "confirm")] * 2))
    assert [s.step for s in queries.steps(officer.scope, pk)] == ["enter", "submit", "confirm_county"]


def test_both_issue_and_only_one_edition_is_kept(officer, together):
    (pk,) = in_reserve(officer, [reserve(0)])
    services.advance(officer, [pk], "submit")
    services.advance(officer, [pk], "confirm")

    def issue() -> object:
        return services.issue(
            officer, this_year(), "county", division=NINGJIN, document_no="演示1号", issued_on=clock.today()
        )

    one_won(together(issue, issue))
    assert queries.editions(officer.scope).count() == 1


def test_both_enter_and_only_one_place_is_taken(officer, together):
    (pk,) = in_reserve(officer, [reserve(0)])
    services.take_out(officer, pk, reason="演示：重来")
    project = queries.entry(officer.scope, pk).project_id
    one_won(together(*[lambda: services.enter(officer, project, this_year(), "county")] * 2))
    assert queries.entries(officer.scope, queries.EntryFilter(is_standing=True)).count() == 1


def listed(officer: Actor, *numbers: int) -> list[int]:
    ids = in_reserve(officer, [reserve(n) for n in numbers])
    services.advance(officer, ids, "submit")
    services.advance(officer, ids, "confirm")
    return ids


def issue(officer: Actor, number: int) -> object:
    return services.issue(
        officer, this_year(), "county", division=NINGJIN, document_no=f"演示{number}号", issued_on=clock.today()
    )


def test_issuing_and_withdrawing_follow_one_another(officer, together, monkeypatch):
    """Withdrawing takes its time between looking for a newer edition and taking the entries; no edition comes in between."""
    listed(officer, 0)
    first = issue(officer, 1)
    listed(officer, 11)
    slow, take = threading.local(), issuing._locked

    def held(*given: object) -> object:
        if getattr(slow, "is_on", False):
            time.sleep(0.6)
        return take(*given)  # type: ignore[arg-type]

    def withdraw() -> object:
        slow.is_on = True
        return services.withdraw_edition(officer, first.pk, reason="演示：有误")  # type: ignore[attr-defined]

    def later() -> object:
        time.sleep(0.2)
        return issue(officer, 2)

    monkeypatch.setattr(issuing, "_locked", held)
    outcomes = together(withdraw, later)
    assert not [o for o in outcomes if isinstance(o, DomainError)], outcomes
    one, two = queries.editions(officer.scope).order_by("number")
    assert (one.state, two.state) == ("withdrawn", "issued")
    assert two.previous_id is None, "a withdrawn edition is nobody's former one"
    assert {line.change for line in queries.edition_lines(officer.scope, two.pk)} == {"in"}


def test_closing_and_adjusting_follow_one_another(officer, together):
    (pk,) = listed(officer, 0)
    issue(officer, 1)
    one_won(
        together(
            lambda: services.close_year(officer, this_year(), "county", division=NINGJIN),
            lambda: services.adjust(officer, pk, ProjectChanges(planned_workers=44), reason="演示：用工增加"),
        )
    )
    assert queries.entry(officer.scope, pk).state in ("closed", "adjusted")


def test_of_promoting_and_issuing_below_one_wins_and_nothing_stands_twice(officer, together):
    (pk,) = listed(officer, 0)
    city = make_actor(Role.CITY_OFFICER, "3714")
    together(
        lambda: issue(officer, 1),
        lambda: services.promote(city, pk, "city", reason="演示：带动多", expected="county_confirmed"),
    )
    standing = queries.entries(officer.scope, queries.EntryFilter(year=this_year(), is_standing=True))
    assert standing.count() == 1


def test_two_persons_decide_one_pair(officer, together):
    in_reserve(officer, [reserve(0, name="柴胡店镇农村道路改造提升"), reserve(0, name="柴胡店镇农村道路改造工程")])
    assert services.look_for_duplicates(officer, this_year()) == 1
    (pair,) = queries.duplicates(officer.scope, this_year())
    told = one_won(
        together(
            *(
                lambda said=said: services.decide_duplicate(officer, pair.pk, said, reason="演示：现场核对")
                for said in ("same", "different")
            )
        )
    )
    assert "演示：现场核对" in told.message
