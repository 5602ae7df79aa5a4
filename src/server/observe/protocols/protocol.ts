import type { TokenCounts } from '../../../bus/messages.js'
import { name, object, value, type Shape } from '../json-shape.js'
import type { Reply, Usage } from '../reply.js'

/** How one provider's calls look on the wire. */
export interface Protocol {
  /** Members of the request's body of which a call has at least one. */
  readonly content: readonly string[]
  /** Whether a call that does not say so streams. */
  readonly streamsByDefault: boolean
  /** Of a reply in one piece, and of every event of a streamed one. */
  readonly reply: Shape<Reply>
  toCounts(usage: Usage): TokenCounts
}

/** A reply in one piece, or one event. */
export function document(members: Record<string, Shape<Reply>>): Shape<Reply> {
  return { ...object(members), end: (reply) => reply.endDocument() }
}

export function count(what: keyof Usage): Shape<Reply> {
  return value((reply, given) => {
    if (typeof given === 'number') reply.report(what, given)
  })
}

export const MODEL: Shape<Reply> = name((reply, model) => {
  reply.model = model
})

export const FINISH_REASON: Shape<Reply> = name((reply, reason) => reply.finish(reason))

export const MESSAGE: Shape<Reply> = name((reply, message) => reply.fail({ message }))

/** A number is an HTTP status more often than a name. */
const CODE = value<Reply>((reply, code) => {
  if (typeof code === 'string' && code !== '') reply.fail({ code })
  else if (typeof code === 'number') reply.fail({ status: String(code) })
})

/** The `error` of all protocols: an object, or a sentence. */
export const ERROR: Shape<Reply> = {
  ...object<Reply>({
    message: MESSAGE,
    code: CODE,
    type: name((reply, type) => reply.fail({ type })),
    status: name((reply, code) => reply.fail({ code })),
  }),
  ...MESSAGE,
}

/** `[DONE]`, which ends a stream of OpenAI's protocols. */
export const DONE: Shape<Reply> = value((reply, word) => {
  if (word === 'DONE') reply.isFinished = true
})
