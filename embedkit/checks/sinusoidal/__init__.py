"""What marks sheet 10, Sinusoidal positions: ``check.sinusoids(sinusoids)`` marks task 10.2."""

from embedkit.checks.sinusoidal.task1_wave_lengths import task as wave_lengths
from embedkit.checks.sinusoidal.task2_sinusoids import task as sinusoids
from embedkit.checks.sinusoidal.task3_change_layout import task as change_layout
from embedkit.checks.sinusoidal.task4_shift_matrix import task as shift_matrix
from embedkit.checks.sinusoidal.task5_look_back import task as look_back

__all__ = ["change_layout", "look_back", "shift_matrix", "sinusoids", "wave_lengths"]
