import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { OpsError } from '../../src/server/errors.js'
import { ByteBuffer } from '../../src/server/intake/byte-buffer.js'
import { scanItems } from '../../src/server/intake/json-items.js'
import { LineSplitter, TOO_LONG, type Line } from '../../src/server/intake/line-splitter.js'
import { toMediaType } from '../../src/server/intake/media-type.js'
import { MessageIds } from '../../src/server/intake/message-ids.js'
import { createTurns } from '../../src/server/intake/turns.js'
import { FakeClock } from '../helpers/fake-clock.js'

/** Lines of `text` when it comes in pieces of these sizes. */
function split(text: Buffer, sizes: number[], limit: number): Line[] {
  const splitter = new LineSplitter(limit)
  const lines: Line[] = []
  const drain = (): void => {
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) lines.push(line)
  }
  let at = 0
  for (const size of [...sizes, text.length]) {
    splitter.push(text.subarray(at, at + size))
    drain()
    at += size
  }
  const last = splitter.last()
  return last === undefined ? lines : [...lines, last]
}

describe('lines', () => {
  it('are the same however the bytes come', () => {
    const text = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '😀', '\r', ' '), maxLength: 12 }))
    fc.assert(
      fc.property(text, fc.array(fc.nat(9)), (lines, sizes) => {
        const expected = lines.map((line) => (Buffer.byteLength(line) > 20 ? TOO_LONG : line))
        if (expected.at(-1) === '') expected.pop()
        expect(split(Buffer.from(lines.join('\n')), sizes, 20)).toEqual(expected)
      }),
    )
  })

  it('of any length take no memory beyond the limit', () => {
    const splitter = new LineSplitter(1000)
    const chunk = Buffer.alloc(65_536, 'x')
    for (let i = 0; i < 1000; i++) {
      splitter.push(chunk)
      expect(splitter.next()).toBeUndefined()
    }
    splitter.push(Buffer.from('\nnext\n'))
    expect([splitter.next(), splitter.next(), splitter.next()]).toEqual([TOO_LONG, 'next', undefined])
    expect(splitter.isInLine).toBe(false)
  })
})

describe('the items of an array', () => {
  const scan = (text: string): string[] => {
    const bytes = Buffer.from(text)
    return [...scanItems(bytes, 0)].flatMap((item) =>
      item ? [bytes.toString('utf8', item.start, item.end)] : [],
    )
  }

  it('are those that a parser finds', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue()), fc.constantFrom(undefined, 1, '\t'), (values, space) => {
        expect(
          scan(JSON.stringify(values, undefined, space)).map((item) => JSON.parse(item) as unknown),
        ).toEqual(JSON.parse(JSON.stringify(values)))
      }),
    )
  })

  it.each(['[', '[1', '[1,', '["', '["\\', '[{]', '[1}', '[1]]', '[1] 2', '[{}'])(
    'are refused where there is no array: %s',
    (text) => {
      expect(() => scan(text)).toThrow(OpsError)
    },
  )

  it('are left for a parser to judge: an empty one is one', () => {
    expect(scan('[1,]')).toEqual(['1', ''])
    expect(scan('[,]')).toEqual(['', ''])
  })
})

describe('a byte buffer', () => {
  it('gives back what was put in, in pieces of any size', () => {
    const sizes = [1, 3, 5000, 70_000, 20_000, 2, 16_384, 16_383, 600_000, 1]
    const buffer = new ByteBuffer()
    const pieces = sizes.map((size, index) => Buffer.alloc(size, index + 1))
    for (const piece of pieces) buffer.append(piece)
    expect(buffer.length).toBe(Buffer.concat(pieces).length)
    expect(buffer.take().equals(Buffer.concat(pieces))).toBe(true)
    expect([buffer.length, buffer.take().length]).toEqual([0, 0])
  })
})

describe('message ids', () => {
  it('are known for 2 minutes', () => {
    const clock = new FakeClock()
    const ids = new MessageIds(clock)
    expect(ids.add('a')).toBe(false)
    clock.advance(119_999)
    expect(ids.add('a')).toBe(true)
    expect(ids.add('b')).toBe(false)
    clock.advance(2)
    expect([ids.add('a'), ids.add('b')]).toEqual([false, true])
  })

  it('are known while they are among the newest 65,536, and cost the same however many there were', () => {
    const ids = new MessageIds(new FakeClock())
    for (let n = 0; n < 65_536; n++) expect(ids.add(`${n}`)).toBe(false)
    expect(ids.add('0')).toBe(true)
    expect(ids.add('one more')).toBe(false)
    expect([ids.add('1'), ids.add('0')]).toEqual([true, false])
    for (let n = 0; n < 500_000; n++) ids.add(`x${n}`)
    expect([ids.add('x499999'), ids.add('x0')]).toEqual([true, false])
  })
})

describe('turns', () => {
  const work = (milliseconds: number): void => {
    const end = performance.now() + milliseconds
    while (performance.now() < end);
  }

  it('are shared by all, and let the host have its own in between', async () => {
    const turns = createTurns()
    const steps: string[] = []
    let hostTurns = 0
    const host = (): void => {
      hostTurns++
      if (steps.length < 80) setImmediate(host)
    }
    setImmediate(host)
    await Promise.all(
      ['a', 'b'].map((name) => {
        let left = 40
        return turns.run(() => {
          work(1)
          steps.push(name)
          return --left === 0
        })
      }),
    )
    expect(steps.join('')).toBe('ab'.repeat(40))
    expect(hostTurns).toBeGreaterThan(7)
  })

  it('of one that throws end with its error, and go on for the others', async () => {
    const turns = createTurns()
    const bad = turns.run(() => {
      throw new Error('bad step')
    })
    let left = 3
    const good = turns.run(() => --left === 0)
    await expect(bad).rejects.toThrow('bad step')
    await good
  })
})

describe('a media type', () => {
  const ACCEPTED = ['application/json', 'application/x-ndjson'] as const

  it.each([
    'application/json',
    'Application/JSON',
    ' application/json ',
    'application/json;',
    'application/json; charset=utf-8',
    'application/json;charset="UTF8"; version=1',
    'application/json ; profile="a;b"',
  ])('is known as %j', (header) => {
    expect(toMediaType(header, ACCEPTED)).toBe('application/json')
  })

  it.each([
    undefined,
    '',
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/json garbage',
    'application/json\ta',
    'application/jsonx',
    'application/json, text/plain',
    'application/json; charset=utf-16',
    'application/json; charset=utf-8; charset=latin1',
    'application/json; x',
    'application/vnd.api+json',
    `text/${'x'.repeat(10_000)}`,
  ])('is refused as %j, naming what is accepted', (header) => {
    const refuse = (): unknown => toMediaType(header, ACCEPTED)
    expect(refuse).toThrow('accepted are application/json, application/x-ndjson, in UTF-8.')
    expect(refuse).toThrow(
      expect.objectContaining({ statusCode: 415, message: expect.stringMatching(/^.{1,250}$/) }),
    )
  })
})
