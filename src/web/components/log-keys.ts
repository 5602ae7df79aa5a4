import { lineOf } from './log-row.js'

export interface LogKeyActions {
  /** Goes back to the tail. */
  follow: () => void
  /** Goes to the oldest row. */
  toHead: () => void
  /** Shows all of a row, or cuts it again. */
  toggle: (row: HTMLElement) => void
  openRequest: (row: HTMLElement) => void
}

/**
 * Keys inside the log: arrows move from line to line, Enter opens a line's request, Space shows all of it, Escape
 * goes back to the log, Home and End to its ends.
 */
export function handleLogKey(event: KeyboardEvent, scroller: HTMLElement, actions: LogKeyActions): void {
  if (event.altKey || event.ctrlKey || event.metaKey) return
  const row = (event.target as Element).closest<HTMLElement>('.row')
  const handlers: Record<string, (() => void) | undefined> = {
    ArrowDown: () => move(scroller, row, 1),
    ArrowUp: () => move(scroller, row, -1),
    Home: actions.toHead,
    End: actions.follow,
    ...(row && {
      Escape: () => scroller.focus({ preventScroll: true }),
      Enter: () => (lineOf(row)?.requestId === undefined ? actions.toggle(row) : actions.openRequest(row)),
      ' ': () => actions.toggle(row),
    }),
  }
  const handler = handlers[event.key]
  if (handler === undefined) return
  event.preventDefault()
  handler()
}

function move(scroller: HTMLElement, row: HTMLElement | null, step: 1 | -1): void {
  const rows = [...scroller.querySelectorAll<HTMLElement>('.row[tabindex]')]
  const target = row ? rows[rows.indexOf(row) + step] : edge(scroller, rows, step)
  target?.focus({ preventScroll: true })
  target?.scrollIntoView({ block: 'nearest' })
}

/** Whoever comes from outside begins with what is in sight: the last row upwards, the first one downwards. */
function edge(scroller: HTMLElement, rows: readonly HTMLElement[], step: 1 | -1): HTMLElement | undefined {
  const { top, bottom } = scroller.getBoundingClientRect()
  const inSight = rows.filter((row) => {
    const box = row.getBoundingClientRect()
    return box.top >= top && box.bottom <= bottom
  })
  return inSight.at(step === 1 ? 0 : -1)
}
