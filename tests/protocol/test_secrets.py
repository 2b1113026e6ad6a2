"""No secret stays in what is stored or shown, and each comes back where it belongs."""

from copy import deepcopy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from openpai.protocol.parse import parse
from openpai.protocol.secrets import MASK, mask, restore, still_masked, unmask
from tests.protocol.samples import FULL

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=6,
)
keys = st.sampled_from(["a", "a/b", "~", "~1", "0", "", "password"])
auths = st.dictionaries(
    st.sampled_from(["username", "password", "registryuri", "token", "a/b"]),
    values | st.sampled_from(["<% $secrets.a %>", "x<% $secrets.a %>", MASK]),
)
prerequisites = st.fixed_dictionaries({"name": keys}, optional={"auth": auths | values, "uri": values})
documents = st.fixed_dictionaries(
    {"name": st.just("n")},
    optional={
        "secrets": st.dictionaries(keys, values | st.just(MASK)) | values,
        "prerequisites": st.lists(prerequisites | values, max_size=3) | values,
    },
)


@given(documents)
@settings(max_examples=300, deadline=None)
def test_unmask_undoes_mask(document: dict[str, Any]) -> None:
    before = deepcopy(document)
    masked, held = mask(document)
    assert unmask(masked, held) == before
    assert document == before


@given(documents)
@settings(max_examples=300, deadline=None)
def test_nothing_secret_stays_where_secrets_are(document: dict[str, Any]) -> None:
    masked, held = mask(document)
    if "secrets" in masked:
        secrets = masked["secrets"]
        assert secrets == MASK or all(value == MASK for value in secrets.values())
    if isinstance(masked.get("prerequisites"), list):
        for prerequisite in masked["prerequisites"]:
            if isinstance(prerequisite, dict) and isinstance(prerequisite.get("auth"), dict):
                for key, value in prerequisite["auth"].items():
                    public = key in ("username", "registryuri") or value == "<% $secrets.a %>"
                    assert public or value == MASK
    assert len(list(still_masked(masked))) == len(held)


def test_the_secrets_of_a_job_are_held_by_json_pointer() -> None:
    document = dict(parse(FULL).document)
    document["prerequisites"][0]["auth"]["password"] = "literal"
    document["secrets"]["a/b~c"] = {"deep": 1}
    masked, held = mask(document)
    assert held == {
        "/secrets/pull": "p&ss'<word>",
        "/secrets/a~1b~0c": {"deep": 1},
        "/prerequisites/0/auth/password": "literal",
    }
    assert masked["secrets"] == {"pull": MASK, "a/b~c": MASK}
    assert masked["prerequisites"][0]["auth"]["username"] == "bob"
    assert "p&ss" not in str(masked)


def image(name: str, password: str, uri: str = "reg.example.org/x") -> dict[str, Any]:
    return {"type": "dockerimage", "name": name, "uri": uri, "auth": {"username": "u", "password": password}}


def test_a_changed_config_gets_its_secrets_back_where_they_belong() -> None:
    masked, held = mask(
        {"secrets": {"a": "1", "b": "2"}, "prerequisites": [image("x", "px"), image("y", "py")]}
    )
    changed = {
        "secrets": {"b": MASK, "a": "new", "c": MASK},
        "prerequisites": [image("y", MASK), image("x", MASK)],
    }
    assert restore(changed, masked, held) == {
        "secrets": {"b": "2", "a": "new", "c": MASK},
        "prerequisites": [image("y", "py"), image("x", "px")],
    }


def test_a_password_never_goes_to_another_image() -> None:
    masked, held = mask({"prerequisites": [image("x", "px")]})
    elsewhere = {"prerequisites": [image("x", MASK, uri="evil.example.net/x")]}
    assert restore(elsewhere, masked, held) == elsewhere
    assert [finding.code for finding in still_masked(elsewhere)] == ["MaskedSecret"]
