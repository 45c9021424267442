import vm from "node:vm";
import { locate } from "./locate.js";
import { wall } from "./wall.js";

/** Running it lets a realm's waiting jobs run, and stops them when their time is over. */
const NOTHING = new vm.Script("0");

const scripts = new Map();

/** Compiles an expression once, for all realms. */
function compiled(text) {
  const script = scripts.get(text) ?? new vm.Script(`(${text})`, { filename: "cloister" });
  scripts.set(text, script);
  return script;
}

/** One realm, for one run. */
export class Realm {
  #context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
    codeGeneration: { strings: false, wasm: false },
    microtaskMode: "afterEvaluate",
  });
  #OP;
  #outside;
  #entries;
  #timers = new Map();
  #underWay = 0;
  #over = false;
  /** The number of the run; none before its job is there. */
  #run;
  #budgetMs = 0;

  /**
   * `outside` has timers, tells the supervisor a line by `write`, is told by `rest` when the run is
   * over, and says by `watch` how V8 is to watch that so many milliseconds are not exceeded.
   */
  constructor({ guest, OP }, outside) {
    [this.#OP, this.#outside] = [OP, outside];
    const evaluate = (text) => compiled(text).runInContext(this.#context);
    const out = {
      send: (line, op) => this.#send(line, op),
      arm: (id, ms) => this.#arm(id, ms),
      disarm: (id) => this.#disarm(id),
    };
    this.#entries = evaluate(`${wall}`)(out, evaluate(guest), evaluate(JSON.stringify(OP)));
  }

  async start({ run, program, input, settings, cpuMs }) {
    [this.#run, this.#budgetMs] = [run, cpuMs];
    this.#entries.configure(settings);
    const module = this.#compile(program);
    if (module === undefined) return;
    if (module.moduleRequests.length > 0) return this.#fail("import", "ImportError", "", "");
    await module.link(() => {});
    this.#entries.load(() => module.evaluate(), module.namespace, input);
    this.#enter();
  }

  /** An answer that was on its way when its run ended comes to the next realm, and is dropped. */
  answer({ run, call, ok, json }) {
    if (run !== this.#run) return;
    this.#underWay--;
    this.#call("settle", call, ok, json);
  }

  /** Lets go of everything that could still wake this realm. */
  close() {
    this.#over = true;
    for (const timer of this.#timers.values()) this.#outside.clearTimeout(timer);
    this.#timers.clear();
  }

  #compile(program) {
    try {
      return new vm.SourceTextModule(program, { context: this.#context, identifier: "agent.js" });
    } catch ({ name, message }) {
      const kind = name === "SyntaxError" ? "syntax" : "threw";
      this.#fail(kind, name, message, locate(program, message));
    }
  }

  #call(name, a, b, c) {
    if (this.#over || this.#run === undefined) return;
    this.#entries.later(name, a, b, c);
    this.#enter();
  }

  /** Lets the realm's waiting jobs run, within what is left of the budget. */
  #enter() {
    const started = performance.now();
    try {
      const ms = Math.max(1, Math.ceil(this.#budgetMs));
      NOTHING.runInContext(this.#context, this.#outside.watch(ms));
    } catch {
      this.#end("spent");
    }
    this.#budgetMs -= performance.now() - started;
    if (this.#budgetMs <= 0) this.#end("spent");
    if (this.#over) this.#outside.rest();
    else this.#outside.setTimeout(() => this.#checkStalled());
  }

  #checkStalled() {
    if (this.#timers.size + this.#underWay === 0) this.#end("stalled");
  }

  #send(line, op) {
    if (this.#over) return;
    this.#outside.write(line);
    if (op === this.#OP.call) this.#underWay++;
    this.#over = op >= this.#OP.done;
  }

  #fail(kind, ...texts) {
    const values = [kind, ...texts.map((text) => JSON.stringify(text))];
    this.#end("fail", ...values.map((value) => JSON.stringify(value)));
  }

  #end(what, ...values) {
    this.#send(`[${[this.#OP[what], ...values].join()}]`, this.#OP[what]);
  }

  #arm(id, ms) {
    if (this.#over) return;
    const ring = () => {
      this.#timers.delete(id);
      this.#call("fire", id);
    };
    this.#timers.set(id, this.#outside.setTimeout(ring, ms));
  }

  #disarm(id) {
    this.#outside.clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
