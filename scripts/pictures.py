"""Small pictures for documents: a screenshot's pixels as a PNG of at most 256 colours."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

Pixels = np.ndarray[Any, np.dtype[np.uint8]]
SIGNATURE = b"\x89PNG\r\n\x1a\n"
COLOURS = 256
_READ_PIXELS = """async (png) => {
  const picture = new Image();
  picture.src = "data:image/png;base64," + png;
  await picture.decode();
  const canvas = new OffscreenCanvas(picture.width, picture.height);
  const pen = canvas.getContext("2d");
  pen.drawImage(picture, 0, 0);
  const bytes = pen.getImageData(0, 0, picture.width, picture.height).data;
  let text = "";
  for (let i = 0; i < bytes.length; i += 32768) text += String.fromCharCode(...bytes.subarray(i, i + 32768));
  return [picture.width, picture.height, btoa(text)];
}"""


def smaller(blank_page: Any, png: bytes) -> bytes:
    """`png` with a palette, a third of the size; `blank_page` is a Playwright page at about:blank, which decodes it."""
    width, height, text = blank_page.evaluate(_READ_PIXELS, base64.b64encode(png).decode())
    rgba = np.frombuffer(base64.b64decode(text), dtype=np.uint8).reshape(height, width, 4)
    return indexed_png(rgba[:, :, :3])


def indexed_png(rgb: Pixels) -> bytes:
    """A PNG of `rgb` (height × width × 3); every pixel takes the nearest colour of the palette."""
    height, width, _ = rgb.shape
    packed = rgb.reshape(-1, 3).astype(np.int64) @ np.array([65536, 256, 1])
    colours, places, numbers = np.unique(packed, return_inverse=True, return_counts=True)
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    kept, nearest = _palette(parts, numbers)
    pixels = nearest.astype(np.uint8)[places].reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), dtype=np.uint8), pixels])  # filter 0 before each row
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        SIGNATURE
        + _chunk(b"IHDR", head)
        + _chunk(b"PLTE", parts[kept].astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _palette(parts: Any, numbers: Any) -> tuple[list[int], Any]:
    """Which colours stay, and for every colour the place of its nearest among them.

    The next to stay is always the one that would go wrong most: pixels times squared distance. So a small red sign keeps
    its red beside thousands of shades of grey text.
    """
    kept = [int(numbers.argmax())]
    distance = ((parts - parts[kept[0]]) ** 2).sum(axis=1)
    nearest = np.zeros(len(parts), dtype=np.int64)
    while len(kept) < min(COLOURS, len(parts)):
        worst = int((distance * numbers).argmax())
        if distance[worst] == 0:
            break
        closer = ((parts - parts[worst]) ** 2).sum(axis=1)
        nearest[closer < distance] = len(kept)
        distance = np.minimum(distance, closer)
        kept.append(worst)
    return kept, nearest


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
