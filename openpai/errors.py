"""Every error of this program: a stable code, its parameters, where it is, and the HTTP reply it becomes.

The tree:

    PaiError               one or more problems that a person can read and act on
    ├ NoContact            a backend cannot be reached: nothing is known, so nothing may be concluded
    ├ TemporaryFailure     an act failed in a way that may pass: try again later
    └ Refused              an act failed in a way that trying again does not change

A `Problem` is a value. Its text and its remedy are in `messages/`, one entry per code and language.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Params = Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True)
class Kind:
    """What the API answers for a code: OpenPAI's error code, where it has one, and the HTTP status."""

    api_code: str
    status: int


_PROTOCOL = Kind("InvalidProtocolError", 400)
_PARAMETERS = Kind("InvalidParametersError", 400)
_IMAGE = Kind("InvalidImageError", 400)

KINDS: Mapping[str, Kind] = {
    # protocol: the job YAML (each with line, column and field)
    "YamlSyntax": _PROTOCOL,
    "YamlTooLarge": Kind("InvalidProtocolError", 413),
    "YamlTooComplex": _PROTOCOL,
    "YamlDuplicateKey": _PROTOCOL,
    "NotAMapping": _PROTOCOL,
    "UnknownField": _PROTOCOL,
    "MissingField": _PROTOCOL,
    "WrongType": _PROTOCOL,
    "WrongValue": _PROTOCOL,
    "DuplicatePrerequisite": _PROTOCOL,
    "DuplicateDeployment": _PROTOCOL,
    "UnknownPrerequisite": _PROTOCOL,
    "UnknownDeployment": _PROTOCOL,
    "UnknownParameter": _PROTOCOL,
    "UnknownSecret": _PROTOCOL,
    "MaskedSecret": _PROTOCOL,
    "AmbiguousRoleNames": _PROTOCOL,
    "InvalidImageReference": _PROTOCOL,
    "ImageNameUppercase": _PROTOCOL,
    "ImageNameTooLong": _PROTOCOL,
    "ImageHasScheme": _PROTOCOL,
    "ImageIsId": _PROTOCOL,
    "YamlNotText": _PROTOCOL,
    "YamlTab": _PROTOCOL,
    "YamlColon": _PROTOCOL,
    "YamlSeveralDocuments": _PROTOCOL,
    "YamlAlias": _PROTOCOL,
    "YamlTag": _PROTOCOL,
    "YamlKey": _PROTOCOL,
    "YamlMerge": _PROTOCOL,
    "MisplacedField": _PROTOCOL,
    "TopLevelField": _PROTOCOL,
    "MissingResource": _PROTOCOL,
    "FractionalResource": _PROTOCOL,
    "EmptyField": _PROTOCOL,
    "EmptyParameter": _PROTOCOL,
    "EmptySecret": _PROTOCOL,
    "RenderedTooLarge": _PROTOCOL,
    # protocol: accepted, with a warning
    "IgnoredField": _PROTOCOL,
    "ValueAdjusted": _PROTOCOL,
    "NotABoolean": _PROTOCOL,
    "NotThereYet": _PROTOCOL,
    "NeverReached": _PROTOCOL,
    "DeploymentRoleUnknown": _PROTOCOL,
    "TemplateUntouched": _PROTOCOL,
    "TemplateUnclosed": _PROTOCOL,
    # runtime plugins
    "UnknownPlugin": _PROTOCOL,
    "CmdPluginMixed": _PROTOCOL,
    "NoPublicKey": _PROTOCOL,
    "PluginRoleUnknown": _PROTOCOL,
    "PluginTwice": _PROTOCOL,
    "RequirementUnknown": _PROTOCOL,
    "RequirementRing": _PROTOCOL,
    # what a job asks of the scheduler
    "PriorityUnknown": _PROTOCOL,
    "CellsForNoRole": _PROTOCOL,
    "SkuAndPin": _PROTOCOL,
    "GangOfTwoKinds": _PROTOCOL,
    # images: whether one runs on the machines that there are
    "NoNvidiaGpu": _PROTOCOL,
    "NoNvidiaDriver": _PROTOCOL,
    "DriverTooOld": _PROTOCOL,
    "GpuTooOld": _PROTOCOL,
    "CudaRequirementUnmet": _PROTOCOL,
    "ImageFitsNoNode": _PROTOCOL,
    "ImageFitsSomeNodes": _PROTOCOL,
    "GpuNewerThanCuda": _PROTOCOL,
    "CudaRequirementUnreadable": _PROTOCOL,
    "CudaVersionUnreadable": _PROTOCOL,
    # the cluster file
    "CellTypeRing": _PROTOCOL,
    "NodeInNode": _PROTOCOL,
    "CellTypeUnknown": _PROTOCOL,
    "ChainWithoutNode": _PROTOCOL,
    "CellChildrenCount": _PROTOCOL,
    "CellTypeWrongHere": _PROTOCOL,
    "LeafAddress": _PROTOCOL,
    "CellAddressTwice": _PROTOCOL,
    "NodeTwice": _PROTOCOL,
    "PinTwice": _PROTOCOL,
    "PinUnknown": _PROTOCOL,
    "PinShared": _PROTOCOL,
    "ChainUnknown": _PROTOCOL,
    "CellTypeNotInChain": _PROTOCOL,
    "CellPathWrong": _PROTOCOL,
    "Oversold": _PROTOCOL,
    "ClusterTooLarge": _PROTOCOL,
    "PinInPin": _PROTOCOL,
    "NoClusterFile": _PROTOCOL,
    "NoNodesKnown": _PROTOCOL,
    "NodesPattern": _PROTOCOL,
    "NodeDescribedTwice": _PROTOCOL,
    "InsideUneven": _PROTOCOL,
    "SkuDiffers": _PROTOCOL,
    "RackNodeTwice": _PROTOCOL,
    "RackNodeUnknown": _PROTOCOL,
    "RestTwice": _PROTOCOL,
    "PinTargetUnknown": _PROTOCOL,
    "WhichSku": _PROTOCOL,
    "PromiseSkuUnknown": _PROTOCOL,
    "NotEnoughLeft": _PROTOCOL,
    # the cluster file: what may be meant so, but often is not
    "NoDefaultVirtualCluster": _PROTOCOL,
    "PromisedToNobody": _PROTOCOL,
    "Overcommitted": _PROTOCOL,
    "NoSuchGroupOfFile": _PROTOCOL,
    "NodeNotInFile": _PROTOCOL,
    "NodeNotThere": _PROTOCOL,
    # admission
    "NoVirtualCluster": Kind("NoVirtualClusterError", 400),
    "VirtualClusterNotGranted": Kind("ForbiddenUserError", 403),
    "SkuUnknown": _PROTOCOL,
    "SkuNotPromised": _PROTOCOL,
    "PinForIdle": _PROTOCOL,
    "PinNotPromised": _PROTOCOL,
    "NeverFits": _PROTOCOL,
    "JobNeverFits": _PROTOCOL,
    "NeverFitsItsImage": _PROTOCOL,
    "MoreTasksThanAllowed": _PROTOCOL,
    "MoreGpusThanAllowed": _PROTOCOL,
    "TooManyTasks": _PROTOCOL,
    "TooManyPorts": _PROTOCOL,
    "ImageHereUnchecked": _IMAGE,
    "ImageTagMoved": _IMAGE,
    "ImageToBeBuilt": _IMAGE,
    "ConflictJob": Kind("ConflictJobError", 409),
    "IdempotencyKeyReused": Kind("ConflictJobError", 409),
    # virtual clusters and nodes in use
    "VirtualClusterUnknown": Kind("NoVirtualClusterError", 404),
    "NoNode": Kind("NoNodeError", 404),
    # jobs: what cannot be done with one as it is; the rest are warnings about its file
    "JobNotEnded": Kind("ConflictJobError", 409),
    "JobStillStops": Kind("ConflictJobError", 409),
    "TaskRetriesNeedNoGang": _PROTOCOL,
    "NoStopGrace": _PROTOCOL,
    "StopGraceTooLong": _PROTOCOL,
    # server
    "InvalidParameter": _PARAMETERS,
    "BodyTooLarge": Kind("InvalidParametersError", 413),
    "Unauthorized": Kind("UnauthorizedUserError", 401),
    "InvalidToken": Kind("UnauthorizedUserError", 401),
    "Forbidden": Kind("ForbiddenUserError", 403),
    # browsers
    "SessionEnded": Kind("UnauthorizedUserError", 401),
    "SignInLinkUsed": Kind("UnauthorizedUserError", 401),
    "ForeignPage": Kind("ForbiddenUserError", 403),
    "NoJob": Kind("NoJobError", 404),
    "NoTaskLog": Kind("NoTaskLogError", 404),
    "NoApi": Kind("NoApiError", 404),
    "RangeNotSatisfiable": Kind("InvalidParametersError", 416),
    "NoSpace": Kind("NoSpaceError", 507),
    "StoreUnavailable": Kind("StoreUnavailableError", 503),
    "EngineUnreachable": Kind("EngineUnreachableError", 503),
    "EngineForbidden": Kind("EngineUnreachableError", 503),
    "Internal": Kind("UnknownError", 500),
    # log-ins for registries, and the groups that share them
    "AdminOnly": Kind("ForbiddenUserError", 403),
    "NoCredential": Kind("NoCredentialError", 404),
    "NoGroup": Kind("NoGroupError", 404),
    "ConflictGroup": Kind("ConflictGroupError", 409),
    "DockerConfigBroken": _PROTOCOL,
    "CredentialHelperMissing": _PROTOCOL,
    "CredentialHelperSilent": _PROTOCOL,
    "CredentialHelperFailed": _PROTOCOL,
    # backend: why a task could not be started
    "ImageNotFound": _IMAGE,
    "ImageAuthFailed": _IMAGE,
    "ImageNeedsAuth": _IMAGE,
    "ImageWrongPlatform": _IMAGE,
    "RegistryUnreachable": _IMAGE,
    "RegistryUntrusted": _IMAGE,
    "RegistryRateLimited": _IMAGE,
    "ImagePullFailed": Kind("UnknownError", 500),
    "ImageHasNoShell": Kind("UnknownError", 500),
    "NoDiskForImage": Kind("UnknownError", 500),
    "NetworkPoolExhausted": Kind("UnknownError", 500),
    "SubnetTaken": Kind("UnknownError", 500),
    "ContainerRefused": Kind("UnknownError", 500),
    "EngineFailed": Kind("UnknownError", 500),
    # an admin's own files
    "AdminFileUnreadable": Kind("UnknownError", 500),
    "AdminFileSyntax": Kind("UnknownError", 500),
    "AdminFileUnknownField": Kind("UnknownError", 500),
    "AdminFileWrongValue": Kind("UnknownError", 500),
    "AdminFileMissingField": Kind("UnknownError", 500),
    "ImagesFileReference": Kind("UnknownError", 500),
    # building the standard images
    "NoRecipe": Kind("UnknownError", 500),
    "NoPip": Kind("UnknownError", 500),
    "WheelsFailed": Kind("UnknownError", 500),
    "BuildNeedsRoot": Kind("UnknownError", 500),
    "NoMmdebstrap": Kind("UnknownError", 500),
    "BootstrapFailed": Kind("UnknownError", 500),
    "ImageBuildFailed": Kind("UnknownError", 500),
    # images on this machine's disk
    "LocalImageGone": _IMAGE,
    "ImageDoesNotFit": Kind("NoSpaceError", 507),
    # registry: what a look at an image in its registry finds; the last three are warnings
    "RegistryNameUnknown": _IMAGE,
    "RegistrySilent": _IMAGE,
    "RegistryFailed": _IMAGE,
    "RegistryCertificateExpired": _IMAGE,
    "RegistryCertificateElsewhere": _IMAGE,
    "RegistryPlainHttp": _IMAGE,
    "NotARegistry": _IMAGE,
    "RegistryLoginUnsafe": _IMAGE,
    "ImageTagNotFound": _IMAGE,
    "ImageForbidden": _IMAGE,
    "ImageTokenExpired": _IMAGE,
    "NotAnImage": _IMAGE,
    "ImageFormatOutdated": _IMAGE,
    "RegistryUriElsewhere": _IMAGE,
    "RateLimitLow": _IMAGE,
    "RegistryAsksLate": _IMAGE,
    # storages
    "StorageUnknown": Kind("NoStorageError", 404),
    "StorageNotGranted": Kind("ForbiddenUserError", 403),
    "StorageGone": Kind("StorageGoneError", 503),
    "StorageSilent": Kind("StorageGoneError", 503),
    "StorageFolderFailed": Kind("StorageGoneError", 503),
    "StorageNoFolderName": _PROTOCOL,
    "StorageMountPath": _PROTOCOL,
    "StorageMountClash": _PROTOCOL,
    "StorageShareIgnored": _PROTOCOL,
    # simulator: a trace file
    "TraceSyntax": _PARAMETERS,
    "TraceColumnMissing": _PARAMETERS,
    "TraceRow": _PARAMETERS,
    "TraceValue": _PARAMETERS,
    "TraceEmpty": _PARAMETERS,
    "TraceMoreMistakes": _PARAMETERS,
    "FileNotWritten": Kind("UnknownError", 500),
    # GPUs: why no task may get one now; descriptions of GPUs that are not there
    "GpuLost": Kind("UnknownError", 500),
    "GpuSilent": Kind("UnknownError", 500),
    "GpuMemoryErrors": Kind("UnknownError", 500),
    "GpuMemoryWornOut": Kind("UnknownError", 500),
    "GpuRepairPending": Kind("UnknownError", 500),
    "GpuNeedsReset": Kind("UnknownError", 500),
    "GpuFaultReported": Kind("UnknownError", 500),
    "GpuInMigMode": Kind("UnknownError", 500),
    "GpuHeld": Kind("UnknownError", 500),
    "NoGpuRuntime": _PROTOCOL,
    "GpuNotInCdi": _PROTOCOL,
    "GpuNotGiven": Kind("UnknownError", 500),
    "FakeGpusPart": _PARAMETERS,
    "FakeGpuModel": _PARAMETERS,
    "FakeGpuNumber": _PARAMETERS,
    "FakeGpuGroups": _PARAMETERS,
    # command line and start-up
    "ServerNotRunning": Kind("UnknownError", 500),
    "ServerUnreachable": Kind("UnknownError", 500),
    "DataDirLocked": Kind("UnknownError", 500),
    "DataDirUnusable": Kind("UnknownError", 500),
    "PortInUse": Kind("UnknownError", 500),
    "FileUnreadable": Kind("UnknownError", 500),
    "InvalidSetting": Kind("UnknownError", 500),
}


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong: its code, the values its text names, and where it is.

    `line` and `column` count from 1 in the text that the user sent; `path` is a field path such as
    `taskRoles.worker.instances`.
    """

    code: str
    params: Params = field(default_factory=dict)
    line: int | None = None
    column: int | None = None
    path: str | None = None

    def __post_init__(self) -> None:
        if self.code not in KINDS:
            raise ValueError(f"{self.code!r} is not in errors.KINDS")

    @property
    def kind(self) -> Kind:
        return KINDS[self.code]

    def at(self, line: int, column: int) -> "Problem":
        """The same problem at this place of the text."""
        return replace(self, line=line, column=column)


class PaiError(Exception):
    """One or more problems; the first decides code and status of the reply."""

    def __init__(self, *problems: Problem) -> None:
        super().__init__("; ".join(f"{p.code} {dict(p.params)}" for p in problems))
        self.problems = problems

    @property
    def first(self) -> Problem:
        return self.problems[0]


class NoContact(PaiError):
    """A backend cannot be reached. Never becomes the state of a job."""


class TemporaryFailure(PaiError):
    """An act failed for a reason that may pass: the controller tries again with back-off."""


class Refused(PaiError):
    """An act failed for a reason that stays: the task fails with it."""


def fail(code: str, **params: str | int | float) -> PaiError:
    """`PaiError` with one problem that has no place in a text."""
    return PaiError(Problem(code, params))
