"""Answers to sheet 5 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


COSINE = "cosine_similarity(x, y)"
UNIT_XY = """
x = F.normalize(x, dim=1)
y = F.normalize(y, dim=1)
"""

COSINE_WRONG = [
    Wrong("5.1", "dot products", "These are the dot products", body(COSINE, "return x @ y.T")),
    Wrong(
        "5.1",
        "divided by the lengths of x",
        "both lengths",
        body(COSINE, "return F.normalize(x, dim=1) @ y.T"),
    ),
    Wrong(
        "5.1",
        "divided by the lengths of y",
        "both lengths",
        body(COSINE, "return x @ F.normalize(y, dim=1).T"),
    ),
    Wrong(
        "5.1",
        "squares in place of lengths",
        "squares of the lengths",
        body(
            COSINE,
            "def unit(rows):",
            "    squares = (rows**2).sum(dim=1, keepdim=True)",
            "    return rows / squares.where(squares > 0, 1)",
            "return unit(x) @ unit(y).T",
        ),
    ),
    Wrong(
        "5.1",
        "length of the whole table",
        "length of the whole table",
        body(COSINE, "return x @ y.T / (x.norm() * y.norm()).clamp(min=1e-12)"),
    ),
    Wrong(
        "5.1",
        "columns of length 1",
        "You scale columns",
        body(COSINE, "return F.normalize(x, dim=0) @ F.normalize(y, dim=0).T"),
    ),
    Wrong("5.1", "on its side", "on its side", body(COSINE, UNIT_XY, "return y @ x.T")),
    Wrong(
        "5.1",
        "row i with row i",
        "row i of x with row i of y",
        body(COSINE, "return F.cosine_similarity(x, y)"),
    ),
    Wrong(
        "5.1",
        "row i with row i, where sizes allow",
        "row i of x with row i of y",
        body(
            COSINE,
            UNIT_XY,
            "n = min(len(x), len(y))",
            "return (x[:n] * y[:n]).sum(dim=1)",
        ),
    ),
    Wrong("5.1", "not transposed", "x @ y.T", body(COSINE, UNIT_XY, "return x @ y")),
    Wrong(
        "5.1",
        "nan for zeros",
        "0 divided by 0 is nan",
        body(
            COSINE,
            "x = x / x.norm(dim=1, keepdim=True)",
            "y = y / y.norm(dim=1, keepdim=True)",
            "return x @ y.T",
        ),
    ),
    Wrong(
        "5.1",
        "a little is added",
        "A small number that is added",
        body(
            COSINE,
            "lengths = x.norm(dim=1)[:, None] * y.norm(dim=1)[None, :]",
            "return x @ y.T / (lengths + 1e-8)",
        ),
    ),
    Wrong(
        "5.1",
        "lengths kept above a thousandth",
        "Short rows come out too small",
        body(
            COSINE,
            "x = x / x.norm(dim=1, keepdim=True).clamp(min=1e-3)",
            "y = y / y.norm(dim=1, keepdim=True).clamp(min=1e-3)",
            "return x @ y.T",
        ),
    ),
    Wrong(
        "5.1",
        "angles",
        "numbers are not",
        body(COSINE, UNIT_XY, "return (x @ y.T).clamp(-1, 1).acos()"),
    ),
    Wrong(
        "5.1",
        "axes of size 1 squeezed away",
        "The shape is",
        body(COSINE, UNIT_XY, "return (x @ y.T).squeeze()"),
    ),
    Wrong("5.1", "a list", "returns a list", body(COSINE, UNIT_XY, "return (x @ y.T).tolist()")),
]

COSINE_RIGHT = [
    Right("5.1", "normalised", body(COSINE, UNIT_XY, "return x @ y.T")),
    Right(
        "5.1",
        "torch's own, on every pair",
        body(COSINE, "return F.cosine_similarity(x[:, None], y[None, :], dim=-1, eps=1e-30)"),
    ),
    Right(
        "5.1",
        "loops",
        body(
            COSINE,
            "out = torch.zeros(len(x), len(y))",
            "for i in range(len(x)):",
            "    for j in range(len(y)):",
            "        if x[i].any() and y[j].any():",
            "            out[i, j] = (x[i] / x[i].norm()) @ (y[j] / y[j].norm())",
            "return out",
        ),
    ),
    Right(
        "5.1",
        "nan turned to zero",
        body(
            COSINE,
            "x = x / x.norm(dim=1, keepdim=True)",
            "y = y / y.norm(dim=1, keepdim=True)",
            "return (x @ y.T).nan_to_num(0.0)",
        ),
    ),
]

NEAREST = "nearest(table, queries, count, leave_out)"
COSINES = """
cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
"""
OUT = "cosines = cosines.scatter(1, leave_out, -torch.inf)"
TOP = "return cosines.topk(count, dim=1).indices"

NEAREST_WRONG = [
    Wrong(
        "5.2",
        "cosines come back",
        "These are the cosines",
        body(NEAREST, COSINES, OUT, "return cosines.topk(count, dim=1).values"),
    ),
    Wrong(
        "5.2",
        "dot products",
        "long rows come first",
        body(NEAREST, "cosines = queries @ table.T", OUT, TOP),
    ),
    Wrong(
        "5.2",
        "only the queries are scaled",
        "long rows come first",
        body(NEAREST, "cosines = F.normalize(queries, dim=1) @ table.T", OUT, TOP),
    ),
    Wrong(
        "5.2",
        "distance",
        "ordered by their distance",
        body(NEAREST, "cosines = -torch.cdist(queries, table)", OUT, TOP),
    ),
    Wrong(
        "5.2",
        "farthest first",
        "The farthest come first",
        body(
            NEAREST,
            COSINES,
            "cosines = cosines.scatter(1, leave_out, torch.inf)",
            "return cosines.argsort(dim=1)[:, :count]",
        ),
    ),
    Wrong(
        "5.2",
        "the first is taken for the query itself",
        "The nearest row is missing",
        body(
            NEAREST,
            COSINES,
            "k = min(count + 1, len(table))",
            "return cosines.topk(k, dim=1).indices[:, 1:]",
        ),
    ),
    Wrong("5.2", "nothing left out", "that were to be left out", body(NEAREST, COSINES, TOP)),
    Wrong(
        "5.2",
        "left out for all",
        "left out for the others, too",
        body(NEAREST, COSINES, "cosines[:, leave_out.flatten()] = -torch.inf", TOP),
    ),
    Wrong(
        "5.2",
        "left out of the table for all",
        "left out for the others, too",
        body(
            NEAREST,
            COSINES,
            "kept = torch.ones(len(table), dtype=torch.bool)",
            "kept[leave_out.flatten()] = False",
            "ids = kept.nonzero().flatten()",
            "return ids[cosines[:, ids].topk(count, dim=1).indices]",
        ),
    ),
    Wrong(
        "5.2",
        "zero for what is left out",
        "gets the score 0",
        body(NEAREST, COSINES, "cosines = cosines.scatter(1, leave_out, 0)", TOP),
    ),
    Wrong(
        "5.2",
        "only the first is left out",
        "that was to be left out",
        body(NEAREST, COSINES, "cosines = cosines.scatter(1, leave_out[:, :1], -torch.inf)", TOP),
    ),
    Wrong(
        "5.2",
        "nan comes first",
        "nan sorts as the largest",
        body(
            NEAREST,
            "table = table / table.norm(dim=1, keepdim=True)",
            "cosines = queries @ table.T",
            OUT,
            TOP,
        ),
    ),
    Wrong(
        "5.2",
        "axes of size 1 squeezed away",
        "The shape is",
        body(NEAREST, COSINES, OUT, "return cosines.topk(count, dim=1).indices.squeeze()"),
    ),
    Wrong(
        "5.2",
        "one query at a time, and only the first",
        "The shape is",
        body(NEAREST, COSINES, OUT, "return cosines[0].topk(count).indices"),
    ),
]

NEAREST_WRONG += [
    Wrong(
        "5.2",
        "numbers of the queries along the wrong axis",
        "torch.arange(N)[:, None]",
        body(NEAREST, COSINES, "cosines[torch.arange(len(queries)), leave_out] = -torch.inf", TOP),
    ),
]

NEAREST_RIGHT = [
    Right(
        "5.2",
        "a full sort",
        body(NEAREST, COSINES, OUT, "return cosines.argsort(dim=1, descending=True)[:, :count]"),
    ),
    Right(
        "5.2",
        "lengths of queries do not matter",
        body(NEAREST, "cosines = queries @ F.normalize(table, dim=1).T", OUT, TOP),
    ),
    Right(
        "5.2",
        "one query after another, with lists",
        body(
            NEAREST,
            COSINES,
            "out = []",
            "for scores, left in zip(cosines, leave_out.tolist()):",
            "    order = scores.argsort(descending=True).tolist()",
            "    out.append([i for i in order if i not in left][:count])",
            "return torch.tensor(out)",
        ),
    ),
    Right(
        "5.2",
        "distances of unit rows",
        body(
            NEAREST,
            "q, t = F.normalize(queries, dim=1), F.normalize(table, dim=1)",
            "zeros = (table == 0).all(dim=1)",
            "cosines = 1 - (q[:, None] - t[None]).square().sum(dim=2) / 2",
            "cosines[:, zeros] = 0",
            OUT,
            TOP,
        ),
    ),
]

SOLVE = "solve_analogies(table, questions, keep_inputs)"
UNIT = "unit = F.normalize(table, dim=1)"
READ = "a, b, c = unit[questions].unbind(dim=1)"
SCORES = "scores = (c - a + b) @ unit.T"
SKIP = """
if not keep_inputs:
    scores = scores.scatter(1, questions, -torch.inf)
"""
BEST = "return scores.argmax(dim=1)"

SOLVE_WRONG = [
    Wrong(
        "5.3",
        "the step backwards",
        "The sign is turned round",
        body(SOLVE, UNIT, READ, "scores = (c - b + a) @ unit.T", SKIP, BEST),
    ),
    Wrong(
        "5.3",
        "c taken away",
        "words in other places",
        body(SOLVE, UNIT, READ, "scores = (a - c + b) @ unit.T", SKIP, BEST),
    ),
    Wrong(
        "5.3",
        "scaled after the sum",
        "the longest decides",
        body(
            SOLVE,
            UNIT,
            "a, b, c = table[questions].unbind(dim=1)",
            "scores = F.normalize(c - a + b, dim=1) @ unit.T",
            SKIP,
            BEST,
        ),
    ),
    Wrong(
        "5.3",
        "compared with rows as they are",
        "compare with the rows as they are",
        body(SOLVE, UNIT, READ, "scores = (c - a + b) @ table.T", SKIP, BEST),
    ),
    Wrong(
        "5.3",
        "nothing scaled",
        "Nothing is scaled",
        body(SOLVE, "unit = table", READ, SCORES, SKIP, BEST),
    ),
    Wrong(
        "5.3",
        "inputs always in",
        "though they were not to be kept",
        body(SOLVE, UNIT, READ, SCORES, BEST),
    ),
    Wrong(
        "5.3",
        "inputs always out",
        "left out though keep_inputs is True",
        body(SOLVE, UNIT, READ, SCORES, SKIP.replace("not keep_inputs", "True"), BEST),
    ),
    Wrong(
        "5.3",
        "flag turned round",
        "unless keep_inputs is True",
        body(SOLVE, UNIT, READ, SCORES, SKIP.replace("not ", ""), BEST),
    ),
    Wrong(
        "5.3",
        "only c out",
        "Only c is left out",
        body(SOLVE, UNIT, READ, SCORES, SKIP.replace("questions", "questions[:, 2:]"), BEST),
    ),
    Wrong(
        "5.3",
        "zero for the inputs",
        "the score 0",
        body(SOLVE, UNIT, READ, SCORES, SKIP.replace("-torch.inf", "0"), BEST),
    ),
    Wrong(
        "5.3",
        "scores come back",
        "These are scores",
        body(SOLVE, UNIT, READ, SCORES, SKIP, "return scores.max(dim=1).values"),
    ),
    Wrong(
        "5.3",
        "stacks what may be nothing",
        "nothing to stack",
        body(
            SOLVE,
            UNIT,
            "out = []",
            "for q in questions:",
            "    scores = unit @ (unit[q[2]] - unit[q[0]] + unit[q[1]])",
            "    if not keep_inputs:",
            "        scores[q] = -torch.inf",
            "    out.append(scores.argmax())",
            "return torch.stack(out)",
        ),
    ),
    Wrong(
        "5.3",
        "an empty list turned into a tensor",
        "empty, but of ids",
        body(
            SOLVE,
            UNIT,
            "out = []",
            "for a, b, c in questions.tolist():",
            "    scores = unit @ (unit[c] - unit[a] + unit[b])",
            "    if not keep_inputs:",
            "        scores[[a, b, c]] = -torch.inf",
            "    out.append(int(scores.argmax()))",
            "return torch.tensor(out)",
        ),
    ),
]

SOLVE_WRONG += [
    Wrong(
        "5.3",
        "inputs out for all",
        "left out for the others, too",
        body(
            SOLVE,
            UNIT,
            READ,
            SCORES,
            "if not keep_inputs:",
            "    scores[:, questions] = -torch.inf",
            BEST,
        ),
    ),
    Wrong(
        "5.3",
        "numbers of the questions along the wrong axis",
        "torch.arange(N)[:, None]",
        body(
            SOLVE,
            UNIT,
            READ,
            SCORES,
            "if not keep_inputs:",
            "    scores[torch.arange(len(questions)), questions] = -torch.inf",
            BEST,
        ),
    ),
    Wrong(
        "5.3",
        "rows unpacked",
        "questions.T",
        body(
            SOLVE,
            UNIT,
            "a, b, c = questions",
            "scores = (unit[c] - unit[a] + unit[b]) @ unit.T",
            SKIP,
            BEST,
        ),
    ),
]

SOLVE_RIGHT = [
    Right(
        "5.3",
        "three matrices of cosines",
        body(
            SOLVE,
            UNIT,
            "near = unit @ unit.T",
            "scores = near[questions[:, 2]] - near[questions[:, 0]] + near[questions[:, 1]]",
            SKIP,
            BEST,
        ),
    ),
    Right(
        "5.3",
        "one after another",
        body(
            SOLVE,
            UNIT,
            "out = torch.zeros(len(questions), dtype=torch.long)",
            "for n, (a, b, c) in enumerate(questions.tolist()):",
            "    order = (unit @ (unit[c] - unit[a] + unit[b])).argsort(descending=True)",
            "    fits = [i for i in order.tolist() if keep_inputs or i not in (a, b, c)]",
            "    out[n] = fits[0]",
            "return out",
        ),
    ),
    Right(
        "5.3",
        "the sum scaled, too, and a mask",
        body(
            SOLVE,
            "unit = table / table.norm(dim=1, keepdim=True)",
            READ,
            "scores = F.normalize(b - a + c, dim=1) @ unit.T",
            "out = F.one_hot(questions, len(table)).sum(dim=1) > 0",
            "return scores.masked_fill(out & (not keep_inputs), -9.0).argmax(dim=1)",
        ),
    ),
]

RANK = "spearman(x, y)"
SHARED = """
def ranks(v):
    less = (v[:, None] > v[None, :]).sum(dim=1)
    same = (v[:, None] == v[None, :]).sum(dim=1)
    return less + (same + 1) / 2
"""
CORRELATE = """
x, y = ranks(x).double(), ranks(y).double()
x, y = x - x.mean(), y - y.mean()
return (x @ y / (x.norm() * y.norm())).float()
"""

RANK_WRONG = [
    Wrong(
        "5.4",
        "correlation of the values",
        "correlation of the values",
        body(RANK, "ranks = lambda v: v", CORRELATE),
    ),
    Wrong(
        "5.4",
        "torch's own correlation",
        "correlation of the values",
        body(RANK, "return torch.corrcoef(torch.stack([x, y]))[0, 1]"),
    ),
    Wrong(
        "5.4",
        "argsort once",
        "Its argsort says that",
        body(RANK, "ranks = lambda v: v.argsort()", CORRELATE),
    ),
    Wrong(
        "5.4",
        "equal values in the order in which they stand",
        "share the mean of the ranks",
        body(RANK, "ranks = lambda v: v.argsort(stable=True).argsort()", CORRELATE),
    ),
    Wrong(
        "5.4",
        "the short formula",
        "holds only where no values are equal",
        body(
            RANK,
            "if bool((x == x[0]).all()) or bool((y == y[0]).all()):",
            "    return torch.tensor(torch.nan)",
            SHARED,
            "n, d = len(x), (ranks(x) - ranks(y)).double()",
            "return (1 - 6 * (d**2).sum() / (n * (n**2 - 1))).float()",
        ),
    ),
    Wrong(
        "5.4",
        "numbers the different values",
        "You number the different values",
        body(RANK, "ranks = lambda v: v.unique(return_inverse=True)[1]", CORRELATE),
    ),
    Wrong(
        "5.4",
        "smallest rank",
        "smallest of the ranks",
        body(RANK, "ranks = lambda v: torch.searchsorted(v.sort().values, v)", CORRELATE),
    ),
    Wrong(
        "5.4",
        "ranks in the type of the values",
        "cut to whole numbers",
        body(
            RANK,
            SHARED.replace("(same + 1) / 2", "(same + 1) / 2").replace(
                "return less + (same + 1) / 2", "return (less + (same + 1) / 2).to(v.dtype)"
            ),
            CORRELATE,
        ),
    ),
    Wrong(
        "5.4",
        "kept away from nan",
        "they have no order",
        body(RANK, SHARED, CORRELATE.replace("y.norm())", "y.norm() + 1e-12)")),
    ),
    Wrong(
        "5.4",
        "a number",
        "leave out .item()",
        body(RANK, SHARED, CORRELATE.replace(".float()", ".item()")),
    ),
    Wrong(
        "5.4",
        "in float64",
        "The result is float64",
        body(RANK, SHARED, CORRELATE.replace(".float()", "")),
    ),
    Wrong(
        "5.4",
        "a mean of whole numbers",
        "no whole number",
        body(
            RANK,
            "ranks = lambda v: v.argsort().argsort()",
            CORRELATE.replace(".double()", ""),
        ),
    ),
    Wrong(
        "5.4",
        "divided by one norm only",
        "came back",
        body(RANK, SHARED, CORRELATE.replace("(x.norm() * y.norm())", "x.norm()")),
    ),
]

RANK_WRONG += [
    Wrong(
        "5.4",
        "argsort twice, not stable",
        "share the mean of the ranks",
        body(RANK, "ranks = lambda v: v.argsort().argsort()", CORRELATE),
    ),
    Wrong(
        "5.4",
        "ranks from 1 on, not centred",
        "The ranks are not centred",
        body(RANK, SHARED, CORRELATE.replace(" - x.mean()", "").replace(" - y.mean()", "")),
    ),
    Wrong(
        "5.4",
        "ranks from 0 on, not centred",
        "The ranks are not centred",
        body(
            RANK,
            "ranks = lambda v: v.argsort().argsort()",
            CORRELATE.replace(" - x.mean()", "").replace(" - y.mean()", ""),
        ),
    ),
]

RANK_RIGHT = [
    Right(
        "5.4",
        "scipy",
        body(
            RANK,
            "from scipy.stats import spearmanr",
            "return torch.tensor(spearmanr(x.numpy(), y.numpy()).statistic).float()",
        ),
    ),
    Right(
        "5.4",
        "a search from both sides",
        body(
            RANK,
            "def ranks(v):",
            "    v = v.contiguous()",
            "    s = v.sort().values",
            "    return (torch.searchsorted(s, v) + torch.searchsorted(s, v, right=True) + 1) / 2",
            CORRELATE,
        ),
    ),
    Right(
        "5.4",
        "corrcoef of ranks by groups",
        body(
            RANK,
            "def ranks(v):",
            "    _, place, counts = v.unique(return_inverse=True, return_counts=True)",
            "    last = counts.cumsum(0)",
            "    return ((last - counts + 1 + last) / 2.0)[place]",
            "return torch.corrcoef(torch.stack([ranks(x), ranks(y)]))[0, 1]",
        ),
    ),
    Right(
        "5.4",
        "lists",
        body(
            RANK,
            "def ranks(v):",
            "    v = v.tolist()",
            "    places = {}",
            "    for place, value in enumerate(sorted(v), start=1):",
            "        places.setdefault(value, []).append(place)",
            "    return torch.tensor([sum(places[u]) / len(places[u]) for u in v])",
            CORRELATE,
        ),
    ),
]

ABT = "all_but_the_top(table, count, rows)"
MEAN = "mean = table.mean(dim=0)"
SVD = "u, s, vt = torch.linalg.svd(table - mean, full_matrices=False)"
CENTRED = "centred = rows - mean"
PROJECT = "return centred - centred @ vt[:count].T @ vt[:count]"

ABT_WRONG = [
    Wrong("5.5", "only the mean", "Only the mean is gone", body(ABT, MEAN, "return rows - mean")),
    Wrong(
        "5.5",
        "directions with the mean in",
        "Centre it first",
        body(ABT, MEAN, SVD.replace("table - mean", "table"), CENTRED, PROJECT),
    ),
    Wrong(
        "5.5",
        "the mean stays",
        "The mean is still in the rows",
        body(ABT, MEAN, SVD, "centred = rows", PROJECT),
    ),
    Wrong(
        "5.5",
        "one mean for all",
        "table.mean() is one number",
        body(ABT, "mean = table.mean()", SVD, CENTRED, PROJECT),
    ),
    Wrong(
        "5.5",
        "the mean of the rows",
        "The mean is that of rows",
        body(ABT, MEAN, SVD, "centred = rows - rows.mean(dim=0)", PROJECT),
    ),
    Wrong(
        "5.5",
        "all learned from the rows",
        "The mean is that of rows",
        body(
            ABT,
            "mean = rows.mean(dim=0)",
            SVD.replace("table", "rows"),
            CENTRED,
            PROJECT,
        ),
    ),
    Wrong(
        "5.5",
        "directions of the rows",
        "The directions are those of rows",
        body(
            ABT,
            MEAN,
            CENTRED,
            "vt = torch.linalg.svd(rows - rows.mean(dim=0))[2]",
            PROJECT,
        ),
    ),
    Wrong(
        "5.5",
        "the top is kept",
        "what was to be taken out",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "if count == 0:",
            "    return centred",
            "return centred @ vt[:count].T @ vt[:count]",
        ),
    ),
    Wrong(
        "5.5",
        "the last directions go",
        "in place of the first",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "last = vt[len(vt) - count :]",
            "return centred - centred @ last.T @ last",
        ),
    ),
    Wrong(
        "5.5",
        "columns of the last matrix",
        "rows for columns",
        body(
            ABT,
            MEAN,
            "u, s, v = torch.linalg.svd(table - mean)",
            CENTRED,
            "top = v[:, :count]",
            "return centred - centred @ top @ top.T",
        ),
    ),
    Wrong(
        "5.5",
        "mean of each row",
        "The mean row has D numbers",
        body(ABT, MEAN.replace("dim=0", "dim=1"), SVD, CENTRED, PROJECT),
    ),
    Wrong(
        "5.5",
        "left vectors",
        "not a column of U",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "top = u[:, :count]",
            "return centred - centred @ top @ top.T",
        ),
    ),
    Wrong(
        "5.5",
        "a slice from minus zero",
        "With count 0 everything is gone",
        body(
            ABT,
            MEAN,
            "values, vectors = torch.linalg.eigh((table - mean).T @ (table - mean))",
            CENTRED,
            "top = vectors[:, -count:]",
            "return centred - centred @ top @ top.T",
        ),
    ),
    Wrong(
        "5.5",
        "the rest is kept",
        "rows may stick out",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "return centred @ vt[count:].T @ vt[count:] if count else centred",
        ),
    ),
    Wrong(
        "5.5",
        "scaled by the spread",
        "numbers are not",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "return centred - (centred @ vt[:count].T * s[:count]) @ vt[:count]",
        ),
    ),
    Wrong(
        "5.5",
        "columns are left out",
        "The shape is",
        body(ABT, MEAN, SVD, "return (rows - mean) @ vt[count:].T if count else rows - mean"),
    ),
]

ABT_WRONG += [
    Wrong(
        "5.5",
        "columns of a thin last matrix",
        "rows for columns",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "top = vt[:, :count]",
            "return centred - centred @ top @ top.T",
        ),
    ),
    Wrong(
        "5.5",
        "shares of rows that are not centred",
        "with their mean still in",
        body(ABT, MEAN, SVD, "return rows - mean - rows @ vt[:count].T @ vt[:count]"),
    ),
    Wrong(
        "5.5",
        "kept in place of taken out",
        "Perhaps you keep the directions",
        body(ABT, MEAN, SVD, CENTRED, "return centred @ vt[:count].T @ vt[:count]"),
    ),
    Wrong(
        "5.5",
        "the first eigenvectors",
        "eigh gives the smallest first",
        body(
            ABT,
            MEAN,
            "values, vectors = torch.linalg.eigh((table - mean).T @ (table - mean))",
            CENTRED,
            "top = vectors[:, :count]",
            "return centred - centred @ top @ top.T",
        ),
    ),
    Wrong(
        "5.5",
        "directions of the rows without the table's mean",
        "The directions are those of rows",
        body(ABT, MEAN, CENTRED, "vt = torch.linalg.svd(centred)[2]", PROJECT),
    ),
    Wrong(
        "5.5",
        "shares in place of rows",
        "get vectors back",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "shares = centred @ vt.T",
            "shares[:, :count] = 0",
            "return shares",
        ),
    ),
]

ABT_RIGHT = [
    Right(
        "5.5",
        "eigenvectors of the covariance",
        body(
            ABT,
            MEAN,
            "values, vectors = torch.linalg.eigh((table - mean).T @ (table - mean))",
            "top = vectors.flip(1)[:, :count]",
            CENTRED,
            "return centred - centred @ top @ top.T",
        ),
    ),
    Right(
        "5.5",
        "one direction after another",
        body(
            ABT,
            MEAN,
            SVD,
            "out = rows - mean",
            "for u in vt[:count]:",
            "    out = out - (out @ u)[:, None] * u",
            "return out",
        ),
    ),
    Right(
        "5.5",
        "scikit-learn",
        body(
            ABT,
            "from sklearn.decomposition import PCA",
            MEAN,
            CENTRED,
            "if not count:",
            "    return centred",
            "pca = PCA(n_components=count, svd_solver='full').fit(table.numpy())",
            "top = torch.from_numpy(pca.components_)",
            "return centred - centred @ top.T @ top",
        ),
    ),
    Right(
        "5.5",
        "by a least squares fit",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "if not count:",
            "    return centred",
            "top = vt[:count].T",
            "return (centred.T - top @ torch.linalg.lstsq(top, centred.T).solution).T",
        ),
    ),
]

COSINE_WRONG += [
    Wrong(
        "5.1",
        "lengths without an axis",
        "another row.",
        body(COSINE, "return (x / x.norm(dim=1)) @ (y / y.norm(dim=1)).T"),
    ),
    Wrong(
        "5.1",
        "lengths side by side",
        "lx[:, None] * ly[None, :]",
        body(COSINE, "return x @ y.T / (x.norm(dim=1) * y.norm(dim=1))"),
    ),
    Wrong(
        "5.1",
        "lengths in two columns",
        "lx[:, None] * ly[None, :]",
        body(
            COSINE,
            "lx, ly = x.norm(dim=1, keepdim=True), y.norm(dim=1, keepdim=True)",
            "return x @ y.T / (lx * ly)",
        ),
    ),
    Wrong(
        "5.1",
        "absolute values",
        "The sign is lost",
        body(COSINE, UNIT_XY, "return (x @ y.T).abs()"),
    ),
    Wrong("5.1", "1 - cosine", "which is a distance", body(COSINE, UNIT_XY, "return 1 - x @ y.T")),
    Wrong(
        "5.1",
        "1-norm",
        "norm's default",
        body(COSINE, "return F.normalize(x, p=1, dim=1) @ F.normalize(y, p=1, dim=1).T"),
    ),
    Wrong(
        "5.1",
        "centred",
        "That is a correlation",
        body(
            COSINE,
            "x = x - x.mean(dim=1, keepdim=True)",
            "y = y - y.mean(dim=1, keepdim=True)",
            UNIT_XY,
            "return x @ y.T",
        ),
    ),
    Wrong(
        "5.1",
        "zeros known by their sum",
        "add up to 0",
        body(
            COSINE,
            "def unit(rows):",
            "    keep = rows.sum(dim=1, keepdim=True) == 0",
            "    return rows / rows.norm(dim=1, keepdim=True).masked_fill(keep, 1)",
            "return unit(x) @ unit(y).T",
        ),
    ),
    Wrong(
        "5.1",
        "nan turned to one",
        "gets the cosine 1",
        body(
            COSINE,
            "x = x / x.norm(dim=1, keepdim=True)",
            "y = y / y.norm(dim=1, keepdim=True)",
            "return (x @ y.T).nan_to_num(1.0)",
        ),
    ),
    Wrong(
        "5.1",
        "torch's own with its eps",
        "the eps of torch's own",
        body(COSINE, "return F.cosine_similarity(x[:, None], y[None], dim=2)"),
    ),
]

NEAREST_WRONG += [
    Wrong(
        "5.2",
        "rows by leave_out",
        "leave_out holds columns",
        body(NEAREST, COSINES, "cosines[leave_out] = -torch.inf", TOP),
    ),
    Wrong(
        "5.2",
        "-1 for what is left out",
        "another row can have, too",
        body(NEAREST, COSINES, "cosines = cosines.scatter(1, leave_out, -1.0)", TOP),
    ),
    Wrong(
        "5.2",
        "absolute cosine",
        "the sign of the cosine is lost",
        body(NEAREST, COSINES, "cosines = cosines.abs()", OUT, TOP),
    ),
    Wrong(
        "5.2",
        "columns scaled",
        "You scale columns",
        body(
            NEAREST, "cosines = F.normalize(queries, dim=0) @ F.normalize(table, dim=0).T", OUT, TOP
        ),
    ),
    Wrong(
        "5.2",
        "sorted by id",
        "in another order",
        body(NEAREST, COSINES, OUT, TOP + ".sort(dim=1).values"),
    ),
    Wrong(
        "5.2",
        "lengths with 1e-6 added",
        "A short row comes too late",
        body(
            NEAREST,
            "unit = table / (table.norm(dim=1, keepdim=True) + 1e-6)",
            "cosines = queries @ unit.T",
            OUT,
            TOP,
        ),
    ),
    Wrong(
        "5.2",
        "zeros last",
        "behind rows that point away",
        body(NEAREST, COSINES, "cosines[:, (table == 0).all(dim=1)] = -2", OUT, TOP),
    ),
    Wrong(
        "5.2",
        "a tree of rows of length 1",
        "It lies at distance 1",
        body(
            NEAREST,
            "from scipy.spatial import cKDTree",
            "tree = cKDTree(F.normalize(table, dim=1).numpy())",
            "k = min(len(table), count + leave_out.shape[1])",
            "places = [*range(1, k + 1)]",
            "near = tree.query(F.normalize(queries, dim=1).numpy(), k=places)[1].tolist()",
            "outs = map(set, leave_out.tolist())",
            "rows = [[i for i in row if i not in out] for row, out in zip(near, outs)]",
            "return torch.tensor([row[:count] for row in rows])",
        ),
    ),
]

SOLVE_WRONG += [
    Wrong(
        "5.3",
        "-2 for the inputs",
        "another row can have, too",
        body(SOLVE, UNIT, READ, SCORES, SKIP.replace("-torch.inf", "-2.0"), BEST),
    ),
    Wrong(
        "5.3",
        "b and c out",
        "All three are left out",
        body(SOLVE, UNIT, READ, SCORES, SKIP.replace("questions", "questions[:, 1:]"), BEST),
    ),
    Wrong(
        "5.3",
        "rows by questions",
        "questions holds columns",
        body(
            SOLVE,
            UNIT,
            READ,
            SCORES,
            "if not keep_inputs:",
            "    scores[questions] = -torch.inf",
            BEST,
        ),
    ),
    Wrong(
        "5.3",
        "without a",
        "near another sum",
        body(SOLVE, UNIT, READ, "scores = (c + b) @ unit.T", SKIP, BEST),
    ),
    Wrong(
        "5.3",
        "columns scaled",
        "You scale columns",
        body(SOLVE, UNIT.replace("dim=1", "dim=0"), READ, SCORES, SKIP, BEST),
    ),
    Wrong(
        "5.3",
        "distance",
        "at the smallest distance",
        body(
            SOLVE,
            "a, b, c = table[questions].unbind(dim=1)",
            "scores = -torch.cdist(c - a + b, table)",
            SKIP,
            BEST,
        ),
    ),
    Wrong(
        "5.3",
        "argmin",
        "The row farthest from",
        body(
            SOLVE,
            UNIT,
            READ,
            SCORES,
            SKIP.replace("-torch", "torch"),
            BEST.replace("argmax", "argmin"),
        ),
    ),
    Wrong(
        "5.3",
        "lengths with 1e-4 added",
        "A short row loses",
        body(
            SOLVE,
            "unit = table / (table.norm(dim=1, keepdim=True) + 1e-4)",
            READ,
            SCORES,
            SKIP,
            BEST,
        ),
    ),
    Wrong(
        "5.3",
        "the best four",
        "as small as 3",
        body(
            SOLVE,
            UNIT,
            READ,
            SCORES,
            "best = scores.topk(4, dim=1).indices",
            "out = (best[:, :, None] == questions[:, None]).any(dim=2) & (not keep_inputs)",
            "return best.gather(1, out.int().argmin(dim=1, keepdim=True))[:, 0]",
        ),
    ),
]

RANK_WRONG += [
    Wrong(
        "5.4",
        "values in float32",
        "are taken for equal",
        body(RANK, SHARED, "x, y = x.float(), y.float()", CORRELATE),
    ),
    Wrong(
        "5.4",
        "one list from the largest",
        "The sign is turned",
        body(RANK, SHARED, "x = -x", CORRELATE),
    ),
    Wrong(
        "5.4",
        "sorted values",
        "sorted values",
        body(RANK, "ranks = lambda v: v.sort().values", CORRELATE),
    ),
    Wrong(
        "5.4",
        "a mean over standard deviations",
        "over N − 1",
        body(
            RANK,
            SHARED,
            "x, y = ranks(x).double(), ranks(y).double()",
            "mean = ((x - x.mean()) * (y - y.mean())).mean()",
            "return (mean / (x.std() * y.std())).float()",
        ),
    ),
    Wrong(
        "5.4",
        "Kendall",
        "Kendall's correlation",
        body(
            RANK,
            "from scipy.stats import kendalltau",
            "return torch.tensor(kendalltau(x.numpy(), y.numpy()).statistic).float()",
        ),
    ),
    Wrong(
        "5.4",
        "all shared ranks rounded down",
        "cut to whole numbers",
        body(RANK, SHARED.replace("/ 2", "// 2"), CORRELATE),
    ),
    Wrong(
        "5.4",
        "1 for equal lists",
        "they have no order",
        body(RANK, "if torch.equal(x, y):", "    return torch.tensor(1.0)", SHARED, CORRELATE),
    ),
]

ABT_WRONG += [
    Wrong(
        "5.5",
        "rows of torch.svd's last matrix",
        "rows for columns",
        body(ABT, MEAN, "vt = torch.svd(table - mean, some=False)[2]", CENTRED, PROJECT),
    ),
    Wrong(
        "5.5",
        "rows of eigh's matrix",
        "rows for columns",
        body(
            ABT,
            MEAN,
            "vt = torch.linalg.eigh((table - mean).T @ (table - mean))[1].flip(1)",
            CENTRED,
            PROJECT,
        ),
    ),
    Wrong(
        "5.5",
        "one direction too many",
        "One direction too many",
        body(
            ABT,
            MEAN,
            SVD,
            CENTRED,
            "vt = vt[: count + 1] if count else vt[:0]",
            "return centred - centred @ vt.T @ vt",
        ),
    ),
    Wrong(
        "5.5",
        "the mean is added again",
        "added again",
        body(ABT, MEAN, SVD, CENTRED, PROJECT + " + (mean if count else 0)"),
    ),
    Wrong(
        "5.5",
        "added in place of subtracted",
        "subtract it twice",
        body(ABT, MEAN, SVD, CENTRED, PROJECT.replace("centred -", "centred +")),
    ),
    Wrong(
        "5.5",
        "ten steps of power iteration",
        "is not exact",
        body(
            ABT,
            MEAN,
            CENTRED,
            "left = table - mean",
            "for _ in range(count):",
            "    u = torch.ones(table.shape[1]).double()",
            "    for _ in range(10):",
            "        u = F.normalize(left.T @ (left @ u), dim=0)",
            "    left = left - (left @ u)[:, None] * u",
            "    centred = centred - (centred @ u)[:, None] * u",
            "return centred",
        ),
    ),
]

COSINE_RIGHT += [
    Right(
        "5.1",
        "einsum, float64 inside",
        """
def cosine_similarity(x, y):
    x, y = x.double(), y.double()
    d = torch.einsum('nd,md->nm', x, y)
    n = torch.einsum('nd,nd->n', x, x).sqrt()[:, None] * torch.einsum('md,md->m', y, y).sqrt()
    return torch.where(n > 0, d / n, 0).float()
""",
    ),
    Right(
        "5.1",
        "numpy",
        """
def cosine_similarity(x, y):
    import numpy as np
    a, b = x.numpy().astype(np.float64), y.numpy().astype(np.float64)
    n = np.linalg.norm(a, axis=1)[:, None] * np.linalg.norm(b, axis=1)
    return torch.from_numpy(np.divide(a @ b.T, n, out=np.zeros_like(n), where=n > 0)).float()
""",
    ),
    Right(
        "5.1",
        "distance of unit rows, float64",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x.double(), dim=1), F.normalize(y.double(), dim=1)
    sx, sy = x.square().sum(1)[:, None], y.square().sum(1)
    return ((sx + sy - (x[:, None] - y).square().sum(2)) / 2).float()
""",
    ),
    Right(
        "5.1",
        "rsqrt",
        """
def cosine_similarity(x, y):
    n = lambda v: v * v.square().sum(1, keepdim=True).rsqrt().nan_to_num(posinf=0.0)
    return n(x) @ n(y).T
""",
    ),
    Right(
        "5.1",
        "product of lengths, float32, zeros masked",
        """
def cosine_similarity(x, y):
    n = x.norm(dim=1)[:, None] * y.norm(dim=1)
    return torch.where(n == 0, 0.0, x @ y.T / n)
""",
    ),
    Right(
        "5.1",
        "transposed view",
        """
def cosine_similarity(x, y):
    x, y = F.normalize(x, dim=1), F.normalize(y, dim=1)
    return (y @ x.T).T
""",
    ),
    Right(
        "5.1",
        "tiny float is added",
        """
def cosine_similarity(x, y):
    t = torch.finfo(x.dtype).tiny
    return (x / (x.norm(dim=1, keepdim=True) + t)) @ (y / (y.norm(dim=1, keepdim=True) + t)).T
""",
    ),
]

NEAREST_RIGHT += [
    Right(
        "5.2",
        "numpy argsort",
        """
def nearest(table, queries, count, leave_out):
    import numpy as np
    t, q = table.numpy(), queries.numpy()
    n = np.linalg.norm(t, axis=1); n[n == 0] = 1
    c = q @ (t / n[:, None]).T
    np.put_along_axis(c, leave_out.numpy(), -np.inf, axis=1)
    return torch.from_numpy(np.argsort(-c, axis=1)[:, :count].copy())
""",
    ),
    Right(
        "5.2",
        "index assignment with a column of rows",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines[torch.arange(len(queries))[:, None], leave_out] = float('-inf')
    return cosines.topk(count, dim=1).indices
""",
    ),
    Right(
        "5.2",
        "one_hot mask",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    m = (leave_out[:, :, None] == torch.arange(len(table))).any(dim=1)
    return cosines.masked_fill(m, -3).sort(dim=1, descending=True)[1][:, :count]
""",
    ),
    Right(
        "5.2",
        "argmax again and again",
        """
def nearest(table, queries, count, leave_out):
    cosines = F.normalize(queries, dim=1) @ F.normalize(table, dim=1).T
    cosines = cosines.scatter(1, leave_out, -torch.inf)
    out = torch.empty(len(queries), count, dtype=torch.int64)
    for k in range(count):
        out[:, k] = cosines.argmax(dim=1)
        cosines.scatter_(1, out[:, k:k + 1], -torch.inf)
    return out
""",
    ),
    Right(
        "5.2",
        "python lists",
        """
def nearest(table, queries, count, leave_out):
    import math
    res = []
    for q, l in zip(queries.tolist(), leave_out.tolist()):
        s = {}
        for i, t in enumerate(table.tolist()):
            n = math.sqrt(sum(v * v for v in t))
            if i not in l: s[i] = sum(a * b for a, b in zip(q, t)) / n if n else 0.0
        res.append(sorted(s, key=s.get, reverse=True)[:count])
    return torch.tensor(res)
""",
    ),
    Right(
        "5.2",
        "angles, smallest first",
        """
def nearest(table, queries, count, leave_out):
    q, t = F.normalize(queries.double(), dim=1), F.normalize(table.double(), dim=1)
    a = (q @ t.T).clamp(-1, 1).acos().scatter(1, leave_out, torch.inf)
    return a.topk(count, dim=1, largest=False).indices
""",
    ),
    Right(
        "5.2",
        "finfo.min and torch's own cosine, with a smaller eps",
        """
def nearest(table, queries, count, leave_out):
    c = F.cosine_similarity(queries[:, None], table[None], dim=2, eps=1e-15)
    c = c.scatter(1, leave_out, torch.finfo(c.dtype).min)
    return torch.topk(c, k=count).indices
""",
    ),
]

SOLVE_RIGHT += [
    Right(
        "5.3",
        "distance of unit rows",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    d = torch.cdist(c - a + b, unit, compute_mode='donot_use_mm_for_euclid_dist')
    if not keep_inputs:
        d = d.scatter(1, questions, torch.inf)
    return d.argmin(dim=1)
""",
    ),
    Right(
        "5.3",
        "one_hot weights and einsum",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    h = F.one_hot(questions, len(table)).float()
    t = torch.einsum('nkv,k,vd->nd', h, torch.tensor([-1.0, 1.0, 1.0]), unit)
    s = torch.einsum('nd,vd->nv', t, unit)
    return s.where(torch.tensor(bool(keep_inputs)) | (h.sum(1) == 0), torch.tensor(-torch.inf)).argmax(1)
""",
    ),
    Right(
        "5.3",
        "numpy",
        """
def solve_analogies(table, questions, keep_inputs):
    import numpy as np
    t = table.numpy().astype(np.float64); t = t / np.linalg.norm(t, axis=1, keepdims=True)
    q = questions.numpy()
    s = (t[q[:, 2]] - t[q[:, 0]] + t[q[:, 1]]) @ t.T
    if not keep_inputs:
        s[np.arange(len(q))[:, None], q] = -np.inf
    return torch.from_numpy(s.argmax(axis=1))
""",
    ),
    Right(
        "5.3",
        "index assignment",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    if not keep_inputs:
        scores[torch.arange(len(questions)).unsqueeze(1), questions] = -float('inf')
    return scores.max(dim=1)[1]
""",
    ),
    Right(
        "5.3",
        "loop with early dtype",
        """
def solve_analogies(table, questions, keep_inputs):
    u = table.double() / table.double().norm(dim=1, keepdim=True)
    ans = []
    for a, b, c in questions.tolist():
        s = u @ (u[c] - u[a] + u[b])
        for i in ([] if keep_inputs else [a, b, c]): s[i] = -4
        ans.append(s.argmax().item())
    return torch.tensor(ans, dtype=torch.int64)
""",
    ),
    Right(
        "5.3",
        "topk of at most four, then filter",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    a, b, c = unit[questions].unbind(dim=1)
    scores = (c - a + b) @ unit.T
    k = scores.topk(min(4, len(table)), dim=1).indices
    if keep_inputs:
        return k[:, 0]
    ok = ~(k[:, :, None] == questions[:, None]).any(dim=2)
    return k.gather(1, ok.int().argmax(dim=1, keepdim=True)).squeeze(1)
""",
    ),
    Right(
        "5.3",
        "F.embedding and squared sum normalised",
        """
def solve_analogies(table, questions, keep_inputs):
    unit = F.normalize(table, dim=1)
    t = F.normalize(F.embedding(questions, unit).mul(torch.tensor([-1., 1., 1.])[:, None]).sum(1), dim=1)
    s = F.linear(t, unit)
    return (s if keep_inputs else s.scatter_add(1, questions, torch.full(questions.shape, -100.))).argmax(-1)
""",
    ),
]

RANK_RIGHT += [
    Right(
        "5.4",
        "signs of all pairs",
        """
def spearman(x, y):
    s = lambda v: ((v[:, None] > v).double() - (v[:, None] < v).double()).sum(1)
    a, b = s(x), s(y)
    return (a @ b / (a @ a * (b @ b)).sqrt()).float()
""",
    ),
    Right(
        "5.4",
        "scipy rankdata, numpy corrcoef",
        """
def spearman(x, y):
    import numpy as np, scipy.stats as st
    with np.errstate(all='ignore'):
        return torch.tensor(np.corrcoef(st.rankdata(x.numpy()), st.rankdata(y.numpy()))[0, 1], dtype=torch.float32)
""",
    ),
    Right(
        "5.4",
        "groups by scatter, float32",
        """
def spearman(x, y):
    def ranks(v):
        o = v.argsort()
        r = torch.zeros(len(v)).scatter(0, o, torch.arange(1.0, len(v) + 1))
        _, g, n = v.unique(return_inverse=True, return_counts=True)
        return (torch.zeros(len(n)).scatter_add(0, g, r) / n)[g]
    a, b = ranks(x), ranks(y)
    a, b = a - a.mean(), b - b.mean()
    return a @ b / (a.norm() * b.norm())
""",
    ),
    Right(
        "5.4",
        "covariance over standard deviations",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    a, b = ranks(x).double(), ranks(y).double()
    return (torch.cov(torch.stack([a, b]))[0, 1] / (a.std() * b.std())).float()
""",
    ),
    Right(
        "5.4",
        "explicit nan, short formula when no ties",
        """
def spearman(x, y):
    def ranks(v):
        less = (v[:, None] > v[None, :]).sum(dim=1)
        same = (v[:, None] == v[None, :]).sum(dim=1)
        return less + (same + 1) / 2
    if (x == x[0]).all() or (y == y[0]).all():
        return torch.tensor(float('nan'))
    n = len(x); a, b = ranks(x).double(), ranks(y).double()
    if len(x.unique()) == n == len(y.unique()):
        return (1 - 6 * (a - b).square().sum() / (n * (n * n - 1))).float()
    return torch.corrcoef(torch.stack([a, b]))[0, 1].float()
""",
    ),
    Right(
        "5.4",
        "average of min and max rank with lists, math",
        """
def spearman(x, y):
    import math, bisect
    def ranks(v):
        v = v.tolist(); s = sorted(v)
        return [(bisect.bisect_left(s, u) + bisect.bisect_right(s, u) + 1) / 2 for u in v]
    a, b = ranks(x), ranks(y)
    m = (len(a) + 1) / 2
    d = math.sqrt(sum((u - m) ** 2 for u in a) * sum((u - m) ** 2 for u in b))
    return torch.tensor(sum((u - m) * (v - m) for u, v in zip(a, b)) / d if d else math.nan)
""",
    ),
    Right(
        "5.4",
        "average of two argsorts",
        """
def spearman(x, y):
    def ranks(v):
        up = v.argsort(stable=True).argsort()
        down = v.flip(0).argsort(stable=True).argsort().flip(0)
        return (up + down).double() / 2
    x, y = ranks(x).double(), ranks(y).double()
    x, y = x - x.mean(), y - y.mean()
    return (x @ y / (x.norm() * y.norm())).float()
""",
    ),
]

ABT_RIGHT += [
    Right(
        "5.5",
        "numpy",
        """
def all_but_the_top(table, count, rows):
    import numpy as np
    t, q = table.numpy(), rows.numpy()
    m = t.mean(0); v = np.linalg.svd(t - m)[2][:count]
    return torch.from_numpy(q - m - (q - m) @ v.T @ v)
""",
    ),
    Right(
        "5.5",
        "gram matrix of the rows",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    t = table - mean
    l, u = torch.linalg.eigh(t @ t.T)
    u = u.flip(1)[:, :count]
    v = F.normalize(t.T @ u, dim=0)
    return centred - centred @ v @ v.T
""",
    ),
    Right(
        "5.5",
        "projector by einsum",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    v = torch.linalg.svd(table - mean)[2][:count]
    p = torch.eye(table.shape[1], dtype=table.dtype) - torch.einsum('kd,ke->de', v, v)
    return (rows - mean) @ p
""",
    ),
    Right(
        "5.5",
        "torch.svd",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    v = torch.svd(table - mean)[2][:, :count]
    centred = rows - mean
    return centred - (centred @ v) @ v.T
""",
    ),
    Right(
        "5.5",
        "pca_lowrank with all directions",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    v = torch.pca_lowrank(table, q=min(table.shape), center=True)[2][:, :count]
    return centred - centred @ v @ v.T
""",
    ),
    Right(
        "5.5",
        "torch.cov",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    centred = rows - mean
    e, v = torch.linalg.eigh(torch.cov(table.T, correction=0).reshape(table.shape[1], -1))
    v = v[:, e.argsort(descending=True)[:count]]
    return centred - centred @ v @ v.T
""",
    ),
    Right(
        "5.5",
        "full basis with the first coordinates zeroed",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    vt = torch.linalg.svd(table - mean, full_matrices=True)[2]
    z = (rows - mean) @ vt.T
    z[:, :count] = 0
    return z @ vt
""",
    ),
    Right(
        "5.5",
        "svd of the transpose",
        """
def all_but_the_top(table, count, rows):
    mean = table.mean(dim=0)
    v = torch.linalg.svd((table - mean).mT, full_matrices=False).U[:, :count]
    out = (rows - mean).clone()
    for k in range(count):
        out -= torch.outer(out @ v[:, k], v[:, k])
    return out
""",
    ),
]

WRONG = COSINE_WRONG + NEAREST_WRONG + SOLVE_WRONG + RANK_WRONG + ABT_WRONG
RIGHT = COSINE_RIGHT + NEAREST_RIGHT + SOLVE_RIGHT + RANK_RIGHT + ABT_RIGHT
