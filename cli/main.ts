#!/usr/bin/env node
/** `cloister`: the command line of Cloister. */
import process from "node:process";
import { terminalPrompts } from "./prompts.ts";
import { runCli } from "./run.ts";
import { thisWorld } from "./world.ts";

process.exitCode = await runCli(process.argv.slice(2), thisWorld(terminalPrompts));
