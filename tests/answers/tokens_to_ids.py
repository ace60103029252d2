"""Answers to sheet 1 that learners give."""

from tests.answers import Right, Wrong

VOCABULARY_WRONG = [
    Wrong(
        "1.1",
        "most_common and nothing more",
        "as in most_common",
        """
def word_vocabulary(words, size):
    vocabulary = {"[UNK]": 0}
    for word, count in Counter(words).most_common(size - 1):
        vocabulary[word] = len(vocabulary)
    return vocabulary
""",
    ),
    Wrong(
        "1.1",
        "capitals among small letters",
        "Capitals are mixed in",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts)
    order.sort(key=lambda word: (-counts[word], word.lower()))
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "words with a capital in front, then the others, each as in a dictionary",
        "Only in front of a word",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], not w[:1].isupper(), w.lower(), w))
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "the largest count of nothing",
        "It stopped with ValueError",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    vocabulary = {"[UNK]": 0}
    for count in range(max(counts.values()), 0, -1):
        for word in sorted(word for word in counts if counts[word] == count):
            if len(vocabulary) < size:
                vocabulary[word] = len(vocabulary)
    return vocabulary
""",
    ),
    Wrong(
        "1.1",
        "both keys reversed",
        "reverse alphabetical",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (counts[word], word), reverse=True)
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "alphabetical only",
        "in alphabetical order. The more frequent",
        """
def word_vocabulary(words, size):
    return {word: i for i, word in enumerate(["[UNK]"] + sorted(set(words))[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "in the order of the text",
        "order in which the text brings them. The more",
        """
def word_vocabulary(words, size):
    vocabulary = {"[UNK]": 0}
    for word in words:
        if word not in vocabulary and len(vocabulary) < size:
            vocabulary[word] = len(vocabulary)
    return vocabulary
""",
    ),
    Wrong(
        "1.1",
        "no [UNK]",
        "[UNK] is missing",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(order[:size])}
""",
    ),
    Wrong(
        "1.1",
        "[UNK] last",
        "[UNK] stands at the end",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(order[:size - 1] + ["[UNK]"])}
""",
    ),
    Wrong(
        "1.1",
        "counts for ids",
        "values are counts",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))[:size - 1]
    return {"[UNK]": 0, **{word: counts[word] for word in order}}
""",
    ),
    Wrong(
        "1.1",
        "rarest first",
        "rarest word comes first",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (counts[word], word))
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "one too many",
        "one entry too many",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size])}
""",
    ),
    Wrong(
        "1.1",
        "size forgotten",
        "All words are in it",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(["[UNK]"] + order)}
""",
    ),
    Wrong(
        "1.1",
        "small letters",
        "two words.",
        """
def word_vocabulary(words, size):
    counts = Counter(word.lower() for word in words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "a list",
        "of type list. A dict was expected",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    return ["[UNK]"] + sorted(counts, key=lambda word: (-counts[word], word))[:size - 1]
""",
    ),
    Wrong(
        "1.1",
        "ids to words",
        "The key '[UNK]' is missing",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return dict(enumerate(["[UNK]"] + order[:size - 1]))
""",
    ),
    Wrong(
        "1.1",
        "sorts the input",
        "changes its input words in place",
        """
def word_vocabulary(words, size):
    words.sort()
    common = [word for word, _ in Counter(words).most_common(size - 1)]
    return {word: i for i, word in enumerate(["[UNK]"] + common)}
""",
    ),
    Wrong(
        "1.1",
        "sorts equals after the cut",
        "sorted after the cut",
        """
def word_vocabulary(words, size):
    common = Counter(words).most_common(size - 1)
    common.sort(key=lambda item: (-item[1], item[0]))
    return {"[UNK]": 0} | {word: i for i, (word, _) in enumerate(common, start=1)}
""",
    ),
    Wrong(
        "1.1",
        "strips punctuation",
        "is a word too",
        """
def word_vocabulary(words, size):
    counts = Counter(word.strip(".,;:!?") for word in words)
    order = sorted(counts, key=lambda word: (-counts[word], word))
    return {word: i for i, word in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Wrong(
        "1.1",
        "a default that all calls share",
        "words of an earlier text",
        """
def word_vocabulary(words, size, vocabulary={"[UNK]": 0}):
    counts = Counter(words)
    for word in sorted(counts, key=lambda word: (-counts[word], word))[:size - 1]:
        vocabulary[word] = len(vocabulary)
    return vocabulary
""",
    ),
]

VOCABULARY_RIGHT = [
    Right(
        "1.1",
        "a dict of a kind of its own",
        """
class Vocabulary(dict):
    def __missing__(self, word):
        return 0

def word_vocabulary(words, size):
    counts = Counter(words)
    vocabulary = Vocabulary({"[UNK]": 0})
    for word in sorted(counts, key=lambda word: (-counts[word], word))[: size - 1]:
        vocabulary[word] = len(vocabulary)
    return vocabulary
""",
    ),
    Right(
        "1.1",
        "most_common of sorted words",
        """
def word_vocabulary(words, size):
    common = Counter(sorted(words)).most_common(size - 1)
    return {"[UNK]": 0} | {word: i for i, (word, _) in enumerate(common, start=1)}
""",
    ),
    Right(
        "1.1",
        "two sorts, one after the other",
        """
def word_vocabulary(words, size):
    counts = {}
    for word in words:
        counts[word] = counts.get(word, 0) + 1
    order = sorted(counts)
    order.sort(key=counts.get, reverse=True)
    vocabulary = {"[UNK]": 0}
    while order and len(vocabulary) < size:
        vocabulary[order.pop(0)] = len(vocabulary)
    return vocabulary
""",
    ),
    Right(
        "1.1",
        "the entries in another order",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted((-count, word) for word, count in counts.items())[:size - 1]
    vocabulary = {word: i + 1 for i, (_, word) in enumerate(order)}
    vocabulary["[UNK]"] = 0
    return vocabulary
""",
    ),
    Right(
        "1.1",
        "a defaultdict",
        """
def word_vocabulary(words, size):
    from collections import defaultdict
    counts = Counter(words)
    vocabulary = defaultdict(int)
    for word in ["[UNK]"] + sorted(counts, key=lambda w: (-counts[w], w))[:size - 1]:
        vocabulary[word] = len(vocabulary)
    return vocabulary
""",
    ),
    Right(
        "1.1",
        "NumPy's unique",
        """
def word_vocabulary(words, size):
    import numpy as np
    names, counts = np.unique(words, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    return {"[UNK]": 0, **{names[i]: n for n, i in enumerate(order[:size - 1], 1)}}
""",
    ),
]

DECODE_WRONG = [
    Wrong(
        "1.2",
        "brings the text into one of its forms",
        "This is not what was expected",
        """
import unicodedata

def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    return unicodedata.normalize("NFC", text)
""",
    ),
    Wrong(
        "1.2",
        "a call for each id",
        "RecursionError",
        """
def decode(ids, tokens):
    def joined(i):
        return b"" if i == len(ids) else tokens[ids[i]] + joined(i + 1)
    return joined(0).decode(errors="replace")
""",
    ),
    Wrong(
        "1.2",
        "token by token, replacing",
        "in the middle of a character. Join all bytes first, and decode once",
        """
def decode(ids, tokens):
    return "".join(tokens[i].decode(errors="replace") for i in ids)
""",
    ),
    Wrong(
        "1.2",
        "token by token, ignoring",
        "halves of characters are lost",
        """
def decode(ids, tokens):
    return "".join(tokens[i].decode(errors="ignore") for i in ids)
""",
    ),
    Wrong(
        "1.2",
        "token by token, strictly",
        "half of one is no text",
        """
def decode(ids, tokens):
    text = ""
    for i in ids:
        text += tokens[i].decode("utf-8")
    return text
""",
    ),
    Wrong(
        "1.2",
        "strict",
        "It stops at bytes",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids).decode("utf-8")
""",
    ),
    Wrong(
        "1.2",
        "ignores",
        "vanish",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids).decode("utf-8", errors="ignore")
""",
    ),
    Wrong(
        "1.2",
        "latin-1",
        "Each byte became a character",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids).decode("latin-1")
""",
    ),
    Wrong(
        "1.2",
        "chr of each byte",
        "Each byte became a character",
        """
def decode(ids, tokens):
    return "".join(chr(byte) for i in ids for byte in tokens[i])
""",
    ),
    Wrong(
        "1.2",
        "spaces",
        "spaces between the tokens",
        """
def decode(ids, tokens):
    return b" ".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
""",
    ),
    Wrong(
        "1.2",
        "str of bytes",
        "b'…' and all.",
        """
def decode(ids, tokens):
    return str(b"".join(tokens[i] for i in ids))
""",
    ),
    Wrong(
        "1.2",
        "bytes",
        "It returns bytes",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids)
""",
    ),
    Wrong(
        "1.2",
        "the vocabulary",
        "whole vocabulary",
        """
def decode(ids, tokens):
    return b"".join(tokens).decode("utf-8", errors="replace")
""",
    ),
    Wrong(
        "1.2",
        "counts from one",
        "stopped with IndexError",
        """
def decode(ids, tokens):
    return b"".join(tokens[i + 1] for i in ids).decode("utf-8", errors="replace")
""",
    ),
    Wrong(
        "1.2",
        "cannot add up nothing",
        "stopped with TypeError",
        """
def decode(ids, tokens):
    from functools import reduce
    return reduce(lambda a, b: a + b, [tokens[i] for i in ids]).decode(errors="replace")
""",
    ),
    Wrong(
        "1.2",
        "a question mark",
        "not what was expected",
        """
def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    return text.replace("\\ufffd", "?")
""",
    ),
    Wrong(
        "1.2",
        "str of each token",
        "once for each token",
        """
def decode(ids, tokens):
    text = ""
    for i in ids:
        text += str(tokens[i])
    return text
""",
    ),
    Wrong(
        "1.2",
        "one sign for the whole text",
        "stands for the whole text",
        """
def decode(ids, tokens):
    try:
        return b"".join(tokens[i] for i in ids).decode("utf-8")
    except UnicodeDecodeError:
        return "�"
""",
    ),
    Wrong(
        "1.2",
        "one sign for a run",
        "have become one",
        """
def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    while "��" in text:
        text = text.replace("��", "�")
    return text
""",
    ),
    Wrong(
        "1.2",
        "strips",
        "at the ends is lost",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace").strip()
""",
    ),
]

DECODE_RIGHT = [
    Right(
        "1.2",
        "a bytearray",
        """
def decode(ids, tokens):
    together = bytearray()
    for i in ids:
        together.extend(tokens[i])
    return together.decode("utf-8", "replace")
""",
    ),
    Right(
        "1.2",
        "byte by byte",
        """
def decode(ids, tokens):
    return bytes(byte for i in ids for byte in tokens[i]).decode(errors="replace")
""",
    ),
    Right(
        "1.2",
        "an incremental decoder",
        """
def decode(ids, tokens):
    import codecs
    decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")
    return "".join(decoder.decode(tokens[i]) for i in ids) + decoder.decode(b"", final=True)
""",
    ),
]

COUNT_WRONG = [
    Wrong(
        "1.3",
        "one number for two ids",
        "The key (1, 128000) is missing",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for one, other in zip(word, word[1:]):
            counts[one * 100_000 + other] += times
    return {divmod(key, 100_000): times for key, times in counts.items()}
""",
    ),
    Wrong(
        "1.3",
        "without weights",
        "Each word counts once",
        """
def count_pairs(words):
    counts = Counter()
    for word in words:
        for pair in zip(word, word[1:]):
            counts[pair] += 1
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "once a word",
        "once in each word. Count every place",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in set(zip(word, word[1:])):
            counts[pair] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "overwrites",
        "Add to them",
        """
def count_pairs(words):
    counts = {}
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] = times
    return counts
""",
    ),
    Wrong(
        "1.3",
        "across words",
        "from the end of one word into the next",
        """
def count_pairs(words):
    text = [i for word, times in words.items() for i in word * times]
    return dict(Counter(zip(text, text[1:])))
""",
    ),
    Wrong(
        "1.3",
        "a set for each pair",
        "another pair than",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for a, b in zip(word, word[1:]):
            counts[tuple(sorted((a, b)))] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "the last pair missing",
        "The last pair of a word is missing",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for i in range(len(word) - 2):
            counts[word[i], word[i + 1]] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "past the end",
        "lies past the end",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for i in range(len(word)):
            counts[word[i], word[i + 1]] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "a ring",
        "not a ring",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for i in range(len(word)):
            counts[word[i - 1], word[i]] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "two by two",
        "cut the word into twos",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word[::2], word[1::2]):
            counts[pair] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "no overlap",
        "Pairs may overlap",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        i, before = 0, None
        while i < len(word) - 1:
            pair = word[i], word[i + 1]
            if pair == before:
                before = None
            else:
                counts[pair] += times
                before = pair
            i += 1
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "pairs as text",
        "key (1, 2) is missing",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for a, b in zip(word, word[1:]):
            counts[f"{a} {b}"] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "most_common",
        "of type list. A dict was expected",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] += times
    return counts.most_common()
""",
    ),
    Wrong(
        "1.3",
        "eats the words",
        "changes its input words in place",
        """
def count_pairs(words):
    counts = Counter()
    while words:
        word, times = words.popitem()
        for pair in zip(word, word[1:]):
            counts[pair] += times
    return counts
""",
    ),
    Wrong(
        "1.3",
        "only the first word",
        "The key",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] += times
        return counts
    return counts
""",
    ),
    Wrong(
        "1.3",
        "adds to nothing",
        "no count yet",
        """
def count_pairs(words):
    counts = {}
    for word, times in words.items():
        for i in range(len(word) - 1):
            counts[word[i], word[i + 1]] += times
    return counts
""",
    ),
    Wrong(
        "1.3",
        "the most frequent pair",
        "Return the counts of all",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] += times
    return max(counts, key=counts.get) if counts else None
""",
    ),
    Wrong(
        "1.3",
        "a default that all calls share",
        "an earlier call",
        """
def count_pairs(words, counts={}):
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] = counts.get(pair, 0) + times
    return counts
""",
    ),
    Wrong(
        "1.3",
        "a frozenset for a pair",
        "a dict with a frozenset for a key. Tuples of int",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[frozenset(pair)] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "tensors in the pairs",
        "a tuple of Tensor for a key",
        """
def count_pairs(words):
    import torch
    counts = Counter()
    for word, times in words.items():
        ids = torch.tensor(word)
        for pair in zip(ids, ids[1:]):
            counts[pair] += times
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "a pair counts once in a run",
        "Pairs may overlap",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        before = None
        for pair in zip(word, word[1:]):
            if pair != before:
                counts[pair] += times
            before = pair
    return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "nothing where there is no pair",
        "It returns None",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] += times
    if counts:
        return dict(counts)
""",
    ),
    Wrong(
        "1.3",
        "the number left over from a loop",
        "should be",
        """
def count_pairs(words):
    pairs = []
    for word, times in words.items():
        pairs += zip(word, word[1:])
    counts = Counter()
    for pair in pairs:
        counts[pair] += times
    return counts
""",
    ),
]

COUNT_RIGHT = [
    Right(
        "1.3",
        "a Counter",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] += times
    return counts
""",
    ),
    Right(
        "1.3",
        "a defaultdict and places",
        """
def count_pairs(words):
    from collections import defaultdict
    counts = defaultdict(int)
    for word in words:
        for i in range(1, len(word)):
            counts[(word[i - 1], word[i])] += words[word]
    return counts
""",
    ),
    Right(
        "1.3",
        "a plain dict and slices",
        """
def count_pairs(words):
    counts = {}
    for word, times in words.items():
        for i in range(len(word) - 1):
            counts[word[i:i + 2]] = counts.get(word[i:i + 2], 0) + times
    return counts
""",
    ),
    Right(
        "1.3",
        "a named tuple",
        """
def count_pairs(words):
    from collections import namedtuple
    Pair = namedtuple("Pair", "left right")
    counts = Counter()
    for word, times in words.items():
        for one, other in zip(word, word[1:]):
            counts[Pair(one, other)] += times
    return counts
""",
    ),
]

MERGE_WRONG = [
    Wrong(
        "1.4",
        "looks for the bytes of the ids",
        "should be",
        """
def merge(ids, pair, new_id):
    def packed(numbers):
        return b"".join(number.to_bytes(8, "little") for number in numbers)
    data = packed(ids).replace(packed(pair), packed([new_id]))
    return [int.from_bytes(data[i : i + 8], "little") for i in range(0, len(data), 8)]
""",
    ),
    Wrong(
        "1.4",
        "looks for the bytes of the ids, the high ones first",
        "should be",
        """
def merge(ids, pair, new_id):
    def packed(numbers):
        return b"".join(number.to_bytes(4, "big") for number in numbers)
    data = packed(ids).replace(packed(pair), packed([new_id]))
    return [int.from_bytes(data[i : i + 4], "big") for i in range(0, len(data), 4)]
""",
    ),
    Wrong(
        "1.4",
        "compares with is",
        "should be",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] is pair[0] and ids[i + 1] is pair[1]:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "first only",
        "Only the first occurrence",
        """
def merge(ids, pair, new_id):
    for i in range(len(ids) - 1):
        if (ids[i], ids[i + 1]) == pair:
            return ids[:i] + [new_id] + ids[i + 2:]
    return ids
""",
    ),
    Wrong(
        "1.4",
        "the same list where nothing is merged",
        "the very one that came in",
        """
def merge(ids, pair, new_id):
    if pair not in zip(ids, ids[1:]):
        return ids
    out, i = [], 0
    while i < len(ids):
        found = tuple(ids[i:i + 2]) == pair
        out.append(new_id if found else ids[i])
        i += 2 if found else 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "second kept",
        "second id of the pair stayed",
        """
def merge(ids, pair, new_id):
    out = []
    for i in range(len(ids)):
        if tuple(ids[i:i + 2]) == pair:
            out.append(new_id)
        else:
            out.append(ids[i])
    return out
""",
    ),
    Wrong(
        "1.4",
        "either of the two",
        "wherever it stands. They become one",
        """
def merge(ids, pair, new_id):
    return [new_id if i in pair else i for i in ids]
""",
    ),
    Wrong(
        "1.4",
        "put in between",
        "still there",
        """
def merge(ids, pair, new_id):
    out = []
    for i, one in enumerate(ids):
        out.append(one)
        if i > 0 and (ids[i - 1], one) == pair:
            out.append(new_id)
    return out
""",
    ),
    Wrong(
        "1.4",
        "last id lost",
        "The last id is lost",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "past the end",
        "reads past the end",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if ids[i] == pair[0] and ids[i + 1] == pair[1]:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "from the right",
        "merge from the right",
        """
def merge(ids, pair, new_id):
    out = list(ids)
    i = len(out) - 2
    while i >= 0:
        if (out[i], out[i + 1]) == pair:
            out[i:i + 2] = [new_id]
            i -= 1
        i -= 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "an id used twice",
        "used for two pairs.",
        """
def merge(ids, pair, new_id):
    starts = [i for i in range(len(ids) - 1) if (ids[i], ids[i + 1]) == pair]
    out = []
    for i, one in enumerate(ids):
        if i in starts:
            out.append(new_id)
        elif i - 1 not in starts:
            out.append(one)
    return out
""",
    ),
    Wrong(
        "1.4",
        "either order",
        "another pair than",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if set(ids[i:i + 2]) == set(pair) and len(ids[i:i + 2]) == 2:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "in place",
        "changes its input ids in place",
        """
def merge(ids, pair, new_id):
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            ids[i:i + 2] = [new_id]
        i += 1
    return ids
""",
    ),
    Wrong(
        "1.4",
        "in place, nothing returned",
        "It returns None",
        """
def merge(ids, pair, new_id):
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            ids[i:i + 2] = [new_id]
        i += 1
""",
    ),
    Wrong(
        "1.4",
        "text replace",
        "inside 11 2 too",
        """
def merge(ids, pair, new_id):
    text = " ".join(map(str, ids)).replace(f"{pair[0]} {pair[1]}", str(new_id))
    return [int(i) for i in text.split()]
""",
    ),
    Wrong(
        "1.4",
        "a tuple",
        "of type tuple. A list was expected",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        found = tuple(ids[i:i + 2]) == pair
        out.append(new_id if found else ids[i])
        i += 1 + found
    return tuple(out)
""",
    ),
    Wrong(
        "1.4",
        "a list against a tuple",
        "never equals a tuple",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if ids[i:i + 2] == pair:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "a for loop over a list that shrinks",
        "counts to the old length",
        """
def merge(ids, pair, new_id):
    out = list(ids)
    for i in range(len(out) - 1):
        if (out[i], out[i + 1]) == pair:
            out[i:i + 2] = [new_id]
    return out
""",
    ),
    Wrong(
        "1.4",
        "a flag to skip, and the last id forgotten",
        "The last id is lost",
        """
def merge(ids, pair, new_id):
    out, skip = [], False
    for one, other in zip(ids, ids[1:]):
        if skip:
            skip = False
        elif (one, other) == pair:
            out.append(new_id)
            skip = True
        else:
            out.append(one)
    return out
""",
    ),
    Wrong(
        "1.4",
        "a ring",
        "not a ring",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids):
        if (ids[i], ids[(i + 1) % len(ids)]) == pair:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out
""",
    ),
    Wrong(
        "1.4",
        "looks back at the ids",
        "whole run becomes one",
        """
def merge(ids, pair, new_id):
    out = []
    for i in range(len(ids)):
        if out and (ids[i - 1], ids[i]) == pair:
            out[-1] = new_id
        else:
            out.append(ids[i])
    return out
""",
    ),
    Wrong(
        "1.4",
        "begins with the first id",
        "there is no first one",
        """
def merge(ids, pair, new_id):
    out = [ids[0]]
    for one in ids[1:]:
        if (out[-1], one) == pair:
            out[-1] = new_id
        else:
            out.append(one)
    return out
""",
    ),
    Wrong(
        "1.4",
        "past the end, without looking first",
        "reads past the end",
        """
def merge(ids, pair, new_id):
    out = []
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            out.append(new_id)
            i += 2
        else:
            out.append(ids[i])
            i += 1
    return out + [ids[i]]
""",
    ),
]

MERGE_RIGHT = [
    Right(
        "1.4",
        "splices a copy",
        """
def merge(ids, pair, new_id):
    ids = list(ids)
    i = 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            ids[i:i + 2] = [new_id]
        i += 1
    return ids
""",
    ),
    Right(
        "1.4",
        "remembers what is covered",
        """
def merge(ids, pair, new_id):
    out, covered = [], False
    for one, other in zip(ids, ids[1:] + [None]):
        if covered:
            covered = False
        elif (one, other) == pair:
            out.append(new_id)
            covered = True
        else:
            out.append(one)
    return out
""",
    ),
    Right(
        "1.4",
        "looks back",
        """
def merge(ids, pair, new_id):
    out, free = [], False
    for one in ids:
        if free and out and (out[-1], one) == pair:
            out[-1] = new_id
            free = False
        else:
            out.append(one)
            free = True
    return out
""",
    ),
    Right(
        "1.4",
        "calls itself for the rest",
        """
def merge(ids, pair, new_id):
    for i in range(len(ids) - 1):
        if (ids[i], ids[i + 1]) == pair:
            return ids[:i] + [new_id] + merge(ids[i + 2:], pair, new_id)
    return list(ids)
""",
    ),
]

ENCODE_WRONG = [
    Wrong(
        "1.5",
        "one number for two ids",
        "should be",
        """
def encode(text, merges):
    ranks = {one * 1000 + other: i for i, (one, other) in enumerate(merges)}
    ids = list(text.encode())
    while True:
        found = [ranks[a * 1000 + b] for a, b in zip(ids, ids[1:]) if a * 1000 + b in ranks]
        if not found:
            return ids
        rank, i = min(found), 0
        while i < len(ids) - 1:
            if ranks.get(ids[i] * 1000 + ids[i + 1]) == rank:
                ids[i : i + 2] = [256 + rank]
            i += 1
""",
    ),
    Wrong(
        "1.5",
        "a call for each merge",
        "RecursionError",
        """
def encode(text, merges):
    def from_rank(ids, rank):
        if rank == len(merges):
            return ids
        out, i = [], 0
        while i < len(ids):
            if tuple(ids[i : i + 2]) == tuple(merges[rank]):
                out.append(256 + rank)
                i += 2
            else:
                out.append(ids[i])
                i += 1
        return from_rank(out, rank + 1)
    return from_rank(list(text.encode()), 0)
""",
    ),
    Wrong(
        "1.5",
        "left to right",
        "from left to right whatever fits",
        """
def encode(text, merges):
    ids = list(text.encode())
    i = 0
    while i < len(ids) - 1:
        pair = (ids[i], ids[i + 1])
        if pair in merges:
            ids[i:i + 2] = [256 + merges.index(pair)]
            i = 0
        else:
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "longest token first",
        "longest token that fits",
        """
def encode(text, merges):
    tokens = [bytes([b]) for b in range(256)]
    for a, b in merges:
        tokens.append(tokens[a] + tokens[b])
    data, ids = text.encode(), []
    while data:
        best = max((t for t in tokens if data.startswith(t)), key=len)
        ids.append(tokens.index(best))
        data = data[len(best):]
    return ids
""",
    ),
    Wrong(
        "1.5",
        "most frequent here",
        "most frequent in this text",
        """
def encode(text, merges):
    ids = list(text.encode())
    while True:
        counts = Counter(p for p in zip(ids, ids[1:]) if p in merges)
        if not counts:
            return ids
        pair = max(counts, key=counts.get)
        out, i = [], 0
        while i < len(ids):
            found = tuple(ids[i:i + 2]) == pair
            out.append(256 + merges.index(pair) if found else ids[i])
            i += 1 + found
        ids = out
""",
    ),
    Wrong(
        "1.5",
        "learned last goes first",
        "learned last goes first",
        """
def encode(text, merges):
    ids = list(text.encode())
    while True:
        found = [p for p in zip(ids, ids[1:]) if p in merges]
        if not found:
            return ids
        pair = max(found, key=merges.index)
        i = list(zip(ids, ids[1:])).index(pair)
        ids[i:i + 2] = [256 + merges.index(pair)]
""",
    ),
    Wrong(
        "1.5",
        "one merge only",
        "Only one merge is done",
        """
def encode(text, merges):
    ids = list(text.encode())
    pairs = [p for p in zip(ids, ids[1:]) if p in merges]
    if not pairs:
        return ids
    pair = min(pairs, key=merges.index)
    out, i = [], 0
    while i < len(ids):
        found = tuple(ids[i:i + 2]) == pair
        out.append(256 + merges.index(pair) if found else ids[i])
        i += 1 + found
    return out
""",
    ),
    Wrong(
        "1.5",
        "stops at a gap",
        "stops at the first merge that does not occur",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        if pair not in zip(ids, ids[1:]):
            break
        out, i = [], 0
        while i < len(ids):
            found = tuple(ids[i:i + 2]) == pair
            out.append(256 + rank if found else ids[i])
            i += 1 + found
        ids = out
    return ids
""",
    ),
    Wrong(
        "1.5",
        "bytes only",
        "Nothing is merged",
        """
def encode(text, merges):
    return list(text.encode())
""",
    ),
    Wrong(
        "1.5",
        "returns bytes",
        "bytes came back",
        """
def encode(text, merges):
    return text.encode()
""",
    ),
    Wrong(
        "1.5",
        "characters",
        "These are characters",
        """
def encode(text, merges):
    ids = [ord(letter) for letter in text]
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "from 257",
        "you start at 257",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [257 + rank]
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "from 255",
        "you start at 255",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [255 + rank]
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "ranks for ids",
        "add 256",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [rank]
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "each merge once",
        "done once, at its first place",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        for i in range(len(ids) - 1):
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [256 + rank]
                break
    return ids
""",
    ),
    Wrong(
        "1.5",
        "word by word",
        "cut the text into pieces first",
        """
def encode(text, merges):
    import re
    out = []
    for word in re.findall(r" ?[^ ]+| +", text):
        ids = list(word.encode())
        for rank, pair in enumerate(merges):
            i = 0
            while i < len(ids) - 1:
                if (ids[i], ids[i + 1]) == pair:
                    ids[i:i + 2] = [256 + rank]
                i += 1
        out += ids
    return out
""",
    ),
    Wrong(
        "1.5",
        "runs from the right",
        "merge a run from the right",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        i = len(ids) - 2
        while i >= 0:
            if tuple(ids[i:i + 2]) == pair:
                ids[i:i + 2] = [256 + rank]
            i -= 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "min of nothing",
        "min() of nothing",
        """
def encode(text, merges):
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    ids = list(text.encode())
    while True:
        pair = min(zip(ids, ids[1:]), key=lambda p: ranks.get(p, float("inf")))
        if pair not in ranks:
            return ids
        i = list(zip(ids, ids[1:])).index(pair)
        ids[i:i + 2] = [256 + ranks[pair]]
""",
    ),
    Wrong(
        "1.5",
        "gives up after twelve merges",
        "should be",
        """
def encode(text, merges):
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    ids = list(text.encode())
    for _ in range(12):
        found = [p for p in zip(ids, ids[1:]) if p in ranks]
        if not found:
            break
        i = list(zip(ids, ids[1:])).index(min(found, key=ranks.get))
        ids[i:i + 2] = [256 + ranks[min(found, key=ranks.get)]]
    return ids
""",
    ),
    Wrong(
        "1.5",
        "eats the merges",
        "changes its input merges in place",
        """
def encode(text, merges):
    ids, rank = list(text.encode()), 0
    while merges:
        pair = merges.pop(0)
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [256 + rank]
            i += 1
        rank += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "whatever fits first, everywhere",
        "from left to right whatever fits",
        """
def encode(text, merges):
    def merge(ids, pair, new_id):
        out, i = [], 0
        while i < len(ids):
            found = tuple(ids[i:i + 2]) == pair
            out.append(new_id if found else ids[i])
            i += 1 + found
        return out

    ids = list(text.encode())
    again = True
    while again:
        again = False
        for pair in zip(ids, ids[1:]):
            if pair in merges:
                ids = merge(ids, pair, 256 + merges.index(pair))
                again = True
                break
    return ids
""",
    ),
    Wrong(
        "1.5",
        "passes from left to right",
        "from left to right whatever fits",
        """
def encode(text, merges):
    ids = list(text.encode())
    while True:
        out, i = [], 0
        while i < len(ids):
            pair = tuple(ids[i:i + 2])
            out.append(256 + merges.index(pair) if pair in merges else ids[i])
            i += 2 if pair in merges else 1
        if len(out) == len(ids):
            return ids
        ids = out
""",
    ),
    Wrong(
        "1.5",
        "from the end of the list",
        "through the list from its end",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank in reversed(range(len(merges))):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == merges[rank]:
                ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "numbers only the merges that fit",
        "where merges before it do not occur",
        """
def encode(text, merges):
    ids, new_id = list(text.encode()), 256
    for pair in merges:
        if pair not in zip(ids, ids[1:]):
            continue
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [new_id]
            i += 1
        new_id += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "splits at white space",
        "The spaces are gone",
        """
def encode(text, merges):
    out = []
    for word in text.split():
        ids = list(word.encode())
        for rank, pair in enumerate(merges):
            i = 0
            while i < len(ids) - 1:
                if (ids[i], ids[i + 1]) == pair:
                    ids[i:i + 2] = [256 + rank]
                i += 1
        out += ids
    return out
""",
    ),
    Wrong(
        "1.5",
        "the pieces of the chapter",
        "cut the text into pieces first",
        """
def encode(text, merges):
    import re
    out = []
    for piece in re.findall(r" ?\\S+|\\s", text):
        ids = list(piece.encode())
        for rank, pair in enumerate(merges):
            i = 0
            while i < len(ids) - 1:
                if (ids[i], ids[i + 1]) == pair:
                    ids[i:i + 2] = [256 + rank]
                i += 1
        out += ids
    return out
""",
    ),
    Wrong(
        "1.5",
        "line by line",
        "cut the text into pieces first",
        """
def encode(text, merges):
    out = []
    for line in text.splitlines(keepends=True):
        ids = list(line.encode())
        for rank, pair in enumerate(merges):
            i = 0
            while i < len(ids) - 1:
                if (ids[i], ids[i + 1]) == pair:
                    ids[i:i + 2] = [256 + rank]
                i += 1
        out += ids
    return out
""",
    ),
    Wrong(
        "1.5",
        "ids joined as text",
        "inside 110 97 too",
        """
def encode(text, merges):
    joined = " ".join(str(byte) for byte in text.encode())
    for rank, (a, b) in enumerate(merges):
        joined = joined.replace(f"{a} {b}", str(256 + rank))
    return [int(i) for i in joined.split()]
""",
    ),
    Wrong(
        "1.5",
        "index of what is no merge",
        "Look first whether the pair is in it",
        """
def encode(text, merges):
    ids = list(text.encode())
    while len(ids) > 1:
        pair = min(zip(ids, ids[1:]), key=merges.index)
        i = list(zip(ids, ids[1:])).index(pair)
        ids[i:i + 2] = [256 + merges.index(pair)]
    return ids
""",
    ),
    Wrong(
        "1.5",
        "a bytearray",
        "Collect the ids in a list",
        """
def encode(text, merges):
    ids = bytearray(text.encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Wrong(
        "1.5",
        "an id used twice",
        "An id is used for two pairs. In aaa",
        """
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        out, covered = [], False
        for i, one in enumerate(ids):
            starts = tuple(ids[i:i + 2]) == pair
            if starts:
                out.append(256 + rank)
            elif not covered:
                out.append(one)
            covered = starts
        ids = out
    return ids
""",
    ),
    Wrong(
        "1.5",
        "small letters",
        "the bytes of another text",
        """
def encode(text, merges):
    ids = list(text.lower().encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
]

ENCODE_RIGHT = [
    Right(
        "1.5",
        "one pass over the merges",
        """
def encode(text, merges):
    ids = list(text.encode("utf-8"))
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Right(
        "1.5",
        "one place at a time, by rank",
        """
def encode(text, merges):
    ranks = {pair: rank for rank, pair in enumerate(merges)}
    ids = list(text.encode())
    while True:
        places = [(ranks[p], i) for i, p in enumerate(zip(ids, ids[1:])) if p in ranks]
        if not places:
            return ids
        rank, i = min(places)
        ids[i:i + 2] = [256 + rank]
""",
    ),
    Right(
        "1.5",
        "by the bytes of tokens",
        """
def encode(text, merges):
    tokens = [bytes([b]) for b in range(256)]
    for a, b in merges:
        tokens.append(tokens[a] + tokens[b])
    parts = [bytes([b]) for b in text.encode()]
    for rank, (a, b) in enumerate(merges):
        out = []
        i = 0
        while i < len(parts):
            if i + 1 < len(parts) and parts[i] == tokens[a] and parts[i + 1] == tokens[b]:
                out.append(parts[i] + parts[i + 1])
                i += 2
            else:
                out.append(parts[i])
                i += 1
        parts = out
    return [tokens.index(part) for part in parts]
""",
    ),
]

WRONG = [*VOCABULARY_WRONG, *DECODE_WRONG, *COUNT_WRONG, *MERGE_WRONG, *ENCODE_WRONG]
RIGHT = [*VOCABULARY_RIGHT, *DECODE_RIGHT, *COUNT_RIGHT, *MERGE_RIGHT, *ENCODE_RIGHT]
