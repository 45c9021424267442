import assert from "@std/assert";
import { folderOf, trailOf } from "../../../console/pages/files/folder.ts";
import { writeAll } from "../../../console/pages/files/write.ts";

const file = (path: string) => ({ path, size: 1, type: "text/plain", sha256: "", modified_at: "" });
const ALL = ["a.txt", "notes/b.txt", "notes/deep/c.txt", "notes.txt", "other/d"].map(file);

Deno.test("folderOf() shows what stands in one folder, and each folder in it once", () => {
  const names = (prefix: string) => {
    const { folders, files } = folderOf(ALL, prefix);
    return [...folders.map((name) => `${name}/`), ...files.map(({ path }) => path)];
  };
  assert.deepEqual(names(""), ["notes/", "other/", "a.txt", "notes.txt"]);
  assert.deepEqual(names("notes/"), ["deep/", "notes/b.txt"]);
  assert.deepEqual(names("nothing/"), []);
});

Deno.test("a file that cannot be uploaded keeps none of the others from it, and is named", async () => {
  const files = ["one", "taken", "broken", "two"].map((name) => new File([], name));
  const refused = new Error("refused");
  const { count, taken, failed } = await writeAll(files, ({ name }) => {
    return name === "broken" ? Promise.reject(refused) : Promise.resolve(name !== "taken");
  });
  assert.equal(count, 2);
  assert.deepEqual(taken.map(({ name }) => name), ["taken"]);
  assert.deepEqual(failed.map(({ file, error }) => [file.name, error]), [["broken", refused]]);
});

Deno.test("trailOf() leads back to the workspace", () => {
  assert.deepEqual(trailOf(""), [["Files", ""]]);
  assert.deepEqual(trailOf("a/b/"), [["Files", ""], ["a", "a/"], ["b", "a/b/"]]);
});
