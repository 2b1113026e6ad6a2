/** What the parts of a job's page make of a job, before any of it is drawn. */
import { expect, test } from "vitest";
import { ranges } from "../src/components/ranges";
import { allowed } from "../src/pages/job/actions/allowed";
import { gpuIndices } from "../src/pages/job/gpus";
import { faultsOf } from "../src/pages/job/overview/failures";
import { stepsOf } from "../src/pages/job/overview/steps";
import { timeSplit } from "../src/pages/job/overview/times";
import { logsPath } from "../src/pages/job/paths";
import { placesOf } from "../src/pages/job/places";
import { comingImages, shortName, withPull } from "../src/pages/job/pulls";
import { hasSsh, sshCommand } from "../src/pages/job/tasks/connect";
import { rowsOf } from "../src/pages/job/tasks/rows";
import { aJob, aTask } from "./job";

const pull = {
  role: "Task_Main",
  index: 1,
  image: "ubuntu:22.04",
  doneBytes: 10,
  totalBytes: 100,
  layersDone: 0,
  layersTotal: 4,
  bytesPerSecond: 5,
  remainingSeconds: 18,
};
const cause = (message: string) => ({ code: "ExitCode", message, fix: null, evidence: [] });
const first = {
  attemptId: 0,
  taskRoleName: "worker",
  taskIndex: 3,
  taskAttemptId: 1,
  completedTime: 9,
  containerExitCode: 1,
  diagnosis: cause("No module."),
};

test("GPUs of a machine with more than 32 of them are told apart", () => {
  expect(gpuIndices(2 ** 40 + 5)).toEqual([0, 2, 40]);
  expect(gpuIndices(null)).toEqual([]);
  expect(ranges([0, 1, 2, 3, 5, 7, 8])).toBe("0–3, 5, 7–8");
});

test("a role is found by its own name when its image comes, and each image is told once for each machine", () => {
  const placed = { containerNodeName: "n1" };
  const job = aJob({
    Task_Main: [aTask(placed), aTask({ ...placed, taskIndex: 1 }), aTask({ ...placed, taskIndex: 2 })],
  });
  const coming = comingImages(withPull(withPull(job, pull), { ...pull, index: 2 }));
  expect(coming).toEqual([{ node: "n1", pull, tasks: 2 }]);
  expect(comingImages(job)).toEqual([]);
});

test("an image is called by its tag, or by the beginning of its digest where it has none", () => {
  const digest = `sha256:${"0123456789abcdef".repeat(4)}`;
  expect(shortName(`localhost:5000/a/b:v1@${digest}`)).toBe("localhost:5000/a/b:v1");
  expect(shortName(`localhost:5000/a/b@${digest}`)).toBe("localhost:5000/a/b@sha256:0123456789ab…");
  expect(shortName("ubuntu:22.04")).toBe("ubuntu:22.04");
});

test("the first failure stands on top, and what the job ended by below it", () => {
  const status = {
    state: "FAILED",
    attemptId: 2,
    firstFailure: first,
    diagnosis: cause("Killed."),
    appExitCode: 137,
    appExitTriggerMessage: "1 failed task.",
    appExitTriggerTaskRoleName: "worker",
    appExitTriggerTaskIndex: 0,
  };
  const faults = faultsOf(aJob({ worker: [aTask({ attemptId: 4 })] }, status));
  expect(faults.map((fault) => fault.diagnosis?.message)).toEqual(["No module.", "Killed."]);
  expect(faults[0]?.task).toEqual({ role: "worker", index: 3, jobAttempt: 0, taskAttempt: 1 });
  expect(faults[1]?.task).toEqual({ role: "worker", index: 0, jobAttempt: 2, taskAttempt: 4 });
  const same = { ...status, diagnosis: cause("No module."), appExitCode: 1 };
  expect(faultsOf(aJob({}, same)).map((fault) => [fault.kind, fault.rule])).toEqual([
    ["first", "1 failed task."],
  ]);
});

test("only of a task that came to run a log is offered", () => {
  const never = { ...first, taskIndex: 0, taskAttemptId: 0, containerExitCode: null };
  const shown = (launched: number | null) =>
    faultsOf(
      aJob({ worker: [aTask({ currentAttemptLaunchedTime: launched })] }, { firstFailure: never }),
    ).map((each) => each.hasLog);
  expect(shown(null)).toEqual([false]);
  expect(shown(7)).toEqual([true]);
  expect(faultsOf(aJob({}, { attemptId: 1, firstFailure: first })).map((each) => each.hasLog)).toEqual([
    true,
  ]);
});

test("a job that goes on after a failure tells it; one that succeeded or was stopped has failed by nothing", () => {
  expect(faultsOf(aJob({}, { state: "RUNNING", firstFailure: first })).map((each) => each.kind)).toEqual([
    "first",
  ]);
  expect(faultsOf(aJob({}, { state: "SUCCEEDED", diagnosis: cause("It ended with exit code 0.") }))).toEqual(
    [],
  );
  expect(faultsOf(aJob({}, { state: "STOPPED", diagnosis: cause("A person stopped it.") }))).toEqual([]);
});

test("what a person may do depends on whose the job is and how it is", () => {
  const ada = { username: "ada", admin: false, expiresTime: null };
  expect(allowed(aJob(), ada)).toEqual({ stop: null, runAgain: "goesOn", remove: "goesOn" });
  expect(allowed(aJob({}, { state: "FAILED" }), ada)).toEqual({
    stop: "ended",
    runAgain: null,
    remove: null,
  });
  expect(allowed(aJob({}, { state: "STOPPING", executionType: "STOP" }), ada)).toEqual({
    stop: "stops",
    runAgain: "stops",
    remove: "goesOn",
  });
  expect(allowed(aJob(), { ...ada, username: "bob" }).stop).toBe("othersJob");
  expect(allowed(aJob(), { ...ada, username: "bob", admin: true }).stop).toBeNull();
});

test("machines are told with their tasks and GPUs", () => {
  const job = aJob({
    worker: [
      aTask({ containerNodeName: "n10", containerGpus: 2 }),
      aTask({ containerNodeName: "n2", containerGpus: 8, fakeGpus: true }),
      aTask({ containerNodeName: "n2", containerGpus: 5, taskIndex: 2 }),
      aTask({ taskIndex: 3 }),
    ],
  });
  expect(placesOf(job)).toEqual([
    { node: "n2", tasks: 2, gpus: [0, 2, 3], described: true },
    { node: "n10", tasks: 1, gpus: [1], described: false },
  ]);
});

test("time is told from the quickest to the slowest task, and what goes on counts until now", () => {
  const job = aJob({
    worker: [
      aTask({ waitedMs: 100, placedTime: 100, startedMs: 50, currentAttemptLaunchedTime: 150 }),
      aTask({ waitedMs: 300, placedTime: 300 }),
    ],
  });
  expect(timeSplit(job, 1150)).toEqual([
    { phase: "waited", shortest: 100, longest: 300 },
    { phase: "started", shortest: 50, longest: 50 },
    { phase: "ran", shortest: 1000, longest: 1000 },
  ]);
  expect(timeSplit(aJob(), 700)).toEqual([{ phase: "waited", shortest: 700, longest: 700 }]);
});

test("what was at one moment is one step, and what is told above is not told again", () => {
  const past = (since: number, code: string) => ({ since, reason: { code, message: code, fix: null } });
  const explained = {
    username: "ada",
    jobName: "train",
    state: "WAITING",
    now: null,
    history: [past(1, "WaitsForCells")],
    events: [past(2, "JobPlaced"), past(2, "TaskPlaced"), past(2, "JobHasCells")],
  };
  const codes = stepsOf(explained).map((step) => step.reasons.map((reason) => reason.code));
  expect(codes).toEqual([["JobPlaced", "JobHasCells"], ["WaitsForCells"]]);
  const queue = { virtualCluster: "default", place: 1, waiting: 1, ahead: [] };
  const reason = past(1, "WaitsForCells").reason;
  const waits = { ...explained, events: [], now: { reason, queue, rooms: [], changes: [] } };
  expect(stepsOf(waits)).toEqual([]);
});

test("tasks are listed by role, those of one state alone where it is asked for", () => {
  const job = aJob({ ps: [aTask()], worker: [aTask(), aTask({ taskIndex: 1, taskState: "FAILED" })] });
  expect(rowsOf(job, null).map((row) => row.key)).toEqual(["ps", "ps 0", "worker", "worker 0", "worker 1"]);
  expect(rowsOf(job, "FAILED").map((row) => row.key)).toEqual(["worker", "worker 1"]);
});

test("the way in by ssh is shown where its plugin stands beside the role and the task runs", () => {
  const config = {
    extras: { "com.microsoft.pai.runtimeplugin": [{ plugin: "ssh", taskroles: ["worker"] }] },
  };
  expect(hasSsh(config, "worker")).toBe(true);
  expect(hasSsh(config, "ps")).toBe(false);
  expect(hasSsh({ extras: { "com.microsoft.pai.runtimeplugin": [{ plugin: "ssh" }] } }, "ps")).toBe(true);
  expect(hasSsh(undefined, "ps")).toBe(false);
  const runs = { attemptState: "RUNNING", containerIp: "10.0.0.2", containerPorts: { ssh: "15000" } };
  expect(sshCommand(aTask(runs))).toBe("ssh -p 15000 root@10.0.0.2");
  expect(sshCommand(aTask({ ...runs, attemptState: "SUCCEEDED" }))).toBeNull();
});

test("a log's address names the task and both attempts", () => {
  expect(logsPath("ada~train", { role: "my role", index: 2, jobAttempt: 1, taskAttempt: 0 })).toBe(
    "/jobs/ada~train/logs?role=my+role&index=2&jobAttempt=1&taskAttempt=0",
  );
});
