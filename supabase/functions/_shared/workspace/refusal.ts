/** Why a file is not kept or not found, apart from what the database says. */
export type FileFlaw =
  | "path_invalid"
  | "type_denied"
  | "infected"
  | "scanner_unavailable"
  | "storage_unavailable";

/** A path or a content that is refused. `message` is for whoever sent it, `cause` for the log. */
export class FileRefusal extends Error {
  override readonly name = "FileRefusal";

  constructor(readonly flaw: FileFlaw, message: string, options?: ErrorOptions) {
    super(message, options);
  }
}
