import { cpus } from 'node:os'
import { format, resolveConfig } from 'prettier'
import { SERVERS } from './servers.js'
import { toCount, toFixed, toRows, toTimes } from './targets.js'

const FILE = new URL('../docs/benchmarks.md', import.meta.url)

/**
 * The table of promises as text, for a terminal.
 * @param {import('./targets.js').Results} results
 */
export function toText(results) {
  return toTextTable(toRows(results))
}

/**
 * Promises and what was measured, as text in columns.
 * @param {import('./targets.js').Row[]} promises
 */
export function toTextTable(promises) {
  const rows = [['', 'target', 'measured', 'reached'], ...toCells(promises)]
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)))
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n')
}

/**
 * docs/benchmarks.md.
 * @param {import('./targets.js').Results} results
 * @param {{ warmUp: number, seconds: number, patient: boolean, bursts: number, stuck: number, slice: number }} times
 * @returns {Promise<string>}
 */
export async function toDocument(results, times) {
  const text = `# Benchmarks

\`npm run bench\` writes this page. What is measured is a Fastify host with \`app.register(opswire, { ops })\` and its
defaults, fed by \`ops.log\`, and the same work done by others.

${toTable(['', 'target', 'measured', 'reached'], toCells(toRows(results)))}

${toComparison(results)}

## How it is measured

Machine: ${describeMachine()}. Server and clients are processes of their own on this one machine; only the loopback network is between them.

- A line is about 200 bytes on the wire with its id, event name and data; all servers send the same record. Every 10 ms those that are due are
  published, whether or not the server is ready, and a line's latency counts from the time when it was due.
- 200 connections read raw bytes. Every line that arrives is counted and timed, and its number must follow that of the line before it.
- A rate is held when 99 of 100 deliveries take at most 100 ms and none is missing, repeated or out of order over
  ${times.seconds} s, after ${times.warmUp} s of warm-up. Short probes find where to begin; from there each rung is 1.25 times the last. ${times.patient ? 'A rung that fails is tried once more in new processes before it ends the climb, and more often while other programs use over 10 % of the machine; the' : 'The'} highest rung must hold once more in new processes, else the one below it.
- Compressed: two connections inflate and check every line; the bytes of each other one must equal the first one's.
- The libraries are used as their readmes show, per event and client. The bare loop writes one buffer per 50 ms to every response, in the form
  that opswire sends, with nothing else around it: the ceiling. nginx has one worker, as Node has one thread, and gets its messages from a process
  of its own over one pipelined connection.
- CPU is that of the server process, all threads, divided by deliveries. Cost of a log line: at 20,000 lines a second, four fields each;
  the same loop without logging is subtracted. Viewers are dashboards in browsers, which accept gzip; plain readers are shown beside them.
- A burst: the longest time between two turns of the loop within a second after the turn that logged, worst of ${times.bursts}.
- The recording is [bench/recordings/gateway.ndjson](../bench/recordings/gateway.ndjson): 2,000 messages of the sample gateway in 400 s, written by
  \`node bench/record-gateway.js\`. Its slices of ${times.slice} s play at the same time at the recorded pace.
- Ingest: one client posts log lines of about 150 bytes as NDJSON, 5,000 a request, and waits for each answer; a viewer must get every line, in order.
  Model calls: start, three times progress, end. CPU is that of the server process, the viewer's feed included. The limit of messages per second is off.
- OTLP: one exporter posts 512 spans a request (of four spans one is a model call, one a request, one a tool's) and waits for each answer; every call
  must be counted. CPU is that of the server process.
- \`opswire/register\`: 50 bare connections ask for a hello-world as fast as it answers, from a core of their own; each kind of host in its turn, started
  anew in each round, for three seconds after four to warm up. The middle of the rounds' ratios counts. The dashboard runs, nobody watches; OpenTelemetry has its
  defaults, OTLP over HTTP in protobuf, to a sink on the same machine; it asks no cloud where it runs.
- Clients that never read: the worst second of ${times.stuck} with 8,000 lines a second, after what the server holds for all is full.
- Sketches: 200 models, each with 3,000 calls in fifteen minutes of log-normal size (sigma 0.6) and outliers up to 100 times as long.
- Snapshot and heartbeat: after fifteen minutes of one message and model call per second, with 4 providers, 8 models, 4 channels.
- First byte through the proxy: 200 clients stream chats of 20 tokens at 20 tokens a second, one after the other, straight from a model server,
  through two bare pipes of node:http and through the proxy, three times in turns. Each answer says how long the model held the request; the rest is the way there and back.

## Repeat it

\`\`\`sh
apt-get install nginx libnginx-mod-nchan # optional, for the comparison with nchan
npm run bench                            # everything: about 20 minutes on an otherwise idle machine
npm run bench -- --quick                 # shorter: about 6 minutes; leaves this page alone unless told to --write
npm run bench -- --only idle-event       # one part; an unknown name lists them
\`\`\`
`
  const config = await resolveConfig(FILE)
  return format(text, { ...config, parser: 'markdown' })
}

/** @param {import('./targets.js').Row[]} rows */
function toCells(rows) {
  return rows.map(({ what, target, measured, reached }) => [
    what,
    target,
    measured,
    reached === undefined ? '–' : reached ? 'yes' : 'no',
  ])
}

/** @param {import('./targets.js').Results} results */
function toComparison({ held = {}, cost = {}, compressed, compressedCeiling }) {
  const own = held.opswire?.rate
  /** @type {(label: string, measured: import('./measure.js').Measured | undefined, cost?: number) => string[]} */
  const toCellsOf = (label, measured, cost) => [
    label,
    measured ? toCount(measured.rate) : 'none',
    measured && own ? toTimes(own / measured.rate) : '–',
    measured ? `${measured.p50} / ${measured.p99} ms` : '–',
    cost === undefined ? '–' : `${toFixed(cost)} µs`,
  ]
  const rows = SERVERS.filter(({ server }) => server in held).map(({ server, label }) =>
    toCellsOf(label, held[server], cost[server]),
  )
  if (compressed && compressed !== 'plain') rows.push(toCellsOf('opswire, shared compression', compressed))
  if (compressedCeiling) rows.push(toCellsOf('bare loop, shared compression', compressedCeiling))
  return toTable(
    [
      '200 clients',
      'deliveries/s held',
      'opswire : this',
      'p50 / p99 there',
      'CPU per delivery at 100,000/s',
    ],
    rows,
  )
}

/**
 * @param {string[]} head
 * @param {string[][]} rows
 */
function toTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')
}

/** Cores, processor and Node, and nothing that names this machine. */
export function describeMachine() {
  const cores = cpus()
  return `${cores.length} cores of ${cores[0]?.model.trim() ?? 'an unknown processor'}, Node ${process.versions.node}, ${process.platform}`
}
