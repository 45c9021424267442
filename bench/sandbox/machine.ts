import { peerVersions } from "./install.ts";

/** What the figures were measured on, as rows of a table. */
export async function describeMachine(): Promise<[string, string][]> {
  const cpu = field(await Deno.readTextFile("/proc/cpuinfo"), /^model name\s*: (.+)$/m);
  const system = field(await Deno.readTextFile("/etc/os-release"), /^PRETTY_NAME="(.+)"$/m);
  const memory = Math.round(Deno.systemMemoryInfo().total / 1024 ** 3);
  const [load = 0] = Deno.loadavg();
  return [
    ["date", new Date().toISOString().slice(0, 16).replace("T", " ") + " UTC"],
    ["processor", `${cpu}, ${navigator.hardwareConcurrency} cores`],
    ["memory", `${memory} GiB`],
    ["system", `${system}, Linux ${Deno.osRelease()}`],
    ["load before", `${load.toFixed(1)}`],
    ["Deno", `${Deno.version.deno}, V8 ${Deno.version.v8}`],
    ["Python", await versionOf("python3", ["--version"])],
    ["bubblewrap", await versionOf("bwrap", ["--version"])],
    ["peers", Object.entries(await peerVersions()).map((pair) => pair.join(" ")).join(", ")],
  ];
}

function field(text: string, pattern: RegExp): string {
  return pattern.exec(text)?.[1] ?? "unknown";
}

async function versionOf(command: string, args: string[]): Promise<string> {
  try {
    const { stdout } = await new Deno.Command(command, { args }).output();
    return new TextDecoder().decode(stdout).trim();
  } catch {
    return "absent";
  }
}
