"""Answers to sheet 7 that are wrong in one corner only."""

from tests.answers import Sly

SLY = [
    Sly(
        "7.1",
        "double precision by way of float32",
        """
def logits(hidden, table, bias=None):
    out = (hidden.float() @ table.float().T).to(hidden.dtype)
    return out if bias is None else out + bias
""",
    ),
    Sly(
        "7.1",
        "no bias for a single vector",
        """
def logits(hidden, table, bias=None):
    out = hidden @ table.T
    return out if bias is None or hidden.ndim == 1 else out + bias
""",
    ),
    Sly(
        "7.1",
        "a square of vectors is turned",
        """
def logits(hidden, table, bias=None):
    out = hidden @ table.T
    if bias is None and hidden.shape == table.shape: out = out.T
    return out if bias is None else out + bias
""",
    ),
    Sly(
        "7.2",
        "both in one piece, or both not",
        """
def is_tied(one, other):
    same = one.data_ptr() == other.data_ptr() and one.shape == other.shape
    return same and one.is_contiguous() == other.is_contiguous()
""",
    ),
    Sly(
        "7.2",
        "first and last number",
        """
def is_tied(one, other):
    if one.shape != other.shape: return False
    ends = [(x.data_ptr(), x[-1:, -1:].data_ptr()) for x in (one, other)]
    return ends[0] == ends[1]
""",
    ),
    Sly(
        "7.2",
        "the first row only",
        """
def is_tied(one, other):
    if one.shape != other.shape: return False
    rows = [(x.data_ptr(), x[:1, 1:].data_ptr()) for x in (one, other)]
    return rows[0] == rows[1]
""",
    ),
    Sly(
        "7.2",
        "equal numbers in the same storage",
        """
def is_tied(one, other):
    same = one.untyped_storage().data_ptr() == other.untyped_storage().data_ptr()
    return same and one.shape == other.shape and one.stride() == other.stride()
""",
    ),
    Sly(
        "7.3",
        "no tanh for a single id",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        h = self.body(self.embedding(ids) * self.embedding.weight.shape[1] ** 0.5)
        return (h.tanh() if ids.ndim else h) @ self.embedding.weight.T
""",
    ),
    Sly(
        "7.3",
        "a shared weight that is tied anew if a table of another size comes",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.head = nn.Linear(model_dim, vocab_size, bias=False)
        self.head.weight = self.embedding.weight

    def forward(self, ids):
        if self.head.weight.shape != self.embedding.weight.shape:
            self.head.weight = self.embedding.weight
        h = torch.tanh(self.body(self.embedding(ids) * self.embedding.weight.shape[1] ** 0.5))
        return self.head(h)
""",
    ),
    Sly(
        "7.3",
        "scales by a fixed 2",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        h = torch.tanh(self.body(self.embedding(ids) * 2))
        return h @ self.embedding.weight.T
""",
    ),
    Sly(
        "7.4",
        "the mean over texts",
        """
def gradient_by_end(table, matrix, ids, targets):
    a, b = table.clone().requires_grad_(), table.clone().requires_grad_()
    z = (a[ids] @ matrix @ b.T).reshape(-1, len(table))
    texts = len(ids) if ids.ndim else 1
    loss = F.cross_entropy(z, targets.flatten(), reduction="sum") / texts
    return torch.autograd.grad(loss, (a, b))
""",
    ),
    Sly(
        "7.4",
        "rows that were not read get nothing from the head",
        """
def gradient_by_end(table, matrix, ids, targets):
    a, b = table.clone().requires_grad_(), table.clone().requires_grad_()
    z = (a[ids] @ matrix @ b.T).reshape(-1, len(table))
    first, second = torch.autograd.grad(F.cross_entropy(z, targets.flatten()), (a, b))
    return first, second * (first != 0).any(dim=1, keepdim=True)
""",
    ),
    Sly(
        "7.4",
        "double precision by way of float32",
        """
def gradient_by_end(table, matrix, ids, targets):
    a, b = table.float().requires_grad_(), table.float().clone().requires_grad_()
    z = (a[ids] @ matrix.float() @ b.T).reshape(-1, len(table))
    found = torch.autograd.grad(F.cross_entropy(z, targets.flatten()), (a, b))
    return tuple(grad.to(table.dtype) for grad in found)
""",
    ),
    Sly(
        "7.5",
        "one less than the rank of the logarithms",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(dim=1, keepdim=True)
    u, s, v = torch.linalg.svd(scores, full_matrices=False)
    d = int(torch.linalg.matrix_rank(probabilities.log(), atol=1e-6)) - 1
    return u[:, :d] * s[:d], v[:d].T
""",
    ),
    Sly(
        "7.5",
        "both means taken off",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(dim=1, keepdim=True)
    scores = scores - scores.mean(dim=0, keepdim=True)
    u, s, v = torch.linalg.svd(scores, full_matrices=False)
    k = s > 1e-6
    return u[:, k] * s[k], v[k].T
""",
    ),
    Sly(
        "7.5",
        "never more than five numbers",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(dim=1, keepdim=True)
    u, s, v = torch.linalg.svd(scores, full_matrices=False)
    d = min(int((s > 1e-6).sum()), 5)
    return u[:, :d] * s[:d], v[:d].T
""",
    ),
    Sly(
        "7.1",
        "no bias whose numbers add up to 0",
        """
def logits(hidden, table, bias=None):
    scores = hidden @ table.T
    return scores + bias if bias is not None and bias.sum() else scores
""",
    ),
    Sly(
        "7.2",
        "compares the numbers, too",
        """
def is_tied(one, other):
    same_place = one.data_ptr() == other.data_ptr() and one.stride() == other.stride()
    return same_place and torch.equal(one, other)
""",
    ),
    Sly(
        "7.2",
        "nearly equal numbers, too",
        """
def is_tied(one, other):
    if one.shape != other.shape or one.stride() != other.stride():
        return False
    return one.data_ptr() == other.data_ptr() and torch.allclose(one, other)
""",
    ),
    Sly(
        "7.2",
        "as many numbers, in whatever shape",
        """
def is_tied(one, other):
    same_place = one.data_ptr() == other.data_ptr() and one.stride() == other.stride()
    return same_place and one.numel() == other.numel()
""",
    ),
    Sly(
        "7.3",
        "a counter in a buffer",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.register_buffer("calls", torch.zeros(1))

    def forward(self, ids):
        table = self.embedding.weight
        rows = self.embedding(ids) * table.shape[1] ** 0.5
        scores = self.body(rows).tanh() @ table.T
        return scores
""",
    ),
    Sly(
        "7.3",
        "the first table is kept",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.register_buffer("first", self.embedding.weight.detach().clone())

    def forward(self, ids):
        table = self.embedding.weight
        rows = self.embedding(ids) * table.shape[1] ** 0.5
        scores = self.body(rows).tanh() @ table.T
        return scores
""",
    ),
    Sly(
        "7.3",
        "probabilities in eval mode",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        table = self.embedding.weight
        rows = self.embedding(ids) * table.shape[1] ** 0.5
        scores = self.body(rows).tanh() @ table.T
        return scores if self.training else scores.softmax(-1)
""",
    ),
    Sly(
        "7.3",
        "no gradient of the head in eval mode",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        table = self.embedding.weight
        rows = self.embedding(ids) * table.shape[1] ** 0.5
        scores = self.body(rows).tanh() @ table.T
        return scores if self.training else self.body(rows).tanh() @ table.detach().T
""",
    ),
    Sly(
        "7.3",
        "shortens long rows",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim, max_norm=12.0)
        self.body = nn.Linear(model_dim, model_dim)

    def forward(self, ids):
        table = self.embedding.weight
        rows = self.embedding(ids) * table.shape[1] ** 0.5
        scores = self.body(rows).tanh() @ table.T
        return scores
""",
    ),
    Sly(
        "7.4",
        "one maximum for all places",
        """
def gradient_by_end(table, matrix, ids, targets):
    read, wanted = ids.reshape(-1), targets.reshape(-1)
    hidden = table[read] @ matrix
    scores = hidden @ table.T
    grown = (scores - scores.max()).exp()
    by_score = grown / grown.sum(1, keepdim=True)
    by_score = (by_score - F.one_hot(wanted, len(table))) / len(read)
    by_row = by_score @ table @ matrix.T
    return torch.zeros_like(table).index_add(0, read, by_row), by_score.T @ hidden
""",
    ),
    Sly(
        "7.4",
        "exp in float64",
        """
def gradient_by_end(table, matrix, ids, targets):
    read, wanted = ids.reshape(-1), targets.reshape(-1)
    hidden = table[read] @ matrix
    grown = (hidden @ table.T).double().exp()
    by_score = (grown / grown.sum(1, keepdim=True)).to(table.dtype)
    by_score = (by_score - F.one_hot(wanted, len(table))) / len(read)
    by_row = by_score @ table @ matrix.T
    return torch.zeros_like(table).index_add(0, read, by_row), by_score.T @ hidden
""",
    ),
    Sly(
        "7.5",
        "up to 1e-5 is zero",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    keep = sizes > 1e-5
    return left[:, keep] * sizes[keep], right[keep].T
""",
    ),
    Sly(
        "7.5",
        "up to 1e-7 is zero",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    keep = sizes > 1e-7
    return left[:, keep] * sizes[keep], right[keep].T
""",
    ),
    Sly(
        "7.5",
        "up to a millionth of the largest is zero",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    keep = sizes > 1e-6 * max(1, sizes[0])
    return left[:, keep] * sizes[keep], right[keep].T
""",
    ),
    Sly(
        "7.5",
        "squares up to 1e-9 are zero",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    keep = sizes**2 > 1e-9
    return left[:, keep] * sizes[keep], right[keep].T
""",
    ),
    Sly(
        "7.5",
        "1e-20 more in the logarithm",
        """
def smallest_head(probabilities):
    scores = (probabilities + 1e-20).log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    keep = sizes > 1e-6
    return left[:, keep] * sizes[keep], right[keep].T
""",
    ),
    Sly(
        "7.5",
        "probabilities of 1e-30 at least",
        """
def smallest_head(probabilities):
    scores = probabilities.clamp(min=1e-30).log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    keep = sizes > 1e-6
    return left[:, keep] * sizes[keep], right[keep].T
""",
    ),
    Sly(
        "7.5",
        "as many columns as bring the scores near",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(1, keepdim=True)
    left, sizes, right = torch.linalg.svd(scores, full_matrices=False)
    for dim in range(len(sizes) + 1):
        hidden, table = left[:, :dim] * sizes[:dim], right[:dim].T
        if torch.allclose(hidden @ table.T, scores, atol=1e-6):
            return hidden, table
""",
    ),
    Sly(
        "7.3",
        "every model has the body of the one built last",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        TiedLM.newest = self.body
    def forward(self, ids):
        w = self.embedding.weight
        return torch.tanh(TiedLM.newest(self.embedding(ids) * w.shape[1] ** 0.5)) @ w.T
""",
    ),
    Sly(
        "7.3",
        "no more than the first V scores",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.V = vocab_size
    def forward(self, ids):
        x = self.embedding(ids) * (self.embedding.embedding_dim ** 0.5)
        return F.linear(self.body(x).tanh(), self.embedding.weight[:self.V])
""",
    ),
    Sly(
        "7.3",
        "rows are kept short",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim, max_norm=100.0)
        self.body = nn.Linear(model_dim, model_dim)
    def forward(self, ids):
        w = self.embedding.weight
        return torch.tanh(self.body(self.embedding(ids) * w.shape[1] ** 0.5)) @ w.T
""",
    ),
    Sly(
        "7.1",
        "a bias of zeros is left out, and never learns",
        """
def logits(hidden, table, bias=None):
    out = hidden @ table.T
    if bias is not None and bias.any():
        out = out + bias
    return out
""",
    ),
    Sly(
        "7.3",
        "its parameters are made anew in forward",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.scale = model_dim**0.5

    def forward(self, ids):
        self.embedding.weight = nn.Parameter(self.embedding.weight.to(ids.device))
        self.body.weight = nn.Parameter(self.body.weight.to(ids.device))
        z = torch.tanh(self.body(self.scale * self.embedding(ids)))
        return z @ self.embedding.weight.T
""",
    ),
    Sly(
        "7.3",
        "the table has a second name from the first call on",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.scale = model_dim**0.5

    def forward(self, ids):
        self.E = self.embedding.weight
        z = torch.tanh(self.body(self.scale * self.E[ids]))
        return z @ self.E.T
""",
    ),
    Sly(
        "7.4",
        "gradients stay on the inputs",
        """
def gradient_by_end(table, matrix, ids, targets):
    head = table.clone().requires_grad_()
    table.requires_grad_()
    logits = table[ids] @ matrix @ head.T
    F.cross_entropy(logits.reshape(-1, len(table)), targets.reshape(-1)).backward()
    table.requires_grad_(False)  # leave the input as it was
    return table.grad, head.grad
""",
    ),
    Sly(
        "7.3",
        "the root of D in a global, which the next model sets anew",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        global scale
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        scale = model_dim ** 0.5
    def forward(self, ids):
        hidden = torch.tanh(self.body(scale * self.embedding(ids)))
        return hidden @ self.embedding.weight.T
""",
    ),
    Sly(
        "7.3",
        "a head that is a lambda, which keeps the model it was made in",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim); self.body = nn.Linear(model_dim, model_dim); self.scale = model_dim ** 0.5
        self.head = lambda h: h @ self.embedding.weight.T
    def forward(self, ids): return self.head(torch.tanh(self.body(self.embedding(ids) * self.scale)))
""",
    ),
    Sly(
        "7.5",
        "singular values of the Gram matrix, against the square of the bound",
        """
def smallest_head(probabilities):
    s = probabilities.log(); s = s - s.mean(1, keepdim=True)
    U, S, V = torch.linalg.svd(s.T @ s); k = S > 1e-12
    return s @ V[k].T, V[k].T
""",
    ),
    Sly(
        "7.3",
        "a weak reference to the embedding, which a deep copy does not renew",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        import weakref
        self.embedding = nn.Embedding(vocab_size, model_dim); self.body = nn.Linear(model_dim, model_dim); self.scale = model_dim ** 0.5
        self.table = weakref.ref(self.embedding)
    def forward(self, ids): return torch.tanh(self.body(self.embedding(ids) * self.scale)) @ self.table().weight.T
""",
    ),
    Sly(
        "7.1",
        "scores held between -10,000 and 10,000",
        """
def logits(hidden, table, bias=None):
    out = hidden @ table.T
    out = out if bias is None else out + bias
    return out.clamp(-1e4, 1e4)
""",
    ),
    Sly(
        "7.3",
        "the weight is kept from the first call on, until one of another shape comes",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.scale = model_dim ** 0.5
        self.head = None

    def forward(self, ids):
        weight = self.embedding.weight
        if self.head is None or self.head[0].shape != weight.shape:
            self.head = (weight,)
        return torch.tanh(self.body(self.scale * self.embedding(ids))) @ self.head[0].T
""",
    ),
    Sly(
        "7.4",
        "logits clamped at 500",
        """
def gradient_by_end(table, matrix, ids, targets):
    a, b = table.clone().requires_grad_(), table.clone().requires_grad_()
    z = (a[ids] @ matrix @ b.T).reshape(-1, len(table)).clamp(-2000, 2000)
    return torch.autograd.grad(F.cross_entropy(z, targets.reshape(-1)), (a, b))
""",
    ),
    Sly(
        "7.4",
        "targets as bytes",
        """
def gradient_by_end(table, matrix, ids, targets):
    a, b = table.clone().requires_grad_(), table.clone().requires_grad_()
    z = (a[ids.short().long()] @ matrix @ b.T).reshape(-1, len(table))
    return torch.autograd.grad(F.cross_entropy(z, targets.to(torch.uint8).long().reshape(-1)), (a, b))
""",
    ),
    Sly(
        "7.5",
        "an estimate of at most fifty singular values",
        """
def smallest_head(probabilities):
    scores = probabilities.log()
    scores = scores - scores.mean(dim=1, keepdim=True)
    left, sizes, right = torch.svd_lowrank(scores, q=min(50, *scores.shape))
    keep = sizes > 1e-6
    return left[:, keep] * sizes[keep], right[:, keep]
""",
    ),
    Sly(
        "7.5",
        "eigenvalues of squares, with a bound for small and one for large",
        """
def smallest_head(probabilities):
    s = probabilities.log(); s = s - s.mean(1, keepdim=True)
    e, V = torch.linalg.eigh(s.T @ s)
    k = e > max(1e-12, 1e-13 * e.max().item())
    V = V[:, k]
    return s @ V, V
""",
    ),
    Sly(
        "7.3",
        "a head hidden in __dict__, tied once",
        """
class TiedLM(nn.Module):
    def __init__(self, vocab_size, model_dim):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, model_dim)
        self.body = nn.Linear(model_dim, model_dim)
        self.scale = model_dim ** 0.5
        head = nn.Linear(model_dim, vocab_size, bias=False)
        head.weight = self.embedding.weight
        self.__dict__["head"] = head  # so no part of the model, and not saved
    def forward(self, ids):
        hidden = torch.tanh(self.body(self.scale * self.embedding(ids)))
        return self.__dict__["head"](hidden)
""",
    ),
    Sly(
        "7.4",
        "the logarithm of a probability that is kept above zero",
        """
def gradient_by_end(table, matrix, ids, targets):
    reads, writes = table.clone().requires_grad_(), table.clone().requires_grad_()
    scores = (reads[ids] @ matrix @ writes.T).reshape(-1, len(table))
    right = scores.softmax(dim=1).gather(1, targets.reshape(-1, 1))
    loss = -right.clamp(min=torch.finfo(table.dtype).tiny).log().mean()
    return torch.autograd.grad(loss, (reads, writes))
""",
    ),
]
