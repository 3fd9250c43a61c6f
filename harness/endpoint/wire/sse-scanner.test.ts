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
          ...facts
        } = read(stream, cuts).facts
        const { times, sharedStamps, firstChunkMs: a, firstTokenMs: b, lastTokenMs: c, ...expected } = whole
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
        expect(facts.chunks).toBe(texts.filter((text) => text !== '').length)
        expect(facts.malformed).toBeNull()
      }),
    )
  })

  test('an empty text is no content event', () => {
    expect(read(token(' a') + token('') + token(' b') + usage + done).facts.chunks).toBe(2)
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
      malformed: '{oops',
      chunks: 1,
      done: true,
    })
  })
})
