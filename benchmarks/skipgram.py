"""Skip-gram on the King James Version: embedkit and gensim side by side, in pairs of runs.

Both get the same lists of words and the same settings, and both are timed from these lists to the
finished table, the vocabulary included. In each pair the two run one right after the other, and
take turns in going first, so that a machine that grows busier does not favour one of them.
gensim's own evaluators judge both.

Words per second are words of the text, times epochs, by seconds on the clock. Words per processor
second are by the seconds that all cores together spent, which other work disturbs less.

Five seeds say enough about speed, and little about quality, which other work does not disturb. So
that is measured apart, with more seeds.

Run it as ``python benchmarks/skipgram.py``, on a machine with nothing else to do, and as ``python
benchmarks/skipgram.py --quality`` on any.
"""

import json
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory

from gensim.models import KeyedVectors, Word2Vec
from scipy.stats import ttest_ind

from embedkit.corpora import kjv_verses, words_of
from embedkit.meaning_from_context import train_skipgram
from embedkit.tiles import Tiling

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.machine import machine

RESULTS = Path(__file__).parent / "results" / "skipgram.json"
QUALITY = RESULTS.with_name("skipgram_quality.json")
SEEDS = (1, 2, 3, 4, 5)
SEEDS_OF_QUALITY = range(1, 21)
SETTINGS = {"dim": 100, "window": 5, "negatives": 5, "sample": 1e-3, "min_count": 5, "epochs": 10}
WORKERS = 2
PACKAGES = ("embedkit", "gensim", "numpy", "scipy")

Sentences = Sequence[Sequence[str]]
Run = dict[str, float]


def by_embedkit(sentences: Sentences, seed: int) -> KeyedVectors:
    """Train with embedkit, and hand the rows over to gensim's type."""
    table = train_skipgram(sentences, seed=seed, workers=WORKERS, **SETTINGS)
    vectors = KeyedVectors(SETTINGS["dim"])
    vectors.add_vectors(list(table.words), table.rows.numpy())
    return vectors


def by_gensim(sentences: Sentences, seed: int) -> KeyedVectors:
    """Train with gensim; what is not named here is gensim's default, which embedkit follows."""
    model = Word2Vec(
        sentences,
        sg=1,
        vector_size=SETTINGS["dim"],
        window=SETTINGS["window"],
        negative=SETTINGS["negatives"],
        sample=SETTINGS["sample"],
        min_count=SETTINGS["min_count"],
        epochs=SETTINGS["epochs"],
        workers=WORKERS,
        seed=seed,
    )
    return model.wv


TRAINERS: dict[str, Callable[[Sentences, int], KeyedVectors]] = {
    "embedkit": by_embedkit,
    "gensim": by_gensim,
}


def run(name: str, sentences: Sentences, seed: int, family: Path) -> Run:
    """Train once, and return speed and quality."""
    started, at_work = time.perf_counter(), time.process_time()
    vectors = TRAINERS[name](sentences, seed)
    seconds, at_work = time.perf_counter() - started, time.process_time() - at_work
    words = SETTINGS["epochs"] * sum(map(len, sentences))
    speed = {
        "seed": seed,
        "seconds": round(seconds, 2),
        "words_per_second": round(words / seconds),
        "words_per_processor_second": round(words / at_work),
    }
    return speed | judge(vectors, family)


def judge(vectors: KeyedVectors, family: Path) -> Run:
    """Return what gensim's evaluators say of a table."""
    (section,) = vectors.evaluate_word_analogies(str(family), restrict_vocab=len(vectors))[1][:-1]
    pairs = test_data("wordsim353.tsv")
    _, wordsim, unknown = vectors.evaluate_word_pairs(str(pairs), restrict_vocab=len(vectors))
    others = vectors.most_similar(["king", "woman"], ["man"], topn=len(vectors))
    return {
        "family_right": len(section["correct"]),
        "family_asked": len(section["correct"]) + len(section["incorrect"]),
        "wordsim353": round(float(wordsim.statistic), 4),
        "wordsim353_unknown_percent": round(unknown, 1),
        "queens_rank": 1 + [word for word, _ in others].index("queen"),
    }


def test_data(file: str) -> Path:
    """Return where gensim keeps one of its test sets."""
    spec = find_spec("gensim")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent / "test" / "test_data" / file


def only_family(folder: Path) -> Path:
    """Write the questions of the category ``family`` into a file by themselves."""
    lines = test_data("questions-words.txt").read_text("utf-8").splitlines(keepends=True)
    heads = [i for i, line in enumerate(lines) if line.startswith(":")] + [len(lines)]
    start = next(i for i in heads if lines[i].split() == [":", "family"])
    end = heads[heads.index(start) + 1]
    target = folder / "family.txt"
    target.write_text("".join(lines[start:end]), encoding="utf-8")
    return target


def summary(runs: Sequence[Run]) -> dict[str, dict[str, float]]:
    """Return mean, lowest and highest of what was measured."""
    names = (
        "words_per_second",
        "words_per_processor_second",
        "family_right",
        "wordsim353",
        "queens_rank",
    )
    return {
        name: {
            "mean": round(statistics.mean(run[name] for run in runs), 4),
            "lowest": min(run[name] for run in runs),
            "highest": max(run[name] for run in runs),
        }
        for name in names
    }


def compare(ours: Sequence[float], gensims: Sequence[float]) -> dict[str, object]:
    """Return both means and spreads, and the interval that holds the difference of the means.

    The interval is Welch's, for two samples whose spreads may differ, and covers 95 in 100.
    """
    interval = ttest_ind(ours, gensims, equal_var=False).confidence_interval(0.95)

    def spread(values: Sequence[float]) -> dict[str, float]:
        return {
            "mean": round(statistics.mean(values), 4),
            "deviation": round(statistics.stdev(values), 4),
            "lowest": min(values),
            "highest": max(values),
        }

    return {
        "embedkit": spread(ours),
        "gensim": spread(gensims),
        "difference": round(statistics.mean(ours) - statistics.mean(gensims), 4),
        "difference_from": round(float(interval.low), 4),
        "difference_to": round(float(interval.high), 4),
    }


def measure_quality() -> int:
    """Train both with many seeds, judge them, and store the figures; nothing is timed."""
    sentences = [words_of(verse) for verse in kjv_verses()]
    runs: dict[str, list[Run]] = {name: [] for name in TRAINERS}
    with TemporaryDirectory() as folder:
        family = only_family(Path(folder))
        for seed in SEEDS_OF_QUALITY:
            for name, train in TRAINERS.items():
                runs[name].append({"seed": seed} | judge(train(sentences, seed), family))
                print(f"{name:9}", *(f"{key} {value}" for key, value in runs[name][-1].items()))
    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": {
            key: value for key, value in machine(*PACKAGES).items() if key != "load_before"
        },
        "settings": SETTINGS | {"workers": WORKERS},
        "seeds": len(SEEDS_OF_QUALITY),
        "compared": {
            key: compare(*([run[key] for run in runs[name]] for name in TRAINERS))
            for key in ("family_right", "wordsim353", "queens_rank")
        },
        "runs": runs,
    }
    QUALITY.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print(json.dumps(results["compared"], indent=1))
    return 0


def measure_speed() -> int:
    """Run all pairs, print them, and store the figures."""
    about = machine(*PACKAGES)
    sentences = [words_of(verse) for verse in kjv_verses()]
    runs: dict[str, list[Run]] = {name: [] for name in TRAINERS}
    with TemporaryDirectory() as folder:
        family = only_family(Path(folder))
        for place, seed in enumerate(SEEDS):
            for name in sorted(TRAINERS, reverse=bool(place % 2)):
                runs[name].append(run(name, sentences, seed, family))
                print(f"{name:9}", *(f"{key} {value}" for key, value in runs[name][-1].items()))

    def ratios(measure: str) -> dict[str, float]:
        found = [
            ours[measure] / theirs[measure]
            for ours, theirs in zip(runs["embedkit"], runs["gensim"], strict=True)
        ]
        return {
            "median": round(statistics.median(found), 2),
            "lowest": round(min(found), 2),
            "highest": round(max(found), 2),
        }

    results = {
        "date": datetime.now(UTC).date().isoformat(),
        "machine": about,
        "text": {"name": "King James Version", "words": sum(map(len, sentences))},
        "settings": SETTINGS | {"workers": WORKERS} | vars(Tiling()),
        "gpu": "not measured",
        "times_as_fast": ratios("words_per_second"),
        "times_as_fast_by_processor": ratios("words_per_processor_second"),
        "summary": {name: summary(each) for name, each in runs.items()},
        "runs": runs,
    }
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    print("embedkit by gensim, by the clock:", results["times_as_fast"])
    print("and by processor seconds:", results["times_as_fast_by_processor"])
    print(json.dumps(results["summary"], indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(measure_quality() if "--quality" in sys.argv[1:] else measure_speed())
