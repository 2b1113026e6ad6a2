"""YAML text → values: what words mean, where they stand, and texts that want to do harm."""

import json
import time
import tracemalloc
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.errors import PaiError, Problem
from openpai.protocol import document
from openpai.protocol.scalars import print_scalar, resolve


def refusal(text: str | bytes) -> Problem:
    with pytest.raises(PaiError) as error:
        document.load(text)
    return error.value.first


@pytest.mark.parametrize(
    ("word", "value"),
    [
        ("true", True), ("False", False), ("yes", "yes"), ("on", "on"), ("~", None), ("", None), ("NULL", None),
        ("010", 8), ("08", "08"), ("0b101", 5), ("-0x1F", -31), ("1_000", 1000), ("0", 0), ("-0", 0), ("+7", 7),
        ("1.0", 1.0), ("1e-3", 0.001), (".5", 0.5), ("1e3", 1000.0), ("1e999", "1e999"), (".inf", ".inf"),
        (".nan", ".nan"), ("2020-01-01", "2020-01-01"), ("1:30", "1:30"), ("1.2.3", "1.2.3"), ("-", "-"),
        ("9" * 101, "9" * 101), ("1_", "1_"), ("<<", "<<"),
    ],
)  # fmt: skip
def test_plain_words_mean_what_js_yaml_took_them_for(word: str, value: object) -> None:
    resolved = resolve(word)
    assert resolved == value
    assert type(resolved) is type(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"), (1e-3, "0.001"), (1e21, "1e+21"), (1e20, "1" + "0" * 20), (1e-7, "1e-7"), (-0.0, "0"),
        (1.5e-6, "0.0000015"), (-2.5e30, "-2.5e+30"), (123456.789, "123456.789"), (True, "true"), (7, "7"),
        ([1, [2, None], {}], "1,2,,[object Object]"), ({}, "[object Object]"), ("<&'>", "<&'>"),
        (float("inf"), "Infinity"), (float("nan"), "NaN"), (float("-inf"), "-Infinity"),
    ],
)  # fmt: skip
def test_values_print_as_javascript_prints_them(value: object, text: str) -> None:
    assert print_scalar(value) == text


@given(st.floats(allow_nan=False, allow_infinity=False))
@settings(max_examples=200)
def test_a_printed_number_is_the_same_number(number: float) -> None:
    assert float(print_scalar(number)) == number


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=20,
)  # fmt: skip


@given(st.dictionaries(st.text(max_size=8), json_values, max_size=4), st.booleans())
@settings(max_examples=150, deadline=None)
def test_json_is_yaml(value: dict[str, object], ascii_only: bool) -> None:
    text = json.dumps(value, ensure_ascii=ascii_only)
    if ascii_only or text.isprintable():
        assert document.load(text).value == value


def test_json_with_tabs_and_an_emoji_as_two_escapes() -> None:
    text = '{\n\t"a": "\\ud83d\\ude00 \\\\ud83d",\n\t"b": [1,\t2]\n}'
    assert document.load(text).value == {"a": "😀 \\ud83d", "b": [1, 2]}


def test_keys_are_the_text_that_stands_there() -> None:
    assert document.load("1: a\ntrue: b\n1.0: c\n? d\n: e").value == {
        "1": "a",
        "true": "b",
        "1.0": "c",
        "d": "e",
    }


def test_quoted_words_stay_text_and_tags_decide() -> None:
    text = "a: '1'\nb: !!str 2\nc: !!int '3'\nd: !!float 4\ne: ! 5\nf: !!timestamp 2020-01-01\ng: !!seq []"
    assert document.load(text).value == {
        "a": "1", "b": "2", "c": 3, "d": 4.0, "e": "5", "f": "2020-01-01", "g": [],
    }  # fmt: skip


def test_anchors_aliases_and_merge_keys() -> None:
    text = """
base: &base {cpu: 1, gpu: 0}
other: &other {gpu: 9, mem: 5}
a: {<<: *base, gpu: 2}
b: {gpu: 3, <<: *base}
c: {<<: [*base, *other]}
d: *base
&key k: *key
"""
    value = document.load(text).value
    assert value["a"] == {"cpu": 1, "gpu": 2}
    assert value["b"] == {"gpu": 3, "cpu": 1}
    assert value["c"] == {"cpu": 1, "gpu": 0, "mem": 5}
    assert value["d"] == value["base"]
    assert value["k"] == "k"


@pytest.mark.parametrize(
    "text", ["\ufeffa: 1\r\nb: 2\r\n", b"\xef\xbb\xbfa: 1\nb: 2", "a: 1\nb: 2".encode("utf-16")]
)
def test_byte_order_marks_and_windows_lines(text: str | bytes) -> None:
    assert document.load(text).value == {"a": 1, "b": 2}


@pytest.mark.parametrize(
    ("text", "code", "place"),
    [
        ("", "NotAMapping", (1, 1)),
        ("# only a comment\n", "NotAMapping", (1, 1)),
        ("null", "NotAMapping", (1, 1)),
        ("- a\n- b", "NotAMapping", (1, 1)),
        ("just text", "NotAMapping", (1, 1)),
        ("a: 1\n---\nb: 2", "YamlSeveralDocuments", (2, 1)),
        ("a:\n\tb: 1", "YamlTab", (2, 1)),
        ("a: echo b: c", "YamlColon", (1, 10)),
        ("a: [1, 2", "YamlSyntax", (1, 4)),
        ("a: *nothing", "YamlAlias", (1, 4)),
        ("a: &x [*x]", "YamlAlias", (1, 8)),
        ("a: !custom 1", "YamlTag", (1, 4)),
        ("a: !!int x", "YamlTag", (1, 4)),
        ("a: !!python/object:os.system x", "YamlTag", (1, 4)),
        ("a: !!set {}", "YamlTag", (1, 4)),
        ("a: !!omap []", "YamlTag", (1, 4)),
        ("[1]: a", "YamlKey", (1, 1)),
        ("a: {{x}}", "YamlKey", (1, 5)),
        ("a: {<<: 3}", "YamlMerge", (1, 5)),
        (b"a: 1\nbc: \xff", "YamlNotText", (2, 5)),
        ("a: 1\nb: \x07", "YamlNotText", (2, 4)),
        ("a: 1\nb: \x00", "YamlNotText", (2, 4)),
        ("a: \udc80", "YamlNotText", (1, 4)),
    ],
)
def test_what_is_no_job_text_is_refused_with_its_place(
    text: str | bytes, code: str, place: tuple[int, int]
) -> None:
    problem = refusal(text)
    assert problem.code == code
    assert (problem.line, problem.column) == place


def test_a_duplicate_key_names_both_places_and_reading_goes_on() -> None:
    read = document.load("a: 1\nb: {c: 1,\n  c: 2}\na: 3")
    assert read.value == {"a": 1, "b": {"c": 1}}
    assert [(p.line, p.column, p.path, p.params["first"]) for p in read.problems] == [
        (3, 3, "b.c", 2),
        (4, 1, "a", 1),
    ]


def bomb(levels: int = 9, width: int = 9) -> str:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * width)}]" for n in range(1, levels)]
    return "\n".join(lines)


HOSTILE: dict[str, tuple[str | bytes, str]] = {
    "alias bomb": (bomb(), "YamlTooComplex"),
    "alias bomb over long texts": (f"a: &a {'x' * 500_000}\nb: [{'*a, ' * 100}]", "YamlTooComplex"),
    "merge bomb": (
        "a0: &a0 {" + ", ".join(f"k{i}: 1" for i in range(1000)) + "}\n"
        + "\n".join(f"b{i}: {{<<: *a0}}" for i in range(1000)),
        "YamlTooComplex",
    ),
    "deep lists": ("a: " + "[" * 500_000, "YamlTooComplex"),
    "deep mappings": ("a: " + "{a: " * 200_000, "YamlTooComplex"),
    "deep by indentation": ("\n".join(" " * n + "a:" for n in range(1000)), "YamlTooComplex"),
    "deep by dashes": ("a:\n" + "- " * 300_000, "YamlTooComplex"),
    "deep keys": ("? " * 300_000, "YamlTooComplex"),
    "deep by aliases": (
        "a0: &a0 " + "[" * 40 + "]" * 40 + "\na1: " + "[" * 40 + "*a0" + "]" * 40,
        "YamlTooComplex",
    ),
    "many values": ("a: [" + "1," * 500_000 + "]", "YamlTooComplex"),
    "ten megabytes": ("a: " + "x" * 10_000_000, "YamlTooLarge"),
    "ten megabytes of bytes": (b"a: 1\n" * 2_000_000, "YamlTooLarge"),
    "a megabyte in characters of three bytes": ("a: " + "中" * 400_000, "YamlTooLarge"),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_texts_are_refused_quickly_and_cheaply(name: str) -> None:
    text, code = HOSTILE[name]
    started = time.process_time()
    found = refusal(text).code
    seconds = time.process_time() - started
    tracemalloc.start()
    refusal(text)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (found in (code, "YamlKey"), seconds < 2, peak < 100 << 20) == (True, True, True), (
        found,
        seconds,
        peak,
    )


@given(st.text(alphabet="ab:-[]{},&*!|>'\"%#? \n\t<\\0", max_size=60) | st.binary(max_size=30))
@settings(max_examples=300, deadline=None)
def test_any_text_is_read_or_refused_with_a_line(text: str | bytes) -> None:
    with suppress(PaiError):
        document.load(text)
        return
    assert refusal(text).line is not None
