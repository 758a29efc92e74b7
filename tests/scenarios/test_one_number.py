"""The signature test: each figure of the bulletin is the same on screen, in the API, in Excel, in Word and in PDF."""

from __future__ import annotations

import html
import io
import re
import shutil
import subprocess
from datetime import date
from pathlib import Path

import docx
import openpyxl
import pytest
from django.test import Client

from tests.build import a_county
from tests.conftest import FEIXIAN, NINGJIN
from workrelief.base.access.actor import Actor, system_actor
from workrelief.base.accounts import services as accounts
from workrelief.figures.snapshots.services import seal_period
from workrelief.kernel.address import address_of
from workrelief.kernel.errors import Conflict, NotPermitted
from workrelief.kernel.kinds import Audience, Track, TrainingType
from workrelief.kernel.period import Period
from workrelief.outputs.bulletins import services
from workrelief.outputs.bulletins.compose import Composition
from workrelief.work.training import services as training
from workrelief.work.training.rules import Attendance

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def officer() -> Client:
    system = system_actor("test")
    unit = accounts.make_unit(system, name="演示省发展改革委", division="370000000000", kind="drc")
    user = accounts.make_user(system, username="province", display_name="演示省级", password="Demo-pass-2026")
    accounts.give_post(
        system, user.pk, unit_id=unit.pk, title="演示", roles=["province_officer"], prefixes=["37"], is_default=True
    )
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def bulletin(province_officer: Actor):
    a_county(province_officer, FEIXIAN, number=1)
    a_county(province_officer, NINGJIN, number=2, people=range(100, 109), track=Track.AGRI_PROMOTION)
    a_county(province_officer, "370102000000", number=3, track=Track.SPECIAL_FUND)
    for number, (kind, audiences) in enumerate(
        [
            (TrainingType.POLICY, {Audience.GOVERNMENT: 31, Audience.OWNER: 17}),
            (TrainingType.POLICY, {Audience.CONTRACTOR: 23}),
            (TrainingType.SKILL, {Audience.WORKER: 40}),
        ]
    ):
        training.register_session(
            province_officer,
            training.NewSession(
                number=f"演示-{number}", division_code="371300000000", training_type=kind, form="集中培训",
                topic="演示培训", held_on=date(2022, 5, 10 + number), organiser="演示单位",
                attendances=tuple(Attendance(a, n, n) for a, n in audiences.items()),
            ),
        )  # fmt: skip
    seal_period(province_officer, Period("2022"))
    return services.compose_annual(province_officer, Period("2022"))


def test_each_figure_is_equal_on_screen_api_excel_word_and_pdf(
    bulletin, officer: Client, province_officer: Actor, tmp_path: Path
):
    made = services.composition(province_officer.scope, bulletin)
    assert len(made.bound) > 60
    assert sum(b.figure.value is not None for b in made.bound.values()) > 50

    _check_api(made, officer, bulletin.pk)
    _check_screen(made, officer, bulletin.pk)
    _check_excel(made, officer.get(f"/bulletins/{bulletin.pk}/file/xlsx/").content)
    _check_word(made, officer.get(f"/bulletins/{bulletin.pk}/file/docx/").content)
    if shutil.which("pdftotext"):
        _check_pdf(made, officer.get(f"/bulletins/{bulletin.pk}/file/pdf/").content, tmp_path)


def _check_api(made: Composition, client: Client, pk: int) -> None:
    answered = {f["ref"]: f for f in client.get(f"/api/v1/bulletins/{pk}").json()["figures"]}
    for ref, bound in made.bound.items():
        value = None if bound.figure.value is None else str(bound.figure.value)
        assert (answered[ref]["text"], answered[ref]["value"]) == (bound.text, value)
    for bound in list(made.bound.values())[:20]:
        where = [f"{name}={v}" for name, values in bound.figure.filters for v in values]
        query = "&".join(
            [f"indicators={bound.figure.indicator}", "period=2022", f"manifest={bound.figure.manifest}", *where]
        )
        figures = client.get(f"/api/v1/figures?{query}").json()["figures"]
        if not bound.figure.by:
            assert figures[0]["value"] == (None if bound.figure.value is None else str(bound.figure.value))


def _check_screen(made: Composition, client: Client, pk: int) -> None:
    page = html.unescape(client.get(f"/bulletins/{pk}/").content.decode())
    for bound in made.bound.values():
        assert bound.text in page, bound
    for bound in made.bound.values():
        if bound.figure.value is None:
            continue
        shown = html.unescape(client.get(f"/figure/?{address_of(bound.figure).query}").content.decode())
        assert bound.figure.text in shown, bound


def _check_excel(made: Composition, data: bytes) -> None:
    book = openpyxl.load_workbook(io.BytesIO(data))
    rows = {str(r[0]): r for r in book["数据核对"].iter_rows(values_only=True) if r[0]}
    for ref, bound in made.bound.items():
        assert str(rows[ref][1]) == bound.text
        assert str(rows[ref][4] or "") == ("" if bound.figure.value is None else str(bound.figure.value))


def _check_word(made: Composition, data: bytes) -> None:
    document = docx.Document(io.BytesIO(data))
    found: dict[str, str] = {}
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    for mark in document.element.body.iter(f"{space}bookmarkStart"):
        name = mark.get(f"{space}name")
        if not name.startswith("fig"):
            continue
        text, node = "", mark.getnext()
        while node is not None and node.tag != f"{space}bookmarkEnd":
            text += "".join(t.text or "" for t in node.iter(f"{space}t"))
            node = node.getnext()
        found[name.split("_", 1)[1]] = text
    assert {ref: found.get(ref) for ref in made.bound} == {ref: b.text for ref, b in made.bound.items()}


def _check_pdf(made: Composition, data: bytes, folder: Path) -> None:
    path = folder / "b.pdf"
    path.write_bytes(data)
    text = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, text=True, check=True).stdout
    compact = re.sub(r"\s", "", text)
    for bound in made.bound.values():
        assert re.sub(r"\s", "", bound.text) in compact, bound


def test_the_headline_paragraph_is_computed_and_not_written(bulletin, province_officer: Actor):
    made = services.composition(province_officer.scope, bulletin)
    assert made.headline.startswith(
        "2022年，全省实施以工代赈重点工程项目1个，总投资1000.00万元，吸纳当地群众务工12人，发放劳务报酬3.60万元"
    )
    assert "带动当地群众务工9人，发放劳务报酬2.70万元" in made.headline


def test_persons_are_counted_again_at_the_whole_and_not_added(bulletin, province_officer: Actor):
    """Nine people of 宁津 also work in 费县: 21 by project, 12 as persons."""
    made = services.composition(province_officer.scope, bulletin)
    two = tuple(sorted(("key_project", "agri_promotion")))
    figures = {
        b.figure.indicator: b.figure.value
        for b in made.bound.values()
        if not b.figure.by and {n: tuple(sorted(v)) for n, v in b.figure.filters}.get("track") == two
    }
    assert figures["headcount_project"] == 21
    assert figures["headcount_unique"] == 12


def test_an_issued_bulletin_keeps_its_file_and_its_text(bulletin, province_officer: Actor, settings):
    writer, checker, issuer = (
        Actor(n, f"演示{n}", None, "演示", frozenset({"province_officer"}), province_officer.scope) for n in (1, 2, 3)
    )
    services.save_source(writer, bulletin.pk, source=bulletin.source + "\n\n特此通报。", version=1)
    services.check_bulletin(checker, bulletin.pk)
    issued = services.issue_bulletin(issuer, bulletin.pk, number="鲁发改赈演〔2023〕1号")
    first = services.rendered(issuer.scope, issued, "docx")
    settings.PRODUCT_NAME = "改名后的平台"
    assert services.rendered(issuer.scope, issued, "docx") == first
    with pytest.raises(Conflict, match="已印发"):
        services.save_source(writer, bulletin.pk, source="改", version=2)


def test_nobody_checks_their_own_text(bulletin, province_officer: Actor):
    writer = Actor(1, "演示1", None, "演示", frozenset({"province_officer"}), province_officer.scope)
    services.save_source(writer, bulletin.pk, source=bulletin.source, version=1)
    with pytest.raises(NotPermitted, match="另一位同事"):
        services.check_bulletin(writer, bulletin.pk)
    with pytest.raises(Conflict, match="已被他人修改"):
        services.save_source(writer, bulletin.pk, source=bulletin.source, version=1)
