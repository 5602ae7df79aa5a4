// The server process: one of bench/servers, and what feeds it.
import { answer } from './answer.js'
import { createFeeder } from './feeder.js'
import { profile } from './profiler.js'

/**
 * What every file of bench/servers starts.
 * @typedef {object} Server
 * @property {number} port 0 when it has none
 * @property {string} path of its stream
 * @property {(line: import('./line.js').Line) => void} publish
 * @property {() => void} [endTurn] all lines of this turn were published
 * @property {() => number} [cpu] microseconds used so far; default: of this process
 * @property {number[]} [pids] processes that it started
 * @property {Record<string, (params: any) => unknown>} [extra] what else it can do
 * @property {() => unknown} stop
 */

/** @type {Server | undefined} */
let server
/** @type {ReturnType<typeof createFeeder> | undefined} */
let feeder

const cpuOfProcess = () => {
  const { user, system } = process.cpuUsage()
  return user + system
}
const running = () => {
  if (server === undefined || feeder === undefined) throw new Error('no server was started')
  return { server, feeder }
}

answer({
  async start(/** @type {{ name: string, options?: object }} */ { name, options = {} }) {
    const started = /** @type {Server} */ (await (await import(`./servers/${name}.js`)).start(options))
    server = started
    feeder = createFeeder({
      publish: started.publish,
      ...(started.endTurn && { endTurn: started.endTurn }),
      cpu: started.cpu ?? cpuOfProcess,
    })
    return { port: started.port, path: started.path, pids: started.pids ?? [] }
  },
  position: () => running().feeder.position,
  feed: (plan) => running().feeder.feed(plan),
  single: (plan) => running().feeder.single(plan),
  burst: (plan) => running().feeder.burst(plan),
  /** Memory in bytes after a collection; `external` holds the array buffers too. */
  memory() {
    globalThis.gc?.()
    const { heapUsed, external } = process.memoryUsage()
    return { heapUsed, external }
  },
  cpu: () => (running().server.cpu ?? cpuOfProcess)(),
  /** Of this process and of those that it started. */
  cpuOfAll: () => cpuOfProcess() + (server?.cpu?.() ?? 0),
  extra: (/** @type {{ name: string, params?: object }} */ { name, params = {} }) =>
    running().server.extra?.[name](params),
  profile,
  stop: () => server?.stop(),
})
