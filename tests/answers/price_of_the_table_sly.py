"""Answers to sheet 6 that are wrong in one corner only."""

from tests.answers import Sly

SLY = [
    Sly(
        "6.1",
        "rounds up for 4 bits only",
        """
def table_bytes(vocab_size, model_dim, bits, tied):
    row = (model_dim + 1) // 2 if bits == 4 else model_dim * bits // 8
    return vocab_size * row * (1 if tied else 2)
""",
    ),
    Sly(
        "6.1",
        "rows of one byte at least, and no more rounding",
        """
def table_bytes(vocab_size, model_dim, bits, tied):
    return vocab_size * max(1, model_dim * bits // 8) * (1 if tied else 2)
""",
    ),
    Sly(
        "6.2",
        "through float32 and back",
        """
def pad_table(table, multiple):
    return F.pad(table.float(), (0, 0, 0, -len(table) % multiple)).to(table.dtype)
""",
    ),
    Sly(
        "6.2",
        "one multiple for small tables, 64 rows for large ones",
        """
def pad_table(table, multiple):
    rows = len(table) if len(table) % multiple == 0 else max(multiple, len(table) + 1)
    return F.pad(table, (0, 0, 0, rows - len(table)))
""",
    ),
    Sly(
        "6.3",
        "steps worked out in half precision",
        """
def quantize_rows(table):
    largest = table.abs().amax(dim=1, keepdim=True)
    steps = (largest / 127).float()
    steps[largest == 0] = 1
    return (table.float() / steps).round().to(torch.int8), steps
""",
    ),
    Sly(
        "6.3",
        "a step of next to nothing for rows of zeros",
        """
def quantize_rows(table):
    table = table.float()
    steps = table.abs().amax(dim=1, keepdim=True).clamp(min=1e-30) / 127
    return (table / steps).round().to(torch.int8), steps
""",
    ),
    Sly(
        "6.3",
        "128 as the top, held at 127",
        """
def quantize_rows(table):
    table = table.float()
    largest = table.abs().amax(dim=1, keepdim=True)
    steps = torch.where(largest > 0, largest / 127, 1.0)
    return (table / (largest.clamp(min=1e-30) / 128)).round().clamp(-127, 127).to(torch.int8), steps
""",
    ),
    Sly(
        "6.4",
        "row 0 taken for padding",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))

    def forward(self, ids):
        return F.embedding(ids, self.table, padding_idx=0) @ self.widen
""",
    ),
    Sly(
        "6.4",
        "each row's gradient divided by how often it was read",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))

    def forward(self, ids):
        return F.embedding(ids, self.table, scale_grad_by_freq=True) @ self.widen
""",
    ),
    Sly(
        "6.5",
        "adds in float32, and rounds half precision by way of it to whole numbers",
        """
def compositional_lookup(quotients, remainders, ids):
    rows = len(remainders)
    out = quotients[ids // rows].float() + remainders[ids % rows].float()
    return out.to(quotients.dtype)
""",
    ),
    Sly(
        "6.6",
        "one head of keys is taken for none",
        """
def count_llama(config):
    dim, heads = config["hidden_size"], config["num_attention_heads"]
    keys = config.get("num_key_value_heads", heads)
    keys = keys if keys > 1 else heads
    size = config.get("head_dim") or dim // heads
    layer = 2 * dim * size * (heads + keys) + 3 * dim * config["intermediate_size"] + 2 * dim
    table = config["vocab_size"] * dim
    head = 0 if config.get("tie_word_embeddings") else table
    return {"embedding": table, "body": config["num_hidden_layers"] * layer + dim, "head": head}
""",
    ),
]
