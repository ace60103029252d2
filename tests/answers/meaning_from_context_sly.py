"""Answers to sheet 4 that are wrong in one corner only, and once slipped through the checks."""

from tests.answers import Sly

SLY = [
    Sly(
        "4.1",
        "grouped by word in a dict",
        """
def pairs_in_window(tokens, window):
    near = {}
    for i, c in enumerate(tokens):
        left = tokens[max(0, i - window) : i]
        near.setdefault(c, []).extend(left + tokens[i + 1 : i + 1 + window])
    return [(c, o) for c in near for o in near[c]]
""",
    ),
    Sly(
        "4.1",
        "center removed by its word",
        """
def pairs_in_window(tokens, window):
    out = []
    for i, c in enumerate(tokens):
        near = [tokens[j] for j in range(max(0, i - window), min(len(tokens), i + window + 1))]
        near.remove(c)
        out += [(c, o) for o in near]
    return out
""",
    ),
    Sly(
        "4.1",
        "windows of six at most",
        """
def pairs_in_window(tokens, window):
    window = min(window, 6)
    return [(c, tokens[j]) for i, c in enumerate(tokens) for j in range(max(0, i - window), min(len(tokens), i + window + 1)) if j != i]
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
        "all kept if any is rare",
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
        "4.2",
        "sum in int32 that overflows in long texts",
        """
def keep_probability(counts, sample):
    total = counts.int().sum(dtype=torch.int32)
    r = sample * total / counts
    return (r.sqrt() + r).clamp(max=1)
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
        "4.3",
        "int32 counts",
        """
def noise_distribution(counts, power):
    w = counts.int() ** power
    return w / w.sum()
""",
    ),
    Sly(
        "4.4",
        "in double, log of sigmoid",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    out = -p.sigmoid().log() - (-n).sigmoid().log().sum(-1)
    return out.to(positive.dtype)
""",
    ),
    Sly(
        "4.4",
        "in double, log of 1 + exp",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    out = (1 + (-p).exp()).log() + (1 + n.exp()).log().sum(-1)
    return out.to(positive.dtype)
""",
    ),
    Sly(
        "4.4",
        "in double, an epsilon of 1e-300",
        """
def negative_sampling_loss(positive, negative):
    p, n = positive.double(), negative.double()
    out = -(p.sigmoid() + 1e-300).log() - ((-n).sigmoid() + 1e-300).log().sum(-1)
    return out.to(positive.dtype)
""",
    ),
    Sly(
        "4.4",
        "stable in float32 only",
        """
def negative_sampling_loss(positive, negative):
    if positive.dtype == torch.float64:
        return -positive.sigmoid().log() - (-negative).sigmoid().log().sum(-1)
    return -F.logsigmoid(positive) - F.logsigmoid(-negative).sum(-1)
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
        "4.5",
        "autograd through log of sigmoid, nan for large scores",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    s = (E[centers] * C[contexts]).sum(-1)
    k = (E[centers][:, None] * C[negatives]).sum(-1)
    return torch.autograd.grad(-s.sigmoid().log().sum() - (1 - k.sigmoid()).log().sum(), (E, C))
""",
    ),
    Sly(
        "4.5",
        "sigmoid as e^s / (1 + e^s), nan for large scores",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    cr, orows = E[centers], C[others]
    g = (cr[:, None] * orows).sum(-1).exp()
    g = g / (1 + g)
    g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[:, :, None] * orows).sum(1))
    gC = torch.zeros_like(C).index_add(0, others.flatten(), (g[:, :, None] * cr[:, None]).flatten(0, 1))
    return gE, gC
""",
    ),
    Sly(
        "4.6",
        "unique negatives, same total",
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
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(0, negatives, -lr * false.T @ r)
    
    return nE, nC
""",
    ),
    Sly(
        "4.6",
        "unique words of the sentence",
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
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(0, negatives, -lr * false.T @ r)
    
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
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(0, negatives, -lr * false.T @ r)
    
    return nE, nC
""",
    ),
    Sly(
        "4.6",
        "sigmoid as e^s / (1 + e^s)",
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
    nC = C.index_add(0, ids, -lr * true.T @ r).index_add(0, negatives, -lr * false.T @ r)
    
    return nE, nC
""",
    ),
]
