import * as z from "zod";

const Origin = z.url({ protocol: /^https?$/ }).refine(
  (text) => URL.parse(text)?.origin === text && !text.includes("*"),
  "must be origins, as http://searxng:8080: a scheme, a host, no path",
);

const PrivateOrigins = z.string()
  .transform((text) => text.split(",").map((origin) => origin.trim()))
  .pipe(z.array(Origin).max(50));

/** The variables of the way out. */
export const EGRESS_VARIABLES = {
  CLOISTER_PRIVATE_ORIGINS: PrivateOrigins.default([]),
  CLOISTER_WEBHOOK_ORIGINS: PrivateOrigins.default([]),
};
