import { gzipSync } from 'node:zlib'
import type { FaultName } from './names.ts'

/** What the server, or a proxy in front of it, does with the events of one stream on their way to the client. */
export interface Delivery {
  /** Headers of the response besides the usual ones. */
  readonly headers: Readonly<Record<string, string>>
  /** Takes an event, one character per byte; returns the bytes to send now, '' for none. */
  pass(event: string): string
  /** The bytes to send when the stream ends. */
  end(): string
}

const EVENTS_PER_LUMP = 10
/** The byte order mark of UTF-8, one character per byte. */
const BYTE_ORDER_MARK = '\xef\xbb\xbf'

const untouched: Delivery = { headers: {}, pass: (event) => event, end: () => '' }

/** The delivery of one stream under these faults; the first of them that concerns it counts. */
export function deliveryOf(faults: readonly FaultName[]): Delivery {
  if (faults.includes('buffered-stream')) return lumps(Number.POSITIVE_INFINITY)
  if (faults.includes('lumped-stream')) return lumps(EVENTS_PER_LUMP)
  if (faults.includes('compressed-stream')) return compressed
  return faults.includes('byte-order-mark') ? marked() : untouched
}

/** Holds events back and passes them on together. */
function lumps(size: number): Delivery {
  let held = ''
  let count = 0
  const release = (): string => {
    const bytes = held
    held = ''
    count = 0
    return bytes
  }
  return {
    headers: {},
    pass(event) {
      held += event
      count += 1
      return count >= size ? release() : ''
    },
    end: release,
  }
}

/** Each event is a member of a gzip file, which may have many. */
const compressed: Delivery = {
  headers: { 'content-encoding': 'gzip' },
  pass: (event) => gzipSync(Buffer.from(event, 'latin1')).toString('latin1'),
  end: () => '',
}

function marked(): Delivery {
  let isFirst = true
  return {
    headers: {},
    pass(event) {
      const bytes = isFirst ? BYTE_ORDER_MARK + event : event
      isFirst = false
      return bytes
    },
    end: () => '',
  }
}
