import type { Api } from "../api.ts";
import type { Listing } from "../listing.ts";
import type { Query } from "../routes.ts";
import type { Assignment, User } from "../wire.ts";

/** Which users are listed. */
export type UserQuery = Omit<Query<"GET", "/admin/users">, "limit" | "cursor">;

/** The project's users and their roles. */
export class Users {
  readonly #api: Api;

  /** Of whoever calls. */
  constructor(api: Api) {
    this.#api = api;
  }

  /** The project's users, newest first. */
  list(query: UserQuery = {}): Listing<User> {
    return this.#api.list("/admin/users", { query });
  }

  /** A user with their role. */
  get(id: string): Promise<User> {
    return this.#api.request("GET", "/admin/users/{id}", { params: { id } });
  }

  /** Gives a role. The last administrator keeps theirs: `last_admin`. */
  assign(id: string, role: Assignment["role"]): Promise<User> {
    return this.#api.request("PUT", "/admin/users/{id}/role", { params: { id }, body: { role } });
  }

  /** Takes a role back: the default one counts again. */
  unassign(id: string): Promise<User> {
    return this.#api.request("DELETE", "/admin/users/{id}/role", { params: { id } });
  }

  /** Erases a user and all that is theirs. It cannot be undone. */
  erase(id: string): Promise<void> {
    return this.#api.request("DELETE", "/admin/users/{id}", { params: { id } });
  }
}
