import { describe, expect, it } from 'vitest'
import type { CallHandle } from '../../src/bus/ops.js'
import { encodeData } from '../../src/bus/codec.js'
import { createTestOps } from '../helpers/test-ops.js'

const trap = {
  get session(): string {
    throw new Error('getter')
  },
  toString() {
    throw new Error('toString')
  },
  toJSON() {
    throw new Error('toJSON')
  },
}

function revoked(): object {
  const { proxy, revoke } = Proxy.revocable({}, {})
  revoke()
  return proxy
}

const WRONG_VALUES: unknown[] = [
  undefined,
  null,
  0,
  NaN,
  '',
  'x',
  true,
  [],
  {},
  Symbol('s'),
  10n,
  () => 1,
  trap,
]

describe('a recorder call never throws into its host', () => {
  it.each(WRONG_VALUES.map((value) => [typeof value, value]))('given a wrong value (%s)', (_type, value) => {
    const { ops, clock } = createTestOps()
    const any = value as never
    expect(() => {
      ops.log(any, any, any, any, any)
      ops.counter(any).add(any)
      ops.gauge(any, any)
      ops.gauge(any).set(any)
      ops.setChannel(any, any)
      ops.setChannel('c', { state: any, detail: any })
      const request = ops.startRequest(any)
      request.update(any)
      request.update({ step: any, session: any })
      const call = request.startCall(any)
      call.progress(any)
      call.progress({ outputTokens: any })
      call.end(any)
      ops.startCall(any).fail(any, any)
      request.fail(any)
      clock.advance(3000)
    }).not.toThrow()
    expect(() => encodeData(ops.snapshot())).not.toThrow()
  })

  it.each([
    ['end(null)', (call: CallHandle) => call.end(null as never)],
    ['fail(error, null)', (call: CallHandle) => call.fail(new Error('x'), null as never)],
    ['an error that throws when it is read', (call: CallHandle) => call.fail(trap)],
    ['a revoked proxy', (call: CallHandle) => call.fail(revoked())],
    ['details that throw when they are read', (call: CallHandle) => call.end(revoked() as never)],
  ])('and an end always ends, also with %s', (_name, end) => {
    const { ops } = createTestOps()
    const request = ops.startRequest()
    expect(() => end(request.startCall({ provider: 'p', model: 'm' }))).not.toThrow()
    expect(() => request.fail(revoked())).not.toThrow()
    expect(ops.calls()[0]?.state).not.toBe('active')
    expect(ops.requests()[0]?.state).toBe('error')
  })

  it('after close', () => {
    const { ops, deltas } = createTestOps()
    const request = ops.startRequest()
    ops.close()
    const before = deltas.length
    expect(() => {
      request.startCall({ provider: 'p', model: 'm' }).end()
      request.end()
      ops.log('info', 'a', 'b')
      ops.close()
    }).not.toThrow()
    expect(deltas).toHaveLength(before)
  })
})

describe('what a host logs', () => {
  it('is copied, so that a later change of its objects changes nothing', () => {
    const { ops } = createTestOps()
    const fields = { list: [1, 2], nested: { a: 1 } }
    ops.log('info', 'test', 'x', fields)
    fields.list.push(3)
    fields.nested.a = 2
    expect(ops.logLines()[0]?.fields).toEqual({ list: [1, 2], nested: { a: 1 } })
  })

  it('turns into markers where it is no JSON', () => {
    const { ops } = createTestOps()
    const circular: Record<string, unknown> = { big: 10n, nan: NaN, fn: () => 1, date: new Date(0), trap }
    circular['self'] = circular
    circular['deep'] = { a: { b: { c: { d: { e: { f: 1 } } } } } }
    ops.log('info', 'test', 'x', circular)
    expect(ops.logLines()[0]?.fields).toMatchObject({
      big: '10',
      nan: '[NaN]',
      fn: '[function]',
      date: '1970-01-01T00:00:00.000Z',
      trap: { session: '[unreadable]', toString: '[function]' },
      self: '[circular]',
      deep: { a: { b: { c: { d: { e: '[too deep]' } } } } },
    })
  })

  it('is bounded in text, keys and list lengths, and says how much is missing', () => {
    const { ops } = createTestOps()
    const many = Object.fromEntries(Array.from({ length: 100 }, (_, i) => [`k${i}`, i]))
    ops.log('info', 'test', 'm'.repeat(10_000), { many, list: Array(100).fill(1) })
    const [line] = ops.logLines()
    expect(line?.message).toHaveLength(8192 + '… (1808 more characters)'.length)
    expect((line?.fields?.['many'] as Record<string, unknown>)['…']).toBe('[36 more]')
    expect((line?.fields?.['list'] as unknown[]).at(-1)).toBe('[36 more]')
  })

  it('costs little however its objects share each other', () => {
    const { ops } = createTestOps()
    let shared: unknown = { text: 'x'.repeat(1000) }
    for (let level = 0; level < 5; level++) shared = Array(64).fill(shared)
    const before = performance.now()
    ops.log('info', 'test', 'x', { shared })
    expect(performance.now() - before).toBeLessThan(100)
    expect(JSON.stringify(ops.logLines()[0]).length).toBeLessThan(40_000)
    expect(JSON.stringify(ops.logLines()[0])).toContain('[too much]')
  })

  it('cannot change a prototype', () => {
    const { ops } = createTestOps()
    ops.log(
      'info',
      'test',
      'x',
      JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
    )
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
    expect(Object.getPrototypeOf(ops.logLines()[0]?.fields)).toBe(Object.prototype)
  })
})

describe('the encoder', () => {
  it('makes one line that is safe in a terminal and reads back as it was', () => {
    const hostile = 'a\r\nb\u0000\u001b[2J\u007f\u009b31m\u202e\u2028\u2029\u2066\ufeff\ud800 é 漢字 🙂'
    const line = encodeData({ hostile })
    // eslint-disable-next-line no-control-regex
    expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e\u2066-\u2069\ufeff]/)
    expect(line).toContain('é 漢字 🙂')
    expect(JSON.parse(line)).toEqual({ hostile })
  })
})
