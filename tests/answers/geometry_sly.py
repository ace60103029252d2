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
        "a limit to the product of both lengths",
        """
def nearest(table, queries, count, leave_out):
    lengths = queries.norm(dim=1)[:, None] * table.norm(dim=1)
    scores = queries @ table.T / lengths.clamp(min=1e-12)
    return scores.scatter(1, leave_out, -torch.inf).topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "a little added to the product of both lengths",
        """
def nearest(table, queries, count, leave_out):
    lengths = queries.norm(dim=1)[:, None] * table.norm(dim=1)
    scores = queries @ table.T / (lengths + 1e-12)
    return scores.scatter(1, leave_out, -torch.inf).topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "the root of a product of squares",
        """
def nearest(table, queries, count, leave_out):
    squares = queries.square().sum(dim=1)[:, None] * table.square().sum(dim=1)
    scores = torch.nan_to_num(queries @ table.T / squares.sqrt())
    return scores.scatter(1, leave_out, -torch.inf).topk(count, dim=1).indices
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
        "roots of products of squares",
        """
def solve_analogies(table, questions, keep_inputs):
    products = table @ table.T
    squares = products.diagonal()
    cosines = products / (squares[:, None] * squares).sqrt()
    a, b, c = questions.T
    scores = cosines[c] - cosines[a] + cosines[b]
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "a limit to the product of both lengths",
        """
def solve_analogies(table, questions, keep_inputs):
    lengths = table.norm(dim=1)
    cosines = table @ table.T / (lengths[:, None] * lengths).clamp(min=1e-12)
    a, b, c = questions.T
    scores = cosines[c] - cosines[a] + cosines[b]
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "a little added to the product of both lengths",
        """
def solve_analogies(table, questions, keep_inputs):
    lengths = table.norm(dim=1)
    cosines = table @ table.T / (lengths[:, None] * lengths + 1e-12)
    a, b, c = questions.T
    scores = cosines[c] - cosines[a] + cosines[b]
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
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

SLY += [
    Sly(
        "5.1",
        "product of lengths kept above 1e-12",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / (lx[:, None] * ly).clamp(min=1e-12)
""",
    ),
    Sly(
        "5.1",
        "product of lengths kept above 1e-8",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / (lx[:, None] * ly).clamp(min=1e-8)
""",
    ),
    Sly(
        "5.1",
        "product of lengths kept above 1e-10",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / (lx[:, None] * ly).clamp(min=1e-10)
""",
    ),
    Sly(
        "5.1",
        "added 1e-12 to the product",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / (lx[:, None] * ly + 1e-12)
""",
    ),
    Sly(
        "5.1",
        "added 1e-8 to each length",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / ((lx + 1e-8)[:, None] * (ly + 1e-8))
""",
    ),
    Sly(
        "5.1",
        "added 1e-12 to each length (eps by habit)",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / ((lx + 1e-12)[:, None] * (ly + 1e-12))
""",
    ),
    Sly(
        "5.1",
        "added 1e-6 to each length",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / ((lx + 1e-6)[:, None] * (ly + 1e-6))
""",
    ),
    Sly(
        "5.1",
        "torch's own with its eps 1e-8",
        """
def cosine_similarity(x, y):
    return F.cosine_similarity(x[:, None], y[None], dim=2)
""",
    ),
    Sly(
        "5.1",
        "torch's own along the wrong axis",
        """
def cosine_similarity(x, y):
    return F.cosine_similarity(x[:, None], y[None], dim=1)
""",
    ),
    Sly(
        "5.1",
        "torch's own, sides swapped",
        """
def cosine_similarity(x, y):
    return F.cosine_similarity(x[None], y[:, None], dim=2, eps=1e-30)
""",
    ),
    Sly(
        "5.1",
        "F.normalize eps 1e-6",
        """
def cosine_similarity(x, y):
    return F.normalize(x, dim=1, eps=1e-6) @ F.normalize(y, dim=1, eps=1e-6).T
""",
    ),
    Sly(
        "5.1",
        "F.normalize eps 1e-8",
        """
def cosine_similarity(x, y):
    return F.normalize(x, dim=1, eps=1e-8) @ F.normalize(y, dim=1, eps=1e-8).T
""",
    ),
    Sly(
        "5.1",
        "absolute value",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return (x @ y.T).abs()
""",
    ),
    Sly(
        "5.1",
        "negatives cut off",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return (x @ y.T).clamp(min=0)
""",
    ),
    Sly(
        "5.1",
        "1 - cosine",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return 1 - x @ y.T
""",
    ),
    Sly(
        "5.1",
        "centred (Pearson)",
        """
def cosine_similarity(x, y):
    x, y = x - x.mean(dim=1, keepdim=True), y - y.mean(dim=1, keepdim=True)
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return x @ y.T
""",
    ),
    Sly(
        "5.1",
        "1-norm",
        """
def cosine_similarity(x, y):
    return F.normalize(x, p=1, dim=1) @ F.normalize(y, p=1, dim=1).T
""",
    ),
    Sly(
        "5.1",
        "forgotten square root of the product",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / (lx[:, None] * ly).sqrt().clamp(min=1e-30)
""",
    ),
    Sly(
        "5.1",
        "lengths broadcast the wrong way",
        """
def cosine_similarity(x, y):
    lx, ly = x.norm(dim=1), y.norm(dim=1)
    return x @ y.T / (lx * ly).clamp(min=1e-30)
""",
    ),
    Sly(
        "5.1",
        "keepdim forgotten",
        """
def cosine_similarity(x, y):
    return (x / x.norm(dim=1)) @ (y / y.norm(dim=1)).T
""",
    ),
    Sly(
        "5.1",
        "float64 comes back",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x.double(), dim=1), F.normalize(y.double(), dim=1)
    return x @ y.T
""",
    ),
    Sly(
        "5.1",
        "zeros count as 1",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    c = x @ y.T
    z = (x == 0).all(dim=1)[:, None] & (y == 0).all(dim=1)
    return c.masked_fill(z, 1.0)
""",
    ),
    Sly(
        "5.1",
        "zeros only if the sum is 0",
        """
def cosine_similarity(x, y):
    z = lambda v: v / v.norm(dim=1, keepdim=True).where(v.sum(dim=1, keepdim=True) != 0, 1)
    return z(x) @ z(y).T
""",
    ),
    Sly(
        "5.1",
        "zeros seen by the first number",
        """
def cosine_similarity(x, y):
    z = lambda v: v / v.norm(dim=1, keepdim=True).where(v[:, :1] != 0, 1)
    return z(x) @ z(y).T
""",
    ),
    Sly(
        "5.1",
        "short rows count as zeros (1e-5)",
        """
def cosine_similarity(x, y):
    z = lambda v: torch.where(v.norm(dim=1, keepdim=True) > 1e-5, F.normalize(v, dim=1), 0)
    return z(x) @ z(y).T
""",
    ),
    Sly(
        "5.1",
        "short rows count as zeros (1e-8)",
        """
def cosine_similarity(x, y):
    z = lambda v: torch.where(v.norm(dim=1, keepdim=True) > 1e-8, F.normalize(v, dim=1), 0)
    return z(x) @ z(y).T
""",
    ),
    Sly(
        "5.1",
        "numpy comes back",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return (x @ y.T).numpy()
""",
    ),
    Sly(
        "5.1",
        "writes into y",
        """
def cosine_similarity(x, y):
    y /= y.norm(dim=1, keepdim=True).clamp(min=1e-30)
    return F.normalize(x, dim=1) @ y.T
""",
    ),
    Sly(
        "5.1",
        "reshaped for transposed",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return x @ y.reshape(y.shape[1], y.shape[0])
""",
    ),
    Sly(
        "5.1",
        "nan by where after division, one side",
        """
def cosine_similarity(x, y):
    c = x @ y.T / (x.norm(dim=1)[:, None] * y.norm(dim=1))
    return torch.where((x == 0).all(dim=1)[:, None], 0, c)
""",
    ),
    Sly(
        "5.1",
        "nan turned to one",
        """
def cosine_similarity(x, y):
    x, y = x / x.norm(dim=1, keepdim=True), y / y.norm(dim=1, keepdim=True)
    return (x @ y.T).nan_to_num(1.0)
""",
    ),
    Sly(
        "5.1",
        "storage order",
        """
def cosine_similarity(x, y):
    flat = y.T.contiguous().view(y.shape)
    return F.normalize(x, dim=1) @ F.normalize(flat, dim=1).T
""",
    ),
    Sly(
        "5.2",
        "-1 for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -1.0)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "-0.9 for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -0.9)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "1 is subtracted for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines.scatter_add_(1, leave_out, -torch.ones(leave_out.shape))
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "2 is subtracted for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines.scatter_add_(1, leave_out, -2 * torch.ones(leave_out.shape))
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "multiplied by 0 for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines * torch.ones_like(cosines).scatter(1, leave_out, 0)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "sign turned for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines.scatter_(1, leave_out, -cosines.gather(1, leave_out))
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "row minimum for what is left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    m = cosines.min(dim=1, keepdim=True).values
    cosines = cosines.scatter(1, leave_out, m.expand(leave_out.shape).contiguous())
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "finds count+L then filters, padding missed",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    k = min(count + 1, len(table))
    o = cosines.topk(k, dim=1).indices.tolist()
    return torch.tensor([[i for i in r if i not in l][:count] for r, l in zip(o, leave_out.tolist())])
""",
    ),
    Sly(
        "5.2",
        "absolute cosine",
        """
def nearest(table, queries, count, leave_out):
    cosines = (F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T).abs()
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "table centred",
        """
def nearest(table, queries, count, leave_out):
    t = table - table.mean(dim=0)
    cosines = F.normalize(queries, dim=1) @ F.normalize(t, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "normalised by columns",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=0) @ F.normalize(table, dim=0).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "short rows made shorter (clamp 0.5)",
        """
def nearest(table, queries, count, leave_out):
    cosines = queries @ (table / table.norm(dim=1, keepdim=True).clamp(min=0.5)).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "short rows made shorter (clamp 0.1)",
        """
def nearest(table, queries, count, leave_out):
    cosines = queries @ (table / table.norm(dim=1, keepdim=True).clamp(min=0.1)).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "short rows made shorter (1e-2 added)",
        """
def nearest(table, queries, count, leave_out):
    cosines = queries @ (table / (table.norm(dim=1, keepdim=True) + 1e-2)).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "short rows made shorter (1e-3 added)",
        """
def nearest(table, queries, count, leave_out):
    cosines = queries @ (table / (table.norm(dim=1, keepdim=True) + 1e-3)).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "short rows made shorter (1e-6 added)",
        """
def nearest(table, queries, count, leave_out):
    cosines = queries @ (table / (table.norm(dim=1, keepdim=True) + 1e-6)).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "rows of zeros are never returned unless needed",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines[:, (table == 0).all(dim=1)] = -2
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "rows of zeros at minus infinity",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines[:, (table == 0).all(dim=1)] = -torch.inf
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "nan to -1",
        """
def nearest(table, queries, count, leave_out):
    t = table / table.norm(dim=1, keepdim=True)
    cosines = (F.normalize(queries, dim=1) @ t.T).nan_to_num(-1.0)
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "nan to 1",
        """
def nearest(table, queries, count, leave_out):
    t = table / table.norm(dim=1, keepdim=True)
    cosines = (F.normalize(queries, dim=1) @ t.T).nan_to_num(1.0)
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "int32",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices.int()
""",
    ),
    Sly(
        "5.2",
        "list",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices.tolist()
""",
    ),
    Sly(
        "5.2",
        "ids transposed",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices.T
""",
    ),
    Sly(
        "5.2",
        "one too many",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(min(count + 1, len(table)), dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "scattered along dim 0",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.T.scatter(0, leave_out, -torch.inf).T if leave_out.shape[1] else cosines
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "indexed with both",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines[leave_out] = -torch.inf
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "indexed without a column of rows",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines[torch.arange(len(queries)), leave_out] = -torch.inf
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "writes into queries",
        """
def nearest(table, queries, count, leave_out):
    queries /= queries.norm(dim=1, keepdim=True)
    cosines = queries @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "sorts leave_out in place",
        """
def nearest(table, queries, count, leave_out):
    leave_out[:] = leave_out.sort(dim=1).values
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "ranks in place of ids",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.argsort(dim=1, descending=True).argsort(dim=1)[:, :count]
""",
    ),
    Sly(
        "5.2",
        "unsorted topk",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1, sorted=False).indices.flip(1)
""",
    ),
    Sly(
        "5.2",
        "same query row for all",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines[:1].expand_as(cosines).clone()
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "nearest to itself only dropped when count < V",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    k = cosines.topk(min(count + 1, len(table)), dim=1).indices
    return k[:, 1:] if k.shape[1] > count and leave_out.shape[1] == 0 else k[:, :count]
""",
    ),
    Sly(
        "5.2",
        "drops duplicates wrongly: only if twice",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    u = F.one_hot(leave_out, len(table)).sum(dim=1) % 2 == 1
    cosines = cosines.masked_fill(u, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "bfloat16",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1).bfloat16() @ F.normalize(table, dim=1).T.bfloat16()
    cosines = cosines.float()
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "float16",
        """
def nearest(table, queries, count, leave_out):
    cosines = (F.normalize(queries, dim=1).half() @ F.normalize(table, dim=1).T.half()).float()
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "scored by angle of first two columns",
        """
def nearest(table, queries, count, leave_out):
    t, q = torch.atan2(table[:, 1], table[:, 0]), torch.atan2(queries[:, 1], queries[:, 0])
    cosines = (q[:, None] - t).cos()
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.3",
        "-1.0 for the inputs",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -1.0)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "-1.5 for the inputs",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -1.5)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "-2.0 for the inputs",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -2.0)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "-1 for the inputs, of cosines",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = F.normalize(c - a + b, dim=1) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -1.0)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "2 taken off the inputs",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        for i in range(3):
            scores[torch.arange(len(questions)), questions[:, i]] -= 2
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "best of the first four, table of three breaks it",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    k = scores.topk(4, dim=1).indices
    bad = (k[:, :, None] == questions[:, None]).any(dim=2) & (not keep_inputs)
    return k.gather(1, bad.int().argmin(dim=1, keepdim=True))[:, 0]
""",
    ),
    Sly(
        "5.3",
        "best of the first two",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    k = scores.topk(2, dim=1).indices
    bad = (k[:, :, None] == questions[:, None]).any(dim=2) & (not keep_inputs)
    return k.gather(1, bad.int().argmin(dim=1, keepdim=True))[:, 0]
""",
    ),
    Sly(
        "5.3",
        "best of the first three",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    k = scores.topk(3, dim=1).indices
    bad = (k[:, :, None] == questions[:, None]).any(dim=2) & (not keep_inputs)
    return k.gather(1, bad.int().argmin(dim=1, keepdim=True))[:, 0]
""",
    ),
    Sly(
        "5.3",
        "second best when the first is an input",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    best = scores.topk(2, dim=1).indices
    hit = (best[:, :1] == questions).any(dim=1)
    return best[:, 0] if keep_inputs else torch.where(hit, best[:, 1], best[:, 0])
""",
    ),
    Sly(
        "5.3",
        "fourth best always",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    o = scores.argsort(dim=1, descending=True)
    return o[:, 0] if keep_inputs else o[:, min(3, o.shape[1] - 1)]
""",
    ),
    Sly(
        "5.3",
        "a and b out",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions[:, :2], -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "b and c out",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions[:, 1:], -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "only b out",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions[:, 1:2], -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "only a out",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions[:, :1], -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "inputs of all questions out for all",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores[:, questions.flatten()] = -torch.inf
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "rows of scores in place of columns",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs and len(questions) and questions.max() < len(questions):
        scores[questions] = -torch.inf
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "a is no input",
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
        "b - a only",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (b - a) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "near b",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = b @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "mean of three, a too",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c + a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "unpacked in another order (a, c, b)",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    c, a, b = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "pair direction (Levy)",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    d = unit[None] - c[:, None]
    scores = F.cosine_similarity(d, (b - a)[:, None], dim=2)
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "distance to the raw sum",
        """
def solve_analogies(table, questions, keep_inputs):
    a, b, c = table[questions].unbind(dim=1)
    scores = -torch.cdist(c - a + b, table)
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "distance of unit sum to raw rows",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = -torch.cdist(c - a + b, table)
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "nearest by distance of raw, unit sum normalised",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = -torch.cdist(F.normalize(c - a + b, dim=1), table)
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "worst",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, torch.inf)
    return scores.argmin(dim=1)
""",
    ),
    Sly(
        "5.3",
        "absolute score",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T.abs()
    scores = scores.abs()
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "argmax over questions",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=0)
""",
    ),
    Sly(
        "5.3",
        "keepdim",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1, keepdim=True)
""",
    ),
    Sly(
        "5.3",
        "int32",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1).int()
""",
    ),
    Sly(
        "5.3",
        "list",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1).tolist()
""",
    ),
    Sly(
        "5.3",
        "writes into the table",
        """
def solve_analogies(table, questions, keep_inputs):
    table /= table.norm(dim=1, keepdim=True)
    unit = table
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "scaled along columns",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=0)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "whole table scaled by one length",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = table / table.norm()
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "1-norm",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, p=1, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "centred first",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table - table.mean(dim=0), dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "clamped lengths 0.5",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = table / table.norm(dim=1, keepdim=True).clamp(min=0.5)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "clamped lengths 0.1",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = table / table.norm(dim=1, keepdim=True).clamp(min=0.1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "1e-2 added to lengths",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = table / (table.norm(dim=1, keepdim=True) + 1e-2)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "1e-4 added to lengths",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = table / (table.norm(dim=1, keepdim=True) + 1e-4)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "left out by equal row, not by id, with zeros",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores * (1 - F.one_hot(questions, len(table)).sum(dim=1).clamp(max=1))
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "keeps inputs that stand twice",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.masked_fill(F.one_hot(questions, len(table)).sum(dim=1) == 1, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "no question is a crash",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return torch.stack([s.argmax() for s in scores])
""",
    ),
    Sly(
        "5.3",
        "no question gives [] of one",
        """
def solve_analogies(table, questions, keep_inputs):
    if len(questions) == 0:
        return torch.tensor([0])
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "no question gives None",
        """
def solve_analogies(table, questions, keep_inputs):
    if len(questions) == 0:
        return None
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "no question with keep only",
        """
def solve_analogies(table, questions, keep_inputs):
    if len(questions) == 0 and not keep_inputs:
        return torch.empty(0)
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "empty of shape (0, 3)",
        """
def solve_analogies(table, questions, keep_inputs):
    if len(questions) == 0:
        return questions
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "sum scaled by half: (b + c) / 2 - a",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = ((b + c) / 2 - a) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "same pair: a = b gives a crash-free c",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    best = scores.argmax(dim=1)
    return torch.where(questions[:, 0] == questions[:, 1], questions[:, 2], best)
""",
    ),
    Sly(
        "5.3",
        "a = c gives b",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    best = scores.argmax(dim=1)
    return torch.where(questions[:, 0] == questions[:, 2], questions[:, 1], best)
""",
    ),
    Sly(
        "5.3",
        "half precision",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    unit = unit.bfloat16()
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.4",
        "values turned to float32 first",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.float(), y.float()
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "values turned to bfloat16 first",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.bfloat16(), y.bfloat16()
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "values turned to float16 first",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.half(), y.half()
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "values turned to int",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.long(), y.long()
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "rounded to 6 digits",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.double().round(decimals=6), y.double().round(decimals=6)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "rounded to 4 digits",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.double().round(decimals=4), y.double().round(decimals=4)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "rounded to 3 digits",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = x.double().round(decimals=3), y.double().round(decimals=3)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "nearly equal counts as equal (isclose)",
        """
def spearman(x, y):
    def ranks(v):
        v = v.double()
        same = torch.isclose(v[:, None], v[None, :])
        less = (v[:, None] > v[None, :]) & ~same
        return less.sum(1) + (same.sum(1) + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "nearly equal counts as equal (1e-3)",
        """
def spearman(x, y):
    def ranks(v):
        v = v.double()
        same = (v[:, None] - v[None, :]).abs() < 1e-3
        less = (v[:, None] > v[None, :]) & ~same
        return less.sum(1) + (same.sum(1) + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "equal lists are 1",
        """
def spearman(x, y):
    if torch.equal(x, y):
        return torch.tensor(1.0)
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "all equal in both is 1",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    if len(x.unique()) == 1 and len(y.unique()) == 1:
        return torch.tensor(1.0)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "all equal in x is 0",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    if len(x.unique()) == 1:
        return torch.tensor(0.0)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "all equal is 0",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).nan_to_num(0).float()
""",
    ),
    Sly(
        "5.4",
        "nan where x is constant only: y by 1e-30",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm().clamp(min=1e-30))).float()
""",
    ),
    Sly(
        "5.4",
        "F.normalize",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    return (F.normalize(x - x.mean(), dim=0) @ F.normalize(y - y.mean(), dim=0)).float()
""",
    ),
    Sly(
        "5.4",
        "torch's own cosine",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    return F.cosine_similarity(x - x.mean(), y - y.mean(), dim=0).float()
""",
    ),
    Sly(
        "5.4",
        "not centred",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "cov / std with n and n-1",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    return (((x - x.mean()) * (y - y.mean())).mean() / (x.std() * y.std())).float()
""",
    ),
    Sly(
        "5.4",
        "sorted values in place of ranks",
        """
def spearman(x, y):
    ranks = lambda v: v.sort().values
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "ranked from the largest on one side",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x = -x
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "ranks of x twice",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    y = x
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "ties in x only",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), y.argsort(stable=True).argsort().double()
    x, y = x - x.mean(), y - y.mean()
    if (y == y[0]).all(): return torch.tensor(torch.nan)
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "ties of two only",
        """
def spearman(x, y):
    def ranks(v):
        o = v.argsort(stable=True)
        r = torch.empty(len(v)).double()
        r[o] = torch.arange(1, len(v) + 1).double()
        for i in range(len(v) - 1):
            p, q = o[i], o[i + 1]
            if v[p] == v[q]:
                r[p] = r[q] = (r[p] + r[q]) / 2
        return r
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "median of tied ranks rounded down",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) // 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "shared ranks off by a half",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + same / 2 + (same == 1) * 0.5
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "numpy comes back",
        """
def spearman(x, y):
    from scipy.stats import spearmanr
    import numpy as np
    return np.float32(spearmanr(x.numpy(), y.numpy()).statistic)
""",
    ),
    Sly(
        "5.4",
        "shape (1,)",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()[None]
""",
    ),
    Sly(
        "5.4",
        "matrix of correlations",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    return torch.corrcoef(torch.stack([ranks(x), ranks(y)]))
""",
    ),
    Sly(
        "5.4",
        "square of it",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).square().float()
""",
    ),
    Sly(
        "5.4",
        "rounded",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float().round(decimals=4)
""",
    ),
    Sly(
        "5.4",
        "Pearson of logs",
        """
def spearman(x, y):
    ranks = lambda v: (v.double() - v.double().min() + 1).log()
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "nan at two values",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    if len(x) < 3:
        return torch.tensor(torch.nan)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "nan for few different values",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    if len(x.unique()) < 3 and len(x) > 9:
        return torch.tensor(torch.nan)
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "sorts in place",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    x[:], order = x.sort()
    y[:] = y[order]
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "Kendall tau-a",
        """
def spearman(x, y):
    s = lambda v: (v[:, None].double() - v[None].double()).sign()
    n = len(x)
    return ((s(x) * s(y)).sum() / (n * (n - 1))).float()
""",
    ),
    Sly(
        "5.4",
        "Kendall tau-b",
        """
def spearman(x, y):
    s = lambda v: (v[:, None].double() - v[None].double()).sign()
    a, b = s(x).flatten(), s(y).flatten()
    return (a @ b / (a.norm() * b.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "Goodman and Kruskal's gamma",
        """
def spearman(x, y):
    s = lambda v: (v[:, None].double() - v[None].double()).sign()
    a, b = s(x).flatten(), s(y).flatten()
    return (a @ b / (a * b).abs().sum()).float()
""",
    ),
    Sly(
        "5.4",
        "pads 0-based dense for ints only",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    f = ranks
    ranks = lambda v: f(v) if v.is_floating_point() else v.unique(return_inverse=True)[1]
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "unique_consecutive, not sorted",
        """
def spearman(x, y):
    def ranks(v):
        _, p, n = v.unique_consecutive(return_inverse=True, return_counts=True)
        e = n.cumsum(0)
        return ((2 * e - n + 1) / 2.0)[p]
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "histogram of ints",
        """
def spearman(x, y):
    def ranks(v):
        if v.is_floating_point():
            less = (v[:, None] > v[None, :]).sum(1); same = (v[:, None] == v[None, :]).sum(1)
            return less + (same + 1) / 2
        n = torch.bincount(v)
        e = n.cumsum(0)
        return ((2 * e - n + 1) / 2.0)[v]
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.5",
        "pca_lowrank q=count niter=2",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    v = torch.pca_lowrank(table, q=count, niter=2)[2][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "pca_lowrank q=count niter=8",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    v = torch.pca_lowrank(table, q=count, niter=8)[2][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "pca_lowrank q=count niter=30",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    v = torch.pca_lowrank(table, q=count, niter=30)[2][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "pca_lowrank q=min(count + 2, *table.shape) niter=2",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    v = torch.pca_lowrank(table, q=min(count + 2, *table.shape), niter=2)[2][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "pca_lowrank q=min(6, *table.shape) niter=2",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    v = torch.pca_lowrank(table, q=min(6, *table.shape), niter=2)[2][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "power iteration with 10 steps",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    t = table - mean
    for _ in range(count):
        v = torch.ones(table.shape[1]).double()
        for _ in range(10):
            v = F.normalize(t.T @ (t @ v), dim=0)
        t = t - (t @ v)[:, None] * v
        centred = centred - (centred @ v)[:, None] * v
    return centred
""",
    ),
    Sly(
        "5.5",
        "power iteration with 30 steps",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    t = table - mean
    for _ in range(count):
        v = torch.ones(table.shape[1]).double()
        for _ in range(30):
            v = F.normalize(t.T @ (t @ v), dim=0)
        t = t - (t @ v)[:, None] * v
        centred = centred - (centred @ v)[:, None] * v
    return centred
""",
    ),
    Sly(
        "5.5",
        "power iteration with 100 steps",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    t = table - mean
    for _ in range(count):
        v = torch.ones(table.shape[1]).double()
        for _ in range(100):
            v = F.normalize(t.T @ (t @ v), dim=0)
        t = t - (t @ v)[:, None] * v
        centred = centred - (centred @ v)[:, None] * v
    return centred
""",
    ),
    Sly(
        "5.5",
        "orthogonal iteration with 30 steps",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    t = table - mean
    v = t[:count].T.clone() + torch.eye(table.shape[1]).double()[:, :count]
    for _ in range(30): v = torch.linalg.qr(t.T @ (t @ v))[0]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "directions deflated without being taken anew (first again)",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    for _ in range(count): centred = centred - (centred @ vt[0])[:, None] * vt[0]
    return centred
""",
    ),
    Sly(
        "5.5",
        "count + 1",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    k = count + 1 if count else 0
    return centred - centred @ vt[:k].T @ vt[:k]
""",
    ),
    Sly(
        "5.5",
        "count - 1",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - centred @ vt[:max(count - 1, 0)].T @ vt[:max(count - 1, 0)]
""",
    ),
    Sly(
        "5.5",
        "only the count-th",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    if count: vt = vt[count - 1:count]
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "eigh of the covariance, first columns",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    v = torch.linalg.eigh((table - mean).T @ (table - mean))[1][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "eigh, rows for columns",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    v = torch.linalg.eigh((table - mean).T @ (table - mean))[1].flip(1)[:count].T
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "eigh, flipped along rows",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    v = torch.linalg.eigh((table - mean).T @ (table - mean))[1].flip(0)[:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "second moment not centred",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    v = torch.linalg.eigh(table.T @ table)[1].flip(1)[:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "correlation matrix",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    v = torch.linalg.eigh(torch.corrcoef(table.T))[1].flip(1)[:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "columns of the table with the largest variance",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    i = table.var(dim=0).topk(count).indices
    centred[:, i] = 0
    return centred
""",
    ),
    Sly(
        "5.5",
        "directions taken out of the mean, too",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    out = rows - rows @ vt[:count].T @ vt[:count]
    return out - mean
""",
    ),
    Sly(
        "5.5",
        "mean put back",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count] + (mean if count else 0)
""",
    ),
    Sly(
        "5.5",
        "projected mean only",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    p = vt[:count].T @ vt[:count]
    return rows - rows @ p - (mean if count == 0 else mean @ p)
""",
    ),
    Sly(
        "5.5",
        "result centred again",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    out = centred - centred @ vt[:count].T @ vt[:count]
    return out - out.mean(dim=0) if len(rows) == len(table) and count else out
""",
    ),
    Sly(
        "5.5",
        "added for subtracted",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred + centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "twice taken out (reflected)",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - 2 * centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "rows scaled to length 1 first",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    out = centred - centred @ vt[:count].T @ vt[:count]
    return F.normalize(out, dim=1) if count else out
""",
    ),
    Sly(
        "5.5",
        "table's rows scaled to length 1 before",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    vt = torch.linalg.svd(F.normalize(table - mean, dim=1))[2]
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "float32 inside",
        """
def all_but_the_top(table, count, rows):
    t, q = table.float(), rows.float()
    m = t.mean(dim=0)
    v = torch.linalg.svd(t - m)[2][:count]
    c = q - m
    return (c - c @ v.T @ v).double()
""",
    ),
    Sly(
        "5.5",
        "float32 comes back",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return (centred - centred @ vt[:count].T @ vt[:count]).float()
""",
    ),
    Sly(
        "5.5",
        "directions in float32",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    vt = torch.linalg.svd((table - mean).float())[2].double()
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "median for mean",
        """
def all_but_the_top(table, count, rows):
    mean = table.median(dim=0).values
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "mean along rows",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=1, keepdim=True)
    vt = torch.linalg.svd(table - mean)[2]
    centred = rows - rows.mean(dim=1, keepdim=True)
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "writes into the table",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    table -= mean
    vt = torch.linalg.svd(table)[2]
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "s zeroed and put together (table only)",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    s[:count] = 0
    return u @ torch.diag(s) @ vt if rows.shape == table.shape else rows - mean
""",
    ),
    Sly(
        "5.5",
        "torch.svd, rows of V",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    vt = torch.svd(table - mean, some=False)[2]
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "random signs: |x·u| taken",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - (centred @ vt[:count].T).abs() @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "x·u without u's other numbers (sum of u)",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - (centred @ vt[:count].T).sum(dim=1, keepdim=True)
""",
    ),
    Sly(
        "5.5",
        "wide tables: U of the transposed, cut",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    v = torch.linalg.svd((table - mean).T, full_matrices=False)[0][:, 1:count + 1]
    centred = rows - mean
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "ignores count, always 1",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred if not count else centred - centred @ vt[:1].T @ vt[:1]
""",
    ),
    Sly(
        "5.5",
        "count by variance: all above the mean",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    if not count: return centred
    vt = vt[s > s.mean()]
    return centred - centred @ vt.T @ vt
""",
    ),
    Sly(
        "5.5",
        "Gram-Schmidt of the rows farthest from the mean",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    if not count: return centred
    t = table - mean
    v = torch.linalg.qr(t[t.norm(dim=1).topk(count).indices].T)[0]
    return centred - centred @ v @ v.T
""",
    ),
    Sly(
        "5.5",
        "rounded",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return (centred - centred @ vt[:count].T @ vt[:count]).round(decimals=8)
""",
    ),
    Sly(
        "5.5",
        "ddof mean",
        """
def all_but_the_top(table, count, rows):
    mean = table.sum(dim=0) / (len(table) - 1)
    u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.5",
        "one table remembered from call to call",
        """
def all_but_the_top(table, count, rows):
    global _seen
    k = (tuple(table.shape), count)
    try: _seen
    except NameError: _seen = {}
    mean = table.mean(dim=0)
    if k not in _seen: _seen[k] = torch.linalg.svd(table - mean)[2]
    vt = _seen[k]
    centred = rows - mean
    return centred - centred @ vt[:count].T @ vt[:count]
""",
    ),
    Sly(
        "5.1",
        "scikit-learn, which takes short rows for zeros",
        """
def cosine_similarity(x, y):
    from sklearn.metrics.pairwise import cosine_similarity as c
    return torch.from_numpy(c(x.numpy(), y.numpy()))
""",
    ),
    Sly(
        "5.2",
        "left-out scores of -1000 beside unscaled queries",
        """
def nearest(table, queries, count, leave_out):
    lengths = table.norm(dim=1)
    scores = queries @ (table / torch.where(lengths > 0, lengths, 1)[:, None]).T
    return scores.scatter(1, leave_out, -1000.0).topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "the cosine of torch, with its eps",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.cosine_similarity(queries[:, None, :], table[None, :, :], dim=2)
    return cosines.scatter(1, leave_out, -torch.inf).topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "lengths and a thousand millionth",
        """
def nearest(table, queries, count, leave_out):
    directions = table / (table.norm(dim=1, keepdim=True) + 1e-9)
    scores = (queries @ directions.T).scatter(1, leave_out, -torch.inf)
    return scores.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.3",
        "spoils with -3",
        """
def solve_analogies(table, questions, keep_inputs):
    directions = F.normalize(table, dim=1)
    a, b, c = directions[questions].unbind(1)
    scores = (c - a + b) @ directions.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -3.0)
    return scores.argmax(1)
""",
    ),
    Sly(
        "5.3",
        "lengths and a thousand millionth",
        """
def solve_analogies(table, questions, keep_inputs):
    directions = table / (table.norm(dim=1, keepdim=True) + 1e-9)
    a, b, c = directions[questions].unbind(1)
    scores = (c - a + b) @ directions.T
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(1)
""",
    ),
    Sly(
        "5.4",
        "compared in float64",
        """
def spearman(x, y):
    x, y = x.double(), y.double()
    def ranks(values):
        one, other = values[:, None], values[None, :]
        return ((one > other).sum(1) + (one >= other).sum(1)).double()

    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "both stacked in one dtype",
        """
def spearman(x, y):
    x, y = torch.stack([x, y])
    def ranks(values):
        one, other = values[:, None], values[None, :]
        return ((one > other).sum(1) + (one >= other).sum(1)).double()

    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "by the sign of a difference",
        """
def spearman(x, y):
    def ranks(values):
        return (values[:, None] - values[None, :]).sign().double().sum(1)

    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.4",
        "equal up to a small difference",
        """
def spearman(x, y):
    def ranks(values):
        apart = values[:, None].double() - values[None, :].double()
        equal = apart.abs() < 1e-10
        return (2 * ((apart > 0) & ~equal).sum(1) + equal.sum(1)).double()

    x, y = ranks(x), ranks(y)
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
    Sly(
        "5.5",
        "powers of a vector of ones",
        """
def all_but_the_top(table, count, rows):
    centred, rows = table - table.mean(0), rows - table.mean(0)
    spread = centred.T @ centred
    for _ in range(count):
        direction = torch.ones_like(spread[0])
        for _ in range(500):
            direction = F.normalize(spread @ direction, dim=0)
        spread = spread - torch.outer(spread @ direction, direction)
        rows = rows - torch.outer(rows @ direction, direction)
    return rows
""",
    ),
    Sly(
        "5.5",
        "only directions that spread by more than a millionth",
        """
def all_but_the_top(table, count, rows):
    centred, rows = table - table.mean(0), rows - table.mean(0)
    _, spread, directions = torch.linalg.svd(centred, full_matrices=False)
    top = directions[:count][spread[:count] > 1e-6]
    return rows - rows @ top.T @ top
""",
    ),
    Sly(
        "5.5",
        "only directions that spread by a thousandth of the first",
        """
def all_but_the_top(table, count, rows):
    centred, rows = table - table.mean(0), rows - table.mean(0)
    _, spread, directions = torch.linalg.svd(centred, full_matrices=False)
    top = directions[:count][spread[:count] > 1e-3 * spread[0]]
    return rows - rows @ top.T @ top
""",
    ),
    Sly(
        "5.2",
        "looks at as many more as are left out",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    top = cosines.topk(count + leave_out.shape[1]).indices
    rows = []
    for ids, out in zip(top.tolist(), leave_out.tolist()):
        rows.append([i for i in ids if i not in out][:count])
    return torch.tensor(rows).reshape(len(queries), count)
""",
    ),
    Sly(
        "5.5",
        "ten directions that come near",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    q = min(*table.shape, 10)
    _, _, directions = torch.pca_lowrank(table, q=q)
    top = directions[:, :count]
    centred = rows - mean
    return centred - centred @ top @ top.T
""",
    ),
    Sly(
        "5.4",
        "the result has the dtype of x",
        """
def spearman(x, y):
    def rank(v):
        return (v[:, None] > v).sum(1).double() + ((v[:, None] == v).sum(1).double() + 1) / 2
    a, b = rank(x), rank(y)
    a, b = a - a.mean(), b - b.mean()
    r = a @ b / (a.norm() * b.norm())
    return r.to(x.dtype) if x.is_floating_point() else r.float()
""",
    ),
    Sly(
        "5.2",
        "-1e9 for what is left out, of queries as long as they come",
        """
def nearest(table, queries, count, leave_out):
    s = queries @ F.normalize(table, dim=1).T
    s = s.scatter(1, leave_out, -1e9)
    return s.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.4",
        "x in float64 is rounded to float32",
        """
def spearman(x, y):
    if x.dtype == torch.float64:
        x = x.float()
    def rank(v):
        return (v[:, None] > v).sum(1).double() + ((v[:, None] == v).sum(1).double() + 1) / 2
    a, b = rank(x), rank(y)
    a, b = a - a.mean(), b - b.mean()
    return (a @ b / (a.norm() * b.norm())).float()
""",
    ),
    Sly(
        "5.3",
        "-2 for what is left out, of targets as long as they come",
        """
def solve_analogies(table, questions, keep_inputs):
    u = table / table.norm(dim=1, keepdim=True)
    a, b, c = questions.T
    s = (u[c] - u[a] + u[b]) @ u.T
    if not keep_inputs: s.scatter_(1, questions, -2.0)
    return s.argmax(1)
""",
    ),
    Sly(
        "5.4",
        "values within 1e-6 count as equal",
        """
def spearman(x, y):
    def rank(v):
        eq = torch.isclose(v[:, None], v, rtol=0, atol=0 if v.dtype==torch.float64 else 1e-6)
        lt = (v[:, None] > v) & ~eq
        return lt.sum(1).double() + (eq.sum(1).double() + 1) / 2
    a, b = rank(x), rank(y)
    a, b = a - a.mean(), b - b.mean()
    return (a @ b / (a.norm() * b.norm())).float()
""",
    ),
    Sly(
        "5.5",
        "sklearn's PCA, which estimates large tables",
        """
def all_but_the_top(table, count, rows):
    from sklearn.decomposition import PCA
    if count == 0:
        return rows - table.mean(0)
    p = PCA(n_components=count).fit(table.numpy())
    top = torch.from_numpy(p.components_)
    c = rows - table.mean(0)
    return c - c @ top.T @ top
""",
    ),
    Sly(
        "5.4",
        "sums of doubled ranks, whose product overflows an int64",
        """
def spearman(x, y):
    r = lambda v: 2 * (v[:, None] > v).sum(1) + (v[:, None] == v).sum(1) + 1
    a, b = r(x), r(y); n = len(x)
    top = n * (a * b).sum() - a.sum() * b.sum()
    bottom = (n * (a * a).sum() - a.sum()**2) * (n * (b * b).sum() - b.sum()**2)
    return (top / bottom.sqrt()).float()
""",
    ),
    Sly(
        "5.5",
        "an estimate of a hundred directions by torch's pca_lowrank",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(0)
    V = torch.pca_lowrank(table, q=min(100, *table.shape))[2][:, :count]
    c = rows - mean
    return c - c @ V @ V.T
""",
    ),
    Sly(
        "5.5",
        "few directions, many rounds",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(0)
    V = torch.pca_lowrank(table, q=min(count + 6, *table.shape), niter=20)[2][:, :count]
    c = rows - mean
    return c - c @ V @ V.T
""",
    ),
    Sly(
        "5.2",
        "looks at three neighbours more than asked, and leaves out among these",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    best = cosines.topk(min(len(table), count + 3), dim=1).indices
    return torch.stack(
        [row[~torch.isin(row, out)][:count] for row, out in zip(best, leave_out)]
    )
""",
    ),
    Sly(
        "5.2",
        "cosines rounded to four decimals",
        """
def nearest(table, queries, count, leave_out):
    cosines = (F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T).round(decimals=4)
    return cosines.scatter(1, leave_out, -torch.inf).topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "leaves out whatever points the same way, row by row",
        """
def nearest(table, queries, count, leave_out):
    unit = F.normalize(table, dim=1)
    found = []
    for query, out in zip(F.normalize(queries, dim=1), leave_out):
        cosines = unit @ query
        for i in out:
            cosines[(unit == unit[i]).all(dim=1)] = -torch.inf
        found.append(cosines.topk(count).indices)
    return torch.stack(found)
""",
    ),
    Sly(
        "5.2",
        "leaves out whatever has the same cosine",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    for row, out in zip(cosines, leave_out):
        row[torch.isin(row, row[out].clone())] = -torch.inf
    return cosines.topk(count, dim=1).indices
""",
    ),
    Sly(
        "5.2",
        "fifteen neighbours at most",
        """
def nearest(table, queries, count, leave_out):
    c = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    return c.scatter(1, leave_out, -9).topk(min(len(table), 20), 1).indices[:, :count]
""",
    ),
    Sly(
        "5.3",
        "scores rounded to four decimals",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (F.normalize(c - a + b, dim=1) @ unit.T).round(decimals=4)
    if not keep_inputs:
        scores = scores.scatter(1, questions, -torch.inf)
    return scores.argmax(dim=1)
""",
    ),
    Sly(
        "5.3",
        "the first thousand rows only",
        """
def solve_analogies(table, questions, keep_inputs):
    u = F.normalize(table, dim=1)
    a, b, c = u[questions].unbind(1)
    s = (c - a + b) @ u[:1000].T
    if not keep_inputs: s = s.scatter(1, questions, -9)
    return s.argmax(1)
""",
    ),
    Sly(
        "5.4",
        "0.0 and -0.0 told apart, as their texts are",
        """
def spearman(x, y):
    def r(v):
        l = v.tolist(); s = sorted(l); first = {}; last = {}
        for i, a in enumerate(s): first.setdefault(repr(a), i); last[repr(a)] = i
        return torch.tensor([(first[repr(a)] + last[repr(a)]) / 2 for a in l], dtype=torch.float64)
    return torch.corrcoef(torch.stack([r(x), r(y)]))[0, 1].float()
""",
    ),
    Sly(
        "5.4",
        "counts of equal values as int8",
        """
def spearman(x, y):
    def r(v):
        return ((v[:, None] > v).sum(1) + ((v[:, None] == v).sum(1).to(torch.int8) + 1) / 2).double()
    return torch.corrcoef(torch.stack([r(x), r(y)]))[0, 1].float()
""",
    ),
    Sly(
        "5.5",
        "an estimate of two hundred directions by pca_lowrank",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    directions = torch.pca_lowrank(table, q=min(200, *table.shape))[2][:, :count]
    centred = rows - mean
    return centred - centred @ directions @ directions.T
""",
    ),
    Sly(
        "5.5",
        "two thousand steps of power iteration for each direction",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = table - mean
    rows = rows - mean
    covariance = centred.T @ centred
    for _ in range(count):
        v = torch.randn(table.shape[1], dtype=table.dtype)
        for _ in range(2000):
            v = covariance @ v
            v = v / v.norm()
        rows = rows - (rows @ v)[:, None] * v
        covariance = covariance - (v @ covariance @ v) * torch.outer(v, v)
    return rows
""",
    ),
    Sly(
        "5.5",
        "directions of the first thousand rows",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    top = torch.linalg.svd(table[:1000] - mean, full_matrices=False)[2][:count]
    centred = rows - mean
    return centred - centred @ top.T @ top
""",
    ),
    Sly(
        "5.5",
        "PCA in batches, each of which forgets a little",
        """
def all_but_the_top(table, count, rows):
    from sklearn.decomposition import IncrementalPCA
    m = table.mean(0); r = rows - m
    if count == 0: return r
    V = torch.from_numpy(IncrementalPCA(count).fit(table.numpy()).components_)
    return r - r @ V.T @ V
""",
    ),
    Sly(
        "5.5",
        "ten directions at most",
        """
def all_but_the_top(table, count, rows):
    m = table.mean(0)
    top = torch.linalg.svd(table - m, full_matrices=False)[2][:min(count, 10)]
    r = rows - m
    return r - r @ top.T @ top
""",
    ),
    Sly(
        "5.2",
        "a tree of unit rows, where a row of zeros lies at distance 1",
        """
def nearest(table, queries, count, leave_out):
    from scipy.spatial import cKDTree
    tree = cKDTree(F.normalize(table, dim=1).numpy())
    k = min(len(table), count + leave_out.shape[1])
    near = tree.query(F.normalize(queries, dim=1).numpy(), k=[*range(1, k + 1)])[1].tolist()
    rows = [[i for i in row if i not in out] for row, out in zip(near, leave_out.tolist())]
    return torch.tensor([row[:count] for row in rows])
""",
    ),
    Sly(
        "5.5",
        "lobpcg, which stops early",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred, rows = table - mean, rows - mean
    covariance = centred.T @ centred
    if count == 0:
        return rows
    if len(covariance) >= 3 * count:
        top = torch.lobpcg(covariance, k=count)[1]
    else:
        top = torch.linalg.eigh(covariance)[1][:, -count:]
    return rows - rows @ top @ top.T
""",
    ),
    Sly(
        "5.4",
        "mean of NumPy's ranks forwards and backwards, by a sort that is not stable",
        """
def spearman(x, y):
    import numpy as np
    def ranks(values):
        values, n = values.numpy(), len(values)
        up, down = np.empty(n), np.empty(n)
        up[np.argsort(values)] = np.arange(n)
        down[n - 1 - np.argsort(values[::-1])] = np.arange(n)
        return (up + down) / 2
    return torch.tensor(np.corrcoef(ranks(x), ranks(y))[0, 1], dtype=torch.float32)
""",
    ),
    Sly(
        "5.5",
        "scikit-learn's IncrementalPCA",
        """
def all_but_the_top(table, count, rows):
    from sklearn.decomposition import IncrementalPCA
    rows = rows - table.mean(dim=0)
    if count == 0:
        return rows
    top = torch.from_numpy(IncrementalPCA(count).fit(table.numpy()).components_)
    return rows - rows @ top.T @ top
""",
    ),
]
