import { expect, it } from 'vitest'
import { startHost } from '../helpers/host.js'

it('a throwing listener, gauge and serializer are each logged once and harm neither host nor feed', async () => {
  const { ops, url, feed } = await startHost({ routes: (app) => app.get('/x', () => 'ok') })
  const reader = await feed()
  await reader.until('snapshot')
  ops.bus.subscribe('delta', () => {
    throw new Error('bad listener')
  })
  ops.gauge('broken', () => {
    throw new Error('bad gauge')
  })
  const unserializable = {
    toJSON() {
      throw new Error('bad serializer')
    },
    get value() {
      throw new Error('bad getter')
    },
  }
  for (let i = 0; i < 20; i++) ops.log('info', 'a', `line ${i}`, { unserializable })
  ops.metrics()
  ops.metrics()
  expect(await (await fetch(`${url}/x`)).text()).toBe('ok')
  ops.log('info', 'a', 'still here')
  await reader.until('log', (lines) => lines.some(({ message }) => message === 'still here'))
  const lines = reader.events.flatMap((item) => (item.event === 'log' ? item.data : []))
  expect(lines.filter(({ message }) => message.startsWith('line '))).toHaveLength(20)
  expect(lines.find(({ message }) => message === 'line 3')?.fields).toMatchObject({
    unserializable: { value: '[unreadable]' },
  })
  expect(lines.filter(({ message }) => message.includes('bad listener'))).toHaveLength(1)
  expect(lines.filter(({ message }) => message.includes('bad gauge'))).toHaveLength(1)
})
