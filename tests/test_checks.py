"""The framework of the checks: what it sees, what it lets pass, and what it says."""

import json
import math
from collections import Counter, OrderedDict, defaultdict, namedtuple
from typing import NamedTuple

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch._subclasses.fake_tensor import FakeTensorMode

from embedkit.checks.compare import differing, same
from embedkit.checks.framework import Criterion, Mistake, Task, scattered
from embedkit.checks.hints import details, explain
from embedkit.checks.plain import Other, load_plain, save_plain, to_plain
from embedkit.checks.probes import Seen, observe, observe_all, observe_in_file
from embedkit.checks.showing import show


class Three(NamedTuple):
    first: object
    second: object
    third: object


def double(x):
    return x * 2


def questions(draw):
    return [{"x": torch.tensor([1.0, 2.0])}, {"x": torch.randn(5, generator=draw.generator)}]


def task(**options):
    criterion = Criterion("x comes back doubled", questions, **options)
    return Task("0.1", "double", 2, double, (criterion, Criterion("again", questions)))


def verdict_on(answer, a_task=None, seed=0):
    a_task = a_task or task()
    seen = observe_all(answer, a_task.questions(seed))
    return a_task.verdict(seed, seen)


def hint_on(answer, a_task=None):
    (hint,) = [f.hint for f in verdict_on(answer, a_task).findings if f.passed is False]
    return hint


@pytest.mark.parametrize(
    "value",
    [
        None,
        True,
        -3,
        0.1,
        "Ω ✓",
        torch.tensor(3),
        torch.empty(0, 4),
        torch.tensor([True, False]),
        torch.randn(2, 3).bfloat16(),
        torch.randn(4, 4).T,
        torch.randn(2, 3, 4).permute(2, 0, 1),
        torch.randn(2, 3, dtype=torch.complex64),
        torch.randn(2, 3, dtype=torch.complex128).T.conj(),
        torch.empty(0, 3, dtype=torch.complex128),
        torch.tensor(1j),
        torch.randn(3, 0, 2).transpose(0, 2),
        [1, (2.0, "x"), {"a": torch.ones(2), "b": None}],
        Other("ndarray", "array([1])"),
        b"\xe0\xa4",
        [b"king", b""],
        {(1, 2): 3, ("a", (b"b", None)): [4.5], 6: torch.ones(1)},
        {},
    ],
)
def test_plain_data_survives_the_journey(tmp_path, value):
    save_plain(tmp_path / "file", to_plain(value))
    found = load_plain(tmp_path / "file")
    assert type(found) is type(value)
    assert same(found, to_plain(value))
    if isinstance(value, torch.Tensor) and value.numel():
        assert found.stride() == value.stride()


@pytest.mark.parametrize("damage", [b"", b"not data", b"\xff" * 100])
def test_a_file_that_holds_something_else_is_a_sentence(tmp_path, damage):
    path = tmp_path / "seen.file"
    path.write_bytes(damage)
    with pytest.raises(ValueError, match=r"seen\.file does not hold plain data"):
        load_plain(path)
    with pytest.raises(ValueError, match="nowhere does not hold plain data"):
        load_plain(tmp_path / "nowhere")


def test_a_file_with_a_complex_tensor_that_is_none_is_a_sentence(tmp_path):
    text = json.dumps({"complex": {"tensor": ["0", [0]]}}).encode()
    structure = torch.tensor(list(text), dtype=torch.uint8)
    save_file({"0": torch.ones(3), "structure": structure}, tmp_path / "file")
    with pytest.raises(ValueError, match="file does not hold plain data"):
        load_plain(tmp_path / "file")


def test_complex_numbers_may_differ_as_much_as_their_parts_may():
    one = torch.tensor([1 + 1j, 2j, 3.0])
    assert same(one, one + 1e-7j)
    assert differing(one, one + torch.tensor([0, 1e-2j, 1e-2])).tolist() == [False, True, True]
    assert not same(one, one.to(torch.complex128))


def test_to_plain_keeps_a_stranger_as_a_name_only():
    codes = torch.quantize_per_tensor(torch.ones(2), 0.1, 0, torch.qint8)
    assert to_plain(codes).type_name == "quantized tensor of torch.qint8"
    assert to_plain(torch.ones(2, device="meta")).type_name == "tensor on the meta device"
    assert to_plain(torch.nested.nested_tensor([torch.ones(2)])).type_name == "nested tensor"
    assert to_plain({1, 2}).type_name == "set"
    assert to_plain({"a": object()})["a"].type_name == "object"


def test_every_kind_of_dict_counts_as_a_dict():
    kinds = [Counter(a=1), defaultdict(int, a=1), OrderedDict(a=1)]
    assert all(type(to_plain(kind)) is dict for kind in kinds)
    assert all(same(to_plain(kind), {"a": 1}) for kind in kinds)
    assert to_plain({frozenset({1}): 1}).type_name == "dict with a frozenset for a key"
    assert to_plain({(1, 2.5, frozenset()): 1}).type_name == (
        "dict with a tuple of int, float, frozenset for a key"
    )


def test_a_kind_of_dict_counts_as_one_if_it_is_read_like_one():
    class Vocabulary(dict):
        def __missing__(self, word):
            return 0

    class Upper(dict):
        def __getitem__(self, word):
            return super().__getitem__(word.upper())

    class Silent(dict):
        def __getattribute__(self, name):
            return dict

    assert same(to_plain(Vocabulary(a=1)), {"a": 1})
    assert same(to_plain(Silent(a=1)), {"a": 1})
    assert to_plain(Upper(A=1)).type_name == "Upper"


def test_a_kind_of_string_or_tuple_will_do_for_a_key():
    place = namedtuple("place", "row column")
    plain = to_plain({np.str_("a"): 1, place(np.str_("b"), 2): 3})
    assert plain == {"a": 1, ("b", 2): 3}
    assert [type(key) for key in plain] == [str, tuple]
    assert type(list(plain)[1][0]) is str


def test_an_input_that_was_changed_is_shown_as_it_is_afterwards():
    def pops(ids):
        return [ids.pop(), *ids]

    inputs = {"ids": [1, 2]}
    seen = observe(pops, "call", inputs)
    wanted = observe(lambda ids: [ids[-1], *ids[:-1]], "call", inputs)
    assert ("ids after", "[1]") in details(inputs, seen, wanted)
    assert all(label != "ids after" for label, _ in details(inputs, wanted, wanted))


@pytest.mark.parametrize(
    ("value", "right", "words"),
    [
        (b"ab", [97, 98], "of type bytes. A list was expected"),
        ((1,), [1], "of type tuple. A list was expected"),
        ("1", 1, "of type str. An int was expected"),
        ([1], [1, 2], "returns 1 item. It should be 2"),
        ([1, 3], [1, 2], "Item 1 is 3. It should be 2"),
        ({"a": 1}, {"a": 1, "b": 2}, "key 'b' is missing"),
        ({"a": 1, (2, 3): 4}, {"a": 1}, "key (2, 3) should not be there"),
        ({"a": 1}, {"a": 2}, "For 'a' it has 1. It should be 2"),
        ("a", "b", "not what was expected"),
    ],
)
def test_a_value_that_is_no_tensor_is_explained(value, right, words):
    assert words in explain(Seen(value=value), Seen(value=right), {})


def test_a_kind_of_list_counts_as_one_if_it_is_read_like_one():
    class Ids(list):
        pass

    class Turned(list):
        def __iter__(self):
            return reversed(self)

    assert to_plain(Ids([1, 2])) == [1, 2]
    assert to_plain(Turned([1, 2])).type_name == "Turned"


def test_a_stranger_among_others_is_shown_as_it_prints():
    assert repr([to_plain(np.str_("the"))]) == "[np.str_('the')]"
    assert repr(Other("set", "")) == "set"


def test_to_plain_is_a_copy():
    tensor = torch.zeros(2)
    copy = to_plain(tensor)
    tensor += 1
    assert torch.equal(copy, torch.zeros(2))


def test_same_is_tight_and_elementwise():
    x = torch.randn(50)
    assert same(x, x * (1 + 1e-6))
    assert not same(x, x * (1 + 1e-4))
    assert not same(x, x.flip(0))
    assert not same(x, x.double())
    assert not same(torch.ones(2, 1), torch.ones(1, 2))
    assert not same(1, 1.0)
    assert not same(True, 1)
    assert same(math.nan, math.nan)
    assert same([1.0], [1.0 + 1e-12])
    assert same(1 / 3, torch.tensor(1 / 3).item())
    assert not same(1.0, 1.0 + 1e-5)
    assert not same(1e39, 1e40)


def test_a_notebook_with_another_default_dtype_is_checked_as_usual(capsys):
    def total(x):
        return x @ torch.ones(2, dtype=torch.float32)

    asked = Criterion("numbers add up", lambda draw: [{"x": torch.tensor([1.0, 2.0])}])
    torch.set_default_dtype(torch.float64)
    try:
        Task("0.1", "total", 2, total, (asked,))(total)
        assert torch.get_default_dtype() == torch.float64
    finally:
        torch.set_default_dtype(torch.float32)
    assert "2 of 2" in capsys.readouterr().out


def test_data_that_cannot_be_written_is_an_error_of_the_system(tmp_path):
    with pytest.raises(OSError, match="cannot be written"):
        save_plain(tmp_path / "none" / "file", 1)


def test_a_right_answer_passes_and_earns_its_points():
    verdict = verdict_on(lambda x: x + x)
    assert (verdict.status, verdict.points) == ("passed", 2)


def test_an_untouched_answer_is_not_attempted():
    def double(x):
        raise NotImplementedError

    verdict = verdict_on(double)
    assert (verdict.status, verdict.points) == ("untouched", 0)
    assert "not attempted yet" in str(verdict)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: None, "Is the return missing?"),
        (print, "It prints, but it returns nothing."),
        (lambda x: (x * 2).tolist(), "returns a list. A tensor was expected."),
        (lambda x: 2, "returns an int. A tensor was expected."),
        (lambda x: (x * 2).numpy(), "returns a ndarray. A tensor was expected."),
        (lambda x: (x * 2).to_sparse(), "returns a sparse tensor. A dense one was expected"),
        (lambda x: (x * 2)[None], "The shape is (1, 2). It should be (2,)."),
        (lambda x: (x * 2).double(), "dtype is torch.float64. It should be torch.float32."),
        (lambda x: x.mul_(2), "changes its input x in place"),
        (
            lambda x: x * 2 + torch.tensor([0.0, 1.0]),
            "1 of 2 numbers are not. The first is at (1,)",
        ),
        (lambda x: x / 0 * "a", "It stopped with TypeError"),
        (lambda: 1, "It stopped with TypeError"),
        (lambda x: exit(), "It stopped with SystemExit"),
    ],
)
def test_each_kind_of_misreading_has_its_own_words(answer, words):
    assert words in hint_on(answer)


def test_a_known_mistake_has_its_hint_and_an_unknown_one_does_not():
    tripled = Mistake("You tripled it.", answer=lambda x: x * 3)
    assert hint_on(lambda x: x + x + x, task(mistakes=(tripled,))) == "You tripled it."
    assert "tripled" not in hint_on(lambda x: x * 4, task(mistakes=(tripled,)))


def test_only_the_first_failing_criterion_is_explained():
    verdict = verdict_on(lambda x: x)
    assert [finding.passed for finding in verdict.findings] == [False, None]
    assert verdict.points == 0


def test_the_verdict_shows_the_smallest_question_what_came_and_what_should():
    text = str(verdict_on(lambda x: x))
    assert "x          [1.0, 2.0]" in text
    assert "came back  [1.0, 2.0]" in text
    assert "expected   [2.0, 4.0]" in text


def test_a_reference_that_fails_is_our_fault_not_the_learners():
    broken = Task("0.2", "f", 1, lambda x: x / "a", (Criterion("works", questions),))
    with pytest.raises(RuntimeError, match=r"the check of task 0\.2 is broken, not your answer"):
        verdict_on(lambda x: x, broken)


def seeds_all(x):
    torch.manual_seed(0)
    return x * 2


def stops_gradients(x):
    torch.set_grad_enabled(False)
    return x * 2


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (seeds_all, "the seed of all random numbers"),
        (stops_gradients, "whether gradients are kept"),
    ],
)
def test_an_answer_that_changes_torch_for_all_is_told_and_undone(answer, words):
    torch.manual_seed(5)
    assert words in hint_on(answer)
    assert torch.is_grad_enabled()
    assert torch.initial_seed() == 5


def test_a_seed_is_seen_even_if_the_notebook_had_set_the_same_one():
    torch.manual_seed(0)
    assert "the seed of all random numbers" in hint_on(seeds_all)


def test_an_answer_that_draws_a_number_draws_another_one_in_each_question():
    asked = [{"window": window} for window in range(1, 20)]
    drawn = [observe(lambda window: torch.rand(()), "call", inputs).value for inputs in asked]
    assert len(set(map(float, drawn))) == len(asked)
    again = [observe(lambda window: torch.rand(()), "call", inputs).value for inputs in asked]
    assert drawn == again


def asks_for_gradients(x):
    return x.requires_grad_().detach() * 2


def test_an_input_that_is_made_to_require_a_gradient_is_told():
    assert "It changes whether its input x requires a gradient" in hint_on(asks_for_gradients)


def test_questions_are_put_on_the_cpu_whatever_device_the_notebook_has_chosen(capsys):
    torch.set_default_device("meta")
    try:
        task()(double)
        assert torch.get_default_device().type == "meta"
    finally:
        torch.set_default_device(None)
    assert "✓ x comes back doubled" in capsys.readouterr().out


def leaves_a_gradient(x):
    x.requires_grad_().square().sum().backward()
    return x.requires_grad_(False).grad


def takes_its_gradient_along(x):
    found = leaves_a_gradient(x)
    x.grad = None
    return found


def test_a_gradient_that_stays_on_an_input_is_told():
    hint = hint_on(leaves_a_gradient)
    assert "It changes the .grad of its input x" in hint
    assert "adds to it" in hint
    assert verdict_on(takes_its_gradient_along).status == "passed"


def test_a_gradient_that_stays_in_a_list_of_inputs_is_seen():
    def answer(tables):
        return [leaves_a_gradient(table) for table in tables]

    seen = observe(answer, "call", {"tables": [torch.ones(2), torch.ones(3)]})
    assert seen.meddled == "the .grad of its input tables"


def test_a_check_draws_nothing_from_the_notebooks_random_numbers():
    torch.manual_seed(5)
    expected = torch.randn(3)
    torch.manual_seed(5)
    hint_on(lambda x: x + torch.randn(()))
    assert torch.equal(torch.randn(3), expected)


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (lambda x: (x, 2 * x, 3), ""),
        (lambda x: [x, 2 * x, 3], ""),
        (lambda x: Three(x, 2 * x, 3), ""),
        (lambda x: map(abs, [x, x, 3]), "one map. 3 results were expected"),
        (lambda x: x, "one tensor. 3 results were expected"),
        (lambda x: None, "returns None"),
        (lambda x: (x, 2 * x), "returns 2 results. 3 were expected"),
        (lambda x: (x, x, 3), "Result 2 of 3 is wrong. The shape is right, but 2 of 2"),
        (lambda x: (x, (2 * x)[:1], 3), "Result 2 of 3 is wrong. The shape is (1,)"),
        (lambda x: (x, None, 3), "Result 2 of 3 is wrong. It returns a NoneType"),
        (lambda x: (x, 2 * x, 4), "Result 3 of 3 is wrong. It is not what was expected"),
    ],
)
def test_of_several_results_the_first_wrong_one_is_named(answer, words):
    inputs = {"x": torch.tensor([1.0, 2.0])}
    wanted = observe(lambda x: (x, 2 * x, 3), "call", inputs)
    trouble = explain(observe(answer, "call", inputs), wanted, inputs)
    assert words in trouble
    assert bool(words) == bool(trouble)


def test_complex_numbers_are_shown():
    assert show(torch.tensor([1 + 2j, 0.123456j])) == "[(1+2j), 0.1235j] in complex64"


def test_a_tensor_deep_in_lists_is_shown_in_short():
    many = torch.zeros([2] * 20, dtype=torch.uint8)
    assert show([[many]]) == f"uint8 of shape {tuple(many.shape)}"
    assert "uint8 of shape" in show(([{"a": (many,)}],))


@pytest.mark.parametrize("keys", [(1.0, 2), (True, 2), ("1", 2)])
def test_keys_of_another_type_are_other_keys(keys):
    assert not same({(1, 2): 3}, {keys: 3})
    assert same({(1, 2): 3}, {(1, 2): 3})


def test_an_empty_tensor_is_shown_with_its_shape():
    assert show(torch.empty(2, 0, 3)) == "float32 of shape (2, 0, 3)"


def test_an_input_that_was_changed_in_place_is_shown_as_it_is_afterwards():
    (finding,) = [f for f in verdict_on(lambda x: x.mul_(2)).findings if f.passed is False]
    assert ("x", "[1.0, 2.0]") in finding.details
    assert ("x after", "[2.0, 4.0]") in finding.details


def test_scattered_numbers_are_the_same_in_another_order_of_memory():
    numbers = torch.arange(12.0).reshape(2, 3, 2)
    assert torch.equal(scattered(numbers), numbers)
    assert not scattered(numbers).is_contiguous()


def test_a_number_that_is_wrong_in_its_last_digits_is_shown_with_them():
    inputs = {"x": torch.tensor([2.1], dtype=torch.float64)}
    through_float32 = observe(lambda x: x.float().double(), "call", inputs)
    trouble = explain(through_float32, observe(lambda x: x, "call", inputs), inputs)
    assert "2.0999999 came back, 2.1 was expected" in trouble


def test_a_test_that_stumbles_over_what_it_sees_does_not_accept_it():
    picky = Criterion("a pair", questions, accepts=lambda inputs, seen: seen.value[1] == 2)
    a_task = Task("0.4", "pair", 1, lambda x: (1, 2), (picky,))
    assert verdict_on(lambda x: (1, 2), a_task).status == "passed"
    assert verdict_on(lambda x: None, a_task).status == "failed"
    assert verdict_on(lambda x: torch.ones(1), a_task).status == "failed"


def test_an_answer_that_is_accepted_may_not_change_its_input_or_the_world_either():
    free = Criterion("some twice", questions, accepts=lambda inputs, seen: True)
    a_task = Task("0.5", "double", 1, double, (free,))

    def seeding(x):
        torch.manual_seed(0)
        return double(x)

    assert verdict_on(double, a_task).status == "passed"
    assert "in place" in hint_on(lambda x: x.mul_(2), a_task)
    assert "for everything that runs after it" in hint_on(seeding, a_task)


def test_an_expected_error_must_be_of_its_kind_and_mention_its_numbers():
    def picky(x):
        raise IndexError(f"id 7 of {len(x)}")

    raising = Criterion(
        "it refuses",
        lambda draw: [{"x": torch.ones(5)}],
        raises="IndexError",
        mentions=lambda inputs: ["7", "5"],
    )
    a_task = Task("0.3", "picky", 1, picky, (raising,))

    def raises(error):
        def answer(x):
            raise error

        return answer

    assert verdict_on(raises(IndexError("7 is not below 5")), a_task).status == "passed"
    assert "does not mention 5" in hint_on(raises(IndexError("7 is not below 55")), a_task)
    assert "It should raise IndexError" in hint_on(raises(ValueError("7 5")), a_task)
    assert "returns normally" in hint_on(lambda x: x, a_task)


def test_in_the_notebook_a_value_in_place_of_a_function_is_a_sentence(capsys):
    task()(torch.ones(2))
    assert "this is a value of type Tensor, not a function" in capsys.readouterr().out


def test_a_result_that_a_later_call_changes_is_refused():
    kept = torch.empty(9)

    def into_one_buffer(x):
        return torch.mul(x, 2, out=kept[: len(x)])

    assert "changed in a later call" in hint_on(into_one_buffer)


def test_the_same_seed_asks_the_same_and_another_seed_something_else():
    first, again, other = (task().questions(seed) for seed in (1, 1, 2))
    assert all(a[0] == b[0] and same(a[1], b[1]) for a, b in zip(first, again, strict=True))
    assert not all(same(a[1], b[1]) for a, b in zip(first, other, strict=True))


def test_what_is_seen_in_another_process_is_judged_the_same(tmp_path):
    a_task = task()
    save_plain(tmp_path / "asked", [list(question) for question in a_task.questions(5)])
    observe_in_file(lambda: double, tmp_path / "asked", tmp_path / "seen")
    seen = load_plain(tmp_path / "seen")["seen"]
    here = [observe(double, probe, inputs) for probe, inputs in a_task.questions(5)]
    assert [one["value"].tolist() for one in seen] == [one.value.tolist() for one in here]


def test_an_answer_that_is_not_there_is_noted(tmp_path):
    save_plain(tmp_path / "asked", [])
    observe_in_file(lambda: nothing_here, tmp_path / "asked", tmp_path / "seen")
    assert "nothing_here" in load_plain(tmp_path / "seen")["missing"]


class WithoutWords:
    def __repr__(self):
        raise ValueError


class SpeechlessError(Exception):
    def __str__(self):
        raise ValueError


def with_a_fake_tensor(x):
    with FakeTensorMode():
        return torch.ones(2)


def holding_itself(x):
    found = []
    found.append(found)
    return found


def stopping_without_words(x):
    raise SpeechlessError


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (with_a_fake_tensor, "It returns a FakeTensor. A tensor was expected."),
        (lambda x: torch.nn.UninitializedParameter(), "It returns a UninitializedParameter."),
        (lambda x: x.expand(2**45, 2), "It returns a Tensor that cannot be copied."),
        (lambda x: torch.empty(2, dtype=torch.bits8), "It returns a tensor of torch.bits8."),
        (
            lambda x: torch.empty(2, dtype=torch.float4_e2m1fn_x2),
            "It returns a tensor of torch.float4",
        ),
        (lambda x: 10**5000, "It returns an int of 16610 bits."),
        (holding_itself, "It returns a list that cannot be copied."),
        (lambda x: WithoutWords(), "It returns a WithoutWords that cannot be copied."),
        (stopping_without_words, "It stopped with SpeechlessError"),
    ],
)
def test_in_the_notebook_and_outside_a_strange_result_is_a_sentence(
    answer, words, tmp_path, capsys
):
    a_task = task()
    a_task(answer)
    assert words in capsys.readouterr().out
    save_plain(tmp_path / "asked", [list(question) for question in a_task.questions(5)])
    observe_in_file(lambda: answer, tmp_path / "asked", tmp_path / "seen")
    seen = [Seen(**one) for one in load_plain(tmp_path / "seen")["seen"]]
    assert words in str(a_task.verdict(5, seen))
