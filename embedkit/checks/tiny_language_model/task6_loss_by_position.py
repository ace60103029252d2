"""What marks task 12.6, `loss_by_position`: how well a model reads at each distance."""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

from embedkit import decoder_parts as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says
from embedkit.checks.probes import Inputs, Seen

Model = Callable[[Tensor], Tensor]


def asked(draw: Draw, tokens: int, length: int, vocab_size: int = 6) -> Inputs:
    """One question, with a random model and text."""
    return {
        "table": draw.table(vocab_size, vocab_size),
        "ids": draw.ids(vocab_size, tokens),
        "length": length,
    }


def whole_pieces(draw: Draw) -> list[Inputs]:
    """Texts of so many pieces and one token more; one does not hold the last words.

    In one, the largest logits at some places are far below those at others. In the last, all but
    300 of many pieces are guessed for certain: of thousands that are not, the sum has few digits.
    """
    small = {"table": torch.eye(3), "ids": torch.tensor([0, 2, 1, 1, 0, 2, 2]), "length": 2}
    sure = small | {"table": 100 * torch.eye(3)}
    uneven = small | {"table": torch.tensor([0.5, 30.0, 900.0]).diag()}
    late = sure | {"ids": torch.cat([torch.zeros(8_000).long(), draw.ids(3, 601)])}
    return [
        small,
        sure,
        uneven,
        asked(draw, 214, 3),
        asked(draw, 13, 4),
        asked(draw, 6, 5),
        asked(draw, 41, 8),
        asked(draw, 9, 1),
        asked(draw, 41, 4, vocab_size=9) | {"ids": draw.ids(5, 41)},
        asked(draw, 2 * 300 + 1, 2),
        asked(draw, 2 * draw.integer(1_100, 1_300) + 1, 2),
        late,
    ]


def left_over(draw: Draw) -> list[Inputs]:
    """Texts with a rest at the end; a last piece that lacks only its next token, too."""
    return [
        asked(draw, 12, 4),
        asked(draw, 15, 4),
        asked(draw, 30, 7),
        asked(draw, 8 * draw.integer(3, 5), 8),
    ]


def answer_from(
    targets: Callable[[Tensor, int, int], Tensor] | None = None,
    of_losses: Callable[[Tensor], Tensor] | None = None,
    pieces_in: Callable[[int, int], int] | None = None,
) -> Callable[[Model, Tensor, int], Tensor]:
    """Return an answer that goes wrong at one place."""

    def answer(logits_of: Model, ids: Tensor, length: int) -> Tensor:
        pieces = (pieces_in or (lambda n, size: (n - 1) // size))(len(ids), length)
        read = ids[: pieces * length].view(pieces, length)
        follows = ids[1 : pieces * length + 1]
        follows = targets(ids, pieces, length) if targets else follows.view(pieces, length)
        losses = F.cross_entropy(logits_of(read).transpose(1, 2), follows, reduction="none")
        return of_losses(losses) if of_losses else losses.mean(0)

    return answer


def own_tokens(ids: Tensor, pieces: int, length: int) -> Tensor:
    """Guess the token just read."""
    return ids[: pieces * length].view(pieces, length)


def two_on(ids: Tensor, pieces: int, length: int) -> Tensor:
    """Guess the token after the next."""
    return ids.roll(-2)[: pieces * length].view(pieces, length)


def rolled(ids: Tensor, pieces: int, length: int) -> Tensor:
    """Let the first token of a piece follow its last."""
    return ids[: pieces * length].view(pieces, length).roll(-1, dims=1)


def inside_only(logits_of: Model, ids: Tensor, length: int) -> Tensor:
    """Lose the last position: its next token stands in the next piece."""
    pieces = len(ids) // length
    read = ids[: pieces * length].view(pieces, length)
    logits = logits_of(read)[:, :-1]
    return F.cross_entropy(logits.transpose(1, 2), read[:, 1:], reduction="none").mean(0)


def sliding(logits_of: Model, ids: Tensor, length: int) -> Tensor:
    """Let pieces overlap."""
    windows = ids.unfold(0, length + 1, 1)
    logits = logits_of(windows[:, :-1])
    return F.cross_entropy(logits.transpose(1, 2), windows[:, 1:], reduction="none").mean(0)


def cumulative(losses: Tensor) -> Tensor:
    """Return the mean up to each position."""
    return losses.mean(0).cumsum(0) / torch.arange(1, losses.shape[1] + 1)


def one_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether one number came back for all positions."""
    value = seen.value
    return isinstance(value, float) or (isinstance(value, Tensor) and value.dim() == 0)


def one_a_piece(inputs: Inputs, seen: Seen) -> bool:
    """Whether there is a number for each piece."""
    pieces = (len(inputs["ids"]) - 1) // inputs["length"]
    return isinstance(seen.value, Tensor) and seen.value.shape == (pieces,)


def all_of_them(inputs: Inputs, seen: Seen) -> bool:
    """Whether the losses came back as they are."""
    return isinstance(seen.value, Tensor) and seen.value.dim() == 2


def one_longer(logits_of: Model, ids: Tensor, length: int) -> Tensor:
    """Cut pieces of one token more, and drop its logits."""
    pieces = len(ids) // (length + 1)
    cut = ids[: pieces * (length + 1)].view(pieces, length + 1)
    logits = logits_of(cut[:, :-1]).transpose(1, 2)
    return F.cross_entropy(logits, cut[:, 1:], reduction="none").mean(0)


def reshaped(logits_of: Model, ids: Tensor, length: int) -> Tensor:
    """Reshape logits where axes should change places."""
    pieces = (len(ids) - 1) // length
    read = ids[: pieces * length].view(pieces, length)
    follows = ids[1 : pieces * length + 1].view(pieces, length)
    logits = logits_of(read).reshape(pieces, -1, length)
    return F.cross_entropy(logits, follows, reduction="none").mean(0)


BY_LENGTH_ALONE = Mistake(
    "The text is cut into pieces by its length alone. If it ends with a piece, that piece's last "
    "token has no next one: (N − 1) // length pieces.",
    answer_from(pieces_in=lambda n, size: n // size),
)

task = Task(
    number="12.6",
    name="loss_by_position",
    points=2,
    reference=finished.mean_loss_by_position,
    criteria=(
        Criterion(
            "at each position, the mean loss of the token that follows",
            whole_pieces,
            probe="measured_model",
            mistakes=(
                Mistake(
                    "The last whole piece is left out. It counts if one more token follows it.",
                    answer_from(pieces_in=lambda n, size: max((n - 2) // size, 1)),
                ),
                BY_LENGTH_ALONE,
                Mistake(
                    "The pieces are length + 1 long, so some tokens are never read. Cut pieces of "
                    "length tokens, and shift the targets.",
                    one_longer,
                ),
                Mistake(
                    "The logits are reshaped where axes must change places: transpose(1, 2).",
                    reshaped,
                ),
                Mistake(
                    "The model is asked for the token that it has just read. Targets lie one "
                    "further on.",
                    answer_from(own_tokens),
                ),
                Mistake(
                    "The targets lie two further on: they are shifted twice.", answer_from(two_on)
                ),
                Mistake(
                    "After the last token of a piece comes the first of the next piece, and not "
                    "its own first one: roll goes round in a circle.",
                    answer_from(rolled),
                ),
                Mistake(
                    "The last position is missing. What follows it stands in the next piece: "
                    "shift the text before you cut it.",
                    inside_only,
                ),
                Mistake(
                    "The pieces overlap. They follow each other: a new one begins where the last "
                    "one ends.",
                    sliding,
                ),
                Mistake(
                    "The logits are for more than `length` tokens. A model with a table of "
                    "positions has no row for them. Hand over length tokens a piece.",
                    when=says("tokens at most"),
                ),
                Mistake(
                    "logits_of takes a batch: ids of shape (pieces, length).",
                    when=says("was given ids"),
                ),
                Mistake(
                    "One number came back for all positions. Take the mean over pieces, not over "
                    "positions.",
                    when=one_number,
                ),
                Mistake(
                    "The losses come back one by one: take their mean over pieces.",
                    when=all_of_them,
                ),
                Mistake(
                    "There is a number for each piece. Take the mean over pieces, to have one for "
                    "each position.",
                    when=one_a_piece,
                ),
                Mistake(
                    "These are means up to each position. Each position stands by itself.",
                    answer_from(of_losses=cumulative),
                ),
                Mistake(
                    "The losses are added up. Divide by the number of pieces.",
                    answer_from(of_losses=lambda losses: losses.sum(0)),
                ),
                Mistake(
                    "These are bits. Nats were asked for.",
                    answer_from(of_losses=lambda losses: losses.mean(0) / math.log(2)),
                ),
            ),
        ),
        Criterion(
            "a rest that is too short, or has no next token, is left out",
            left_over,
            probe="measured_model",
            mistakes=(
                BY_LENGTH_ALONE,
                Mistake(
                    "A rest that fills no piece is left out: cut it off before you reshape.",
                    when=says("invalid for input of size"),
                ),
            ),
        ),
    ),
)
