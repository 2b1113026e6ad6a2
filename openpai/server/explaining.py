"""Explanations → replies in the reader's language."""

from collections.abc import Mapping

from openpai.errors import Params
from openpai.runtime.demand import job_of
from openpai.runtime.explanation import Explanation
from openpai.scheduler.gang import Blocked
from openpai.scheduler.room import Room
from openpai.server.explanation_shapes import (
    ChangeReply,
    ExplanationReply,
    HolderReply,
    QueueReply,
    RoomReply,
)
from openpai.server.replies import told
from openpai.server.shapes import Told

_MOST_HOLDERS = 20


def explanation_reply(
    found: Explanation, virtual_cluster: str, names: Mapping[str, str], language: str
) -> ExplanationReply:
    """`names`: what people call the jobs, by id."""
    return ExplanationReply(
        reason=told(found.reason.code, found.reason.params, language) if found.reason else None,
        queue=QueueReply(
            virtualCluster=virtual_cluster,
            place=found.place,
            waiting=found.waiting,
            ahead=list(found.ahead[:_MOST_HOLDERS]),
        ),
        rooms=[_room(room, names, language, kept=_is_kept(found)) for room in found.rooms],
        changes=[
            ChangeReply(**told(each.code, each.params, language).model_dump(), victims=list(each.victims))
            for each in found.changes
        ],
    )


def _is_kept(found: Explanation) -> bool:
    """Whether what has room for it is kept for another."""
    return found.reason is not None and found.reason.code == "WaitsForTurn"


def _room(room: Room, names: Mapping[str, str], language: str, *, kept: bool) -> RoomReply:
    return RoomReply(
        chain=room.chain,
        sku=room.sku,
        cells=room.cells,
        free=room.free,
        elsewhere=room.elsewhere,
        bad=room.bad,
        largestFree=room.largest_free,
        needed=room.needed,
        largestNeeded=room.largest_needed,
        used={str(priority): count for priority, count in room.used.items()},
        holders=[
            HolderReply(
                job=names.get(job_of(each.gang), each.gang),
                priority=each.priority,
                cells=each.cells,
                reserved=each.reserved,
            )
            for each in room.holders[:_MOST_HOLDERS]
        ],
        why=_why(room, language, kept=kept),
    )


def _why(room: Room, language: str, *, kept: bool) -> Told:
    params: Params = {
        "needed": room.needed,
        "largest_needed": room.largest_needed,
        "free": room.free,
        "largest_free": room.largest_free,
        "elsewhere": room.elsewhere,
        "bad": room.bad,
    }
    return told(_code(room, kept=kept), params, language)


def _code(room: Room, *, kept: bool) -> str:
    """What stands in the way here, the most telling first."""
    match room.why:
        case None:
            return "KeptOutByQueue" if kept else "NotKeptOut"
        case Blocked.ONLY_OTHER_NODES:
            return "KeptOutByImage"
        case Blocked.ONLY_BAD_NODES:
            return "KeptOutByBad"
        case Blocked.NO_PHYSICAL_CELLS:
            return "KeptOutByMachines"
        case _ if room.free < room.needed:
            return "KeptOutByRoom"
        case _ if room.largest_free < room.largest_needed:
            return "KeptOutByMachine"
        case _:
            return "KeptOutByPieces"
