import { createBrowserRouter } from "react-router";
import { ErrorPage } from "./ErrorPage";
import { Loading } from "./Loading";
import { SignedIn } from "./SignedIn";

/** Every page by its address. A page is loaded when it is first shown. */
export function makeRouter() {
  return createBrowserRouter([
    {
      path: "/sign-in",
      errorElement: <ErrorPage />,
      hydrateFallbackElement: <Loading />,
      lazy: async () => ({ Component: (await import("../pages/sign-in/SignInPage")).SignInPage }),
    },
    {
      path: "/",
      element: <SignedIn />,
      errorElement: <ErrorPage />,
      hydrateFallbackElement: <Loading />,
      children: [
        {
          errorElement: <ErrorPage />,
          children: [
            {
              index: true,
              lazy: async () => ({ Component: (await import("../pages/home/HomePage")).HomePage }),
            },
            {
              path: "submit",
              lazy: async () => ({ Component: (await import("../pages/submit/SubmitPage")).SubmitPage }),
            },
            {
              path: "jobs",
              lazy: async () => ({ Component: (await import("../pages/jobs/JobsPage")).JobsPage }),
            },
            {
              path: "jobs/:job/:tab?",
              lazy: async () => ({ Component: (await import("../pages/job/JobPage")).JobPage }),
            },
            {
              path: "cluster/:tab?",
              lazy: async () => ({ Component: (await import("../pages/cluster/ClusterPage")).ClusterPage }),
            },
            {
              path: "images/:tab?",
              lazy: async () => ({ Component: (await import("../pages/images/ImagesPage")).ImagesPage }),
            },
            {
              path: "*",
              lazy: async () => ({
                Component: (await import("../pages/not-found/NotFoundPage")).NotFoundPage,
              }),
            },
          ],
        },
      ],
    },
  ]);
}
