/** What an author writes in. */
export type Language = "typescript" | "javascript";

/** A stretch of the source, in UTF-16 units as editors count them. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** One thing that could stand where the cursor is. */
export interface Suggestion {
  readonly label: string;
  /** As CodeMirror names kinds: `function`, `property`, `variable`, … */
  readonly type: string;
  readonly boost: number;
}

/** Everything that could stand there, and what of the source it would replace. */
export interface Suggestions {
  readonly from: number;
  readonly items: readonly Suggestion[];
}

/** What is wrong with a stretch of the source. Types are no errors: nothing checks them later. */
export interface Remark extends Span {
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** What is known of a name: its type, and its documentation as text. */
export interface Explanation extends Span {
  readonly signature: string;
  readonly documentation: string;
}

/** What is asked about a source. */
export type Question =
  | { readonly ask: "complete"; readonly at: number }
  | { readonly ask: "explain"; readonly at: number }
  | { readonly ask: "describe"; readonly at: number; readonly label: string }
  | { readonly ask: "check" };

/** A question on its way to the worker. */
export interface Request {
  readonly id: number;
  readonly source: string;
  readonly language: Language;
  readonly question: Question;
}

/** The worker's answer; `problem` where it could not say. */
export interface Reply {
  readonly id: number;
  readonly suggestions?: Suggestions | undefined;
  readonly explanation?: Explanation | undefined;
  readonly remarks?: readonly Remark[];
  readonly problem?: string;
}
