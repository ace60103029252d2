"""The page for teachers adds up what the chapters say that they take."""

import pytest
from for_teachers import WEEKS, head_of, in_words, minutes_of

from embedkit.lessons import LESSONS, course_root

ROOT = course_root()


@pytest.mark.parametrize(
    ("head", "minutes"),
    [
        ("*About 40 minutes, with the guesses. You need Python.*", 40),
        ("*About an hour, if you stop to predict; some two minutes of it are waiting.*", 60),
        ("*About 55 minutes to read, if you stop, and 15 more for three questions.*", 70),
    ],
)
def test_minutes_are_read_from_a_head(head, minutes):
    assert minutes_of(head) == minutes


def test_a_head_without_a_time_is_refused():
    with pytest.raises(ValueError, match="says no time"):
        minutes_of("# 3 · Learning the table")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.name)
def test_each_chapter_says_its_time(lesson):
    assert 20 <= minutes_of(head_of(lesson, ROOT)) <= 120


def test_weeks_hold_all_lessons_in_order():
    planned = [number for _, numbers in WEEKS for number in numbers]
    assert planned == [lesson.number for lesson in LESSONS]


def test_times_are_written_in_hours_and_minutes():
    assert [in_words(minutes) for minutes in (40, 60, 170)] == ["40 min", "1 h 0 min", "2 h 50 min"]
