import { createParser } from 'eventsource-parser'

/** One event of a stream, and the read of the connection in which it was complete. */
export interface ArrivedEvent {
  readonly data: string
  readonly type: string
  readonly read: number
}

/**
 * The events of a stream as eventsource-parser has them, an independent reader of the same standard. A character that is
 * cut between two reads is put together first.
 */
export function eventsByReference(reads: readonly Buffer[]): ArrivedEvent[] {
  const events: ArrivedEvent[] = []
  let read = 0
  const parser = createParser({ onEvent: ({ data, event }) => events.push({ data, type: event ?? '', read }) })
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for (const bytes of reads) {
    parser.feed(decoder.decode(bytes, { stream: true }))
    read += 1
  }
  return events
}
