import { fork, type ChildProcess } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { expect, onTestFinished, vi } from 'vitest'
import type { CallRecord, LogLine, Metrics, RequestRecord } from '../../src/bus/protocol.js'

const PROGRAMS = new URL('./programs/', import.meta.url)
/** The built entry, as an app would load it. */
export const REGISTER = pathToFileURL('dist/server/register/index.js').href

export interface AppOptions {
  /** What is loaded before the app. Default: `opswire/register`. */
  imports?: string[]
  env?: Record<string, string>
  flags?: string[]
  /** Of the app itself. */
  args?: string[]
  /** Where to leave how to end it. Default: it ends with the test. */
  onEnd?: (end: () => void) => void
}

export interface App {
  child: ChildProcess
  /** What it has written so far. */
  output: { out: string; err: string }
  /** Resolves with code and signal. */
  exited: Promise<[code: number | null, signal: NodeJS.Signals | null]>
  /** Waits for the next message that the app sends to its parent. */
  message<Message>(): Promise<Message>
  dashboard(): Promise<Dashboard>
}

export interface Dashboard {
  /** Address without a slash at its end. */
  url: string
  calls(): Promise<CallRecord[]>
  requests(): Promise<RequestRecord[]>
  lines(): Promise<LogLine[]>
  metrics(): Promise<Metrics>
  text(path: string): Promise<string>
}

/** Starts a program of `programs` as an app under `opswire/register`; ended with the test. */
export function startApp(program: string, options: AppOptions = {}): App {
  const { imports = [REGISTER], env = {}, flags = [], args = [], onEnd = onTestFinished } = options
  const child = fork(fileURLToPath(new URL(program, PROGRAMS)), args, {
    execArgv: [...flags, ...imports.flatMap((name) => ['--import', name])],
    env: { PATH: process.env['PATH'], OPSWIRE_PORT: '0', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  onEnd(() => void child.kill('SIGKILL'))
  const output = { out: '', err: '' }
  child.stdout!.on('data', (chunk) => (output.out += String(chunk)))
  child.stderr!.on('data', (chunk) => (output.err += String(chunk)))
  const exited = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.once('close', (code, signal) => resolve([code, signal])),
  )
  const messages: unknown[] = []
  const waiting: ((message: never) => void)[] = []
  child.on('message', (message) => {
    const next = waiting.shift()
    if (next === undefined) messages.push(message)
    else next(message as never)
  })
  return {
    child,
    output,
    exited,
    message: <Message>() =>
      new Promise<Message>((resolve, reject) => {
        if (messages.length > 0) resolve(messages.shift() as Message)
        else waiting.push(resolve)
        void exited.then(([code]) =>
          reject(new Error(`The app ended with code ${code} before it said anything.\n${output.err}`)),
        )
      }),
    async dashboard() {
      await vi.waitFor(() => expect(output.err).toMatch(/dashboard.*: http/), 15_000)
      return readDashboard(/dashboard.*: (http:\/\/\S+)\/\n/.exec(output.err)![1]!)
    },
  }
}

export function readDashboard(url: string): Dashboard {
  const text = async (path: string): Promise<string> => (await fetch(url + path)).text()
  const items = async <Item>(path: string): Promise<Item[]> =>
    (JSON.parse(await text(path)) as { items: Item[] }).items
  return {
    url,
    text,
    calls: () => items('/api/calls?limit=200'),
    requests: () => items('/api/requests'),
    lines: () => items('/api/events?limit=200'),
    metrics: async () => JSON.parse(await text('/api/metrics')) as Metrics,
  }
}
