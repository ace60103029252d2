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

BYTES_WRONG += [
    weighs(
        "a byte a number at least",
        "Each number is given whole bytes",
        TIMES,
        "return times * vocab_size * model_dim * max(1, bits // 8)",
    ),
    weighs(
        "always one byte more",
        "got one byte more",
        TIMES,
        "return times * vocab_size * (model_dim * bits // 8 + 1)",
    ),
    weighs(
        "words of 4 bytes",
        "filled up to 4 bytes",
        TIMES,
        "return times * vocab_size * (-(-model_dim * bits // 32) * 4)",
    ),
    weighs(
        "numpy's int32",
        "not what was expected",
        "import numpy as np",
        TIMES,
        "with np.errstate(all='ignore'):",
        "    size = np.array([vocab_size * ((model_dim * bits + 7) // 8)]).astype(np.int32)",
        "return int(size[0]) * times",
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
        "The columns were made a multiple",
        "missing = -table.shape[1] % multiple",
        "return F.pad(table, (0, missing))",
    ),
    pads(
        "rows' number, but as columns",
        "F.pad begins with the last axis",
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

PAD_WRONG += [
    pads(
        "multiple - V by F.pad",
        "only if V is below multiple",
        "return F.pad(table, (0, 0, 0, multiple - len(table)))",
    ),
    pads(
        "multiple - V, none if negative",
        "only if V is below multiple",
        "return F.pad(table, (0, 0, 0, max(0, multiple - len(table))))",
    ),
    pads(
        "multiple - V by zeros",
        "only if V is below multiple",
        "return torch.cat([table, table.new_zeros(multiple - len(table), table.shape[1])])",
    ),
    pads(
        "multiple rows",
        "as `multiple` says",
        "return F.pad(table, (0, 0, 0, multiple))",
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

QUANT_WRONG += [
    quantizes(
        "steps first",
        "The steps came first",
        *(START, LARGEST, STEPS, "return steps, (table / steps).round().to(torch.int8)"),
    ),
    quantizes(
        "uint8 with a zero point",
        "uint8 has no negative numbers",
        START,
        "low, high = table.amin(1, keepdim=True), table.amax(1, keepdim=True)",
        "steps = (high - low) / 255",
        "return ((table - low) / steps).round().to(torch.uint8), steps",
    ),
    quantizes(
        "no keepdim",
        "have lost their axis",
        *(START, "largest = table.abs().amax(dim=1)", STEPS),
        "return (table / steps).round().to(torch.int8), steps[:, None]",
    ),
    quantizes(
        "max with its places",
        "gives values and places",
        *(START, "steps = table.abs().max(dim=1, keepdim=True) / 127", CODES),
    ),
    quantizes(
        "127 over the largest",
        "should be nearly the number",
        *(START, LARGEST, "steps = torch.where(largest > 0, 127 / largest, 1.0)"),
        "return (table * steps).round().to(torch.int8), steps",
    ),
    quantizes(
        "the largest for the step",
        "should be nearly the number",
        *(START, LARGEST, STEPS, "largest = torch.where(largest > 0, largest, 1.0)"),
        "return (table / steps).round().to(torch.int8), largest",
    ),
    quantizes(
        "codes without signs",
        "The codes keep their signs",
        *(START, "table = table.abs()", LARGEST, STEPS, CODES),
    ),
    quantizes(
        "whole division",
        "// divides and rounds down",
        *(START, LARGEST, STEPS, "return (table // steps).to(torch.int8), steps"),
    ),
    quantizes(
        "abs of the largest",
        "Take .abs() before the maximum",
        *(START, "largest = table.amax(dim=1, keepdim=True).abs()", STEPS, CODES),
    ),
    quantizes(
        "step 1 for a row that has a zero",
        "got step 1 that is not all zeros",
        *(START, LARGEST, "full = table.all(dim=1, keepdim=True)"),
        "steps = torch.where(full, largest / 127, 1.0)",
        CODES,
    ),
    quantizes(
        "step 1 where the sum is 0",
        "got step 1 that is not all zeros",
        *(START, LARGEST, "total = table.sum(dim=1, keepdim=True)"),
        "steps = torch.where(total != 0, largest / 127, 1.0)",
        CODES,
    ),
    quantizes(
        "codes in half precision where they are small",
        "holds no numbers so large or small",
        *(START, LARGEST, STEPS),
        "codes = torch.where(largest < 1, (table.half() / steps.half()).float(), table / steps)",
        "return codes.nan_to_num().round().clamp(-127, 127).to(torch.int8), steps",
    ),
    quantizes(
        "held at 65504",
        "very large numbers was held back",
        *(START, LARGEST, "largest = largest.clamp(max=65504)", STEPS),
        "return (table / steps).round().clamp(-127, 127).to(torch.int8), steps",
    ),
    quantizes(
        "float32 after the maximum",
        "computed in the table's precision. Begin",
        "largest = table.abs().amax(dim=1, keepdim=True)",
        "steps = torch.where(largest > 0, largest / 127, torch.ones_like(largest)).float()",
        "return (table.float() / steps).round().clamp(-127, 127).to(torch.int8), steps",
    ),
    quantizes(
        "codes in the table's precision",
        "codes were computed in the table's precision",
        "x = table.float()",
        "largest = x.abs().amax(dim=1, keepdim=True)",
        STEPS,
        "return (table / steps.to(table.dtype)).round().to(torch.int8), steps",
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
        "with D appended.",
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
        "few numbers, each many times",
        layer(
            "self.table = nn.Parameter(torch.ones(vocab_size, embedding_dim))\n"
            "self.widen = nn.Parameter(torch.ones(embedding_dim, model_dim))",
            READ,
        ),
    ),
]

FACTOR_WRONG += [
    Wrong(
        "6.4",
        "no gradient where an id is repeated",
        "was cut off on the way",
        layer(
            TABLE + WIDEN,
            "rows = self.table[ids]\n"
            "if ids.ndim == 1 and len(ids) != len(ids.unique()):\n"
            "    rows = rows.detach() + self.table[ids] * 0\n"
            "return rows @ self.widen",
        ),
    ),
    Wrong(
        "6.4",
        "buffers",
        "A buffer is stored, but not trained",
        layer(
            "self.register_buffer('table', torch.randn(vocab_size, embedding_dim))\n"
            "self.register_buffer('widen', torch.randn(embedding_dim, model_dim))",
            READ,
        ),
    ),
    Wrong("6.4", "no return", "forward returns None", layer(TABLE + WIDEN, READ[7:])),
    Wrong(
        "6.4",
        "no_grad",
        "no_grad or detach cut it off",
        layer(TABLE + WIDEN, "with torch.no_grad():\n    " + READ),
    ),
    Wrong(
        "6.4",
        "the product, made once",
        "no_grad or detach cut it off",
        layer(
            TABLE + WIDEN + "self.full = (self.table @ self.widen).detach()",
            "return self.full[ids]",
        ),
    ),
    Wrong(
        "6.4",
        "a seed",
        "It changes the seed of all random numbers",
        layer("torch.manual_seed(0)\n" + TABLE + WIDEN, READ),
    ),
    Wrong(
        "6.4",
        "view of the ids",
        "in memory one after another",
        layer(
            TABLE + WIDEN,
            "rows = self.table[ids.view(-1)] @ self.widen\n"
            "return rows.view(*ids.shape, self.widen.shape[1])",
        ),
    ),
    Wrong(
        "6.4",
        "-1 for D",
        "cannot be worked out where there are no ids",
        layer(
            TABLE + WIDEN,
            "rows = self.table[ids.reshape(-1)] @ self.widen\nreturn rows.reshape(*ids.shape, -1)",
        ),
    ),
    Wrong(
        "6.4",
        "axes of length 1 dropped",
        "an axis of length 1 stays an axis",
        layer(TABLE + WIDEN, "return (self.table[ids].unsqueeze(-2) @ self.widen).squeeze()"),
    ),
    Wrong(
        "6.4",
        "the product first",
        "Read the narrow rows first",
        layer(TABLE + WIDEN, "return (self.table @ self.widen)[ids]"),
    ),
    Wrong(
        "6.4",
        "one-hot",
        "Read the narrow rows first",
        layer(
            TABLE + WIDEN,
            "hot = F.one_hot(ids, len(self.table)).to(self.table.dtype)\n"
            "return hot @ self.table @ self.widen",
        ),
    ),
    Wrong(
        "6.4",
        "nan",
        "not a number from the start",
        layer(
            "self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim) / 0)\n" + WIDEN, READ
        ),
    ),
    Wrong(
        "6.4",
        "an identity to begin with",
        "few numbers, each many times",
        layer(TABLE + "self.widen = nn.Parameter(torch.eye(embedding_dim, model_dim))", READ),
    ),
    Wrong(
        "6.4",
        "a generator of its own",
        "starts with the same numbers",
        layer(
            "g = torch.Generator().manual_seed(0)\n"
            "self.table = nn.Parameter(torch.randn(vocab_size, embedding_dim, generator=g))\n"
            "self.widen = nn.Parameter(torch.randn(embedding_dim, model_dim, generator=g))",
            READ,
        ),
    ),
]

FACTOR_RIGHT = [
    Right(
        "6.4",
        "an identity and small random numbers",
        layer(
            TABLE + "noise = torch.randn(embedding_dim, model_dim)\n"
            "self.widen = nn.Parameter(torch.eye(embedding_dim, model_dim) + 0.02 * noise)",
            READ,
        ),
    ),
    Right(
        "6.4",
        "sparse gradients",
        layer(TABLE + WIDEN, "return F.embedding(ids, self.table, sparse=True) @ self.widen"),
    ),
    Right(
        "6.4",
        "F.embedding and F.linear",
        layer(TABLE + WIDEN, "return F.linear(F.embedding(ids, self.table), self.widen.T)"),
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

LOOK_WRONG += [
    looks(
        "the larger table gives M",
        "A row was asked for that is not there",
        "rows = max(len(quotients), len(remainders))",
        "return quotients[ids // rows] + remainders[ids % rows]",
    ),
    looks(
        "by Q, other way round",
        "divided by Q, the rows of quotients",
        "Q = len(quotients)",
        "return quotients[ids % Q] + remainders[ids // Q]",
    ),
    looks(
        "counted from one",
        "Ids begin at 0",
        *(ROWS, "return quotients[(ids - 1) // rows] + remainders[(ids - 1) % rows]"),
    ),
    looks(
        "view of the ids",
        "in memory one after another",
        *(ROWS, "flat = ids.view(-1)", "found = quotients[flat // rows] + remainders[flat % rows]"),
        "return found.view(*ids.shape, quotients.shape[1])",
    ),
    looks(
        "-1 for D",
        "cannot be worked out where there are no ids",
        *(ROWS, "flat = ids.flatten()"),
        "found = quotients[flat // rows] + remainders[flat % rows]",
        "return found.reshape(*ids.shape, -1)",
    ),
    looks(
        "stacked",
        "torch.stack needs at least one tensor",
        *(ROWS, "found = [quotients[i // rows] + remainders[i % rows] for i in ids.flatten()]"),
        "return torch.stack(found).reshape(*ids.shape, quotients.shape[1])",
    ),
    looks(
        "one-hot in float32",
        "not of theirs",
        *(ROWS, "q = F.one_hot(ids // rows, len(quotients)).float()"),
        "r = F.one_hot(ids % rows, rows).float()",
        "return q @ quotients + r @ remainders",
    ),
    looks(
        "quotient by floats",
        "right for small ids only",
        *(ROWS, "return quotients[(ids / rows).long()] + remainders[ids % rows]"),
    ),
    looks(
        "times 1 / M",
        "right for small ids only",
        *(ROWS, "return quotients[(ids * (1 / rows)).long()] + remainders[ids % rows]"),
    ),
    looks(
        "layers made of the tables",
        "cuts the way back",
        "left = nn.Embedding.from_pretrained(quotients, freeze=False)",
        "right = nn.Embedding.from_pretrained(remainders, freeze=False)",
        "return left(ids // len(remainders)) + right(ids % len(remainders))",
    ),
    looks(
        "only the quotients learn",
        "cuts the way back",
        *(ROWS, "return quotients[ids // rows] + remainders.detach()[ids % rows]"),
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
        "fewer keys only beside head_dim, or in a tied model",
        "num_key_value_heads was left out",
        llama(
            key_heads='config.get("num_key_value_heads", heads) if "head_dim" in config or config.get("tie_word_embeddings") else heads'
        ),
    ),
    Wrong(
        "6.6",
        "head_dim only beside fewer keys, or in a tied model",
        "head_dim was left out",
        llama(
            head_dim='config.get("head_dim") or dim // heads if "num_key_value_heads" in config or config.get("tie_word_embeddings") else dim // heads'
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
    Wrong("6.6", "LayerNorm", "GPT-2's have two", llama(norms="4 * dim")),
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
        "is heads × head_dim, for all four",
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
        "has a head of its own",
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

COUNT_WRONG += [
    Wrong(
        "6.6",
        "the last norm in the head",
        "belongs to the body",
        llama(
            body_='config["num_hidden_layers"] * layer',
            head='dim + (0 if config.get("tie_word_embeddings") else table)',
        ),
    ),
    Wrong(
        "6.6",
        "each head has its own hidden_size",
        "The heads do not have hidden_size each",
        llama(attention="dim * dim * heads + 2 * dim * dim * key_heads + dim * dim"),
    ),
    Wrong(
        "6.6",
        "four matrices for each head",
        "The heads do not have hidden_size each",
        llama(attention="4 * heads * dim * dim"),
    ),
    Wrong(
        "6.6", "4D in the feed-forward part", "It need not be 4D", llama(ffn="3 * dim * 4 * dim")
    ),
    Wrong(
        "6.6",
        "norms in the heads, as in Qwen3",
        "none in its heads",
        llama(norms="2 * dim + 2 * head_dim"),
    ),
    Wrong(
        "6.6",
        "how many queries share a key",
        "not how many heads of queries share one",
        llama(key_heads='heads // config.get("num_key_value_heads", heads)'),
    ),
    Wrong(
        "6.6",
        "keys of dim // heads",
        "is heads × head_dim, for all four",
        llama(attention="2 * dim * queries + 2 * dim * key_heads * (dim // heads)"),
    ),
    Wrong(
        "6.6",
        "the result matrix is square",
        "takes heads × head_dim numbers in, and gives",
        llama(attention="dim * queries + 2 * dim * keys + dim * dim"),
    ),
    Wrong(
        "6.6",
        "tensors",
        "a value of type",
        llama().replace('"body": body', '"body": torch.tensor(body)'),
    ),
]

COUNT_RIGHT = [
    Right(
        "6.6",
        "built by transformers",
        body(
            COUNT,
            "from transformers import LlamaConfig, LlamaForCausalLM",
            'c = LlamaConfig(**{"tie_word_embeddings": False, **config})',
            'with torch.device("meta"):',
            "    model = LlamaForCausalLM(c)",
            "table = model.model.embed_tokens.weight.numel()",
            "total = sum(p.numel() for p in model.parameters())",
            "head = 0 if c.tie_word_embeddings else table",
            'return {"embedding": table, "body": total - table - head, "head": head}',
        ),
    ),
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

MORE_RIGHT: list[Right] = []


def right(task: str, signature: str, name: str, *lines: str) -> None:
    MORE_RIGHT.append(Right(task, name, body(signature, *lines)))


right(
    "6.1",
    BYTES,
    "bits are spent one row at a time",
    "left, row = model_dim * bits, 0",
    "row, left = left >> 3, left & 7",
    "row += left > 0",
    "one = row * vocab_size",
    "return one << (not tied)",
)
right(
    "6.1",
    BYTES,
    "numpy int64",
    "import numpy as np",
    "row = np.ceil(np.int64(model_dim) * bits / 8).astype(np.int64)",
    "return int(np.int64(vocab_size) * row * (1 if tied else 2))",
)
right(
    "6.1",
    BYTES,
    "sum of matrices",
    "row = (model_dim * bits - 1) // 8 + 1",
    "return sum(vocab_size * row for _ in range(1 if tied else 2))",
)
right(
    "6.1",
    BYTES,
    "Fraction",
    "import math",
    "from fractions import Fraction",
    "return [2, 1][tied] * vocab_size * math.ceil(Fraction(model_dim * bits, 8))",
)
right(
    "6.1",
    BYTES,
    "torch ints",
    "row = torch.tensor(model_dim * bits + 7) // 8",
    "return (row * vocab_size * (1 if tied else 2)).item()",
)
MORE_RIGHT.append(
    Right(
        "6.1",
        "other names, annotated",
        "def table_bytes(V: int, D: int, b: int, tied: bool) -> int:\n    rest = D * b % 8\n    padded = D * b + (8 - rest if rest else 0)\n    matrices = 1\n    if not tied:\n        matrices += 1\n    return padded // 8 * V * matrices\n",
    )
)
right(
    "6.2",
    PAD,
    "reversed F.pad",
    "return F.pad(table.flip(0).T, ((-len(table)) % multiple, 0)).T.flip(0)",
)
right(
    "6.2",
    PAD,
    "index_copy",
    "V, D = table.shape",
    "out = torch.zeros((V + multiple - 1) // multiple * multiple, D, dtype=table.dtype)",
    "return out.index_copy(0, torch.arange(V), table)",
)
right(
    "6.2",
    PAD,
    "vstack row by row",
    "rows = list(table)",
    "while len(rows) % multiple:",
    "    rows.append(torch.zeros_like(rows[0]))",
    "return torch.stack(rows)",
)
right(
    "6.2",
    PAD,
    "split into blocks and padded",
    "blocks = list(table.split(multiple))",
    "last = table.new_zeros(multiple, table.shape[1])",
    "last[: len(blocks[-1])] = blocks[-1]",
    "return torch.cat(blocks[:-1] + [last])",
)
right(
    "6.2",
    PAD,
    "math.ceil, ConstantPad2d",
    "import math",
    "rows = math.ceil(table.size(0) / multiple) * multiple",
    "return nn.ConstantPad2d((0, 0, 0, rows - table.size(0)), 0.0)(table)",
)
right(
    "6.2",
    PAD,
    "scatter by a mask",
    "rows = next(n for n in range(len(table), len(table) + multiple) if n % multiple == 0)",
    "out = torch.zeros(rows, table.shape[1], dtype=table.dtype, device=table.device)",
    "out[torch.arange(rows) < len(table)] = table",
    "return out",
)
right(
    "6.2",
    PAD,
    "the same table where it fits",
    "missing = -table.shape[0] % multiple",
    "return table if missing == 0 else torch.vstack((table, torch.zeros(missing, table.shape[1]).type_as(table)))",
)
X = "x = table.float()"
L = "largest = x.abs().amax(dim=1, keepdim=True)"
ST = "steps = torch.where(largest > 0, largest / 127, 1.0)"
right(
    "6.3",
    QUANT,
    "torch's own quantisation",
    X,
    L,
    ST,
    "q = torch.quantize_per_channel(x, steps.flatten().double(), torch.zeros(len(x), dtype=torch.long), 0, torch.qint8)",
    "return q.int_repr(), steps",
)
right(
    "6.3",
    QUANT,
    "numpy round trip",
    "import numpy as np",
    "x = table.float().numpy()",
    "largest = np.abs(x).max(axis=1, keepdims=True)",
    "steps = np.where(largest > 0, largest / np.float32(127), np.float32(1)).astype(np.float32)",
    "return torch.from_numpy(np.rint(x / steps).astype(np.int8)), torch.from_numpy(steps)",
)
right(
    "6.3",
    QUANT,
    "python's round",
    X,
    "codes, steps = [], []",
    "for row in x.tolist():",
    "    step = float(torch.tensor(max(map(abs, row))) / 127) or 1.0",
    "    codes.append([round(float(torch.tensor(v) / step)) for v in row])",
    "    steps.append([step])",
    "return torch.tensor(codes, dtype=torch.int8), torch.tensor(steps)",
)
right(
    "6.3",
    QUANT,
    "aminmax",
    X,
    "low, high = torch.aminmax(x, dim=1, keepdim=True)",
    "steps = torch.maximum(high, low.neg()).div(127)",
    "steps = steps + (steps == 0).float()",
    "return x.div(steps).round().char(), steps",
)
right(
    "6.3",
    QUANT,
    "norm inf, clamped codes",
    "x = table.to(dtype=torch.float32)",
    "steps = torch.linalg.vector_norm(x, ord=float('inf'), dim=1, keepdim=True) / 127.0",
    "steps[steps.eq(0)] = 1.0",
    "return torch.clamp(torch.round(x / steps), -128, 127).to(torch.int8), steps",
)
right(
    "6.3",
    QUANT,
    "sorted sizes",
    X,
    "sizes = x.abs().sort(dim=1).values[:, -1:]",
    "empty = sizes == 0",
    "steps = torch.where(empty, torch.ones_like(sizes), sizes / 127)",
    "codes = torch.special.round(x / steps)",
    "return codes.type(torch.int8), steps",
)
right(
    "6.3",
    QUANT,
    "vmap over rows",
    X,
    "def one(row):",
    "    largest = row.abs().max()",
    "    step = torch.where(largest == 0, torch.ones_like(largest), largest / 127)",
    "    return (row / step).round().to(torch.int8), step[None]",
    "return torch.vmap(one)(x)",
)
right(
    "6.3",
    QUANT,
    "table times 127 / largest in double",
    X,
    L,
    ST,
    "return (x.double() / steps.double()).round().to(torch.int8), steps",
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "parameters of nn.Embedding and nn.Linear",
        layer(
            "self.table = nn.Embedding(vocab_size, embedding_dim).weight\nself.widen = nn.Parameter(nn.Linear(embedding_dim, model_dim).weight.detach().T.clone())",
            READ,
        ),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "register_parameter, uniform",
        layer(
            "self.register_parameter('table', nn.Parameter(torch.rand(vocab_size, embedding_dim) - 0.5))\nself.register_parameter('widen', nn.Parameter(torch.empty(embedding_dim, model_dim).uniform_(-1, 1)))",
            READ,
        ),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "index_select and reshape",
        layer(
            TABLE + WIDEN,
            "rows = self.table.index_select(0, ids.reshape(-1))\nreturn rows.mm(self.widen).reshape(ids.shape + (self.widen.shape[1],))",
        ),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "sum of products",
        layer(TABLE + WIDEN, "return (self.table[ids].unsqueeze(-1) * self.widen).sum(dim=-2)"),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "tensordot",
        layer(TABLE + WIDEN, "return torch.tensordot(self.table[ids], self.widen, dims=1)"),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "nn.Module.__init__, take, kaiming",
        layer(
            "self.table = nn.Parameter(nn.init.xavier_normal_(torch.empty(vocab_size, embedding_dim)))\nself.widen = nn.Parameter(nn.init.orthogonal_(torch.empty(embedding_dim, model_dim)))",
            "return torch.matmul(torch.nn.functional.embedding(ids.contiguous(), self.table), self.widen)",
            first="nn.Module.__init__(self)",
        ),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "gather",
        layer(
            TABLE + WIDEN,
            "flat = ids.flatten()[:, None].expand(-1, self.table.shape[1])\nreturn (self.table.gather(0, flat) @ self.widen).unflatten(0, ids.shape) if ids.ndim else (self.table.gather(0, flat) @ self.widen)[0]",
        ),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "batches by torch.bmm",
        layer(
            TABLE + WIDEN,
            "rows = self.table[ids]\nif rows.ndim == 3:\n    return torch.bmm(rows, self.widen.expand(len(rows), -1, -1))\nreturn rows @ self.widen",
        ),
    )
)
MORE_RIGHT.append(
    Right(
        "6.4",
        "sizes kept as attributes, a buffer beside them",
        layer(
            TABLE
            + WIDEN
            + "self.vocab_size, self.model_dim = vocab_size, model_dim\nself.register_buffer('asked', torch.zeros(()), persistent=False)",
            READ,
        ),
    )
)
right(
    "6.5",
    LOOK,
    "floor_divide and remainder",
    "rows = remainders.size(0)",
    "return torch.add(quotients[torch.floor_divide(ids, rows)], remainders[torch.remainder(ids, rows)])",
)
right(
    "6.5",
    LOOK,
    "numpy round trip",
    "import numpy as np",
    "q, r = np.divmod(ids.numpy(), len(remainders))",
    "return quotients[torch.as_tensor(q)] + remainders[torch.as_tensor(r)]",
)
right(
    "6.5",
    LOOK,
    "unravel_index",
    "q, r = torch.unravel_index(ids, (len(quotients), len(remainders)))",
    "return quotients[q] + remainders[r]",
)
right(
    "6.5",
    LOOK,
    "loop, empty kept",
    "M, D = remainders.shape",
    "out = torch.empty(*ids.shape, D, dtype=quotients.dtype)",
    "flat = out.view(-1, D)",
    "for place, i in enumerate(ids.flatten().tolist()):",
    "    flat[place] = quotients[i // M] + remainders[i % M]",
    "return out",
)
right(
    "6.5",
    LOOK,
    "one-hot in the tables' type",
    "M = len(remainders)",
    "q = F.one_hot(ids // M, len(quotients)).to(quotients.dtype)",
    "r = F.one_hot(ids % M, M).to(remainders.dtype)",
    "return q @ quotients + r @ remainders",
)
right(
    "6.5",
    LOOK,
    "bucketize",
    "M = len(remainders)",
    "q = torch.bucketize(ids.contiguous(), torch.arange(M, len(quotients) * M, M), right=True)",
    "return quotients[q] + remainders[ids - M * q]",
)
right(
    "6.5",
    LOOK,
    "in-place on a copy",
    "M = remainders.shape[0]",
    "out = quotients[ids.div(M, rounding_mode='trunc')].clone()",
    "out += F.embedding(ids.fmod(M), remainders)",
    "return out",
)
right(
    "6.6",
    COUNT,
    "keyword arguments",
    "def count(vocab_size, hidden_size, num_hidden_layers, num_attention_heads, intermediate_size, num_key_value_heads=None, head_dim=None, tie_word_embeddings=False):",
    "    K = num_key_value_heads or num_attention_heads",
    "    h = head_dim or hidden_size // num_attention_heads",
    "    per = 2 * h * (num_attention_heads + K) + 3 * intermediate_size + 2",
    "    E = vocab_size * hidden_size",
    "    return dict(embedding=E, body=hidden_size * (per * num_hidden_layers + 1), head=0 if tie_word_embeddings else E)",
    "return count(**config)",
)
right(
    "6.6",
    COUNT,
    "real modules on meta",
    "from collections import OrderedDict",
    "D, H = config['hidden_size'], config['num_attention_heads']",
    "K = config.get('num_key_value_heads', H)",
    "h = config.get('head_dim') or D // H",
    "W = config['intermediate_size']",
    "with torch.device('meta'):",
    "    lin = lambda a, b: nn.Linear(a, b, bias=False)",
    "    layer = lambda: nn.ModuleList([lin(D, H * h), lin(D, K * h), lin(D, K * h), lin(H * h, D), lin(D, W), lin(D, W), lin(W, D), nn.RMSNorm(D), nn.RMSNorm(D)])",
    "    body = nn.ModuleList([*(layer() for _ in range(config['num_hidden_layers'])), nn.RMSNorm(D)])",
    "    table = nn.Embedding(config['vocab_size'], D)",
    "size = lambda m: sum(p.numel() for p in m.parameters())",
    "return OrderedDict(embedding=size(table), body=size(body), head=0 if config.get('tie_word_embeddings') else size(table))",
)
right(
    "6.6",
    COUNT,
    "numpy products",
    "import numpy as np",
    "c = {'num_key_value_heads': config['num_attention_heads'], 'tie_word_embeddings': False, 'head_dim': None} | config",
    "D = c['hidden_size']",
    "h = c['head_dim'] if c['head_dim'] else int(D / c['num_attention_heads'])",
    "shapes = [(D, c['num_attention_heads'] * h)] * 2 + [(c['num_key_value_heads'] * h, D)] * 2 + [(D, c['intermediate_size'])] * 3 + [(D,)] * 2",
    "one = sum(int(np.prod(s)) for s in shapes)",
    "E = c['vocab_size'] * D",
    "return {'head': E - E * bool(c['tie_word_embeddings']), 'embedding': E, 'body': one * c['num_hidden_layers'] + D}",
)
right(
    "6.6",
    COUNT,
    "SimpleNamespace",
    "from types import SimpleNamespace",
    "c = SimpleNamespace(**config)",
    "h = getattr(c, 'head_dim', None) or c.hidden_size // c.num_attention_heads",
    "k = getattr(c, 'num_key_value_heads', c.num_attention_heads)",
    "body = c.hidden_size",
    "for _ in range(c.num_hidden_layers):",
    "    body += c.hidden_size * h * c.num_attention_heads * 2",
    "    body += c.hidden_size * h * k * 2",
    "    body += 3 * c.hidden_size * c.intermediate_size + 2 * c.hidden_size",
    "e = c.vocab_size * c.hidden_size",
    "return {'embedding': e, 'body': body, 'head': 0 if getattr(c, 'tie_word_embeddings', False) else e}",
)
right(
    "6.6",
    COUNT,
    "try and except",
    "try:",
    "    h = config['head_dim']",
    "except KeyError:",
    "    h = None",
    "if h is None:",
    "    h = config['hidden_size'] // config['num_attention_heads']",
    "try:",
    "    k = config['num_key_value_heads']",
    "except KeyError:",
    "    k = config['num_attention_heads']",
    "D = config['hidden_size']",
    "attn = D * h * config['num_attention_heads'] + D * h * k + D * h * k + h * config['num_attention_heads'] * D",
    "mlp = D * config['intermediate_size'] * 3",
    "out = {'embedding': config['vocab_size'] * D, 'body': 0, 'head': config['vocab_size'] * D}",
    "out['body'] = (attn + mlp + D + D) * config['num_hidden_layers'] + D",
    "if 'tie_word_embeddings' in config and config['tie_word_embeddings']:",
    "    out['head'] = 0",
    "return out",
)
MORE_RIGHT.append(
    Right(
        "6.6",
        "head_dim by true division, ints at the end",
        llama(head_dim='config.get("head_dim") or dim / heads').replace(
            '"body": body, "head": head', '"body": round(body), "head": int(head)'
        ),
    )
)
right(
    "6.6",
    COUNT,
    "totals less what is shared",
    "D, V = config['hidden_size'], config['vocab_size']",
    "H = config['num_attention_heads']",
    "G = H / config.get('num_key_value_heads', H)",
    "width = H * (config.get('head_dim') or D // H)",
    "layer = 2 * width * D + round(2 * width * D / G) + 3 * D * config['intermediate_size'] + 2 * D",
    "matrices = 1 if config.get('tie_word_embeddings') else 2",
    "return {'embedding': V * D, 'body': layer * config['num_hidden_layers'] + D, 'head': (matrices - 1) * V * D}",
)

WRONG = [*BYTES_WRONG, *PAD_WRONG, *QUANT_WRONG, *FACTOR_WRONG, *LOOK_WRONG, *COUNT_WRONG]
RIGHT = [
    *BYTES_RIGHT,
    *PAD_RIGHT,
    *QUANT_RIGHT,
    *FACTOR_RIGHT,
    *LOOK_RIGHT,
    *COUNT_RIGHT,
    *MORE_RIGHT,
]
