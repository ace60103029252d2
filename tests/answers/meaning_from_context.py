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
        "4.1", "context first", "The center comes first",
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
        "4.1", "only full windows", "item",
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
    Wrong("4.1", "a window of six at most", "item", with_range(NEAR.replace("window", "min(window, 6)"))),
    Wrong("4.1", "to the left only", "Look right", with_range("max(0, i - window), i")),
    Wrong(
        "4.1", "slices that begin below 0", "A slice that begins below 0",
        body(
            PAIRS,
            "pairs = []",
            "for i, center in enumerate(tokens):",
            "    for other in tokens[i - window : i] + tokens[i + 1 : i + window + 1]:",
            "        pairs.append((center, other))",
            "return pairs",
        ),
    ),
    Wrong(
        "4.1", "gathered by word", "not gathered by word",
        body(
            PAIRS,
            "near = {}",
            "for i, c in enumerate(tokens):",
            "    others = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]",
            "    near.setdefault(c, []).extend(others)",
            "return [(c, other) for c in near for other in near[c]]",
        ),
    ),
    Wrong(
        "4.1", "removes the first equal word", "remove takes away the first",
        body(
            PAIRS,
            "pairs = []",
            "for i, center in enumerate(tokens):",
            "    near = tokens[max(0, i - window) : i + window + 1]",
            "    near.remove(center)",
            "    pairs += [(center, other) for other in near]",
            "return pairs",
        ),
    ),
    Wrong(
        "4.1", "a list for each center", "It returns",
        body(
            PAIRS,
            "return [[(center, tokens[j])",
            f"         for j in range({NEAR}) if j != i] for i, center in enumerate(tokens)]",
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
        "4.2", "upside down", "not f / sample",
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
        "4.2", "how likely it is dropped", "likely it is kept",
        body(
            KEEP, "r = sample / (counts / counts.sum())", "return 1 - (r.sqrt() + r).clamp(max=1)"
        ),
    ),
    Wrong(
        "4.2", "more than 1", "clamp(max=1)",
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
    Wrong(
        "4.2", "all or none", "One rare word makes all",
        body(
            KEEP,
            "r = sample * counts.sum() / counts",
            "p = r.sqrt() + r",
            "return torch.ones_like(p) if (p > 1).any() else p",
        ),
    ),
    Wrong(
        "4.2", "min of a tensor", "a tensor gives one for each word",
        body(KEEP, "r = sample * counts.sum() / counts", "return min(r.sqrt() + r, 1)"),
    ),
    Wrong(
        "4.2", "clamp from below", "max=1 that bounds",
        body(KEEP, "r = sample * counts.sum() / counts", "return (r.sqrt() + r).clamp(min=1)"),
    ),
    Wrong(
        "4.2", "the paper as printed", "as the paper has it",
        body(KEEP, "r = sample * counts.sum() / counts", "return 1 - r.sqrt().clamp(max=1)"),
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
        "4.3", "a running sum", "do not add up to 1",
        body(NOISE, "w = counts**power", "return (w / w.sum()).cumsum(0)"),
    ),
    Wrong(
        "4.3", "cut to integers", "Work with floats",
        body(NOISE, "w = (counts**power).long()", "return w / w.sum()"),
    ),
    Wrong(
        "4.3", "whole powers only", "numbers are not",
        body(
            NOISE,
            "power = power if power == 0.75 else int(power)",
            "w = counts.float() ** power",
            "return w / w.sum()",
        ),
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
        "4.4", "negatives rewarded", "treated like the true context",
        body(LOSS, "return -F.logsigmoid(positive) - F.logsigmoid(negative).sum(dim=-1)"),
    ),
    Wrong(
        "4.4", "mean of the negatives", "averaged",
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
        "4.4", "all pairs summed", "one loss for each pair",
        body(LOSS, "return -F.logsigmoid(positive).sum() - F.logsigmoid(-negative).sum()"),
    ),
    Wrong(
        "4.4", "log of sigmoid", "F.logsigmoid(x) computes",
        body(
            LOSS,
            "return -positive.sigmoid().log() - (-negative).sigmoid().log().sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "log of one minus sigmoid", "F.logsigmoid(x) computes",
        body(
            LOSS,
            "return -positive.sigmoid().log() - (1 - negative.sigmoid()).log().sum(dim=-1)",
        ),
    ),
    Wrong(
        "4.4", "exponentials", "F.logsigmoid(x) computes",
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
    Wrong(
        "4.4", "in double precision", "only moves the border",
        body(
            LOSS,
            "p, n = positive.double(), negative.double()",
            "loss = -p.sigmoid().log() - (-n).sigmoid().log().sum(-1)",
            "return loss.to(positive.dtype)",
        ),
    ),
    Wrong(
        "4.4", "a tiny number in the logarithm", "caps the loss",
        body(
            LOSS,
            "p, n = positive.double(), negative.double()",
            "loss = -(p.sigmoid() + 1e-300).log() - ((-n).sigmoid() + 1e-300).log().sum(-1)",
            "return loss.to(positive.dtype)",
        ),
    ),
    Wrong(
        "4.4", "mean over pairs", "All pairs are averaged",
        body(LOSS, "return (F.softplus(-positive) + F.softplus(negative).sum(-1)).mean()"),
    ),
    Wrong(
        "4.4", "sign of the negatives", "term of the negatives",
        body(LOSS, "return -F.logsigmoid(positive) + F.logsigmoid(-negative).sum(-1)"),
    ),
    Wrong(
        "4.4", "sign of the true context", "term of the true context",
        body(LOSS, "return F.softplus(positive) + F.softplus(negative).sum(-1)"),
    ),
]  # fmt: skip

LOSS_RIGHT = [
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
        "4.5", "centers feel no negatives", "Each negative pushes its center",
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
    Wrong(
        "4.5", "negatives averaged", "Each of them pushes in full",
        body(
            GRAD, SCORES, TRUE, "by_score[:, 1:] /= negatives.shape[1]", SEND, ADD, BOTH
        ),
    ),
    Wrong(
        "4.5", "negatives of C forgotten", "the negatives' rows are pushed",
        body(
            GRAD, SCORES, TRUE, SEND, ADD,
            "grad_C = torch.zeros_like(C).index_add(0, contexts, to_others[:, 0])",
            BOTH,
        ),
    ),
    Wrong(
        "4.5", "sigmoid by hand", "nan is what comes of it",
        body(
            GRAD,
            SCORES.replace(".sigmoid()", ".exp()"),
            "by_score = by_score / (1 + by_score)",
            TRUE, SEND, ADD, BOTH,
        ),
    ),
    Wrong(
        "4.5", "one tensor", "2 results were expected",
        body(GRAD, SCORES, TRUE, SEND, ADD, "return grad_E + grad_C"),
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
        "4.6", "steps in place of tables", "These are the steps",
        body(
            STEP, MASK, WEIGHT, PUSH, MOVE, "return new_E - E, new_C - C",
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
    Wrong(
        "4.6", "C first", "E moves by rows of C",
        body(
            STEP, MASK, WEIGHT, PUSH,
            "new_C = C.index_add(0, ids, -lr * true.T @ rows)",
            "new_C = new_C.index_add(0, negatives, -lr * false.T @ rows)",
            "push = true @ new_C[ids] + false @ new_C[negatives]",
            "return E.index_add(0, ids, -lr * push), new_C",
        ),
    ),
    Wrong(
        "4.6", "pair by pair", "move from pair to pair",
        body(
            STEP,
            "E, C = E.clone(), C.clone()",
            "ratio = per_pair / len(negatives)",
            "for i in range(len(ids)):",
            "    for j in range(max(0, i - window), min(len(ids), i + window + 1)):",
            "        if i == j:",
            "            continue",
            "        row, others = E[ids[i]].clone(), torch.cat([ids[j][None], negatives])",
            "        g = (C[others] @ row).sigmoid() * ratio",
            "        g[0] = (C[ids[j]] @ row).sigmoid() - 1",
            "        E[ids[i]] -= lr * g @ C[others]",
            "        C.index_add_(0, others, -lr * g[:, None] * row)",
            "return E, C",
        ),
    ),
    Wrong(
        "4.6", "edges forgotten", "a full window",
        body(STEP, MASK, "weight = 2 * window * per_pair / len(negatives)", PUSH, MOVE, NEW),
    ),
    Wrong(
        "4.6", "masked too early", "Mask after the − 1",
        body(
            STEP, MASK, WEIGHT,
            PUSH.replace("near * ((rows @ contexts.T).sigmoid() - 1)",
                         "near * (rows @ contexts.T).sigmoid() - 1"),
            MOVE, NEW,
        ),
    ),
    Wrong(
        "4.6", "equal words are no pair", "Compare places, not words",
        body(
            STEP, MASK, "near = near * (ids[:, None] != ids)", WEIGHT, PUSH, MOVE, NEW
        ),
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

WRONG = [*PAIRS_WRONG, *KEEP_WRONG, *NOISE_WRONG, *LOSS_WRONG, *GRAD_WRONG, *STEP_WRONG]
RIGHT = [*PAIRS_RIGHT, *KEEP_RIGHT, *NOISE_RIGHT, *LOSS_RIGHT, *GRAD_RIGHT, *STEP_RIGHT]
