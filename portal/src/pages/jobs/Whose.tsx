import { SegmentedControl, TagsInput } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { useSession } from "../../app/session";
import type { FilterProps } from "./Filters";
import classes from "./Filters.module.css";

/** Whose jobs are shown: one's own, everybody's, or those of some. */
export function Whose({ view, change, users }: FilterProps) {
  const { t } = useTranslation();
  const { username } = useSession();
  const mine = view.usernames.length === 1 && view.usernames[0] === username;
  return (
    <>
      <SegmentedControl
        aria-label={t("jobs.filter.whose")}
        value={mine ? "mine" : "all"}
        onChange={(whose) => change({ usernames: whose === "mine" ? [username] : [] })}
        data={[
          { value: "mine", label: t("jobs.filter.mine") },
          { value: "all", label: t("jobs.filter.all") },
        ]}
      />
      {!mine && (
        <TagsInput
          className={classes.field}
          aria-label={t("jobs.filter.users")}
          placeholder={view.usernames.length === 0 ? t("jobs.filter.users") : ""}
          data={users}
          value={view.usernames}
          onChange={(usernames) => change({ usernames })}
          acceptValueOnBlur
        />
      )}
    </>
  );
}
