/** What a Redis command answers. Numbers are integers; text that is not a value is a {@link Status}. */
export type Reply = string | number | null | Status | Reply[];

/** A word of the protocol's own, such as OK, which Upstash never encodes. */
export class Status {
  constructor(readonly word: string) {}
}

/** What most writes answer. */
export const OK = new Status("OK");

/** A refusal whose message goes to the client as it is, with Redis' own first word. */
export class RedisError extends Error {
  override readonly name = "RedisError";
}

/** Something that runs commands: our own memory, or a real Redis. */
export interface Backend extends AsyncDisposable {
  /** Throws a {@link RedisError} when the command is refused. */
  run(command: string[]): Promise<Reply>;
  /** Runs all of them with nothing in between. A refused one does not undo the others. */
  transaction(commands: string[][]): Promise<(Reply | RedisError)[]>;
}
