"""Job YAMLs for these tests: the smallest valid job, and one that uses nearly every field."""

from copy import deepcopy
from typing import Any

from openpai.errors import PaiError, Problem
from openpai.protocol.parse import parse

SMALLEST: dict[str, Any] = {
    "protocolVersion": 2,
    "name": "hello",
    "type": "job",
    "prerequisites": [{"type": "dockerimage", "name": "img", "uri": "ubuntu:22.04"}],
    "taskRoles": {
        "worker": {
            "dockerImage": "img",
            "resourcePerInstance": {"cpu": 1, "memoryMB": 1024, "gpu": 0},
            "commands": ["echo hello"],
        }
    },
}

FULL = """\
protocolVersion: 2
name: parameter_server
type: job
version: 1.0
contributor: somebody
jobRetryCount: 1
parameters:
  rate: 1e-3
  net: {depth: 18}
secrets:
  pull: p&ss'<word>
prerequisites:
  - type: dockerimage
    name: img
    uri: registry.example.org/team/train:1.2-RC1
    auth:
      username: bob
      password: <% $secrets.pull %>
      registryuri: https://registry.example.org
  - {type: data, name: ds, uri: ["https://data.example.org/a.tgz"]}
  - type: script
    name: prep
    plugin: com.microsoft.pai.runtimeplugin.cmd
    callbacks: [{event: taskStarts, commands: [date]}]
  - {type: output, name: out, uri: /mnt/out}
taskRoles:
  ps:
    dockerImage: img
    completion: {minFailedInstances: 1, minSucceededInstances: -1}
    resourcePerInstance: {cpu: 2, memoryMB: 4096, gpu: 0, ports: {grpc: 1}}
    commands: [sleep infinity]
  worker:
    dockerImage: img
    data: ds
    output: out
    script: prep
    instances: 2
    prerequisites: [prep]
    extraContainerOptions: {shmMB: 2048}
    resourcePerInstance: {cpu: 4, memoryMB: 16384, gpu: 1}
    commands:
      - wget -P /work <% $data.uri[0] %>
      - |
        python train.py --rate <%$parameters.rate%> --depth <% $parameters.net.depth %> \\
          --out <% $output.uri %> --key "<% $secrets.pull %>"
deployments:
  - name: prod
    taskRoles:
      worker: {preCommands: [" echo before <% $script.name %> "], postCommands: [echo after]}
defaults: {virtualCluster: vc1, deployment: prod}
extras:
  gangAllocation: false
"""


def job(**changes: Any) -> dict[str, Any]:
    """The smallest job with these top-level fields changed; `...` removes one."""
    return _changed(deepcopy(SMALLEST), changes)


def role(**changes: Any) -> dict[str, Any]:
    """The smallest job with these fields of its role `worker` changed; `...` removes one."""
    document = deepcopy(SMALLEST)
    _changed(document["taskRoles"]["worker"], changes)
    return document


def _changed(target: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    for key, value in changes.items():
        if value is ...:
            del target[key]
        else:
            target[key] = value
    return target


def problems(text: str | bytes, **options: Any) -> list[Problem]:
    """What is wrong with this text."""
    try:
        parse(text, **options)
    except PaiError as error:
        return list(error.problems)
    return []


def codes(text: str | bytes, **options: Any) -> list[str]:
    """The codes of what is wrong with this text."""
    return [problem.code for problem in problems(text, **options)]
