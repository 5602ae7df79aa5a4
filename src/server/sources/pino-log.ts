import type { Cancel } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'
import { inspectPino, type PinoLike, type PinoParts } from './pino-parts.js'
import { createPinoReader, type ReadLine } from './pino-reader.js'

/** Anything with pino's shape: a logger, or Fastify's `app.log`. */
export type PinoLogger = object

export interface PinoLogOptions {
  logger: PinoLogger
  /** Source of lines whose logger has neither a name nor a telling binding. Default: the ops' service. */
  source?: string
}

/** A child logger with this binding is not shown: the dashboard's own. */
export const OWN_LOG = { opswire: true } as const

interface Tap {
  users: number
  stop: Cancel
}

const taps = new WeakMap<Ops, WeakMap<object, Tap>>()

/**
 * Shows every line that a pino logger, its parents and their children write, as they write it: after pino's
 * redaction, in this thread. The returned function stops that. A logger that is watched already is not watched twice:
 * each line is shown once, until the last one has stopped. Does nothing for a logger that is not pino's. What goes
 * wrong here never reaches the host's logging.
 */
export function watchPinoLog(ops: Ops, options: PinoLogOptions): Cancel {
  const parts = inspectPino(options.logger)
  if (parts === undefined) return () => undefined
  const tapsOfOps = taps.get(ops) ?? new WeakMap<object, Tap>()
  taps.set(ops, tapsOfOps)
  const { root } = parts
  const tap = tapsOfOps.get(root) ?? {
    users: 0,
    stop: tapLogger(parts, createPinoReader(ops, parts, { source: options.source })),
  }
  tapsOfOps.set(root, tap)
  tap.users++
  let stopped = false
  return () => {
    if (stopped) return
    stopped = true
    if (--tap.users > 0) return
    tapsOfOps.delete(root)
    tap.stop()
  }
}

/** Where pino keeps the hooks of a logger; one of its public symbols. */
const HOOKS = Symbol.for('pino.hooks')

/**
 * Has the logger itself tell its finished lines. Its stream can't: a program prints to stdout by other means, too. All
 * children inherit from the root, those made already as those to come, and each looks the method up when it writes.
 */
function tapLogger({ root, asJson }: PinoParts, read: ReadLine): Cancel {
  const encode = root[asJson] as (this: PinoLike, ...args: unknown[]) => string
  const rewriting = tapRewriting(root, read)
  let isActive = true
  const restoreEncode = setOwn(root, asJson, function (this: PinoLike, ...args: unknown[]): string {
    const line = encode.apply(this, args)
    if (!isActive) return line
    if (rewriting === undefined) read(line, this, args[2] as number)
    else rewriting.await(this, args[2] as number)
    return line
  })
  return () => {
    isActive = false
    rewriting?.stop()
    restoreEncode()
  }
}

export interface RewritingTap {
  /** The next line that is rewritten is that of this logger. */
  await(logger: PinoLike, level: number): void
  stop: Cancel
}

/**
 * For a logger whose `streamWrite` hook may change its lines, to redact them: a line counts as it comes out of that.
 * Undefined for any other.
 */
export function tapRewriting(root: PinoLike, read: ReadLine): RewritingTap | undefined {
  const hooks = root[HOOKS] as { streamWrite?: (line: string) => string } | undefined
  const { streamWrite } = hooks ?? {}
  if (streamWrite === undefined) return undefined
  let isActive = true
  let writing: { logger: PinoLike; level: number } | undefined
  const restore = setOwn(root, HOOKS, {
    ...hooks,
    streamWrite(line: string): string {
      const written = streamWrite(line)
      if (isActive && writing !== undefined) read(written, writing.logger, writing.level)
      writing = undefined
      return written
    },
  })
  return {
    await: (logger, level) => void (writing = { logger, level }),
    stop() {
      isActive = false
      restore()
    },
  }
}

/** Sets a property of `target` itself. The returned function takes it back, unless somebody has put theirs over it. */
function setOwn(target: PinoLike, key: symbol, value: unknown): Cancel {
  const before = Object.getOwnPropertyDescriptor(target, key)
  target[key] = value
  return () => {
    if (target[key] !== value) return
    if (before === undefined) delete target[key]
    else Object.defineProperty(target, key, before)
  }
}
