"""What the checks say of a task, and how a learner reads it."""

import textwrap
from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """What a verdict says of one criterion; ``passed`` is None if it was not looked at."""

    says: str
    passed: bool | None
    hint: str = ""
    details: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Verdict:
    """What the checks say of one task."""

    number: str
    name: str
    possible: int
    status: str
    findings: tuple[Finding, ...] = ()
    note: str = ""

    @property
    def points(self) -> int:
        """The points earned: all of them or none."""
        return self.possible if self.status == "passed" else 0

    def __str__(self) -> str:
        worth = f"{self.possible} point{'s' if self.possible != 1 else ''}"
        lines = [f"Task {self.number} · {self.name} · {worth}"]
        lines.extend(f"  {line}" for line in textwrap.wrap(self.note, 90))
        for finding in self.findings:
            mark = {True: "✓", False: "✗", None: "·"}[finding.passed]
            lines.append(f"  {mark} {finding.says}")
            lines.extend(f"      {line}" for line in textwrap.wrap(finding.hint, 84))
            lines.extend(f"      {label:<10} {text}" for label, text in finding.details)
        if self.status == "passed":
            lines.append(f"  {self.points} of {self.possible}")
        return "\n".join(lines)
