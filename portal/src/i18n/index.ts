import i18next from "i18next";
import { initReactI18next } from "react-i18next";
import type { texts } from "./en";

/** The languages, each by its own name. */
export const languages = { en: "English", "zh-CN": "简体中文" } as const;
export type Language = keyof typeof languages;

/** The texts of a language: nested as in its files, `home.json` under `home`. English says which there are. */
export type Texts = typeof texts;

declare module "i18next" {
  interface CustomTypeOptions {
    resources: { translation: Texts };
  }
}

const load: Record<Language, () => Promise<{ texts: object }>> = {
  en: () => import("./en"),
  "zh-CN": () => import("./zh-CN"),
};

const chosen = "openpai.language";

/** What was chosen here before, else what the browser is set to. */
export function preferredLanguage(): Language {
  const wanted = [localStorage.getItem(chosen), ...navigator.languages];
  for (const language of wanted) {
    if (language?.toLowerCase().startsWith("zh")) return "zh-CN";
    if (language?.toLowerCase().startsWith("en")) return "en";
  }
  return "en";
}

/** To be awaited before anything is shown. */
export async function startLanguage(language: Language) {
  await i18next.use(initReactI18next).init({
    lng: language,
    resources: { [language]: { translation: (await load[language]()).texts } },
    interpolation: { escapeValue: false }, // React does
    returnNull: false,
  });
  document.documentElement.lang = language;
}

/** From now on in this language, here and at the next visit. */
export async function speak(language: Language) {
  i18next.addResourceBundle(language, "translation", (await load[language]()).texts);
  await i18next.changeLanguage(language);
  localStorage.setItem(chosen, language);
  document.documentElement.lang = language;
}
