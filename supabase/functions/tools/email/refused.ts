import { ToolRefusal } from "../../_shared/policy/refusal.ts";

/** A message that the provider would not take: nobody gets it. */
export class MailRefused extends ToolRefusal {}
