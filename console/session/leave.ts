import { toast } from "../ui/toast.tsx";
import { signOut } from "./session.ts";

/** Signs out, and says what of it could not be done. */
export async function leave(): Promise<void> {
  if (await signOut().catch(() => false)) return;
  toast("Signed out here. The project could not be told: its session ends when it runs out.");
}
