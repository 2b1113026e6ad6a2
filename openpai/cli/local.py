"""The settings of a server on this machine, from options and the environment."""

from pydantic import ValidationError

from openpai.cli.arguments import Target
from openpai.errors import fail
from openpai.settings import Settings


def settings_of(target: Target, **options: object) -> Settings:
    """Settings with these options over those of the environment; None counts as not given.

    Raises PaiError InvalidSetting.
    """
    given = {"data_dir": target.data_dir, **options}
    try:
        return Settings.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise fail("InvalidSetting", name=name, reason=first["msg"]) from error
