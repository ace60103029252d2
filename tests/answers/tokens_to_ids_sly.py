"""Answers to sheet 1 that are wrong in one corner only, and once slipped through the checks."""

from tests.answers import Sly

SLY = [
    Sly(
        "1.1",
        "most_common first, equals sorted after the cut",
        """
def word_vocabulary(words, size):
    common = Counter(words).most_common(size - 1)
    common.sort(key=lambda item: (-item[1], item[0]))
    return {"[UNK]": 0} | {word: i for i, (word, _) in enumerate(common, start=1)}
""",
    ),
    Sly(
        "1.1",
        "alphabetical order by small letters",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], w.lower()))
    return {w: i for i, w in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Sly(
        "1.1",
        "casefold ties",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], w.casefold(), w))
    return {w: i for i, w in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Sly(
        "1.1",
        "only isalpha words",
        """
def word_vocabulary(words, size):
    counts = Counter(w for w in words if w.isalpha())
    order = sorted(counts, key=lambda w: (-counts[w], w))
    return {w: i for i, w in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Sly(
        "1.1",
        "NFC",
        """
def word_vocabulary(words, size):
    import unicodedata
    counts = Counter(unicodedata.normalize("NFC", w) for w in words)
    order = sorted(counts, key=lambda w: (-counts[w], w))
    return {w: i for i, w in enumerate(["[UNK]"] + order[:size - 1])}
""",
    ),
    Sly(
        "1.1",
        "nlargest first, equals sorted after the cut",
        """
def word_vocabulary(words, size):
    import heapq
    counts = Counter(words)
    top = heapq.nlargest(size - 1, counts, key=counts.get)
    top.sort(key=lambda w: (-counts[w], w))
    return {w: i for i, w in enumerate(["[UNK]", *top])}
""",
    ),
    Sly(
        "1.2",
        "rstrip",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    return data.decode("utf-8", errors="replace").rstrip()
""",
    ),
    Sly(
        "1.2",
        "lstrip",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    return data.decode("utf-8", errors="replace").lstrip()
""",
    ),
    Sly(
        "1.2",
        "takes one space away in front",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    text = data.decode("utf-8", errors="replace")
    return text[1:] if text.startswith(" ") else text
""",
    ),
    Sly(
        "1.2",
        "NFKC",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    import unicodedata
    return unicodedata.normalize("NFKC", data.decode("utf-8", errors="replace"))
""",
    ),
    Sly(
        "1.2",
        "line ends of one kind",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    return data.decode("utf-8", errors="replace").replace("\\r\\n", "\\n")
""",
    ),
    Sly(
        "1.2",
        "one space for several",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    return " ".join(data.decode("utf-8", errors="replace").split(" "))and __import__("re").sub(" +"," ",data.decode("utf-8", errors="replace"))
""",
    ),
    Sly(
        "1.2",
        "no space before a full stop",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    text = data.decode("utf-8", errors="replace")
    for a in (" .", " ,", " !", " ?"): text = text.replace(a, a[1:])
    return text
""",
    ),
    Sly(
        "1.2",
        "surrogatepass then replace",
        """
def decode(ids, tokens):
    data = b"".join(tokens[i] for i in ids)
    try: return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError: return data.decode("utf-8", "replace")
""",
    ),
    Sly(
        "1.3",
        "later occurrences in a word count one",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        seen = set()
        for pair in zip(word, word[1:]):
            counts[pair] += 1 if pair in seen else times
            seen.add(pair)
    return dict(counts)
""",
    ),
    Sly(
        "1.3",
        "times or repetitions, whichever is more",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair, n in Counter(zip(word, word[1:])).items():
            counts[pair] += max(n, times)
    return dict(counts)
""",
    ),
    Sly(
        "1.3",
        "update with repeats, else times",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair, n in Counter(zip(word, word[1:])).items():
            counts[pair] += n if n > 1 else times
    return dict(counts)
""",
    ),
    Sly(
        "1.3",
        "adds instead of multiplying",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for pair, n in Counter(zip(word, word[1:])).items():
            counts[pair] += n + times - 1
    return dict(counts)
""",
    ),
    Sly(
        "1.3",
        "by text, whole numbers not minded",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        import re
        text = " ".join(map(str, word))
        for a, b in set(zip(word, word[1:])):
            counts[a, b] += times * len(re.findall(f"(?={a} {b}(?: |$))", text))
    return dict(counts)
""",
    ),
    Sly(
        "1.3",
        "base 10000",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for a, b in zip(word, word[1:]):
            counts[divmod(a * 10000 + b, 10000)] += times
    return dict(counts)
""",
    ),
    Sly(
        "1.4",
        "splits bytes",
        """
def merge(ids, pair, new_id):
    out = []
    for part in bytes(ids).split(bytes(pair)):
        out += [*part, new_id]
    return out[:-1]
""",
    ),
    Sly(
        "1.4",
        "last id unless the last two are the pair",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair:
            out.append(new_id); i += 2
        else:
            out.append(ids[i]); i += 1
    if ids and tuple(ids[-2:]) != pair:
        out.append(ids[-1])
    return out
""",
    ),
    Sly(
        "1.4",
        "a 0 behind the end",
        """
def merge(ids, pair, new_id):
    padded, out, i = ids + [0], [], 0
    while i < len(ids):
        if (padded[i], padded[i + 1]) == pair:
            out.append(new_id); i += 2
        else:
            out.append(ids[i]); i += 1
    return out
""",
    ),
    Sly(
        "1.4",
        "id 0 before is taken for none",
        """
def merge(ids, pair, new_id):
    out, prev = [], None
    for one in ids:
        if prev and (prev, one) == pair:
            out[-1] = new_id; prev = None
        else:
            out.append(one); prev = one
    return out
""",
    ),
    Sly(
        "1.4",
        "hash: base 256",
        """
def merge(ids, pair, new_id):
    out, i, key = [], 0, pair[0] * 256 + pair[1]
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] * 256 + ids[i + 1] == key:
            out.append(new_id); i += 2
        else: out.append(ids[i]); i += 1
    return out
""",
    ),
    Sly(
        "1.4",
        "byte ids only",
        """
def merge(ids, pair, new_id):
    ids = bytearray(ids)
    out, i = [], 0
    while i < len(ids):
        if tuple(ids[i:i + 2]) == pair:
            out.append(new_id); i += 2
        else:
            out.append(ids[i]); i += 1
    return out
""",
    ),
    Sly(
        "1.5",
        "rstrip",
        """
def encode(text, merges):
    ids = list(text.rstrip().encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.5",
        "NFC",
        """
def encode(text, merges):
    import unicodedata; ids = list(unicodedata.normalize("NFC", text).encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.5",
        "NFKC",
        """
def encode(text, merges):
    import unicodedata; ids = list(unicodedata.normalize("NFKC", text).encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.5",
        "line ends of one kind",
        """
def encode(text, merges):
    ids = list(text.replace("\\r\\n", "\\n").encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.5",
        "pieces: GPT-2",
        """
def encode(text, merges):
    import re
    out = []
    for piece in re.findall(r"'s|'t|'re|'ve|'m|'ll|'d| ?[^\\W\\d_]+| ?\\d+| ?[^\\s\\w]+|\\s+(?!\\S)|\\s+", text):
        ids = list(piece.encode())
        for rank, pair in enumerate(merges):
            i = 0
            while i < len(ids) - 1:
                if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
                i += 1
        out += ids
    return out
""",
    ),
    Sly(
        "1.5",
        "pieces: before each space",
        """
def encode(text, merges):
    import re
    out = []
    for piece in re.split(r"(?= )", text):
        ids = list(piece.encode())
        for rank, pair in enumerate(merges):
            i = 0
            while i < len(ids) - 1:
                if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
                i += 1
        out += ids
    return out
""",
    ),
    Sly(
        "1.5",
        "last id lost in an odd run at the end",
        """
def merge(ids, pair, new_id):
    out, i = [], 0
    while i < len(ids) - 1:
        if (ids[i], ids[i + 1]) == pair: out.append(new_id); i += 2
        else: out.append(ids[i]); i += 1
    if ids and tuple(ids[-2:]) != pair: out.append(ids[-1])
    return out
def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges): ids = merge(ids, pair, 256 + rank)
    return ids
""",
    ),
    Sly(
        "1.5",
        "takes one character for one id",
        """
def encode(text, merges):
    if len(text) < 2: return list(text.encode())
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair: ids[i:i + 2] = [256 + rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.5",
        "ids joined by text, border in front",
        """
def encode(text, merges):
    import re
    s = " ".join(str(b) for b in text.encode())
    for rank, (a, b) in enumerate(merges):
        s = re.sub(rf"\\b{a} {b}", str(256 + rank), s)
    return [int(x) for x in s.split()]
""",
    ),
    Sly(
        "1.1",
        "sorted as UTF-16 sorts",
        """
def word_vocabulary(words, size):
    from collections import Counter
    c=Counter(words); order=sorted(c,key=lambda w:(-c[w],w.encode("utf-16")))
    return {w:i for i,w in enumerate(["[UNK]",*order][:size])}
""",
    ),
    Sly(
        "1.1",
        "white space is cut off",
        """
def word_vocabulary(words, size):
    from collections import Counter
    c=Counter(w.strip() for w in words); order=sorted(c,key=lambda w:(-c[w],w))
    return {w:i for i,w in enumerate(["[UNK]",*order][:size])}
""",
    ),
    Sly(
        "1.2",
        "a byte order mark at the beginning is swallowed",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in ids).decode("utf-8-sig",errors="replace")
""",
    ),
    Sly(
        "1.1",
        "empty words dropped",
        """
def word_vocabulary(words, size):
    counts = Counter(filter(None, words))
    order = sorted(counts, key=lambda w: (-counts[w], w))
    return {w: i for i, w in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "equals sorted without their punctuation",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], w.replace("'", "").replace(",", ""), w))
    return {w: i for i, w in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "counts as text of three digits",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: f"{999 - counts[w]:03d} {w}")
    return {w: i for i, w in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.2",
        "byte order marks inside are swallowed",
        r"""
def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    return text[:1] + text[1:].replace("\ufeff", "")
""",
    ),
    Sly(
        "1.2",
        "joiners of no width are swallowed",
        r"""
def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    return text.replace("\u200d", "")
""",
    ),
    Sly(
        "1.2",
        "zeros at the end are cut off",
        r"""
def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    return text.rstrip("\0")
""",
    ),
    Sly(
        "1.3",
        "a call for each id of a word",
        """
def count_pairs(words):
    counts = Counter()

    def go(word, times):
        if len(word) > 1:
            counts[word[:2]] += times
            go(word[1:], times)

    for word, times in words.items():
        go(word, times)
    return dict(counts)
""",
    ),
    Sly(
        "1.4",
        "a short list is handed back",
        """
def merge(ids, pair, new_id):
    if len(ids) < 2:
        return ids
    merged, place = [], 0
    while place < len(ids):
        if tuple(ids[place : place + 2]) == pair:
            merged.append(new_id)
            place += 2
        else:
            merged.append(ids[place])
            place += 1
    return merged
""",
    ),
    Sly(
        "1.4",
        "a list that lacks one of the two is handed back",
        """
def merge(ids, pair, new_id):
    if pair[0] not in ids or pair[1] not in ids:
        return ids
    merged, place = [], 0
    while place < len(ids):
        if tuple(ids[place : place + 2]) == pair:
            merged.append(new_id)
            place += 2
        else:
            merged.append(ids[place])
            place += 1
    return merged
""",
    ),
    Sly(
        "1.4",
        "a list without the pair is handed back",
        """
def merge(ids, pair, new_id):
    if not any(ids[i] == pair[0] and ids[i + 1] == pair[1] for i in range(len(ids) - 1)):
        return ids
    merged, place = [], 0
    while place < len(ids):
        if tuple(ids[place : place + 2]) == pair:
            merged.append(new_id)
            place += 2
        else:
            merged.append(ids[place])
            place += 1
    return merged
""",
    ),
    Sly(
        "1.4",
        "a call for each id",
        """
def merge(ids, pair, new_id):
    if len(ids) < 2:
        return list(ids)
    if (ids[0], ids[1]) == pair:
        return [new_id] + merge(ids[2:], pair, new_id)
    return [ids[0]] + merge(ids[1:], pair, new_id)
""",
    ),
    Sly(
        "1.5",
        "a call for each id",
        """
def merge(ids, pair, new_id):
    if len(ids) < 2:
        return list(ids)
    if (ids[0], ids[1]) == pair:
        return [new_id] + merge(ids[2:], pair, new_id)
    return [ids[0]] + merge(ids[1:], pair, new_id)

def encode(text, merges):
    ids = list(text.encode())
    for rank, pair in enumerate(merges):
        ids = merge(ids, pair, 256 + rank)
    return ids
""",
    ),
    Sly(
        "1.5",
        "pieces: before a sign",
        r"""
def encode(text, merges):
    import re
    ids = []
    for piece in re.split(r"(?=[.;:!?'\"()-])", text):
        part = list(piece.encode())
        for rank, pair in enumerate(merges):
            place = 0
            while place < len(part) - 1:
                if (part[place], part[place + 1]) == pair:
                    part[place : place + 2] = [256 + rank]
                place += 1
        ids += part
    return ids
""",
    ),
    Sly(
        "1.5",
        "pieces: ASCII and all else",
        r"""
def encode(text, merges):
    import re
    ids = []
    for piece in re.findall(r"[\x00-\x7f]+|[^\x00-\x7f]+", text):
        part = list(piece.encode())
        for rank, pair in enumerate(merges):
            place = 0
            while place < len(part) - 1:
                if (part[place], part[place + 1]) == pair:
                    part[place : place + 2] = [256 + rank]
                place += 1
        ids += part
    return ids
""",
    ),
    Sly(
        "1.5",
        "pieces: before a capital",
        """
def encode(text, merges):
    import re
    ids = []
    for piece in re.split(r"(?<=[a-z])(?=[A-Z])", text):
        part = list(piece.encode())
        for rank, pair in enumerate(merges):
            place = 0
            while place < len(part) - 1:
                if (part[place], part[place + 1]) == pair:
                    part[place : place + 2] = [256 + rank]
                place += 1
        ids += part
    return ids
""",
    ),
    Sly(
        "1.5",
        "pieces: behind a tab",
        r"""
def encode(text, merges):
    import re
    ids = []
    for piece in re.split(r"(?<=\t)", text):
        part = list(piece.encode())
        for rank, pair in enumerate(merges):
            place = 0
            while place < len(part) - 1:
                if (part[place], part[place + 1]) == pair:
                    part[place : place + 2] = [256 + rank]
                place += 1
        ids += part
    return ids
""",
    ),
    Sly(
        "1.5",
        "kept by text and number of merges",
        """
KEPT = {}
def encode(text, merges):
    if (text, len(merges)) not in KEPT:
        ids = list(text.encode())
        for rank, pair in enumerate(merges):
            place = 0
            while place < len(ids) - 1:
                if (ids[place], ids[place + 1]) == pair:
                    ids[place : place + 2] = [256 + rank]
                place += 1
        KEPT[text, len(merges)] = ids
    return list(KEPT[text, len(merges)])
""",
    ),
    Sly(
        "1.3",
        "base 65536",
        """
def count_pairs(words):
    counts = Counter()
    for word, times in words.items():
        for one, other in zip(word, word[1:]):
            counts[divmod(one * 65536 + other, 65536)] += times
    return dict(counts)
""",
    ),
    Sly(
        "1.4",
        "a new id of 0 is taken for none",
        """
def merge(ids, pair, new_id):
    out = []; i = 0
    while i < len(ids):
        if tuple(ids[i:i + 2]) == pair:
            out.append(new_id or ids[i]); i += 2
        else: out.append(ids[i]); i += 1
    return out
""",
    ),
    Sly(
        "1.4",
        "pairs packed into one number, base 10,000",
        """
def merge(ids, pair, new_id):
    out = []; i = 0; key = pair[0] * 10000 + pair[1]
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] * 10000 + ids[i + 1] == key: out.append(new_id); i += 2
        else: out.append(ids[i]); i += 1
    return out
""",
    ),
    Sly(
        "1.5",
        "pairs packed into one number, base 1,000, merge by merge",
        """
def encode(text, merges):
    ids = list(text.encode())
    for n, (a, b) in enumerate(merges, 256):
        out = []
        for i in ids:
            if out and out[-1] * 1000 + i == a * 1000 + b: out[-1] = n
            else: out.append(i)
        ids = out
    return ids
""",
    ),
    Sly(
        "1.2",
        "ids are taken for bytes",
        """
def decode(ids, tokens):
    return b"".join(tokens[i] for i in bytes(ids)).decode("utf-8", errors="replace")
""",
    ),
    Sly(
        "1.4",
        "ids replaced as characters of a text",
        """
def merge(ids, pair, new_id):
    text = "".join(map(chr, ids)).replace(chr(pair[0]) + chr(pair[1]), chr(new_id))
    return [ord(sign) for sign in text]
""",
    ),
    Sly(
        "1.1",
        "torch's argsort, which keeps the order of a few equals only",
        """
import torch
def word_vocabulary(words, size):
    vocabulary = {"[UNK]": 0}
    counts = Counter(words)
    different = sorted(counts)
    numbers = torch.tensor([counts[word] for word in different])
    for i in numbers.argsort(descending=True).tolist()[: size - 1]:
        vocabulary[different[i]] = len(vocabulary)
    return vocabulary
""",
    ),
    Sly(
        "1.1",
        "counted by a trainer of tokenizers",
        """
def word_vocabulary(words, size):
    from tokenizers import Tokenizer, models, trainers
    t = Tokenizer(models.WordLevel(unk_token="[UNK]"))
    t.train_from_iterator(words, trainers.WordLevelTrainer(vocab_size=size, min_frequency=0, special_tokens=["[UNK]"], show_progress=False))
    return dict(sorted(t.get_vocab().items(), key=lambda x: x[1]))
""",
    ),
    Sly(
        "1.2",
        "a decoder that is never told of the end",
        """
def decode(ids, tokens):
    import codecs
    d = codecs.getincrementaldecoder("utf-8")("replace")
    return "".join(d.decode(tokens[i]) for i in ids)
""",
    ),
    Sly(
        "1.4",
        "replaced among the bytes of an array",
        """
def merge(ids, pair, new_id):
    import array
    a = array.array("q", ids).tobytes()
    a = a.replace(array.array("q", pair).tobytes(), array.array("q", [new_id]).tobytes())
    out = array.array("q"); out.frombytes(a)
    return list(out)
""",
    ),
    Sly(
        "1.5",
        "joins any two whose bytes are a token",
        """
def encode(text, merges):
    tok = [bytes([i]) for i in range(256)]
    for a, b in merges:
        tok.append(tok[a] + tok[b])
    rank = {t: i for i, t in reversed(list(enumerate(tok)))}
    parts = [bytes([b]) for b in text.encode()]
    while True:
        best = min(((rank[a + b], i) for i, (a, b) in enumerate(zip(parts, parts[1:])) if a + b in rank), default=None)
        if best is None:
            return [rank[p] for p in parts]
        i = best[1]
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
""",
    ),
    Sly(
        "1.1",
        "equals in the order of UTF-16",
        """
from collections import Counter
def word_vocabulary(words, size):
    c = Counter(words)
    o = sorted(c, key=lambda w: (-c[w], w.encode("utf-16-be")))
    return {w: i for i, w in enumerate(["[UNK]"] + o[:size-1])}
""",
    ),
    Sly(
        "1.2",
        "a reader of text, which changes the ends of lines",
        """
import io
def decode(ids, tokens):
    return io.TextIOWrapper(io.BytesIO(b"".join(tokens[i] for i in ids)), "utf-8", "replace").read()
""",
    ),
    Sly(
        "1.2",
        "backslashes first, and then a pattern",
        r"""
def decode(ids, tokens):
    import re
    s = b"".join(map(tokens.__getitem__, ids)).decode("utf-8", "backslashreplace")
    return re.sub(r"(\\x[89a-f][0-9a-f])+", "\ufffd", s)
""",
    ),
    Sly(
        "1.1",
        "shares rounded to three decimals",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda word: (-round(counts[word] / len(words), 3), word))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "the first letter as Python sorts, the rest as a dictionary does",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], w[:1], w[1:].lower(), w))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "words with a capital in front before signs and digits",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], not w[:1].isupper(), w))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "words written as titles first",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], not w.istitle(), w))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "words that are not all small first, then as a dictionary",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], w == w.lower(), w.lower()))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.1",
        "sorted with accents taken apart",
        """
import unicodedata


def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], unicodedata.normalize("NFD", w)))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.2",
        "keeps the bytes of a half until they decode, and loses the half behind a bad byte",
        """
def decode(ids, tokens):
    text, rest = "", b""
    for i in ids:
        rest += tokens[i]
        try:
            text, rest = text + rest.decode(), b""
        except UnicodeDecodeError as error:
            if error.reason != "unexpected end of data":
                text, rest = text + rest.decode(errors="replace"), b""
    return text + rest.decode(errors="replace")
""",
    ),
    Sly(
        "1.2",
        "every end of a line becomes a newline",
        r"""
def decode(ids, tokens):
    text = b"".join(tokens[i] for i in ids).decode("utf-8", errors="replace")
    text = text.replace("\r\n", "\0\0")
    for end in ("\r", "\x85", "\u2028"):
        text = text.replace(end, "\n")
    return text.replace("\0\0", "\r\n")
""",
    ),
    Sly(
        "1.3",
        "counts in float32",
        """
import torch

def count_pairs(words):
    counts = {}
    for word, times in words.items():
        for pair in zip(word, word[1:]):
            counts[pair] = counts.get(pair, torch.tensor(0.0)) + times
    return {pair: int(count) for pair, count in counts.items()}
""",
    ),
    Sly(
        "1.4",
        "two ids packed into one with a base of 65,537",
        """
def merge(ids, pair, new_id):
    merged, i, key = [], 0, pair[0] * 65_537 + pair[1]
    while i < len(ids):
        if i + 1 < len(ids) and ids[i] * 65_537 + ids[i + 1] == key:
            merged.append(new_id)
            i += 2
        else:
            merged.append(ids[i])
            i += 1
    return merged
""",
    ),
    Sly(
        "1.5",
        "a variation selector is dropped",
        r"""
def encode(text, merges):
    ids = list(text.replace("\ufe0f", "").encode())
    for rank, pair in enumerate(merges, 256):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i : i + 2] = [rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.5",
        "each character composed by itself",
        """
import unicodedata

def encode(text, merges):
    ids = list("".join(unicodedata.normalize("NFC", c) for c in text).encode())
    for rank, pair in enumerate(merges, 256):
        i = 0
        while i < len(ids) - 1:
            if (ids[i], ids[i + 1]) == pair:
                ids[i : i + 2] = [rank]
            i += 1
    return ids
""",
    ),
    Sly(
        "1.1",
        "words that begin with a small letter behind all others, signs too",
        """
def word_vocabulary(words, size):
    counts = Counter(words)
    order = sorted(counts, key=lambda w: (-counts[w], w[:1].islower(), w))
    return {word: i for i, word in enumerate(["[UNK]", *order[: size - 1]])}
""",
    ),
    Sly(
        "1.2",
        "gives up waiting for a character after four bytes",
        """
def decode(ids, tokens):
    text, rest = "", b""
    for i in ids:
        rest += tokens[i]
        try:
            text, rest = text + rest.decode(), b""
        except UnicodeDecodeError:
            if len(rest) > 3:
                text, rest = text + rest.decode(errors="replace"), b""
    return text + rest.decode(errors="replace")
""",
    ),
    Sly(
        "1.4",
        "pairs from an iterator, where a pair that fails uses up its second id",
        """
def merge(ids, pair, new_id):
    merged, rest = [], iter(ids)
    for one in rest:
        if one != pair[0]:
            merged.append(one)
            continue
        other = next(rest, None)
        if other == pair[1]:
            merged.append(new_id)
        else:
            merged += [one] if other is None else [one, other]
    return merged
""",
    ),
    Sly(
        "1.5",
        "stops after a thousand merges that change nothing",
        """
def encode(text, merges):
    ids, missed = list(text.encode()), 0
    for new_id, pair in enumerate(merges, 256):
        before, place = len(ids), 0
        while place < len(ids) - 1:
            if (ids[place], ids[place + 1]) == pair:
                ids[place : place + 2] = [new_id]
            place += 1
        missed = missed + 1 if len(ids) == before else 0
        if missed > 1000:
            break
    return ids
""",
    ),
    Sly(
        "1.5",
        "a merge waits only for an earlier one at its right",
        """
def encode(text, merges):
    rank = {p: i for i, p in enumerate(merges)}
    ids = list(text.encode()); INF = 1 << 60
    while True:
        out = []; i = 0; n = len(ids)
        while i < n:
            a = rank.get(tuple(ids[i:i+2]), INF); b = rank.get(tuple(ids[i+1:i+3]), INF)
            if a < INF and a <= b: out.append(256 + a); i += 2
            else: out.append(ids[i]); i += 1
        if len(out) == n: return ids
        ids = out
""",
    ),
    Sly(
        "1.5",
        "the leftmost merge that no earlier one competes with at its right, then from the front",
        """
def encode(text, merges):
    rank = {p: i for i, p in enumerate(merges)}
    ids = list(text.encode()); INF = 1 << 60
    while True:
        r = [rank.get(p, INF) for p in zip(ids, ids[1:])] + [INF]
        for i in range(len(r) - 1):
            if r[i] < INF and r[i] <= r[i + 1]:
                ids[i:i+2] = [256 + r[i]]; break
        else: return ids
""",
    ),
]
