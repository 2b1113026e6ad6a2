import { NavLink } from "@mantine/core";
import { Boxes, House, ListChecks, Play, Server } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Link, useLocation } from "react-router";

const pages = [
  { to: "/", name: "home", icon: House },
  { to: "/submit", name: "submit", icon: Play },
  { to: "/jobs", name: "jobs", icon: ListChecks },
  { to: "/cluster", name: "cluster", icon: Server },
  { to: "/images", name: "images", icon: Boxes },
] as const;

export function NavLinks() {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  return pages.map(({ to, name, icon: Icon }) => {
    const here = to === "/" ? pathname === "/" : pathname === to || pathname.startsWith(`${to}/`);
    return (
      <NavLink
        key={to}
        component={Link}
        to={to}
        label={t(`shell.page.${name}`)}
        leftSection={<Icon size={18} aria-hidden />}
        active={here}
        aria-current={here ? "page" : undefined}
        mb={2}
      />
    );
  });
}
