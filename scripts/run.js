import { spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { constants } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'

/** The repository's root folder. */
export const root = dirname(dirname(fileURLToPath(import.meta.url)))

const WINDOWS = process.platform === 'win32'
// A signal to npm ends the shell between npm and this process, and that is all there is to see of it here.
const SHELL = process.ppid
const LEASH = pathToFileURL(join(root, 'scripts', 'leash.js')).href
const FORWARDED = /** @type {const} */ (['SIGINT', 'SIGTERM', 'SIGHUP'])

/**
 * A command and its arguments.
 * @typedef {string[]} Command
 */

/**
 * The command that runs an installed package's executable with this Node: no shell, no search for shims.
 * @param {string} name the executable
 * @param {string} [from] the package that has it, when it is named otherwise
 * @returns {Command}
 */
export function tool(name, from = name) {
  const folder = join(root, 'node_modules', from)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return [process.execPath, join(folder, typeof bin === 'string' ? bin : bin[name])]
}

/**
 * The command that runs the npm this was started by, else the one on the PATH.
 * @returns {Command}
 */
export function npm() {
  const path = process.env.npm_execpath ?? ''
  return basename(path) === 'npm-cli.js' ? [process.execPath, path] : ['npm']
}

/**
 * Runs a command to its end and keeps its output. Asked to end meanwhile, this process ends with the command.
 * @param {Command} command
 * @param {NodeJS.ProcessEnv} [env] added to the environment
 * @returns {Promise<{ ok: boolean, output: string }>}
 */
export function capture([file = '', ...args], env) {
  const child = spawn(file, args, {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // On Windows npm on the PATH is a .cmd file, which only a shell runs.
    shell: WINDOWS && file === 'npm',
  })
  const asked = stopWith(child)
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => (output += text))
  }
  return new Promise((resolve) => {
    child.once('error', (error) => resolve({ ok: false, output: error.message }))
    child.once('close', (code) => {
      if (asked.size > 0) process.exit(130)
      resolve({ ok: code === 0, output: output.trim() })
    })
  })
}

/**
 * Says on stderr what is going on and runs a command, whose output is shown only when it fails, which ends this
 * process too.
 * @param {string} label
 * @param {Command} command
 */
export async function quietly(label, command) {
  process.stderr.write(`${label}…\n`)
  const { ok, output } = await capture(command)
  if (!ok) fail(`${output}\n${label} failed`)
}

/**
 * Ends this process with a message.
 * @param {string} message
 * @returns {never}
 */
export function fail(message) {
  process.stderr.write(`${message}\n`)
  process.exit(1)
}

/**
 * Runs a Node program in the foreground and resolves to its exit code.
 *
 * The child has a process group of its own, so that it gets each signal once: a terminal's Ctrl-C reaches the whole
 * group and npm sends it again, and a program that shuts down gracefully takes a second signal for "at once". The
 * leash ends the child should this process be killed outright.
 * @param {string[]} args
 * @param {{ onMessage?: (message: unknown) => void, env?: NodeJS.ProcessEnv }} [options]
 * @returns {Promise<number>}
 */
export function foreground(args, { onMessage, env } = {}) {
  const child = spawn(process.execPath, ['--import', LEASH, ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    detached: !WINDOWS,
  })
  stopWith(child)
  if (onMessage) child.on('message', onMessage)
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code, signal) => resolve(code ?? 128 + constants.signals[signal ?? 'SIGTERM']))
  })
}

/**
 * Forwards to `child`, once each, the signals that ask this process to end.
 * @param {import('node:child_process').ChildProcess} child
 * @returns {Map<string, number>} the signals forwarded so far, with the time
 */
function stopWith(child) {
  /** @type {Map<string, number>} */
  const asked = new Map()
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    // Again within a second is the same request, delivered twice.
    if (performance.now() - (asked.get(signal) ?? -Infinity) < 1000) return
    asked.set(signal, performance.now())
    // A Windows console delivers to the child by itself; kill() would end it without a chance to shut down.
    if (!WINDOWS) child.kill(signal)
  }
  for (const signal of FORWARDED) process.on(signal, forward)
  const watch = setInterval(() => {
    if (!process.env.npm_lifecycle_event || process.ppid === SHELL) return
    clearInterval(watch)
    forward('SIGTERM')
  }, 200)
  child.once('close', () => {
    clearInterval(watch)
    for (const signal of FORWARDED) process.off(signal, forward)
  })
  return asked
}
