import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ask, observe } from './exchange.js'
import { RECORDINGS, WORDS, type Recording } from './recordings.js'

type Pieces = readonly Uint8Array[]

/** Lets a recording pass by, its bodies cut as `cut` says, and answers what was recorded of it. */
function play({ url, request, type, body }: Recording, cut: (bytes: Buffer) => Pieces) {
  const { exchange, deltas, call } = observe({ url })
  for (const piece of cut(Buffer.from(JSON.stringify(request)))) exchange.requestBody(piece)
  exchange.requestEnd()
  exchange.response(200, (name) => (name === 'content-type' ? type : undefined))
  for (const piece of cut(Buffer.from(body))) exchange.responseBody(piece)
  exchange.responseEnd()
  return { record: call(), deltas: deltas.filter(({ topic }) => topic === 'call').map(({ item }) => item) }
}

function cutAt(bytes: Buffer, places: readonly number[]): Pieces {
  const sorted = [0, ...places.map((place) => place % (bytes.length + 1)), bytes.length].sort((a, b) => a - b)
  return sorted.slice(1).map((end, index) => Uint8Array.from(bytes.subarray(sorted[index], end)))
}

const inOnePiece = (bytes: Buffer): Pieces => [bytes]
const byteByByte = (bytes: Buffer): Pieces => cutAt(bytes, [...bytes.keys()])

describe.each(RECORDINGS)('$name', (recording) => {
  const { streaming, expected } = recording

  it('becomes a record of what the provider said', () => {
    const { record } = play(recording, inOnePiece)
    expect(record).toMatchObject({ state: 'ok', source: 'test', httpStatus: 200, streaming, ...expected })
    for (const name of [
      'inputTokens',
      'outputTokens',
      'cachedTokens',
      'reasoningTokens',
      'estimated',
      'error',
    ]) {
      if (!(name in expected)) expect(record).not.toHaveProperty(name)
    }
  })

  it('gives the same record however it is cut', () => {
    const { duration: _, ...whole } = play(recording, inOnePiece).record
    expect(play(recording, byteByByte).record).toMatchObject(whole)
    fc.assert(
      fc.property(fc.array(fc.nat(20_000), { maxLength: 30 }), (places) => {
        expect(play(recording, (bytes) => cutAt(bytes, places)).record).toMatchObject(whole)
      }),
    )
  })

  it('shows while it is in flight, and nothing of what was said', () => {
    const { deltas } = play(recording, byteByByte)
    const { provider, model, operation } = { ...deltas.at(-1)!, ...expected } as Recording['expected']
    expect(deltas[0]).toMatchObject({
      phase: 'start',
      state: 'active',
      provider,
      model,
      operation,
      streaming,
    })
    for (const secret of ['What is', 'answer', 'forty', 'search', 'Look']) {
      expect(JSON.stringify(deltas)).not.toContain(secret)
    }
  })
})

describe.each(RECORDINGS.filter(({ streaming }) => streaming))('$name', ({ url, request, body }) => {
  it('has its first token when the first text comes, and counts on from there', () => {
    const { exchange, clock, call } = observe({ url })
    exchange.requestBody(JSON.stringify(request))
    exchange.requestEnd()
    clock.advance(40)
    exchange.response(200, () => undefined)
    // The start of a message, roles, pings and comments are no tokens.
    const first = Math.max(body.search(/"(The|Look)"/), 0) + 5
    exchange.responseBody(Buffer.from(body.slice(0, first - 5)))
    expect(call()).not.toHaveProperty('timeToFirstToken')
    clock.advance(60)
    exchange.responseBody(Buffer.from(body.slice(first - 5, first + 1)))
    expect(call()).toMatchObject({ timeToFirstToken: 100, outputTokens: 1, estimated: true, state: 'active' })
    const second = first + 1 + body.slice(first + 1).search(/" (answer|up)"/) + 9
    clock.advance(300)
    exchange.responseBody(Buffer.from(body.slice(first + 1, second)))
    expect(call()).toMatchObject({ outputTokens: 2, timeToFirstToken: 100 })
  })
})

it.each(['\n', '\r\n', '\r'])('reads events whose lines end in %j, their data in one line or more', (end) => {
  const { exchange, call } = observe()
  ask(exchange)
  const lines = [
    'data: {"choices":[{"delta":',
    'data: {"content":"One"}}]}',
    '',
    ': comment',
    'data:[DONE]',
    '',
    '',
  ]
  for (const byte of Buffer.from(lines.join(end))) exchange.responseBody(Uint8Array.of(byte))
  expect(call()).toMatchObject({ outputTokens: 1 })
  exchange.responseEnd()
  expect(call()).toMatchObject({ state: 'ok' })
})

it('knows the words of the recordings', () => {
  expect(RECORDINGS.filter(({ body }) => WORDS.every((word) => body.includes(word))).length).toBeGreaterThan(
    12,
  )
})
