import { type Application, buildApplication, buildRouteMap, text_en } from "@stricli/core";
import type { Cli } from "./cli.ts";
import { agentsRoutes } from "./commands/agents.ts";
import { callsCommand } from "./commands/calls.ts";
import { completionCommand } from "./commands/completion.ts";
import { devCommand } from "./commands/dev.ts";
import { filesRoutes } from "./commands/files.ts";
import { initCommand } from "./commands/init.ts";
import { keysRoutes } from "./commands/keys.ts";
import { loginCommand } from "./commands/login.ts";
import { limitsCommand, verifyCommand } from "./commands/project.ts";
import { pushCommand } from "./commands/push.ts";
import { runCommand } from "./commands/run.ts";
import { cancelCommand, logsCommand, runsCommand, showCommand } from "./commands/runs.ts";
import { secretsRoutes } from "./commands/secrets.ts";
import { logoutCommand, whoamiCommand } from "./commands/session.ts";
import {
  approveCommand,
  diffCommand,
  publishCommand,
  rollbackCommand,
  versionsCommand,
} from "./commands/versions.ts";
import { exitOfError, UsageError } from "./exit.ts";
import { VERSION } from "./version.ts";

const root = buildRouteMap({
  routes: {
    login: loginCommand,
    logout: logoutCommand,
    whoami: whoamiCommand,
    init: initCommand,
    dev: devCommand,
    push: pushCommand,
    agents: agentsRoutes,
    run: runCommand,
    runs: runsCommand,
    show: showCommand,
    logs: logsCommand,
    calls: callsCommand,
    cancel: cancelCommand,
    versions: versionsCommand,
    diff: diffCommand,
    publish: publishCommand,
    rollback: rollbackCommand,
    approve: approveCommand,
    keys: keysRoutes,
    secrets: secretsRoutes,
    files: filesRoutes,
    limits: limitsCommand,
    verify: verifyCommand,
    completion: completionCommand,
  },
  docs: { brief: "Write, run and watch agents of a Cloister project" },
});

/** Every command. `describe` says what went wrong, for whoever reads stderr. */
export function createApp(describe: (error: unknown) => string): Application<Cli> {
  return buildApplication<Cli>(root, {
    name: "cloister",
    versionInfo: { currentVersion: VERSION },
    scanner: { caseStyle: "allow-kebab-for-camel", allowArgumentEscapeSequence: true },
    documentation: { caseStyle: "convert-camel-to-kebab", onlyRequiredInUsageLine: true },
    localization: {
      text: {
        ...text_en,
        exceptionWhileRunningCommand: describe,
        exceptionWhileParsingArguments: (error) =>
          describe(new UsageError(error instanceof Error ? error.message : String(error))),
        noCommandRegisteredForInput: ({ input, corrections }) =>
          describe(
            new UsageError(
              `There is no command ${input}.` +
                (corrections.length > 0 ? ` Did you mean ${corrections.join(" or ")}?` : ""),
            ),
          ),
      },
    },
    determineExitCode: exitOfError,
  });
}
