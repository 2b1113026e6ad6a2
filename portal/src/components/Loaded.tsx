import { Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Failure } from "./Failure";

interface Props<Data> {
  query: UseQueryResult<Data, Error>;
  /** About how high it will be, in lines: what stands below should not jump. */
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** What a query found; until then its outline, and what went wrong where it failed. What was there before stays. */
export function Loaded<Data>({ query, lines = 3, children }: Props<Data>) {
  if (query.data !== undefined) return children(query.data);
  if (query.error) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <Stack gap="xs" aria-hidden>
      {Array.from({ length: lines }, (_, line) => `line ${line}`).map((line) => (
        <Skeleton key={line} height={18} />
      ))}
    </Stack>
  );
}
