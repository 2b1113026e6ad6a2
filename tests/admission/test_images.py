"""Images at submission: what is said of them, what a job is held to, and what a clone keeps."""

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from openpai.admission.submit import Plan, Submission
from openpai.admission.verdict import Verdict
from openpai.errors import PaiError, Problem
from openpai.images.credentials.credential import Credential
from openpai.images.cuda.machine import Gpu, Machine
from openpai.images.disk.room import ImageDisk, Room, room
from openpai.images.facts import ImageConfig, LocalImage, Look, RemoteImage
from openpai.images.inspector import Inspected
from openpai.images.lock import Lock, locked
from openpai.images.reference import ImageReference
from openpai.scheduler.resources import Node, Resources
from openpai.store.vault import Vault
from tests.admission.door import YAML, Door
from tests.builders import BOX
from tests.looks import local, nothing_known, remote
from tests.outlooks import outlook_of

IMAGE = "registry.example/team/image"
PULLED = local(f"{IMAGE}:latest", "a", f"{IMAGE}@sha256:{'e' * 64}")


class Registry:
    """What a test lets the registry and the machine have; it remembers who asked with what."""

    def __init__(self) -> None:
        self.tag = "d"
        self.config = ImageConfig("amd64")
        self.local: LocalImage | None = None
        self.here = False
        self.problem: Problem | None = None
        self.certain = True
        self.asked: list[tuple[str, str, Credential | None]] = []

    async def inspect(
        self,
        username: str,
        reference: ImageReference,
        given: Credential | None = None,
        *,
        lock: Lock | None = None,
        fresh: bool = False,
    ) -> Inspected:
        reference = locked(reference, lock) if lock else reference
        self.asked.append((username, str(reference), given))
        if self.problem is not None:
            look = Look(reference, problem=self.problem, certain=self.certain)
            return Inspected(reference, self.local, look, self.local is not None, given)
        letter = reference.digest[-1] if reference.digest else self.tag
        look = Look(reference, remote(letter, self.config), elapsed_ms=7)
        return Inspected(reference, self.local, look, self.here, given)


@pytest.fixture
def registry(door: Door) -> Registry:
    found = Registry()
    door.inspect = found.inspect
    return found


def problem(code: str) -> Problem:
    return Problem(code, {"image": IMAGE, "registry": "registry.example", "username": "ann", "detail": "no"})


async def dry(door: Door, text: str = YAML, **more: Any) -> Plan:
    return await door.admission.dry_run(Submission("ann", text.encode(), **more))


def of(plan: Plan, check: str) -> list[tuple[str, str]]:
    return [(v.verdict, v.code) for v in plan.verdicts if v.check == check]


async def kept(door: Door, name: str = "train") -> dict[str, Lock]:
    spec = await door.jobs.spec((await door.jobs.find("ann", name)).run.id)
    return {uri: image.lock for uri, image in spec.images.items()}


async def test_the_image_is_looked_at_as_the_user_with_the_jobs_own_login(
    door: Door, registry: Registry
) -> None:
    await door.submit()
    ((user, image, given),) = registry.asked
    assert (user, image) == ("ann", f"{IMAGE}:latest")
    assert given == Credential("ann", "hunter2-of-the-registry", "registry.example")


async def test_a_tag_is_held_to_its_digest_from_submission_on(door: Door, registry: Registry) -> None:
    await door.submit()
    assert await kept(door) == {IMAGE: Lock(digest=f"sha256:{'d' * 64}")}


async def test_without_the_lock_nothing_is_held(door: Door, registry: Registry) -> None:
    await door.submit(YAML + "extras: {lockImages: false}\n")
    assert not any((await kept(door)).values())


async def test_what_was_made_here_is_held_by_its_id(door: Door) -> None:
    await door.submit()
    assert await kept(door) == {IMAGE: Lock(image_id=f"sha256:{'a' * 64}")}
    assert of(await dry(door, YAML.replace("train", "other")), "image") == [("pass", "ImageMadeHere")]


async def test_a_digest_in_the_file_counts_as_it_is(door: Door, registry: Registry) -> None:
    digest = f"sha256:{'b' * 64}"
    await door.submit(YAML.replace(IMAGE, f"{IMAGE}@{digest}"))
    assert await kept(door) == {f"{IMAGE}@{digest}": Lock(digest=digest)}


@pytest.mark.parametrize(("here", "code"), [(False, "ImageSeen"), (True, "ImageSeenHere")])
async def test_a_dry_run_tells_what_must_be_pulled(
    door: Door, registry: Registry, here: bool, code: str
) -> None:
    registry.here = here
    (verdict,) = [v for v in (await dry(door)).verdicts if v.check == "image"]
    assert (verdict.verdict, verdict.code) == ("pass", code)
    assert (verdict.params["download_mb"], verdict.params["layers"]) == (4, 2)


@pytest.mark.parametrize(
    ("code", "field"),
    [
        ("ImageAuthFailed", "auth"),
        ("ImageForbidden", "auth"),
        ("ImageNotFound", "uri"),
        ("NotAnImage", "uri"),
    ],
)
async def test_what_the_registry_refuses_is_refused_at_once_with_its_place(
    door: Door, registry: Registry, code: str, field: str
) -> None:
    registry.problem = problem(code)
    (told,) = await door.refused()
    assert (told.code, told.path) == (code, f"prerequisites[0].{field}")
    assert told.line is not None


async def test_a_wrong_login_is_refused_also_where_the_image_is_here(door: Door, registry: Registry) -> None:
    registry.problem, registry.local = problem("ImageAuthFailed"), PULLED
    (told,) = await door.refused()
    assert told.code == "ImageAuthFailed"


async def test_a_registry_out_of_reach_is_a_warning_and_nothing_is_held(
    door: Door, registry: Registry
) -> None:
    registry.problem, registry.certain = problem("RegistryUnreachable"), False
    admitted = await door.admission.submit(Submission("ann", YAML.encode()))
    (warning,) = [w for w in admitted.warnings if w.code == "RegistryUnreachable"]
    assert warning.line is not None
    assert not any((await kept(door)).values())


async def test_a_registry_out_of_reach_leaves_the_image_that_was_pulled_before(
    door: Door, registry: Registry
) -> None:
    registry.problem, registry.certain, registry.local = problem("RegistryUnreachable"), False, PULLED
    assert of(await dry(door), "image") == [("warn", "ImageHereUnchecked")]
    await door.submit()
    assert await kept(door) == {IMAGE: Lock(digest=f"sha256:{'e' * 64}")}


async def test_a_tag_that_was_removed_leaves_the_image_that_was_pulled_before(
    door: Door, registry: Registry
) -> None:
    registry.problem, registry.local = problem("ImageTagNotFound"), PULLED
    assert of(await dry(door), "image") == [("warn", "ImageHereUnchecked")]
    registry.local = None
    assert of(await dry(door), "image") == [("fail", "ImageTagNotFound")]


async def test_every_image_of_the_job_is_looked_at_once(door: Door, registry: Registry) -> None:
    roles = json.dumps(
        {
            name: {
                "dockerImage": image,
                "resourcePerInstance": {"cpu": 1, "memoryMB": 1, "gpu": 0},
                "commands": ["true"],
            }
            for name, image in (("a", "image"), ("b", "image"), ("c", "other"))
        }
    )
    text = YAML[: YAML.index("taskRoles")].replace(
        "prerequisites:\n", "prerequisites:\n  - {type: dockerimage, name: other, uri: busybox}\n"
        "  - {type: dockerimage, name: unused, uri: alpine}\n"
    )  # fmt: skip
    await door.submit(f"{text}taskRoles: {roles}\n")
    assert sorted(image for _, image, _ in registry.asked) == ["busybox:latest", f"{IMAGE}:latest"]


def clone(name: str = "again", **more: Any) -> Submission:
    return Submission(more.pop("user", "ann"), more.pop("text", b""), name=name, clone_of="ann~train", **more)


async def test_a_clone_keeps_the_image_and_says_that_its_tag_has_moved(
    door: Door, registry: Registry
) -> None:
    await door.submit()
    registry.tag = "f"
    admitted = await door.admission.submit(clone())
    assert await kept(door, "again") == {IMAGE: Lock(digest=f"sha256:{'d' * 64}")}
    (moved,) = [w for w in admitted.warnings if w.code == "ImageTagMoved"]
    assert (moved.params["locked"], moved.params["now"]) == (f"sha256:{'d' * 64}", f"sha256:{'f' * 64}")


async def test_a_clone_with_new_images_takes_what_the_tag_names_now(door: Door, registry: Registry) -> None:
    await door.submit()
    registry.tag = "f"
    admitted = await door.admission.submit(clone(new_images=True))
    assert await kept(door, "again") == {IMAGE: Lock(digest=f"sha256:{'f' * 64}")}
    assert [w.code for w in admitted.warnings if w.code == "ImageTagMoved"] == []


async def test_a_clone_whose_tag_has_not_moved_says_nothing(door: Door, registry: Registry) -> None:
    await door.submit()
    assert of(await dry_clone(door), "image-lock") == []


async def dry_clone(door: Door) -> Plan:
    return await door.admission.dry_run(clone())


async def test_an_owners_clone_has_the_secrets_and_keeps_the_login(door: Door, registry: Registry) -> None:
    await door.submit()
    await door.admission.submit(clone())
    specs = [await door.jobs.spec((await door.jobs.find("ann", n)).run.id) for n in ("train", "again")]
    first, second = (door.vault.decrypt(spec.secrets) for spec in specs)
    assert first == second != {}
    assert registry.asked[-1][2] == Credential("ann", "hunter2-of-the-registry", "registry.example")


async def test_another_users_clone_must_give_the_secrets_anew(door: Door, registry: Registry) -> None:
    await door.submit()
    with pytest.raises(PaiError) as wrong:
        await door.admission.submit(clone(user="bob"))
    assert {found.code for found in wrong.value.problems} == {"MaskedSecret"}
    assert await door.admission.submit(clone(user="bob", admin=True))


async def test_an_owner_whose_secrets_cannot_be_decrypted_any_more_gives_them_anew(
    door: Door, registry: Registry, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    await door.submit()
    monkeypatch.setattr(door.vault, "_fernet", Vault(tmp_path / "another.key")._fernet)
    with pytest.raises(PaiError) as wrong:
        await door.admission.submit(clone())
    assert {found.code for found in wrong.value.problems} == {"MaskedSecret"}


async def test_a_clone_may_be_changed(door: Door, registry: Registry) -> None:
    await door.submit()
    spec = await door.jobs.spec((await door.jobs.find("ann", "train")).run.id)
    text = json.dumps({**spec.document, "description": "once more"}).encode()
    await door.admission.submit(clone(text=text))
    assert (await kept(door, "again")) == await kept(door)


async def test_a_clone_of_nothing_is_no_job(door: Door) -> None:
    with pytest.raises(PaiError) as wrong:
        await door.admission.submit(clone())
    assert wrong.value.first.code == "NoJob"


TESLA = Gpu("Tesla V100-SXM2-16GB", "GPU-1", (7, 0), 16160)
OLD = Machine("gpu-2", "amd64", "470.57.02", (TESLA,))
NEW = Machine("gpu-1", "amd64", "535.104.05", (TESLA,))
CUDA_12 = ImageConfig("amd64", environment={"NVIDIA_REQUIRE_CUDA": "cuda>=12.1", "CUDA_VERSION": "12.1.0"})
NODES = tuple(Node(machine.name, Resources(16, 64_000, 2)) for machine in (NEW, OLD))


def on_gpus(door: Door, registry: Registry, *machines: Machine) -> None:
    registry.config = CUDA_12
    door.machines = machines
    nodes = [node for node in NODES if node.name in {machine.name for machine in machines}]
    door.outlook = lambda: outlook_of(*nodes)


async def test_an_image_that_no_driver_here_runs_is_refused_with_the_numbers(
    door: Door, registry: Registry
) -> None:
    on_gpus(door, registry, OLD)
    problems = await door.refused()
    assert [p.code for p in problems] == ["DriverTooOld", "NeverFitsItsImage"]
    assert (problems[0].params["driver"], problems[0].params["needed"]) == ("470.57.02", "530.30.02")


async def test_tasks_go_only_where_the_driver_is_new_enough(door: Door, registry: Registry) -> None:
    on_gpus(door, registry, NEW, OLD)
    plan = await dry(door, YAML.replace("instances: 2", "instances: 1"))
    assert of(plan, "driver-fit") == [("warn", "ImageFitsSomeNodes")]
    assert "gpu-2: driver 470.57.02 < " in str(plan.verdicts)
    assert plan.placement is not None
    assert {place.node for place in plan.placement} == {"gpu-1"}


async def test_a_task_without_gpus_is_never_refused_for_a_driver(door: Door, registry: Registry) -> None:
    on_gpus(door, registry, OLD)
    plan = await dry(door, YAML.replace("gpu: 1", "gpu: 0"))
    assert of(plan, "driver-fit") == []
    assert plan.placement is not None


def _out_of_reach(machine: Machine, code: str = "NoGpuRuntime") -> Machine:
    """The engine cannot give its GPUs to containers."""
    bad = tuple(dataclasses.replace(gpu, bad=Problem(code, {"detail": "none"})) for gpu in machine.gpus)
    return dataclasses.replace(machine, gpus=bad)


async def test_gpus_that_no_container_can_get_are_told_before_the_job_waits_for_them(
    door: Door, registry: Registry
) -> None:
    on_gpus(door, registry, _out_of_reach(NEW))
    (told,) = await door.refused()
    assert (told.code, told.path) == ("NoGpuRuntime", "taskRoles.worker.resourcePerInstance.gpu")
    plan = await dry(door, YAML.replace("gpu: 1", "gpu: 0"))
    assert of(plan, "gpus") == []


async def test_a_job_waits_for_gpus_where_some_can_be_had_or_are_bad_for_another_reason(
    door: Door, registry: Registry
) -> None:
    on_gpus(door, registry, NEW, _out_of_reach(OLD))
    assert of(await dry(door), "gpus") == []
    on_gpus(door, registry, _out_of_reach(NEW, "GpuLost"))
    assert of(await dry(door), "gpus") == []


async def test_the_catalogue_knows_better_than_the_image(door: Door, registry: Registry) -> None:
    on_gpus(door, registry, OLD)
    registry.config = ImageConfig("amd64")
    text = YAML.replace(IMAGE, "openpai/standard:python_3.6-pytorch_1.2.0-gpu")
    assert of(await dry(door, text), "driver-fit") == [("pass", "ImageFits")]
    door.machines = (dataclasses.replace(OLD, driver="384.81"),)
    assert of(await dry(door, text), "driver-fit") == [("fail", "DriverTooOld")]


async def test_an_image_without_room_on_the_disk_is_refused_with_the_numbers(
    door: Door, registry: Registry
) -> None:
    async def little(image: RemoteImage) -> Room:
        return room(image, [], ImageDisk(10**10, 5_000_000))

    door.room = little
    (told,) = await door.refused()
    assert told.code == "ImageDoesNotFit"
    assert told.params["needs_mb"] == 12


async def test_unknown_images_leave_the_job_unbound(door: Door) -> None:
    door.inspect = nothing_known
    plan = await dry(door)
    assert of(plan, "image") == [("warn", "RegistryUnreachable")]
    assert plan.placement is not None
    assert BOX.name in {place.node for place in plan.placement}


def test_a_verdict_is_a_finding_at_its_place() -> None:
    verdict = Verdict("image", "fail", "ImageNotFound", {"image": "x"}, ("prerequisites", 0, "uri"))
    assert verdict.finding.path == ("prerequisites", 0, "uri")
