"""Forms in the look of the frame: every field gets a real label, its hint and its error, joined for screen readers."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from html import escape
from typing import Any

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.safestring import SafeString, mark_safe

_SELECTS = (forms.Select, forms.SelectMultiple)
_CHOICES = (forms.RadioSelect, forms.CheckboxSelectMultiple)
_BOXES = (forms.CheckboxInput,)


@dataclass(frozen=True)
class ShownField:
    """A field as `_field.html` draws it; `is_box` puts the label after the control, `is_choices` draws a group."""

    label: str
    for_id: str
    control: SafeString
    hint: str
    hint_id: str
    errors: tuple[str, ...]
    error_id: str
    required: bool
    is_box: bool
    is_choices: bool


def shown_field(field: BoundField, *, placeholder: str = "", autofocus: bool = False) -> ShownField:
    """The bound field with the frame's classes and aria attributes."""
    widget = field.field.widget
    errors = tuple(str(error) for error in field.errors)
    hint_id, error_id = f"{field.auto_id}_hint", f"{field.auto_id}_error"
    attrs: dict[str, str | bool] = {"class": _css(widget, bad=bool(errors))}
    described = [name for name, there in ((hint_id, field.help_text), (error_id, errors)) if there]
    if described:
        attrs["aria-describedby"] = " ".join(described)
    if errors:
        attrs["aria-invalid"] = "true"
    if placeholder:
        attrs["placeholder"] = placeholder
    if autofocus:
        attrs["autofocus"] = True
    return ShownField(
        label=str(field.label),
        for_id=field.id_for_label,
        control=field.as_widget(
            _DropDown(widget.attrs, widget.choices) if type(widget) is forms.Select else widget, attrs
        ),
        hint=str(field.help_text),
        hint_id=hint_id,
        errors=errors,
        error_id=error_id,
        required=field.field.required and not isinstance(widget, _BOXES),
        is_box=isinstance(widget, _BOXES),
        is_choices=isinstance(widget, _CHOICES),
    )


class _DropDown(forms.Select):
    """A select written in one go: Django draws each option with two templates, half the time of a page of two hundred."""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: object = None) -> SafeString:
        """As `forms.Select`, with the same attributes, groups and chosen option."""
        chosen = set(self.format_value(value))
        parts = [f'<select name="{escape(name)}"{flatatt(self.build_attrs(self.attrs, attrs))}>']
        for key, label in self.choices:
            if isinstance(label, (list, tuple)):
                parts.append(f'<optgroup label="{escape(str(key))}">{_options(label, chosen)}</optgroup>')
            else:
                parts.append(_options([(key, label)], chosen))
        return mark_safe("".join((*parts, "</select>")))  # noqa: S308 # every part is escaped


def _options(choices: Iterable[tuple[object, object]], chosen: set[str]) -> str:
    """Options as HTML; the first that fits is the chosen one, and empties `chosen`."""
    made = []
    for key, label in choices:
        value, mark = "" if key is None else str(key), ""
        if value in chosen:
            chosen.clear()
            mark = " selected"
        made.append(f'<option value="{escape(value)}"{mark}>{escape(str(label))}</option>')
    return "".join(made)


def _css(widget: forms.Widget, *, bad: bool) -> str:
    own = str(widget.attrs.get("class", ""))
    if isinstance(widget, (*_CHOICES, *_BOXES)):
        base = "form-check-input"
    elif isinstance(widget, _SELECTS):
        base = "form-select"
    else:
        base = "form-control"
    return " ".join(part for part in (base, own, "bad" if bad else "") if part)
