import type { Cancel } from '../bus/clock.js'

/** Decides when listeners may be told. */
export interface FrameScheduler {
  /** Calls back once, soon. At most one callback is waiting at a time. */
  request(callback: () => void): Cancel
}

/** Shortest time between two notifications. Drawing costs per flush, not per item. */
const FRAME_SPACING = 100

/**
 * Notifies in an animation frame, at most ten times a second, and not at all while the tab is hidden: then once when
 * it is shown again.
 */
export function createFrameScheduler(page: Document = document): FrameScheduler {
  let last = -Infinity
  return {
    request(callback) {
      let timer: ReturnType<typeof setTimeout> | undefined
      let frame: number | undefined
      const run = () => {
        last = performance.now()
        page.removeEventListener('visibilitychange', begin)
        callback()
      }
      const begin = () => {
        if (timer !== undefined || frame !== undefined || page.visibilityState === 'hidden') return
        const wait = last + FRAME_SPACING - performance.now()
        timer = setTimeout(
          () => {
            timer = undefined
            frame = requestAnimationFrame(run)
          },
          Math.max(0, wait),
        )
      }
      page.addEventListener('visibilitychange', begin)
      begin()
      return () => {
        page.removeEventListener('visibilitychange', begin)
        clearTimeout(timer)
        if (frame !== undefined) cancelAnimationFrame(frame)
      }
    },
  }
}
