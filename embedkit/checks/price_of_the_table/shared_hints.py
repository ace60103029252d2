"""Hints that more than one task of sheet 6 gives."""

SCATTERED = "view needs numbers that lie in memory one after another, and these need not."
NO_IDS = "A −1 in reshape or view cannot be worked out where there are no ids: name the size, D."
AXES = (
    "The ids may have any number of axes, and a single id has none. Indexing, // and @ take every "
    "shape as it is."
)
