import { Anchor } from "@mantine/core";
import { Link } from "react-router";
import { fullJobPath, jobPath } from "./paths";

interface Props {
  username: string;
  name: string;
  /** Within a sentence, where the colour alone would not tell it from the rest. */
  inText?: boolean;
}

/** The way to a job. Names are what people typed, in any script. */
export function JobLink({ username, name, inText = false }: Props) {
  return (
    <Anchor
      component={Link}
      to={jobPath(username, name)}
      dir="auto"
      inherit
      underline={inText ? "always" : "hover"}
    >
      {name}
    </Anchor>
  );
}

/** The way to a job that is named as a whole, `user~job`. */
export function FullJobLink({ job, tabIndex }: { job: string; tabIndex?: number }) {
  return (
    <Anchor component={Link} to={fullJobPath(job)} dir="auto" inherit tabIndex={tabIndex}>
      {job}
    </Anchor>
  );
}
