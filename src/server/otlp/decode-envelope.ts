import { NO_ATTRIBUTES, readAttribute, type IsWanted } from './decode-values.js'
import type { Attributes, Resource, TelemetryOrigin } from './telemetry.js'
import { defineMessage, type MessageFields, type WireReader } from './wire-reader.js'

/** Spans, log records or metrics of one request; what comes beyond is rejected. */
export const ITEMS_LIMIT = 20_000

/** How the messages of a signal are called that hold its items: by resource, and in there by scope. */
export interface Envelope {
  request: MessageFields<'resources'>
  resource: MessageFields<'resource' | 'scopes'>
  scope: MessageFields<'scope' | 'items'>
}

/** Items that the request had and that were not taken, and the first reason for it. */
export interface Rejections {
  count: number
  reason?: string
}

export interface Decoded<Item> {
  items: Item[]
  rejected: Rejections
}

/** Work in steps: whoever runs it may pause after each. */
export type Steps<Result> = Generator<undefined, Result, undefined>

/** Reads one item. Returns why it is rejected, or undefined. */
export type ReadItem<Item> = (
  reader: WireReader,
  origin: TelemetryOrigin,
  items: Item[],
) => string | undefined | Steps<string | undefined>

const RESOURCE = defineMessage({ attributes: [1] })
const SCOPE = defineMessage({ name: 1 })

/** What is read of a resource: who sent it. */
const RESOURCE_NAMES = new Set(['service.name', 'service.instance.id', 'host.name', 'process.pid'])
const isResourceName: IsWanted = (name) => RESOURCE_NAMES.has(name)

/** Names the messages that hold the items of a signal, as JSON calls them. */
export function defineEnvelope(resources: string, scopes: string, items: string): Envelope {
  return {
    request: rename(defineMessage({ resources: [1] }), { resources }),
    resource: rename(defineMessage({ resource: 1, scopes: [2] }), { scopes }),
    scope: rename(defineMessage({ scope: 1, items: [2] }), { items }),
  }
}

/** Walks a request to its items, in steps. Throws a MalformedBodyError; nothing that it returned is valid then. */
export function* decodeEnvelope<Item>(
  reader: WireReader,
  envelope: Envelope,
  readItem: ReadItem<Item>,
): Steps<Decoded<Item>> {
  const decoded: Decoded<Item> = { items: [], rejected: { count: 0 } }
  reader.enter()
  for (let field; (field = reader.next(envelope.request)) !== undefined;) {
    yield* pause(reader)
    if (field === 'resources') yield* readResourceItems(reader, { envelope, readItem, decoded })
  }
  return decoded
}

interface Context<Item> {
  envelope: Envelope
  readItem: ReadItem<Item>
  decoded: Decoded<Item>
}

function* readResourceItems<Item>(reader: WireReader, context: Context<Item>): Steps<void> {
  // Shared by all items, which may stand before it.
  const resource: Resource = { attributes: NO_ATTRIBUTES }
  reader.enter()
  for (let field; (field = reader.next(context.envelope.resource)) !== undefined;) {
    yield* pause(reader)
    if (field === 'resource') resource.attributes = readResource(reader)
    else if (field === 'scopes') yield* readScopeItems(reader, { resource, scope: '' }, context)
  }
}

function* readScopeItems<Item>(
  reader: WireReader,
  origin: TelemetryOrigin,
  { envelope, readItem, decoded: { items, rejected } }: Context<Item>,
): Steps<void> {
  reader.enter()
  for (let field; (field = reader.next(envelope.scope)) !== undefined;) {
    yield* pause(reader)
    if (field === 'scope') origin.scope = readScope(reader)
    if (field !== 'items') continue
    let reason: string | undefined
    if (items.length >= ITEMS_LIMIT) {
      reader.skip()
      reason = `one request may have ${ITEMS_LIMIT} items`
    } else {
      const steps = readItem(reader, origin, items)
      reason = typeof steps === 'object' ? yield* steps : steps
    }
    if (reason === undefined) continue
    rejected.count++
    rejected.reason ??= reason
  }
}

/** Lets others have their turn, and the next item its fields. */
export function* pause(reader: WireReader): Steps<void> {
  reader.refill()
  yield
}

function readResource(reader: WireReader): Attributes {
  let attributes = NO_ATTRIBUTES
  reader.enter()
  for (let field; (field = reader.next(RESOURCE)) !== undefined;) {
    if (field === 'attributes') attributes = readAttribute(reader, attributes, isResourceName)
  }
  return attributes
}

function readScope(reader: WireReader): string {
  let name = ''
  reader.enter()
  for (let field; (field = reader.next(SCOPE)) !== undefined;) {
    if (field === 'name') name = reader.text()
  }
  return name
}

/** The same fields under the names that JSON has for them. */
function rename<Name extends string>(
  fields: MessageFields<Name>,
  names: Partial<Record<Name, string>>,
): MessageFields<Name> {
  const byName = new Map(
    [...fields.byName].map(([name, field]) => [names[name as Name] ?? name, field] as const),
  )
  return { byNumber: fields.byNumber, byName }
}
