import { useKept } from "../../session/kept.ts";

/** A text of this page as {@link useKept} keeps it; an empty one is kept no longer. */
export function useKeptText(name: string): [string, (text: string) => void] {
  const [kept, keep] = useKept(`new-agent.${name}`);
  return [typeof kept === "string" ? kept : "", (text) => keep(text === "" ? undefined : text)];
}
