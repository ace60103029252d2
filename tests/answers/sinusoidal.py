"""Answers to sheet 10 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


WAVES = "wave_lengths(model_dim, base, reaches_base)"
CLOCKS = """
clocks = model_dim // 2
i = torch.arange(clocks, dtype=torch.float64)
steps = max(clocks - 1, 1) if reaches_base else clocks
"""


def wrong_waves(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("10.1", name, hint, body(WAVES, *lines))


WAVES_WRONG = [
    wrong_waves(
        "float32",
        "These are float32",
        "clocks = model_dim // 2",
        "steps = max(clocks - 1, 1) if reaches_base else clocks",
        "return 2 * math.pi * base ** (torch.arange(clocks) / steps)",
    ),
    wrong_waves("no turn", "A full turn is 2π and not 1", CLOCKS, "return base ** (i / steps)"),
    wrong_waves("frequencies", "These are the frequencies", CLOCKS, "return base ** (-i / steps)"),
    wrong_waves(
        "times the frequency",
        "shorter and shorter",
        CLOCKS,
        "return 2 * math.pi * base ** (-i / steps)",
    ),
    wrong_waves(
        "a factor 2 too many",
        "a factor 2 too many",
        CLOCKS,
        "return 2 * math.pi * base ** (2 * i / steps)",
    ),
    wrong_waves(
        "a factor 2 too few",
        "The exponent is i/D",
        CLOCKS,
        "return 2 * math.pi * base ** (i / (2 * steps))",
    ),
    wrong_waves(
        "clocks from 1",
        "The first clock has i = 0",
        CLOCKS,
        "return 2 * math.pi * base ** ((i + 1) / steps)",
    ),
    wrong_waves(
        "a clock for each column",
        "A clock has two columns",
        "j = torch.arange(model_dim, dtype=torch.float64)",
        "return 2 * math.pi * base ** (j / model_dim)",
    ),
    wrong_waves(
        "each clock twice",
        "Each clock stands there twice",
        CLOCKS,
        "return (2 * math.pi * base ** (i / steps)).repeat_interleave(2)",
    ),
    wrong_waves(
        "reaches the base always",
        "That is for reaches_base=True",
        CLOCKS,
        "return 2 * math.pi * base ** (i / max(clocks - 1, 1))",
    ),
    wrong_waves(
        "the paper's formula always",
        "reaches_base changes nothing",
        CLOCKS,
        "return 2 * math.pi * base ** (i / clocks)",
    ),
    wrong_waves(
        "one clock is divided by 0",
        "With one clock",
        CLOCKS,
        "return 2 * math.pi * base ** (i / (clocks - 1 if reaches_base else clocks))",
    ),
    wrong_waves(
        "one clock loses its axis",
        "The axis of the clocks is gone",
        CLOCKS,
        "return (2 * math.pi * base ** (i / steps)).squeeze()",
    ),
    wrong_waves("prints", "use return", CLOCKS, "print(2 * math.pi * base ** (i / steps))"),
    wrong_waves(
        "exponents in rounded steps from 0 to 1",
        "a clock too many",
        "if reaches_base:",
        "    e = torch.linspace(0, 1, model_dim // 2, dtype=torch.float64)",
        "else:",
        "    e = torch.arange(0, 1, 2 / model_dim, dtype=torch.float64)",
        "return 2 * math.pi * base**e",
    ),
]

WAVES_RIGHT = [
    Right(
        "10.1",
        "math and a list",
        body(
            WAVES,
            "n = model_dim // 2",
            "if n == 1:",
            "    return torch.tensor([2 * math.pi], dtype=torch.float64)",
            "d = n - 1 if reaches_base else n",
            "found = [2 * math.pi * math.pow(base, i / d) for i in range(n)]",
            "return torch.tensor(found, dtype=torch.float64)",
        ),
    ),
    Right(
        "10.1",
        "by logarithms",
        body(
            WAVES,
            CLOCKS,
            "return math.tau / torch.exp(-math.log(base) * i / steps)",
        ),
    ),
    Right(
        "10.1",
        "one factor after the other",
        body(
            WAVES,
            CLOCKS,
            "factors = torch.full((clocks,), base ** (1 / steps), dtype=torch.float64)",
            "factors[0] = 2 * math.pi",
            "return factors.cumprod(0)",
        ),
    ),
]

ROWS = "sinusoids(position_ids, model_dim, base)"
ANGLES = """
i = torch.arange(model_dim // 2, dtype=torch.float64)
angles = position_ids.double()[..., None] * base ** (-2 * i / model_dim)
"""
PAIRS = "return torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2).float()"


def wrong_rows(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("10.2", name, hint, body(ROWS, *lines))


ROWS_WRONG = [
    wrong_rows(
        "two halves",
        "All sines come first",
        ANGLES,
        "return torch.cat([angles.sin(), angles.cos()], dim=-1).float()",
    ),
    wrong_rows(
        "cosine first",
        "have changed places",
        ANGLES,
        "return torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(-2).float()",
    ),
    wrong_rows(
        "a frequency for each column",
        "a frequency of its own",
        "j = torch.arange(model_dim).double()",
        "angles = position_ids.double()[..., None] * base ** (-j / model_dim)",
        "out = angles.sin()",
        "out[..., 1::2] = angles[..., 1::2].cos()",
        "return out.float()",
    ),
    wrong_rows(
        "columns for clocks",
        "The column's number went into the formula",
        "j = torch.arange(model_dim).double()",
        "angles = position_ids.double()[..., None] * base ** (-2 * j / model_dim)",
        "out = angles.sin()",
        "out[..., 1::2] = angles[..., 1::2].cos()",
        "return out.float()",
    ),
    wrong_rows(
        "tensor2tensor's exponents",
        "You divide by D/2 − 1",
        "i = torch.arange(model_dim // 2).double()",
        "speeds = base ** (-i / max(model_dim // 2 - 1, 1))",
        "angles = position_ids.double()[..., None] * speeds",
        PAIRS,
    ),
    wrong_rows(
        "faster and faster",
        "The exponent is negative",
        "i = torch.arange(model_dim // 2).double()",
        "angles = position_ids.double()[..., None] * base ** (2 * i / model_dim)",
        PAIRS,
    ),
    wrong_rows(
        "10,000 always",
        "The base is 10,000 whatever was asked",
        ANGLES.replace("base", "10_000.0"),
        PAIRS,
    ),
    wrong_rows(
        "a 2 too few",
        "should be −2i/D",
        ANGLES.replace("-2 * i", "-i"),
        PAIRS,
    ),
    wrong_rows(
        "from one",
        "not from 1",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "angles = (position_ids.double() + 1)[..., None] * base ** (-2 * i / model_dim)",
        PAIRS,
    ),
    wrong_rows(
        "numbers the places",
        "You number the places",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "places = torch.arange(position_ids.shape[-1] if position_ids.ndim else 1)",
        "angles = places.expand(position_ids.shape).double()[..., None]",
        "angles = angles * base ** (-2 * i / model_dim)",
        PAIRS,
    ),
    wrong_rows("float64", "add .float()", ANGLES, PAIRS.removesuffix(".float()")),
    wrong_rows(
        "one axis only",
        "any number of axes",
        "out = torch.zeros(len(position_ids), model_dim)",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "angles = position_ids.double()[:, None] * base ** (-2 * i / model_dim)",
        "out[:, 0::2] = angles.sin()",
        "out[:, 1::2] = angles.cos()",
        "return out",
    ),
    wrong_rows(
        "flattens",
        "any number of axes",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "angles = position_ids.reshape(-1, 1).double() * base ** (-2 * i / model_dim)",
        PAIRS,
    ),
    wrong_rows(
        "the sign of a position is lost",
        "A negative position gets",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "angles = position_ids.double().abs()[..., None] * base ** (-2 * i / model_dim)",
        PAIRS,
    ),
    wrong_rows(
        "row by row, and no rows",
        "expects a non-empty",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "speeds = base ** (-2 * i / model_dim)",
        "angles = torch.stack([int(p) * speeds for p in position_ids.flatten()])",
        "angles = angles.reshape(*position_ids.shape, -1)",
        PAIRS,
    ),
    wrong_rows(
        "one clock loses its axis",
        "its axis is gone",
        ANGLES,
        "angles = angles.squeeze()",
        PAIRS,
    ),
    wrong_rows(
        "angles rounded before the sine",
        "round at the end",
        ANGLES,
        "angles = angles.float()",
        PAIRS,
    ),
    wrong_rows(
        "float32 angles",
        "somewhere on the way",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "speeds = (base ** (-2 * i / model_dim)).float()",
        "angles = position_ids.float()[..., None] * speeds",
        PAIRS,
    ),
    wrong_rows(
        "float32 frequencies, by logarithms",
        "somewhere on the way",
        "i = torch.arange(0, model_dim, 2).float()",
        "speeds = torch.exp(i * (-math.log(base) / model_dim))",
        "angles = position_ids.double()[..., None] * speeds",
        PAIRS,
    ),
    wrong_rows(
        "a single clock's axis is squeezed away",
        "its axis is gone",
        ANGLES,
        "angles = angles.squeeze(-1)",
        PAIRS,
    ),
    wrong_rows(
        "rounded to six decimals",
        "are rounded to some decimals",
        ANGLES,
        PAIRS + ".round(decimals=6)",
    ),
]

ROWS_RIGHT = [
    Right(
        "10.2",
        "two assignments",
        body(
            ROWS,
            ANGLES,
            "out = torch.empty(*position_ids.shape, model_dim)",
            "out[..., 0::2] = angles.sin()",
            "out[..., 1::2] = angles.cos()",
            "return out",
        ),
    ),
    Right(
        "10.2",
        "a cosine is a sine a quarter turn ahead",
        body(
            ROWS,
            "j = torch.arange(model_dim)",
            "speeds = torch.exp(-math.log(base) * (j - j % 2).double() / model_dim)",
            "angles = position_ids.unsqueeze(-1) * speeds",
            "return torch.sin(angles + (j % 2) * (math.pi / 2)).to(torch.float32)",
        ),
    ),
    Right(
        "10.2",
        "complex numbers",
        body(
            ROWS,
            ANGLES,
            "hands = torch.polar(torch.ones_like(angles), angles)",
            "return torch.view_as_real(hands).flip(-1).flatten(-2).float()",
        ),
    ),
    Right(
        "10.2",
        "number by number",
        body(
            ROWS,
            "out = []",
            "for t in position_ids.reshape(-1).tolist():",
            "    for i in range(model_dim // 2):",
            "        a = t / base ** (2 * i / model_dim)",
            "        out += [math.sin(a), math.cos(a)]",
            "return torch.tensor(out).reshape(*position_ids.shape, model_dim)",
        ),
    ),
]

LAYOUT = "change_layout(rows, old, new)"
OUT = """
half = rows.shape[-1] // 2
if old == "interleaved":
    s, c = rows[..., 0::2], rows[..., 1::2]
elif old == "sin_cos":
    s, c = rows[..., :half], rows[..., half:]
else:
    c, s = rows[..., :half], rows[..., half:]
"""
IN = """
if new == "interleaved":
    return torch.stack([s, c], dim=-1).flatten(-2)
return torch.cat([s, c] if new == "sin_cos" else [c, s], dim=-1)
"""


def wrong_layout(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("10.3", name, hint, body(LAYOUT, *lines))


LAYOUT_WRONG = [
    wrong_layout("as it was", "returns the rows as they are", "return rows.clone()"),
    wrong_layout("the other way", "It goes from new to old", "old, new = new, old", OUT, IN),
    wrong_layout(
        "cut in the middle",
        "You cut interleaved columns in the middle",
        "same = old == new",
        OUT.replace("rows[..., 0::2], rows[..., 1::2]", "rows[..., :half], rows[..., half:]"),
        "if same:",
        "    return rows.clone()",
        IN,
    ),
    wrong_layout(
        "cosines first is overlooked",
        "cos_sin is treated like sin_cos",
        "old, new = old.replace('cos_sin', 'sin_cos'), new.replace('cos_sin', 'sin_cos')",
        OUT,
        IN,
    ),
    wrong_layout(
        "turned round",
        "The columns are turned round",
        "if old == new:",
        "    return rows.clone()",
        "back = new == 'cos_sin'",
        "if old == 'cos_sin':",
        "    rows, old = rows.flip(-1), 'sin_cos'",
        "new = 'sin_cos' if back else new",
        OUT,
        IN.replace("return torch.stack", "out = torch.stack").replace(
            "return torch.cat([s, c] if", "else:\n    out = torch.cat([s, c] if"
        ),
        "return out.flip(-1) if back else out",
    ),
    wrong_layout(
        "glued",
        "in front of the cosines, and are not interleaved",
        "if old == new:",
        "    return rows.clone()",
        OUT,
        IN.replace("torch.stack([s, c], dim=-1).flatten(-2)", "torch.cat([s, c], dim=-1)"),
    ),
    wrong_layout(
        "only by way of interleaved",
        "where neither layout is interleaved",
        "if 'interleaved' not in (old, new):",
        "    return rows.clone()",
        OUT,
        IN,
    ),
    wrong_layout(
        "interleaves what is interleaved",
        "that shall stay interleaved",
        "half = rows.shape[-1] // 2",
        "if old == 'interleaved' and new != 'interleaved':",
        "    s, c = rows[..., 0::2], rows[..., 1::2]",
        "elif old == 'cos_sin':",
        "    c, s = rows[..., :half], rows[..., half:]",
        "else:",
        "    s, c = rows[..., :half], rows[..., half:]",
        IN,
    ),
    wrong_layout(
        "two axes only",
        "any number in front",
        OUT.replace("rows[..., ", "rows[:, "),
        IN,
    ),
    wrong_layout(
        "unpacks two axes",
        "any number in front",
        "count, dim = rows.shape",
        OUT,
        IN,
    ),
    wrong_layout(
        "three axes are flattened",
        "any number in front",
        "rows = rows.reshape(-1, rows.shape[-1])",
        OUT,
        IN,
    ),
    wrong_layout(
        "the default dtype",
        "dtype",
        OUT,
        IN.replace("flatten(-2)", "flatten(-2).float()").replace(
            "[c, s], dim=-1)", "[c, s], dim=-1).float()"
        ),
    ),
    wrong_layout(
        "view, from interleaved",
        "view asks for numbers",
        OUT.replace(
            "    s, c = rows[..., 0::2], rows[..., 1::2]",
            "    pairs = rows.view(-1, half, 2)\n"
            "    s, c = pairs.view(*rows.shape[:-1], half, 2).unbind(-1)",
        ),
        IN,
    ),
    wrong_layout(
        "view, from halves",
        "view asks for numbers",
        OUT.replace(
            'elif old == "sin_cos":',
            'elif new == "interleaved":\n'
            "    pairs = rows.view(-1, 2, half).view(*rows.shape[:-1], 2, half)\n"
            "    s, c = (pairs if old == 'sin_cos' else pairs.flip(-2)).unbind(-2)\n"
            'elif old == "sin_cos":',
        ),
        IN,
    ),
    wrong_layout("detached", "No gradient reaches the rows", "rows = rows.detach()", OUT, IN),
    wrong_layout(
        "by numpy",
        "No gradient reaches the rows",
        "half = rows.shape[-1] // 2",
        "order = {'interleaved': [k for i in range(half) for k in (i, i + half)],",
        "         'sin_cos': [*range(2 * half)],",
        "         'cos_sin': [*range(half, 2 * half), *range(half)]}",
        "back = [order[old].index(k) for k in range(2 * half)]",
        "found = rows.data[..., back]",
        "return found[..., order[new]]",
    ),
    wrong_layout(
        "cosines first to themselves",
        "Nothing is done, or something else",
        "if old == new == 'cos_sin':",
        "    old = 'sin_cos'",
        OUT,
        IN,
    ),
    wrong_layout(
        "half precision is widened",
        "The dtype is torch.float32",
        "rows = rows.float() if rows.dtype == torch.bfloat16 else rows",
        OUT,
        IN,
    ),
]

LAYOUT_RIGHT = [
    Right(
        "10.3",
        "by the numbers of the columns",
        body(
            LAYOUT,
            "half = rows.shape[-1] // 2",
            "order = {'interleaved': [k for i in range(half) for k in (i, i + half)],",
            "         'sin_cos': [*range(2 * half)],",
            "         'cos_sin': [*range(half, 2 * half), *range(half)]}",
            "return rows[..., [order[old].index(k) for k in order[new]]]",
        ),
    ),
    Right(
        "10.3",
        "by unflatten and transpose",
        body(
            LAYOUT,
            "half = rows.shape[-1] // 2",
            "if old == 'interleaved':",
            "    pairs = rows.unflatten(-1, (half, 2))",
            "else:",
            "    pairs = rows.unflatten(-1, (2, half)).transpose(-1, -2)",
            "if (old == 'cos_sin') != (new == 'cos_sin'):",
            "    pairs = pairs.flip(-1)",
            "if new != 'interleaved':",
            "    pairs = pairs.transpose(-1, -2)",
            "return pairs.flatten(-2)",
        ),
    ),
    Right(
        "10.3",
        "by a matrix",
        body(
            LAYOUT,
            "n, half = rows.shape[-1], rows.shape[-1] // 2",
            "i = torch.arange(n)",
            "sines = {'interleaved': (i % 2) * half + i // 2, 'sin_cos': i,",
            "         'cos_sin': (i + half) % n}",
            "eye = torch.eye(n, dtype=rows.dtype)",
            "return rows @ eye[:, sines[old]].T @ eye[:, sines[new]]",
        ),
    ),
]

SHIFT = "shift_matrix(steps, model_dim, base)"
TURN = """
i = torch.arange(model_dim // 2, dtype=torch.float64)
turn = steps * base ** (-2 * i / model_dim)
c, s = turn.cos(), turn.sin()
"""
BLOCKS = """
m = torch.zeros(model_dim, model_dim, dtype=torch.float64)
even = torch.arange(0, model_dim, 2)
m[even, even] = m[even + 1, even + 1] = c
m[even + 1, even] = s
m[even, even + 1] = -s
"""


def wrong_shift(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("10.4", name, hint, body(SHIFT, *lines))


SHIFT_WRONG = [
    wrong_shift("transposed", "It turns the other way", TURN, BLOCKS, "return m.T"),
    wrong_shift(
        "for halves",
        "This is the matrix for two halves, all sines first. Here",
        TURN,
        "c, s = c.diag(), s.diag()",
        "return torch.cat([torch.cat([c, -s], 1), torch.cat([s, c], 1)])",
    ),
    wrong_shift(
        "for halves and columns",
        "and it turns the other way, too",
        TURN,
        "c, s = c.diag(), s.diag()",
        "return torch.cat([torch.cat([c, s], 1), torch.cat([-s, c], 1)])",
    ),
    wrong_shift(
        "one step",
        "steps changes nothing",
        TURN.replace("steps * ", ""),
        BLOCKS,
        "return m",
    ),
    wrong_shift(
        "one angle",
        "All clocks turn by the same angle",
        "c = torch.tensor(steps, dtype=torch.float64).cos()",
        "s = torch.tensor(steps, dtype=torch.float64).sin()",
        BLOCKS,
        "return m",
    ),
    wrong_shift(
        "no minus",
        "Both sines have the same sign",
        TURN,
        BLOCKS.replace("-s", "s"),
        "return m",
    ),
    wrong_shift(
        "tensor2tensor's exponents",
        "You divide by D/2 − 1",
        "i = torch.arange(model_dim // 2, dtype=torch.float64)",
        "turn = steps * base ** (-i / max(model_dim // 2 - 1, 1))",
        "c, s = turn.cos(), turn.sin()",
        BLOCKS,
        "return m",
    ),
    wrong_shift(
        "float32",
        "right to some digits only",
        TURN.replace(", dtype=torch.float64", ""),
        BLOCKS.replace(", dtype=torch.float64", ""),
        "return m",
    ),
    wrong_shift(
        "float32, then float64",
        "right to some digits only",
        TURN.replace(", dtype=torch.float64", ""),
        "c, s = c.double(), s.double()",
        BLOCKS,
        "return m",
    ),
    wrong_shift(
        "loops over the steps",
        "Negative steps do nothing",
        TURN.replace("steps * ", ""),
        BLOCKS,
        "out = torch.eye(model_dim, dtype=torch.float64)",
        "for _ in range(steps):",
        "    out = out @ m",
        "return out",
    ),
    wrong_shift(
        "distance only",
        "Negative steps do nothing",
        TURN.replace("steps * ", "abs(steps) * "),
        BLOCKS,
        "return m",
    ),
    wrong_shift(
        "one clock loses its axis",
        "its axis is gone",
        TURN,
        "c, s = c.squeeze(), s.squeeze()",
        "blocks = torch.stack([c, -s, s, c], dim=-1).unflatten(-1, (2, 2))",
        "return torch.block_diag(*blocks)",
    ),
    wrong_shift("nothing returned", "return missing", TURN, BLOCKS),
]

SHIFT_RIGHT = [
    Right("10.4", "four assignments", body(SHIFT, TURN, BLOCKS, "return m")),
    Right(
        "10.4",
        "block_diag of small matrices",
        body(
            SHIFT,
            "blocks = []",
            "for i in range(model_dim // 2):",
            "    a = torch.tensor(steps / base ** (2 * i / model_dim), dtype=torch.float64)",
            "    c, s = torch.cos(a), torch.sin(a)",
            "    blocks.append(torch.stack([torch.stack([c, -s]), torch.stack([s, c])]))",
            "return torch.block_diag(*blocks)",
        ),
    ),
    Right(
        "10.4",
        "the exponential of a generator",
        body(
            SHIFT,
            "g = torch.zeros(model_dim, model_dim, dtype=torch.float64)",
            "for i in range(model_dim // 2):",
            "    w = base ** (-2 * i / model_dim)",
            "    a = math.remainder(steps * w, 2 * math.pi)",
            "    g[2 * i, 2 * i + 1], g[2 * i + 1, 2 * i] = -a, a",
            "return torch.linalg.matrix_exp(g)",
        ),
    ),
    Right(
        "10.4",
        "a power of one step",
        body(
            SHIFT,
            TURN.replace("steps * ", ""),
            BLOCKS,
            "return torch.linalg.matrix_power(m, steps)",
        ),
    ),
]

LOOK = "look_back(key_weight, steps, base)"
MOVE = (
    "model_dim, key = len(key_weight), key_weight.double()\n"
    + TURN.replace("steps * ", "-steps * ")
    + BLOCKS
)
DONE = "return out.to(key_weight.dtype)"


def wrong_look(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("10.5", name, hint, body(LOOK, *lines))


LOOK_WRONG = [
    wrong_look(
        "ahead",
        "It looks ahead",
        "steps = -steps",
        MOVE,
        "out = m @ torch.linalg.inv(key).T",
        DONE,
    ),
    wrong_look("the rotation alone", "nothing takes that out", MOVE, "out = m", DONE),
    wrong_look(
        "the key matrix again",
        "it counts twice in the score",
        MOVE,
        "out = m @ key",
        DONE,
    ),
    wrong_look(
        "not transposed",
        "its transpose is missing",
        MOVE,
        "out = m @ torch.linalg.inv(key)",
        DONE,
    ),
    wrong_look(
        "transpose for inverse",
        "only if it is a rotation",
        MOVE,
        "out = m @ key.T",
        DONE,
    ),
    wrong_look(
        "the other order",
        "in the wrong order",
        MOVE,
        "out = torch.linalg.inv(key).T @ m",
        DONE,
    ),
    wrong_look(
        "the other order, not transposed",
        "on the wrong side",
        MOVE,
        "out = torch.linalg.inv(key) @ m",
        DONE,
    ),
    wrong_look(
        "float32 frequencies",
        "right to some digits only",
        MOVE.replace(
            "turn.cos(), turn.sin()", "turn.float().cos().double(), turn.float().sin().double()"
        ),
        "out = m @ torch.linalg.inv(key).T",
        DONE,
    ),
    wrong_look(
        "distance only",
        "Negative steps should look ahead",
        "steps = abs(steps)",
        MOVE,
        "out = m @ torch.linalg.inv(key).T",
        DONE,
    ),
    wrong_look(
        "mixed dtypes",
        "meets a float64 one",
        MOVE,
        "return m @ torch.linalg.inv(key_weight).T",
    ),
    wrong_look(
        "float64 always",
        "gets float64 queries",
        MOVE,
        "return m @ torch.linalg.inv(key).T",
    ),
    wrong_look(
        "view",
        "where .view stops",
        "key_weight = key_weight.view(-1).view(key_weight.shape)",
        MOVE,
        "out = m @ torch.linalg.inv(key).T",
        DONE,
    ),
]

LOOK_RIGHT = [
    Right(
        "10.5",
        "solve",
        body(LOOK, MOVE, "out = torch.linalg.solve(key, m.T).T", DONE),
    ),
    Right(
        "10.5",
        "the inverse of the transpose",
        body(LOOK, MOVE, "out = m @ torch.inverse(key.mT.contiguous())", DONE),
    ),
    Right(
        "10.5",
        "the keys are moved ahead in place of the queries back",
        body(LOOK, MOVE, "out = torch.linalg.inv(m @ key).T", DONE),
    ),
]

WRONG = [*WAVES_WRONG, *ROWS_WRONG, *LAYOUT_WRONG, *SHIFT_WRONG, *LOOK_WRONG]
RIGHT = [*WAVES_RIGHT, *ROWS_RIGHT, *LAYOUT_RIGHT, *SHIFT_RIGHT, *LOOK_RIGHT]
