/** What a person reads in a job's overview. */
import { MantineProvider } from "@mantine/core";
import { render, screen } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, test } from "vitest";
import { startLanguage } from "../src/i18n";
import { EndNote } from "../src/pages/job/overview/EndNote";
import { FailureCard } from "../src/pages/job/overview/FailureCard";
import { Progress } from "../src/pages/job/overview/Progress";
import type { JobDetail, Task } from "../src/pages/job/queries";
import { aJob, aTask } from "./job";

function show(Part: (props: { job: JobDetail }) => React.ReactNode, job: JobDetail) {
  return render(
    <MantineProvider>
      <MemoryRouter>
        <Part job={job} />
      </MemoryRouter>
    </MantineProvider>,
  );
}

const pull: Task["pull"] = {
  role: "worker",
  index: 0,
  image: "harbor.example.org/vision/train:2.4",
  doneBytes: 2_345_000_000,
  totalBytes: 6_789_000_000,
  layersDone: 7,
  layersTotal: 14,
  bytesPerSecond: 84_500_000,
  remainingSeconds: 53,
};
const coming = aJob(
  { worker: [0, 1].map((taskIndex) => aTask({ taskIndex, containerNodeName: "n1", pull })) },
  { subState: "PREPARING" },
);

test("an image on its way is told by bytes, layers, speed and the time left, once for all that wait for it", () => {
  show(Progress, coming);
  expect(screen.getByText("Pulling harbor.example.org/vision/train:2.4 to n1 for 2 tasks")).toBeVisible();
  for (const text of ["2.3 GB of 6.8 GB", "· 7 of 14 layers", "· 85 MB/s", "· 53 sec left"])
    expect(screen.getByText(text)).toBeVisible();
  expect(screen.getByRole("progressbar")).toHaveAttribute("aria-valuetext", "34%");
});

test("a reader of Chinese is told the same", async () => {
  await startLanguage("zh-CN");
  show(Progress, coming);
  expect(screen.getByText("· 还需 53秒")).toBeVisible();
});

test("a size that the registry has not told yet is not made up", () => {
  const unknown = { ...pull, doneBytes: 0, totalBytes: 0, layersTotal: 0, bytesPerSecond: 0 };
  show(
    Progress,
    aJob({ worker: [aTask({ pull: { ...unknown, remainingSeconds: null } })] }, { subState: "PREPARING" }),
  );
  expect(screen.getByText("the size is not known yet")).toBeVisible();
  expect(screen.queryByText(/left/)).toBeNull();
});

test("a job that runs has nothing under way, and one that succeeded no failure", () => {
  const { container } = show(
    Progress,
    aJob({ worker: [aTask()] }, { state: "RUNNING", subState: "RUNNING" }),
  );
  expect(container.querySelector("section")).toBeNull();
  show(FailureCard, aJob({}, { state: "SUCCEEDED" }));
  expect(screen.queryByRole("region")).toBeNull();
});

test("what a job wrote is shown as text, whatever it looks like", () => {
  const diagnosis = {
    code: "ExitCode",
    message: "A command ended with exit code 1: `<b>نص</b>`.",
    fix: "Read `<script>alert(1)</script>`.",
    evidence: ["<img src=x onerror=alert(1)>", "", "مرحبا"],
  };
  show(FailureCard, aJob({}, { state: "FAILED", diagnosis, appExitCode: 1 }));
  expect(screen.getByText("<b>نص</b>").tagName).toBe("CODE");
  expect(screen.getByLabelText("Lines that show it")).toHaveTextContent("<img src=x onerror=alert(1)> مرحبا");
  expect(document.querySelector("img, script, b")).toBeNull();
});

test("a job that was stopped tells by whom, and is no failure", () => {
  const diagnosis = { code: "StopRequested", message: "A person stopped the job.", fix: null, evidence: [] };
  show(EndNote, aJob({}, { state: "STOPPED", diagnosis }));
  expect(screen.getByRole("region", { name: "How it ended" })).toHaveTextContent("A person stopped the job.");
});
