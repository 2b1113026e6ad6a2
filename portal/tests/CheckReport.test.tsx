import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import type { ImageReport } from "../src/api/images";
import { CheckReport } from "../src/components/CheckReport";

const seen = {
  check: "image",
  verdict: "pass",
  code: "ImageSeen",
  path: "uri",
  message: "It is there.",
  fix: null,
};
const report: ImageReport = {
  image: "localhost:5000/team/tool:v1",
  ok: true,
  verdicts: [{ ...seen, verdict: "pass" }],
  digest: "sha256:00",
  downloadBytes: 1_100_000,
  layers: 2,
  platforms: ["linux/amd64", "linux/arm64"],
  onThisMachine: false,
  credentialSource: "group",
  rateLimit: { limit: 100, remaining: 7, windowSeconds: 21_600 },
  machines: [{ machine: "node-1", runs: true, reason: null }],
};

function show(part: Partial<ImageReport>) {
  render(
    <MantineProvider>
      <CheckReport report={{ ...report, ...part }} />
    </MantineProvider>,
  );
}

test("an image that is there is told with its figures", () => {
  show({});
  expect(screen.getByText("This image can be used")).toBeVisible();
  for (const text of ["It is there.", "1.1 MB", "linux/amd64, linux/arm64", "saved for a group", "7 of 100"])
    expect(screen.getByText(text)).toBeVisible();
});

test("what is refused is told with its remedy", () => {
  const verdict = { ...seen, verdict: "fail", message: "No <b>such</b> tag.", fix: "Take another." } as const;
  show({ ok: false, verdicts: [verdict], digest: null, machines: [] });
  expect(screen.getByText("This image cannot be used")).toBeVisible();
  expect(screen.getByText("No <b>such</b> tag.")).toBeVisible();
  expect(screen.getByText("Take another.")).toBeVisible();
});

test("an image that nobody could look at is not called good", () => {
  show({ verdicts: [{ ...seen, verdict: "warn", message: "It did not answer." }], digest: null });
  expect(screen.getByText(/could not be looked at/)).toBeVisible();
});

test("a machine whose driver is too old is told, and the image is not called good without a but", () => {
  const reason = { code: "DriverTooOld", message: "Its driver is too old.", fix: null };
  show({ machines: [{ machine: "node-1", runs: false, reason }] });
  expect(screen.getByText("This image can be used, but see below")).toBeVisible();
  expect(screen.getByText(/Does not run here – Its driver is too old/)).toBeVisible();
});
