import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useEffect, useMemo, useState } from "react";
import { useTranslation } from "react-i18next";
import type { Parsed } from "../model/parse";
import { brokenAt, fromServer, fromVerdict, meanwhile, type Problem } from "../model/problems";
import { localProblems } from "../model/validate";
import { jobSchema, type Plan, planOf, type Request } from "../queries";
import type { Judged } from "./submission";

const pause = 400; // ms without typing

/** What is wrong with the job: at once what the portal knows, then what the server says, which has the last word. */
export function useJudged(parsed: Parsed, request: Request): Judged {
  const { t, i18n } = useTranslation();
  const asked = useSettled(request);
  const { data: schema } = useQuery(jobSchema());
  const query = useQuery({ ...planOf(asked, i18n.language), placeholderData: keepPreviousData });
  const fresh = asked === request && query.data !== undefined && !query.isPlaceholderData;
  const { data = null, error, refetch } = query;

  const problems = useMemo(() => {
    const told = data ? toldBy(parsed, data) : [];
    if (fresh) return told;
    if (parsed.broken) return [brokenAt(parsed, t("submit.yaml.broken"))];
    return meanwhile(parsed, told, localProblems(parsed, schema, t));
  }, [fresh, data, parsed, schema, t]);

  const plan = useMemo(
    () => ({ data, fresh, error: asked === request ? error : null, retry: () => void refetch() }),
    [data, fresh, error, asked, request, refetch],
  );
  return { problems, plan };
}

function toldBy(parsed: Parsed, plan: Plan): Problem[] {
  if ("refused" in plan) return plan.refused.map((each) => fromServer(parsed, each, "error"));
  const verdicts = plan.found.verdicts.filter(({ verdict }) => verdict !== "pass");
  return [
    ...verdicts.map((each) => fromVerdict(parsed, each)),
    ...plan.found.warnings.map((each) => fromServer(parsed, each, "warning")),
  ];
}

/** The value when it has not changed for a while. */
function useSettled<Value>(value: Value): Value {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), pause);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}
