import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ask, observe, say, stop, toEvent } from './exchange.js'
import { SAMPLES, toTokens } from './samples.js'

/** The estimate of a streamed chat that says `pieces`. */
function estimate(pieces: readonly string[], encode = (content: string): Buffer => say(content)): number {
  const { exchange, call } = observe()
  ask(exchange)
  for (const piece of pieces) exchange.responseBody(encode(piece))
  exchange.responseBody(stop())
  exchange.responseEnd()
  expect(call()).toMatchObject({ state: 'ok', estimated: true })
  return call().outputTokens!
}

/** As some servers write it: everything beyond ASCII as an escape. */
const inAscii = (content: string): Buffer =>
  Buffer.from(
    say(content)
      .toString()
      .replace(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`),
  )

function cut(text: string, length: number): string[] {
  const characters = Array.from(text)
  const pieces: string[] = []
  for (let at = 0; at < characters.length; at += length)
    pieces.push(characters.slice(at, at + length).join(''))
  return pieces
}

describe.each(Object.entries(SAMPLES))('the tokens of %s', (_name, { text, tokens, lengths }) => {
  it('are estimated within 25 % when they come in large pieces', () => {
    for (const length of [20, 50, text.length]) {
      const estimated = estimate(cut(text, length))
      expect(estimated / tokens).toBeGreaterThan(0.75)
      expect(estimated / tokens).toBeLessThan(1.25)
    }
  })

  it('are the same when they are written as escapes, and however the bytes are cut', () => {
    const pieces = cut(text, 40)
    const whole = estimate(pieces)
    expect(estimate(pieces, inAscii)).toBe(whole)
  })

  it('are estimated within 25 % when each comes by itself', () => {
    const estimated = estimate(toTokens({ text, tokens, lengths }))
    expect(estimated / tokens).toBeGreaterThan(0.75)
    expect(estimated / tokens).toBeLessThan(1.25)
  })
})

it('takes single characters for parts of tokens', () => {
  const { text, tokens } = SAMPLES['english']!
  expect(estimate(cut(text, 1)) / tokens).toBeLessThan(1.25)
})

it('counts what is reported, and estimates only what came after it', () => {
  const { exchange, call, clock } = observe()
  ask(exchange)
  exchange.responseBody(say('One'))
  clock.advance(300)
  exchange.responseBody(
    toEvent({ choices: [{ delta: { content: ' two' } }], usage: { completion_tokens: 7 } }),
  )
  expect(call()).toMatchObject({ outputTokens: 7 })
  expect(call()).not.toHaveProperty('estimated')
  clock.advance(300)
  exchange.responseBody(say(' three'))
  expect(call()).toMatchObject({ outputTokens: 8, estimated: true })
  exchange.responseBody(
    toEvent({ choices: [{ delta: {}, finish_reason: 'stop' }], usage: { completion_tokens: 9 } }),
  )
  exchange.responseEnd()
  expect(call()).toMatchObject({ outputTokens: 9, state: 'ok' })
  expect(call()).not.toHaveProperty('estimated')
})

it('never goes down while text comes', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'grapheme', maxLength: 12 }), { maxLength: 40 }), (pieces) => {
      const { exchange, ops } = observe()
      const counts: number[] = []
      ops.bus.subscribe('call.progress', ({ outputTokens }) => counts.push(outputTokens!))
      ask(exchange)
      for (const piece of pieces) exchange.responseBody(say(piece))
      expect(counts.every(Number.isInteger)).toBe(true)
      expect(counts).toEqual([...counts].sort((a, b) => a - b))
    }),
    { numRuns: 50, examples: [[['a', 'b', 'c', 'd', 'e']], [[' ', 'a']]] },
  )
})
