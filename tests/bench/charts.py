"""Draws the benchmark's charts as SVG: bars in groups, and a reliability diagram."""

from __future__ import annotations

from html import escape
from math import isnan, nan
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT, _LEFT, _TOP, _BOTTOM, _RIGHT = 760, 340, 56, 40, 46, 20
_COLOURS = ("#2a6f97", "#e07a5f", "#81b29a", "#b5838d", "#f2cc8f")
_FAINT, _INK = "#d8dee6", "#28323c"


def bars(title: str, groups: Mapping[str, Mapping[str, float]], unit: str = "%") -> str:
    """Draw a group of bars for each key, one bar for each series in it; values are shares where the unit is %."""
    series = list(dict.fromkeys(name for group in groups.values() for name in group))
    scale = 100 if unit == "%" else 1
    most = 100.0 if unit == "%" else max(value for group in groups.values() for value in group.values()) * 1.1
    wide = (_WIDTH - _LEFT - _RIGHT) / len(groups)
    bar = wide * 0.8 / len(series)
    drawn = _axis(title, most, unit)
    for g, (group, values) in enumerate(groups.items()):
        left = _LEFT + g * wide + wide * 0.1
        for s, name in enumerate(series):
            if isnan(values.get(name, nan)):
                continue
            value = values[name] * scale
            y, x = _y(value, most), left + s * bar
            drawn += [
                (
                    f'<rect x="{x:.1f}" y="{y:.1f}" width="{bar - 2:.1f}" height="{_y(0, most) - y:.1f}" '
                    f'fill="{_COLOURS[s]}"/>'
                ),
                _text(x + bar / 2 - 1, y - 4, _number(value), size=11),
            ]
        drawn.append(_text(left + wide * 0.4, _HEIGHT - _BOTTOM + 18, group))
    drawn += _legend(series)
    return _svg(title, drawn)


def reliability(title: str, points: Mapping[str, Sequence[tuple[float, float, int]]]) -> str:
    """Draw for each series how often answers of a confidence are right: (confidence, share right, how many)."""
    drawn = _axis(title, 100.0, "%")
    for tenth in range(0, 11, 2):
        drawn.append(_text(_x(tenth / 10), _HEIGHT - _BOTTOM + 18, f"{10 * tenth}"))
    drawn.append(
        f'<line x1="{_x(0)}" y1="{_y(0, 100)}" x2="{_x(1)}" y2="{_y(100, 100)}" '
        f'stroke="{_INK}" stroke-dasharray="4 4"/>'
    )
    for s, row in enumerate(points.values()):
        places = [(_x(confidence), _y(100 * right, 100)) for confidence, right, _ in row]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
        drawn.append(f'<polyline points="{path}" fill="none" stroke="{_COLOURS[s]}" stroke-width="2"/>')
        drawn += [
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + min(count, 100) ** 0.5 / 2:.1f}" fill="{_COLOURS[s]}"/>'
            for (x, y), (_, _, count) in zip(places, row, strict=True)
        ]
    drawn += _legend(list(points))
    return _svg(title, drawn)


def _axis(title: str, most: float, unit: str) -> list[str]:
    drawn = [_text(_LEFT, 18, title, anchor="start", size=15)]
    for step in range(6):
        value = most * step / 5
        y = _y(value, most)
        drawn += [
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="{_FAINT}"/>',
            _text(_LEFT - 6, y + 4, f"{_number(value)}{' ' if unit != '%' else ''}{unit}", anchor="end", size=11),
        ]
    return drawn


def _legend(series: Sequence[str]) -> list[str]:
    drawn = []
    left = float(_LEFT)
    for s, name in enumerate(series):
        drawn += [
            f'<rect x="{left:.0f}" y="{_HEIGHT - 18}" width="11" height="11" fill="{_COLOURS[s]}"/>',
            _text(left + 16, _HEIGHT - 8, name, anchor="start", size=12),
        ]
        left += 34 + 7 * len(name)
    return drawn


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, most: float) -> float:
    return _HEIGHT - _BOTTOM - value / most * (_HEIGHT - _TOP - _BOTTOM)


def _number(value: float) -> str:
    return f"{value:.0f}" if value >= 10 or value == 0 else f"{value:.2g}"


def _text(x: float, y: float, text: str, anchor: str = "middle", size: int = 12) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" font-size="{size}">{escape(text)}</text>'


def _svg(title: str, drawn: Sequence[str]) -> str:
    head = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" '
            f'width="{_WIDTH}" height="{_HEIGHT}" role="img">'
        ),
        f"<title>{escape(title)}</title>",
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        f"<style>text{{font-family:system-ui,'DejaVu Sans',sans-serif;fill:{_INK}}}</style>",
    ]
    return "\n".join([*head, *drawn, "</svg>", ""])
