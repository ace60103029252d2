"""The course's icons: lines on a grid of 24 by 24, in the colour of the text beside them."""

from __future__ import annotations

PATHS = {
    "time": '<circle cx="12" cy="12" r="9"/><path d="M12 7v5l3.5 2"/>',
    "needs": '<path d="M3 14h8v7H3zM13 14h8v7h-8zM8 4h8v7H8z"/>',
    "points": '<path d="M4 12.5l5 5L20 6.5"/>',
    "exercises": '<path d="M4 20l1-4.5L16 4.5 19.5 8 8.5 19zM13.5 7l3.5 3.5"/>',
    "lesson": '<path d="M12 6.5C9.5 5 6 4.5 3 5v14c3-.5 6.5 0 9 1.5 2.5-1.5 6-2 9-1.5V5'
    'c-3-.5-6.5 0-9 1.5zV20"/>',
    "download": '<path d="M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14"/>',
    "run": '<circle cx="12" cy="12" r="9"/><path d="M10 8.5v7l5.5-3.5z"/>',
}


def icon(name: str) -> str:
    """Return an icon as an inline drawing that a screen reader passes over.

    Args:
        name: one of those in `PATHS`.
    """
    return (
        f'<svg class="icon" viewBox="0 0 24 24" width="20" height="20" aria-hidden="true">'
        f"{PATHS[name]}</svg>"
    )
