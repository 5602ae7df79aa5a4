import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, it, vi } from 'vitest'
import type { Ops } from '../../../src/index.js'
import { observeExchange } from '../../../src/server/observe/observe-exchange.js'
import { createTestOps } from '../../helpers/test-ops.js'
import { ask, CHAT, observe, say, stop } from './exchange.js'
import { RECORDINGS } from './recordings.js'

const MEBIBYTE = 1024 * 1024

/** Lets `bytes` of `chunk` pass by and answers by how much memory grew. */
function flood(begin: string, chunk: Buffer, bytes: number): number {
  const { exchange, ops } = observe()
  ask(exchange)
  exchange.responseBody(Buffer.from(begin))
  globalThis.gc?.()
  const before = process.memoryUsage()
  for (let sent = 0; sent < bytes; sent += chunk.length) exchange.responseBody(chunk)
  const after = process.memoryUsage()
  exchange.responseEnd()
  expect(ops.calls()[0]!.state).not.toBe('active')
  expect(faultsOf(ops)).toEqual([])
  return after.rss - before.rss
}

const faultsOf = (ops: Ops): string[] =>
  ops
    .logLines()
    .filter(({ source }) => source === 'opswire')
    .map(({ message }) => message)

describe('a hostile stream', () => {
  it.each([
    ['a line without an end', 'data: ', 'x'],
    ['an event without an end', 'data: {"choices":[{"delta":{"content":"', 'word '],
    ['a key without an end', 'data: {"', 'k'],
    ['a number without an end', 'data: {"usage":{"completion_tokens":', '1'],
    ['a nesting without an end', 'data: ', '{"choices":[{"delta":'],
    ['lists in lists', '', '['],
    ['escapes', 'data: {"model":"', '\\"'],
    ['quotes', 'data: ', '"'],
    ['closing brackets', 'data: {', '}]'],
    ['empty lines', '', '\r\n\r'],
    ['fields that are none', '', 'retry: 5\nid\n'],
  ])('of %s takes no more memory the longer it is', (_name, begin, unit) => {
    const chunk = Buffer.from(unit.repeat(Math.ceil(65_536 / unit.length)))
    expect(flood(begin, chunk, 24 * MEBIBYTE)).toBeLessThan(16 * MEBIBYTE)
  })

  it('takes a time that grows with its bytes and with nothing else', () => {
    // Each of them makes something long that is looked at again and again in a careless reader.
    for (const unit of [
      '\\\\x',
      'data: "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n',
      `"${'a'.repeat(40)}\\n`,
      'data:\r',
    ]) {
      const chunk = Buffer.from(unit.repeat(Math.ceil(MEBIBYTE / unit.length)))
      const { exchange } = observe()
      ask(exchange)
      exchange.responseBody(Buffer.from('data: {"x":"'))
      const begin = performance.now()
      exchange.responseBody(chunk)
      expect(performance.now() - begin).toBeLessThan(500)
    }
  })

  it('of any bytes, cut anywhere, ends as a call and never as a fault', () => {
    const bodies = RECORDINGS.map(({ body }) => Buffer.from(body))
    const damaged = fc
      .tuple(fc.constantFrom(...bodies), fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { maxLength: 20 }))
      .map(([body, changes]) => {
        const bytes = Uint8Array.from(body)
        for (const [place, byte] of changes) bytes[place % bytes.length] = byte
        return bytes
      })
    fc.assert(
      fc.property(
        fc.constantFrom(...RECORDINGS),
        fc.array(fc.oneof(fc.uint8Array({ maxLength: 200 }), damaged), { maxLength: 6 }),
        fc.constantFrom(200, 200, 500),
        ({ url, request }, chunks, status) => {
          const { exchange, ops, call } = observe({ url })
          ask(exchange, JSON.stringify(request), status)
          for (const chunk of chunks) exchange.responseBody(chunk)
          exchange.responseEnd()
          expect(['ok', 'error']).toContain(call().state)
          expect(faultsOf(ops)).toEqual([])
        },
      ),
    )
  })

  it('that inflates beyond measure is not read to its end', async () => {
    const { exchange, call } = observe({ options: { encoded: true } })
    ask(exchange, CHAT, 200, { 'content-encoding': 'gzip' })
    const bomb = gzipSync(Buffer.alloc(80 * MEBIBYTE, 'data: x\n\n'))
    const before = process.memoryUsage().rss
    exchange.responseBody(bomb)
    exchange.responseEnd()
    await expect.poll(() => call().state, { timeout: 5000 }).toBe('ok')
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * MEBIBYTE)
  })

  it('of noise instead of what its header says ends, too', async () => {
    // Always the same: of random bytes one in a thousand is valid brotli, and then a stream that was cut off.
    const noise = (seed: number) => createHash('shake256', { outputLength: 5000 }).update(`${seed}`).digest()
    for (const encoding of ['gzip', 'deflate', 'br']) {
      const { exchange, call } = observe({ options: { encoded: true } })
      ask(exchange, CHAT, 200, { 'content-encoding': encoding })
      for (let chunk = 0; chunk < 50; chunk++) exchange.responseBody(noise(chunk))
      exchange.responseEnd()
      await expect.poll(() => call().state).toBe('ok')
    }
  })
})

it('a request of any bytes ends as a call or as none', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.uint8Array(), fc.string(), fc.json())), (chunks) => {
      const { exchange, ops } = observe()
      for (const chunk of chunks) exchange.requestBody(chunk)
      exchange.requestEnd()
      exchange.abort()
      expect(ops.calls().filter(({ state }) => state === 'active')).toEqual([])
      expect(faultsOf(ops)).toEqual([])
    }),
  )
})

describe('a fault of the observer', () => {
  it('never reaches the app; it is counted, and the call comes to its end', () => {
    const { exchange, ops, call } = observe()
    ask(exchange)
    exchange.responseBody(say('One'))
    // No bytes: whatever is done to them throws.
    const broken = { length: 5 } as unknown as Uint8Array
    expect(() => exchange.responseBody(broken)).not.toThrow()
    exchange.responseBody(say(' two'))
    exchange.responseBody(stop())
    exchange.responseEnd()
    expect(call()).toMatchObject({ state: 'ok', httpStatus: 200, outputTokens: 1 })
    expect(faultsOf(ops)).toEqual([expect.stringContaining('The observation of a model call threw')])
  })

  it('never reaches the app, whatever the app gives it', () => {
    const { ops, clock } = createTestOps()
    const thrower = (): never => {
      throw new Error('no')
    }
    const request = { method: 'POST', url: new URL('https://api.openai.com/v1/responses'), header: thrower }
    const exchange = observeExchange(ops, request, { source: 'test' }, clock)!
    exchange.requestBody(undefined as unknown as string)
    exchange.requestEnd()
    exchange.response(500, thrower)
    exchange.responseBody(Buffer.from('{"error":{"message":"no"}}'))
    exchange.fail({
      get message() {
        return thrower()
      },
    })
    expect(observeExchange(ops, undefined as unknown as typeof request, { source: 'test' })).toBeUndefined()
    expect(ops.calls().filter(({ state }) => state === 'active')).toEqual([])
  })

  it('in a listener of the bus does not reach the app either', () => {
    const { exchange, ops, call } = observe()
    const listener = vi.fn(() => {
      throw new Error('listener')
    })
    ops.bus.subscribe('call.progress', listener)
    ask(exchange)
    exchange.responseBody(Buffer.concat([say('One'), stop()]))
    exchange.responseEnd()
    expect(listener).toHaveBeenCalled()
    expect(call().state).toBe('ok')
  })
})
