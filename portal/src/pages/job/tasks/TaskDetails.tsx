import { useQuery } from "@tanstack/react-query";
import { Loaded } from "../../../components/Loaded";
import { fullName } from "../paths";
import { type JobDetail, jobConfig, type Task, taskHistory } from "../queries";
import { AttemptView } from "./AttemptView";
import { hasSsh } from "./connect";
import classes from "./TaskTable.module.css";

/** All attempts of a task, newest first. */
export function TaskDetails({ job, role, task }: { job: JobDetail; role: string; task: Task }) {
  const name = fullName(job);
  const jobAttempt = job.jobStatus.attemptId;
  const history = useQuery({
    ...taskHistory(name, jobAttempt, role, task.taskIndex),
    enabled: task.retries > 0,
  });
  const config = useQuery(jobConfig(name));
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
