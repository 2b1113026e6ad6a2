import { Alert, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { TriangleAlert } from "lucide-react";
import { useTranslation } from "react-i18next";
import { useSearchParams } from "react-router";
import { type CatalogueImage, images } from "../../../api/images";
import { lines } from "../../../components/imageWords";
import { Loaded } from "../../../components/Loaded";
import { Section } from "../../../components/Section";
import { Words } from "../../../components/Words";
import { CatalogueTable } from "./CatalogueTable";
import { FilterBar } from "./FilterBar";
import { addressOf, filterOf, passes } from "./filter";
import { ListProblems } from "./ListProblems";
import { sharedReasons } from "./shared";

/** The images that are offered, and whether each one runs here. */
export function Catalogue() {
  const { t } = useTranslation();
  const [search, setSearch] = useSearchParams();
  const filter = filterOf(search);
  const query = useQuery(images());
  return (
    <Stack>
      <FilterBar
        filter={filter}
        found={query.data?.catalogue.filter((image) => passes(image, filter)).length}
        onChange={(next) => setSearch(addressOf(next), { replace: true })}
      />
      <Loaded query={query} lines={12}>
        {({ catalogue, problems }) => {
          const found = catalogue.filter((image) => passes(image, filter));
          return (
            <>
              <ListProblems problems={problems} />
              {found.length === 0 && <Text>{t("images.catalogue.nothing")}</Text>}
              <Lines found={found} />
            </>
          );
        }}
      </Loaded>
    </Stack>
  );
}

function Lines({ found }: { found: CatalogueImage[] }) {
  const { t } = useTranslation();
  return lines.map((line) => {
    const ofLine = found.filter((image) => image.line === line);
    return (
      ofLine.length > 0 && (
        <Section key={line} title={t(`images.line.${line}`)}>
          <OneLine found={ofLine} />
        </Section>
      )
    );
  });
}

function OneLine({ found }: { found: CatalogueImage[] }) {
  const { t } = useTranslation();
  const shared = sharedReasons(found);
  return (
    <Stack gap="sm">
      {shared.length > 0 && (
        <Alert
          color="yellow"
          icon={<TriangleAlert size={18} aria-hidden />}
          title={t("images.catalogue.holdsForAll")}
        >
          {shared.map(({ code, message, fix }) => (
            <Text key={code} size="sm" dir="auto" component="div">
              <Words text={message} />
              <div>{fix && <Words text={fix} />}</div>
            </Text>
          ))}
        </Alert>
      )}
      <CatalogueTable found={found} told={shared.map(({ code }) => code)} />
    </Stack>
  );
}
