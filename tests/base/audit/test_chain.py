"""The chain: every entry linked once, and nothing changed, removed, moved or slipped in without being seen."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import call_command

from tests.conftest import make_actor
from workrelief.base.access.permissions import Role
from workrelief.base.audit.chain import GENESIS, link_new_entries, verify_audit
from workrelief.base.audit.change import change_many, viewed
from workrelief.base.audit.models import AccessEntry, AuditEntry, ChainLink
from workrelief.base.audit.sm3 import sm3_hex
from workrelief.kernel import clock

pytestmark = pytest.mark.django_db


def write(changes: int, reads: int = 0) -> None:
    officer = make_actor(Role.COUNTY_OFFICER, "371325")
    for i in range(changes):
        with change_many(officer, "paysheet.import", kind="payroll.paysheet", reason=f"第 {i} 批") as many:
            many.totals = {"rows": i}
    for i in range(reads):
        viewed(
            officer, "worker.view_identity", kind="w", ident=str(i), label="x", division="371325000000", purpose="核对"
        )


@pytest.fixture
def linked() -> None:
    write(4, 2)
    assert link_new_entries() == 6


def test_every_entry_of_both_trails_is_linked_once(linked: None) -> None:
    assert link_new_entries() == 0
    assert ChainLink.objects.filter(trail="change").count() == 4
    assert ChainLink.objects.filter(trail="access").count() == 2
    report = verify_audit()
    assert report.sound
    assert (report.entries, report.links, report.unlinked) == (6, 6, 0)


def test_the_chain_is_the_sm3_of_the_link_before_and_the_entry(linked: None) -> None:
    previous = GENESIS
    for link in ChainLink.objects.order_by("id"):
        assert link.link == sm3_hex(bytes.fromhex(previous) + bytes.fromhex(link.entry_digest))
        previous = link.link
    assert verify_audit().last_link == previous


def test_new_entries_go_on_from_the_last_link(linked: None) -> None:
    before = verify_audit().last_link
    write(2)
    assert verify_audit().unlinked == 2
    assert link_new_entries() == 2
    after = verify_audit()
    assert after.sound
    assert after.last_link != before


def test_an_entry_that_commits_late_is_linked_when_it_appears(linked: None) -> None:
    early = AuditEntry.objects.order_by("id").first()
    assert early is not None
    ChainLink.objects.all().delete()
    early_row = AuditEntry.objects.filter(pk=early.pk).values().get()
    AuditEntry.objects.filter(pk=early.pk).delete()
    assert link_new_entries() == 5
    AuditEntry.objects.create(**early_row)
    assert link_new_entries() == 1
    assert verify_audit().sound


def test_an_empty_trail_is_sound() -> None:
    report = verify_audit()
    assert report.sound
    assert report.last_link == GENESIS


# ---------- tampering


@pytest.mark.parametrize(
    "edit",
    [
        {"user_name": "别人"},
        {"user_id": 999},
        {"reason": ""},
        {"division_code": "371422000000"},
        {"difference": {"rows": 99}},
        {"action": "paysheet.reverse"},
        {"post_label": "别的岗位"},
        {"target_label": "改过"},
    ],
)
def test_a_changed_column_is_found(linked: None, edit: dict[str, object]) -> None:
    victim = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=victim.pk).update(**edit)
    report = verify_audit()
    assert not report.sound
    assert any(f"第 {victim.pk} 条" in fault for fault in report.faults)


def test_a_moved_moment_is_found(linked: None) -> None:
    victim = AuditEntry.objects.order_by("id")[1]
    AuditEntry.objects.filter(pk=victim.pk).update(at=clock.now())
    assert not verify_audit().sound


def test_a_changed_entry_with_a_fitting_new_digest_breaks_the_chain(linked: None) -> None:
    from workrelief.base.audit.change import entry_content
    from workrelief.base.audit.sm3 import canonical

    victim = AuditEntry.objects.order_by("id")[1]
    victim.reason = "改过"
    victim.digest = sm3_hex(canonical(entry_content(victim)))
    victim.save()
    report = verify_audit()
    assert any("断开" in fault for fault in report.faults)


def test_a_removed_entry_is_found(linked: None) -> None:
    AuditEntry.objects.order_by("id")[1].delete()
    AccessEntry.objects.order_by("id")[0].delete()
    faults = verify_audit().faults
    assert sum("已不存在" in fault for fault in faults) == 2


def test_a_link_changed_moved_or_taken_out_is_found(linked: None) -> None:
    middle = ChainLink.objects.order_by("id")[2]
    kept = {"trail": middle.trail, "entry_id": middle.entry_id}
    ChainLink.objects.filter(pk=middle.pk).update(link="f" * 64)
    assert not verify_audit().sound
    ChainLink.objects.filter(**kept).delete()
    assert not verify_audit().sound


def test_relinking_after_taking_a_link_out_of_the_middle_does_not_hide_it(linked: None) -> None:
    ChainLink.objects.order_by("id")[2].delete()
    link_new_entries()
    assert not verify_audit().sound


# ---------- the commands


def run(command: str, *words: str) -> tuple[str, int]:
    out, status = io.StringIO(), 0
    try:
        call_command(command, *words, stdout=out, stderr=io.StringIO())
    except SystemExit as end:
        status = int(end.code or 0)
    return out.getvalue(), status


def test_the_commands_link_and_verify() -> None:
    write(3)
    assert run("link_audit") == ("已入链 3 条。\n", 0)
    text, status = run("verify_audit")
    assert "审计链校验通过" in text
    assert status == 0


def test_the_command_ends_with_an_error_when_something_was_changed(linked: None) -> None:
    AuditEntry.objects.order_by("id")[0].delete()
    text, status = run("verify_audit", "--json")
    document = json.loads(text)
    assert status == 1
    assert document["sound"] is False
    assert len(document["faults"]) == 1
