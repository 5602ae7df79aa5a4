import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * A process of the bench that answers questions.
 * @typedef {object} Child
 * @property {(method: string, params?: object, timeout?: number) => Promise<any>} ask rejects after `timeout`
 *   milliseconds, by default 15 s, and when the process ends
 * @property {number} pid
 * @property {(pid: number) => void} adopt makes the end of a process that it started certain
 * @property {() => Promise<void>} stop resolves when the process is gone
 */

const TIMEOUT = 15_000
const STOP_TIMEOUT = 3000

/** @type {Set<import('node:child_process').ChildProcess>} */
const running = new Set()
/** @type {Set<number>} */
const adopted = new Set()

process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL')
  for (const pid of adopted) end(pid)
})
for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])) {
  process.once(signal, () => process.exit(130))
}

/**
 * Starts one of the bench's programs.
 * @param {string} file beside this one
 * @param {string[]} [execArgv] options of Node
 * @returns {Child}
 */
export function startChild(file, execArgv = []) {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
    // A peer that warns of its own listeners would hide the results.
    execArgv: ['--expose-gc', '--no-warnings', ...execArgv],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  })
  running.add(child)
  /** @type {Map<number, { resolve: (value: any) => void, reject: (error: Error) => void }>} */
  const waiting = new Map()
  /** @type {Set<number>} */
  const own = new Set()
  let lastId = 0
  const gone = new Promise((resolve) => {
    child.once('exit', (code, signal) => {
      running.delete(child)
      for (const { reject } of waiting.values()) {
        reject(new Error(`${file} ended with ${signal ?? `code ${code}`}`))
      }
      resolve(undefined)
    })
  })
  child.on('message', (/** @type {{ id: number, result?: any, error?: string }} */ { id, result, error }) => {
    const question = waiting.get(id)
    waiting.delete(id)
    if (error === undefined) question?.resolve(result)
    else question?.reject(new Error(error))
  })
  /** @type {Child['ask']} */
  const ask = (method, params = {}, timeout = TIMEOUT) =>
    new Promise((resolve, reject) => {
      const id = ++lastId
      const timer = setTimeout(() => {
        waiting.delete(id)
        reject(new Error(`${file} gave no answer to "${method}" within ${timeout} ms`))
      }, timeout)
      /** @param {(value: any) => void} settle */
      const finish = (settle) => (/** @type {any} */ value) => {
        clearTimeout(timer)
        settle(value)
      }
      waiting.set(id, { resolve: finish(resolve), reject: finish(reject) })
      if (child.connected) child.send({ id, method, params })
      else waiting.get(id)?.reject(new Error(`${file} is not running`))
    })
  return {
    ask,
    pid: child.pid ?? -1,
    adopt(pid) {
      own.add(pid)
      adopted.add(pid)
    },
    async stop() {
      // A process that is busy to the brim answers nothing; it is ended outright.
      if (child.connected) await ask('stop', {}, STOP_TIMEOUT).catch(() => undefined)
      child.kill('SIGKILL')
      await gone
      for (const pid of own) {
        end(pid)
        adopted.delete(pid)
      }
    },
  }
}

/** @param {number} pid */
function end(pid) {
  try {
    process.kill(pid, 'SIGTERM')
  } catch {
    // It is gone already.
  }
}
