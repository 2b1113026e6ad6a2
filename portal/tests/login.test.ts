import { expect, test } from "vitest";
import type { Credential } from "../src/api/images";
import { askOf, authOf, type Draft, draftOf, isHidden, mistakesOf } from "../src/pages/submit/image/login";

const uri = "localhost:5000/team/tool:v1";
const mine: Credential = {
  scope: "user",
  owner: "ada",
  registry: "localhost:5000",
  username: "ada",
  updatedTime: 0,
  counts: true,
};
const typed: Draft = {
  way: "typed",
  username: "robot",
  password: "",
  registryuri: "localhost:5000",
  save: false,
};

test("a new log-in begins with the registry that the image names", () => {
  expect(draftOf({ uri, auth: null }, [])).toEqual({ ...typed, username: "" });
});

test("where one is saved it counts by itself, and nothing of it gets into the job", () => {
  const draft = draftOf({ uri, auth: null }, [mine]);
  expect(draft.way).toBe("counts");
  expect(authOf(draft, null)).toBeNull();
});

test("a saved log-in that was picked is named by its user, without a password", () => {
  const auth = authOf({ ...typed, way: "saved:robot" }, null);
  expect(auth).toEqual({ username: "robot", password: "", registryuri: "localhost:5000" });
  expect(draftOf({ uri, auth }, [mine, { ...mine, username: "robot" }]).way).toBe("saved:robot");
});

test("a password that is there already is not shown, and stays unless another is typed", () => {
  const value = { uri, auth: { username: "robot", password: "old", registryuri: "localhost:5000" } };
  expect(draftOf(value, [])).toEqual(typed);
  expect(authOf(typed, value.auth)?.password).toBe("old");
  expect(authOf({ ...typed, password: "new" }, value.auth)?.password).toBe("new");
  expect(mistakesOf(typed, value)).toEqual({});
  expect(mistakesOf({ ...typed, save: true }, value)).toEqual({ password: "missing" });
});

test("it is tried as it would be used", () => {
  expect(askOf({ ...typed, password: "hunter2" }, { uri: ` ${uri} `, auth: null })).toEqual({
    image: uri,
    username: "robot",
    password: "hunter2",
    registryuri: "localhost:5000",
  });
  expect(askOf({ ...typed, way: "counts" }, { uri, auth: null })).toEqual({ image: uri });
});

test("what is missing is said at its field, and so is a registry that the image does not come from", () => {
  const empty = { ...typed, username: " ", registryuri: "" };
  expect(mistakesOf(empty, { uri, auth: null })).toEqual({
    username: "missing",
    password: "missing",
    registryuri: "missing",
  });
  const elsewhere = { ...typed, password: "x", registryuri: "docker.io" };
  expect(mistakesOf(elsewhere, { uri, auth: null })).toEqual({ registryuri: "elsewhere" });
  expect(mistakesOf(elsewhere, { uri: "", auth: null })).toEqual({});
});

test("a password that only the server has cannot be tried from here, any other can", () => {
  const passwords = ["******", "<% $secrets.docker_password %>", "hunter2", "", undefined];
  expect(
    passwords.map((password) => isHidden({ image: uri, ...(password !== undefined && { password }) })),
  ).toEqual([true, true, false, false, false]);
});
