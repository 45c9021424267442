import assert from "@std/assert";
import { compile } from "../../../../../supabase/functions/_shared/sandbox/source/compile.ts";
import { type Play, type Played, type Promised, resultOf } from "./rig.ts";

/** TypeScript loses its types on the way, and keeps every line and column. */
export function typescript(promise: Promised): void {
  promise("runs a TypeScript source as it is meant", async (play) => {
    const source = `
      interface Row { id: number; name?: string }
      type Pick2<T, K extends keyof T> = { [P in K]: T[P] };
      export type { Row };
      const rows: readonly Row[] = [{ id: 1, name: "a" }, { id: 2 }] satisfies Row[];
      abstract class Base<T> { protected constructor(protected readonly value: T) {} abstract get(): T; }
      class Own extends Base<number> { constructor(n: number) { super(n); } override get(): number { return this.value!; } }
      function over(a: string): string;
      function over(a: number): number;
      function over(a: unknown): unknown { return a; }
      declare const nowhere: never;
      export default async function <T extends object>(this: void, input: T, agent: { log(m: string): void }): Promise<unknown> {
        const part: Pick2<Row, "id"> = { id: rows[0]!.id as number };
        let later!: string;
        later = over("x") as string;
        const f = <U,>(u: U): U => u;
        return [part, later, f<number>(3), over(4), new Own(5).get(), (input as { n?: number }).n ?? null];
      }`.replace(
      "protected constructor(protected readonly value: T) {}",
      "protected readonly value: T; protected constructor(value: T) { this.value = value; }",
    );
    assert.deepEqual(resultOf(await playSource(play, source, { n: 9 })), [
      { id: 1 },
      "x",
      3,
      4,
      5,
      9,
    ]);
  });

  promise("tells the line of a TypeScript source that threw", async (play) => {
    const source = [
      "interface Row {",
      "  id: number;",
      "}",
      "type Key = keyof Row;",
      "export default (input: Row | null): number => {",
      "  const key: Key = 'id';",
      "  if (input === null) throw new RangeError(`no ${key}` as string);",
      "  return input[key];",
      "};",
    ].join("\n");
    const { error } = (await playSource(play, source, null)).ending;
    assert.deepEqual([error?.name, error?.message, error?.line], ["RangeError", "no id", 7]);
  });

  promise("tells the line of a TypeScript source in a function that was called", async (play) => {
    const source = [
      "type Step = (n: number) => number;",
      "const fail: Step = (n: number): number => {",
      "  throw new Error(String(n satisfies number));",
      "};",
      "export default (_input: unknown): number => [1].map<number>((n: number) => fail(n))[0]!;",
    ].join("\n");
    assert.equal((await playSource(play, source, null)).ending.error?.line, 3);
  });
}

async function playSource(play: Play, source: string, input: unknown): Promise<Played> {
  const compiled = await compile(source, "typescript");
  assert.ok(compiled.ok, JSON.stringify(compiled.findings));
  return await play(compiled.program, { input });
}
