"""The typed HTTP client: the Python SDK, and what the command line speaks through.

In this room:

    connection   which server, and as whom
    api          Client: one method per call
    streams      watching and following over lost connections
    http         requests, and broken connections as errors
    events, replies, api_error   what comes back
"""

from openpai.client.api import Client, Stream
from openpai.client.api_error import ApiError
from openpai.client.connection import Connection, find_data_dir, find_server
from openpai.client.events import (
    ContactLost,
    ContactRestored,
    Event,
    JobChanged,
    JobEnded,
    LogPart,
    PullProgressed,
    TaskAttempt,
)

__all__ = [
    "ApiError",
    "Client",
    "Connection",
    "ContactLost",
    "ContactRestored",
    "Event",
    "JobChanged",
    "JobEnded",
    "LogPart",
    "PullProgressed",
    "Stream",
    "TaskAttempt",
    "find_data_dir",
    "find_server",
]
