"""Answers to sheet 8 that learners give."""

from tests.answers import Right, Wrong


def body(signature: str, code: str) -> str:
    """Return a function with this signature, and with this code inside."""
    lines = code.strip("\n").splitlines()
    return f"def {signature}:\n" + "\n".join(f"    {line}" for line in lines) + "\n"


def wrong(task: str, signature: str, *answers: tuple[str, str, str]) -> list[Wrong]:
    return [Wrong(task, name, hint, body(signature, code)) for name, hint, code in answers]


def right(task: str, signature: str, *answers: tuple[str, str]) -> list[Right]:
    return [Right(task, name, body(signature, code)) for name, code in answers]


BYTES = "logits_bytes(hidden, table)"

BYTES_WRONG = wrong(
    "8.1",
    BYTES,
    (
        "a D too many",
        "a D too many",
        "return hidden.numel() * table.shape[0] * hidden.element_size()",
    ),
    ("the table", "size of the table", "return table.numel() * table.element_size()"),
    ("numbers, not bytes", "This counts numbers", "return hidden.shape[:-1].numel() * len(table)"),
    ("hidden's own size", "D does not count", "return hidden.nbytes"),
    (
        "two axes",
        "All axes but the last",
        "return hidden.shape[0] * hidden.shape[1] * len(table) * hidden.element_size()",
    ),
    (
        "first axis only",
        "Only the first axis",
        "return len(hidden) * len(table) * hidden.element_size()",
    ),
    (
        "always four bytes",
        "Not every number takes 4 bytes",
        "return 4 * hidden.shape[:-1].numel() * len(table)",
    ),
    (
        "wants a batch",
        "whatever it is",
        """
if hidden.ndim == 2:
    hidden = hidden[None]
B, T, D = hidden.shape
return B * T * len(table) * hidden.element_size()
""",
    ),
    (
        "views",
        "reshape takes any",
        """
flat = hidden.view(-1, hidden.shape[-1])
return len(flat) * len(table) * hidden.element_size()
""",
    ),
    (
        "megabytes",
        "type float",
        "return hidden.shape[:-1].numel() * len(table) * hidden.element_size() / 1e6",
    ),
    ("prints", "use return", "print((hidden @ table.T).nbytes)"),
)

BYTES_RIGHT = right(
    "8.1",
    BYTES,
    ("makes them", "return (hidden @ table.T).nbytes"),
    (
        "a product of the axes",
        """
import math
return math.prod(hidden.shape[:-1]) * table.shape[0] * hidden.dtype.itemsize
""",
    ),
    (
        "flattened",
        """
positions = len(hidden.reshape(-1, hidden.shape[-1]))
return positions * len(table) * table.element_size()
""",
    ),
    ("a division", "return hidden.nbytes // hidden.shape[-1] * len(table)"),
)

MERGE = "merge_logsumexp(max_a, sum_a, max_b, sum_b)"

MERGE_WRONG = wrong(
    "8.2",
    MERGE,
    (
        "through the logarithm",
        "lost digits",
        """
m = torch.maximum(max_a, max_b)
both = torch.logaddexp(max_a + sum_a.log(), max_b + sum_b.log())
return m, (both - m).exp().nan_to_num(0.0)
""",
    ),
    (
        "sums as they are",
        "added as they are",
        "return torch.maximum(max_a, max_b), sum_a + sum_b",
    ),
    (
        "the wrong sign",
        "wrong sign",
        """
m = torch.maximum(max_a, max_b)
return m, sum_a * (m - max_a).exp() + sum_b * (m - max_b).exp()
""",
    ),
    (
        "the second as it is",
        "Only the first part",
        """
m = torch.maximum(max_a, max_b)
return m, sum_a * (max_a - m).exp() + sum_b
""",
    ),
    (
        "the first as it is",
        "Only the second part",
        """
m = torch.maximum(max_a, max_b)
return m, sum_a + sum_b * (max_b - m).exp()
""",
    ),
    (
        "the first maximum",
        "maximum of the first part is kept",
        "return max_a, sum_a + sum_b * (max_b - max_a).exp()",
    ),
    (
        "exponentials of the logits themselves",
        "exp(logit − largest)",
        "return torch.maximum(max_a, max_b), sum_a * max_a.exp() + sum_b * max_b.exp()",
    ),
    (
        "python's max",
        "want a single truth",
        """
m = max(max_a, max_b)
return m, sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()
""",
    ),
    (
        "a stand-in in the result",
        "in the exponents only",
        """
m = torch.maximum(max_a, max_b).clamp(min=-1e30)
return m, sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()
""",
    ),
    (
        "one maximum for all",
        "One maximum is taken for all",
        """
m = torch.maximum(max_a, max_b).max()
return m.expand(max_a.shape), sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()
""",
    ),
    (
        "the larger part only",
        "larger maximum is kept",
        "return torch.maximum(max_a, max_b), torch.where(max_a > max_b, sum_a, sum_b)",
    ),
    (
        "the log-sum-exp",
        "second result is the log-sum-exp",
        """
m = torch.maximum(max_a, max_b)
return m, m + (sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()).log()
""",
    ),
    (
        "one result",
        "returns one tensor",
        """
m = torch.maximum(max_a, max_b)
return m + (sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()).log()
""",
    ),
    (
        "back to plain exponentials",
        "exp(500) is infinite",
        """
m = torch.maximum(max_a, max_b)
return m, (sum_a * max_a.exp() + sum_b * max_b.exp()) / m.exp().clamp(min=1e-30)
""",
    ),
    (
        "by the other difference",
        "exp of a large number",
        """
m = torch.maximum(max_a, max_b)
b_is_larger = max_b > max_a
a_to_b = sum_a / (max_b - max_a).exp() + sum_b
b_to_a = sum_a + sum_b * (max_b - max_a).exp()
return m, b_is_larger * a_to_b + ~b_is_larger * b_to_a
""",
    ),
    (
        "nothing minus nothing",
        "is not a number",
        """
m = torch.maximum(max_a, max_b)
return m, sum_a * (max_a - m).exp() + sum_b * (max_b - m).exp()
""",
    ),
    (
        "one position at a time, in float32",
        "dtype is torch.float32",
        """
m = torch.maximum(max_a, max_b)
r = m.clamp(min=-1e30)
return m.float(), (sum_a * (max_a - r).exp() + sum_b * (max_b - r).exp()).float()
""",
    ),
    (
        "in place",
        "changes its input",
        """
m = torch.maximum(max_a, max_b)
r = m.clamp(min=-1e30)
sum_a *= (max_a - r).exp()
return m, sum_a + sum_b * (max_b - r).exp()
""",
    ),
)

MERGE_RIGHT = right(
    "8.2",
    MERGE,
    (
        "nan for 0",
        """
m = torch.maximum(max_a, max_b)
a, b = ((old - m).nan_to_num(nan=0.0).exp() for old in (max_a, max_b))
return m, sum_a * a + sum_b * b
""",
    ),
    (
        "by cases",
        """
d = (max_b - max_a).nan_to_num(nan=0.0)
s = torch.where(d > 0, sum_a * (-d.abs()).exp() + sum_b, sum_a + sum_b * (-d.abs()).exp())
return torch.where(d > 0, max_b, max_a), s
""",
    ),
    (
        "number by number",
        """
import math
out = []
flat = [t.flatten().tolist() for t in (max_a, sum_a, max_b, sum_b)]
for a, s, b, t in zip(*flat):
    m = max(a, b)
    out.append((m, 0.0) if m == -math.inf else (m, s * math.exp(a - m) + t * math.exp(b - m)))
both = torch.tensor(out, dtype=max_a.dtype).reshape(-1, 2).T
return both[0].reshape(max_a.shape), both[1].reshape(max_a.shape)
""",
    ),
    (
        "clamped, stacked",
        """
maxima, sums = torch.stack([max_a, max_b]), torch.stack([sum_a, sum_b])
m = maxima.amax(dim=0)
return m, (sums * (maxima - m.clamp(min=-1e30)).exp()).sum(dim=0)
""",
    ),
)

BLOCKS = "blockwise_cross_entropy(hidden, table, targets, block_size)"
PICKED = "(hidden * table[targets]).sum(dim=1)"
RUNNING = """
m = hidden.new_full((len(hidden),), -torch.inf)
s = torch.zeros_like(m)
"""

BLOCKS_WRONG = wrong(
    "8.3",
    BLOCKS,
    (
        "so many parts",
        "makes n parts",
        f"""{RUNNING}
for block in table.chunk(block_size):
    z = hidden @ block.T
    new = torch.maximum(m, z.amax(dim=1))
    s, m = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1), new
return m + s.log() - (hidden * table[targets]).sum(dim=1)
""",
    ),
    (
        "blocks of its own size",
        "more rows at a time",
        f"""{RUNNING}
for block in table.split(max(1, len(table) // 30)):
    z = hidden @ block.T
    new = torch.maximum(m, z.amax(dim=1))
    s, m = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1), new
return m + s.log() - (hidden * table[targets]).sum(dim=1)
""",
    ),
    ("the mean", "One number came back", "return F.cross_entropy(hidden @ table.T, targets)"),
    (
        "the sign",
        "sign is turned round",
        "return -F.cross_entropy(hidden @ table.T, targets, reduction='none')",
    ),
    (
        "without the target",
        "target's logit is not subtracted",
        "return torch.logsumexp(hidden @ table.T, dim=1)",
    ),
    (
        "adds the blocks' log-sum-exps",
        "Their exponentials add up",
        f"""
out = -{PICKED}
for block in table.split(block_size):
    out = out + (hidden @ block.T).logsumexp(dim=1)
return out
""",
    ),
    (
        "the sum stays behind",
        "not brought to the new maximum when",
        f"""{RUNNING}
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    m = torch.maximum(m, z.amax(dim=1))
    s = s + (z - m[:, None]).exp().sum(dim=1)
return m + s.log() - {PICKED}
""",
    ),
    (
        "the factor the wrong way round",
        "0 × ∞ is nan",
        f"""{RUNNING}
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    new = torch.maximum(m, z.amax(dim=1))
    s = s * (new - m).exp() + (z - new[:, None]).exp().sum(dim=1)
    m = new
return m + s.log() - {PICKED}
""",
    ),
    (
        "each block with its own maximum",
        "belong to the common maximum",
        f"""{RUNNING}
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    new = torch.maximum(m, z.amax(dim=1))
    s = s * (m - new).exp() + (z - z.amax(dim=1, keepdim=True)).exp().sum(dim=1)
    m = new
return m + s.log() - {PICKED}
""",
    ),
    (
        "the maximum is forgotten",
        "is missing at the end",
        f"""{RUNNING}
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    new = torch.maximum(m, z.amax(dim=1))
    s = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1)
    m = new
return s.log() - {PICKED}
""",
    ),
    (
        "returns in the loop",
        "Is return inside the loop?",
        f"""
for block in table.split(block_size):
    return (hidden @ block.T).logsumexp(dim=1) - {PICKED}
""",
    ),
    (
        "the maximum starts at 0",
        "−∞ is smaller than any",
        f"""
m, s = hidden.new_zeros(len(hidden)), hidden.new_zeros(len(hidden))
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    new = torch.maximum(m, z.amax(dim=1))
    s = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1)
    m = new
return m + s.log() - {PICKED}
""",
    ),
    (
        "one maximum for all positions",
        "Each has its own: amax(dim=1)",
        f"""{RUNNING}
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    new = torch.maximum(m, z.max())
    s = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1)
    m = new
return m + s.log() - {PICKED}
""",
    ),
    (
        "the last block only",
        "Only the last block is left",
        f"""
for i in range(0, len(table), block_size):
    lse = (hidden @ table[i : i + block_size].T).logsumexp(dim=1)
return lse - {PICKED}
""",
    ),
    (
        "the target's id in a block",
        "target − first",
        """
lse = []
picked = None
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    lse.append(z.logsumexp(dim=1))
    picked = z.gather(1, targets[:, None])[:, 0]
return torch.stack(lse).logsumexp(dim=0) - picked
""",
    ),
    (
        "the target modulo the block",
        "numbers are not",
        """
lse = []
for i in range(0, len(table), block_size):
    z = hidden @ table[i : i + block_size].T
    lse.append(z.logsumexp(dim=1))
    picked = z.gather(1, (targets % z.shape[1])[:, None])[:, 0]
return torch.stack(lse).logsumexp(dim=0) - picked
""",
    ),
    (
        "whole blocks only",
        "last whole block are left out",
        f"""
lse = hidden.new_full((len(hidden),), -torch.inf)
for i in range(max(len(table) // block_size, 1)):
    z = hidden @ table[i * block_size : (i + 1) * block_size].T
    lse = torch.logaddexp(lse, z.logsumexp(dim=1))
return lse - {PICKED}
""",
    ),
    (
        "exp of logits",
        "Subtract the maximum",
        f"""
s = 0
for block in table.split(block_size):
    s = s + (hidden @ block.T).exp().sum(dim=1)
return s.log() - {PICKED}
""",
    ),
    (
        "stops at nothing",
        "nothing to stumble over",
        f"""
lse = []
for block in table.split(block_size):
    z = hidden @ block.T
    assert z.max() > -torch.inf
    lse.append(z.logsumexp(dim=1))
return torch.stack(lse).logsumexp(dim=0) - {PICKED}
""",
    ),
    (
        "in float32 whatever comes",
        "dtype is torch.float32",
        """
lse = torch.full((len(hidden),), -torch.inf)
for block in table.float().split(block_size):
    lse = torch.logaddexp(lse, (hidden.float() @ block.T).logsumexp(dim=1))
return lse - (hidden.float() * table.float()[targets]).sum(dim=1)
""",
    ),
    (
        "a bound that no logit exceeds in place of the largest",
        "the logarithm of 0 is −∞",
        f"""
bound = hidden.norm(dim=1) * table.norm(dim=1).max()
total = torch.zeros_like(bound)
for block in table.split(block_size):
    total = total + (hidden @ block.T - bound[:, None]).exp().sum(dim=1)
return bound + total.log() - {PICKED}
""",
    ),
    (
        "all logits",
        "At its peak it holds a quarter",
        "return F.cross_entropy(hidden @ table.T, targets, reduction='none')",
    ),
    (
        "keeps all blocks",
        "many small ones",
        f"""
blocks = [hidden @ block.T for block in table.split(block_size)]
lse = torch.stack([z.logsumexp(dim=1) for z in blocks]).logsumexp(dim=0)
return lse - {PICKED}
""",
    ),
)

BLOCKS_RIGHT = right(
    "8.3",
    BLOCKS,
    (
        "logaddexp",
        f"""
lse = hidden.new_full((len(hidden),), -torch.inf)
for block in table.split(block_size):
    lse = torch.logaddexp(lse, (hidden @ block.T).logsumexp(dim=1))
return lse - {PICKED}
""",
    ),
    (
        "the log-sum-exps of all blocks",
        f"""
lse = [(hidden @ block.T).logsumexp(dim=1) for block in table.split(block_size)]
return torch.stack(lse).logsumexp(dim=0) - {PICKED}
""",
    ),
    (
        "a running maximum and sum",
        f"""{RUNNING}
picked = torch.zeros_like(m)
for first in range(0, table.shape[0], block_size):
    z = hidden @ table[first : first + block_size].T
    new = torch.maximum(m, z.amax(dim=1))
    s = s * (m - new).exp() + (z - new[:, None]).exp().sum(dim=1)
    m = new
    for n, target in enumerate(targets.tolist()):
        if first <= target < first + z.shape[1]:
            picked[n] = z[n, target - first]
return m + s.log() - picked
""",
    ),
    (
        "position by position",
        """
out = hidden.new_empty(len(hidden))
for n in range(len(hidden)):
    z = torch.cat([block @ hidden[n] for block in table.split(block_size)])
    out[n] = z.logsumexp(dim=0) - z[targets[n]]
return out
""",
    ),
)

PART = "partial_lookup(shard, first_row, ids)"

PART_WRONG = wrong(
    "8.4",
    PART,
    (
        "not shifted, clamped",
        "Row 0 of the shard is",
        "return shard[ids.clamp(max=len(shard) - 1)]",
    ),
    ("not shifted", "too large for this shard", "return shard[ids]"),
    (
        "places in float32",
        "numbers are not",
        """
place = (ids.float() - first_row).long()
inside = (place >= 0) & (place < len(shard))
return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "the first row left out",
        "It is held, too",
        """
place = ids - first_row
inside = (place > 0) & (place < len(shard))
return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "the last row left out",
        "The last row that the shard holds",
        """
place = ids - first_row
inside = (place >= 0) & (place < len(shard) - 1)
return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "ids against the number of rows",
        "compared with the number of rows",
        """
place = ids - first_row
inside = (place >= 0) & (ids < len(shard))
return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "zeros after the lookup",
        "has a negative place",
        """
place = ids - first_row
rows = shard[place]
rows[(place < 0) | (place >= len(shard))] = 0
return rows
""",
    ),
    (
        "negative places",
        "counts that from the end",
        """
place = ids - first_row
inside = place < len(shard)
rows = shard[place.clamp(-len(shard), len(shard) - 1)]
return rows * inside[..., None]
""",
    ),
    (
        "clamped",
        "must add nothing",
        "return shard[(ids - first_row).clamp(0, len(shard) - 1)]",
    ),
    (
        "only what is held",
        "Every id has its row",
        """
place = ids - first_row
return shard[place[(place >= 0) & (place < len(shard))]]
""",
    ),
    (
        "no axis for D",
        "mask[..., None]",
        """
place = ids - first_row
inside = (place >= 0) & (place < len(shard))
rows = shard[place.clamp(0, len(shard) - 1)]
return rows if inside.all() else rows * inside
""",
    ),
    (
        "one too far",
        "just behind the last row",
        """
place = ids - first_row
inside = (place >= 0) & (place <= len(shard))
return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "stops behind the last row",
        "this one answers with zeros",
        """
place = ids - first_row
return shard[place.clamp(min=0)] * (place >= 0)[..., None]
""",
    ),
    (
        "one axis only",
        "has no axis that could be counted",
        """
out = shard.new_zeros(len(ids), shard.shape[1])
for n, i in enumerate(ids.tolist()):
    if first_row <= i < first_row + len(shard):
        out[n] = shard[i - first_row]
return out
""",
    ),
    (
        "float32 zeros",
        "dtype is torch.float32",
        """
place = ids - first_row
inside = (place >= 0) & (place < len(shard))
out = torch.zeros(*ids.shape, shard.shape[1])
out[inside] = shard[place[inside]].float()
return out
""",
    ),
    (
        "in place",
        "changes its input",
        """
ids -= first_row
inside = (ids >= 0) & (ids < len(shard))
return shard[ids.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "zeros into which the data is copied",
        "cuts the way back",
        """
out = torch.zeros(*ids.shape, shard.shape[1], dtype=shard.dtype)
inside = (ids >= first_row) & (ids < first_row + len(shard))
out[inside] = shard.detach()[ids[inside] - first_row]
return out
""",
    ),
    (
        "a padded shard without gradients",
        "cuts the way back",
        """
place = ids - first_row
place = torch.where((place >= 0) & (place < len(shard)), place, len(shard))
with torch.no_grad():
    return torch.cat([shard, shard.new_zeros(1, shard.shape[1])])[place]
""",
    ),
)

PART_RIGHT = right(
    "8.4",
    PART,
    (
        "clamped and masked",
        """
place = ids - first_row
inside = (place >= 0) & (place < len(shard))
return shard[place.clamp(0, len(shard) - 1)] * inside[..., None]
""",
    ),
    (
        "a row of zeros at the end",
        """
padded = torch.cat([shard, torch.zeros_like(shard[:1])])
place = ids - first_row
outside = (place < 0) | (place >= len(shard))
return padded[place.masked_fill(outside, len(shard))]
""",
    ),
    (
        "a one-hot product",
        """
rows = torch.arange(first_row, first_row + len(shard))
return (ids[..., None] == rows).to(shard.dtype) @ shard
""",
    ),
    (
        "a loop",
        """
out = torch.zeros(ids.numel(), shard.shape[1], dtype=shard.dtype)
for n, i in enumerate(ids.flatten().tolist()):
    if 0 <= i - first_row < len(shard):
        out[n] = shard[i - first_row]
return out.reshape(*ids.shape, shard.shape[1])
""",
    ),
)

CHUNKED = "chunked_loss(hidden, table, targets, chunk_size)"


def chunked(*, count="(targets != -100).sum()", start="0", body_of_chunk="", end="") -> str:
    """Return the frame of a right answer, in which one part may be another."""
    return f"""
n = {count}
loss = hidden.new_zeros(())
grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
for i in range({start}, len(hidden), chunk_size):
    h, y = hidden[i : i + chunk_size], targets[i : i + chunk_size]
    keep = y != -100
    z = h @ table.T
{body_of_chunk or RIGHT_CHUNK}
{end or "return loss, grad_hidden, grad_table"}
"""


RIGHT_CHUNK = """
    loss += F.cross_entropy(z, y, reduction="sum") / n
    g = z.softmax(dim=1)
    g[keep, y[keep]] -= 1
    g = g * keep[:, None] / n
    grad_hidden[i : i + chunk_size] = g @ table
    grad_table += g.T @ h
"""

CHUNKED_WRONG = wrong(
    "8.5",
    CHUNKED,
    (
        "chunks of its own size",
        "more positions at a time",
        "chunk_size = max(1, len(hidden) // 24)\n" + chunked(),
    ),
    (
        "no one-hot",
        "The gradients lack the target",
        chunked(body_of_chunk=RIGHT_CHUNK.replace("    g[keep, y[keep]] -= 1\n", "")),
    ),
    (
        "the sign of the gradients",
        "wrong sign",
        chunked(end="return loss, -grad_hidden, -grad_table"),
    ),
    (
        "the loss by all positions",
        "The loss is divided by the number of all",
        chunked(end="return loss * n / len(hidden), grad_hidden, grad_table"),
    ),
    (
        "the gradients by all positions",
        "The gradients are divided by the number of all",
        chunked(
            body_of_chunk=RIGHT_CHUNK.replace("keep[:, None] / n", "keep[:, None] / len(hidden)")
        ),
    ),
    (
        "ignored rows are not blanked",
        "softmax of an ignored position",
        chunked(body_of_chunk=RIGHT_CHUNK.replace("* keep[:, None] ", "")),
    ),
    (
        "the loss keeps its graph",
        "detach() gives the numbers",
        """
h, E = hidden.clone().requires_grad_(), table.clone().requires_grad_()
n, total = (targets != -100).sum(), 0
for i in range(0, len(hidden), chunk_size):
    z = h[i : i + chunk_size] @ E.T
    part = F.cross_entropy(z, targets[i : i + chunk_size], reduction="sum") / n
    part.backward()
    total = total + part
return total, h.grad, E.grad
""",
    ),
    (
        "gradients of the sum",
        "the gradients are those of the sum",
        chunked(body_of_chunk=RIGHT_CHUNK.replace("keep[:, None] / n", "keep[:, None]")),
    ),
    ("the sum", "The mean is asked for", chunked(count="1")),
    (
        "products the wrong way",
        "A product does not fit",
        chunked(body_of_chunk=RIGHT_CHUNK.replace("g @ table", "g @ table.T")),
    ),
    (
        "whole chunks only",
        "last whole chunk are left out",
        chunked().replace(
            "range(0, len(hidden), chunk_size)",
            "range(0, len(hidden) // chunk_size * chunk_size or 1, chunk_size)",
        ),
    ),
    (
        "the mean of means",
        "mean of the chunks' means",
        """
parts = []
for i in range(0, len(hidden), chunk_size):
    h = hidden[i : i + chunk_size].clone().requires_grad_()
    E = table.clone().requires_grad_()
    loss = F.cross_entropy(h @ E.T, targets[i : i + chunk_size])
    parts.append((loss.detach(), *torch.autograd.grad(loss, (h, E))))
losses, grads_h, grads_E = zip(*parts)
n = len(parts)
return torch.stack(losses).mean(), torch.cat(grads_h) / n, torch.stack(grads_E).sum(dim=0) / n
""",
    ),
    (
        "the last chunk's table",
        "that of the last chunk only",
        chunked(body_of_chunk=RIGHT_CHUNK.replace("grad_table +=", "grad_table =")),
    ),
    (
        "all positions in the mean",
        "they still count in the mean",
        chunked(count="len(hidden)"),
    ),
    (
        "ignored as row 0",
        "as if its target were row 0",
        """
targets = targets.clamp(min=0)
n = len(targets)
h, E = hidden.clone().requires_grad_(), table.clone().requires_grad_()
loss = F.cross_entropy(h @ E.T, targets)
return loss.detach(), *torch.autograd.grad(loss, (h, E))
""",
    ),
    (
        "indexed by −100",
        "−100 counts from the end",
        chunked(
            body_of_chunk=RIGHT_CHUNK.replace(
                "g[keep, y[keep]] -= 1", "g[torch.arange(len(h)), y] -= 1"
            )
        ),
    ),
    (
        "−100 as a row, where there is one",
        "numbers are not",
        chunked(
            body_of_chunk=RIGHT_CHUNK.replace(
                "g[keep, y[keep]] -= 1", "g[torch.arange(len(h)), y % len(table)] -= 1"
            ).replace("* keep[:, None] ", "")
        ),
    ),
    (
        "the mean of a chunk times its count",
        "0/0",
        chunked(
            body_of_chunk=RIGHT_CHUNK.replace(
                'F.cross_entropy(z, y, reduction="sum") / n',
                "F.cross_entropy(z, y) * keep.sum() / n",
            )
        ),
    ),
    (
        "exp of logits",
        "Subtract the maximum",
        chunked(
            body_of_chunk="""
    e = z.exp()
    s = e.sum(dim=1, keepdim=True)
    loss += (s.log()[keep, 0] - z[keep, y[keep]]).sum() / n
    g = e / s
    g[keep, y[keep]] -= 1
    g = g * keep[:, None] / n
    grad_hidden[i : i + chunk_size] = g @ table
    grad_table += g.T @ h
"""
        ),
    ),
    (
        "float32 inside",
        "dtype is torch.float32",
        "hidden, table = hidden.float(), table.float()\n" + chunked(),
    ),
    (
        "a share in float32",
        "1 / n where n is a tensor of integers",
        chunked(
            body_of_chunk=RIGHT_CHUNK.replace(
                "g = z.softmax(dim=1)\n", "g = z.softmax(dim=1) / n\n"
            )
            .replace("-= 1\n", "-= 1 / n\n")
            .replace("keep[:, None] / n", "keep[:, None]")
        ),
    ),
    (
        "all logits by autograd",
        "At its peak it holds a quarter",
        """
h, E = hidden.clone().requires_grad_(), table.clone().requires_grad_()
loss = F.cross_entropy(h @ E.T, targets)
return loss.detach(), *torch.autograd.grad(loss, (h, E))
""",
    ),
    (
        "chunks under one graph",
        "many small ones",
        """
h, E = hidden.clone().requires_grad_(), table.clone().requires_grad_()
loss = 0
for i in range(0, len(hidden), chunk_size):
    chunk, y = h[i : i + chunk_size], targets[i : i + chunk_size]
    loss = loss + F.cross_entropy(chunk @ E.T, y, reduction="sum")
loss = loss / (targets != -100).sum()
return loss.detach(), *torch.autograd.grad(loss, (h, E))
""",
    ),
)

CHUNKED_RIGHT = right(
    "8.5",
    CHUNKED,
    ("softmax minus one-hot", chunked()),
    (
        "autograd, chunk by chunk",
        """
h, E = hidden.clone().requires_grad_(), table.clone().requires_grad_()
n, total = (targets != -100).sum(), 0
for i in range(0, len(hidden), chunk_size):
    z = h[i : i + chunk_size] @ E.T
    loss = F.cross_entropy(z, targets[i : i + chunk_size], reduction="sum") / n
    loss.backward()
    total = total + loss.detach()
return total, h.grad, E.grad
""",
    ),
    (
        "autograd on the inputs themselves, put back as they were",
        """
hidden.requires_grad_(), table.requires_grad_()
n, total = (targets != -100).sum(), 0
for h, aim in zip(hidden.split(chunk_size), targets.split(chunk_size)):
    loss = F.cross_entropy(h @ table.T, aim, reduction="sum") / n
    loss.backward()
    total = total + loss.detach()
found = hidden.grad, table.grad
hidden.grad = table.grad = None
hidden.requires_grad_(False), table.requires_grad_(False)
return total, *found
""",
    ),
    (
        "autograd through log-sum-exp",
        """
h, E = hidden.clone().requires_grad_(), table.clone().requires_grad_()
keep = (targets != -100).nonzero()[:, 0]
total = torch.zeros((), dtype=hidden.dtype)
for rows in keep.split(chunk_size):
    losses = (h[rows] @ E.T).logsumexp(dim=1) - (h[rows] * E[targets[rows]]).sum(dim=1)
    loss = losses.sum() / len(keep)
    loss.backward()
    total += loss.detach()
return total, h.grad, E.grad
""",
    ),
    (
        "ignored positions put aside",
        """
kept = (targets != -100).nonzero()[:, 0]
h, y = hidden[kept], targets[kept]
grad_hidden, grad_table = torch.zeros_like(hidden), torch.zeros_like(table)
losses = []
for rows in torch.arange(len(h)).split(chunk_size):
    logp = (h[rows] @ table.T).log_softmax(dim=1)
    losses.append(-logp.gather(1, y[rows, None]).sum())
    g = logp.exp() - F.one_hot(y[rows], len(table))
    grad_hidden[kept[rows]] = g @ table / len(h)
    grad_table += g.T @ h[rows] / len(h)
return torch.stack(losses).sum() / len(h), grad_hidden, grad_table
""",
    ),
    (
        "the maximum by hand",
        """
N, V = len(hidden), len(table)
keep = (targets != -100).to(hidden.dtype)
w = keep / keep.sum()
safe = targets.clamp(min=0)
loss, gh, gE = 0, [], 0
for i in range(0, N, chunk_size):
    s = slice(i, i + chunk_size)
    z = hidden[s] @ table.T
    z = z - z.max(dim=1, keepdim=True).values
    p = z.exp()
    lse = p.sum(dim=1).log()
    at = torch.arange(len(z))
    loss = loss + (w[s] * (lse - z[at, safe[s]])).sum()
    p = p / p.sum(dim=1, keepdim=True)
    p[at, safe[s]] -= 1
    p *= w[s, None]
    gh.append(p @ table)
    gE = gE + p.T @ hidden[s]
return loss, torch.cat(gh), gE
""",
    ),
)

NUMPY_WRONG = [
    Wrong(
        "8.3",
        "all logits, in NumPy",
        "handed to NumPy",
        """
import numpy

def blockwise_cross_entropy(hidden, table, targets, block_size):
    z = hidden.contiguous().numpy() @ table.contiguous().numpy().T
    top = z.max(axis=1, keepdims=True) if len(z) else z[:, :1]
    lse = numpy.log(numpy.exp(z - top).sum(axis=1)) + top[:, 0]
    own = z[numpy.arange(len(z)), targets.numpy()]
    return torch.from_numpy(numpy.asarray(lse - own, dtype=z.dtype))
""",
    ),
    Wrong(
        "8.5",
        "all logits, in NumPy",
        "handed to NumPy",
        """
import numpy

def chunked_loss(hidden, table, targets, chunk_size):
    h, E = hidden.contiguous().numpy(), table.contiguous().numpy()
    y = targets.numpy()
    keep = y != -100
    z = h @ E.T
    z = z - z.max(axis=1, keepdims=True)
    p = numpy.exp(z)
    s = p.sum(axis=1, keepdims=True)
    at = numpy.arange(len(y)), numpy.where(keep, y, 0)
    n = keep.sum()
    loss = ((numpy.log(s)[:, 0] - z[at]) * keep).sum() / n
    G = p / s
    G[at] -= 1
    G = (G * keep[:, None] / n).astype(h.dtype)
    loss = torch.tensor(float(loss), dtype=hidden.dtype)
    return loss, torch.from_numpy(G @ E), torch.from_numpy(G.T @ h)
""",
    ),
]

WRONG = [*BYTES_WRONG, *MERGE_WRONG, *BLOCKS_WRONG, *PART_WRONG, *CHUNKED_WRONG, *NUMPY_WRONG]
RIGHT = [*BYTES_RIGHT, *MERGE_RIGHT, *BLOCKS_RIGHT, *PART_RIGHT, *CHUNKED_RIGHT]
