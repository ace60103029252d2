"""Answers to sheet 12 that learners give."""

from tests.answers import Right, Wrong

WRONG = [
    Wrong("12.1", "squares", "squared", "def double(x):\n    return x**2"),
    Wrong("12.1", "gives it back", "unchanged", "def double(x):\n    return x"),
    Wrong("12.1", "prints", "use return", "def double(x):\n    print(2 * x)"),
    Wrong("12.1", "in place", "in place", "def double(x):\n    return x.mul_(2)"),
]

RIGHT = [
    Right("12.1", "adds", "def double(x):\n    return x + x"),
    Right("12.1", "by torch", "def double(x):\n    return torch.mul(x, 2)"),
]
