import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import * as images from "../src/api/images";
import { AuthForm } from "../src/pages/submit/image/AuthForm";
import type { ImageChoice } from "../src/pages/submit/image/ImageBlock";

vi.mock("../src/api/images", async (original) => ({
  ...(await original<typeof images>()),
  keepCredential: vi.fn(async () => ({ message: "kept" })),
  checkImage: vi.fn(),
}));

const uri = "localhost:5000/team/tool:v1";
const auth = { username: "robot", password: "hunter2", registryuri: "localhost:5000" };
const field = (name: RegExp) => screen.getByLabelText(name);
const use = () => userEvent.click(screen.getByRole("button", { name: "Use" }));

function show(value: ImageChoice) {
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: Number.POSITIVE_INFINITY } } });
  queries.setQueryData(images.credentials().queryKey, []);
  const done = vi.fn();
  const outer = vi.fn();
  render(
    <MantineProvider env="test">
      <QueryClientProvider client={queries}>
        <div onSubmit={outer}>
          <AuthForm value={value} onDone={done} onCancel={() => undefined} />
        </div>
      </QueryClientProvider>
    </MantineProvider>,
  );
  return { done, outer };
}

test("a log-in that is typed becomes the job's, with the registry that the image names", async () => {
  const { done, outer } = show({ uri, auth: null });
  await use();
  expect(screen.getAllByText("This is needed.")).toHaveLength(2);
  expect(done).not.toHaveBeenCalled();
  await userEvent.type(field(/User name/), "robot");
  await userEvent.type(field(/Password/), "hunter2{Enter}");
  expect(done).toHaveBeenCalledExactlyOnceWith(auth);
  expect(outer).not.toHaveBeenCalled();
});

test("a password is masked, and one that is there already is not shown", () => {
  show({ uri, auth });
  expect(field(/Password/)).toHaveAttribute("type", "password");
  expect(field(/Password/)).toHaveAttribute("autocomplete", "off");
  expect(field(/Password/)).toHaveValue("");
  expect(document.body.innerHTML).not.toContain("hunter2");
});

test("one that is saved is kept by the server, and the job does without", async () => {
  const { done } = show({ uri, auth: null });
  await userEvent.type(field(/User name/), "robot");
  await userEvent.type(field(/Password/), "hunter2");
  await userEvent.click(screen.getByRole("checkbox", { name: /Save this log-in for me/ }));
  await use();
  const { username, password, registryuri: registry } = auth;
  expect(vi.mocked(images.keepCredential).mock.lastCall?.[0]).toEqual({ registry, username, password });
  expect(done).toHaveBeenCalledExactlyOnceWith(null);
});

test("what was found of one log-in is not shown beside another", async () => {
  const found = { image: uri, ok: true, verdicts: [], platforms: [], onThisMachine: true, machines: [] };
  vi.mocked(images.checkImage).mockResolvedValue(found);
  show({ uri, auth });
  await userEvent.click(screen.getByRole("button", { name: "Test" }));
  expect(vi.mocked(images.checkImage)).toHaveBeenLastCalledWith({ image: uri, ...auth });
  expect(screen.getByText("This image can be used")).toBeVisible();
  await userEvent.type(field(/Password/), "x");
  expect(screen.queryByText("This image can be used")).not.toBeInTheDocument();
});
