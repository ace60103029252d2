"""Answers to sheet 4 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


PAIRS = "pairs_in_window(tokens, window)"


def with_range(places: str, condition: str = "j != i", pair: str = "(center, tokens[j])") -> str:
    """Return an answer to 4.1 that goes through certain places."""
    return body(
        PAIRS,
        "pairs = []",
        "for i, center in enumerate(tokens):",
        f"    for j in range({places}):",
        f"        if {condition}:",
        f"            pairs.append({pair})",
        "return pairs",
    )


NEAR = "max(0, i - window), min(len(tokens), i + window + 1)"

PAIRS_WRONG = [
    Wrong(
        "4.1", "range ends too early", "i + window + 1",
        with_range("max(0, i - window), min(len(tokens), i + window)"),
    ),
    Wrong("4.1", "its own place", "paired with itself", with_range(NEAR, "True")),
    Wrong(
        "4.1", "negative places", "counts from the end",
        with_range("i - window, min(len(tokens), i + window + 1)", "j != i and j >= -len(tokens)"),
    ),
    Wrong(
        "4.1", "to the right only", "Look left",
        with_range("i + 1, min(len(tokens), i + window + 1)"),
    ),
    Wrong(
        "4.1", "context first", "The centre comes first",
        with_range(NEAR, pair="(tokens[j], center)"),
    ),
    Wrong(
        "4.1", "beyond the end", "beyond the last word",
        with_range("max(0, i - window), i + window + 1"),
    ),
    Wrong("4.1", "lists", "A pair is a tuple", with_range(NEAR, pair="[center, tokens[j]]")),
    Wrong(
        "4.1", "compares words", "Compare places, not words",
        with_range(NEAR, "tokens[j] != center"),
    ),
    Wrong(
        "4.1", "each pair once", "learned from twice",
        with_range(NEAR, "j != i and (center, tokens[j]) not in pairs"),
    ),
    Wrong(
        "4.1", "place by word", "enumerate gives each its own",
        body(
            PAIRS,
            "pairs = []",
            "for center in tokens:",
            "    i = tokens.index(center)",
            f"    for j in range({NEAR}):",
            "        if j != i:",
            "            pairs.append((center, tokens[j]))",
            "return pairs",
        ),
    ),
    Wrong(
        "4.1", "nothing where the window does not fit", "item",
        body(
            PAIRS,
            "if len(tokens) <= window:",
            "    return []",
            "return [(center, tokens[j]) for i, center in enumerate(tokens)",
            f"        for j in range({NEAR}) if j != i]",
        ),
    ),
    Wrong(
        "4.1", "prints", "prints, but it returns nothing",
        body(
            PAIRS,
            "for i, center in enumerate(tokens):",
            f"    for j in range({NEAR}):",
            "        if j != i:",
            "            print(center, tokens[j])",
        ),
    ),
    Wrong(
        "4.1", "only full windows", "near an end",
        with_range(NEAR, "j != i and window <= i < len(tokens) - window"),
    ),
    Wrong(
        "4.1", "sorted", "not sorted by word",
        body(
            PAIRS,
            "return sorted((center, tokens[j]) for i, center in enumerate(tokens)",
            f"              for j in range({NEAR}) if j != i)",
        ),
    ),
    Wrong(
        "4.1", "a window of six at most", "It returns",
        body(
            PAIRS,
            "window = min(window, 6)",
            "return [(center, tokens[j]) for i, center in enumerate(tokens)",
            f"        for j in range({NEAR}) if j != i]",
        ),
    ),
]  # fmt: skip

PAIRS_RIGHT = [
    Right(
        "4.1", "slices",
        body(
            PAIRS,
            "pairs = []",
            "for i, center in enumerate(tokens):",
            "    before = tokens[max(0, i - window) : i]",
            "    after = tokens[i + 1 : i + 1 + window]",
            "    pairs.extend((center, other) for other in before + after)",
            "return pairs",
        ),
    ),
    Right(
        "4.1", "all places, and a distance",
        body(
            PAIRS,
            "n = len(tokens)",
            "return [(tokens[i], tokens[j]) for i in range(n) for j in range(n)",
            "        if 0 < abs(i - j) <= window]",
        ),
    ),
    Right(
        "4.1", "offsets",
        body(
            PAIRS,
            "pairs = []",
            "for i in range(len(tokens)):",
            "    for offset in range(-window, window + 1):",
            "        if offset and 0 <= i + offset < len(tokens):",
            "            pairs.append((tokens[i], tokens[i + offset]))",
            "return pairs",
        ),
    ),
]  # fmt: skip

KEEP = "keep_probability(counts, sample)"

KEEP_WRONG = [
    Wrong(
        "4.2", "the paper's formula", "second term is missing",
        body(KEEP, "share = counts / counts.sum()", "return (sample / share).sqrt().clamp(max=1)"),
    ),
    Wrong(
        "4.2", "no root", "root is missing",
        body(KEEP, "return (sample * counts.sum() / counts).clamp(max=1)"),
    ),
    Wrong(
        "4.2", "upside down", "f / sample stands in place",
        body(KEEP, "r = counts / counts.sum() / sample", "return (r.sqrt() + r).clamp(max=1)"),
    ),
    Wrong(
        "4.2", "counts for shares", "Divide the counts by their sum",
        body(KEEP, "r = sample / counts", "return (r.sqrt() + r).clamp(max=1)"),
    ),
    Wrong(
        "4.2", "shares of the most frequent word", "not by the largest",
        body(KEEP, "r = sample / (counts / counts.max())", "return (r.sqrt() + r).clamp(max=1)"),
    ),
    Wrong(
        "4.2", "how likely it is dropped", "likely it is kept.",
        body(
            KEEP, "r = sample / (counts / counts.sum())", "return 1 - (r.sqrt() + r).clamp(max=1)"
        ),
    ),
    Wrong(
        "4.2", "more than 1", "gives more than 1. clamp(max=1)",
        body(KEEP, "r = sample / (counts / counts.sum())", "return r.sqrt() + r"),
    ),
    Wrong(
        "4.2", "a list", "returns a list",
        body(
            KEEP,
            "total = counts.sum().item()",
            "return [min(1.0, (sample * total / c) ** 0.5 + sample * total / c)",
            "        for c in counts.tolist()]",
        ),
    ),
    Wrong(
        "4.2", "draws already", "The dtype is torch.bool",
        body(
            KEEP,
            "r = sample / (counts / counts.sum())",
            "return torch.rand(len(counts)) < (r.sqrt() + r)",
        ),
    ),
]  # fmt: skip

KEEP_RIGHT = [
    Right(
        "4.2", "one square root, factored",
        body(
            KEEP,
            "f = counts.float() / counts.sum()",
            "return torch.minimum(((f / sample).sqrt() + 1) * (sample / f), torch.ones(len(f)))",
        ),
    ),
    Right(
        "4.2", "a loop",
        body(
            KEEP,
            "total = int(counts.sum())",
            "out = []",
            "for c in counts.tolist():",
            "    r = sample * total / c",
            "    out.append(min(1.0, r**0.5 + r))",
            "return torch.tensor(out)",
        ),
    ),
    Right(
        "4.2", "in double precision, with where",
        body(
            KEEP,
            "r = sample * counts.sum() / counts.double()",
            "p = r**0.5 + r",
            "return torch.where(p > 1, torch.ones_like(p), p).float()",
        ),
    ),
]  # fmt: skip

NOISE = "noise_distribution(counts, power)"

NOISE_WRONG = [
    Wrong("4.3", "weights", "Divide them by their sum", body(NOISE, "return counts**power")),
    Wrong(
        "4.3", "power of shares", "do not add up to 1",
        body(NOISE, "return (counts / counts.sum()) ** power"),
    ),
    Wrong(
        "4.3", "divided by the counts", "do not add up to 1",
        body(NOISE, "return counts**power / counts.sum()"),
    ),
    Wrong("4.3", "no power", "Raise the counts", body(NOISE, "return counts / counts.sum()")),
    Wrong("4.3", "softmax", "A softmax", body(NOISE, "return (counts**power).softmax(dim=0)")),
    Wrong(
        "4.3", "always three quarters", "Use the argument",
        body(NOISE, "w = counts**0.75", "return w / w.sum()"),
    ),
    Wrong(
        "4.3", "by the largest", "do not add up to 1",
        body(NOISE, "w = counts**power", "return w / w.max()"),
    ),
    Wrong(
        "4.3", "a running sum", "a running sum",
        body(NOISE, "w = counts**power", "return (w / w.sum()).cumsum(0)"),
    ),
    Wrong(
        "4.3", "cut to integers", "Work with floats",
        body(NOISE, "w = (counts**power).long()", "return w / w.sum()"),
    ),
]  # fmt: skip

NOISE_RIGHT = [
    Right(
        "4.3", "with logarithms",
        body(NOISE, "return (power * counts.double().log()).softmax(dim=0).float()"),
    ),
    Right(
        "4.3", "a loop",
        body(
            NOISE,
            "w = [c**power for c in counts.tolist()]",
            "return torch.tensor([x / sum(w) for x in w])",
        ),
    ),
    Right("4.3", "normalize", body(NOISE, "return F.normalize(counts.float() ** power, p=1, dim=0)")),
]  # fmt: skip

LOSS = "negative_sampling_loss(positive, negative)"

LOSS_WRONG = [
    Wrong(
        "4.4", "softplus by relu", "a score of 0",
        body(
            LOSS,
            "def softplus(x):",
            "    return F.relu(x) + torch.log1p(torch.exp(-x.abs()))",
            "return softplus(-positive) + softplus(negative).sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "cross-entropy by clamp", "a score of 0",
        body(
            LOSS,
            "def cross_entropy(x, label):",
            "    return x.clamp(min=0) - x * label + torch.log1p(torch.exp(-x.abs()))",
            "return cross_entropy(positive, 1) + cross_entropy(negative, 0).sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "softplus chosen by where", "NaN flows back",
        body(
            LOSS,
            "def softplus(x):",
            "    return torch.where(x > 20, x, torch.log1p(torch.exp(x)))",
            "return softplus(-positive) + softplus(negative).sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "no way back", "No gradient reaches",
        body(
            LOSS,
            "with torch.no_grad():",
            "    return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "negatives rewarded", "treated like the true context",
        body(LOSS, "return -F.logsigmoid(positive) - F.logsigmoid(negative).sum(dim=-1)"),
    ),
    Wrong(
        "4.4", "mean of the negatives", "negatives are averaged.",
        body(LOSS, "return -F.logsigmoid(positive) - F.logsigmoid(-negative).mean(dim=-1)"),
    ),
    Wrong(
        "4.4", "upside down", "sign is turned round",
        body(LOSS, "return F.logsigmoid(positive) + F.logsigmoid(-negative).sum(dim=-1)"),
    ),
    Wrong(
        "4.4", "labels swapped", "true context is pushed away",
        body(LOSS, "return -F.logsigmoid(-positive) - F.logsigmoid(negative).sum(dim=-1)"),
    ),
    Wrong(
        "4.4", "not summed", "a number for each negative",
        body(LOSS, "return -F.logsigmoid(positive)[..., None] - F.logsigmoid(-negative)"),
    ),
    Wrong(
        "4.4", "all pairs summed", "All pairs are added up.",
        body(LOSS, "return -F.logsigmoid(positive).sum() - F.logsigmoid(-negative).sum()"),
    ),
    Wrong(
        "4.4", "log of sigmoid", "In float32 σ(−120) is 0",
        body(
            LOSS,
            "return -positive.sigmoid().log() - (-negative).sigmoid().log().sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "log of one minus sigmoid", "In float32 σ(−120) is 0",
        body(
            LOSS,
            "return -positive.sigmoid().log() - (1 - negative.sigmoid()).log().sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "exponentials", "In float32 σ(−120) is 0",
        body(
            LOSS,
            "return torch.log(1 + torch.exp(-positive))"
            " + torch.log(1 + torch.exp(negative)).sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "a small number in the logarithm", "caps the loss",
        body(
            LOSS,
            "eps = 1e-9",
            "return (-(positive.sigmoid() + eps).log()"
            " - ((-negative).sigmoid() + eps).log().sum(dim=-1))",
        ),
    ),
    Wrong(
        "4.4", "sums along dim 1", "Sum with dim=-1",
        body(LOSS, "return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(dim=1)"),
    ),
    Wrong(
        "4.4", "a loop over pairs", "It stopped with",
        body(
            LOSS,
            "return torch.stack([-F.logsigmoid(s) - F.logsigmoid(-ks).sum()",
            "                    for s, ks in zip(positive, negative)])",
        ),
    ),
    Wrong(
        "4.4", "no return", "return missing",
        body(LOSS, "-F.logsigmoid(positive) - F.logsigmoid(-negative).sum(dim=-1)"),
    ),
    Wrong(
        "4.4", "five negatives, always", "numbers are not",
        body(
            LOSS, "return F.softplus(-positive) + F.softplus(negative[..., :5]).sum(dim=-1)"
        ),
    ),
]  # fmt: skip

LOSS_RIGHT = [
    Right(
        "4.4", "the smaller of score and 0, by minimum, which has half a slope at 0",
        body(
            LOSS,
            "def log_sigmoid(x):",
            "    return torch.minimum(x, torch.zeros_like(x)) - torch.log1p(torch.exp(-x.abs()))",
            "return -log_sigmoid(positive) - log_sigmoid(-negative).sum(dim=-1)",
        ),
    ),
    Right(
        "4.4", "softplus", body(LOSS, "return F.softplus(-positive) + F.softplus(negative).sum(-1)")
    ),
    Right(
        "4.4", "logaddexp",
        body(
            LOSS,
            "zero = torch.zeros((), dtype=positive.dtype)",
            "true = torch.logaddexp(zero, -positive)",
            "return true + torch.logaddexp(zero, negative).sum(dim=-1)",
        ),
    ),
    Right(
        "4.4", "one cross-entropy",
        body(
            LOSS,
            "scores = torch.cat([positive[..., None], negative], dim=-1)",
            "labels = torch.zeros_like(scores)",
            "labels[..., 0] = 1",
            "each = F.binary_cross_entropy_with_logits(scores, labels, reduction='none')",
            "return each.sum(dim=-1)",
        ),
    ),
]  # fmt: skip

GRAD = "negative_sampling_gradients(E, C, centers, contexts, negatives)"
SCORES = """
others = torch.cat([contexts[:, None], negatives], dim=1)
center_rows, other_rows = E[centers], C[others]
by_score = (center_rows[:, None] * other_rows).sum(-1).sigmoid()
"""
TRUE = "by_score[:, 0] -= 1"
SEND = """
to_centers = (by_score[:, :, None] * other_rows).sum(1)
to_others = by_score[:, :, None] * center_rows[:, None]
"""
ADD = """
grad_E = torch.zeros_like(E).index_add(0, centers, to_centers)
grad_C = torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1))
"""
BOTH = "return grad_E, grad_C"

GRAD_WRONG = [
    Wrong(
        "4.5", "all are true", "belongs to the true context alone",
        body(GRAD, SCORES, "by_score = by_score - 1", SEND, ADD, BOTH),
    ),
    Wrong("4.5", "none is true", "The − 1 is missing", body(GRAD, SCORES, SEND, ADD, BOTH)),
    Wrong(
        "4.5", "no sigmoid", "The sigmoid is missing",
        body(GRAD, SCORES, "by_score = by_score.logit()", TRUE, SEND, ADD, BOTH),
    ),
    Wrong(
        "4.5", "a step in place of a gradient", "The sign is turned round",
        body(GRAD, SCORES, TRUE, SEND, ADD, "return -grad_E, -grad_C"),
    ),
    Wrong(
        "4.5", "mean over pairs", "divided by the number of pairs",
        body(
            GRAD,
            "E, C = E.clone().requires_grad_(), C.clone().requires_grad_()",
            "s = (E[centers] * C[contexts]).sum(-1)",
            "k = (E[centers][:, None] * C[negatives]).sum(-1)",
            "loss = (F.softplus(-s) + F.softplus(k).sum(-1)).mean()",
            "return torch.autograd.grad(loss, (E, C))",
        ),
    ),
    Wrong(
        "4.5", "swapped", "gradient of E comes first",
        body(GRAD, SCORES, TRUE, SEND, ADD, "return grad_C, grad_E"),
    ),
    Wrong(
        "4.5", "centers feel no negatives", "Each negative pushes its centre",
        body(
            GRAD, SCORES, TRUE, SEND, "to_centers = by_score[:, :1] * C[contexts]", ADD, BOTH
        ),
    ),
    Wrong(
        "4.5", "one table", "have their rows in C",
        body(GRAD, SCORES.replace("C[others]", "E[others]"), TRUE, SEND, ADD, BOTH),
    ),
    Wrong(
        "4.5", "a row for each pair", "the shape of its table",
        body(GRAD, SCORES, TRUE, SEND, "return to_centers, to_others"),
    ),
    Wrong(
        "4.5", "plus equals", "writes each place once",
        body(
            GRAD, SCORES, TRUE, SEND,
            "grad_E, grad_C = torch.zeros_like(E), torch.zeros_like(C)",
            "grad_E[centers] += to_centers",
            "grad_C[others] += to_others",
            BOTH,
        ),
    ),
    Wrong(
        "4.5", "plus equals for the centers only", "writes each place once",
        body(
            GRAD, SCORES, TRUE, SEND, ADD,
            "grad_E = torch.zeros_like(E)",
            "grad_E[centers] += to_centers",
            BOTH,
        ),
    ),
    Wrong(
        "4.5", "float32 zeros", "float32 whatever came in",
        body(
            GRAD, SCORES, TRUE, SEND,
            ADD.replace("torch.zeros_like(E)", "torch.zeros(E.shape)").replace(
                "torch.zeros_like(C)", "torch.zeros(C.shape)"
            ),
            BOTH,
        ),
    ),
    Wrong(
        "4.5", "view", "reshape takes any",
        body(
            GRAD,
            "others = torch.cat([contexts.view(-1), negatives.view(-1)])",
            "P = len(centers)",
            "others = torch.cat([contexts[:, None], others[P:].view(P, negatives.shape[1])], dim=1)",
            "center_rows, other_rows = E[centers], C[others]",
            "by_score = (center_rows[:, None] * other_rows).sum(-1).sigmoid()",
            TRUE, SEND, ADD, BOTH,
        ),
    ),
    Wrong(
        "4.5", "changes E", "changes its input E in place",
        body(GRAD, SCORES, TRUE, SEND, ADD, "E -= 0.1 * grad_E", BOTH),
    ),
    Wrong(
        "4.5", "stops without pairs", "It stopped with",
        body(
            GRAD, SCORES, TRUE, SEND, ADD,
            "assert by_score.max() <= 1",
            BOTH,
        ),
    ),
    Wrong(
        "4.5", "five negatives, always", "Result 1 of 2 is wrong",
        body(GRAD, SCORES.replace("negatives]", "negatives[:, :5]]"), TRUE, SEND, ADD, BOTH),
    ),
]  # fmt: skip

GRAD_RIGHT = [
    Right(
        "4.5", "autograd",
        body(
            GRAD,
            "E, C = E.clone().requires_grad_(), C.clone().requires_grad_()",
            "s = (E[centers] * C[contexts]).sum(-1)",
            "k = (E[centers][:, None] * C[negatives]).sum(-1)",
            "loss = F.softplus(-s).sum() + F.softplus(k).sum()",
            "return torch.autograd.grad(loss, (E, C))",
        ),
    ),
    Right(
        "4.5", "a loop over pairs",
        body(
            GRAD,
            "grad_E, grad_C = torch.zeros_like(E), torch.zeros_like(C)",
            "for c, o, ks in zip(centers.tolist(), contexts.tolist(), negatives.tolist()):",
            "    for other, label in [(o, 1.0)] + [(k, 0.0) for k in ks]:",
            "        g = torch.sigmoid(E[c] @ C[other]) - label",
            "        grad_E[c] += g * C[other]",
            "        grad_C[other] += g * E[c]",
            BOTH,
        ),
    ),
    Right(
        "4.5", "true pairs and negatives apart, one-hot products",
        body(
            GRAD,
            "V = len(E)",
            "g = torch.sigmoid((E[centers] * C[contexts]).sum(-1)) - 1",
            "h = torch.sigmoid((E[centers][:, None] * C[negatives]).sum(-1))",
            "hot_c = F.one_hot(centers, V).to(E.dtype)",
            "hot_o = F.one_hot(contexts, V).to(E.dtype)",
            "hot_k = F.one_hot(negatives, V).to(E.dtype)",
            "weights = g[:, None] * hot_o + (h[..., None] * hot_k).sum(1)",
            "return hot_c.T @ (weights @ C), weights.T @ E[centers]",
        ),
    ),
    Right(
        "4.5", "index_put_ with accumulate",
        body(
            GRAD, SCORES, TRUE, SEND,
            "grad_E = torch.zeros_like(E).index_put_((centers,), to_centers, accumulate=True)",
            "grad_C = torch.zeros_like(C).index_put_((others,), to_others, accumulate=True)",
            BOTH,
        ),
    ),
]  # fmt: skip

STEP = "sentence_step(E, C, ids, negatives, window, per_pair, lr)"
MASK = """
place = torch.arange(len(ids))
apart = (place[:, None] - place).abs()
near = ((apart > 0) & (apart <= window)).to(E.dtype)
"""
WEIGHT = "weight = near.sum(1, keepdim=True) * per_pair / len(negatives)"
PUSH = """
rows, contexts, noise = E[ids], C[ids], C[negatives]
true = near * ((rows @ contexts.T).sigmoid() - 1)
false = weight * (rows @ noise.T).sigmoid()
"""
MOVE = """
new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
new_C = C.index_add(0, ids, -lr * true.T @ rows)
new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)
"""
NEW = "return new_E, new_C"

STEP_WRONG = [
    Wrong(
        "4.6", "negatives once a place", "count once for each place",
        body(STEP, MASK, "weight = per_pair / len(negatives)", PUSH, MOVE, NEW),
    ),
    Wrong(
        "4.6", "with itself", "Mask the diagonal",
        body(STEP, MASK.replace("(apart > 0) & (apart <= window)", "apart <= window"), WEIGHT, PUSH, MOVE, NEW),
    ),
    Wrong(
        "4.6", "no window", "further apart than the window",
        body(STEP, MASK.replace("(apart > 0) & (apart <= window)", "apart > 0"), WEIGHT, PUSH, MOVE, NEW),
    ),
    Wrong(
        "4.6", "uphill", "steps uphill",
        body(STEP, MASK, WEIGHT, PUSH, MOVE.replace("-lr", "lr"), NEW),
    ),
    Wrong(
        "4.6", "E first", "moved already",
        body(
            STEP, MASK, WEIGHT, PUSH,
            "new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))",
            "rows = new_E[ids]",
            "new_C = C.index_add(0, ids, -lr * true.T @ rows)",
            "new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)",
            NEW,
        ),
    ),
    Wrong(
        "4.6", "every shared negative in full", "weighs per_pair / K",
        body(STEP, MASK, "weight = near.sum(1, keepdim=True)", PUSH, MOVE, NEW),
    ),
    Wrong(
        "4.6", "plus equals", "writes each row once",
        body(
            STEP, MASK, WEIGHT, PUSH,
            "new_E, new_C = E.clone(), C.clone()",
            "new_E[ids] -= lr * (true @ contexts + false @ noise)",
            "new_C[ids] -= lr * true.T @ rows",
            "new_C[negatives] -= lr * false.T @ rows",
            NEW,
        ),
    ),
    Wrong(
        "4.6", "in place", "changes its input",
        body(
            STEP, MASK, WEIGHT, PUSH,
            "E.index_add_(0, ids, -lr * (true @ contexts + false @ noise))",
            "C.index_add_(0, ids, -lr * true.T @ rows)",
            "C.index_add_(0, negatives, -lr * false.T @ rows)",
            "return E, C",
        ),
    ),
    Wrong(
        "4.6", "gradients in place of tables", "Return the tables",
        body(
            STEP, MASK, WEIGHT, PUSH, MOVE, "return E - new_E, C - new_C",
        ),
    ),
    Wrong(
        "4.6", "a band that does not fit short sentences", "wrong",
        body(
            STEP, MASK,
            "if window >= len(ids):",
            "    return E.clone(), C.clone()",
            WEIGHT, PUSH, MOVE, NEW,
        ),
    ),
    Wrong(
        "4.6", "leaves out negatives that stand in the sentence", "wrong",
        body(
            STEP,
            "keep = ~torch.isin(negatives, ids)",
            "K = len(negatives)",
            "negatives = negatives[keep]",
            MASK,
            "weight = near.sum(1, keepdim=True) * per_pair / K",
            PUSH, MOVE, NEW,
        ),
    ),
    Wrong(
        "4.6", "a window of two at most", "Result 1 of 2 is wrong",
        body(STEP, "window = min(window, 2)", MASK, WEIGHT, PUSH, MOVE, NEW),
    ),
]  # fmt: skip

STEP_RIGHT = [
    Right(
        "4.6", "a mask of floats",
        body(STEP, MASK.replace(".to(E.dtype)", ".float()"), WEIGHT, PUSH, MOVE, NEW),
    ),
    Right(
        "4.6", "autograd",
        body(
            STEP,
            "E, C = E.clone().requires_grad_(), C.clone().requires_grad_()",
            "loss = E.sum() * 0 + C.sum() * 0",
            "for i in range(len(ids)):",
            "    for j in range(len(ids)):",
            "        if i != j and abs(i - j) <= window:",
            "            loss = loss + F.softplus(-E[ids[i]] @ C[ids[j]])",
            "            noise = F.softplus(C[negatives] @ E[ids[i]]).sum()",
            "            loss = loss + per_pair / len(negatives) * noise",
            "grad_E, grad_C = torch.autograd.grad(loss, (E, C))",
            "return (E - lr * grad_E).detach(), (C - lr * grad_C).detach()",
        ),
    ),
    Right(
        "4.6", "a loop over pairs",
        body(
            STEP,
            "new_E, new_C = E.clone(), C.clone()",
            "ids, noise = ids.tolist(), negatives.tolist()",
            "for i, c in enumerate(ids):",
            "    for j in range(max(0, i - window), min(len(ids), i + window + 1)):",
            "        if i == j:",
            "            continue",
            "        each = [(ids[j], 1, 1.0)] + [(k, 0, per_pair / len(noise)) for k in noise]",
            "        for o, label, weight in each:",
            "            g = lr * weight * (torch.sigmoid(E[c] @ C[o]) - label)",
            "            new_E[c] -= g * C[o]",
            "            new_C[o] -= g * E[c]",
            "return new_E, new_C",
        ),
    ),
    Right(
        "4.6", "one product for contexts and negatives",
        body(
            STEP,
            "T = len(ids)",
            "near = torch.ones(T, T, dtype=E.dtype).triu(-window).tril(window)",
            "near = near - torch.eye(T, dtype=E.dtype)",
            "share = (near.sum(1) * per_pair / len(negatives))[:, None]",
            "others = torch.cat([ids, negatives])",
            "weights = torch.cat([near, share.expand(T, len(negatives))], dim=1)",
            "labels = (torch.arange(len(others)) < T).to(E.dtype)",
            "push = lr * weights * (labels - torch.sigmoid(E[ids] @ C[others].T))",
            "return (E.index_add(0, ids, push @ C[others]),",
            "        C.index_add(0, others, push.T @ E[ids]))",
        ),
    ),
]  # fmt: skip

FROM_OUTSIDE = [
    Wrong(
        "4.1",
        "grouped by word in a dict",
        "The pairs come by the place of the centre, not gathered by",
        """
def pairs_in_window(tokens, window):
    near = {}
    for i, c in enumerate(tokens):
        left = tokens[max(0, i - window) : i]
        near.setdefault(c, []).extend(left + tokens[i + 1 : i + 1 + window])
    return [(c, o) for c in near for o in near[c]]
""",
    ),
    Wrong(
        "4.1",
        "left only",
        "Only what stands to the left is paired",
        """
def pairs_in_window(tokens, window):
    return [
        (c, tokens[j])
        for i, c in enumerate(tokens)
        for j in range(max(0, i - window), i)
    ]
""",
    ),
    Wrong(
        "4.1",
        "both directions beside each other",
        "The contexts of a centre come by their place: left before",
        """
def pairs_in_window(tokens, window):
    out = []
    for i in range(len(tokens)):
        for j in range(i + 1, min(len(tokens), i + window + 1)):
            out += [(tokens[i], tokens[j]), (tokens[j], tokens[i])]
    return out
""",
    ),
    Wrong(
        "4.1",
        "right neighbours first",
        "The contexts of a centre come by their place: left before",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        out += [(c, o) for o in tokens[i + 1 : i + 1 + window]]
        out += [(c, o) for o in tokens[max(0, i - window) : i]]
    return out
""",
    ),
    Wrong(
        "4.1",
        "by distance",
        "The contexts of a centre come by their place: left before",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        for d in range(1, window + 1):
            if i - d >= 0:
                out.append((c, tokens[i - d]))
            if i + d < len(tokens):
                out.append((c, tokens[i + d]))
    return out
""",
    ),
    Wrong(
        "4.1",
        "slice without max",
        "A slice that begins below 0 begins near the end, and is",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        for o in tokens[i - window : i] + tokens[i + 1 : i + window + 1]:
            out.append((c, o))
    return out
""",
    ),
    Wrong(
        "4.1",
        "wraps round the end",
        "The sentence is no ring",
        """
def pairs_in_window(tokens, window):
    n = len(tokens)
    return [
        (tokens[i], tokens[(i + d) % n])
        for i in range(n)
        for d in range(-window, window + 1)
        if d
    ]
""",
    ),
    Wrong(
        "4.1",
        "range starts one late",
        "The words furthest to the left are missing",
        """
def pairs_in_window(tokens, window):
    return [
        (c, tokens[j])
        for i, c in enumerate(tokens)
        for j in range(max(0, i - window + 1), min(len(tokens), i + window + 1))
        if j != i
    ]
""",
    ),
    Wrong(
        "4.1",
        "one list for each center",
        "There is one list for each centre",
        """
def pairs_in_window(tokens, window):
    return [
        [
            (c, tokens[j])
            for j in range(max(0, i - window), min(len(tokens), i + window + 1))
            if j != i
        ]
        for i, c in enumerate(tokens)
    ]
""",
    ),
    Wrong(
        "4.1",
        "center removed by its word",
        "remove takes away the first equal word, which may stand at",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        near = [
            tokens[j]
            for j in range(max(0, i - window), min(len(tokens), i + window + 1))
        ]
        near.remove(c)
        out += [(c, o) for o in near]
    return out
""",
    ),
    Wrong(
        "4.1",
        "each unordered pair once",
        "Only what stands to the right is paired",
        """
def pairs_in_window(tokens, window):
    seen = []
    for p in [
        (c, tokens[j])
        for i, c in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
        if j != i
    ]:
        if p[::-1] not in seen:
            seen.append(p)
    return seen
""",
    ),
    Wrong(
        "4.1",
        "places of the others looked up by word",
        "index finds the first place of a word",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        for o in tokens[max(0, i - window) : i + window + 1]:
            if tokens.index(o) != i:
                out.append((c, o))
    return out
""",
    ),
    Wrong(
        "4.1",
        "contexts of a center once each",
        "Each pair is there once",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        near = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]
        out += [(c, o) for o in dict.fromkeys(near)]
    return out
""",
    ),
    Wrong(
        "4.2",
        "all kept if any is rare",
        "One rare word makes all of them be kept",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    if (p > 1).any():
        return torch.ones_like(p)
    return p
""",
    ),
    Wrong(
        "4.2",
        "always kept below sample, unclamped between",
        "The formula exceeds 1 for words somewhat more frequent than",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return torch.where(f <= sample, torch.ones_like(p), p)
""",
    ),
    Wrong(
        "4.2",
        "terms clamped each",
        "Bound the sum of the two terms, not each of them",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return r.sqrt().clamp(max=1) + r.clamp(max=1)
""",
    ),
    Wrong(
        "4.2",
        "clamped from below",
        "All of these are 1",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return p.clamp(min=1)
""",
    ),
    Wrong(
        "4.2",
        "root over the sum of both terms",
        "The root covers the first term only: √(sample / f), and then",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return (r + r).sqrt().clamp(max=1)
""",
    ),
    Wrong(
        "4.2",
        "root over all",
        "The root covers the first term only: √(sample / f), and then",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return (r.sqrt() + r).sqrt().clamp(max=1)
""",
    ),
    Wrong(
        "4.2",
        "second term upside down",
        "All of these are 1",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return (r.sqrt() + f / sample).clamp(max=1)
""",
    ),
    Wrong(
        "4.2",
        "paper's drop probability",
        "This is how likely a word is dropped, as the paper has it",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return (1 - r.sqrt()).clamp(0, 1)
""",
    ),
    Wrong(
        "4.2",
        "integer division",
        "// cuts the shares to 0",
        """
def keep_probability(counts, sample):
    f = counts // counts.sum()
    r = sample / f
    return (r.sqrt() + r).clamp(max=1)
""",
    ),
    Wrong(
        "4.2",
        "normalised to add up to 1",
        "Each word is kept or not by itself, so these need not add up",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    p = p.clamp(max=1)
    return p / p.sum()
""",
    ),
    Wrong(
        "4.2",
        "min of two tensors by Python",
        "Python's min, max and if want one yes or no, and a tensor",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return min(p, 1)
""",
    ),
    Wrong(
        "4.3",
        "power of 0 taken for not given",
        "A power of 0 is a power: all words are drawn alike",
        """
def noise_distribution(counts, power):
    power = power or 0.75
    w = counts.double() ** power
    return (w / w.sum()).float()
""",
    ),
    Wrong(
        "4.3",
        "times power",
        "These are the shares in the text",
        """
def noise_distribution(counts, power):
    w = counts * power
    return w / w.sum()
""",
    ),
    Wrong(
        "4.3",
        "softmax of power times counts",
        "A softmax raises e to each number",
        """
def noise_distribution(counts, power):
    return (counts * power).softmax(0)
""",
    ),
    Wrong(
        "4.3",
        "softmax of shares",
        "A softmax raises e to each number",
        """
def noise_distribution(counts, power):
    return ((counts / counts.sum()) ** power).softmax(0)
""",
    ),
    Wrong(
        "4.3",
        "sum to the power",
        "These numbers do not add up to 1",
        """
def noise_distribution(counts, power):
    return counts**power / counts.sum() ** power
""",
    ),
    Wrong(
        "4.3",
        "L2 normalised",
        "These numbers do not add up to 1",
        """
def noise_distribution(counts, power):
    return F.normalize(counts.float() ** power, dim=0)
""",
    ),
    Wrong(
        "4.3",
        "divided by V",
        "These numbers do not add up to 1",
        """
def noise_distribution(counts, power):
    return counts**power / len(counts)
""",
    ),
    Wrong(
        "4.3",
        "mean",
        "These numbers do not add up to 1",
        """
def noise_distribution(counts, power):
    w = counts**power
    return w / w.mean()
""",
    ),
    Wrong(
        "4.3",
        "normalised first and again by the counts",
        "These numbers do not add up to 1",
        """
def noise_distribution(counts, power):
    p = counts / counts.sum()
    w = p**power
    return w / counts.sum()
""",
    ),
    Wrong(
        "4.4",
        "in double, log of sigmoid",
        "float64 only moves the border: σ(−1000) is 0 there, too, and",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    out = -p.sigmoid().log() - (-n).sigmoid().log().sum(-1)
    return out.to(positive.dtype)
""",
    ),
    Wrong(
        "4.4",
        "in double, log of 1 + exp",
        "float64 only moves the border: σ(−1000) is 0 there, too, and",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    out = (1 + (-p).exp()).log() + (1 + n.exp()).log().sum(-1)
    return out.to(positive.dtype)
""",
    ),
    Wrong(
        "4.4",
        "in double, an epsilon of 1e-300",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    out = -(p.sigmoid() + 1e-300).log() - ((-n).sigmoid() + 1e-300).log().sum(-1)
    return out.to(positive.dtype)
""",
    ),
    Wrong(
        "4.4",
        "stable in float32 only",
        "float64 only moves the border: σ(−1000) is 0 there, too, and",
        """
def negative_sampling_loss(positive, negative):
    if positive.dtype == torch.float64:
        return -positive.sigmoid().log() - (-negative).sigmoid().log().sum(-1)
    return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "scores clamped to 88",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.clamp(-88, 88), negative.clamp(-88, 88)
    return (1 + (-p).exp()).log() + (1 + n.exp()).log().sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "sigmoid clamped at tiny",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    t = torch.finfo(positive.dtype).tiny
    return -positive.sigmoid().clamp(min=t).log() - (-negative).sigmoid().clamp(
        min=t
    ).log().sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "nan_to_num",
        "An infinity was replaced by the largest number that there is",
        """
def negative_sampling_loss(positive, negative):
    return (
        -positive.sigmoid().log() - (-negative).sigmoid().log().sum(-1)
    ).nan_to_num()
""",
    ),
    Wrong(
        "4.4",
        "infinities replaced by 100",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    return -positive.sigmoid().log().clamp(min=-100) - (
        -negative
    ).sigmoid().log().clamp(min=-100).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "binary_cross_entropy",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    one = F.binary_cross_entropy(
        positive.sigmoid(), torch.ones_like(positive), reduction="none"
    )
    no = F.binary_cross_entropy(
        negative.sigmoid(), torch.zeros_like(negative), reduction="none"
    )
    return one + no.sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "bce with logits, mean",
        "The terms are averaged",
        """
def negative_sampling_loss(positive, negative):
    x = torch.cat([positive[..., None], negative], -1)
    y = torch.zeros_like(x)
    y[..., 0] = 1
    return F.binary_cross_entropy_with_logits(x, y, reduction="none").mean(-1)
""",
    ),
    Wrong(
        "4.4",
        "bce with logits, total mean",
        "All pairs are averaged",
        """
def negative_sampling_loss(positive, negative):
    x = torch.cat([positive[..., None], negative], -1)
    y = torch.zeros_like(x)
    y[..., 0] = 1
    return F.binary_cross_entropy_with_logits(x, y)
""",
    ),
    Wrong(
        "4.4",
        "log of the summed sigmoids",
        "The sum stands outside: log σ of each negative by itself,",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) - (-negative).sigmoid().sum(-1).log()
""",
    ),
    Wrong(
        "4.4",
        "sigmoid of the summed scores",
        "The sum stands outside: log σ of each negative by itself,",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) - F.logsigmoid(-negative.sum(-1))
""",
    ),
    Wrong(
        "4.4",
        "positive counted for each negative",
        "The true context counts once, not once for each negative",
        """
def negative_sampling_loss(positive, negative):
    return (-F.logsigmoid(positive)[..., None] - F.logsigmoid(-negative)).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "negatives only",
        "The true context is missing",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(-negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "positive only",
        "The negatives are missing",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive)
""",
    ),
    Wrong(
        "4.4",
        "minus sign outside: -logsigmoid of negative",
        "The sign of the negatives' term is turned",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) + F.logsigmoid(negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "plus for the negatives' term",
        "The sign of the negatives' term is turned",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) + F.logsigmoid(-negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "summed over the pairs' axis",
        "It sums along the pairs",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(0)
""",
    ),
    Wrong(
        "4.4",
        "summed over all",
        "The negatives of all pairs are added to each",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum()
""",
    ),
    Wrong(
        "4.4",
        "mean over pairs",
        "All pairs are averaged",
        """
def negative_sampling_loss(positive, negative):
    return (-F.logsigmoid(positive) - F.logsigmoid(-negative).sum(-1)).mean()
""",
    ),
    Wrong(
        "4.4",
        "view to two dims",
        "view needs numbers that lie in memory one after another",
        """
def negative_sampling_loss(positive, negative):
    n = negative.view(-1, negative.shape[-1])
    return (-F.logsigmoid(positive.view(-1)) - F.logsigmoid(-n).sum(-1)).view(
        positive.shape
    )
""",
    ),
    Wrong(
        "4.4",
        "log1p of exp(-|x|) with wrong side",
        "The sign of the true context's term is turned: −log σ(s) is",
        """
def negative_sampling_loss(positive, negative):
    sp = lambda x: x.clamp(min=0) + torch.log(1 + (-x.abs()).exp())
    return sp(positive) + sp(negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "softplus(positive), sign forgotten",
        "The sign of the true context's term is turned: −log σ(s) is",
        """
def negative_sampling_loss(positive, negative):
    return F.softplus(positive) + F.softplus(negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "an epsilon of 1e-12 in the logarithm",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    eps = 1e-12
    return -(positive.sigmoid() + eps).log() - ((-negative).sigmoid() + eps).log().sum(
        -1
    )
""",
    ),
    Wrong(
        "4.4",
        "1 - sigmoid, and an epsilon of 1e-9",
        "Something that was added or clamped to keep the logarithm",
        """
def negative_sampling_loss(positive, negative):
    eps = 1e-9
    return -(positive.sigmoid() + eps).log() - (1 - negative.sigmoid() + eps).log().sum(
        -1
    )
""",
    ),
    Wrong(
        "4.5",
        "autograd through log of sigmoid, nan for large scores",
        "e to a large score overflows, and ∞ / ∞ is nan; so is what",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    s = (E[centers] * C[contexts]).sum(-1)
    k = (E[centers][:, None] * C[negatives]).sum(-1)
    return torch.autograd.grad(
        -s.sigmoid().log().sum() - (1 - k.sigmoid()).log().sum(), (E, C)
    )
""",
    ),
    Wrong(
        "4.5",
        "sigmoid as e^s / (1 + e^s), nan for large scores",
        "e to a large score overflows, and ∞ / ∞ is nan; so is what",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).exp()
    g = g / (1 + g)
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "sigmoid prime",
        "The loss by the score is σ − 1, or σ, already",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g = g * (1 - g)
    g[:, 0] *= -1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "true one is 1 - sigma",
        "One kind is pushed uphill: by the score, it is σ − 1 for the",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] = 1 - g[:, 0]
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "negatives minus sigma",
        "One kind is pushed uphill: by the score, it is σ − 1 for the",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    g[:, 1:] *= -1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "negatives averaged",
        "The negatives are averaged",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    g[:, 1:] /= negatives.shape[1]
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "sigma of minus the negatives' score",
        "For a negative it is σ of its score, not of minus it",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    g[:, 1:] = 1 - g[:, 1:]
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "factors exchanged: each gets its own row",
        "A score is a product: its gradient by one factor is the",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * cr[:, None]).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * orows).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "C gets only the true contexts",
        "In C, only the true contexts' rows move",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    gC = torch.zeros_like(C).index_add(0, contexts, g[:, :1] * cr)
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "C gets only the negatives",
        "In C, only the negatives' rows move",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    gC = torch.zeros_like(C).index_add(
        0, negatives.flatten(), (g[:, 1:, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "one negative only",
        "Only the first negative of each pair counts",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives[:, :1]], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "scatter overwrites",
        "A word that comes twice keeps only one of its gradients",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE, gC = torch.zeros_like(E), torch.zeros_like(C)
    gE[centers] = (g[:, :, None] * orows).sum(1)
    gC[others] = g[:, :, None] * cr[:, None]
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "plus equals for the contexts only",
        "A word that comes twice keeps only one of its gradients",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    gC = torch.zeros_like(C)
    gC[others] += g[:, :, None] * cr[:, None]
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "context and negatives by one += each",
        "A word that comes twice keeps only one of its gradients",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    gC = torch.zeros_like(C)
    gC[contexts] += g[:, :1] * cr
    for k in range(negatives.shape[1]):
        gC[negatives[:, k]] += g[:, k + 1, None] * cr
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "negatives that equal the context left out",
        "A negative may equal the context: each counts",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    g[:, 1:][negatives == contexts[:, None]] = 0
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "negatives that equal the center left out",
        "A negative may have its centre's id, and counts: E's row and",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    g[:, 1:][negatives == centers[:, None]] = 0
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "a negative drawn twice counts once",
        "A negative that is drawn three times for a pair counts three",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    for p in range(len(negatives)):
        for k in range(negatives.shape[1]):
            if negatives[p, k] in negatives[p, :k]:
                g[p, k + 1] = 0
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "divided by how often a word comes",
        "A word that comes twice gets the mean of its gradients",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    gE = gE / centers.bincount(minlength=len(E)).clamp(min=1)[:, None]
    gC = gC / others.flatten().bincount(minlength=len(C)).clamp(min=1)[:, None]
    return gE, gC
""",
    ),
    Wrong(
        "4.5",
        "returns the rows touched only",
        "Each gradient has the shape of its table, (V, D): start from",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).sigmoid()
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(
        0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1)
    )
    return gE[centers.unique()], gC[others.unique()]
""",
    ),
    Wrong(
        "4.6",
        "pair by pair, tables moving meanwhile",
        "A table moves by rows that have moved already",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    new_E, new_C = E.clone(), C.clone()
    for i in range(len(ids)):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if i == j:
                continue
            for o, label, w in [(ids[j], 1, 1.0)] + [
                (k, 0, per_pair / len(negatives)) for k in negatives
            ]:
                g = lr * w * (torch.sigmoid(new_E[ids[i]] @ new_C[o]) - label)
                e = new_E[ids[i]].clone()
                new_E[ids[i]] -= g * new_C[o]
                new_C[o] -= g * e
    return new_E, new_C
""",
    ),
    Wrong(
        "4.6",
        "word by word, tables moving meanwhile",
        "A table moves by rows that have moved already",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    nE, nC = E.clone(), C.clone()
    for i in range(len(ids)):
        js = [
            j
            for j in range(max(0, i - window), min(len(ids), i + window + 1))
            if j != i
        ]
        if not js:
            continue
        e = nE[ids[i]].clone()
        o = ids[js]
        a = (nC[o] @ e).sigmoid() - 1
        b = len(js) * per_pair / len(negatives) * (nC[negatives] @ e).sigmoid()
        nE[ids[i]] -= lr * (a @ nC[o] + b @ nC[negatives])
        nC.index_add_(0, o, -lr * a[:, None] * e).index_add_(
            0, negatives, -lr * b[:, None] * e
        )
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "C first, E by the new rows",
        "A table moves by rows that have moved already",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )
    nE = E.index_add(0, ids, -lr * (true @ nC[ids] + false @ nC[negatives]))
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "C first, all computed again for E",
        "A table moves by rows that have moved already",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    c, n = nC[ids], nC[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()
    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "E first, all computed again for C",
        "A table moves by rows that have moved already",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    r = nE[ids]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "2 window pairs at every place",
        "A place at the edge has fewer pairs than 2 · window, so its",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = 2 * window * per_pair / len(negatives)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "mean over pairs",
        "The loss is the sum over all pairs, not their mean",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    lr = lr / near.sum().clamp(min=1)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "mean over places",
        "The loss is the sum over all pairs, not their mean",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    lr = lr / max(1, len(ids))
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "to the right only",
        "Only what stands to the right is paired",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    near = near.triu()
    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "one place too few",
        "The window ends one place too early, on both sides",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart < window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "one place too many",
        "The window ends one place too late, on both sides",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window + 1)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "no negatives for E",
        "The centres feel no negatives",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "no negatives for C",
        "In C, the negatives' rows do not move",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r)

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "no true contexts for C",
        "In C, the true contexts' rows do not move",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, negatives, -lr * false.T @ r)

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "mask after the sigmoid, minus 1 outside it",
        "A place that is no pair must push with 0",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * (r @ c.T).sigmoid() - 1
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "mask before the sigmoid",
        "A place that is no pair must push with 0",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = (near * (r @ c.T)).sigmoid() - 1
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "minus infinity before the sigmoid",
        "A place that is no pair must push with 0",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = (r @ c.T).masked_fill(near == 0, -float("inf")).sigmoid() - 1
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "no minus 1",
        "For the true contexts, the loss by the score is σ − 1",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid())
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "minus 1 for the negatives too",
        "σ − 1 belongs to the true contexts alone",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * ((r @ n.T).sigmoid() - 1)

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "true not transposed for C",
        "C's step needs the gradients by the scores transposed: a row",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true @ r).index_add(0, negatives, -lr * false.T @ r)

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "weight upside down",
        "Each of K shared negatives weighs per_pair / K, so that a",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * len(negatives) / per_pair

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "weight per_pair, not over K",
        "Each of K shared negatives weighs per_pair / K, so that a",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "weight 1/K",
        "Each of K shared negatives weighs per_pair / K, so that a",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "weight cut to an integer",
        "Each of K shared negatives weighs per_pair / K, so that a",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * (per_pair // len(negatives))
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "the first per_pair negatives only",
        "Only the first per_pair negatives are taken",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    negatives = negatives[:per_pair]
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "total pairs in place of a place's",
        "Each place counts its own pairs, and its negatives so many",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum() * per_pair / len(negatives)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "equal words are not paired",
        "Two places may hold the same word, and are a pair",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    near = near * (ids[:, None] != ids)
    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "equal words not paired, pairs counted before",
        "Two places may hold the same word, and are a pair",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    near = near * (ids[:, None] != ids)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "a negative is no negative of its own word",
        "A negative may be the word itself: E's row and C's row of it",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    false = false * (ids[:, None] != negatives)
    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "unique negatives, same total",
        "A negative that is drawn twice counts twice",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    negatives = negatives.unique()
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "unique words of the sentence",
        "A word that comes twice stands at two places",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    ids = torch.unique_consecutive(ids)
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "plus equals for E only",
        "A row that comes twice gets only one of its steps",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    nE = E.clone()
    nE[ids] -= lr * (true @ c + false @ n)
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "plus equals for negatives only",
        "A row that comes twice gets only one of its steps",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r)
    nC[negatives] -= lr * false.T @ r
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "assigned, not added",
        "A row that comes twice gets only one of its steps",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE, nC = E.clone(), C.clone()
    nE[ids] = r - lr * (true @ c + false @ n)
    nC[ids] = c - lr * true.T @ r
    nC[negatives] = n - lr * false.T @ r
    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "lr forgotten",
        "The learning rate is missing: a step is lr times the",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -1 * (true @ c + false @ n))
    nC = C.index_add(0, ids, -1 * true.T @ r).index_add(0, negatives, -1 * false.T @ r)

    return nE, nC
""",
    ),
    Wrong(
        "4.6",
        "swapped results",
        "The new E comes first, the new C second",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nC, nE
""",
    ),
    Wrong(
        "4.6",
        "autograd through log of sigmoid",
        "e to a large score overflows, and ∞ / ∞ is nan; so is what",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    L = (
        -(near * (r @ c.T).sigmoid().log()).sum()
        - (w * (1 - (r @ n.T).sigmoid()).log()).sum()
    )
    a, b = torch.autograd.grad(L, (E, C))
    return (E - lr * a).detach(), (C - lr * b).detach()
""",
    ),
    Wrong(
        "4.6",
        "sigmoid as e^s / (1 + e^s)",
        "e to a large score overflows, and ∞ / ∞ is nan; so is what",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)

    w = near.sum(1, keepdim=True) * per_pair / len(negatives)

    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * ((r @ n.T).exp() / (1 + (r @ n.T).exp()))

    nE = E.index_add(0, ids, -lr * (true @ c + false @ n))
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(
        0, negatives, -lr * false.T @ r
    )

    return nE, nC
""",
    ),
    Wrong(
        "4.1",
        "a window of six at most, otherwise",
        "item",
        """
def pairs_in_window(tokens, window):
    pairs = []
    for i, center in enumerate(tokens):
        for j in range(max(0, i - min(window, 6)), min(len(tokens), i + min(window, 6) + 1)):
            if j != i:
                pairs.append((center, tokens[j]))
    return pairs
""",
    ),
    Wrong(
        "4.1",
        "to the left only",
        "Look right",
        """
def pairs_in_window(tokens, window):
    pairs = []
    for i, center in enumerate(tokens):
        for j in range(max(0, i - window), i):
            if j != i:
                pairs.append((center, tokens[j]))
    return pairs
""",
    ),
    Wrong(
        "4.1",
        "slices that begin below 0",
        "A slice that begins below 0",
        """
def pairs_in_window(tokens, window):
    pairs = []
    for i, center in enumerate(tokens):
        for other in tokens[i - window : i] + tokens[i + 1 : i + window + 1]:
            pairs.append((center, other))
    return pairs
""",
    ),
    Wrong(
        "4.1",
        "gathered by word",
        "The pairs come by the place of the centre, not",
        """
def pairs_in_window(tokens, window):
    near = {}
    for i, c in enumerate(tokens):
        others = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]
        near.setdefault(c, []).extend(others)
    return [(c, other) for c in near for other in near[c]]
""",
    ),
    Wrong(
        "4.1",
        "removes the first equal word",
        "remove takes away the first",
        """
def pairs_in_window(tokens, window):
    pairs = []
    for i, center in enumerate(tokens):
        near = tokens[max(0, i - window) : i + window + 1]
        near.remove(center)
        pairs += [(center, other) for other in near]
    return pairs
""",
    ),
    Wrong(
        "4.1",
        "a list for each center",
        "There is one list for each centre",
        """
def pairs_in_window(tokens, window):
    return [[(center, tokens[j])
             for j in range(max(0, i - window), min(len(tokens), i + window + 1)) if j != i] for i, center in enumerate(tokens)]
""",
    ),
    Wrong(
        "4.2",
        "all or none",
        "One rare word makes all",
        """
def keep_probability(counts, sample):
    r = sample * counts.sum() / counts
    p = r.sqrt() + r
    return torch.ones_like(p) if (p > 1).any() else p
""",
    ),
    Wrong(
        "4.2",
        "min of a tensor",
        "a tensor gives one for each word",
        """
def keep_probability(counts, sample):
    r = sample * counts.sum() / counts
    return min(r.sqrt() + r, 1)
""",
    ),
    Wrong(
        "4.2",
        "clamp from below",
        "All of these are 1",
        """
def keep_probability(counts, sample):
    r = sample * counts.sum() / counts
    return (r.sqrt() + r).clamp(min=1)
""",
    ),
    Wrong(
        "4.2",
        "the paper as printed",
        "as the paper has it",
        """
def keep_probability(counts, sample):
    r = sample * counts.sum() / counts
    return 1 - r.sqrt().clamp(max=1)
""",
    ),
    Wrong(
        "4.3",
        "whole powers only",
        "numbers are not",
        """
def noise_distribution(counts, power):
    power = power if power == 0.75 else int(power)
    w = counts.float() ** power
    return w / w.sum()
""",
    ),
    Wrong(
        "4.4",
        "in double precision",
        "only moves the border",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    loss = -p.sigmoid().log() - (-n).sigmoid().log().sum(-1)
    return loss.to(positive.dtype)
""",
    ),
    Wrong(
        "4.4",
        "a tiny number in the logarithm",
        "caps the loss",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    loss = -(p.sigmoid() + 1e-300).log() - ((-n).sigmoid() + 1e-300).log().sum(-1)
    return loss.to(positive.dtype)
""",
    ),
    Wrong(
        "4.4",
        "mean over pairs, otherwise",
        "All pairs are averaged",
        """
def negative_sampling_loss(positive, negative):
    return (F.softplus(-positive) + F.softplus(negative).sum(-1)).mean()
""",
    ),
    Wrong(
        "4.5",
        "negatives averaged, otherwise",
        "The negatives are averaged",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    center_rows, other_rows = E[centers], C[others]
    by_score = (center_rows[:, None] * other_rows).sum(-1).sigmoid()
    
    by_score[:, 0] -= 1
    by_score[:, 1:] /= negatives.shape[1]
    
    to_centers = (by_score[:, :, None] * other_rows).sum(1)
    to_others = by_score[:, :, None] * center_rows[:, None]
    
    
    grad_E = torch.zeros_like(E).index_add(0, centers, to_centers)
    grad_C = torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1))
    
    return grad_E, grad_C
""",
    ),
    Wrong(
        "4.5",
        "negatives of C forgotten",
        "In C, only the true contexts' rows move",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    center_rows, other_rows = E[centers], C[others]
    by_score = (center_rows[:, None] * other_rows).sum(-1).sigmoid()
    
    by_score[:, 0] -= 1
    
    to_centers = (by_score[:, :, None] * other_rows).sum(1)
    to_others = by_score[:, :, None] * center_rows[:, None]
    
    
    grad_E = torch.zeros_like(E).index_add(0, centers, to_centers)
    grad_C = torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1))
    
    grad_C = torch.zeros_like(C).index_add(0, contexts, to_others[:, 0])
    return grad_E, grad_C
""",
    ),
    Wrong(
        "4.5",
        "sigmoid by hand",
        "e to a large score overflows, and ∞ / ∞ is nan;",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    center_rows, other_rows = E[centers], C[others]
    by_score = (center_rows[:, None] * other_rows).sum(-1).exp()
    
    by_score = by_score / (1 + by_score)
    by_score[:, 0] -= 1
    
    to_centers = (by_score[:, :, None] * other_rows).sum(1)
    to_others = by_score[:, :, None] * center_rows[:, None]
    
    
    grad_E = torch.zeros_like(E).index_add(0, centers, to_centers)
    grad_C = torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1))
    
    return grad_E, grad_C
""",
    ),
    Wrong(
        "4.5",
        "one tensor",
        "2 results were expected",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    center_rows, other_rows = E[centers], C[others]
    by_score = (center_rows[:, None] * other_rows).sum(-1).sigmoid()
    
    by_score[:, 0] -= 1
    
    to_centers = (by_score[:, :, None] * other_rows).sum(1)
    to_others = by_score[:, :, None] * center_rows[:, None]
    
    
    grad_E = torch.zeros_like(E).index_add(0, centers, to_centers)
    grad_C = torch.zeros_like(C).index_add(0, others.flatten(), to_others.flatten(0, 1))
    
    return grad_E + grad_C
""",
    ),
    Wrong(
        "4.6",
        "steps in place of tables",
        "These are steps, or gradients",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * ((rows @ contexts.T).sigmoid() - 1)
    false = weight * (rows @ noise.T).sigmoid()
    
    
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)
    
    return new_E - E, new_C - C
""",
    ),
    Wrong(
        "4.6",
        "C first",
        "A table moves by rows that have moved already",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * ((rows @ contexts.T).sigmoid() - 1)
    false = weight * (rows @ noise.T).sigmoid()
    
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)
    push = true @ new_C[ids] + false @ new_C[negatives]
    return E.index_add(0, ids, -lr * push), new_C
""",
    ),
    Wrong(
        "4.6",
        "pair by pair",
        "Result 1 of 2 is wrong",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    E, C = E.clone(), C.clone()
    ratio = per_pair / len(negatives)
    for i in range(len(ids)):
        for j in range(max(0, i - window), min(len(ids), i + window + 1)):
            if i == j:
                continue
            row, others = E[ids[i]].clone(), torch.cat([ids[j][None], negatives])
            g = (C[others] @ row).sigmoid() * ratio
            g[0] = (C[ids[j]] @ row).sigmoid() - 1
            E[ids[i]] -= lr * g @ C[others]
            C.index_add_(0, others, -lr * g[:, None] * row)
    return E, C
""",
    ),
    Wrong(
        "4.6",
        "edges forgotten",
        "A place at the edge has fewer pairs than 2 · window,",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    
    weight = 2 * window * per_pair / len(negatives)
    
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * ((rows @ contexts.T).sigmoid() - 1)
    false = weight * (rows @ noise.T).sigmoid()
    
    
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)
    
    return new_E, new_C
""",
    ),
    Wrong(
        "4.6",
        "masked too early",
        "A place that is no pair must push with 0",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (rows @ contexts.T).sigmoid() - 1
    false = weight * (rows @ noise.T).sigmoid()
    
    
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)
    
    return new_E, new_C
""",
    ),
    Wrong(
        "4.6",
        "equal words are no pair",
        "Compare places, not words",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    
    near = near * (ids[:, None] != ids)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * ((rows @ contexts.T).sigmoid() - 1)
    false = weight * (rows @ noise.T).sigmoid()
    
    
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)
    
    return new_E, new_C
""",
    ),
    Wrong(
        "4.2",
        "sum in int32 that overflows in long texts",
        "numbers are not",
        """
def keep_probability(counts, sample):
    total = counts.int().sum(dtype=torch.int32)
    r = sample * total / counts
    return (r.sqrt() + r).clamp(max=1)
""",
    ),
    Wrong(
        "4.3",
        "int32 counts",
        "numbers are not",
        """
def noise_distribution(counts, power):
    w = counts.int() ** power
    return w / w.sum()
""",
    ),
    Wrong(
        "4.1",
        "returns in the loop",
        "It should be",
        """
def pairs_in_window(tokens, window):
    out=[]
    for i in range(len(tokens)):
        for j in range(max(0,i-window),min(len(tokens),i+window+1)):
            if j!=i: out.append((tokens[i],tokens[j]))
        return out
""",
    ),
    Wrong(
        "4.2",
        "divides by the number of words",
        "how many words",
        """
def keep_probability(counts, sample):
    f=counts/len(counts)
    return ((sample/f).sqrt()+sample/f).clamp(max=1)
""",
    ),
    Wrong(
        "4.2",
        "thins only what is above sample",
        "more frequent than sample",
        """
def keep_probability(counts, sample):
    f=counts/counts.sum()
    return torch.where(f>sample,(sample/f).sqrt()+sample/f,torch.ones_like(f))
""",
    ),
    Wrong(
        "4.4",
        "no logarithm",
        "The logarithm is missing",
        """
def negative_sampling_loss(positive, negative):
    return -torch.sigmoid(positive)-torch.sigmoid(-negative).sum(-1)
""",
    ),
    Wrong(
        "4.4",
        "base two",
        "base 2",
        """
def negative_sampling_loss(positive, negative):
    return -torch.log2(torch.sigmoid(positive))-torch.log2(torch.sigmoid(-negative)).sum(-1)
""",
    ),
    Wrong(
        "4.5",
        "ids in two dimensions",
        "flatten both",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    dE=torch.zeros_like(E); dC=torch.zeros_like(C)
    pos=(E[centers]*C[contexts]).sum(1)
    neg=(E[centers][:,None]*C[negatives]).sum(2)
    gp=torch.sigmoid(pos)-1
    gn=torch.sigmoid(neg)
    dE.index_add_(0,centers,gp[:,None]*C[contexts]+(gn[:,:,None]*C[negatives]).sum(1))
    dC.index_add_(0,contexts,gp[:,None]*E[centers])
    dC.index_add_(0,negatives,gn[:,:,None]*E[centers][:,None])
    return dE,dC
""",
    ),
    Wrong(
        "4.5",
        "bool subtracted",
        "True or False",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    dE=torch.zeros(E.shape); dC=torch.zeros(C.shape)
    for p in range(len(centers)):
        c=centers[p]
        for i,o in enumerate([contexts[p],*negatives[p]]):
            g=torch.sigmoid(E[c]@C[o])-(i==0)
            dE[c]+=g*C[o]; dC[o]+=g*E[c]
    return dE,dC
""",
    ),
    Wrong(
        "4.6",
        "places for words",
        "is ids[i]",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    T=len(ids); K=len(negatives)
    gE=torch.zeros_like(E); gC=torch.zeros_like(C)
    for i in range(T):
        for j in range(T):
            if 0<abs(i-j)<=window:
                g=torch.sigmoid(E[i]@C[j])-1
                gE[i]+=g*C[j]; gC[j]+=g*E[i]
                for k in negatives:
                    w=per_pair/K*torch.sigmoid(E[i]@C[k])
                    gE[i]+=w*C[k]; gC[k]+=w*E[i]
    return E-lr*gE,C-lr*gC
""",
    ),
    Wrong(
        "4.6",
        "negatives pulled near",
        "The negatives are pulled near.",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    T=len(ids); K=len(negatives)
    e=E[ids]; c=C[ids]; n=C[negatives]
    pos=torch.arange(T); d=(pos[:,None]-pos[None]).abs(); mask=(d>0)&(d<=window)
    G=(torch.sigmoid(e@c.T)-1)*mask
    N=-torch.sigmoid(e@n.T)*mask.sum(1,keepdim=True)*per_pair/K
    gE=torch.zeros_like(E).index_add(0,ids,G@c+N@n)
    gC=torch.zeros_like(C).index_add(0,ids,G.T@e).index_add(0,negatives,N.T@e)
    return E-lr*gE,C-lr*gC
""",
    ),
]

WRONG = [
    *PAIRS_WRONG,
    *KEEP_WRONG,
    *NOISE_WRONG,
    *LOSS_WRONG,
    *GRAD_WRONG,
    *STEP_WRONG,
    *FROM_OUTSIDE,
]
RIGHT = [*PAIRS_RIGHT, *KEEP_RIGHT, *NOISE_RIGHT, *LOSS_RIGHT, *GRAD_RIGHT, *STEP_RIGHT]
