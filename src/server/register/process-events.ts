import type { Cancel } from '../../bus/clock.js'
import { guarded, type Watch } from './watch.js'

/**
 * Shows the process's warnings and the errors that nobody caught, rejections that nobody handled among them. Only looks:
 * neither listener changes what Node does then.
 */
export function watchProcessEvents(watch: Watch): Cancel {
  const { ops } = watch
  const warn = guarded(watch, 'The reading of a process warning', (warning: Error & { code?: string }) => {
    const { name, message, code } = warning
    ops.log('warn', 'process', `${name}: ${message}`, code === undefined ? undefined : { code })
  })
  const die = guarded(watch, 'The reading of an uncaught error', (error: unknown, origin: string) => {
    const isError = error instanceof Error
    const text = isError ? `${error.name}: ${error.message}` : String(error)
    const fields = { origin, ...(isError && { stack: error.stack ?? '' }) }
    ops.log('fatal', 'process', `uncaught ${text}`, fields)
  })
  process.on('warning', warn)
  process.on('uncaughtExceptionMonitor', die)
  return () => {
    process.off('warning', warn)
    process.off('uncaughtExceptionMonitor', die)
  }
}
