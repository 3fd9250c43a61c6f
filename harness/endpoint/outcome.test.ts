import { describe, expect, test } from 'vitest'
import { outcomeOf } from './outcome.ts'
import { emptyFacts, type StreamFacts } from './wire/stream-facts.ts'

const head = (status: number, headers: Record<string, string> = {}) => ({
  status,
  headers: new Map(Object.entries(headers)),
})
const whole: StreamFacts = {
  ...emptyFacts(new Float64Array(2)),
  events: 4,
  chunks: 2,
  finishReason: 'length',
  promptTokens: 3,
  outputTokens: 2,
  done: true,
}
const nothing = emptyFacts(new Float64Array(1))
/** The outcome of a body without an event. */
const ofBody = (body: string, headers: Record<string, string> = {}, status = 200) =>
  outcomeOf(head(status, headers), nothing, body)

test('a whole stream is ok', () => {
  expect(outcomeOf(head(200), whole, '')).toEqual({ outcome: 'ok', error: '' })
})

describe('each flaw of a stream has one class', () => {
  test.each<[string, Partial<StreamFacts>, string, RegExp]>([
    ['an error event', { errorMessage: 'boom' }, 'stream-error', /^boom$/],
    ['an error event beside others', { errorMessage: 'boom', malformed: 'not JSON' }, 'stream-error', /^boom$/],
    ['an event that is not JSON', { malformed: 'not JSON: {oops' }, 'malformed', /not JSON: \{oops/],
    ['no [DONE]', { done: false }, 'truncated', /without \[DONE\]/],
    ['no finish_reason', { finishReason: null }, 'truncated', /no finish_reason/],
    ['a choice that did not end', { openChoices: 1 }, 'truncated', /no finish_reason before \[DONE\] in 1 choices/],
    ['finish_reason abort', { finishReason: 'abort' }, 'aborted', /abort/],
    ['finish_reason error', { finishReason: 'error' }, 'stream-error', /error/],
    [
      'no usage',
      { outputTokens: null },
      'malformed',
      /no usage.*stream_options requested it.*tokens cannot be counted/,
    ],
  ])('%s', (_, over, outcome, error) => {
    expect(outcomeOf(head(200), { ...whole, ...over }, '')).toEqual({ outcome, error: expect.stringMatching(error) })
  })
})

describe('a body without events, with status 200', () => {
  test.each<[string, string, string, RegExp]>([
    [
      'a flat error of vLLM',
      '{"object":"error","message":"CUDA out of memory","code":500}',
      'stream-error',
      /^CUDA out of memory$/,
    ],
    ['an error object', '{"error":{"message":"busy"}}', 'stream-error', /^busy$/],
    ['a detail of FastAPI', '{"detail":"not ready"}', 'stream-error', /^not ready$/],
    ['an error behind a byte order mark', '\ufeff{"error":"busy"}', 'stream-error', /^busy$/],
    ['an answer that is not streamed', '{"choices":[{"text":"a"}]}', 'malformed', /the server ignored "stream": true/],
    [
      'another document',
      '{"status":"ok"}',
      'malformed',
      /a JSON document instead of an event stream: \{"status":"ok"\}/,
    ],
    ['lines of JSON', '{"text":"a"}\n{"text":"b"}\n', 'malformed', /a JSON document instead/],
    [
      'a page',
      '<html><head><title>Sign in</title></head>',
      'malformed',
      /an HTML page instead of an event stream: Sign in/,
    ],
    ['other text', 'hello', 'malformed', /no content-type and no event.*hello/],
    ['nothing', '', 'truncated', /an empty answer/],
  ])('%s', (_, body, outcome, error) => {
    expect(ofBody(body)).toEqual({ outcome, error: expect.stringMatching(error) })
  })

  test('an event stream of comments alone was cut short', () => {
    expect(ofBody(': ping\n\n', { 'content-type': 'text/event-stream' })).toMatchObject({ outcome: 'truncated' })
  })
})

describe('a compressed answer', () => {
  test.each([
    ['content-encoding', 'gzip'],
    ['content-encoding', 'br'],
    ['transfer-encoding', 'gzip, chunked'],
  ])('%s: %s is refused, with what to do', (name, value) => {
    expect(ofBody('\x1f\x8b', { [name]: value })).toEqual({
      outcome: 'malformed',
      error: expect.stringMatching(/compressed \(content-encoding (gzip|br)\).*switch compression off/),
    })
  })

  test.each([
    ['content-encoding', 'identity'],
    ['transfer-encoding', 'chunked'],
  ])('%s: %s is none', (name, value) => {
    expect(outcomeOf(head(200, { [name]: value }), whole, '').outcome).toBe('ok')
  })

  test('with an error status shows the status, not its bytes', () => {
    expect(ofBody('\x1f\x8b\x08', { 'content-encoding': 'gzip' }, 502)).toEqual({
      outcome: 'http-5xx',
      error: 'HTTP 502: empty body',
    })
  })
})

describe('a status other than 200', () => {
  test.each<[number, string, string, string]>([
    [400, '{"error":{"message":"too long"}}', 'http-4xx', 'HTTP 400: too long'],
    [401, '{"error":"Unauthorized"}', 'http-4xx', 'HTTP 401: Unauthorized'],
    [404, '{"detail":"Not Found"}', 'http-4xx', 'HTTP 404: Not Found'],
    [429, '{"message":"slow down"}', 'http-4xx', 'HTTP 429: slow down'],
    [503, 'no healthy upstream', 'http-5xx', 'HTTP 503: no healthy upstream'],
    [
      502,
      '<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body><center>nginx</center></body></html>',
      'http-5xx',
      'HTTP 502: 502 Bad Gateway',
    ],
    [500, '<html><body><b>upstream</b>  is gone</body></html>', 'http-5xx', 'HTTP 500: upstream is gone'],
    [204, '', 'malformed', 'HTTP 204: empty body; HTTP 200 was expected'],
  ])('%i is its class, in the words of the server', (status, body, outcome, error) => {
    expect(ofBody(body, {}, status)).toEqual({ outcome, error })
  })

  test('a redirect is not an error of the request: it names the target', () => {
    expect(ofBody('', { location: 'https://other/v1/completions' }, 307)).toEqual({
      outcome: 'malformed',
      error:
        'HTTP 307: a redirect to https://other/v1/completions; give the address of the server itself with --endpoint',
    })
  })
})
