import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { LiveStore } from '../../src/web/live-store.js'
import { StoreController, type StoreHost } from '../../src/web/store-controller.js'
import { acquireStream, type SharedStream } from '../../src/web/stream-registry.js'
import { FakeClock } from '../helpers/fake-clock.js'
import { FakeFrames } from './fakes.js'

const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})

beforeEach(() => {
  vi.stubGlobal('document', { baseURI: 'http://host/admin/page' })
  warn.mockClear()
})
afterEach(() => vi.unstubAllGlobals())

/** A controller on an element that stands on the page with this `src`. */
function setup(src: string | null | undefined) {
  const element = { isConnected: true, localName: 'ops-calls', src, dataset: {} as Record<string, string> }
  const host = { ...element, addController: vi.fn(), requestUpdate: vi.fn() }
  const controller = new StoreController(host as unknown as StoreHost, { slices: [] })
  controller.hostConnected()
  return { host, controller }
}

/** Has all elements with this address find a stream that opens nothing. */
function holdStream(src: string): void {
  const store = new LiveStore({ clock: new FakeClock(), frames: new FakeFrames() })
  acquireStream(src, undefined, (address, ticker) => ({
    stream: { src: address, store, ticker } as SharedStream,
    dispose: () => {},
  }))
}

describe('an element', () => {
  it.each([null, '', 'http://', 'http://host:99999/', 'data:,x'])(
    'with the src %j has no stream and says so once',
    (src) => {
      const { host, controller } = setup(src)
      controller.hostUpdate()
      controller.hostUpdate()
      expect(controller.stream).toBeUndefined()
      expect(host.dataset['state']).toBeUndefined()
      expect(warn).toHaveBeenCalledOnce()
      const [message] = warn.mock.calls[0] as [string]
      expect(message).toContain('<ops-calls>')
      expect(message).toContain(JSON.stringify(src))
      expect(message).toContain('Accepted is')
    },
  )

  it('whose src is still to come waits in silence', () => {
    const { controller } = setup(undefined)
    controller.hostUpdate()
    expect(controller.stream).toBeUndefined()
    expect(warn).not.toHaveBeenCalled()
  })

  it('follows its src: to another feed, to none, and back', () => {
    holdStream('http://host/admin/events')
    const { host, controller } = setup('events')
    expect(controller.stream?.src).toBe('http://host/admin/events')
    expect(host.dataset['state']).toBe('connecting')
    host.src = null
    controller.hostUpdate()
    expect(controller.stream).toBeUndefined()
    expect(host.dataset['state']).toBeUndefined()
    host.src = '/admin/events'
    controller.hostUpdate()
    expect(controller.stream?.src).toBe('http://host/admin/events')
    host.src = null
    controller.hostUpdate()
    expect(warn).toHaveBeenCalledTimes(2)
  })
})
