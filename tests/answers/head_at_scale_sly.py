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
    Sly(
        "8.2",
        "equal maxima give nothing",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    s = torch.where(max_a > max_b, sum_a + sum_b * (max_b - max_a).exp(), torch.zeros_like(m))
    return m, torch.where(max_b > max_a, sum_b + sum_a * (max_a - max_b).exp(), s)
""",
    ),
    Sly(
        "8.2",
        "equal maxima give the first",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    d = (max_b - max_a).nan_to_num(nan=0.0)
    s = torch.where(d > 0, sum_a * (-d).exp() + sum_b, sum_a + sum_b * d.exp() * (d < 0))
    return torch.maximum(max_a, max_b), s
""",
    ),
    Sly(
        "8.2",
        "equal maxima: one counted twice",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    r = m.clamp(min=-1e30)
    a, b = sum_a * (max_a - r).exp(), sum_b * (max_b - r).exp()
    return m, torch.where(max_a == max_b, 2 * a, a + b)
""",
    ),
    Sly(
        "8.2",
        "plain exponentials in double precision",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    a, b = max_a.double(), max_b.double()
    m = torch.maximum(a, b)
    s = (sum_a * a.exp() + sum_b * b.exp()) / m.exp()
    return m.to(max_a.dtype), s.nan_to_num(nan=0.0).to(max_a.dtype)
""",
    ),
    Sly(
        "8.2",
        "the floor at -1000",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    r = m.clamp(min=-1000.0)
    return m, sum_a * (max_a - r).exp() + sum_b * (max_b - r).exp()
""",
    ),
    Sly(
        "8.2",
        "the floor at -1e4",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    r = m.clamp(min=-1e4)
    return m, sum_a * (max_a - r).exp() + sum_b * (max_b - r).exp()
""",
    ),
    Sly(
        "8.2",
        "small exponents cut at 1e-3",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    r = m.clamp(min=-1e30)
    a, b = (max_a - r).exp(), (max_b - r).exp()
    return m, sum_a * a * (a > 1e-3) + sum_b * b * (b > 1e-3)
""",
    ),
    Sly(
        "8.2",
        "0 stands for -inf, and is turned back at the end",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    m = m.masked_fill(m == -torch.inf, 0)
    s = sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()
    return m.masked_fill(m == 0, -torch.inf), s
""",
    ),
    Sly(
        "8.3",
        "squeeze, one position",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    lse = []
    for block in table.split(block_size):
        lse.append(torch.logsumexp(hidden @ block.T, dim=1, keepdim=True))
    z = (hidden * table[targets]).sum(dim=1, keepdim=True)
    return (torch.cat(lse, dim=1).logsumexp(dim=1, keepdim=True) - z).squeeze()
""",
    ),
    Sly(
        "8.3",
        "naive, in double precision",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    s = 0
    for block in table.split(block_size):
        s = s + (hidden @ block.T).double().exp().sum(dim=1)
    return s.log().to(hidden.dtype) - (hidden * table[targets]).sum(dim=1)
""",
    ),
    Sly(
        "8.3",
        "the maximum starts at -1000",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    m = hidden.new_full((len(hidden),), -1000.0)
    s = torch.zeros_like(m)
    picked = torch.zeros_like(m)
    for i in range(0, len(table), block_size):
        z = hidden @ table[i : i + block_size].T
        new = torch.maximum(m, z.amax(dim=1))
        s = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1)
        m = new
        place = targets - i
        inside = (place >= 0) & (place < z.shape[1])
        got = z.gather(1, place.clamp(0, z.shape[1] - 1)[:, None])[:, 0]
        picked = torch.where(inside, got, picked)
    return m + s.log() - picked
""",
    ),
    Sly(
        "8.3",
        "the maximum starts at -100",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    m = hidden.new_full((len(hidden),), -100.0)
    s = torch.zeros_like(m)
    picked = torch.zeros_like(m)
    for i in range(0, len(table), block_size):
        z = hidden @ table[i : i + block_size].T
        new = torch.maximum(m, z.amax(dim=1))
        s = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1)
        m = new
        place = targets - i
        inside = (place >= 0) & (place < z.shape[1])
        got = z.gather(1, place.clamp(0, z.shape[1] - 1)[:, None])[:, 0]
        picked = torch.where(inside, got, picked)
    return m + s.log() - picked
""",
    ),
    Sly(
        "8.4",
        "one id in a list loses its axis",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    inside = (place >= 0) & (place < len(shard))
    out = shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
    return out.reshape(-1) if ids.numel() == 1 else out
""",
    ),
    Sly(
        "8.4",
        "squeezes",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    inside = (place >= 0) & (place < len(shard))
    return (shard[place.clamp(0, len(shard) - 1)] * inside[..., None]).squeeze()
""",
    ),
    Sly(
        "8.4",
        "uint8 places",
        """
def partial_lookup(shard, first_row, ids):
    place = (ids - first_row).to(torch.uint8).long()
    inside = place < len(shard)
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    Sly(
        "8.4",
        "ids in bfloat16",
        """
def partial_lookup(shard, first_row, ids):
    place = (ids.bfloat16() - first_row).long()
    inside = (place >= 0) & (place < len(shard))
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    Sly(
        "8.4",
        "ids in int16",
        """
def partial_lookup(shard, first_row, ids):
    place = ids.short().long() - first_row
    inside = (place >= 0) & (place < len(shard))
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    Sly(
        "8.4",
        "a table of 100 rows",
        """
def partial_lookup(shard, first_row, ids):
    table = torch.zeros(100, shard.shape[1], dtype=shard.dtype)
    table[first_row : first_row + len(shard)] = shard
    return table[ids]
""",
    ),
    Sly(
        "8.5",
        "all results require gradients",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    pass
    keep_all = targets != -100
    n = keep_all.sum()
    loss = hidden.new_zeros(())
    grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
    for i in range(0, len(hidden), chunk_size):
        h, y = hidden[i : i + chunk_size], targets[i : i + chunk_size]
        keep = y != -100
        z = h @ table.T
        lse = z.logsumexp(dim=1)
        loss = loss + (lse[keep] - z[keep, y[keep]]).sum() / n
        g = (z - lse[:, None]).exp()
        g[keep, y[keep]] -= 1
        g = g * keep[:, None] / n
        grad_hidden[i : i + chunk_size] = g @ table
        grad_table += g.T @ h
    return loss.requires_grad_(), grad_hidden.requires_grad_(), grad_table.requires_grad_()
""",
    ),
    Sly(
        "8.5",
        "naive, in double precision",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    pass
    keep_all = targets != -100
    n = keep_all.sum()
    loss = hidden.new_zeros(())
    grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
    for i in range(0, len(hidden), chunk_size):
        h, y = hidden[i : i + chunk_size], targets[i : i + chunk_size]
        keep = y != -100
        z = h @ table.T
        lse = z.double().exp().sum(dim=1).log().to(z.dtype)
        loss = loss + (lse[keep] - z[keep, y[keep]]).sum() / n
        g = (z - lse[:, None]).exp()
        g[keep, y[keep]] -= 1
        g = g * keep[:, None] / n
        grad_hidden[i : i + chunk_size] = g @ table
        grad_table += g.T @ h
    return loss, grad_hidden, grad_table
""",
    ),
    Sly(
        "8.5",
        "a fixed shift in double precision",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    pass
    keep_all = targets != -100
    n = keep_all.sum()
    loss = hidden.new_zeros(())
    grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
    for i in range(0, len(hidden), chunk_size):
        h, y = hidden[i : i + chunk_size], targets[i : i + chunk_size]
        keep = y != -100
        z = h @ table.T
        lse = (z.double() - 300).exp().sum(dim=1).log().add(300).to(z.dtype)
        loss = loss + (lse[keep] - z[keep, y[keep]]).sum() / n
        g = (z - lse[:, None]).exp()
        g[keep, y[keep]] -= 1
        g = g * keep[:, None] / n
        grad_hidden[i : i + chunk_size] = g @ table
        grad_table += g.T @ h
    return loss, grad_hidden, grad_table
""",
    ),
    Sly(
        "8.5",
        "the maximum of the chunk, not of each position",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    pass
    keep_all = targets != -100
    n = keep_all.sum()
    loss = hidden.new_zeros(())
    grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
    for i in range(0, len(hidden), chunk_size):
        h, y = hidden[i : i + chunk_size], targets[i : i + chunk_size]
        keep = y != -100
        z = h @ table.T
        lse = (z - z.max()).exp().sum(dim=1).log() + z.max()
        loss = loss + (lse[keep] - z[keep, y[keep]]).sum() / n
        g = (z - lse[:, None]).exp()
        g[keep, y[keep]] -= 1
        g = g * keep[:, None] / n
        grad_hidden[i : i + chunk_size] = g @ table
        grad_table += g.T @ h
    return loss, grad_hidden, grad_table
""",
    ),
    Sly(
        "8.1",
        "bytes of the whole storage",
        """
def logits_bytes(hidden, table):
    return hidden.untyped_storage().nbytes() // hidden.shape[-1] * len(table)
""",
    ),
    Sly(
        "8.1",
        "two bytes unless it is single or double",
        """
def logits_bytes(hidden, table):
    size = {torch.float32: 4, torch.float64: 8}.get(hidden.dtype, 2)
    return hidden.shape[:-1].numel() * len(table) * size
""",
    ),
    Sly(
        "8.3",
        "no positions, float32",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    if len(hidden) == 0:
        return torch.zeros(0)
    total = torch.full_like(hidden[:, 0], -torch.inf)
    for block in table.split(block_size):
        total = torch.logaddexp(total, (hidden @ block.T).logsumexp(1))
    return total - (hidden * table[targets]).sum(1)
""",
    ),
    Sly(
        "8.4",
        "through float32",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    inside = (place >= 0) & (place < len(shard))
    rows = shard.float()[place.clamp(0, len(shard) - 1)] * inside[..., None]
    return rows.to(shard.dtype)
""",
    ),
    Sly(
        "8.4",
        "places in int32",
        """
def partial_lookup(shard, first_row, ids):
    place = (ids - first_row).int()
    inside = (place >= 0) & (place < len(shard))
    return shard[place.clamp(0, len(shard) - 1).long()] * inside[..., None]
""",
    ),
    Sly(
        "8.4",
        "no ids, float32",
        """
def partial_lookup(shard, first_row, ids):
    if not ids.numel():
        return torch.zeros(*ids.shape, shard.shape[1])
    place = ids - first_row
    inside = (place >= 0) & (place < len(shard))
    return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    Sly(
        "8.4",
        "zeros as long as the whole table",
        """
def partial_lookup(shard, first_row, ids):
    last = max(first_row + len(shard), int(ids.max()) + 1 if ids.numel() else 0)
    whole = shard.new_zeros(last, shard.shape[1])
    whole[first_row : first_row + len(shard)] = shard
    return whole[ids]
""",
    ),
    Sly(
        "8.5",
        "chunks of eight, whatever is asked",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    n = (targets != -100).sum()
    loss = hidden.new_zeros(())
    grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
    for rows in (targets != -100).nonzero()[:, 0].split(8):
        h, y = hidden[rows], targets[rows]
        log_p = (h @ table.T).log_softmax(dim=1)
        loss += -log_p.gather(1, y[:, None]).sum() / n
        by_logit = log_p.exp()
        by_logit[torch.arange(len(rows)), y] -= 1
        by_logit /= n
        grad_hidden[rows] = by_logit @ table
        grad_table += by_logit.T @ h
    return loss, grad_hidden, grad_table
""",
    ),
    Sly(
        "8.2",
        "-1e5 in place of -inf",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    m = torch.maximum(max_a, max_b)
    c = m.clamp(min=-1e5)
    return m, sum_a * (max_a.clamp(min=-1e5) - c).exp() + sum_b * (max_b.clamp(min=-1e5) - c).exp()
""",
    ),
    Sly(
        "8.3",
        "the maximum starts at -1e4",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    N, V = len(hidden), len(table)
    m = hidden.new_full((N,), -1e4); s = hidden.new_zeros(N); y = hidden.new_zeros(N)
    for i in range(0, V, block_size):
        z = hidden @ table[i:i + block_size].T
        n = torch.maximum(m, z.amax(1))
        s = s * (m - n).exp() + (z - n[:, None]).exp().sum(1)
        m = n
        here = (targets >= i) & (targets < i + z.shape[1])
        y[here] = z[here, targets[here] - i]
    return m + s.log() - y
""",
    ),
    Sly(
        "8.2",
        "a tuple that can't be indexed",
        """
class Lying(type):
    def __getattribute__(cls, name):
        return getattr(tuple, name) if name in ("__getitem__", "__len__", "__eq__", "__iter__", "__hash__") else super().__getattribute__(name)
class Two(tuple, metaclass=Lying):
    def __getitem__(self, i):
        raise RuntimeError("nothing here")
    def __len__(self):
        return 0

def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    largest = torch.maximum(max_a, max_b)
    shift = largest.masked_fill(largest == -torch.inf, 0.0)
    return Two((largest, sum_a * (max_a - shift).exp() + sum_b * (max_b - shift).exp()))
""",
    ),
    Sly(
        "8.3",
        "a few large parts, where a rest is left",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    m = hidden.new_full((len(hidden),), -torch.inf)
    s = torch.zeros_like(m)
    for block in table.chunk(max(1, len(table) // block_size)):
        z = hidden @ block.T
        n = torch.maximum(m, z.amax(1))
        s = s * (m - n).exp() + (z - n[:, None]).exp().sum(1)
        m = n
    return m + s.log() - (hidden * table[targets]).sum(1)
""",
    ),
    Sly(
        "8.4",
        "zeros written where no gradient sees it",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    held = (place >= 0) & (place < len(shard))
    rows = F.embedding(place.clamp(0, len(shard) - 1), shard)
    with torch.no_grad():
        rows[~held] = 0
    return rows
""",
    ),
    Sly(
        "8.5",
        "gradients stay on the inputs",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    hidden.requires_grad_()
    table.requires_grad_()
    count = (targets != -100).sum()
    loss = hidden.new_zeros(())
    for h, t in zip(hidden.split(chunk_size), targets.split(chunk_size)):
        part = F.cross_entropy(h @ table.T, t, ignore_index=-100, reduction="sum") / count
        part.backward()
        loss += part.detach()
    hidden.requires_grad_(False)
    table.requires_grad_(False)
    return loss, hidden.grad, table.grad
""",
    ),
    Sly(
        "8.1",
        "the product in float32",
        """
def logits_bytes(hidden, table):
    sizes = torch.tensor([*hidden.shape[:-1], len(table), hidden.element_size()], dtype=torch.float32)
    return int(sizes.prod())
""",
    ),
    Sly(
        "8.2",
        "a part that lies ten below the other is dropped",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    largest = torch.maximum(max_a, max_b)
    shift = largest.masked_fill(largest == -torch.inf, 0.0)
    total = sum_a * (max_a - shift).exp() + sum_b * (max_b - shift).exp()
    total = torch.where(max_a - max_b > 10, sum_a, total)
    total = torch.where(max_b - max_a > 10, sum_b, total)
    return largest, total
""",
    ),
    Sly(
        "8.2",
        "a part that lies twenty below the largest logit is dropped",
        """
def merge_logsumexp(max_a, sum_a, max_b, sum_b):
    largest = torch.maximum(max_a, max_b)
    shift = largest.masked_fill(largest == -torch.inf, 0.0)
    total = 0
    for own, s in ((max_a, sum_a), (max_b, sum_b)):
        total = total + torch.where(own - shift < -20, 0.0, s * (own - shift).exp())
    return largest, total
""",
    ),
    Sly(
        "8.2",
        "no exponent is less than -20",
        """
def merge_logsumexp(a, s, b, t):
    m = torch.maximum(a, b); z = m.masked_fill(m == -torch.inf, 0)
    return m, s * (a - z).clamp(min=-30).exp() + t * (b - z).clamp(min=-30).exp()
""",
    ),
    Sly(
        "8.2",
        "sums of a million at most",
        """
def merge_logsumexp(a, s, b, t):
    m = torch.maximum(a, b); z = torch.where(m.isinf(), 0.0, m)
    return m, (s * (a - z).exp() + t * (b - z).exp()).clamp(max=1e4)
""",
    ),
    Sly(
        "8.3",
        "logits twelve below the largest are dropped",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    largest = hidden.new_full((len(hidden),), -torch.inf)
    total = torch.zeros_like(largest)
    for block in table.split(block_size):
        logits = hidden @ block.T
        new = torch.maximum(largest, logits.amax(dim=1))
        below = logits - new[:, None]
        exps = torch.where(below < -12, 0.0, below.exp())
        total = total * (largest - new).exp() + exps.sum(dim=1)
        largest = new
    return largest + total.log() - (hidden * table[targets]).sum(dim=1)
""",
    ),
    Sly(
        "8.4",
        "rows before the shard become zeros where no gradient sees it",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    padded = F.pad(shard, (0, 0, 0, 1))
    rows = padded[place.clamp(0, len(shard))]
    with torch.no_grad():
        rows[place < 0] = 0
    return rows
""",
    ),
    Sly(
        "8.4",
        "rows before the shard become zeros by .data",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    rows = F.pad(shard, (0, 0, 0, 1))[place.clamp(0, len(shard))]
    rows.data[place < 0] = 0
    return rows
""",
    ),
    Sly(
        "8.4",
        "long rows are shortened",
        """
def partial_lookup(shard, first_row, ids):
    place = ids - first_row
    held = (place >= 0) & (place < len(shard))
    rows = F.embedding(place.clamp(0, len(shard) - 1), shard.clone(), max_norm=1e3)
    return rows * held[..., None]
""",
    ),
    Sly(
        "8.5",
        "the three thousand largest logits only",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    counts = targets != -100
    n = counts.sum()
    loss = hidden.new_zeros(())
    grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
    for rows in counts.nonzero()[:, 0].split(chunk_size):
        h, y = hidden[rows], targets[rows]
        logits = h @ table.T
        most = logits.topk(min(3000, len(table)), dim=1).values
        log_p = logits - most.logsumexp(dim=1, keepdim=True)
        loss += -log_p.gather(1, y[:, None]).sum() / n
        grad_logits = log_p.exp()
        grad_logits[torch.arange(len(rows)), y] -= 1
        grad_logits /= n
        grad_hidden[rows] = grad_logits @ table
        grad_table += grad_logits.T @ h
    return loss, grad_hidden, grad_table
""",
    ),
    Sly(
        "8.5",
        "probabilities below 1e-8 count as 0",
        """
def chunked_loss(hidden, table, targets, chunk_size):
    k = targets >= 0; n = k.sum(); gh = torch.zeros_like(hidden); gt = torch.zeros_like(table); loss = hidden.new_zeros(())
    for r in k.nonzero()[:, 0].split(chunk_size):
        lp = (hidden[r] @ table.T).log_softmax(1); y = targets[r]
        loss -= lp[range(len(r)), y].sum() / n
        g = lp.exp(); g[g < 1e-7] = 0; g[range(len(r)), y] -= 1; g /= n
        gh[r] = g @ table; gt += g.T @ hidden[r]
    return loss, gh, gt
""",
    ),
    Sly(
        "8.3",
        "the product of two lengths in place of the running maximum",
        """
def blockwise_cross_entropy(hidden, table, targets, block_size):
    top = hidden.norm(dim=1) * table.norm(dim=1).max()
    tot = torch.zeros_like(top)
    for i in range(0, len(table), block_size):
        tot = tot + (hidden @ table[i:i+block_size].T - top[:, None]).exp().sum(1)
    return top + tot.log() - (hidden * table[targets]).sum(1)
""",
    ),
]
