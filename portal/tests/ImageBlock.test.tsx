import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { useState } from "react";
import { expect, test, vi } from "vitest";
import { type CatalogueImage, credentials, images } from "../src/api/images";
import { isMeant } from "../src/components/imageWords";
import { bestFirst, findImage } from "../src/pages/submit/image/catalogue";
import { ImageBlock, type ImageChoice } from "../src/pages/submit/image/ImageBlock";

const entry: CatalogueImage = {
  image: "openpai/standard:cpu",
  line: "current",
  framework: "PyTorch",
  frameworkVersion: "2.13.0",
  components: [{ name: "PyTorch", version: "2.13.0" }],
  python: "3.11",
  kind: "cpu",
  cuda: null,
  minDriver: null,
  recipe: null,
  notes: [],
  onThisMachine: true,
  id: "sha256:00",
  digest: null,
  sizeBytes: 1_100_000_000,
  runs: true,
  reasons: [],
};
const old = { code: "GpuTooOld", message: "CUDA 13 has no kernels for this GPU.", fix: "Use CUDA 12." };
const gpu: CatalogueImage = {
  ...entry,
  image: "openpai/standard:gpu",
  kind: "gpu",
  cuda: "13.0",
  minDriver: "580.65.06",
  onThisMachine: false,
  sizeBytes: null,
  runs: false,
  reasons: [old],
};
const catalogue = [entry, gpu];

function Form(props: { first: ImageChoice; gpu: boolean; changed: (next: ImageChoice) => void }) {
  const [value, setValue] = useState(props.first);
  const onChange = (next: ImageChoice) => {
    props.changed(next);
    setValue(next);
  };
  return <ImageBlock value={value} onChange={onChange} gpu={props.gpu} />;
}

function show(first: ImageChoice, asksForGpus = false) {
  const queries = new QueryClient({
    defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY, retry: false } },
  });
  queries.setQueryData(images().queryKey, { catalogue, others: [], machines: [], problems: [] });
  queries.setQueryData(credentials().queryKey, [
    {
      scope: "group",
      owner: "vision",
      registry: "localhost:5000",
      username: "robot",
      updatedTime: 0,
      counts: true,
    },
    { scope: "default", owner: "", registry: "localhost:5000", username: "ci", updatedTime: 0, counts: true },
    { scope: "group", owner: "others", registry: "there:5000", username: "x", updatedTime: 0, counts: false },
  ]);
  const changed = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <Form first={first} gpu={asksForGpus} changed={changed} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  return changed;
}

const custom = () => screen.getByRole("switch", { name: "Custom" });

test("an image of the catalogue says whether it runs here, and why not", () => {
  show({ uri: gpu.image, auth: null });
  expect(custom()).not.toBeChecked();
  expect(screen.getAllByText("Does not run here").at(-1)).toBeVisible();
  expect(screen.getAllByText(/CUDA 13 has no kernels/).at(-1)).toBeVisible();
  expect(screen.getByText("Use CUDA 12.")).toBeVisible();
});

test("any other image switches Custom on by itself, and names the saved log-in that counts for it", () => {
  show({ uri: "localhost:5000/team/tool:v1", auth: null });
  expect(custom()).toBeChecked();
  expect(screen.getByRole("textbox", { name: "Name of the image" })).toHaveValue(
    "localhost:5000/team/tool:v1",
  );
  expect(screen.getByRole("button", { name: "Auth" })).toBeVisible();
  expect(screen.getByText(/saved log-in robot \(group vision\) for localhost:5000/)).toBeVisible();
});

test("an image of the catalogue with a log-in of its own is Custom too: else nobody would see the log-in", () => {
  show({ uri: entry.image, auth: { username: "ada", password: "x", registryuri: "docker.io" } });
  expect(custom()).toBeChecked();
  expect(screen.getByText("Log-in ada for docker.io")).toBeVisible();
});

test("Custom turned off leads back to the catalogue, and on again to what was typed, with its log-in", async () => {
  const typed = { uri: "tool:v1", auth: { username: "ada", password: "x", registryuri: "docker.io" } };
  const changed = show(typed);
  await userEvent.click(custom());
  expect(changed).toHaveBeenLastCalledWith({ uri: entry.image, auth: null });
  await userEvent.click(custom());
  expect(changed).toHaveBeenLastCalledWith(typed);
});

test("Custom turned on goes on from what was chosen", async () => {
  show({ uri: entry.image, auth: null });
  await userEvent.click(custom());
  await userEvent.type(screen.getByRole("textbox", { name: "Name of the image" }), "x");
  expect(custom()).toBeChecked();
  expect(screen.getByRole("textbox", { name: "Name of the image" })).toHaveValue(`${entry.image}x`);
});

test("an image without CUDA for tasks with GPUs is told", () => {
  show({ uri: entry.image, auth: null }, true);
  expect(screen.getByText(/no CUDA in this image/)).toBeVisible();
});

test("what runs here is offered first; among that what suits the GPUs", () => {
  expect(bestFirst([gpu, entry], true)).toEqual([entry, gpu]);
  expect(bestFirst([entry, { ...gpu, runs: true }], true).map(({ kind }) => kind)).toEqual(["gpu", "cpu"]);
  expect(bestFirst([{ ...gpu, runs: true }, entry], false).map(({ kind }) => kind)).toEqual(["cpu", "gpu"]);
});

test("Custom stays on while what is typed is for a moment a name of the catalogue", async () => {
  show({ uri: `${entry.image}x`, auth: null });
  const name = screen.getByRole("textbox", { name: "Name of the image" });
  await userEvent.type(name, "{Backspace}");
  expect(name).toHaveValue(entry.image);
  expect(custom()).toBeChecked();
});

test("an image of the catalogue is known by its long name", () => {
  expect(findImage(catalogue, "docker.io/openpai/standard:gpu")).toBe(gpu);
  expect(findImage(catalogue, "")).toBeUndefined();
});

test("every word that is searched for must fit, a number from its beginning", () => {
  const described = "PyTorch 1.13.1, torchvision 0.14.1 python 3.11 gpu cuda 12.8";
  expect(isMeant(described, "cuda torch 12")).toBe(true);
  expect(isMeant(described, "pytorch cuda 13")).toBe(false);
  expect(isMeant(described, "")).toBe(true);
});

test("an image is found by what is in it, and chosen", async () => {
  const changed = show({ uri: "", auth: null });
  await userEvent.type(screen.getByRole("combobox", { name: "Image of the catalogue" }), "cuda 13");
  const [option, ...others] = screen.getAllByRole("option", { hidden: true });
  expect(others).toEqual([]);
  expect(option).toHaveTextContent("Python 3.11 · CUDA 13.0 · driver 580.65.06 or newer");
  await userEvent.click(option as HTMLElement);
  expect(changed).toHaveBeenLastCalledWith({ uri: gpu.image, auth: null });
});

test("behind Auth a saved log-in can be picked instead of the one that counts by itself", async () => {
  const changed = show({ uri: "localhost:5000/team/tool:v1", auth: null });
  await userEvent.click(screen.getByRole("button", { name: "Auth" }));
  expect(screen.getByRole("radio", { name: "robot (group vision): counts by itself" })).toBeChecked();
  await userEvent.click(screen.getByRole("radio", { name: "ci (everyone's)" }));
  await userEvent.click(screen.getByRole("button", { name: "Use" }));
  const auth = { username: "ci", password: "", registryuri: "localhost:5000" };
  expect(changed).toHaveBeenLastCalledWith({ uri: "localhost:5000/team/tool:v1", auth });
});

test("a log-in for another registry than the image's is told to be of no use", () => {
  show({ uri: "tool:v1", auth: { username: "ada", password: "x", registryuri: "localhost:5000" } });
  expect(screen.getByText(/The image comes from docker.io/)).toBeVisible();
});

test("a log-in of a group that an administrator is not in does not count for him", () => {
  show({ uri: "there:5000/team/tool:v1", auth: null });
  expect(screen.queryByText(/saved log-in/)).not.toBeInTheDocument();
});
