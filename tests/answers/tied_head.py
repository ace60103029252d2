"""Answers to sheet 7 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


LOGITS = "logits(hidden, table, bias=None)"
ADDED = "return out if bias is None else out + bias"

LOGITS_WRONG = [
    Wrong(
        "7.1",
        "the table is not turned",
        "turn the table",
        body(LOGITS, "out = hidden @ table", ADDED),
    ),
    Wrong(
        "7.1",
        "the table comes first",
        "lie on their side",
        body(LOGITS, "out = (hidden @ table.T).transpose(0, -1)", ADDED),
    ),
    Wrong(
        "7.1",
        "a softmax behind",
        "These are probabilities",
        body(
            LOGITS,
            "out = hidden @ table.T",
            "out = out if bias is None else out + bias",
            "return out.softmax(-1)",
        ),
    ),
    Wrong(
        "7.1",
        "cosines",
        "plain dot product",
        body(LOGITS, "out = F.normalize(hidden, dim=-1) @ F.normalize(table, dim=-1).T", ADDED),
    ),
    Wrong(
        "7.1", "mm", "any number of axes", body(LOGITS, "out = torch.mm(hidden, table.T)", ADDED)
    ),
    Wrong(
        "7.1",
        "batch and sequence unpacked",
        "any number of axes",
        body(
            LOGITS,
            "if hidden.ndim == 2:",
            "    hidden = hidden[None]",
            "    out = (hidden @ table.T)[0]",
            "else:",
            "    B, T, D = hidden.shape",
            "    out = hidden @ table.T",
            ADDED,
        ),
    ),
    Wrong(
        "7.1",
        "view",
        "reshape takes any",
        body(
            LOGITS,
            "flat = hidden.view(hidden.shape[:-1].numel(), hidden.shape[-1])",
            "out = (flat @ table.T).reshape(*hidden.shape[:-1], len(table))",
            ADDED,
        ),
    ),
    Wrong(
        "7.1",
        "reshape of nothing",
        "needs no reshape",
        body(
            LOGITS,
            "out = (hidden.reshape(-1, hidden.shape[-1]) @ table.T)",
            "out = out.reshape(*hidden.shape[:-1], -1) if hidden.numel() else out.reshape(2, 0, -1)",
            ADDED,
        ),
    ),
    Wrong(
        "7.1",
        "left flat",
        "the shape was not given back",
        body(LOGITS, "out = hidden.reshape(-1, hidden.shape[-1]) @ table.T", ADDED),
    ),
    Wrong(
        "7.1", "bias forgotten", "The bias is not added", body(LOGITS, "return hidden @ table.T")
    ),
    Wrong(
        "7.1",
        "bias as a column",
        "along the wrong axis",
        body(
            LOGITS, "out = hidden @ table.T", "return out if bias is None else out + bias[:, None]"
        ),
    ),
    Wrong(
        "7.1",
        "if bias",
        "bias is not None",
        body(LOGITS, "out = hidden @ table.T", "if bias:", "    out = out + bias", "return out"),
    ),
    Wrong(
        "7.1",
        "always float32",
        "another dtype",
        body(LOGITS, "out = (hidden.float() @ table.float().T)", ADDED),
    ),
    Wrong(
        "7.1",
        "bias must come",
        "Keep the default",
        body("logits(hidden, table, bias)", "out = hidden @ table.T", ADDED),
    ),
    Wrong(
        "7.1", "prints", "prints, but it returns nothing", body(LOGITS, "print(hidden @ table.T)")
    ),
    Wrong(
        "7.1",
        "the table first, the vectors turned",
        "lie on their side",
        body(LOGITS, "out = table @ hidden.T", ADDED),
    ),
    Wrong(
        "7.1",
        "not summed",
        "multiply, and sum over D",
        body(LOGITS, "out = hidden[..., None, :] * table", ADDED),
    ),
    Wrong(
        "7.1",
        "a loop over vectors",
        "any number of axes",
        body(LOGITS, "out = torch.stack([table @ h for h in hidden])", ADDED),
    ),
    Wrong(
        "7.1",
        "squeezed",
        "hidden's own, with V in the last place",
        body(LOGITS, "out = (hidden @ table.T).squeeze(-1)", ADDED),
    ),
    Wrong(
        "7.1",
        "an empty batch in float32",
        "another dtype",
        body(
            LOGITS,
            "if not hidden.numel():",
            "    return torch.zeros(*hidden.shape[:-1], len(table))",
            "out = hidden @ table.T",
            ADDED,
        ),
    ),
    Wrong(
        "7.1",
        "bias added without asking",
        "bias may be None",
        body(LOGITS, "return hidden @ table.T + bias"),
    ),
    Wrong(
        "7.1",
        "best token",
        "A single number came back",
        body(LOGITS, "return (hidden @ table.T).argmax(-1)"),
    ),
    Wrong(
        "7.1",
        "addmm",
        "any number of axes",
        body(
            LOGITS,
            "if bias is None:",
            "    return hidden @ table.T",
            "return torch.addmm(bias, hidden, table.T)",
        ),
    ),
    Wrong(
        "7.1",
        "the data of the table",
        "cuts the way back",
        body(LOGITS, "out = hidden @ table.data.T", ADDED),
    ),
    Wrong(
        "7.1",
        "without gradients",
        "cuts the way back",
        body(LOGITS, "with torch.no_grad():", "    return F.linear(hidden, table, bias)"),
    ),
    Wrong(
        "7.1",
        "a linear layer into which the table is copied",
        "cuts the way back",
        body(
            LOGITS,
            "head = nn.Linear(table.shape[1], table.shape[0], bias=bias is not None)",
            "head = head.to(table.dtype)",
            "head.weight.data.copy_(table)",
            "if bias is not None:",
            "    head.bias.data.copy_(bias)",
            "return head(hidden)",
        ),
    ),
]

LOGITS_RIGHT = [
    Right("7.1", "F.linear", body(LOGITS, "return F.linear(hidden, table, bias)")),
    Right(
        "7.1", "einsum", body(LOGITS, "out = torch.einsum('...d,vd->...v', hidden, table)", ADDED)
    ),
    Right(
        "7.1",
        "products summed up",
        body(
            LOGITS,
            "wide = torch.promote_types(hidden.dtype, torch.float32)",
            "out = (hidden[..., None, :].to(wide) * table.to(wide)).sum(-1).to(hidden.dtype)",
            ADDED,
        ),
    ),
    Right(
        "7.1",
        "turned, and back",
        body(LOGITS, "out = (table @ hidden[..., None])[..., 0]", ADDED),
    ),
]

TIED = "is_tied(one, other)"

TIED_WRONG = [
    Wrong(
        "7.2",
        "equal numbers",
        "Equal numbers are not enough",
        body(TIED, "return torch.equal(one, other)"),
    ),
    Wrong("7.2", "is", "two objects stand on the same memory", body(TIED, "return one is other")),
    Wrong(
        "7.2",
        "id",
        "two objects stand on the same memory",
        body(TIED, "return id(one) == id(other)"),
    ),
    Wrong(
        "7.2",
        "the same kind of object, too",
        "what kind of object",
        body(
            TIED,
            "alike = one.shape == other.shape and one.stride() == other.stride()",
            "return type(one) is type(other) and alike and one.data_ptr() == other.data_ptr()",
        ),
    ),
    Wrong(
        "7.2",
        "number by number",
        "One answer is wanted",
        body(TIED, "return one == other if one.shape == other.shape else False"),
    ),
    Wrong(
        "7.2",
        "the same start",
        "the strides,",
        body(TIED, "return one.data_ptr() == other.data_ptr()"),
    ),
    Wrong(
        "7.2",
        "the same start and shape",
        "Start and shape agree",
        body(TIED, "return one.data_ptr() == other.data_ptr() and one.shape == other.shape"),
    ),
    Wrong(
        "7.2",
        "the same start, strides and number of rows",
        "Start, shape and strides must all agree",
        body(
            TIED,
            "alike = len(one) == len(other) and one.stride() == other.stride()",
            "return alike and one.data_ptr() == other.data_ptr()",
        ),
    ),
    Wrong(
        "7.2",
        "the same storage",
        "whole piece of memory",
        body(TIED, "return one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()"),
    ),
    Wrong(
        "7.2",
        "starts at offset 0, in one piece",
        "Nothing needs to be contiguous",
        body(
            TIED,
            "if not one.is_contiguous() or one.storage_offset() > 0:",
            "    return False",
            "same = one.shape == other.shape and one.stride() == other.stride()",
            "return same and one.data_ptr() == other.data_ptr()",
        ),
    ),
    Wrong(
        "7.2",
        "writes, and looks at the whole",
        "look at the shapes first",
        body(
            TIED,
            "one, other = one.detach(), other.detach()",
            "before = one.clone()",
            "found = []",
            "for written in (0.25, 0.75):",
            "    one.copy_(torch.arange(one.numel()).reshape(one.shape) + written)",
            "    found.append(bool((one - other == 0).all()))",
            "one.copy_(before)",
            "return all(found)",
        ),
    ),
    Wrong(
        "7.2",
        "equal numbers, read alike",
        "Equal numbers are not enough",
        body(TIED, "return torch.equal(one, other) and one.stride() == other.stride()"),
    ),
    Wrong(
        "7.2",
        "writes, and looks",
        "no proof",
        body(
            TIED,
            "if one.shape != other.shape:",
            "    return False",
            "with torch.no_grad():",
            "    before = one.clone()",
            "    one += 1",
            "    same = torch.equal(one, other)",
            "    one.copy_(before)",
            "return same",
        ),
    ),
    Wrong(
        "7.2",
        "writes to one number, and looks",
        "no proof",
        body(
            TIED,
            "if one.shape != other.shape:",
            "    return False",
            "one, other = one.detach(), other.detach()",
            "before = one[0, 0].item()",
            "one[0, 0] = before + 1",
            "same = bool(other[0, 0] == before + 1)",
            "one[0, 0] = before",
            "return same",
        ),
    ),
    Wrong(
        "7.2",
        "is, of .data",
        "a new Python object",
        body(TIED, "return one.data is other.data"),
    ),
    Wrong(
        "7.2",
        "storage, shape and strides",
        "at different places in it",
        body(
            TIED,
            "same = one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()",
            "return same and one.shape == other.shape and one.stride() == other.stride()",
        ),
    ),
    Wrong(
        "7.2",
        "storage and shape",
        "does not lie where",
        body(
            TIED,
            "same = one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()",
            "return same and one.shape == other.shape",
        ),
    ),
    Wrong(
        "7.2",
        "start and equal numbers",
        "numbers are compared, and they prove nothing",
        body(TIED, "return one.data_ptr() == other.data_ptr() and torch.equal(one, other)"),
    ),
    Wrong(
        "7.2",
        "a tensor that says whether",
        "bool(",
        body(TIED, "return torch.tensor(one.is_set_to(other))"),
    ),
    Wrong(
        "7.2",
        "start and strides",
        "but not the shapes",
        body(TIED, "return one.data_ptr() == other.data_ptr() and one.stride() == other.stride()"),
    ),
]

TIED_RIGHT = [
    Right(
        "7.2",
        "storage, offset, shape, strides",
        body(
            TIED,
            "def where(x):",
            "    storage = x.untyped_storage().data_ptr()",
            "    return storage, x.storage_offset(), tuple(x.shape), x.stride()",
            "return where(one) == where(other)",
        ),
    ),
    Right(
        "7.2",
        "the addresses of all numbers",
        body(
            TIED,
            "def places(x):",
            "    i, j = torch.meshgrid(*[torch.arange(n) for n in x.shape], indexing='ij')",
            "    return x.data_ptr() // 4 + i * x.stride(0) + j * x.stride(1)",
            "return one.shape == other.shape and torch.equal(places(one), places(other))",
        ),
    ),
    Right(
        "7.2",
        "is_set_to",
        body(TIED, "return one.is_set_to(other)"),
    ),
    Right(
        "7.2",
        "writes each its own number, and looks",
        body(
            TIED,
            "if one.shape != other.shape:",
            "    return False",
            "with torch.no_grad():",
            "    kept = one.clone()",
            "    one.copy_(torch.arange(one.numel()).reshape(one.shape) + 0.25)",
            "    first = torch.equal(one, other)",
            "    one.copy_(torch.arange(one.numel()).reshape(one.shape) + 0.75)",
            "    same = first and torch.equal(one, other)",
            "    one.copy_(kept)",
            "return same",
        ),
    ),
]


def model(init: str, forward: str, more: str = "") -> str:
    """Return a TiedLM with lines behind the two layers in ``__init__``, and a way forward."""
    lines = "\n".join(f"        {line}" for line in init.strip("\n").splitlines())
    way = "\n".join(f"        {line}" for line in forward.strip("\n").splitlines())
    return (
        "class TiedLM(nn.Module):\n"
        "    def __init__(self, vocab_size, model_dim):\n"
        "        super().__init__()\n"
        "        self.embedding = nn.Embedding(vocab_size, model_dim)\n"
        "        self.body = nn.Linear(model_dim, model_dim)\n"
        f"        self.scale = model_dim**0.5\n{lines}\n"
        f"    def forward(self, ids):\n{way}\n{more}"
    )


HIDDEN = "h = torch.tanh(self.body(self.scale * self.embedding(ids)))\n"


def head(kept: str, scored: str) -> str:
    """Return a TiedLM with a head of its own class, which is given the embedding layer."""
    return (
        "class Head(nn.Module):\n"
        "    def __init__(self, layer):\n"
        f"        super().__init__()\n        {kept}\n\n"
        f"    def forward(self, h):\n        {scored}\n\n\n"
        + model("self.head = Head(self.embedding)", HIDDEN + "return self.head(h)")
    )


MODEL_WRONG = [
    Wrong(
        "7.3",
        "the head is made in forward",
        "A call adds a part to the model",
        model(
            "",
            HIDDEN + "self.head = nn.Linear(*self.embedding.weight.T.shape, bias=False)\n"
            "self.head.weight = self.embedding.weight\nreturn self.head(h)",
        ),
    ),
    Wrong(
        "7.3",
        "what was computed stays on self",
        "A call leaves something behind",
        model("", HIDDEN + "self.h = h\nreturn h @ self.embedding.weight.T"),
    ),
    Wrong(
        "7.3",
        "a head that holds the layer as a part of its own",
        "in the state_dict twice",
        head("self.layer = layer", "return h @ self.layer.weight.T"),
    ),
    Wrong(
        "7.3",
        "the root of D in a frozen parameter, not used",
        "The state_dict names more",
        model(
            "root = torch.tensor(model_dim**0.5)\n"
            "self.root = nn.Parameter(root, requires_grad=False)",
            HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "the root of D in a buffer",
        "√D is kept in a tensor",
        model(
            "root = torch.tensor(model_dim, dtype=torch.float64).sqrt()\n"
            "self.register_buffer('root', root, persistent=False)",
            "h = torch.tanh(self.body(self.root * self.embedding(ids)))\n"
            "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "the root of D as a tensor",
        "rounded to float32",
        model(
            "self.root = torch.tensor(float(model_dim)).sqrt()",
            "h = torch.tanh(self.body(self.root * self.embedding(ids)))\n"
            "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "tied at the first call",
        "keeps the table of that call",
        model(
            "self.held = []",
            "if not self.held:\n    self.held.append(self.embedding.weight)\n"
            + HIDDEN
            + "return h @ self.held[0].T",
        ),
    ),
    Wrong(
        "7.3",
        "V is kept",
        "or its size",
        model(
            "self.V = vocab_size",
            "ids = ids.clamp(max=self.V - 1)\n" + HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "ids viewed",
        "takes ids of any shape as they are",
        model(
            "",
            "rows = self.embedding(ids.view(-1)).view(*ids.shape, -1) if ids.numel() else "
            "self.embedding(ids)\n"
            "h = torch.tanh(self.body(self.scale * rows))\nreturn h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "a padding id",
        "padding_idx keeps row 0",
        model(
            "self.embedding = nn.Embedding(vocab_size, model_dim, padding_idx=0)",
            HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "a body as wide as the vocabulary",
        "The body is nn.Linear(D, D)",
        model(
            "self.body = nn.Linear(model_dim, vocab_size)",
            "return torch.tanh(self.body(self.scale * self.embedding(ids)))",
        ),
    ),
    Wrong(
        "7.3",
        "the root of D is trained, too",
        "Three things are to be trained",
        model(
            "self.scale = nn.Parameter(torch.tensor([model_dim**0.5]))",
            HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "a body without a bias",
        "no bias to train",
        model(
            "self.body = nn.Linear(model_dim, model_dim, bias=False)",
            HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "the tanh inside the body",
        "The tanh belongs in forward",
        model(
            "self.body = nn.Sequential(nn.Linear(model_dim, model_dim), nn.Tanh())",
            "h = self.body(self.scale * self.embedding(ids))\nreturn h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "two layers on one memory",
        "stand on one memory",
        model(
            "self.head = nn.Linear(model_dim, vocab_size, bias=False)\n"
            "self.head.weight.data = self.embedding.weight.data",
            HIDDEN + "return self.head(h)",
        ),
    ),
    Wrong(
        "7.3",
        "the head starts as a copy",
        "two tables to train",
        model(
            "self.head = nn.Parameter(self.embedding.weight.detach().clone())",
            HIDDEN + "return h @ self.head.T",
        ),
    ),
    Wrong(
        "7.3",
        "weights copied between two layers",
        "two tables to train",
        model(
            "self.head = nn.Linear(model_dim, vocab_size, bias=False)\n"
            "self.head.weight.data.copy_(self.embedding.weight.data)",
            HIDDEN + "return self.head(h)",
        ),
    ),
    Wrong(
        "7.3",
        "a head that is never used",
        "two tables to train",
        model(
            "self.head = nn.Linear(model_dim, vocab_size, bias=False)",
            HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "a bias in the head",
        "a bias to train",
        model(
            "self.head = nn.Linear(model_dim, vocab_size)\nself.head.weight = self.embedding.weight",
            HIDDEN + "return self.head(h)",
        ),
    ),
    Wrong(
        "7.3",
        "super is missing",
        "super().__init__()",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        return torch.tanh(self.body(self.embedding(ids))) @ self.embedding.weight.T
""",
    ),
    Wrong(
        "7.3",
        "other names",
        "need the names embedding and body",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.wte = nn.Embedding(vocab_size, model_dim)
        self.layer = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        rows = self.wte(ids)
        return torch.tanh(self.layer(rows.shape[-1] ** 0.5 * rows)) @ self.wte.weight.T
""",
    ),
    Wrong(
        "7.3",
        "no scale",
        "not scaled on the way in",
        model(
            "", "h = torch.tanh(self.body(self.embedding(ids)))\nreturn h @ self.embedding.weight.T"
        ),
    ),
    Wrong(
        "7.3",
        "a softmax behind the head",
        "These are probabilities",
        model("", HIDDEN + "return (h @ self.embedding.weight.T).softmax(dim=-1)"),
    ),
    Wrong(
        "7.3",
        "scale at both ends",
        "on both sides",
        model("", HIDDEN + "return self.scale * h @ self.embedding.weight.T"),
    ),
    Wrong(
        "7.3",
        "scale at the head",
        "on the wrong side",
        model(
            "",
            "h = torch.tanh(self.body(self.embedding(ids)))\n"
            "return self.scale * h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "divided by the root",
        "√D. Multiply:",
        model(
            "",
            "h = torch.tanh(self.body(self.embedding(ids) / self.scale))\n"
            "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "D, not its root",
        "not its root",
        model(
            "self.scale = model_dim",
            HIDDEN + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "no tanh",
        "tanh behind the body is missing",
        model(
            "",
            "h = self.body(self.scale * self.embedding(ids))\nreturn h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "wants a batch of texts",
        "It stopped with",
        model(
            "",
            "if ids.ndim < 2:\n    B, T = ids.shape\n"
            + HIDDEN
            + "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "the head scores with .data",
        "No gradient comes through the head",
        model("", HIDDEN + "return h @ self.embedding.weight.data.T"),
    ),
    Wrong(
        "7.3",
        "the lookup reads from .data",
        "No gradient comes through the lookup",
        model(
            "",
            "rows = self.embedding.weight.data[ids]\n"
            "h = torch.tanh(self.body(self.scale * rows))\n"
            "return h @ self.embedding.weight.T",
        ),
    ),
    Wrong(
        "7.3",
        "a function that knows the first model",
        "knows the first model",
        model(
            "self.score = lambda h: h @ self.embedding.weight.T",
            HIDDEN + "return self.score(h)",
        ),
    ),
    Wrong(
        "7.3",
        "the weight is shared",
        "Do not keep the weight",
        model(
            "self.head = nn.Linear(model_dim, vocab_size, bias=False)\n"
            "self.head.weight = self.embedding.weight",
            HIDDEN + "return self.head(h)",
        ),
    ),
    Wrong(
        "7.3",
        "the weight has a second name",
        "Do not keep the weight",
        model("self.table = self.embedding.weight", HIDDEN + "return h @ self.table.T"),
    ),
    Wrong(
        "7.3",
        "a weight that is shared, and follows a new table",
        "a tensor each",
        model(
            "self.head = self.embedding.weight",
            "if self.embedding.weight.shape != self.head.shape:\n"
            "    self.head = self.embedding.weight\n" + HIDDEN + "return h @ self.head.T",
        ),
    ),
]

MODEL_RIGHT = [
    Right(
        "7.3",
        "F.linear and F.embedding",
        model(
            "",
            "E = self.embedding.weight\n"
            "h = F.embedding(ids, E) * E.shape[1] ** 0.5\n"
            "return F.linear(self.body(h).tanh(), E)",
        ),
    ),
    Right(
        "7.3",
        "a head that holds the layer in a tuple",
        head("self.layer = (layer,)", "return h @ self.layer[0].weight.T"),
    ),
    Right(
        "7.3",
        "a property",
        model(
            "",
            "h = torch.tanh(self.body(self.table[ids] * self.scale))\nreturn h @ self.table.T",
            "    @property\n    def table(self):\n        return self.embedding.weight\n",
        ),
    ),
    Right(
        "7.3",
        "a linear layer that is given the weight in each call",
        model(
            "",
            HIDDEN
            + "head = nn.Linear(1, 1, bias=False)\n"
            + "head.weight = self.embedding.weight\nreturn head(h)",
        ),
    ),
]

ENDS = "gradient_by_end(table, matrix, ids, targets)"
TWO_TABLES = "reads, writes = (table.clone().requires_grad_() for _ in range(2))"
LOSS = "loss = F.cross_entropy(scores.reshape(-1, len(table)), targets.flatten())"
BY_HAND = """
V, D = table.shape
rows = table[ids].reshape(-1, D)
h = rows @ matrix
errors = (h @ table.T).softmax(-1) - F.one_hot(targets.flatten(), V)
errors = errors / len(h)
"""

ENDS_WRONG = [
    Wrong(
        "7.4",
        "turned round",
        "turned round: the lookup's comes first",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids] @ matrix @ writes.T",
            LOSS,
            "return torch.autograd.grad(loss, (writes, reads))",
        ),
    ),
    Wrong(
        "7.4",
        "one table",
        "Both are the whole gradient",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "scores = E[ids] @ matrix @ E.T",
            LOSS,
            "(grad,) = torch.autograd.grad(loss, E)",
            "return grad, grad.clone()",
        ),
    ),
    Wrong(
        "7.4",
        "only the head's table is detached",
        "The second is the whole gradient",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "scores = E[ids] @ matrix @ E.detach().T",
            LOSS,
            "(first,) = torch.autograd.grad(loss, E)",
            "scores = E[ids] @ matrix @ E.T",
            LOSS,
            "(second,) = torch.autograd.grad(loss, E)",
            "return first, second",
        ),
    ),
    Wrong(
        "7.4",
        "only the lookup's table is detached",
        "The first is the whole gradient",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "scores = E[ids] @ matrix @ E.T",
            LOSS,
            "(first,) = torch.autograd.grad(loss, E)",
            "scores = E.detach()[ids] @ matrix @ E.T",
            LOSS,
            "(second,) = torch.autograd.grad(loss, E)",
            "return first, second",
        ),
    ),
    Wrong(
        "7.4",
        "the way of a step",
        "The sign is turned round",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids] @ matrix @ writes.T",
            LOSS,
            "a, b = torch.autograd.grad(loss, (reads, writes))",
            "return -a, -b",
        ),
    ),
    Wrong(
        "7.4",
        "a sum over places",
        "mean over all places",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids] @ matrix @ writes.T",
            "loss = F.cross_entropy(scores.reshape(-1, len(table)), targets.flatten(), reduction='sum')",
            "return torch.autograd.grad(loss, (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "by hand, the matrix not turned",
        "the matrix is turned",
        body(
            ENDS,
            BY_HAND,
            "first = torch.zeros_like(table).index_add(0, ids.flatten(), errors @ table @ matrix)",
            "return first, errors.T @ h",
        ),
    ),
    Wrong(
        "7.4",
        "by hand, nothing taken off",
        "take 1 off",
        body(
            ENDS,
            BY_HAND.replace(" - F.one_hot(targets.flatten(), V)", ""),
            "first = torch.zeros_like(table).index_add(0, ids.flatten(), errors @ table @ matrix.T)",
            "return first, errors.T @ h",
        ),
    ),
    Wrong(
        "7.4",
        "a leaf that is not used",
        "One of the gradients is None",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids] @ matrix @ table.T",
            LOSS,
            "loss.backward()",
            "return reads.grad, writes.grad",
        ),
    ),
    Wrong(
        "7.4",
        "not flattened",
        "flatten both",
        body(
            ENDS,
            TWO_TABLES,
            "loss = F.cross_entropy(reads[ids] @ matrix @ writes.T, targets)",
            "return torch.autograd.grad(loss, (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "repeats lost",
        "index_add_ adds them all",
        body(
            ENDS,
            BY_HAND,
            "first = torch.zeros_like(table)",
            "first[ids.flatten()] += errors @ table @ matrix.T",
            "return first, errors.T @ h",
        ),
    ),
    Wrong(
        "7.4",
        "by hand, the matrix forgotten on the way back",
        "must pass the matrix, too",
        body(
            ENDS,
            BY_HAND,
            "first = torch.zeros_like(table).index_add(0, ids.flatten(), errors @ table)",
            "return first, errors.T @ h",
        ),
    ),
    Wrong(
        "7.4",
        "split by the rows that were read",
        "every row does",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "scores = E[ids] @ matrix @ E.T",
            LOSS,
            "(whole,) = torch.autograd.grad(loss, E)",
            "read = torch.zeros(len(table), 1, dtype=table.dtype)",
            "read[ids.flatten()] = 1",
            "return whole * read, whole * (1 - read)",
        ),
    ),
    Wrong(
        "7.4",
        "a softmax before the cross-entropy",
        "Give it no probabilities",
        body(
            ENDS,
            TWO_TABLES,
            "scores = (reads[ids] @ matrix @ writes.T).softmax(-1)",
            LOSS,
            "return torch.autograd.grad(loss, (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "F.linear with the matrix",
        "The matrix is turned on the way in",
        body(
            ENDS,
            TWO_TABLES,
            "scores = F.linear(F.linear(reads[ids], matrix), writes)",
            LOSS,
            "return torch.autograd.grad(loss, (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "exp by hand",
        "With large scores",
        body(
            ENDS,
            TWO_TABLES,
            "powers = (reads[ids] @ matrix @ writes.T).reshape(-1, len(table)).exp()",
            "right = (powers / powers.sum(1, keepdim=True)).gather(1, targets.reshape(-1, 1))",
            "return torch.autograd.grad(-right.log().mean(), (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "ids viewed",
        "flatten() and reshape take any",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids.view(-1)] @ matrix @ writes.T",
            "loss = F.cross_entropy(scores, targets.flatten())",
            "return torch.autograd.grad(loss, (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "one table, and scores that want an axis",
        "Both are the whole gradient",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "scores = (E[ids] @ matrix @ E.T).flatten(0, -2)",
            LOSS,
            "loss.backward()",
            "return E.grad, E.grad",
        ),
    ),
    Wrong(
        "7.4",
        "scores flattened whole",
        "any number of axes",
        body(
            ENDS,
            TWO_TABLES,
            "scores = (reads[ids] @ matrix @ writes.T).flatten(0, 1)",
            "loss = F.cross_entropy(scores, targets.flatten())",
            "return torch.autograd.grad(loss, (reads, writes))",
        ),
    ),
    Wrong(
        "7.4",
        "the way back gone twice",
        "forgets the way back",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids] @ matrix @ writes.T",
            LOSS,
            "(first,) = torch.autograd.grad(loss, reads)",
            "(second,) = torch.autograd.grad(loss, writes)",
            "return first, second",
        ),
    ),
    Wrong(
        "7.4",
        "zeros in float32",
        "Double precision does not get through",
        body(
            ENDS,
            BY_HAND,
            "first = torch.zeros(V, D)",
            "first = first.index_add(0, ids.flatten(), (errors @ table @ matrix.T).float())",
            "return first, errors.T @ h",
        ),
    ),
    Wrong(
        "7.4",
        "one result",
        "2 results were expected",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "scores = E[ids] @ matrix @ E.T",
            LOSS,
            "return torch.autograd.grad(loss, E)[0]",
        ),
    ),
]

ENDS_RIGHT = [
    Right(
        "7.4",
        "by hand",
        body(
            ENDS,
            BY_HAND,
            "first = torch.zeros_like(table).index_add(0, ids.flatten(), errors @ table @ matrix.T)",
            "return first, errors.T @ h",
        ),
    ),
    Right(
        "7.4",
        "one end detached at a time",
        body(
            ENDS,
            "E = table.clone().requires_grad_()",
            "found = []",
            "for a, b in ((E, E.detach()), (E.detach(), E)):",
            "    scores = a[ids] @ matrix @ b.T",
            "    " + LOSS,
            "    found += torch.autograd.grad(loss, E)",
            "return tuple(found)",
        ),
    ),
    Right(
        "7.4",
        "the whole, less the head's",
        body(
            ENDS,
            TWO_TABLES,
            "scores = reads[ids] @ matrix @ reads.T",
            LOSS,
            "(whole,) = torch.autograd.grad(loss, reads)",
            "scores = table[ids] @ matrix @ writes.T",
            LOSS,
            "(head,) = torch.autograd.grad(loss, writes)",
            "return (whole - head) * (F.one_hot(ids.flatten(), len(table)).sum(0) > 0)[:, None], head",
        ),
    ),
    Right(
        "7.4",
        "with one-hot products",
        body(
            ENDS,
            TWO_TABLES,
            "hot = F.one_hot(ids.flatten(), len(table)).to(table.dtype)",
            "z = hot @ reads @ matrix @ writes.T",
            "loss = (z.logsumexp(1) - z.gather(1, targets.reshape(-1, 1))[:, 0]).mean()",
            "loss.backward()",
            "return reads.grad, writes.grad",
        ),
    ),
]

HEAD = "smallest_head(probabilities)"
CENTRED = "scores = probabilities.log()\nscores = scores - scores.mean(dim=1, keepdim=True)"
SVD = "u, s, v = torch.linalg.svd(scores, full_matrices=False)"

HEAD_WRONG = [
    Wrong(
        "7.5",
        "not centred",
        "with a number a row more",
        body(
            HEAD,
            "scores = probabilities.log()",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "not cut",
        "nothing was saved",
        body(HEAD, CENTRED, SVD, "return u * s, v.T"),
    ),
    Wrong(
        "7.5",
        "no logarithm",
        "factorise their logarithms",
        body(HEAD, "scores = probabilities", SVD, "k = s > 1e-6", "return u[:, k] * s[k], v[k].T"),
    ),
    Wrong(
        "7.5",
        "without the singular values",
        "singular values are left out",
        body(HEAD, CENTRED, SVD, "k = s > 1e-6", "return u[:, k], v[k].T"),
    ),
    Wrong(
        "7.5",
        "singular values twice",
        "in both factors",
        body(HEAD, CENTRED, SVD, "k = s > 1e-6", "return u[:, k] * s[k], v[k].T * s[k]"),
    ),
    Wrong(
        "7.5",
        "the table on its side",
        "it is (V, D)",
        body(HEAD, CENTRED, SVD, "k = s > 1e-6", "return u[:, k] * s[k], v[k]"),
    ),
    Wrong(
        "7.5",
        "the mean of each token",
        "not that of each context",
        body(
            HEAD,
            "scores = probabilities.log()",
            "scores = scores - scores.mean(dim=0)",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "the table alone",
        "Two results are wanted",
        body(HEAD, CENTRED, SVD, "k = s > 1e-6", "return v[k].T"),
    ),
    Wrong(
        "7.5",
        "changed over",
        "hidden comes first",
        body(HEAD, CENTRED, SVD, "k = s > 1e-6", "return v[k].T, u[:, k] * s[k]"),
    ),
    Wrong(
        "7.5",
        "one of the two is not cut",
        "the same number of columns",
        body(HEAD, CENTRED, SVD, "k = s > 1e-6", "return u * s, v[k].T"),
    ),
    Wrong(
        "7.5",
        "the logarithm to base 2",
        "powers of e",
        body(
            HEAD,
            "scores = probabilities.log2()",
            "scores = scores - scores.mean(dim=1, keepdim=True)",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "a little added, so that no logarithm is infinite",
        "nothing need be added",
        body(
            HEAD,
            "scores = (probabilities + 1e-9).log()",
            "scores = scores - scores.mean(dim=1, keepdim=True)",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "cut at another place",
        "D is 2",
        body(HEAD, CENTRED, SVD, "k = s > 1e-3", "return u[:, k] * s[k], v[k].T"),
    ),
    Wrong(
        "7.5",
        "the logarithm in place",
        "in place. Work on a copy",
        body(
            HEAD,
            "scores = probabilities.log_()",
            "scores = scores - scores.mean(dim=1, keepdim=True)",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "the mean has lost its axis",
        "keepdim=True",
        body(
            HEAD,
            "scores = probabilities.log()",
            "scores = scores - scores.mean(1)",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "the first columns of what comes third",
        "turned already",
        body(
            HEAD,
            CENTRED,
            "u, s, v = torch.linalg.svd(scores)",
            "d = int((s > 1e-6).sum())",
            "return u[:, :d] * s[:d], v[:, :d]",
        ),
    ),
    Wrong(
        "7.5",
        "squares of the scores",
        "Squares of large scores",
        body(
            HEAD,
            CENTRED,
            "values, vectors = torch.linalg.eigh(scores.T @ scores)",
            "table = vectors[:, values > 1e-12]",
            "return scores @ table, table",
        ),
    ),
    Wrong(
        "7.5",
        "a part of the largest counts as zero, where all are small",
        "cannot find that all are zero",
        body(
            HEAD, CENTRED, SVD, "k = s > min(1e-6, 1e-7 * s.max())", "return u[:, k] * s[k], v[k].T"
        ),
    ),
    Wrong(
        "7.5",
        "at least one number",
        "D is 0",
        body(
            HEAD,
            CENTRED,
            SVD,
            "k = max(int((s > 1e-6).sum()), 1)",
            "return u[:, :k] * s[:k], v[:k].T",
        ),
    ),
    Wrong(
        "7.5",
        "a part of the largest counts as zero, too",
        "no part of the largest",
        body(
            HEAD,
            CENTRED,
            SVD,
            "k = s > max(1e-6, 1e-8 * s.max().item())",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "the softmax again in place of the logarithm",
        "This does not hold",
        body(
            HEAD,
            "scores = probabilities.softmax(dim=1)",
            "scores = scores - scores.mean(dim=1, keepdim=True)",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Wrong(
        "7.5",
        "in float32",
        "This does not hold",
        body(
            HEAD,
            CENTRED,
            SVD,
            "k = s > 1e-6",
            "return (u[:, k] * s[k]).float(), v[k].T.float()",
        ),
    ),
]

HEAD_RIGHT = [
    Right(
        "7.5",
        "roots in both factors",
        body(
            HEAD,
            CENTRED,
            SVD,
            "d = int((s > 1e-6).sum())",
            "root = s[:d].sqrt()",
            "return u[:, :d] * root, v[:d].T * root",
        ),
    ),
    Right(
        "7.5",
        "by a matrix that takes the mean off, and a projection",
        body(
            HEAD,
            "V = probabilities.shape[1]",
            "centre = torch.eye(V, dtype=torch.float64) - 1 / V",
            "scores = probabilities.log() @ centre",
            "u, s, vh = torch.linalg.svd(scores)",
            "table = vh[: int((s > 1e-6).sum())].T",
            "return scores @ table, table",
        ),
    ),
    Right(
        "7.5",
        "less the last token's score, which is as good a shift as the mean",
        body(
            HEAD,
            "scores = probabilities.log()",
            "scores = scores - scores[:, -1:]",
            SVD,
            "k = s > 1e-6",
            "return u[:, k] * s[k], v[k].T",
        ),
    ),
    Right(
        "7.5",
        "less the logarithm of one token, and then the mean",
        body(
            HEAD,
            "scores = (probabilities / probabilities[:, :1]).log()",
            "scores = scores - scores.mean(1, keepdim=True)",
            "_, s, vectors = torch.linalg.svd(scores)",
            "table = vectors[: int((s > 1e-6).sum())].T",
            "return scores @ table, table",
        ),
    ),
    Right(
        "7.5",
        "less the first token's score",
        body(
            HEAD,
            "scores = probabilities.log()",
            "scores = scores - scores[:, :1]",
            SVD,
            "k = int((s > 1e-6).sum())",
            "return u[:, :k] * s[:k], v[:k].T",
        ),
    ),
]

WRONG = [*LOGITS_WRONG, *TIED_WRONG, *MODEL_WRONG, *ENDS_WRONG, *HEAD_WRONG]
RIGHT = [*LOGITS_RIGHT, *TIED_RIGHT, *MODEL_RIGHT, *ENDS_RIGHT, *HEAD_RIGHT]
