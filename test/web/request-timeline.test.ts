import { expect, it } from 'vitest'
import type { CallRecord, LogLine, RequestRecord } from '../../src/bus/protocol.js'
import { toTimeline } from '../../src/web/request-timeline.js'

const request: RequestRecord = { id: 'r1', kind: 'message', startedAt: 1000, state: 'active', instance: 'i1' }
const call = (id: string, more: Partial<CallRecord> = {}): CallRecord => ({
  id,
  requestId: 'r1',
  provider: 'openai',
  model: 'gpt-5',
  operation: 'chat',
  streaming: true,
  startedAt: 1100,
  state: 'active',
  source: 'api',
  instance: 'i1',
  ...more,
})
const line = (message: string, more: Partial<LogLine> = {}): LogLine => ({
  seq: 1,
  time: 1200,
  level: 'info',
  source: 'app',
  message,
  instance: 'i1',
  requestId: 'r1',
  ...more,
})
const tell = (timeline: ReturnType<typeof toTimeline>) =>
  timeline.moments.map((moment) => `${moment.time} ${moment.kind}`)

it('tells a request in the order of its time, its end last', () => {
  const ended = { ...request, state: 'ok' as const, endedAt: 2000, duration: 1000 }
  const calls = [
    call('c2', { startedAt: 1500, state: 'error', duration: 100 }),
    call('c1', { timeToFirstToken: 50, state: 'ok', duration: 300 }),
  ]
  const timeline = toTimeline(ended, calls, [line('late', { time: 2100 }), line('a')])
  expect(tell(timeline)).toEqual([
    '1000 start',
    '1100 call',
    '1150 first token',
    '1200 line',
    '1400 call end',
    '1500 call',
    '1600 call end',
    '2100 line',
    '2000 end',
  ])
  expect(timeline.calls.map(({ id }) => id)).toEqual(['c1', 'c2'])
})

it('takes what is of another request or another process for nothing of it', () => {
  const calls = [call('c1', { requestId: 'r2' }), call('c2', { instance: 'i2' })]
  const rows = [
    line('a', { requestId: 'r2' }),
    line('b', { instance: 'i2' }),
    { gap: {} as never, time: 1100, until: 1100 },
  ]
  expect(tell(toTimeline(request, calls, rows))).toEqual(['1000 start'])
})

it('takes the lines of its calls, and what it does now', () => {
  const rows = [line('of the call', { requestId: undefined as never, callId: 'c1' })]
  const doing = { ...request, step: { kind: 'tool', name: 'search', since: 1300 } }
  expect(tell(toTimeline(doing, [call('c1')], rows))).toEqual([
    '1000 start',
    '1100 call',
    '1200 line',
    '1300 step',
  ])
})
