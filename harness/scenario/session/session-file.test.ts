import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { promptTokensOf } from './recorded-turn.ts'
import { parseSessions } from './session-file.ts'

const turn = (over: object = {}) => JSON.stringify({ input_tokens: 10, output_tokens: 5, ...over })

describe('a file of turns', () => {
  test('has the turns of each session in the order of the file, and its sessions in the order of their first turn', () => {
    const text = [
      turn({ session: 'b', pause_s: 9 }),
      turn({ session: 1, branches: 3 }),
      '',
      turn({ session: 'b', input_tokens: 7, pause_s: 2.5 }),
    ].join('\n')
    const shape = { inputTokens: 10, outputTokens: 5, pauseSeconds: 0, branches: 1 }
    expect(parseSessions('t.jsonl', text)).toEqual([
      // nothing is waited for before a session
      [shape, { ...shape, inputTokens: 7, pauseSeconds: 2.5 }],
      [{ ...shape, branches: 3 }],
    ])
  })

  test('without names is one session', () => {
    expect(parseSessions('t.jsonl', `${turn()}\n${turn()}\n`)).toHaveLength(1)
  })

  test.each([
    ['{oops', /^t\.jsonl:1: not JSON: /],
    [`${turn()}\n[1]`, /^t\.jsonl:2: line: /],
    [`${turn()}\n${turn({ input_tokens: 0 })}`, /^t\.jsonl:2: input_tokens: /],
    [turn({ output_tokens: 1.5 }), /^t\.jsonl:1: output_tokens: /],
    [turn({ pause_s: -1 }), /^t\.jsonl:1: pause_s: /],
    [turn({ branches: 65 }), /^t\.jsonl:1: branches: /],
    [turn({ tokens: 3 }), /^t\.jsonl:1: line: Unrecognized key/],
    [
      `${turn({ input_tokens: 1_500_000 })}\n${turn({ input_tokens: 600_000 })}`,
      /^t\.jsonl:2: the context .* 2100010 tokens/,
    ],
    [`${turn()}${' '.repeat(10_000)}`, /^t\.jsonl:1: a line of \d+ characters/],
    [Array.from({ length: 1001 }, () => turn()).join('\n'), /^t\.jsonl:1001: session: expected at most 1000 turns/],
    ['\n\n', /^t\.jsonl:1: contains no turn/],
  ])('%.40s is refused with its line', (text, message) => {
    expect(() => parseSessions('t.jsonl', text)).toThrow(message)
  })

  test('any text is sessions, or one line of what is wrong', () => {
    const line = fc.oneof(fc.string(), fc.constant(turn()), fc.json())
    fc.assert(
      fc.property(fc.array(line, { maxLength: 5 }), (lines) => {
        try {
          for (const turns of parseSessions('t.jsonl', lines.join('\n'))) expect(turns.length).toBeGreaterThan(0)
        } catch (error) {
          expect(error).toBeInstanceOf(JoulemarkError)
          expect((error as Error).message).toMatch(/^t\.jsonl:\d+: /)
        }
      }),
    )
  })
})

test('a prompt is all earlier turns with their answers, and what the turn adds', () => {
  const [turns = []] = parseSessions('t.jsonl', [100, 20, 30].map((input_tokens) => turn({ input_tokens })).join('\n'))
  expect(promptTokensOf(turns)).toEqual([100, 125, 160])
})
