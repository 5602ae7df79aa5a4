import { describe, expect, it } from 'vitest'
import { openFeed } from '../helpers/feed-reader.js'
import { startHost } from '../helpers/host.js'

const seqOf = (id: string | undefined): number => Number(id?.split('-')[1])

describe('the feed', () => {
  it('greets, then sends everything that is known, then each change as it happens', async () => {
    const { ops, feed } = await startHost({
      ops: { service: 'flynn', version: '1.2.3', environment: 'test' },
    })
    ops.log('info', 'gateway', 'before')
    const running = ops.startRequest({ kind: 'message', session: 's1' })
    ops.setChannel('telegram', { kind: 'telegram', state: 'connected' })
    const reader = await feed()
    await reader.until('snapshot')
    expect(reader.text()).toMatch(/^retry: \d+\n\nevent: hello\ndata: \{/)
    expect(reader.events[0]).toMatchObject({
      event: 'hello',
      data: {
        ...{ protocol: 1, epoch: ops.epoch, instance: 'i1', service: 'flynn', version: '1.2.3' },
        ...{ heartbeat: 3000, resumed: false, topics: ['metrics', 'log', 'request', 'call', 'channel'] },
      },
    })
    const snapshot = reader.events[1]!
    expect(snapshot).toMatchObject({
      event: 'snapshot',
      id: `${ops.epoch}-${ops.position}`,
      data: {
        metrics: { instance: 'i1', gauges: { activeRequests: 1 } },
        requests: [{ id: running.id, state: 'active' }],
        calls: [],
        channels: [{ name: 'telegram', state: 'connected' }],
        series: { step: 3000 },
      },
    })
    expect(snapshot.event === 'snapshot' && snapshot.data.log?.map(({ message }) => message)).toContain(
      'before',
    )

    const call = running.startCall({ provider: 'openai', model: 'gpt-5', streaming: true })
    call.progress({ outputTokens: 3 })
    call.end({ outputTokens: 9 })
    running.end()
    ops.setChannel('telegram', { kind: 'telegram', state: 'disconnected' })
    ops.log('warn', 'telegram', 'lost')
    await reader.until('log', (lines) => lines.some(({ message }) => message === 'lost'))
    const deltas = reader.events.slice(2).filter(({ event }) => event !== 'snapshot')
    const phases = deltas.flatMap((item) =>
      item.event === 'request' || item.event === 'call'
        ? item.data.map(({ phase }) => `${item.event} ${phase}`)
        : [item.event],
    )
    expect(phases).toEqual([
      'call start',
      'request update',
      'call progress',
      'call end',
      'request update',
      'request end',
      'channel',
      'log',
    ])
    expect(deltas.at(-1)?.id).toBe(`${ops.epoch}-${ops.position}`)
  })

  it('sends the items of one turn as runs: one event per stretch of a topic, ids strictly increasing', async () => {
    const { ops, feed } = await startHost()
    const reader = await feed('?topics=log,channel')
    await reader.until('snapshot')
    for (let i = 0; i < 50; i++) ops.log('info', 'a', `line ${i}`)
    ops.setChannel('c', { state: 'connected' })
    ops.log('info', 'a', 'last')
    await reader.until('log', (lines) => lines.at(-1)?.message === 'last')
    const runs = reader.events.filter(({ event }) => event === 'log' || event === 'channel')
    expect(runs.map(({ event, data }) => [event, (data as unknown[]).length])).toEqual([
      ['log', 50],
      ['channel', 1],
      ['log', 1],
    ])
    const ids = runs.map(({ id }) => seqOf(id))
    expect(ids).toEqual([...ids].sort((a, b) => a - b))
    expect(new Set(ids).size).toBe(3)
  })

  it('beats every 3 s with metrics and a true position, with the topic metrics and without', async () => {
    const { ops, feed } = await startHost()
    const [all, logs] = [await feed(), await feed('?topics=log')]
    ops.log('info', 'a', 'x')
    const startedAt = performance.now()
    const beats = await Promise.all(
      [all, logs].map((reader) => reader.until('snapshot', (data) => data !== reader.events[1]?.data)),
    )
    expect(performance.now() - startedAt).toBeLessThan(3500)
    expect(Object.keys(beats[0]!.data)).toEqual(['time', 'metrics'])
    expect(Object.keys(beats[1]!.data)).toEqual(['time'])
    for (const beat of beats) expect(beat.id).toBe(`${ops.epoch}-${ops.position}`)
    expect(beats[0]!.data.metrics?.feed.viewers).toBe(2)
  })

  it('delivers an event on an idle feed within milliseconds, yet never inside the recorder call', async () => {
    const { ops, feed } = await startHost()
    const reader = await feed()
    await reader.until('snapshot')
    const publishedAt = performance.now()
    ops.log('info', 'a', 'quick')
    expect(reader.events.filter(({ event }) => event === 'log')).toEqual([])
    await reader.until('log', (lines) => lines.some(({ message }) => message === 'quick'))
    expect(performance.now() - publishedAt).toBeLessThan(1000)
  })

  it('survives any text in any field: what is read is what was published, in one event', async () => {
    const { ops, feed } = await startHost()
    const reader = await feed()
    const hostile = 'a\r\nid: evil\rdata: x\n\nevent: bye\u2028\u0000\u001b[31m\u009b\u202e'
    ops.log('info', hostile, hostile, { [hostile]: hostile })
    ops.log('info', 'a', 'after')
    const run = await reader.until('log', (lines) => lines.some(({ message }) => message === 'after'))
    expect(run.data[0]).toMatchObject({ source: hostile, message: hostile, fields: { [hostile]: hostile } })
    expect(reader.events.every(({ id }) => id === undefined || id.startsWith(ops.epoch))).toBe(true)
    // eslint-disable-next-line no-control-regex
    expect(reader.text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/)
  })

  it('carries the headers that keep proxies and caches from holding it back', async () => {
    const { feed } = await startHost()
    const { status, headers } = await feed()
    expect(status).toBe(200)
    expect(headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-cache,no-transform',
      'x-accel-buffering': 'no',
    })
  })
})

describe('filters of the feed', () => {
  it('let through what was asked for, in the snapshot and in the deltas', async () => {
    const { ops, feed } = await startHost()
    ops.log('info', 'queue', 'quiet')
    ops.log('error', 'queue', 'loud')
    ops.startRequest({ session: 's2' })
    const reader = await feed('?topics=log,request&level=warn&source=queue,tools')
    const ofSession = await feed('?session=s1&topics=request')
    ops.log('warn', 'gateway', 'other source')
    ops.log('info', 'tools', 'too quiet')
    const own = ops.startRequest({ session: 's1' })
    ops.startRequest({ session: 's2' })
    ops.log('warn', 'tools', 'wanted')
    await reader.until('log', (lines) => lines.some(({ message }) => message === 'wanted'))
    const snapshot = (await reader.until('snapshot')).data
    expect(Object.keys(snapshot).sort()).toEqual(['log', 'requests', 'time'])
    expect(snapshot.log?.map(({ message }) => message)).toEqual(['loud'])
    const lines = reader.events.flatMap((item) => (item.event === 'log' ? item.data : []))
    expect(lines.map(({ message }) => message)).toEqual(['wanted'])
    const started = await ofSession.until('request')
    expect(started.data.map(({ id }) => id)).toEqual([own.id])
    expect((await ofSession.until('snapshot')).data.requests).toEqual([])
  })

  it('bound the history and leave out debug lines by default', async () => {
    const { ops, feed } = await startHost()
    for (let i = 0; i < 300; i++) ops.log('info', 'a', `line ${i}`)
    ops.log('debug', 'a', 'detail')
    const historyOf = async (query: string): Promise<number | undefined> =>
      (await (await feed(query)).until('snapshot')).data.log?.length
    expect(await historyOf('')).toBe(200)
    expect(await historyOf('?history=0')).toBe(0)
    expect(await historyOf('?history=1000&level=debug&source=a')).toBe(301)
  })

  it.each([
    ['?topic=log', 'Unknown parameter "topic"; accepted are topics, level, source,'],
    ['?topics=log,nope', 'topics does not accept "log,nope"; it takes a comma list of metrics, log, request'],
    ['?level=loud', 'level does not accept "loud"; it takes one of trace, debug, info'],
    ['?history=1001', 'history does not accept "1001"; it takes a whole number from 0 to 1000'],
    ['?history=-1', 'history does not accept "-1"'],
    ['?batch=7', 'batch does not accept "7"; it takes one of 0, 50, 250, 1000'],
    ['?topics=log&topics=call', 'topics does not accept ["log","call"]'],
  ])('%s is answered 400 naming what is accepted', async (query, message) => {
    const { url, app } = await startHost()
    for (const method of ['GET', 'HEAD'] as const) {
      expect((await app.inject({ method, url: `/ops/events${query}` })).statusCode).toBe(400)
    }
    const response = await fetch(`${url}/ops/events${query}`)
    const body = (await response.json()) as { error: { code: string; message: string } }
    expect(body.error.code).toBe('OPS_INVALID')
    expect(body.error.message).toContain(message)
  })
})

describe('a stream that comes back', () => {
  it('goes on where it was: what was missed once, in order, then metrics only', async () => {
    const { ops, feed } = await startHost()
    const first = await feed('?topics=log')
    ops.log('info', 'a', 'one')
    const seen = await first.until('log')
    first.close()
    ops.log('info', 'a', 'two')
    ops.log('info', 'a', 'three')
    for (const resume of [
      () => feed('?topics=log', { 'last-event-id': seen.id! }),
      () => feed(`?topics=log&lastEventId=${seen.id}`),
      () => feed('?topics=log&lastEventId=nonsense-1', { 'last-event-id': seen.id! }),
    ]) {
      const reader = await resume()
      const missed = await reader.until('log')
      expect(reader.events[0]).toMatchObject({ event: 'hello', data: { resumed: true } })
      expect(missed.data.map(({ message }) => message)).toEqual(['two', 'three'])
      expect(missed.id).toBe(`${ops.epoch}-${ops.position}`)
      expect(reader.events.map(({ event }) => event)).toEqual(['hello', 'log'])
    }
  })

  it.each([
    ['another epoch', () => 'other1-5', { reason: 'epoch' }],
    ['a position to come', (epoch: string) => `${epoch}-999999`, { reason: 'epoch' }],
    ['no id at all', () => 'x'.repeat(100), { reason: 'epoch' }],
    ['what is no longer held', (epoch: string) => `${epoch}-1`, { reason: 'evicted', from: 2 }],
  ])('from %s is told of the gap and made whole', async (_name, idOf, gap) => {
    const { ops, feed } = await startHost({ plugin: { feed: { items: 5000 } } })
    for (let i = 0; i < 9000; i++) ops.log('info', 'a', `line ${i}`)
    const reader = await feed('', { 'last-event-id': idOf(ops.epoch) })
    const snapshot = await reader.until('snapshot')
    expect(reader.events.map(({ event }) => event)).toEqual(['hello', 'gap', 'snapshot'])
    expect(reader.events[1]?.data).toMatchObject(gap)
    expect(snapshot.data.log).toHaveLength(200)
    expect(snapshot.data.channels).toEqual([])
  })
})

describe('a client that does not read', () => {
  it('costs the others nothing, and is caught up or told its gap when it reads again', async () => {
    const { ops, feed } = await startHost()
    const [stalled, healthy] = [await feed('?topics=log'), await feed('?topics=log')]
    stalled.pause()
    const text = 'x'.repeat(4000)
    const total = 12_000
    for (let sent = 0; sent < total; sent += 200) {
      for (let i = 0; i < 200; i++) ops.log('info', 'a', text, { n: sent + i })
      await healthy.until('log', (lines) => lines.some(({ fields }) => fields?.['n'] === sent + 199))
    }
    const received = healthy.events.flatMap((item) => (item.event === 'log' ? item.data : []))
    expect(received.map(({ fields }) => fields?.['n'])).toEqual(Array.from({ length: total }, (_, i) => i))
    stalled.resume()
    const gap = (await stalled.until('gap')).data
    expect(gap).toMatchObject({ reason: 'lagging', to: ops.position })
    expect(gap.missed).toBe(gap.to! - gap.from! + 1)
    const before = stalled.events.flatMap((item) => (item.event === 'log' ? item.data : []))
    expect(before.at(-1)?.seq).toBe(gap.from! - 1)
    await stalled.until('snapshot', (data) => data.log?.at(-1)?.fields?.['n'] === total - 1)
  })
})

describe('other methods on the feed', () => {
  it('HEAD tells the headers and opens nothing', async () => {
    const { url, ops } = await startHost()
    const response = await fetch(`${url}/ops/events`, { method: 'HEAD' })
    expect(response.status).toBe(200)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(ops.metrics().feed.viewers).toBe(0)
  })

  it.each(['POST', 'PUT', 'DELETE'])('%s is answered 405 with Allow', async (method) => {
    const { url } = await startHost()
    const response = await fetch(`${url}/ops/events`, { method })
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD'])
  })
})

describe('the count of viewers', () => {
  it('goes back to zero when the clients have left', async () => {
    const { ops, url } = await startHost()
    const readers = await Promise.all(Array.from({ length: 20 }, () => openFeed(`${url}/ops/events`)))
    expect(ops.metrics().feed.viewers).toBe(20)
    for (const reader of readers) reader.close()
    await expect.poll(() => ops.metrics().feed.viewers).toBe(0)
  })
})
