/** What the form's parts do to a job file. */
import { expect, test } from "vitest";
import { scriptOf, withScript } from "../../src/pages/submit/model/commands";
import { imageOf, withImage } from "../../src/pages/submit/model/images";
import { freshName } from "../../src/pages/submit/model/name";
import { parseJob } from "../../src/pages/submit/model/parse";
import { at, type Json, listAt, spell, unspell } from "../../src/pages/submit/model/path";
import { withoutIdle, withoutPlugin, withParameter } from "../../src/pages/submit/model/plugins";
import { addRole, removeRole, renameRole } from "../../src/pages/submit/model/roles";
import { masked, outgoing, renameValue } from "../../src/pages/submit/model/secrets";
import { typed } from "../../src/pages/submit/model/typed";

const text = `protocolVersion: 2
name: two
type: job
secrets:
  other: mine
prerequisites:
  - name: image
    type: dockerimage
    uri: busybox:1
taskRoles:
  ps:
    dockerImage: image
    resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0}
    commands: [echo ps]
  worker:
    dockerImage: image
    resourcePerInstance: {cpu: 1, memoryMB: 64, gpu: 0}
    commands:
      - echo one
      # kept
      - |
        cat <<END
          indented
        END
      - echo three
deployments:
  - name: prod
    taskRoles: {worker: {preCommands: [echo pre]}}
extras:
  hivedScheduler: {taskRoles: {worker: {skuType: V100}}}
  com.microsoft.pai.runtimeplugin:
    - plugin: ssh
      parameters: {jobssh: true}
      taskroles: [worker]
`;

const of = (now: string): Json => parseJob(now).value;
const commands = ["taskRoles", "worker", "commands"];
const script = scriptOf(listAt(of(text), commands));

test("commands are one script, and each line of it goes back to its own command", () => {
  expect(script).toBe("echo one\ncat <<END\n  indented\nEND\necho three");
  expect(withScript(text, commands, script)).toBe(text);
  expect(withScript(text, commands, script.replace("three", "3"))).toBe(text.replace("echo three", "echo 3"));
  expect(withScript(text, commands, script.replace("indented", "moved"))).toBe(
    text.replace("indented", "moved"),
  );
  expect(withScript(text, commands, `${script}\necho four`)).toContain(
    "      - echo three\n      - echo four\n",
  );
  expect(withScript(text, commands, script.replace("echo one\n", ""))).toBe(
    text.replace("      - echo one\n", ""),
  );
  expect(withScript(text, commands, `echo zero\n${script}`)).toContain(
    "commands:\n      - echo zero\n      - echo one\n",
  );
});

test("whatever is typed is what runs, letter by letter", () => {
  let now = text;
  const typing = "for i in 1 2; do\n  echo $i\ndone\n\npython - <<'EOF'\nif True:\n    print(1)\nEOF";
  for (let length = 0; length <= typing.length; length += 1) {
    now = withScript(now, commands, typing.slice(0, length));
    // As the server joins them.
    const run = listAt(of(now), commands).map((command) => String(command).trim());
    expect(run.join("\n").trim()).toBe(typing.slice(0, length).trim());
  }
});

test("a role that is renamed or removed is so wherever it is named", () => {
  const renamed = renameRole(text, "worker", "trainer");
  expect(renamed).toBe(text.replaceAll("worker", "trainer"));
  const removed = of(removeRole(text, "worker"));
  expect(JSON.stringify(removed)).not.toContain("worker");
  expect(removed.deployments).toBeUndefined();
  expect(removed.extras).toBeUndefined(); // a plugin that was for this role alone must not be for all
});

test("a new role has the image of the last one, and a name of its own", () => {
  const twice = of(addRole(addRole(text)));
  expect(Object.keys(twice.taskRoles as Json)).toEqual(["ps", "worker", "taskrole", "taskrole_2"]);
  expect(at(twice, ["taskRoles", "taskrole_2", "dockerImage"])).toBe("image");
});

test("roles of the same image share it, and what nobody uses is gone", () => {
  const own = withImage({ text, vault: {} }, "ps", { uri: "alpine:3", auth: null });
  expect(at(of(own.text), ["taskRoles", "ps", "dockerImage"])).toBe("image_2");
  expect(imageOf(of(own.text), {}, "worker").uri).toBe("busybox:1");
  const edited = withImage(own, "ps", { uri: "alpine:4", auth: null });
  expect(listAt(of(edited.text), ["prerequisites"])).toHaveLength(2);
  const back = withImage(edited, "ps", { uri: "busybox:1", auth: null });
  expect(back.text).toBe(text.replace("    dockerImage: image\n", "    dockerImage: image\n"));
});

const auth = { username: "alice", password: "hunter2", registryuri: "" };

test("a password becomes a secret that the text does not show", () => {
  const { text: now, vault } = withImage({ text, vault: {} }, "ps", { uri: "r.example.org/a:1", auth });
  expect(now).not.toContain("hunter2");
  expect(at(of(now), ["prerequisites", 1, "auth"])).toEqual({
    username: "alice",
    password: "<% $secrets.docker_password %>",
  });
  expect(at(of(now), ["secrets"])).toEqual({ other: "mine", docker_password: "******" });
  expect(outgoing(of(now), vault)).toEqual({ docker_password: "hunter2" });
  expect(imageOf(of(now), vault, "ps").auth).toEqual(auth);
  expect(imageOf(of(now), {}, "ps").auth?.password).toBe("<% $secrets.docker_password %>");

  const other = withImage({ text: now, vault }, "ps", {
    uri: "r.example.org/a:1",
    auth: { ...auth, password: "x" },
  });
  expect(Object.keys(of(other.text).secrets as Json)).toEqual(["other", "docker_password"]);
  expect(outgoing(of(other.text), other.vault)).toEqual({ docker_password: "x" });
  const shared = withImage(other, "worker", { uri: "r.example.org/a:1", auth: { ...auth, password: "x" } });
  expect(listAt(of(shared.text), ["prerequisites"])).toHaveLength(1);
});

test("a log-in that is taken away takes its secret with it, and no other", () => {
  const with_ = withImage({ text, vault: {} }, "ps", { uri: "busybox:1", auth });
  expect(withImage(with_, "ps", { uri: "busybox:1", auth: null }).text).toBe(text);
  const removed = removeRole(with_.text, "ps");
  expect(of(removed).secrets).toEqual({ other: "mine" });
});

test("a parameter or secret that is renamed is so in every template", () => {
  const before = `parameters: {lr: 1, lr_2: 2}\nsecrets: {lr: x}\na: <% $parameters.lr %> <%$parameters.lr_2%> <% $parameters.lr[0] %> <% $secrets.lr %>\n`;
  expect(renameValue(before, "parameters", "lr", "rate")).toBe(
    `parameters: {rate: 1, lr_2: 2}\nsecrets: {lr: x}\na: <% $parameters.rate %> <%$parameters.lr_2%> <% $parameters.rate[0] %> <% $secrets.lr %>\n`,
  );
});

test("a saved log-in, found by its user, needs no secret", () => {
  const saved = withImage({ text, vault: {} }, "ps", {
    uri: "r.example.org/a:1",
    auth: { ...auth, password: "" },
  });
  expect(at(of(saved.text), ["prerequisites", 1, "auth"])).toEqual({ username: "alice" });
  expect(of(saved.text).secrets).toEqual({ other: "mine" });
});

test.each([
  [text, ["mine"]],
  [
    "secrets:\n  a: top\n  b: |\n    very\n    secret\nprerequisites:\n- auth: {username: u, password: pw}\n",
    ["top", "very", "pw"],
  ],
  ["secrets:\n  a: top\n  b: [\nname: x\n", ["top"]],
  ["secrets: {a: top\nname: x", ["top"]],
  ["prerequisites:\n  - auth:\n      password: top\n    x: [", ["top"]],
])("a draft has no secret in it", (written, secrets) => {
  for (const secret of secrets) expect(masked(written)).not.toContain(secret);
  if (written.includes("name: x")) expect(masked(written)).toContain("name: x");
});

test("plugins come with their first parameter, and go when they would do nothing", () => {
  const keys = withParameter("name: a\n", "ssh", ["userssh", "value"], "ssh-ed25519 AAAA\n");
  expect(of(keys)).toEqual({
    name: "a",
    extras: {
      "com.microsoft.pai.runtimeplugin": [
        { plugin: "ssh", parameters: { userssh: { value: "ssh-ed25519 AAAA\n" } } },
      ],
    },
  });
  expect(withoutIdle(withParameter(keys, "ssh", ["userssh"], undefined), "ssh")).toBe("name: a\n");
  const board = withParameter(text, "tensorboard", ["logdir"], { logs: "/logs" });
  expect(withoutPlugin(board, "tensorboard")).toBe(text);
});

test("paths are read as the server writes them, dots in keys too", () => {
  for (const path of [
    ["extras", "com.microsoft.pai.runtimeplugin", 0, "parameters", "jobssh"],
    ["taskRoles", "worker", "commands", 1],
    ["taskRoles", "worker", "missing"],
    ["prerequisites", 0, "auth", "password"],
  ])
    expect(unspell(spell(path), of(text))).toEqual(path);
});

test("what is typed is a number only where YAML prints it the same", () => {
  expect(["1", "-2", "0.5", "true", "1e3", "010", "1.0", "", "x", " 1"].map(typed)).toEqual([
    ...[1, -2, 0.5, true, "1e3", "010", "1.0", "", "x", " 1"],
  ]);
});

test("a clone of a clone has one ending", () => {
  expect(freshName("train_0a1b2c3d")).toMatch(/^train_[0-9a-f]{8}$/);
  expect(freshName("train_2")).toMatch(/^train_2_[0-9a-f]{8}$/);
  expect(freshName("x".repeat(255)).length).toBeLessThanOrEqual(255);
});
