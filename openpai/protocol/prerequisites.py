"""`prerequisites`: the images, scripts, data and outputs that task roles refer to by name."""

from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from openpai.protocol.fields import Model, Name, ProtocolVersion, Strings, Version


class Auth(Model):
    """How to log in to an image's registry. All values may be templates over `$secrets`."""

    model_config = ConfigDict(extra="allow")

    username: str = Field("", description="User name at the registry.")
    password: str = Field(
        "",
        repr=False,
        description="Password or access token; normally `<% $secrets.name %>`, so that it is kept apart.",
    )
    registryuri: str = Field("", description="The registry these belong to; by default the image's own.")


class _Prerequisite(Model):
    protocol_version: ProtocolVersion = Field(2, description="Version of the protocol; ignored here.")
    name: Name = Field(description="The name that task roles refer to.")
    version: Version = Field("latest", description="For people; means nothing to the platform.")
    contributor: str = Field("", description="Who made it.")
    description: str = Field("", description="What it is.")


class DockerImage(_Prerequisite):
    """A container image, and how to log in to its registry where that is needed."""

    type: Literal["dockerimage"] = Field(description="`dockerimage`.")
    uri: str = Field(
        description="Image reference, such as `ubuntu:22.04` or `registry.example.org/team/train:1.2`."
    )
    auth: Auth | None = Field(None, description="Log-in for a private image.")


class _Source(_Prerequisite):
    model_config = ConfigDict(extra="allow")

    plugin: str = Field(
        "",
        description="A runtime plugin, as `com.microsoft.pai.runtimeplugin.cmd`; other keys are its parameters.",
    )
    require: Strings = Field(
        (), description="Names of prerequisites that act before this one, in every role that names this one."
    )


class Script(_Source):
    """A script for templates: `<% $script.uri %>` in a role that names it."""

    type: Literal["script"] = Field(description="`script`.")
    uri: str = Field("", description="Text for templates; the platform does not fetch it.")


class Output(_Source):
    """A place for results, for templates: `<% $output.uri %>` in a role that names it."""

    type: Literal["output"] = Field(description="`output`.")
    uri: str = Field("", description="Text for templates; the platform does not write to it.")


class Data(_Source):
    """Data for templates: `<% $data.uri[0] %>` in a role that names it."""

    type: Literal["data"] = Field(description="`data`.")
    uri: Strings = Field((), description="Texts for templates; the platform does not fetch them.")


Prerequisite = Annotated[DockerImage | Script | Output | Data, Field(discriminator="type")]
