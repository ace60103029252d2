"""What marks task 12.4, `decoder`: a language model, from ids to logits."""

import math
from dataclasses import replace

from torch import Tensor

from embedkit.checks.framework import Criterion, Mistake, Task, says
from embedkit.checks.probes import Inputs, Seen
from embedkit.checks.tiny_language_model import decoder_questions as questions
from embedkit.checks.tiny_language_model import wrong_decoders as wrong
from embedkit.decoder_parts import attention, decoder


def not_all(inputs: Inputs, seen: Seen) -> bool:
    """Whether some weight got no gradient."""
    if seen.raised:
        return "requires grad" in seen.message
    return seen.value is None or any(one is None for one in seen.value["weights"].values())


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether nan came back."""
    return isinstance(seen.value, Tensor) and bool(seen.value.isnan().any())


whole = wrong.Parts()
task = Task(
    number="12.4",
    name="decoder",
    points=3,
    reference=decoder,
    criteria=(
        Criterion(
            "without blocks: rows, norm, and dot products with all rows",
            questions.no_blocks,
            mistakes=(
                Mistake(
                    "The vectors are not normed before the head.",
                    replace(whole, last_norm=lambda x, scale: x),
                ),
                Mistake(
                    "This is LayerNorm: it takes the mean away. RMSNorm only divides.",
                    replace(whole, norm=wrong.layer_norm),
                ),
                Mistake(
                    "You divide by the length. RMSNorm divides by the root of the *mean* of the "
                    "squares, which leaves a length of √D.",
                    replace(whole, norm=wrong.unit_norm),
                ),
                Mistake(
                    "The scale of the norm is missing: each number is multiplied by its own.",
                    replace(whole, norm=wrong.unscaled_norm),
                ),
                Mistake(
                    "ε is added to the root. It belongs under it, to the mean of the squares.",
                    replace(whole, norm=wrong.eps_outside),
                ),
                Mistake(
                    "There is no ε in the norm: 1e-6, under the root.",
                    replace(whole, norm=wrong.no_eps),
                ),
                Mistake(
                    "The rows are multiplied by √D. Rotary models take them as they are.",
                    replace(whole, rows=lambda rows: rows * math.sqrt(rows.shape[-1])),
                ),
            ),
        ),
        Criterion(
            "a block, one token: what attention and feed-forward find is added",
            questions.one_position,
            mistakes=(
                Mistake(
                    "The sums are normed (post-norm). Here the norm stands before each part, and "
                    "the stream itself is never normed.",
                    replace(whole, block=wrong.post_norm),
                ),
                Mistake(
                    "Nothing is added: each part's result replaces the stream. What was there is "
                    "lost.",
                    replace(whole, block=wrong.no_sum),
                ),
                Mistake(
                    "The feed-forward part's result replaces the stream. It is added, too.",
                    replace(whole, block=wrong.second_sum_missing),
                ),
                Mistake(
                    "What attention finds replaces the stream. It is added.",
                    replace(whole, block=wrong.first_sum_missing),
                ),
                Mistake(
                    "Attention's result is added to the normed vector. The norm is for the part "
                    "to read; the sum goes on with x as it was.",
                    replace(whole, block=wrong.first_norm_stays),
                ),
                Mistake(
                    "Both norms have attention's scale. The second is feed_forward_norm.",
                    replace(whole, block=wrong.one_norm),
                ),
                Mistake(
                    "q, k and v are transposed, as nn.Linear keeps them. Here it is x @ weight.",
                    replace(whole, attend=wrong.other_way_in),
                ),
                Mistake(
                    "Both parts read the same vectors. The feed-forward part reads what attention "
                    "has added already.",
                    replace(whole, block=wrong.side_by_side),
                ),
                Mistake(
                    "Results are added to the normed vectors. The norm is for the part to read; "
                    "the sum goes on with x as it was.",
                    replace(whole, block=wrong.normed_stream),
                ),
                Mistake(
                    "Inside the block nothing is normed before it is read.",
                    replace(whole, block=wrong.unnormed),
                ),
                Mistake(
                    "The two norms are taken for each other: attention_norm comes first.",
                    replace(whole, block=wrong.swapped_norms),
                ),
                Mistake(
                    "SiLU is applied to x @ up. It belongs to the gate.",
                    replace(whole, feed=wrong.up_gates),
                ),
                Mistake(
                    "SiLU is applied to the product. It belongs to the gate alone.",
                    replace(whole, feed=wrong.gate_of_product),
                ),
                Mistake("This is GELU. SwiGLU has SiLU: F.silu.", replace(whole, feed=wrong.gelu)),
                Mistake(
                    "The gate is a sigmoid. SiLU is z · sigmoid(z): F.silu.",
                    replace(whole, feed=wrong.sigmoid),
                ),
                Mistake(
                    "What the heads read is not projected by o.",
                    replace(whole, attend=wrong.attending(out=False)),
                ),
                Mistake(
                    "The matrices are transposed, as nn.Linear keeps them. Here it is x @ weight.",
                    replace(whole, attend=wrong.other_way),
                ),
            ),
        ),
        Criterion(
            "several tokens, one head: each reads itself and those before it",
            questions.one_head,
            mistakes=(
                Mistake(
                    "Something is no number: an exponential has become infinity, in a softmax or "
                    "in SiLU by hand. torch's own take care of that.",
                    when=not_a_number,
                ),
                Mistake(
                    "Every token reads all others, those after it, too. Such a model sees the "
                    "answer that it is to guess.",
                    replace(whole, attend=wrong.attending(mask="none")),
                ),
                Mistake(
                    "A token reads those after it, and not those before: the mask is upside down.",
                    replace(whole, attend=wrong.attending(mask="earlier")),
                ),
                Mistake(
                    "A token does not read itself. Mask what comes after it only: triu(1).",
                    replace(whole, attend=wrong.attending(mask="self too")),
                ),
                Mistake(
                    "Masked scores become 0. That is a score like others: e⁰ = 1. Use −∞.",
                    replace(whole, attend=wrong.attending(mask="zero")),
                ),
                Mistake(
                    "The scores are not divided by √K.",
                    replace(whole, attend=wrong.attending(size=lambda dim, head_dim: 1.0)),
                ),
                Mistake(
                    "The scores are divided by K. It is its root, √K.",
                    replace(whole, attend=wrong.attending(size=lambda dim, head_dim: head_dim)),
                ),
                Mistake(
                    "Queries and keys are not turned, or along the wrong axis: turn them once "
                    "tokens and heads have changed places.",
                    replace(whole, attend=wrong.attending(turned=())),
                ),
                Mistake(
                    "Only queries are turned. Keys turn, too, or the difference is lost.",
                    replace(whole, attend=wrong.attending(turned=("q",))),
                ),
                Mistake(
                    "Values are turned. They are added up as they are.",
                    replace(whole, attend=wrong.attending(turned=("q", "k", "v"))),
                ),
            ),
        ),
        Criterion(
            "several heads: each attends by itself, with its own K numbers",
            questions.several_heads,
            mistakes=(
                Mistake(
                    "There is one head, whatever `heads` says.",
                    replace(whole, attend=lambda x, block, heads: attention(x, block, 1)),
                ),
                Mistake(
                    "The shape is right, but numbers of different tokens are mixed: cut (B, T, D) "
                    "into (B, T, H, K) first, then swap T and H.",
                    replace(whole, attend=wrong.attending(split="viewed")),
                ),
                Mistake(
                    "A head takes every H-th number. Head 0 has the first K, head 1 the next K.",
                    replace(whole, attend=wrong.attending(split="strided")),
                ),
                Mistake(
                    "The heads are joined in the wrong order: swap H and T back before you "
                    "flatten (H, K) to D.",
                    replace(whole, attend=wrong.attending(split="joined")),
                ),
                Mistake(
                    "The scores are divided by √D. A head has K = D / H numbers: √K.",
                    replace(
                        whole, attend=wrong.attending(size=lambda dim, head_dim: math.sqrt(dim))
                    ),
                ),
                Mistake(
                    "The whole vector is turned before it is cut into heads. Each head turns by "
                    "itself: cut first.",
                    replace(whole, attend=wrong.attending(split="turned whole")),
                ),
            ),
        ),
        Criterion(
            "several blocks, one after the other",
            questions.several_blocks,
            mistakes=(
                Mistake(
                    "Only the first block is used.",
                    replace(whole, chosen=lambda blocks: blocks[:1]),
                ),
                Mistake(
                    "The first block is used again and again. Each has weights of its own.",
                    replace(whole, chosen=lambda blocks: blocks[:1] * len(blocks)),
                ),
                Mistake(
                    "The blocks come in the wrong order.",
                    replace(whole, chosen=lambda blocks: blocks[::-1]),
                ),
            ),
        ),
        Criterion(
            "a gradient reaches every weight",
            questions.to_train,
            probe="gradients",
            mistakes=(
                Mistake(
                    "A tensor is changed in place that the way back still needs: write "
                    "x = x + …, not x += ….",
                    when=says("inplace operation"),
                ),
                Mistake(
                    "Some weight gets no gradient. Use the weights themselves, without .data, "
                    ".detach() or numpy.",
                    when=not_all,
                ),
            ),
        ),
    ),
)
