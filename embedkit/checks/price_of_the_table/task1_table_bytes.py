"""What marks task 6.1, `table_bytes`: the bytes of a table and its head."""

from collections.abc import Callable

from embedkit import price_of_the_table as finished
from embedkit.checks.framework import Criterion, Draw, Mistake, Task
from embedkit.checks.probes import Inputs, Seen


def asked(vocab_size: int, model_dim: int, bits: int, tied: bool) -> Inputs:
    """One question, in the order of the arguments."""
    return {"vocab_size": vocab_size, "model_dim": model_dim, "bits": bits, "tied": tied}


def tied_tables(draw: Draw) -> list[Inputs]:
    """Tied tables: of whole bytes a number, then of rows that do not end with a byte."""
    half = draw.integer(2, 20)
    return [
        asked(10, 3, 32, True),
        asked(draw.integer(21, 99), draw.integer(3, 19), 16, True),
        asked(draw.integer(21, 99), draw.integer(3, 19), 8, True),
        asked(10, 3, 4, True),
        asked(10, 9, 1, True),
        asked(draw.integer(21, 99), 2 * half + 1, 4, True),
        asked(draw.integer(21, 99), 2 * half, 4, True),
        asked(draw.integer(21, 99), draw.integer(3, 19), 1, True),
        asked(draw.integer(21, 99), 7, 12, True),
    ]


def untied_tables(draw: Draw) -> list[Inputs]:
    """Tables whose head has a matrix of its own, with rows of both kinds."""
    return [
        asked(10, 3, 32, False),
        asked(draw.integer(21, 99), draw.integer(3, 19), 8, False),
        asked(10, 3, 4, False),
        asked(10, 3, 3, False),
        asked(draw.integer(21, 99), 2 * draw.integer(2, 20) + 1, 4, False),
        asked(draw.integer(21, 99), 5, 3, False),
    ]


def very_large(draw: Draw) -> list[Inputs]:
    """Tables so large that a float would lose the last digits."""
    odd = 2 * draw.integer(10**8, 10**9) + 1
    return [
        asked(odd, 100_000_003, 8, False),
        asked(odd, 300_000_007, 16, False),
    ]


def variant(
    *, heads: str = "right", rounding: str = "row", unit: int = 8
) -> Callable[[int, int, int, bool], int]:
    """Return an answer that is wrong in one respect."""

    def answer(vocab_size: int, model_dim: int, bits: int, tied: bool) -> int:
        if rounding == "row":
            size = vocab_size * (-(-model_dim * bits // unit))
        elif rounding == "number":
            size = vocab_size * model_dim * -(-bits // unit)
        elif rounding == "number, one at least":
            size = vocab_size * model_dim * max(1, bits // unit)
        elif rounding == "one more":
            size = vocab_size * (model_dim * bits // unit + 1)
        elif rounding == "to words":
            size = 4 * vocab_size * -(-model_dim * bits // 32)
        elif rounding == "both rows":
            size = vocab_size * (-(-model_dim * bits * (1 if tied else 2) // unit))
        elif rounding == "down":
            size = vocab_size * (model_dim * bits // unit)
        elif rounding == "each number down":
            size = vocab_size * model_dim * (bits // unit)
        else:
            size = -(-vocab_size * model_dim * bits // unit)
        times = {"right": 1 if tied else 2, "once": 1, "twice": 2}
        return size * times[heads]

    return answer


def is_a_float(inputs: Inputs, seen: Seen) -> bool:
    """Whether a float came back."""
    return isinstance(seen.value, float)


def nearly(inputs: Inputs, seen: Seen) -> bool:
    """Whether only the last digits are wrong."""
    right = finished.table_bytes(**inputs)
    return isinstance(seen.value, int | float) and abs(seen.value - right) < right / 1e6


floats = Mistake(
    "This is a float, and bytes are counted in whole numbers. // divides them, / makes a float.",
    when=is_a_float,
)
in_bits = Mistake("These are bits. A byte has 8 of them.", answer=variant(unit=1))
tied_twice = Mistake(
    "A tied head uses the embedding's matrix. It is stored once.",
    answer=variant(heads="twice"),
)
both_rows = Mistake(
    "The rows of both matrices were rounded up together. Each row fills whole bytes by itself: "
    "round up for one row, then double.",
    answer=variant(rounding="both rows", heads="once"),
)
head_forgotten = Mistake(
    "A head that is not tied has a matrix of its own, as large as the embedding's.",
    answer=variant(heads="once"),
)
whole_table = Mistake(
    "Rounded once for the whole table. Each row fills whole bytes: round up for a row, then "
    "multiply by V.",
    answer=variant(rounding="table"),
)
each_number = Mistake(
    "Each number is given whole bytes. Two numbers of 4 bits share one: round up for a row.",
    answer=variant(rounding="number"),
)
one_at_least = Mistake(each_number.hint, answer=variant(rounding="number, one at least"))
one_more = Mistake(
    "A row that ends with a byte got one byte more. Round up only where something is left over.",
    answer=variant(rounding="one more"),
)
to_words = Mistake(
    "Each row is filled up to 4 bytes. Whole bytes are enough.",
    answer=variant(rounding="to words"),
)
rounded_down = Mistake(
    "A row that does not end with a byte is cut off. Round up, not down.",
    answer=variant(rounding="down"),
)
no_bytes_left = Mistake(
    "bits // 8 is 0 for 4 bits. Multiply first: a row has D × bits bits.",
    answer=variant(rounding="each number down"),
)

task = Task(
    number="6.1",
    name="table_bytes",
    points=1,
    reference=finished.table_bytes,
    criteria=(
        Criterion(
            "a tied table counts once, and each of its rows fills whole bytes",
            tied_tables,
            mistakes=(
                floats,
                in_bits,
                tied_twice,
                no_bytes_left,
                each_number,
                one_at_least,
                one_more,
                to_words,
                whole_table,
                rounded_down,
            ),
        ),
        Criterion(
            "a head that is not tied counts as much again",
            untied_tables,
            mistakes=(head_forgotten, both_rows),
        ),
        Criterion(
            "the count is exact, however large the table",
            very_large,
            mistakes=(
                Mistake(
                    "The last digits are lost, as in a float, which has 53 bits for them. "
                    "Divide with //.",
                    when=nearly,
                ),
            ),
        ),
    ),
)
