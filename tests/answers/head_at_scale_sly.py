"""Answers to sheet 8 that are wrong in one corner only."""

from tests.answers import Sly

SLY = [
    Sly(
        "8.1",
        "half precision counted as bfloat16 only",
        """
def logits_bytes(hidden, table):
    size = {torch.float32: 4, torch.bfloat16: 2, torch.float64: 8}.get(hidden.dtype, 4)
    return hidden.shape[:-1].numel() * len(table) * size
""",
    ),
    Sly(
        "8.1",
        "nothing counts as one position",
        """
def logits_bytes(hidden, table):
    return max(hidden.shape[:-1].numel(), 1) * len(table) * hidden.element_size()
""",
    ),
    Sly(
        "8.2",
        "a part that is far below is dropped early",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    r = m.clamp(min=-1e30)
    a, b = (max_a - r).exp(), (max_b - r).exp()
    return m, sum_a * a * (a > 0.2) + sum_b * b * (b > 0.2)
""",
    ),
    Sly(
        "8.2",
        "float32 at the end",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    r = m.clamp(min=-1e30)
    s = sum_a * (max_a - r).exp() + sum_b * (max_b - r).exp()
    return m.float().to(m.dtype), s.float().to(m.dtype)
""",
    ),
    Sly(
        "8.2",
        "both empty gives one",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    a, b = ((old - m).nan_to_num(nan=0.0).exp() for old in (max_a, max_b))
    s = sum_a * a + sum_b * b
    return m, torch.where(s == 0, torch.ones_like(s), s)
""",
    ),
    Sly(
        "8.3",
        "large enough shift, but a fixed one",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    s = 0
    for block in table.split(block_size):
        s = s + (hidden @ block.T - 60).exp().sum(dim=1)
    return 60 + s.log() - (hidden * table[targets]).sum(dim=1)
""",
    ),
    Sly(
        "8.3",
        "small problems at once, large ones in blocks without the target",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    if len(table) < 500:
        return F.cross_entropy(hidden @ table.T, targets, reduction="none")
    lse = hidden.new_full((len(hidden),), -torch.inf)
    for block in table.split(block_size):
        lse = torch.logaddexp(lse, (hidden @ block.T).logsumexp(dim=1))
    return lse
""",
    ),
    Sly(
        "8.3",
        "blocks are kept as views of one large tensor",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    room = hidden.new_empty(len(hidden), len(table))
    for i in range(0, len(table), block_size):
        room[:, i : i + block_size] = hidden @ table[i : i + block_size].T
    return F.cross_entropy(room, targets, reduction="none")
""",
    ),
    Sly(
        "8.3",
        "half the logits at a time",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    if block_size < len(table) // 2:
        block_size = len(table) // 2
    lse = [(hidden @ block.T).logsumexp(dim=1) for block in table.split(block_size)]
    return torch.stack(lse).logsumexp(dim=0) - (hidden * table[targets]).sum(dim=1)
""",
    ),
    Sly(
        "8.4",
        "a single id behind the shard",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    if ids.ndim == 0:
        return shard[place.clamp(max=len(shard) - 1)] * (place >= 0)
    inside = (place >= 0) & (place < len(shard))
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    Sly(
        "8.4",
        "nothing comes in float32",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    inside = (place >= 0) & (place < len(shard))
    if not inside.any():
        return torch.zeros(*ids.shape, shard.shape[1])
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    Sly(
        "8.5",
        "the mean's number from each chunk, weighted by its length",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    loss, gh, gE = 0, [], 0
    for i in range(0, len(hidden), chunk_size):
        h = hidden[i : i + chunk_size].clone().requires_grad_()
        E = table.clone().requires_grad_()
        y = targets[i : i + chunk_size]
        n = (y != -100).sum().clamp(min=1)
        part = F.cross_entropy(h @ E.T, y, reduction="sum") / n * len(y) / len(hidden)
        a, b = torch.autograd.grad(part, (h, E))
        loss, gE = loss + part.detach(), gE + b
        gh.append(a)
    return loss, torch.cat(gh), gE
""",
    ),
    Sly(
        "8.5",
        "results that still require gradients of nothing, in bfloat16 sums",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    n = (targets != -100).sum()
    loss, gh, gE = 0, [], torch.zeros_like(table).bfloat16()
    for i in range(0, len(hidden), chunk_size):
        h = hidden[i : i + chunk_size].clone().requires_grad_()
        E = table.clone().requires_grad_()
        part = F.cross_entropy(h @ E.T, targets[i : i + chunk_size], reduction="sum") / n
        a, b = torch.autograd.grad(part, (h, E))
        loss, gE = loss + part.detach(), gE + b.bfloat16()
        gh.append(a)
    return loss, torch.cat(gh), gE.to(table.dtype)
""",
    ),
    Sly(
        "8.5",
        "the gradient by hidden of ignored positions is not zero",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    n = (targets != -100).sum()
    loss, gh, gE = 0, [], 0
    for i in range(0, len(hidden), chunk_size):
        h, y = hidden[i : i + chunk_size], targets[i : i + chunk_size]
        keep = y != -100
        z = h @ table.T
        loss = loss + F.cross_entropy(z, y, reduction="sum") / n
        g = z.softmax(dim=1) / n
        g[keep, y[keep]] -= 1 / n
        gh.append(g @ table)
        gE = gE + g[keep].T @ h[keep]
    return loss, torch.cat(gh), gE
""",
    ),
]
