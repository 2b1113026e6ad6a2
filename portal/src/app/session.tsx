import { useQuery, useQueryClient } from "@tanstack/react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useMemo,
  useRef,
  useState,
} from "react";
import { onSessionEnd } from "../api/client";
import { persistently } from "../api/persistently";
import { fetchSession, type Session, signIn, signOut, type Way } from "../api/session";

interface SessionState {
  /** Who is signed in; null: nobody; undefined: not known yet. */
  session: Session | null | undefined;
  /** The session ended while a page was open. The page stays, and nothing in it is lost. */
  ended: boolean;
  error: Error | null;
  retry: () => void;
  enter: (way: Way) => Promise<Session>;
  leave: () => Promise<void>;
}

const Context = createContext<SessionState | null>(null);
const key = ["session"];
const otherTabs = "openpai.session";

/** Knows who is signed in, and hears when he is not any more. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const queries = useQueryClient();
  const [ended, setEnded] = useState(false);
  const { data, error, refetch } = useQuery({
    queryKey: key,
    queryFn: fetchSession,
    staleTime: Number.POSITIVE_INFINITY,
  });

  const others = useRef<BroadcastChannel>(null); // what is said there, this tab does not hear itself
  /** What is told here counts, whatever a question from before is answered yet. */
  const learn = useCallback(
    async (now: Session | null) => {
      await queries.cancelQueries({ queryKey: key });
      queries.setQueryData(key, now);
      setEnded(false);
    },
    [queries],
  );

  useEffect(() => onSessionEnd(() => setEnded(true)), []);

  useEffect(() => {
    const channel = new BroadcastChannel(otherTabs);
    others.current = channel;
    channel.onmessage = () => {
      // Another tab signed in or out: what this one does from now on is done as whoever that was.
      persistently(fetchSession, Number.POSITIVE_INFINITY).then((now) => {
        const before = queries.getQueryData<Session | null>(key);
        if (before && now && before.username !== now.username) location.reload();
        else if (before && !now) setEnded(true);
        else learn(now);
      });
    };
    return () => channel.close();
  }, [queries, learn]);

  const enter = useCallback(
    async (way: Way) => {
      const before = queries.getQueryData<Session | null>(key);
      const now = await signIn(way);
      others.current?.postMessage("changed");
      if (before && before.username !== now.username) location.assign("/");
      await learn(now);
      await queries.invalidateQueries({ predicate: (query) => query.queryKey[0] !== key[0] });
      return now;
    },
    [queries, learn],
  );

  const leave = useCallback(async () => {
    await signOut();
    others.current?.postMessage("changed");
    queries.clear();
    location.assign("/sign-in");
  }, [queries]);

  const state = useMemo(
    () => ({ session: data, ended, error, retry: () => void refetch(), enter, leave }),
    [data, ended, error, refetch, enter, leave],
  );
  return <Context value={state}>{children}</Context>;
}

export function useSessionState(): SessionState {
  const state = useContext(Context);
  if (state === null) throw new Error("no SessionProvider above");
  return state;
}

/** Who is signed in; for what is shown within `SignedIn` alone. */
export function useSession(): Session {
  const { session } = useSessionState();
  if (!session) throw new Error("nobody is signed in");
  return session;
}
