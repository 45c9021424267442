import assert from "@std/assert";
import * as z from "zod";
import { EGRESS_VARIABLES } from "../../../supabase/functions/_shared/env_egress.ts";

const Variables = z.object(EGRESS_VARIABLES);

const NAMES = ["CLOISTER_PRIVATE_ORIGINS", "CLOISTER_WEBHOOK_ORIGINS"] as const;

for (const name of NAMES) {
  Deno.test(`${name} is a list of exact origins, and empty by default`, () => {
    const parse = (text?: string) => Variables.parse({ [name]: text })[name];
    assert.deepEqual(parse(), []);
    assert.deepEqual(parse("http://searxng:8080, https://mail.corp.example"), [
      "http://searxng:8080",
      "https://mail.corp.example",
    ]);
    const wrong = [
      "",
      "searxng",
      "http://searxng:8080/",
      "https://a.example/x",
      "https://u:p@a.example",
    ];
    for (
      const text of [...wrong, "https://*.example", "ftp://a.example", "https://a.example:443", "*"]
    ) {
      assert.equal(Variables.safeParse({ [name]: text }).success, false, text);
    }
  });
}
