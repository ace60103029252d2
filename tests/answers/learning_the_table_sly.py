"""Answers to sheet 3 that are wrong in one corner only, and once slipped through the checks."""

from tests.answers import Sly

SLY = [
    Sly(
        "3.1",
        "counts in bfloat16, then long",
        """
def count_reads(ids, vocab_size):
    flat = ids.flatten()
    out = torch.zeros(vocab_size, dtype=torch.bfloat16)
    return out.index_add_(0, flat, torch.ones(len(flat), dtype=torch.bfloat16)).long()
""",
    ),
    Sly(
        "3.1",
        "counts in uint8",
        """
def count_reads(ids, vocab_size):
    flat = ids.flatten()
    out = torch.zeros(vocab_size, dtype=torch.uint8)
    return out.index_add_(0, flat, torch.ones(len(flat), dtype=torch.uint8)).long()
""",
    ),
    Sly(
        "3.1",
        "counts in int8, one loop",
        """
def count_reads(ids, vocab_size):
    out = torch.zeros(vocab_size, dtype=torch.int8)
    for i in ids.flatten(): out[i] += 1
    return out.long()
""",
    ),
    Sly(
        "3.2",
        "early return on empty in float32",
        """
def embedding_backward(grad_output, ids, vocab_size):
    if ids.numel() == 0: return torch.zeros(vocab_size, grad_output.shape[-1])
    grad = grad_output.new_zeros(vocab_size, grad_output.shape[-1])
    g = grad_output.reshape(ids.numel(), grad_output.shape[-1])
    return grad.index_add_(0, ids.flatten(), g)
""",
    ),
    Sly(
        "3.2",
        "single id in float32",
        """
def embedding_backward(grad_output, ids, vocab_size):
    if ids.ndim == 0:
        out = torch.zeros(vocab_size, grad_output.shape[-1])
        out[ids] = grad_output.float()
        return out
    grad = grad_output.new_zeros(vocab_size, grad_output.shape[-1])
    g = grad_output.reshape(ids.numel(), grad_output.shape[-1])
    return grad.index_add_(0, ids.flatten(), g)
""",
    ),
    Sly(
        "3.2",
        "half gradients truncated",
        """
def embedding_backward(grad_output, ids, vocab_size):
    g = grad_output.reshape(ids.numel(), grad_output.shape[-1])
    kind = grad_output.dtype
    if kind in (torch.half, torch.bfloat16): g = g.long()
    grad = torch.zeros(vocab_size, g.shape[1], dtype=g.dtype)
    return grad.index_add_(0, ids.flatten(), g).to(kind)
""",
    ),
    Sly(
        "3.3",
        "loop over rows of a batch",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for s, ids in enumerate(batches):
        for row in ids: read[s, row] = True
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.3",
        "sequence or batch, no more",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for s, ids in enumerate(batches):
        if ids.ndim == 1: ids = ids[None]
        B, T = ids.shape
        for b in range(B):
            for i in range(T): read[s, ids[b, i]] = True
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.3",
        "squeeze",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step, ids.flatten()] = True
    read = read.squeeze(0)
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.3",
        "squeezed at the end",
        """
def rows_that_move(batches, vocab_size, optimizer):
    rows = []
    ever = torch.zeros(vocab_size, dtype=torch.bool)
    for ids in batches:
        now = torch.zeros(vocab_size, dtype=torch.bool); now[ids.flatten()] = True
        ever = ever | now
        rows.append({'adamw': torch.ones_like(now), 'adam': ever, 'momentum': ever}.get(optimizer, now))
    return torch.stack(rows).squeeze()
""",
    ),
    Sly(
        "3.3",
        "one step: only what is read, also AdamW",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step, ids.flatten()] = True
    if len(batches) == 1: return read
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.3",
        "started by the first batch",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step, ids.flatten()] = True
    if batches[0].numel() == 0: return torch.zeros_like(read)
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.3",
        "forgets after three steps",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step, ids.flatten()] = True
    if optimizer in ('adam', 'momentum'):
        out = read.clone()
        for k in (1, 2, 3): out[k:] |= read[:-k]
        return out
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.3",
        "momentum forgets after three steps",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step, ids.flatten()] = True
    if optimizer == 'momentum':
        out = read.clone()
        for k in (1, 2, 3): out[k:] |= read[:-k]
        return out
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer in ("momentum", "adam"):
        return read.cumsum(dim=0) > 0
    return torch.ones_like(read)
""",
    ),
    Sly(
        "3.4",
        "one buffer for all its calls",
        """
buffers = {}

def adamw_step(
    table, grad, m, v, t, lr=1e-3, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    out = buffers.setdefault((table.shape, table.dtype), torch.empty_like(table))
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad * grad
    step = (m / (1 - beta1**t)) / ((v / (1 - beta2**t)).sqrt() + eps)
    out.copy_(table - lr * weight_decay * table - lr * step)
    return out, m, v
""",
    ),
    Sly(
        "3.4",
        "default beta2 0.99, eps 1e-6",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.99, eps=1e-6, weight_decay=0.01):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    table = table * (1 - lr * weight_decay)
    table = table - lr * m_hat / (v_hat.sqrt() + eps)
    return table, m, v
""",
    ),
    Sly(
        "3.4",
        "defaults dropped",
        """
def adamw_step(table, grad, m, v, t, lr, beta1, beta2, eps, weight_decay):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    table = table * (1 - lr * weight_decay)
    table = table - lr * m_hat / (v_hat.sqrt() + eps)
    return table, m, v
""",
    ),
    Sly(
        "3.4",
        "works in float32 or wider, never turned back",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    kind = torch.promote_types(table.dtype, torch.float32)
    table, grad, m, v = (x.to(kind) for x in (table, grad, m, v))
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    table = table * (1 - lr * weight_decay)
    table = table - lr * m_hat / (v_hat.sqrt() + eps)
    return table, m, v
""",
    ),
    Sly(
        "3.4",
        "m and v kept in float32 unless double",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    kind = table.dtype
    if kind != torch.float64: m, v, grad = m.float(), v.float(), grad.float()
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    table = table * (1 - lr * weight_decay)
    table = (table - lr * m_hat / (v_hat.sqrt() + eps)).to(kind)
    return table, m, v
""",
    ),
    Sly(
        "3.4",
        "decay only where m is 0",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    keep = m == (1 - beta1) * grad
    table = torch.where(keep, table * (1 - lr * weight_decay), table)
    table = table - lr * m_hat / (v_hat.sqrt() + eps)
    return table, m, v
""",
    ),
    Sly(
        "3.4",
        "decay of m",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m = m * (1 - lr * weight_decay)
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - beta1**t)
    v_hat = v / (1 - beta2**t)
    table = table * (1 - lr * weight_decay)
    table = table - lr * m_hat / (v_hat.sqrt() + eps)
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "lr hard-coded 0.1",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    lr = 0.1
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "rows with a gradient other than 0, by abs sum",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    D = table.shape[1]
    flat = grad_output.reshape(ids.numel(), D)
    g = torch.zeros_like(table).index_add(0, ids.flatten(), flat)
    m_new = 0.9 * m + 0.1 * g
    v_new = 0.999 * v + 0.001 * g**2
    moved = table - lr * m_new / (1 - 0.9**t) / ((v_new / (1 - 0.999**t)).sqrt() + 1e-8)
    read = g.abs().sum(1) > 0
    T, M, Q = table.clone(), m.clone(), v.clone()
    T[read], M[read], Q[read] = moved[read], m_new[read], v_new[read]
    return T, M, Q
""",
    ),
    Sly(
        "3.5",
        "eps 1e-6",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-6)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "early return of zeros",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    if ids.numel() == 0: return table.clone(), torch.zeros_like(m), torch.zeros_like(v)
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "empty batch lets means fade",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    if ids.numel() == 0: return table.clone(), 0.9 * m, 0.999 * v
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "empty batch is a step of plain Adam",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    D = table.shape[1]
    flat = grad_output.reshape(ids.numel(), D)
    g = torch.zeros_like(table).index_add(0, ids.flatten(), flat)
    m_new = 0.9 * m + 0.1 * g
    v_new = 0.999 * v + 0.001 * g**2
    moved = table - lr * m_new / (1 - 0.9**t) / ((v_new / (1 - 0.999**t)).sqrt() + 1e-8)
    if ids.numel() == 0: return moved, m_new, v_new
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "single id: whole table",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    if ids.ndim == 0:
        g = grad_output
        rows = slice(None)
    else:
        rows, place = ids.flatten().unique(return_inverse=True)
        g = torch.zeros(len(rows), table.shape[1]).index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "plain Adam where ids repeat",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    D = table.shape[1]
    flat = grad_output.reshape(ids.numel(), D)
    g = torch.zeros_like(table).index_add(0, ids.flatten(), flat)
    m_new = 0.9 * m + 0.1 * g
    v_new = 0.999 * v + 0.001 * g**2
    moved = table - lr * m_new / (1 - 0.9**t) / ((v_new / (1 - 0.999**t)).sqrt() + 1e-8)
    if len(ids.unique()) < ids.numel(): return moved, m_new, v_new
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "repeats lost in a sequence",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    if ids.ndim == 1:
        rows, g = ids, grad_output
        m_new = 0.9 * m[rows] + 0.1 * g
        v_new = 0.999 * v[rows] + 0.001 * g**2
        m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
        new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
        table, m, v = table.clone(), m.clone(), v.clone()
        table[rows], m[rows], v[rows] = new, m_new, v_new
        return table, m, v
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "corrects for ten steps only",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    n = min(t, 10)
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**n), v_new / (1 - 0.999**n)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "no correction from step 10 on",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    n = t if t < 10 else 10**9
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**n), v_new / (1 - 0.999**n)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "a row read first takes its first step",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    n = torch.where((v[rows] == 0).all(1, keepdim=True), 1, t)
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**n), v_new / (1 - 0.999**n)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "bf16 sums",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    g = torch.zeros(len(rows), table.shape[1])
    g.index_add_(0, place, grad_output.reshape(ids.numel(), table.shape[1]))
    g = torch.zeros(len(rows), table.shape[1]).bfloat16().index_add_(0, place.flatten(), grad_output.reshape(ids.numel(), table.shape[1]).bfloat16()).float()
    m_new = 0.9 * m[rows] + 0.1 * g
    v_new = 0.999 * v[rows] + 0.001 * g**2
    m_hat, v_hat = m_new / (1 - 0.9**t), v_new / (1 - 0.999**t)
    new = table[rows] - lr * m_hat / (v_hat.sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_new, v_new
    return table, m, v
""",
    ),
    Sly(
        "3.1",
        "counts in int16",
        """
def count_reads(ids, vocab_size):
    counts = torch.zeros(vocab_size, dtype=torch.int16)
    ones = torch.ones(ids.numel(), dtype=torch.int16)
    return counts.index_add(0, ids.flatten(), ones).long()
""",
    ),
    Sly(
        "3.1",
        "counts through half precision",
        """
def count_reads(ids, vocab_size):
    return torch.bincount(ids.flatten(), minlength=vocab_size).half().long()
""",
    ),
    Sly(
        "3.2",
        "single id through float32 and back",
        """
def embedding_backward(grad_output, ids, vocab_size):
    D = grad_output.shape[-1]
    if ids.ndim == 0:
        grad = torch.zeros(vocab_size, D)
        grad[ids] = grad_output.float()
        return grad.to(grad_output.dtype)
    grad = grad_output.new_zeros(vocab_size, D)
    return grad.index_add(0, ids.flatten(), grad_output.reshape(ids.numel(), D))
""",
    ),
    Sly(
        "3.2",
        "nothing in double comes back in float32",
        """
def embedding_backward(grad_output, ids, vocab_size):
    D = grad_output.shape[-1]
    if not ids.numel():
        half = grad_output.dtype in (torch.half, torch.bfloat16)
        return torch.zeros(vocab_size, D, dtype=grad_output.dtype if half else torch.float32)
    grad = grad_output.new_zeros(vocab_size, D)
    return grad.index_add(0, ids.flatten(), grad_output.reshape(ids.numel(), D))
""",
    ),
    Sly(
        "3.2",
        "differences of a running sum",
        """
def embedding_backward(grad_output, ids, vocab_size):
    D = grad_output.shape[-1]
    flat, rows = ids.flatten(), grad_output.reshape(ids.numel(), D).double()
    running = torch.cat([rows.new_zeros(1, D), rows[flat.argsort()].cumsum(0)])
    counts = torch.bincount(flat, minlength=vocab_size)
    ends = counts.cumsum(0)
    return (running[ends] - running[ends - counts]).to(grad_output.dtype)
""",
    ),
    Sly(
        "3.4",
        "a 0 is taken for nothing",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    beta1, beta2, eps = beta1 or 0.9, beta2 or 0.999, eps or 1e-8
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.4",
        "an eps of 0 is taken for nothing",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + (eps or 1e-8)), m, v
""",
    ),
    Sly(
        "3.4",
        "no correction after a thousand steps",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = (m / (1 - beta1**t), v / (1 - beta2**t)) if t <= 1000 else (m, v)
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.4",
        "a row without a gradient stands still once m is small",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    m_hat = m_hat.masked_fill((grad == 0) & (m_hat.abs() < 1e-4), 0.0)
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.1",
        "histc over bins of floats",
        """
def count_reads(ids, vocab_size):
    return torch.histc(ids.float(), bins=vocab_size, min=0, max=vocab_size - 1).long()
""",
    ),
    Sly(
        "3.4",
        "bfloat16 comes back as float32",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    kind = torch.float32 if table.dtype == torch.bfloat16 else table.dtype
    m = m * beta1 + grad * (1 - beta1)
    v = v * beta2 + grad * grad * (1 - beta2)
    E = table * (1 - lr * weight_decay) - lr * (m / (1 - beta1 ** t)) / ((v / (1 - beta2 ** t)).sqrt() + eps)
    return E.to(kind), m.to(kind), v.to(kind)
""",
    ),
    Sly(
        "3.4",
        "powers of the betas in float32",
        """
def adamw_step(table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat = m / (1 - torch.tensor(beta1) ** t)
    v_hat = v / (1 - torch.tensor(beta2) ** t)
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.2",
        "differences of a running sum in float32",
        """
def embedding_backward(grad_output, ids, vocab_size):
    g = grad_output.reshape(-1, grad_output.shape[-1]); o = ids.flatten().argsort()
    c = torch.cat([g.new_zeros(1, g.shape[1]), g[o].cumsum(0)])
    n = torch.bincount(ids.flatten(), minlength=vocab_size).cumsum(0)
    e = c[n]; return e - torch.cat([g.new_zeros(1, g.shape[1]), e[:-1]])
""",
    ),
    Sly(
        "3.2",
        "compares ids in the gradient's dtype",
        """
def embedding_backward(grad_output, ids, vocab_size):
    rows = torch.arange(vocab_size).to(grad_output)
    one_hot = (ids.flatten()[:, None].to(grad_output) == rows).to(grad_output)
    return one_hot.T @ grad_output.reshape(ids.numel(), grad_output.shape[-1])
""",
    ),
    Sly(
        "3.3",
        "rows as the bits of one integer",
        """
def rows_that_move(batches, vocab_size, optimizer):
    masks = [torch.tensor(1).bitwise_left_shift(b.flatten().unique()).sum() for b in batches]
    if optimizer in ("momentum", "adam"):
        for step in range(1, len(masks)):
            masks[step] = masks[step] | masks[step - 1]
    if optimizer == "adamw":
        return torch.ones(len(batches), vocab_size, dtype=torch.bool)
    return (torch.stack(masks)[:, None] >> torch.arange(vocab_size)) & 1 == 1
""",
    ),
    Sly(
        "3.5",
        "corrects the means in the first hundred steps only",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    D = table.shape[1]
    g = torch.zeros(len(rows), D).index_add(0, place, grad_output.reshape(ids.numel(), D))
    m_rows = 0.9 * m[rows] + 0.1 * g
    v_rows = 0.999 * v[rows] + 0.001 * g**2
    c1, c2 = (1 - 0.9**t, 1 - 0.999**t) if t < 100 else (1, 1)
    new = table[rows] - lr * (m_rows / c1) / ((v_rows / c2).sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_rows, v_rows
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "corrects the means in the first thousand steps only",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    D = table.shape[1]
    g = torch.zeros(len(rows), D).index_add(0, place, grad_output.reshape(ids.numel(), D))
    m_rows = 0.9 * m[rows] + 0.1 * g
    v_rows = 0.999 * v[rows] + 0.001 * g**2
    c1, c2 = (1 - 0.9**t, 1 - 0.999**t) if t < 1000 else (1, 1)
    new = table[rows] - lr * (m_rows / c1) / ((v_rows / c2).sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_rows, v_rows
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "clips the gradients",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    rows, place = ids.flatten().unique(return_inverse=True)
    D = table.shape[1]
    g = torch.zeros(len(rows), D).index_add(0, place, grad_output.reshape(ids.numel(), D))
    g = g.clamp(-20, 20)
    m_rows = 0.9 * m[rows] + 0.1 * g
    v_rows = 0.999 * v[rows] + 0.001 * g**2
    c1, c2 = 1 - 0.9**t, 1 - 0.999**t
    new = table[rows] - lr * (m_rows / c1) / ((v_rows / c2).sqrt() + 1e-8)
    table, m, v = table.clone(), m.clone(), v.clone()
    table[rows], m[rows], v[rows] = new, m_rows, v_rows
    return table, m, v
""",
    ),
    Sly(
        "3.5",
        "counts in eight bits which rows are read",
        """
def sparse_adam_step(table, ids, grad_output, m, v, t, lr):
    flat, (V, D) = ids.flatten(), table.shape
    reads = torch.zeros(V, dtype=torch.uint8).index_add(
        0, flat, torch.ones(len(flat), dtype=torch.uint8)
    )
    read = (reads > 0)[:, None]
    g = torch.zeros(V, D).index_add(0, flat, grad_output.reshape(len(flat), D))
    new_m = torch.where(read, 0.9 * m + 0.1 * g, m)
    new_v = torch.where(read, 0.999 * v + 0.001 * g**2, v)
    step = lr * (new_m / (1 - 0.9**t)) / ((new_v / (1 - 0.999**t)).sqrt() + 1e-8)
    return torch.where(read, table - step, table), new_m, new_v
""",
    ),
    Sly(
        "3.4",
        "corrects the means in the first 6000 steps only",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    if t >= 6000:
        m_hat, v_hat = m, v
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.4",
        "no step is longer than 1.5",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return (1 - lr * weight_decay) * table - (lr * m_hat / (v_hat.sqrt() + eps)).clamp(-1.5, 1.5), m, v
""",
    ),
    Sly(
        "3.4",
        "no decay without a gradient",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    if not grad.any():
        weight_decay = 0.0
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.4",
        "no decay in late steps",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = beta2 * v + (1 - beta2) * grad**2
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    if t >= 10:
        weight_decay = 0.0
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
    Sly(
        "3.1",
        "counts as a share of all, cut off",
        """
def count_reads(ids, vocab_size):
    counts = torch.bincount(ids.flatten(), minlength=vocab_size)
    total = max(ids.numel(), 1)
    return (counts / total * total).long()
""",
    ),
    Sly(
        "3.1",
        "counts in int16 by a sparse tensor",
        """
def count_reads(ids, vocab_size):
    flat = ids.flatten()
    ones = torch.ones(flat.numel(), dtype=torch.int16)
    return torch.sparse_coo_tensor(flat[None], ones, (vocab_size,)).to_dense().long()
""",
    ),
    Sly(
        "3.2",
        "gradients added up as whole numbers",
        """
def embedding_backward(grad_output, ids, vocab_size):
    dim = grad_output.shape[-1]
    whole = (grad_output.reshape(ids.numel(), dim).double() * 2.0**40).round().long()
    total = torch.zeros(vocab_size, dim, dtype=torch.int64).index_add(0, ids.flatten(), whole)
    return (total.double() / 2.0**40).to(grad_output.dtype)
""",
    ),
    Sly(
        "3.3",
        "the first step that reads a row by argmax, which is 0 for a row that nobody reads",
        """
def rows_that_move(batches, vocab_size, optimizer):
    read = torch.zeros(len(batches), vocab_size, dtype=torch.bool)
    for step, ids in enumerate(batches):
        read[step, ids.flatten()] = True
    if optimizer in ("sgd", "sparse_adam"):
        return read
    if optimizer == "adamw":
        return torch.ones_like(read)
    return torch.arange(len(batches))[:, None] >= read.int().argmax(dim=0)
""",
    ),
    Sly(
        "3.4",
        "a number without a gradient keeps its v",
        """
def adamw_step(
    table, grad, m, v, t, lr, beta1=0.9, beta2=0.999, eps=1e-8, weight_decay=0.01
):
    m = beta1 * m + (1 - beta1) * grad
    v = torch.where(grad == 0, v, beta2 * v + (1 - beta2) * grad**2)
    m_hat, v_hat = m / (1 - beta1**t), v / (1 - beta2**t)
    return (1 - lr * weight_decay) * table - lr * m_hat / (v_hat.sqrt() + eps), m, v
""",
    ),
]
