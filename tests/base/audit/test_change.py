"""The change door: permission, scope, transaction, difference, masking, entry."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import models, transaction

from tests.conftest import make_actor
from workrelief.base.access.actor import Actor
from workrelief.base.access.permissions import Role
from workrelief.base.accounts.models import Post, Unit, User
from workrelief.base.audit.change import change, change_many, entry_content, viewed
from workrelief.base.audit.models import AccessEntry, AuditEntry
from workrelief.base.audit.sm3 import canonical, sm3_hex
from workrelief.base.files.models import StoredFile
from workrelief.kernel import clock
from workrelief.kernel.citation import Cite
from workrelief.kernel.errors import Conflict, NotFound, NotPermitted, RuleViolated
from workrelief.kernel.findings import Finding, Severity
from workrelief.kernel.statemachine import Machine, State, Transition
from workrelief.work.workers.models import Worker

pytestmark = pytest.mark.django_db
FEIXIAN, NINGJIN = "371325000000", "371422000000"


def stored(division: str = FEIXIAN) -> StoredFile:
    return StoredFile.rows.create(
        digest="0" * 64,
        size=1,
        name="旧名.csv",
        media_type="text/csv",
        division_code=division,
        uploaded_by_name="x",
        at=clock.now(),
    )


def rows_of(actor: Actor, row: StoredFile) -> models.QuerySet[StoredFile]:
    return StoredFile.objects.within(actor.scope).filter(pk=row.pk)


@pytest.fixture
def officer() -> Actor:
    """A county officer as the acting middleware makes one, with ids and a request number."""
    made = make_actor(Role.COUNTY_OFFICER, "371325")
    return Actor(7, made.name, 70, made.post_label, made.roles, made.scope, request_id="abc123")


def test_an_entry_says_who_what_where_why_and_the_difference(officer: Actor) -> None:
    row = stored()
    cite = Cite("gbh-2022-58", "第三条")
    with change(officer, "file.store", rows_of(officer, row), reason="更正文件名", cite=cite) as c:
        c.row.name = "新名.csv"
        c.row.save()
    entry = AuditEntry.objects.get()
    assert (entry.user_id, entry.user_name, entry.post_label, entry.request_id) == (
        7,
        officer.name,
        officer.post_label,
        "abc123",
    )
    assert (entry.action, entry.target_kind, entry.target_id) == ("file.store", "files.storedfile", str(row.pk))
    assert (entry.division_code, entry.reason, entry.cite) == (FEIXIAN, "更正文件名", "gbh-2022-58 第三条")
    assert entry.difference == {"name": ["旧名.csv", "新名.csv"]}
    assert entry.target_label == "新名.csv"


def test_without_the_right_nothing_is_read_or_written(officer: Actor) -> None:
    row = stored()
    with pytest.raises(NotPermitted), change(officer, "audit.view", rows_of(officer, row)):
        pytest.fail("the door opened")
    assert AuditEntry.objects.count() == 0


def test_a_row_out_of_scope_is_not_found_and_never_forbidden(officer: Actor) -> None:
    foreign = stored(NINGJIN)
    with pytest.raises(NotFound) as outside, change(officer, "file.store", rows_of(officer, foreign)):
        pytest.fail("the door opened")
    with (
        pytest.raises(NotFound) as missing,
        change(officer, "file.store", StoredFile.objects.within(officer.scope).filter(pk=0)),
    ):
        pytest.fail("the door opened")
    assert (outside.value.code, outside.value.message) == (missing.value.code, missing.value.message)


def make_new(actor: Actor, division: str) -> None:
    with change(actor, "file.store", StoredFile) as c:
        c.target = stored(division)


def test_something_new_must_lie_in_the_scope_or_nothing_remains(officer: Actor) -> None:
    make_new(officer, FEIXIAN)
    with pytest.raises(NotFound):
        make_new(officer, NINGJIN)
    assert [r.division_code for r in StoredFile.rows.all()] == [FEIXIAN]
    assert AuditEntry.objects.count() == 1


def fail_after_writing(actor: Actor, row: StoredFile) -> None:
    with change(actor, "file.store", rows_of(actor, row)) as c:
        c.row.name = "不应留下.csv"
        c.row.save()
        raise Conflict("x", "y")


def test_data_and_trail_stand_or_fall_together(officer: Actor) -> None:
    row = stored()
    with pytest.raises(Conflict):
        fail_after_writing(officer, row)
    row.refresh_from_db()
    assert row.name == "旧名.csv"
    assert AuditEntry.objects.count() == 0


def test_jobs_asked_for_run_after_the_commit_and_only_then(officer: Actor, django_capture_on_commit_callbacks) -> None:
    row, ran = stored(), []
    with django_capture_on_commit_callbacks(execute=True):
        with change(officer, "file.store", rows_of(officer, row)) as c:
            c.after_commit(lambda: ran.append(1))
            c.row.name = "新名.csv"
            c.row.save()
        assert ran == []
    assert ran == [1]


def test_a_blocking_finding_stops_and_a_remark_does_not(officer: Actor) -> None:
    row = stored()
    remark = Finding("X1", Severity.WARNING, "提醒")
    blocker = Finding("X2", Severity.BLOCKER, "不行")
    with change(officer, "file.store", rows_of(officer, row)) as c:
        c.require([remark])
    with pytest.raises(RuleViolated) as refused, change(officer, "file.store", rows_of(officer, row)) as c:
        c.require([remark, blocker])
    assert refused.value.code == "X2"
    assert refused.value.findings == (remark, blocker)


MACHINE = Machine(
    "probe",
    states=[State("open", "开"), State("closed", "关")],
    transitions=[
        Transition("close", ("open",), "closed", "关闭", "file.store"),
        Transition("audit", ("open",), "closed", "审计", "audit.view"),
    ],
)


def test_a_step_of_the_life_cycle_asks_its_own_right(officer: Actor) -> None:
    row = stored()
    with change(officer, "file.store", rows_of(officer, row)) as c:
        c.row.state = "open"
        c.fire(MACHINE, "close")
        assert c.row.state == "closed"
        with pytest.raises(Conflict):
            c.fire(MACHINE, "close")
        c.row.state = "open"
        with pytest.raises(NotPermitted):
            c.fire(MACHINE, "audit")


def test_a_change_without_a_target_is_a_mistake_in_the_code(officer: Actor) -> None:
    with pytest.raises(RuntimeError), change(officer, "file.store", StoredFile):
        pass


def test_secret_columns_are_masked_on_both_sides() -> None:
    admin = make_actor(Role.SYSTEM_ADMIN, "37")
    with change(admin, "account.manage", User) as c:
        c.target = User(username="demo.x", display_name="演示", password="argon2$secret")
        c.target.save()
    assert AuditEntry.objects.get().difference["password"] == [None, "●"]
    with change(admin, "account.manage", User.objects.filter(username="demo.x")) as c:
        c.row.password = "argon2$other"
        c.row.save()
    assert "argon2" not in str([e.difference for e in AuditEntry.objects.all()])


def test_what_is_sealed_of_a_person_never_reaches_the_trail(officer: Actor) -> None:
    """Ciphertexts and blind indexes of every binary column, whatever its name."""
    sealed = [f.attname for f in Worker._meta.concrete_fields if isinstance(f, models.BinaryField)]
    assert len(sealed) >= 4
    with change(officer, "worker.register", Worker) as c:
        c.target = Worker(
            name="演示甲", identity_masked="379900********0011", sex="F", born_on=date(1980, 1, 1), division_code=FEIXIAN,
            updated_at=clock.now(), **dict.fromkeys(sealed, b"ciphertext"),
        )  # fmt: skip
        c.target.save()
    difference = AuditEntry.objects.get().difference
    assert {name: difference[name] for name in sealed} == {name: [None, "●"] for name in sealed}
    assert "ciphertext" not in str(difference)


def test_dates_and_decimals_are_written_as_text() -> None:
    admin = make_actor(Role.SYSTEM_ADMIN, "37")
    unit = Unit.objects.create(name="演示", division_code="370000000000")
    user = User.objects.create(username="demo.y", display_name="演示")
    with change(admin, "account.manage", Post) as c:
        c.target = Post(
            user=user, unit=unit, title="经办", roles=["owner"], division_prefixes=["37"], valid_from=date(2024, 1, 2)
        )
        c.target.save()
        c.details["share"] = Decimal("0.30")
    entry = AuditEntry.objects.get()
    assert entry.difference["valid_from"] == [None, "2024-01-02"]
    assert entry.difference["_details"] == {"share": "0.30"}
    entry.refresh_from_db()
    assert sm3_hex(canonical(entry_content(entry))) == entry.digest


def test_the_digest_is_that_of_the_entry_as_it_lies_in_the_database(officer: Actor) -> None:
    make_new(officer, FEIXIAN)
    entry = AuditEntry.objects.get()
    assert entry.digest == sm3_hex(canonical(entry_content(entry)))
    assert len(entry.digest) == 64


# ---------- many rows


def test_many_rows_leave_one_entry_with_the_totals(officer: Actor) -> None:
    with change_many(officer, "paysheet.import", kind="payroll.paysheet", division=FEIXIAN, reason="导入") as many:
        many.totals = {"rows": 120, "paid_fen": 12_000_000, "digest": "ab"}
        many.target_id, many.label = "5", "发放表.xlsx"
    entry = AuditEntry.objects.get()
    assert entry.difference == {"rows": 120, "paid_fen": 12_000_000, "digest": "ab"}
    assert (entry.target_kind, entry.target_id, entry.target_label) == ("payroll.paysheet", "5", "发放表.xlsx")


def test_many_rows_outside_the_scope_or_the_rights_are_refused(officer: Actor) -> None:
    with pytest.raises(NotFound), change_many(officer, "paysheet.import", kind="x", division=NINGJIN):
        pytest.fail("the door opened")
    with pytest.raises(NotPermitted), change_many(officer, "account.manage", kind="x", division=FEIXIAN):
        pytest.fail("the door opened")
    assert AuditEntry.objects.count() == 0


def test_an_outer_transaction_that_fails_takes_the_entry_along(officer: Actor) -> None:
    with transaction.atomic():
        make_new(officer, FEIXIAN)
        transaction.set_rollback(True)
    assert AuditEntry.objects.count() == 0
    assert StoredFile.rows.count() == 0


# ---------- reads of personal data


def test_a_read_of_personal_data_is_recorded_with_its_purpose(officer: Actor) -> None:
    viewed(
        officer,
        "worker.view_identity",
        kind="workers.worker",
        ident="9",
        label="演示甲",
        division=FEIXIAN,
        purpose="核对",
        rows=3,
    )
    entry = AccessEntry.objects.get()
    assert (entry.purpose, entry.rows, entry.user_id, entry.division_code) == ("核对", 3, 7, FEIXIAN)
    assert entry.digest == sm3_hex(canonical(entry_content(entry)))
    assert AuditEntry.objects.count() == 0


def test_who_may_not_read_leaves_no_entry(officer: Actor) -> None:
    contractor = make_actor(Role.CONTRACTOR, "371325")
    with pytest.raises(NotPermitted):
        viewed(contractor, "worker.view_identity", kind="w", ident="9", label="x", division=FEIXIAN, purpose="核对")
    assert AccessEntry.objects.count() == 0
