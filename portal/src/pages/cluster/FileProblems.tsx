import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { FileWarning } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Schemas } from "../../api/client";
import { Told } from "../../components/Told";
import classes from "./FileProblems.module.css";
import { clusterFile } from "./queries";

const named = 20;

/** For administrators: what is wrong with the cluster file, and what in it is seldom meant. */
export function FileProblems() {
  const { t } = useTranslation();
  const { data } = useQuery(clusterFile());
  if (data === undefined) return null;
  const { path, problems, warnings } = data;
  return (
    <>
      {problems.length > 0 && (
        <Alert color="red" icon={sign} title={t("cluster.file.problems", { path })}>
          <Problems problems={problems} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert color="yellow" icon={sign}>
          <details>
            <summary className={classes.summary}>
              {t("cluster.file.warnings", { path, count: warnings.length })}
            </summary>
            <Problems problems={warnings} />
          </details>
        </Alert>
      )}
    </>
  );
}

const sign = <FileWarning size={18} aria-hidden />;

function Problems({ problems }: { problems: Schemas["ProblemReply"][] }) {
  const { t } = useTranslation();
  const more = problems.length - named;
  return (
    <Stack gap="xs">
      {problems.slice(0, named).map(({ message, fix, line, column }) => (
        <Told
          key={`${line}:${column} ${message}`}
          message={line === null ? message : `${t("cluster.file.place", { line, column })} ${message}`}
          fix={fix}
        />
      ))}
      {more > 0 && <Text size="sm">{t("cluster.more", { count: more })}</Text>}
    </Stack>
  );
}
