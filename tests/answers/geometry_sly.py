"""Answers to sheet 5 that are wrong in one corner only."""

from tests.answers import Sly

SLY = [
    Sly(
        "5.1",
        "in bfloat16",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1).bfloat16(), F.normalize(y, dim=1).bfloat16()
    return (x @ y.T).float()
""",
    ),
    Sly(
        "5.1",
        "zeros on one side only",
        """
def cosine_similarity(x, y):
    return F.normalize(x, dim=1) @ (y / y.norm(dim=1, keepdim=True)).T
""",
    ),
    Sly(
        "5.1",
        "rounded to four digits",
        """
def cosine_similarity(x, y):
    return (F.normalize(x, dim=1) @ F.normalize(y, dim=1).T).round(decimals=4)
""",
    ),
    Sly(
        "5.1",
        "changes its input",
        """
def cosine_similarity(x, y):
    x /= x.norm(dim=1, keepdim=True).clamp(min=1e-30)
    return x @ F.normalize(y, dim=1).T
""",
    ),
    Sly(
        "5.2",
        "no order among the nearest",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices.sort(dim=1).values
""",
    ),
    Sly(
        "5.2",
        "minus one for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -0.5)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "one left out at most",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    if leave_out.shape[1]:
        cosines = cosines.scatter(1, leave_out[:, -1:], -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "writes into the table",
        """
def nearest(table, queries, count, leave_out):
    lengths = table.norm(dim=1, keepdim=True)
    table.div_(lengths.where(lengths > 0, 1))
    cosines = (queries @ table.T).scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.3",
        "leaves out a and c only",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions[:, ::2], -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "leaves out for all what one question asks",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs and len(questions) == 1:
        scores = scores.scatter(1, questions, -torch.inf)
    if not keep_inputs and len(questions) > 1:
        scores[:, questions[0]] = -torch.inf
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "without a",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "near c alone",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    scores = unit[questions[:, 2]] @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "3CosMul",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = ((1 + unit[questions[:, i]] @ unit.T) / 2 for i in range(3))
    scores = b * c / (a + 1e-6)
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.4",
        "equal values share the largest rank",
        """
def spearman(x, y):
    ranks = lambda v: (v[:, None] >= v[None, :]).sum(dim=1).double()
    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "ties counted among neighbours of float32 only",
        """
def spearman(x, y):
    def ranks(v):
        if not v.is_floating_point():
            return v.argsort(stable=True).argsort().double()
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return (less + (same + 1) / 2).double()
    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "nan for y only",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return (less + (same + 1) / 2).double()
    if (x == x[0]).all():
        return torch.tensor(0.0)
    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "without its sign",
        """
def spearman(x, y):
    from scipy.stats import spearmanr
    return torch.tensor(abs(spearmanr(x.numpy(), y.numpy()).statistic)).float()
""",
    ),
    Sly(
        "5.4",
        "Kendall's correlation",
        """
def spearman(x, y):
    from scipy.stats import kendalltau
    return torch.tensor(kendalltau(x.numpy(), y.numpy()).statistic).float()
""",
    ),
    Sly(
        "5.5",
        "in float32",
        """
def all_but_the_top(table, count, rows):
    table, rows = table.float(), rows.float()
    mean = table.mean(dim=0)
    top = torch.linalg.svd(table - mean, full_matrices=False)[2][:count]
    centred = rows - mean
    return (centred - centred @ top.T @ top).double()
""",
    ),
    Sly(
        "5.5",
        "a direction that is only nearly right",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if count == 0:
        return centred
    torch_state = torch.get_rng_state()
    top = torch.pca_lowrank(table, q=count, niter=1)[2]
    torch.set_rng_state(torch_state)
    return centred - centred @ top @ top.T
""",
    ),
    Sly(
        "5.5",
        "one direction at most",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    top = torch.linalg.svd(table - mean, full_matrices=False)[2][:min(count, 1)]
    centred = rows - mean
    return centred - centred @ top.T @ top
""",
    ),
    Sly(
        "5.5",
        "writes into the rows",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    top = torch.linalg.svd(table - mean, full_matrices=False)[2][:count]
    rows -= mean
    return rows - rows @ top.T @ top
""",
    ),
]
