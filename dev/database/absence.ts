import * as z from "zod";

const Lost = z.object({
  code: z.string().regex(/^(?:E[A-Z]{3,}|CONNECT(?:ION)?_[A-Z]+)$/),
  port: z.coerce.number(),
});

/**
 * Lets the stack outlive its Postgres for the moments until it is back: the client connects anew by
 * itself, and of a try that fails it leaves rejections behind that nobody can wait for. Those of
 * requests are answered as ever.
 */
export function surviveAbsence(databaseUrl: string): Disposable {
  const port = Number(new URL(databaseUrl).port || 5432);
  const forgive = (event: PromiseRejectionEvent) => {
    const { success, data } = Lost.safeParse(event.reason);
    if (success && data.port === port) event.preventDefault();
  };
  addEventListener("unhandledrejection", forgive);
  return { [Symbol.dispose]: () => removeEventListener("unhandledrejection", forgive) };
}
