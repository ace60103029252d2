"""The shapes of real models, each with the place where it was read.

A line of this table is a model's configuration and no more: the counting is left to
:func:`embedkit.price_of_the_table.count_parameters`, and the tests compare the result with the
model that ``transformers`` builds from the same configuration.
"""

from dataclasses import dataclass, replace

from embedkit.price_of_the_table import ModelShape

TORCHTUNE = "https://github.com/pytorch/torchtune/blob/main/torchtune/models/{}/_model_builders.py"
NANOGPT = "https://github.com/karpathy/nanoGPT/blob/master/model.py"
BERT = "https://github.com/google-research/bert"
GEMMA = "https://github.com/google/gemma_pytorch/blob/main/gemma/config.py"
DEFAULTS = "https://huggingface.co/docs/transformers/model_doc/{}"


@dataclass(frozen=True)
class RealModel:
    """A model that exists.

    Args:
        family: the name that ``transformers`` has for models built like it.
        shape: what decides its number of parameters.
        source: where the numbers were read.
    """

    family: str
    shape: ModelShape
    source: str


OF_2018 = ModelShape(0, 0, 0, 1, 0, gated=False, norm=2, qkv_bias=True, bias=True, tied=True)
"""What GPT-2 and BERT have in common: biases everywhere, LayerNorm, and two matrices, not three."""


def _of_2018(base: ModelShape, dim: int, layers: int, heads: int) -> ModelShape:
    return replace(base, model_dim=dim, layers=layers, heads=heads, ffn_dim=4 * dim)


def _gpt2(dim: int, layers: int, heads: int) -> RealModel:
    base = replace(OF_2018, vocab_size=50257, positions=1024)
    return RealModel("gpt2", _of_2018(base, dim, layers, heads), NANOGPT)


def _bert(dim: int, layers: int, heads: int) -> RealModel:
    base = replace(OF_2018, vocab_size=30522, positions=512, segments=2, masked_head=True)
    return RealModel("bert", _of_2018(base, dim, layers, heads), BERT)


def _albert(dim: int, heads: int) -> RealModel:
    wide = _bert(dim, 12, heads).shape
    shape = replace(wide, vocab_size=30000, embedding_dim=128, one_layer=True)
    return RealModel("albert", shape, DEFAULTS.format("albert"))


def _llama(
    size: str, vocab_size: int, dim: int, layers: int, heads: int, kv: int, ffn: int
) -> RealModel:
    shape = ModelShape(vocab_size, dim, layers, heads, ffn, kv, tied=size == "llama3_2")
    return RealModel("llama", shape, TORCHTUNE.format(size))


def _qwen2(dim: int, layers: int, heads: int, kv: int, ffn: int, *, tied: bool) -> RealModel:
    vocab_size = 151936 if tied else 152064
    shape = ModelShape(vocab_size, dim, layers, heads, ffn, kv, qkv_bias=True, tied=tied)
    return RealModel("qwen2", shape, TORCHTUNE.format("qwen2_5"))


def _qwen3(dim: int, layers: int, heads: int, ffn: int, *, tied: bool) -> RealModel:
    shape = ModelShape(
        151936, dim, layers, heads, ffn, kv_heads=8, head_dim=128, qk_norm=True, tied=tied
    )
    return RealModel("qwen3", shape, TORCHTUNE.format("qwen3"))


def _gemma2(dim: int, layers: int, heads: int, kv: int, head_dim: int, ffn: int) -> RealModel:
    shape = ModelShape(256000, dim, layers, heads, ffn, kv, head_dim, norms=4, tied=True)
    return RealModel("gemma2", shape, DEFAULTS.format("gemma2") if layers == 26 else GEMMA)


def _default(family: str, shape: ModelShape) -> RealModel:
    return RealModel(family, shape, DEFAULTS.format(family))


REAL_MODELS: dict[str, RealModel] = {
    "GPT-2 small": _gpt2(768, 12, 12),
    "GPT-2 medium": _gpt2(1024, 24, 16),
    "GPT-2 large": _gpt2(1280, 36, 20),
    "GPT-2 XL": _gpt2(1600, 48, 25),
    "BERT-base": _bert(768, 12, 12),
    "BERT-large": _bert(1024, 24, 16),
    "ALBERT-base": _albert(768, 12),
    "Llama-2-7B": _llama("llama2", 32000, 4096, 32, 32, 32, 11008),
    "Llama-2-13B": _llama("llama2", 32000, 5120, 40, 40, 40, 13824),
    "Llama-2-70B": _llama("llama2", 32000, 8192, 80, 64, 8, 28672),
    "Llama-3.2-1B": _llama("llama3_2", 128256, 2048, 16, 32, 8, 8192),
    "Llama-3.2-3B": _llama("llama3_2", 128256, 3072, 28, 24, 8, 8192),
    "Llama-3-8B": _llama("llama3", 128256, 4096, 32, 32, 8, 14336),
    "Llama-3-70B": _llama("llama3", 128256, 8192, 80, 64, 8, 28672),
    "Mistral-7B": _default("mistral", ModelShape(32000, 4096, 32, 32, 14336, 8)),
    "Phi-3-mini": _default("phi3", ModelShape(32064, 3072, 32, 32, 8192)),
    "OLMo-7B": _default("olmo", ModelShape(50304, 4096, 32, 32, 11008, norm=0)),
    "Gemma-2-2B": _gemma2(2304, 26, 8, 4, 256, 9216),
    "Gemma-2-9B": _gemma2(3584, 42, 16, 8, 256, 14336),
    "Gemma-2-27B": _gemma2(4608, 46, 32, 16, 128, 36864),
    "Qwen2.5-0.5B": _qwen2(896, 24, 14, 2, 4864, tied=True),
    "Qwen2.5-1.5B": _qwen2(1536, 28, 12, 2, 8960, tied=True),
    "Qwen2.5-3B": _qwen2(2048, 36, 16, 2, 11008, tied=True),
    "Qwen2.5-7B": _qwen2(3584, 28, 28, 4, 18944, tied=False),
    "Qwen2.5-14B": _qwen2(5120, 48, 40, 8, 13824, tied=False),
    "Qwen2.5-32B": _qwen2(5120, 64, 40, 8, 27648, tied=False),
    "Qwen2.5-72B": _qwen2(8192, 80, 64, 8, 29568, tied=False),
    "Qwen3-0.6B": _qwen3(1024, 28, 16, 3072, tied=True),
    "Qwen3-1.7B": _qwen3(2048, 28, 16, 6144, tied=True),
    "Qwen3-4B": _qwen3(2560, 36, 32, 9728, tied=True),
    "Qwen3-8B": _qwen3(4096, 36, 32, 12288, tied=False),
    "Qwen3-14B": _qwen3(5120, 40, 40, 17408, tied=False),
    "Qwen3-32B": _qwen3(5120, 64, 64, 25600, tied=False),
}
"""By name; a family stands together, its smallest model first."""


def transformers_config(model: RealModel) -> dict[str, object]:
    """Return the arguments of the family's config class in ``transformers``, for a model."""
    shape = model.shape
    if model.family == "gpt2":
        return {
            "vocab_size": shape.vocab_size,
            "n_positions": shape.positions,
            "n_embd": shape.model_dim,
            "n_layer": shape.layers,
            "n_head": shape.heads,
            "n_inner": shape.ffn_dim,
        }
    config: dict[str, object] = {
        "vocab_size": shape.vocab_size,
        "hidden_size": shape.model_dim,
        "num_hidden_layers": shape.layers,
        "num_attention_heads": shape.heads,
        "intermediate_size": shape.ffn_dim,
    }
    if shape.masked_head:
        config |= {"embedding_size": shape.table_dim} if model.family == "albert" else {}
        return config
    config |= {
        "num_key_value_heads": shape.kv_heads or shape.heads,
        "tie_word_embeddings": shape.tied,
    }
    if model.family not in ("phi3", "olmo", "qwen2"):
        config["head_dim"] = shape.query_dim // shape.heads
    if model.family == "phi3":
        config["pad_token_id"] = 0  # the usual one lies outside tables smaller than its own
    return config
