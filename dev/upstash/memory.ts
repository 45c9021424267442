import { at, type Command, integer } from "./arguments.ts";
import { HASHES } from "./hashes.ts";
import { KEYS } from "./keys.ts";
import { LISTS } from "./lists.ts";
import { Lua } from "./lua.ts";
import { type Backend, OK, RedisError, type Reply } from "./reply.ts";
import { SETS } from "./sets.ts";
import { SORTED } from "./sorted.ts";
import { Store } from "./store.ts";
import { STRINGS } from "./strings.ts";

const COMMANDS = new Map(
  Object.entries({ ...KEYS, ...STRINGS, ...HASHES, ...SETS, ...LISTS, ...SORTED }),
);

/** A Redis in this process: the commands that rate limiting and its neighbours use. Nothing is kept. */
export function openMemory(): Backend {
  const store = new Store();
  const lua = new Lua((command) => execute(command, COMMANDS, store));
  const commands = new Map([...COMMANDS, ...Object.entries(scripting(lua))]);
  const run = (command: string[]) => execute(command, commands, store);
  return {
    run: (command) => new Promise((resolve) => resolve(run(command))),
    transaction: (all) => Promise.resolve(all.map((command) => attempt(() => run(command)))),
    [Symbol.asyncDispose]: () => Promise.resolve(lua.close()),
  };
}

function scripting(lua: Lua): Record<string, Command> {
  const evaluate = (sha: string, args: string[]): Reply => {
    const count = integer(at(args, 1));
    if (count < 0 || count > args.length - 2) {
      throw new RedisError("ERR Number of keys can't be greater than number of args");
    }
    return lua.run(sha, args.slice(2, 2 + count), args.slice(2 + count));
  };
  const run: Command = (args) => evaluate(lua.load(at(args, 0)), args);
  const runKnown: Command = (args) => evaluate(at(args, 0).toLowerCase(), args);
  return {
    EVAL: run,
    EVAL_RO: run,
    EVALSHA: runKnown,
    EVALSHA_RO: runKnown,
    SCRIPT: ([verb = "", ...args]) => {
      switch (verb.toUpperCase()) {
        case "LOAD":
          return lua.load(at(args, 0));
        case "EXISTS":
          return args.map((sha) => lua.knows(sha) ? 1 : 0);
        case "FLUSH":
          return lua.forget(), OK;
        default:
          throw new RedisError("ERR unknown SCRIPT subcommand");
      }
    },
  };
}

function execute([name = "", ...args]: string[], commands: Map<string, Command>, store: Store) {
  const command = commands.get(name.toUpperCase());
  store.receive(args);
  if (command !== undefined) return command(args, store);
  throw new RedisError(`ERR unknown command '${name}', or one that the local stack does not have`);
}

function attempt(run: () => Reply): Reply | RedisError {
  try {
    return run();
  } catch (error) {
    if (error instanceof RedisError) return error;
    throw error;
  }
}
