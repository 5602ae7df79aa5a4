import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Delta } from '../../src/bus/messages.js'
import { DeltaRing } from '../../src/server/delta-ring.js'

function lineOf(seq: number, message: string): Delta {
  const item = { seq, time: seq, level: 'warn', source: 'test', message, instance: 'one' } as const
  return { seq, topic: 'log', item }
}

function read(ring: DeltaRing, seq: number): string {
  const { buffer, start, end } = ring.piece(seq)
  expect(String.fromCharCode(buffer[end]!)).toBe(',')
  return buffer.toString('utf8', start, end)
}

describe('DeltaRing', () => {
  it('gives back each delta as it was published, in whatever order they are asked for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.string({ unit: 'binary', maxLength: 3000 }), { minLength: 1, maxLength: 60 }),
        fc.array(fc.nat(59), { maxLength: 40 }),
        fc.integer({ min: 0, max: 100_000 }),
        (messages, asked, position) => {
          const ring = new DeltaRing({ items: 1000, bytes: 8 * 1024 * 1024 }, position)
          const toSeq = (index: number): number => position + 1 + (index % messages.length)
          const expected = new Map<number, string>()
          for (const [index, message] of messages.entries()) {
            const delta = lineOf(toSeq(index), message)
            expected.set(delta.seq, JSON.stringify(delta.item))
            ring.push(delta)
          }
          for (const seq of asked.map(toSeq)) {
            expect(JSON.parse(read(ring, seq))).toEqual(JSON.parse(expected.get(seq)!))
          }
        },
      ),
    )
  })

  it('keeps what it holds apart from what comes later, whether or not its neighbours were ever encoded', () => {
    const ring = new DeltaRing({ items: 50_000, bytes: 600_000 }, 0)
    const isEncoded = (seq: number): boolean => seq % 3 === 0
    for (let seq = 1; seq <= 8000; seq++) {
      ring.push(lineOf(seq, `${seq} ${'x'.repeat(seq % 700)}`))
      if (isEncoded(seq)) read(ring, seq)
      if (seq % 100 !== 0) continue
      for (let held = seq; held > 0 && ring.holdsAfter(held - 1); held--) {
        if (!isEncoded(held)) continue
        expect(JSON.parse(read(ring, held))).toMatchObject({ message: `${held} ${'x'.repeat(held % 700)}` })
      }
    }
  })

  it('holds no more than its bounds', () => {
    const ring = new DeltaRing({ items: 50_000, bytes: 300_000 }, 0)
    for (let seq = 1; seq <= 5000; seq++) {
      ring.push(lineOf(seq, 'x'.repeat(seq % 700)))
      if (seq % 100 !== 0) continue
      let bytes = 0
      for (let held = seq; held > 0 && ring.holdsAfter(held - 1); held--) bytes += read(ring, held).length
      // Those read just now weigh what they are; the next push makes room.
      expect(bytes).toBeLessThan(350_000)
      if (seq > 2000) expect(bytes).toBeGreaterThan(200_000)
    }
    const few = new DeltaRing({ items: 10, bytes: 300_000 }, 0)
    for (let seq = 1; seq <= 25; seq++) few.push(lineOf(seq, 'x'))
    expect(few.holdsAfter(15)).toBe(true)
    expect(few.holdsAfter(14)).toBe(false)
  })

  it('holds one delta that is larger than all that it may hold', () => {
    const ring = new DeltaRing({ items: 10, bytes: 1024 }, 0)
    ring.push(lineOf(1, 'small'))
    ring.push(lineOf(2, 'ü'.repeat(8000)))
    expect(ring.holdsAfter(0)).toBe(false)
    expect(JSON.parse(read(ring, 2))).toMatchObject({ message: 'ü'.repeat(8000) })
    ring.push(lineOf(3, 'after'))
    expect(JSON.parse(read(ring, 3))).toMatchObject({ message: 'after' })
  })

  it('tells what filters ask for, also of what is held as bytes alone', () => {
    const ring = new DeltaRing({ items: 10, bytes: 10_000 }, 0)
    ring.push(lineOf(1, 'one'))
    ring.push({
      seq: 2,
      topic: 'call',
      item: {
        phase: 'start',
        id: 'c',
        provider: 'p',
        model: 'm',
        operation: 'chat',
        streaming: true,
        startedAt: 1,
        state: 'active',
        source: 'api',
        session: 's1',
        instance: 'two',
      },
    })
    read(ring, 1)
    read(ring, 2)
    expect(ring.key(1)).toEqual({
      topic: 'log',
      level: 3,
      source: 'test',
      session: undefined,
      instance: 'one',
    })
    expect(ring.key(2)).toEqual({
      topic: 'call',
      level: 0,
      source: undefined,
      session: 's1',
      instance: 'two',
    })
  })
})
