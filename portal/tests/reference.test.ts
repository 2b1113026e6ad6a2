import { expect, test } from "vitest";
import { isLatest, registryHost, registryOf, sameImage, sameRegistry } from "../src/components/reference";

test.each([
  ["ubuntu", "docker.io"],
  ["openpai/standard:python_3.6-pytorch_1.2.0-gpu", "docker.io"],
  ["index.docker.io/library/ubuntu", "docker.io"],
  ["localhost/tool", "localhost"],
  ["localhost:5000/team/tool:v1", "localhost:5000"],
  ["Harbor.example.com/team/tool@sha256:00", "harbor.example.com"],
  ["", ""],
])("the image %s comes from %s", (image, registry) => {
  expect(registryOf(image)).toBe(registry);
});

test.each([
  ["https://index.docker.io/v1/", "docker.io"],
  ["http://localhost:5000", "localhost:5000"],
  ["Harbor.example.com:5000/v2/", "harbor.example.com:5000"],
  ["https://ada@registry.example.com/?x", "registry.example.com"],
])("the address %s means %s", (address, host) => {
  expect(registryHost(address)).toBe(host);
});

test("the port of https may be there or not, another port is another registry", () => {
  expect(sameRegistry("registry.example.com:443", "https://registry.example.com/")).toBe(true);
  expect(sameRegistry("registry.example.com:5000", "registry.example.com")).toBe(false);
});

test("an image is the same by its short and by its long name, and another by another tag", () => {
  expect(sameImage("ubuntu", "docker.io/library/ubuntu:latest")).toBe(true);
  expect(sameImage(" openpai/standard:a ", "docker.io/openpai/standard:a")).toBe(true);
  expect(sameImage("ubuntu", "ubuntu:22.04")).toBe(false);
  expect(sameImage("localhost:5000/ubuntu", "ubuntu")).toBe(false);
});

test("what has no tag is the latest, what has a digest is not", () => {
  expect(isLatest("localhost:5000/team/tool")).toBe(true);
  expect(isLatest("tool:latest")).toBe(true);
  expect(isLatest("tool:v1")).toBe(false);
  expect(isLatest("tool@sha256:00")).toBe(false);
  expect(isLatest("")).toBe(false);
});
