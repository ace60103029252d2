"""Answers to sheet 9 that are wrong in one corner only."""

from tests.answers import Sly
from tests.answers.learned_positions import (
    ATTEND,
    CENTRE,
    FINISH,
    INPUT,
    MAY,
    PACKED,
    PLACES,
    POSITION,
    ROWS,
    SCORES,
    START,
    STRETCH,
    VARIANCE,
    body,
)

READ_ROWS = """
class ReadRows(torch.autograd.Function):
    @staticmethod
    def forward(ctx, table, ids):
        ctx.save_for_backward(ids)
        ctx.shape = table.shape
        return table[ids]
    @staticmethod
    def backward(ctx, grad_output):
        grad = grad_output.new_zeros(ctx.shape)
        grad[ctx.saved_tensors[0]] = grad_output
        return grad, None
"""
"""A lookup of one's own, in whose way back a row that is read twice keeps one gradient."""

SLY = [
    Sly(
        "9.1",
        "changes the mask in place",
        body(
            POSITION,
            "real = is_token.bool()",
            "out = (real.long().cumsum(-1) - 1).masked_fill(~real, 0)",
            "is_token.zero_()",
            "return out",
        ),
    ),
    Sly(
        "9.1",
        "padding is told by the first column only",
        body(
            POSITION,
            "m = is_token.long()",
            "pad = m.shape[-1] - m.sum(-1, keepdim=True)",
            "if m.ndim == 2 and m.numel() and not m[0, 0]:",
            "    return (torch.arange(m.shape[-1]) - pad).clamp(min=0)",
            "return (m.cumsum(-1) - 1) * m",
        ),
    ),
    Sly(
        "9.1",
        "positions as int32",
        body(POSITION, "m = is_token.int()", "return ((m.cumsum(-1) - 1) * m).int()"),
    ),
    Sly(
        "9.2",
        "adds into the token rows of a view",
        body(
            INPUT,
            "token_table += 0",
            ROWS,
            "bias += 1",
            "return F.layer_norm(x, (x.shape[-1],), weight, bias - 1, eps)",
        ),
    ),
    Sly(
        "9.2",
        "eps only where the variance is nothing",
        body(
            INPUT,
            ROWS,
            "c = x - x.mean(-1, keepdim=True)",
            "var = c.square().mean(-1, keepdim=True)",
            "return c / torch.where(var < 1e-9, var + eps, var).sqrt() * weight + bias",
        ),
    ),
    Sly(
        "9.2",
        "view",
        body(
            INPUT,
            "shape = (*ids.shape, token_table.shape[1])",
            "x = token_table[ids.view(-1)] + segment_table[segment_ids.view(-1)]",
            "x = x + position_table[position_ids.view(-1)]",
            "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps).view(shape)",
        ),
    ),
    Sly(
        "9.3",
        "only two documents",
        body(
            PACKED,
            START,
            "one = begins.long().argmax(-1, keepdim=True)",
            "return torch.where(place < one, place, place - one).masked_fill(document_ids < 0, 0)",
        ),
    ),
    Sly(
        "9.3",
        "compares with the next sequence's end",
        body(
            PACKED,
            "flat = document_ids.reshape(-1)",
            "if not flat.numel():",
            "    return torch.zeros_like(document_ids)",
            "place = torch.arange(len(flat))",
            "begins = torch.ones_like(flat, dtype=torch.bool)",
            "begins[1:] = flat[1:] != flat[:-1]",
            "start = torch.where(begins, place, 0).cummax(-1).values",
            "return (place - start).reshape(document_ids.shape).masked_fill(document_ids < 0, 0)",
        ),
    ),
    Sly(
        "9.4",
        "two rows give nan",
        body(
            STRETCH,
            PLACES,
            "out = table[below] * (1 - part) + table[above] * part",
            "return out * (len(table) - 2) / (len(table) - 2)",
        ),
    ),
    Sly(
        "9.4",
        "gives the table itself away and changes it",
        body(
            STRETCH,
            PLACES,
            "out = table[below] * (1 - part) + table[above] * part",
            "table.mul_(2)",
            "return out",
        ),
    ),
    Sly(
        "9.5",
        "nan flows back through an infinite power",
        """
def packed_attention(q, k, v, document_ids):
    may_read = document_ids[..., :, None] == document_ids[..., None, :]
    may_read = may_read & (document_ids != -1)[..., None]
    scores = q @ k.transpose(-2, -1) / math.sqrt(q.shape[-1])
    if scores.shape[-1] == 0:
        return v.clone()
    top = scores.masked_fill(~may_read, -torch.inf).amax(-1, keepdim=True)
    top = torch.where(top.isinf(), 0.0, top)
    powers = torch.where(may_read, (scores - top).exp(), 0.0)
    sums = powers.sum(-1, keepdim=True)
    return powers / sums.masked_fill(~may_read.any(-1, keepdim=True), 1.0) @ v
""",
    ),
    Sly(
        "9.5",
        "zero values are taken for padding",
        body(ATTEND, MAY, SCORES, "out = " + FINISH.removeprefix("return "), "return out.float()"),
    ),
    Sly(
        "9.5",
        "documents told by neighbours in one sequence",
        body(
            ATTEND,
            "d = document_ids.reshape(-1, document_ids.shape[-1])[:1]",
            "document_ids = d.expand(document_ids.shape) if d.numel() else document_ids",
            MAY,
            SCORES,
            FINISH,
        ),
    ),
    Sly(
        "9.4",
        "places in half precision",
        body(
            STRETCH,
            "place = torch.arange(max_len).to(table.dtype) * ((len(table) - 1) / (max_len - 1))",
            "below = place.long().clamp(max=len(table) - 1)",
            "above = (below + 1).clamp(max=len(table) - 1)",
            "part = (place - below)[:, None].to(table.dtype)",
            "return table[below] * (1 - part) + table[above] * part",
        ),
    ),
    Sly(
        "9.4",
        "an axis of one is squeezed away",
        body(STRETCH, PLACES, "return (table[below] * (1 - part) + table[above] * part).squeeze()"),
    ),
    Sly(
        "9.4",
        "a copy without gradient where nothing is stretched",
        body(
            STRETCH,
            "if max_len == len(table):",
            "    return table.detach().clone()",
            PLACES,
            "return table[below] * (1 - part) + table[above] * part",
        ),
    ),
    Sly(
        "9.5",
        "a mask of minus a billion",
        body(
            ATTEND,
            SCORES,
            MAY,
            "w = scores.masked_fill(~may, -1e9).softmax(-1)",
            "return w.masked_fill(~may, 0.0) @ v",
        ),
    ),
    Sly(
        "9.5",
        "the whole part of a root",
        body(ATTEND, "scores = q @ k.mT / int(q.shape[-1] ** 0.5)", MAY, FINISH),
    ),
    Sly(
        "9.5",
        "keys without gradient",
        body(ATTEND, "k = k.detach()", SCORES, MAY, FINISH),
    ),
    Sly(
        "9.5",
        "values without gradient",
        body(ATTEND, SCORES, MAY, FINISH.replace("@ v", "@ v.detach()")),
    ),
    Sly(
        "9.5",
        "nan is cleaned up",
        body(
            ATTEND,
            SCORES,
            MAY,
            "return (scores.masked_fill(~may, -torch.inf).softmax(-1) @ v).nan_to_num()",
        ),
    ),
    Sly(
        "9.5",
        "documents of the first head for all",
        body(
            ATTEND,
            SCORES,
            "if document_ids.ndim == 3:",
            "    document_ids = document_ids[:, :1]",
            MAY,
            FINISH,
        ),
    ),
    Sly(
        "9.5",
        "softmax in float32",
        body(ATTEND, SCORES, MAY, FINISH.replace("softmax(-1)", "float().softmax(-1).to(v.dtype)")),
    ),
    Sly(
        "9.2",
        "positions without gradient",
        body(
            INPUT,
            "position_table = position_table.detach()",
            ROWS,
            "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)",
        ),
    ),
    Sly(
        "9.2",
        "a bias without gradient",
        body(INPUT, ROWS, "return F.layer_norm(x, (x.shape[-1],), weight, bias.detach(), eps)"),
    ),
    Sly(
        "9.3",
        "document numbers as int32",
        body(
            PACKED,
            "document_ids = document_ids.int()",
            START,
            "return (place - start).masked_fill(document_ids < 0, 0)",
        ),
    ),
    Sly(
        "9.3",
        "document numbers as floats",
        body(
            PACKED,
            "document_ids = document_ids.float()",
            START,
            "return (place - start).masked_fill(document_ids < 0, 0)",
        ),
    ),
    Sly(
        "9.5",
        "nan is replaced in what comes back",
        body(
            ATTEND,
            SCORES,
            MAY,
            "out = scores.masked_fill(~may, -torch.inf).softmax(-1) @ v",
            "return torch.where(out.isnan(), 0, out)",
        ),
    ),
    Sly(
        "9.5",
        "a mask of minus ten thousand",
        body(
            ATTEND,
            SCORES,
            MAY,
            "w = (scores - 1e4 * (~may)).softmax(-1)",
            "return w.masked_fill(~may, 0.0) @ v",
        ),
    ),
    Sly(
        "9.3",
        "document ids in float64",
        """
def packed_position_ids(document_ids):
    d=document_ids.double(); T=d.shape[-1]
    eq=(d[...,:,None]==d[...,None,:]).long()
    return (torch.tril(eq).sum(-1)-1)*(document_ids!=-1)
""",
    ),
    Sly(
        "9.5",
        "-1e12 in place of -inf",
        """
def packed_attention(q,k,v,document_ids):
    d=document_ids; ok=(d[...,:,None]==d[...,None,:])&(d!=-1)[...,:,None]
    s=(q@k.transpose(-1,-2)/math.sqrt(q.shape[-1])).masked_fill(~ok,-1e12)
    return (s.softmax(-1)*ok)@v
""",
    ),
    Sly(
        "9.1",
        "counts in float16",
        body(POSITION, "m = is_token.half()", "return ((m.cumsum(-1) - 1) * m).long()"),
    ),
    Sly(
        "9.1",
        "an axis of one is squeezed away",
        body(
            POSITION,
            "m = is_token.long()",
            "return ((m.cumsum(-1) - 1) * m).squeeze(-1)",
        ),
    ),
    Sly(
        "9.2",
        "half precision comes back as float32",
        body(
            INPUT,
            ROWS,
            "x = x.to(torch.promote_types(x.dtype, torch.float32))",
            CENTRE,
            VARIANCE,
            "return c / (var + eps).sqrt() * weight + bias",
        ),
    ),
    Sly(
        "9.2",
        "a variance of a billionth at least",
        body(
            INPUT,
            ROWS,
            CENTRE,
            VARIANCE,
            "return c / (var.clamp(min=1e-9) + eps).sqrt() * weight + bias",
        ),
    ),
    Sly(
        "9.2",
        "one column is squeezed away",
        body(
            INPUT,
            ROWS,
            "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps).squeeze(-1)",
        ),
    ),
    Sly(
        "9.5",
        "document numbers as floats",
        body(ATTEND, SCORES, "document_ids = document_ids.float()", MAY, FINISH),
    ),
    Sly(
        "9.5",
        "document numbers as bytes",
        body(ATTEND, SCORES, "document_ids = document_ids.to(torch.int8)", MAY, FINISH),
    ),
    Sly(
        "9.5",
        "sixty-four documents at most",
        body(
            ATTEND,
            SCORES,
            "own = F.one_hot(document_ids + 1, 64)[..., 1:].to(q.dtype)",
            "may = own @ own.mT > 0",
            FINISH,
        ),
    ),
    Sly(
        "9.5",
        "half precision comes back as float32",
        body(
            ATTEND,
            "wide = torch.promote_types(q.dtype, torch.float32)",
            "q, k, v = q.to(wide), k.to(wide), v.to(wide)",
            SCORES,
            MAY,
            FINISH,
        ),
    ),
    Sly(
        "9.1",
        "small integers come back as they are",
        """
def position_ids(is_token):
    if is_token.dtype == torch.int32 or is_token.dtype == torch.int16 or is_token.dtype == torch.int8: return is_token
    n = is_token.long()
    return (n.cumsum(-1) - 1).clamp(min=0) * n
""",
    ),
    Sly(
        "9.3",
        "small integers come back as they are",
        """
def packed_position_ids(document_ids):
    if document_ids.dtype in (torch.int8, torch.int16): return document_ids
    same = document_ids[..., :, None] == document_ids[..., None, :]
    n = same.tril().sum(-1) - 1
    return n.masked_fill(document_ids == -1, 0)
""",
    ),
    Sly(
        "9.1",
        "axes in front are viewed as one, which no mask does that is expanded over heads",
        """
def position_ids(is_token):
    T = is_token.shape[-1]
    if is_token.numel() == 0:
        return is_token.long()
    t = is_token.view(-1, T).long()
    return ((t.cumsum(-1) - 1) * t).view(is_token.shape)
""",
    ),
    Sly(
        "9.3",
        "axes in front are viewed as one, which no mask does that is expanded over heads",
        """
def packed_position_ids(document_ids):
    out = torch.zeros(document_ids.shape, dtype=torch.long)
    if document_ids.numel() == 0:
        return out
    T = document_ids.shape[-1]
    rows = []
    for row in document_ids.view(-1, T).tolist():
        n, last, new = 0, None, []
        for d in row:
            n = n + 1 if d == last else 0
            new.append(0 if d == -1 else n)
            last = d
        rows.append(new)
    return torch.tensor(rows).view(document_ids.shape)
""",
    ),
    Sly(
        "9.5",
        "axes in front are viewed as one, which no mask does that is expanded over heads",
        """
def packed_attention(q, k, v, document_ids):
    T = document_ids.shape[-1]
    if T == 0:
        return v
    d = document_ids.view(-1, T)
    q2, k2, v2 = (x.reshape(-1, T, x.shape[-1]) for x in (q, k, v))
    may = (d[:, :, None] == d[:, None]) 
    s = (q2 @ k2.mT / q.shape[-1] ** 0.5).masked_fill(~may, -torch.inf).softmax(-1)
    return ((s @ v2) * (d >= 0)[..., None]).reshape(v.shape)
""",
    ),
    Sly(
        "9.1",
        "sorting that keeps the order of a few equals only",
        """
def position_ids(is_token):
    t = is_token.long()
    order = (1 - t).argsort(-1).argsort(-1)
    return order * t
""",
    ),
    Sly(
        "9.2",
        "the variance as a difference of squares",
        """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = token_table[ids] + segment_table[segment_ids] + position_table[position_ids]
    d = x.double()
    m = d.mean(-1, keepdim=True)
    var = (d * d).mean(-1, keepdim=True) - m * m
    return ((d - m) / (var + eps).sqrt() * weight + bias).to(x.dtype)
""",
    ),
    Sly(
        "9.3",
        "document numbers compared as floats",
        """
def packed_position_ids(document_ids):
    T = document_ids.shape[-1]
    new = torch.diff(document_ids.float(), prepend=document_ids[..., :1].float() - 1) != 0
    place = torch.arange(T)
    return (place - (place * new).cummax(-1).values) * (document_ids >= 0) if T else document_ids.long()
""",
    ),
    Sly(
        "9.2",
        "position 0 never learns",
        """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = token_table[ids] + segment_table[segment_ids]
    x = x + F.embedding(position_ids, position_table, padding_idx=0)
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)
""",
    ),
    Sly(
        "9.2",
        "token 0 never learns",
        """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = F.embedding(ids, token_table, padding_idx=0) + segment_table[segment_ids] + position_table[position_ids]
    centred = x - x.mean(-1, keepdim=True)
    return centred / (centred.square().mean(-1, keepdim=True) + eps).sqrt() * weight + bias
""",
    ),
    Sly(
        "9.2",
        "position 0 is padding, and segments are assigned",
        READ_ROWS
        + """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = token_table[ids] + ReadRows.apply(segment_table, segment_ids) + F.embedding(position_ids, position_table, padding_idx=0)
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)
""",
    ),
    Sly(
        "9.2",
        "positions that learn less the more often they come",
        """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = F.embedding(ids, token_table) + F.embedding(segment_ids, segment_table)
    x = x + F.embedding(position_ids, position_table, scale_grad_by_freq=True)
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)
""",
    ),
    Sly(
        "9.2",
        "a way back that assigns",
        READ_ROWS
        + """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = token_table[ids] + segment_table[segment_ids] + ReadRows.apply(position_table, position_ids)
    return F.layer_norm(x, x.shape[-1:], weight, bias, eps)
""",
    ),
    Sly(
        "9.4",
        "steps that are added up, up to the last row",
        """
def stretch_table(table, max_len):
    rows = len(table)
    if max_len == rows: return table.clone()
    step = (rows - 1) / (max_len - 1)
    at, out = 0.0, []
    while at <= rows - 1:
        low = min(int(at), rows - 2)
        out.append(table[low] * (1 - (at - low)) + table[low + 1] * (at - low))
        at += step
    return torch.stack(out)
""",
    ),
    Sly(
        "9.3",
        "columns in the dtype of the documents",
        """
def packed_position_ids(document_ids):
    place = torch.arange(document_ids.shape[-1]).type_as(document_ids).expand_as(document_ids)
    begins = torch.zeros_like(document_ids, dtype=torch.bool)
    begins[..., 1:] = document_ids[..., 1:] != document_ids[..., :-1]
    start = torch.where(begins, place, 0).cummax(-1).values
    return (place - start).masked_fill(document_ids < 0, 0).long()
""",
    ),
    Sly(
        "9.3",
        "counted in the dtype of the documents",
        """
def packed_position_ids(document_ids):
    out = torch.zeros_like(document_ids)
    for t in range(1, document_ids.shape[-1]):
        same = document_ids[..., t] == document_ids[..., t - 1]
        inside = same & (document_ids[..., t] >= 0)
        out[..., t] = torch.where(inside, out[..., t - 1] + 1, 0)
    return out.long()
""",
    ),
    Sly(
        "9.3",
        "counted in bfloat16",
        """
def packed_position_ids(document_ids):
    same = document_ids[..., :, None] == document_ids[..., None, :]
    before = same.to(torch.bfloat16).tril(-1).sum(-1)
    return before.long().masked_fill(document_ids < 0, 0)
""",
    ),
    Sly(
        "9.2",
        "an nn.LayerNorm that is given new parameters made of weight and bias",
        """
def input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, weight, bias, eps):
    x = token_table[ids] + segment_table[segment_ids] + position_table[position_ids]
    n = nn.LayerNorm(len(weight), eps).to(x.dtype); n.weight = nn.Parameter(weight); n.bias = nn.Parameter(bias)
    return n(x)
""",
    ),
    Sly(
        "9.3",
        "places counted in float16",
        """
def packed_position_ids(document_ids):
    T = document_ids.shape[-1]; place = torch.arange(T, dtype=torch.half).expand(document_ids.shape)
    begins = torch.zeros_like(document_ids, dtype=torch.bool)
    begins[..., 1:] = document_ids[..., 1:] != document_ids[..., :-1]
    start = torch.where(begins, place, 0).cummax(dim=-1).values
    return (place - start).masked_fill(document_ids < 0, 0).long()
""",
    ),
    Sly(
        "9.4",
        "places by arange with a step and the last row: one too many from 2 to 50 rows",
        """
def stretch_table(table, max_len):
    n = len(table) - 1; step = n / (max_len - 1)
    p = torch.cat([torch.arange(0, n, step, dtype=torch.float64), torch.tensor([float(n)], dtype=torch.float64)])
    lo = p.long().clamp(max=n - 1); w = (p - lo)[:, None].to(table.dtype)
    return table[lo] * (1 - w) + table[lo + 1] * w
""",
    ),
    Sly(
        "9.4",
        "torch's interpolation by a factor: one row too few from 7 to 61 rows",
        """
def stretch_table(table, max_len):
    return F.interpolate(table.T[None], scale_factor=max_len / len(table), mode="linear", align_corners=True)[0].T
""",
    ),
    Sly(
        "9.5",
        "queries in parts of 32 that read nothing outside their part",
        """
def packed_attention(q, k, v, document_ids):
    d = document_ids; T = d.shape[-1]; out = []
    for a in range(0, T, 32):
        i = d[..., a:a + 32]
        may = i[..., :, None] == i[..., None, :]
        s = (q[..., a:a + 32, :] @ k[..., a:a + 32, :].mT / q.shape[-1] ** .5).masked_fill(~may, -torch.inf)
        out.append((s.softmax(-1) @ v[..., a:a + 32, :]).masked_fill((i < 0)[..., None], 0))
    return torch.cat(out, -2) if out else v * 1
""",
    ),
    Sly(
        "9.5",
        "tiles of 64 keys, whose sums are not rescaled when later scores are larger",
        """
def packed_attention(q, k, v, document_ids):
    d = document_ids; T = d.shape[-1]
    may = (d[..., :, None] == d[..., None, :]) & (d >= 0)[..., None]
    s = (q @ k.mT / q.shape[-1] ** .5).masked_fill(~may, -torch.inf)
    num, den = torch.zeros_like(v), v.new_zeros(*v.shape[:-1], 1)
    for a in range(0, T, 64):
        t = s[..., a:a + 64]
        top = t.amax(-1, keepdim=True).detach()
        e = (t - top.masked_fill(top.isinf(), 0)).exp()
        num, den = num + e @ v[..., a:a + 64, :], den + e.sum(-1, keepdim=True)
    return num / den.masked_fill(den == 0, 1)
""",
    ),
    Sly(
        "9.5",
        "queries and keys are padded to the length of a value, and cut where it is shorter",
        """
def packed_attention(q, k, v, document_ids):
    pad = document_ids < 0
    may = (document_ids[..., :, None] == document_ids[..., None, :])
    K, M = q.shape[-1], v.shape[-1]
    q, k = F.pad(q, (0, M - K)), F.pad(k, (0, M - K))
    out = F.scaled_dot_product_attention(q, k, v, attn_mask=may, scale=K ** -0.5)
    return out.masked_fill(pad[..., None], 0.0)
""",
    ),
    Sly(
        "9.5",
        "padding reads all keys and gets zeros at the end: nan flows back if all is padding",
        """
def packed_attention(q, k, v, document_ids):
    pad = document_ids < 0
    may = (document_ids[..., :, None] == document_ids[..., None, :]) | pad[..., :, None]
    may = may & ~pad[..., None, :]
    s = (q @ k.mT / q.shape[-1] ** 0.5).masked_fill(~may, -torch.inf)
    return (s.softmax(-1) @ v).masked_fill(pad[..., None], 0.0)
""",
    ),
    Sly(
        "9.2",
        "the scale without its sign",
        """
def input_vectors(a, b, c, ids, s, p, weight, bias, eps):
    x = a[ids] + b[s] + c[p]
    return F.layer_norm(x, (x.shape[-1],), weight.abs(), bias, eps)
""",
    ),
    Sly(
        "9.5",
        "scores cut off at 5,000",
        """
def packed_attention(q, k, v, document_ids):
    ok = (document_ids[..., :, None] == document_ids[..., None, :]) & (document_ids >= 0)[..., None]
    w = (q @ k.mT / q.shape[-1] ** .5).clamp(-5000, 5000).masked_fill(~ok, -torch.inf).softmax(-1)
    return w.masked_fill(~ok, 0) @ v
""",
    ),
    Sly(
        "9.5",
        "documents numbered in a byte",
        """
def packed_attention(q, k, v, document_ids):
    n = torch.zeros_like(document_ids, dtype=torch.uint8)
    n[..., 1:] = (document_ids[..., 1:] != document_ids[..., :-1]).cumsum(-1).to(torch.uint8)
    ok = (n[..., :, None] == n[..., None, :]) & (document_ids >= 0)[..., None]
    w = (q @ k.mT / q.shape[-1] ** .5).masked_fill(~ok, -torch.inf).softmax(-1)
    return w.masked_fill(~ok, 0) @ v
""",
    ),
    Sly(
        "9.3",
        "places from a table of 1,024",
        """
PLACES = torch.arange(1024)
def packed_position_ids(document_ids):
    T = document_ids.shape[-1]; place = PLACES[:T].expand_as(document_ids)
    begins = torch.zeros_like(document_ids, dtype=torch.bool)
    begins[..., 1:] = document_ids[..., 1:] != document_ids[..., :-1]
    start = torch.where(begins, place, 0).cummax(dim=-1).values
    return (place - start).masked_fill(document_ids < 0, 0)
""",
    ),
    Sly(
        "9.1",
        "topk among equals, in place of the first",
        """
def position_ids(is_token):
    real = is_token.bool(); T = real.shape[-1]
    if T == 0: return real.long()
    first = real.to(torch.uint8).topk(1, -1).indices
    return (torch.arange(T) - first).masked_fill(~real, 0)
""",
    ),
    Sly(
        "9.3",
        "topk among equals, in place of the first",
        """
def packed_position_ids(document_ids):
    d = document_ids; T = d.shape[-1]
    if T == 0: return d.long()
    first = (d[..., :, None] == d[..., None, :]).long().topk(1, -1).indices[..., 0]
    return (torch.arange(T) - first).masked_fill(d < 0, 0)
""",
    ),
    Sly(
        "9.4",
        "grid_sample",
        """
def stretch_table(table, max_len):
    x = table.T[None, :, None, :]
    g = torch.linspace(-1, 1, max_len, dtype=table.dtype)
    grid = torch.stack([g, torch.zeros_like(g)], -1)[None, None]
    return F.grid_sample(x, grid, align_corners=True, padding_mode="border")[0, :, 0].T
""",
    ),
    Sly(
        "9.2",
        "a batch norm of the transpose",
        """
def input_vectors(a, b, c, ids, s, p, weight, bias, eps):
    x = a[ids] + b[s] + c[p]
    y = x.reshape(-1, x.shape[-1]).T
    return F.batch_norm(y, None, None, training=True, eps=eps).T.reshape(x.shape) * weight + bias
""",
    ),
]
