import { Group, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useRef } from "react";
import { jobPath } from "../../../components/paths";
import { small } from "./marking";
import { Notice } from "./Notice";
import { type LogName, taskLabel } from "./names";
import { SearchBox } from "./SearchBox";
import { Status } from "./Status";
import { Tools } from "./Tools";
import { addressOf, type LogTask } from "./tasks";
import type { Selection } from "./useAsked";
import { useLog } from "./useLog";
import { useSearch } from "./useSearch";
import { useView } from "./useView";
import { labelColumns, Viewer } from "./Viewer";

interface Props {
  job: string;
  logs: LogName[];
  tasks: LogTask[];
  selection: Selection;
}

/** These logs together, with what can be done with them. */
export function LogView({ job, logs, tasks, selection }: Props) {
  const [wrap, setWrap] = useLocalStorage({ key: "openpai.logs.wrap", defaultValue: true });
  const [numbers, setNumbers] = useLocalStorage({ key: "openpai.logs.numbers", defaultValue: true });
  const searchBox = useRef<HTMLInputElement>(null);
  const document = useLog(job, logs);
  const { asked } = selection;
  const labels = logs.length > 1 ? logs.map(taskLabel) : null;
  const most = Math.max(...document.files.map((file) => file.lines), 1);
  const digits = numbers ? Math.max(String(most).length, 3) : 0;
  const target = asked.line ? document.runs.rowOf(asked.line.log, asked.line.line) : undefined;
  const view = useView(document, wrap, digits + labelColumns(labels), target, asked.line === null);
  const found = useSearch(
    document,
    () => view.scroll.place.row,
    (row) => view.scroll.show(Math.min(row, document.runs.count - 1)),
  );
  const linkTo = (log: number, line: number) =>
    `${jobPath(...parts(job), "logs")}?${addressOf({ ...asked, tasks: pinned(selection), line: { log, line } })}`;

  return (
    <Stack gap="xs">
      <Group gap="xs">
        <SearchBox found={found} ref={searchBox} />
        <Tools job={job} logs={logs} wrap={wrap} onWrap={setWrap} numbers={numbers} onNumbers={setNumbers} />
      </Group>
      <Viewer
        document={document}
        view={view}
        labels={labels}
        digits={digits}
        wrap={wrap}
        sought={found.search ? small(found.search.text) : ""}
        chosenRow={found.at?.row ?? target}
        linkTo={linkTo}
        onSearch={() => searchBox.current?.focus()}
      >
        {document.runs.count === 0 && <Notice document={document} tasks={tasks} stream={asked.stream} />}
      </Viewer>
      <Status document={document} following={view.scroll.following} tasks={tasks} />
    </Stack>
  );
}

/** The tasks as the address names them, with the attempts that are shown: a line is a line of one of those. */
function pinned({ logs }: Selection) {
  return logs.map(({ role, index, taskAttempt }) => ({ role, index, attempt: taskAttempt }));
}

function parts(job: string): [string, string] {
  const tilde = job.indexOf("~");
  return [job.slice(0, tilde), job.slice(tilde + 1)];
}
