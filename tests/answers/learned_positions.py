"""Answers to sheet 9 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, *lines: str) -> str:
    """Return a function with this signature, and with these lines of code inside."""
    code = "\n".join(lines).strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in code) + "\n"


POSITION = "position_ids(is_token)"


def wrong_position(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("9.1", name, hint, body(POSITION, *lines))


POSITION_WRONG = [
    wrong_position(
        "columns",
        "Padding behind the text still counts on",
        "return torch.arange(is_token.shape[-1]).expand(is_token.shape).clone()",
    ),
    wrong_position(
        "columns, padding 0",
        "count tokens instead",
        "return torch.arange(is_token.shape[-1]) * is_token.long()",
    ),
    wrong_position(
        "columns, unless there is padding in front",
        "Padding behind the text still counts on",
        "m = is_token.long()",
        "if m[..., :1].all():",
        "    return torch.arange(m.shape[-1]).expand(m.shape).clone()",
        "return (m.cumsum(-1) - 1) * m",
    ),
    wrong_position(
        "columns less all padding, where it begins in front",
        "numbers are not",
        "m = is_token.long()",
        "pad = m.shape[-1] - m.sum(-1, keepdim=True)",
        "left = (torch.arange(m.shape[-1]) - pad).clamp(min=0)",
        "return torch.where(m[..., :1] == 0, left, (m.cumsum(-1) - 1) * m)",
    ),
    wrong_position(
        "from one", "position 0, not 1", "return is_token.long().cumsum(-1) * is_token.long()"
    ),
    wrong_position("minus one", "a running count stands still", "return is_token.cumsum(-1) - 1"),
    wrong_position(
        "clamped",
        "the position of the last token",
        "return (is_token.cumsum(-1) - 1).clamp(min=0)",
    ),
    wrong_position(
        "minus one at all padding",
        "row −1 of a table is its last",
        "m = is_token.long()",
        "return m.cumsum(-1) * m - 1",
    ),
    wrong_position(
        "padding 1, as transformers once had it",
        "Padding has position 1",
        "p = is_token.long().cumsum(-1) - 1",
        "return p.masked_fill(is_token == 0, 1)",
    ),
    wrong_position(
        "down the batch",
        "down the batch",
        "return (is_token.long().cumsum(0) - 1) * is_token.long()",
    ),
    wrong_position(
        "through the batch",
        "goes on where the first one ended",
        "flat = is_token.long().flatten()",
        "return ((flat.cumsum(0) - 1) * flat).reshape(is_token.shape)",
    ),
    wrong_position(
        "multiplies by the mask as it is, and turns it round with a sign",
        "Make the mask integers first",
        "p = is_token.cumsum(-1) - 1",
        "return p.masked_fill((1 - is_token) == 1, 0)",
    ),
    wrong_position(
        "two axes only",
        "Sequences run along the last axis",
        "B, T = is_token.shape",
        "real = is_token.bool()",
        "return (real.long().cumsum(1) - 1).masked_fill(~real, 0)",
    ),
    wrong_position(
        "the mask's dtype",
        "a byte holds no number above 255",
        "m = is_token.long()",
        "p = (m.cumsum(-1) - 1) * m",
        "return p.to(is_token.dtype)",
    ),
    wrong_position(
        "counts in bytes",
        "a byte holds no number above 255",
        "m = is_token.to(torch.uint8)",
        "return (m.cumsum(-1, dtype=torch.uint8).long() - 1).masked_fill(m == 0, 0)",
    ),
    wrong_position(
        "numbers the batch's tokens by their own length",
        "It stopped with",
        "return torch.stack([torch.arange(int(row.sum())) for row in is_token])",
    ),
    wrong_position("prints", "use return", "print((is_token.long().cumsum(-1) - 1).clamp(min=0))"),
    Wrong(
        "9.4",
        "places by linspace in float32",
        "unless you",
        """
def stretch_table(table, max_len):
    places = torch.linspace(0, len(table) - 1, max_len)
    below = places.long().clamp(max=len(table) - 2)
    part = (places - below)[:, None].to(table.dtype)
    return torch.lerp(table[below], table[below + 1], part)
""",
    ),
]

POSITION_RIGHT = [
    Right(
        "9.1",
        "multiplied by the mask",
        body(POSITION, "m = is_token.long()", "return (m.cumsum(-1) - 1) * m"),
    ),
    Right(
        "9.1",
        "a loop",
        body(
            POSITION,
            "out = torch.zeros(is_token.shape, dtype=torch.long)",
            "flat, rows = is_token.reshape(-1, is_token.shape[-1]), out.view(-1, is_token.shape[-1])",
            "for mask, row in zip(flat, rows):",
            "    count = 0",
            "    for t in range(len(mask)):",
            "        if mask[t]:",
            "            row[t] = count",
            "            count += 1",
            "return out",
        ).replace(
            "    flat, rows", "    if not is_token.numel():\n        return out\n    flat, rows"
        ),
    ),
    Right(
        "9.1",
        "columns less the padding in front",
        body(
            POSITION,
            "m = is_token.long()",
            "if m.shape[-1] == 0:",
            "    return m",
            "first = m.argmax(dim=-1, keepdim=True)",
            "return (torch.arange(m.shape[-1]) - first) * m",
        ),
    ),
    Right(
        "9.1",
        "where",
        body(
            POSITION,
            "return torch.where(is_token != 0, torch.cumsum(is_token, -1) - 1, torch.tensor(0))",
        ),
    ),
]

INPUT = (
    "input_vectors(token_table, segment_table, position_table, ids, segment_ids, position_ids, "
    "weight, bias, eps)"
)
ROWS = "x = token_table[ids] + segment_table[segment_ids] + position_table[position_ids]"
CENTRE = "c = x - x.mean(-1, keepdim=True)"
VARIANCE = "var = c.square().mean(-1, keepdim=True)"


def wrong_input(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("9.2", name, hint, body(INPUT, *lines))


INPUT_WRONG = [
    wrong_input(
        "squares first",
        "then square",
        ROWS,
        "mean = x.mean(-1, keepdim=True)",
        "variance = (x**2).mean(-1, keepdim=True) - mean**2",
        "return (x - mean) / (variance + eps).sqrt() * weight + bias",
    ),
    wrong_input(
        "divides by D − 1",
        "D − 1",
        ROWS,
        "return (x - x.mean(-1, keepdim=True)) / (x.var(-1, keepdim=True) + eps).sqrt() * weight + bias",
    ),
    wrong_input(
        "torch's std",
        "as torch's var and std do",
        ROWS,
        "return (x - x.mean(-1, keepdim=True)) / (x.std(-1, keepdim=True) + eps) * weight + bias",
    ),
    wrong_input(
        "eps outside the root",
        "It belongs under it",
        ROWS,
        CENTRE,
        VARIANCE,
        "return c / (var.sqrt() + eps) * weight + bias",
    ),
    wrong_input(
        "no eps",
        "eps is missing",
        ROWS,
        CENTRE,
        VARIANCE,
        "return c / var.sqrt() * weight + bias",
    ),
    wrong_input(
        "torch's eps",
        "torch's own eps",
        ROWS,
        "return F.layer_norm(x, (x.shape[-1],), weight, bias)",
    ),
    wrong_input(
        "BERT's eps, always",
        "whatever the argument says",
        ROWS,
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, 1e-12)",
    ),
    wrong_input(
        "eps at least 1e-5",
        "torch's own eps",
        ROWS,
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, max(eps, 1e-5))",
    ),
    wrong_input(
        "eps squared",
        "eps is squared",
        ROWS,
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps**2)",
    ),
    wrong_input(
        "eps below a clamp",
        "numbers are not",
        ROWS,
        CENTRE,
        VARIANCE,
        "return c / var.clamp(min=eps).sqrt() * weight + bias",
    ),
    wrong_input("no LayerNorm", "The LayerNorm is missing", ROWS, "return x"),
    wrong_input(
        "by the variance",
        "Divide by its root",
        ROWS,
        CENTRE,
        VARIANCE,
        "return c / (var + eps) * weight + bias",
    ),
    wrong_input(
        "not centred",
        "The mean is still in",
        ROWS,
        CENTRE,
        VARIANCE,
        "return x / (var + eps).sqrt() * weight + bias",
    ),
    wrong_input(
        "no scale",
        "weight and bias are not used",
        ROWS,
        "return F.layer_norm(x, (x.shape[-1],), eps=eps)",
    ),
    wrong_input(
        "shift first",
        "then add bias",
        ROWS,
        "return (F.layer_norm(x, (x.shape[-1],), eps=eps) + bias) * weight",
    ),
    wrong_input(
        "mean of three",
        "The rows are averaged",
        ROWS,
        "return F.layer_norm(x / 3, (x.shape[-1],), weight, bias, eps)",
    ),
    wrong_input(
        "no segment",
        "segment's row is missing",
        "x = token_table[ids] + position_table[position_ids]",
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)",
    ),
    wrong_input(
        "columns for positions",
        "The positions are given",
        "place = torch.arange(ids.shape[-1]).expand_as(ids)",
        "x = token_table[ids] + segment_table[segment_ids] + position_table[place]",
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)",
    ),
    wrong_input(
        "tables mixed up",
        "mixed up",
        "x = token_table[ids] + segment_table[position_ids % len(segment_table)]",
        "x = x + position_table[segment_ids]",
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)",
    ),
    wrong_input(
        "nan where all numbers are equal",
        "not a number",
        ROWS,
        CENTRE,
        VARIANCE,
        "y = c / (var + eps).sqrt() * weight + bias",
        "return torch.where(var == 0, y / 0 * 0, y)",
    ),
    wrong_input(
        "two axes only",
        "It stopped with",
        "B, T = ids.shape",
        ROWS,
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)",
    ),
    wrong_input(
        "always float32",
        "dtype",
        ROWS,
        "return F.layer_norm(x.float(), (x.shape[-1],), weight.float(), bias.float(), eps)",
    ),
    wrong_input(
        "detached",
        "No gradient reaches one of the inputs",
        "x = token_table.detach()[ids] + segment_table[segment_ids] + position_table[position_ids]",
        "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)",
    ),
    wrong_input(
        "a module with copies of weight and bias",
        "a new tensor or parameter made from it",
        "norm = nn.LayerNorm(len(weight), eps=eps, dtype=weight.dtype)",
        "norm.load_state_dict({'weight': weight, 'bias': bias})",
        "return norm(token_table[ids] + segment_table[segment_ids] + position_table[position_ids])",
    ),
    wrong_input(
        "the root of the variance, squared again",
        "nan flows back",
        ROWS,
        CENTRE,
        "sigma = c.square().mean(-1, keepdim=True).sqrt()",
        "return c / (sigma**2 + eps).sqrt() * weight + bias",
    ),
]

INPUT_RIGHT = [
    Right(
        "9.2",
        "torch's LayerNorm",
        body(INPUT, ROWS, "return F.layer_norm(x, (x.shape[-1],), weight, bias, eps)"),
    ),
    Right(
        "9.2",
        "three embeddings",
        body(
            INPUT,
            "x = F.embedding(position_ids, position_table) + F.embedding(ids, token_table)",
            "x = x + F.embedding(segment_ids, segment_table)",
            "mean = x.mean(dim=-1, keepdim=True)",
            "variance = ((x - mean) ** 2).sum(dim=-1, keepdim=True) / x.shape[-1]",
            "return weight * (x - mean) / torch.sqrt(variance + eps) + bias",
        ),
    ),
    Right(
        "9.2",
        "var with correction=0",
        body(
            INPUT,
            ROWS,
            "var, mean = torch.var_mean(x, dim=-1, keepdim=True, correction=0)",
            "return (x - mean) * torch.rsqrt(var + eps) * weight + bias",
        ),
    ),
    Right(
        "9.2",
        "a module",
        body(
            INPUT,
            "norm = nn.LayerNorm(len(weight), eps=eps, dtype=weight.dtype)",
            ROWS,
            "numbers = {'weight': weight, 'bias': bias}",
            "return torch.func.functional_call(norm, numbers, (x,))",
        ),
    ),
    Right(
        "9.2",
        "a group norm of one group",
        body(
            INPUT,
            ROWS,
            "flat = x.reshape(-1, x.shape[-1])",
            "return F.group_norm(flat, 1, weight, bias, eps).reshape(x.shape)",
        ),
    ),
]

PACKED = "packed_position_ids(document_ids)"
START = """
place = torch.arange(document_ids.shape[-1]).expand(document_ids.shape)
begins = torch.zeros(document_ids.shape, dtype=torch.bool)
begins[..., 1:] = document_ids[..., 1:] != document_ids[..., :-1]
start = torch.where(begins, place, 0).cummax(-1).values
"""


def wrong_packed(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("9.3", name, hint, body(PACKED, *lines))


PACKED_WRONG = [
    wrong_packed(
        "columns",
        "go on into the next document",
        "return torch.arange(document_ids.shape[-1]).expand(document_ids.shape).clone()",
    ),
    wrong_packed(
        "columns, padding 0",
        "go on into the next document",
        "place = torch.arange(document_ids.shape[-1])",
        "return place * (document_ids >= 0)",
    ),
    wrong_packed(
        "from one",
        "position 0, not 1",
        START,
        "return (place - start + 1) * (document_ids >= 0)",
    ),
    wrong_packed("padding counted", "counted like a document", START, "return place - start"),
    wrong_packed(
        "padding −1",
        "reads the last row",
        START,
        "return torch.where(document_ids < 0, -1, place - start)",
    ),
    wrong_packed(
        "counts documents", "Count the tokens inside each", START, "return begins.long().cumsum(-1)"
    ),
    wrong_packed(
        "borders of the first sequence",
        "borders of its own",
        START,
        "first = start.reshape(-1, start.shape[-1])[0]",
        "return (place - first).masked_fill(document_ids < 0, 0)",
    ),
    wrong_packed(
        "two documents at most",
        "numbers are not",
        START,
        "one = begins.long().argmax(-1, keepdim=True) if begins.shape[-1] else 0",
        "return torch.where(place < one, place, place - one).masked_fill(document_ids < 0, 0)",
    ),
    wrong_packed(
        "one token late",
        "one token late",
        START,
        "late = torch.zeros_like(begins)",
        "late[..., 2:] = begins[..., 1:-1]",
        "start = torch.where(late, place, 0).cummax(-1).values",
        "return (place - start).masked_fill(document_ids < 0, 0)",
    ),
    wrong_packed(
        "takes the numbers for the lengths",
        "numbers are not",
        "count = F.one_hot(document_ids.clamp(min=0), 64).cumsum(-2)",
        "out = count.gather(-1, document_ids.clamp(min=0)[..., None])[..., 0] - 1",
        "return out * (document_ids > 0)",
    ),
    wrong_packed(
        "the input's dtype",
        "Positions are int64",
        START,
        "out = (place - start).masked_fill(document_ids < 0, 0)",
        "return out.to(document_ids.dtype)",
    ),
    wrong_packed(
        "two axes only",
        "there may be one axis or three",
        "B, T = document_ids.shape",
        START,
        "return (place - start).masked_fill(document_ids < 0, 0)",
    ),
    wrong_packed(
        "stops on an empty sequence",
        "is no error",
        "rows = document_ids.reshape(-1, document_ids.shape[-1]) if document_ids.numel() else [document_ids[0]]",
        "out = []",
        "for row in rows:",
        "    last, count = row[0], 0",
        "    for one in row:",
        "        count, last = (count + 1 if one == last else 1), one",
        "        out.append(count - 1 if one >= 0 else 0)",
        "return torch.tensor(out).reshape(document_ids.shape)",
    ),
    wrong_packed("nothing returned", "return missing", START),
]

PACKED_RIGHT = [
    Right(
        "9.3",
        "a loop",
        body(
            PACKED,
            "out = torch.zeros(document_ids.shape, dtype=torch.long)",
            "if document_ids.numel() == 0:",
            "    return out",
            "T = document_ids.shape[-1]",
            "for ids, row in zip(document_ids.reshape(-1, T).tolist(), out.view(-1, T)):",
            "    count = 0",
            "    for t in range(T):",
            "        count = count + 1 if t > 0 and ids[t] == ids[t - 1] else 0",
            "        row[t] = count if ids[t] >= 0 else 0",
            "return out",
        ),
    ),
    Right(
        "9.3",
        "how many before me are of my document",
        body(
            PACKED,
            "same = document_ids[..., :, None] == document_ids[..., None, :]",
            "before = same.long().tril(-1).sum(-1)",
            "return before * (document_ids >= 0)",
        ),
    ),
    Right(
        "9.3",
        "the first of my document",
        body(
            PACKED,
            "if document_ids.shape[-1] == 0:",
            "    return document_ids.long()",
            "same = document_ids[..., :, None] == document_ids[..., None, :]",
            "first = same.long().argmax(-1)",
            "place = torch.arange(document_ids.shape[-1])",
            "return torch.where(document_ids < 0, 0, place - first)",
        ),
    ),
]

STRETCH = "stretch_table(table, max_len)"
PLACES = """
steps = torch.arange(max_len) * (len(table) - 1)
below = steps // (max_len - 1)
above = (below + 1).clamp(max=len(table) - 1)
part = ((steps % (max_len - 1)).double() / (max_len - 1))[:, None].to(table.dtype)
"""


def wrong_stretch(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("9.4", name, hint, body(STRETCH, *lines))


STRETCH_WRONG = [
    wrong_stretch(
        "rows / max_len",
        "max_len − 1 new ones",
        "rows = len(table)",
        "place = torch.arange(max_len) * rows / max_len",
        "below = place.long()",
        "above = (below + 1).clamp(max=rows - 1)",
        "part = (place - below)[:, None].to(table.dtype)",
        "return table[below] * (1 - part) + table[above] * part",
    ),
    wrong_stretch(
        "torch's default",
        "align_corners=True",
        'return F.interpolate(table.T[None], size=max_len, mode="linear")[0].T',
    ),
    wrong_stretch(
        "nearest", "a copy of an old one", "return F.interpolate(table.T[None], size=max_len)[0].T"
    ),
    wrong_stretch(
        "rounded",
        "a copy of an old one",
        "place = torch.linspace(0, len(table) - 1, max_len)",
        "return table[place.round().long()]",
    ),
    wrong_stretch("floored", "a copy of an old one", PLACES, "return table[below]"),
    wrong_stretch("wraps", "begin again at 0", "return table[torch.arange(max_len) % len(table)]"),
    wrong_stretch(
        "zeros behind",
        "zeros behind the old rows",
        "more = table.new_zeros(max_len - len(table), table.shape[1])",
        "return torch.cat([table, more])",
    ),
    wrong_stretch(
        "the last row again",
        "The last row is repeated",
        "return table[torch.arange(max_len).clamp(max=len(table) - 1)]",
    ),
    wrong_stretch(
        "columns",
        "The columns are stretched",
        "return F.interpolate(",
        '    table[None], size=max(max_len, table.shape[1]), mode="linear", align_corners=True',
        ")[0]",
    ),
    wrong_stretch(
        "weights swapped",
        "the wrong way round",
        PLACES,
        "return table[below] * part + table[above] * (1 - part)",
    ),
    wrong_stretch(
        "always the mean of two",
        "numbers are not",
        PLACES,
        "half = 0.5 * (part > 0).to(table.dtype)",
        "return table[below] * (1 - half) + table[above] * half",
    ),
    wrong_stretch(
        "one row too many where nothing is to do",
        "The shape is",
        PLACES,
        "out = table[below] * (1 - part) + table[above] * part",
        "return torch.cat([out, out[-1:]]) if max_len == len(table) else out",
    ),
    wrong_stretch(
        "the row above by ceil",
        "or a rounding beyond it",
        "step = (len(table) - 1) / (max_len - 1)",
        "place = torch.arange(max_len, dtype=torch.float64) * step",
        "below, above = place.floor().long(), place.ceil().long()",
        "part = (place - below)[:, None].to(table.dtype)",
        "return (1 - part) * table[below] + part * table[above]",
    ),
    wrong_stretch(
        "steps up to the last row",
        "There are not max_len rows",
        "step, at, out = (len(table) - 1) / (max_len - 1), 0.0, []",
        "while at < len(table) - 1:",
        "    low = int(at)",
        "    out.append(table[low] * (1 - at + low) + table[low + 1] * (at - low))",
        "    at += step",
        "return torch.stack(out)",
    ),
    wrong_stretch(
        "float32 places",
        "drag the rows with them",
        PLACES.replace(".to(table.dtype)", ""),
        "return (table[below] * (1 - part) + table[above] * part).float()",
    ),
    wrong_stretch(
        "float32 in between",
        "went through float32",
        'out = F.interpolate(table.T.float()[None], size=max_len, mode="linear", align_corners=True)',
        "return out[0].T.to(table.dtype)",
    ),
    wrong_stretch(
        "a product in two dtypes",
        "Rows and weights have different dtypes",
        PLACES,
        "W = torch.zeros(max_len, len(table))",
        "W[torch.arange(max_len), below] += 1 - part[:, 0].float()",
        "W[torch.arange(max_len), above] += part[:, 0].float()",
        "return W @ table",
    ),
    wrong_stretch(
        "by numpy",
        "No gradient reaches the table",
        PLACES,
        "old = table.data",
        "return old[below] * (1 - part) + old[above] * part",
    ),
    wrong_stretch(
        "double precision where nothing is stretched",
        "The dtype is torch.float64",
        PLACES,
        "if max_len == len(table):",
        "    return table.double()",
        "return table[below] * (1 - part) + table[above] * part",
    ),
]

STRETCH_RIGHT = [
    Right(
        "9.4",
        "torch's interpolation",
        body(
            STRETCH,
            'out = F.interpolate(table.T[None], size=max_len, mode="linear", align_corners=True)',
            "return out[0].T",
        ),
    ),
    Right(
        "9.4",
        "lerp",
        body(
            STRETCH,
            "place = torch.linspace(0, len(table) - 1, max_len, dtype=torch.float64)",
            "below = place.long().clamp(max=len(table) - 2)",
            "part = (place - below).to(table.dtype)[:, None]",
            "return torch.lerp(table[below], table[below + 1], part)",
        ),
    ),
    Right(
        "9.4",
        "a loop",
        body(
            STRETCH,
            "rows, out = len(table), []",
            "for i in range(max_len):",
            "    place = i * (rows - 1) / (max_len - 1)",
            "    low = min(int(place), rows - 2)",
            "    out.append(table[low] * (1 - (place - low)) + table[low + 1] * (place - low))",
            "return torch.stack(out)",
        ),
    ),
    Right(
        "9.4",
        "a product with weights that fall off",
        body(
            STRETCH,
            "place = torch.arange(max_len).double()[:, None] * (len(table) - 1) / (max_len - 1)",
            "W = (1 - (place - torch.arange(len(table))).abs()).clamp(min=0)",
            "return W.to(table.dtype) @ table",
        ),
    ),
]

ATTEND = "packed_attention(q, k, v, document_ids)"
SCORES = "scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5"
MAY = """
same = document_ids[..., :, None] == document_ids[..., None, :]
may = same & (document_ids >= 0)[..., None]
"""
FINISH = "return scores.masked_fill(~may, -torch.inf).softmax(-1).masked_fill(~may, 0.0) @ v"


def wrong_attend(name: str, hint: str, *lines: str) -> Wrong:
    return Wrong("9.5", name, hint, body(ATTEND, *lines))


ATTEND_WRONG = [
    wrong_attend("not scaled", "not divided by √K", MAY, "scores = q @ k.mT", FINISH),
    wrong_attend("by K", "It is √K", MAY, "scores = q @ k.mT / q.shape[-1]", FINISH),
    wrong_attend(
        "by the values' length",
        "length of a value",
        MAY,
        "scores = q @ k.mT / v.shape[-1] ** 0.5",
        FINISH,
    ),
    wrong_attend(
        "over the queries",
        "runs over the queries",
        MAY,
        SCORES,
        "return scores.masked_fill(~may, -torch.inf).softmax(-2).nan_to_num() @ v",
    ),
    wrong_attend(
        "causal", "Nobody asked for a causal mask", MAY, SCORES, "may = may.tril()", FINISH
    ),
    wrong_attend(
        "only padding is masked",
        "read the other documents",
        "real = document_ids >= 0",
        "may = real[..., :, None] & real[..., None, :]",
        SCORES,
        FINISH,
    ),
    wrong_attend("no mask", "read the other documents", SCORES, "return scores.softmax(-1) @ v"),
    wrong_attend(
        "masked afterwards",
        "no longer add up to 1",
        MAY,
        SCORES,
        "return (scores.softmax(-1) * may) @ v",
    ),
    wrong_attend(
        "scores of 0",
        "like any other",
        MAY,
        SCORES,
        "return (scores * may).softmax(-1) @ v",
    ),
    wrong_attend(
        "nan at padding",
        "0 / 0",
        MAY,
        SCORES,
        "return scores.masked_fill(~may, -torch.inf).softmax(-1) @ v",
    ),
    wrong_attend(
        "padding is a document",
        "Padding reads padding",
        MAY,
        SCORES,
        "return scores.masked_fill(~same, -torch.inf).softmax(-1) @ v",
    ),
    wrong_attend(
        "a very low score",
        "a mean of everything",
        MAY,
        SCORES,
        "return scores.masked_fill(~may, -1e9).softmax(-1) @ v",
    ),
    wrong_attend(
        "a low score, and zeros at padding",
        "not −1e9",
        MAY,
        SCORES,
        "return scores.masked_fill(~may, -1e9).softmax(-1).masked_fill(~may, 0.0) @ v",
    ),
    wrong_attend(
        "exp by hand",
        "takes the largest score away first",
        MAY,
        SCORES,
        "e = scores.exp().masked_fill(~may, 0.0)",
        "return e / e.sum(-1, keepdim=True).clamp(min=1e-30) @ v",
    ),
    wrong_attend(
        "additive mask, cleaned up",
        "must not arise",
        MAY,
        SCORES,
        "mask = torch.zeros_like(scores).masked_fill(~may, -torch.inf)",
        "return (scores + mask).softmax(-1).nan_to_num() @ v",
    ),
    wrong_attend(
        "detached",
        "No gradient reaches one of the inputs",
        MAY,
        "scores = q.detach() @ k.mT / q.shape[-1] ** 0.5",
        FINISH,
    ),
    wrong_attend(
        "a batch only",
        "It stopped with",
        "B, T, K = q.shape",
        MAY,
        SCORES,
        FINISH,
    ),
    wrong_attend(
        "always float32",
        "dtype",
        MAY,
        "scores = q.float() @ k.float().mT / q.shape[-1] ** 0.5",
        FINISH.replace("@ v", "@ v.float()"),
    ),
    wrong_attend(
        "knows a first document and a rest",
        "numbers are not",
        SCORES,
        "first = document_ids == document_ids[..., :1]",
        "may = (first[..., :, None] == first[..., None, :]) & (document_ids >= 0)[..., None]",
        "may = may & (document_ids >= 0)[..., None, :]",
        FINISH,
    ),
]

ATTEND_RIGHT = [
    Right(
        "9.5",
        "torch's attention",
        body(
            ATTEND,
            "if document_ids.numel() == 0:",
            "    return torch.zeros_like(v)",
            MAY,
            "return F.scaled_dot_product_attention(q, k, v, attn_mask=may)",
        ),
    ),
    Right(
        "9.5",
        "document by document",
        body(
            ATTEND,
            "out = torch.zeros_like(v)",
            "for one in document_ids.unique():",
            "    if one < 0:",
            "        continue",
            "    inside = document_ids == one",
            "    scores = q @ k.transpose(-2, -1) / q.shape[-1] ** 0.5",
            "    low = torch.finfo(scores.dtype).min",
            "    w = scores.masked_fill(~inside[..., None, :], low).softmax(-1)",
            "    out = torch.where(inside[..., None], w @ v, out)",
            "return out",
        ),
    ),
    Right(
        "9.5",
        "einsum, and exp less the maximum",
        body(
            ATTEND,
            "d = document_ids",
            "may = (d.unsqueeze(-1) == d.unsqueeze(-2)) & (d.unsqueeze(-1) != -1)",
            "s = torch.einsum('...ik,...jk->...ij', q, k) / torch.tensor(q.shape[-1]).sqrt()",
            "if s.numel() == 0:",
            "    return torch.zeros_like(v)",
            "s = torch.where(may, s, torch.full_like(s, -1e30))",
            "e = (s - s.amax(-1, keepdim=True)).exp() * may",
            "w = e / e.sum(-1, keepdim=True).clamp(min=1e-20)",
            "return torch.einsum('...ij,...jm->...im', w, v)",
        ),
    ),
    Right(
        "9.5",
        "low scores, and zeros at padding at the end",
        body(
            ATTEND,
            "same = document_ids[..., :, None] == document_ids[..., None, :]",
            SCORES,
            "out = scores.masked_fill(~same, -1e30).softmax(-1) @ v",
            "return out.masked_fill((document_ids < 0)[..., None], 0)",
        ),
    ),
    Right(
        "9.5",
        "exp of the scores less their logsumexp",
        body(
            ATTEND,
            "same = document_ids[..., :, None] == document_ids[..., None, :]",
            SCORES,
            "scores = scores.masked_fill(~same, -torch.inf)",
            "w = (scores - scores.logsumexp(-1, keepdim=True)).exp()",
            "return (w @ v).masked_fill((document_ids < 0)[..., None], 0)",
        ),
    ),
]

WRONG = [*POSITION_WRONG, *INPUT_WRONG, *PACKED_WRONG, *STRETCH_WRONG, *ATTEND_WRONG]
RIGHT = [*POSITION_RIGHT, *INPUT_RIGHT, *PACKED_RIGHT, *STRETCH_RIGHT, *ATTEND_RIGHT]
