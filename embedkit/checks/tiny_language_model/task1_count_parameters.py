"""What marks task 12.1, `count_parameters`: what a model of certain sizes holds."""

from collections.abc import Callable

from embedkit import decoder_parts as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs

SCHEMES = ("none", "alibi", "sinusoidal", "learned")


def sizes(draw: Draw, positions: str, tied: bool) -> Inputs:
    """Sizes of some model; no two are alike."""
    heads = draw.integer(1, 4)
    return {
        "vocab_size": draw.integer(500, 9_000),
        "model_dim": 2 * heads * draw.integer(3, 20),
        "layers": draw.integer(2, 9),
        "ffn_dim": draw.integer(130, 400),
        "max_len": draw.integer(50, 120),
        "positions": positions,
        "tied": tied,
    }


def rotary(draw: Draw) -> list[Inputs]:
    """LLaMA's shape, tied and untied; without any block, too."""
    small = {"vocab_size": 10, "model_dim": 4, "layers": 1, "ffn_dim": 6, "max_len": 8}
    bare = small | {"layers": 0}
    switches = {"positions": "rotary", "tied": True}
    drawn = [sizes(draw, "rotary", tied) for tied in (True, False, True, False)]
    more = [bare | switches | {"tied": False}, small | switches | {"model_dim": 5, "layers": 2}]
    return [small | switches, bare | switches, *more, *drawn]


def other_positions(draw: Draw) -> list[Inputs]:
    """Every other scheme, tied and untied; no blocks, and sizes of today's models."""
    bare = {"vocab_size": 10, "model_dim": 4, "layers": 0, "ffn_dim": 6, "max_len": 8}
    large = {"vocab_size": 128_257, "model_dim": 4_095, "layers": 32, "ffn_dim": 14_335}
    drawn = [sizes(draw, scheme, tied) for scheme in SCHEMES for tied in (True, False)]
    return [
        *drawn,
        bare | {"positions": "learned", "tied": True},
        large | {"max_len": 4_096, "positions": "learned", "tied": False},
    ]


def off_by(change: Callable[..., int]) -> Callable[..., int]:
    """Return an answer that is off by something."""

    def answer(
        vocab_size: int,
        model_dim: int,
        layers: int,
        ffn_dim: int,
        max_len: int,
        positions: str,
        tied: bool,
    ) -> int:
        right = finished.count_parameters(
            vocab_size,
            model_dim,
            layers,
            ffn_dim,
            max_len,
            positions,  # type: ignore[arg-type]
            tied,
        )
        return right + change(vocab_size, model_dim, layers, ffn_dim, max_len, positions, tied)

    return answer


task = Task(
    number="12.1",
    name="count_parameters",
    points=1,
    reference=finished.count_parameters,
    criteria=(
        Criterion(
            "rotary: the table, the blocks, the last norm, and a head that is not tied",
            rotary,
            mistakes=(
                Mistake(
                    "The norm after the last block is missing: it has D numbers of its own.",
                    off_by(lambda V, D, N, F, T, p, t: -D),
                ),
                Mistake(
                    "The norms inside the blocks are missing: two a block, with D numbers each.",
                    off_by(lambda V, D, N, F, T, p, t: -2 * N * D),
                ),
                Mistake(
                    "No norm is counted. Each scales D numbers: two in a block, and one at the "
                    "end.",
                    off_by(lambda V, D, N, F, T, p, t: -(2 * N + 1) * D),
                ),
                Mistake(
                    "A block has one norm in your count. It has two: one before attention, one "
                    "before the feed-forward part.",
                    off_by(lambda V, D, N, F, T, p, t: -N * D),
                ),
                Mistake(
                    "The feed-forward part has two matrices in your count. SwiGLU has three: "
                    "gate, up and down.",
                    off_by(lambda V, D, N, F, T, p, t: -N * D * F),
                ),
                Mistake(
                    "Attention has three matrices in your count. There are four: q, k, v, and the "
                    "one that mixes what the heads have read.",
                    off_by(lambda V, D, N, F, T, p, t: -N * D * D),
                ),
                Mistake(
                    "Linear layers have biases in your count. This model has none.",
                    off_by(lambda V, D, N, F, T, p, t: N * (5 * D + 2 * F)),
                ),
                Mistake(
                    "Norms have biases in your count. RMSNorm has a scale only.",
                    off_by(lambda V, D, N, F, T, p, t: (2 * N + 1) * D),
                ),
                Mistake(
                    "A table of positions is counted for a rotary model. Its angles are written "
                    "down, not learned.",
                    off_by(lambda V, D, N, F, T, p, t: T * D),
                ),
                Mistake(
                    "The tied head is counted. It is the table, which is there already.",
                    off_by(lambda V, D, N, F, T, p, t: V * D if t else 0),
                ),
                Mistake(
                    "The head of an untied model is missing: V × D once more.",
                    off_by(lambda V, D, N, F, T, p, t: 0 if t else -V * D),
                ),
                Mistake(
                    "The head has a bias in your count. This one has none.",
                    off_by(lambda V, D, N, F, T, p, t: 0 if t else V),
                ),
            ),
        ),
        Criterion(
            "of the other schemes, one has parameters",
            other_positions,
            mistakes=(
                Mistake(
                    "Learned positions are missing: a table of max_len rows.",
                    off_by(lambda V, D, N, F, T, p, t: -T * D if p == "learned" else 0),
                ),
                Mistake(
                    "Sinusoids are counted. They are computed, not learned.",
                    off_by(lambda V, D, N, F, T, p, t: T * D if p == "sinusoidal" else 0),
                ),
                Mistake(
                    "Other schemes than learned ones have a table of positions in your count. "
                    "They store nothing that is trained.",
                    off_by(lambda V, D, N, F, T, p, t: 0 if p in ("learned", "rotary") else T * D),
                ),
            ),
        ),
    ),
)
