"""Every text that is said, but is no error, is in both catalogues, and none is there in vain."""

import ast
from pathlib import Path

import openpai
from openpai.images.catalogue.entries import standard_images
from openpai.messages import LANGUAGES, catalogue

CODE = Path(openpai.__file__).parent


def constants() -> set[str]:
    """All string constants in the code, the fixed beginnings of f-strings among them."""
    return {
        node.value
        for file in CODE.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def own_codes(language: str) -> set[str]:
    return {code for code in catalogue(language) if "." in code}


def test_both_languages_have_the_same_texts_with_the_same_remedies() -> None:
    english, chinese = (catalogue(language) for language in LANGUAGES)
    for code in own_codes("en") | own_codes("zh"):
        assert english[code].keys() == chinese[code].keys(), code


def test_no_text_is_there_in_vain() -> None:
    notes = {note for image in standard_images() for note in image.notes}
    said = constants() | notes | {f"state.{code}" for code in constants()}
    begun = tuple(text for text in said if text.endswith(".") and len(text) > 3)
    unused = {code for code in own_codes("en") if code not in said and not code.startswith(begun)}
    assert unused == set()
