"""Both languages say the same things, and every error can be told."""

import re
import string

import pytest

from openpai.errors import KINDS
from openpai.messages import LANGUAGES, catalogue, choose_language, message


def placeholders(template: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(template) if name is not None}


def test_both_languages_have_the_same_codes() -> None:
    assert set(catalogue("en")) == set(catalogue("zh"))


@pytest.mark.parametrize("code", sorted(set(catalogue("en")) & set(catalogue("zh"))))
def test_both_languages_have_the_same_parameters(code: str) -> None:
    english, chinese = catalogue("en")[code], catalogue("zh")[code]
    assert set(english) == set(chinese) <= {"text", "fix"}
    for part in english:
        assert placeholders(english[part]) == placeholders(chinese[part]), part


_APART = re.compile(r"`[^`]*`|\{[^{}]*\}")  # code and parameters


@pytest.mark.parametrize("code", sorted(catalogue("zh")))
def test_chinese_texts_have_chinese_punctuation_and_words(code: str) -> None:
    for part in catalogue("zh")[code].values():
        assert not re.search("[,;:()]", _APART.sub("", part)), part
        assert "子任务" not in part, "a task is 实例 (docs/glossary.md)"


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_error_has_a_text(language: str) -> None:
    assert sorted(set(KINDS) - set(catalogue(language))) == []


@pytest.mark.parametrize("code", sorted(catalogue("en")))
def test_a_text_can_be_filled_in(code: str) -> None:
    entry = catalogue("en")[code]
    params = {name: f"«{name}»" for part in entry.values() for name in placeholders(part)}
    filled = message(code, params, "en")
    assert filled.text
    assert all(value in filled.text + filled.fix for value in params.values())


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("zh-CN,zh;q=0.9,en;q=0.8", "zh"), ("de-DE,en", "en"), ("zh_CN.UTF-8", "zh"), ("", "en"), ("C", "en")],
)
def test_the_language_is_chosen_from_header_or_locale(wanted: str, language: str) -> None:
    assert choose_language(wanted) == language
