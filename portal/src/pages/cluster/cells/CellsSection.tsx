import { NativeSelect, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useEffect, useState } from "react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { Loaded } from "../../../components/Loaded";
import { Section } from "../../../components/Section";
import { cells } from "../queries";
import { CellTree } from "./CellTree";
import { Legend } from "./Legend";
import { addressesOf, openAtFirst, type Toggled } from "./tree";

/** The cells that are there, or that a virtual cluster is promised. The address says which: `?cells=NAME`. */
export function CellsSection({ names }: { names: string[] }) {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const wanted = search.get("cells");
  const vc = wanted !== null && names.includes(wanted) ? wanted : null;
  const choice = (
    <NativeSelect
      id={choiceId}
      aria-label={t("cluster.cells.which")}
      value={vc ?? ""}
      onChange={({ currentTarget: { value } }) =>
        setSearch(value === "" ? {} : { cells: value }, { replace: true })
      }
      data={[
        { value: "", label: t("cluster.cells.there") },
        ...names.map((name) => ({ value: name, label: t("cluster.cells.promised", { name }) })),
      ]}
    />
  );
  return (
    <Section title={t("cluster.cells.title")} actions={choice}>
      <Stack gap="sm">
        <Text size="sm">{vc === null ? t("cluster.cells.thereText") : t("cluster.cells.promisedText")}</Text>
        <Legend />
        <Tree key={vc} vc={vc} />
      </Stack>
    </Section>
  );
}

/** Where to choose which cells are shown. */
export const choiceId = "cells-shown";

function Tree({ vc }: { vc: string | null }) {
  const { t } = useTranslation();
  const [toggled, setToggled] = useState<Toggled | null>(null);
  const query = useQuery(cells(vc, addressesOf(toggled ?? new Map())));
  const { data } = query;

  useEffect(() => {
    if (toggled === null && data !== undefined) setToggled(openAtFirst(data));
  }, [toggled, data]);

  return (
    <Loaded query={query} lines={8}>
      {(found) =>
        found.length === 0 ? (
          <Text>{vc === null ? t("cluster.cells.none") : t("cluster.cells.nonePromised")}</Text>
        ) : (
          <CellTree
            label={vc === null ? t("cluster.cells.there") : t("cluster.cells.promised", { name: vc })}
            vc={vc}
            cells={found}
            toggled={toggled ?? new Map()}
            onToggled={setToggled}
          />
        )
      }
    </Loaded>
  );
}
