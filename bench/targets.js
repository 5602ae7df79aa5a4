import { NCHAN, SERVERS } from './servers.js'
import { INSTALL } from './servers/nchan.js'
import { RATE } from './parts/cpu.js'
import { INSTALL_OTEL } from './parts/register.js'

/**
 * What one run found; what was not measured is undefined.
 * @typedef {object} Results
 * @property {Record<string, import('./measure.js').Measured | undefined>} [held] by server
 * @property {Record<string, number | undefined>} [cost] by server, microseconds of CPU per delivery
 * @property {import('./measure.js').Measured | 'plain'} [compressed] 'plain' when the server does not compress
 * @property {import('./measure.js').Measured} [compressedCeiling]
 * @property {(IdleEvent & { viewers: number, loop: IdleEvent })[]} [idle] `loop`: of bare writes
 * @property {{ longest: number, caller: number, lost: number }} [burst]
 * @property {{ plain: Recording, compressed: Recording }} [recording]
 * @property {{ bytesPerViewer: number, cpu: number, closedEarly: number }} [viewers]
 * @property {{ pino: number, alone: number, watched: number, compressed: number }} [log]
 * @property {{ logs: import('./parts/ingest.js').Taken, calls: import('./parts/ingest.js').Taken }} [ingest]
 * @property {{ protobuf: import('./parts/otlp.js').Exported, json: import('./parts/otlp.js').Exported }} [otlp]
 * @property {Awaited<ReturnType<typeof import('./parts/register.js').serveHelloWorlds>>} [register]
 * @property {{ bytesPerClient: number, p99: number, faults: number, missing: number }} [stuck]
 * @property {{ snapshot: number, heartbeat: number }} [sizes]
 * @property {{ message: number, line: number }} [redaction]
 * @property {{ bytes: number, milliseconds: number }} [sketches]
 * @property {Awaited<ReturnType<typeof import('./parts/proxy.js').timeProxy>>} [proxy]
 */

/** @typedef {Awaited<ReturnType<typeof import('./parts/idle-event.js').timeIdleEvents>>} IdleEvent */

/** @typedef {Awaited<ReturnType<typeof import('./parts/recording.js').deliverRecording>>} Recording */

/**
 * One promise and what became of it.
 * @typedef {object} Row
 * @property {string} what
 * @property {string} target
 * @property {string} measured
 * @property {boolean | undefined} reached undefined when it could not be told
 */

/** Spans a second: thousands of model calls, on one core that has its own work, too. */
const LEAST_SPANS = 20_000

const NOT_BUILT = 'skipped: the server answers without content-encoding'

/**
 * The rows of the table of promises, of what was measured.
 * @param {Results} results
 * @returns {Row[]}
 */
export function toRows(results) {
  const {
    held,
    cost,
    compressed,
    idle,
    burst,
    recording,
    viewers,
    log,
    ingest,
    otlp,
    register,
    stuck,
    sizes,
    redaction,
    sketches,
    proxy,
  } = results
  const rows = []
  const best = bestLibrary(results)
  if (held) rows.push(...toThroughputRows(held, best))
  if (compressed) {
    const measured = compressed === 'plain' ? undefined : compressed.rate
    const ratio = measured && best && measured / best.rate
    const text = measured === undefined ? NOT_BUILT : `${toCount(measured)}/s = ${toTimes(ratio)}`
    rows.push(
      toRow(
        'deliveries/s, shared compression : best Node library',
        '≥ 50 ×',
        text,
        ratio === undefined ? undefined : ratio >= 50,
      ),
    )
  }
  if (cost) {
    const { opswire, 'better-sse': other } = cost
    const ratio = opswire && other && opswire / other
    const text = `${toFixed(opswire)} µs : ${toFixed(other)} µs = ${ratio?.toFixed(3) ?? '?'}`
    rows.push(
      toRow(
        `CPU per delivery at ${toCount(RATE)}/s : better-sse`,
        '≤ 0.20',
        text,
        ratio === undefined ? undefined : ratio <= 0.2,
      ),
    )
  }
  for (const { viewers: count, p50, p99, max, lost, apart, loop } of idle ?? []) {
    const others = `res.write per viewer: ${loop.p50} and ${loop.p99} ms`
    const text = `p50 ${p50} ms, p99 ${p99} ms, max ${max} ms${lost > 0 ? `, ${lost} lost` : ''} (${others}${apart ? '' : '; cores shared'})`
    const what = `one event on an idle feed, ${count} ${count === 1 ? 'viewer' : 'viewers'}`
    rows.push(toRow(what, 'p50 ≤ 2 ms, p99 ≤ 10 ms', text, p50 <= 2 && p99 <= 10 && lost === 0))
  }
  if (burst) {
    const { longest, caller, lost } = burst
    const rest = `the calls themselves ${caller.toFixed(1)} ms${lost > 0 ? `, ${lost} lost` : ''}`
    rows.push(
      toRow(
        '10,000 lines in one turn, 200 viewers: longest stop of the loop',
        '≤ 50 ms',
        `${longest.toFixed(1)} ms; ${rest}`,
        longest <= 50 && lost === 0,
      ),
    )
  }
  if (recording) rows.push(...toRecordingRows(recording))
  if (viewers) {
    const kilobytes = viewers.bytesPerViewer / 1000
    const share = viewers.cpu * 100
    const intact = viewers.closedEarly === 0
    rows.push(
      toRow(
        '2,000 idle viewers: heap and buffers each',
        '≤ 20 KB',
        `${kilobytes.toFixed(1)} KB${intact ? '' : `, ${viewers.closedEarly} closed`}`,
        intact && kilobytes <= 20,
      ),
      toRow('2,000 idle viewers: CPU', '≤ 5 % of a core', `${share.toFixed(1)} %`, intact && share <= 5),
    )
  }
  if (log) {
    const { pino, alone } = log
    /** @type {(what: string, cost: number) => Row} */
    const toWatched = (what, cost) =>
      toRow(
        `\`ops.log\` with 200 viewers, ${what} : pino to /dev/null`,
        '≤ 3 ×',
        `${toFixed(cost)} µs : ${toFixed(pino)} µs = ${toFixed(cost / pino)} ×`,
        cost <= 3 * pino,
      )
    rows.push(
      toRow(
        '`ops.log` without viewers : pino to /dev/null',
        '≤ 1 ×',
        `${toFixed(alone)} µs : ${toFixed(pino)} µs = ${toFixed(alone / pino)} ×`,
        alone <= pino,
      ),
      toWatched('plain', log.watched),
      toWatched('accepting gzip', log.compressed),
    )
  }
  if (ingest) {
    /** @type {(what: string, taken: import('./parts/ingest.js').Taken) => Row} */
    const toIngestRow = (what, { rate, cpu, missing }) =>
      toRow(
        `ingest lines/s held, ${what}`,
        '≥ 10,000',
        `${toCount(rate)}/s, ${toFixed(cpu)} µs each${missing > 0 ? `, ${missing} missing` : ''}`,
        rate >= 10_000 && missing === 0,
      )
    rows.push(toIngestRow('log lines', ingest.logs), toIngestRow('model calls', ingest.calls))
  }
  for (const [form, { rate, cpu, missing }] of Object.entries(otlp ?? {})) {
    rows.push(
      toRow(
        `OTLP: spans/s from one exporter, ${form === 'json' ? 'JSON' : form}`,
        `≥ ${toCount(LEAST_SPANS)}/s`,
        `${toCount(rate)}/s, ${cpu.toFixed(1)} µs of CPU each${missing > 0 ? `, ${missing} calls missing` : ''}`,
        rate >= LEAST_SPANS && missing === 0,
      ),
    )
  }
  if (register) rows.push(...toRegisterRows(register))
  if (stuck) {
    const kibibytes = stuck.bytesPerClient / 1024
    const harm = stuck.faults + stuck.missing
    rows.push(
      toRow(
        'each client that never reads: heap and buffers',
        '≤ 128 KiB',
        `${kibibytes.toFixed(1)} KiB; the others: ${harm} lines wrong or missing, p99 ${stuck.p99} ms`,
        kibibytes <= 128 && harm === 0,
      ),
    )
  }
  if (redaction) {
    const { message, line } = redaction
    const text = `${toFixed(line)} µs for a log line, ${toFixed(message)} µs for a message`
    rows.push(toRow('looking for secrets, in the recorded gateway', 'beside it', text, undefined))
  }
  if (sketches) {
    const mebibytes = sketches.bytes / 1024 / 1024
    rows.push(
      toRow(
        'sketches of 200 models, three windows',
        '≤ 8 MiB',
        `${mebibytes.toFixed(1)} MiB; ${sketches.milliseconds.toFixed(1)} ms for the figures of a heartbeat`,
        mebibytes <= 8,
      ),
    )
  }
  if (sizes) {
    const { snapshot, heartbeat } = sizes
    rows.push(
      toRow('a full snapshot, plain', '≤ 64 KB', `${(snapshot / 1000).toFixed(1)} KB`, snapshot <= 64_000),
      toRow('a heartbeat, plain', '≤ 16 KB', `${(heartbeat / 1000).toFixed(1)} KB`, heartbeat <= 16_000),
    )
  }
  if (proxy) {
    const { direct, bare, proxied, failed, cpu } = proxy
    const toAdded = (/** @type {'p50' | 'p99'} */ share) =>
      `${share} +${toFixed(proxied[share] - direct[share])} ms (two bare pipes +${toFixed(bare[share] - direct[share])})`
    const rest = `CPU ${(cpu * 100).toFixed(0)} % of a core${failed > 0 ? `, ${failed} failed` : ''}`
    rows.push(
      toRow(
        'first byte of a streamed call through the proxy : direct, 200 at once',
        'p50 +1 ms, p99 +3 ms',
        `${toAdded('p50')}, ${toAdded('p99')}; ${rest}`,
        proxied.p50 - direct.p50 <= 1 && proxied.p99 - direct.p99 <= 3 && failed === 0,
      ),
    )
  }
  return rows
}

/**
 * @param {NonNullable<Results['held']>} held
 * @param {{ label: string, rate: number } | undefined} best
 */
function toThroughputRows(held, best) {
  const own = held.opswire?.rate
  const others = [
    {
      what: `best Node library (${best?.label ?? 'none'})`,
      rate: best?.rate,
      least: 15,
      missing: 'none held',
    },
    {
      what: 'nginx with nchan',
      rate: held[NCHAN.server]?.rate,
      least: 15,
      missing: `not installed: ${INSTALL}`,
    },
    {
      what: 'bare shared-buffer loop',
      rate: held['shared-buffer']?.rate,
      least: 0.7,
      missing: 'held nothing',
    },
  ]
  return others.map(({ what, rate, least, missing }) => {
    const ratio = own !== undefined && rate !== undefined ? own / rate : undefined
    const asRatio = least < 1 ? toPercent : toTimes
    const text = rate === undefined ? missing : `${toCount(own)}/s : ${toCount(rate)}/s = ${asRatio(ratio)}`
    return toRow(
      `deliveries/s, plain : ${what}`,
      `≥ ${asRatio(least)}`,
      text,
      ratio === undefined ? undefined : ratio >= least,
    )
  })
}

/** @param {NonNullable<Results['register']>} register */
function toRegisterRows({ plain, register, otel, ratio, otelRatio, apart }) {
  /** @type {(speed: { rate: number, cpu: number }, share: number) => string} */
  const toText = ({ rate, cpu }, share) =>
    `${toCount(rate)}/s : ${toCount(plain.rate)}/s = ${(share * 100).toFixed(1)} %; ${cpu.toFixed(1)} : ${plain.cpu.toFixed(1)} µs of CPU${apart ? '' : '; cores shared'}`
  return [
    toRow(
      'Fastify hello-world, requests/s with `opswire/register` : without',
      '≥ 95 %',
      toText(register, ratio),
      ratio >= 0.95,
    ),
    toRow(
      'the same with @opentelemetry/auto-instrumentations-node, OTLP over HTTP to a local sink : without',
      'beside it',
      otel === undefined || otelRatio === undefined
        ? `not installed: ${INSTALL_OTEL}`
        : toText(otel, otelRatio),
      undefined,
    ),
  ]
}

/** @param {NonNullable<Results['recording']>} recording */
function toRecordingRows({ plain, compressed }) {
  if (compressed.encoding !== 'gzip') {
    const text = `${NOT_BUILT}; plain ${toCount(plain.bytesPerViewer)} bytes a viewer`
    return [
      toRow('recorded gateway: bytes, compressed : plain', '≤ 0.25', text, undefined),
      toRow(
        'recorded gateway: CPU per delivery, compressed : plain',
        '≤ 1.2 ×',
        `${NOT_BUILT}; plain ${toFixed(plain.cpuPerDelivery)} µs`,
        undefined,
      ),
    ]
  }
  const bytes = compressed.bytesPerViewer / plain.bytesPerViewer
  const cpu = compressed.cpuPerDelivery / plain.cpuPerDelivery
  const differing = compressed.faults > 0 ? `; ${compressed.faults} streams differ` : ''
  return [
    toRow(
      'recorded gateway: bytes, compressed : plain',
      '≤ 0.25',
      `${toCount(compressed.bytesPerViewer)} : ${toCount(plain.bytesPerViewer)} = ${toFixed(bytes)}${differing}`,
      bytes <= 0.25 && compressed.faults === 0,
    ),
    toRow(
      'recorded gateway: CPU per delivery, compressed : plain',
      '≤ 1.2 ×',
      `${toFixed(compressed.cpuPerDelivery)} µs : ${toFixed(plain.cpuPerDelivery)} µs = ${toFixed(cpu)} ×`,
      cpu <= 1.2,
    ),
  ]
}

/**
 * The Node library that held the most.
 * @param {Results} results
 */
function bestLibrary({ held = {} }) {
  const libraries = SERVERS.filter(({ kind }) => kind === 'library')
    .map(({ server, label }) => ({ label, rate: held[server]?.rate ?? 0 }))
    .sort((a, b) => b.rate - a.rate)
  return libraries[0] && libraries[0].rate > 0 ? libraries[0] : undefined
}

/**
 * @param {string} what
 * @param {string} target
 * @param {string} measured
 * @param {boolean | undefined} reached
 * @returns {Row}
 */
function toRow(what, target, measured, reached) {
  return { what, target, measured, reached }
}

/** @param {number | undefined} value */
export function toCount(value) {
  return value === undefined ? '?' : Math.round(value).toLocaleString('en-US')
}

/** @param {number | undefined} value */
export function toFixed(value) {
  return value === undefined ? '?' : value.toFixed(2)
}

/** @param {number | undefined} ratio */
export function toTimes(ratio) {
  return ratio === undefined ? '?' : `${ratio >= 10 ? Math.round(ratio) : ratio.toFixed(1)} ×`
}

/** @param {number | undefined} ratio */
function toPercent(ratio) {
  return ratio === undefined ? '?' : `${Math.round(ratio * 100)} %`
}
