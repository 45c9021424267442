import type { Language, Question, Reply, Request } from "./wire.ts";

/** Somebody who knows the language: answers about a source, one question after the other. */
export interface Linguist extends Disposable {
  /** Asks, and waits for the answer; what cannot be answered is an answer without anything. */
  ask(source: string, language: Language, question: Question): Promise<Reply>;
}

/** Starts the language worker, which is loaded now and not before. */
export function createLinguist(): Linguist {
  const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
  const waiting = new Map<number, (reply: Reply) => void>();
  let last = 0;
  worker.addEventListener("message", ({ data }: MessageEvent<Reply>) => {
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });
  return {
    ask: (source, language, question) => {
      const request: Request = { id: ++last, source, language, question };
      return new Promise((resolve) => {
        waiting.set(request.id, resolve);
        worker.postMessage(request);
      });
    },
    [Symbol.dispose]: () => {
      worker.terminate();
      for (const [id, resolve] of waiting) resolve({ id });
      waiting.clear();
    },
  };
}
