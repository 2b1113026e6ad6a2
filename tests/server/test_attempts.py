"""How an end is told in OpenPAI's fields."""

import pytest

from openpai.lifecycle.exit_specs import exit_specs
from openpai.lifecycle.records import Diagnosis
from openpai.server.attempts import exit_spec_reply


@pytest.mark.parametrize("code", exit_specs())
def test_every_end_has_a_type_a_behaviour_and_a_reaction_that_openpai_knows(code: str) -> None:
    reply = exit_spec_reply(Diagnosis(code), None, "en")
    assert reply is not None
    assert reply.type in {"USER_SUCCESS", "USER_STOP", "USER_FAILURE", "PLATFORM_FAILURE", "UNKNOWN_FAILURE"}
    assert reply.behavior in {"TRANSIENT", "PERMANENT", "UNKNOWN"}
    assert reply.reaction in {"ALWAYS_RETRY", "ALWAYS_BACKOFF_RETRY", "RETRY_TO_MAX", "NEVER_RETRY"}


def test_a_task_that_gave_way_is_told_as_openpai_s_deleted_pod() -> None:
    reply = exit_spec_reply(Diagnosis("Preempted", {"by": "ann~urgent", "priority": 100}), 143, "en")
    assert reply is not None
    assert (reply.code, reply.issuer, reply.causer) == (-101, "PAI_FC", "PAI_FC")
    assert (reply.type, reply.behavior, reply.reaction) == ("PLATFORM_FAILURE", "TRANSIENT", "ALWAYS_RETRY")
