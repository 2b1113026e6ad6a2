import { Anchor, Text } from "@mantine/core";
import { CircleX, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Words } from "../../../components/Words";
import { type Path, spell } from "../model/path";
import type { Problem } from "../model/problems";
import { useSubmission } from "../state/submission";
import classes from "./Signed.module.css";

/** Everything that is wrong or to be known, each with the way to its place. */
export function ProblemList({ problems }: { problems: Problem[] }) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  return (
    <ul className={classes.list} aria-label={t("submit.plan.problems")}>
      {problems.map((problem) => (
        <li
          key={`${problem.code} ${keyOf(problem.path)} ${problem.line} ${problem.message}`}
          className={classes.item}
        >
          <Sign problem={problem} />
          <OneProblem problem={problem} />
        </li>
      ))}
    </ul>
  );
}

function keyOf(path: Path | null): string {
  return path ? spell(path) : "";
}

function Sign({ problem: { severity } }: { problem: Problem }) {
  const { t } = useTranslation();
  return severity === "error" ? (
    <CircleX size={16} color="var(--bad)" role="img" aria-label={t("submit.plan.error")} />
  ) : (
    <TriangleAlert size={16} role="img" aria-label={t("submit.plan.warning")} />
  );
}

function OneProblem({ problem }: { problem: Problem }) {
  const { t } = useTranslation();
  const { reveal } = useSubmission();
  return (
    <div>
      <Text size="sm" component="span" dir="auto">
        <Words text={problem.message} />
      </Text>{" "}
      <Anchor component="button" type="button" size="sm" onClick={() => reveal(problem)}>
        {t("submit.plan.line", { line: problem.line })}
      </Anchor>
      {problem.fix && (
        <Text size="sm" c="dimmed" dir="auto">
          <Words text={problem.fix} />
        </Text>
      )}
    </div>
  );
}
