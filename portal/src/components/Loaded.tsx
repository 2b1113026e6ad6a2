import { Box, Skeleton, Stack } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import type { ReactNode } from "react";
import { Refusal } from "../api/errors";
import { Failure } from "./Failure";

interface Props<Data> {
  query: UseQueryResult<Data, Error>;
  /** About how high it will be, in lines: what stands below should not jump. */
  lines?: number;
  children: (data: Data) => ReactNode;
}

/** What a query found; until then its outline, and what went wrong where it failed. What was there before stays, and is
told to be from before where the server answers and cannot say what is now. */
export function Loaded<Data>({ query, lines = 3, children }: Props<Data>) {
  if (query.data !== undefined) {
    return (
      <>
        {isOutdated(query.error) && (
          <Box mb="md">
            <Failure error={query.error} retry={() => query.refetch()} />
          </Box>
        )}
        {children(query.data)}
      </>
    );
  }
  if (query.error) return <Failure error={query.error} retry={() => query.refetch()} />;
  return (
    <Stack gap="xs" aria-hidden>
      {Array.from({ length: lines }, (_, line) => `line ${line}`).map((line) => (
        <Skeleton key={line} height={18} />
      ))}
    </Stack>
  );
}

/** A server that is away, and a session that ended, are told over the whole page. */
function isOutdated(error: Error | null): error is Refusal {
  return error instanceof Refusal && error.status !== 401;
}
