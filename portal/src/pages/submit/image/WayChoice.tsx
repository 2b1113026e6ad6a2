import { Radio, Stack } from "@mantine/core";
import { useTranslation } from "react-i18next";
import type { Credential } from "../../../api/images";
import { useOwner } from "../../../components/credentials";
import type { Draft } from "./login";

interface Props {
  /** Best first, and not empty: the first counts by itself. */
  saved: Credential[];
  way: Draft["way"];
  onChange: (way: Draft["way"]) => void;
}

/** Picks a saved log-in, or says that another one follows. */
export function WayChoice({ saved, way, onChange }: Props) {
  const { t } = useTranslation();
  const owner = useOwner();
  const ways: { way: Draft["way"]; label: string }[] = [];
  for (const each of saved) {
    const values = { username: each.username, owner: owner(each) };
    // The server finds a saved log-in by its user name: of two with one name the better one counts.
    const known = ways.some((one) => one.way === `saved:${each.username}`);
    if (ways.length === 0) ways.push({ way: "counts", label: t("images.auth.counts", values) });
    else if (!known && each.username !== saved[0]?.username)
      ways.push({ way: `saved:${each.username}`, label: t("images.auth.saved", values) });
  }
  ways.push({ way: "typed", label: t("images.auth.other") });
  return (
    <Radio.Group
      label={t("images.auth.which")}
      value={way}
      onChange={(chosen) => onChange(ways.find((one) => one.way === chosen)?.way ?? "typed")}
    >
      <Stack gap={8} mt={6}>
        {ways.map((one) => (
          <Radio key={one.way} value={one.way} label={one.label} />
        ))}
      </Stack>
    </Radio.Group>
  );
}
