/** What `./agent.d.ts` is beside an author's source: the types of an agent's world. */
export type * from "../supabase/functions/_shared/sandbox/agent.d.ts";
