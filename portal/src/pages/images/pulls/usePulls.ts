import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { pullImage, pulls } from "../queries";

/** Has what is told of images asked again whenever a pull has ended, or is another. Once on a page. */
export function useFreshImages() {
  const queries = useQueryClient();
  const { data } = useQuery(pulls());
  const states = data?.map(({ image, state }) => `${image} ${state}`).join();
  const before = useRef(states);

  useEffect(() => {
    if (before.current !== undefined && before.current !== states)
      queries.invalidateQueries({ queryKey: ["images"] });
    before.current = states;
  }, [states, queries]);
}

/** Has an image pulled; how it goes is told by `pulls`. */
export function usePull() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: pullImage,
    onSuccess: () => queries.invalidateQueries({ queryKey: ["pulls"] }),
  });
}
