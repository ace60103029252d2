"""Answers to sheet 3 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


COUNT = "count_reads(ids, vocab_size)"

COUNT_WRONG = [
    Wrong(
        "3.1",
        "no minlength",
        "minlength=vocab_size",
        body(COUNT, "return torch.bincount(ids.flatten())"),
    ),
    Wrong(
        "3.1",
        "each row once",
        "counted once, however often",
        body(
            COUNT,
            "out = torch.zeros(vocab_size, dtype=torch.long)",
            "out[ids.flatten()] = 1",
            "return out",
        ),
    ),
    Wrong(
        "3.1",
        "plus equals",
        "counted once, however often",
        body(
            COUNT,
            "out = torch.zeros(vocab_size, dtype=torch.long)",
            "out[ids] += 1",
            "return out",
        ),
    ),
    Wrong(
        "3.1",
        "only the rows that were read",
        "Only the rows that were read",
        body(COUNT, "return ids.unique(return_counts=True)[1]"),
    ),
    Wrong(
        "3.1",
        "counts from one",
        "one place too early",
        body(
            COUNT, "return torch.bincount((ids.flatten() - 1) % vocab_size, minlength=vocab_size)"
        ),
    ),
    Wrong(
        "3.1",
        "not flattened",
        "Flatten the batch first",
        body(COUNT, "return torch.bincount(ids, minlength=vocab_size)"),
    ),
    Wrong(
        "3.1",
        "sentences only",
        "Flatten the batch first",
        body(
            COUNT,
            "if ids.ndim == 1:",
            "    ids = ids[None]",
            "return sum(torch.bincount(row, minlength=vocab_size) for row in ids)",
        ),
    ),
    Wrong(
        "3.1",
        "a loop over a batch's first dimension",
        "Flatten first",
        body(
            COUNT,
            "out = torch.zeros(vocab_size, dtype=torch.long)",
            "if ids.ndim == 2:",
            "    ids = ids.flatten()",
            "for i in ids:",
            "    out[int(i)] += 1",
            "return out",
        ),
    ),
    Wrong(
        "3.1",
        "wants a batch of sentences",
        "It stopped with",
        body(
            COUNT,
            "out = torch.zeros(vocab_size, dtype=torch.long)",
            "if ids.ndim == 1:",
            "    B, T = ids.shape",
            "for i in ids.flatten().tolist():",
            "    out[i] += 1",
            "return out",
        ),
    ),
    Wrong(
        "3.1",
        "floats",
        "dtype is torch.float32",
        body(
            COUNT,
            "out = torch.zeros(vocab_size)",
            "ids = ids.flatten()",
            "return out.index_add(0, ids, torch.ones(len(ids)))",
        ),
    ),
    Wrong(
        "3.1",
        "a list",
        "returns a list",
        body(COUNT, "return [int((ids == i).sum()) for i in range(vocab_size)]"),
    ),
    Wrong(
        "3.1",
        "prints",
        "prints, but it returns nothing",
        body(COUNT, "print(torch.bincount(ids.flatten(), minlength=vocab_size))"),
    ),
    Wrong(
        "3.1",
        "a share in place of a count",
        "dtype is torch.float32",
        body(
            COUNT,
            "return torch.bincount(ids.flatten(), minlength=vocab_size) / max(ids.numel(), 1)",
        ),
    ),
    Wrong(
        "3.1",
        "right but for the rows behind the last one read",
        "minlength=vocab_size",
        body(
            COUNT,
            "flat = ids.flatten()",
            "size = int(flat.max()) + 1 if flat.numel() else vocab_size",
            "return torch.bincount(flat, minlength=size)",
        ),
    ),
]

COUNT_RIGHT = [
    Right(
        "3.1",
        "scatter-add of ones",
        body(
            COUNT,
            "flat = ids.reshape(-1)",
            "out = torch.zeros(vocab_size, dtype=torch.long)",
            "return out.scatter_add_(0, flat, torch.ones_like(flat))",
        ),
    ),
    Right(
        "3.1",
        "one-hot, summed",
        body(COUNT, "return F.one_hot(ids.flatten(), vocab_size).sum(dim=0)"),
    ),
    Right(
        "3.1",
        "a loop over the rows",
        body(COUNT, "return torch.stack([(ids == row).sum() for row in range(vocab_size)])"),
    ),
    Right(
        "3.1",
        "a loop over the ids",
        body(
            COUNT,
            "counts = [0] * vocab_size",
            "for i in ids.flatten().tolist():",
            "    counts[i] += 1",
            "return torch.tensor(counts)",
        ),
    ),
]

BACK = "embedding_backward(grad_output, ids, vocab_size)"
ZEROS = "grad = grad_output.new_zeros(vocab_size, grad_output.shape[-1])"

BACK_WRONG = [
    Wrong(
        "3.2",
        "plus equals",
        "keeps only one of its gradients",
        body(BACK, ZEROS, "grad[ids] += grad_output", "return grad"),
    ),
    Wrong(
        "3.2",
        "assignment",
        "keeps only one of its gradients",
        body(BACK, ZEROS, "grad[ids] = grad_output", "return grad"),
    ),
    Wrong(
        "3.2",
        "index_put_ without accumulate",
        "keeps only one of its gradients",
        body(BACK, ZEROS, "return grad.index_put_((ids,), grad_output)"),
    ),
    Wrong(
        "3.2",
        "averages",
        "averaged",
        body(
            BACK,
            "flat = ids.flatten()",
            "g = grad_output.reshape(flat.numel(), grad_output.shape[-1])",
            ZEROS,
            "grad.index_add_(0, flat, g)",
            "times = torch.bincount(flat, minlength=vocab_size).clamp(min=1)",
            "return grad / times[:, None]",
        ),
    ),
    Wrong(
        "3.2",
        "reads in place of writing",
        "there are not so many",
        body(BACK, "return grad_output[ids]"),
    ),
    Wrong(
        "3.2",
        "reads modulo",
        "numbers are not",
        body(
            BACK,
            ZEROS,
            "n = ids.numel()",
            "g = grad_output.reshape(n, grad_output.shape[-1])",
            "for place in range(n):",
            "    grad[place % vocab_size] += g[place]",
            "return grad",
        ),
    ),
    Wrong(
        "3.2",
        "on its side",
        "lies on its side",
        body(
            BACK,
            "hot = F.one_hot(ids.flatten(), vocab_size).to(grad_output.dtype)",
            "return grad_output.reshape(-1, grad_output.shape[-1]).T @ hot",
        ),
    ),
    Wrong(
        "3.2",
        "rows up to the largest id",
        "Rows are missing",
        body(
            BACK,
            "flat = ids.flatten()",
            "grad = grad_output.new_zeros(int(flat.max()) + 1, grad_output.shape[-1])",
            "return grad.index_add_(0, flat, grad_output.reshape(len(flat), -1))",
        ),
    ),
    Wrong(
        "3.2",
        "a step in place of a gradient",
        "sign is turned round",
        body(
            BACK,
            ZEROS,
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            "return grad.index_add_(0, ids.flatten(), g, alpha=-1)",
        ),
    ),
    Wrong(
        "3.2",
        "not flattened",
        "Flatten the batch",
        body(BACK, ZEROS, "return grad.index_add_(0, ids, grad_output)"),
    ),
    Wrong(
        "3.2",
        "view",
        "reshape takes any",
        body(
            BACK,
            ZEROS,
            "return grad.index_add_(0, ids.reshape(-1), grad_output.view(ids.numel(), grad.shape[1]))",
        ),
    ),
    Wrong(
        "3.2",
        "wants a sequence",
        "any number of axes",
        body(
            BACK,
            ZEROS,
            "if ids.ndim == 1:",
            "    B, T, D = grad_output.shape",
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            "return grad.index_add_(0, ids.flatten(), g)",
        ),
    ),
    Wrong(
        "3.2",
        "float32 zeros",
        "new zeros are float32",
        body(
            BACK,
            "grad = torch.zeros(vocab_size, grad_output.shape[-1])",
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            "return grad.index_add_(0, ids.flatten(), g)",
        ),
    ),
    Wrong(
        "3.2",
        "always float32",
        "new zeros are float32",
        body(
            BACK,
            "hot = F.one_hot(ids.flatten(), vocab_size).float()",
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            "return hot.T @ g.float()",
        ),
    ),
    Wrong(
        "3.2",
        "no return",
        "return missing",
        body(
            BACK, ZEROS, "grad.index_add_(0, ids.flatten(), grad_output.reshape(ids.numel(), -1))"
        ),
    ),
    Wrong(
        "3.2",
        "stops on an empty batch",
        "It stopped with",
        body(
            BACK,
            "flat = ids.flatten().tolist()",
            "g = grad_output.reshape(len(flat), grad_output.shape[-1])",
            "hot = torch.stack([torch.eye(vocab_size)[i] for i in flat]).to(grad_output.dtype)",
            "return hot.T @ g",
        ),
    ),
    Wrong(
        "3.2",
        "adds into what came in",
        "changes its input grad_output in place",
        body(
            BACK,
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            ZEROS,
            "grad.index_add_(0, ids.flatten(), g)",
            "grad_output.zero_()",
            "return grad",
        ),
    ),
]

BACK_RIGHT = [
    Right(
        "3.2",
        "a one-hot product",
        body(
            BACK,
            "hot = F.one_hot(ids.flatten(), vocab_size).to(grad_output.dtype)",
            "return hot.T @ grad_output.reshape(ids.numel(), grad_output.shape[-1])",
        ),
    ),
    Right(
        "3.2",
        "scatter_add",
        body(
            BACK,
            "D = grad_output.shape[-1]",
            "where = ids.reshape(-1, 1).expand(-1, D)",
            "zeros = torch.zeros(vocab_size, D, dtype=grad_output.dtype)",
            "return zeros.scatter_add(0, where, grad_output.reshape(ids.numel(), D))",
        ),
    ),
    Right(
        "3.2",
        "index_put_ with accumulate",
        body(BACK, ZEROS, "return grad.index_put_((ids,), grad_output, accumulate=True)"),
    ),
    Right(
        "3.2",
        "a loop over the places",
        body(
            BACK,
            ZEROS,
            "rows = grad_output.reshape(ids.numel(), grad.shape[1])",
            "for i, row in zip(ids.flatten().tolist(), rows):",
            "    grad[i] += row",
            "return grad",
        ),
    ),
    Right(
        "3.2",
        "autograd",
        body(
            BACK,
            "table = torch.zeros(vocab_size, grad_output.shape[-1], dtype=grad_output.dtype)",
            "table.requires_grad_()",
            "F.embedding(ids, table).backward(grad_output)",
            "return table.grad",
        ),
    ),
]

MOVE = "rows_that_move(batches, vocab_size, optimizer)"
READ = """
read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
for step, ids in enumerate(batches):
    read[step, ids.flatten()] = True
"""
RULES = """
if optimizer in ("sgd", "sparse_adam"):
    return read
if optimizer in ("momentum", "adam"):
    return read.cumsum(dim=0) > 0
return torch.ones_like(read)
"""

MOVE_WRONG = [
    Wrong(
        "3.3",
        "momentum that ends",
        "numbers are not",
        """
def rows_that_move(batches, vocab_size, optimizer):
    moved = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    momentum = torch.zeros(vocab_size)
    for t, ids in enumerate(batches):
        momentum *= 0 if optimizer == "sgd" else 0.9
        momentum[ids.flatten()] = 1
        moved[t] = True if optimizer == "adamw" else momentum > 1e-2
    return moved
""",
    ),
    Wrong(
        "3.3",
        "only rows that are read ever move",
        "A row that was read earlier keeps moving",
        body(MOVE, READ, "return read"),
    ),
    Wrong(
        "3.3",
        "decay only touches what is read",
        "Decay does not ask who was read",
        body(MOVE, READ, 'if optimizer == "adamw":', "    return read", RULES),
    ),
    Wrong(
        "3.3",
        "AdamW like Adam",
        "Decay shrinks every row",
        body(MOVE, READ, 'if optimizer == "adamw":', '    optimizer = "adam"', RULES),
    ),
    Wrong(
        "3.3",
        "SparseAdam like Adam",
        "looks only at the rows that are in the batch",
        body(MOVE, READ, 'if optimizer == "sparse_adam":', '    optimizer = "adam"', RULES),
    ),
    Wrong(
        "3.3",
        "plain SGD remembers",
        "Plain SGD remembers nothing",
        body(MOVE, READ, 'if optimizer == "sgd":', '    optimizer = "adam"', RULES),
    ),
    Wrong(
        "3.3",
        "Adam moves everything",
        "its velocity or m is 0",
        body(
            MOVE,
            READ,
            'if optimizer in ("adam", "momentum"):',
            '    optimizer = "adamw"',
            RULES,
        ),
    ),
    Wrong(
        "3.3",
        "one step late",
        "moves it too, not only the steps after",
        body(
            MOVE,
            READ,
            'if optimizer in ("adam", "momentum"):',
            "    moved = read.cumsum(dim=0) > 0",
            "    return torch.cat([torch.zeros_like(moved[:1]), moved[:-1]])",
            RULES,
        ),
    ),
    Wrong(
        "3.3",
        "knows the future",
        "before it is read for the first time",
        body(
            MOVE,
            READ,
            'if optimizer in ("adam", "momentum"):',
            "    return read.any(dim=0).expand_as(read)",
            RULES,
        ),
    ),
    Wrong(
        "3.3",
        "only the step before is remembered",
        "numbers are not",
        body(
            MOVE,
            READ,
            'if optimizer in ("adam", "momentum"):',
            "    before = torch.cat([torch.zeros_like(read[:1]), read[:-1]])",
            "    return read | before",
            RULES,
        ),
    ),
    Wrong(
        "3.3",
        "momentum forgotten",
        "A row that was read earlier keeps moving",
        body(MOVE, READ, 'if optimizer == "momentum":', "    return read", RULES),
    ),
    Wrong(
        "3.3",
        "counts",
        "These are numbers",
        body(MOVE, READ, 'if optimizer == "sgd":', "    return read.long()", RULES),
    ),
    Wrong(
        "3.3",
        "counts everywhere",
        "These are numbers",
        body(MOVE, READ.replace("torch.bool", "torch.long").replace("True", "1"), RULES),
    ),
    Wrong(
        "3.3",
        "a row for each row of the table",
        "one for each step",
        body(
            MOVE,
            READ,
            'if optimizer in ("sgd", "sparse_adam"):',
            "    return read.T",
            'if optimizer in ("momentum", "adam"):',
            "    return (read.cumsum(dim=0) > 0).T",
            "return torch.ones_like(read).T",
        ),
    ),
    Wrong(
        "3.3",
        "a list of sets",
        "returns a list",
        body(MOVE, "return [set(ids.flatten().tolist()) for ids in batches]"),
    ),
    Wrong(
        "3.3",
        "batches flattened in place",
        "changes its input batches in place",
        body(MOVE, READ, "batches.clear()", RULES),
    ),
]

MOVE_RIGHT = [
    Right(
        "3.3",
        "sets",
        body(
            MOVE,
            "moved, ever = [], set()",
            "for ids in batches:",
            "    now = set(ids.flatten().tolist())",
            "    ever |= now",
            '    rows = {"sgd": now, "sparse_adam": now, "adamw": range(vocab_size)}',
            "    rows = rows.get(optimizer, ever)",
            "    moved.append([row in rows for row in range(vocab_size)])",
            "return torch.tensor(moved)",
        ),
    ),
    Right(
        "3.3",
        "a real training",
        body(
            MOVE,
            'layer = nn.Embedding(vocab_size, 4, sparse=optimizer == "sparse_adam")',
            "kinds = {",
            '    "sgd": lambda p: torch.optim.SGD(p, lr=0.1),',
            '    "momentum": lambda p: torch.optim.SGD(p, lr=0.1, momentum=0.9),',
            '    "adam": lambda p: torch.optim.Adam(p, lr=0.1),',
            '    "adamw": lambda p: torch.optim.AdamW(p, lr=0.1),',
            '    "sparse_adam": lambda p: torch.optim.SparseAdam(p, lr=0.1),',
            "}",
            "optimizer = kinds[optimizer](layer.parameters())",
            "moved = []",
            "for ids in batches:",
            "    before = layer.weight.detach().clone()",
            "    optimizer.zero_grad()",
            "    (layer(ids) * (1 + torch.rand(4))).sum().backward()",
            "    optimizer.step()",
            "    moved.append((layer.weight != before).any(dim=1))",
            "return torch.stack(moved)",
        ),
    ),
    Right(
        "3.3",
        "cummax",
        body(
            MOVE,
            "counts = [torch.bincount(ids.flatten(), minlength=vocab_size) for ids in batches]",
            "read = torch.stack(counts).clamp(max=1)",
            'if optimizer == "adamw":',
            "    return read >= 0",
            'if optimizer in ("adam", "momentum"):',
            "    read = read.cummax(dim=0).values",
            "return read.bool()",
        ),
    ),
]

STEP = "adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01)"
MEANS = """
m = beta1 * m + (1 - beta1) * grad
v = beta2 * v + (1 - beta2) * grad**2
"""
HATS = """
m_hat = m / (1 - beta1**t)
v_hat = v / (1 - beta2**t)
"""
DECAY = "table = table * (1 - lr * weight_decay)"
MOVES = "table = table - lr * m_hat / (v_hat.sqrt() + eps)"
GIVE = "return table, m, v"

STEP_WRONG = [
    Wrong(
        "3.4",
        "not corrected",
        "not corrected",
        body(STEP, MEANS, DECAY, "return table - lr * m / (v.sqrt() + eps), m, v"),
    ),
    Wrong(
        "3.4",
        "t from 0",
        "count from 0",
        body(STEP, MEANS, HATS.replace("**t", "**(t + 1)"), DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "no root",
        "Divide by its square root",
        body(STEP, MEANS, HATS, DECAY, MOVES.replace(".sqrt()", ""), GIVE),
    ),
    Wrong(
        "3.4",
        "the square of the mean",
        "running mean of the squared gradients",
        body(STEP, MEANS.replace("grad**2", "m**2"), HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "betas swapped",
        "two betas are swapped",
        body(STEP, "beta1, beta2 = beta2, beta1", MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "uphill",
        "goes uphill",
        body(STEP, MEANS, HATS, DECAY, MOVES.replace("table - lr", "table + lr"), GIVE),
    ),
    Wrong(
        "3.4",
        "old means returned",
        "are those that came in.",
        body(
            STEP,
            "new_m = beta1 * m + (1 - beta1) * grad",
            "new_v = beta2 * v + (1 - beta2) * grad**2",
            "m_hat, v_hat = new_m / (1 - beta1**t), new_v / (1 - beta2**t)",
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "corrected means returned",
        "correct them once more",
        body(
            STEP,
            MEANS,
            "m = m / (1 - beta1**t)",
            "v = v / (1 - beta2**t)",
            DECAY,
            "return table - lr * m / (v.sqrt() + eps), m, v",
        ),
    ),
    Wrong(
        "3.4",
        "starts again in each step",
        "carry on from those",
        body(STEP, "m = (1 - beta1) * grad", "v = (1 - beta2) * grad**2", HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "m starts again in each step",
        "Result 1 of 3",
        body(STEP, "m = 0 * m", MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "corrects from the second step on",
        "not corrected",
        body(
            STEP,
            MEANS,
            "m_hat, v_hat = m, v",
            "if t > 1:",
            "    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)",
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "always the first step",
        "numbers are not",
        body(STEP, "t = 1", MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong("3.4", "no decay", "There is no weight decay", body(STEP, MEANS, HATS, MOVES, GIVE)),
    Wrong(
        "3.4",
        "decay in the gradient",
        "Adam with an L2",
        body(STEP, "grad = grad + weight_decay * table", MEANS, HATS, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "decay without lr",
        "shrinks by weight_decay",
        body(STEP, MEANS, HATS, DECAY.replace("lr * ", ""), MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "only rows with a gradient decay",
        "does not ask who was read",
        body(
            STEP,
            MEANS,
            HATS,
            "read = (grad != 0).any(dim=1, keepdim=True)",
            "table = torch.where(read, table * (1 - lr * weight_decay), table)",
            MOVES,
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "decay after the step",
        "step itself shrinks",
        body(STEP, MEANS, HATS, MOVES, DECAY, GIVE),
    ),
    Wrong(
        "3.4",
        "no decay taken for the usual one",
        "Result 1 of 3",
        body(STEP, "weight_decay = weight_decay or 0.01", MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "only rows with a gradient step",
        "Result 1 of 3",
        body(
            STEP,
            MEANS,
            HATS,
            DECAY,
            "read = (grad != 0).any(dim=1, keepdim=True)",
            "table = table - read * lr * m_hat / (v_hat.sqrt() + eps)",
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "eps in the root",
        "belongs behind it",
        body(STEP, MEANS, HATS, DECAY, "return table - lr * m_hat / (v_hat + eps).sqrt(), m, v"),
    ),
    Wrong(
        "3.4",
        "eps before the correction",
        "Result 1 of 3",
        body(
            STEP,
            MEANS,
            DECAY,
            "size = lr * (1 - beta2**t) ** 0.5 / (1 - beta1**t)",
            "return table - size * m / (v.sqrt() + eps), m, v",
        ),
    ),
    Wrong(
        "3.4",
        "no eps",
        "nan",
        body(STEP, MEANS, HATS, DECAY, "return table - lr * m_hat / v_hat.sqrt(), m, v"),
    ),
    Wrong(
        "3.4",
        "always float32",
        "dtype is torch.float32",
        body(
            STEP,
            "table, grad, m, v = table.float(), grad.float(), m.float(), v.float()",
            MEANS,
            HATS,
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "the table alone",
        "3 results were expected",
        body(STEP, MEANS, HATS, DECAY, MOVES, "return table"),
    ),
    Wrong(
        "3.4",
        "v forgotten",
        "It returns 2 results",
        body(STEP, MEANS, HATS, DECAY, MOVES, "return table, m"),
    ),
    Wrong(
        "3.4",
        "in place",
        "changes its input",
        body(
            STEP,
            "m.mul_(beta1).add_((1 - beta1) * grad)",
            "v.mul_(beta2).add_((1 - beta2) * grad**2)",
            HATS,
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
]

STEP_RIGHT = [
    Right(
        "3.4",
        "running means moved by a part of the difference",
        """
def adamw_step(
    table, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = m + (1 - beta1) * (grad - m)
    v = v + (1 - beta2) * (grad**2 - v)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    table = table - lr * weight_decay * table
    return table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Right(
        "3.4",
        "torch's own",
        body(
            STEP,
            "p = nn.Parameter(table.clone())",
            "optimizer = torch.optim.AdamW(",
            "    [p], lr=lr, betas=(beta1, beta2), eps=eps, weight_decay=weight_decay",
            ")",
            "state = {'step': torch.tensor(t - 1.0), 'exp_avg': m.clone(), 'exp_avg_sq': v.clone()}",
            "optimizer.state[p] = state",
            "p.grad = grad.clone()",
            "optimizer.step()",
            "return p.data, state['exp_avg'], state['exp_avg_sq']",
        ),
    ),
    Right(
        "3.4",
        "lerp and one fraction",
        body(
            STEP,
            "m = torch.lerp(m, grad, 1 - beta1)",
            "v = torch.lerp(v, grad * grad, 1 - beta2)",
            "root = (v / (1 - beta2**t)).sqrt() + eps",
            "move = m / (1 - beta1**t) / root + weight_decay * table",
            "return table - lr * move, m, v",
        ),
    ),
    Right(
        "3.4",
        "copies, changed in place",
        body(
            STEP,
            "table, m, v = table.clone(), m.clone(), v.clone()",
            "m.mul_(beta1).add_(grad, alpha=1 - beta1)",
            "v.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)",
            "table.mul_(1 - lr * weight_decay)",
            "table.addcdiv_(m / (1 - beta1**t), (v / (1 - beta2**t)).sqrt() + eps, value=-lr)",
            "return [table, m, v]",
        ),
    ),
]

LAZY = "sparse_adam_step(table, ids, grad_output, m, v, t, lr)"
ADD_UP = """
rows, place = ids.flatten().unique(return_inverse=True)
g = torch.zeros(len(rows), table.shape[1])
g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
"""
ROWS_STEP = """
m_new = 0.9 * m[rows] + 0.1 * g
v_new = 0.999 * v[rows] + 0.001 * g**2
m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
"""
WRITE = """
table, m, v = table.clone(), m.clone(), v.clone()
table[rows], m[rows], v[rows] = new, m_new, v_new
return table, m, v
"""
DENSE = """
D = table.shape[1]
flat = grad_output.reshape(ids.numel(), D)
g = torch.zeros_like(table).index_add(0, ids.flatten(), flat)
m_new = 0.9 * m + 0.1 * g
v_new = 0.999 * v + 0.001 * g**2
moved = table - lr * m_new / (1 - 0.9**t) / ((v_new / (1 - 0.999**t)).sqrt() + 1e-8)
"""

LAZY_WRONG = [
    Wrong(
        "3.5",
        "plain Adam",
        "That is Adam as it is",
        body(LAZY, DENSE, "return moved, m_new, v_new"),
    ),
    Wrong(
        "3.5",
        "means of all rows fade",
        "m and v of rows that were not read fade",
        body(
            LAZY,
            DENSE,
            "read = torch.bincount(ids.flatten(), minlength=len(table)) > 0",
            "return torch.where(read[:, None], moved, table), m_new, v_new",
        ),
    ),
    Wrong(
        "3.5",
        "squares added",
        "The squares are added",
        body(
            LAZY,
            "rows, place = ids.flatten().unique(return_inverse=True)",
            "flat = grad_output.reshape(ids.numel(), table.shape[1])",
            "zeros = torch.zeros(len(rows), table.shape[1])",
            "g, squares = zeros.index_add(0, place, flat), zeros.index_add(0, place, flat**2)",
            ROWS_STEP.replace("g**2", "squares"),
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "one of a row's gradients",
        "Only one of a repeated row's gradients",
        body(
            LAZY,
            "rows, g = ids.flatten(), grad_output.reshape(ids.numel(), table.shape[1])",
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "plus equals",
        "Only one of a repeated row's gradients",
        body(
            LAZY,
            "g = torch.zeros_like(table)",
            "g[ids] += grad_output",
            "rows = ids.unique()",
            "g = g[rows]",
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "a step for each place",
        "takes two steps",
        body(
            LAZY,
            "table, m, v = table.clone(), m.clone(), v.clone()",
            "flat = grad_output.reshape(ids.numel(), table.shape[1])",
            "for i, g in zip(ids.flatten().tolist(), flat):",
            "    m[i] = 0.9 * m[i] + 0.1 * g",
            "    v[i] = 0.999 * v[i] + 0.001 * g**2",
            "    m_hat, v_hat = m[i] / (1 - 0.9**t), v[i] / (1 - 0.999**t)",
            "    table[i] = table[i] - lr * m_hat / (v_hat.sqrt() + 1e-8)",
            "return table, m, v",
        ),
    ),
    Wrong(
        "3.5",
        "averages",
        "They add up",
        body(
            LAZY,
            ADD_UP,
            "g = g / torch.bincount(place.flatten())[:, None] if len(rows) else g",
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "not corrected",
        "not corrected by t",
        body(
            LAZY,
            ADD_UP,
            ROWS_STEP.replace(" / (1 - 0.9**t)", "").replace(" / (1 - 0.999**t)", ""),
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "with decay",
        "There is a decay in it",
        body(
            LAZY,
            ADD_UP,
            ROWS_STEP,
            "new = new - lr * 0.01 * table[rows]",
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "table of the rows that were read",
        "The shape is",
        body(LAZY, ADD_UP, ROWS_STEP, "return new, m_new, v_new"),
    ),
    Wrong(
        "3.5",
        "in place",
        "changes its input table and m and v in place",
        body(
            LAZY,
            ADD_UP,
            ROWS_STEP,
            WRITE.replace("table, m, v = table.clone(), m.clone(), v.clone()", ""),
        ),
    ),
    Wrong(
        "3.5",
        "wants a batch",
        "It stopped with",
        body(
            LAZY,
            "if ids.ndim == 1:",
            "    B, T = ids.shape",
            ADD_UP,
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "wants two dimensions at most",
        "any number of axes",
        body(
            LAZY,
            "if ids.ndim != 1:",
            "    B, T = ids.shape",
            ADD_UP,
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "stops where nothing is read",
        "reads nothing is no error",
        body(
            LAZY,
            "largest = ids.max()",
            ADD_UP,
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "the table alone",
        "3 results were expected",
        body(LAZY, ADD_UP, ROWS_STEP, WRITE.replace("return table, m, v", "return table")),
    ),
]

LAZY_RIGHT = [
    Right(
        "3.5",
        "a mask over dense Adam",
        body(
            LAZY,
            DENSE,
            "read = (torch.bincount(ids.flatten(), minlength=len(table)) > 0)[:, None]",
            "new = zip((moved, m_new, v_new), (table, m, v))",
            "return tuple(torch.where(read, a, b) for a, b in new)",
        ),
    ),
    Right("3.5", "unique rows, written by index", body(LAZY, ADD_UP, ROWS_STEP, WRITE)),
    Right(
        "3.5",
        "torch's own",
        body(
            LAZY,
            "layer = nn.Embedding(*table.shape, sparse=True)",
            "layer.load_state_dict({'weight': table})",
            "optimizer = torch.optim.SparseAdam(layer.parameters(), lr=lr)",
            "m, v = m.clone(), v.clone()",
            "optimizer.state[layer.weight] = {'step': t - 1, 'exp_avg': m, 'exp_avg_sq': v}",
            "layer(ids).backward(grad_output)",
            "optimizer.step()",
            "return layer.weight.data, m, v",
        ),
    ),
    Right(
        "3.5",
        "a loop over the unique ids",
        body(
            LAZY,
            "table, m, v = table.clone(), m.clone(), v.clone()",
            "for i in set(ids.flatten().tolist()):",
            "    g = grad_output[ids == i].sum(dim=0)",
            "    m[i] = 0.9 * m[i] + 0.1 * g",
            "    v[i] = 0.999 * v[i] + 0.001 * g**2",
            "    m_hat, v_hat = m[i] / (1 - 0.9**t), v[i] / (1 - 0.999**t)",
            "    table[i] -= lr * m_hat / (v_hat.sqrt() + 1e-8)",
            "return table, m, v",
        ),
    ),
]

NARROW = [
    Wrong(
        "3.1",
        "row 0 taken for padding",
        "numbers are not",
        body(
            COUNT,
            "counts = torch.bincount(ids.flatten(), minlength=vocab_size)",
            "counts[0] = 0",
            "return counts",
        ),
    ),
    Wrong(
        "3.2",
        "row 0 taken for padding",
        "numbers are not",
        body(
            BACK,
            ZEROS,
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            "grad.index_add_(0, ids.flatten(), g)",
            "grad[0] = 0",
            "return grad",
        ),
    ),
    Wrong(
        "3.2",
        "the last row is missing",
        "The shape is",
        body(
            BACK,
            "g = grad_output.reshape(ids.numel(), grad_output.shape[-1])",
            "return F.one_hot(ids.flatten(), vocab_size).to(g.dtype)[:, :-1].T @ g",
        ),
    ),
    Wrong(
        "3.3",
        "decay starts with the first reading",
        "Decay shrinks every row",
        body(MOVE, READ, 'if optimizer == "adamw":', "    return read.cumsum(dim=0) > 0", RULES),
    ),
    Wrong(
        "3.3",
        "nothing moves in a step that reads nothing",
        "numbers are not",
        body(
            MOVE,
            READ,
            'if optimizer in ("adam", "momentum"):',
            "    return (read.cumsum(dim=0) > 0) & read.any(dim=1, keepdim=True)",
            RULES,
        ),
    ),
    Wrong(
        "3.4",
        "the usual betas, whatever comes in",
        "numbers are not",
        body(STEP, "beta1, beta2 = 0.9, 0.999", MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "the usual eps, whatever comes in",
        "numbers are not",
        body(STEP, "eps = 1e-8", MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "v of rows without a gradient does not fade",
        "Result 3 of 3",
        body(
            STEP,
            "read = (grad != 0).any(dim=1, keepdim=True)",
            "m = beta1 * m + (1 - beta1) * grad",
            "v = torch.where(read, beta2 * v + (1 - beta2) * grad**2, v)",
            HATS,
            DECAY,
            "table = table - lr * m_hat / ((v_hat * torch.where(read, 1, beta2)).sqrt() + eps)",
            GIVE,
        ),
    ),
    Wrong(
        "3.5",
        "always the first step",
        "Result 1 of 3",
        body(LAZY, "t = 1", ADD_UP, ROWS_STEP, WRITE),
    ),
    Wrong(
        "3.5",
        "means of read rows start again",
        "Result 1 of 3",
        body(LAZY, "m, v = 0 * m, 0 * v", ADD_UP, ROWS_STEP, WRITE),
    ),
    Wrong(
        "3.5",
        "old means returned",
        "those that came in",
        body(
            LAZY,
            ADD_UP,
            ROWS_STEP,
            "table = table.clone()",
            "table[rows] = new",
            "return table, m, v",
        ),
    ),
    Wrong(
        "3.5",
        "row 0 taken for padding",
        "Result 1 of 3",
        body(
            LAZY,
            "keep = ids.flatten() != 0",
            "grad_output = grad_output.reshape(ids.numel(), table.shape[1])[keep]",
            "ids = ids.flatten()[keep]",
            ADD_UP,
            ROWS_STEP,
            WRITE,
        ),
    ),
]

LATER = [
    Wrong(
        "3.1",
        "one place too late",
        "one place too late",
        body(
            COUNT, "return torch.bincount(ids.flatten() + 1, minlength=vocab_size + 1)[:vocab_size]"
        ),
    ),
    Wrong(
        "3.1",
        "one is taken from the ids",
        "Ids count from 0 already",
        body(COUNT, "return torch.bincount(ids.flatten() - 1, minlength=vocab_size)"),
    ),
    Wrong(
        "3.1",
        "a loop over sentences",
        "meets its sentences first",
        body(
            COUNT,
            "out = torch.zeros(vocab_size, dtype=torch.long)",
            "for i in ids:",
            "    out[i] += 1",
            "return out",
        ),
    ),
    Wrong(
        "3.1",
        "a loop over lists",
        "meets its sentences first",
        body(
            COUNT,
            "out = [0] * vocab_size",
            "for i in ids.tolist():",
            "    out[i] += 1",
            "return torch.tensor(out)",
        ),
    ),
    Wrong(
        "3.1",
        "view",
        "reshape takes any",
        body(COUNT, "return torch.bincount(ids.view(-1), minlength=vocab_size)"),
    ),
    Wrong(
        "3.1",
        "a sparse result",
        "to_dense() makes it one",
        body(
            COUNT,
            "place = ids.reshape(1, -1)",
            "return torch.sparse_coo_tensor(place, torch.ones_like(place[0]), (vocab_size,))",
        ),
    ),
    Wrong(
        "3.2",
        "zeros like what came in",
        "too few rows",
        body(
            BACK,
            "grad = torch.zeros_like(grad_output)",
            "for place, i in enumerate(ids):",
            "    grad[i] += grad_output[place]",
            "return grad",
        ),
    ),
    Wrong(
        "3.2",
        "the first of a row's gradients",
        "keeps only one of its gradients",
        body(
            BACK,
            ZEROS,
            "flat = ids.flatten()",
            "rows = grad_output.reshape(len(flat), grad.shape[1])",
            "for n in range(len(flat) - 1, -1, -1):",
            "    grad[flat[n]] = rows[n]",
            "return grad",
        ),
    ),
    Wrong(
        "3.2",
        "scatter_add_ with one column",
        "expand the ids to (N, D)",
        body(
            BACK,
            ZEROS,
            "rows = grad_output.reshape(ids.numel(), grad.shape[1])",
            "return grad.scatter_add_(0, ids.reshape(-1, 1), rows)",
        ),
    ),
    Wrong(
        "3.2",
        "counts on two axes",
        "any number of axes",
        body(
            BACK,
            "B, T, D = ids.shape[0], ids.shape[1], grad_output.shape[-1]",
            "grad = grad_output.new_zeros(vocab_size, D)",
            "return grad.index_add_(0, ids.reshape(B * T), grad_output.reshape(B * T, D))",
        ),
    ),
    Wrong(
        "3.2",
        "flattens what has no axes",
        "take every shape",
        body(BACK, ZEROS, "return grad.index_add_(0, ids.flatten(), grad_output.flatten(0, -2))"),
    ),
    Wrong(
        "3.2",
        "-1 of nothing",
        "Write D in its place",
        body(
            BACK,
            ZEROS,
            "flat = ids.flatten()",
            "return grad.index_add_(0, flat, grad_output.reshape(len(flat), -1))",
        ),
    ),
    Wrong(
        "3.2",
        "a loop over sentences",
        "meets its sentences first",
        body(
            BACK, ZEROS, "for i, row in zip(ids, grad_output):", "    grad[i] += row", "return grad"
        ),
    ),
    Wrong(
        "3.2",
        "a loop over sentences, as numbers",
        "meets its sentences first",
        body(
            BACK,
            ZEROS,
            "for i, row in zip(ids, grad_output):",
            "    grad[int(i)] += row",
            "return grad",
        ),
    ),
    Wrong(
        "3.2",
        "a product for each text",
        "The texts share one table",
        body(
            BACK,
            "hot = F.one_hot(ids, vocab_size).to(grad_output.dtype)",
            "return hot.transpose(-1, -2) @ grad_output",
        ),
    ),
    Wrong(
        "3.3",
        "Adam forgets",
        "A row that was read earlier keeps moving",
        body(MOVE, READ, 'if optimizer == "adam":', "    return read", RULES),
    ),
    Wrong(
        "3.3",
        "plain SGD moves everything",
        "There is no decay in plain SGD",
        body(MOVE, READ, 'if optimizer == "sgd":', "    return torch.ones_like(read)", RULES),
    ),
    Wrong(
        "3.3",
        "SparseAdam moves everything",
        "knows no decay",
        body(
            MOVE, READ, 'if optimizer == "sparse_adam":', "    return torch.ones_like(read)", RULES
        ),
    ),
    Wrong(
        "3.3",
        "drifts, but not in the step that reads",
        "moves it too, not only the steps after",
        body(
            MOVE,
            READ,
            'if optimizer in ("adam", "momentum"):',
            "    return (read.cumsum(0) > 0) & ~read",
            RULES,
        ),
    ),
    Wrong(
        "3.3",
        "puts the batches together as they are",
        "shapes of their own",
        body(
            MOVE,
            "moved = torch.zeros(len(batches), vocab_size, dtype=torch.bool)",
            "for step in range(len(batches)):",
            "    now = torch.cat(batches[: step + 1])",
            '    if optimizer in ("sgd", "sparse_adam"):',
            "        now = batches[step]",
            "    moved[step, now.flatten()] = True",
            'return torch.ones_like(moved) if optimizer == "adamw" else moved',
        ),
    ),
    Wrong(
        "3.3",
        "sets of lists",
        "shapes of their own",
        body(
            MOVE,
            READ.replace(
                "read[step, ids.flatten()] = True", "read[step, list(set(ids.tolist()))] = 1"
            ),
            RULES,
        ),
    ),
    Wrong(
        "3.3",
        "isin, which calls view",
        "which torch.isin calls itself",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.stack([torch.isin(torch.arange(vocab_size), ids) for ids in batches])
    if optimizer in ("sgd", "sparse_adam"):
        return read
    return torch.ones_like(read) if optimizer == "adamw" else read.cumsum(dim=0) > 0
""",
    ),
    Wrong("3.3", "view", "flatten first", body(MOVE, READ.replace("flatten()", "view(-1)"), RULES)),
    Wrong(
        "3.4",
        "v not corrected",
        "Only one of the two means",
        body(STEP, MEANS, "m_hat, v_hat = m / (1 - beta1**t), v", DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "m not corrected",
        "Only one of the two means",
        body(STEP, MEANS, "m_hat, v_hat = m, v / (1 - beta2**t)", DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "one less than t",
        "t counts from 1 already",
        body(STEP, MEANS, HATS.replace("**t", "**(t - 1)"), DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "weights turned round",
        "beta is the part that is kept",
        body(
            STEP,
            "m = (1 - beta1) * m + beta1 * grad",
            "v = (1 - beta2) * v + beta2 * grad**2",
            HATS,
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "no 1 - beta",
        "The gradient comes in whole",
        body(STEP, "m = beta1 * m + grad", "v = beta2 * v + grad**2", HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "no lr",
        "lr is missing",
        body(STEP, MEANS, HATS, DECAY, MOVES.replace("lr * ", ""), GIVE),
    ),
    Wrong(
        "3.4",
        "corrects before the update",
        "First update m and v",
        body(STEP, HATS, MEANS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "v before m",
        "The order is table, m, v",
        body(STEP, MEANS, HATS, DECAY, MOVES, "return table, v, m"),
    ),
    Wrong(
        "3.4",
        "decay upwards",
        "Decay makes the table larger",
        body(STEP, MEANS, HATS, DECAY.replace("1 - lr", "1 + lr"), MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "other defaults",
        "numbers are not",
        body(STEP.replace("0.01", "0.0"), MEANS, HATS, DECAY, MOVES, GIVE),
    ),
    Wrong(
        "3.4",
        "corrects for ten steps only",
        "numbers are not",
        body(
            STEP,
            MEANS,
            HATS,
            "if t > 10:",
            "    m_hat, v_hat = m, v",
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
    Wrong(
        "3.4",
        "a map",
        "It returns one map",
        body(STEP, MEANS, HATS, DECAY, MOVES, "return map(torch.clone, (table, m, v))"),
    ),
    Wrong(
        "3.5",
        "rows with a gradient other than zero",
        "Look at the ids",
        body(
            LAZY,
            DENSE,
            "read = (g != 0).any(dim=1, keepdim=True)",
            "new = zip((moved, m_new, v_new), (table, m, v))",
            "return tuple(torch.where(read, a, b) for a, b in new)",
        ),
    ),
    Wrong(
        "3.5",
        "no eps",
        "eps is missing",
        body(LAZY, ADD_UP, ROWS_STEP.replace("(v_hat.sqrt() + 1e-8)", "v_hat.sqrt()"), WRITE),
    ),
    Wrong(
        "3.5",
        "eps in the root",
        "belongs behind it",
        body(
            LAZY, ADD_UP, ROWS_STEP.replace("v_hat.sqrt() + 1e-8", "(v_hat + 1e-8).sqrt()"), WRITE
        ),
    ),
    Wrong(
        "3.5",
        "the table of all rows moves",
        "rows that were not read move by them",
        body(
            LAZY,
            DENSE,
            "read = (torch.bincount(ids.flatten(), minlength=len(table)) > 0)[:, None]",
            "return moved, torch.where(read, m_new, m), torch.where(read, v_new, v)",
        ),
    ),
    Wrong(
        "3.5",
        "not flattened",
        "Flatten the batch",
        body(
            LAZY,
            ADD_UP.replace("ids.flatten()", "ids").replace(
                ", grad_output.reshape(ids.numel(), table.shape[1])", ", grad_output"
            ),
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "a loop over lists",
        "meets its sentences first",
        body(
            LAZY,
            "table, m, v = table.clone(), m.clone(), v.clone()",
            "for i in set(ids.tolist()):",
            "    g = grad_output[ids == i].sum(dim=0)",
            "    m[i] = 0.9 * m[i] + 0.1 * g",
            "    v[i] = 0.999 * v[i] + 0.001 * g**2",
            "    m_hat, v_hat = m[i] / (1 - 0.9**t), v[i] / (1 - 0.999**t)",
            "    table[i] -= lr * m_hat / (v_hat.sqrt() + 1e-8)",
            "return table, m, v",
        ),
    ),
    Wrong(
        "3.5",
        "a loop over sentences",
        "any number of axes",
        body(
            LAZY,
            "g = torch.zeros_like(table)",
            "for i, row in zip(ids, grad_output):",
            "    g[i] += row",
            "rows = ids.unique()",
            "g = g[rows]",
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "the first of a row's gradients",
        "Only the first of a repeated row's",
        body(
            LAZY,
            "rows, place = ids.flatten().unique(return_inverse=True)",
            "flat, place = grad_output.reshape(ids.numel(), table.shape[1]), place.tolist()",
            "g = torch.stack([flat[place.index(k)] for k in range(len(rows))])",
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "means fade once for each place",
        "update the means once",
        body(
            LAZY,
            "table, m, v = table.clone(), m.clone(), v.clone()",
            "flat = ids.flatten()",
            "for i, g in zip(flat.tolist(), grad_output.reshape(len(flat), table.shape[1])):",
            "    m[i] = 0.9 * m[i] + 0.1 * g",
            "    v[i] = 0.999 * v[i] + 0.001 * g**2",
            "rows = flat.unique()",
            "m_hat, v_hat = m[rows] / (1 - 0.9**t), v[rows] / (1 - 0.999**t)",
            "table[rows] -= lr * m_hat / (v_hat.sqrt() + 1e-8)",
            "return table, m, v",
        ),
    ),
    Wrong(
        "3.5",
        "view",
        "reshape takes any",
        body(LAZY, ADD_UP.replace("grad_output.reshape", "grad_output.view"), ROWS_STEP, WRITE),
    ),
    Wrong(
        "3.5",
        "-1 of nothing",
        "Write D in its place",
        body(
            LAZY, ADD_UP.replace("ids.numel(), table.shape[1]", "ids.numel(), -1"), ROWS_STEP, WRITE
        ),
    ),
    Wrong(
        "3.5",
        "a short cut where no id repeats",
        "That is Adam as it is",
        body(
            LAZY,
            "rows = ids.unique()",
            "if 0 < len(rows) == ids.numel():",
            DENSE.replace("\n", "\n    ").rstrip(),
            "    return moved, m_new, v_new",
            ADD_UP,
            ROWS_STEP,
            WRITE,
        ),
    ),
    Wrong(
        "3.5",
        "a name that is not there",
        "It stopped with NameError",
        body(LAZY, "if ids.ndim == 0:", "    ids = idx[None]", ADD_UP, ROWS_STEP, WRITE),
    ),
]

NAMED = [
    Right(
        "3.4",
        "a named tuple",
        body(
            STEP,
            "from typing import NamedTuple",
            "class After(NamedTuple):",
            "    table: Tensor",
            "    m: Tensor",
            "    v: Tensor",
            MEANS,
            HATS,
            DECAY,
            MOVES,
            "return After(table, m, v)",
        ),
    ),
    Right(
        "3.4",
        "betas as tensors",
        body(
            STEP,
            "beta1 = torch.tensor(beta1, dtype=table.dtype)",
            "beta2 = torch.tensor(beta2, dtype=table.dtype)",
            MEANS,
            HATS,
            DECAY,
            MOVES,
            GIVE,
        ),
    ),
]

WRONG = COUNT_WRONG + BACK_WRONG + MOVE_WRONG + STEP_WRONG + LAZY_WRONG + NARROW + LATER
RIGHT = COUNT_RIGHT + BACK_RIGHT + MOVE_RIGHT + STEP_RIGHT + LAZY_RIGHT + NAMED
