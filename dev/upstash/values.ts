import "./numbers.ts";
// @ts-types="./fengari.d.ts"
import { lua, type State, to_luastring as bytes } from "fengari";
import { RedisError, type Reply, Status } from "./reply.ts";

/** Puts a reply on Lua's stack as Redis does: nothing is false, a status is a table. */
export function push(state: State, reply: Reply): void {
  if (reply === null) lua.lua_pushboolean(state, false);
  else if (typeof reply === "number") lua.lua_pushnumber(state, reply);
  else if (typeof reply === "string") lua.lua_pushstring(state, bytes(reply));
  else if (reply instanceof Status) pushTable(state, "ok", reply.word);
  else {
    lua.lua_createtable(state, reply.length, 0);
    for (const [i, item] of reply.entries()) {
      push(state, item);
      lua.lua_rawseti(state, -2, i + 1);
    }
  }
}

/** Puts a table with one field on the stack: Redis' form of errors and statuses. */
export function pushTable(state: State, field: "err" | "ok", text: string): void {
  lua.lua_createtable(state, 0, 1);
  lua.lua_pushstring(state, bytes(text));
  lua.lua_setfield(state, -2, bytes(field));
}

/**
 * The value on top of the stack, which stays: a number is cut to an integer, a table ends at its
 * first nil. Throws the {@link RedisError} that a script returned.
 */
export function peek(state: State): Reply {
  switch (lua.lua_type(state, -1)) {
    case lua.LUA_TNUMBER:
      return Math.trunc(lua.lua_tonumber(state, -1));
    case lua.LUA_TSTRING:
      return lua.lua_tojsstring(state, -1);
    case lua.LUA_TBOOLEAN:
      return lua.lua_toboolean(state, -1) ? 1 : null;
    case lua.LUA_TTABLE:
      return peekTable(state);
    default:
      return null;
  }
}

function peekTable(state: State): Reply {
  const error = peekField(state, "err");
  if (error !== null) throw new RedisError(error);
  const word = peekField(state, "ok");
  if (word !== null) return new Status(word);
  const items: Reply[] = [];
  while (lua.lua_rawgeti(state, -1, items.length + 1) !== lua.LUA_TNIL) {
    items.push(peek(state));
    lua.lua_pop(state, 1);
  }
  lua.lua_pop(state, 1);
  return items;
}

/** The text in a field of the table on top of the stack. */
export function peekField(state: State, field: "err" | "ok"): string | null {
  const type = lua.lua_getfield(state, -1, bytes(field));
  const text = type === lua.LUA_TSTRING ? lua.lua_tojsstring(state, -1) : null;
  lua.lua_pop(state, 1);
  return text;
}

/** An argument of a function that a script called: numbers and strings are the only ones allowed. */
export function argument(state: State, index: number): string | null {
  const type = lua.lua_type(state, index);
  if (type === lua.LUA_TNUMBER) return String(lua.lua_tonumber(state, index));
  return type === lua.LUA_TSTRING ? lua.lua_tojsstring(state, index) : null;
}
