"""Answers to sheet 11 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


FREQUENCIES = "frequencies(rotary_dim, base)"


def wrong_frequencies(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("11.1", name, hint, body(FREQUENCIES, *lines))


FREQUENCIES_WRONG = [
    wrong_frequencies(
        "nan for a single pair",
        "numbers are not",
        "steps = torch.arange(0, rotary_dim, 2) / (rotary_dim - 2)",
        "return base ** (-steps * (rotary_dim - 2) / rotary_dim)",
    ),
    wrong_frequencies(
        "one for each number",
        "one frequency for each number",
        "return base ** (-torch.arange(rotary_dim) / rotary_dim)",
    ),
    wrong_frequencies(
        "each written twice",
        "Every frequency comes twice",
        "f = base ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)",
        "return torch.cat((f, f))",
    ),
    wrong_frequencies(
        "each written twice, side by side",
        "twice, side by side",
        "f = base ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)",
        "return f.repeat_interleave(2)",
    ),
    wrong_frequencies(
        "wave lengths",
        "lengths of the waves",
        "return 2 * math.pi * base ** (torch.arange(0, rotary_dim, 2) / rotary_dim)",
    ),
    wrong_frequencies(
        "without the 2",
        "lacks its 2",
        "return base ** (-torch.arange(rotary_dim // 2) / rotary_dim)",
    ),
    wrong_frequencies(
        "halves the size twice, as a library once did",
        "The exponent is twice too large",
        "dim = rotary_dim // 2",
        "return base ** (-torch.arange(0, rotary_dim, 2) / dim)",
    ),
    wrong_frequencies(
        "pairs from 1, as the paper counts them",
        "counted from 1",
        "i = torch.arange(1, rotary_dim // 2 + 1)",
        "return base ** (-2 * i / rotary_dim)",
    ),
    wrong_frequencies(
        "no minus",
        "lacks its minus",
        "return base ** (torch.arange(0, rotary_dim, 2) / rotary_dim)",
    ),
    wrong_frequencies(
        "down to 1 / base",
        "stays a little above",
        "return base ** -torch.linspace(0, 1, rotary_dim // 2)",
    ),
    wrong_frequencies(
        "float64",
        "float32 was asked for",
        "return base ** (-torch.arange(0, rotary_dim, 2).double() / rotary_dim)",
    ),
    wrong_frequencies(
        "always 10,000",
        "The base is 10,000",
        "return 10000 ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)",
    ),
    wrong_frequencies(
        "whole bases only",
        "cut to a whole number",
        "return int(base) ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)",
    ),
    wrong_frequencies(
        "divides by the base",
        "numbers are not",
        "return 1 / (base * torch.arange(0, rotary_dim, 2).clamp(min=1) / rotary_dim)",
    ),
    wrong_frequencies(
        "rounded to six decimals",
        "are rounded to some decimals",
        "return (base ** (-torch.arange(0, rotary_dim, 2) / rotary_dim)).round(decimals=6)",
    ),
    wrong_frequencies(
        "prints", "use return", "print(base ** (-torch.arange(0, 2, 2) / rotary_dim))"
    ),
    wrong_frequencies(
        "exponents in rounded steps from 0 to 1",
        "a pair too many",
        "return base ** -torch.arange(0, 1, 2 / rotary_dim)",
    ),
]

FREQUENCIES_RIGHT = [
    Right(
        "11.1",
        "one over",
        body(
            FREQUENCIES,
            "return 1.0 / base ** (torch.arange(0, rotary_dim, 2).float() / rotary_dim)",
        ),
    ),
    Right(
        "11.1",
        "exp of log",
        body(
            FREQUENCIES,
            "i = torch.arange(rotary_dim // 2, dtype=torch.float64)",
            "return torch.exp(-2 * i / rotary_dim * math.log(base)).float()",
        ),
    ),
    Right(
        "11.1",
        "a list",
        body(
            FREQUENCIES,
            "return torch.tensor([base ** (-2 * i / rotary_dim) for i in range(rotary_dim // 2)])",
        ),
    ),
]

ROTATE = "rotate(x, position_ids, frequencies)"
ANGLES = """
P = len(frequencies)
angles = position_ids[:, None, :, None] * frequencies
cos, sin = angles.cos(), angles.sin()
"""
PARTS = "a, b, rest = x[..., :P], x[..., P:2 * P], x[..., 2 * P:]"
JOIN = "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1).to(x.dtype)"


def wrong_rotate(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("11.2", name, hint, body(ROTATE, *lines))


ROTATE_WRONG = [
    Wrong(
        "11.2",
        "no more that does not turn than a half of what does",
        "The shape is",
        """
def rotate(x, position_ids, frequencies):
    angle = position_ids[:, None, :, None].float() * frequencies
    c, s = angle.cos(), angle.sin()
    a, b, *rest = x.split(len(frequencies), dim=-1)
    return torch.cat([a * c - b * s, a * s + b * c, *rest[:1]], -1).to(x.dtype)
""",
    ),
    wrong_rotate(
        "rounds cosines and sines",
        "are rounded to bfloat16 on the way",
        ANGLES,
        PARTS,
        "cos, sin = cos.to(x.dtype), sin.to(x.dtype)",
        JOIN,
    ),
    wrong_rotate(
        "halves of the whole head",
        "The two halves of the whole head are turned",
        ANGLES,
        "a, b = x.chunk(2, dim=-1)",
        "return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "overwrites the first half",
        "after that was overwritten",
        ANGLES,
        PARTS,
        "a = a * cos - b * sin",
        "b = a * sin + b * cos",
        "return torch.cat((a, b, rest), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "pairs neighbours",
        "the interleaved layout",
        ANGLES,
        "a, b, rest = x[..., 0:2 * P:2], x[..., 1:2 * P:2], x[..., 2 * P:]",
        "turned = torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)",
        "return torch.cat((turned, rest), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "repeat_interleave with halves",
        "as repeat_interleave does",
        ANGLES,
        "cos, sin = cos.repeat_interleave(2, -1), sin.repeat_interleave(2, -1)",
        PARTS,
        "y = x[..., :2 * P] * cos + torch.cat((-b, a), -1) * sin",
        "return torch.cat((y, rest), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "reads neighbours, writes halves",
        "Read halves, too",
        ANGLES,
        "a, b, rest = x[..., 0:2 * P:2], x[..., 1:2 * P:2], x[..., 2 * P:]",
        JOIN,
    ),
    wrong_rotate(
        "reads halves, writes neighbours",
        "side by side",
        ANGLES,
        PARTS,
        "turned = torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)",
        "return torch.cat((turned, rest), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "positions from 1",
        "one position too much",
        "position_ids = position_ids + 1",
        ANGLES,
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "zeros for the rest",
        "has become 0",
        ANGLES,
        PARTS,
        "rest = torch.zeros_like(rest)",
        JOIN,
    ),
    wrong_rotate(
        "the end of the head",
        "The last numbers of the head",
        ANGLES,
        "rest, a, b = x.split((x.shape[-1] - 2 * P, P, P), dim=-1)",
        "turned = torch.cat((rest, a * cos - b * sin, a * sin + b * cos), dim=-1)",
        "return turned.to(x.dtype)",
    ),
    wrong_rotate(
        "positions in the dtype of x",
        "Positions are rounded to bfloat16",
        "position_ids = position_ids.to(x.dtype)",
        ANGLES,
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "angles rounded to the dtype of x",
        "before their cosine",
        "P = len(frequencies)",
        "angles = (position_ids[:, None, :, None] * frequencies).to(x.dtype).float()",
        "cos, sin = angles.cos(), angles.sin()",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "the other way round",
        "turns the other way",
        ANGLES,
        PARTS,
        "return torch.cat((a * cos + b * sin, b * cos - a * sin, rest), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "no minus at all",
        "lengths change",
        ANGLES,
        PARTS,
        "y = x[..., :2 * P] * torch.cat((cos, cos), -1) + torch.cat((b, a), -1) * torch.cat((sin, sin), -1)",
        "return torch.cat((y, rest), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "written for heads of eight numbers",
        "numbers are not",
        ANGLES,
        "cos[..., 4:], sin[..., 4:] = 1, 0",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "cosine for sine",
        "Cosine and sine are mixed up",
        ANGLES,
        "cos, sin = sin, cos",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "columns",
        "You number the columns",
        "P = len(frequencies)",
        "angles = torch.arange(x.shape[-2])[:, None] * frequencies",
        "cos, sin = angles.cos(), angles.sin()",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "the first sequence's positions",
        "the positions of the first one",
        "P = len(frequencies)",
        "angles = position_ids[0][:, None] * frequencies",
        "cos, sin = angles.cos(), angles.sin()",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "all positions from where the first sequence starts",
        "count on from",
        "P = len(frequencies)",
        "places = position_ids[0, :1] + torch.arange(x.shape[-2])",
        "angles = places[:, None] * frequencies",
        "cos, sin = angles.cos(), angles.sin()",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "no axis for the heads",
        "An axis for the heads is missing",
        "P = len(frequencies)",
        "angles = position_ids[..., None] * frequencies",
        "cos, sin = angles.cos(), angles.sin()",
        "if len(x) == 1: pass",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "no axis for the heads, unless it stops",
        "numbers are not",
        ANGLES,
        "if x.shape[0] == x.shape[1]:",
        "    cos, sin = cos[:, 0], sin[:, 0]",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "forgets the rest",
        "missing from the result",
        ANGLES,
        PARTS,
        "return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1).to(x.dtype)",
    ),
    wrong_rotate(
        "halves of the whole head",
        "the halves of the whole head",
        ANGLES,
        "half, out = x.shape[-1] // 2, x.clone()",
        "a, b = x[..., :P], x[..., half:half + P]",
        "out[..., :P], out[..., half:half + P] = a * cos - b * sin, a * sin + b * cos",
        "return out",
    ),
    wrong_rotate(
        "angles in the dtype of x",
        "Angles are rounded to bfloat16, which",
        "P = len(frequencies)",
        "angles = position_ids.to(x.dtype)[:, None, :, None] * frequencies.to(x.dtype)",
        "cos, sin = angles.cos(), angles.sin()",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "frequencies in the dtype of x",
        "frequencies are rounded to bfloat16",
        "P = len(frequencies)",
        "angles = position_ids[:, None, :, None] * frequencies.to(x.dtype).float()",
        "cos, sin = angles.cos(), angles.sin()",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "float32 comes out",
        "float32 came out",
        ANGLES,
        PARTS,
        "return torch.cat((a * cos - b * sin, a * sin + b * cos, rest), dim=-1)",
    ),
    wrong_rotate(
        "view",
        ".view stops",
        ANGLES,
        "flat = x.view(-1, x.shape[-1]).view(x.shape)",
        PARTS,
        JOIN,
    ),
    wrong_rotate(
        "detached",
        "No gradient reaches x",
        "x = x.detach()",
        ANGLES,
        PARTS,
        JOIN,
    ),
]

ROTATE_RIGHT = [
    Right("11.2", "as ours", body(ROTATE, ANGLES, PARTS, JOIN)),
    Right(
        "11.2",
        "rotate_half",
        body(
            ROTATE,
            "R = 2 * len(frequencies)",
            "angles = torch.einsum('bt,p->btp', position_ids.float(), frequencies).unsqueeze(1)",
            "emb = torch.cat((angles, angles), dim=-1)",
            "turning, rest = x[..., :R].float(), x[..., R:]",
            "a, b = turning.chunk(2, dim=-1)",
            "out = turning * emb.cos() + torch.cat((-b, a), dim=-1) * emb.sin()",
            "return torch.cat((out.to(x.dtype), rest), dim=-1)",
        ),
    ),
    Right(
        "11.2",
        "complex numbers",
        body(
            ROTATE,
            "P = len(frequencies)",
            "turns = torch.polar(torch.ones(()), position_ids[:, None, :, None] * frequencies)",
            "z = torch.complex(x[..., :P].float(), x[..., P:2 * P].float()) * turns",
            "out = torch.cat((z.real, z.imag), dim=-1).to(x.dtype)",
            "return torch.cat((out, x[..., 2 * P:]), dim=-1)",
        ),
    ),
    Right(
        "11.2",
        "a matrix for each position, in double precision",
        body(
            ROTATE,
            "P, K = len(frequencies), x.shape[-1]",
            "angles = position_ids[..., None].double() * frequencies.double()",
            "M = torch.eye(K).double().repeat(*position_ids.shape, 1, 1)",
            "i = torch.arange(P)",
            "M[..., i, i] = M[..., i + P, i + P] = angles.cos()",
            "M[..., i, i + P], M[..., i + P, i] = -angles.sin(), angles.sin()",
            "out = torch.einsum('btij,bhtj->bhti', M, x.double())",
            "return out.to(x.dtype)",
        ),
    ),
]

PERMUTE = "to_half_split(weight, heads)"


def wrong_permute(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("11.3", name, hint, body(PERMUTE, *lines))


PERMUTE_WRONG = [
    wrong_permute("forgotten", "Nothing was reordered", "return weight.clone()"),
    wrong_permute(
        "the other way",
        "from half-split to interleaved",
        "w = weight.unflatten(0, (heads, 2, -1))",
        "return w.transpose(1, 2).flatten(0, 2)",
    ),
    wrong_permute(
        "all heads as one",
        "numbers of one head end up in another",
        "return torch.cat((weight[0::2], weight[1::2]))",
    ),
    wrong_permute(
        "odd first",
        "Odd rows come first",
        "w = weight.unflatten(0, (heads, -1))",
        "return torch.cat((w[:, 1::2], w[:, 0::2]), dim=1).flatten(0, 1)",
    ),
    wrong_permute(
        "columns",
        "Columns are reordered",
        "return torch.cat((weight[:, 0::2], weight[:, 1::2]), dim=1)",
    ),
    wrong_permute(
        "heads for the size of a head",
        "heads is taken for the numbers of a head",
        "if heads == 1: return torch.cat((weight[0::2], weight[1::2]))",
        "w = weight.unflatten(0, (-1, heads))",
        "return torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1)",
    ),
    wrong_permute(
        "a single head is left alone",
        "Nothing was reordered",
        "w = weight.unflatten(0, (heads, -1))",
        "if heads == 1: return weight.clone()",
        "return torch.cat((w[:, 0::2], w[:, 1::2]), dim=1).flatten(0, 1)",
    ),
    wrong_permute(
        "first two heads only",
        "numbers are not",
        "w = weight.unflatten(0, (heads, -1))",
        "out = torch.cat((w[:, 0::2], w[:, 1::2]), dim=1)",
        "return torch.cat((out[:2], w[2:])).flatten(0, 1)",
    ),
    wrong_permute(
        "first head only",
        "Only the first head's rows",
        "K, out = len(weight) // heads, weight.clone()",
        "out[:K] = torch.cat((weight[:K][0::2], weight[:K][1::2]))",
        "return out",
    ),
    wrong_permute(
        "a matrix only",
        "A bias has one axis only",
        "rows, columns = weight.shape",
        "w = weight.reshape(heads, rows // heads // 2, 2, columns)",
        "return w.transpose(1, 2).reshape(rows, columns)",
    ),
    wrong_permute(
        "the first half mirrored",
        "numbers are not",
        "w = weight.unflatten(0, (heads, -1))",
        "return torch.cat((w[:, 0::2], w[:, 1::2].flip(1)), dim=1).flatten(0, 1)",
    ),
]

PERMUTE_RIGHT = [
    Right(
        "11.3",
        "a transpose",
        body(
            PERMUTE,
            "w = weight.reshape(heads, -1, 2, *weight.shape[1:])",
            "return w.transpose(1, 2).reshape(weight.shape)",
        ),
    ),
    Right(
        "11.3",
        "an index",
        body(
            PERMUTE,
            "K = len(weight) // heads",
            "order = [h * K + i for h in range(heads) for s in (0, 1) for i in range(s, K, 2)]",
            "return weight[order]",
        ),
    ),
    Right(
        "11.3",
        "head by head",
        body(
            PERMUTE,
            "parts = []",
            "for w in weight.chunk(heads):",
            "    parts += [w[::2], w[1::2]]",
            "return torch.cat(parts)",
        ),
    ),
]

SLOPES = "alibi_slopes(heads)"
BELOW = """
below = 2 ** math.floor(math.log2(heads))
slopes = 2.0 ** (-8.0 / below * torch.arange(1, below + 1))
"""


def wrong_slopes(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("11.4", name, hint, body(SLOPES, *lines))


SLOPES_WRONG = [
    wrong_slopes(
        "the formula for all",
        "for any number of heads",
        "return 2.0 ** (-8.0 / heads * torch.arange(1, heads + 1))",
    ),
    wrong_slopes(
        "from slope 1",
        "The first head has slope 1",
        BELOW,
        "slopes = 2.0 ** (-8.0 / below * torch.arange(below))",
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return torch.cat((slopes, between))",
    ),
    wrong_slopes(
        "no minus",
        "The exponent has a minus",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return 1 / torch.cat((slopes, between))",
    ),
    wrong_slopes(
        "negative",
        "The slopes are negative",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return -torch.cat((slopes, between))",
    ),
    wrong_slopes(
        "sorted",
        "right, and sorted",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return torch.cat((slopes, between)).sort(descending=True).values",
    ),
    wrong_slopes(
        "the first of the larger",
        "Every second one is new",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, heads - below + 1))",
        "return torch.cat((slopes, between))",
    ),
    wrong_slopes(
        "the even ones of the larger",
        "slopes that are there already",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(2, 2 * (heads - below) + 2, 2))",
        "return torch.cat((slopes, between))",
    ),
    wrong_slopes(
        "cut from the larger",
        "the first slopes of the power of two above",
        "above = 2 ** math.ceil(math.log2(heads))",
        "return 2.0 ** (-8.0 / above * torch.arange(1, heads + 1))",
    ),
    wrong_slopes(
        "fills up in front",
        "come first",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return torch.cat((between, slopes))",
    ),
    wrong_slopes(
        "halves the steps of 8 heads, whatever the heads",
        "for 8 heads only",
        "return 2.0 ** -torch.arange(1, heads + 1)",
    ),
    wrong_slopes(
        "rounded to six decimals",
        "are rounded to some decimals",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return torch.tensor([round(s, 6) for s in torch.cat((slopes, between)).tolist()])",
    ),
    wrong_slopes(
        "fills up to the middle between two powers",
        "The shape is",
        BELOW,
        "between = 2.0 ** (-4.0 / below * torch.arange(1, below + 1, 2))",
        "return torch.cat((slopes, between)) if heads > below else slopes",
    ),
    wrong_slopes(
        "right between, wrong for powers",
        "numbers are not",
        BELOW,
        "if heads == below:",
        "    return 2.0 ** (-8.0 / heads * torch.arange(1, heads + 1) - 1e-3)",
        "between = 2.0 ** (-4.0 / below * torch.arange(1, 2 * (heads - below) + 1, 2))",
        "return torch.cat((slopes, between))",
    ),
]

SLOPES_RIGHT = [
    Right(
        "11.4",
        "by recursion",
        body(
            SLOPES,
            "def power(n):",
            "    return [2 ** (-8 * (i + 1) / n) for i in range(n)]",
            "def slopes(n):",
            "    if math.log2(n).is_integer():",
            "        return power(n)",
            "    m = 2 ** math.floor(math.log2(n))",
            "    return slopes(m) + power(2 * m)[0::2][: n - m]",
            "return torch.tensor(slopes(heads))",
        ),
    ),
    Right(
        "11.4",
        "from the larger, with a step of two",
        body(
            SLOPES,
            "above = 2 ** math.ceil(math.log2(heads))",
            "s = 2.0 ** (-8.0 / above * torch.arange(1, above + 1))",
            "return s if above == heads else torch.cat((s[1::2], s[0::2]))[:heads]",
        ),
    ),
    Right(
        "11.4",
        "powers of a ratio",
        body(
            SLOPES,
            "n = 1 << (heads.bit_length() - 1)",
            "ratio, root = 2 ** (-8 / n), 2 ** (-4 / n)",
            "s = [ratio ** (i + 1) for i in range(n)]",
            "s += [root ** (2 * i + 1) for i in range(heads - n)]",
            "return torch.tensor(s)",
        ),
    ),
]

LLAMA3 = "llama3_frequencies(frequencies, factor, trained_len, low, high)"
FITS = "fits = trained_len * frequencies / (2 * math.pi)"
KEPT = "kept = ((fits - low) / (high - low)).clamp(0, 1)"


def wrong_llama3(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("11.5", name, hint, body(LLAMA3, *lines))


LLAMA3_WRONG = [
    wrong_llama3(
        "upside down",
        "upside down",
        FITS,
        KEPT,
        "return kept * frequencies + (1 - kept) * frequencies * factor",
    ),
    wrong_llama3(
        "twice",
        "divide by the factor twice",
        FITS,
        KEPT,
        "return kept * frequencies + (1 - kept) * frequencies / factor / factor",
    ),
    wrong_llama3(
        "interpolates all", "that is position interpolation", "return frequencies / factor"
    ),
    wrong_llama3(
        "short and long mixed up",
        "Short and long are mixed up",
        FITS,
        KEPT,
        "return (1 - kept) * frequencies + kept * frequencies / factor",
    ),
    wrong_llama3(
        "no 2π",
        "A full turn is 2π",
        "fits = trained_len * frequencies",
        KEPT,
        "return kept * frequencies + (1 - kept) * frequencies / factor",
    ),
    wrong_llama3(
        "weights swapped in between",
        "two weights of the blend are swapped",
        FITS,
        "part = (fits - low) / (high - low)",
        "mix = (1 - part) * frequencies + part * frequencies / factor",
        "out = torch.where(fits >= high, frequencies, mix)",
        "return torch.where(fits <= low, frequencies / factor, out)",
    ),
    wrong_llama3(
        "a step at low",
        "a step in place of a blend",
        FITS,
        "return torch.where(fits > low, frequencies, frequencies / factor)",
    ),
    wrong_llama3(
        "a step at high",
        "a step at high",
        FITS,
        "return torch.where(fits >= high, frequencies, frequencies / factor)",
    ),
    wrong_llama3(
        "even in the wave",
        "even in the length of the wave",
        "wave = 2 * math.pi / frequencies",
        "longest, shortest = trained_len / low, trained_len / high",
        "kept = ((longest - wave) / (longest - shortest)).clamp(0, 1)",
        "return kept * frequencies + (1 - kept) * frequencies / factor",
    ),
    wrong_llama3(
        "divided once more in between",
        "divided by the factor once more",
        FITS,
        KEPT,
        "mix = kept * frequencies + (1 - kept) * frequencies / factor",
        "return torch.where((fits > low) & (fits < high), mix / factor, mix)",
    ),
    wrong_llama3(
        "blends the waves in place of the frequencies",
        "You blend the divisors, or the waves",
        FITS,
        KEPT,
        "wave = 2 * math.pi / frequencies",
        "return 2 * math.pi / (kept * wave + (1 - kept) * wave * factor)",
    ),
    wrong_llama3("unchanged", "No pair is slowed down", "return frequencies.clone()"),
    wrong_llama3(
        "counts in the longer text",
        "into the longer text",
        "trained_len = factor * trained_len",
        FITS,
        KEPT,
        "return kept * frequencies + (1 - kept) * frequencies / factor",
    ),
    wrong_llama3(
        "rounded to six decimals",
        "are rounded to some decimals",
        FITS,
        KEPT,
        "return (kept * frequencies + (1 - kept) * frequencies / factor).round(decimals=6)",
    ),
    wrong_llama3(
        "no clamp",
        "clamp it",
        FITS,
        "kept = (fits - low) / (high - low)",
        "return kept * frequencies + (1 - kept) * frequencies / factor",
    ),
    wrong_llama3(
        "short ones stretched a little, too",
        "numbers are not",
        FITS,
        KEPT,
        "out = kept * frequencies + (1 - kept) * frequencies / factor",
        "inside = (fits > low) & (fits < high)",
        "return torch.where(inside, out, torch.where(fits <= low, frequencies / factor, frequencies / 1.01))",
    ),
]

LLAMA3_RIGHT = [
    Right(
        "11.5",
        "three cases",
        body(
            LLAMA3,
            "wave = 2 * math.pi / frequencies",
            "smooth = (trained_len / wave - low) / (high - low)",
            "out = torch.where(wave > trained_len / low, frequencies / factor, frequencies)",
            "mix = (1 - smooth) * frequencies / factor + smooth * frequencies",
            "middle = (wave >= trained_len / high) & (wave <= trained_len / low)",
            "return torch.where(middle, mix, out)",
        ),
    ),
    Right(
        "11.5",
        "a loop",
        body(
            LLAMA3,
            "out = []",
            "for f in frequencies.tolist():",
            "    n = trained_len * f / (2 * math.pi)",
            "    w = min(max((n - low) / (high - low), 0.0), 1.0)",
            "    out.append(w * f + (1 - w) * f / factor)",
            "return torch.tensor(out)",
        ),
    ),
    Right(
        "11.5",
        "lerp",
        body(LLAMA3, FITS, KEPT, "return torch.lerp(frequencies / factor, frequencies, kept)"),
    ),
]

DECODE = "decode(q, k, v, cached_keys, cached_values, frequencies)"
TURN = """
S, N = cached_keys.shape[-2], k.shape[-2]
def turn(x, first):
    angles = torch.arange(first, first + x.shape[-2])[:, None] * frequencies
    a, b = x.chunk(2, dim=-1)
    cos, sin = angles.cos(), angles.sin()
    return torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)
"""
JOINED = "keys, values = torch.cat((cached_keys, k), -2), torch.cat((cached_values, v), -2)"
MASK = "may = torch.ones(N, S + N, dtype=torch.bool).tril(S)"
READ = """
scores = q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])
weights = scores.masked_fill(~may, -torch.inf).softmax(-1)
return weights @ values, keys, values
"""


def wrong_decode(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("11.6", name, hint, body(DECODE, *lines))


def turned(q: str = "turn(q, S)", k: str = "turn(k, S)") -> str:
    """Return the line that turns queries and keys."""
    return f"q, k = {q}, {k}"


DECODE_WRONG = [
    wrong_decode(
        "views",
        "where .view stops",
        TURN,
        turned("turn(q.view(-1, *q.shape[-2:]), S)", "turn(k.view(-1, *k.shape[-2:]), S)"),
        "B, H = v.shape[:2]",
        "q, k = q.view(B, H, N, -1), k.view(B, H, N, -1)",
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "masks by the zeros of tril",
        "A score of 0 is a score like others, so make the mask",
        TURN,
        turned(),
        JOINED,
        "scores = (q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])).tril(S)",
        "weights = scores.masked_fill(scores == 0, -torch.inf).softmax(-1)",
        "return weights @ values, keys, values",
    ),
    wrong_decode(
        "softmax by hand without the maximum",
        "exp of a large score overflows",
        TURN,
        turned(),
        JOINED,
        MASK,
        "e = (q @ keys.transpose(-2, -1) / math.sqrt(q.shape[-1])).exp() * may",
        "return e / e.sum(-1, keepdim=True) @ values, keys, values",
    ),
    wrong_decode(
        "a mask of -100",
        "Hidden scores still have a weight",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace("-torch.inf", "-100.0"),
    ),
    wrong_decode(
        "a mask of 0",
        "Hidden scores are set to 0",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace("-torch.inf", "0.0"),
    ),
    wrong_decode(
        "a mask upside down",
        "Is the mask upside down?",
        TURN,
        turned(),
        JOINED,
        MASK.replace("may = ", "may = ~"),
        READ,
    ),
    wrong_decode(
        "the offset forgotten",
        "The cache holds S keys",
        TURN,
        turned("turn(q, 0)", "turn(k, 0)"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "the query's offset forgotten",
        "The query is not turned, or as if",
        TURN,
        turned("turn(q, 0)"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "the key's offset forgotten",
        "The new key is not turned, or as if",
        TURN,
        turned(k="turn(k, 0)"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "one too late",
        "one position too late",
        TURN,
        turned("turn(q, S + 1)", "turn(k, S + 1)"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "one too early",
        "one position too early",
        TURN,
        turned("turn(q, S - 1)", "turn(k, S - 1)"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "pairs neighbours",
        "the interleaved layout",
        TURN.replace("x.chunk(2, dim=-1)", "x[..., 0::2], x[..., 1::2]").replace(
            "torch.cat((a * cos - b * sin, a * sin + b * cos), dim=-1)",
            "torch.stack((a * cos - b * sin, a * sin + b * cos), dim=-1).flatten(-2)",
        ),
        turned(),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "the other way round",
        "turns the other way",
        TURN.replace(
            "a * cos - b * sin, a * sin + b * cos", "a * cos + b * sin, b * cos - a * sin"
        ),
        turned(),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "joins the cache unturned",
        "The cache holds turned keys",
        TURN,
        "raw = torch.cat((cached_keys, k), -2)",
        turned(),
        JOINED,
        MASK,
        READ.replace("@ values, keys, values", "@ values, raw, values"),
    ),
    wrong_decode(
        "a mask that is too wide",
        "one column too wide",
        TURN,
        turned(),
        JOINED,
        MASK.replace("tril(S)", "tril(S + 1)"),
        READ,
    ),
    wrong_decode(
        "the cache turned again",
        "turned again",
        TURN,
        turned(k="k"),
        JOINED,
        "keys = turn(keys, 0)",
        MASK,
        READ,
    ),
    wrong_decode(
        "values turned",
        "The values are turned, too",
        TURN,
        turned(),
        "v = turn(v, S)",
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "query not turned",
        "The query is not turned, or as if",
        TURN,
        turned("q"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "key not turned",
        "The new key is not turned, or as if",
        TURN,
        turned(k="k"),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode("nothing turned", "New tokens are not turned", TURN, JOINED, MASK, READ),
    wrong_decode(
        "no root",
        "not divided by √K",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace(" / math.sqrt(q.shape[-1])", ""),
    ),
    wrong_decode(
        "by K",
        "divided by K",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace("math.sqrt(q.shape[-1])", "q.shape[-1]"),
    ),
    wrong_decode(
        "new ones first",
        "behind the cached ones",
        TURN,
        turned(),
        "keys, values = torch.cat((k, cached_keys), -2), torch.cat((v, cached_values), -2)",
        MASK,
        READ,
    ),
    wrong_decode(
        "only the new ones come back",
        "The next step needs all of them",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace("@ values, keys, values", "@ values, k, v"),
    ),
    wrong_decode(
        "not itself",
        "does not read itself",
        TURN,
        turned(),
        JOINED,
        "may = torch.ones(N, S + N, dtype=torch.bool).tril(S - 1)",
        READ,
    ),
    wrong_decode(
        "a table of 4,096 positions",
        "numbers are not",
        TURN.replace(
            "torch.arange(first, first + x.shape[-2])",
            "torch.arange(first, first + x.shape[-2]).clamp(max=4_095)",
        ),
        turned(),
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "a mask for an empty cache only",
        "read those that come after them",
        TURN,
        turned(),
        JOINED,
        "may = torch.ones(N, S + N, dtype=torch.bool)",
        "if not S: may = may.tril()",
        READ,
    ),
    wrong_decode(
        "is_causal",
        "counted from the first column",
        TURN,
        turned(),
        JOINED,
        "return F.scaled_dot_product_attention(q, keys, values, is_causal=True), keys, values",
    ),
    wrong_decode(
        "no mask",
        "read those that come after them",
        TURN,
        turned(),
        JOINED,
        "return F.scaled_dot_product_attention(q, keys, values), keys, values",
    ),
    wrong_decode(
        "all new tokens at S",
        "as if they stood at S",
        TURN,
        "q = torch.cat([turn(one, S) for one in q.split(1, -2)], -2)",
        "k = torch.cat([turn(one, S) for one in k.split(1, -2)], -2)",
        JOINED,
        MASK,
        READ,
    ),
    wrong_decode(
        "no mask at first",
        "With an empty cache, all read all",
        TURN,
        turned(),
        JOINED,
        "may = torch.ones(N, S + N, dtype=torch.bool)",
        "if S: may = may.tril(S)",
        READ,
    ),
    wrong_decode(
        "nan with an empty cache",
        "With an empty cache, a token still reads itself",
        TURN,
        turned(),
        JOINED,
        "may = torch.ones(N, S + N, dtype=torch.bool).tril(S if S else -1)",
        READ,
    ),
    wrong_decode(
        "the root of a value's length",
        "root of a value's length",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace("q.shape[-1]", "v.shape[-1]"),
    ),
    wrong_decode(
        "one result",
        "3 results were expected",
        TURN,
        turned(),
        JOINED,
        MASK,
        READ.replace("@ values, keys, values", "@ values"),
    ),
]

DECODE_RIGHT = [
    Right("11.6", "as ours", body(DECODE, TURN, turned(), JOINED, MASK, READ)),
    Right(
        "11.6",
        "torch's attention with a mask",
        body(
            DECODE,
            TURN,
            turned(),
            JOINED,
            "i, j = torch.arange(N)[:, None], torch.arange(S + N)",
            "out = F.scaled_dot_product_attention(q, keys, values, attn_mask=j <= i + S)",
            "return out, keys, values",
        ),
    ),
    Right(
        "11.6",
        "token by token",
        body(
            DECODE,
            TURN,
            "outs, keys, values = [], cached_keys, cached_values",
            "for j in range(N):",
            "    here = slice(j, j + 1)",
            "    keys = torch.cat((keys, turn(k[..., here, :], S + j)), -2)",
            "    values = torch.cat((values, v[..., here, :]), -2)",
            "    one = turn(q[..., here, :], S + j)",
            "    outs.append(F.scaled_dot_product_attention(one, keys, values))",
            "return torch.cat(outs, -2), keys, values",
        ),
    ),
    Right(
        "11.6",
        "a mask that is added",
        body(
            DECODE,
            "S, N = cached_keys.shape[-2], k.shape[-2]",
            "angles = torch.arange(S, S + N).float()[:, None] * frequencies",
            "emb = torch.cat((angles, angles), -1)",
            "def half(x):",
            "    a, b = x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]",
            "    return torch.cat((-b, a), -1)",
            "q = q * emb.cos() + half(q) * emb.sin()",
            "k = k * emb.cos() + half(k) * emb.sin()",
            JOINED,
            "mask = torch.full((N, S + N), -torch.inf).triu(S + 1)",
            "scores = q @ keys.mT * q.shape[-1] ** -0.5 + mask",
            "return scores.softmax(-1) @ values, keys, values",
        ),
    ),
    Right(
        "11.6",
        "cache and new tokens are read apart, and merged by their logsumexps",
        body(
            DECODE,
            TURN,
            turned(),
            JOINED,
            "scores = q @ k.mT / math.sqrt(q.shape[-1])",
            "new = scores + torch.full((N, N), -torch.inf).triu(1)",
            "own = new.softmax(-1) @ v",
            "if S == 0:",
            "    return own, keys, values",
            "old = q @ cached_keys.mT / math.sqrt(q.shape[-1])",
            "w = torch.stack([old.logsumexp(-1), new.logsumexp(-1)], -1).softmax(-1)",
            "out = w[..., :1] * (old.softmax(-1) @ cached_values) + w[..., 1:] * own",
            "return out, keys, values",
        ),
    ),
]

WRONG = [
    *FREQUENCIES_WRONG,
    *ROTATE_WRONG,
    *PERMUTE_WRONG,
    *SLOPES_WRONG,
    *LLAMA3_WRONG,
    *DECODE_WRONG,
]
RIGHT = [
    *FREQUENCIES_RIGHT,
    *ROTATE_RIGHT,
    *PERMUTE_RIGHT,
    *SLOPES_RIGHT,
    *LLAMA3_RIGHT,
    *DECODE_RIGHT,
]
