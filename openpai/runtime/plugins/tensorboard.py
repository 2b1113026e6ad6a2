"""`tensorboard`: a TensorBoard beside the first task of the job, which ends with it."""

import shlex

from openpai.protocol.plugins import Tensorboard
from openpai.runtime.plugins.part import Part

_SCRIPT = """\
if ! command -v tensorboard >/dev/null 2>&1; then
    echo "[openpai] tensorboard: the image has none; it is installed with pip"
    python3 -m pip install --quiet tensorboard || python -m pip install --quiet tensorboard
fi
version=$(tensorboard --version 2>/dev/null || echo 2)
case $version in
    1.*) set -- --logdir={spec} ;;
    *) set -- {two} ;;
esac
echo "[openpai] TensorBoard: http://$PAI_CURRENT_CONTAINER_IP:{port}"
tensorboard "$@" --host=0.0.0.0 --port={port} &
"""


def tensorboard_part(parameters: Tensorboard, *, ignores_failure: bool) -> Part:
    """TensorBoard 2 takes several folders under another name than one, TensorBoard 1 does not."""
    spec = ",".join(f"{name}:{folder}" for name, folder in parameters.logdir.items())
    folders = list(parameters.logdir.values())
    two = f"--logdir={shlex.quote(folders[0])}" if len(folders) == 1 else f"--logdir_spec={shlex.quote(spec)}"
    script = _SCRIPT.format(spec=shlex.quote(spec), two=two, port=parameters.port)
    return Part("tensorboard", before=script, ignores_failure=ignores_failure)
