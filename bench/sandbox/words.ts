/** The sentences of bench/RESULTS.md that no figure changes. */

export const INTRODUCTION = `# Sandboxes, side by side

Written by \`deno task bench:sandbox\`; not to be edited. All rows were measured in one run with the
same programs, the peers taking turns batch by batch, so that a noisy machine hits all alike. Ratios
travel; milliseconds do not. Ours are set in bold. Peers differ in what they promise: read the last
column and [what a run does not share](#what-a-run-does-not-share) together with the times.
`;

export const WHY = `
## Where we lose

Every figure in which a peer is better, below. The reasons are few. A process for each run has to be
made by somebody: it costs CPU and memory that an isolate inside the host does not, and at full load
the pool cannot hide it. V8 without machine code is several times slower at computing. A tool call
of \`process\` crosses a realm, a worker and a pipe, one of \`remote\` a network besides; peers inside
the host's process cross one function. What is bought with it stands in the last column of the table.
Times below 5 ms until a loop is dead, and memory below 1 MB, are not told apart.
`;

export const MEANINGS = (lineMs: number) => `
## What the columns mean

- **hello, now and then**: the p50 of a run that comes when nothing else happens: the pool is full,
  and 30 ms have passed. From handing the program over to having its result.
- **8 at a time (runs/s)**: eight callers, each at once again. A pool is full before the clock
  starts, and the clock stops when it is full again: what was made in advance is paid for.
- **json 1 MB**: parses 1 MB of input, groups, filters, and returns half a megabyte. **fib(27)** is
  bare computing. **100 tool calls** one after the other, answered by the host at once. **10,000 log
  lines** must all have reached the host when the run ends. These are the p50 with one run at a time,
  back to back: whoever makes a sandbox for each run is waited for.
- **each idle sandbox**: what one more sandbox adds, as proportional set size (\`smaps_rollup\`) of all
  processes, while its program waits for a tool. **With its host**: the first one, its host process
  and all that is kept warm.
- **dead after**: from the deadline of \`for (;;);\` until its thread was last seen to run, looking
  every 2 ms from outside; the median of three. *Never*: it still ran 1.5 s later.
- **attacks that breach**: of the hostile programs in \`tests/attacks/programs\`. A breach is anything
  that the bench sees from outside (the host dead or hanging, CPU still used, memory kept, a
  connection made, a line printed, a tool called after the end, the next run failing), or that the
  program itself reports, or an end by itself where a limit should have ended it. The host has all
  rights, as one that is written without a thought has. Peers without limits for logs, results and
  calls were given ours in the glue, so the score tells of isolation and not of bookkeeping.
  *Not scored*: \`python3\`, since the programs are JavaScript; \`remote\` and keep-alive, which are
  \`process\` behind another door and have their own runs in \`tests/attacks/\`.
- Every row runs in a host process of its own, which times its runs itself. The line between the
  bench and the hosts (${
  lineMs.toFixed(2)
} ms for a question and its answer) is used once for each batch and is
  in no figure.
- p99 of fewer than 100 runs is the slowest of them; the number of runs stands beside it.
`;

export const NOT_PEERS = `
What the table cannot say:

- \`isolated-vm\`, \`quickjs-emscripten\`, \`run\` and a Deno Worker share the host's process, workerd one process
  between all tenants. isolated-vm's own documents ask for a process around it; with a fresh one for
  each run its start is that of a process.
- workerd has CPU limits on Cloudflare, not in what is published: a loop is ended by ending workerd
  and everybody in it. \`Worker.terminate()\` of Deno does not stop busy code.
- \`python3\` and \`deno run\` start with nothing ready; their rows are the price of an interpreter's
  start. Python runs without any sandbox: it is here for its time.
- \`quickjs-emscripten\`'s interrupt handler is not asked inside native loops; ours is metered, which
  costs what the two rows differ by in fib(27).
- \`process, keep-alive\` runs one tenant's one program again in a process that has run it before. A
  realm is all that is fresh then; it is off unless an operator turns it on.
- Of the peers only \`run\` keeps a pool, of threads; none offers to make sandboxes in advance.
`;

export const HOW = `
## How to see it yourself

\`\`\`sh
deno task bench:sandbox            # some minutes; writes this file
deno task bench:sandbox --quick    # shows that all of it works; writes nothing
deno task bench:sandbox --only=process,isolated-vm
\`\`\`

Linux on x86-64 or arm64, Deno and python3. The peers, and the Node.js that they need, are installed
below \`bench/sandbox/peers/\` when they are first wanted; nothing else of Cloister uses them.
`;
