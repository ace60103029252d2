"""Answers to sheet 4 that are wrong in one corner only, and once slipped through the checks."""

from tests.answers import Sly

SLY = [
    Sly(
        "4.1",
        "windows of six at most",
        """
def pairs_in_window(tokens, window):
    window = min(window, 6)
    return [
        (c, tokens[j])
        for i, c in enumerate(tokens)
        for j in range(max(0, i - window), min(len(tokens), i + window + 1))
        if j != i
    ]
""",
    ),
    Sly(
        "4.1",
        "stops at the next occurrence of the same word",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i and (tokens[j] != c or abs(i - j) == 1 or len(set(tokens)) == 1):
                out.append((c, tokens[j]))
    return out
""",
    ),
    Sly(
        "4.1",
        "drops a pair whose context was seen by this center, other words only",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        near = tokens[max(0, i - window) : i] + tokens[i + 1 : i + 1 + window]
        out += [(c, o) for k, o in enumerate(near) if o == c or o not in near[:k]]
    return out
""",
    ),
    Sly(
        "4.2",
        "clamped only if all are rare",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    if (p > 1).all():
        return torch.ones_like(p)
    return p
""",
    ),
    Sly(
        "4.2",
        "clamped only if the first is rare",
        """
def keep_probability(counts, sample):
    f = counts / counts.sum()
    r = sample / f
    p = r.sqrt() + r
    return torch.ones_like(p) if p[0] > 1 else p
""",
    ),
    Sly(
        "4.3",
        "power only 0.75 or whole",
        """
def noise_distribution(counts, power):
    p = power if power == 0.75 else int(power)
    w = counts.double() ** p
    return (w / w.sum()).float()
""",
    ),
    Sly(
        "4.4",
        "linear below -10",
        """
def negative_sampling_loss(positive, negative):
    ls = lambda x: torch.where(x < -10, x, x.clamp(min=-10).sigmoid().log())
    return -ls(positive) - ls(-negative).sum(-1)
""",
    ),
    Sly(
        "4.4",
        "softplus threshold 10",
        """
def negative_sampling_loss(positive, negative):
    return F.softplus(-positive, threshold=10) + F.softplus(negative, threshold=10).sum(
        -1
    )
""",
    ),
    Sly(
        "4.6",
        "window of seven at most where sentences are longer",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    window = min(window, 3) if len(ids) > 9 else window
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
    Sly(
        "4.6",
        "windows shrink as in word2vec",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    window = int(torch.randint(1, window + 1, ()))
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
    Sly(
        "4.6",
        "autograd through log of sigmoid",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    
    w = near.sum(1, keepdim=True) * per_pair / len(negatives)
    
    r, c, n = E[ids], C[ids], C[negatives]
    L = -(near * (r @ c.T).sigmoid().log()).sum() - (w * (1 - (r @ n.T).sigmoid()).log()).sum()
    a, b = torch.autograd.grad(L, (E, C))
    return (E - lr * a).detach(), (C - lr * b).detach()
""",
    ),
]
