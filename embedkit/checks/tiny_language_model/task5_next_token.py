"""What marks task 12.5, `next_token_probabilities`: temperature and top-p."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import text_generation as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, scattered
from embedkit.checks.probes import Inputs, Seen


def shuffled(draw: Draw, rows: int, vocab_size: int) -> Tensor:
    """Logits that differ by 0.2 or more, in random order, each row flatter than the one below."""
    keys = draw.numbers(rows, vocab_size).argsort(dim=1).float()
    steeper = 0.2 + 0.3 * torch.arange(rows)[:, None]
    return keys * steeper + draw.numbers(rows, 1)


def nearly_flat(draw: Draw, rows: int = 2, vocab_size: int = 1000) -> Tensor:
    """Logits of many tokens that are nearly equally likely."""
    return draw.numbers(rows, vocab_size).argsort(dim=1).float() / vocab_size


def asked(logits: Tensor, temperature: float = 1.0, top_p: float = 1.0) -> Inputs:
    """One question."""
    return {"logits": logits, "temperature": temperature, "top_p": top_p}


def by_temperature(draw: Draw) -> list[Inputs]:
    """Nothing is cut; then logits whose exponentials overflow, and such as lie scattered."""
    small = torch.tensor([[0.0, 2.0, 1.0]])
    drawn = [asked(shuffled(draw, 3, 9), draw.integer(3, 30) / 10) for _ in range(3)]
    rows = shuffled(draw, 2, 8)
    large = torch.tensor([[1000.0, 1001.0, 990.0]])
    apart = torch.tensor([[1000.0, 1001.0, 990.0], [-1000.0, -999.0, -1001.0]])
    near, one = torch.tensor([[1.0, 1.0001, 0.5]]), torch.tensor([[2.0]])
    more = [asked(large), asked(rows, 0.01), asked(-500 - rows, 0.5), asked(scattered(rows))]
    more += [asked(near, 0.01), asked(near, 0.05), asked(apart), asked(one)]
    more += [asked(nearly_flat(draw)), asked(small / 2**20, 2.0**-20)]
    more += [asked(nearly_flat(draw, 1, 5_000))]
    return [asked(small, 0.5), asked(small, 2.0), *drawn, *more]


def cut(draw: Draw) -> list[Inputs]:
    """A tail that goes, at temperature 1 and at others; one question keeps a single token.

    One keeps nearly all of very many, and one what is unlikelier than 1 in 100,000. Sums come
    nowhere so near to top_p that roundings decide.
    """
    small = torch.tensor([[0.5, 0.05, 0.3, 0.15]]).log()
    rows = shuffled(draw, 4, 12)
    return [
        asked(small, 1.0, 0.6),
        asked(rows, 1.0, 0.45),
        asked(rows, 1.0, draw.integer(71, 79) / 100),
        asked(shuffled(draw, 2, 40), 1.0, 0.93),
        asked(rows, 1.0, 0.01),
        asked(small, 2.0, 0.5),
        asked(rows[:3], 0.6, 0.8),
        asked(rows[:3], 1.7, 0.35),
        asked(nearly_flat(draw), 1.0, 0.99),
        asked(nearly_flat(draw), 1.0, 0.995),
        asked(nearly_flat(draw, 1, 5_000), 1.0, 0.96),
        asked(torch.tensor([[8e-6, 2e-6, 0.99999]]).log(), 1.0, 0.999995),
        asked(rows[:2] + torch.tensor([[30_000.0], [-30_000.0]]), 1.0, 0.6),
    ]


def greedy(draw: Draw) -> list[Inputs]:
    """Temperature 0: the likeliest token alone."""
    return [
        asked(torch.tensor([[1.0, 3.0, 2.0]]), 0.0),
        asked(torch.tensor([[1.0, 1.0001, 0.5]]), 0.0),
        asked(torch.tensor([[1.0, 1.0 + 2.0**-23, 0.5]]), 0.0),  # the next float32
        asked(torch.tensor([[0.001, 0.001 + 2.0**-33, 0.0005]]), 0.0),  # there, too
        asked(shuffled(draw, 4, 20), 0.0),
        asked(shuffled(draw, 2, 6), 0.0, 0.5),
    ]


def zero_where_cut(inputs: Inputs, seen: Seen) -> bool:
    """Whether the tokens that can be drawn are those that the finished code keeps."""
    return torch.equal(seen.value > 0, finished.next_token_probabilities(**inputs) > 0)


Answer = Callable[[Tensor, float, float], Tensor]


def nucleus(p: Tensor, top_p: float, crossing: bool = True, share: bool = True) -> Tensor:
    """Keep the likeliest tokens whose probabilities reach top_p."""
    ordered, ids = p.sort(dim=-1, descending=True)
    reached = ordered.cumsum(-1)
    kept = ordered * ((reached - ordered < top_p) if crossing else (reached <= top_p))
    kept = torch.zeros_like(p).scatter(-1, ids, kept)
    return kept / kept.sum(-1, keepdim=True) if share else kept


def tempered(logits: Tensor, temperature: float) -> Tensor:
    """Divide, and take the softmax."""
    return (logits / temperature).softmax(-1)


def multiplied(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Multiply by the temperature."""
    return nucleus((logits * temperature).softmax(-1), top_p)


def softmaxed_twice(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Divide probabilities, and take the softmax of that."""
    return nucleus((logits.softmax(-1) / temperature).softmax(-1), top_p)


def over_batch(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Take the softmax along the batch."""
    return (logits / temperature).softmax(0)


def short_by_one(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Leave out the token that reaches top_p."""
    return nucleus(tempered(logits, temperature), top_p, crossing=False)


def not_shared(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Let what is kept add up to less than 1."""
    return nucleus(tempered(logits, temperature), top_p, share=False)


def left_sorted(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Return them in sorted order."""
    return nucleus(tempered(logits, temperature), top_p).sort(-1, descending=True).values


def unlikely_first(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Sort the wrong way, and keep the tail."""
    p = tempered(logits, temperature)
    ordered, ids = p.sort(dim=-1)
    kept = ordered * (ordered.cumsum(-1) - ordered < top_p)
    kept = torch.zeros_like(p).scatter(-1, ids, kept)
    return kept / kept.sum(-1, keepdim=True)


def min_p(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Keep tokens whose own probability is large enough."""
    p = tempered(logits, temperature)
    kept = p * (p >= 1 - top_p)
    return kept / kept.sum(-1, keepdim=True)


def cut_before(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Cut first, at temperature 1, and divide afterwards."""
    kept = nucleus(logits.softmax(-1), top_p) > 0
    return tempered(logits.masked_fill(~kept, -torch.inf), temperature)


def first_rows_cut(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Keep in each row as many tokens as the first row keeps."""
    p = tempered(logits, temperature)
    count = int((nucleus(p[:1], top_p) > 0).sum())
    values, ids = p.topk(count, dim=-1)
    kept = torch.zeros_like(p).scatter(-1, ids, values)
    return kept / kept.sum(-1, keepdim=True)


def only_top_p(logits: Tensor, temperature: float, top_p: float) -> Tensor:
    """Forget the temperature."""
    return nucleus(logits.softmax(-1), top_p)


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether something came back that is no number."""
    return isinstance(seen.value, Tensor) and bool(seen.value.isnan().any())


def an_id(inputs: Inputs, seen: Seen) -> bool:
    """Whether ids came back."""
    return isinstance(seen.value, Tensor) and not seen.value.is_floating_point()


CROSSING = Mistake(
    "The token with which the sum reaches top_p is left out. It is kept: the sum of those kept is "
    "top_p or more.",
    short_by_one,
)

task = Task(
    number="12.5",
    name="next_token_probabilities",
    points=2,
    reference=finished.next_token_probabilities,
    criteria=(
        Criterion(
            "logits are divided by the temperature, however large they are",
            by_temperature,
            mistakes=(
                Mistake(
                    "The logits are multiplied by the temperature. Heat makes tokens more alike, "
                    "so it divides.",
                    multiplied,
                ),
                Mistake(
                    "There are two softmaxes. Divide the logits, then take one.", softmaxed_twice
                ),
                Mistake(
                    "The temperature changes nothing. It divides the logits, before the softmax: "
                    "dividing probabilities cancels out.",
                    only_top_p,
                ),
                Mistake(
                    "The probabilities come back sorted. Bring them back to their ids: scatter.",
                    left_sorted,
                ),
                CROSSING,
                Mistake(
                    "The softmax goes along the batch. Each row adds up to 1: dim=-1.", over_batch
                ),
                Mistake(
                    "Something is no number: an exponential has overflowed. Use softmax, or take "
                    "the largest logit off first.",
                    when=not_a_number,
                ),
                Mistake("It returns a token. The probabilities were asked for.", when=an_id),
            ),
        ),
        Criterion(
            "then top_p keeps the fewest, likeliest tokens that reach it, and 1 is shared out",
            cut,
            mistakes=(
                Mistake(
                    "You cut at temperature 1, and divide afterwards. Heat first: then the tail "
                    "is another one.",
                    cut_before,
                ),
                CROSSING,
                Mistake("What is kept adds up to less than 1. Divide by its sum.", not_shared),
                Mistake(
                    "The unlikeliest tokens are kept: sort with descending=True.", unlikely_first
                ),
                Mistake(
                    "Each token is judged by its own probability. It is the sum, from the "
                    "likeliest on, that counts.",
                    min_p,
                ),
                Mistake(
                    "Each row keeps as many tokens as the first. Every row has its own border.",
                    first_rows_cut,
                ),
            ),
        ),
        Criterion(
            "what is cut has the probability 0, and nothing else has",
            cut,
            accepts=zero_where_cut,
            mistakes=(
                Mistake(
                    "Something was added to all probabilities. What is cut must never be drawn: "
                    "make it 0.",
                    when=lambda inputs, seen: bool(seen.value.all()),
                ),
            ),
        ),
        Criterion(
            "temperature 0: the likeliest token, for certain",
            greedy,
            mistakes=(
                Mistake(
                    "At temperature 0 something is no number: that would be a division by 0. Give "
                    "the likeliest token the probability 1.",
                    when=not_a_number,
                ),
            ),
        ),
    ),
)
