/** A reason why the stack cannot start. Its message says what to do about it. */
export class StackError extends Error {
  override readonly name = "StackError";
}
