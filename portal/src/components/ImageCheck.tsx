import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { FlaskConical } from "lucide-react";
import { useTranslation } from "react-i18next";
import { type CheckRequest, checkImage, type ImageReport } from "../api/images";
import { CheckReport } from "./CheckReport";
import { Failure } from "./Failure";

export interface Check {
  run: () => void;
  /** Something else has changed: what was found does not count any more. */
  forget: () => void;
  busy: boolean;
  report: ImageReport | null;
  error: Error | null;
}

/** A look at an image with a log-in. What was found counts as long as what is asked for, and in which language, is still
the same. */
export function useImageCheck(ask: CheckRequest): Check {
  const { language } = useTranslation().i18n;
  const { mutate, variables, isPending, data, error, reset } = useMutation({
    mutationFn: (asked: { ask: CheckRequest; language: string }) => checkImage(asked.ask),
    gcTime: 0, // a password was in it
  });
  const same = JSON.stringify(variables) === JSON.stringify({ ask, language });
  return {
    run: () => mutate({ ask, language }),
    forget: reset,
    busy: isPending && same,
    report: (same && data) || null,
    error: same ? error : null,
  };
}

interface ButtonProps {
  check: Check;
  label: string;
  image: string;
  /** Within a form of its own, it sends that. */
  type?: "submit";
}

export function CheckButton({ check, label, image, type }: ButtonProps) {
  return (
    <Button
      variant={type === "submit" ? "filled" : "default"}
      type={type ?? "button"}
      leftSection={<FlaskConical size={16} aria-hidden />}
      loading={check.busy}
      disabled={image.trim() === ""}
      onClick={type === "submit" ? undefined : check.run}
    >
      {label}
    </Button>
  );
}

/** What a check found; to be mounted before it has: it tells a screen reader. */
export function CheckResult({ check }: { check: Check }) {
  return (
    <div aria-live="polite">
      {check.report && <CheckReport report={check.report} />}
      {check.error && <Failure error={check.error} retry={check.run} />}
    </div>
  );
}
