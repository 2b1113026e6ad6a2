import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { KindBadge, kinds } from "./KindBadge";
import classes from "./Legend.module.css";

/** What the states of cells mean. */
export function Legend() {
  const { t } = useTranslation();
  return (
    <details className={classes.legend}>
      <summary>{t("cluster.legend")}</summary>
      <dl>
        {kinds.map((kind) => (
          <div key={kind}>
            <dt>
              <KindBadge kind={kind} />
            </dt>
            <Text component="dd" size="sm">
              {t(`cluster.kindText.${kind}`)}
            </Text>
          </div>
        ))}
      </dl>
    </details>
  );
}
