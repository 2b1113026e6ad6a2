import { Text } from "@mantine/core";
import { useTranslation } from "react-i18next";
import { KindBadge, kinds } from "./KindBadge";
import classes from "./Legend.module.css";
import type { CellKind } from "./tree";

/** What the states mean: of cells, or those that there are of other things. */
export function Legend({ of = kinds }: { of?: readonly CellKind[] }) {
  const { t } = useTranslation();
  return (
    <details className={classes.legend}>
      <summary>{t("cluster.legend")}</summary>
      <dl>
        {of.map((kind) => (
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
