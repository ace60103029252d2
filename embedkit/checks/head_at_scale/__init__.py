"""What marks sheet 8, the head at scale: ``check.logits_bytes(logits_bytes)`` marks task 8.1."""

from embedkit.checks.head_at_scale.task1_logits_bytes import task as logits_bytes
from embedkit.checks.head_at_scale.task2_merge_logsumexp import task as merge_logsumexp
from embedkit.checks.head_at_scale.task3_blockwise_cross_entropy import (
    task as blockwise_cross_entropy,
)
from embedkit.checks.head_at_scale.task4_partial_lookup import task as partial_lookup
from embedkit.checks.head_at_scale.task5_chunked_loss import task as chunked_loss

__all__ = [
    "blockwise_cross_entropy",
    "chunked_loss",
    "logits_bytes",
    "merge_logsumexp",
    "partial_lookup",
]
