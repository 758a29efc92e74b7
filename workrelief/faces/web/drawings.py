"""Small drawings in lines of text and cells: bars, rings and the pay-share gauge.

They are SVG with plain attributes, since a style attribute would be refused by the content security policy. All are
decoration beside a number in words, except the ring and the gauge, which carry their own label.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from workrelief.faces.shared import text

Number = int | float | Decimal


def bar(value: Number | None, full: Number = 100, tone: str = "", target: Number | None = None) -> SafeString:
    """`{% bar 86.9 full=110 tone="stop" target=100 %}`: length as a share of `full`, tick at `target`."""
    tick = (
        format_html('<rect class="mk" x="{}%" y="0" width="2" height="12"/>', _share(target, full))
        if target is not None
        else ""
    )
    return format_html(
        '<svg class="wr-bar" aria-hidden="true"><rect class="bg" y="3" width="100%" height="6" rx="3"/>'
        '<rect class="v {}" y="3" width="{}%" height="6" rx="3"/>{}</svg>',
        tone,
        _share(value, full),
        tick,
    )


def split(*parts: Number | None) -> SafeString:
    """`{% split a b c %}`: one bar of up to three parts, coloured 重点, 农推, 专项 in this order."""
    known = [Decimal(str(p or 0)) for p in parts]
    whole = sum(known) or Decimal(1)
    gap = Decimal("0.8")
    room = 100 - gap * (len(known) - 1)
    rects, x = [], Decimal(0)
    for index, part in enumerate(known, start=1):
        width = part / whole * room
        rects.append((index, f"{x:.2f}", f"{width:.2f}"))
        x += width + gap
    return format_html(
        '<svg class="wr-split" aria-hidden="true">{}</svg>',
        format_html_join("", '<rect class="t{}" x="{}%" width="{}%" height="4"/>', rects),
    )


def split_of(parts: Sequence[tuple[str, str, Number | None]]) -> SafeString:
    """`{% split_of parts %}`: the bar of (label, text, number) parts, as `_kpi.html` takes them."""
    return split(*(part[2] for part in parts))


def ring(percent: Number, words: str = "", tone: str = "", big: bool = False) -> SafeString:
    """`{% ring 94 %}`: completeness or countdown, `words` in the middle (the percentage by default)."""
    return format_html(
        '<svg class="wr-ring{}" viewBox="0 0 40 40" role="img" aria-label="{}%">'
        '<circle cx="20" cy="20" r="17"/><circle class="v {}" cx="20" cy="20" r="17" pathLength="100" '
        'stroke-dasharray="{} 100" transform="rotate(-90 20 20)"/><text x="20" y="20">{}</text></svg>',
        " big" if big else "",
        f"{Decimal(str(percent)):.0f}",
        tone,
        _share(percent, 100),
        words or f"{Decimal(str(percent)):.0f}",
    )


@dataclass(frozen=True)
class Gauge:
    """Positions (per cent of the width) and texts of the gauge in `_gauge.html`."""

    paid: str
    floor: str
    commitment: str
    top: str
    paid_x: str
    floor_x: str
    commit_x: str
    rest: str
    label_x: str
    words: str
    commits_below: bool


def gauge(paid: Decimal, *, floor: Decimal | None, commitment: Decimal | None) -> Gauge:
    """A share against its floor and its commitment; the scale ends a third above the highest of the three."""
    known = [share for share in (paid, floor, commitment) if share is not None]
    end = max(known) * Decimal("1.36") or Decimal(1)
    paid_x, floor_x, commit_x = (_share(share, end) for share in (paid, floor, commitment))
    marks = (("已发", paid), ("底线", floor), ("承诺", commitment))
    return Gauge(
        paid=f"{text.ratio(paid)}%",
        floor=f"{text.ratio(floor)}%" if floor else "",
        commitment=f"{text.ratio(commitment)}%" if commitment else "",
        top=f"{end * 100:.0f}%",
        paid_x=paid_x,
        floor_x=floor_x,
        commit_x=commit_x,
        rest=f"{max(Decimal(commit_x) - Decimal(paid_x), Decimal(0)):.2f}",
        label_x=f"{min(max(Decimal(paid_x), Decimal(14)), Decimal(82)):.2f}",
        commits_below=commitment is not None and floor is not None and commitment < floor,
        words="，".join(f"{name} {text.ratio(share)}%" for name, share in marks if share is not None),
    )


def _share(value: Number | None, full: Number) -> str:
    """Per cent of `full`, kept between 0 and 100, with two decimals."""
    if value is None or not full:
        return "0"
    percent = Decimal(str(value)) / Decimal(str(full)) * 100
    return f"{min(max(percent, Decimal(0)), Decimal(100)):.2f}"
