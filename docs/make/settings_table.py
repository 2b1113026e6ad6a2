"""What an admin can set, from openpai/settings.py: its fields, their defaults and the texts below them."""

import ast
import inspect
from collections.abc import Mapping
from itertools import pairwise
from pathlib import Path

from pydantic_core import PydanticUndefined

from docs.make.pages import cell, table
from openpai import settings
from openpai.settings import Settings

_HEAD = {"en": ("variable", "default", "meaning"), "zh": ("环境变量", "默认值", "含义")}
_DATA_DIR = "`$XDG_DATA_HOME/openpai`, `~/.local/share/openpai`"
_MEANINGS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "data_dir": "Where the server keeps everything. Also `--data-dir`.",
        "host": "Address to listen at. Also `pai up --host`.",
        "port": "Port to listen at. Also `pai up --port`.",
        "docker_host": "Address of the Docker Engine; otherwise found as the Docker client does (`DOCKER_HOST`).",
        "cluster_file": "The file of cells and virtual clusters, read anew when it changes. Otherwise `cluster.yaml` "
        "in the data directory; where that is not there, all machines are one virtual cluster.",
        "images_file": "An admin's own file of images, read anew when it changes. Otherwise `images.toml` in the data "
        "directory.",
        "fake_gpus": "GPUs that the machine is to show instead of its own, and that are not there: for tests and "
        "demonstrations ([described GPUs](gpus.md#described-gpus)). Also `pai up --fake-gpus`.",
        "storages_file": "An admin's own file of storages, read anew when it changes. Otherwise `storages.toml` in the "
        "data directory.",
    },
    "zh": {
        "data_dir": "服务保存一切数据的目录。也可用 `--data-dir`。",
        "host": "监听地址。也可用 `pai up --host`。",
        "port": "监听端口。也可用 `pai up --port`。",
        "docker_host": "Docker 引擎的地址；不设置时与 Docker 客户端的找法相同（`DOCKER_HOST` 等）。",
        "network_pool": "供任务网络使用的地址段，不能与本机能访问的网络重叠。",
        "stop_grace": "停止实例时，从 SIGTERM 到 SIGKILL 的秒数。",
        "stop_grace_max": "任务自己的 `extras.stopGracePeriodSeconds` 最多可以要求多少秒。",
        "platform_retries": "因平台原因失败时重新运行的次数（任务自己的 `jobRetryCount` 另计）。",
        "preemption_retries": "任务因让位给更紧急的任务、或让位给单元的所属虚拟集群而重新运行的次数。",
        "cluster_file": "描述单元和虚拟集群的文件，修改后自动重新读取；不设置时为数据目录中的 `cluster.yaml`，"
        "该文件不存在时，所有机器构成一个虚拟集群。",
        "images_file": "管理员自己的镜像文件，修改后自动重新读取；不设置时为数据目录中的 `images.toml`。",
        "fake_gpus": "让机器显示并不存在的 GPU，代替它自己的：用于测试和演示（[描述的 GPU](gpus.md#描述的-gpu)）。"
        "也可用 `pai up --fake-gpus`。",
        "storages_file": "管理员自己的存储文件，修改后自动重新读取；不设置时为数据目录中的 `storages.toml`。",
    },
}
"""Where the code has no text of its own for people, and the Chinese of those that it has."""


def settings_rows(language: str) -> str:
    own = _docstrings() if language == "en" else {}
    rows = [
        (f"`PAI_{name.upper()}`", _default(name), cell(_MEANINGS[language].get(name) or own[name]))
        for name in Settings.model_fields
    ]
    return table(_HEAD[language], rows)


def _default(name: str) -> str:
    value = Settings.model_fields[name].default
    if name == "data_dir":
        return _DATA_DIR
    return "" if value is None or value is PydanticUndefined else f"`{value}`"


def _docstrings() -> dict[str, str]:
    """The text under each field of `Settings`."""
    tree = ast.parse(Path(inspect.getfile(settings)).read_text("utf-8"))
    body = next(node.body for node in tree.body if isinstance(node, ast.ClassDef) and node.name == "Settings")
    texts = {}
    for field, after in pairwise(body):
        if (
            isinstance(field, ast.AnnAssign)
            and isinstance(field.target, ast.Name)
            and isinstance(after, ast.Expr)
        ):
            texts[field.target.id] = inspect.cleandoc(str(ast.literal_eval(after.value)))
    return texts
