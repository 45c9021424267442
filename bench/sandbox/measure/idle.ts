import { RAISED } from "../limits.ts";
import type { Peer } from "../peers.ts";
import { pssBytes } from "../proc.ts";
import { WAIT } from "../programs.ts";
import { Station } from "../station.ts";
import { calm } from "./calm.ts";

/** What sandboxes take while their programs wait for a tool. */
export interface Idle {
  /** Each further sandbox. */
  eachBytes: number;
  /** The first one with its host and everything that it needs or keeps warm. */
  wholeBytes: number;
}

/** Looks at one waiting sandbox and at several, in a host that has run nothing else. */
export async function measureIdle(peer: Peer, cwd: string): Promise<Idle> {
  await using station = await Station.start(peer, cwd, { collects: true });
  const program = station.language === "python" ? WAIT.py : WAIT.js;
  const job = { program, input: "null", limits: RAISED };
  const answer = { wait: () => Promise.resolve(null) };
  // Another text than what is held: a process that is kept for a program must not be used again.
  const warming = { ...job, program: `${program}\n` };
  await Promise.all(Array.from({ length: peer.holds }, () => station.play(warming, answer)));
  const release = Promise.withResolvers<null>();
  const playing: Promise<unknown>[] = [];
  const hold = async () => {
    const waits = Promise.withResolvers<void>();
    const wait = () => {
      waits.resolve();
      return release.promise;
    };
    const played = station.play(job, { wait });
    played.catch(waits.reject); // it is awaited below, if it comes so far
    playing.push(played);
    await waits.promise;
  };
  await hold();
  const first = await look(station);
  for (let held = 1; held < peer.holds; held++) await hold();
  const all = await look(station);
  release.resolve(null);
  await Promise.all(playing);
  return { wholeBytes: first, eachBytes: (all - first) / (peer.holds - 1) };
}

async function look(station: Station): Promise<number> {
  await station.rest();
  await calm(station, 20, 0.3);
  return pssBytes(station.tree());
}
