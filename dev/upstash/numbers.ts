// Redis runs Lua 5.1, which has one kind of number. Told so before it loads, fengari's 5.3 prints 5.0
// as 5.
Deno.env.set("FENGARICONF", JSON.stringify({ LUA_COMPAT_FLOATSTRING: true }));
