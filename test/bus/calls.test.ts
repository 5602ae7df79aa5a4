import { describe, expect, it } from 'vitest'
import { createTestOps } from '../helpers/test-ops.js'

const MODEL = { provider: 'openai', model: 'gpt-5', streaming: true }

describe('a model call', () => {
  it('learns its time to first token from the first progress and its rate from what follows', () => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(400)
    call.progress({ outputTokens: 1, estimated: true })
    expect(ops.calls()[0]).toMatchObject({
      timeToFirstToken: 400,
      firstTokenAt: clock.now(),
      state: 'active',
    })
    expect(ops.calls()[0]?.tokensPerSecond).toBeUndefined()
    clock.advance(500)
    call.progress({ outputTokens: 30, estimated: true })
    expect(ops.calls()[0]).toMatchObject({ tokensPerSecond: 60, estimated: true })
    clock.advance(500)
    call.end({ inputTokens: 210, outputTokens: 64, finishReason: 'stop' })
    const [ended] = ops.calls()
    expect(ended).toMatchObject({
      state: 'ok',
      duration: 1400,
      timeToFirstToken: 400,
      inputTokens: 210,
      outputTokens: 64,
      tokensPerSecond: 64,
      finishReason: 'stop',
    })
    expect(ended?.estimated).toBeUndefined()
  })

  it('that was never told its tokens shows them as unknown, not as 0', () => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(1000)
    call.end()
    const [ended] = ops.calls()
    for (const field of ['inputTokens', 'outputTokens', 'tokensPerSecond', 'timeToFirstToken']) {
      expect(ended).not.toHaveProperty(field)
    }
  })

  it('sends at most four progress deltas a second, the first at once and the last one always', () => {
    const { ops, clock, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    for (let token = 1; token <= 100; token++) {
      call.progress({ outputTokens: token })
      clock.advance(10)
    }
    clock.advance(300)
    const progress = deltas.flatMap((d) =>
      d.topic === 'call' && d.item.phase === 'progress' ? [d.item] : [],
    )
    expect(progress.length).toBeGreaterThanOrEqual(4)
    expect(progress.length).toBeLessThanOrEqual(6)
    expect(progress[0]?.outputTokens).toBe(1)
    expect(progress.at(-1)?.outputTokens).toBe(100)
    expect(deltas.map(({ seq }) => seq)).toEqual(deltas.map((_, i) => i + 1))
  })

  it('that ends sends no progress after its end', () => {
    const { ops, clock, deltas } = createTestOps()
    const call = ops.startCall(MODEL)
    call.progress({ outputTokens: 1 })
    clock.advance(10)
    call.progress({ outputTokens: 2 })
    call.end()
    clock.advance(1000)
    expect(deltas.at(-1)?.item).toMatchObject({ phase: 'end' })
  })

  it.each([
    ['streams for less than 50 ms: over the whole duration', 1000, [0, 20], 50],
    ['comes as one piece at its end: none', 1000, [0], undefined],
    ['streams without sign of tokens: over the whole duration', 1000, [], 50],
  ])('that %s', (_name, wait, progressAfter, rate) => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall(MODEL)
    clock.advance(wait)
    for (const pause of progressAfter) {
      clock.advance(pause)
      call.progress({ outputTokens: 10 })
    }
    call.end({ outputTokens: progressAfter.length === 2 ? 51 : 50 })
    expect(ops.calls()[0]?.tokensPerSecond).toBe(rate)
  })

  it('that does not stream has no rate', () => {
    const { ops, clock } = createTestOps()
    const call = ops.startCall({ provider: 'p', model: 'm' })
    clock.advance(1000)
    call.end({ outputTokens: 50 })
    expect(ops.calls()[0]).not.toHaveProperty('tokensPerSecond')
  })

  it('that fails carries status and type and writes a red line of source model', () => {
    const { ops } = createTestOps()
    const request = ops.startRequest({ session: 's1' })
    const call = request.startCall(MODEL)
    call.fail(Object.assign(new Error('rate limited'), { status: 429, code: 'rate_limit_exceeded' }))
    expect(ops.calls()[0]).toMatchObject({
      state: 'error',
      error: 'rate limited',
      httpStatus: 429,
      errorType: 'rate_limit_exceeded',
    })
    expect(ops.logLines()).toMatchObject([
      {
        level: 'error',
        source: 'model',
        message: 'openai gpt-5: rate limited',
        session: 's1',
        callId: call.id,
      },
    ])
  })

  it('ended twice is counted as an anomaly', () => {
    const { ops } = createTestOps()
    const call = ops.startCall(MODEL)
    call.end({ outputTokens: 5 })
    call.fail(new Error('late'))
    call.progress({ outputTokens: 6 })
    expect(ops.calls()).toMatchObject([{ state: 'ok', outputTokens: 5 }])
    expect(ops.metrics().counters['anomalies']).toBe(2)
  })
})
