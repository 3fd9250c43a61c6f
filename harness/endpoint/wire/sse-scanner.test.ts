import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { SseScanner } from './sse-scanner.ts'

const head = '"id":"cmpl-0123456789abcdef","object":"text_completion","created":1787000000,"model":"m"'
const token = (text: string, finish: string | null = null) =>
  `data: {${head},"choices":[{"index":0,"text":${JSON.stringify(text)},"logprobs":null,"finish_reason":${JSON.stringify(finish)},"stop_reason":null,"prompt_token_ids":null,"token_ids":null}]}\n\n`
const usage = `data: {${head},"choices":[],"usage":{"prompt_tokens":7,"total_tokens":12,"completion_tokens":5},"system_fingerprint":"vllm-0.27.0-1a2b3c4d"}\n\n`
const done = 'data: [DONE]\n\n'
const chat = (delta: object, finish: string | null = null) =>
  `data: ${JSON.stringify({ id: 'chatcmpl-1', choices: [{ index: 0, delta, finish_reason: finish }] })}\n\n`

/** Feeds a stream cut at the given places, one read a piece, the clock one millisecond further at each. */
function read(text: string, cuts: readonly number[] = []): SseScanner {
  const bytes = Buffer.from(text)
  const scanner = new SseScanner()
  const edges = [0, ...[...cuts].sort((a, b) => a - b), bytes.length]
  for (let index = 1; index < edges.length; index += 1) {
    scanner.beginRead(index)
    scanner.push(bytes, edges[index - 1] as number, edges[index] as number)
  }
  return scanner
}

describe('a completions stream', () => {
  const stream =
    [' the', ' cat', ' sat', ' on'].map((text) => token(text)).join('') + token(' mat', 'length') + usage + done

  test('is counted, stamped and finished', () => {
    const { facts } = read(stream)
    expect(facts).toMatchObject({
      chunks: 5,
      finishReason: 'length',
      promptTokens: 7,
      outputTokens: 5,
      done: true,
      errorMessage: null,
    })
    expect(facts.systemFingerprint).toBe('vllm-0.27.0-1a2b3c4d')
  })

  test('read whole: every event after the first shares its stamp', () => {
    expect(read(stream).facts.sharedStamps).toBe(4)
  })

  test('says the same wherever it is cut', () => {
    const bytes = Buffer.byteLength(stream)
    const whole = read(stream).facts
    fc.assert(
      fc.property(fc.array(fc.nat(bytes), { maxLength: 40 }), (cuts) => {
        const {
          times: _,
          sharedStamps: __,
          firstChunkMs,
          firstTokenMs,
          lastTokenMs,
          firstAnswerMs: _answer,
          firstBytes: _bytes,
          firstCount: _count,
          ...facts
        } = read(stream, cuts).facts
        const { times, sharedStamps, firstChunkMs: a, firstTokenMs: b, lastTokenMs: c, ...untimed } = whole
        const { firstAnswerMs, firstBytes, firstCount, ...expected } = untimed
        expect(facts).toEqual(expected)
        expect(firstChunkMs).toBeLessThanOrEqual(firstTokenMs)
        expect(firstTokenMs).toBeLessThanOrEqual(lastTokenMs)
      }),
    )
  })

  test('byte by byte, with characters of several bytes and escapes in it, is counted all the same', () => {
    const odd =
      ['é', '👍', '"quoted"', '\\', '\n', ' data: ', '{"text":"x"}', '\u2028'].map((text) => token(text)).join('') +
      usage +
      done
    const bytes = Buffer.byteLength(odd)
    expect(
      read(
        odd,
        Array.from({ length: bytes }, (_, index) => index),
      ).facts,
    ).toMatchObject({ chunks: 8, malformed: null, done: true })
    expect(read(odd).facts).toMatchObject({ chunks: 8, malformed: null, done: true })
  })

  test('whatever the texts are, the fast path counts what JSON.parse would count', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' }), { maxLength: 30 }), (texts) => {
        const { facts } = read(texts.map((text) => token(text)).join('') + usage + done)
        expect(facts.chunks).toBe(texts.length)
        expect(facts.malformed).toBeNull()
      }),
    )
  })

  test('an event with an empty text is a token: special tokens and incomplete characters have no text', () => {
    expect(read(token(' a') + token('') + token(' b') + token('', 'length') + usage + done).facts).toMatchObject({
      chunks: 4,
      contentBytes: 4,
      endsEmpty: true,
    })
  })

  test('the last token is the one in the event with the finish_reason, not the last visible one', () => {
    const pieces = [token(' a'), token(' b'), token(''), token('', 'length'), usage + done]
    const scanner = new SseScanner()
    pieces.forEach((piece, index) => {
      scanner.beginRead(index + 1)
      scanner.push(Buffer.from(piece), 0, Buffer.byteLength(piece))
    })
    expect(scanner.end()).toMatchObject({ chunks: 4, firstTokenMs: 1, lastTokenMs: 4, firstBytes: 2, contentBytes: 4 })
  })

  test('is read with CRLF, CR and comments in it', () => {
    const crlf = stream.replaceAll('\n', '\r\n')
    expect(read(`: ping\r\n\r\n${crlf}`).facts).toMatchObject({ chunks: 5, done: true, outputTokens: 5 })
    expect(read(stream.replaceAll('\n', '\r')).facts).toMatchObject({ chunks: 5, outputTokens: 5 })
  })

  test('takes usage on every chunk (continuous_usage_stats) and keeps the last', () => {
    const chunk = (n: number) =>
      token(' x').replace('}]}', `}],"usage":{"prompt_tokens":7,"total_tokens":${7 + n},"completion_tokens":${n}}}`)
    expect(read(chunk(1) + chunk(2) + chunk(3) + done).facts).toMatchObject({ chunks: 3, outputTokens: 3 })
  })

  test('an event of 1 MB is one event', () => {
    expect(read(token('x'.repeat(1_000_000)) + usage + done, [1000, 65_536, 500_000]).facts).toMatchObject({
      chunks: 1,
      done: true,
    })
  })
})

describe('a chat stream', () => {
  test('does not take the role for a token', () => {
    const scanner = new SseScanner()
    const pieces = [
      chat({ role: 'assistant', content: '' }),
      chat({ content: 'Hi' }),
      chat({ content: ' there' }, 'stop') + done,
    ]
    pieces.forEach((piece, index) => {
      scanner.beginRead(index + 1)
      scanner.push(Buffer.from(piece), 0, Buffer.byteLength(piece))
    })
    expect(scanner.facts).toMatchObject({
      firstChunkMs: 1,
      firstTokenMs: 2,
      lastTokenMs: 3,
      chunks: 2,
      finishReason: 'stop',
    })
  })

  test.each([
    ['reasoning', { reasoning: 'hm' }],
    ['reasoning_content', { reasoning_content: 'hm' }],
    ['tool calls', { tool_calls: [{ index: 0, function: { arguments: '{' } }] }],
  ])('takes %s for content', (_, delta) => {
    expect(read(chat({ role: 'assistant', content: '' }) + chat(delta) + done).facts.chunks).toBe(1)
  })
})

describe('a stream that fails', () => {
  test('is an error even when [DONE] follows', () => {
    const error =
      'data: {"error": {"message": "EngineCore encountered an issue.", "type": "InternalServerError", "param": null, "code": 500}}\n\n'
    expect(read(token(' a') + error + done).facts).toMatchObject({
      errorMessage: 'EngineCore encountered an issue.',
      done: true,
    })
  })

  test('in the flat shape of old servers, or with a bare string, is an error too', () => {
    expect(read('data: {"object":"error","message":"boom","code":400}\n\n').facts.errorMessage).toBe('boom')
    expect(read('data: {"error":"scaling"}\n\n').facts.errorMessage).toBe('scaling')
  })

  test('with an event that is not JSON is malformed, and the rest is still read', () => {
    expect(read(`data: {oops\n\n${token(' a')}${done}`).facts).toMatchObject({
      malformed: 'not JSON: {oops',
      chunks: 1,
      done: true,
    })
  })
})

describe('the end of a stream', () => {
  const spaced = (...pieces: string[]) => {
    const scanner = new SseScanner()
    pieces.forEach((piece, index) => {
      scanner.beginRead(index + 1)
      scanner.push(Buffer.from(piece), 0, Buffer.byteLength(piece))
    })
    return scanner.end()
  }
  const counted = (tokens: number) =>
    `data: {"choices":[],"usage":{"prompt_tokens":7,"completion_tokens":${tokens}}}\n\n${done}`

  test('with a finish_reason in an event of its own: that event is no token', () => {
    const facts = spaced(chat({ content: 'Hi' }), chat({ content: ' you' }), chat({}, 'stop'), counted(2))
    expect(facts).toMatchObject({ chunks: 2, lastTokenMs: 2, finishReason: 'stop' })
  })

  test('is a token with an empty text where usage counts it: the end token of vLLM', () => {
    const facts = spaced(chat({ content: 'Hi' }), chat({ content: ' you' }), chat({ content: '' }, 'stop'), counted(3))
    expect(facts).toMatchObject({ chunks: 3, lastTokenMs: 3 })
  })

  test('of a choice: what follows without content is no token, what has content is', () => {
    const facts = spaced(token(' a'), token(' b', 'length'), token(''), token(' c'))
    expect(facts).toMatchObject({ chunks: 3, lastTokenMs: 4, finishReason: 'length' })
  })

  test('is an answer of one token that is itself empty', () => {
    expect(spaced(token('', 'length'), counted(1))).toMatchObject({ chunks: 1, firstTokenMs: 1, lastTokenMs: 1 })
  })
})

describe('a stream of several choices', () => {
  const choice = (index: number, text: string, finish: string | null = null) =>
    `data: ${JSON.stringify({ choices: [{ index, text, finish_reason: finish }] })}\n\n`

  test('is open until each of them has ended', () => {
    const events = [choice(0, ' a'), choice(1, ' b'), choice(0, ' c', 'length')]
    expect(read(events.join('')).facts).toMatchObject({ chunks: 3, openChoices: 1, finishReason: 'length' })
    expect(read([...events, choice(1, '', 'length')].join('')).facts).toMatchObject({ chunks: 4, openChoices: 0 })
  })

  test('failed when one of them did, whatever the others say later', () => {
    const events = [choice(0, ' a'), choice(1, '', 'abort'), choice(0, ' c', 'length')]
    expect(read(events.join('')).facts).toMatchObject({ openChoices: 0, finishReason: 'abort' })
  })

  test('in one event is one arrival', () => {
    const both = {
      choices: [
        { index: 0, text: ' a' },
        { index: 1, text: ' b' },
      ],
    }
    expect(read(`data: ${JSON.stringify(both)}\n\n`).facts).toMatchObject({
      chunks: 1,
      contentBytes: 4,
      openChoices: 2,
    })
  })
})

test('a server that repeats the role in every event opens the message once', () => {
  const events = [
    { role: 'assistant', content: '' },
    { role: 'assistant', content: 'Hi' },
    { role: 'assistant', content: '' },
  ]
  expect(read(events.map((delta) => chat(delta)).join('')).facts.chunks).toBe(2)
})

describe('a byte order mark', () => {
  const mark = '\ufeff'
  const stream = token(' a') + token(' b', 'length') + usage + done

  test('at the start of the stream is stripped, wherever it is cut', () => {
    for (const cuts of [[], [1], [2], [1, 2], [3], [1, 2, 3, 4]]) {
      expect(read(mark + stream, cuts).facts).toMatchObject({ chunks: 2, done: true, malformed: null })
    }
  })

  test('is stripped once: a second one is part of the first field name', () => {
    expect(read(mark + mark + stream).facts).toMatchObject({ chunks: 1, done: true })
  })

  test('cut short is no mark: its bytes belong to the first line', () => {
    const bytes = Buffer.concat([Buffer.from([0xef, 0xbb]), Buffer.from(`: x\n\n${stream}`)])
    const scanner = new SseScanner()
    scanner.beginRead(1)
    scanner.push(bytes, 0, bytes.length)
    expect(scanner.facts).toMatchObject({ chunks: 2, done: true })
  })

  test('belongs to one stream: the next one is read from its start', () => {
    const scanner = new SseScanner()
    for (const text of [mark + stream, stream, mark + stream]) {
      scanner.reset()
      scanner.beginRead(1)
      scanner.push(Buffer.from(text), 0, Buffer.byteLength(text))
      expect(scanner.facts).toMatchObject({ chunks: 2, done: true })
    }
  })
})

test('an event of the type error is a failure in the words of the server, JSON or not', () => {
  const after = (data: string) => read(`${token(' a')}event: error\ndata: ${data}\n\n${token(' b')}${done}`).facts
  expect(after('{"message":"overloaded","type":"overloaded_error"}')).toMatchObject({ errorMessage: 'overloaded' })
  expect(after('upstream is gone')).toMatchObject({ errorMessage: 'upstream is gone', chunks: 2, done: true })
  expect(after(token(' looks like a token').slice('data: '.length).trimEnd())).toMatchObject({
    errorMessage: expect.stringMatching(/^\{"id":"cmpl-/),
    chunks: 2,
  })
})

test('events with a type that is not error are read as those without one', () => {
  const typed = [token(' a'), token(' b'), token(' c', 'stop')].map((event) => `event: message\n${event}`)
  expect(read(typed.join('') + usage + done).facts).toMatchObject({ chunks: 3, errorMessage: null, done: true })
})

test('tokens that arrive with the first are known by the running count of usage', () => {
  const scanner = new SseScanner()
  const running = (text: string, tokens: number) =>
    `data: ${JSON.stringify({ choices: [{ index: 0, text }], usage: { prompt_tokens: 7, completion_tokens: tokens } })}\n\n`
  ;[running(' a b', 2) + running(' c', 3), running(' d', 4)].forEach((piece, index) => {
    scanner.beginRead(index + 1)
    scanner.push(Buffer.from(piece), 0, Buffer.byteLength(piece))
  })
  expect(scanner.facts).toMatchObject({ chunks: 3, firstCount: 3, outputTokens: 4 })
})

describe('a stream with usage in every event', () => {
  const counted = (text: string, tokens: number, finish: string | null = null) =>
    token(text, finish).replace(
      /\}\n\n$/,
      `,"usage":{"prompt_tokens":7,"total_tokens":${7 + tokens},"completion_tokens":${tokens}}}\n\n`,
    )
  const stream = `${[3, 4, 9, 10].map((tokens) => counted(' the', tokens)).join('')}${counted(' end', 12, 'length')}${done}`

  test('has the running count of each, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(Buffer.byteLength(stream)), { maxLength: 40 }), (cuts) => {
        const { facts } = read(stream, cuts)
        expect([...facts.counts.subarray(0, facts.chunks)]).toEqual([3, 4, 9, 10, 12])
        expect(facts).toMatchObject({
          chunks: 5,
          counted: 5,
          outputTokens: 12,
          promptTokens: 7,
          finishReason: 'length',
        })
      }),
    )
  })

  test('has the count of the first read apart, and keeps what a stream that breaks off has counted', () => {
    const first = Buffer.byteLength(counted(' the', 3)) + Buffer.byteLength(counted(' the', 4))
    expect(read(stream, [first]).facts.firstCount).toBe(4)
    const broken = read(stream.slice(0, first + Buffer.byteLength(counted(' the', 9))))
    expect(broken.facts).toMatchObject({ chunks: 3, outputTokens: 9, finishReason: null, done: false })
  })

  test.each([
    ['another prompt', { prompt_tokens: 9, completion_tokens: 4 }],
    ['no prompt', { completion_tokens: 4 }],
    ['cached tokens', { prompt_tokens: 7, completion_tokens: 4, prompt_tokens_details: { cached_tokens: 5 } }],
    ['no count', { prompt_tokens: 7 }],
  ])('an event that says %s in between changes nothing of what the events after it say', (_, usage) => {
    const between = `data: ${JSON.stringify({ choices: [], usage })}\n\n`
    const { facts } = read(`${counted(' the', 3)}${between}${counted(' a', 6)}`)
    expect(facts).toMatchObject({ promptTokens: 7, outputTokens: 6, cachedTokens: null, chunks: 2 })
  })

  test('a count that only the event in between has is gone with the next usage', () => {
    const uncounted = (text: string) => counted(text, 1).replace(/,"completion_tokens":1/, '')
    const between = `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 4 } })}\n\n`
    expect(read(`${uncounted(' the')}${between}${uncounted(' a')}`).facts).toMatchObject({ outputTokens: null })
  })

  test('has no counts to use where one event lacks it', () => {
    const { facts } = read(`${counted(' the', 3)}${token(' a')}${counted(' an', 6)}${done}`)
    expect(facts.counted).toBeLessThan(facts.chunks)
  })
})
describe('reasoning before the answer', () => {
  const chat = (delta: object, more = {}) =>
    `data: ${JSON.stringify({ id: 'c', object: 'chat.completion.chunk', choices: [{ index: 0, delta, finish_reason: null, ...more }] })}\n\n`
  const stream = (name: string) =>
    chat({ role: 'assistant', content: '' }) +
    [' let', ' me', ' think'].map((text) => chat({ [name]: text })).join('') +
    [' it', ' is', ' 4'].map((text) => chat({ content: text })).join('') +
    chat({ content: '' }, { finish_reason: 'stop' }) +
    `data: ${JSON.stringify({ choices: [], usage: { prompt_tokens: 7, completion_tokens: 7, total_tokens: 14, completion_tokens_details: { reasoning_tokens: 3 } } })}\n\n${done}`

  test.each(['reasoning', 'reasoning_content'])('%s is counted apart, and the answer begins after it', (name) => {
    const text = stream(name)
    const bytes = Buffer.byteLength(text)
    const { facts } = read(
      text,
      Array.from({ length: bytes }, (_, index) => index),
    )
    expect(facts).toMatchObject({ chunks: 7, reasoningChunks: 3, reasoningTokens: 3, outputTokens: 7 })
    expect(facts.firstAnswerMs).toBe(facts.times[3])
    expect(read(text).facts).toMatchObject({ chunks: 7, reasoningChunks: 3, reasoningTokens: 3 })
  })

  test('the running count of the last reasoning event is that of the reasoning', () => {
    const counted = (delta: object, tokens: number) =>
      `data: ${JSON.stringify({ choices: [{ index: 0, delta, finish_reason: null }], usage: { prompt_tokens: 7, completion_tokens: tokens, total_tokens: 7 + tokens } })}\n\n`
    const events = [1, 2, 3, 4].map((count) => counted({ reasoning: ` r${count}` }, 2 * count))
    const { facts } = read([...events, counted({ content: ' a' }, 9), counted({ content: ' b' }, 10), done].join(''))
    expect(facts).toMatchObject({ reasoningChunks: 4, reasoningCount: 8, chunks: 6, outputTokens: 10 })
  })

  test('an answer without reasoning has none', () => {
    const { facts } = read(chat({ content: ' a' }) + chat({ content: ' b' }) + done)
    expect(facts).toMatchObject({ reasoningChunks: 0, reasoningCount: 0, reasoningTokens: null })
  })
})
