"""Nodes that an admin keeps free, in the store."""

from pathlib import Path

from openpai.cluster.health import Mark, NodeMark
from openpai.store.database import Database
from openpai.store.node_marks import NodeMarks


async def test_a_mark_outlives_the_server_until_it_is_taken_away(tmp_path: Path) -> None:
    first = Database(tmp_path / "pai.db")
    await NodeMarks(first).set(NodeMark("b", Mark.CORDONED, "root", 1))
    await NodeMarks(first).set(NodeMark("a", Mark.DRAINING, "root", 2))
    await NodeMarks(first).set(NodeMark("b", Mark.EMPTYING, "ann", 3))
    first.close()
    second = Database(tmp_path / "pai.db")
    marks = NodeMarks(second)
    assert await marks.all() == [
        NodeMark("a", Mark.DRAINING, "root", 2),
        NodeMark("b", Mark.EMPTYING, "ann", 3),
    ]
    await marks.remove("b")
    await marks.remove("b")
    assert [mark.node for mark in await marks.all()] == ["a"]
    second.close()
