"""Lesson 1's code, compared merge for merge and token for token with the `tokenizers` library."""

import json
import random
import re
import string
from collections import Counter
from itertools import pairwise

import pytest
from tokenizers import Regex, Tokenizer, decoders, models, pre_tokenizers, trainers

from embedkit import widgets
from embedkit.corpora import kjv_text, kjv_verses, words_of
from embedkit.english_hindi import ENGLISH_HINDI
from embedkit.tokens_to_ids import (
    BYTE_NAMES,
    PIECES,
    BytePairTokenizer,
    count_pairs,
    learn_merges,
    merge,
    pieces_of,
    word_vocabulary,
)

DIGITS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "-_"
HINDI = " ".join(hindi for _, hindi in ENGLISH_HINDI)
ODD = (
    "a\u0301 naïve—“quoted” 1️⃣ 👩\u200d👧 ２０２６ ½ ⅷ 王様 \u00a0\u200b\u2028 मुझे "
    "\t\tx\r\n\n_y_ don't İ ſ \x00 \x1c z"
)
ALPHABETS = ["a", "ab", "abc", "abcd ", "ab १२", "नमतेि ", "🙂é a", "01a .,\n", "aé王 \t"]


def library(text: str, number: int, lines: bool = False) -> tuple[Tokenizer, list[tuple[int, int]]]:
    """Train the library on the same pieces, and return its tokenizer and its merges as ids.

    The bytes are handed to it as its first tokens, so that its id i is byte i, as it is here. Then
    its vocabulary and merges go into a new tokenizer, in which they are not special.
    """
    cut = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(PIECES), "isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False),
        ]
    )
    trained = Tokenizer(models.BPE())
    trained.pre_tokenizer = cut
    trainer = trainers.BpeTrainer(
        vocab_size=256 + number, special_tokens=list(BYTE_NAMES), show_progress=False
    )
    trained.train_from_iterator(text.splitlines(keepends=True) if lines else [text], trainer)
    model = json.loads(trained.to_str())["model"]
    vocabulary, merges = model["vocab"], [tuple(pair) for pair in model["merges"]]
    assert [vocabulary[name] for name in BYTE_NAMES] == list(range(256))
    plain = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    plain.pre_tokenizer = cut
    plain.decoder = decoders.ByteLevel()
    return plain, [(vocabulary[one], vocabulary[other]) for one, other in merges]


@pytest.mark.parametrize("number", [0, 1000, 4096])
def test_merges_of_the_whole_kjv_equal_the_library(number):
    _, merges = library(kjv_text(), number, lines=True)
    assert learn_merges(kjv_text(), number) == merges


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "aaaa",
        "aaaaa",
        "aaa aaaa aaaaa",
        "abababab",
        "abcabc bcabca cab",
        "ab cd ef",
        "zzyyxx xx yy zz",
        "  \n\n  a  b\n",
        "🙂🙂🙂 🙃",
        HINDI,
        ODD,
        ODD * 3,
        "".join(map(chr, range(1, 600))),
    ],
)
def test_merges_of_odd_texts_equal_the_library(text):
    _, merges = library(text, 500)
    assert learn_merges(text, 500) == merges


def test_merges_and_ids_of_random_texts_equal_the_library():
    draw = random.Random(1)
    for _ in range(150):
        alphabet = draw.choice(ALPHABETS)
        text = "".join(draw.choices(alphabet, k=draw.choice([5, 30, 200, 1000])))
        number = draw.choice([1, 5, 40, 300])
        reference, merges = library(text, number)
        assert learn_merges(text, number) == merges
        other = "".join(draw.choices(alphabet, k=300))
        tokenizer = BytePairTokenizer(merges)
        assert tokenizer.encode(other) == reference.encode(other).ids
        assert tokenizer.decode(tokenizer.encode(other)) == other


@pytest.fixture(scope="module")
def kjv():
    held_out = kjv_verses()[-3000:]
    text = "\n".join(kjv_verses()[:-3000])
    reference, _ = library(text, 2000, lines=True)
    return BytePairTokenizer(learn_merges(text, 2000)), reference, held_out


def test_ids_of_unseen_text_equal_the_library(kjv):
    tokenizer, reference, held_out = kjv
    texts = [
        "\n".join(held_out),
        HINDI,
        ODD,
        "",
        " ",
        "🐉",
        "a" * 50,
        "".join(map(chr, range(999))),
    ]
    for text in texts:
        encoded = tokenizer.encode(text)
        assert encoded == reference.encode(text).ids
        assert tokenizer.decode(encoded) == text == reference.decode(encoded)


def test_byte_names_are_those_of_the_library():
    assert set(BYTE_NAMES) == set(pre_tokenizers.ByteLevel.alphabet())
    cut = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)
    for text in ["a b\n", HINDI, ODD, kjv_text()[:500]]:
        ((name, _),) = cut.pre_tokenize_str(text)
        assert name == "".join(BYTE_NAMES[byte] for byte in text.encode())


def test_every_id_is_its_bytes_and_every_text_survives(kjv):
    tokenizer, _, _ = kjv
    assert len(tokenizer.tokens) == tokenizer.vocab_size == 256 + 2000
    assert tokenizer.tokens[:256] == [bytes([byte]) for byte in range(256)]
    assert len(set(tokenizer.tokens)) == tokenizer.vocab_size
    for point in (*range(0, 0xD800, 7), *range(0xE000, 0x110000, 997)):
        assert tokenizer.decode(tokenizer.encode(chr(point))) == chr(point)


def test_pieces_are_those_of_the_library_and_join_to_the_text():
    split = pre_tokenizers.Split(Regex(PIECES), "isolated")
    everything = "".join(chr(point) for point in range(1, 0x3000))
    for text in [kjv_text()[:100_000], HINDI, ODD, everything, " " * 5, "a  b", ""]:
        pieces = pieces_of(text)
        assert pieces == [piece for piece, _ in split.pre_tokenize_str(text)]
        assert "".join(pieces) == text


def test_learning_stops_when_no_pair_is_left():
    assert learn_merges("a b", 100) == [(32, 98)]
    assert learn_merges("", 5) == []
    assert learn_merges("abc", 0) == []


def test_ties_go_to_the_smaller_ids():
    assert learn_merges("zy ba", 2) == [(32, 98), (122, 121)]


def naive_merges(text: str, number: int) -> list[tuple[int, int]]:
    """Learn merges by counting everything anew each time."""
    words = Counter(tuple(piece.encode()) for piece in pieces_of(text))
    merges: list[tuple[int, int]] = []
    while len(merges) < number and (counts := count_pairs(words)):
        best = min(counts, key=lambda pair: (-counts[pair], pair))
        words = Counter(
            {tuple(merge(w, best, 256 + len(merges))): times for w, times in words.items()}
        )
        merges.append(best)
    return merges


def test_the_index_and_the_queue_change_nothing():
    text = kjv_text()[:30_000]
    assert learn_merges(text, 150) == naive_merges(text, 150)


def test_count_pairs_counts_every_neighbour():
    words = {(1, 2, 1, 2): 3, (7, 7, 7): 2, (5,): 9, (): 4}
    assert count_pairs(words) == {(1, 2): 6, (2, 1): 3, (7, 7): 4}
    assert type(count_pairs({})) is dict


@pytest.mark.parametrize(
    ("ids", "merged"),
    [
        ([], []),
        ([1], [1]),
        ([1, 2], [9]),
        ([2, 1], [2, 1]),
        ([1, 1, 2, 2], [1, 9, 2]),
        ([1, 2, 1, 2, 1], [9, 9, 1]),
        ((1, 2, 3), [9, 3]),
    ],
)
def test_merge(ids, merged):
    before = list(ids)
    assert merge(ids, (1, 2), 9) == merged
    assert list(ids) == before


def test_merge_leaves_no_pair_behind():
    draw = random.Random(2)
    for _ in range(200):
        ids = draw.choices(range(3), k=30)
        for pair in [(1, 1), (0, 2)]:
            merged = merge(ids, pair, 9)
            assert pair not in pairwise(merged)
            assert [i for one in merged for i in (pair if one == 9 else (one,))] == ids


def test_word_vocabulary_is_by_count_then_alphabet():
    assert word_vocabulary(["b", "a", "c", "c"], 4) == {"[UNK]": 0, "c": 1, "a": 2, "b": 3}
    assert word_vocabulary(["b", "a"], 1) == {"[UNK]": 0}
    assert word_vocabulary(["[UNK]", "a"], 9) == {"[UNK]": 0, "a": 1}
    words = words_of(kjv_text())
    vocabulary = word_vocabulary(words, 1000)
    assert list(vocabulary)[:4] == ["[UNK]", "the", "and", "of"]
    assert sorted(vocabulary.values()) == list(range(1000))


@pytest.mark.parametrize("bad", [-1, 300, 301])
def test_an_id_outside_the_vocabulary_is_named(bad):
    tokenizer = BytePairTokenizer(learn_merges(HINDI, 44))
    with pytest.raises(IndexError, match=rf"id {bad} is outside .* 300 tokens.* 0 to 299"):
        tokenizer.decode([65, bad])


def test_half_a_character_is_replaced_or_refused():
    tokenizer = BytePairTokenizer([])
    assert tokenizer.decode([0xE0, 0xA4]) == "\ufffd"
    assert tokenizer.decode([0xE0, 0xA4, 0xB0, 0x41]) == "रA"
    with pytest.raises(UnicodeDecodeError):
        tokenizer.decode([0xE0, 0xA4], errors="strict")


def test_a_special_token_is_one_only_where_that_is_allowed():
    names = ("<|end|>", "<|end|>>", "[PAD]")
    tokenizer = BytePairTokenizer([(105, 110)], special_tokens=names)
    assert tokenizer.vocab_size == 260
    assert [tokenizer.special_id(name) for name in names] == [257, 258, 259]
    assert tokenizer.encode("in<|end|>", allow_special=True) == [256, 257]
    assert tokenizer.encode("<|end|>>[PAD]x", allow_special=True) == [258, 259, 120]
    typed = tokenizer.encode("in<|end|>")
    assert typed == [256, *b"<|end|>"]
    assert tokenizer.decode(typed) == tokenizer.decode([256, 257]) == "in<|end|>"
    with pytest.raises(ValueError, match="not in tuple"):
        tokenizer.special_id("[CLS]")


def test_half_a_surrogate_pair_is_refused():
    with pytest.raises(UnicodeEncodeError):
        BytePairTokenizer([]).encode("\ud83d")


def test_the_figure_is_small_and_holds_its_merges():
    merges = learn_merges("sing king ring kingdom <b>", 30)
    examples = {"king </script>": {"a": [b"king", b" </script>"], "b": [b"king", b"##x"]}}
    page = widgets.byte_pairs(merges, PIECES, examples)
    assert len(page.data) < 6_500
    assert page.data.count("</script>") == 1
    assert "://" not in page.data
    assert "JavaScript" in repr(page)
    (code,) = re.findall(r'code = "([\w-]*)"', page.data)
    numbers = [
        DIGITS.index(one) * 64 + DIGITS.index(two)
        for one, two in zip(code[::2], code[1::2], strict=True)
    ]
    assert list(zip(numbers[::2], numbers[1::2], strict=True)) == merges
    assert '"a": [4, 10], "b": ["king", "##x"]' in page.data
