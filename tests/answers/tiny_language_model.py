"""Answers to sheet 12 that learners give."""

from tests.answers import Right, Wrong

COUNT = """
def count_parameters(vocab_size, model_dim, layers, ffn_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, ffn_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned":
        total += max_len * D
    return total
"""

BITS = """
def bits_of_guessing(vocab_size, tokens, characters):
    return math.log2(vocab_size) * tokens / characters
"""

INPUT = """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x
"""

DECODER = """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
"""

NEXT = """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
"""

LOSS = """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = F.cross_entropy(logits.reshape(n * length, -1), y.reshape(-1), reduction="none")
    return losses.reshape(n, length).mean(dim=0)
"""

CODE = {"12.1": COUNT, "12.2": BITS, "12.3": INPUT, "12.4": DECODER, "12.5": NEXT, "12.6": LOSS}


def changed(task: str, *swaps: tuple[str, str]) -> str:
    """Return a task's code with some of its text replaced, each of which must be there."""
    code = CODE[task]
    for old, new in swaps:
        if old not in code:
            raise ValueError(f"the code of {task} does not hold {old!r}")
        code = code.replace(old, new)
    return code


def wrong(task: str, name: str, hint: str, *swaps: tuple[str, str]) -> Wrong:
    """Return a task's code with a mistake in it."""
    return Wrong(task, name, hint, changed(task, *swaps))


COUNT_WRONG = [
    wrong("12.1", "no last norm", "norm after the last block", ("norms) + D", "norms)")),
    wrong("12.1", "no norms in blocks", "norms inside the blocks", ("norms = 2 * D", "norms = 0")),
    wrong(
        "12.1",
        "no norms at all",
        "No norm is counted",
        ("norms = 2 * D", "norms = 0"),
        ("norms) + D", "norms)"),
    ),
    wrong("12.1", "one norm a block", "one norm in your count", ("norms = 2 * D", "norms = D")),
    wrong(
        "12.1", "a plain feed-forward part", "SwiGLU has three", ("3 * D * F_dim", "2 * D * F_dim")
    ),
    wrong("12.1", "no output projection", "three matrices", ("4 * D * D", "3 * D * D")),
    wrong(
        "12.1",
        "biases",
        "biases in your count. This model",
        ("4 * D * D", "4 * (D * D + D)"),
        ("3 * D * F_dim", "3 * D * F_dim + 2 * F_dim + D"),
    ),
    wrong(
        "12.1",
        "norms with biases",
        "RMSNorm has a scale only",
        ("norms = 2 * D", "norms = 4 * D"),
        ("norms) + D", "norms) + 2 * D"),
    ),
    wrong("12.1", "tied counted twice", "tied head is counted", ("if not tied:", "if True:")),
    wrong(
        "12.1",
        "untied forgotten",
        "head of an untied model is missing",
        ("if not tied:", "if False:"),
    ),
    wrong(
        "12.1", "the head has a bias", "head has a bias", ("total += V * D", "total += V * D + V")
    ),
    wrong(
        "12.1",
        "learned positions forgotten",
        "Learned positions are missing",
        ('if positions == "learned":', "if False:"),
    ),
    wrong(
        "12.1",
        "sinusoids counted",
        "Sinusoids are counted",
        ('positions == "learned"', 'positions in ("learned", "sinusoidal")'),
    ),
    wrong(
        "12.1",
        "every scheme but rotary has a table",
        "Other schemes than learned",
        ('positions == "learned"', 'positions != "rotary"'),
    ),
    wrong("12.1", "heads multiply attention", "was expected", ("4 * D * D", "4 * D * D * 8")),
    wrong(
        "12.1",
        "positions always counted",
        "counted for a rotary model",
        ('if positions == "learned":', "if True:"),
    ),
    wrong(
        "12.1",
        "rotary positions counted",
        "counted for a rotary model",
        ('positions == "learned"', 'positions in ("learned", "rotary")'),
    ),
    wrong("12.1", "prints", "It prints", ("return total", "print(total)")),
]

COUNT_RIGHT = [
    Right(
        "12.1",
        "in one line",
        "\n".join(
            (
                "def count_parameters(V, D, N, F_dim, T, positions, tied):",
                "    rows = V * (2 - tied) + T * (positions == 'learned') + 1",
                "    return D * (rows + N * (4 * D + 3 * F_dim + 2))",
            )
        ),
    ),
    Right(
        "12.1", "by shapes", changed("12.1", ("4 * D * D", "sum(a * b for a, b in [(D, D)] * 4)"))
    ),
]

BITS_WRONG = [
    wrong("12.2", "nats", "These are nats", ("log2", "log")),
    wrong("12.2", "a token", "bits a token", (" * tokens / characters", "")),
    wrong(
        "12.2",
        "upside down",
        "multiply by characters",
        ("* tokens / characters", "* characters / tokens"),
    ),
    wrong("12.2", "all of it", "bits of the whole text", (" / characters", "")),
    wrong("12.2", "one token", "One token is paid for", ("* tokens / characters", "/ characters")),
    wrong("12.2", "base ten", "base 10", ("log2", "log10")),
    wrong(
        "12.2",
        "whole bits",
        "rounded to whole",
        ("math.log2(vocab_size)", "math.ceil(math.log2(vocab_size))"),
    ),
    wrong("12.2", "a tensor", "type", ("math.log2(vocab_size)", "torch.tensor(vocab_size).log2()")),
    wrong("12.2", "prints", "It prints", ("return", "print(1);")),
]

BITS_RIGHT = [
    Right(
        "12.2",
        "by nats",
        changed("12.2", ("math.log2(vocab_size)", "math.log(vocab_size) / math.log(2)")),
    ),
    Right(
        "12.2",
        "tokens a character first",
        changed(
            "12.2",
            (
                "math.log2(vocab_size) * tokens / characters",
                "(tokens / characters) * -math.log2(1 / vocab_size)",
            ),
        ),
    ),
    Right(
        "12.2",
        "by tensors",
        changed(
            "12.2",
            (
                "math.log2(vocab_size) * tokens / characters",
                "(torch.tensor(vocab_size).log2() * tokens / characters).item()",
            ),
        ),
    ),
]

INPUT_WRONG = [
    wrong(
        "12.3",
        "positions end where those of GPT-2 do",
        "numbers are not",
        ("position_table[position_ids]", "position_table[position_ids.clamp(max=1023)]"),
    ),
    wrong(
        "12.3",
        "positions are not learned",
        "No gradient reaches",
        ("position_table[position_ids]", "position_table.detach()[position_ids]"),
    ),
    wrong("12.3", "no root of D", "not multiplied by √D", ("x * math.sqrt(D) + ", "x + ")),
    wrong(
        "12.3",
        "the sum is scaled",
        "sum is multiplied",
        (
            "x * math.sqrt(D) + sinusoids(position_ids, D)",
            "(x + sinusoids(position_ids, D)) * math.sqrt(D)",
        ),
    ),
    wrong("12.3", "times D", "multiplied by D", ("math.sqrt(D)", "D")),
    wrong(
        "12.3",
        "always scaled",
        "in every scheme",
        ("x = table[ids]", "x = table[ids] * table.shape[1] ** 0.5"),
        ("x * math.sqrt(D) + ", "x / math.sqrt(D) + "),
    ),
    wrong(
        "12.3",
        "sinusoids in rotary models",
        "added in a rotary model",
        (
            'if positions == "sinusoidal":',
            'if positions == "rotary":\n        x = x + sinusoids(position_ids, D)\n    if positions == "sinusoidal":',
        ),
    ),
    wrong(
        "12.3",
        "positions by token",
        "read by token",
        ("position_table[position_ids]", "position_table[ids]"),
    ),
    wrong(
        "12.3",
        "positions alone",
        "token's row is missing",
        ("x = x + position_table", "x = position_table"),
    ),
    wrong(
        "12.3",
        "columns",
        "number the columns",
        (
            "D = table.shape[1]",
            "D = table.shape[1]\n    position_ids = torch.arange(ids.shape[1]).expand(ids.shape)",
        ),
    ),
    wrong(
        "12.3",
        "the first text's positions",
        "All texts get the first",
        (
            "D = table.shape[1]",
            "D = table.shape[1]\n    position_ids = position_ids[:1].expand(ids.shape)",
        ),
    ),
    wrong(
        "12.3",
        "changes the table",
        "in place",
        ("x = table[ids]", "x = table.mul_(1.5)[ids] / 1.5"),
    ),
    wrong(
        "12.3",
        "the concatenated layout",
        "numbers are not",
        ("sinusoids(position_ids, D)", 'sinusoids(position_ids, D, layout="sin_cos")'),
    ),
    wrong(
        "12.3",
        "viewed",
        "view size is not compatible",
        ("x = table[ids]", "x = table[ids.view(-1)].view(*ids.shape, -1)"),
    ),
    wrong("12.3", "prints", "It prints", ("return x", "print(x)")),
]

INPUT_RIGHT = [
    Right(
        "12.3",
        "by embedding",
        changed(
            "12.3", ("x = table[ids]", "x = F.embedding(ids, table)"), ("math.sqrt(D)", "D ** 0.5")
        ),
    ),
    Right(
        "12.3",
        "early returns",
        changed(
            "12.3",
            (
                "x = table[ids]",
                'x = table[ids]\n    if positions in ("none", "rotary", "alibi"):\n        return x.clone()',
            ),
        ),
    ),
]

NORM = "x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale"
ATTEND = 'x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)'
FEED = 'x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)'

DECODER_WRONG = [
    wrong(
        "12.4",
        "no last norm",
        "not normed before the head",
        ('    x = rms_norm(x, weights["norm"])\n', ""),
    ),
    wrong(
        "12.4",
        "LayerNorm",
        "This is LayerNorm",
        (NORM, "F.layer_norm(x, x.shape[-1:], scale, eps=1e-6)"),
    ),
    wrong(
        "12.4",
        "unit length",
        "divide by the length",
        (".mean(-1, keepdim=True)", ".sum(-1, keepdim=True)"),
    ),
    wrong("12.4", "no scale", "scale of the norm is missing", (" * scale", "")),
    wrong(
        "12.4",
        "eps outside",
        "ε is added to the root",
        (
            "(x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt()",
            "(x.pow(2).mean(-1, keepdim=True).sqrt() + 1e-6)",
        ),
    ),
    wrong("12.4", "no eps", "There is no ε", (" + 1e-6", "")),
    wrong(
        "12.4",
        "rows times the root of D",
        "multiplied by √D",
        (
            'x = weights["table"][ids]',
            'x = weights["table"][ids] * weights["table"].shape[1] ** 0.5',
        ),
    ),
    wrong(
        "12.4",
        "post-norm",
        "post-norm",
        (ATTEND, 'x = rms_norm(x + attention(x, w, heads), w["attention_norm"])'),
        (FEED, 'x = rms_norm(x + feed_forward(x, w), w["feed_forward_norm"])'),
    ),
    wrong(
        "12.4",
        "nothing is added",
        "Nothing is added",
        (ATTEND, ATTEND.replace("x + ", "", 1)),
        (FEED, FEED.replace("x + ", "", 1)),
    ),
    wrong(
        "12.4",
        "the second sum is missing",
        "feed-forward part's result replaces",
        (FEED, FEED.replace("x + ", "", 1)),
    ),
    wrong(
        "12.4",
        "side by side",
        "Both parts read the same",
        (ATTEND, ATTEND.replace("x = x + ", "read = ")),
        (FEED, FEED.replace("x = x + ", "x = x + read + ")),
    ),
    wrong(
        "12.4",
        "the stream is normed",
        "added to the normed vectors",
        (ATTEND, 'x = rms_norm(x, w["attention_norm"])\n        x = x + attention(x, w, heads)'),
        (FEED, 'x = rms_norm(x, w["feed_forward_norm"])\n        x = x + feed_forward(x, w)'),
    ),
    wrong(
        "12.4",
        "nothing is normed inside",
        "nothing is normed",
        (ATTEND, "x = x + attention(x, w, heads)"),
        (FEED, "x = x + feed_forward(x, w)"),
    ),
    Wrong(
        "12.4",
        "norms swapped",
        "taken for each other",
        changed(
            "12.4",
            (ATTEND, 'x = x + attention(rms_norm(x, w["feed_forward_norm"]), w, heads)'),
            (FEED, 'x = x + feed_forward(rms_norm(x, w["attention_norm"]), w)'),
        ),
    ),
    wrong(
        "12.4",
        "up is the gate",
        "applied to x @ up",
        ('F.silu(x @ w["gate"]) * (x @ w["up"])', '(x @ w["gate"]) * F.silu(x @ w["up"])'),
    ),
    wrong(
        "12.4",
        "SiLU of the product",
        "applied to the product",
        ('F.silu(x @ w["gate"]) * (x @ w["up"])', 'F.silu((x @ w["gate"]) * (x @ w["up"]))'),
    ),
    wrong("12.4", "GELU", "This is GELU", ("F.silu", "F.gelu")),
    wrong("12.4", "sigmoid", "gate is a sigmoid", ("F.silu", "torch.sigmoid")),
    wrong("12.4", "no o", "not projected by o", ('return out @ w["o"]', "return out")),
    wrong(
        "12.4",
        "transposed",
        "matrices are transposed",
        *((f'w["{name}"]', f'w["{name}"].T') for name in "qkvo"),
    ),
    wrong(
        "12.4",
        "no mask",
        "Every token reads all",
        ('    scores = scores.masked_fill(mask, float("-inf"))\n', ""),
    ),
    wrong(
        "12.4",
        "upside down",
        "mask is upside down",
        (
            "torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)",
            "torch.tril(torch.ones(T, T, dtype=torch.bool), diagonal=-1)",
        ),
    ),
    wrong(
        "12.4",
        "does not read itself",
        "does not read itself",
        ("diagonal=1)", "diagonal=0)\n    mask[0, 0] = False"),
    ),
    wrong("12.4", "masked scores are 0", "Masked scores become 0", ('float("-inf")', "0.0")),
    wrong("12.4", "scores as they are", "not divided by √K", (" / math.sqrt(K)", "")),
    wrong("12.4", "divided by K", "divided by K", ("math.sqrt(K)", "K")),
    wrong("12.4", "not turned", "not turned", ("    q, k = turn(q), turn(k)\n", "")),
    wrong("12.4", "queries only", "Only queries are turned", ("turn(q), turn(k)", "turn(q), k")),
    wrong(
        "12.4",
        "values, too",
        "Values are turned",
        ("q, k = turn(q), turn(k)", "q, k, v = turn(q), turn(k), turn(v)"),
    ),
    wrong("12.4", "one head", "There is one head", ("K = D // heads", "heads, K = 1, D")),
    wrong(
        "12.4",
        "viewed",
        "numbers of different tokens are mixed",
        (".view(B, T, heads, K).transpose(1, 2)", ".view(B, heads, T, K)"),
    ),
    wrong(
        "12.4",
        "every H-th number",
        "every H-th number",
        (".view(B, T, heads, K).transpose(1, 2)", ".view(B, T, K, heads).permute(0, 3, 1, 2)"),
        ("out.transpose(1, 2)", "out.transpose(1, 2)"),
    ),
    wrong(
        "12.4",
        "joined in the wrong order",
        "joined in the wrong order",
        ("out.transpose(1, 2).reshape", "out.reshape"),
    ),
    wrong("12.4", "the root of D", "divided by √D", ("math.sqrt(K)", "math.sqrt(D)")),
    wrong(
        "12.4",
        "turned before it is cut",
        "turned before it is cut",
        ('(x @ w["q"])', 'turn(x @ w["q"])'),
        ('(x @ w["k"])', 'turn(x @ w["k"])'),
        ("    q, k = turn(q), turn(k)\n", ""),
    ),
    wrong(
        "12.4",
        "one block only",
        "Only the first block",
        ('weights["blocks"]:', 'weights["blocks"][:1]:'),
    ),
    wrong(
        "12.4",
        "the first block again",
        "again and again",
        (
            'for w in weights["blocks"]:',
            'for _ in weights["blocks"]:\n        w = weights["blocks"][0]',
        ),
    ),
    wrong(
        "12.4",
        "blocks from the end",
        "wrong order.",
        ('in weights["blocks"]:', 'in weights["blocks"][::-1]:'),
    ),
    wrong(
        "12.4",
        "no gradients",
        "gets no gradient",
        ("def decoder(ids", "@torch.no_grad()\ndef decoder(ids"),
    ),
    wrong("12.4", "detached scale", "gets no gradient", (" * scale", " * scale.detach()")),
    wrong(
        "12.4",
        "prints",
        "It prints",
        ('return x @ weights["table"].T', 'print(x @ weights["table"].T)'),
    ),
    wrong(
        "12.4",
        "stumbles without blocks",
        "It stopped with",
        (FEED, FEED.replace("x = x", "last = x = x")),
        ('rms_norm(x, weights["norm"])', 'rms_norm(last, weights["norm"])'),
    ),
    wrong(
        "12.4",
        "squeezed",
        "The shape is (",
        ('return x @ weights["table"].T', 'return (x @ weights["table"].T).squeeze(1)'),
    ),
    wrong(
        "12.4",
        "a mask of fixed size",
        "It stopped with",
        ("torch.ones(T, T, dtype=torch.bool)", "torch.ones(6, 6, dtype=torch.bool)"),
        ("masked_fill(mask,", "masked_fill(mask[:T, :T],"),
    ),
    wrong(
        "12.4",
        "at most two heads",
        "numbers are not",
        ("B, T, D = x.shape", "B, T, D = x.shape\n    heads = min(heads, 2)"),
    ),
    wrong(
        "12.4",
        "two blocks at most",
        "numbers are not",
        ('weights["blocks"]:', 'weights["blocks"][:2]:'),
    ),
    wrong(
        "12.4", "adds in place", "changed in place", (ATTEND, ATTEND.replace("x = x + ", "x += "))
    ),
    wrong(
        "12.4",
        "attention replaces",
        "attention finds replaces",
        (ATTEND, ATTEND.replace("x = x + ", "x = ")),
    ),
    wrong(
        "12.4",
        "the first norm stays",
        "added to the normed vector.",
        (ATTEND, 'x = rms_norm(x, w["attention_norm"])\n        x = x + attention(x, w, heads)'),
    ),
    wrong(
        "12.4",
        "one norm for both",
        "Both norms have",
        ('w["feed_forward_norm"]', 'w["attention_norm"]'),
    ),
    wrong(
        "12.4",
        "q, k and v transposed",
        "q, k and v are transposed",
        *((f'w["{name}"]', f'w["{name}"].T') for name in "qkv"),
    ),
    wrong(
        "12.4",
        "SiLU by an exponential that becomes infinity",
        "Something is no number",
        (
            'F.silu(x @ w["gate"])',
            '(lambda z: z * z.exp() / (1 + z.exp()))(x @ w["gate"])',
        ),
    ),
]

DECODER_RIGHT = [
    Right(
        "12.4",
        "fused attention",
        changed(
            "12.4",
            ("scores = q @ k.transpose(-1, -2) / math.sqrt(K)", ""),
            ("    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)\n", ""),
            ('    scores = scores.masked_fill(mask, float("-inf"))\n', ""),
            (
                "out = scores.softmax(-1) @ v",
                "out = F.scaled_dot_product_attention(q, k, v, is_causal=True)",
            ),
        ),
    ),
    Right(
        "12.4",
        "PyTorch's own norm",
        changed("12.4", (NORM, "F.rms_norm(x, x.shape[-1:], scale, 1e-6)")),
    ),
    Right(
        "12.4",
        "head by head",
        changed(
            "12.4",
            (
                "    out = out.transpose(1, 2).reshape(B, T, D)\n",
                "    out = torch.cat([out[:, h] for h in range(heads)], dim=-1)\n",
            ),
            (
                "mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)",
                "mask = torch.arange(T)[:, None] < torch.arange(T)",
            ),
        ),
    ),
]

NEXT_WRONG = [
    wrong(
        "12.5",
        "a little for each token",
        "must never be drawn",
        (
            "return torch.zeros_like(p).scatter(-1, order, ordered)",
            "return torch.zeros_like(p).scatter(-1, order, ordered) + 1e-8",
        ),
    ),
    wrong(
        "12.5",
        "the likeliest 200",
        "numbers are not",
        (
            "return torch.zeros_like(p).scatter(-1, order, ordered)",
            "return torch.zeros_like(p).scatter(-1, order[..., :200], ordered[..., :200])",
        ),
    ),
    wrong(
        "12.5",
        "multiplied",
        "multiplied by the temperature",
        ("logits / temperature", "logits * temperature"),
    ),
    wrong(
        "12.5",
        "probabilities divided",
        "changes nothing",
        (
            "p = torch.softmax(logits / temperature, dim=-1)",
            "p = torch.softmax(logits, dim=-1) / temperature\n    p = p / p.sum(-1, keepdim=True)",
        ),
    ),
    wrong(
        "12.5",
        "two softmaxes",
        "two softmaxes",
        (
            "torch.softmax(logits / temperature, dim=-1)",
            "torch.softmax(torch.softmax(logits, -1) / temperature, dim=-1)",
        ),
    ),
    wrong("12.5", "no temperature", "changes nothing", ("logits / temperature", "logits")),
    wrong(
        "12.5",
        "along the batch",
        "goes along the batch",
        (
            "p = torch.softmax(logits / temperature, dim=-1)",
            "return torch.softmax(logits / temperature, dim=0)\n    p = logits",
        ),
    ),
    wrong(
        "12.5",
        "a token",
        "It returns a token",
        (
            "return torch.zeros_like(p).scatter(-1, order, ordered)",
            "return torch.multinomial(torch.zeros_like(p).scatter(-1, order, ordered), 1)",
        ),
    ),
    wrong(
        "12.5",
        "without the one that crosses",
        "is left out",
        ("drop = sums - ordered >= top_p", "drop = sums > top_p"),
    ),
    wrong(
        "12.5",
        "not shared out",
        "less than 1",
        ("    ordered = ordered / ordered.sum(dim=-1, keepdim=True)\n", ""),
    ),
    wrong(
        "12.5",
        "sorted",
        "come back sorted",
        ("torch.zeros_like(p).scatter(-1, order, ordered)", "ordered"),
    ),
    wrong("12.5", "the tail", "unlikeliest tokens", ("descending=True", "descending=False")),
    wrong(
        "12.5",
        "each by itself",
        "by its own probability",
        ("drop = sums - ordered >= top_p", "drop = ordered < 1 - top_p"),
    ),
    wrong(
        "12.5",
        "the first row's border",
        "as many tokens as the first",
        ("drop = sums - ordered >= top_p", "drop = (sums - ordered >= top_p)[:1].expand(p.shape)"),
    ),
    wrong(
        "12.5",
        "cut, then heat",
        "cut at temperature 1",
        ("p = torch.softmax(logits / temperature, dim=-1)", "p = torch.softmax(logits, dim=-1)"),
        (
            "return torch.zeros_like(p).scatter(-1, order, ordered)",
            "p = torch.zeros_like(p).scatter(-1, order, ordered)\n"
            "    return torch.softmax(p.log() / temperature, dim=-1)",
        ),
    ),
    wrong("12.5", "a division by 0", "division by 0", ("if temperature == 0:", "if False:")),
    wrong(
        "12.5",
        "exponentials",
        "overflowed",
        (
            "torch.softmax(logits / temperature, dim=-1)",
            "torch.exp(logits / temperature)\n    p = p / p.sum(-1, keepdim=True)",
        ),
    ),
    wrong(
        "12.5",
        "greedy without its own case",
        "numbers are not",
        ("if temperature == 0:", "temperature = max(temperature, 0.2)\n    if temperature == 0:"),
    ),
    wrong(
        "12.5",
        "viewed",
        "view size is not compatible",
        (
            "p = torch.softmax(logits / temperature, dim=-1)",
            "p = torch.softmax(logits.view(-1).view(logits.shape) / temperature, dim=-1)",
        ),
    ),
    wrong(
        "12.5",
        "prints",
        "It prints",
        ("return torch.zeros_like(p).scatter(-1, order, ordered)", "print(p)"),
    ),
]

NEXT_RIGHT = [
    Right(
        "12.5",
        "row by row",
        """
def next_token_probabilities(logits, temperature, top_p):
    rows = []
    for row in logits:
        out = torch.zeros(len(row))
        if temperature == 0:
            out[int(row.argmax())] = 1
        else:
            p = F.softmax(row / temperature, dim=0)
            total = 0.0
            for i in p.argsort(descending=True).tolist():
                if total >= top_p:
                    break
                out[i] = p[i]
                total += p[i].item()
            out = out / out.sum()
        rows.append(out)
    return torch.stack(rows)
""",
    ),
    Right(
        "12.5",
        "logits of minus infinity",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        return torch.zeros_like(logits).scatter(1, logits.argmax(1, keepdim=True), 1.0)
    z = logits / temperature
    sorted_z, order = torch.sort(z, descending=True)
    above = sorted_z.softmax(-1).cumsum(-1).roll(1, -1)
    above[:, 0] = 0
    sorted_z = sorted_z.masked_fill(above >= top_p, -torch.inf)
    return sorted_z.softmax(-1).gather(1, order.argsort(1))
""",
    ),
]

LOSS_WRONG = [
    Wrong(
        "12.6",
        "the mean of the means of batches",
        "numbers are not",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length).split(128)
    y = ids[1:n * length + 1].reshape(n, length).split(128)
    means = [
        F.cross_entropy(logits_of(a).transpose(1, 2), b, reduction="none").mean(0)
        for a, b in zip(x, y)
    ]
    return torch.stack(means).mean(0)
""",
    ),
    wrong(
        "12.6",
        "the token just read",
        "just read",
        ("y = ids[1:n * length + 1]", "y = ids[:n * length]"),
    ),
    wrong(
        "12.6",
        "shifted twice",
        "shifted twice",
        ("y = ids[1:n * length + 1]", "y = ids.roll(-2)[:n * length]"),
    ),
    wrong(
        "12.6",
        "rolled inside a piece",
        "goes round in a circle",
        ("y = ids[1:n * length + 1].reshape(n, length)", "y = x.roll(-1, dims=1)"),
    ),
    Wrong(
        "12.6",
        "inside a piece only",
        "The last position is missing",
        """
def loss_by_position(logits_of, ids, length):
    n = len(ids) // length
    x = ids[:n * length].view(n, length)
    logits = logits_of(x)[:, :-1]
    losses = F.cross_entropy(logits.transpose(1, 2), x[:, 1:], reduction="none")
    return losses.mean(dim=0)
""",
    ),
    Wrong(
        "12.6",
        "sliding",
        "pieces overlap",
        """
def loss_by_position(logits_of, ids, length):
    windows = ids.unfold(0, length + 1, 1)
    logits = logits_of(windows[:, :-1])
    return F.cross_entropy(logits.mT, windows[:, 1:], reduction="none").mean(0)
""",
    ),
    Wrong(
        "12.6",
        "one token more",
        "no row for them",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = torch.stack([ids[i * length:(i + 1) * length + 1] for i in range(n)])
    logits = logits_of(x)[:, :-1]
    return F.cross_entropy(logits.mT, x[:, 1:], reduction="none").mean(0)
""",
    ),
    Wrong(
        "12.6",
        "the whole text at once",
        "takes a batch",
        """
def loss_by_position(logits_of, ids, length):
    losses = F.cross_entropy(logits_of(ids[:-1]), ids[1:], reduction="none")
    return losses.view(-1, length).mean(0)
""",
    ),
    wrong("12.6", "one number", "One number came back", (".mean(dim=0)", ".mean()")),
    wrong("12.6", "one by one", "one by one", (".mean(dim=0)", "")),
    wrong(
        "12.6",
        "a number for each piece",
        "a number for each piece",
        (".mean(dim=0)", ".mean(dim=1)"),
    ),
    wrong(
        "12.6",
        "up to each position",
        "means up to each position",
        (".mean(dim=0)", ".mean(dim=0).cumsum(0) / torch.arange(1, length + 1)"),
    ),
    wrong("12.6", "added up", "losses are added up", (".mean(dim=0)", ".sum(dim=0)")),
    wrong("12.6", "bits", "These are bits", (".mean(dim=0)", ".mean(dim=0) / math.log(2)")),
    wrong(
        "12.6",
        "a piece too few",
        "last whole piece is left out",
        ("n = (len(ids) - 1) // length", "n = max((len(ids) - 2) // length, 1)"),
    ),
    wrong(
        "12.6",
        "a piece too many",
        "has no next one",
        ("n = (len(ids) - 1) // length", "n = len(ids) // length"),
    ),
    wrong("12.6", "prints", "It prints", ("return losses", "print(losses)  #")),
    Wrong(
        "12.6",
        "takes for granted that pieces fit",
        "cut it off before you reshape",
        """
def loss_by_position(logits_of, ids, length):
    x, y = ids[:-1].view(-1, length), ids[1:].view(-1, length)
    return F.cross_entropy(logits_of(x).mT, y, reduction="none").mean(0)
""",
    ),
    Wrong(
        "12.6",
        "pieces of one token more",
        "length + 1 long",
        """
def loss_by_position(logits_of, ids, length):
    n = len(ids) // (length + 1)
    cut = ids[:n * (length + 1)].view(n, length + 1)
    logits = logits_of(cut[:, :-1])
    return F.cross_entropy(logits.mT, cut[:, 1:], reduction="none").mean(0)
""",
    ),
    wrong(
        "12.6",
        "reshaped logits",
        "are reshaped where axes",
        (
            'F.cross_entropy(logits.reshape(n * length, -1), y.reshape(-1), reduction="none")',
            'F.cross_entropy(logits.reshape(n, -1, length), y, reduction="none")',
        ),
    ),
]

LOSS_RIGHT = [
    Right(
        "12.6",
        "piece by piece",
        """
def loss_by_position(logits_of, ids, length):
    total, n, start = torch.zeros(length), 0, 0
    while start + length + 1 <= len(ids):
        logits = logits_of(ids[None, start:start + length])[0]
        target = ids[start + 1:start + length + 1]
        total += -logits.log_softmax(-1)[torch.arange(length), target]
        n, start = n + 1, start + length
    return total / n
""",
    ),
    Right(
        "12.6",
        "by log-sum-exp",
        """
def loss_by_position(logits_of, ids, length):
    windows = ids.unfold(0, length + 1, length)
    logits = logits_of(windows[:, :-1].contiguous())
    own = logits.gather(-1, windows[:, 1:, None])[..., 0]
    return (logits.logsumexp(-1) - own).mean(0)
""",
    ),
]

WRONG = [
    *COUNT_WRONG,
    *BITS_WRONG,
    *INPUT_WRONG,
    *DECODER_WRONG,
    *NEXT_WRONG,
    *LOSS_WRONG,
]
RIGHT = [
    *COUNT_RIGHT,
    *BITS_RIGHT,
    *INPUT_RIGHT,
    *DECODER_RIGHT,
    *NEXT_RIGHT,
    *LOSS_RIGHT,
]
