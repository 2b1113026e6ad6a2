import { Center } from "@mantine/core";
import { Navigate, Outlet, useLocation } from "react-router";
import { Failure } from "../components/Failure";
import { Loading } from "./Loading";
import { LiveProvider } from "./live";
import { SignInAgain } from "./SignInAgain";
import { useSessionState } from "./session";
import { Shell } from "./shell/Shell";

/** The pages of one who is signed in. Who is not goes to sign in first, and comes back to where he was. */
export function SignedIn() {
  const { session, ended, error, retry } = useSessionState();
  const { pathname, search } = useLocation();
  if (error !== null && session === undefined) {
    return (
      <Center mih="100vh" p="md">
        <Failure error={error} retry={retry} />
      </Center>
    );
  }
  if (session === undefined) return <Loading />;
  if (session === null) {
    const from = pathname + search;
    return <Navigate replace to={from === "/" ? "/sign-in" : `/sign-in?from=${encodeURIComponent(from)}`} />;
  }
  return (
    <LiveProvider>
      <Shell>
        <Outlet />
      </Shell>
      {ended && <SignInAgain />}
    </LiveProvider>
  );
}
