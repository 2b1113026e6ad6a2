import { Alert, Text } from "@mantine/core";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import type { Problem } from "../../../api/errors";
import { Words } from "../../../components/Words";

/** What is wrong with the administrator's own list of images: its last good form counts. */
export function ListProblems({ problems }: { problems: Problem[] }) {
  const { t } = useTranslation();
  if (problems.length === 0) return null;
  return (
    <Alert
      color="yellow"
      icon={<TriangleAlert size={18} aria-hidden />}
      title={t("images.catalogue.problems")}
    >
      {problems.map(({ message, fix }) => (
        <Text key={message} size="sm" dir="auto">
          <Words text={message} /> {fix && <Words text={fix} />}
        </Text>
      ))}
    </Alert>
  );
}
