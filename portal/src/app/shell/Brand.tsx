import { Group, Text } from "@mantine/core";
import { Link } from "react-router";
import mark from "../mark.svg";
import classes from "./Brand.module.css";

export function Brand() {
  return (
    <Link to="/" className={classes.brand}>
      <Group gap="xs" wrap="nowrap">
        <img src={mark} alt="" width={26} height={26} />
        <Text fw={650} size="lg" component="span">
          OpenPAI
        </Text>
      </Group>
    </Link>
  );
}
