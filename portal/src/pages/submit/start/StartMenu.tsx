import { Button, FileButton, Menu } from "@mantine/core";
import { Download, FilePlus2, Upload } from "lucide-react";
import { useTranslation } from "react-i18next";
import { download } from "../../../components/download";
import { useSubmission } from "../state/submission";
import { examples, exampleText } from "./examples";
import { asYaml, renamed } from "./files";

/** What can be written into the form as a whole, and out of it. What stood there before can be undone. */
export function StartMenu() {
  const { t } = useTranslation();
  const { text, value, setText } = useSubmission();
  const name = typeof value.name === "string" ? value.name : "job";
  return (
    <>
      <Menu position="bottom-start">
        <Menu.Target>
          <Button variant="default" leftSection={<FilePlus2 size={16} aria-hidden />}>
            {t("submit.start.title")}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {examples.map((example) => (
            <Menu.Item key={example} onClick={async () => setText(renamed(await exampleText(example)))}>
              {t(`submit.example.${example}`)}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <FileButton
        accept=".yaml,.yml,.json"
        onChange={async (file) => file && setText(asYaml(await file.text()))}
      >
        {(props) => (
          <Button {...props} variant="default" leftSection={<Upload size={16} aria-hidden />}>
            {t("submit.import")}
          </Button>
        )}
      </FileButton>
      <Button
        variant="default"
        leftSection={<Download size={16} aria-hidden />}
        onClick={() => download(`${name}.yaml`, text, "application/yaml")}
      >
        {t("submit.export")}
      </Button>
    </>
  );
}
