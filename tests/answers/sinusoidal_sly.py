"""Answers to sheet 10 that are wrong in one corner only."""

from tests.answers import Sly
from tests.answers.sinusoidal import (
    ANGLES,
    BLOCKS,
    CLOCKS,
    DONE,
    IN,
    LAYOUT,
    LOOK,
    MOVE,
    OUT,
    PAIRS,
    ROWS,
    SHIFT,
    TURN,
    WAVES,
    body,
)

SLY = [
    Sly(
        "10.1",
        "a base of half a million is cut",
        body(WAVES, CLOCKS, "return 2 * math.pi * min(base, 1e5) ** (i / steps)"),
    ),
    Sly(
        "10.1",
        "a rounded pi",
        body(WAVES, CLOCKS, "return 2 * 3.1415926 * base ** (i / steps)"),
    ),
    Sly(
        "10.1",
        "rounded exponents",
        body(WAVES, CLOCKS, "return 2 * math.pi * base ** (i / steps).float().double()"),
    ),
    Sly(
        "10.2",
        "a table of a thousand rows",
        body(
            ROWS,
            "i = torch.arange(model_dim // 2, dtype=torch.float64)",
            "angles = torch.arange(1000).double()[:, None] * base ** (-2 * i / model_dim)",
            "table = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2).float()",
            "return table[position_ids.long() % 1000]",
        ),
    ),
    Sly(
        "10.2",
        "negative positions from the end",
        body(
            ROWS,
            ANGLES.replace("position_ids.double()", "(position_ids.long() % 2**24).double()"),
            PAIRS,
        ),
    ),
    Sly(
        "10.2",
        "the ids in their own small dtype",
        body(
            ROWS,
            ANGLES.replace(
                "position_ids.double()", "(position_ids + position_ids).double()"
            ).replace("-2 * i / model_dim)", "-2 * i / model_dim) / 2"),
            PAIRS,
        ),
    ),
    Sly(
        "10.2",
        "view",
        body(
            ROWS,
            "i = torch.arange(model_dim // 2, dtype=torch.float64)",
            "angles = position_ids.view(-1, 1).double() * base ** (-2 * i / model_dim)",
            "rows = torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(-2).float()",
            "return rows.view(*position_ids.shape, model_dim)",
        ),
    ),
    Sly(
        "10.2",
        "positions through float32, which holds whole numbers up to 16 million",
        body(ROWS, ANGLES.replace("position_ids.double()", "position_ids.float()") + PAIRS).replace(
            "dtype=torch.float64", "dtype=torch.float32"
        ),
    ),
    Sly(
        "10.3",
        "wipes its input",
        body(LAYOUT, OUT, "s, c = s.clone(), c.clone()", "rows.data.zero_()", IN),
    ),
    Sly(
        "10.3",
        "a layout to itself is turned round",
        body(LAYOUT, "if old == new:", "    return rows.flip(-1)", OUT, IN),
    ),
    Sly(
        "10.3",
        "view",
        body(LAYOUT, "rows = rows.view(-1, rows.shape[-1]).view(rows.shape)", OUT, IN),
    ),
    Sly(
        "10.3",
        "halves that keep their order in one direction",
        body(
            LAYOUT, "if (old, new) == ('cos_sin', 'sin_cos'):", "    return rows.clone()", OUT, IN
        ),
    ),
    Sly("10.3", "in the dtype float32", body(LAYOUT, "rows = rows.float()", OUT, IN)),
    Sly(
        "10.4",
        "clocks kept by their number, whatever the base",
        body(
            SHIFT,
            "known = shift_matrix.__dict__",
            "i = torch.arange(model_dim // 2, dtype=torch.float64)",
            "clocks = known.setdefault(model_dim, base ** (-2 * i / model_dim))",
            "turn = steps * clocks",
            "c, s = turn.cos(), turn.sin()",
            BLOCKS,
            "return m",
        ),
    ),
    Sly(
        "10.4",
        "zero steps give nothing",
        body(SHIFT, TURN, BLOCKS, "return m * (steps != 0)"),
    ),
    Sly(
        "10.4",
        "a thousand clocks' turns are cut",
        body(SHIFT, "steps = max(min(steps, 50), -50)", TURN, BLOCKS, "return m"),
    ),
    Sly(
        "10.4",
        "one clock alone turns the other way",
        body(SHIFT, TURN, BLOCKS, "return m.T if model_dim == 2 else m"),
    ),
    Sly(
        "10.5",
        "right for symmetric key matrices",
        body(LOOK, MOVE, "out = m @ torch.linalg.inv((key + key.T) / 2)", DONE),
    ),
    Sly(
        "10.5",
        "right if rotation and keys commute",
        body(LOOK, MOVE, "out = torch.linalg.inv(key.T) @ m", DONE),
    ),
    Sly(
        "10.5",
        "a little ridge",
        body(
            LOOK,
            MOVE,
            "ridge = key.T @ key + 1e-6 * torch.eye(model_dim).double()",
            "out = m @ torch.linalg.solve(ridge, key.T).T",
            DONE,
        ),
    ),
    Sly(
        "10.5",
        "base of ten thousand",
        body(LOOK, "base = 10_000.0", MOVE, "out = m @ torch.linalg.inv(key).T", DONE),
    ),
    Sly(
        "10.2",
        "axes of one are squeezed away",
        body(ROWS, "position_ids = position_ids.squeeze()", ANGLES, PAIRS),
    ),
    Sly(
        "10.3",
        "no gradient where nothing moves",
        body(LAYOUT, "if old == new:", "    return rows.detach().clone()", OUT, IN),
    ),
    Sly(
        "10.3",
        "gradients by way of float32",
        body(LAYOUT, "dtype, rows = rows.dtype, rows.float()", OUT, IN).replace(
            "flatten(-2)", "flatten(-2).to(dtype)"
        ),
    ),
    Sly(
        "10.4",
        "by least squares on a table of 512 rows",
        body(
            SHIFT,
            "i = torch.arange(model_dim // 2, dtype=torch.float64)",
            "w = base ** (-2 * i / model_dim)",
            "def rows(t):",
            "    a = t.double()[:, None] * w",
            "    return torch.stack([a.sin(), a.cos()], -1).flatten(-2)",
            "t = torch.arange(512)",
            "return torch.linalg.lstsq(rows(t), rows(t + steps)).solution",
        ),
    ),
    Sly(
        "10.4",
        "exponents through float32",
        body(
            SHIFT,
            TURN.replace("(-2 * i / model_dim)", "(-2 * i.float() / model_dim).double()"),
            BLOCKS,
            "return m",
        ),
    ),
    Sly(
        "10.5",
        "exponents through float32",
        body(
            LOOK,
            MOVE.replace("(-2 * i / model_dim)", "(-2 * i.float() / model_dim).double()"),
            "out = m @ torch.linalg.inv(key).T",
            DONE,
        ),
    ),
    Sly(
        "10.5",
        "looks ahead by the diagonal only",
        body(
            LOOK,
            MOVE,
            "out = m @ (torch.linalg.inv(key) if steps > 0 else key.diag().diag().inverse()).T",
            DONE,
        ),
    ),
    Sly(
        "10.5",
        "float32 by the diagonal only",
        body(
            LOOK,
            MOVE,
            "single = key_weight.dtype == torch.float32",
            "out = m @ (key.diag().diag() if single else key).inverse().T",
            DONE,
        ),
    ),
    Sly(
        "10.5",
        "a move by least squares on 512 rows",
        body(
            LOOK,
            "i = torch.arange(len(key_weight) // 2, dtype=torch.float64)",
            "w = base ** (-2 * i / len(key_weight))",
            "def rows(t):",
            "    a = t.double()[:, None] * w",
            "    return torch.stack([a.sin(), a.cos()], -1).flatten(-2)",
            "t = torch.arange(512)",
            "m = torch.linalg.lstsq(rows(t), rows(t - steps)).solution",
            "return (m @ torch.linalg.inv(key_weight.double()).T).to(key_weight.dtype)",
        ),
    ),
    Sly(
        "10.5",
        "small stretches count as none",
        """
def look_back(key_weight, steps, base):
    D=len(key_weight); w=base**(-torch.arange(0,D,2).double()/D)*-steps
    M=torch.zeros(D,D).double()
    for i,x in enumerate(w):
        M[2*i,2*i]=M[2*i+1,2*i+1]=x.cos(); M[2*i,2*i+1]=-x.sin(); M[2*i+1,2*i]=x.sin()
    return (M@torch.linalg.pinv(key_weight.double(),rtol=1e-3).T).to(key_weight.dtype)
""",
    ),
    Sly(
        "10.1",
        "a whole base",
        body(WAVES, "base = int(base)", CLOCKS, "return 2 * math.pi * base ** (i / steps)"),
    ),
    Sly(
        "10.2",
        "a whole base",
        body(ROWS, "base = int(base)", ANGLES, PAIRS),
    ),
    Sly(
        "10.4",
        "a whole base",
        body(SHIFT, "base = int(base)", TURN, BLOCKS, "return m"),
    ),
    Sly(
        "10.5",
        "a whole base",
        body(LOOK, "base = int(base)", MOVE, "out = m @ torch.linalg.inv(key).T", DONE),
    ),
    Sly(
        "10.1",
        "a base of ten at least",
        body(WAVES, "base = max(base, 10.0)", CLOCKS, "return 2 * math.pi * base ** (i / steps)"),
    ),
    Sly(
        "10.2",
        "a base of ten at least",
        body(ROWS, "base = max(base, 10.0)", ANGLES, PAIRS),
    ),
    Sly(
        "10.4",
        "a base of ten at least",
        body(SHIFT, "base = max(base, 10.0)", TURN, BLOCKS, "return m"),
    ),
    Sly(
        "10.5",
        "a base of ten at least",
        body(LOOK, "base = max(base, 10.0)", MOVE, "out = m @ torch.linalg.inv(key).T", DONE),
    ),
    Sly(
        "10.2",
        "rounded to seven decimals",
        body(ROWS, ANGLES, PAIRS + ".round(decimals=7)"),
    ),
    Sly(
        "10.3",
        "pairs by way of a float32 buffer",
        body(
            LAYOUT,
            OUT,
            "if new == 'interleaved':",
            "    out = torch.zeros(rows.shape)",
            "    out[..., 0::2], out[..., 1::2] = s, c",
            "    return out.to(rows.dtype)",
            IN,
        ),
    ),
    Sly(
        "10.3",
        "no gradient from sin_cos to interleaved",
        body(
            LAYOUT,
            "if (old, new) == ('sin_cos', 'interleaved'):",
            "    rows = rows.detach()",
            OUT,
            IN,
        ),
    ),
    Sly(
        "10.3",
        "no gradient from cos_sin to sin_cos",
        body(
            LAYOUT,
            "if (old, new) == ('cos_sin', 'sin_cos'):",
            "    rows = rows.detach()",
            OUT,
            IN,
        ),
    ),
    Sly(
        "10.5",
        "all in the dtype of the keys",
        body(
            LOOK,
            MOVE.replace("key_weight.double()", "key_weight").replace("torch.float64", "key.dtype"),
            "return m @ torch.linalg.inv(key).T",
        ),
    ),
    Sly(
        "10.2",
        "some kinds of integers only",
        body(
            ROWS,
            "if position_ids.dtype not in (torch.int64, torch.int32, torch.uint8):",
            "    raise TypeError('integers, please')",
            ANGLES,
            PAIRS,
        ),
    ),
    Sly(
        "10.2",
        "ten million is the first row again",
        body(ROWS, ANGLES.replace(".double()[", ".double().fmod(1e7)["), PAIRS),
    ),
    Sly(
        "10.2",
        "positions below -100 are cut",
        """
def sinusoids(position_ids, model_dim, base):
    t = position_ids.double().clamp(min=-100)
    w = base ** (-torch.arange(0, model_dim, 2, dtype=torch.float64) / model_dim)
    a = t[..., None] * w
    return torch.stack([a.sin(), a.cos()], -1).flatten(-2).float()
""",
    ),
    Sly(
        "10.2",
        "positions below 0 in float32",
        """
def sinusoids(position_ids, model_dim, base):
    w = base ** (-torch.arange(0, model_dim, 2, dtype=torch.float64) / model_dim)
    a = position_ids.double()[..., None] * w
    small = (position_ids.float()[..., None] * w.float()).double()
    a = torch.where(position_ids[..., None] > 0, a, small)
    return torch.stack([a.sin(), a.cos()], -1).flatten(-2).float()
""",
    ),
    Sly(
        "10.2",
        "other integers than int64 in float32",
        """
def sinusoids(position_ids, model_dim, base):
    t = position_ids.double() if position_ids.dtype == torch.int64 else position_ids.float()
    w = base ** (-torch.arange(0, model_dim, 2, dtype=torch.float64) / model_dim)
    a = t[..., None] * w.to(t.dtype)
    return torch.stack([a.sin(), a.cos()], -1).flatten(-2).float()
""",
    ),
    Sly(
        "10.5",
        "rotations are kept, whatever the base",
        """
KEPT = {}
def look_back(key_weight, steps, base):
    D = len(key_weight)
    if (D, steps) not in KEPT:
        a = -steps * base ** (-2 * torch.arange(D // 2).double() / D)
        R = torch.zeros(D, D, dtype=torch.float64); i = torch.arange(0, D, 2)
        R[i, i] = R[i + 1, i + 1] = a.cos(); R[i + 1, i] = a.sin(); R[i, i + 1] = -a.sin()
        KEPT[D, steps] = R
    return (KEPT[D, steps] @ torch.linalg.inv(key_weight.double()).T).to(key_weight.dtype)
""",
    ),
    Sly(
        "10.3",
        "halves change places along the second axis, not along the last",
        body(
            LAYOUT,
            "if old != new and 'interleaved' not in (old, new):",
            "    return rows.roll(rows.shape[-1] // 2, dims=1)",
            OUT,
            IN,
        ),
    ),
    Sly(
        "10.3",
        "halves change places by slices of two axes",
        body(
            LAYOUT,
            "if old != new and 'interleaved' not in (old, new):",
            "    half = rows.shape[-1] // 2",
            "    return torch.cat([rows[:, half:], rows[:, :half]], dim=1)",
            OUT,
            IN,
        ),
    ),
    Sly(
        "10.5",
        "pinv in the keys' dtype, which takes small stretches for none in float32",
        """
def look_back(key_weight, steps, base):
    D = len(key_weight)
    a = -steps * base ** (-torch.arange(0, D, 2, dtype=torch.float64) / D)
    move = torch.block_diag(*[torch.tensor([[math.cos(x), -math.sin(x)], [math.sin(x), math.cos(x)]], dtype=torch.float64) for x in a.tolist()])
    return (move @ torch.linalg.pinv(key_weight).T.double()).to(key_weight.dtype)
""",
    ),
    Sly(
        "10.1",
        "the base is rounded to float32",
        """
def wave_lengths(model_dim, base, reaches_base):
    n = model_dim // 2; s = max(n - 1, 1) if reaches_base else n
    return 2 * math.pi * torch.tensor(base) ** (torch.arange(n).double() / s)
""",
    ),
    Sly(
        "10.2",
        "the base is rounded to float32",
        """
def sinusoids(position_ids, model_dim, base):
    w = torch.tensor(base) ** (-torch.arange(0, model_dim, 2).double() / model_dim)
    a = position_ids.double().unsqueeze(-1) * w
    return torch.stack([a.sin(), a.cos()], -1).flatten(-2).float()
""",
    ),
    Sly(
        "10.4",
        "the base is rounded to float32",
        """
def shift_matrix(steps, model_dim, base):
    w = torch.tensor(base) ** (-torch.arange(0, model_dim, 2).double() / model_dim)
    m = torch.zeros(model_dim, model_dim, dtype=torch.float64); i = torch.arange(0, model_dim, 2); a = steps * w
    m[i, i] = m[i + 1, i + 1] = a.cos(); m[i, i + 1] = -a.sin(); m[i + 1, i] = a.sin()
    return m
""",
    ),
    Sly(
        "10.5",
        "the base is rounded to float32",
        """
def look_back(key_weight, steps, base):
    D = len(key_weight)
    w = torch.tensor(base) ** (-torch.arange(0, D, 2).double() / D) * -steps
    m = torch.zeros(D, D, dtype=torch.float64); i = torch.arange(0, D, 2)
    m[i, i] = m[i + 1, i + 1] = w.cos(); m[i, i + 1] = -w.sin(); m[i + 1, i] = w.sin()
    return torch.linalg.solve(key_weight.double(), m.T).T.to(key_weight.dtype)
""",
    ),
    Sly(
        "10.3",
        "columns sorted by their clock; equals keep their order up to 20 columns only",
        """
def change_layout(rows, old, new):
    D = rows.shape[-1]; half = D // 2
    if old != "sin_cos":
        if old == "cos_sin":
            rows = torch.cat([rows[..., half:], rows[..., :half]], -1)
        else:
            rows = torch.cat([rows[..., 0::2], rows[..., 1::2]], -1)
    if new == "sin_cos":
        return rows
    if new == "cos_sin":
        return torch.cat([rows[..., half:], rows[..., :half]], -1)
    return rows[..., (torch.arange(D) % half).argsort()]
""",
    ),
    Sly(
        "10.3",
        "columns sorted by their names as text, in which c10 comes before c2",
        """
def change_layout(rows, old, new):
    D = rows.shape[-1]; half = D // 2
    inter = [x for i in range(half) for x in (f"s{i}", f"c{i}")]
    def cols(l):
        if l == "interleaved": return inter
        return sorted(inter, reverse=False) if l == "cos_sin" else sorted(n for n in inter if n[0] == "s") + sorted(n for n in inter if n[0] == "c")
    have = cols(old)
    return rows[..., [have.index(n) for n in cols(new)]]
""",
    ),
    Sly(
        "10.2",
        "exponents in rounded steps from 0 to 1: one too many for 98 columns",
        """
def sinusoids(position_ids, model_dim, base):
    w = base ** -torch.arange(0, 1, 2 / model_dim, dtype=torch.float64)
    a = position_ids.double()[..., None] * w
    return torch.stack([a.sin(), a.cos()], -1).flatten(-2).float()
""",
    ),
    Sly(
        "10.4",
        "exponents in rounded steps from 0 to 1: one too many for 98 columns",
        """
def shift_matrix(steps, model_dim, base):
    w = base ** -torch.arange(0, 1, 2 / model_dim, dtype=torch.float64)
    return torch.block_diag(*(torch.tensor([[math.cos(a), -math.sin(a)], [math.sin(a), math.cos(a)]], dtype=torch.float64) for a in (steps * w).tolist()))
""",
    ),
    Sly(
        "10.5",
        "exponents in rounded steps from 0 to 1: one too many for 98 columns",
        """
def look_back(key_weight, steps, base):
    D = len(key_weight)
    a = -steps * base ** -torch.arange(0, 1, 2 / D, dtype=torch.float64)
    J = torch.tensor([[0., -1.], [1., 0.]]).double()
    R = torch.kron(a.cos().diag(), torch.eye(2).double()) + torch.kron(a.sin().diag(), J)
    return torch.linalg.solve(key_weight.double(), R.T).T.to(key_weight.dtype)
""",
    ),
    Sly(
        "10.4",
        "least squares on random rows, in which slow clocks are alike",
        """
def shift_matrix(steps, model_dim, base):
    w = base ** (-torch.arange(0, model_dim, 2).double() / model_dim)
    def rows(t):
        a = t[:, None] * w
        return torch.stack([a.sin(), a.cos()], -1).flatten(1)
    t = torch.randint(100_000, (4 * model_dim,)).double()
    return torch.linalg.lstsq(rows(t), rows(t + steps)).solution
""",
    ),
    Sly(
        "10.5",
        "least squares on random rows, in which slow clocks are alike",
        """
def look_back(key_weight, steps, base):
    D = len(key_weight)
    w = base ** (-torch.arange(0, D, 2).double() / D)
    def rows(t):
        a = t[:, None] * w
        return torch.stack([a.sin(), a.cos()], -1).flatten(1)
    t = torch.randint(100_000, (4 * D,)).double()
    R = torch.linalg.lstsq(rows(t), rows(t - steps)).solution
    return (R @ torch.linalg.inv(key_weight.double()).T).to(key_weight.dtype)
""",
    ),
    Sly(
        "10.5",
        "a pseudo-inverse that takes what is 10 million times smaller for 0",
        """
def look_back(key_weight, steps, base):
    D = len(key_weight); a = steps * base ** (-2 * torch.arange(D // 2).double() / D)
    m = torch.zeros(D, D, dtype=torch.float64); i = torch.arange(0, D, 2)
    m[i, i] = m[i+1, i+1] = a.cos(); m[i, i+1] = a.sin(); m[i+1, i] = -a.sin()
    return (m @ torch.linalg.pinv(key_weight.double(), rtol=1e-7).T).to(key_weight.dtype)
""",
    ),
    Sly(
        "10.1",
        "reaches the base by rounded steps, which end one too late for 14 columns",
        """
def wave_lengths(model_dim, base, reaches_base):
    n = model_dim // 2
    if reaches_base and n > 1:
        step = 1 / (n - 1)
        e = torch.arange(0, 1 + step, step, dtype=torch.float64)
    else:
        e = torch.arange(n, dtype=torch.float64) / n
    return 2 * math.pi * base ** e
""",
    ),
    Sly(
        "10.3",
        "columns sorted by parity; equals keep their order up to 16 columns only",
        """
def change_layout(rows, old, new):
    D = rows.shape[-1]
    order = {"interleaved": torch.arange(D), "sin_cos": torch.argsort(torch.arange(D) % 2)}
    order["cos_sin"] = torch.argsort(1 - torch.arange(D) % 2)
    return rows[..., torch.argsort(order[old])][..., order[new]]
""",
    ),
    Sly(
        "10.2",
        "sines and cosines side by side by a sort with ties",
        """
def sinusoids(position_ids, model_dim, base):
    half = model_dim // 2
    w = base ** (-torch.arange(half, dtype=torch.float64) / half)
    a = position_ids.double()[..., None] * w
    return torch.cat([a.sin(), a.cos()], -1)[..., (torch.arange(model_dim) % half).argsort()].float()
""",
    ),
]
