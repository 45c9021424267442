import type { Program } from "./verify.ts";

/** The programs of `tests/attacks/` that may be played beside strangers' runs. Generated. */
export const PROGRAMS: readonly Program[] = [
  {
    name: "c01_do_while",
    want: "timeout",
    attempted: "spins without ever returning",
    source: "\u0065xport default () => {\n  do ; while (true);\n};\n",
  },
  {
    name: "c03_microtask_chain",
    want: "timeout",
    attempted: "a promise chain that never lets the event loop turn",
    source:
      "\u0065xport default async () => {\n  const again = () => Promise.resolve().then(again);\n  await again();\n};\n",
  },
  {
    name: "c05_backtracking_email",
    want: "timeout",
    attempted: "an e-mail pattern that backtracks exponentially",
    source: '\u0065xport default () => /^([\\w.]+)+@[\\w]+$/.test("a".repeat(60) + "!");\n',
  },
  {
    name: "c08_array_like_reverse",
    want: "timeout",
    attempted: "turns an array-like of length 2^53 - 1 around",
    source: "\u0065xport default () => [].reverse.call({ length: Number.MAX_SAFE_INTEGER });\n",
  },
  {
    name: "c09_sparse_sort",
    want: "timeout",
    attempted: "sorts an array that is nearly all holes",
    source:
      "\u0065xport default () => {\n  const rows = [];\n  rows.length = 4294967295;\n  rows[4294967294] = 0;\n  return rows.sort().length;\n};\n",
  },
  {
    name: "c13_json_round_trips",
    want: "timeout",
    attempted: "parses and writes JSON in a loop that swallows every error",
    source:
      "\u0065xport default () => {\n  const text = JSON.stringify(Array.from({ length: 20000 }, (_, i) => ({ i })));\n  for (;;) {\n    try {\n      JSON.stringify(JSON.parse(text));\n    } catch {\n      continue;\n    }\n  }\n};\n",
  },
  {
    name: "c17_never_settles",
    want: "timeout",
    attempted: "waits for a promise that nobody can settle",
    source: "\u0065xport default async () => {\n  await new Promise(() => undefined);\n};\n",
  },
  {
    name: "c19_getter_in_error",
    want: "timeout",
    attempted: "an error whose message spins while it is reported",
    source:
      '\u0065xport default () => {\n  throw Object.defineProperty(new Error("x"), "message", {\n    get() {\n      for (;;);\n    },\n  });\n};\n',
  },
  {
    name: "c33_array_like_last",
    want: "timeout",
    attempted: "searches an array-like of length 2^53 - 1 from its end",
    source:
      '\u0065xport default () => Array.prototype.lastIndexOf.call({ length: 2 ** 53 - 1 }, "x");\n',
  },
  {
    name: "c39_proxy_thrown",
    want: "timeout",
    attempted: "throws a proxy that never answers",
    source:
      '\u0065xport default () => {\n  const spin = () => {\n    for (;;);\n  };\n  throw new Proxy(new Error("x"), { get: spin, getPrototypeOf: spin, has: spin, ownKeys: spin });\n};\n',
  },
  {
    name: "e01_static_import",
    want: "refused",
    attempted: "imports from the network in its first line",
    source:
      '\u0069mport stolen from "http://127.0.0.1:47811/e01";\nexport default () => ({ breach: stolen });\n',
  },
  {
    name: "e02_dynamic_import",
    want: "refused",
    attempted: "imports from the network while it runs",
    source:
      '\u0065xport default async () => {\n  const { default: code } = await \u0069mport("http://127.0.0.1:47811/e02?secret=1");\n  return { breach: code };\n};\n',
  },
  {
    name: "e03_data_import",
    want: "refused",
    attempted: "imports a data: module that imports from the network",
    source:
      '\u0065xport default async () => {\n  const text = \'\u0065xport { default } from "http://127.0.0.1:47811/e03";\';\n  const { default: code } = await \u0069mport("data:text/javascript," + encodeURIComponent(text));\n  return { breach: code };\n};\n',
  },
  {
    name: "e06_fetch",
    want: "refused",
    attempted: "calls fetch",
    source:
      '\u0065xport default async () => ({ breach: await (await fetch("http://127.0.0.1:47811/e06")).text() });\n',
  },
  {
    name: "e12_import_attributes",
    want: "refused",
    attempted: "imports from the network as text and as bytes",
    source:
      '\u0065xport default async () => {\n  const taken = [];\n  for (const type of ["text", "bytes", "json"]) {\n    try {\n      taken.push(await \u0069mport("http://127.0.0.1:47811/e12", { with: { type } }));\n    } catch {\n      continue;\n    }\n  }\n  return taken.length > 0 ? { breach: taken.length } : "nothing";\n};\n',
  },
  {
    name: "e17_cache_add",
    want: "refused",
    attempted: "lets a cache do the fetching",
    source:
      '\u0065xport default async () => {\n  const cache = await caches.open("e17");\n  await cache.add("http://127.0.0.1:47811/e17");\n  return { breach: "cached" };\n};\n',
  },
  {
    name: "f06_deno_files",
    want: "refused",
    attempted: "reads and writes files through Deno",
    source:
      '\u0065xport default () => {\n  const found = [];\n  for (\n    const read of [\n      () => Deno.readTextFileSync("/srv/cloister-canary/secret.txt"),\n      () => Deno.readDirSync("/").next().value.name,\n      () => Deno.makeTempFileSync(),\n      () => Deno.cwd(),\n      () => Deno.openSync("/srv/cloister-canary/new", { create: true, write: true }),\n    ]\n  ) {\n    try {\n      found.push(String(read()));\n    } catch {\n      continue;\n    }\n  }\n  return found.length > 0 ? { breach: found } : "refused";\n};\n',
  },
  {
    name: "f07_environment",
    want: "refused",
    attempted: "looks for secrets in the environment",
    source:
      '\u0065xport default () => {\n  const found = [];\n  for (\n    const look of [\n      () => Deno\u002eenv.toObject(),\n      () => process.env,\n      () => globalThis.process.report.getReport(),\n      () => Deno.args,\n    ]\n  ) {\n    try {\n      if (Object.keys(look()).length > 0) found.push(look.toString());\n    } catch {\n      continue;\n    }\n  }\n  return found.length > 0 ? { breach: found } : "refused";\n};\n',
  },
  {
    name: "f09_host_facts",
    want: "refused",
    attempted: "asks what the host is",
    source:
      '\u0065xport default () => {\n  const facts = {};\n  for (\n    const [name, ask] of Object.entries({\n      pid: () => Deno.pid,\n      memory: () => Deno.memoryUsage().rss,\n      build: () => Deno.build.target,\n      cores: () => navigator.hardwareConcurrency,\n      language: () => navigator.language,\n      agent: () => navigator.userAgent,\n      place: () => location.href,\n    })\n  ) {\n    try {\n      facts[name] = ask();\n    } catch {\n      continue;\n    }\n  }\n  return Object.keys(facts).length > 0 ? { breach: facts } : "nothing";\n};\n',
  },
  {
    name: "f11_stack_paths",
    want: "harmless",
    attempted: "reads paths of the host out of stack traces",
    source:
      '\u0065xport default () => {\n  const text = [\n    new Error().stack,\n    (() => {\n      try {\n        null.x;\n      } catch (error) {\n        return error.stack;\n      }\n    })(),\n    (() => {\n      try {\n        JSON.parse("{");\n      } catch (error) {\n        return error.stack;\n      }\n    })(),\n  ].join();\n  return /file:|\\/(?:home|root|tmp|work|var|usr)\\//.test(text)\n    ? { breach: text.slice(0, 200) }\n    : "clean";\n};\n',
  },
  {
    name: "f16_machine_facts",
    want: "refused",
    attempted: "asks how large the machine is",
    source:
      '\u0065xport default () => {\n  const facts = {\n    cores: () => navigator.hardwareConcurrency,\n    memory: () => Deno.systemMemoryInfo().total,\n    usage: () => process.memoryUsage().rss,\n    heap: () => performance.memory.usedJSHeapSize,\n    agent: () => navigator.userAgent,\n    versions: () => Deno.version.v8,\n    languages: () => navigator.languages.join(),\n  };\n  const told = Object.entries(facts).flatMap(([name, ask]) => {\n    try {\n      const fact = ask();\n      return fact === undefined ? [] : [[name, fact]];\n    } catch {\n      return [];\n    }\n  });\n  return told.length > 0 ? { breach: told } : "nothing";\n};\n',
  },
  {
    name: "f17_import_meta",
    want: "harmless",
    attempted: "asks where its own module lies",
    source:
      '\u0065xport default () => {\n  const { url = "", filename = "", dirname = "" } = \u0069mport.meta;\n  const told = [url, filename, dirname].map(String).join(" ");\n  return /file:|\\/(?:home|root|tmp|work|usr|srv)\\//.test(told) ? { breach: told } : "nowhere";\n};\n',
  },
  {
    name: "h01_kill",
    want: "refused",
    attempted: "kills its own process, which is everybody's",
    source: '\u0065xport default () => {\n  Deno.kill(Deno.pid, "SIGKILL");\n};\n',
  },
  {
    name: "h02_exit",
    want: "refused",
    attempted: "leaves the process",
    source:
      "\u0065xport default () => {\n  for (\n    const leave of [\n      () => Deno.exit(7),\n      () => process.exit(7),\n      () => process.abort(),\n      () => self.close(),\n    ]\n  ) {\n    try {\n      leave();\n    } catch {\n      continue;\n    }\n  }\n};\n",
  },
  {
    name: "h04_huge_result",
    want: "limit",
    attempted: "returns half a gigabyte",
    source: '\u0065xport default () => "z".repeat(500000000);\n',
  },
  {
    name: "h07_array_bomb",
    want: "memory",
    attempted: "grows an array until nothing is left",
    source:
      "\u0065xport default () => {\n  const all = [];\n  for (;;) all.push(Array.from({ length: 100 }, () => all.length));\n};\n",
  },
  {
    name: "h19_log_flood",
    want: "limit",
    attempted: "prints without end",
    source:
      '\u0065xport default () => {\n  for (;;) console.log("a line that nobody needs");\n};\n',
  },
  {
    name: "h24_late_throw",
    want: "error",
    attempted: "throws where nobody can catch it",
    source:
      '\u0065xport default () =>\n  new Promise((resolve) => {\n    setTimeout(() => {\n      throw new Error("from a timer");\n    }, 5);\n    setTimeout(resolve, 200);\n  });\n',
  },
  {
    name: "h27_forged_ending",
    want: "harmless",
    attempted: "speaks the language of its supervisor",
    source:
      '\u0065xport default (_input, agent) => {\n  const ending = { type: "ending", status: "succeeded", output: "forged" };\n  globalThis.postMessage?.(ending);\n  console.log(JSON.stringify(ending));\n  agent.output(ending);\n  return "real";\n};\n',
  },
  {
    name: "h45_frames_in_the_pipe",
    want: "harmless",
    attempted: "posts frames of every dialect to whoever listens",
    source:
      '\u0065xport default () => {\n  const frames = [\n    { type: "ending", status: "succeeded", output: \'"FORGED"\' },\n    { t: "done", v: \'"FORGED"\' },\n    ["done", \'"FORGED"\'],\n    \'{"t":"done","v":"\\\\"FORGED\\\\""}\',\n    5,\n    null,\n  ];\n  const posts = ["postMessage", "send", "print", "reportError", "dispatchEvent", "close"];\n  for (const frame of frames) {\n    for (const name of posts) {\n      for (const place of [globalThis, globalThis.self, globalThis.parent, globalThis.process]) {\n        try {\n          place[name](frame);\n        } catch {\n          continue;\n        }\n      }\n    }\n  }\n  return "real";\n};\n',
  },
  {
    name: "n01_compute",
    want: "ok",
    attempted: "computes",
    source:
      "\u0065xport default () => {\n  const sieve = new Uint8Array(20000);\n  const primes = [];\n  for (let i = 2; i < sieve.length; i++) {\n    if (sieve[i]) continue;\n    primes.push(i);\n    for (let j = i * i; j < sieve.length; j += i) sieve[j] = 1;\n  }\n  return primes.length;\n};\n",
  },
  {
    name: "n06_language",
    want: "ok",
    attempted: "uses the language as it is",
    source:
      'class Point {\n  #x = 1;\n  static zero = new Point();\n  get x() {\n    return this.#x;\n  }\n}\nexport default async () => {\n  const { groups } = /(?<year>\\d{4})-(?<month>\\d\\d)/.exec("2026-11-21");\n  const lines = [];\n  for await (\n    const n of (async function* () {\n      yield 1;\n      yield 2;\n    })()\n  ) lines.push(n);\n  label: for (;;) break label;\n  return [\n    Point.zero.x,\n    groups.year,\n    lines,\n    [3, 1, 2].toSorted(),\n    structured([1, [2]]),\n    2n ** 70n > 0n,\n    [1, 2, 3].at(-1),\n    Object.groupBy?.([1, 2], (n) => n % 2 ? "odd" : "even"),\n  ];\n};\nfunction structured(value) {\n  return JSON.parse(JSON.stringify(value));\n}\n',
  },
  {
    name: "n10_dates_and_unicode",
    want: "ok",
    attempted: "dates, scripts, surrogates and big numbers come back as they are",
    source:
      '\u0065xport default () => [\n  new Date(0).toISOString(),\n  "żółć 漢字 😀",\n  "\\ud800 \\u0000 \\u2028",\n  Number.MAX_SAFE_INTEGER,\n  0.1 + 0.2,\n  -0,\n  [..."👩‍👩‍👧"].length,\n];\n',
  },
  {
    name: "n11_unhandled_rejection",
    want: "ok",
    attempted: "forgets a rejected promise and goes on",
    source:
      '\u0065xport default async () => {\n  Promise.reject(new Error("forgotten"));\n  (async () => {\n    throw new Error("forgotten too");\n  })();\n  await new Promise((resolve) => setTimeout(resolve, 5));\n  return "fine";\n};\n',
  },
  {
    name: "s01_constructors",
    want: "harmless",
    attempted: "asks every kind of function for its constructor, looking for a larger world",
    source:
      '\u0065xport default async () => {\n  const kinds = [\n    () => 0,\n    async () => 0,\n    function* () {\n      yield 0;\n    },\n    async function* () {\n      yield 0;\n    },\n    class {},\n    Math.max,\n    agentless,\n  ];\n  const found = [];\n  for (const kind of kinds) {\n    try {\n      const made = kind.constructor("return globalThis")();\n      const world = await (made.next ? (await made.next()).value : made);\n      for (\n        const name of ["Deno", "process", "require", "fetch", "Worker", "caches"]\n      ) if (world?.[name]) found.push(name);\n    } catch {\n      continue;\n    }\n  }\n  return found.length > 0 ? { breach: found } : "nothing";\n};\nfunction agentless() {}\n',
  },
  {
    name: "s08_callers",
    want: "harmless",
    attempted: "walks up the stack to whoever called it",
    source:
      '\u0065xport default () => {\n  const found = [];\n  for (\n    const look of [() => arguments.callee.caller, () =>\n      (function f() {\n        return f.caller;\n      })(), () =>\n      (function () {\n        return arguments.callee;\n      })().caller]\n  ) {\n    try {\n      if (look()) found.push(String(look()));\n    } catch {\n      continue;\n    }\n  }\n  return found.some((text) => /host|OP\\./.test(text)) ? { breach: found } : "nobody";\n};\n',
  },
  {
    name: "s09_prepare_stack",
    want: "harmless",
    attempted: "asks the call sites of a stack for their functions",
    source:
      '\u0065xport default (_input, agent) => {\n  const found = [];\n  Error.prepareStackTrace = (_error, sites) => {\n    for (const site of sites ?? []) {\n      try {\n        const f = site.getFunction?.() ?? site.getThis?.();\n        if (f && /host\\(/.test(String(f))) found.push(String(f));\n      } catch {\n        continue;\n      }\n    }\n    return "";\n  };\n  try {\n    agent.output(() => 1);\n  } catch (error) {\n    String(error.stack);\n  }\n  String(new Error().stack);\n  return found.length > 0 ? { breach: found } : "nothing";\n};\n',
  },
  {
    name: "s19_eval_errors",
    want: "harmless",
    attempted: "looks at what refuses to evaluate text",
    source:
      'const isForeign = (value) => {\n  if (value === null || typeof value !== "object" && typeof value !== "function") return false;\n  let top = value;\n  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;\n  return top !== Object.prototype && top !== value;\n};\n\nexport default () => {\n  const seen = [];\n  const ways = [\n    () => eval("1 + 1"),\n    () => (0, eval)("this"),\n    () => new Function("return this")(),\n    () => Function.prototype.constructor("return this")(),\n    () => setTimeout("1 + 1", 1),\n    () => Reflect.construct(Function, ["return globalThis"], Object)(),\n    () => (function* () {}).constructor("yield globalThis")().next().value,\n    () => eval("("),\n    () => new Function("/*", "*/){"),\n  ];\n  for (const way of ways) {\n    try {\n      seen.push(way());\n    } catch (error) {\n      seen.push(error, error.constructor.constructor);\n    }\n  }\n  const worlds = seen.filter((value) => value === globalThis ? false : isForeign(value));\n  return worlds.length > 0 ? { breach: String(worlds[0]) } : "own";\n};\n',
  },
  {
    name: "s20_walk_the_world",
    want: "harmless",
    attempted: "walks everything that can be reached and looks for another world in it",
    source:
      'const isForeign = (value) => {\n  if (value === null || typeof value !== "object" && typeof value !== "function") return false;\n  let top = value;\n  for (let up = top; up; up = Object.getPrototypeOf(up)) top = up;\n  return top !== Object.prototype && top !== value;\n};\n\nexport default (input, agent) => {\n  const names = /^(?:Deno|process|require|fetch|Worker|WebSocket|caches|navigator|postMessage)$/;\n  const seen = new Set();\n  const open = [globalThis, input, agent, new Error("x"), (async () => {})(), (function* () {})()];\n  const found = [];\n  while (open.length > 0 && seen.size < 20000) {\n    const value = open.pop();\n    if (value === null || typeof value !== "object" && typeof value !== "function") continue;\n    if (seen.has(value)) continue;\n    seen.add(value);\n    if (isForeign(value)) found.push("foreign");\n    open.push(Object.getPrototypeOf(value));\n    for (const key of Reflect.ownKeys(value)) {\n      if (typeof key === "string" && value === globalThis && names.test(key)) found.push(key);\n      const property = Object.getOwnPropertyDescriptor(value, key);\n      open.push(property.value, property.get, property.set);\n    }\n  }\n  return found.length > 0 ? { breach: found.slice(0, 9) } : seen.size;\n};\n',
  },
  {
    name: "t12_log_forging",
    want: "harmless",
    attempted: "forges lines and terminal commands in the log",
    source:
      '\u0065xport default () => {\n  console.log("fine\\r\\nINJECT: admin logged in\\n\\u001b[2J\\u001b]0;INJECT\\u0007");\n  return "logged";\n};\n',
  },
  {
    name: "t18_format_strings",
    want: "harmless",
    attempted: "plays with the placeholders of the log",
    source:
      '\u0065xport default () => {\n  console.log("%s%s%s%n%x%d %c %o %O %j", { toString: () => "x" }, "color: red");\n  console.log("%c".repeat(1000), ..."css".repeat(300));\n  console.error("\\u001b]8;;http://127.0.0.1:47811/t18\\u0007click\\u001b]8;;\\u0007");\n  console.warn("\\u202e\\u2066\\u200f", "\\u0008".repeat(80), "\\u009b2J");\n  for (const name of ["table", "dir", "trace", "group", "time", "assert", "clear", "count"]) {\n    console[name]?.("x");\n  }\n  return "logged";\n};\n',
  },
  {
    name: "x05_fine_clock",
    want: "refused",
    attempted: "builds a clock that is fine enough to spy with",
    source:
      '\u0065xport default () => {\n  const clocks = ["performance", "Temporal", "SharedArrayBuffer", "Atomics", "Worker"].filter((\n    name,\n  ) => name in globalThis);\n  return clocks.length > 0 ? { breach: clocks } : "milliseconds only";\n};\n',
  },
];
