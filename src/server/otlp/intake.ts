import type { Clock } from '../../bus/clock.js'
import type { Ops } from '../../bus/ops.js'
import { nodeClock } from '../node-clock.js'
import type { Rejections } from './decode-envelope.js'
import { otlpOptions, type OtlpOptions } from './options.js'

export const SIGNALS = ['traces', 'logs', 'metrics'] as const
export type Signal = (typeof SIGNALS)[number]

export const MEDIA_TYPES = ['application/x-protobuf', 'application/json'] as const
export type MediaType = (typeof MEDIA_TYPES)[number]

export interface OtlpIntake {
  /**
   * Records everything that a body tells, bodies one after the other, each in short turns. Resolves with what was
   * rejected of it. Rejects with a MalformedBodyError, or with an OpsError 429 while there is too much, before anything
   * of it is recorded.
   */
  take(signal: Signal, type: MediaType, body: Buffer): Promise<Rejections>
}

const intakes = new WeakMap<Ops, OtlpIntake>()

/**
 * The intake of a recorder: one, by the options of whoever asks first, for one trace may come in by many doors. What
 * reads the bodies is loaded with the first one: most hosts never get any.
 */
export function otlpIntakeOf(ops: Ops, options: OtlpOptions, clock: Clock = nodeClock): OtlpIntake {
  const known = intakes.get(ops)
  if (known !== undefined) return known
  const { content, map, rate } = otlpOptions.parse(options)
  const beganAt = clock.now()
  let created: Promise<OtlpIntake> | undefined
  const create = async (): Promise<OtlpIntake> => {
    const { createIntake } = await import('./create-intake.js')
    return createIntake(ops, { content, map, rate, beganAt, clock })
  }
  const intake: OtlpIntake = {
    async take(...body) {
      created ??= create()
      return (await created).take(...body)
    },
  }
  intakes.set(ops, intake)
  return intake
}
