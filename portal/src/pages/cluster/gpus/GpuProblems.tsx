import { Alert, Stack, Text } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Told } from "../../../components/Told";
import type { Gpu } from "../queries";

/** What is wrong with GPUs, in the server's words, and what to do. */
export function GpuProblems({ gpus }: { gpus: Gpu[] }) {
  const { t } = useTranslation();
  const bad = gpus.filter(({ problem, processes }) => problem !== null || processes.length > 0);
  if (bad.length === 0) return null;
  return (
    <Alert
      color="red"
      icon={<TriangleAlert size={18} aria-hidden />}
      title={t("cluster.gpu.problems", { count: bad.length })}
    >
      <Stack gap="xs">
        {bad.map((gpu) => (
          <GpuProblem key={gpu.index} gpu={gpu} />
        ))}
      </Stack>
    </Alert>
  );
}

/** Why no job may get a GPU, with the processes that hold it. */
export function GpuProblem({ gpu: { problem, processes } }: { gpu: Gpu }) {
  const { t } = useTranslation();
  return (
    <div>
      {problem && <Told message={problem.message} fix={problem.fix} />}
      {processes.length > 0 && problem?.code !== "GpuHeld" && (
        <Text size="sm" dir="auto">
          {t("cluster.gpu.processes", {
            processes: processes.map(({ pid, name }) => `${name} (${pid})`).join(", "),
          })}
        </Text>
      )}
    </div>
  );
}
