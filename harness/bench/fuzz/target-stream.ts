import assert from 'node:assert/strict'
import { SseScanner } from '../../endpoint/wire/sse-scanner.ts'
import { StreamChunks } from '../../endpoint/wire/stream-chunks.ts'
import { readStreamEvent } from '../../endpoint/wire/stream-event.ts'
import { dropEmptyEnd, emptyFacts, type StreamFacts } from '../../endpoint/wire/stream-facts.ts'
import { eventsByReference } from '../../testing/wire/event-stream-reference.ts'
import { type FuzzTarget, readsOf, streamInput } from './fuzz-target.ts'

const completion = (text: string, more: object = {}, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, text, finish_reason: finish }], ...more })}\n\n`
const chat = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'c', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`
const counted = (text: string, tokens: number) =>
  completion(text, { usage: { prompt_tokens: 3, total_tokens: 3 + tokens, completion_tokens: tokens } })

/**
 * The whole reader of a stream, which learns the form of its events, against one that learns nothing: every event from
 * eventsource-parser, through JSON.parse. The times are the numbers of the reads.
 */
export const streamTarget: FuzzTarget = {
  name: 'stream',
  holds: 'the tokens, arrival times, counts and errors of a reader that parses each event of eventsource-parser',
  covers: [
    'wire/sse-scanner.ts',
    'wire/event-template.ts',
    'wire/stream-event.ts',
    'wire/stream-chunks.ts',
    'wire/stream-facts.ts',
  ],
  seeds: [
    `${completion(' a')}${completion(' b')}${completion('\n"é')}${completion('', {}, 'length')}data: [DONE]\n\n`,
    `${counted(' a', 1)}${counted(' b', 2)}${counted(' c', 4)}data: {"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":4}}\n\ndata: [DONE]\n\n`,
    `${chat({ role: 'assistant', content: '' })}${chat({ content: 'x' })}${chat({ content: 'y' })}${chat({}, 'stop')}`,
    `${completion(' a')}${completion(' b')}data: {"error":{"message":"out of memory"}}\n\ndata: [DONE]\n\n`,
  ].map(streamInput),
  dictionary: [
    completion(' z'),
    counted(' z', 7),
    chat({ content: 'z' }),
    '"finish_reason":"stop"',
    '"completion_tokens":',
    '\\u00e9',
    '\\n',
    '\\',
    '\\"',
    'data: [DONE]\n\n',
    ': ping\n\n',
    '"error":',
    '"index":1',
    '1e5',
    '99999999999',
    '\x00',
    '\xff',
  ],
  check(input) {
    const reads = readsOf(input)
    const ours = shown(factsByUs(reads))
    const theirs = shown(factsByReference(reads))
    for (const [name, value] of Object.entries(theirs)) {
      assert.deepEqual(ours[name as keyof typeof ours], value, `${name}: differs`)
    }
  },
}

function factsByUs(reads: readonly Buffer[]): StreamFacts {
  const scanner = new SseScanner()
  for (const [at, read] of reads.entries()) {
    scanner.beginRead(at)
    scanner.push(read, 0, read.length)
  }
  return scanner.end()
}

function factsByReference(reads: readonly Buffer[]): StreamFacts {
  const facts = emptyFacts(new Float64Array(64))
  const chunks = new StreamChunks()
  let stampedRead = -1
  for (const { data, type, read } of eventsByReference(reads)) {
    facts.events += 1
    const event = readStreamEvent(data, type)
    if (event.kind === 'done') facts.done = true
    else if (event.kind === 'error') facts.errorMessage ??= event.message
    else if (event.kind === 'malformed') facts.malformed ??= event.what
    else if (chunks.add(facts, event.chunk, read).length > 0) {
      if (stampedRead === read) facts.sharedStamps += 1
      stampedRead = read
    }
  }
  dropEmptyEnd(facts)
  return facts
}

/**
 * What is compared: all but the bytes of text, which the fast reader counts as they are on the wire, with escapes, and the
 * space behind the last arrival. The running counts are valid up to the first gap.
 */
function shown({ times, counts, contentBytes: _content, firstBytes: _first, ...facts }: StreamFacts) {
  return { ...facts, times: [...times.subarray(0, facts.chunks)], counts: [...counts.subarray(0, facts.counted)] }
}
