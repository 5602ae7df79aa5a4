import { ReadableStream, type ReadableByteStreamController } from 'node:stream/web'

type Controller = ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController

/**
 * The same stream once more, for what reads by ways that can't be looked into. It holds nothing: it reads when it is
 * read. `release` lets go of the stream.
 */
export function passThrough(
  stream: ReadableStream<Uint8Array>,
  canGiveBytes: boolean,
): { through: object; release: () => void } {
  const reader = stream.getReader()
  const release = (): void => reader.releaseLock()
  const source = {
    async pull(controller: Controller): Promise<void> {
      const result = await reader.read().catch((error: unknown) => {
        release()
        throw error
      })
      if (!result.done) return controller.enqueue(result.value as never)
      release()
      controller.close()
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    async cancel(reason: unknown): Promise<void> {
      await reader.cancel(reason)
      release()
    },
  }
  const through = canGiveBytes
    ? new ReadableStream({ ...source, type: 'bytes' }, { highWaterMark: 0 })
    : new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })
  return { through, release }
}
