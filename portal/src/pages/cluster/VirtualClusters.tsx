import { SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { virtualClusters } from "../../api/cluster";
import { Loaded } from "../../components/Loaded";
import { CellsSection } from "./cells/CellsSection";
import { VirtualClusterCard } from "./VirtualClusterCard";

/** Each virtual cluster with its numbers, and the cells. */
export function VirtualClusters() {
  const query = useQuery(virtualClusters());
  return (
    <Loaded query={query} lines={8}>
      {(clusters) => (
        <Stack>
          <SimpleGrid cols={{ base: 1, md: 2, xl: 3 }}>
            {Object.entries(clusters).map(([name, cluster]) => (
              <VirtualClusterCard key={name} name={name} cluster={cluster} />
            ))}
          </SimpleGrid>
          <CellsSection names={Object.keys(clusters)} />
        </Stack>
      )}
    </Loaded>
  );
}
