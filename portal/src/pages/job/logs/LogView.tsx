import { Group, Stack } from "@mantine/core";
import { useLocalStorage } from "@mantine/hooks";
import { useRef, useState } from "react";
import { fullJobPath } from "../../../components/paths";
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
import { type Reader, Viewer } from "./Viewer";

interface Props {
  job: string;
  logs: LogName[];
  tasks: LogTask[];
  selection: Selection;
}

/** These logs together, with what can be done with them. */
export function LogView({ job, logs, tasks, selection }: Props) {
  const { asked } = selection;
  const [wrap, setWrap] = useLocalStorage({ key: "openpai.logs.wrap", defaultValue: true });
  const [numbers, setNumbers] = useLocalStorage({ key: "openpai.logs.numbers", defaultValue: true });
  const searchBox = useRef<HTMLInputElement>(null);
  const reader = useRef<Reader>(null);
  const [following, setFollowing] = useState(asked.line === null);
  const document = useLog(job, logs);
  const labels = logs.length > 1 ? logs.map(taskLabel) : null;
  const most = Math.max(...document.files.map((file) => file.lines), 1);
  const digits = numbers ? Math.max(String(most).length, 3) : 0;
  const target = asked.line ? document.runs.rowOf(asked.line.log, asked.line.line) : undefined;
  const goTo = (log: number, line: number) => {
    const row = document.runs.rowOf(log, line);
    if (row === undefined) return;
    selection.ask({ tasks: pinned(selection), line: { log, line } });
    reader.current?.show(row);
  };
  const found = useSearch(document, reader, (line) => goTo(asked.line?.log ?? 0, line));
  const linkTo = (log: number, line: number) =>
    `${fullJobPath(job, "logs")}?${addressOf({ ...asked, tasks: pinned(selection), line: { log, line } })}`;

  return (
    <Stack gap="xs">
      <Group gap="xs">
        <SearchBox found={found} ref={searchBox} />
        <Tools job={job} logs={logs} wrap={wrap} onWrap={setWrap} numbers={numbers} onNumbers={setNumbers} />
      </Group>
      <Viewer
        ref={reader}
        document={document}
        target={target}
        follow={asked.line === null}
        onFollowing={setFollowing}
        labels={labels}
        digits={digits}
        wrap={wrap}
        sought={found.search ? small(found.search.text) : ""}
        chosenRow={found.at?.row ?? target}
        linkTo={linkTo}
        onSearch={() => searchBox.current?.focus()}
      >
        {(document.runs.count === 0 || document.counting) && (
          <Notice document={document} tasks={tasks} stream={asked.stream} />
        )}
      </Viewer>
      <Status document={document} following={following} tasks={tasks} />
    </Stack>
  );
}

/** The tasks as the address names them, with the attempts that are shown: a line is a line of one of those. */
function pinned({ logs }: Selection) {
  return logs.map(({ role, index, taskAttempt }) => ({ role, index, attempt: taskAttempt }));
}
