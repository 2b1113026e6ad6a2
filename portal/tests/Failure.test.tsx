import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { expect, test, vi } from "vitest";
import { Refusal, Unreachable } from "../src/api/errors";
import { Failure } from "../src/components/Failure";

function show(error: Error, retry?: () => void) {
  render(
    <MantineProvider>
      <Failure error={error} {...(retry ? { retry } : {})} />
    </MantineProvider>,
  );
}

test("a refusal is told in the server's words, every problem with its remedy", () => {
  const place = { line: null, column: null, path: null };
  const problems = [
    { code: "A", message: "First <b>wrong</b>.", fix: "Do this.", ...place },
    { code: "B", message: "Second wrong.", fix: null, ...place },
  ];
  show(new Refusal(400, { code: "InvalidProtocolError", message: "…", problems }));
  for (const text of ["First <b>wrong</b>.", "Do this.", "Second wrong."])
    expect(screen.getByText(text)).toBeVisible();
});

test("a reply that is none of ours is told as what it is", () => {
  show(new Refusal(502, "<html>Bad Gateway</html>"));
  expect(screen.getByText("HTTP 502")).toBeVisible();
});

test("a server that does not answer can be asked again", async () => {
  const retry = vi.fn();
  show(new Unreachable(new TypeError("fetch failed")), retry);
  await userEvent.click(screen.getByRole("button", { name: "Try again" }));
  expect(retry).toHaveBeenCalledOnce();
});
