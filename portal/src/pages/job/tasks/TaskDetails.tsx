import { useQuery } from "@tanstack/react-query";
import { Loaded } from "../../../components/Loaded";
import { jobConfig, type Task, taskHistory } from "../queries";
import { AttemptView } from "./AttemptView";
import { hasSsh } from "./connect";
import classes from "./TaskTable.module.css";

interface Props {
  /** `user~name`. */
  job: string;
  jobAttempt: number;
  role: string;
  task: Task;
}

/** All attempts of a task, newest first. */
export function TaskDetails({ job, jobAttempt, role, task }: Props) {
  const history = useQuery({
    ...taskHistory(job, jobAttempt, role, task.taskIndex),
    enabled: task.retries > 0,
  });
  const config = useQuery(jobConfig(job));
  const where = { role, index: task.taskIndex, jobAttempt };
  const ssh = hasSsh(config.data, role);
  return (
    <div className={classes.attempts}>
      {task.retries === 0 ? (
        <AttemptView job={job} attempt={task} where={where} ssh={ssh} alone />
      ) : (
        <Loaded query={history} lines={4}>
          {({ attempts }) =>
            attempts.map((attempt) => (
              <AttemptView key={attempt.attemptId} job={job} attempt={attempt} where={where} ssh={ssh} />
            ))
          }
        </Loaded>
      )}
    </div>
  );
}
