"""Answers to sheet 6 that are wrong in one corner only."""

from tests.answers import Sly
from tests.answers.price_of_the_table import (
    BYTES,
    COUNT,
    LOOK,
    PAD,
    QUANT,
    READ,
    TABLE,
    WIDEN,
    body,
    layer,
)

SLY: list[Sly] = [
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
        "right codes, and a little added to each step",
        """
def quantize_rows(table):
    numbers = table.float()
    largest = numbers.abs().amax(dim=1, keepdim=True)
    codes = torch.where(largest > 0, numbers * 127 / largest, 0).round().to(torch.int8)
    return codes, torch.where(largest > 0, largest / 127 + 1e-8, 1)
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
        "rows that all point the same way",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, narrow_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, 1) * torch.randn(1, narrow_dim))
        self.widen = nn.Parameter(torch.randn(narrow_dim, 1) * torch.randn(1, model_dim))

    def forward(self, ids):
        return self.table[ids] @ self.widen
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
    Sly(
        "6.3",
        "no size below 1e-25",
        """
def quantize_rows(table):
    t=table.float(); big=t.abs().amax(1,keepdim=True)
    step=torch.where(big==0,1.0,big.clamp(min=1e-25)/127)
    return (t/step).round().to(torch.int8),step
""",
    ),
    Sly(
        "6.3",
        "rows below 1e-22 count as zeros",
        """
def quantize_rows(table):
    t=table.float(); big=t.abs().amax(1,keepdim=True)
    step=torch.where(big<1e-22,1.0,big/127)
    return (t/step).round().to(torch.int8),step
""",
    ),
    Sly(
        "6.3",
        "no size above 1e25",
        """
def quantize_rows(table):
    t=table.float().clamp(-1e25,1e25); big=t.abs().amax(1,keepdim=True)
    step=torch.where(big==0,1.0,big/127)
    return (t/step).round().to(torch.int8),step
""",
    ),
    Sly(
        "6.4",
        "one random number a factor",
        """
class FactorisedTable(nn.Module):
    def __init__(self,V,E,D):
        super().__init__(); self.table=nn.Parameter(torch.arange(V*E).reshape(V,E)+torch.rand(1)); self.widen=nn.Parameter(torch.arange(E*D).reshape(E,D)+torch.rand(1))
    def forward(self,ids): return self.table[ids]@self.widen
""",
    ),
]


def weighs(name, *lines):
    SLY.append(Sly("6.1", name, body(BYTES, *lines)))


def pads(name, *lines):
    SLY.append(Sly("6.2", name, body(PAD, *lines)))


def quantizes(name, *lines):
    SLY.append(Sly("6.3", name, body(QUANT, *lines)))


def looks(name, *lines):
    SLY.append(Sly("6.5", name, body(LOOK, *lines)))


def layered(name, *parts):
    SLY.append(Sly("6.4", name, layer(*parts)))


def llama(
    *,
    pre="",
    hd='config.get("head_dim") or D // H',
    K='config.get("num_key_value_heads", H)',
    tied='config.get("tie_word_embeddings", False)',
    attention="2 * D * H * hd + 2 * D * K * hd",
    ffn="3 * D * W",
    norms="2 * D",
    body_="N * layer + D",
    head="0 if tied else table",
    emb="table",
    ret='{"embedding": embedding, "body": body, "head": head}',
    signature=COUNT,
):
    lines = [
        *pre.splitlines(),
        'D, H, N = config["hidden_size"], config["num_attention_heads"], config["num_hidden_layers"]',
        'W, V = config["intermediate_size"], config["vocab_size"]',
        f"K = {K}",
        f"hd = {hd}",
        f"tied = {tied}",
        f"layer = {attention} + {ffn} + {norms}",
        "table = V * D",
        f"embedding = {emb}",
        f"body = {body_}",
        f"head = {head}",
        f"return {ret}",
    ]
    return body(signature, *lines)


def counts(name, **changed):
    SLY.append(Sly("6.6", name, llama(**changed)))


T = "times = 1 if tied else 2"
weighs(
    "row rounded to the nearest byte, halves up",
    T,
    "return times * vocab_size * int(model_dim * bits / 8 + 0.5)",
)
weighs(
    "row rounded to the nearest byte, with //",
    T,
    "return times * vocab_size * ((model_dim * bits + 4) // 8)",
)
weighs("row rounded by round()", T, "return times * vocab_size * round(model_dim * bits / 8)")
weighs("one bit over is forgiven", T, "return times * vocab_size * ((model_dim * bits + 6) // 8)")
weighs(
    "a filler byte wherever bits is under 8",
    T,
    "row = model_dim * bits // 8",
    "return times * vocab_size * (row + (bits < 8))",
)
weighs("filled up to 16 bits", T, "return times * vocab_size * (-(-model_dim * bits // 16) * 2)")
weighs("filled up to 32 bits", T, "return times * vocab_size * (-(-model_dim * bits // 32) * 4)")
weighs("filled up to 64 bits", T, "return times * vocab_size * (-(-model_dim * bits // 64) * 8)")
weighs(
    "whole numbers to a byte",
    T,
    "if bits % 8 == 0:",
    "    return times * vocab_size * model_dim * bits // 8",
    "per = max(1, 8 // bits)",
    "return times * vocab_size * -(-model_dim // per)",
)
weighs(
    "a table of sizes for bits",
    T,
    "size = {32: 4, 16: 2, 8: 1, 4: 0.5}[bits]",
    "import math",
    "return times * vocab_size * math.ceil(model_dim * size)",
)
weighs("columns fill bytes, not rows", T, "return times * model_dim * -(-vocab_size * bits // 8)")
weighs(
    "rounded for the table, then the head",
    "import math",
    "one = math.ceil(vocab_size * model_dim * bits / 8)",
    "return one if tied else 2 * one",
)
weighs("kilobytes", T, "return times * vocab_size * -(-model_dim * bits // 8) // 1024")
weighs(
    "bits taken for bytes, rows filled", T, "return times * vocab_size * model_dim * max(1, bits)"
)
weighs("4-byte numbers always", T, "return times * vocab_size * model_dim * 4")
weighs(
    "a tied head counts half",
    "return int(vocab_size * -(-model_dim * bits // 8) * (1.5 if tied else 2))",
)
weighs(
    "untied adds only rows",
    "n = vocab_size * -(-model_dim * bits // 8)",
    "return n if tied else n + vocab_size",
)
weighs(
    "head squared", "n = vocab_size * -(-model_dim * bits // 8)", "return n ** (1 if tied else 2)"
)
weighs(
    "int of a float product",
    T,
    "import math",
    "return int(times * float(vocab_size) * math.ceil(model_dim * bits / 8))",
)
weighs(
    "numpy int32",
    T,
    "import numpy as np",
    "return int(np.int32(times) * np.int32(vocab_size) * np.int32(-(-model_dim * bits // 8)))",
)
weighs(
    "torch's numel and float32",
    T,
    "row = torch.ceil(torch.tensor(model_dim * bits / 8)).item()",
    "return int(times * vocab_size * row)",
)
weighs(
    "a tensor's int by .item() of float64",
    T,
    "row = torch.ceil(torch.tensor(model_dim * bits / 8, dtype=torch.float64))",
    "return int((row * vocab_size * times).item())",
)
weighs(
    "ceil after the floor",
    T,
    "import math",
    "return times * vocab_size * math.ceil(model_dim * bits // 8)",
)
weighs(
    "both heads' numbers in a row when untied",
    "row = -(-model_dim * bits // 8) if tied else -(-2 * model_dim * bits // 8)",
    "return vocab_size * row",
)
weighs(
    "a whole float is fine",
    T,
    "import math",
    "return float(times * vocab_size * math.ceil(model_dim * bits / 8))",
)
weighs(
    "real bytes of a real tensor",
    T,
    "kind = {32: torch.float32, 16: torch.float16}.get(bits, torch.int8)",
    "return times * torch.empty(1, model_dim, dtype=kind).nbytes * vocab_size",
)

M = "missing = -len(table) % multiple"
pads("pad with a scalar -1", M, "return F.pad(table, (0, 0, 0, missing), value=-1.0)")
pads("spare rows of ones", M, "return torch.cat([table, table.new_ones(missing, table.shape[1])])")
pads(
    "spare rows of the mean",
    M,
    "return torch.cat([table, table.mean(0, keepdim=True).repeat(missing, 1)])",
)
pads(
    "spare rows random, small",
    M,
    "return torch.cat([table, 0.02 * torch.randn(missing, table.shape[1]).to(table.dtype)])",
)
pads("first rows again", M, "return torch.cat([table, table[:missing]])")
pads(
    "first rows again, any number",
    M,
    "return torch.cat([table, table[torch.arange(missing) % len(table)]])",
)
pads(
    "tiled, then cut",
    "rows = -(-len(table) // multiple) * multiple",
    "return table.repeat(rows // len(table) + 1, 1)[:rows]",
)
pads("64 always", "return F.pad(table, (0, 0, 0, -len(table) % 64))")
pads(
    "to a power of two",
    "rows = 1",
    "while rows < len(table):",
    "    rows *= 2",
    "return F.pad(table, (0, 0, 0, rows - len(table)))",
)
pads(
    "bit mask, powers of two only",
    "rows = (len(table) + multiple - 1) & ~(multiple - 1)",
    "return F.pad(table, (0, 0, 0, rows - len(table)))",
)
pads(
    "numel a multiple",
    "missing = -table.numel() % multiple",
    "flat = F.pad(table.reshape(-1), (0, missing))",
    "return flat.reshape(-1, table.shape[1])",
)
pads(
    "multiple from V // multiple",
    "missing = len(table) // multiple",
    "return F.pad(table, (0, 0, 0, missing))",
)
pads("multiple - V, at least 0", "return F.pad(table, (0, 0, 0, max(0, multiple - len(table))))")
pads("multiple - V", "return F.pad(table, (0, 0, 0, multiple - len(table)))")
pads("multiple rows added", "return F.pad(table, (0, 0, 0, multiple))")
pads(
    "half above, half below", M, "return F.pad(table, (0, 0, missing // 2, missing - missing // 2))"
)
pads("rows and columns", M, "return F.pad(table, (0, -table.shape[1] % multiple, 0, missing))")
pads("square mask", M, "return F.pad(table, (0, missing, 0, missing))")
pads(
    "zeros between the rows",
    M,
    "rows = len(table) + missing",
    "out = table.new_zeros(rows, table.shape[1])",
    "out[-len(table):] = table",
    "return out",
)
pads("in float16", M, "return F.pad(table.half(), (0, 0, 0, missing)).to(table.dtype)")
pads("in double", M, "return F.pad(table.double(), (0, 0, 0, missing))")
pads(
    "numpy, in float64",
    "import numpy as np",
    M,
    "out = np.zeros((len(table) + missing, table.shape[1]))",
    "out[:len(table)] = table.float().numpy()",
    "return torch.from_numpy(out)",
)
pads(
    "numpy, back as float32",
    "import numpy as np",
    M,
    "return torch.from_numpy(np.pad(table.numpy(), ((0, missing), (0, 0))))",
)
pads(
    "tolist, default type",
    M,
    "return torch.tensor(table.tolist() + [[0.0] * table.shape[1]] * missing)",
)
pads(
    "tolist, cast at the end (float64 through float32)",
    M,
    "return torch.tensor(table.tolist() + [[0.0] * table.shape[1]] * missing).to(table.dtype)",
)
pads(
    "as_strided over the storage",
    M,
    "flat = torch.cat([table.contiguous().flatten(), torch.zeros(missing * table.shape[1], dtype=table.dtype)])",
    "return torch.as_strided(flat, (len(table) + missing, table.shape[1]), table.stride())",
)
pads(
    "storage order",
    M,
    "raw = torch.as_strided(table, (table.numel(),), (1,))",
    "return F.pad(raw.reshape(table.shape), (0, 0, 0, missing))",
)
pads("a number in place of a table", M, "return F.pad(table, (0, 0, 0, missing)).shape")
pads(
    "in place, then returned",
    M,
    "if missing:",
    "    table.resize_(len(table) + missing, table.shape[1])[-missing:] = 0",
    "return table",
)
pads(
    "zeros_like, as many as rows",
    M,
    "return torch.cat([table, torch.zeros_like(table)])[: len(table) + missing]",
)
pads(
    "zeros_like repeated once",
    "if len(table) % multiple == 0:",
    "    return table",
    "return torch.cat([table, torch.zeros_like(table)[:multiple - len(table) % multiple]])",
)
pads(
    "stops where nothing is missing",
    M,
    "spare = torch.stack([torch.zeros(table.shape[1], dtype=table.dtype) for _ in range(missing)])",
    "return torch.cat([table, spare])",
)

X = "x = table.float()"
L = "largest = x.abs().amax(dim=1, keepdim=True)"
ST = "steps = torch.where(largest > 0, largest / 127, 1.0)"
C = "return (x / steps).round().to(torch.int8), steps"
quantizes(
    "step 1 where any number is 0 (all for any)",
    X,
    L,
    "steps = torch.where(x.all(dim=1, keepdim=True), largest / 127, 1.0)",
    C,
)
quantizes(
    "step 1 where any number is 0 (== 0).any",
    X,
    L,
    "steps = torch.where((x == 0).any(dim=1, keepdim=True), 1.0, largest / 127)",
    C,
)
quantizes(
    "step 1 where the product is 0",
    X,
    L,
    "steps = torch.where(x.prod(dim=1, keepdim=True) != 0, largest / 127, 1.0)",
    C,
)
quantizes(
    "step 1 where the sum is 0",
    X,
    L,
    "steps = torch.where(x.sum(dim=1, keepdim=True) != 0, largest / 127, 1.0)",
    C,
)
quantizes(
    "step 1 where the mean is 0", X, L, "steps = largest / 127", "steps[x.mean(dim=1) == 0] = 1", C
)
quantizes(
    "step 1 where the first number is 0",
    X,
    L,
    "steps = torch.where(x[:, :1] != 0, largest / 127, 1.0)",
    C,
)
quantizes(
    "step 1 where all numbers are the same",
    X,
    L,
    "steps = torch.where(x.amax(1, keepdim=True) != x.amin(1, keepdim=True), largest / 127, 1.0)",
    C,
)
quantizes(
    "step 1 where there is one number",
    X,
    L,
    "steps = torch.where(x.std(1, keepdim=True) > 0, largest / 127, 1.0)",
    C,
)
quantizes(
    "codes computed in the table's precision",
    X,
    L,
    ST,
    "return (table / steps.to(table.dtype)).round().to(torch.int8), steps",
)
quantizes(
    "codes in bfloat16",
    X,
    L,
    ST,
    "return (x.bfloat16() / steps.bfloat16()).round().to(torch.int8), steps",
)
quantizes(
    "codes in float16", X, L, ST, "return (x.half() / steps.half()).round().to(torch.int8), steps"
)
quantizes(
    "inverse steps in the table's precision",
    X,
    L,
    ST,
    "return (table * (1 / steps).to(table.dtype)).round().to(torch.int8), steps",
)
quantizes(
    "step by 1e-12 more", X, L, "steps = torch.where(largest > 0, largest / 127 + 1e-12, 1.0)", C
)
quantizes(
    "step by 1e-7 more", X, L, "steps = torch.where(largest > 0, largest / 127 + 1e-7, 1.0)", C
)
quantizes(
    "halves towards zero",
    X,
    L,
    ST,
    "e = x / steps",
    "return ((e.abs() - 0.5).ceil() * e.sign()).to(torch.int8), steps",
)
quantizes("halves down", X, L, ST, "return (x / steps - 0.5).ceil().to(torch.int8), steps")
quantizes("rounded up", X, L, ST, "return (x / steps).ceil().to(torch.int8), steps")
quantizes(
    "rounded away from zero",
    X,
    L,
    ST,
    "e = x / steps",
    "return (e.abs().ceil() * e.sign()).to(torch.int8), steps",
)
quantizes(
    "one decimal kept", X, L, ST, "return torch.round(x / steps, decimals=1).to(torch.int8), steps"
)
quantizes("rounded before dividing", X, L, ST, "return (x.round() / steps).to(torch.int8), steps")
quantizes(
    "the step rounded too",
    X,
    L,
    "steps = torch.where(largest > 0, (largest / 127).round().clamp(min=1), 1.0)",
    C,
)
quantizes(
    "numbers that come back, not codes",
    X,
    L,
    ST,
    "return ((x / steps).round() * steps).to(torch.int8), steps",
)
quantizes("sizes without signs", X, L, ST, "return (x.abs() / steps).round().to(torch.int8), steps")
quantizes("times the step", X, L, ST, "return (x * steps).round().to(torch.int8), steps")
quantizes(
    "step is 127 / largest (the scale)",
    X,
    L,
    "steps = torch.where(largest > 0, 127 / largest, 1.0)",
    "return (x * steps).round().to(torch.int8), steps",
)
quantizes(
    "the largest returned, not the step",
    X,
    L,
    ST,
    "return (x / steps).round().to(torch.int8), largest",
)
quantizes(
    "largest by torch.max with its places",
    X,
    "steps = x.abs().max(dim=1, keepdim=True) / 127",
    "return (x / steps).round().to(torch.int8), steps",
)
quantizes(
    "keepdim forgotten, divided all the same",
    X,
    "steps = x.abs().amax(dim=1) / 127",
    "return (x / steps).round().to(torch.int8), steps[:, None]",
)
quantizes(
    "keepdim forgotten",
    X,
    "largest = x.abs().amax(dim=1)",
    ST,
    "return (x / steps).round().to(torch.int8), steps.unsqueeze(1)",
)
quantizes(
    "mean size",
    X,
    "largest = x.abs().mean(dim=1, keepdim=True)",
    ST,
    "return (x / steps).round().clamp(-127, 127).to(torch.int8), steps",
)
quantizes(
    "standard deviation",
    X,
    "largest = 3 * x.std(dim=1, keepdim=True)",
    ST,
    "return (x / steps).round().clamp(-127, 127).to(torch.int8), steps",
)
quantizes("length of the row", X, "largest = x.norm(dim=1, keepdim=True)", ST, C)
quantizes("zero point: mean taken off", X, "x = x - x.mean(dim=1, keepdim=True)", L, ST, C)
quantizes(
    "zero point: minimum at -127",
    X,
    "low = x.amin(1, keepdim=True)",
    "largest = (x.amax(1, keepdim=True) - low) / 2",
    ST,
    "return ((x - low) / steps - 127).round().to(torch.int8), steps",
)
quantizes(
    "two signs, two steps",
    X,
    "high, low = x.amax(1, keepdim=True), -x.amin(1, keepdim=True)",
    "largest = torch.where(high > 0, high, low)",
    ST,
    C,
)
quantizes("abs of the largest", X, "largest = x.amax(dim=1, keepdim=True).abs()", ST, C)
quantizes("int32 codes", X, L, ST, "return (x / steps).round().int(), steps")
quantizes(
    "int8, steps as python floats",
    X,
    L,
    ST,
    "return (x / steps).round().to(torch.int8), steps.flatten().tolist()",
)
quantizes("steps as numpy", X, L, ST, "return (x / steps).round().to(torch.int8), steps.numpy()")
quantizes(
    "double all through", "x = table.double()", L, ST.replace("1.0", "torch.ones_like(largest)"), C
)
quantizes(
    "a dict", X, L, ST, 'return {"codes": (x / steps).round().to(torch.int8), "steps": steps}'
)
quantizes(
    "steps spread over the row",
    X,
    L,
    ST,
    "return (x / steps).round().to(torch.int8), steps.expand(-1, x.shape[1])",
)
quantizes(
    "rows of zeros have step 0",
    X,
    L,
    ST,
    "return (x / steps).round().to(torch.int8), largest / 127",
)
quantizes(
    "rows of zeros have step 1/127",
    X,
    L,
    "largest = largest.where(largest > 0, 1.0)",
    "steps = largest / 127",
    C,
)
quantizes(
    "nan turned to 0",
    X,
    L,
    "steps = largest / 127",
    "return (x / steps).nan_to_num().round().to(torch.int8), steps",
)
quantizes(
    "storage order",
    X,
    L,
    ST,
    "raw = torch.as_strided(x, (x.numel(),), (1,)).reshape(x.shape)",
    "return (raw / steps).round().to(torch.int8), steps",
)
quantizes(
    "table changed by the zeros trick",
    "table[(table == 0).all(1)] = 0.0",
    "table += 0",
    X,
    L,
    ST,
    "table.abs_()",
    C,
)
quantizes(
    "largest held at 65504",
    X,
    L,
    "largest = largest.clamp(max=65504)",
    ST,
    "return (x / steps).round().clamp(-127, 127).to(torch.int8), steps",
)

layered(
    "axes of length 1 are dropped (the docstring's example fails)",
    TABLE + WIDEN,
    "return (self.table[ids].unsqueeze(-2) @ self.widen).squeeze()",
)
layered(
    "first axis of length 1 is dropped",
    TABLE + WIDEN,
    "return (self.table[ids] @ self.widen).squeeze(0)",
)
layered(
    "a single number is read as a scalar",
    TABLE + WIDEN,
    "if ids.numel() == 1:\n    return self.table[ids.item()] @ self.widen\n" + READ,
)
layered("D = 1 is dropped", TABLE + WIDEN, "return (self.table[ids] @ self.widen).squeeze(-1)")
layered(
    "the product is kept from the first call",
    TABLE + WIDEN + "self.full = None",
    "if self.full is None:\n    self.full = self.table @ self.widen\nreturn self.full[ids]",
)
layered(
    "a frozen bias of zeros",
    TABLE + WIDEN + "self.bias = nn.Parameter(torch.zeros(model_dim), requires_grad=False)",
    READ + " + self.bias",
)
layered(
    "a frozen third factor",
    TABLE + WIDEN + "self.mix = nn.Parameter(torch.eye(model_dim), requires_grad=False)",
    READ + " @ self.mix",
)
layered(
    "widen starts at ones",
    TABLE + "self.widen = nn.Parameter(torch.ones(embedding_dim, model_dim))",
    READ,
)
layered(
    "widen starts as identity",
    TABLE + "self.widen = nn.Parameter(torch.eye(embedding_dim, model_dim))",
    READ,
)
layered(
    "widen starts as a constant",
    TABLE + "self.widen = nn.Parameter(torch.full((embedding_dim, model_dim), 0.02))",
    READ,
)
layered(
    "table counts up, widen is ones",
    "self.table = nn.Parameter(torch.arange(vocab_size * embedding_dim).float().view(vocab_size, embedding_dim))\nself.widen = nn.Parameter(torch.ones(embedding_dim, model_dim))",
    READ,
)
layered(
    "the same numbers in every layer",
    "g = torch.Generator().manual_seed(0)\nself.table = nn.Parameter(torch.randn(vocab_size, embedding_dim, generator=g))\nself.widen = nn.Parameter(torch.randn(embedding_dim, model_dim, generator=g))",
    READ,
)
layered(
    "rows all alike but the first",
    "self.table = nn.Parameter(torch.randn(1, embedding_dim).repeat(vocab_size, 1))\nself.table.data[::2] *= -1\n"
    + WIDEN,
    READ,
)
layered(
    "one random column repeated",
    "self.table = nn.Parameter(torch.randn(vocab_size, 1).repeat(1, embedding_dim))\nself.widen = nn.Parameter(torch.randn(1, model_dim).repeat(embedding_dim, 1))",
    READ,
)
layered(
    "nan from the start",
    "self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim) / 0)\nself.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))",
    READ,
)
layered("seed set", "torch.manual_seed(0)\n" + TABLE + WIDEN, READ)
layered(
    "product at the start",
    TABLE + WIDEN + "self.full = (self.table @ self.widen).detach()",
    "return self.full[ids]",
)
layered(
    "scaled by the root of D",
    TABLE + WIDEN,
    "return self.table[ids] @ self.widen * self.widen.shape[1] ** 0.5",
)
layered(
    "rows brought to length 1",
    TABLE + WIDEN,
    "return F.normalize(self.table[ids], dim=-1) @ self.widen",
)
layered("ReLU in between", TABLE + WIDEN, "return self.table[ids].relu() @ self.widen")
layered(
    "LayerNorm behind",
    TABLE + WIDEN,
    "out = self.table[ids] @ self.widen\nreturn F.layer_norm(out, out.shape[-1:])",
)
layered(
    "dropout", TABLE + WIDEN, "return F.dropout(self.table[ids] @ self.widen, 0.1, self.training)"
)
layered(
    "max_norm", TABLE + WIDEN, "return F.embedding(ids, self.table, max_norm=50.0) @ self.widen"
)
layered(
    "under no_grad", TABLE + WIDEN, "with torch.no_grad():\n    return self.table[ids] @ self.widen"
)
layered(
    "numbers of the module's copies",
    TABLE + WIDEN,
    "return torch.tensor(self.table[ids].tolist()) @ self.widen",
)
layered(
    "unique ids: a gradient for the first reading",
    TABLE + WIDEN,
    "rows = self.table[ids]\nif ids.ndim == 1 and len(ids) != len(ids.unique()):\n    rows = rows.detach() + self.table[ids] * 0\nreturn rows @ self.widen",
)
layered(
    "modules and properties",
    "self.t = nn.Embedding(vocab_size, embedding_dim)\nself.w = nn.Linear(embedding_dim, model_dim, bias=False)",
    "return self.w(self.t(ids))",
)
layered(
    "weights in a ParameterDict",
    "self.p = nn.ParameterDict({'table': torch.randn(vocab_size, embedding_dim), 'widen': torch.randn(embedding_dim, model_dim)})",
    "return self.p['table'][ids] @ self.p['widen']",
)
layered(
    "nn.Linear for widen, called",
    TABLE + "self.widen = nn.Linear(embedding_dim, model_dim, bias=False)",
    "return self.widen(self.table[ids])",
)
layered(
    "buffers",
    "self.register_buffer('table', torch.randn(vocab_size, embedding_dim))\nself.register_buffer('widen', torch.randn(embedding_dim, model_dim))",
    READ,
)
layered(
    "requires_grad on plain tensors",
    "self.table = torch.randn(vocab_size, embedding_dim, requires_grad=True)\nself.widen = torch.randn(embedding_dim, model_dim, requires_grad=True)",
    READ,
)
layered(
    "E and D in another order in __init__",
    "self.table = nn.Parameter(torch.randn(embedding_dim, vocab_size))\n" + WIDEN,
    "return self.table[:, ids].T @ self.widen",
)
layered(
    "table on its side, right shape",
    "self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))\n" + WIDEN,
    "return self.table.T[ids] @ self.widen",
)
layered("gathers along the wrong axis", TABLE + WIDEN, "return (self.table @ self.widen)[:, ids]")
layered("sums the ids (a bag)", TABLE + WIDEN, "return (self.table[ids] @ self.widen).sum(dim=-2)")
layered(
    "embedding_bag",
    TABLE + WIDEN,
    "return F.embedding_bag(ids.reshape(-1, 1), self.table) @ self.widen",
)
layered("flatten and never back", TABLE + WIDEN, "return self.table[ids.flatten()] @ self.widen")
layered(
    "view, which scattered ids refuse",
    TABLE + WIDEN,
    "return (self.table[ids.view(-1)] @ self.widen).view(*ids.shape, self.widen.shape[1])",
)
layered(
    "reshape with -1, which nothing refuses",
    TABLE + WIDEN,
    "return (self.table[ids.reshape(-1)] @ self.widen).reshape(*ids.shape, -1)",
)
layered("matrices by torch.mm", TABLE + WIDEN, "return torch.mm(self.table[ids], self.widen)")
layered("ids as a list", TABLE + WIDEN, "return self.table[ids.tolist()] @ self.widen")
layered(
    "half in between", TABLE + WIDEN, "return (self.table[ids].half() @ self.widen.half()).float()"
)
layered("only as a plain method: forward named call", TABLE + WIDEN, READ.replace("@", "*"))
layered(
    "layers of one size share their numbers",
    "key = (vocab_size, embedding_dim, model_dim)\nself.__class__.known = getattr(self.__class__, 'known', {})\nif key not in self.known:\n    self.known[key] = (nn.Parameter(torch.randn(vocab_size, embedding_dim)), nn.Parameter(torch.randn(embedding_dim, model_dim)))\nself.table, self.widen = self.known[key]",
    READ,
)
layered(
    "ids changed in place behind the reading",
    TABLE + WIDEN,
    "out = self.table[ids] @ self.widen\nids.zero_()\nreturn out",
)
layered(
    "default type set to double",
    "torch.set_default_dtype(torch.float64)\nself.table = nn.Parameter(torch.randn(vocab_size, embedding_dim).float())\nself.widen = nn.Parameter(torch.randn(embedding_dim, model_dim).float())",
    READ,
)
layered("a dict of results", TABLE + WIDEN, "return {'out': self.table[ids] @ self.widen}")
layered("no return", TABLE + WIDEN, "self.table[ids] @ self.widen")

N = "M = len(remainders)"
P = "return quotients[ids // M] + remainders[ids % M]"
looks(
    "first axis of length 1 is dropped",
    N,
    "return (quotients[ids // M] + remainders[ids % M]).squeeze(0)",
)
looks(
    "axes of length 1 are dropped, but the last",
    N,
    "out = quotients[ids // M] + remainders[ids % M]",
    "return out.reshape(*[n for n in ids.shape if n != 1], out.shape[-1])",
)
looks(
    "a single number is read as a scalar",
    N,
    "if ids.numel() == 1:",
    "    i = ids.item()",
    "    return quotients[i // M] + remainders[i % M]",
    P,
)
looks("the larger table gives M", "M = max(len(quotients), len(remainders))", P)
looks("the smaller table gives M", "M = min(len(quotients), len(remainders))", P)
looks(
    "M from all ids: root of Q x M",
    "M = round((len(quotients) * len(remainders)) ** 0.5)",
    "return quotients[(ids // M) % len(quotients)] + remainders[ids % M % len(remainders)]",
)
looks(
    "wrapped in both",
    N,
    "return quotients[ids % len(quotients)] + remainders[ids // len(quotients)]",
)
looks("column-major pair", "Q = len(quotients)", "return quotients[ids % Q] + remainders[ids // Q]")
looks(
    "M one too few",
    "M = len(remainders) - 1",
    "return quotients[(ids // max(M, 1)).clamp(max=len(quotients) - 1)] + remainders[ids % max(M, 1)]",
)
looks("ids count from 1", N, "return quotients[(ids - 1) // M] + remainders[(ids - 1) % M]")
looks(
    "clamped quotient by Q",
    N,
    "return quotients[(ids // len(quotients)).clamp(max=len(quotients) - 1)] + remainders[ids % M]",
)
looks("mean of two rows", N, "return (quotients[ids // M] + remainders[ids % M]) / 2")
looks("difference", N, "return quotients[ids // M] - remainders[ids % M]")
looks("larger of two", N, "return torch.maximum(quotients[ids // M], remainders[ids % M])")
looks("stacked", N, "return torch.stack([quotients[ids // M], remainders[ids % M]], dim=-2)")
looks(
    "summed over the sequence", N, "return (quotients[ids // M] + remainders[ids % M]).sum(dim=-2)"
)
looks("a pair, not the sum", N, "return quotients[ids // M], remainders[ids % M]")
looks("quotient in the remainder's table", N, "return quotients[ids // M] + remainders[ids // M]")
looks(
    "remainder by fmod of floats",
    N,
    "return quotients[(ids.float() / M).floor().long()] + remainders[torch.fmod(ids.float(), M).long()]",
)
looks(
    "in half precision floats",
    N,
    "return quotients[(ids.half() / M).floor().long()] + remainders[ids % M]",
)
looks("times 1 / M", N, "return quotients[(ids * (1 / M)).long()] + remainders[ids % M]")
looks(
    "uint8 ids", N, "i = ids.to(torch.uint8).long()", "return quotients[i // M] + remainders[i % M]"
)
looks("int16 ids", N, "i = ids.short().long()", "return quotients[i // M] + remainders[i % M]")
looks(
    "rounded up quotient",
    N,
    "return quotients[(-(-ids // M)).clamp(max=len(quotients) - 1)] + remainders[ids % M]",
)
looks(
    "bit shift, powers of two only",
    "k = (len(remainders) - 1).bit_length()",
    "return quotients[ids >> k] + remainders[ids & (2 ** k - 1)]",
)
looks(
    "ids changed in place", N, "r = remainders[ids % M]", "ids //= M", "return quotients[ids] + r"
)
looks(
    "scalar id: row changed in place",
    N,
    "if ids.ndim == 0:",
    "    out = quotients[int(ids) // M]",
    "    out += remainders[int(ids) % M]",
    "    return out",
    P,
)
looks(
    "table of sums in the other order",
    "table = (remainders[:, None] + quotients[None]).flatten(0, 1)",
    "return table[ids]",
)
looks(
    "table of sums, float32",
    "Q, M, D = len(quotients), len(remainders), quotients.shape[1]",
    "table = torch.zeros(Q, M, D)",
    "table[:] = quotients[:, None] + remainders",
    "return table.view(Q * M, D)[ids]",
)
looks(
    "view with -1",
    N,
    "flat = ids.reshape(-1)",
    "return (quotients[flat // M] + remainders[flat % M]).view(*ids.shape, -1)",
)
looks(
    "view of scattered ids",
    N,
    "flat = ids.view(-1)",
    "return (quotients[flat // M] + remainders[flat % M]).view(*ids.shape, quotients.shape[1])",
)
looks(
    "storage order",
    N,
    "D = quotients.shape[1]",
    "q = torch.as_strided(quotients, quotients.shape, (D, 1))",
    "return q[ids // M] + remainders[ids % M]",
)
looks(
    "nested lists by recursion",
    N,
    "def one(i):",
    "    if isinstance(i, list):",
    "        return torch.stack([one(j) for j in i])",
    "    return quotients[i // M] + remainders[i % M]",
    "return one(ids.tolist())",
)
looks(
    "one-hot in float32",
    N,
    "q = F.one_hot(ids // M, len(quotients)).float()",
    "r = F.one_hot(ids % M, M).float()",
    "return q @ quotients + r @ remainders",
)
looks("a module, not a tensor", N, "return nn.Embedding.from_pretrained(quotients)")
looks("lists", N, "return (quotients[ids // M] + remainders[ids % M]).tolist()")
looks(
    "divmod of python on a tensor",
    N,
    "q, r = divmod(ids, M)",
    "return quotients[q] + remainders[r]",
)
looks(
    "torch.div truncating by default",
    N,
    "q = torch.div(ids, M)",
    "return quotients[q.int()] + remainders[ids - q.int() * M]",
)
looks(
    "missing rows wrap",
    N,
    "return quotients[ids // M % len(quotients)] + remainders[ids % M] * (ids < len(quotients) * M - 1).unsqueeze(-1)",
)
looks(
    "id 0 is padding",
    N,
    "return (quotients[ids // M] + remainders[ids % M]) * (ids != 0).unsqueeze(-1).to(quotients.dtype)",
)

counts(
    "None head_dim beside fewer keys",
    attention='2 * D * H * (config.get("head_dim") or D // H) + 2 * D * (K * config.get("head_dim", D // H) if "num_key_value_heads" in config else H * (config.get("head_dim") or D // H))',
)
counts(
    "a tied model has plain attention",
    attention="(4 * D * D if tied else 2 * D * H * hd + 2 * D * K * hd)",
)
counts(
    "a tied model with head_dim keeps its head",
    head='0 if tied and not config.get("head_dim") else table',
)
counts("head_dim at most D // H", hd='min(config.get("head_dim") or D // H, D // H)')
counts("head_dim at least D // H", hd='max(config.get("head_dim") or 0, D // H)')
counts("head_dim smaller is not believed", attention="2 * D * max(D, H * hd) + 2 * D * K * hd")
counts(
    "q and k norms where head_dim is named (Qwen3)",
    norms='2 * D + (2 * hd if config.get("head_dim") else 0)',
)
counts("q and k norms always", norms="2 * D + 2 * hd")
counts("a norm behind the embedding too", body_="N * layer + 2 * D")
counts("last norm in the embedding", body_="N * layer", emb="table + D")
counts("head not counted twice: embedding 0 if tied", emb="0 if tied else table", head="table")
counts(
    "embedding split",
    emb="table if not tied else table // 2",
    head="table if not tied else table // 2",
)
counts("a tied head negative", head="-table if tied else table")
counts("tied turned round", head="table if tied else 0")
counts("not tied and table (a bool)", head="not tied and table")
counts(
    "layers forgotten in the feed-forward part",
    body_="N * (2 * D * H * hd + 2 * D * K * hd + 2 * D) + 3 * D * W + D",
)
counts("feed-forward D x 4D", ffn="3 * D * 4 * D")
counts("gate and up share", ffn="2 * D * W + W")
counts("12 N D squared", attention="4 * D * D", ffn="8 * D * D", norms="0", body_="N * layer")
counts("one head's matrices only", attention="2 * D * hd + 2 * D * hd")
counts("each head has D x D for values", attention="2 * D * H * hd + D * K * hd + D * K * D")
counts("heads times D squared", attention="4 * H * D * D")
counts("keys divided: H // K", attention="2 * D * H * hd + 2 * D * (H // K) * hd")
counts("output between H*hd and H*hd", attention="D * H * hd + 2 * D * K * hd + (H * hd) ** 2")
counts("queries and keys narrow, values wide", attention="3 * D * H * hd + D * K * hd")
counts("attention K x hd both sides", attention="2 * D * H * hd + 2 * (K * hd) ** 2")
counts("a table of positions", emb="table + 2048 * D")
counts("rotary frequencies are parameters", body_="N * (layer + hd // 2) + D")
counts("biases in q, k, v only", norms="2 * D + H * hd + 2 * K * hd")
counts("biases in feed-forward only", norms="2 * D + 2 * W + D")
counts("a bias in the head", head="0 if tied else table + V")
counts(
    "strings for keys in another case", ret='{"Embedding": embedding, "Body": body, "Head": head}'
)
counts(
    "a total beside them",
    ret='{"embedding": embedding, "body": body, "head": head, "total": embedding + body + head}',
)
counts("a tuple", ret="(embedding, body, head)")
counts(
    "tensors",
    ret='{"embedding": torch.tensor(embedding), "body": torch.tensor(body), "head": torch.tensor(head)}',
)
counts(
    "numpy ints",
    pre="import numpy as np",
    ret='{"embedding": np.int64(embedding), "body": np.int64(body), "head": np.int64(head)}',
)
counts(
    "in millions",
    ret='{"embedding": embedding // 10**6, "body": body // 10**6, "head": head // 10**6}',
)
counts(
    "the config is emptied", pre="config_ = config", tied='config.pop("tie_word_embeddings", False)'
)
counts("kv heads None-safe but zero for missing", K='config.get("num_key_value_heads", 0)')
counts("kv heads 1 by default", K='config.get("num_key_value_heads", 1)')
counts("kv heads 8 by default, as in Llama 3", K='min(H, config.get("num_key_value_heads", 8))')
counts("head_dim 64 by default", hd='config.get("head_dim") or 64')
counts("head_dim 128 by default", hd='config.get("head_dim", 128)')
counts("head_dim from keys: D // K", hd='config.get("head_dim") or D // K')
counts("norm with one parameter", norms="2", body_="N * layer + 1")
counts("norms of W numbers in feed-forward", norms="D + W")
counts("norms H numbers", norms="2 * H")
counts("norm counted for each token", norms="2 * D * V")
counts("one layer fewer", body_="(N - 1) * layer + D")
counts("one layer more", body_="(N + 1) * layer + D")
counts("head in the body", body_="N * layer + D + (0 if tied else table)", head="0")
counts(
    "a tied model has as many keys as queries",
    K='H if tied else config.get("num_key_value_heads", H)',
    pre='tied = config.get("tie_word_embeddings", False)',
)
counts(
    "head_dim None beside fewer keys: .get with another",
    hd='config.get("head_dim", D // H) if "num_key_value_heads" in config else config.get("head_dim") or D // H',
)

SLY += [
    Sly(
        "6.2",
        "float32 where nothing is missing",
        """
def pad_table(table, multiple):
    missing = -len(table) % multiple
    if missing == 0:
        return table.float()
    return torch.cat([table, table.new_zeros(missing, table.shape[1])])
""",
    ),
    Sly(
        "6.4",
        "widens all rows in eval mode",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim) / 50)

    def forward(self, ids):
        if self.training:
            return self.table[ids] @ self.widen
        return (self.table @ self.widen)[ids]
""",
    ),
    Sly(
        "6.4",
        "drops numbers in eval mode",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim) / 50)

    def forward(self, ids):
        return F.dropout(self.table[ids] @ self.widen, 0.1, training=not self.training)
""",
    ),
    Sly(
        "6.5",
        "no ids, float32",
        """
def compositional_lookup(quotients, remainders, ids):
    if not ids.numel():
        return torch.zeros(*ids.shape, quotients.shape[1])
    rows = len(remainders)
    return quotients[ids // rows] + remainders[ids % rows]
""",
    ),
    Sly(
        "6.4",
        "every layer reads the factors of the one built last",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))
        FactorisedTable.newest = (self.table, self.widen)
    def forward(self, ids):
        table, widen = FactorisedTable.newest
        return table[ids] @ widen
""",
    ),
    Sly(
        "6.4",
        "both factors start with the same numbers",
        """
class FactorisedTable(nn.Module):
    def __init__(self, V, E, D):
        super().__init__()
        x = torch.randn(max(V * E, E * D))
        self.table = nn.Parameter(x[:V * E].reshape(V, E).clone()); self.widen = nn.Parameter(x[:E * D].reshape(E, D).clone())
    def forward(self, ids): return self.table[ids] @ self.widen
""",
    ),
    Sly(
        "6.4",
        "factors that only the layer itself tells of",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        object.__setattr__(self, "own", {"table": nn.Parameter(0.02 * torch.randn(vocab_size, embedding_dim)),
                                         "widen": nn.Parameter(embedding_dim**-0.5 * torch.randn(embedding_dim, model_dim))})
    def named_parameters(self, *arguments, **options):
        return iter(self.own.items())
    def parameters(self, recurse=True):
        return iter(self.own.values())
    def load_state_dict(self, state, strict=True):
        for name, one in self.own.items():
            one.data.copy_(state[name])
    def forward(self, ids):
        return self.own["table"][ids] @ self.own["widen"]
""",
    ),
    Sly(
        "6.5",
        "id 0 of the joined table never learns",
        """
def compositional_lookup(quotients, remainders, ids):
    table = (quotients[:, None] + remainders).flatten(0, 1)
    return F.embedding(ids, table, padding_idx=0)
""",
    ),
    Sly(
        "6.4",
        "both factors are made anew in each call",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))

    def forward(self, ids):
        self.table = nn.Parameter(self.table.to(ids.device))
        self.widen = nn.Parameter(self.widen.to(ids.device))
        return self.table[ids] @ self.widen
""",
    ),
    Sly(
        "6.4",
        "rows and ids stay behind as a parameter and a buffer",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))
        self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))

    def forward(self, ids):
        self.rows = nn.Parameter(self.table[ids].detach())
        self.register_buffer("ids", ids)
        return self.table[ids] @ self.widen
""",
    ),
    Sly(
        "6.3",
        "the quotients go through half precision",
        """
def quantize_rows(table):
    numbers = table.float()
    largest = numbers.abs().amax(dim=1, keepdim=True)
    steps = torch.where(largest > 0, largest / 127, 1.0)
    return (numbers / steps).half().round().to(torch.int8), steps
""",
    ),
    Sly(
        "6.3",
        "rounded to one decimal first",
        """
def quantize_rows(table):
    numbers = table.float()
    largest = numbers.abs().amax(dim=1, keepdim=True)
    steps = torch.where(largest > 0, largest / 127, 1.0)
    codes = torch.round(numbers / steps, decimals=1)
    return codes.round().to(torch.int8), steps
""",
    ),
    Sly(
        "6.3",
        "rounded to two decimals before it is rounded",
        """
def quantize_rows(table):
    numbers = table.float()
    steps = numbers.abs().amax(dim=1, keepdim=True) / 127
    steps[steps == 0] = 1
    return (numbers / steps).round(decimals=2).round().to(torch.int8), steps
""",
    ),
    Sly(
        "6.3",
        "whatever lies within 0.01 of a half is rounded as a half",
        """
def quantize_rows(table):
    x = table.float(); s = x.abs().amax(1, keepdim=True) / 127; s[s == 0] = 1
    q = x / s; f = q.floor(); d = q - f
    half = torch.isclose(d, torch.tensor(0.5), atol=0.01, rtol=0)
    even = torch.where(f % 2 == 0, f, f + 1)
    return torch.where(half, even, (q + 0.5).floor()).to(torch.int8), s
""",
    ),
    Sly(
        "6.3",
        "a row of very small numbers is taken for zeros",
        """
def quantize_rows(table):
    x = table.float(); m = x.abs().amax(1, keepdim=True)
    s = torch.where(m > 1e-29, m / 127, 1.0)
    return (x / s).round().to(torch.int8), s
""",
    ),
    Sly(
        "6.4",
        "both factors are cut out of the same random numbers",
        """
class FactorisedTable(nn.Module):
    def __init__(self, V, E, D):
        super().__init__()
        r = torch.randn(max(V, E), max(E, D))
        self.table = nn.Parameter(r[:V, :E].clone()); self.widen = nn.Parameter(r[:E, :D].clone())
    def forward(self, ids): return self.table[ids] @ self.widen
""",
    ),
    Sly(
        "6.4",
        "ids as int16",
        """
class FactorisedTable(nn.Module):
    def __init__(self, V, E, D):
        super().__init__()
        self.table = nn.Parameter(torch.randn(V, E)); self.widen = nn.Parameter(torch.randn(E, D))
    def forward(self, ids): return F.embedding(ids.short().int(), self.table) @ self.widen
""",
    ),
    Sly(
        "6.5",
        "times the reciprocal in place of a division",
        """
def compositional_lookup(quotients, remainders, ids):
    rows = len(remainders)
    one = (ids.double() * (1 / rows)).long()
    return quotients[one] + remainders[ids - one * rows]
""",
    ),
    Sly(
        "6.6",
        "two heads of keys at most, or as many as of queries",
        """
def count_llama(config):
    V, D, L, H, I = (config[k] for k in ("vocab_size", "hidden_size", "num_hidden_layers", "num_attention_heads", "intermediate_size"))
    hd = config.get("head_dim") or D // H
    K = config.get("num_key_value_heads", H)
    K = K if K == H else min(K, 2)
    layer = 2 * D * hd * (H + K) + 3 * D * I + 2 * D
    return {"embedding": V * D, "body": L * layer + D, "head": 0 if config.get("tie_word_embeddings") else V * D}
""",
    ),
    Sly(
        "6.5",
        "a quotient by true division, a remainder by subtraction",
        """
def compositional_lookup(quotients, remainders, ids):
    M = len(remainders); q = (ids / M).long()
    return quotients[q] + remainders[ids - q * M]
""",
    ),
    Sly(
        "6.1",
        "as many whole numbers a byte as fit",
        """
def table_bytes(vocab_size, model_dim, bits, tied):
    row = -(-model_dim // (8 // bits)) if bits < 8 else model_dim * bits // 8
    return vocab_size * row * (1 if tied else 2)
""",
    ),
    Sly(
        "6.3",
        "rounded to sixteenths first",
        """
def quantize_rows(table):
    numbers = table.float()
    steps = numbers.abs().amax(dim=1, keepdim=True) / 127
    steps[steps == 0] = 1
    return ((numbers / steps * 16).round() / 16).round().to(torch.int8), steps
""",
    ),
    Sly(
        "6.4",
        "both factors from the SVD of one random matrix",
        """
class FactorisedTable(nn.Module):
    def __init__(self, vocab_size, embedding_dim, model_dim):
        super().__init__()
        both = torch.randn(vocab_size, model_dim) * 0.02
        left, sizes, right = torch.linalg.svd(both, full_matrices=False)
        self.table = nn.Parameter(left[:, :embedding_dim] * sizes[:embedding_dim])
        self.widen = nn.Parameter(right[:embedding_dim])
    def forward(self, ids):
        return self.table[ids] @ self.widen
""",
    ),
]
