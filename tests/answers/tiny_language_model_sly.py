"""Answers to sheet 12 that are wrong in one corner only."""

from tests.answers import Sly
from tests.answers.tiny_language_model import changed

SLY = [
    Sly(
        "12.1",
        "no blocks: the head is forgotten",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied and layers:
        total += V * D
    if positions == "learned":
        total += max_len * D
    return total
""",
    ),
    Sly(
        "12.1",
        "no blocks: learned positions are forgotten",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned" and layers > 0:
        total += max_len * D
    return total
""",
    ),
    Sly(
        "12.1",
        "context of 512 at most",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned":
        total += min(max_len, 512) * D
    return total
""",
    ),
    Sly(
        "12.1",
        "context of 128 at most",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned":
        total += min(max_len, 128) * D
    return total
""",
    ),
    Sly(
        "12.1",
        "counted in float32",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned":
        total += max_len * D
    return int(torch.tensor([V * D * (1 if tied else 2), layers * (attention + feed_forward + norms), D, max_len * D * (positions == 'learned')], dtype=torch.float32).sum())
""",
    ),
    Sly(
        "12.1",
        "counted in int32",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 4 * D * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned":
        total += max_len * D
    return int(torch.tensor(0, dtype=torch.int32) + torch.tensor([total]).int().sum().int())
""",
    ),
    Sly(
        "12.1",
        "whole float division",
        """
def count_parameters(vocab_size, model_dim, layers, hidden_dim, max_len, positions, tied):
    V, D, F_dim = vocab_size, model_dim, hidden_dim
    attention = 8 * (D // 2) * D
    feed_forward = 3 * D * F_dim
    norms = 2 * D
    total = V * D + layers * (attention + feed_forward + norms) + D
    if not tied:
        total += V * D
    if positions == "learned":
        total += max_len * D
    return total
""",
    ),
    Sly(
        "12.2",
        "V 65536 at most",
        """
def bits_of_guessing(vocab_size, tokens, characters):
    return math.log2(min(vocab_size, 65536)) * tokens / characters
""",
    ),
    Sly(
        "12.2",
        "tokens 10000 at most",
        """
def bits_of_guessing(vocab_size, tokens, characters):
    return math.log2(vocab_size) * min(tokens, 10_000) / characters
""",
    ),
    Sly(
        "12.3",
        "sinusoids of 100 places",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(torch.arange(100), D)[position_ids]
    return x
""",
    ),
    Sly(
        "12.3",
        "sinusoids of 128 places",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(torch.arange(128), D)[position_ids]
    return x
""",
    ),
    Sly(
        "12.3",
        "sinusoids of 512 places",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(torch.arange(512), D)[position_ids]
    return x
""",
    ),
    Sly(
        "12.3",
        "sinusoids up to the largest, T 0",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(torch.arange(int(position_ids.max()) + 1), D)[position_ids]
    return x
""",
    ),
    Sly(
        "12.3",
        "learned up to the largest, T 0",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[:position_ids.max() + 1][position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x
""",
    ),
    Sly(
        "12.3",
        "learned by one_hot, T 0",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        hot = F.one_hot(position_ids).float()
        x = x + hot @ position_table[:hot.shape[-1]]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x
""",
    ),
    Sly(
        "12.3",
        "stacked, T 0 if learned",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = torch.stack([x[:, t] + position_table[position_ids[:, t]] for t in range(ids.shape[1])], dim=1)
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x
""",
    ),
    Sly(
        "12.3",
        "stacked, T 0 if sinusoidal",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = torch.stack([x[:, t] * math.sqrt(D) + sinusoids(position_ids[:, t], D) for t in range(ids.shape[1])], dim=1)
    return x
""",
    ),
    Sly(
        "12.3",
        "T 1 squeezed",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x.squeeze(1)
""",
    ),
    Sly(
        "12.3",
        "D 1 squeezed",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x.squeeze(-1)
""",
    ),
    Sly(
        "12.3",
        "uint8 places if sinusoidal",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids.to(torch.uint8), D)
    return x
""",
    ),
    Sly(
        "12.3",
        "places viewed",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids.view(-1)].view(*ids.shape, -1)
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x
""",
    ),
    Sly(
        "12.3",
        "places viewed if sinusoidal",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids.view(-1), D).view(*ids.shape, D)
    return x
""",
    ),
    Sly(
        "12.3",
        "wrap at 512",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids % 512]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + sinusoids(position_ids, D)
    return x
""",
    ),
    Sly(
        "12.3",
        "waves kept by D",
        """KEPT = {}

def input_vectors(ids, position_ids, table, positions, position_table):
    x = table[ids]
    D = table.shape[1]
    if positions == "learned":
        x = x + position_table[position_ids]
    if positions == "sinusoidal":
        x = x * math.sqrt(D) + KEPT.setdefault(D, sinusoids(torch.arange(int(position_ids.max()) + 100), D))[position_ids]
    return x
""",
    ),
    Sly(
        "12.4",
        "padding_idx 0",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = F.embedding(ids, weights["table"], padding_idx=0)
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "detached between blocks",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for i, w in enumerate(weights["blocks"]):
        if i > 0:
            x = x.detach()
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "detached if several heads",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    if heads > 1:
        v = v.detach()
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "later blocks have one head",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for i, w in enumerate(weights["blocks"]):
        heads = heads if i == 0 else 1
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "three blocks at most",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"][:3]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "mask of 16",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(16, 16, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask[:T, :T], float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "mask of 9",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(9, 9, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask[:T, :T], float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "window of 9",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    mask = mask | torch.ones(T, T, dtype=torch.bool).tril(-9)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "masked with -1e4",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, -1e4)
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "masked with -100.0",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, -100.0)
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "masked with -50.0",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, -50.0)
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "mask subtracts 100",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores - 100.0 * mask
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "exp without the largest taken off",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = (scores.exp() / scores.exp().sum(-1, keepdim=True)) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "exp times mask",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    out = (scores.exp() * ~mask / (scores.exp() * ~mask).sum(-1, keepdim=True)) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "softmax, mask, shared out",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.softmax(-1) * ~mask
    out = (scores / scores.sum(-1, keepdim=True)) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "scores clamped",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.clamp(-50, 50).masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "by order of the dict",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids]
    for w in weights["blocks"]:
        names = ["attention_norm", "feed_forward_norm", "q", "k", "v", "o", "gate", "up", "down"]
        w = dict(zip(names, w.values()))
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "by order of the outer dict",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    table, blocks, norm = weights.values()
    weights = {"table": table, "blocks": blocks, "norm": norm}
    x = weights["table"][ids]
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.4",
        "ids viewed",
        """
def rms_norm(x, scale):
    return x / (x.pow(2).mean(-1, keepdim=True) + 1e-6).sqrt() * scale

def attention(x, w, heads):
    B, T, D = x.shape
    K = D // heads
    q = (x @ w["q"]).view(B, T, heads, K).transpose(1, 2)
    k = (x @ w["k"]).view(B, T, heads, K).transpose(1, 2)
    v = (x @ w["v"]).view(B, T, heads, K).transpose(1, 2)
    q, k = turn(q), turn(k)
    scores = q @ k.transpose(-1, -2) / math.sqrt(K)
    mask = torch.triu(torch.ones(T, T, dtype=torch.bool), diagonal=1)
    scores = scores.masked_fill(mask, float("-inf"))
    out = scores.softmax(-1) @ v
    out = out.transpose(1, 2).reshape(B, T, D)
    return out @ w["o"]

def feed_forward(x, w):
    return (F.silu(x @ w["gate"]) * (x @ w["up"])) @ w["down"]

def decoder(ids, weights, heads):
    x = weights["table"][ids.view(-1)].view(*ids.shape, -1)
    for w in weights["blocks"]:
        x = x + attention(rms_norm(x, w["attention_norm"]), w, heads)
        x = x + feed_forward(rms_norm(x, w["feed_forward_norm"]), w)
    x = rms_norm(x, weights["norm"])
    return x @ weights["table"].T
""",
    ),
    Sly(
        "12.5",
        "at least 0.01",
        """
def next_token_probabilities(logits, temperature, top_p):
    temperature = max(temperature, 0.01)
    if False:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "at least 1e-3",
        """
def next_token_probabilities(logits, temperature, top_p):
    temperature = max(temperature, 1e-3)
    if False:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "cold below 0.1",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature < 0.1:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "cold up to 0.01",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature <= 0.01:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "largest of all rows taken off",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    z = logits / temperature
    e = (z - z.max()).exp()
    p = e / e.sum(-1, keepdim=True)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "top 50 first",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    p = torch.zeros_like(p).scatter(-1, *reversed(p.topk(min(50, p.shape[-1])))) 
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "top 40 first",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    best = p.topk(min(40, p.shape[-1]))
    p = torch.zeros_like(p).scatter(-1, best.indices, best.values)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "clamped to 1e4",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits.clamp(-1e4, 1e4) / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "clamped to 1e3 either side",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits.clamp(-1001, 1001) / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "squeezed V",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered).squeeze(-1)
""",
    ),
    Sly(
        "12.5",
        "no cut above 0.95",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = (sums - ordered >= top_p) & (top_p < 0.95)
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    return torch.zeros_like(p).scatter(-1, order, ordered)
""",
    ),
    Sly(
        "12.5",
        "-1e4 for dropped logits",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    keep = torch.zeros_like(p).scatter(-1, order, ordered) > 0
    return logits.masked_fill(~keep, -1e4).div(temperature).softmax(-1)
""",
    ),
    Sly(
        "12.5",
        "-100 for dropped logits",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        out = torch.zeros_like(logits)
        out[torch.arange(len(logits)), logits.argmax(-1)] = 1.0
        return out
    p = torch.softmax(logits / temperature, dim=-1)
    ordered, order = p.sort(dim=-1, descending=True)
    sums = ordered.cumsum(dim=-1)
    drop = sums - ordered >= top_p
    ordered = ordered.masked_fill(drop, 0.0)
    ordered = ordered / ordered.sum(dim=-1, keepdim=True)
    keep = torch.zeros_like(p).scatter(-1, order, ordered) > 0
    return (logits / temperature).masked_fill(~keep, -100).softmax(-1)
""",
    ),
    Sly(
        "12.6",
        "softmax, then log",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    p = logits.softmax(-1)
    losses = -p.gather(-1, y[..., None]).log()
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "exponentials by hand",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    p = logits.exp() / logits.exp().sum(-1, keepdim=True)
    losses = -p.gather(-1, y[..., None]).log()
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "log of the sum of exponentials",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = logits.exp().sum(-1).log() - logits.gather(-1, y[..., None])[..., 0]
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "log of p + 1e-10",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = -(logits.softmax(-1).gather(-1, y[..., None]) + 1e-10).log()
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "log of p + 1e-9",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = -(logits.softmax(-1).gather(-1, y[..., None]) + 1e-9).log()
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "p at least 1e-7",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = -logits.softmax(-1).gather(-1, y[..., None]).clamp(min=1e-7).log()
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "nll of log softmax, clipped at 20",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = F.cross_entropy(logits.reshape(n * length, -1), y.reshape(-1), reduction="none").clamp(max=20)
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "length 1 squeezed",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = F.cross_entropy(logits.reshape(n * length, -1), y.reshape(-1), reduction="none")
    return losses.reshape(n, length).squeeze(1).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "mean of means over batches of 8",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].view(n, length)
    y = ids[1:n * length + 1].view(n, length)
    means = []
    for a, b in zip(x.split(8), y.split(8)):
        means.append(F.cross_entropy(logits_of(a).transpose(1, 2), b, reduction="none").mean(0))
    return torch.stack(means).mean(0)
""",
    ),
    Sly(
        "12.6",
        "mean of means over batches of 16",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].view(n, length)
    y = ids[1:n * length + 1].view(n, length)
    means = []
    for a, b in zip(x.split(16), y.split(16)):
        means.append(F.cross_entropy(logits_of(a).transpose(1, 2), b, reduction="none").mean(0))
    return torch.stack(means).mean(0)
""",
    ),
    Sly(
        "12.6",
        "mean of means over batches of 32",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].view(n, length)
    y = ids[1:n * length + 1].view(n, length)
    means = []
    for a, b in zip(x.split(32), y.split(32)):
        means.append(F.cross_entropy(logits_of(a).transpose(1, 2), b, reduction="none").mean(0))
    return torch.stack(means).mean(0)
""",
    ),
    Sly(
        "12.6",
        "first 64 pieces",
        """
def loss_by_position(logits_of, ids, length):
    n = min((len(ids) - 1) // length, 64)
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = F.cross_entropy(logits.reshape(n * length, -1), y.reshape(-1), reduction="none")
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.6",
        "first 5 pieces",
        """
def loss_by_position(logits_of, ids, length):
    n = min((len(ids) - 1) // length, 5)
    x = ids[:n * length].reshape(n, length)
    y = ids[1:n * length + 1].reshape(n, length)
    logits = logits_of(x)
    losses = F.cross_entropy(logits.reshape(n * length, -1), y.reshape(-1), reduction="none")
    return losses.reshape(n, length).mean(dim=0)
""",
    ),
    Sly(
        "12.5",
        "small temperatures count as zero",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature<0.005: return F.one_hot(logits.argmax(-1),logits.shape[-1]).float()
    p=(logits/temperature).softmax(-1); s,i=p.sort(descending=True)
    before=s.cumsum(-1)-s; s=s.masked_fill(before>=top_p,0)
    s=s/s.sum(-1,keepdim=True); return torch.zeros_like(p).scatter(-1,i,s)
""",
    ),
    Sly(
        "12.5",
        "a small temperature in place of zero",
        """
def next_token_probabilities(logits, temperature, top_p):
    p=(logits/max(temperature,1e-6)).softmax(-1); s,i=p.sort(descending=True)
    before=s.cumsum(-1)-s; s=s.masked_fill(before>=top_p,0)
    s=s/s.sum(-1,keepdim=True); return torch.zeros_like(p).scatter(-1,i,s)
""",
    ),
    Sly(
        "12.3",
        "a table of 8,192 sinusoids",
        changed(
            "12.3",
            ("sinusoids(position_ids, D)", "sinusoids(torch.arange(8192), D)[position_ids]"),
        ),
    ),
    Sly("12.4", "masked with a million", changed("12.4", ('float("-inf")', "-1e6"))),
    Sly(
        "12.4",
        "a mask of 128",
        changed(
            "12.4",
            (
                "torch.ones(T, T, dtype=torch.bool), diagonal=1)",
                "torch.ones(128, 128, dtype=torch.bool), diagonal=1)[:T, :T]",
            ),
        ),
    ),
    Sly(
        "12.5",
        "nothing is cut above 0.99",
        changed(
            "12.5",
            (
                "drop = sums - ordered >= top_p",
                "drop = (sums - ordered >= top_p) & (top_p <= 0.99)",
            ),
        ),
    ),
    Sly(
        "12.4",
        "hides scores of 0",
        """
def decoder(ids, weights, heads):
    def norm(x, scale):
        return F.rms_norm(x, x.shape[-1:], scale, 1e-6)

    B, T = ids.shape
    x = weights["table"][ids]
    for w in weights["blocks"]:
        y = norm(x, w["attention_norm"])
        q, k, v = ((y @ w[i]).view(B, T, heads, -1).transpose(1, 2) for i in "qkv")
        scores = (turn(q) @ turn(k).mT / q.shape[-1] ** 0.5).tril()
        shares = scores.masked_fill(scores == 0, -torch.inf).softmax(-1)
        x = x + (shares @ v).transpose(1, 2).reshape(B, T, -1) @ w["o"]
        y = norm(x, w["feed_forward_norm"])
        x = x + (F.silu(y @ w["gate"]) * (y @ w["up"])) @ w["down"]
    return norm(x, weights["norm"]) @ weights["table"].T
""",
    ),
    Sly(
        "12.6",
        "the mean of the means of batches",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length); y = ids[1:n * length + 1].reshape(n, length)
    return torch.stack([F.cross_entropy(logits_of(a).transpose(1, 2), b, reduction="none").mean(0) for a, b in zip(x.split(512), y.split(512))]).mean(0)
""",
    ),
    Sly(
        "12.6",
        "only the tokens up to the largest of the text",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x = ids[:n * length].reshape(n, length); y = ids[1:n * length + 1].reshape(n, length)
    z = logits_of(x).float()[..., : int(ids.max()) + 1]
    return F.cross_entropy(z.transpose(1, 2), y, reduction="none").mean(0)
""",
    ),
    Sly(
        "12.5",
        "none but the likeliest thousand",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    z = logits / temperature
    z = z.masked_fill(z < z.topk(min(1000, z.shape[-1])).values[:, -1:], -torch.inf)
    p = z.softmax(-1)
    s, order = p.sort(-1, descending=True)
    s = s * (s.cumsum(-1) - s < top_p)
    return torch.zeros_like(p).scatter(-1, order, s / s.sum(-1, keepdim=True))
""",
    ),
    Sly(
        "12.5",
        "at least 1e-9",
        changed(
            "12.5",
            ("if temperature == 0:", "if False:"),
            ("/ temperature", "/ max(temperature, 1e-9)"),
        ),
    ),
    Sly(
        "12.5",
        "the likeliest by probabilities, of which some are equal",
        changed("12.5", ("logits.argmax(-1)", "logits.softmax(-1).argmax(-1)")),
    ),
    Sly(
        "12.4",
        "an eps of its own in the blocks",
        """
def decoder(ids, weights, heads):
    x = F.embedding(ids, weights["table"])
    D = x.shape[-1]
    for w in weights["blocks"]:
        y = F.rms_norm(x, (D,), w["attention_norm"])
        q, k, v = ((y @ w[n]).unflatten(-1, (heads, -1)).transpose(1, 2) for n in "qkv")
        o = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True)
        x = x + o.transpose(1, 2).flatten(2) @ w["o"]
        y = F.rms_norm(x, (D,), w["feed_forward_norm"])
        x = x + (F.silu(y @ w["gate"]) * (y @ w["up"])) @ w["down"]
    return F.rms_norm(x, (D,), weights["norm"], 1e-6) @ weights["table"].T
""",
    ),
    Sly("12.5", "cold below 1e-4", changed("12.5", ("temperature == 0", "temperature < 1e-4"))),
    Sly(
        "12.6",
        "one largest logit is taken off all",
        """
def loss_by_position(logits_of, ids, length):
    pieces = (len(ids) - 1) // length
    read = ids[: pieces * length].view(pieces, length)
    follows = ids[1 : pieces * length + 1].view(pieces, length)
    logits = logits_of(read)
    logits = logits - logits.max()
    log_p = logits - logits.exp().sum(-1, keepdim=True).log()
    return -log_p.gather(-1, follows[..., None])[..., 0].mean(0)
""",
    ),
    Sly(
        "12.5",
        "top-p within the thousand likeliest tokens, to save the sort of all",
        """def next_token_probabilities(logits, temperature=1.0, top_p=1.0):
    if temperature == 0:
        return F.one_hot(logits.argmax(-1), logits.shape[-1]).to(logits.dtype)
    p = (logits / temperature).softmax(-1)
    if top_p == 1:
        return p
    ordered, ids = p.topk(min(1000, p.shape[-1]))
    kept = ordered * (ordered.cumsum(-1) - ordered < top_p)
    kept = torch.zeros_like(p).scatter(-1, ids, kept)
    return kept / kept.sum(-1, keepdim=True)
""",
    ),
    Sly(
        "12.5",
        "the 4,096 likeliest tokens alone",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0: return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    v, i = logits.topk(min(4096, logits.shape[-1]), -1)
    o = (v / temperature).softmax(-1)
    o[o.cumsum(-1) - o >= top_p] = 0
    o = o / o.sum(-1, keepdim=True)
    return torch.zeros_like(logits).scatter(-1, i, o)
""",
    ),
    Sly(
        "12.5",
        "sums of probabilities in float16",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0: return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    p = (logits / temperature).softmax(-1)
    o, i = p.sort(-1, descending=True)
    o[o.half().cumsum(-1).float() - o >= top_p] = 0
    k = torch.zeros_like(p).scatter(-1, i, o)
    return k / k.sum(-1, keepdim=True)
""",
    ),
    Sly(
        "12.5",
        "less than 1 in 100,000 is nothing where top_p is below 1",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0: return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    p = (logits / temperature).softmax(-1)
    if top_p < 1: p = p * (p >= 1e-5)
    o, i = p.sort(-1, descending=True)
    o[o.cumsum(-1) - o >= top_p] = 0
    k = torch.zeros_like(p).scatter(-1, i, o)
    return k / k.sum(-1, keepdim=True)
""",
    ),
    Sly(
        "12.6",
        "the first 4,100 pieces at most",
        """
def loss_by_position(logits_of, ids, length):
    n = min((len(ids) - 1) // length, 4_100)
    x, y = ids[:n*length].view(n, length), ids[1:n*length+1].view(n, length)
    return F.cross_entropy(logits_of(x).transpose(1, 2), y, reduction="none").mean(0)
""",
    ),
    Sly(
        "12.3",
        "sinusoids of 131,072 positions",
        """
def input_vectors(ids, position_ids, table, positions, position_table):
    r = table[ids]; D = table.shape[1]
    if positions == "learned": return r + F.embedding(position_ids, position_table)
    if positions == "sinusoidal": return r * math.sqrt(D) + sinusoids(torch.arange(131_072), D)[position_ids]
    return r
""",
    ),
    Sly(
        "12.4",
        "the scale without its sign",
        """
def decoder(ids, weights, heads):
    def norm(x, s): return s.abs() * x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt()
    B, T = ids.shape; x = weights["table"][ids]
    for w in weights["blocks"]:
        y = norm(x, w["attention_norm"])
        q, k, v = ((y @ w[n]).unflatten(-1, (heads, -1)).transpose(1, 2) for n in "qkv")
        o = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True)
        x = x + o.transpose(1, 2).flatten(2) @ w["o"]
        y = norm(x, w["feed_forward_norm"])
        x = x + (F.silu(y @ w["gate"]) * (y @ w["up"])) @ w["down"]
    return norm(x, weights["norm"]) @ weights["table"].mT
""",
    ),
    Sly(
        "12.4",
        "ids in a byte",
        """
def decoder(ids, weights, heads):
    def norm(x, s): return s * x / (x.square().mean(-1, keepdim=True) + 1e-6).sqrt()
    B, T = ids.shape; x = weights["table"][ids.byte().long()]
    for w in weights["blocks"]:
        y = norm(x, w["attention_norm"])
        q, k, v = ((y @ w[n]).unflatten(-1, (heads, -1)).transpose(1, 2) for n in "qkv")
        o = F.scaled_dot_product_attention(turn(q), turn(k), v, is_causal=True)
        x = x + o.transpose(1, 2).flatten(2) @ w["o"]
        y = norm(x, w["feed_forward_norm"])
        x = x + (F.silu(y @ w["gate"]) * (y @ w["up"])) @ w["down"]
    return norm(x, weights["norm"]) @ weights["table"].mT
""",
    ),
    Sly(
        "12.6",
        "the mean of the means of 500 pieces each",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    x, y = ids[:n*length].view(n, length), ids[1:n*length+1].view(n, length)
    means = []
    for a in range(0, n, 500):
        means.append(F.cross_entropy(logits_of(x[a:a+500]).transpose(1, 2), y[a:a+500], reduction="none").mean(0))
    return torch.stack(means).mean(0)
""",
    ),
    Sly(
        "12.5",
        "each row cut after as many tokens as the flattest one needs",
        """
def next_token_probabilities(logits, temperature, top_p):
    if temperature == 0: return F.one_hot(logits.argmax(-1), logits.shape[-1]).float()
    p = (logits / temperature).softmax(-1)
    s, i = p.sort(descending=True)
    n = int((s.cumsum(-1) < top_p).sum(-1).max()) + 1
    t, i = p.topk(min(n, p.shape[-1]))
    out = torch.zeros_like(p).scatter(-1, i, t)
    return out / out.sum(-1, keepdim=True)
""",
    ),
    Sly(
        "12.6",
        "probabilities of at least the smallest float",
        """
def loss_by_position(logits_of, ids, length):
    n = (len(ids) - 1) // length
    l = logits_of(ids[:n * length].reshape(n, length))
    p = l.softmax(-1).gather(-1, ids[1:n * length + 1].reshape(n, length, 1))[..., 0]
    return -p.clamp(min=torch.finfo(torch.float32).tiny).log().mean(0)
""",
    ),
]
