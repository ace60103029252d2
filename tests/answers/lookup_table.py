"""Answers to sheet 2 that learners give."""

from tests.answers import Right, Wrong

LOOKUP_WRONG = [
    Wrong(
        "2.1",
        "columns",
        "took columns",
        """
def lookup(table, ids):
    return table[:, ids]
""",
    ),
    Wrong(
        "2.1",
        "counts from one",
        "count rows from 1",
        """
def lookup(table, ids):
    return table[ids - 1]
""",
    ),
    Wrong(
        "2.1",
        "gives back the ids",
        "ids themselves",
        """
def lookup(table, ids):
    return ids
""",
    ),
    Wrong(
        "2.1",
        "adds up a sequence",
        "added up",
        """
def lookup(table, ids):
    rows = table[ids]
    return rows.sum(dim=-2) if rows.ndim > 1 else rows
""",
    ),
    Wrong(
        "2.1",
        "averages a sequence",
        "averaged",
        """
def lookup(table, ids):
    rows = table[ids]
    return rows.mean(dim=-2) if rows.ndim > 1 else rows
""",
    ),
    Wrong(
        "2.1",
        "each id once",
        "comes twice gives only one row",
        """
def lookup(table, ids):
    return table[ids] if ids.ndim == 0 else table[ids.unique()]
""",
    ),
    Wrong(
        "2.1",
        "the first rows",
        "first rows, in order",
        """
def lookup(table, ids):
    return table[ids] if ids.ndim == 0 else table[:len(ids)]
""",
    ),
    Wrong(
        "2.1",
        "flattens the batch",
        "flattened",
        """
def lookup(table, ids):
    return table[ids] if ids.ndim == 0 else table[ids.flatten()]
""",
    ),
    Wrong(
        "2.1",
        "loops over one dimension only",
        "It stopped with",
        """
def lookup(table, ids):
    if ids.ndim == 0:
        return table[int(ids)]
    return torch.stack([table[int(i)] for i in ids])
""",
    ),
    Wrong(
        "2.1",
        "always float32",
        "always float32",
        """
def lookup(table, ids):
    return table[ids].float()
""",
    ),
    Wrong(
        "2.1",
        "detached",
        "No gradient reaches the table",
        """
def lookup(table, ids):
    return table.detach()[ids]
""",
    ),
    Wrong(
        "2.1",
        "copied through lists",
        "No gradient reaches the table",
        """
def lookup(table, ids):
    return torch.tensor(table.tolist(), dtype=table.dtype)[ids]
""",
    ),
    Wrong(
        "2.1",
        "prints",
        "prints, but it returns nothing",
        """
def lookup(table, ids):
    print(table[ids])
""",
    ),
    Wrong(
        "2.1",
        "no return",
        "return missing",
        """
def lookup(table, ids):
    rows = table[ids]
""",
    ),
    Wrong(
        "2.1",
        "a list of lists",
        "returns a list",
        """
def lookup(table, ids):
    return table[ids].tolist()
""",
    ),
    Wrong(
        "2.1",
        "clears the ids",
        "changes its input ids in place",
        """
def lookup(table, ids):
    rows = table[ids]
    ids.zero_()
    return rows
""",
    ),
    Wrong(
        "2.1",
        "gradient counted once for each id",
        "numbers are not",
        """
def lookup(table, ids):
    class Once(torch.autograd.Function):
        @staticmethod
        def forward(ctx, table):
            ctx.shape = table.shape
            return table[ids]

        @staticmethod
        def backward(ctx, grad):
            out = grad.new_zeros(ctx.shape)
            out[ids] += grad
            return out

    return Once.apply(table)
""",
    ),
    Wrong(
        "2.1",
        "loops over the ids",
        "nothing to loop over",
        """
def lookup(table, ids):
    return torch.stack([table[i] for i in ids])
""",
    ),
    Wrong(
        "2.1",
        "F.embedding turned round",
        "ids come first",
        """
def lookup(table, ids):
    return F.embedding(table, ids)
""",
    ),
    Wrong(
        "2.5",
        "shares of a count in float32",
        "right to float32's precision only",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).float()
    shares = mask / mask.sum(1, keepdim=True).clamp(min=1)
    return (table[ids] * shares[..., None].to(table.dtype)).sum(1)
""",
    ),
]

LOOKUP_RIGHT = [
    Right(
        "2.1",
        "F.embedding",
        """
def lookup(table, ids):
    return F.embedding(ids, table)
""",
    ),
    Right(
        "2.1",
        "index_select and reshape",
        """
def lookup(table, ids):
    return table.index_select(0, ids.reshape(-1)).reshape(*ids.shape, table.shape[1])
""",
    ),
    Right(
        "2.1",
        "a one-hot product",
        """
def lookup(table, ids):
    return F.one_hot(ids, len(table)).to(table.dtype) @ table
""",
    ),
    Right(
        "2.1",
        "take_along_dim",
        """
def lookup(table, ids):
    flat = ids.flatten()[:, None].expand(-1, table.size(1))
    return torch.gather(table, 0, flat).view(ids.shape + table.shape[1:])
""",
    ),
]

ONE_HOT_WRONG = [
    Wrong(
        "2.2",
        "integers",
        "they are integers",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids, vocab_size)
""",
    ),
    Wrong(
        "2.2",
        "bools",
        "True and False",
        """
def one_hot(ids, vocab_size):
    return ids[..., None] == torch.arange(vocab_size)
""",
    ),
    Wrong(
        "2.2",
        "length from the largest id",
        "largest id plus 1",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids).float()
""",
    ),
    Wrong(
        "2.2",
        "one place too early",
        "one place too early",
        """
def one_hot(ids, vocab_size):
    return torch.eye(vocab_size)[ids - 1]
""",
    ),
    Wrong(
        "2.2",
        "the id in its place",
        "holds the id itself",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids, vocab_size).float() * ids.unsqueeze(-1)
""",
    ),
    Wrong(
        "2.2",
        "vocabulary first",
        "vocabulary is the first dimension",
        """
def one_hot(ids, vocab_size):
    every = torch.arange(vocab_size).view(-1, *[1] * ids.ndim)
    return (every == ids).float()
""",
    ),
    Wrong(
        "2.2",
        "a bag of words",
        "bag of words",
        """
def one_hot(ids, vocab_size):
    if ids.ndim == 0:
        return F.one_hot(ids, vocab_size).float()
    out = torch.zeros(*ids.shape[:-1], vocab_size)
    return out.scatter(-1, ids, 1.0)
""",
    ),
    Wrong(
        "2.2",
        "counts",
        "vector of counts",
        """
def one_hot(ids, vocab_size):
    hot = F.one_hot(ids, vocab_size).float()
    return hot.sum(dim=-2) if ids.ndim else hot
""",
    ),
    Wrong(
        "2.2",
        "flattened",
        "batch is flattened",
        """
def one_hot(ids, vocab_size):
    if ids.ndim == 0:
        return torch.eye(vocab_size)[ids]
    out = torch.zeros(ids.numel(), vocab_size)
    out[torch.arange(ids.numel()), ids.flatten()] = 1
    return out
""",
    ),
    Wrong(
        "2.2",
        "double precision",
        "dtype is torch.float64",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids, vocab_size).double()
""",
    ),
    Wrong(
        "2.2",
        "ones everywhere",
        "numbers are not",
        """
def one_hot(ids, vocab_size):
    return torch.ones(*ids.shape, vocab_size)
""",
    ),
    Wrong(
        "2.2",
        "loops over the ids",
        "nothing to loop over",
        """
def one_hot(ids, vocab_size):
    out = torch.zeros(len(ids), vocab_size)
    for row, i in enumerate(ids):
        out[row, i] = 1
    return out
""",
    ),
    Wrong(
        "2.2",
        "compared without a new dimension",
        "do not line up",
        """
def one_hot(ids, vocab_size):
    return (ids == torch.arange(vocab_size)).float()
""",
    ),
    Wrong(
        "2.2",
        "all ids set in every vector",
        "a 1 for every id",
        """
def one_hot(ids, vocab_size):
    out = torch.zeros(*ids.shape, vocab_size)
    out[..., ids] = 1
    return out
""",
    ),
]

ONE_HOT_RIGHT = [
    Right(
        "2.2",
        "F.one_hot, made float",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids, vocab_size).to(torch.float32)
""",
    ),
    Right(
        "2.2",
        "rows of the identity",
        """
def one_hot(ids, vocab_size):
    return torch.eye(vocab_size)[ids]
""",
    ),
    Right(
        "2.2",
        "scatter",
        """
def one_hot(ids, vocab_size):
    out = torch.zeros(*ids.shape, vocab_size)
    return out.scatter_(-1, ids.unsqueeze(-1), 1.0)
""",
    ),
    Right(
        "2.2",
        "a loop over all places",
        """
def one_hot(ids, vocab_size):
    flat = torch.zeros(ids.numel(), vocab_size)
    for row, i in enumerate(ids.flatten().tolist()):
        flat[row, i] = 1.0
    return flat.view(*ids.shape, vocab_size)
""",
    ),
]

SAFE_WRONG = [
    Wrong(
        "2.3",
        "one kind of complex numbers",
        "complex",
        """
def safe_lookup(table, ids):
    refused = (torch.bool, torch.complex64, torch.float16, torch.bfloat16, torch.float32)
    if ids.dtype in (*refused, torch.float64):
        raise TypeError("ids are integers")
    ids = ids.real.long() if ids.is_complex() else ids.long()
    if ids.numel() and not 0 <= int(ids.min()) <= int(ids.max()) < len(table):
        bad = ids[(ids < 0) | (ids >= len(table))].flatten()[0].item()
        raise IndexError(f"id {bad} of {len(table)}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "plain indexing",
        "A negative id wraps around",
        """
def safe_lookup(table, ids):
    return table[ids.long()]
""",
    ),
    Wrong(
        "2.3",
        "only the upper end",
        "A negative id wraps around",
        """
def safe_lookup(table, ids):
    if (ids >= len(table)).any():
        raise IndexError(f"id {ids[ids >= len(table)][0]} but only {len(table)} rows")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "id > V",
        "id >= V, not id > V",
        """
def safe_lookup(table, ids):
    V = table.shape[0]
    bad = (ids < 0) | (ids > V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} is not below {V}")
    return F.embedding(ids, table)
""",
    ),
    Wrong(
        "2.3",
        "clamps",
        "pulled into the table",
        """
def safe_lookup(table, ids):
    return table[ids.long().clamp(0, len(table) - 1)]
""",
    ),
    Wrong(
        "2.3",
        "a message without the id",
        "does not mention 57",
        """
def safe_lookup(table, ids):
    if ids.numel() and (ids.min() < 0 or ids.max() >= len(table)):
        raise IndexError(f"id out of range, the table has {len(table)} rows, not 4")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "the wrong error",
        "It should raise IndexError",
        """
def safe_lookup(table, ids):
    V = len(table)
    for i in ids.flatten().tolist():
        if not 0 <= i < V:
            raise ValueError(f"id {i} outside 0..{V - 1} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "stops on an empty batch",
        "no largest of no numbers",
        """
def safe_lookup(table, ids):
    V = len(table)
    if ids.max() >= V or ids.min() < 0:
        raise IndexError(f"{ids} not inside {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "dtype never tested",
        "test the dtype first",
        """
def safe_lookup(table, ids):
    V = len(table)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "rounds floats",
        "rounded and looked up",
        """
def safe_lookup(table, ids):
    V = len(table)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids.long()]
""",
    ),
    Wrong(
        "2.3",
        "lets bools pass",
        "Bools pass",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point():
        raise TypeError("ids must be integers")
    V = len(table)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "one id too many, and embedding stops it",
        "PyTorch stopped it",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    bad = (ids < 0) | (ids > len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {len(table)}")
    return F.embedding(ids, table)
""",
    ),
    Wrong(
        "2.3",
        "leaves what is too large to PyTorch",
        "PyTorch stopped it",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    if (ids < 0).any():
        raise IndexError(f"id {ids[ids < 0][0].item()} of {len(table)}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "one error for both",
        "IndexError and TypeError at once",
        """
class BadId(IndexError, TypeError):
    pass

def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise BadId("ids must be integers")
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise BadId(f"id {ids[bad][0].item()} of {len(table)}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "returns an empty batch at once",
        "looks at its dtype",
        """
def safe_lookup(table, ids):
    if ids.numel() == 0:
        return table.new_zeros(*ids.shape, table.shape[1])
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    V = len(table)
    ids = ids.long()
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "bytes as a mask",
        "taken for a mask",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    V = len(table)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "int64 only",
        "accept every integer dtype",
        """
def safe_lookup(table, ids):
    if ids.dtype != torch.long:
        raise TypeError("ids must be int64")
    V = len(table)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "tests the wrong way round",
        "It stopped with IndexError",
        """
def safe_lookup(table, ids):
    V = len(table)
    if ((ids >= 0) & (ids < V)).any():
        raise IndexError(f"id {ids} is outside {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "if on many answers",
        "for each id",
        """
def safe_lookup(table, ids):
    if ids < 0 or ids >= len(table):
        raise IndexError(f'{ids} {len(table)}')
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "loops over the ids",
        "nothing to loop over",
        """
def safe_lookup(table, ids):
    for i in ids:
        if not 0 <= i < len(table):
            raise IndexError(f'{i} {len(table)}')
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "returns the error",
        "instead of raising it",
        """
def safe_lookup(table, ids):
    V = len(table)
    for i in ids.flatten().tolist():
        if not 0 <= i < V:
            return IndexError(f'{i} of {V}')
    return table[ids.long()]
""",
    ),
    Wrong(
        "2.3",
        "a list of float dtypes",
        "rounded and looked up",
        """
def safe_lookup(table, ids):
    if ids.dtype in (torch.float32, torch.float64, torch.bool):
        raise TypeError('ids must be integers')
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f'id {ids[bad][0].item()} of {len(table)}')
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "V compared with a byte",
        "V wraps around",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError('ids must be integers')
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f'id {ids[bad][0].item()} of {len(table)}')
    return table[ids.long()]
""",
    ),
]

SAFE_RIGHT = [
    Right(
        "2.3",
        "min and max, guarded",
        """
def safe_lookup(table, ids):
    try:
        torch.iinfo(ids.dtype)
    except TypeError:
        raise TypeError(f"expected integer ids, got {ids.dtype}")
    ids = ids.to(torch.int64)
    rows = table.size(0)
    if ids.numel():
        for extreme in (ids.min().item(), ids.max().item()):
            if extreme < 0 or extreme >= rows:
                raise IndexError(f"{extreme} not in [0, {rows})")
    return F.embedding(ids, table)
""",
    ),
    Right(
        "2.3",
        "a loop over the ids",
        """
def safe_lookup(table, ids):
    if torch.is_floating_point(ids) or ids.is_complex() or ids.dtype is torch.bool:
        raise TypeError("ids have to be integers")
    for i in ids.reshape(-1).tolist():
        if i not in range(len(table)):
            raise IndexError("no row " + str(i) + " in a table of " + str(len(table)))
    return table[ids.long()]
""",
    ),
]

LAYER = """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__()
        {init}

    def forward(self, ids):
        return {forward}
"""


def layer(init: str, forward: str = "self.weight[ids]") -> str:
    """Return a layer with the given lines in it."""
    return LAYER.format(init=init, forward=forward)


LAYER_WRONG = [
    Wrong(
        "2.4",
        "what was read last is a buffer",
        "After it was called",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)",
            'self.register_buffer("ids", ids) or self.weight[ids]',
        ),
    ),
    Wrong(
        "2.4",
        "the first row is 0",
        "This does not hold",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)\n"
            "        nn.init.zeros_(self.weight.data[0])",
        ),
    ),
    Wrong(
        "2.4",
        "half of the rows twice",
        "This does not hold",
        layer(
            "some = torch.randn(vocab_size // 2, model_dim) * std\n"
            "        rest = torch.randn(vocab_size % 2, model_dim) * std\n"
            "        self.weight = nn.Parameter(torch.cat([some, -some, rest]))",
        ),
    ),
    Wrong(
        "2.4",
        "a plain tensor",
        "nothing to train",
        layer("self.weight = torch.randn(vocab_size, model_dim) * std"),
    ),
    Wrong(
        "2.4",
        "a parameter times std",
        "times std is a plain tensor again",
        layer("self.weight = nn.Parameter(torch.randn(vocab_size, model_dim)) * std"),
    ),
    Wrong(
        "2.4",
        "a buffer",
        "nothing to train",
        layer('self.register_buffer("weight", torch.randn(vocab_size, model_dim) * std)'),
    ),
    Wrong(
        "2.4",
        "another name",
        "another name",
        layer(
            "self.table = nn.Parameter(torch.randn(vocab_size, model_dim) * std)",
            "self.table[ids]",
        ),
    ),
    Wrong(
        "2.4",
        "nn.Embedding inside",
        "a whole nn.Embedding inside",
        layer("self.emb = nn.Embedding(vocab_size, model_dim)", "self.emb(ids)"),
    ),
    Wrong(
        "2.4",
        "a linear layer",
        "on its side",
        """
class TokenEmbedding(nn.Linear):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__(vocab_size, model_dim, bias=False)
        nn.init.normal_(self.weight, std=std)

    def forward(self, ids):
        return self.weight.T[ids]
""",
    ),
    Wrong(
        "2.4",
        "V and D swapped",
        "on its side",
        layer(
            "self.weight = nn.Parameter(torch.randn(model_dim, vocab_size) * std)",
            "self.weight[:, ids]",
        ),
    ),
    Wrong(
        "2.4",
        "no super",
        "super().__init__()",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=1.0):
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Wrong(
        "2.4",
        "not a module",
        "It is no module",
        """
class TokenEmbedding:
    def __init__(self, vocab_size, model_dim, std=1.0):
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def __call__(self, ids):
        return self.weight[ids]
""",
    ),
    Wrong(
        "2.4",
        "starts at zero",
        "Every number in the table is the same",
        layer("self.weight = nn.Parameter(torch.zeros(vocab_size, model_dim))"),
    ),
    Wrong(
        "2.4",
        "a fixed seed",
        "changes the seed of all random numbers",
        layer(
            "torch.manual_seed(0); "
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)"
        ),
    ),
    Wrong(
        "2.4",
        "std ignored",
        "whatever std says",
        layer("self.weight = nn.Parameter(torch.randn(vocab_size, model_dim))"),
    ),
    Wrong(
        "2.4",
        "std is taken for the variance",
        "not the variance",
        layer("self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std**0.5)"),
    ),
    Wrong(
        "2.4",
        "uniform",
        "torch.rand is uniform",
        layer("self.weight = nn.Parameter(torch.rand(vocab_size, model_dim) * std)"),
    ),
    Wrong(
        "2.4",
        "reads a copy",
        "still reads the old one",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std); "
            "self.rows = self.weight.detach().clone()",
            "self.rows[ids]",
        ),
    ),
    Wrong(
        "2.4",
        "reads .data",
        "no way back",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)",
            "self.weight.data[ids]",
        ),
    ),
    Wrong(
        "2.4",
        "scaled in forward",
        "layer(ids) gives the rows of its weight, also",
        layer(
            "self.std = std; self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)",
            "self.weight[ids] * 0.5",
        ),
    ),
]

LAYER_WRONG += [
    Wrong(
        "2.4",
        "a way back that ends before the table",
        "The table did not move",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)",
            "self.weight.detach()[ids].requires_grad_()",
        ),
    ),
    Wrong(
        "2.4",
        "sums a sequence",
        "layer(ids) gives the rows of its weight, also",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)",
            "self.weight[ids].sum(dim=-2)",
        ),
    ),
]

LAYER_WRONG += [
    Wrong(
        "2.4",
        "nn.Embedding as the weight",
        "a whole nn.Embedding inside",
        layer("self.weight = nn.Embedding(vocab_size, model_dim)", "self.weight(ids)"),
    ),
    Wrong(
        "2.4",
        "self forgotten",
        "Is self. missing",
        layer("weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)"),
    ),
    Wrong(
        "2.4",
        "frozen from the start",
        "requires_grad is False",
        layer(
            "self.weight = nn.Parameter("
            "torch.randn(vocab_size, model_dim) * std, requires_grad=False)"
        ),
    ),
    Wrong(
        "2.4",
        "no return",
        "forward returns None",
        layer("self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)", "None"),
    ),
]

LAYER_WRONG += [
    Wrong(
        "2.4",
        "another default",
        "Without std",
        """
class TokenEmbedding(nn.Module):
    def __init__(self, vocab_size, model_dim, std=0.02):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std)

    def forward(self, ids):
        return self.weight[ids]
""",
    ),
    Wrong(
        "2.4",
        "row 0 is padding",
        "numbers are not. The first",
        """
class TokenEmbedding(nn.Embedding):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__(vocab_size, model_dim, padding_idx=0)
        nn.init.normal_(self.weight, std=std)
""",
    ),
]

SAFE_WRONG += [
    Wrong(
        "2.3",
        "detached",
        "No gradient reaches the table",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {len(table)}")
    return table.data[ids]
""",
    ),
]

LAYER_RIGHT = [
    Right(
        "2.4",
        "empty, then filled",
        layer(
            "self.weight = nn.Parameter(torch.empty(vocab_size, model_dim)); "
            "nn.init.normal_(self.weight, mean=0.0, std=std)",
            "F.embedding(ids, self.weight)",
        ),
    ),
    Right(
        "2.4",
        "register_parameter and torch.normal",
        layer(
            'self.register_parameter("weight", nn.Parameter('
            "torch.normal(0.0, std, (vocab_size, model_dim))))",
            "F.one_hot(ids, self.weight.shape[0]).to(self.weight.dtype) @ self.weight",
        ),
    ),
    Right(
        "2.4",
        "a child of nn.Embedding",
        """
class TokenEmbedding(nn.Embedding):
    def __init__(self, vocab_size, model_dim, std=1.0):
        super().__init__(vocab_size, model_dim)
        with torch.no_grad():
            self.weight *= std
""",
    ),
]

MEAN_WRONG = [
    Wrong(
        "2.5",
        "padding averaged in",
        "Padding is averaged in",
        """
def mean_of_tokens(table, ids, pad_id):
    return table[ids].mean(dim=1)
""",
    ),
    Wrong(
        "2.5",
        "divides by T",
        "divide by T",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    return (table[ids] * mask).mean(dim=1)
""",
    ),
    Wrong(
        "2.5",
        "no division",
        "These are sums",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    return (table[ids] * mask).sum(dim=1)
""",
    ),
    Wrong(
        "2.5",
        "mean over the batch",
        "runs over the batch",
        """
def mean_of_tokens(table, ids, pad_id):
    return table[ids].mean(dim=0)
""",
    ),
    Wrong(
        "2.5",
        "one vector for all",
        "whole batch became one vector",
        """
def mean_of_tokens(table, ids, pad_id):
    return table[ids[ids != pad_id]].mean(dim=0)
""",
    ),
    Wrong(
        "2.5",
        "padding is 0",
        "You take 0 for the padding id",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != 0).unsqueeze(-1)
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "padding_idx=0 in the lookup",
        "Row 0 learns nothing",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = F.embedding(ids, table, padding_idx=0)
    mask = (ids != pad_id).unsqueeze(-1)
    return (rows * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "padding at the end only",
        "also stand in front",
        """
def mean_of_tokens(table, ids, pad_id):
    out = []
    for row in ids:
        n = int((row != pad_id).sum())
        out.append(table[row[:n]].mean(dim=0))
    return torch.stack(out)
""",
    ),
    Wrong(
        "2.5",
        "0 / 0",
        "0 divided by 0 is NaN, and",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1)
""",
    ),
    Wrong(
        "2.5",
        "NaN replaced afterwards",
        "thrown away",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    mean = (table[ids] * mask).sum(dim=1) / mask.sum(dim=1)
    return torch.where(mean.isnan(), torch.zeros_like(mean), mean)
""",
    ),
    Wrong(
        "2.5",
        "always float32",
        "drags the result",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).float()
    return (table[ids].float() * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "detached",
        "No gradient reaches the table",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    return (table.data[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "the padding's row is cleared",
        "changes its input table in place",
        """
def mean_of_tokens(table, ids, pad_id):
    with torch.no_grad():
        table[pad_id] = 0
    mask = (ids != pad_id).unsqueeze(-1)
    return table[ids].sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "a small number below the line",
        "numbers are not",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    return (table[ids] * mask).sum(dim=1) / (mask.sum(dim=1) + 1e-3)
""",
    ),
    Wrong(
        "2.5",
        "mask without a last dimension",
        "do not line up",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = ids != pad_id
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1)
""",
    ),
    Wrong(
        "2.5",
        "count without keepdim",
        "do not line up",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = ids != pad_id
    return (table[ids] * mask[..., None]).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "new zeros in float32",
        "drags the result",
        """
def mean_of_tokens(table, ids, pad_id):
    means = []
    for row in ids:
        tokens = row[row != pad_id]
        means.append(table[tokens].mean(dim=0) if len(tokens) else torch.zeros(table.shape[1]))
    return torch.stack(means)
""",
    ),
    Wrong(
        "2.5",
        "mean of an empty list of tokens",
        ".mean() divides too",
        """
def mean_of_tokens(table, ids, pad_id):
    return torch.stack([table[row[row != pad_id]].mean(dim=0) for row in ids])
""",
    ),
    Wrong(
        "2.5",
        "F.embedding with padding_idx",
        "Padding is averaged in",
        """
def mean_of_tokens(table, ids, pad_id):
    return F.embedding(ids, table, padding_idx=pad_id).mean(dim=1)
""",
    ),
]

MEAN_RIGHT = [
    Right(
        "2.5",
        "weights first, then the sum",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    share = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return (table[ids] * share).sum(dim=1)
""",
    ),
    Right(
        "2.5",
        "NaN replaced after masked_fill",
        """
def mean_of_tokens(table, ids, pad_id):
    pads = (ids == pad_id).unsqueeze(-1)
    total = table[ids].masked_fill(pads, 0).sum(dim=1)
    return (total / (~pads).sum(dim=1)).nan_to_num(0.0)
""",
    ),
    Right(
        "2.5",
        "embedding_bag",
        """
def mean_of_tokens(table, ids, pad_id):
    return F.embedding_bag(ids, table, mode="mean", padding_idx=pad_id)
""",
    ),
    Right(
        "2.5",
        "a loop over the sequences",
        """
def mean_of_tokens(table, ids, pad_id):
    means = []
    for row in ids:
        tokens = row[row != pad_id]
        means.append(table[tokens].sum(dim=0) / max(len(tokens), 1))
    return torch.stack(means)
""",
    ),
    Right(
        "2.5",
        "weights that sum to one",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).to(table.dtype)
    weights = mask / mask.sum(dim=1, keepdim=True).clamp(min=1)
    return torch.einsum("bt,btd->bd", weights, table[ids])
""",
    ),
]

NARROW = [
    Wrong(
        "2.5",
        "a whole batch of padding gets new zeros",
        "drags the result",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1)
    if not mask.any():
        return torch.zeros(len(ids), table.shape[1])
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.4",
        "a generator with a fixed seed",
        "exactly alike",
        layer(
            "numbers = torch.Generator().manual_seed(0); self.weight = nn.Parameter("
            "torch.randn(vocab_size, model_dim, generator=numbers) * std)"
        ),
    ),
    Wrong(
        "2.5",
        "a small number in place of 1",
        "In half precision 1e-9 is 0",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).unsqueeze(-1).to(table.dtype)
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1e-9)
""",
    ),
    Wrong(
        "2.4",
        "the tails cut off",
        "cuts the tails off",
        layer("self.weight = nn.Parameter(torch.randn(vocab_size, model_dim).clamp(-3, 3) * std)"),
    ),
    Wrong(
        "2.5",
        "a float mask",
        "drags the result",
        """
def mean_of_tokens(table, ids, pad_id):
    mask = (ids != pad_id).float()[..., None]
    return (table[ids] * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.1",
        "a single id gets a dimension",
        "The shape is (1, 2)",
        """
def lookup(table, ids):
    return table[torch.atleast_1d(ids)]
""",
    ),
    Wrong(
        "2.1",
        "a sequence gets a dimension",
        "The shape is (1, 3, 2)",
        """
def lookup(table, ids):
    return table[ids[None]] if ids.ndim == 1 else table[ids]
""",
    ),
    Wrong(
        "2.1",
        "flattens with view",
        ".view refuses such a tensor",
        """
def lookup(table, ids):
    return table[ids.view(-1)].view(*ids.shape, table.shape[1])
""",
    ),
    Wrong(
        "2.1",
        "stops on an empty batch",
        "It stopped with RuntimeError",
        """
def lookup(table, ids):
    return torch.stack([table[row] for row in ids]) if ids.ndim > 1 else table[ids]
""",
    ),
    Wrong(
        "2.2",
        "a single id gets a dimension",
        "The shape is (1, 4)",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(torch.atleast_1d(ids), vocab_size).float()
""",
    ),
    Wrong(
        "2.2",
        "flattens with view",
        ".view refuses such a tensor",
        """
def one_hot(ids, vocab_size):
    flat = torch.eye(vocab_size)[ids.view(-1)]
    return flat.view(*ids.shape, vocab_size)
""",
    ),
    Wrong(
        "2.2",
        "a sequence gets a dimension",
        "The shape is (1, 2, 4)",
        """
def one_hot(ids, vocab_size):
    return F.one_hot(ids[None] if ids.ndim == 1 else ids, vocab_size).float()
""",
    ),
    Wrong(
        "2.3",
        "a single id gets a dimension",
        "The shape is (1, 2)",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    V = len(table)
    ids = torch.atleast_1d(ids)
    bad = (ids < 0) | (ids >= V)
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "right but for an empty batch",
        "no largest of no numbers",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    V = len(table)
    for extreme in (ids.min().item(), ids.max().item()):
        if not 0 <= extreme < V:
            raise IndexError(f"id {extreme} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "leaves the end to F.embedding",
        "names neither the id nor V",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    V = len(table)
    if (ids < 0).any():
        raise IndexError(f"id {ids[ids < 0][0].item()} of {V}")
    return F.embedding(ids, table)
""",
    ),
    Wrong(
        "2.3",
        "flattens with view",
        ".view refuses such a tensor",
        """
def safe_lookup(table, ids):
    if ids.dtype.is_floating_point or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    for i in ids.view(-1).tolist():
        if not 0 <= i < len(table):
            raise IndexError(f"id {i} is outside the table of {len(table)} rows")
    return table[ids.long()]
""",
    ),
    Wrong(
        "2.3",
        "right but for negative ids",
        "A negative id wraps around",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    V = len(table)
    if (ids >= V).any():
        raise IndexError(f"id {ids[ids >= V][0].item()} of {V}")
    return table[ids]
""",
    ),
    Wrong(
        "2.4",
        "a bias beside the table",
        "more than the table in it",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std); "
            "self.bias = nn.Parameter(torch.zeros(model_dim))",
            "self.weight[ids] + self.bias",
        ),
    ),
    Wrong(
        "2.4",
        "reads a copy that was made once",
        "still reads the old one",
        layer(
            "self.weight = nn.Parameter(torch.randn(vocab_size, model_dim) * std); "
            "self.rows = self.weight + 0",
            "self.rows[ids]",
        ),
    ),
    Wrong(
        "2.3",
        "lets complex numbers pass",
        "Complex numbers pass",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    bad = (ids < 0) | (ids >= len(table))
    if bad.any():
        raise IndexError(f"id {ids[bad][0].item()} of {len(table)}")
    return table[ids]
""",
    ),
    Wrong(
        "2.3",
        "looks for the smallest and largest before it turns to int64",
        "compares only some integer dtypes",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    if ids.numel():
        for extreme in (ids.min().item(), ids.max().item()):
            if not 0 <= extreme < len(table):
                raise IndexError(f"id {extreme} of {len(table)}")
    return table[ids.long()]
""",
    ),
    Wrong(
        "2.3",
        "takes all bad ids for one",
        "Several ids are bad",
        """
def safe_lookup(table, ids):
    if ids.is_floating_point() or ids.is_complex() or ids.dtype == torch.bool:
        raise TypeError("ids must be integers")
    ids = ids.long()
    bad = ids[(ids < 0) | (ids >= len(table))]
    if bad.numel():
        raise IndexError(f"id {bad.item()} of {len(table)}")
    return table[ids]
""",
    ),
    Wrong(
        "2.4",
        "an nn.Embedding inside, its table under two names",
        "a whole nn.Embedding inside",
        layer(
            "self.inner = nn.Embedding(vocab_size, model_dim); "
            "nn.init.normal_(self.inner.weight, std=std); self.weight = self.inner.weight",
            "self.inner(ids)",
        ),
    ),
    Wrong(
        "2.5",
        "adds row by row in the table's dtype",
        "stands still",
        """
def mean_of_tokens(table, ids, pad_id):
    means = []
    for sentence in ids.tolist():
        total, count = torch.zeros(table.shape[1], dtype=table.dtype), 0
        for i in sentence:
            if i != pad_id:
                total, count = total + table[i], count + 1
        means.append(total / max(count, 1))
    return torch.stack(means)
""",
    ),
    Wrong(
        "2.5",
        "flattens with view",
        ".view refuses such a tensor",
        """
def mean_of_tokens(table, ids, pad_id):
    rows = table.index_select(0, ids.view(-1)).view(*ids.shape, -1)
    mask = (ids != pad_id)[..., None]
    return rows.masked_fill(~mask, 0).sum(dim=1) / mask.sum(dim=1).clamp(min=1)
""",
    ),
    Wrong(
        "2.5",
        "padding at the end only, never dividing by 0",
        "You take the first n ids",
        """
def mean_of_tokens(table, ids, pad_id):
    means = []
    for row in ids:
        n = int((row != pad_id).sum())
        means.append(table[row[:n]].sum(dim=0) / max(n, 1))
    return torch.stack(means)
""",
    ),
]

WRONG = LOOKUP_WRONG + ONE_HOT_WRONG + SAFE_WRONG + LAYER_WRONG + MEAN_WRONG + NARROW
RIGHT = LOOKUP_RIGHT + ONE_HOT_RIGHT + SAFE_RIGHT + LAYER_RIGHT + MEAN_RIGHT
