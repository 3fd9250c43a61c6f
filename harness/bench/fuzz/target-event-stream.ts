import assert from 'node:assert/strict'
import { SseLineParser } from '../../endpoint/wire/sse-line-parser.ts'
import { type ArrivedEvent, eventsByReference } from '../../testing/wire/event-stream-reference.ts'
import { type FuzzTarget, readsOf, streamInput } from './fuzz-target.ts'

/** The reader of event streams against eventsource-parser: the same events, each in the same read. */
export const eventStreamTarget: FuzzTarget = {
  name: 'sse',
  holds: 'the events of eventsource-parser, in their order and each in the same read of the socket',
  covers: ['wire/sse-line-parser.ts'],
  seeds: [
    'data: {"a":1}\n\ndata: [DONE]\n\n',
    ': ping\r\n\r\nevent: error\r\ndata: one\r\ndata: two\r\n\r\n',
    'id: 4\rretry: 10\rdata\r\rdata:  x\r\r',
    '\ufeffdata: é😀\n\n',
  ].map(streamInput),
  dictionary: [
    'data: ',
    'data:',
    'data',
    'event: error',
    'event',
    'id: ',
    'retry: 1',
    '\n\n',
    '\r\n\r\n',
    '\r\r',
    ':',
    '\xef\xbb\xbf',
    '\xe2\x82\xac',
  ],
  check(input) {
    const reads = readsOf(input)
    assert.deepEqual(eventsByUs(reads), eventsByReference(reads), 'events: differ')
  },
}

function eventsByUs(reads: readonly Buffer[]): ArrivedEvent[] {
  const events: ArrivedEvent[] = []
  let read = 0
  const reader = new SseLineParser((data, type) => events.push({ data, type, read }))
  for (const bytes of reads) {
    for (let from = 0; from < bytes.length; ) from = reader.push(bytes, from, bytes.length)
    read += 1
  }
  return events
}
