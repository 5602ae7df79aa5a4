import mittModule from 'mitt'

// mitt's type file declares a CommonJS default, its ES module exports the function itself.
const mitt = mittModule as unknown as typeof mittModule.default

/** Publishes inside listeners inside publishes: beyond it a listener must be answering itself. */
const DEPTH_LIMIT = 50

export type Listener<Message> = (message: Message) => void

export interface EventBus<Events extends object> {
  /** Hands `message` to every subscriber of `type`, in the order they subscribed, before it returns. Never throws. */
  publish<Type extends keyof Events & string>(type: Type, message: Events[Type]): void
  /** Returns the function that ends the subscription; calling it again does nothing. */
  subscribe<Type extends keyof Events & string>(type: Type, listener: Listener<Events[Type]>): () => void
}

/**
 * Typed publish and subscribe over mitt. mitt lets one throwing listener stop the others and the publisher, so each
 * listener is wrapped: what it throws goes to `onFault` and harms nobody.
 */
export function createEventBus<Events extends object>(
  onFault: (place: string, error: unknown) => void,
): EventBus<Events> {
  const emitter = mitt<Record<string, unknown>>()
  let listeners = 0
  let depth = 0
  return {
    publish(type, message) {
      if (depth >= DEPTH_LIMIT) {
        onFault(`A publish of "${type}"`, new Error(`listeners publish more than ${DEPTH_LIMIT} levels deep`))
        return
      }
      depth++
      emitter.emit(type, message)
      depth--
    },
    subscribe(type, listener) {
      const place = `listener ${++listeners} of "${type}"`
      const guarded = (message: unknown): void => {
        try {
          listener(message as Parameters<typeof listener>[0])
        } catch (error) {
          onFault(place, error)
        }
      }
      emitter.on(type, guarded)
      return () => emitter.off(type, guarded)
    },
  }
}
