"""How a check is written, and how a verdict is reached.

A :class:`Task` owns a reference, the finished code, and a list of criteria. A :class:`Criterion`
draws questions, from the smallest up, and names the probe that puts them. The verdict puts the
same questions to the reference and compares, question by question. A :class:`Mistake` is a wrong
answer that learners give: if what was seen is what *it* would have given, its hint is shown.
"""

import math
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from embedkit.checks.compare import same
from embedkit.checks.hints import details, explain, side_effects
from embedkit.checks.probes import Inputs, Seen, not_callable, observe, observe_all
from embedkit.checks.verdict import Finding, Verdict

TOO_LARGE, ALLOWED = 256 * 2**20, 120 * 2**20
"""How many bytes that takes which no right answer makes, in a question at scale; and how many bytes
its process may take. A fifth of it is the libraries', of which new parts are read."""

OVERWRITTEN = (
    "What came back here was right, and changed in a later call. Make what you return anew in each "
    "call."
)


class Draw:
    """Draws random questions; on one machine, the same seed draws the same ones."""

    def __init__(self, seed: int) -> None:
        self.generator = torch.Generator().manual_seed(seed)

    def integer(self, low: int, high: int) -> int:
        """Return an integer from ``low`` to ``high``, both included."""
        return int(torch.randint(low, high + 1, (), generator=self.generator))

    def numbers(self, *shape: int) -> Tensor:
        """Return normal random numbers in float32."""
        return torch.randn(shape, generator=self.generator)

    def table(self, vocab_size: int, model_dim: int) -> Tensor:
        """Return a float32 table of normal random numbers, shape (vocab_size, model_dim)."""
        return self.numbers(vocab_size, model_dim)

    def doubles(self, *shape: int) -> Tensor:
        """Return normal random numbers in float64, with all its digits."""
        return torch.randn(shape, generator=self.generator, dtype=torch.float64)

    def ids(self, vocab_size: int, *shape: int) -> Tensor:
        """Return int64 ids from 0 to ``vocab_size`` − 1 of the given shape."""
        return torch.randint(vocab_size, shape, generator=self.generator)

    def every_id(self, vocab_size: int, *shape: int) -> Tensor:
        """Return as :meth:`ids` does, and each id at least once; the places must be enough."""
        count = math.prod(shape)
        ids = torch.cat([torch.arange(vocab_size), self.ids(vocab_size, count - vocab_size)])
        return ids[torch.randperm(count, generator=self.generator)].reshape(shape)


@contextmanager
def torch_as_at_the_start() -> Iterator[None]:
    """Let torch make float32 on the CPU and hunt no nan, whatever the notebook has set."""
    dtype, device = torch.get_default_dtype(), torch.get_default_device()
    hunts, for_nan = torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()
    torch.set_default_dtype(torch.float32)
    if device.type != "cpu":
        torch.set_default_device(None)
    torch.autograd.set_detect_anomaly(False)
    try:
        yield
    finally:
        torch.set_default_dtype(dtype)
        if device.type != "cpu":
            torch.set_default_device(device)
        torch.autograd.set_detect_anomaly(hunts, for_nan)


def tidy_table(vocab_size: int, model_dim: int) -> Tensor:
    """Return a table that can be read by eye: row i, column d holds i + d/10."""
    return torch.arange(vocab_size)[:, None] + torch.arange(model_dim)[None, :] / 10


def scattered(numbers: Tensor) -> Tensor:
    """Return equal numbers that do not lie in memory in the order in which they are read."""
    return numbers.transpose(0, -1).contiguous().transpose(0, -1)


@dataclass(frozen=True)
class Mistake:
    """A misconception, and how to recognise it.

    Args:
        hint: one or two sentences that name the misconception.
        answer: the function or class that a learner who holds it would write.
        when: where no such code can be given, a test of the question that failed and what was seen.
    """

    hint: str
    answer: Callable[..., Any] | None = None
    when: Callable[[Inputs, Seen], bool] | None = None

    def would_give(self, probe: str, asked: Sequence[Inputs], seen: Sequence[Seen]) -> bool:
        """Return whether the wrong code gives just what was seen, on every question asked."""
        if self.answer is None:
            return False
        own = [observe(self.answer, probe, inputs) for inputs in asked]
        return all(
            same(one.value, other.value)
            and (one.raised[:1], one.message) == (other.raised[:1], other.message)
            for one, other in zip(seen, own, strict=True)
        )


def says(*signs: str) -> Callable[[Inputs, Seen], bool]:
    """Return a test of whether an error's message holds one of some texts, for ``Mistake.when``."""
    return lambda inputs, seen: any(sign in seen.message for sign in signs)


@dataclass(frozen=True)
class Criterion:
    """One thing that a right answer does.

    Args:
        says: what it does, as the learner reads it.
        draws: draws the questions, from the smallest up; the first is shown when it fails.
        probe: the name of the probe that puts them.
        mistakes: the misconceptions that fail here, most specific first.
        raises: the error that is expected, where one is.
        mentions: the numbers that the error's message must contain, for one question; “57 or 80”
            asks for one of the two.
        accepts: decides in place of the comparison with the reference, where that is random.
    """

    says: str
    draws: Callable[[Draw], Iterable[Inputs]]
    probe: str = "call"
    mistakes: tuple[Mistake, ...] = ()
    raises: str = ""
    mentions: Callable[[Inputs], Sequence[str]] | None = None
    accepts: Callable[[Inputs, Seen], bool] | None = None


@dataclass(frozen=True)
class AtScale:
    """A question so large that whoever marks sees from outside if an answer makes too much.

    What no right answer makes would take :data:`TOO_LARGE` bytes, and :data:`ALLOWED` may be taken.

    Args:
        says: what the criterion says that this one backs.
        draws: draws the question.
        hint: what to tell whoever takes too much.
        probe: the name of the probe that puts it.
    """

    says: str
    draws: Callable[[Draw], Inputs]
    hint: str
    probe: str = "call"


@dataclass(frozen=True)
class Task:
    """One task of a sheet: calling it with an answer prints the verdict.

    Args:
        number: the lesson's number and the task's, as in ``2.3``.
        name: the name that the answer must define.
        points: what it is worth.
        reference: the finished code, which a right answer behaves like.
        criteria: what is looked at, in order.
        at_scale: what else is asked where memory can be weighed from outside.
    """

    number: str
    name: str
    points: int
    reference: Callable[..., Any]
    criteria: tuple[Criterion, ...]
    at_scale: AtScale | None = None

    def __call__(self, answer: Any) -> None:
        """Put questions to an answer, here and now, and print the verdict."""
        if not callable(answer):
            print(self.not_run(not_callable(answer)))
            return
        seed = secrets.randbits(32)
        with torch_as_at_the_start():
            verdict = self.verdict(seed, observe_all(answer, self.questions(seed)))
        print(verdict)

    def questions(self, seed: int) -> list[tuple[str, Inputs]]:
        """Return every question as the name of its probe and its inputs."""
        drawn = self._draw(seed)
        return [
            (criterion.probe, inputs)
            for criterion, asked in zip(self.criteria, drawn, strict=True)
            for inputs in asked
        ]

    def verdict(self, seed: int, seen: Sequence[Seen]) -> Verdict:
        """Judge what was seen.

        Args:
            seed: the seed from which the questions were drawn.
            seen: what the answer did, one for each of :meth:`questions`.
        """
        if "NotImplementedError" in seen[0].raised and not seen[0].message:
            return self._end("untouched", note="not attempted yet: it raises NotImplementedError.")
        findings: list[Finding] = []
        rest = list(seen)
        for criterion, asked in zip(self.criteria, self._draw(seed), strict=True):
            here, rest = rest[: len(asked)], rest[len(asked) :]
            failed = any(not finding.passed for finding in findings)
            findings.append(
                Finding(criterion.says, None) if failed else self._judge(criterion, asked, here)
            )
        passed = all(finding.passed for finding in findings)
        return self._end("passed" if passed else "failed", findings)

    def questions_at_scale(self, seed: int) -> list[tuple[str, Inputs]]:
        """Return the question that is asked where memory can be weighed, if the task has one."""
        return [(self.at_scale.probe, self.at_scale.draws(Draw(seed)))] if self.at_scale else []

    def judge_at_scale(self, seed: int, seen: Seen, taken: int) -> Finding:
        """Judge what an answer gave to the large question, and how many bytes it took."""
        assert self.at_scale is not None
        large = self.at_scale
        if taken > ALLOWED:
            shown = (
                ("took", f"{taken / 2**20:.0f} MiB at its peak, on a larger question"),
                ("at most", f"{ALLOWED / 2**20:.0f} MiB"),
            )
            return Finding(large.says, False, large.hint, shown)
        asked = [large.draws(Draw(seed))]
        criterion = Criterion(large.says, lambda draw: asked, large.probe)
        return self._judge(criterion, asked, [seen])

    def not_weighed(self, reason: str) -> Finding:
        """Return the finding on an answer that could not be asked the large question."""
        assert self.at_scale is not None
        return Finding(self.at_scale.says, False, f"On a larger question: {reason}")

    def not_run(self, note: str) -> Verdict:
        """Return the verdict on an answer that could not be asked, with the reason."""
        return self._end("failed", note=note)

    def _end(self, status: str, findings: Sequence[Finding] = (), note: str = "") -> Verdict:
        return Verdict(self.number, self.name, self.points, status, tuple(findings), note)

    def _draw(self, seed: int) -> list[list[Inputs]]:
        draw = Draw(seed)
        return [list(criterion.draws(draw)) for criterion in self.criteria]

    def _judge(
        self, criterion: Criterion, asked: Sequence[Inputs], seen: Sequence[Seen]
    ) -> Finding:
        for inputs, one in zip(asked, seen, strict=True):
            wanted = self._wanted(criterion, inputs)
            mentions = criterion.mentions(inputs) if criterion.mentions else ()
            trouble = _trouble(criterion, inputs, one, wanted, mentions)
            if not trouble:
                continue
            for mistake in criterion.mistakes:
                if mistake.would_give(criterion.probe, asked, seen) or _holds(
                    mistake.when, inputs, one
                ):
                    trouble = mistake.hint
                    break
            shown = details(inputs, one, None if criterion.accepts else wanted, mentions)
            return Finding(criterion.says, False, trouble, shown)
        for inputs, one in zip(asked, seen, strict=True):
            if one.overwritten:
                return Finding(criterion.says, False, OVERWRITTEN, details(inputs, one, None))
        return Finding(criterion.says, True)

    def _wanted(self, criterion: Criterion, inputs: Inputs) -> Seen:
        """Return what the reference does with one question; an error in it is ours."""
        wanted = observe(self.reference, criterion.probe, inputs)
        if wanted.raised[:1] != ((criterion.raises,) if criterion.raises else ()):
            raise RuntimeError(
                f"the check of task {self.number} is broken, not your answer: on "
                f"“{criterion.says}” its own reference stopped with {wanted.message!r}."
            )
        return wanted


def _trouble(
    criterion: Criterion, inputs: Inputs, seen: Seen, wanted: Seen, mentions: Sequence[str]
) -> str:
    """Return what is wrong with one answer to one question; empty if nothing is."""
    if criterion.accepts is None:
        return explain(seen, wanted, inputs, mentions)
    if not seen.raised and _holds(criterion.accepts, inputs, seen):
        return side_effects(seen, wanted, inputs)
    if seen.raised:
        return explain(seen, wanted, inputs)
    return f"This does not hold: {criterion.says}."


def _holds(test: Callable[[Inputs, Seen], bool] | None, inputs: Inputs, seen: Seen) -> bool:
    """Return whether a test holds; one that stumbles over what was seen does not."""
    if test is None:
        return False
    try:
        return bool(test(inputs, seen))
    except Exception:
        return False
