"""Nodes that an admin keeps free. They stay so over a restart of the server."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from openpai.cluster.health import Mark, NodeMark
from openpai.store.database import Database
from openpai.store.tables import node_marks


class NodeMarks:
    """The queries on marks of nodes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def all(self) -> Sequence[NodeMark]:
        """Every mark, by node."""
        return await self._database.read(_all)

    async def set(self, mark: NodeMark) -> None:
        """Mark a node, in place of the mark before."""
        await self._database.write(_set, mark)

    async def remove(self, node: str) -> None:
        """The node is as any other. Of no effect on one without a mark."""
        await self._database.write(_remove, node)


def _all(connection: sa.Connection) -> Sequence[NodeMark]:
    rows = connection.execute(sa.select(node_marks).order_by(node_marks.c.node))
    return [NodeMark(row.node, Mark(row.mark), row.username, row.at) for row in rows]


def _set(connection: sa.Connection, mark: NodeMark) -> None:
    row = {"node": mark.node, "mark": str(mark.mark), "username": mark.username, "at": mark.at}
    connection.execute(
        insert(node_marks).values(row).on_conflict_do_update(index_elements=["node"], set_=row)
    )


def _remove(connection: sa.Connection, node: str) -> None:
    connection.execute(node_marks.delete().where(node_marks.c.node == node))
