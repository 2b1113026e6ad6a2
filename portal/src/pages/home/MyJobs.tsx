import { SimpleGrid, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useTranslation } from "react-i18next";
import { Link } from "react-router";
import { useSession } from "../../app/session";
import { useFormat } from "../../components/format";
import { Loaded } from "../../components/Loaded";
import { Section } from "../../components/Section";
import { StateBadge, states } from "../../components/StateBadge";
import classes from "./MyJobs.module.css";
import { jobCounts } from "./queries";

/** One's own jobs by state; each number leads to the list of those. */
export function MyJobs() {
  const { t } = useTranslation();
  const { username } = useSession();
  const format = useFormat();
  const query = useQuery(jobCounts(username));
  return (
    <Section title={t("home.mine")}>
      <Loaded query={query} lines={2}>
        {(counts) => (
          <SimpleGrid cols={{ base: 2, xs: 3, md: 6 }} spacing="sm">
            {states.map((state) => (
              <Link
                key={state}
                className={classes.tile}
                to={`/jobs?username=${encodeURIComponent(username)}&state=${state}`}
              >
                <Text component="span" className={classes.count}>
                  {format.number(counts[state] ?? 0)}
                </Text>
                <StateBadge state={state} />
              </Link>
            ))}
          </SimpleGrid>
        )}
      </Loaded>
    </Section>
  );
}
