"""Linking audit entries into a chain, and proving that nobody changed one.

Entries carry their own digest when written; one job links them in order of id, so writers never wait for one another.
An entry that commits late (a lower id after higher ones were linked) is linked when it appears; the chain's order is
the order of links, and each entry is linked once.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import islice

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from workrelief.base.audit.change import entry_content
from workrelief.base.audit.models import AccessEntry, AuditEntry, ChainLink
from workrelief.base.audit.sm3 import canonical, sm3_hex
from workrelief.kernel import clock

GENESIS = "0" * 64
TRAILS: dict[str, type[AuditEntry] | type[AccessEntry]] = {"change": AuditEntry, "access": AccessEntry}


def _next_link(previous: str, digest: str) -> str:
    return sm3_hex(bytes.fromhex(previous) + bytes.fromhex(digest))


def link_new_entries(*, limit: int = 50_000) -> int:
    """Append links for entries not linked yet; returns how many. One linker at a time."""
    with transaction.atomic():
        last = _lock_last_link()
        previous = last.link if last else GENESIS
        fresh: list[ChainLink] = []
        for trail, model in TRAILS.items():
            known = ChainLink.objects.filter(trail=trail, entry_id=OuterRef("pk"))
            waiting = model.objects.filter(~Exists(known)).order_by("id").values_list("id", "digest")
            for entry_id, digest in islice(waiting.iterator(), limit):
                previous = _next_link(previous, digest)
                fresh.append(
                    ChainLink(trail=trail, entry_id=entry_id, linked_at=clock.now(), entry_digest=digest, link=previous)
                )
        ChainLink.objects.bulk_create(fresh, batch_size=2_000)
    return len(fresh)


def _lock_last_link() -> ChainLink | None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [0x57524C4B])
    return ChainLink.objects.order_by("-id").first()


@dataclass
class ChainReport:
    """Result of a verification: counts, and the first faults found, in Chinese."""

    entries: int = 0
    links: int = 0
    unlinked: int = 0
    last_link: str = GENESIS
    faults: list[str] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.faults


def verify_audit(*, most_faults: int = 20) -> ChainReport:
    """Recompute every digest and every link."""
    report = ChainReport()
    for trail, model in TRAILS.items():
        for entry in model.objects.order_by("id").iterator(chunk_size=2_000):
            report.entries += 1
            if sm3_hex(canonical(entry_content(entry))) != entry.digest and len(report.faults) < most_faults:
                report.faults.append(f"{trail} 第 {entry.pk} 条内容与摘要不符")
    previous = GENESIS
    digests = {t: dict(m.objects.values_list("id", "digest")) for t, m in TRAILS.items()}
    for link in ChainLink.objects.order_by("id").iterator(chunk_size=2_000):
        report.links += 1
        digest = digests[link.trail].pop(link.entry_id, None)
        if digest is None:
            fault = f"{link.trail} 第 {link.entry_id} 条已不存在，但链上有记录"
        elif digest != link.entry_digest or _next_link(previous, link.entry_digest) != link.link:
            fault = f"链在 {link.trail} 第 {link.entry_id} 条处断开"
        else:
            fault = ""
        if fault and len(report.faults) < most_faults:
            report.faults.append(fault)
        previous = link.link
    report.unlinked = sum(len(rest) for rest in digests.values())
    report.last_link = previous
    return report
