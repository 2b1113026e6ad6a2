import { answer, api, type Schemas } from "./client";
import { Refusal } from "./errors";

export type Session = Schemas["SessionReply"];

/** How a person signs in: with a token, or by the code of a one-time link. */
export type Way = { token: string } | { code: string };

/** Who is signed in, null if nobody is. */
export async function fetchSession(): Promise<Session | null> {
  try {
    return await answer(api.GET("/api/v2/session"));
  } catch (error) {
    if (error instanceof Refusal && error.status === 401) return null;
    throw error;
  }
}

export async function signIn(way: Way): Promise<Session> {
  return answer(api.POST("/api/v2/session", { body: way }));
}

/** Of no effect where nobody is signed in. */
export async function signOut(): Promise<void> {
  await api.DELETE("/api/v2/session");
}
