"""Small pictures for documents: a screenshot's pixels as a PNG of at most 256 colours."""

from __future__ import annotations

import base64
import struct
import zlib
from typing import Any

import numpy as np

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


def indexed_png(rgb: np.ndarray[Any, np.dtype[np.uint8]]) -> bytes:
    """A PNG of `rgb` (height × width × 3) in its most frequent colours; every other pixel takes the nearest of them."""
    height, width, _ = rgb.shape
    packed = rgb.reshape(-1, 3).astype(np.int64) @ np.array([65536, 256, 1])
    colours, places, numbers = np.unique(packed, return_inverse=True, return_counts=True)
    kept = np.sort(np.argsort(-numbers, kind="stable")[:COLOURS])
    parts = np.stack([colours >> 16, colours >> 8 & 255, colours & 255], axis=1)
    palette = parts[kept]
    distance = ((parts[:, None, :] - palette[None, :, :]) ** 2).sum(axis=2)
    pixels = distance.argmin(axis=1).astype(np.uint8)[places].reshape(height, width)
    rows = np.hstack([np.zeros((height, 1), dtype=np.uint8), pixels])  # filter 0 before each row
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    return (
        SIGNATURE
        + _chunk(b"IHDR", head)
        + _chunk(b"PLTE", palette.astype(np.uint8).tobytes())
        + _chunk(b"IDAT", zlib.compress(rows.tobytes(), 9))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
