"""The parts of all plugins of a task."""

from collections.abc import Callable, Mapping, Sequence

from openpai.protocol.plugins import Cmd, Plugin, Ssh, Tensorboard
from openpai.runtime.plugins.cmd import cmd_part
from openpai.runtime.plugins.part import Part
from openpai.runtime.plugins.ssh import SshKeys, ssh_part
from openpai.runtime.plugins.tensorboard import tensorboard_part
from openpai.runtime.view import JobView, TaskView

MakeKeys = Callable[[], SshKeys]
"""Gives the key pairs of the job attempt, the same ones each time."""


def parts_of(
    job: JobView, task: TaskView, plugins: Mapping[str, Sequence[Plugin]], make_keys: MakeKeys
) -> list[Part]:
    """What the plugins of this task do. `plugins`: those of every role of the job, in the order in which they act."""
    parts = []
    with_ssh = False
    for plugin in plugins[task.role]:
        ignores = plugin.ignores_failure
        match plugin.parameters:
            case Cmd() as cmd:
                parts.append(cmd_part(cmd, ignores_failure=ignores))
            case Ssh() as ssh if not with_ssh and _asks(ssh):
                with_ssh = True
                entered = [role for role, asked in plugins.items() if any(map(_lets_peers_in, asked))]
                parts.append(
                    ssh_part(ssh, job, task, entered=entered, keys=make_keys(), ignores_failure=ignores)
                )
            case Tensorboard() as board if shows_board(job, task):
                parts.append(tensorboard_part(board, ignores_failure=ignores))
    return parts


def shows_board(job: JobView, task: TaskView) -> bool:
    """Whether a TensorBoard would stand beside this task: the first of the first role."""
    return (task.role, task.index) == job.tasks[0]


def _asks(ssh: Ssh) -> bool:
    return bool(ssh.jobssh or ssh.user_keys)


def _lets_peers_in(plugin: Plugin) -> bool:
    return isinstance(plugin.parameters, Ssh) and plugin.parameters.jobssh
