import { Input, NativeSelect, SimpleGrid, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { TextField } from "../fields/TextField";
import { removeIn, setIn } from "../model/edit";
import { at, mappingAt, type Path, spell } from "../model/path";
import { skusOf } from "../queries";
import { useSubmission } from "../state/submission";
import { useCluster } from "./ClusterField";

/** What each task gets: cores, memory, GPUs, and which SKU they are taken from. */
export function ResourceFields({ role }: { role: string }) {
  const { t } = useTranslation();
  const { value, edit, errorAt } = useSubmission();
  const { data: skus = {} } = useQuery(skusOf(useCluster()));
  const path: Path = ["taskRoles", role, "resourcePerInstance"];
  const cells: Path = ["extras", "hivedScheduler", "taskRoles", role, "skuType"];
  const told = at(value, cells);
  const sku = typeof told === "string" ? told : "";
  const names = Object.keys(skus);
  const { cpu, memoryMB, gpu } = mappingAt(value, path);
  const wrong = errorAt(path);
  const each = skus[sku];
  const count = each && cellsFor({ cpu, memory: memoryMB, gpu }, each);

  const choose = (name: string) =>
    edit((text) => {
      if (name === "") return removeIn(text, cells);
      const cell = skus[name];
      const chosen = setIn(text, cells, name);
      if (!cell || cellsFor({ cpu, memory: memoryMB, gpu }, cell) !== null) return chosen;
      return filled(chosen, path, cell, 1); // it could not hold the task: begin with one cell of it
    });

  return (
    <Stack gap="xs">
      <SimpleGrid cols={3} spacing="sm">
        <TextField path={[...path, "gpu"]} label={t("submit.role.gpu")} required number />
        <TextField path={[...path, "cpu"]} label={t("submit.role.cpu")} required number />
        <TextField path={[...path, "memoryMB"]} label={t("submit.role.memory")} required number />
      </SimpleGrid>
      <NativeSelect
        label={t("submit.role.sku")}
        value={sku}
        data={[
          { value: "", label: t("submit.role.anySku") },
          ...(sku && !names.includes(sku) ? [sku] : []),
          ...names,
        ]}
        error={errorAt(cells)}
        onChange={({ currentTarget }) => choose(currentTarget.value)}
        data-field={spell(cells)}
      />
      {wrong && <Input.Error>{wrong}</Input.Error>}
      {each && (
        <Text size="sm" c="dimmed">
          {t("submit.role.cell", { sku, gpu: each.gpu, cpu: each.cpu, memory: each.memory })}
          {typeof count === "number" && ` ${t("submit.role.cells", { count })}`}
        </Text>
      )}
    </Stack>
  );
}

interface Cell {
  cpu: number;
  memory: number;
  gpu: number;
}

/** How many cells of a SKU a task takes: as many as its scarcest amount; null where no number of them is enough. */
export function cellsFor(task: { [amount in keyof Cell]: unknown }, cell: Cell): number | null {
  const amounts = (["cpu", "memory", "gpu"] as const).map(
    (key) => [Number(task[key]) || 0, cell[key]] as const,
  );
  if (amounts.some(([wanted, each]) => wanted > 0 && each <= 0)) return null;
  return Math.max(1, ...amounts.map(([wanted, each]) => (wanted > 0 ? Math.ceil(wanted / each) : 0)));
}

function filled(text: string, path: Path, cell: Cell, count: number): string {
  const amounts = { cpu: cell.cpu, memoryMB: cell.memory, gpu: cell.gpu };
  return Object.entries(amounts).reduce((now, [key, each]) => setIn(now, [...path, key], each * count), text);
}
