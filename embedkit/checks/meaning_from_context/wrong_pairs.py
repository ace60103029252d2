"""What learners write for task 4.1, `pairs_in_window`, that is wrong."""

from embedkit import meaning_from_context as finished

Pairs = list[tuple[str, str]]


def one_short(tokens: list[str], window: int) -> Pairs:
    """End the range on the right one place too early."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window))
        if j != i
    ]


def with_itself(tokens: list[str], window: int) -> Pairs:
    """Forget to leave out the word's own place."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
    ]


def around_the_end(tokens: list[str], window: int) -> Pairs:
    """Let places before the first word count from the end."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(i - window, min(len(tokens), i + window + 1))
        if j != i and j >= -len(tokens)
    ]


def to_the_right(tokens: list[str], window: int) -> Pairs:
    """Look to the right only."""
    places = {(i, j) for i in range(len(tokens)) for j in range(i + 1, i + window + 1)}
    return [(tokens[i], tokens[j]) for i, j in sorted(places) if j < len(tokens)]


def to_the_left(tokens: list[str], window: int) -> Pairs:
    """Look to the left only."""
    return [
        (center, tokens[j]) for i, center in enumerate(tokens) for j in range(max(0, i - window), i)
    ]


def slice_below_zero(tokens: list[str], window: int) -> Pairs:
    """Let a slice begin before the first word."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in tokens[i - window : i] + tokens[i + 1 : i + window + 1]
    ]


def left_one_short(tokens: list[str], window: int) -> Pairs:
    """Begin one place too late on the left."""
    return [
        (center, tokens[j])
        for i, center in enumerate(tokens)
        for j in range(max(0, i - window + 1), min(len(tokens), i + window + 1))
        if j != i
    ]


def ring(tokens: list[str], window: int) -> Pairs:
    """Go on at the other end."""
    places = range(len(tokens))
    offsets = [d for d in range(-window, window + 1) if d]
    return [(tokens[i], tokens[(i + d) % len(tokens)]) for i in places for d in offsets]


def right_first(tokens: list[str], window: int) -> Pairs:
    """Take the right neighbours before the left ones."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in tokens[i + 1 : i + window + 1] + tokens[max(0, i - window) : i]
    ]


def by_distance(tokens: list[str], window: int) -> Pairs:
    """Take the nearest first."""
    return [
        (tokens[i], tokens[j])
        for i in range(len(tokens))
        for d in range(1, window + 1)
        for j in (i - d, i + d)
        if 0 <= j < len(tokens)
    ]


def both_at_once(tokens: list[str], window: int) -> Pairs:
    """Put both directions of a pair side by side."""
    right = to_the_right(tokens, window)
    return [pair for one, other in right for pair in ((one, other), (other, one))]


def turned(tokens: list[str], window: int) -> Pairs:
    """Put the context first."""
    pairs = finished.pairs_in_window(tokens, window)
    return [(context, center) for center, context in pairs]


def without_equals(tokens: list[str], window: int) -> Pairs:
    """Leave out equal words instead of equal places."""
    pairs = finished.pairs_in_window(tokens, window)
    return [(center, context) for center, context in pairs if center != context]


def without_repeats(tokens: list[str], window: int) -> Pairs:
    """Keep each pair once."""
    return list(dict.fromkeys(finished.pairs_in_window(tokens, window)))


def contexts_once(tokens: list[str], window: int) -> Pairs:
    """Keep each context of a place once."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in dict.fromkeys(tokens[max(0, i - window) : i] + tokens[i + 1 : i + window + 1])
    ]


def gathered(tokens: list[str], window: int) -> Pairs:
    """Gather the contexts of all places of a word."""
    near: dict[str, list[str]] = {}
    for i, center in enumerate(tokens):
        before = tokens[max(0, i - window) : i]
        near.setdefault(center, []).extend(before + tokens[i + 1 : i + window + 1])
    return [(center, other) for center, others in near.items() for other in others]


def removed_by_word(tokens: list[str], window: int) -> Pairs:
    """Take the center out of its window by its word, which takes the first."""
    pairs = []
    for i, center in enumerate(tokens):
        near = tokens[max(0, i - window) : i + window + 1]
        near.remove(center)
        pairs += [(center, other) for other in near]
    return pairs


def by_alphabet(tokens: list[str], window: int) -> Pairs:
    """Sort the pairs."""
    return sorted(finished.pairs_in_window(tokens, window))


def first_place_of_others(tokens: list[str], window: int) -> Pairs:
    """Look the places of the contexts up by their words."""
    return [
        (center, other)
        for i, center in enumerate(tokens)
        for other in tokens[max(0, i - window) : i + window + 1]
        if tokens.index(other) != i
    ]


def first_place(tokens: list[str], window: int) -> Pairs:
    """Look a word's place up by the word, which finds the first."""
    pairs = []
    for token in tokens:
        i = tokens.index(token)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                pairs.append((token, tokens[j]))
    return pairs


def full_windows_only(tokens: list[str], window: int) -> Pairs:
    """Leave out the words near both ends."""
    inner = range(window, len(tokens) - window)
    near = [offset for offset in range(-window, window + 1) if offset]
    return [(tokens[i], tokens[i + offset]) for i in inner for offset in near]
