import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { pullImage, pulls } from "../queries";

/** The pulls, looked at while they move. When one has come, what is told of images is asked again. */
export function usePulls() {
  const queries = useQueryClient();
  const query = useQuery(pulls());
  const come = query.data?.filter(({ state }) => state === "done").length ?? 0;

  // biome-ignore lint/correctness/useExhaustiveDependencies: whenever one more has come
  useEffect(() => {
    queries.invalidateQueries({ queryKey: ["images"] });
  }, [come, queries]);

  return query;
}

/** Has an image pulled; how it goes is told by `usePulls`. */
export function usePull() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: pullImage,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["pulls"] }),
  });
}
