"""Writing XML by hand, safely: every text and attribute is escaped here, and characters XML cannot hold are dropped."""

from __future__ import annotations

import re
from xml.sax.saxutils import escape

Attributes = dict[str, str | int | float]
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def clean(text: str) -> str:
    """The text without characters that no XML file may contain (control characters, lone surrogates)."""
    return _NOT_XML.sub("", text)


def text_xml(text: str) -> str:
    """Text between tags."""
    return escape(clean(text))


def attributes_xml(attributes: Attributes) -> str:
    """Attributes with a leading space each, in the order given."""
    return "".join(f' {name}="{_attribute(value)}"' for name, value in attributes.items())


def _attribute(value: str | int | float) -> str:
    text = format(value, "g") if isinstance(value, float) else str(value)
    return escape(clean(text), {'"': "&quot;"})


def element(tag: str, attributes: Attributes | None = None, *children: str) -> str:
    """An element from finished children (markup); texts must have gone through `text_xml`."""
    head = tag + attributes_xml(attributes or {})
    return f"<{head}>{''.join(children)}</{tag}>" if children else f"<{head}/>"
