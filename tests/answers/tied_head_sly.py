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
]
