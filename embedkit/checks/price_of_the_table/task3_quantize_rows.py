"""What marks task 6.3, `quantize_rows`: an int8 code for each number, and a step for each row."""

from collections.abc import Callable

import torch
from torch import Tensor

from embedkit import quantized_table as finished
from embedkit.checks.compare import same
from embedkit.checks.framework import Criterion, Draw, Mistake, Task, says, scattered
from embedkit.checks.price_of_the_table.shared_hints import SCATTERED
from embedkit.checks.probes import Inputs, Seen

Two = tuple[Tensor, Tensor]


def off_the_halves(draw: Draw, rows: int, dim: int, *, alike: bool = False) -> Tensor:
    """A table whose numbers lie nearer to one code than to the next; none is 0.

    Half of them lie near the middle between both, so that whoever rounds twice is found out. The
    largest number of each row is positive; ``alike`` gives all rows the same step.
    """
    largest = 127
    codes = draw.ids(2 * largest - 1, rows, dim) - largest + 1
    place = draw.ids(dim, rows)
    part = (draw.ids(97, rows, dim) - 48) / 100
    part = torch.where(draw.numbers(rows, dim) < 0, part, part.sign() * 0.4997)
    inside = (codes + part).clamp(1 - largest, largest - 1)
    inside[inside == 0] = 0.25
    inside[torch.arange(rows), place] = largest
    steps = 2.0 ** (draw.ids(9, rows) - 4) * (1 + draw.ids(8, rows) / 8)
    return inside * (steps[:1] if alike else steps)[:, None]


def rows_led_by_a_positive(draw: Draw) -> list[Inputs]:
    """Tables in which the largest number of each row is positive."""
    return [
        {"table": torch.tensor([[254.0, -101.2, 6.6], [12.7, 0.2, -5.0]])},
        {"table": off_the_halves(draw, 6, 9)},
        {"table": off_the_halves(draw, 1, 5)},
        {"table": off_the_halves(draw, 4, 1)},
    ]


def rows_led_by_a_negative(draw: Draw) -> list[Inputs]:
    """Tables in which the largest size belongs to a negative number, in some rows or in all."""
    mixed = off_the_halves(draw, 6, 7, alike=True)
    mixed[::2] *= -1
    return [
        {"table": torch.tensor([[-254.0, 101.2, 6.6]])},
        {"table": mixed},
        {"table": -off_the_halves(draw, 3, 4, alike=True)},
    ]


def halves(draw: Draw) -> list[Inputs]:
    """Numbers that lie exactly halfway between two codes."""
    numbers = torch.cat([torch.tensor([127.0]), draw.ids(120, 2, 8).flatten() + 0.5])
    signs = torch.where(draw.numbers(17) < 0, -1.0, 1.0)
    signs[0] = 1
    some = numbers * signs
    return [
        {"table": torch.tensor([[127.0, 0.5, 1.5, 2.5, -0.5, -1.5]])},
        {"table": torch.stack([some, some.flip(0), numbers]) / 4},
        {"table": some[None] * 8},
    ]


def rows_of_zeros(draw: Draw) -> list[Inputs]:
    """Tables with rows of zeros, alone or among others."""
    some = off_the_halves(draw, 5, 4, alike=True)
    some[draw.integer(0, 4)] = 0
    return [
        {"table": torch.tensor([[0.0, 0.0], [254.0, -6.0]])},
        {"table": some},
        {"table": torch.zeros(3, 2)},
        {"table": torch.tensor([[254.0, 0.0, -6.0]])},
        {"table": torch.tensor([[0.0, 254.0, -6.0]])},
        {"table": torch.tensor([[254.0, -254.0]])},
    ]


def tiny_rows(draw: Draw) -> list[Inputs]:
    """Rows of very small or very large numbers, as a table may have after training."""
    table = off_the_halves(draw, 4, 6, alike=True)
    scales = (2.0**-60, 2.0**-70, 2.0**60, 2.0**-30, 2.0**-89, 2.0**87)  # the last to 6e29
    small = torch.tensor([[127.0, -64.0]]) * 2.0**-60
    least = 1e-32 * torch.tensor([[127, -110, draw.integer(101, 126)], [-104, 127, 100]])
    return [{"table": small}, *({"table": table * scale} for scale in scales), {"table": least}]


def other_kinds(draw: Draw) -> list[Inputs]:
    """Half and double precision, and tables that lie scattered in memory."""
    whole = draw.ids(255, 5, 6) - 127
    whole[:, 0] = 127
    return [
        {"table": torch.tensor([[127.0, -3.0], [64.0, 127.0]]).double()},
        {"table": (whole * 2.0**-3).bfloat16()},
        {"table": (whole[:, :4] * 0.5).half()},
        {"table": torch.tensor([[1000.0, 301.0, -700.0, 110.0]]).half()},
        {"table": torch.tensor([[100.0, 52.0, 83.0]]).bfloat16()},
        {"table": scattered(off_the_halves(draw, 5, 3, alike=True))},
    ]


def variant(
    *,
    size: Callable[[Tensor], Tensor] = lambda numbers: numbers.abs().amax(1, keepdim=True),
    divisor: float = 127,
    whole: Callable[[Tensor], Tensor] = torch.round,
    zeros: float = 1.0,
) -> Callable[[Tensor], Two]:
    """Return an answer that is wrong in one respect."""

    def answer(table: Tensor) -> Two:
        numbers = table.float()
        largest = size(numbers)
        steps = torch.where(largest != 0, largest / divisor, zeros)
        return whole(numbers / steps).to(torch.int8), steps

    return answer


def step_of_all(numbers: Tensor) -> Tensor:
    """Return the largest size of the whole table for each row that is not all zeros."""
    largest = numbers.abs().amax(dim=1, keepdim=True)
    return torch.where(largest > 0, numbers.abs().amax(), 0.0)


def halves_away(numbers: Tensor) -> Tensor:
    """Round halves away from zero, as is taught at school."""
    return (numbers.abs() + 0.5).floor() * numbers.sign()


def steps_flat(table: Tensor) -> Two:
    """Return the steps as a row of V numbers."""
    codes, steps = finished.quantize_rows(table)
    return codes, steps[:, 0]


def codes_type(*wrong: torch.dtype) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether the codes are of one of these types, or of any but int8."""

    def test(inputs: Inputs, seen: Seen) -> bool:
        found = seen.value[0].dtype
        return bool(found in wrong if wrong else found != torch.int8)

    return test


def steps_of_another_type(inputs: Inputs, seen: Seen) -> bool:
    """Whether the steps came back in another type."""
    return bool(seen.value[1].dtype != torch.float32)


def steps_wrong(inputs: Inputs, seen: Seen) -> bool:
    """Whether the steps are not what they should be, as a part of it: they may be tiny."""
    found, right = seen.value[1], finished.quantize_rows(inputs["table"])[1]
    alike = found.shape == right.shape and found.dtype == right.dtype
    return not alike or not torch.allclose(found.double(), right.double(), rtol=1e-5, atol=0)


def right_digits(inputs: Inputs, seen: Seen) -> bool:
    """Whether codes and steps are what they should be, however small the steps are."""
    codes, _ = seen.value
    return same(codes, finished.quantize_rows(inputs["table"])[0]) and not steps_wrong(inputs, seen)


def steps_a_little_wrong(inputs: Inputs, seen: Seen) -> bool:
    """Whether the steps are off by less than one in a hundred, and so by rounding."""
    right = finished.quantize_rows(inputs["table"])[1]
    off = (seen.value[1] / right - 1).abs().max()
    return bool(0 < off < 0.01)


def only_codes_wrong(inputs: Inputs, seen: Seen) -> bool:
    """Whether the steps are as they should be, and the codes are not."""
    return seen.value[0].dtype == torch.int8 and not steps_wrong(inputs, seen)


def larger_than_1(inputs: Inputs, seen: Seen) -> bool:
    """Whether steps are wrong, and the numbers large."""
    return bool(inputs["table"].abs().max() > 1) and steps_wrong(inputs, seen)


def one_for_a_row_with_numbers(inputs: Inputs, seen: Seen) -> bool:
    """Whether a row that is not all zeros has step 1."""
    return bool((seen.value[1][inputs["table"].any(dim=1)] == 1).any())


def not_a_number(inputs: Inputs, seen: Seen) -> bool:
    """Whether a row of zeros has another step than 1, or none that is a number."""
    zeros = (inputs["table"] == 0).all(dim=1)
    return bool((seen.value[1][zeros] != 1).any())


def steps_changed(table: Tensor, change: Callable[[Tensor], Tensor], *, signs: bool = True) -> Two:
    """Return right codes, perhaps without their signs, and steps that something was done to."""
    codes, steps = finished.quantize_rows(table)
    zeros = (table == 0).all(dim=1, keepdim=True)
    return codes if signs else codes.abs(), torch.where(zeros, 1.0, change(steps))


def by_whole_division(table: Tensor) -> Two:
    """Divide with // in place of /."""
    steps = finished.quantize_rows(table)[1]
    return (table.float() // steps).to(torch.int8), steps


inverse = (
    "code × step should be nearly the number. The step is the largest size divided by 127, not "
    "127 divided by it, and not the size itself."
)
no_abs = (
    "The largest number is not the largest size: −254 is larger in size than 101. Take .abs() "
    "before the maximum."
)
cut_off = Mistake(
    "The codes are cut off behind the point, which pulls every number towards zero. Call .round() "
    "before .to(torch.int8).",
    answer=variant(whole=torch.trunc),
)
rounded_down = Mistake(
    "The codes are rounded down. The nearest whole number was asked for: .round().",
    answer=variant(whole=torch.floor),
)

task = Task(
    number="6.3",
    name="quantize_rows",
    points=2,
    reference=finished.quantize_rows,
    criteria=(
        Criterion(
            "each number becomes the nearest of 127 steps up or down, and each row has its own",
            rows_led_by_a_positive,
            mistakes=(
                Mistake(
                    "The steps came first. Return the codes, then the steps.",
                    answer=lambda table: finished.quantize_rows(table)[::-1],
                ),
                Mistake(
                    "uint8 has no negative numbers. Codes run from −127 to 127, in int8, and 0 "
                    "stays 0.",
                    when=codes_type(torch.uint8),
                ),
                Mistake(
                    "The codes are not int8, so nothing is saved. End with .to(torch.int8).",
                    when=codes_type(),
                ),
                Mistake(
                    "The steps have lost their axis and no longer stand beside the rows: "
                    "keepdim=True.",
                    when=says("must match the size of tensor"),
                ),
                Mistake(
                    "max(dim=1) gives values and places. Take its .values, or call amax.",
                    when=says("return_types.max"),
                ),
                Mistake(inverse, answer=lambda table: steps_changed(table, lambda s: 1 / s)),
                Mistake(inverse, answer=lambda table: steps_changed(table, lambda s: 127 * s)),
                Mistake(
                    ".abs() is for the step only. The codes keep their signs.",
                    answer=lambda table: steps_changed(table, lambda s: s, signs=False),
                ),
                Mistake(
                    "// divides and rounds down. Divide with /, then .round().",
                    answer=by_whole_division,
                ),
                Mistake(
                    "The steps should be a column, of shape (V, 1): keepdim=True.",
                    answer=steps_flat,
                ),
                cut_off,
                rounded_down,
                Mistake(
                    "There is one step for the whole table. Each row has its own: take the "
                    "maximum over dim=1.",
                    answer=variant(size=step_of_all),
                ),
                Mistake(
                    "There is a step for each column. Each row has its own: take the maximum over "
                    "dim=1.",
                    answer=lambda table: (
                        variant()(table.T)[0].T,
                        variant()(table.T)[1].T,
                    ),
                ),
                Mistake(
                    "The step is the largest size divided by 128, so the largest number would be "
                    "128, and int8 ends at 127. Divide by 127.",
                    answer=variant(divisor=128, whole=lambda n: n.round().clamp(-128, 127)),
                ),
                Mistake(
                    "The largest number became 128, and int8 ends at 127, so it went round to "
                    "−128. Divide by 127.",
                    answer=variant(divisor=128),
                ),
                Mistake(
                    "The steps are twice as wide as they should be: codes run from −127 to 127, "
                    "so the largest *size* is 127 steps.",
                    answer=variant(divisor=63.5),
                ),
                Mistake(
                    "255 steps for a size: codes run from −127 to 127, so the largest size is 127 "
                    "of them.",
                    answer=variant(divisor=255),
                ),
            ),
        ),
        Criterion(
            "the largest size may belong to a negative number",
            rows_led_by_a_negative,
            mistakes=(
                Mistake(no_abs, answer=variant(size=lambda n: n.amax(1, keepdim=True))),
                Mistake(no_abs, answer=variant(size=lambda n: n.amax(1, keepdim=True).abs())),
                Mistake(
                    "The step came out from the difference between largest and smallest. It "
                    "should come from the largest size.",
                    answer=variant(
                        size=lambda n: (n.amax(1, keepdim=True) - n.amin(1, keepdim=True)) / 2
                    ),
                ),
            ),
        ),
        Criterion(
            "a number halfway between two codes gets the even one",
            halves,
            mistakes=(
                Mistake(
                    "Halves are rounded away from zero, as at school. torch.round gives them the "
                    "even neighbour, as torch's own quantisation does.",
                    answer=variant(whole=halves_away),
                ),
                Mistake(
                    "Halves are rounded up. torch.round gives them the even neighbour, as torch's "
                    "own quantisation does.",
                    answer=variant(whole=lambda n: (n + 0.5).floor()),
                ),
            ),
        ),
        Criterion(
            "a row of zeros has codes 0 and step 1, and no other row does",
            rows_of_zeros,
            mistakes=(
                Mistake(
                    "A row of zeros should have step 1. Its largest size is 0, and 0 / 0 is not "
                    "a number.",
                    when=not_a_number,
                ),
                Mistake(
                    "A row got step 1 that is not all zeros: one zero in it, or a sum of 0, is "
                    "not enough. Ask its largest size.",
                    when=one_for_a_row_with_numbers,
                ),
            ),
        ),
        Criterion(
            "rows of very small and very large numbers keep their digits",
            tiny_rows,
            accepts=right_digits,
            mistakes=(
                Mistake(
                    "The steps are right, but not the codes. A half-precision float holds no "
                    "numbers so large or small: compute codes in float32.",
                    when=only_codes_wrong,
                ),
                Mistake(
                    "A row of very large numbers was held back. The largest size decides, "
                    "however large it is.",
                    when=larger_than_1,
                ),
                Mistake(
                    "A row of very small numbers lost its own step. Only a row of zeros needs "
                    "another: torch.where(largest > 0, …), not a smallest step for all.",
                    when=steps_wrong,
                ),
            ),
        ),
        Criterion(
            "half and double precision give float32 steps, and a table may lie scattered",
            other_kinds,
            mistakes=(
                Mistake(
                    "The steps should be float32, whatever the table is: begin with table.float().",
                    when=steps_of_another_type,
                ),
                Mistake(
                    "The steps are float32, but they were computed in the table's precision. "
                    "Begin with table.float().",
                    when=steps_a_little_wrong,
                ),
                Mistake(
                    "The steps are right, but the codes were computed in the table's precision. "
                    "Divide float32 by float32.",
                    when=only_codes_wrong,
                ),
                Mistake(SCATTERED, when=says("view size is not compatible")),
            ),
        ),
    ),
)
