import { type Db, rows } from "../../_shared/db.ts";
import { Said } from "./schema.ts";

const PAGE = 200;

/** The names of what is known about the caller. */
export async function listSections(db: Db): Promise<string[]> {
  return Said.array().parse(rows(await db.rpc("export_personal_data", {}))).map(({ said }) => said);
}

/** The rows of one section, read page by page as they are taken. */
export async function* readSection(db: Db, section: string): AsyncGenerator<string> {
  let after: Said["place"] | undefined;
  for (;;) {
    const reply = await db.rpc("export_personal_data", {
      section,
      max: PAGE,
      ...(after !== undefined && { after }),
    });
    const page = Said.array().parse(rows(reply));
    for (const { said } of page) yield said;
    const last = page.at(-1);
    // A page may end early because it is large: only an empty one is the end.
    if (last === undefined || section === "account") return;
    after = last.place;
  }
}
