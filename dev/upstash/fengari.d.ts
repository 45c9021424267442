// The part of fengari that we use: the package ships no types.

export interface State {
  readonly opaque: unique symbol;
}
type Bytes = Uint8Array;
type Fn = (state: State) => number;

export const lua: {
  LUA_OK: 0;
  LUA_REGISTRYINDEX: number;
  LUA_MASKCOUNT: number;
  LUA_TNIL: number;
  LUA_TBOOLEAN: number;
  LUA_TNUMBER: number;
  LUA_TSTRING: number;
  LUA_TTABLE: number;
  lua_close(state: State): void;
  lua_createtable(state: State, items: number, fields: number): void;
  lua_error(state: State): never;
  lua_getfield(state: State, index: number, name: Bytes): number;
  lua_gettop(state: State): number;
  lua_pcall(state: State, args: number, results: number, handler: number): number;
  lua_pop(state: State, count: number): void;
  lua_pushboolean(state: State, value: boolean): void;
  lua_pushjsfunction(state: State, fn: Fn): void;
  lua_pushnil(state: State): void;
  lua_pushnumber(state: State, value: number): void;
  lua_pushstring(state: State, value: Bytes): void;
  lua_rawgeti(state: State, index: number, item: number): number;
  lua_rawseti(state: State, index: number, item: number): void;
  lua_setfield(state: State, index: number, name: Bytes): void;
  lua_setglobal(state: State, name: Bytes): void;
  lua_settop(state: State, index: number): void;
  lua_sethook(state: State, fn: Fn | null, mask: number, count: number): void;
  lua_toboolean(state: State, index: number): boolean;
  lua_tonumber(state: State, index: number): number;
  lua_tojsstring(state: State, index: number): string | null;
  lua_type(state: State, index: number): number;
};

export const lauxlib: {
  luaL_loadbuffer(state: State, code: Bytes, length: number, name: Bytes): number;
  luaL_newstate(): State;
  luaL_ref(state: State, index: number): number;
  luaL_requiref(state: State, name: Bytes, open: Fn, global: boolean): void;
};

export const lualib: Record<
  "luaopen_base" | "luaopen_string" | "luaopen_table" | "luaopen_math",
  Fn
>;

export function to_luastring(text: string): Bytes;
