import type { Activity, Halt } from '../../bus/protocol.js'
import { toCount } from '../format.js'

export type Tone = '' | 'warn' | 'error'

/** The colour of what the server says of work in flight. */
export function toActivityTone(activity: Activity | undefined): Tone {
  return activity === 'stuck' ? 'error' : activity === 'stalled' ? 'warn' : ''
}

export interface Halted {
  /** `1 stuck, 2 stalled`; empty when nothing is. */
  words: string
  tone: Tone
}

/** How much of the work in flight has halted. */
export function toHalted(active: readonly { activity?: Activity }[]): Halted {
  const count = (halt: Halt): number => active.filter(({ activity }) => activity === halt).length
  const [stuck, stalled] = [count('stuck'), count('stalled')]
  return {
    words: [stuck > 0 ? `${toCount(stuck)} stuck` : '', stalled > 0 ? `${toCount(stalled)} stalled` : '']
      .filter((part) => part !== '')
      .join(', '),
    tone: toActivityTone(stuck > 0 ? 'stuck' : stalled > 0 ? 'stalled' : undefined),
  }
}
