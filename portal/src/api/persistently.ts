import { Unreachable } from "./errors";

const pause = 500; // ms

/** Makes a call again where the server was not reached, `tries` times in all: browsers give up what is under way when a
network comes or goes. */
export async function persistently<Reply>(call: () => Promise<Reply>, tries = 3): Promise<Reply> {
  for (let failures = 1; ; failures += 1) {
    try {
      return await call();
    } catch (error) {
      if (!(error instanceof Unreachable) || failures === tries) throw error;
      await new Promise((wait) => setTimeout(wait, pause));
    }
  }
}
