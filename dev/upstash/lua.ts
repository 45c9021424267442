import "./numbers.ts";
// @ts-types="./fengari.d.ts"
import { lauxlib, lua, lualib, type State, to_luastring as bytes } from "fengari";
import { createHash } from "node:crypto";
import { RedisError, type Reply } from "./reply.ts";
import { argument, peek, peekField, push, pushTable } from "./values.ts";

/** Runs one command on behalf of a script. Throws a {@link RedisError} when it is refused. */
export type Call = (command: string[]) => Reply;

const STEPS = 100_000;
const MAX_MS = 1_000;

// What Redis' Lua 5.1 has and fengari's 5.3 has not, then what a script must not have. fengari's
// integers have 32 bits and wrap, so that numbers out of strings are made floats.
const PRELUDE = `
unpack, loadstring, math.pow = table.unpack, load, function(x, y) return x ^ y end
local integer = tonumber
function tonumber(...) local n = integer(...); return n and n + 0.0 end
dofile, loadfile, print, collectgarbage, require = nil, nil, nil, nil, nil
setmetatable(_G, { __newindex = function(all, name, value)
  if name == "KEYS" or name == "ARGV" then return rawset(all, name, value) end
  error("Script attempted to create global variable '" .. name .. "'", 2)
end })
`;

/** Runs Redis scripts in one Lua state, each compiled once. */
export class Lua {
  readonly #state: State = lauxlib.luaL_newstate();
  readonly #sources = new Map<string, string>();
  readonly #compiled = new Map<string, number>();
  #deadline = 0;

  constructor(call: Call) {
    for (const name of ["base", "string", "table", "math"] as const) {
      const global = bytes(name === "base" ? "_G" : name);
      lauxlib.luaL_requiref(this.#state, global, lualib[`luaopen_${name}`], true);
    }
    openLibrary(this.#state, call);
    this.#call(this.#compile(PRELUDE), 0);
    lua.lua_settop(this.#state, 0);
  }

  /** Keeps a script and returns the hash that EVALSHA knows it by. */
  load(source: string): string {
    const sha = sha1(source);
    this.#sources.set(sha, source);
    return sha;
  }

  knows(sha: string): boolean {
    return this.#sources.has(sha);
  }

  forget(): void {
    this.#sources.clear();
  }

  run(sha: string, keys: string[], args: string[]): Reply {
    const source = this.#sources.get(sha);
    if (source === undefined) {
      throw new RedisError("NOSCRIPT No matching script. Please use EVAL.");
    }
    const compiled = this.#compiled.get(sha) ?? this.#compile(source);
    this.#compiled.set(sha, compiled);
    try {
      push(this.#state, keys);
      lua.lua_setglobal(this.#state, bytes("KEYS"));
      push(this.#state, args);
      lua.lua_setglobal(this.#state, bytes("ARGV"));
      this.#call(compiled, 1);
      return peek(this.#state);
    } finally {
      lua.lua_settop(this.#state, 0);
    }
  }

  close(): void {
    lua.lua_close(this.#state);
  }

  #compile(source: string): number {
    const code = bytes(source.replace(/^#!lua[^\n]*/, ""));
    const failed = lauxlib.luaL_loadbuffer(this.#state, code, code.length, bytes("@user_script"));
    if (failed) throw new RedisError(`ERR Error compiling script: ${takeError(this.#state)}`);
    return lauxlib.luaL_ref(this.#state, lua.LUA_REGISTRYINDEX);
  }

  /** Calls a compiled script and stops it when it does not end: it would stop the whole stack. */
  #call(compiled: number, results: number): void {
    this.#deadline = Date.now() + MAX_MS;
    const interrupt = () => {
      if (Date.now() < this.#deadline) return 0;
      lua.lua_pushstring(this.#state, bytes(`ERR Script killed after ${MAX_MS} ms`));
      return lua.lua_error(this.#state);
    };
    lua.lua_sethook(this.#state, interrupt, lua.LUA_MASKCOUNT, STEPS);
    lua.lua_rawgeti(this.#state, lua.LUA_REGISTRYINDEX, compiled);
    const failed = lua.lua_pcall(this.#state, 0, results, 0);
    lua.lua_sethook(this.#state, null, 0, 0);
    if (failed !== lua.LUA_OK) throw new RedisError(takeError(this.#state));
  }
}

/** `redis.call`, `redis.pcall` and what comes with them. Each member pushes one result. */
function openLibrary(state: State, call: Call): void {
  const first = () => argument(state, 1) ?? "";
  const members = {
    call: () => answer(state, call, true),
    pcall: () => answer(state, call, false),
    error_reply: () => pushTable(state, "err", first()),
    status_reply: () => pushTable(state, "ok", first()),
    sha1hex: () => push(state, sha1(first())),
    log: () => push(state, null),
    replicate_commands: () => push(state, 1),
  };
  lua.lua_createtable(state, 0, 0);
  for (const [name, member] of Object.entries(members)) {
    lua.lua_pushjsfunction(state, () => (member(), 1));
    lua.lua_setfield(state, -2, bytes(name));
  }
  lua.lua_setglobal(state, bytes("redis"));
}

function answer(state: State, call: Call, raise: boolean): void {
  let refused: string;
  try {
    return push(state, call(readCommand(state)));
  } catch (error) {
    if (!(error instanceof RedisError)) throw error;
    refused = error.message;
  }
  pushTable(state, "err", refused);
  if (raise) lua.lua_error(state);
}

function readCommand(state: State): string[] {
  return Array.from({ length: lua.lua_gettop(state) }, (_, i) => {
    const word = argument(state, i + 1);
    if (word !== null) return word;
    throw new RedisError("ERR Lua redis lib command arguments must be strings or integers");
  });
}

function takeError(state: State): string {
  const isTable = lua.lua_type(state, -1) === lua.LUA_TTABLE;
  const message = (isTable ? peekField(state, "err") : lua.lua_tojsstring(state, -1)) ?? "unknown";
  return /^[A-Z]+ /.test(message) ? message : `ERR ${message}`;
}

function sha1(text: string): string {
  return createHash("sha1").update(text).digest("hex");
}
