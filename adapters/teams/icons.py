"""The app's icons, drawn: a house with a fire in it. Teams wants 192 pixels in colour, 32 in white."""

import struct
import zlib

_GROUND, _HOUSE, _FIRE = (0x8C, 0x3B, 0x1F, 255), (255, 255, 255, 255), (0xF2, 0xA0, 0x3D, 255)
_CLEAR = (0, 0, 0, 0)
_FINE = 4  # each pixel is the mean of so many by so many points


def icon(size: int, *, outline: bool) -> bytes:
    """Return the icon as PNG; `outline` in white on nothing, else in colour on the app's ground."""
    rows = (
        b"\0" + b"".join(bytes(_pixel(x, y, size, outline=outline)) for x in range(size)) for y in range(size)
    )
    head = struct.pack(">IIBBBBB", size, size, 8, 6, 0, 0, 0)  # 8 bits a channel, RGBA
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(b"".join(rows), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in parts)


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _pixel(x: int, y: int, size: int, *, outline: bool) -> tuple[int, ...]:
    points = [
        _colour((x + (i + 0.5) / _FINE) / size, (y + (j + 0.5) / _FINE) / size, outline=outline)
        for i in range(_FINE)
        for j in range(_FINE)
    ]
    if outline:  # Teams takes white and nothing, and how much of it in between
        return (255, 255, 255, sum(point[3] for point in points) // len(points))
    return tuple(sum(channel) // len(points) for channel in zip(*points, strict=True))


def _colour(x: float, y: float, *, outline: bool) -> tuple[int, int, int, int]:
    if _in_fire(x, y):
        return _CLEAR if outline else _FIRE
    if _in_house(x, y):
        return _HOUSE
    return _CLEAR if outline else _GROUND


def _in_house(x: float, y: float) -> bool:
    across = abs(x - 0.5)
    return (0.18 <= y <= 0.5 and across <= (y - 0.18) * 1.1) or (0.5 < y <= 0.82 and across <= 0.27)


def _in_fire(x: float, y: float) -> bool:
    """Say whether a point is in the flame: a drop, round below and pointed above."""
    down = y - 0.62
    if down > 0:
        return (x - 0.5) ** 2 + down**2 <= 0.11**2
    return down >= -0.2 and abs(x - 0.5) <= 0.11 * (1 + down / 0.2)
