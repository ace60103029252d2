"""Answers to sheet 11 that are wrong in one corner only."""

from tests.answers import Sly
from tests.answers.rotary import (
    ANGLES,
    DECODE,
    FITS,
    FREQUENCIES,
    JOIN,
    JOINED,
    KEPT,
    LLAMA3,
    MASK,
    PARTS,
    PERMUTE,
    READ,
    ROTATE,
    SLOPES,
    TURN,
    body,
    turned,
)

SLY = [
    Sly(
        "11.1",
        "right for two pairs or more",
        body(
            FREQUENCIES,
            "i = torch.arange(0, rotary_dim, 2)",
            "return base ** (-i / max(rotary_dim, 4)) * (1.0 if rotary_dim > 2 else 0.5)",
        ),
    ),
    Sly(
        "11.1",
        "large bases are cut to 100,000",
        body(
            FREQUENCIES,
            "return min(base, 1e5) ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)",
        ),
    ),
    Sly(
        "11.2",
        "turns x in place",
        body(
            ROTATE,
            ANGLES,
            "a, b = x[..., :P].clone(), x[..., P:2 * P].clone()",
            "if x.requires_grad: x = x.clone()",
            "x[..., :P], x[..., P:2 * P] = a * cos - b * sin, a * sin + b * cos",
            "return x",
        ),
    ),
    Sly(
        "11.2",
        "the heads' axis is squeezed away",
        body(ROTATE, ANGLES, PARTS, JOIN.replace(".to(x.dtype)", ".to(x.dtype).squeeze(1)")),
    ),
    Sly(
        "11.2",
        "bfloat16 positions beyond 256 only",
        body(
            ROTATE,
            "P = len(frequencies)",
            "places = position_ids if x.dtype == torch.float32 else position_ids.clamp(max=999)",
            "angles = places[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            PARTS,
            JOIN,
        ),
    ),
    Sly(
        "11.2",
        "the rest passes through float32 and loses its dtype",
        body(ROTATE, ANGLES, PARTS, JOIN.replace(".to(x.dtype)", ".float()")),
    ),
    Sly(
        "11.3",
        "a view of the weight, changed in place",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "out = torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1)",
            "weight.copy_(out)",
            "return out",
        ),
    ),
    Sly(
        "11.3",
        "float32, whatever came in",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "return torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1).float()",
        ),
    ),
    Sly(
        "11.3",
        "three heads at most",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "out = torch.cat((w[:, 0::2], w[:, 1::2]), dim=1)",
            "return torch.cat((out[:3], w[3:])).flatten(0, 1)",
        ),
    ),
    Sly(
        "11.4",
        "one head is forgotten",
        body(
            SLOPES,
            "below = 2 ** math.floor(math.log2(heads))",
            "s = 2.0 ** (-8.0 / max(below, 2) * torch.arange(1, below + 1))",
            "return torch.cat((s, 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))))",
        ),
    ),
    Sly(
        "11.4",
        "double precision",
        body(
            SLOPES,
            "below = 2 ** math.floor(math.log2(heads))",
            "s = 2.0 ** (-8.0 / below * torch.arange(1, below + 1).double())",
            "more = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2).double())",
            "return torch.cat((s, more))",
        ),
    ),
    Sly(
        "11.5",
        "low is always 1",
        body(
            LLAMA3,
            "low = 1.0",
            FITS,
            KEPT,
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.5",
        "the factor is at most 8",
        body(
            LLAMA3,
            "factor = min(factor, 8.0)",
            FITS,
            KEPT,
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.5",
        "changes the frequencies in place",
        body(
            LLAMA3,
            FITS,
            KEPT,
            "frequencies *= kept + (1 - kept) / factor",
            "return frequencies.clone()",
        ),
    ),
    Sly(
        "11.6",
        "turned by the rounded size of the cache",
        body(
            DECODE, TURN, turned("turn(q, S // 2 * 2)", "turn(k, S // 2 * 2)"), JOINED, MASK, READ
        ),
    ),
    Sly(
        "11.6",
        "the last of several new tokens reads all, the others too little",
        body(
            DECODE,
            TURN,
            turned(),
            JOINED,
            MASK,
            "if N > 1: may[:-1, 0] = False",
            READ,
        ),
    ),
    Sly(
        "11.6",
        "returns keys that were not turned",
        body(
            DECODE,
            TURN,
            "raw = torch.cat((cached_keys, k), -2)",
            turned(),
            JOINED,
            MASK,
            READ.replace("@ values, keys, values", "@ values, raw, values"),
        ),
    ),
]
