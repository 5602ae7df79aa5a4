import { z } from 'zod'
import type { EventBus } from '../../bus/event-bus.js'
import type { BusEvents } from '../../bus/messages.js'
import { OpsError } from '../errors.js'
import { parse, quote } from '../validation.js'
import * as field from './ingest-fields.js'

type Bus = EventBus<BusEvents>

/** A message that is right, and ready to be published. */
export interface IngestMessage {
  /** Tells it from all others, so that it is known when it is sent again. */
  id: string | undefined
  publish(bus: Bus): void
}

type Read = (input: object) => IngestMessage

/** The source of lines and calls that name none. */
const SOURCE = 'ingest'

/**
 * Fields of the records on the feed that are found out here. Messages may hold them, so that a record that was read
 * elsewhere can be published as it is; they say nothing.
 */
const LINE_FIELDS = ['seq']
const REQUEST_FIELDS = [
  ...['phase', 'kind', 'name', 'session', 'channel', 'startedAt', 'state', 'activity', 'step', 'progressAt'],
  ...['endedAt', 'duration', 'error'],
]
const CALL_FIELDS = [
  ...['phase', 'requestId', 'session', 'provider', 'model', 'operation', 'streaming', 'startedAt', 'state'],
  ...['activity', 'firstTokenAt', 'timeToFirstToken', 'inputTokens', 'outputTokens', 'cachedTokens'],
  ...['reasoningTokens', 'tokensPerSecond', 'estimated', 'endedAt', 'duration', 'httpStatus', 'errorType'],
  ...['error', 'finishReason', 'source'],
]
const CHANNEL_FIELDS = ['since']

/** What messages of each type may hold, and what they become on the bus. */
const readers: Record<string, Read> = {
  log: kind(
    LINE_FIELDS,
    {
      message: field.requiredText,
      level: field.level,
      source: field.name,
      time: field.time,
      instance: field.name,
      requestId: field.name,
      callId: field.name,
      session: field.name,
      fields: field.fields,
    },
    (bus, message) => bus.publish('log', { ...message, source: message.source ?? SOURCE }),
  ),
  'request.start': kind(
    REQUEST_FIELDS,
    {
      id: field.requiredName,
      kind: field.name,
      name: field.name,
      session: field.name,
      channel: field.name,
      activity: field.activity,
      startedAt: field.time,
      instance: field.name,
    },
    (bus, message) => bus.publish('request.start', { ...message, kind: message.kind ?? 'request' }),
  ),
  'request.update': kind(
    REQUEST_FIELDS,
    {
      id: field.requiredName,
      name: field.name,
      session: field.name,
      channel: field.name,
      activity: field.activity,
      step: field.step,
      instance: field.name,
    },
    (bus, message) => bus.publish('request.update', message),
  ),
  'request.end': kind(
    REQUEST_FIELDS,
    {
      id: field.requiredName,
      state: field.endState,
      error: field.errorText,
      logged: field.flag,
      endedAt: field.time,
      duration: field.duration,
      instance: field.name,
    },
    (bus, message) =>
      bus.publish('request.end', {
        ...message,
        state: message.state ?? (message.error === undefined ? 'ok' : 'error'),
      }),
  ),
  'call.start': kind(
    CALL_FIELDS,
    {
      id: field.requiredName,
      provider: field.requiredName,
      model: field.requiredName,
      requestId: field.name,
      session: field.name,
      operation: field.name,
      streaming: field.flag,
      startedAt: field.time,
      source: field.name,
      instance: field.name,
    },
    (bus, message) => bus.publish('call.start', { ...message, source: message.source ?? SOURCE }),
  ),
  'call.progress': kind(
    CALL_FIELDS,
    {
      id: field.requiredName,
      ...field.tokenCounts,
      timeToFirstToken: field.duration,
      instance: field.name,
    },
    (bus, message) => bus.publish('call.progress', message),
  ),
  'call.end': kind(
    CALL_FIELDS,
    {
      id: field.requiredName,
      state: field.endState,
      ...field.tokenCounts,
      timeToFirstToken: field.duration,
      finishReason: field.name,
      httpStatus: field.httpStatus,
      errorType: field.name,
      error: field.errorText,
      logged: field.flag,
      model: field.name,
      streaming: field.flag,
      endedAt: field.time,
      duration: field.duration,
      instance: field.name,
    },
    (bus, message) => {
      const failed = message.error !== undefined || message.errorType !== undefined
      bus.publish('call.end', { ...message, state: message.state ?? (failed ? 'error' : 'ok') })
    },
  ),
  channel: kind(
    CHANNEL_FIELDS,
    {
      name: field.requiredName,
      kind: field.name,
      state: field.channelState,
      detail: field.name,
      instance: field.name,
    },
    (bus, message) => bus.publish('channel', { ...message, kind: message.kind ?? message.name }),
  ),
  counter: kind([], { name: field.requiredName, add: field.count }, (bus, { name, add }) =>
    bus.publish('counter', { name, add: add ?? 1 }),
  ),
  gauge: kind([], { name: field.requiredName, value: field.gaugeValue }, (bus, message) =>
    bus.publish('gauge', message),
  ),
}

const TYPES = Object.keys(readers)

/**
 * What a parsed line or item says. Throws an OpsError with code `OPS_INVALID` that names the first thing that was
 * wrong, its value, and what is accepted.
 */
export function toIngestMessage(input: unknown): IngestMessage {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) {
    throw new OpsError('OPS_INVALID', 400, `A message is an object with a type, not ${quote(input)}.`)
  }
  const { type } = input as { type?: unknown }
  const read = typeof type === 'string' && Object.hasOwn(readers, type) ? readers[type] : undefined
  if (read !== undefined) return read(input)
  const what = type === undefined ? 'is missing' : `does not accept ${quote(type)}`
  throw new OpsError('OPS_INVALID', 400, `The field type ${what}; it takes one of ${TYPES.join(', ')}.`)
}

type Message<Shape extends z.ZodRawShape> = z.output<z.ZodObject<Shape, z.core.$strict>>

function kind<Shape extends z.ZodRawShape>(
  ofRecord: readonly string[],
  shape: Shape,
  publish: (bus: Bus, message: Message<Shape>) => void,
): Read {
  const schema = z.strictObject({ type: z.string(), messageId: field.messageId, ...shape })
  const silent = ofRecord.filter((name) => !(name in shape))
  return (input) => {
    const told = silent.some((name) => name in input) ? without(input, silent) : input
    const { type: _type, messageId, ...rest } = parse(schema as z.ZodObject, told, 'field')
    const message = rest as Message<Shape>
    return { id: toKey(messageId, rest['instance']), publish: (bus) => publish(bus, message) }
  }
}

/** Two senders may both count their messages from 1. */
function toKey(messageId: unknown, instance: unknown): string | undefined {
  if (typeof messageId !== 'string') return undefined
  return typeof instance === 'string' ? `${instance} ${messageId}` : messageId
}

function without(input: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)))
}
