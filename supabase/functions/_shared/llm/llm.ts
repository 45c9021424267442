/** Who said something in a conversation. */
export type Role = "system" | "user" | "assistant";

/** One thing said. */
export interface LlmMessage {
  role: Role;
  content: string;
}

/** What a model is asked. */
export interface LlmRequest {
  /** As the provider names it. */
  model: string;
  messages: readonly LlmMessage[];
  /** Of the answer, thinking included. */
  maxTokens: number;
  temperature?: number | undefined;
  /** Texts at which the answer ends. */
  stop: readonly string[];
}

/** Why an answer ends where it does. */
export type LlmStop = "end" | "max_tokens" | "stop" | "refused" | "other";

/** What a call cost, in tokens, as the provider counts them. */
export interface LlmUsage {
  input: number;
  output: number;
}

/** What a model answered. */
export interface LlmAnswer {
  text: string;
  stop: LlmStop;
  /** Undefined where the provider did not say. */
  usage: LlmUsage | undefined;
}

/** What a provider's protocol makes of a request, and of what comes back. */
export interface Dialect {
  /** Below the provider's address. */
  path: string;
  /** How the provider wants to see a key. */
  headers(key: string): Readonly<Record<string, string>>;
  body(request: LlmRequest, options: { stream: boolean; url: string }): unknown;
  /** Throws a `ZodError` for what is no answer. */
  read(reply: unknown): LlmAnswer;
  /** A reader for one streamed answer. */
  reader(): StreamReader;
}

/** Reads the events of one streamed answer. */
export interface StreamReader {
  /**
   * The text that an event adds. Throws `ZodError` for what is no event, and {@link LlmBroken} for
   * one that says that the answer has failed.
   */
  take(data: string): string;
  /** What the whole came to; undefined as long as no event said that this was the end. */
  readonly answer: LlmAnswer | undefined;
}

/** A provider says in its stream that it has failed. */
export class LlmBroken extends Error {
  override readonly name = "LlmBroken";
}
