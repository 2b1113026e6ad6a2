"""What is made from the code is up to date and complete."""

import pkgutil
from importlib.resources import files
from pathlib import Path

import pytest

import openpai
from docs.make.faults import plain
from docs.make.pages import LANGUAGES, cell, filled, pages, parts, table
from docs.make.parts import part
from docs.make.state_charts import chart
from openpai.lifecycle.states import JOB_STEPS, TASK_STEPS
from openpai.messages import catalogue, chinese_fields
from openpai.protocol.schema import json_schema
from openpai.settings import Settings
from tests.docs.texts import ROOT, name_of

_NOT_SHOWN_THEMSELVES = {"Script", "Output"}  # as Data, but for the type of `uri`


@pytest.mark.parametrize(
    ("page", "language"), list(pages()), ids=lambda each: name_of(each) if isinstance(each, Path) else ""
)
def test_page_is_up_to_date(page: Path, language: str) -> None:
    text = page.read_text("utf-8")
    assert filled(text, language, part) == text, "run `python -m docs.make`"


def test_every_mark_is_closed() -> None:
    for page, _ in pages():
        text = page.read_text("utf-8")
        assert text.count("<!-- made:") == text.count("<!-- end -->") == len(parts(text)), page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_model_of_the_job_file_is_shown(language: str) -> None:
    shown = parts((ROOT / "docs" / language / "job-protocol.md").read_text("utf-8"))
    models = {"Job", *json_schema()["$defs"]} - _NOT_SHOWN_THEMSELVES
    assert {f"fields:{model}" for model in models} <= set(shown)


def test_script_and_output_are_as_data() -> None:
    models = json_schema()["$defs"]
    for model in _NOT_SHOWN_THEMSELVES:
        assert models[model]["properties"].keys() == models["Data"]["properties"].keys()


def test_every_field_has_its_meaning_in_chinese_and_none_is_there_in_vain() -> None:
    schema = json_schema()
    fields = {"Job": schema["properties"]} | {
        name: model["properties"] for name, model in schema["$defs"].items()
    }
    assert {name: set(model) for name, model in chinese_fields().items()} == {
        name: set(model) for name, model in fields.items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_trouble_that_has_a_remedy_is_listed(language: str) -> None:
    text = (ROOT / "docs" / language / "troubleshooting.md").read_text("utf-8")
    troubles = [code for code, entry in catalogue(language).items() if "fix" in entry and "." not in code]
    assert [code for code in troubles if f"| `{code}` |" not in text] == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_setting_is_listed(language: str) -> None:
    text = (ROOT / "docs" / language / "operations.md").read_text("utf-8")
    assert [name for name in Settings.model_fields if f"| `PAI_{name.upper()}` |" not in text] == []


def test_every_room_is_on_the_map() -> None:
    rooms = {module.name for module in pkgutil.iter_modules(openpai.__path__)} - {"__main__"}
    text = part("rooms", "en")
    words = {
        word.strip("/,") for line in text.splitlines() if line.startswith("    ") for word in line.split()
    }
    first = {line.split()[0].strip("/,") for line in text.splitlines() if line.startswith("    ")}
    assert rooms - words == set()
    assert first - rooms == set(), "a room on the map that is not there"


def test_the_map_shows_what_has_texts_of_its_own() -> None:
    assert {
        file.name
        for file in files("openpai.messages").joinpath("en").iterdir()
        if file.name.endswith(".toml")
    } == {
        f"{name.partition(':')[2]}.toml"
        for name in parts((ROOT / "docs/en/troubleshooting.md").read_text("utf-8"))
        if name.startswith("faults:")
    }


@pytest.mark.parametrize(("machine", "steps"), [("task", TASK_STEPS), ("job", JOB_STEPS)])
def test_a_chart_has_exactly_the_steps_of_its_table(machine: str, steps: dict[str, frozenset[str]]) -> None:
    drawn = {line.strip() for line in chart(machine).splitlines() if " --> " in line and "[*]" not in line}
    assert drawn == {f"{state} --> {after}" for state, following in steps.items() for after in following}


def test_a_cell_keeps_code_as_it_is_and_breaks_no_table() -> None:
    assert cell("a | b\n<c> and `<% d %>`") == "a \\| b &lt;c> and `<% d %>`"
    assert table(("x",), [("1",)]) == "| x |\n| --- |\n| 1 |\n"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("{given!r} is no `key={value}`.", "‹given› is no `key=‹value›`."),
        ("such as `{{{{ x }}}}`", "such as `{{ x }}`"),
    ],
)
def test_a_message_shows_its_parameters_by_name(text: str, shown: str) -> None:
    assert plain(text) == shown
