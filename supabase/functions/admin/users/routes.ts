import * as z from "zod";
import { paginate } from "../../_shared/page.ts";
import { type Route, route } from "../../_shared/route.ts";
import { pageOf } from "../../_shared/schema.ts";
import { ByUser } from "../schema.ts";
import { erase } from "./erase.ts";
import * as repo from "./repo.ts";
import { Assignment, User, UserQuery } from "./schema.ts";

/** Users and their roles. */
export const users: readonly Route[] = [
  route({
    method: "get",
    path: "/users",
    summary: "List the project's users with their roles",
    accept: z.object({ query: UserQuery }),
    needs: "admin",
    budget: "read",
    reply: pageOf(User),
    faults: ["invalid_cursor"],
  }, ({ query }, { db, caller, platform }) =>
    paginate(platform.cursors, query, {
      list: "users",
      user: caller.userId,
      key: (user: User) => user.id,
      fetch: (page) => repo.listUsers(db, { role: query.role, ...page }),
    })),
  route({
    method: "get",
    path: "/users/:id",
    summary: "Get a user with their role",
    accept: z.object({ params: ByUser }),
    needs: "admin",
    budget: "read",
    reply: User,
  }, ({ params }, { db }) => repo.findUser(db, params.id)),
  route({
    method: "delete",
    path: "/users/:id",
    summary: "Erase a user and everything of theirs; entries of the audit log stay",
    accept: z.object({ params: ByUser }),
    needs: "admin",
    budget: "execute",
    status: 204,
    faults: ["user_busy", "held", "last_admin", "already_quarantined"],
  }, ({ params }, { db, signal }) => erase(db, params.id, signal)),
  route({
    method: "put",
    path: "/users/:id/role",
    summary: "Give a user a role",
    accept: z.object({ params: ByUser, body: Assignment }),
    needs: "admin",
    budget: "write",
    reply: User,
    faults: ["last_admin"],
  }, ({ params, body }, { db }) => repo.setRole(db, params.id, body.role)),
  route({
    method: "delete",
    path: "/users/:id/role",
    summary: "Take a user's role: they have the default one again",
    accept: z.object({ params: ByUser }),
    needs: "admin",
    budget: "write",
    reply: User,
    faults: ["last_admin"],
  }, ({ params }, { db }) => repo.setRole(db, params.id, undefined)),
];
