"""Answers to sheet 11 that are wrong in one corner only."""

from tests.answers import Sly
from tests.answers.rotary import (
    ANGLES,
    BELOW,
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
    Sly(
        "11.1",
        "bases cut at a million",
        body(
            FREQUENCIES,
            "e = torch.arange(0, rotary_dim, 2) / rotary_dim",
            "return min(base, 1e6) ** -e",
        ),
    ),
    Sly(
        "11.1",
        "bases below 10 raised",
        body(
            FREQUENCIES,
            "e = torch.arange(0, rotary_dim, 2) / rotary_dim",
            "return max(base, 10.0) ** -e",
        ),
    ),
    Sly(
        "11.2",
        "float16 frequencies",
        body(
            ROTATE,
            "frequencies = frequencies.half().float()",
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)",
        ),
    ),
    Sly(
        "11.2",
        "bfloat16 frequencies for float32",
        body(
            ROTATE,
            "if x.dtype == torch.float32: frequencies = frequencies.bfloat16().float()",
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)",
        ),
    ),
    Sly(
        "11.2",
        "cos, sin rounded to x's dtype, as transformers does",
        body(
            ROTATE,
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "cos, sin = cos.to(x.dtype), sin.to(x.dtype)",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)",
        ),
    ),
    Sly(
        "11.2",
        "cos, sin rounded, products in float32",
        body(
            ROTATE,
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "cos, sin = cos.to(x.dtype).float(), sin.to(x.dtype).float()",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)",
        ),
    ),
    Sly(
        "11.2",
        "products rounded before they are added",
        body(
            ROTATE,
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "d = x.dtype",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "y = torch.cat(((a * cos).to(d) - (b * sin).to(d), (a * sin).to(d) + (b * cos).to(d), rest), -1)",
            "return y",
        ),
    ),
    Sly(
        "11.2",
        "in bf16 only first row's positions",
        body(
            ROTATE,
            "if x.dtype != torch.float32: position_ids = position_ids[:1]",
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)",
        ),
    ),
    Sly(
        "11.5",
        "three masks, put one behind the other",
        body(
            LLAMA3,
            "fits = trained_len * frequencies / (2 * math.pi)",
            "part = (fits - low) / (high - low)",
            "mix = part * frequencies + (1 - part) * frequencies / factor",
            "short, long = fits >= high, fits <= low",
            "return torch.cat((frequencies[short], mix[~short & ~long], frequencies[long] / factor))",
        ),
    ),
    Sly(
        "11.5",
        "sorted",
        body(
            LLAMA3,
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "out = kept * frequencies + (1 - kept) * frequencies / factor",
            "return out.sort(descending=True).values",
        ),
    ),
    Sly(
        "11.5",
        "factor as int",
        body(
            LLAMA3,
            "factor = int(factor)",
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.5",
        "low and high as int",
        body(
            LLAMA3,
            "low, high = int(low), int(high)",
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.5",
        "high at least 4",
        body(
            LLAMA3,
            "high = max(high, 4.0)",
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.5",
        "low at least 1",
        body(
            LLAMA3,
            "low = max(low, 1.0)",
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.5",
        "trained_len at most 1024",
        body(
            LLAMA3,
            "trained_len = min(trained_len, 1024)",
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "return kept * frequencies + (1 - kept) * frequencies / factor",
        ),
    ),
    Sly(
        "11.6",
        "view of v and cached_values",
        body(
            DECODE,
            "S, N = cached_keys.shape[-2], k.shape[-2]",
            "def turn(x, first):",
            "    angles = torch.arange(first, first + x.shape[-2])[:, None] * frequencies",
            "    a, b = x.chunk(2, dim=-1)",
            "    cos, sin = angles.cos(), angles.sin()",
            "    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)",
            "q, k = turn(q, S), turn(k, S)",
            "B, H = v.shape[:2]",
            "keys, values = torch.cat((cached_keys, k), -2), torch.cat((cached_values.view(B * H, S, v.shape[-1]), v.view(B * H, N, -1)), -2).view(B, H, S + N, -1)",
            "may = torch.ones(N, S + N, dtype=torch.bool).tril(S)",
            "scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])",
            "weights = scores.masked_fill(~may, -torch.inf).softmax(-1)",
            "return weights @ values, keys, values",
        ),
    ),
    Sly(
        "11.6",
        "mask of -30",
        body(
            DECODE,
            "S, N = cached_keys.shape[-2], k.shape[-2]",
            "def turn(x, first):",
            "    angles = torch.arange(first, first + x.shape[-2])[:, None] * frequencies",
            "    a, b = x.chunk(2, dim=-1)",
            "    cos, sin = angles.cos(), angles.sin()",
            "    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)",
            "q, k = turn(q, S), turn(k, S)",
            "keys, values = torch.cat((cached_keys, k), -2), torch.cat((cached_values, v), -2)",
            "may = torch.ones(N, S + N, dtype=torch.bool).tril(S)",
            "scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])",
            "weights = scores.masked_fill(~may, -30.0).softmax(-1)",
            "return weights @ values, keys, values",
        ),
    ),
    Sly(
        "11.6",
        "a table of 64 positions",
        body(
            DECODE,
            "S, N = cached_keys.shape[-2], k.shape[-2]",
            "def turn(x, first):",
            "    angles = torch.arange(first, first + x.shape[-2]).clamp(max=63)[:, None] * frequencies",
            "    a, b = x.chunk(2, dim=-1)",
            "    cos, sin = angles.cos(), angles.sin()",
            "    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)",
            "q, k = turn(q, S), turn(k, S)",
            "keys, values = torch.cat((cached_keys, k), -2), torch.cat((cached_values, v), -2)",
            "may = torch.ones(N, S + N, dtype=torch.bool).tril(S)",
            "scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])",
            "weights = scores.masked_fill(~may, -torch.inf).softmax(-1)",
            "return weights @ values, keys, values",
        ),
    ),
    Sly(
        "11.6",
        "values padded to the keys' length",
        body(
            DECODE,
            "S, N = cached_keys.shape[-2], k.shape[-2]",
            "def turn(x, first):",
            "    angles = torch.arange(first, first + x.shape[-2])[:, None] * frequencies",
            "    a, b = x.chunk(2, dim=-1)",
            "    cos, sin = angles.cos(), angles.sin()",
            "    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)",
            "q, k = turn(q, S), turn(k, S)",
            "keys, values = torch.cat((cached_keys, k), -2), torch.cat((cached_values, v), -2)",
            "may = torch.ones(N, S + N, dtype=torch.bool).tril(S)",
            "scores = (q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])).masked_fill(~may, -torch.inf)",
            "out = scores.softmax(-1) @ F.pad(values, (0, max(0, q.shape[-1] - v.shape[-1])))",
            "return out, keys, values",
        ),
    ),
    Sly(
        "11.2",
        "no pair turns by more than 1.5",
        body(
            ROTATE,
            "frequencies = frequencies.clamp(max=1.5)",
            "P = len(frequencies)",
            "angles = position_ids[:, None, :, None] * frequencies",
            "cos, sin = angles.cos(), angles.sin()",
            "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]",
            "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)",
        ),
    ),
    Sly(
        "11.5",
        "stops at the first long wave",
        body(
            LLAMA3,
            "out = frequencies / factor",
            "for i, f in enumerate(frequencies.tolist()):",
            "    n = trained_len * f / (2 * math.pi)",
            "    if n <= low: break",
            "    p = min((n - low) / (high - low), 1.0)",
            "    out[i] = p * f + (1 - p) * f / factor",
            "return out",
        ),
    ),
    Sly(
        "11.5",
        "counts short and long ones, and takes them from the ends",
        body(
            LLAMA3,
            "fits = trained_len * frequencies / (2 * math.pi)",
            "kept = ((fits - low) / (high - low)).clamp(0, 1)",
            "s, l = int((fits >= high).sum()), int((fits <= low).sum())",
            "out = kept * frequencies + (1 - kept) * frequencies / factor",
            "out[:s] = frequencies[:s]",
            "if l: out[-l:] = frequencies[-l:] / factor",
            "return out",
        ),
    ),
    Sly(
        "11.1",
        "the slowest pairs are held at 1e-6",
        body(
            FREQUENCIES,
            "return (base ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)).clamp(min=1e-6)",
        ),
    ),
    Sly(
        "11.3",
        "eight heads at most",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "out = torch.cat((w[:, 0::2], w[:, 1::2]), dim=1)",
            "return torch.cat((out[:8], w[8:])).flatten(0, 1)",
        ),
    ),
    Sly(
        "11.3",
        "64 heads at most",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "out = torch.cat((w[:, 0::2], w[:, 1::2]), dim=1)",
            "return torch.cat((out[:64], w[64:])).flatten(0, 1)",
        ),
    ),
    Sly(
        "11.3",
        "heads of 128 numbers at most",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "if w.shape[1] > 128: return weight.clone()",
            "return torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1)",
        ),
    ),
    Sly(
        "11.4",
        "slopes for 64 heads at most",
        body(
            SLOPES,
            "below = min(2 ** math.floor(math.log2(heads)), 64)",
            "slopes = 2.0 ** (-8.0 / below * torch.arange(1, below + 1))",
            "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
            "return torch.cat((slopes, between))",
        ),
    ),
    Sly(
        "11.4",
        "a list of powers that ends at 128",
        body(
            SLOPES,
            "below = max(p for p in (1, 2, 4, 8, 16, 32, 64, 128) if p <= heads)",
            "slopes = 2.0 ** (-8.0 / below * torch.arange(1, below + 1))",
            "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
            "return torch.cat((slopes, between))",
        ),
    ),
    Sly(
        "11.4",
        "fills up with 32 slopes at most",
        body(
            SLOPES,
            BELOW,
            "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
            "between[32:] = 0",
            "return torch.cat((slopes, between))",
        ),
    ),
    Sly(
        "11.5",
        "the slowest pairs are held at 1e-6",
        body(
            LLAMA3,
            FITS,
            KEPT,
            "return (kept * frequencies + (1 - kept) * frequencies / factor).clamp(min=1e-6)",
        ),
    ),
    Sly(
        "11.2",
        "no gradient for numbers that do not turn",
        """
def rotate(x, position_ids, frequencies):
    P=len(frequencies); ang=position_ids[:,None,:,None].float()*frequencies
    c,s=ang.cos(),ang.sin(); a,b=x[...,:P].float(),x[...,P:2*P].float()
    return torch.cat([a*c-b*s,a*s+b*c,x[...,2*P:].float().detach()],-1).to(x.dtype)
""",
    ),
    Sly(
        "11.2",
        "not rounded where some numbers do not turn",
        """
def rotate(x, position_ids, frequencies):
    P=len(frequencies); ang=position_ids[:,None,:,None].float()*frequencies
    c,s=ang.cos(),ang.sin(); a,b=x[...,:P].float(),x[...,P:2*P].float()
    r=torch.cat([a*c-b*s,a*s+b*c],-1)
    if x.shape[-1]==2*P: return r.to(x.dtype)
    return torch.cat([r,x[...,2*P:]],-1)
""",
    ),
    Sly(
        "11.2",
        "a table of 4,096 positions",
        body(
            ROTATE,
            "P, table = len(frequencies), torch.arange(4096)[:, None] * frequencies",
            "angles = table[position_ids][:, None]",
            "cos, sin = angles.cos(), angles.sin()",
            PARTS,
            JOIN,
        ),
    ),
    Sly(
        "11.2",
        "half precision passes through lists",
        body(
            ROTATE,
            ANGLES,
            "whole, dtype = x, x.dtype",
            "if dtype != torch.float32 and x.numel():",
            "    whole = torch.tensor(x.tolist())",
            PARTS.replace("x[", "whole["),
            JOIN.replace("x.dtype", "dtype"),
        ),
    ),
    Sly(
        "11.3",
        "a float32 buffer",
        body(
            PERMUTE,
            "w = weight.unflatten(0, (heads, -1))",
            "out = torch.zeros(w.shape)",
            "out[:, : w.shape[1] // 2], out[:, w.shape[1] // 2 :] = w[:, 0::2], w[:, 1::2]",
            "return out.flatten(0, 1).to(weight.dtype)",
        ),
    ),
    Sly(
        "11.3",
        "a float64 buffer",
        body(
            PERMUTE,
            "w = weight.double().unflatten(0, (heads, -1))",
            "return torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1).to(weight.dtype)",
        ),
    ),
    Sly(
        "11.4",
        "slopes for 256 heads at most",
        body(
            SLOPES,
            "below = min(2 ** math.floor(math.log2(heads)), 256)",
            "slopes = 2.0 ** (-8.0 / below * torch.arange(1, below + 1))",
            "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
            "return torch.cat((slopes, between))[:heads]",
        ),
    ),
    *(
        Sly(
            "11.6",
            f"hidden scores are {hidden}",
            body(DECODE, TURN, turned(), JOINED, MASK, READ.replace("-torch.inf", hidden)),
        )
        for hidden in ("-1e4", "-1e6")
    ),
    Sly(
        "11.6",
        "a thousand is taken off hidden scores",
        body(
            DECODE,
            TURN,
            turned(),
            JOINED,
            "hidden = torch.ones(N, S + N).triu(S + 1)",
            "scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1]) - 1000 * hidden",
            "return scores.softmax(-1) @ values, keys, values",
        ),
    ),
    Sly(
        "11.6",
        "the root of a value's length for several tokens",
        body(
            DECODE,
            TURN,
            turned(),
            JOINED,
            MASK,
            "if N > 1: q = q * math.sqrt(q.shape[-1] / v.shape[-1])",
            READ,
        ),
    ),
    Sly(
        "11.6",
        "view of several values",
        body(
            DECODE,
            TURN,
            turned(),
            "if N > 1: v = v.view(-1, N, v.shape[-1]).view(v.shape)",
            JOINED,
            MASK,
            READ,
        ),
    ),
    Sly(
        "11.6",
        "512 positions at most",
        body(
            DECODE,
            TURN,
            turned("turn(q, min(S, 511))", "turn(k, min(S, 511))"),
            JOINED,
            MASK,
            READ,
        ),
    ),
    Sly(
        "11.6",
        "-1e7 in place of -inf",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[2], q.shape[2], q.shape[3]
    a = (S + torch.arange(N))[:, None] * frequencies
    c, s = a.cos(), a.sin()
    def turn(x):
        x1, x2 = x.chunk(2, -1)
        return torch.cat((x1 * c - x2 * s, x1 * s + x2 * c), -1)
    keys = torch.cat([cached_keys, turn(k)], 2); values = torch.cat([cached_values, v], 2)
    mask = torch.ones(N, S + N, dtype=torch.bool).tril(S)
    out = ((turn(q) @ keys.mT) / K ** 0.5).masked_fill(~mask, -1e7).softmax(-1) @ values
    return out, keys, values
""",
    ),
    Sly(
        "11.6",
        "causal from the upper left corner",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N = cached_keys.shape[-2], q.shape[-2]
    angles = torch.arange(S, S + N).float().outer(frequencies)

    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat((a * angles.cos() - b * angles.sin(), b * angles.cos() + a * angles.sin()), -1)

    k = torch.cat((cached_keys, turn(k)), -2)
    v = torch.cat((cached_values, v), -2)
    return F.scaled_dot_product_attention(turn(q), k, v, is_causal=N > 1), k, v
""",
    ),
    Sly(
        "11.3",
        "a weight of three axes is viewed, which none does that lies scattered in memory",
        """
def to_half_split(weight, heads):
    K = weight.shape[0] // heads
    return weight.view(heads, K // 2, 2, -1).transpose(1, 2).reshape(weight.shape)
""",
    ),
    Sly(
        "11.2",
        "angles for 131,072 positions; those beyond are taken for the last",
        """
def rotate(x, position_ids, frequencies):
    P = len(frequencies); a = torch.arange(131_072)[:, None] * frequencies
    position_ids = position_ids.clamp(max=131_071)
    cos, sin = a.cos()[position_ids][:, None], a.sin()[position_ids][:, None]
    u, v, r = x[..., :P], x[..., P:2*P], x[..., 2*P:]
    return torch.cat([torch.cat([u*cos - v*sin, u*sin + v*cos], -1).to(x.dtype), r], -1)
""",
    ),
    Sly(
        "11.2",
        "pairs sorted side by side; equals keep their order up to 20 numbers only",
        """
def rotate(x, position_ids, frequencies):
    P = len(frequencies)
    order = (torch.arange(2 * P) % P).argsort()
    y = x[..., :2 * P].float()[..., order].unflatten(-1, (P, 2)).contiguous()
    angle = (position_ids[..., None] * frequencies)[:, None]
    turned = torch.view_as_real(torch.view_as_complex(y) * torch.polar(torch.ones_like(angle), angle)).flatten(-2)
    turned = turned[..., order.argsort()].to(x.dtype)
    return torch.cat([turned, x[..., 2 * P:]], -1)
""",
    ),
    Sly(
        "11.6",
        "pairs sorted side by side; equals keep their order up to 20 numbers only",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    order = (torch.arange(K) % (K // 2)).argsort()
    angle = torch.arange(S, S + N)[:, None] * frequencies
    def turn(x):
        y = torch.view_as_complex(x[..., order].unflatten(-1, (-1, 2)).contiguous())
        return torch.view_as_real(y * torch.polar(torch.ones_like(angle), angle)).flatten(-2)[..., order.argsort()]
    keys = torch.cat([cached_keys, turn(k)], -2); values = torch.cat([cached_values, v], -2)
    mask = torch.ones(N, S + N, dtype=torch.bool).tril(S)
    return F.scaled_dot_product_attention(turn(q), keys, values, attn_mask=mask), keys, values
""",
    ),
    Sly(
        "11.6",
        "a causal mask of 1,024 positions",
        """
causal = torch.ones(1024, 1024, dtype=torch.bool).tril()
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    angle = torch.arange(S, S + N)[:, None] * frequencies
    cos, sin = angle.cos(), angle.sin()
    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)
    keys = torch.cat([cached_keys, turn(k)], -2); values = torch.cat([cached_values, v], -2)
    s = turn(q) @ keys.mT / math.sqrt(K)
    s = s.masked_fill(~causal[S:S + N, :S + N], -torch.inf)
    return s.softmax(-1) @ values, keys, values
""",
    ),
    Sly(
        "11.6",
        "angles of 2,048 positions, as from a table",
        """
_t = torch.arange(2048)
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    angle = _t[:, None] * frequencies
    cos, sin = angle.cos()[S:S + N], angle.sin()[S:S + N]
    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)
    keys = torch.cat([cached_keys, turn(k)], -2); values = torch.cat([cached_values, v], -2)
    mask = torch.ones(N, S + N, dtype=torch.bool).tril(S)
    return F.scaled_dot_product_attention(turn(q), keys, values, attn_mask=mask), keys, values
""",
    ),
    Sly(
        "11.6",
        "powers of a complex number in float32, which drift at far positions",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    w = torch.polar(torch.ones_like(frequencies), frequencies) ** torch.arange(S, S + N)[:, None]
    def turn(x):
        y = torch.complex(*x.chunk(2, -1)) * w
        return torch.cat([y.real, y.imag], -1)
    keys = torch.cat([cached_keys, turn(k)], -2); values = torch.cat([cached_values, v], -2)
    mask = torch.ones(N, S + N, dtype=torch.bool).tril(S)
    return F.scaled_dot_product_attention(turn(q), keys, values, attn_mask=mask), keys, values
""",
    ),
    Sly(
        "11.6",
        "the cache is read 1,024 positions back at most",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N = cached_keys.shape[-2], k.shape[-2]; a = torch.arange(S, S + N)[:, None] * frequencies; c, s = a.cos(), a.sin()
    def turn(x):
        p, r = x.chunk(2, -1); return torch.cat([p*c - r*s, p*s + r*c], -1)
    K, V = torch.cat([cached_keys, turn(k)], -2), torch.cat([cached_values, v], -2)
    m = torch.ones(N, S + N, dtype=torch.bool).tril(S).triu(S - 1023)
    return (turn(q) @ K.mT / math.sqrt(q.shape[-1])).masked_fill(~m, -torch.inf).softmax(-1) @ V, K, V
""",
    ),
    Sly(
        "11.6",
        "a mask of 16 new tokens",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    angle = torch.arange(S, S + N)[:, None] * frequencies
    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * angle.cos() - b * angle.sin(), a * angle.sin() + b * angle.cos()], -1)
    keys = torch.cat([cached_keys, turn(k)], -2); values = torch.cat([cached_values, v], -2)
    causal = torch.full((16, 16), -torch.inf).triu(1)[:N, :N]
    s = turn(q) @ keys.mT / K ** .5
    s[..., S:] = s[..., S:] + causal
    return s.softmax(-1) @ values, keys, values
""",
    ),
    Sly(
        "11.6",
        "positions in float16",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    angle = torch.arange(S, S + N).half()[:, None] * frequencies
    cos, sin = angle.cos(), angle.sin()
    def turn(x):
        a, b = x.chunk(2, -1)
        return torch.cat([a * cos - b * sin, a * sin + b * cos], -1)
    keys = torch.cat([cached_keys, turn(k)], -2); values = torch.cat([cached_values, v], -2)
    s = turn(q) @ keys.mT / math.sqrt(K)
    s = s.masked_fill(~torch.ones(N, S + N, dtype=torch.bool).tril(S), -torch.inf)
    return s.softmax(-1) @ values, keys, values
""",
    ),
    Sly(
        "11.5",
        "borders of waves in whole positions",
        """
def llama3_frequencies(frequencies, factor, trained_len, low, high):
    wave = (2 * math.pi / frequencies)
    lo, hi = trained_len // low, trained_len // high
    out = torch.where(wave > lo, frequencies / factor, frequencies)
    s = (trained_len / wave - low) / (high - low)
    mid = (1 - s) * frequencies / factor + s * frequencies
    return torch.where((wave >= hi) & (wave <= lo), mid, out)
""",
    ),
    Sly(
        "11.2",
        "complex powers of one step in complex64",
        """
def rotate(x, position_ids, frequencies):
    P = len(frequencies)
    w = (torch.polar(torch.ones_like(frequencies), frequencies) ** position_ids[..., None])[:, None]
    y = torch.complex(x[..., :P].float(), x[..., P:2*P].float()) * w
    return torch.cat([torch.cat([y.real, y.imag], -1).to(x.dtype), x[..., 2*P:]], -1)
""",
    ),
    Sly(
        "11.3",
        "rows sorted by head and parity, with ties",
        """
def to_half_split(weight, heads):
    n = weight.shape[0]; K = n // heads
    i = torch.arange(n)
    return weight[(i // K * 2 + i % 2).argsort()]
""",
    ),
    Sly(
        "11.6",
        "the first score taken off in place of the largest",
        """
def decode(q, k, v, cached_keys, cached_values, frequencies):
    S, N, K = cached_keys.shape[-2], q.shape[-2], q.shape[-1]
    def turn(x, t):
        a, b = x.chunk(2, -1); an = t[:, None] * frequencies
        return torch.cat([a * an.cos() - b * an.sin(), a * an.sin() + b * an.cos()], -1)
    t = torch.arange(S, S + N)
    keys = torch.cat([cached_keys, turn(k, t)], -2); values = torch.cat([cached_values, v], -2)
    s = turn(q, t) @ keys.mT / math.sqrt(K)
    s = s.masked_fill(~torch.ones(N, S+N, dtype=torch.bool).tril(S), -torch.inf)
    e = (s - s[..., :1]).exp()
    return e / e.sum(-1, keepdim=True) @ values, keys, values
""",
    ),
]
