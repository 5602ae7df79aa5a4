import { formatWithOptions } from 'node:util'
import type { Cancel } from '../../bus/clock.js'
import { relateLine } from './line-relation.js'
import { override } from './override.js'
import { attempt, type Watch } from './watch.js'

const LEVELS = { warn: 'warn', error: 'error' } as const
/** What was said is read, not explored: a line has room for this much. */
const FORMAT = {
  breakLength: Infinity,
  compact: true,
  customInspect: false,
  depth: 2,
  getters: false,
  maxArrayLength: 20,
  maxStringLength: 2000,
}
const ARGUMENTS_LIMIT = 20

/** Shows what the app says by console.warn and console.error, after it has said it. */
export function watchConsole(watch: Watch): Cancel {
  let isInside = false
  const restore = (['warn', 'error'] as const).map((method) =>
    override(console, method, (proceed, args) => {
      const result = proceed()
      // A listener of the feed that complains must not feed the feed.
      if (isInside) return result
      isInside = true
      attempt(watch, 'The reading of a console line', () => {
        const level = LEVELS[method]
        // Node itself: the process's warnings are shown as what they are.
        if (typeof args[0] === 'string' && args[0].startsWith(`(node:${process.pid}) `)) return
        const text = formatWithOptions(FORMAT, ...args.slice(0, ARGUMENTS_LIMIT).map(toPrintable))
        const requestId = relateLine(level)
        watch.ops.log(level, 'console', text, undefined, { requestId })
      })
      isInside = false
      return result
    }),
  )
  return () => {
    for (const undo of restore) undo()
  }
}

/** An error's stack would fill the line; strings that hold too much would be formatted in vain. */
function toPrintable(value: unknown): unknown {
  if (value instanceof Error) return `${value.name}: ${value.message}`
  return typeof value === 'string' ? value.slice(0, 8192) : value
}
