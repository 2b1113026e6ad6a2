import { MantineProvider } from "@mantine/core";
import { QueryClient, QueryClientProvider, useQuery } from "@tanstack/react-query";
import { render, screen } from "@testing-library/react";
import { expect, test } from "vitest";
import { Refusal, Unreachable } from "../src/api/errors";
import { Loaded } from "../src/components/Loaded";

function Page({ ask }: { ask: () => Promise<string | undefined> }) {
  const query = useQuery({ queryKey: ["x"], queryFn: ask });
  return <Loaded query={query}>{(found) => <p>{found}</p>}</Loaded>;
}

/** Shows a query that first finds something and then fails so. */
async function showThenFail(error: Error) {
  const queries = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  const answers = [() => "as it was", () => Promise.reject(error)];
  render(
    <MantineProvider>
      <QueryClientProvider client={queries}>
        <Page ask={async () => answers.shift()?.()} />
      </QueryClientProvider>
    </MantineProvider>,
  );
  await screen.findByText("as it was");
  await queries.invalidateQueries();
  expect(queries.getQueryState(["x"])?.status).toBe("error");
  expect(screen.getByText("as it was")).toBeVisible();
}

test("what cannot be told anew stays, with the reason", async () => {
  await showThenFail(
    new Refusal(503, { code: "EngineUnreachableError", message: "No engine.", problems: [] }),
  );
  expect(await screen.findByRole("alert")).toHaveTextContent("No engine.");
});

test.each([
  ["a server that is away", new Unreachable(new TypeError("fetch failed"))],
  ["a session that ended", new Refusal(401, { code: "UnauthorizedUserError", message: "No.", problems: [] })],
])("%s is told elsewhere", async (_, error) => {
  await showThenFail(error);
  expect(screen.queryByRole("alert")).toBeNull();
});
