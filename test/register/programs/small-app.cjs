// Does what its first argument says, and then has nothing more to do. Knows nothing of opswire.
const { Worker } = require('node:worker_threads')
const cluster = /** @type {import('node:cluster').Cluster} */ (
  /** @type {unknown} */ (require('node:cluster'))
)
const http = require('node:http')

/**
 * Waits until it is told to go on; then nothing keeps the process alive but what `then` begins.
 * @param {() => void} [then]
 */
const stay = (then) => {
  process.once('message', () =>
    setImmediate(() => {
      process.disconnect()
      then?.()
    }),
  )
}
/** @type {Record<string, () => void>} */
const tasks = {
  stay: () => stay(),
  nothing: () => process.disconnect(),
  throw: () =>
    stay(() => {
      throw new TypeError('nobody catches this')
    }),
  reject: () => stay(() => void Promise.reject(new Error('nobody handles this'))),
  exit: () => stay(() => process.exit(3)),
  warn: () => {
    process.emitWarning('old ways', 'DeprecationWarning', 'DEP_TEST')
    stay()
  },
  // Listens on the port that it is told, on all addresses.
  late: () => {
    const server = http.createServer((_request, response) => response.end('app'))
    server.on('error', (error) => process.send?.(error.message))
    process.once('message', (port) => server.listen(Number(port), () => process.send?.('listening')))
  },
  thread: () => {
    const code = `fetch(process.env.MODEL_URL + '/v1/chat/completions', { method: 'POST', body: '{"model":"m"}' })
      .then((answer) => answer.text())
      .then((text) => require('node:worker_threads').parentPort.postMessage(text.length))`
    new Worker(code, { eval: true }).on('message', (length) => {
      process.send?.(length)
      stay()
    })
  },
  cluster: () => {
    if (cluster.isPrimary) {
      for (let i = 0; i < 2; i++) cluster.fork()
      process.on('message', () => Object.values(cluster.workers ?? {}).forEach((worker) => worker?.kill()))
      let listening = 0
      cluster.on('listening', (_worker, { port }) => ++listening === 2 && process.send?.(port))
    } else http.createServer((_request, response) => response.end('hello')).listen(0, '127.0.0.1')
  },
}
tasks[process.argv[2] ?? '']?.()
