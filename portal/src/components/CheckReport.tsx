import { Alert, Group, Stack } from "@mantine/core";
import { CircleCheck, CircleX, TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { ImageReport } from "../api/images";
import classes from "./CheckReport.module.css";
import { useFormat } from "./format";
import { Told } from "./Told";

type Verdict = ImageReport["verdicts"][number];

const signs = { pass: CircleCheck, warn: TriangleAlert, fail: CircleX } as const;

/** What was found of an image: whether a job with it would be taken, the evidence, the remedies, and the figures. */
export function CheckReport({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const worst = worstOf(report);
  const unseen = worst === "warn" && !report.digest && !report.onThisMachine;
  const Icon = signs[worst];
  return (
    <Alert
      variant="default"
      role="group"
      icon={<Icon size={18} aria-hidden />}
      title={unseen ? t("images.check.unseen") : t(`images.check.${worst}`)}
      classNames={{ root: classes.report, body: classes.told, icon: classes.mark }}
      data-verdict={worst}
    >
      <Stack gap="sm">
        {report.verdicts.map((verdict) => (
          <OneVerdict key={`${verdict.code} ${verdict.message}`} verdict={verdict} />
        ))}
        <Facts report={report} />
      </Stack>
    </Alert>
  );
}

/** The worst of what was found. A job is taken though its image does not run everywhere, but that is worth a look. */
function worstOf({ verdicts, machines }: ImageReport): Verdict["verdict"] {
  const found = new Set(verdicts.map((verdict) => verdict.verdict));
  if (found.has("fail")) return "fail";
  return found.has("warn") || machines.some(({ runs }) => !runs) ? "warn" : "pass";
}

function OneVerdict({ verdict }: { verdict: Verdict }) {
  const { t } = useTranslation();
  const Icon = signs[verdict.verdict];
  return (
    <Group gap="xs" wrap="nowrap" align="flex-start" data-code={verdict.code}>
      <Icon size={16} className={classes.sign} aria-label={t(`images.verdict.${verdict.verdict}`)} />
      <div className={classes.told}>
        <Told message={verdict.message} fix={verdict.fix} />
      </div>
    </Group>
  );
}

function Facts({ report }: { report: ImageReport }) {
  const { t } = useTranslation();
  const format = useFormat();
  const limit = report.rateLimit;
  const facts: [string, string | null | undefined][] = [
    [t("images.fact.digest"), report.digest],
    [t("images.fact.download"), report.downloadBytes != null ? format.bytes(report.downloadBytes) : null],
    [t("images.fact.layers"), report.layers != null ? format.number(report.layers) : null],
    [t("images.fact.platforms"), report.platforms.join(", ")],
    [t("images.fact.here"), report.digest || report.onThisMachine ? yesOrNo(report.onThisMachine) : null],
    [t("images.fact.login"), report.credentialSource && t(`images.source.${sourceOf(report)}`)],
    [t("images.fact.limit"), limit?.remaining != null ? limitText(limit.remaining, limit.limit) : null],
  ];

  function yesOrNo(yes: boolean): string {
    return yes ? t("images.yes") : t("images.no");
  }

  function limitText(remaining: number, whole: number | null): string {
    const values = {
      remaining: format.number(remaining),
      limit: whole === null ? "?" : format.number(whole),
    };
    return t("images.fact.limitOf", values);
  }

  return (
    <dl className={classes.facts}>
      {facts.map(
        ([name, value]) =>
          value && (
            <div key={name} className={classes.fact}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ),
      )}
      {report.machines.map(({ machine, runs, reason }) => (
        <div key={machine} className={classes.fact}>
          <dt>{t("images.fact.machine", { machine })}</dt>
          <dd>{runs ? t("images.runs.yes") : `${t("images.runs.no")} – ${reason?.message ?? ""}`}</dd>
        </div>
      ))}
    </dl>
  );
}

const sources = ["job", "user", "group", "default", "docker-config"] as const;

function sourceOf(report: ImageReport): (typeof sources)[number] {
  return sources.find((source) => source === report.credentialSource) ?? "job";
}
