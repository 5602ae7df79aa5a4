import { describe, expect, it, vi } from 'vitest'
import { acquireStream, type OpenStream, type SharedStream } from '../../src/web/stream-registry.js'

let count = 0
const fresh = () => `http://host/${++count}/events`

function setup() {
  const dispose = vi.fn()
  const open = vi.fn<OpenStream>((src, ticker) => ({
    stream: { src, ticker } as SharedStream,
    dispose,
  }))
  return { open, dispose }
}

const nextTask = () => new Promise((resolve) => setTimeout(resolve))

describe('a shared stream', () => {
  it('is opened once for all users of an address', () => {
    const { open } = setup()
    const src = fresh()
    expect(acquireStream(src, undefined, open).stream).toBe(acquireStream(src, undefined, open).stream)
    expect(open).toHaveBeenCalledOnce()
  })

  it('is another one for another address', () => {
    const { open } = setup()
    expect(acquireStream(fresh(), undefined, open).stream).not.toBe(
      acquireStream(fresh(), undefined, open).stream,
    )
  })

  it('closes when the last user has left, not before', async () => {
    const { open, dispose } = setup()
    const src = fresh()
    const [first, second] = [acquireStream(src, undefined, open), acquireStream(src, undefined, open)]
    first.release()
    await nextTask()
    expect(dispose).not.toHaveBeenCalled()
    second.release()
    await nextTask()
    expect(dispose).toHaveBeenCalledOnce()
  })

  it('is opened anew for the next user after that', async () => {
    const { open } = setup()
    const src = fresh()
    acquireStream(src, undefined, open).release()
    await nextTask()
    acquireStream(src, undefined, open)
    expect(open).toHaveBeenCalledTimes(2)
  })

  it('lives on when its only user leaves and comes back within a task', async () => {
    const { open, dispose } = setup()
    const src = fresh()
    const handle = acquireStream(src, undefined, open)
    handle.release()
    acquireStream(src, undefined, open)
    await nextTask()
    expect(dispose).not.toHaveBeenCalled()
    expect(open).toHaveBeenCalledOnce()
  })

  it('counts a handle that is released twice once', async () => {
    const { open, dispose } = setup()
    const src = fresh()
    const first = acquireStream(src, undefined, open)
    acquireStream(src, undefined, open)
    first.release()
    first.release()
    await nextTask()
    expect(dispose).not.toHaveBeenCalled()
  })

  it('is found by another copy of the module on the page', async () => {
    const { open } = setup()
    const src = fresh()
    const { stream } = acquireStream(src, undefined, open)
    vi.resetModules()
    const copy = await import('../../src/web/stream-registry.js')
    expect(copy.acquireStream).not.toBe(acquireStream)
    expect(copy.acquireStream(src, undefined, open).stream).toBe(stream)
  })
})
