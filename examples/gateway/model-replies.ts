import type { ModelMessage } from './model-client.js'

const REMARKS = [
  'The stream you are reading is real: each word left the server as its own event and was counted on the way.',
  'If this had taken longer, the request would stand in the list of work in flight with its age beside it.',
  'A smaller model would have been quicker here, and nobody would have noticed the difference.',
  'Short questions deserve short answers, so this one ends soon.',
  'The gateway keeps the last few messages of a conversation and forgets the rest.',
  'When one route fails, the next one is tried once, and the log says so.',
  'Nothing in this answer was thought about; it was put together to keep the meters honest.',
]

/** Tokens of a text as the bundled server counts them: pieces of up to six characters with the space before them. */
export function toTokens(text: string): string[] {
  return text.match(/\s*\S{1,6}/gu) ?? []
}

/**
 * What a sample model says: it names itself, repeats the notes that it was given, and adds remarks until it has said
 * at least `length` tokens.
 */
export function composeReply(
  model: string,
  messages: readonly ModelMessage[],
  length: number,
  random: () => number,
): string[] {
  const asked = messages.findLast((message) => message.role === 'user')?.content ?? ''
  const notes = messages.flatMap((message) =>
    message.role === 'system' ? (message.content.match(/^- .+$/gm) ?? []) : [],
  )
  const topic = asked.replace(/\s+/g, ' ').slice(0, 80)
  const tokens = toTokens(`This is ${model}, a bundled sample model. You wrote: “${topic}”.`)
  for (const note of notes) tokens.push(...toTokens(` From the notes: ${note.slice(2)}`))
  let next = Math.floor(random() * REMARKS.length)
  while (tokens.length < length) tokens.push(...toTokens(` ${REMARKS[next++ % REMARKS.length] ?? ''}`))
  return tokens
}
