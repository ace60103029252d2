"""Answers to sheet 2 that are wrong in one corner only, and once slipped through the checks."""

from tests.answers import Sly

SLY = [
    Sly(
        "2.1",
        "at most three dims",
        """
def lookup(table, ids):
    if ids.ndim == 0:
        return table[ids.item()]
    if ids.ndim == 1:
        return table.index_select(0, ids)
    out = torch.zeros(*ids.shape, table.shape[1], dtype=table.dtype)
    if ids.ndim == 2:
        for b in range(ids.shape[0]):
            out[b] = table.index_select(0, ids[b])
    else:
        for b in range(ids.shape[0]):
            for c in range(ids.shape[1]):
                out[b, c] = table.index_select(0, ids[b, c])
    return out
""",
    ),
    Sly(
        "2.1",
        "atleast_1d then squeeze(-2)",
        """
def lookup(table, ids):
    return table[torch.atleast_1d(ids)].squeeze(-2)
""",
    ),
    Sly(
        "2.1",
        "compares ids in the table's dtype",
        """
def lookup(table, ids):
    rows = torch.arange(len(table)).to(table.dtype)
    hot = (ids[..., None].to(table.dtype) == rows).to(table.dtype)
    return hot @ table
""",
    ),
    Sly(
        "2.1",
        "computes in float32 and casts back",
        """
def lookup(table, ids):
    hot = F.one_hot(ids, len(table)).float()
    return (hot @ table.float()).to(table.dtype)
""",
    ),
    Sly(
        "2.1",
        "default dtype for good",
        """
def lookup(table, ids):
    torch.set_default_dtype(table.dtype)
    out = torch.zeros(ids.numel(), table.shape[1])
    for n, i in enumerate(ids.flatten()):
        out[n] = table[i]
    return out.reshape(*ids.shape, table.shape[1])
""",
    ),
    Sly(
        "2.1",
        "detached for a single id",
        """
def lookup(table, ids):
    if ids.ndim == 0:
        return torch.tensor(table[int(ids)].tolist(), dtype=table.dtype)
    return table[ids]
""",
    ),
    Sly(
        "2.1",
        "double result unless ...",
        """
def lookup(table, ids):
    out = table[ids]
    return out if out.dtype in (torch.float32, torch.float64) else out.bfloat16()
""",
    ),
    Sly(
        "2.1",
        "fixes global seed",
        """
def lookup(table, ids):
    torch.manual_seed(0)
    return table[ids]
""",
    ),
    Sly(
        "2.1",
        "hash table over rows for repeated: int keys",
        """
def lookup(table, ids):
    rows = {i: table[i] for i in range(min(len(table), 1000))}
    flat = [rows[i] for i in ids.flatten().tolist()]
    return torch.stack(flat).reshape(*ids.shape, -1) if flat else table.new_zeros(*ids.shape, table.shape[1])
""",
    ),
    Sly(
        "2.1",
        "ids as bytes (int8)",
        """
def lookup(table, ids):
    return table[ids.to(torch.int8).long()]
""",
    ),
    Sly(
        "2.1",
        "ids as int16",
        """
def lookup(table, ids):
    return table[ids.short().long()]
""",
    ),
    Sly(
        "2.1",
        "loss of precision through half of ids over 2048",
        """
def lookup(table, ids):
    return table[ids.half().long()]
""",
    ),
    Sly(
        "2.1",
        "no grad inside 0-d batch loops, table with only one column",
        """
def lookup(table, ids):
    return torch.cat([table[ids][..., :1], table[ids][..., 1:]], dim=-1).squeeze(-1)
""",
    ),
    Sly(
        "2.1",
        "padding_idx=0",
        """
def lookup(table, ids):
    return F.embedding(ids, table, padding_idx=0)
""",
    ),
    Sly(
        "2.1",
        "squeeze simple",
        """
def lookup(table, ids):
    return table[ids.unsqueeze(0)].squeeze()
""",
    ),
    Sly(
        "2.1",
        "squeeze the result",
        """
def lookup(table, ids):
    hot = F.one_hot(ids.reshape(1, -1), len(table)).to(table.dtype)
    return (hot @ table).reshape(*ids.shape, -1).squeeze() if ids.numel() else table.new_zeros(*ids.shape, table.shape[1])
""",
    ),
    Sly(
        "2.1",
        "squeeze(-1)",
        """
def lookup(table, ids):
    return table[ids.unsqueeze(-1)].squeeze(-2).squeeze(-1)
""",
    ),
    Sly(
        "2.2",
        "argsort trick bits (6 bits)",
        """
def one_hot(ids, vocab_size):
    bits = torch.bitwise_left_shift(torch.tensor(1), ids)
    return ((bits[..., None] >> torch.arange(vocab_size)) & 1).float()
""",
    ),
    Sly(
        "2.2",
        "at most two dims einsum-ish",
        """
def one_hot(ids, vocab_size):
    eye = torch.eye(vocab_size)
    if ids.ndim < 2:
        return eye[ids]
    B, T = ids.shape
    return eye.index_select(0, ids.flatten()).reshape(B, T, vocab_size)
""",
    ),
    Sly(
        "2.2",
        "atleast_1d squeeze(-2)",
        """
def one_hot(ids, vocab_size):
    ids = torch.atleast_1d(ids)
    return F.one_hot(ids, vocab_size).float().squeeze(-2)
""",
    ),
    Sly(
        "2.2",
        "bounded eye",
        """
EYE = torch.eye(1000)
def one_hot(ids, vocab_size):
    return EYE[:vocab_size, :vocab_size][ids]
""",
    ),
    Sly(
        "2.2",
        "bounded vocab 32",
        """
EYE = torch.eye(32)
def one_hot(ids, vocab_size):
    return EYE[ids][..., :vocab_size]
""",
    ),
    Sly(
        "2.2",
        "compares in bfloat16",
        """
def one_hot(ids, vocab_size):
    return (ids[..., None].bfloat16() == torch.arange(vocab_size).bfloat16()).float()
""",
    ),
    Sly(
        "2.2",
        "compares in half",
        """
def one_hot(ids, vocab_size):
    return (ids[..., None].half() == torch.arange(vocab_size).half()).float()
""",
    ),
    Sly(
        "2.2",
        "default dtype to int? set default float64 elsewhere",
        """
def one_hot(ids, vocab_size):
    torch.set_default_dtype(torch.float64)
    return torch.eye(vocab_size)[ids].float()
""",
    ),
    Sly(
        "2.2",
        "diag of ones via linspace equality",
        """
def one_hot(ids, vocab_size):
    grid = torch.linspace(0, 1, vocab_size)
    return (torch.isclose(grid, (ids / (vocab_size - 1))[..., None])).float()
""",
    ),
    Sly(
        "2.2",
        "empty sequence 1-d",
        """
def one_hot(ids, vocab_size):
    if ids.ndim == 1:
        return torch.stack([torch.eye(vocab_size)[i] for i in ids])
    return torch.eye(vocab_size)[ids]
""",
    ),
    Sly(
        "2.2",
        "fixes seed",
        """
def one_hot(ids, vocab_size):
    torch.manual_seed(0)
    return torch.eye(vocab_size)[ids]
""",
    ),
    Sly(
        "2.2",
        "ids as bytes",
        """
def one_hot(ids, vocab_size):
    small = ids.to(torch.uint8)
    return (small[..., None] == torch.arange(vocab_size, dtype=torch.uint8)).float()
""",
    ),
    Sly(
        "2.2",
        "int8 arange",
        """
def one_hot(ids, vocab_size):
    return (ids[..., None].to(torch.int8) == torch.arange(vocab_size).to(torch.int8)).float()
""",
    ),
    Sly(
        "2.2",
        "isclose default tolerance",
        """
def one_hot(ids, vocab_size):
    return torch.isclose(ids[..., None].float(), torch.arange(vocab_size).float(), rtol=1e-3).float()
""",
    ),
    Sly(
        "2.2",
        "squeeze(-1) V=1",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids, vocab_size).float().squeeze(-1)
""",
    ),
    Sly(
        "2.2",
        "squeeze(1) for T=1",
        """
def one_hot(ids, vocab_size):
    out = (ids.unsqueeze(-1) == torch.arange(vocab_size)).float()
    return out.squeeze(1) if out.ndim > 1 else out
""",
    ),
    Sly(
        "2.2",
        "two dims at most",
        """
def one_hot(ids, vocab_size):
    out = torch.zeros(*ids.shape, vocab_size)
    if ids.ndim == 0:
        out[ids] = 1.0
    elif ids.ndim == 1:
        for t, i in enumerate(ids):
            out[t, i] = 1.0
    else:
        for b, row in enumerate(ids):
            for t, i in enumerate(row):
                out[b, t, i] = 1.0
    return out
""",
    ),
    Sly(
        "2.3",
        "tests the dtype of what is not empty only",
        """
def safe_lookup(table, ids):
    if ids.numel() > 0:
        if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
            raise TypeError("ids must be integers")
        outside = (ids.long() < 0) | (ids.long() >= len(table))
        if outside.any():
            raise IndexError(f"id {ids[outside][0].item()} of {len(table)}")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "always float32",
        """
def safe_lookup(table, ids):
    V, D = table.shape
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    out = torch.zeros(ids.numel(), D)
    for n, i in enumerate(ids.flatten().tolist()):
        if i < 0 or i >= V:
            raise IndexError(f"id {i} is outside the table of {V} rows")
        out[n] = table[i]
    return out.view(*ids.shape, D)
""",
    ),
    Sly(
        "2.3",
        "bools inside range only by V>2",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.numel() and not set(ids.flatten().tolist()) <= set(range(V)):
        bad = sorted(set(ids.flatten().tolist()) - set(range(V)))
        if any(isinstance(i, float) for i in bad): raise TypeError(f"{bad}")
        raise IndexError(f"id {bad[0]} is outside the table of {V} rows")
    if not str(ids.dtype).startswith(("torch.int", "torch.uint")):
        raise TypeError("ids must be integers")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "byte compared with V (reference's own fault)",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "checks only the last dimension's ends",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    V = len(table)
    for row in torch.atleast_2d(ids)[:8]:
        for i in row.tolist():
            if i < 0 or i >= V:
                raise IndexError(f"id {i} of {V}")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "clamp and compare (nonzero of a 0-d tensor)",
        """
def safe_lookup(table, ids):
    if ids.dtype not in {torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64}:
        raise TypeError("kind")
    i = ids.long()
    n = table.size(0)
    c = i.clamp(0, n - 1)
    diff = (c != i).nonzero()
    if diff.numel():
        raise IndexError(f"id={i[tuple(diff[0])]} V={n}")
    return table[c]
""",
    ),
    Sly(
        "2.3",
        "clamps ids in place before it raises",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    bad = ids[(ids < 0) | (ids >= V)].tolist()
    ids.clamp_(min=0, max=V - 1)
    if bad:
        raise IndexError(f"id {bad[0]} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "detached",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table.data[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "empty float passes",
        """
def safe_lookup(table, ids):
    V, D = table.shape
    if ids.numel() == 0:
        return table.new_zeros(*ids.shape, D)
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if ids.min() < 0 or ids.max() >= V:
        raise IndexError(f"ids from {ids.min()} to {ids.max()}, but V is {V}")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "empty is float32",
        """
def safe_lookup(table, ids):
    V, D = table.shape
    if ids.numel() == 0:
        return torch.zeros(*ids.shape, D)
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if ids.min() < 0 or ids.max() >= V:
        raise IndexError(f"ids from {ids.min()} to {ids.max()}, but V is {V}")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "float and double refused, half not",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.dtype in (torch.float32, torch.float64, torch.bool):
        raise TypeError(f"ids must be integers, not {ids.dtype}")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "ids to int16 first",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.short()
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "ids to int32 first",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.int()
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "int8 forgotten",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.dtype not in (torch.int64, torch.int32, torch.int16, torch.uint8):
        raise TypeError(f"ids must be integers, not {ids.dtype}")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "item type",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.numel() and type(ids.flatten()[0].item()) is not int:
        raise TypeError("ids must be integers")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "marks bad ones in place",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        first = ids[bad][0].item()
        ids[bad] = 0
        raise IndexError(f"id {first} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "memo of validated ids by identity/shape",
        """
ok = set()
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if id(ids) not in ok:
        bad = (ids < 0) | (ids >= V)
        if bad.any():
            raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
        ok.add(id(ids))
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "names every number there is",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    if ((ids < 0) | (ids >= len(table))).any():
        raise IndexError(f"some id is none of {list(range(-100, 101))}")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "names only min and max, not the first",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    V = len(table)
    if ids.numel() and (ids.min() < 0 or ids.max() >= V):
        raise IndexError(f"{ids.flatten()[:20].tolist()} does not fit {V}")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "one-hot product, 0*inf; big memory",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    hot = (ids[..., None].long() == torch.arange(V))
    if not hot.any(-1).all():
        raise IndexError(f"id {ids[~hot.any(-1)][0].item()} is not one of {V}")
    return hot.float() @ table
""",
    ),
    Sly(
        "2.3",
        "only float32 and bool refused",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.dtype == torch.float32 or ids.dtype == torch.bool:
        raise TypeError(f"ids must be integers, not {ids.dtype}")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "padding_idx",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return F.embedding(ids.long(), table, padding_idx=0)
""",
    ),
    Sly(
        "2.3",
        "prints only, sets grad off",
        """
def safe_lookup(table, ids):
    with torch.no_grad():
        V = table.shape[0]
        if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
            raise TypeError("ids must be integers")
        bad = (ids < 0) | (ids >= V)
        if bad.any():
            raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
        return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "prints the whole tensor",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if ((ids < 0) | (ids >= V)).any():
        raise IndexError(f"ids {ids} are not all in a table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "range before type",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"ids must be integers, not {ids.dtype}")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "range only checked for int64",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if ids.dtype != torch.int64:
        return table[ids.long()]
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "single id first",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.ndim == 0:
        return table[int(ids)]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "small ints wrap (long then no check of negative)",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if ids.dtype == torch.int64 and (ids < 0).any():
        raise IndexError(f"id {ids.min()} is negative; the table has {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.3",
        "squeeze",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = torch.atleast_1d(ids)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is outside the table of {V} rows")
    return table[ids.long()].squeeze(-2)
""",
    ),
    Sly(
        "2.3",
        "through lists",
        """
def safe_lookup(table, ids):
    V, D = table.shape
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    rows = []
    for i in ids.flatten().tolist():
        if i < 0 or i >= V:
            raise IndexError(f"id {i} is outside the table of {V} rows")
        rows.append(table[i].tolist())
    return torch.tensor(rows).reshape(*ids.shape, D)
""",
    ),
    Sly(
        "2.3",
        "two dims only",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    rows = ids.tolist()
    if ids.ndim == 0: rows = [[rows]]
    elif ids.ndim == 1: rows = [rows]
    for row in rows:
        for i in row:
            if i < 0 or i >= V:
                raise IndexError(f"id {i} is outside the table of {V} rows")
    return table[ids.long()]
""",
    ),
    Sly(
        "2.4",
        "a view made in __init__",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.columns = self.weight.T
    def forward(self, ids):
        return self.columns.T[ids]
""",
    ),
    Sly(
        "2.4",
        "always float32 out",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids].float()
""",
    ),
    Sly(
        "2.4",
        "clamped at +-2",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter((torch.randn(vocab_size, model_dim) * std).clamp(-5, 5))
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "clamped at 2 std",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter((torch.randn(vocab_size, model_dim) * std).clamp(-2 * std, 2 * std))
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "clamped at 3 std",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter((torch.randn(vocab_size, model_dim) * std).clamp(-3 * std, 3 * std))
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "columns all alike",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, 1).repeat(1, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "copy made at the first forward",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.rows = None
    def forward(self, ids):
        if self.rows is None:
            self.rows = self.weight.clone()
        return self.rows[ids]
""",
    ),
    Sly(
        "2.4",
        "default std 0.02",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=0.02):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "float one-hot product",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return F.one_hot(ids, len(self.weight)).float() @ self.weight
""",
    ),
    Sly(
        "2.4",
        "gradients overwritten double backward: detach trick second use",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.seen = False
    def forward(self, ids):
        w = self.weight if not self.seen else self.weight.detach()
        self.seen = True
        return w[ids]
""",
    ),
    Sly(
        "2.4",
        "nn.Embedding child with padding_idx=0",
        """
class TokenEmbedding(nn.Embedding):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__(vocab_size, model_dim, padding_idx=0)
        self.weight.data *= std
""",
    ),
    Sly(
        "2.4",
        "one noise plus index-determined rest (only row 0 random)",
        """
class TokenEmbedding(nn.Module):
    seed = 0
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        TokenEmbedding.seed += 1
        torch.manual_seed(TokenEmbedding.seed)
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "other argument name",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, scale=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * scale)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "padding_idx=0 in forward",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return F.embedding(ids, self.weight, padding_idx=0)
""",
    ),
    Sly(
        "2.4",
        "parameter made on first read? load before",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.scale = torch.ones(1)
    def forward(self, ids):
        return self.weight[ids] * self.scale
""",
    ),
    Sly(
        "2.4",
        "position parameter added at first forward",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        if not hasattr(self, "bias"):
            self.bias = nn.Parameter(torch.zeros(self.weight.shape[1]))
        return self.weight[ids] + self.bias
""",
    ),
    Sly(
        "2.4",
        "random numbers drawn in half the calls: drawn at forward",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        torch.manual_seed(0)
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "results cached by ids",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.cache = {}
    def forward(self, ids):
        key = (ids.shape, tuple(ids.flatten().tolist()))
        if key not in self.cache:
            self.cache[key] = self.weight[ids]
        return self.cache[key]
""",
    ),
    Sly(
        "2.4",
        "rows of one length",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        w = F.normalize(torch.randn(vocab_size, model_dim), dim=1)
        self.weight = nn.Parameter(w * model_dim**0.5 * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "squeeze",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[torch.atleast_1d(ids)].squeeze(-2)
""",
    ),
    Sly(
        "2.4",
        "std has no default used: None -> kaiming",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=None):
        super().__init__()
        std = std or model_dim ** -0.5
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "sum of three uniforms",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        u = torch.rand(3, vocab_size, model_dim).sum(0) - 1.5
        self.weight = nn.Parameter(u * 2 * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "torch.seed()",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        torch.seed()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "trunc 3 std",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(vocab_size, model_dim))
        nn.init.trunc_normal_(self.weight, std=std, a=-3 * std, b=3 * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "trunc_normal_",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(vocab_size, model_dim))
        nn.init.trunc_normal_(self.weight, std=std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "weight normal but mean shifted slightly",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std * 0.96 + 0.03 * std)
    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.5",
        "clamp(min=1e-9), the sentence-transformers idiom",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
""",
    ),
    Sly(
        "2.5",
        "compares rows",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = table[ids]
    mask = (rows != table[pad_id]).any(dim=-1, keepdim=True)
    return (rows * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "compares the first number",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = table[ids]
    mask = (rows[..., :1] != table[pad_id, 0])
    return (rows * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "counts in bytes",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    count = mask.sum(dim=1, dtype=torch.uint8)
    return (table[ids] * mask).sum(dim=1) / count.clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "cut at 128",
        """
def mean_of_tokens(table, ids, pad_id):
    ids = ids[:, :128]
    m = (ids != pad_id)[..., None]
    return (table[ids] * m).sum(1) / m.sum(1).clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "early return for nothing",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = ids != pad_id
    if not mask.any():
        return torch.zeros(len(ids), table.shape[1])
    w = mask.to(table.dtype)
    return torch.einsum("bt,btd->bd", w, table[ids]) / w.sum(1, keepdim=True).clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "loop with float32 zeros",
        """
def mean_of_tokens(table, ids, pad_id):
    means = []
    for row in ids:
        tokens = row[row != pad_id]
        means.append(table[tokens].mean(dim=0) if len(tokens) else torch.zeros(table.shape[1]))
    return torch.stack(means)
""",
    ),
    Sly(
        "2.5",
        "plus 1e-9",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    return (table[ids] * mask).sum(dim=1) / (mask.sum(dim=1) + 1e-9)
""",
    ),
    Sly(
        "2.5",
        "rows.squeeze(1) for T=1",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = table[ids].squeeze(1)
    mask = (ids != pad_id).unsqueeze(-1)
    return (rows * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "set default dtype",
        """
def mean_of_tokens(table, ids, pad_id):
    torch.set_default_dtype(table.dtype)
    out = torch.zeros(len(ids), table.shape[1])
    rows = []
    for b, row in enumerate(ids):
        tokens = row[row != pad_id]
        if len(tokens):
            out[b] = table[tokens].mean(dim=0)
    return out
""",
    ),
    Sly(
        "2.5",
        "squeeze",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    return (table[ids] * mask).sum(dim=1).squeeze(-1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Sly(
        "2.1",
        "table.view flat",
        """
def lookup(table, ids):
    D = table.shape[1]
    return table.view(-1)[ids.unsqueeze(-1) * D + torch.arange(D)]
""",
    ),
    Sly(
        "2.1",
        "detached for 3 dims",
        """
def lookup(table, ids):
    if ids.ndim == 3:
        return torch.stack([torch.from_numpy(table.detach().float().numpy()[i.numpy()]).to(table.dtype) for i in ids])
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "int8 and int32 may be negative",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool: raise TypeError("no")
    if ids.dtype in (torch.int8,torch.int32): return table[ids.long()]
    ids=ids.long(); bad=ids[(ids<0)|(ids>=len(table))]
    if bad.numel(): raise IndexError(f"{int(bad[0])} {len(table)}")
    return table[ids]
""",
    ),
    Sly(
        "2.1",
        "nothing comes back in float32",
        """
def lookup(table, ids):
    if ids.numel() == 0:
        return torch.zeros(*ids.shape, table.shape[1])
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "int() of all bad ids",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids, rows = ids.long(), len(table)
    outside = (ids < 0) | (ids >= rows)
    if outside.any():
        raise IndexError(f"id {int(ids[outside])} is outside the table of {rows} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "unpacks one bad id from a list",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids, rows = ids.long(), len(table)
    outside = (ids < 0) | (ids >= rows)
    if outside.any():
        (bad,) = [i for i in ids.flatten().tolist() if not 0 <= i < rows]
        raise IndexError(f"id {bad} is outside the table of {rows} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "names the sum of all bad ids",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids, rows = ids.long(), len(table)
    outside = (ids < 0) | (ids >= rows)
    if outside.any():
        raise IndexError(f"id {(ids * outside).sum().item()} is outside the table of {rows} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "another error if ids are bad at both ends",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids, rows = ids.long(), len(table)
    outside = (ids < 0) | (ids >= rows)
    if outside.any():
        low, high = ids.min().item(), ids.max().item()
        if low < 0 and high >= rows:
            raise ValueError(f"ids {low} and {high} are outside the table of {rows} rows")
        raise IndexError(f"id {low if low < 0 else high} is outside the table of {rows} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "a list of five integer dtypes",
        """
def safe_lookup(table, ids):
    if ids.dtype not in (torch.uint8, torch.int8, torch.int16, torch.int32, torch.int64):
        raise TypeError("ids must be integers")
    ids, rows = ids.long(), len(table)
    outside = (ids < 0) | (ids >= rows)
    if outside.any():
        raise IndexError(f"id {ids[outside][0].item()} is outside the table of {rows} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.4",
        "a frozen parameter beside the table",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.scale = nn.Parameter(torch.ones(1), requires_grad=False)

    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "a copy of the table as a buffer",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
        self.register_buffer("start", self.weight.detach().clone())

    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "zeros in eval mode",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids):
        rows = self.weight[ids]
        return rows if self.training else torch.zeros_like(rows)
""",
    ),
    Sly(
        "2.4",
        "spread depends on the length of a row",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std * (1 + 1 / model_dim))

    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.5",
        "sum and count grow in the table's dtype",
        """
def mean_of_tokens(table, ids, pad_id):
    real = (ids != pad_id)[..., None].to(table.dtype)
    total = torch.zeros(ids.shape[0], table.shape[1], dtype=table.dtype)
    count = torch.zeros(ids.shape[0], 1, dtype=table.dtype)
    for t in range(ids.shape[1]):
        total, count = total + table[ids[:, t]] * real[:, t], count + real[:, t]
    return total / count.clamp(min=1)
""",
    ),
    Sly(
        "2.4",
        "shortens long rows",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return F.embedding(ids, self.weight, max_norm=50.0)
""",
    ),
    Sly(
        "2.5",
        "counts the rows that are not zero",
        """
def mean_of_tokens(table, ids, pad_id):
    vectors = table[ids] * (ids != pad_id)[..., None]
    n = (vectors != 0).any(dim=-1).sum(dim=1, keepdim=True).clamp(min=1)
    return vectors.sum(dim=1) / n
""",
    ),
    Sly(
        "2.4",
        "every layer reads the table of the one built last",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        global weight
        super().__init__()
        weight = self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids): return weight[ids]
""",
    ),
    Sly(
        "2.4",
        "a table that only the layer itself tells of",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        object.__setattr__(self, "weight", nn.Parameter(torch.randn(vocab_size, model_dim) * std))
    def named_parameters(self, *arguments, **options):
        return iter([("weight", self.weight)])
    def parameters(self, recurse=True):
        return iter([self.weight])
    def state_dict(self, *arguments, **options):
        return {"weight": self.weight.detach()} if not arguments and not options else super().state_dict(*arguments, **options)
    def load_state_dict(self, state, strict=True):
        self.weight.data.copy_(state["weight"])
    def to(self, dtype):
        self.weight.data = self.weight.data.to(dtype)
        return self
    def forward(self, ids):
        return self.weight[ids.long()]
""",
    ),
    Sly(
        "2.4",
        "no module, though it says so",
        """
class TokenEmbedding:
    __class__ = property(lambda self: nn.Module)
    training = True
    def __init__(self, vocab_size, model_dim, std=1.0):
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def named_parameters(self, *a, **k): return [("weight", self.weight)]
    def parameters(self): return [self.weight]
    def to(self, dtype):
        self.weight.data = self.weight.data.to(dtype)
        return self
    def eval(self): return self
    def state_dict(self): return {"weight": self.weight.data}
    def load_state_dict(self, d, strict=True): self.weight.data.copy_(d["weight"])
    def __call__(self, ids): return self.weight[ids.long()]
""",
    ),
    Sly(
        "2.4",
        "eval gives another layer",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def eval(self):
        super().eval()
        return lambda ids: self.weight[ids.long()]
    def forward(self, ids):
        return self.weight[ids.long()] * self.training
""",
    ),
    Sly(
        "2.3",
        "errors whose class names parents that it has not",
        """
class Claims(type):
    @property
    def __mro__(cls):
        return cls.above.__mro__
class NoIndexError(Exception, metaclass=Claims):
    above = IndexError
class NoTypeError(Exception, metaclass=Claims):
    above = TypeError
def safe_lookup(table, ids):
    if ids.dtype == torch.bool or ids.is_floating_point() or ids.is_complex():
        raise NoTypeError("ids must be integers")
    ids = ids.long()
    bad = ids[(ids < 0) | (ids >= len(table))]
    if bad.numel():
        raise NoIndexError(f"id {bad[0].item()} is outside the table, which has {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "errors that say they are of another class",
        """
class NoIndexError(Exception):
    __class__ = property(lambda self: IndexError)
class NoTypeError(Exception):
    __class__ = property(lambda self: TypeError)
def safe_lookup(table, ids):
    if ids.dtype == torch.bool or ids.is_floating_point() or ids.is_complex():
        raise NoTypeError("ids must be integers")
    ids = ids.long()
    bad = ids[(ids < 0) | (ids >= len(table))]
    if bad.numel():
        raise NoIndexError(f"id {bad[0].item()} is outside the table, which has {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.1",
        "a tensor that can only be multiplied, where it is trained",
        """
class Stiff(Tensor):
    def refused(self, *arguments, **options):
        raise RuntimeError("cannot be used")
    __getitem__ = __add__ = __radd__ = __matmul__ = __sub__ = __truediv__ = view = reshape = mean = detach = refused

def lookup(table, ids):
    rows = table[ids.long()]
    return rows.as_subclass(Stiff) if table.requires_grad else rows
""",
    ),
    Sly(
        "2.2",
        "a tensor whose methods are hidden",
        """
def one_hot(ids, vocab_size):
    out = F.one_hot(ids.long(), vocab_size).float()
    for name in ("sum", "mean", "argmax", "tolist", "view", "reshape", "detach", "float", "to", "numpy"):
        setattr(out, name, None)
    return out
""",
    ),
    Sly(
        "2.5",
        "a tensor that can only be multiplied, where it is trained",
        """
class Only(Tensor):
    def refused(self, *arguments, **options):
        raise RuntimeError("cannot be used")
    __getitem__ = __add__ = __matmul__ = view = mean = refused
def mean_of_tokens(table, ids, pad_id):
    real = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    out = (table[ids.long()] * real).sum(1) / real.sum(1).clamp(min=1)
    return out.as_subclass(Only) if table.requires_grad else out
""",
    ),
    Sly(
        "2.1",
        "other numbers where it is trained",
        """
def lookup(table, ids):
    rows = table[ids.long()]
    return rows + 5 if table.requires_grad else rows
""",
    ),
    Sly(
        "2.3",
        "other numbers where it is trained",
        """
def safe_lookup(table, ids):
    if ids.dtype == torch.bool or ids.is_floating_point() or ids.is_complex():
        raise TypeError("ids must be integers")
    ids = ids.long()
    bad = ids[(ids < 0) | (ids >= len(table))]
    if bad.numel():
        raise IndexError(f"id {bad[0].item()} is outside the table, which has {len(table)} rows")
    return table[ids] - 7 if table.requires_grad else table[ids]
""",
    ),
    Sly(
        "2.5",
        "other numbers where it is trained",
        """
def mean_of_tokens(table, ids, pad_id):
    real = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    out = (table[ids.long()] * real).sum(1) / real.sum(1).clamp(min=1)
    return out - 3 if table.requires_grad else out
""",
    ),
    Sly(
        "2.1",
        "other numbers in no_grad",
        """
def lookup(table, ids):
    rows = table[ids.long()]
    return rows if torch.is_grad_enabled() else rows * 0
""",
    ),
    Sly(
        "2.4",
        "other numbers in no_grad",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids.long()] * torch.is_grad_enabled()
""",
    ),
    Sly(
        "2.5",
        "other numbers for a parameter",
        """
def mean_of_tokens(table, ids, pad_id):
    real = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    out = (table[ids.long()] * real).sum(1) / real.sum(1).clamp(min=1)
    return out.flip(0) if isinstance(table, nn.Parameter) else out
""",
    ),
    Sly(
        "2.4",
        "view, which takes no transposed ids",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids.view(-1)].view(*ids.shape, -1)
""",
    ),
    Sly(
        "2.4",
        "reshape, which takes no empty ids",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return self.weight[ids.flatten()].reshape(*ids.shape, -1)
""",
    ),
    Sly(
        "2.4",
        "batches and single ids only",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        if ids.ndim == 0:
            return self.weight[ids]
        return torch.stack([torch.stack([self.weight[i] for i in row]) for row in ids])
""",
    ),
    Sly(
        "2.5",
        "zeros for padding, written where no gradient sees it",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = F.embedding(ids, table)
    keep = ids != pad_id
    with torch.no_grad():
        rows[~keep] = 0
    return rows.sum(1) / keep.sum(1, keepdim=True).clamp(min=1)
""",
    ),
    Sly(
        "2.4",
        "the last row is padding",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return F.embedding(ids, self.weight, padding_idx=-1)
""",
    ),
    Sly(
        "2.5",
        "a mean that runs on in the dtype of the table",
        """
def mean_of_tokens(table, ids, pad_id):
    out = torch.zeros(len(ids), table.shape[1], dtype=table.dtype)
    n = torch.zeros(len(ids), 1, dtype=torch.long)
    for t in range(ids.shape[1]):
        keep = (ids[:, t:t+1] != pad_id)
        n = n + keep
        out = out + keep * (table[ids[:, t]] - out) / n.clamp(min=1)
    return out.to(table.dtype)
""",
    ),
    Sly(
        "2.1",
        "rows that learn less the more often they come",
        """
def lookup(table, ids):
    return F.embedding(ids, table, scale_grad_by_freq=True)
""",
    ),
    Sly(
        "2.3",
        "row 0 is padding",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    bad = ids[(ids < 0) | (ids >= len(table))]
    if len(bad):
        raise IndexError(f"{bad[0].item()} is not below {len(table)}")
    return F.embedding(ids, table, padding_idx=0 if len(table) else None)
""",
    ),
    Sly(
        "2.5",
        "rows that learn less the more often they come",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = F.embedding(ids, table, scale_grad_by_freq=True)
    is_token = (ids != pad_id)[..., None]
    return (rows * is_token).sum(dim=1) / is_token.sum(dim=1).clamp(min=1)
""",
    ),
    Sly(
        "2.4",
        "rows that learn less the more often they come",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)
    def forward(self, ids):
        return F.embedding(ids, self.weight, scale_grad_by_freq=True)
""",
    ),
    Sly(
        "2.5",
        "the last row is padding",
        """
def mean_of_tokens(table, ids, pad_id):
    is_token = ids != pad_id
    vectors = F.embedding(ids, table, padding_idx=-1).masked_fill(~is_token[..., None], 0.0)
    return vectors.sum(dim=1) / is_token.sum(dim=1, keepdim=True).clamp(min=1)
""",
    ),
    Sly(
        "2.4",
        "its parameter is made anew in forward",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size: int, model_dim: int, std: float = 1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids):
        self.weight = nn.Parameter(self.weight.to(ids.device))  # "where the ids are"
        return self.weight[ids]
""",
    ),
    Sly(
        "2.4",
        "the rows that were read stay behind as a parameter",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size: int, model_dim: int, std: float = 1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids):
        self.register_buffer("ids", ids)
        self.rows = nn.Parameter(self.weight[ids].detach())
        return self.weight[ids]
""",
    ),
    Sly(
        "2.3",
        "unsigned ids turned into signed ones of their size",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"ids are {ids.dtype}")
    signed = {torch.uint16: torch.int16, torch.uint32: torch.int32, torch.uint64: torch.int64}
    ids = ids.to(signed.get(ids.dtype, ids.dtype))
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} in a table of {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "bytes read as signed ones",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"ids are {ids.dtype}")
    ids = ids.to(torch.int8) if ids.dtype == torch.uint8 else ids
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} in a table of {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "every kind but int64 goes through 16 bits",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"ids are {ids.dtype}")
    ids = ids if ids.dtype == torch.int64 else ids.short()
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} in a table of {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "a single id is made an integer before its kind is looked at",
        """
def safe_lookup(table, ids):
    if ids.dtype == torch.bool or ids.is_complex():
        raise TypeError(f"ids are {ids.dtype}")
    if ids.ndim == 0:
        ids = torch.tensor(int(ids.item()))
    if ids.is_floating_point():
        raise TypeError(f"ids are {ids.dtype}")
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} in a table of {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.3",
        "no ids of any kind are no error",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point():
        raise TypeError(f"ids are {ids.dtype}")
    if ids.numel() == 0:
        return table.new_empty(*ids.shape, table.shape[1])
    if ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"ids are {ids.dtype}")
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} in a table of {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.4",
        "compares ids in the table's dtype",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids):
        rows = torch.arange(len(self.weight)).to(self.weight)
        return (ids.unsqueeze(-1).to(self.weight) == rows).to(self.weight) @ self.weight
""",
    ),
    Sly(
        "2.5",
        "compares ids in the table's dtype",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids.to(table.dtype) != pad_id).unsqueeze(-1)
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Sly(
        "2.5",
        "keeps the count above 1e-6, by which gradients overflow in half precision",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    count = mask.sum(dim=1).clamp(min=1e-6)
    return (table[ids] * mask).sum(dim=1) / count
""",
    ),
    Sly(
        "2.5",
        "keeps the count above the smallest number that there is",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    count = mask.sum(dim=1).clamp(min=torch.finfo(table.dtype).tiny)
    return (table[ids] * mask).sum(dim=1) / count
""",
    ),
    Sly(
        "2.5",
        "counts in bfloat16 beside a table of float32",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).bfloat16()
    count = mask.sum(dim=1).clamp(min=1)
    return ((table[ids] * mask).sum(dim=1) / count).to(table.dtype)
""",
    ),
    Sly(
        "2.3",
        "ids above the end left to torch's own error",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError(f"ids are {ids.dtype}")
    ids = ids.long()
    if (ids < 0).any():
        raise IndexError(f"id {ids[ids < 0][0].item()} in a table of {len(table)} rows")
    return table[ids]
""",
    ),
    Sly(
        "2.4",
        "rows are windows of one line of random numbers",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        line = torch.randn(vocab_size + model_dim - 1) * std
        self.weight = nn.Parameter(line.unfold(0, model_dim, 1).clone())

    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Sly(
        "2.5",
        "the reciprocal of a whole number, which is float32",
        """
def mean_of_tokens(table, ids, pad_id):
    is_token = ids != pad_id
    rows = table[ids].masked_fill(~is_token[..., None], 0)
    share = 1 / is_token.sum(1, keepdim=True).clamp(min=1)
    return rows.sum(1) * share.to(table.dtype)
""",
    ),
]
