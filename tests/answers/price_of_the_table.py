"""Answers to sheet 6 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


BYTES = "table_bytes(vocab_size, model_dim, bits, tied)"
TIMES = "times = 1 if tied else 2"


def weighs(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("6.1", name, hint, body(BYTES, *lines))


BYTES_WRONG = [
    weighs(
        "a float",
        "This is a float",
        TIMES,
        "return times * vocab_size * model_dim * bits / 8",
    ),
    weighs(
        "a float from numpy's habit of ceil",
        "This is a float",
        TIMES,
        "row = float(-(-model_dim * bits // 8))",
        "return times * vocab_size * row",
    ),
    weighs(
        "a float where it does not come out even",
        "This is a float",
        TIMES,
        "row = model_dim * bits / 8",
        "return times * vocab_size * (int(row) if row == int(row) else row)",
    ),
    weighs("bits", "These are bits", TIMES, "return times * vocab_size * model_dim * bits"),
    weighs(
        "a tied head counted twice",
        "It is stored once",
        "return 2 * vocab_size * ((model_dim * bits + 7) // 8)",
    ),
    weighs(
        "tied turned round",
        "It is stored once",
        "return (2 if tied else 1) * vocab_size * ((model_dim * bits + 7) // 8)",
    ),
    weighs(
        "no head",
        "has a matrix of its own",
        "return vocab_size * ((model_dim * bits + 7) // 8)",
    ),
    weighs(
        "rounded once for the table",
        "Rounded once for the whole table",
        TIMES,
        "return times * ((vocab_size * model_dim * bits + 7) // 8)",
    ),
    weighs(
        "whole bytes for each number",
        "Each number is given whole bytes",
        TIMES,
        "return times * vocab_size * model_dim * ((bits + 7) // 8)",
    ),
    weighs(
        "rounded down",
        "is cut off",
        TIMES,
        "return times * vocab_size * (model_dim * bits // 8)",
    ),
    weighs(
        "bits // 8 first",
        "bits // 8 is 0 for 4 bits",
        TIMES,
        "return times * vocab_size * model_dim * (bits // 8)",
    ),
    weighs(
        "through a float",
        "The last digits are lost",
        "times = 1.0 if tied else 2.0",
        "return int(times * vocab_size * ((model_dim * bits + 7) // 8))",
    ),
    weighs(
        "both matrices side by side",
        "rounded up together",
        TIMES,
        "return vocab_size * ((times * model_dim * bits + 7) // 8)",
    ),
    weighs("prints", "prints, but it returns nothing", "print(vocab_size * model_dim * bits // 8)"),
    weighs(
        "a tensor",
        "It returns a value of type",
        TIMES,
        "return torch.tensor(times * vocab_size * model_dim * bits // 8)",
    ),
]

BYTES_RIGHT = [
    Right(
        "6.1",
        "math.ceil",
        "import math\n"
        + body(
            BYTES,
            "row = math.ceil(model_dim * bits / 8)",
            "one = vocab_size * row",
            "return one if tied else one + one",
        ),
    ),
    Right(
        "6.1", "minus", body(BYTES, "return (2 - tied) * vocab_size * -(-model_dim * bits // 8)")
    ),
    Right(
        "6.1",
        "divmod",
        body(
            BYTES,
            "full, rest = divmod(model_dim * bits, 8)",
            "if rest:",
            "    full += 1",
            "size = full * vocab_size",
            "if not tied:",
            "    size *= 2",
            "return size",
        ),
    ),
]

PAD = "pad_table(table, multiple)"


def pads(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("6.2", name, hint, body(PAD, *lines))


PAD_WRONG = [
    pads(
        "one row",
        "A single row was added",
        "return F.pad(table, (0, 0, 0, 1)) if len(table) % multiple else table.clone()",
    ),
    pads(
        "columns",
        "Columns were added",
        "missing = -table.shape[1] % multiple",
        "return F.pad(table, (0, missing))",
    ),
    pads(
        "rows' number, but as columns",
        "The shape is",
        "missing = -len(table) % multiple",
        "return F.pad(table, (0, missing))",
    ),
    pads(
        "above",
        "The zeros stand above",
        "missing = -len(table) % multiple",
        "return F.pad(table, (0, 0, missing, 0))",
    ),
    pads(
        "what is too many",
        "which is what is too many",
        "return F.pad(table, (0, 0, 0, len(table) % multiple))",
    ),
    pads(
        "cut off",
        "Nothing may be lost",
        "return table[: len(table) // multiple * multiple]",
    ),
    pads(
        "times multiple",
        "`multiple` times its rows",
        "return F.pad(table, (0, 0, 0, len(table) * (multiple - 1)))",
    ),
    pads(
        "the last row again",
        "The last row is repeated",
        "missing = -len(table) % multiple",
        "return torch.cat([table, table[-1:].repeat(missing, 1)])",
    ),
    pads(
        "a whole multiple more",
        "A whole multiple was added",
        "missing = multiple - len(table) % multiple",
        "return F.pad(table, (0, 0, 0, missing))",
    ),
    pads(
        "float32 zeros",
        "The zeros are float32",
        "missing = -len(table) % multiple",
        "return torch.cat([table.float(), torch.zeros(missing, table.shape[1])])",
    ),
    pads(
        "zeros of another type",
        "The zeros are float32",
        "missing = -len(table) % multiple",
        "return torch.cat([table, torch.zeros(missing, table.shape[1])])",
    ),
    pads(
        "view",
        "in memory one after another",
        "missing = -len(table) % multiple",
        "flat = F.pad(table.view(-1), (0, missing * table.shape[1]))",
        "return flat.view(-1, table.shape[1])",
    ),
    pads(
        "a number of rows",
        "A tensor was expected",
        "return len(table) + -len(table) % multiple",
    ),
]

PAD_RIGHT = [
    Right(
        "6.2",
        "cat",
        body(
            PAD,
            "rows = (len(table) + multiple - 1) // multiple * multiple",
            "spare = torch.zeros(rows - len(table), table.shape[1], dtype=table.dtype)",
            "return torch.cat([table, spare], dim=0)",
        ),
    ),
    Right(
        "6.2",
        "a larger table, filled",
        body(
            PAD,
            "V, D = table.shape",
            "rows = V",
            "while rows % multiple:",
            "    rows += 1",
            "out = table.new_zeros(rows, D)",
            "out[:V] = table",
            "return out",
        ),
    ),
    Right(
        "6.2",
        "F.pad",
        body(PAD, "return F.pad(table, (0, 0, 0, (multiple - len(table) % multiple) % multiple))"),
    ),
]

QUANT = "quantize_rows(table)"
START = "table = table.float()"
LARGEST = "largest = table.abs().amax(dim=1, keepdim=True)"
STEPS = "steps = torch.where(largest > 0, largest / 127, 1.0)"
CODES = "return (table / steps).round().to(torch.int8), steps"


def quantizes(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("6.3", name, hint, body(QUANT, *lines))


QUANT_WRONG = [
    quantizes(
        "one step for all but rows of zeros",
        "one step for the whole table",
        *(START, LARGEST, "largest[largest > 0] = largest.max()", STEPS, CODES),
    ),
    quantizes(
        "float codes",
        "The codes are not int8",
        *(START, LARGEST, STEPS, "return (table / steps).round(), steps"),
    ),
    quantizes(
        "flat steps",
        "The steps should be a column",
        *(START, LARGEST, STEPS, "codes = (table / steps).round().to(torch.int8)"),
        "return codes, steps[:, 0]",
    ),
    quantizes(
        "cut off",
        "cut off behind the point",
        *(START, LARGEST, STEPS, "return (table / steps).to(torch.int8), steps"),
    ),
    quantizes(
        "rounded down",
        "The codes are rounded down",
        *(START, LARGEST, STEPS, "return (table / steps).floor().to(torch.int8), steps"),
    ),
    quantizes(
        "one step for all",
        "one step for the whole table",
        *(START, "largest = table.abs().max().expand(len(table), 1).clone()", STEPS, CODES),
    ),
    quantizes(
        "a step for each column",
        "a step for each column",
        *(START, "largest = table.abs().amax(dim=0, keepdim=True)", STEPS, CODES),
    ),
    quantizes(
        "128 steps, held in",
        "divided by 128",
        *(START, LARGEST, "steps = torch.where(largest > 0, largest / 128, 1.0)"),
        "return (table / steps).round().clamp(-128, 127).to(torch.int8), steps",
    ),
    quantizes(
        "128 steps",
        "went round to −128",
        *(START, LARGEST, "steps = torch.where(largest > 0, largest / 128, 1.0)", CODES),
    ),
    quantizes(
        "range over 127",
        "twice as wide",
        *(START, LARGEST, "steps = torch.where(largest > 0, 2 * largest / 127, 1.0)", CODES),
    ),
    quantizes(
        "255 steps",
        "255 steps for a size",
        *(START, LARGEST, "steps = torch.where(largest > 0, largest / 255, 1.0)", CODES),
    ),
    quantizes(
        "no abs",
        "Take .abs() before the maximum",
        *(START, "largest = table.amax(dim=1, keepdim=True)"),
        "steps = torch.where(largest != 0, largest / 127, 1.0)",
        CODES,
    ),
    quantizes(
        "half the range, where the row has both signs",
        "difference between largest and smallest",
        START,
        "high, low = table.amax(1, keepdim=True), table.amin(1, keepdim=True)",
        "largest = (high - low) / 2",
        "if bool((high > -low).all()):",
        "    largest = high",
        STEPS,
        CODES,
    ),
    quantizes(
        "half the range, where the row is led by a negative number",
        "numbers are not",
        START,
        "high, low = table.amax(1, keepdim=True), table.amin(1, keepdim=True)",
        "largest = torch.where(high >= -low, high, (high - low) / 2)",
        STEPS,
        CODES,
    ),
    quantizes(
        "halves away from zero",
        "rounded away from zero",
        *(START, LARGEST, STEPS, "exact = table / steps"),
        "return ((exact.abs() + 0.5).floor() * exact.sign()).to(torch.int8), steps",
    ),
    quantizes(
        "halves up",
        "Halves are rounded up",
        *(START, LARGEST, STEPS, "return (table / steps + 0.5).floor().to(torch.int8), steps"),
    ),
    quantizes(
        "zero over zero",
        "A row of zeros should have step 1",
        *(START, LARGEST, "steps = largest / 127", CODES),
    ),
    quantizes(
        "a smallest step of 1e-8",
        "A row of zeros should have step 1",
        *(START, LARGEST, "steps = (largest / 127).clamp(min=1e-8)", CODES),
    ),
    quantizes(
        "step 1 for whatever is small",
        "lost its own step",
        *(START, LARGEST, "steps = torch.where(largest > 1e-8, largest / 127, 1.0)", CODES),
    ),
    quantizes(
        "steps in the table's type",
        "The steps should be float32",
        *(LARGEST, STEPS.replace("1.0", "torch.ones_like(largest)"), CODES),
    ),
    quantizes(
        "view",
        "in memory one after another",
        *(START, LARGEST, STEPS),
        "flat = table.view(-1) / steps.expand(-1, table.shape[1]).reshape(-1)",
        "return flat.round().to(torch.int8).view(table.shape), steps",
    ),
    quantizes(
        "only the codes",
        "2 results were expected",
        *(START, LARGEST, STEPS, "return (table / steps).round().to(torch.int8)"),
    ),
    quantizes(
        "in place",
        "changes its input table in place",
        *("table = table if table.dtype == torch.float32 else table.float()", LARGEST, STEPS),
        "return table.div_(steps).round().to(torch.int8), steps",
    ),
]

QUANT_RIGHT = [
    Right(
        "6.3",
        "a loop over the rows",
        body(
            QUANT,
            "codes, steps = [], []",
            "for row in table.float():",
            "    largest = row.abs().max()",
            "    step = largest / 127 if largest > 0 else torch.tensor(1.0)",
            "    codes.append(torch.round(row / step).to(torch.int8))",
            "    steps.append(step)",
            "return torch.stack(codes), torch.stack(steps)[:, None]",
        ),
    ),
    Right(
        "6.3",
        "zeros filled in afterwards",
        body(
            QUANT,
            "x = table.to(torch.float32)",
            "steps = torch.maximum(x.max(dim=1).values, -x.min(dim=1).values) / 127",
            "steps[steps == 0] = 1",
            "codes = torch.round(x / steps.unsqueeze(1)).clamp(-127, 127)",
            "return codes.char(), steps.unsqueeze(1)",
        ),
    ),
    Right(
        "6.3",
        "by the inverse",
        body(
            QUANT,
            "x = table.float()",
            "steps = x.norm(p=float('inf'), dim=1, keepdim=True) / 127",
            "steps = steps.masked_fill(steps == 0, 1.0)",
            "return torch.round(x * (1 / steps)).to(torch.int8), steps",
        ),
    ),
]


def layer(
    init: str, forward: str, base: str = "nn.Module", first: str = "super().__init__()"
) -> str:
    lines = [f"class FactorisedTable({base}):"]
    lines += ["    def __init__(self, vocab_size, embedding_dim, model_dim):"]
    lines += [f"        {line}" for line in [first, *init.strip().splitlines()] if line]
    lines += ["    def forward(self, ids):"]
    lines += [f"        {line}" for line in forward.strip().splitlines()]
    return "\n".join(lines) + "\n"


TABLE = "self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim))\n"
WIDEN = "self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim))\n"
READ = "return self.table[ids] @ self.widen"

FACTOR_WRONG = [
    Wrong(
        "6.4",
        "plain tensors",
        "A plain tensor is not trained",
        layer(
            "self.table = torch.randn(vocab_size, embedding_dim)\n"
            "self.widen = torch.randn(embedding_dim, model_dim)",
            READ,
        ),
    ),
    Wrong(
        "6.4",
        "nn.Embedding and nn.Linear",
        "should be exactly",
        layer(
            "self.table = nn.Embedding(vocab_size, embedding_dim)\n"
            "self.widen = nn.Linear(embedding_dim, model_dim)",
            "return self.widen(self.table(ids))",
        ),
    ),
    Wrong(
        "6.4",
        "one factor is a plain tensor",
        "should be exactly",
        layer(TABLE + "self.widen = torch.randn(embedding_dim, model_dim)", READ),
    ),
    Wrong(
        "6.4",
        "a bias, as in ALBERT",
        "should be exactly",
        layer(
            TABLE + WIDEN + "self.bias = nn.Parameter(torch.zeros(model_dim))",
            READ + " + self.bias",
        ),
    ),
    Wrong(
        "6.4",
        "the whole table",
        "has another shape",
        layer(
            "self.table = nn.Parameter(torch.randn(vocab_size, model_dim))",
            "return self.table[ids]",
        ),
    ),
    Wrong(
        "6.4",
        "no super",
        "super().__init__() is missing",
        layer(TABLE + WIDEN, READ, first=""),
    ),
    Wrong(
        "6.4",
        "widen on its side",
        "has another shape",
        layer(
            TABLE + "self.widen = nn.Parameter(torch.randn(model_dim, embedding_dim))",
            "return self.table[ids] @ self.widen.T",
        ),
    ),
    Wrong(
        "6.4",
        "arguments mixed up",
        "has another shape",
        layer(
            "self.table = nn.Parameter(torch.randn(vocab_size, model_dim))\n"
            "self.widen = nn.Parameter(torch.randn(model_dim, embedding_dim))",
            READ,
        ),
    ),
    Wrong(
        "6.4",
        "detached",
        "was cut off on the way",
        layer(TABLE + WIDEN, "return self.table.detach()[ids] @ self.widen"),
    ),
    Wrong(
        "6.4",
        "only rows that are read once learn",
        "was cut off on the way",
        layer(
            TABLE + WIDEN,
            "rows = self.table[ids]\n"
            "return (rows + 0 * rows.detach()) @ self.widen.data + (rows.detach() @ self.widen) * 0",
        ),
    ),
    Wrong(
        "6.4",
        "an activation in between",
        "it has",
        layer(TABLE + WIDEN, "return torch.tanh(self.table[ids]) @ self.widen"),
    ),
    Wrong(
        "6.4",
        "a batch of one",
        "with D appended",
        layer(TABLE + WIDEN, "if ids.ndim == 1:\n    ids = ids[None]\n" + READ),
    ),
    Wrong(
        "6.4",
        "sequences only",
        "any number of axes",
        layer(
            TABLE + WIDEN,
            "(T,) = ids.shape\nreturn torch.stack([self.table[i] for i in ids]) @ self.widen",
        ),
    ),
    Wrong(
        "6.4",
        "batches and sequences only",
        "any number of axes",
        layer(
            TABLE + WIDEN,
            "if ids.ndim == 2:\n"
            "    B, T = ids.shape\n"
            "    return (self.table[ids.reshape(-1)] @ self.widen).view(B, T, -1)\n"
            "(T,) = ids.shape\n"
            "return self.table[ids] @ self.widen",
        ),
    ),
    Wrong(
        "6.4",
        "zeros",
        "Start both with torch.randn",
        layer(
            "self.table = nn.Parameter(torch.zeros(vocab_size, embedding_dim))\n"
            "self.widen = nn.Parameter(torch.zeros(embedding_dim, model_dim))",
            READ,
        ),
    ),
    Wrong(
        "6.4",
        "one factor of zeros",
        "Start both with torch.randn",
        layer(TABLE + "self.widen = nn.Parameter(torch.zeros(embedding_dim, model_dim))", READ),
    ),
    Wrong(
        "6.4",
        "ones",
        "Start both with torch.randn",
        layer(
            "self.table = nn.Parameter(torch.ones(vocab_size, embedding_dim))\n"
            "self.widen = nn.Parameter(torch.ones(embedding_dim, model_dim))",
            READ,
        ),
    ),
]

FACTOR_RIGHT = [
    Right(
        "6.4",
        "F.embedding and F.linear",
        layer(TABLE + WIDEN, "return F.linear(F.embedding(ids, self.table), self.widen.T)"),
    ),
    Right(
        "6.4", "the product first", layer(TABLE + WIDEN, "return (self.table @ self.widen)[ids]")
    ),
    Right(
        "6.4",
        "einsum",
        layer(TABLE + WIDEN, "return torch.einsum('...e,ed->...d', self.table[ids], self.widen)"),
    ),
    Right(
        "6.4",
        "empty, then filled",
        layer(
            "self.table = nn.Parameter(torch.empty(vocab_size, embedding_dim))\n"
            "self.widen = nn.Parameter(torch.empty(embedding_dim, model_dim))\n"
            "nn.init.normal_(self.table, std=0.02)\n"
            "nn.init.xavier_uniform_(self.widen)",
            READ,
        ),
    ),
]

LOOK = "compositional_lookup(quotients, remainders, ids)"
ROWS = "rows = len(remainders)"


def looks(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("6.5", name, hint, body(LOOK, *lines))


LOOK_WRONG = [
    looks(
        "a batch of one",
        "The shape is",
        *(ROWS, "ids = ids[None] if ids.ndim == 1 else ids"),
        "return quotients[ids // rows] + remainders[ids % rows]",
    ),
    looks(
        "multiplied",
        "The rows are multiplied",
        *(ROWS, "return quotients[ids // rows] * remainders[ids % rows]"),
    ),
    looks(
        "joined",
        "one behind the other",
        *(ROWS, "return torch.cat([quotients[ids // rows], remainders[ids % rows]], dim=-1)"),
    ),
    looks(
        "two remainders",
        "two ids can share both rows",
        "return quotients[ids % len(quotients)] + remainders[ids % len(remainders)]",
    ),
    looks(
        "divided by Q",
        "A row was asked for that is not there",
        *("rows = len(quotients)", "return quotients[ids // rows] + remainders[ids % rows]"),
    ),
    looks(
        "places swapped",
        "A row was asked for that is not there",
        *(ROWS, "return quotients[ids % rows] + remainders[ids // rows]"),
    ),
    looks(
        "real division",
        "name no row",
        *(ROWS, "return quotients[ids / rows] + remainders[ids % rows]"),
    ),
    looks(
        "only the remainder",
        "numbers are not",
        *(ROWS, "return remainders[ids % rows]"),
    ),
    looks(
        "wants a sequence",
        "any number of axes",
        *(ROWS, "pairs = [divmod(int(i), rows) for i in ids]"),
        "return torch.stack([quotients[q] + remainders[r] for q, r in pairs])",
    ),
    looks(
        "in float32",
        "dtype is torch.float32",
        *(ROWS, "return (quotients[ids // rows] + remainders[ids % rows]).float()"),
    ),
    looks(
        "no return",
        "return missing",
        *(ROWS, "quotients[ids // rows] + remainders[ids % rows]"),
    ),
]

LOOK_RIGHT = [
    Right(
        "6.5",
        "F.embedding",
        body(
            LOOK,
            "M = remainders.shape[0]",
            "q = torch.div(ids, M, rounding_mode='floor')",
            "return F.embedding(q, quotients) + F.embedding(ids - q * M, remainders)",
        ),
    ),
    Right(
        "6.5",
        "the whole table of sums",
        body(
            LOOK,
            "table = (quotients[:, None] + remainders[None]).flatten(0, 1)",
            "return table[ids]",
        ),
    ),
    Right(
        "6.5",
        "flattened",
        body(
            LOOK,
            "flat = ids.flatten()",
            "q, r = flat // len(remainders), flat.remainder(len(remainders))",
            "out = quotients.index_select(0, q) + remainders.index_select(0, r)",
            "return out.reshape(*ids.shape, quotients.shape[1])",
        ),
    ),
]

COUNT = "count_llama(config)"


def llama(
    *,
    key_heads: str = 'config.get("num_key_value_heads", heads)',
    head_dim: str = 'config.get("head_dim") or dim // heads',
    attention: str = "2 * dim * queries + 2 * dim * keys",
    ffn: str = '3 * dim * config["intermediate_size"]',
    norms: str = "2 * dim",
    body_: str = 'config["num_hidden_layers"] * layer + dim',
    head: str = '0 if config.get("tie_word_embeddings") else table',
) -> str:
    return body(
        COUNT,
        'dim, heads = config["hidden_size"], config["num_attention_heads"]',
        f"key_heads = {key_heads}",
        f"head_dim = {head_dim}",
        "queries, keys = heads * head_dim, key_heads * head_dim",
        f"layer = {attention} + {ffn} + {norms}",
        'table = config["vocab_size"] * dim',
        f"body = {body_}",
        f"head = {head}",
        'return {"embedding": table, "body": body, "head": head}',
    )


COUNT_WRONG = [
    Wrong(
        "6.6",
        "whether it is tied must be said",
        "config.get(name, other)",
        llama(head='0 if config["tie_word_embeddings"] else table'),
    ),
    Wrong(
        "6.6",
        "fewer keys only beside head_dim",
        "num_key_value_heads was left out",
        llama(
            key_heads='config.get("num_key_value_heads", heads) if config.get("head_dim") else heads'
        ),
    ),
    Wrong(
        "6.6",
        "head_dim only beside fewer keys",
        "head_dim was left out",
        llama(
            head_dim='config.get("head_dim") or dim // heads if "num_key_value_heads" in config else dim // heads'
        ),
    ),
    Wrong(
        "6.6",
        "head_dim for queries only",
        "head_dim numbers too",
        llama(
            attention="2 * dim * queries + 2 * dim * (keys if key_heads == heads else key_heads * (dim // heads))"
        ),
    ),
    Wrong(
        "6.6",
        "a float",
        "came back as a float",
        llama(head_dim='config.get("head_dim") or dim / heads'),
    ),
    Wrong(
        "6.6",
        "square brackets",
        "config.get(name, other)",
        llama(key_heads='config["num_key_value_heads"]'),
    ),
    Wrong(
        "6.6",
        "no last norm",
        "behind the last layer is missing",
        llama(body_='config["num_hidden_layers"] * layer'),
    ),
    Wrong(
        "6.6",
        "the last norm in each layer",
        "not one more in each",
        llama(body_='config["num_hidden_layers"] * (layer + dim)'),
    ),
    Wrong("6.6", "no norms in the layers", "norms of the layers are missing", llama(norms="0")),
    Wrong("6.6", "one norm a layer", "Each layer has two norms", llama(norms="dim")),
    Wrong("6.6", "LayerNorm", "A LayerNorm has two", llama(norms="4 * dim")),
    Wrong(
        "6.6",
        "no gate",
        "three matrices, not two",
        llama(ffn='2 * dim * config["intermediate_size"]'),
    ),
    Wrong(
        "6.6",
        "three matrices of attention",
        "the one behind the heads is missing",
        llama(attention="dim * queries + 2 * dim * keys"),
    ),
    Wrong(
        "6.6",
        "biases",
        "There are biases in it",
        llama(norms='2 * dim + queries + 2 * keys + dim + 2 * config["intermediate_size"] + dim'),
    ),
    Wrong("6.6", "no head", "has a matrix of its own", llama(head="0")),
    Wrong("6.6", "always a head", "so it counts 0", llama(head="table")),
    Wrong("6.6", "keys like queries", "num_key_value_heads was left out", llama(key_heads="heads")),
    Wrong(
        "6.6", "only keys are fewer", "Both do", llama(attention="3 * dim * queries + dim * keys")
    ),
    Wrong(
        "6.6",
        "the output too",
        "takes all query heads in",
        llama(attention="dim * queries + 3 * dim * keys"),
    ),
    Wrong("6.6", "head_dim left out", "head_dim was left out", llama(head_dim="dim // heads")),
    Wrong(
        "6.6",
        "square matrices",
        "One side is heads × head_dim",
        llama(attention="2 * dim * dim + 2 * dim * keys"),
    ),
    Wrong(
        "6.6",
        "None handed on",
        "gives None here",
        llama(head_dim='config.get("head_dim", dim // heads)'),
    ),
    Wrong(
        "6.6",
        "tied by default",
        "For 'head' it has 0",
        llama(head='0 if config.get("tie_word_embeddings", True) else table'),
    ),
    Wrong("6.6", "one layer", "For 'body' it has", llama(body_="layer + dim")),
    Wrong(
        "6.6",
        "the total",
        "A dict was expected",
        llama().replace(
            'return {"embedding": table, "body": body, "head": head}', "return table + body + head"
        ),
    ),
]

COUNT_RIGHT = [
    Right(
        "6.6",
        "built on the meta device",
        body(
            COUNT,
            'V, D = config["vocab_size"], config["hidden_size"]',
            'H, F_ = config["num_attention_heads"], config["intermediate_size"]',
            'KV = config.get("num_key_value_heads", H)',
            'K = config.get("head_dim")',
            "if K is None:",
            "    K = D // H",
            "shapes = [(D, H * K), (D, KV * K), (D, KV * K), (H * K, D)]",
            "shapes += [(D, F_), (D, F_), (F_, D), (D,), (D,)]",
            "layer = sum(torch.Size(shape).numel() for shape in shapes)",
            'tied = config.get("tie_word_embeddings", False)',
            'body = config["num_hidden_layers"] * layer + D',
            'return {"embedding": V * D, "body": body, "head": V * D * (not tied)}',
        ),
    ),
    Right(
        "6.6",
        "head by head",
        body(
            COUNT,
            'D, H = config["hidden_size"], config["num_attention_heads"]',
            "K = config['head_dim'] if config.get('head_dim') is not None else D // H",
            'KV = config.get("num_key_value_heads", H)',
            "per_head = D * K",
            "attention = per_head * (H + KV + KV + H)",
            'ffn = D * config["intermediate_size"]',
            'n = config["num_hidden_layers"]',
            "body = n * attention + 3 * n * ffn + (2 * n + 1) * D",
            'out = {"embedding": config["vocab_size"] * D, "body": body, "head": 0}',
            'if not config.get("tie_word_embeddings", False):',
            '    out["head"] = out["embedding"]',
            "return out",
        ),
    ),
    Right(
        "6.6",
        "a loop over the layers",
        body(
            COUNT,
            "d = {'tie_word_embeddings': False, **config}",
            "width = d['hidden_size']",
            "d.setdefault('num_key_value_heads', d['num_attention_heads'])",
            "size = d.get('head_dim') or width // d['num_attention_heads']",
            "body = width",
            "for _ in range(d['num_hidden_layers']):",
            "    body += 2 * width",
            "    body += 2 * width * size * d['num_attention_heads']",
            "    body += 2 * width * size * d['num_key_value_heads']",
            "    body += 3 * width * d['intermediate_size']",
            "table = d['vocab_size'] * width",
            "return {'head': table if not d['tie_word_embeddings'] else 0, 'body': body, 'embedding': table}",
        ),
    ),
]

WRONG = [*BYTES_WRONG, *PAD_WRONG, *QUANT_WRONG, *FACTOR_WRONG, *LOOK_WRONG, *COUNT_WRONG]
RIGHT = [*BYTES_RIGHT, *PAD_RIGHT, *QUANT_RIGHT, *FACTOR_RIGHT, *LOOK_RIGHT, *COUNT_RIGHT]
