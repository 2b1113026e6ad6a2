import { JobLink } from "../../../components/JobLink";

/** Links to jobs that the server calls `user~name`. */
export function JobNames({ names }: { names: string[] }) {
  return names.map((name, place) => (
    <span key={name}>
      {place > 0 && ", "}
      <JobLink username={name.slice(0, name.indexOf("~"))} name={name.slice(name.indexOf("~") + 1)} inText />
    </span>
  ));
}
