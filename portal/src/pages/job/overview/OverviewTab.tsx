import { Grid, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { fullName } from "../paths";
import { explanation, type JobDetail } from "../queries";
import { EndNote } from "./EndNote";
import { FailureCard } from "./FailureCard";
import { HeldImages } from "./HeldImages";
import { History } from "./History";
import { Progress } from "./Progress";
import { Retries } from "./Retries";
import { stepsOf } from "./steps";
import { TaskStates } from "./TaskStates";
import { Times } from "./Times";
import { WaitingCard } from "./WaitingCard";
import { WhereItRuns } from "./WhereItRuns";

/** How the job is, and why: what went wrong, what it waits for, where it runs, how long all that took. */
export function OverviewTab({ job }: { job: JobDetail }) {
  const waits = job.jobStatus.waits.length > 0;
  const query = useQuery(explanation(fullName(job), waits));
  return (
    <Grid>
      <Grid.Col span={{ base: 12, lg: 7 }}>
        <Stack>
          <FailureCard job={job} />
          <EndNote job={job} />
          {waits && <WaitingCard job={job} query={query} />}
          <Progress job={job} />
          {query.data && <History steps={stepsOf(query.data)} />}
        </Stack>
      </Grid.Col>
      <Grid.Col span={{ base: 12, lg: 5 }}>
        <Stack>
          <TaskStates job={job} />
          <WhereItRuns job={job} />
          <Times job={job} />
          <Retries job={job} />
          <HeldImages job={job} />
        </Stack>
      </Grid.Col>
    </Grid>
  );
}
