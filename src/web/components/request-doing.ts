import type { Activity, CallRecord, RequestRecord } from '../../bus/protocol.js'

export interface Doing {
  tag?: Exclude<Activity, 'working'>
  words: string
}

/**
 * What a request is doing: its newest call or its step, whichever began later, else its activity. A step may be of any
 * kind; that of kind `model` only repeats the call.
 */
export function toDoing({ activity, step, name }: RequestRecord, call: CallRecord | undefined): Doing {
  const halted = activity === 'stalled' || activity === 'stuck' ? activity : undefined
  const isCall = call !== undefined && (!step || step.kind === 'model' || step.since <= call.startedAt)
  const named =
    step && (step.kind === 'model' ? step.name : [step.kind, step.name].filter(Boolean).join(': '))
  if (halted !== undefined) return { tag: halted, words: (isCall ? call.model : named) ?? name ?? '' }
  if (isCall)
    return { words: `${call.firstTokenAt === undefined ? 'waiting for' : 'streaming'} ${call.model}` }
  if (named !== undefined) return { words: named }
  if (activity === 'queued') return { tag: activity, words: name ?? '' }
  return { words: ['working', name ?? ''].join(' ').trim() }
}
