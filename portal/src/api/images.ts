import { queryOptions } from "@tanstack/react-query";
import i18next from "i18next";
import { answer, api, type Schemas } from "./client";

export type CatalogueImage = Schemas["ImageItem"];
export type ImageReport = Schemas["ImageCheck"];
export type Credential = Schemas["CredentialReply"];

/** What an image is looked at with. Without a password the saved log-in counts: of that user name, where one is given. */
export interface CheckRequest {
  image: string;
  username?: string;
  password?: string;
  registryuri?: string;
}

/** The catalogue, what is on the machine, and whether it runs here; why not, in the reader's language. */
export function images() {
  return queryOptions({
    queryKey: ["images", "list", i18next.language],
    queryFn: () => answer(api.GET("/api/v2/images")),
  });
}

/** Asks the image's registry now. A wrong log-in is a verdict of the reply, not a refusal. */
export function checkImage(ask: CheckRequest): Promise<ImageReport> {
  return answer(api.POST("/api/v2/images/check", { body: ask }));
}

/** The log-ins that count for who asks, best first, without their passwords. */
export function credentials() {
  return queryOptions({
    queryKey: ["credentials"],
    queryFn: () => answer(api.GET("/api/v2/credentials")),
  });
}

export interface NewCredential {
  registry: string;
  username: string;
  password: string;
  /** Whose it is to be: a group's, or everyone's. Neither: one's own. */
  group?: string;
  default?: boolean;
}

/** Keeps a log-in, in place of the one before. No reply ever gives the password back. */
export function keepCredential(credential: NewCredential) {
  return answer(api.PUT("/api/v2/credentials", { body: credential }));
}
