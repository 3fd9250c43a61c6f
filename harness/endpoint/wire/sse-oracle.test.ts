import fc from 'fast-check'
import { expect, test } from 'vitest'
import { eventsByReference } from '../../testing/wire/event-stream-reference.ts'
import { SseLineParser } from './sse-line-parser.ts'
import { SseScanner } from './sse-scanner.ts'

/** The events of a stream as another reader of the same standard has them; it gets the text in one piece. */
const eventsByOracle = (text: string): string[] => eventsByReference([Buffer.from(text)]).map(({ data }) => data)

/** The pieces of a stream, cut anywhere, also inside a character of several bytes. */
function pieces(text: string, cuts: readonly number[]): Buffer[] {
  const bytes = Buffer.from(text)
  const edges = [0, ...cuts.map((cut) => Math.floor(cut * bytes.length)).sort((a, b) => a - b), bytes.length]
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge))
}

/** Places in a stream as shares of it, evenly spread: a double would nearly always be the beginning. */
const cuts = fc.array(
  fc.nat(9999).map((part) => part / 10_000),
  { maxLength: 20 },
)
const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((line) => line.replace(/[\r\n\0]/g, ' '))
const line = fc.oneof(
  { weight: 4, arbitrary: text.map((value) => `data: ${value}`) },
  { weight: 2, arbitrary: text.map((value) => `data:${value}`) },
  { weight: 4, arbitrary: fc.constant('') },
  text.map((value) => `: ${value}`),
  text.map((value) => `event: ${value}`),
  text.map((value) => `id: ${value}`),
  text.map((value) => `dataset: ${value}`),
  fc.constantFrom('data', 'data ', 'data: ', 'data:  two spaces', 'event', 'retry: 100', ':', 'DATA: x'),
)
const lineEnd = fc.constantFrom('\n', '\r\n', '\r')

test('reads the events that eventsource-parser reads, whatever the lines, their ends and the cuts between reads', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(line, lineEnd), { maxLength: 30 }), cuts, (lines, at) => {
      const stream = lines.map(([content, end]) => content + end).join('')
      const events: string[] = []
      const reader = new SseLineParser((data) => events.push(data))
      for (const piece of pieces(stream, at)) {
        for (let from = 0; from < piece.length; ) from = reader.push(piece, from, piece.length)
      }
      expect(events).toEqual(eventsByOracle(stream))
    }),
    { numRuns: 1000, seed: 20_261_126 },
  )
})

/** Texts that also stand elsewhere in their event, beside any others: an event is then no template for the next. */
const word = fc.oneof(
  fc.constantFrom('m', 'cmpl-1', 'text', 'id', ' ', '"', '\\', '\\"', '"}]}', 'stop', 'null', '\n\ndata: [DONE]'),
  fc.string({ unit: 'binary', maxLength: 6 }),
)
const completion = (value: string, finish: string | null) => ({
  id: 'cmpl-1',
  object: 'text_completion',
  model: 'm',
  choices: [{ index: 0, text: value, finish_reason: finish }],
})
const chat = (value: string, finish: string | null) => ({
  id: 'cmpl-1',
  choices: [{ index: 0, delta: { content: value }, finish_reason: finish }],
  model: 'm',
})
/** A field of the envelope that is named as the text is, or `error`, where its value is one. */
const field = fc.constantFrom('note', 'error')
const event = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(word, fc.constant(null)).map(([value, finish]) => completion(value, finish)) },
  { weight: 3, arbitrary: word.map((value) => chat(value, null)) },
  word.map((value) => completion(value, 'stop')),
  fc.nat(999).map((tokens) => ({ id: 'cmpl-1', choices: [], usage: { prompt_tokens: 7, completion_tokens: tokens } })),
  word.map((message) => ({ error: { message: `failed: ${message}` } })),
  {
    weight: 2,
    arbitrary: fc.tuple(field, field).map(([name, value]) => ({ [name]: 'm', ...completion(value, null) })),
  },
)

/** What a slow reader makes of the events: each parsed on its own, nothing learnt from one for the next. */
function factsByOracle(stream: string) {
  const facts = { chunks: 0, outputTokens: null as number | null, finishReason: null as string | null, done: false }
  let errorMessage: string | null = null
  for (const data of eventsByOracle(stream)) {
    if (data === '[DONE]') {
      facts.done = true
      continue
    }
    const parsed = JSON.parse(data)
    errorMessage ??= parsed.error?.message ?? parsed.error ?? null
    if (parsed.error) continue
    facts.outputTokens = parsed.usage?.completion_tokens ?? facts.outputTokens
    const [choice] = parsed.choices
    if (!choice) continue
    // an event with a choice is a token, its text empty or not; after the end of the choice only one with text
    if ((choice.text ?? choice.delta?.content ?? '') !== '' || facts.finishReason === null) facts.chunks += 1
    facts.finishReason = choice.finish_reason ?? facts.finishReason
  }
  return { ...facts, errorMessage }
}

test('counts the tokens of a stream as a reader does that parses every event, wherever the stream is cut', () => {
  fc.assert(
    fc.property(fc.array(event, { maxLength: 25 }), lineEnd, cuts, fc.boolean(), (events, end, at, comments) => {
      const ping = comments ? `: ping${end}${end}` : ''
      const stream = [...events.map((of) => JSON.stringify(of)), '[DONE]']
        .map((data) => `${ping}data: ${data}${end}${end}`)
        .join('')
      const scanner = new SseScanner()
      for (const [index, piece] of pieces(stream, at).entries()) {
        scanner.beginRead(index)
        scanner.push(piece, 0, piece.length)
      }
      const { chunks, outputTokens, finishReason, done, errorMessage } = scanner.facts
      expect({ chunks, outputTokens, finishReason, done, errorMessage }).toEqual(factsByOracle(stream))
      expect(scanner.facts.malformed).toBeNull()
    }),
    { numRuns: 2000, seed: 20_261_126 },
  )
})

test('takes what looks like an event inside a comment or a second line of data for no event of its own', () => {
  const learnt = (value: string) => `data: ${JSON.stringify(completion(value, null))}\n\n`
  const scanner = new SseScanner()
  const reads = [learnt('a'), learnt('b'), ': a comment of ', learnt('c'), 'data: [DO\n', learnt('d'), learnt('e')]
  for (const [index, read] of reads.entries()) {
    scanner.beginRead(index)
    scanner.push(Buffer.from(read), 0, Buffer.byteLength(read))
  }
  expect(eventsByOracle(reads.join('')).filter((data) => data.startsWith('{'))).toHaveLength(3)
  expect(scanner.facts).toMatchObject({ chunks: 3, done: false, malformed: expect.stringContaining('[DO') })
})
