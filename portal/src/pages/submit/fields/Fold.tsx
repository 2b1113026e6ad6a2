import { Badge, Text, UnstyledButton } from "@mantine/core";
import { ChevronRight } from "lucide-react";
import { type ReactNode, useEffect, useId, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Path } from "../model/path";
import { concerns } from "../model/problems";
import { useSubmission } from "../state/submission";
import classes from "./Fold.module.css";

interface Props {
  title: string;
  /** What is in it, in a few words, while it is folded. */
  summary?: string;
  /** The fields in it: it tells of mistakes there, and opens to show one. */
  paths: Path[];
  children: ReactNode;
}

/** A part of the form that not everybody needs, behind its title. */
export function Fold({ title, summary, paths, children }: Props) {
  const { t } = useTranslation();
  const { problems, revealed } = useSubmission();
  const [open, setOpen] = useState(false);
  const id = useId();
  const wrong = problems.filter(
    (problem) => problem.severity === "error" && paths.some((path) => concerns(problem, path, true)),
  ).length;

  // biome-ignore lint/correctness/useExhaustiveDependencies: it opens when something in it is to be shown, not when its fields change
  useEffect(() => {
    if (revealed && paths.some((path) => concerns(revealed.problem, path, true))) setOpen(true);
  }, [revealed]);

  return (
    <div>
      <UnstyledButton
        className={classes.head}
        aria-expanded={open}
        aria-controls={id}
        onClick={() => setOpen(!open)}
      >
        <ChevronRight size={16} aria-hidden className={classes.sign} data-open={open || undefined} />
        <Text component="span" fw={600} size="sm" className={classes.title}>
          {title}
        </Text>
        {summary && !open && (
          <Text component="span" size="sm" c="dimmed" truncate dir="auto">
            {summary}
          </Text>
        )}
        {wrong > 0 && (
          <Badge color="red" variant="light" tt="none">
            {t("submit.mistakes", { count: wrong })}
          </Badge>
        )}
      </UnstyledButton>
      <div id={id} hidden={!open} className={classes.content}>
        {open && children}
      </div>
    </div>
  );
}
