"""City and county columns as offices write them: one division, or the reason why not."""

from __future__ import annotations

import pytest

from workrelief.base.access.scope import Scope
from workrelief.base.divisions.services import load_divisions
from workrelief.base.intake.places import Places

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _divisions(db: None) -> None:
    load_divisions()


@pytest.mark.parametrize(
    ("parts", "code"),
    [
        (("德州市", "宁津县"), "371422000000"),
        (("德州", "宁津"), "371422000000"),
        (("", "德州市宁津县"), "371422000000"),
        ((" 临沂市 ", "费县", ""), "371325000000"),
        (("枣庄市", "市中区"), "370402000000"),
    ],
)
def test_the_words_from_the_city_downwards_name_one_division(parts: tuple[str, ...], code: str) -> None:
    assert Places(Scope(("37",))).find(*parts).code == code


def test_a_name_of_two_places_is_ambiguous_for_the_province_and_clear_for_a_city() -> None:
    place = Places(Scope(("37",))).find("", "市中区")
    assert place.code == ""
    assert "济南市" in place.reason
    assert "枣庄市" in place.reason
    assert Places(Scope(("3704",))).find("", "市中区").code == "370402000000"


@pytest.mark.parametrize(
    ("parts", "reason"),
    [
        (("",), "没有写明市、县"),
        (("德州市", "宁静县"), "没有名为“德州市宁静县”的市、县"),
        (("临沂市", "费县"), "临沂市费县不在您的数据范围内"),
    ],
)
def test_what_is_no_place_of_ours_says_why(parts: tuple[str, ...], reason: str) -> None:
    place = Places(Scope(("3714",))).find(*parts)
    assert (place.code, place.reason) == ("", reason)
    assert place.remedy


def test_a_city_alone_and_a_former_name_are_taken_with_a_remark() -> None:
    places = Places(Scope(("37",)))
    assert "德州市本级" in places.find("德州市").remark
    former = places.find("陵县")
    assert former.code == "371403000000"
    assert "按现行区划登记" in former.remark


def test_the_division_a_title_begins_with() -> None:
    places = Places(Scope(("37",)))
    assert places.leading("德州市2022年以工代赈培训台账").code == "371400000000"
    assert places.leading("宁津县发展和改革局").code == "371422000000"
    assert places.leading("以工代赈培训台账").code == ""
