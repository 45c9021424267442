import { useLocation } from "preact-iso";
import { useEffect } from "preact/hooks";
import { HOME } from "../routes.ts";

/** The address without a path leads on to where one works. */
export function Home() {
  const { route } = useLocation();
  useEffect(() => route(HOME, true), []);
  return null;
}
