import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { jobPath } from "./paths";

/** The way to a job. Names are what people typed, in any script. */
export function JobLink({ username, name }: { username: string; name: string }) {
  return (
    <Anchor component={Link} to={jobPath(username, name)} dir="auto">
      {name}
    </Anchor>
  );
}
