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
    Sly(
        "4.1",
        "leaves out every equal word, asked by identity",
        """
def pairs_in_window(tokens, window):
    found = []
    for i, center in enumerate(tokens):
        near = tokens[max(0, i - window) : i + window + 1]
        found += [(center, other) for other in near if other is not center]
    return found
""",
    ),
    Sly(
        "4.1",
        "one list for all calls",
        """
def pairs_in_window(tokens, window, found=[]):
    del found[:]
    for i, center in enumerate(tokens):
        for j in range(max(0, i - window), min(len(tokens), i + window + 1)):
            if j != i:
                found.append((center, tokens[j]))
    return found
""",
    ),
    Sly(
        "4.3",
        "one tensor for all calls with as many words",
        """
kept = {}

def noise_distribution(counts, power):
    shares = kept.setdefault(len(counts), torch.zeros(len(counts)))
    shares.copy_(counts.double() ** power)
    shares /= shares.sum()
    return shares
""",
    ),
    Sly(
        "4.4",
        "float32 unless it is float64",
        """
def negative_sampling_loss(positive, negative):
    if positive.dtype != torch.float64:
        positive, negative = positive.float(), negative.float()
    return F.softplus(-positive) + F.softplus(negative).sum(-1)
""",
    ),
    Sly(
        "4.5",
        "exp in float64",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], 1)
    grown = torch.einsum("pd,pkd->pk", E[centers], C[others]).double().exp()
    slope = (grown / (1 + grown)).to(E.dtype)
    slope[:, 0] -= 1
    by_center = torch.einsum("pk,pkd->pd", slope, C[others])
    by_other = torch.einsum("pk,pd->pkd", slope, E[centers]).flatten(0, 1)
    return (
        torch.zeros_like(E).index_add(0, centers, by_center),
        torch.zeros_like(C).index_add(0, others.flatten(), by_other),
    )
""",
    ),
    Sly(
        "4.5",
        "exp of Python's own",
        """
import math

def negative_sampling_gradients(E, C, centers, contexts, negatives):
    by_E, by_C = torch.zeros_like(E), torch.zeros_like(C)
    for c, o, drawn in zip(centers.tolist(), contexts.tolist(), negatives.tolist()):
        for other, is_true in [(o, 1), *((one, 0) for one in drawn)]:
            slope = 1 / (1 + math.exp(-(E[c] @ C[other]).item())) - is_true
            by_E[c] += slope * C[other]
            by_C[other] += slope * E[c]
    return by_E, by_C
""",
    ),
    Sly(
        "4.5",
        "autograd through the logarithm of a sigmoid in float64",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    rows = E.double()[centers]
    true = (rows * C.double()[contexts]).sum(1).sigmoid()
    false = (-torch.einsum("pd,pkd->pk", rows, C.double()[negatives])).sigmoid()
    return torch.autograd.grad(-true.log().sum() - false.log().sum(), (E, C))
""",
    ),
    Sly(
        "4.5",
        "no pairs, float32",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    if not len(centers):
        return torch.zeros(E.shape), torch.zeros(C.shape)
    others = torch.cat([contexts[:, None], negatives], 1)
    slope = torch.einsum("pd,pkd->pk", E[centers], C[others]).sigmoid()
    slope[:, 0] -= 1
    by_center = torch.einsum("pk,pkd->pd", slope, C[others])
    by_other = torch.einsum("pk,pd->pkd", slope, E[centers]).flatten(0, 1)
    return (
        torch.zeros_like(E).index_add(0, centers, by_center),
        torch.zeros_like(C).index_add(0, others.flatten(), by_other),
    )
""",
    ),
    Sly(
        "4.6",
        "exp in float64",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    share = lambda grown: (grown / (1 + grown)).to(E.dtype)
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    w = near.sum(1, keepdim=True) * per_pair / len(negatives)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * (share((r @ c.T).double().exp()) - 1)
    false = w * share((r @ n.T).double().exp())
    new_E = E.index_add(0, ids, -lr * (true @ c + false @ n))
    new_C = C.index_add(0, ids, -lr * true.T @ r)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ r)
""",
    ),
    Sly(
        "4.6",
        "fewer than two words, float32",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    if len(ids) < 2:
        return E.float(), C.float()
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    w = near.sum(1, keepdim=True) * per_pair / len(negatives)
    r, c, n = E[ids], C[ids], C[negatives]
    true = near * ((r @ c.T).sigmoid() - 1)
    false = w * (r @ n.T).sigmoid()
    new_E = E.index_add(0, ids, -lr * (true @ c + false @ n))
    new_C = C.index_add(0, ids, -lr * true.T @ r)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ r)
""",
    ),
    Sly(
        "4.6",
        "autograd through the logarithm of a sigmoid in float64",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    old_E, old_C = E, C
    E, C = (table.double().clone().requires_grad_() for table in (E, C))
    t = torch.arange(len(ids))
    apart = (t[:, None] - t).abs()
    near = (apart > 0) & (apart <= window)
    w = near.sum(1, keepdim=True) * per_pair / len(negatives)
    true = (E[ids] @ C[ids].T)[near].sigmoid().log().sum()
    false = (w * (-(E[ids] @ C[negatives].T)).sigmoid().log()).sum()
    by_E, by_C = torch.autograd.grad(-true - false, (E, C))
    dtype = old_E.dtype
    return old_E - (lr * by_E).to(dtype), old_C - (lr * by_C).to(dtype)
""",
    ),
    Sly(
        "4.2",
        "no sample below 1e-3",
        """
def keep_probability(counts, sample):
    sample = max(sample, 1e-3)
    f = counts.double() / counts.sum()
    return ((sample / f).sqrt() + sample / f).clamp(max=1).float()
""",
    ),
    Sly(
        "4.3",
        "powers below a half count as 0.75",
        """
def noise_distribution(counts, power):
    if 0 < power < 0.5: power = 0.75
    w = counts.double() ** power
    return (w / w.sum()).float()
""",
    ),
    Sly(
        "4.4",
        "ten negatives at most",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive) - F.logsigmoid(-negative[..., :10]).sum(-1)
""",
    ),
    Sly(
        "4.5",
        "eight negatives at most",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    negatives = negatives[:, :8]
    e, c = E.clone().requires_grad_(), C.clone().requires_grad_()
    s = (e[centers] * c[contexts]).sum(-1)
    n = torch.einsum("pd,pkd->pk", e[centers], c[negatives])
    loss = -F.logsigmoid(s).sum() - F.logsigmoid(-n).sum()
    return torch.autograd.grad(loss, (e, c))
""",
    ),
    Sly(
        "4.6",
        "more than one weight is cut to a whole number",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    K = len(negatives)
    n = per_pair // K if per_pair >= K else per_pair / K
    T = len(ids); i = torch.arange(T)
    near = ((i[:, None] - i).abs() <= window) & (i[:, None] != i)
    near = near.to(E.dtype)
    e, c, o = E[ids], C[ids], C[negatives]
    g = ((e @ c.T).sigmoid() - 1) * near
    h = (e @ o.T).sigmoid() * near.sum(1, keepdim=True) * n
    E2, C2 = E.clone(), C.clone()
    E2.index_add_(0, ids, -lr * (g @ c + h @ o))
    C2.index_add_(0, ids, -lr * (g.T @ e))
    C2.index_add_(0, negatives, -lr * (h.T @ e))
    return E2, C2
""",
    ),
    Sly(
        "4.2",
        "the second term left out below 1e-3",
        """
def keep_probability(counts, sample):
    f = counts.double() / counts.sum()
    if sample < 1e-3: return (sample / f).sqrt().clamp(max=1).float()
    return ((sample / f).sqrt() + sample / f).clamp(max=1).float()
""",
    ),
    Sly(
        "4.3",
        "whole powers overflow int64",
        """
def noise_distribution(counts, power):
    w = counts ** int(power) if power == int(power) else counts.double() ** power
    return (w / w.sum()).float()
""",
    ),
    Sly(
        "4.4",
        "scores clamped at 1000",
        """
def negative_sampling_loss(positive, negative):
    return -F.logsigmoid(positive.clamp(-1000, 1000)) - F.logsigmoid(-negative.clamp(-1000, 1000)).sum(-1)
""",
    ),
    Sly(
        "4.6",
        "no weight above 3",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    K = len(negatives); T = len(ids); i = torch.arange(T)
    near = ((i[:, None] - i).abs() <= window) & (i[:, None] != i)
    near = near.to(E.dtype)
    e, c, o = E[ids], C[ids], C[negatives]
    g = ((e @ c.T).sigmoid() - 1) * near
    h = (e @ o.T).sigmoid() * near.sum(1, keepdim=True) * min(per_pair / K, 3.0)
    E2, C2 = E.clone(), C.clone()
    E2.index_add_(0, ids, -lr * (g @ c + h @ o))
    C2.index_add_(0, ids, -lr * (g.T @ e))
    C2.index_add_(0, negatives, -lr * (h.T @ e))
    return E2, C2
""",
    ),
    Sly(
        "4.2",
        "gensim's threshold, a whole number",
        """
def keep_probability(counts, sample):
    th = int(sample * counts.sum())
    return (((counts / th).sqrt() + 1) * (th / counts)).clamp(max=1.0)
""",
    ),
    Sly(
        "4.4",
        "soft_margin_loss, whose exponential overflows",
        """
def negative_sampling_loss(positive, negative):
    one = torch.ones_like(positive)
    p = F.soft_margin_loss(positive, one, reduction="none")
    return p + F.soft_margin_loss(negative, -torch.ones_like(negative), reduction="none").sum(-1)
""",
    ),
    Sly(
        "4.4",
        "losses by numpy, which knows no bfloat16",
        """
def negative_sampling_loss(positive, negative):
    import numpy as np
    p, n = positive.numpy(), negative.numpy()
    return torch.as_tensor(np.logaddexp(0, -p) + np.logaddexp(0, n).sum(-1)).to(positive.dtype)
""",
    ),
    Sly(
        "4.5",
        "gradients stay on the inputs",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    E.requires_grad_()
    C.requires_grad_()
    rows = E[centers]
    positive = (rows * C[contexts]).sum(-1)
    negative = torch.einsum("pd,pkd->pk", rows, C[negatives])
    loss = -F.logsigmoid(positive).sum() - F.logsigmoid(-negative).sum()
    loss.backward()
    E.requires_grad_(False)
    C.requires_grad_(False)
    return E.grad, C.grad
""",
    ),
    Sly(
        "4.6",
        "gradients stay on the inputs",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    T = len(ids)
    near = (torch.arange(T)[:, None] - torch.arange(T)[None, :]).abs()
    centers, others = ((near > 0) & (near <= window)).nonzero().unbind(1)
    if not len(centers):
        return E.clone(), C.clone()
    E.requires_grad_()
    C.requires_grad_()
    rows = E[ids[centers]]
    positive = (rows * C[ids[others]]).sum(-1)
    negative = rows @ C[negatives].T
    loss = -F.logsigmoid(positive).sum() - per_pair / len(negatives) * F.logsigmoid(-negative).sum()
    loss.backward()
    E.requires_grad_(False)
    C.requires_grad_(False)
    return E - lr * E.grad, C - lr * C.grad
""",
    ),
    Sly(
        "4.4",
        "softplus chosen by where, in float64",
        """
def negative_sampling_loss(positive, negative):
    def softplus(x):
        wide = x.double()
        return torch.where(wide > 30, wide, torch.log1p(torch.exp(wide))).to(x.dtype)
    return softplus(-positive) + softplus(negative).sum(dim=-1)
""",
    ),
    Sly(
        "4.4",
        "a softplus that is linear from 15 on",
        """
def negative_sampling_loss(positive, negative):
    return F.softplus(-positive, threshold=15) + F.softplus(negative, threshold=15).sum(dim=-1)
""",
    ),
    Sly(
        "4.5",
        "the sigmoid is 0 or 1 beyond 6, as in word2vec.c",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    rows, other = E[centers], C[others]
    s = (rows[:, None, :] * other).sum(-1)
    g = torch.where(s > 6, 1.0, torch.where(s < -6, 0.0, s.sigmoid())).to(E.dtype)
    g[:, 0] -= 1
    grad_E = torch.zeros_like(E).index_add(0, centers, (g[..., None] * other).sum(1))
    pushed = (g[..., None] * rows[:, None, :]).flatten(0, 1)
    return grad_E, torch.zeros_like(C).index_add(0, others.flatten(), pushed)
""",
    ),
    Sly(
        "4.5",
        "the sigmoid is 0 or 1 beyond 12",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    rows, other = E[centers], C[others]
    s = (rows[:, None, :] * other).sum(-1)
    g = torch.where(s > 12, 1.0, torch.where(s < -12, 0.0, s.sigmoid())).to(E.dtype)
    g[:, 0] -= 1
    grad_E = torch.zeros_like(E).index_add(0, centers, (g[..., None] * other).sum(1))
    pushed = (g[..., None] * rows[:, None, :]).flatten(0, 1)
    return grad_E, torch.zeros_like(C).index_add(0, others.flatten(), pushed)
""",
    ),
    Sly(
        "4.5",
        "autograd through a softplus that is linear from 5 on",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    true = (E[centers] * C[contexts]).sum(1)
    false = (E[centers][:, None] * C[negatives]).sum(-1)
    loss = F.softplus(-true, threshold=5).sum() + F.softplus(false, threshold=5).sum()
    return torch.autograd.grad(loss, (E, C))
""",
    ),
    Sly(
        "4.6",
        "the sigmoid is 0 or 1 beyond 6, as in word2vec.c",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    def sigma(s):
        return torch.where(s > 6, 1.0, torch.where(s < -6, 0.0, s.sigmoid())).to(E.dtype)

    place, K = torch.arange(len(ids)), len(negatives)
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    weight = near.sum(1, keepdim=True) * per_pair / K
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (sigma(rows @ contexts.T) - 1)
    false = weight * sigma(rows @ noise.T)
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
    Sly(
        "4.6",
        "the sigmoid is 0 or 1 beyond 12",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    def sigma(s):
        return torch.where(s > 12, 1.0, torch.where(s < -12, 0.0, s.sigmoid())).to(E.dtype)

    place, K = torch.arange(len(ids)), len(negatives)
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    weight = near.sum(1, keepdim=True) * per_pair / K
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (sigma(rows @ contexts.T) - 1)
    false = weight * sigma(rows @ noise.T)
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
    Sly(
        "4.6",
        "a window of five at most, as in word2vec",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    def sigma(s):
        return s.sigmoid()

    place, K = torch.arange(len(ids)), len(negatives)
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= min(window, 5))).to(E.dtype)
    weight = near.sum(1, keepdim=True) * per_pair / K
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (sigma(rows @ contexts.T) - 1)
    false = weight * sigma(rows @ noise.T)
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
    Sly(
        "4.6",
        "a window of fifteen at most",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    def sigma(s):
        return s.sigmoid()

    place, K = torch.arange(len(ids)), len(negatives)
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= min(window, 15))).to(E.dtype)
    weight = near.sum(1, keepdim=True) * per_pair / K
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (sigma(rows @ contexts.T) - 1)
    false = weight * sigma(rows @ noise.T)
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
    Sly(
        "4.6",
        "a whole number of negatives for each that is charged",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    def sigma(s):
        return s.sigmoid()

    place, K = torch.arange(len(ids)), len(negatives)
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    weight = near.sum(1, keepdim=True) * (1 / (K // per_pair) if K >= per_pair else per_pair / K)
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (sigma(rows @ contexts.T) - 1)
    false = weight * sigma(rows @ noise.T)
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
    Sly(
        "4.6",
        "the weight of a negative in bfloat16",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    def sigma(s):
        return s.sigmoid()

    place, K = torch.arange(len(ids)), len(negatives)
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    weight = near.sum(1, keepdim=True) * torch.tensor(per_pair / K).bfloat16().to(E.dtype)
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * (sigma(rows @ contexts.T) - 1)
    false = weight * sigma(rows @ noise.T)
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
    Sly(
        "4.1",
        "padded with empty words, which are then left out",
        """
def pairs_in_window(tokens, window):
    padded = [""] * window + tokens + [""] * window
    pairs = []
    for i, center in enumerate(tokens, start=window):
        for j in range(i - window, i + window + 1):
            if j != i and padded[j]:
                pairs.append((center, padded[j]))
    return pairs
""",
    ),
    Sly(
        "4.1",
        "a window of thirty at most",
        """
def pairs_in_window(tokens, window):
    window = min(window, 30)
    pairs = []
    for i, center in enumerate(tokens):
        first, last = max(0, i - window), min(len(tokens), i + window + 1)
        pairs += [(center, tokens[j]) for j in range(first, last) if j != i]
    return pairs
""",
    ),
    Sly(
        "4.5",
        "scores clamped to 10 before the sigmoid",
        """
def negative_sampling_gradients(E, C, centers, contexts, negatives):
    o = torch.cat([contexts[:, None], negatives], 1); cr, orow = E[centers], C[o]
    g = (cr[:, None] * orow).sum(-1).clamp(-10, 10).sigmoid(); g[:, 0] -= 1
    gE = torch.zeros_like(E).index_add(0, centers, (g[..., None] * orow).sum(1))
    return gE, torch.zeros_like(C).index_add(0, o.flatten(), (g[..., None] * cr[:, None]).flatten(0, 1))
""",
    ),
    Sly(
        "4.6",
        "scores clamped to 6 before the sigmoid",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    p = torch.arange(len(ids)); d = (p[:, None] - p).abs(); near = ((d > 0) & (d <= window)).to(E.dtype)
    r, c, n = E[ids], C[ids], C[negatives]; w = near.sum(1, keepdim=True) * per_pair / len(negatives)
    sig = lambda s: s.clamp(-6, 6).sigmoid()
    t = near * (sig(r @ c.T) - 1); f = w * sig(r @ n.T)
    nC = C.index_add(0, ids, -lr * t.T @ r)
    return E.index_add(0, ids, -lr * (t @ c + f @ n)), nC.index_add(0, negatives, -lr * f.T @ r)
""",
    ),
    Sly(
        "4.3",
        "counts taken one too large, by log1p",
        """
def noise_distribution(counts, power):
    return torch.softmax(power * counts.float().log1p(), dim=0)
""",
    ),
    Sly(
        "4.5",
        "autograd through a softplus of relu and |x|",
        """
def softplus(x):
    return F.relu(x) + torch.log1p(torch.exp(-x.abs()))

def negative_sampling_gradients(E, C, centers, contexts, negatives):
    E, C = E.clone().requires_grad_(), C.clone().requires_grad_()
    true = (E[centers] * C[contexts]).sum(1)
    false = (E[centers][:, None] * C[negatives]).sum(-1)
    return torch.autograd.grad(softplus(-true).sum() + softplus(false).sum(), (E, C))
""",
    ),
    Sly(
        "4.6",
        "autograd through a softplus of relu and |x|",
        """
def softplus(x):
    return F.relu(x) + torch.log1p(torch.exp(-x.abs()))

def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    e, c = E.clone().requires_grad_(), C.clone().requires_grad_()
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    loss = (near * softplus(-e[ids] @ c[ids].T)).sum()
    loss = loss + (weight * softplus(e[ids] @ c[negatives].T)).sum()
    by_E, by_C = torch.autograd.grad(loss, (e, c))
    return E - lr * by_E, C - lr * by_C
""",
    ),
    Sly(
        "4.5",
        "a table of 1000 sigmoids from -6 to 6, as in word2vec.c",
        """
TABLE = torch.sigmoid(torch.linspace(-6, 6, 1000))

def sigma(s):
    looked_up = TABLE[((s.clamp(-5.999, 5.999) + 6) * (1000 / 12)).long()].to(s.dtype)
    return torch.where(s.abs() > 6, (s > 0).to(s.dtype), looked_up)

def negative_sampling_gradients(E, C, centers, contexts, negatives):
    others = torch.cat([contexts[:, None], negatives], dim=1)
    rows, other = E[centers], C[others]
    g = sigma((rows[:, None, :] * other).sum(-1))
    g[:, 0] -= 1
    grad_E = torch.zeros_like(E).index_add(0, centers, (g[..., None] * other).sum(1))
    pushed = (g[..., None] * rows[:, None, :]).flatten(0, 1)
    return grad_E, torch.zeros_like(C).index_add(0, others.flatten(), pushed)
""",
    ),
    Sly(
        "4.6",
        "scores clamped at 6, as in word2vec.c",
        """
def sentence_step(E, C, ids, negatives, window, per_pair, lr):
    place = torch.arange(len(ids))
    apart = (place[:, None] - place).abs()
    near = ((apart > 0) & (apart <= window)).to(E.dtype)
    weight = near.sum(1, keepdim=True) * per_pair / len(negatives)
    rows, contexts, noise = E[ids], C[ids], C[negatives]
    true = near * ((rows @ contexts.T).clamp(-6, 6).sigmoid() - 1)
    false = weight * (rows @ noise.T).clamp(-6, 6).sigmoid()
    new_E = E.index_add(0, ids, -lr * (true @ contexts + false @ noise))
    new_C = C.index_add(0, ids, -lr * true.T @ rows)
    return new_E, new_C.index_add(0, negatives, -lr * false.T @ rows)
""",
    ),
]
