import { Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Loaded } from "../../../components/Loaded";
import { NodeFilter, useNodeFilter } from "../NodeFilter";
import { nodes } from "../queries";
import { NodeCard } from "./NodeCard";

/** All machines. */
export function Nodes() {
  const { t } = useTranslation();
  const query = useQuery(nodes());
  const filter = useNodeFilter(query.data ?? []);
  return (
    <Loaded query={query} lines={8}>
      {(all) =>
        all.length === 0 ? (
          <Text>{t("cluster.node.none")}</Text>
        ) : (
          <Stack>
            <NodeFilter filter={filter} />
            {filter.shown.map((node) => (
              <NodeCard key={node.name} node={node} />
            ))}
          </Stack>
        )
      }
    </Loaded>
  );
}
