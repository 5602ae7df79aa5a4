import { ReadableStream, type ReadableByteStreamController } from 'node:stream/web'

type Controller = ReadableStreamDefaultController<Uint8Array> | ReadableByteStreamController

/**
 * The same stream once more, for what reads by ways that can't be looked into. It holds nothing: it reads when it is
 * read. The stream stays locked until `release`.
 */
export function passThrough(
  stream: ReadableStream<Uint8Array>,
  canGiveBytes: boolean,
): { through: ReadableStream; release: () => void } {
  const reader = stream.getReader()
  const source = {
    async pull(controller: Controller): Promise<void> {
      const result = await reader.read()
      if (!result.done) return controller.enqueue(result.value)
      controller.close()
      if ('byobRequest' in controller) controller.byobRequest?.respond(0)
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  }
  const through = canGiveBytes
    ? new ReadableStream({ ...source, type: 'bytes' }, { highWaterMark: 0 })
    : new ReadableStream<Uint8Array>(source, { highWaterMark: 0 })
  return { through, release: () => reader.releaseLock() }
}
