"""What marks task 11.6, `decode`: new tokens read a cache of keys that are turned already."""

import torch

from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.rotary import wrong_steps as wrong
from embedkit.checks.rotary.wrong_steps import Way


def asked(
    draw: Draw, past: int, new: int, batch: int = 1, heads: int = 2, pairs: int = 2, more: int = 0
) -> Inputs:
    """One question; angles are exact, so that all right ways agree."""
    shape, size = (batch, heads), 2 * pairs
    return {
        "q": 2 * draw.numbers(*shape, new, size),
        "k": draw.numbers(*shape, new, size),
        "v": 4 + draw.numbers(*shape, new, size + more),
        "cached_keys": draw.numbers(*shape, past, size),
        "cached_values": 4 + draw.numbers(*shape, past, size + more),
        "frequencies": (1 + draw.ids(63, pairs)).float() / 64,
    }


def one_token(draw: Draw) -> list[Inputs]:
    """One new token and a cache, as in writing token by token."""
    small = {
        "q": torch.tensor([[[[2.0, 0.0]]]]),
        "k": torch.tensor([[[[1.0, 0.0]]]]),
        "v": torch.tensor([[[[4.0, 0.0]]]]),
        "cached_keys": torch.tensor([[[[1.0, 0.0], [0.5, 0.75]]]]),
        "cached_values": torch.tensor([[[[1.0, 0.0], [2.0, 0.0]]]]),
        "frequencies": torch.tensor([0.5]),
    }
    return [
        small,
        asked(draw, draw.integer(4, 9), 1, batch=2),
        asked(draw, 30, 1, heads=3, pairs=4),
        asked(draw, 4, 1, heads=1, pairs=150),
        long_cache(draw),
    ]


def long_cache(draw: Draw) -> Inputs:
    """A cache of thousands of tokens, and a new one; its numbers are few, and no score is 0.

    An odd number of tokens is one that half precision does not have. Values lie on both sides of
    0: of thousands that add up, too many digits would be lost.
    """
    past = 8_201 + 2 * draw.integer(0, 99)
    question = asked(draw, past, 1, heads=1, pairs=1)
    question["cached_keys"] = (2 * draw.ids(8, 1, 1, past, 2) - 7) / 8
    question["cached_values"] = (draw.ids(9, 1, 1, past, 2) - 4).float()
    return question


def several_tokens(draw: Draw) -> list[Inputs]:
    """Several new tokens at once, which must not read what comes after them; also many."""
    return [
        asked(draw, 2, 2, heads=1, pairs=1),
        asked(draw, 5, 3, batch=2, heads=3),
        asked(draw, 3, draw.integer(4, 7), pairs=3),
        asked(draw, 3, 70, heads=1, pairs=1),
    ]


def any_scores(draw: Draw) -> list[Inputs]:
    """Scores that are all 0, of some hundreds, of millions below 0; nothing turns.

    Where scores are large, one is far above the others: near ties would be lost in rounding.
    """
    zero = asked(draw, 1, 2, heads=1, pairs=1)
    large = asked(draw, 4, 3) | {"frequencies": torch.zeros(2)}
    in_turn = 1 + draw.numbers(1, 2, 7, 1).argsort(dim=2).float().expand(1, 2, 7, 4)
    large |= {"cached_keys": in_turn[:, :, :4].clone(), "k": in_turn[:, :, 4:].clone()}
    ones = torch.ones_like(large["q"])
    low = large | {"q": -2e6 * ones, "cached_keys": torch.full_like(large["cached_keys"], 3.5)}
    low["k"] = torch.tensor([3.0, 2.0, 1.0])[:, None] * ones
    return [
        zero | {"q": torch.zeros_like(zero["q"])},
        large | {"q": 200 * ones},
        large | {"q": -200 * ones},
        low,
    ]


def in_any_order(draw: Draw) -> list[Inputs]:
    """Tensors that lie scattered in memory, as behind a transpose."""
    names = ("q", "k", "v", "cached_keys", "cached_values")
    drawn = [asked(draw, 3, new, batch=2, heads=3) for new in (1, 3)]
    return [one | {name: scattered(one[name]) for name in names} for one in drawn]


def empty_cache(draw: Draw) -> list[Inputs]:
    """The first step, where nothing was read before."""
    sizes = (1, 4, draw.integer(5, 8))
    return [*(asked(draw, 0, new) for new in sizes), asked(draw, 0, 3, batch=2)]


def wider_values(draw: Draw) -> list[Inputs]:
    """Values that are longer or shorter than keys."""
    longer = asked(draw, 4, 1, batch=2, pairs=3, more=draw.integer(2, 5))
    return [asked(draw, 3, 1, more=1), longer, *(asked(draw, 3, n, more=-1) for n in (1, 3))]


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether the first result holds nan."""
    return isinstance(seen.value, tuple) and bool(seen.value[0].isnan().any())


OFFSET = (
    "New tokens are not turned, or as if they stood at 0, 1 … The cache holds S keys, so the first "
    "new token stands at position S."
)

task = Task(
    number="11.6",
    name="decode",
    points=3,
    reference=Way(),
    criteria=(
        Criterion(
            "a new token stands at position S, reads the cache and itself, and joins the cache",
            one_token,
            mistakes=(
                Mistake(OFFSET, Way(query_at=lambda past: 0, key_at=lambda past: 0)),
                Mistake(
                    "The query is not turned, or as if it stood at 0, which is the same. It stands "
                    "at position S, like its key.",
                    Way(query_at=lambda past: 0),
                ),
                Mistake(
                    "The new key is not turned, or as if it stood at 0, which is the same, and "
                    "joins the cache like that.",
                    Way(key_at=lambda past: 0),
                ),
                Mistake(
                    "New tokens stand one position too late. S tokens fill positions 0 to S − 1.",
                    Way(query_at=lambda past: past + 1, key_at=lambda past: past + 1),
                ),
                Mistake(
                    "New tokens stand one position too early. S tokens fill positions 0 to S − 1, "
                    "so the next one stands at S.",
                    Way(query_at=lambda past: past - 1, key_at=lambda past: past - 1),
                ),
                Mistake(
                    "You pair neighbours, 2i and 2i + 1: the interleaved layout. The cached keys "
                    "are half-split: number i turns with number i + K / 2.",
                    Way(turns=wrong.turn_neighbours),
                ),
                Mistake(
                    "It turns the other way: the minus belongs to a·cos − b·sin.",
                    Way(turns=wrong.turn_back),
                ),
                Mistake(
                    "The new key that joins the cache is not turned. The cache holds turned keys.",
                    wrong.joined_unturned,
                ),
                Mistake(
                    "The cached keys are turned again. They were turned when they came in.",
                    Way(turns_cache=True),
                ),
                Mistake(
                    "The values are turned, too. A value is what a token says, and says it "
                    "wherever it stands: only queries and keys turn.",
                    Way(turns_values=True),
                ),
                Mistake("The scores are not divided by √K.", Way(scale=lambda dim: 1.0)),
                Mistake("The scores are divided by K. It is √K.", Way(scale=float)),
                Mistake("New keys and values come behind the cached ones.", Way(new_first=True)),
                Mistake(
                    "Only the new keys and values came back. The next step needs all of them.",
                    Way(forgets=True),
                ),
                Mistake("A token does not read itself. It may.", Way(mask=wrong.not_itself)),
                Mistake(
                    "There is nan: nothing is left to read. Is the mask upside down?",
                    when=not_a_number,
                ),
                Mistake(
                    "The mask is counted from the first column, so that new token 0 reads one "
                    "key only. It may read S + 1.",
                    Way(mask=wrong.corner),
                ),
            ),
        ),
        Criterion(
            "several new tokens stand at S, S + 1 …, and read nothing that comes after them",
            lambda draw: several_tokens(draw) + any_scores(draw),
            mistakes=(
                Mistake(
                    "All new tokens are turned as if they stood at S. New token j stands at S + j.",
                    Way(turns=wrong.turn_all_at_first),
                ),
                Mistake(
                    "The mask is one column too wide: each new token reads the one after it.",
                    Way(mask=wrong.one_too_wide),
                ),
                Mistake(
                    "New tokens read those that come after them. New token j may read the cache "
                    "and new tokens 0 to j.",
                    Way(mask=wrong.all_read_all),
                ),
                Mistake(
                    "Hidden scores are set to 0, and 0 is a score like others: the softmax gives "
                    "it a weight. Set them to −∞.",
                    wrong.WeighHidden(0.0),
                ),
                Mistake(
                    "There is nan. A score of 0 is a score like others, so make the mask from "
                    "positions; and exp of a large score overflows, where softmax does not.",
                    when=not_a_number,
                ),
                Mistake(
                    "Hidden scores still have a weight: true scores lie below the number that "
                    "stands for them. Set them to −∞.",
                    wrong.WeighHidden(-100.0),
                ),
            ),
        ),
        Criterion(
            "an empty cache",
            empty_cache,
            mistakes=(
                Mistake(
                    "With an empty cache, all read all. The mask belongs there, too.",
                    Way(mask=wrong.no_mask_at_first),
                ),
                Mistake(
                    "There is nan. With an empty cache, a token still reads itself.",
                    when=not_a_number,
                ),
            ),
        ),
        Criterion(
            "values may be longer or shorter than keys",
            wider_values,
            mistakes=(
                Mistake(
                    "The scores are divided by the root of a value's length. It is a key's, K: "
                    "that is how many numbers each dot product adds up.",
                    wrong.root_of_values,
                ),
            ),
        ),
        Criterion(
            "any order in memory",
            in_any_order,
            mistakes=(
                Mistake(
                    "Tensors may lie scattered in memory, where .view stops. Use .reshape.",
                    when=says("view size is not compatible"),
                ),
            ),
        ),
    ),
)
