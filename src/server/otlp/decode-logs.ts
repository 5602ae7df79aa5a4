import { decodeEnvelope, defineEnvelope, type Decoded, type Steps } from './decode-envelope.js'
import { NO_ATTRIBUTES, readAnyValue, readAttribute, type IsWanted } from './decode-values.js'
import type { LogRecord, TelemetryOrigin } from './telemetry.js'
import { defineMessage, type WireReader } from './wire-reader.js'

const ENVELOPE = defineEnvelope('resourceLogs', 'scopeLogs', 'logRecords')
const RECORD = defineMessage({
  timeUnixNano: 1,
  severityNumber: 2,
  severityText: 3,
  body: 5,
  attributes: [6],
  traceId: 9,
  spanId: 10,
  observedTimeUnixNano: 11,
  eventName: 12,
})

/** Decodes the body of `/v1/logs`. Ids that are not valid count as none. */
export function decodeLogs(reader: WireReader, isAttribute: IsWanted): Steps<Decoded<LogRecord>> {
  return decodeEnvelope<LogRecord>(reader, ENVELOPE, (reader, origin, records) => {
    records.push(readRecord(reader, origin, isAttribute))
    return undefined
  })
}

function readRecord(reader: WireReader, origin: TelemetryOrigin, isAttribute: IsWanted): LogRecord {
  const record: LogRecord = {
    origin,
    time: 0,
    observedTime: 0,
    severity: 0,
    severityText: '',
    eventName: '',
    attributes: NO_ATTRIBUTES,
  }
  reader.enter()
  for (let field; (field = reader.next(RECORD)) !== undefined;) {
    switch (field) {
      case 'timeUnixNano':
        record.time = reader.time()
        break
      case 'observedTimeUnixNano':
        record.observedTime = reader.time()
        break
      case 'severityNumber':
        record.severity = reader.int()
        break
      case 'severityText':
        record.severityText = reader.text()
        break
      case 'eventName':
        record.eventName = reader.text()
        break
      case 'body': {
        const body = readAnyValue(reader)
        if (body !== undefined) record.body = body
        break
      }
      case 'attributes':
        record.attributes = readAttribute(reader, record.attributes, isAttribute)
        break
      case 'traceId':
        setId(record, 'traceId', reader.id(16))
        break
      case 'spanId':
        setId(record, 'spanId', reader.id(8))
    }
  }
  return record
}

function setId(record: LogRecord, name: 'traceId' | 'spanId', id: string | null): void {
  if (id !== null && id !== '') record[name] = id
}
