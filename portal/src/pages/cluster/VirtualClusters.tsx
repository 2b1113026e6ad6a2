import { SimpleGrid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { virtualClusters } from "../../api/cluster";
import { useSession } from "../../app/session";
import { Loaded } from "../../components/Loaded";
import { CellsSection } from "./cells/CellsSection";
import { FileProblems } from "./FileProblems";
import { VirtualClusterCard } from "./VirtualClusterCard";

/** Each virtual cluster with its numbers, and the cells. */
export function VirtualClusters() {
  const { admin } = useSession();
  const query = useQuery(virtualClusters());
  return (
    <Loaded query={query} lines={8}>
      {(clusters) => (
        <Stack>
          {admin && <FileProblems />}
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
