import { Alert, Button, Stack } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { CircleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Refusal, Unreachable } from "../api/errors";
import { Told } from "./Told";

/** What went wrong, and a button to try again. */
export function Failure({ error, retry }: { error: Error; retry?: () => void }) {
  const { t } = useTranslation();
  return (
    <Alert color="red" icon={<CircleAlert size={18} aria-hidden />} role="alert">
      <Stack gap="xs" align="flex-start">
        <Reasons error={error} />
        {retry && (
          <Button size="xs" variant="default" onClick={retry}>
            {t("common.retry")}
          </Button>
        )}
      </Stack>
    </Alert>
  );
}

/** The same in the corner of the window, for what no place of the page stands for. */
export function showFailure(error: Error) {
  notifications.show({ color: "red", message: <Reasons error={error} /> });
}

/** In the server's own words, with what to do about it. */
function Reasons({ error }: { error: Error }) {
  const { t } = useTranslation();
  return reasons(error, t("common.unreachable"), t("common.unknown")).map(({ message, fix }) => (
    <Told key={message} message={message} fix={fix} />
  ));
}

function reasons(
  error: Error,
  unreachable: string,
  unknown: string,
): { message: string; fix: string | null }[] {
  if (error instanceof Unreachable) return [{ message: unreachable, fix: null }];
  if (!(error instanceof Refusal)) return [{ message: unknown, fix: error.message }];
  return error.problems.length > 0 ? error.problems : [{ message: error.message, fix: null }];
}
