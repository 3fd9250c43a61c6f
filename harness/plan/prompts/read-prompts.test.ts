import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { linesOf, listElements } from './json-elements.ts'
import { readPrompts } from './read-prompts.ts'

const read = (text: string, over: Partial<Parameters<typeof readPrompts>[2]> = {}) =>
  readPrompts('prompts', Buffer.from(text), { api: 'chat', ...over })
const fieldsOf = (text: string, over = {}) =>
  read(text, over).prompts.map(({ fields }) => JSON.parse(`{${fields}}`) as unknown)

describe('prompts of a file', () => {
  test('JSONL: a prompt or messages, with the length of the answer where the line states it', () => {
    const text =
      '{"prompt":"Why?","output_tokens":7}\n\n{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"How?"}]}\n'
    expect(read(text)).toMatchObject({ format: 'jsonl', prompts: [{ outputTokens: 7 }, { outputTokens: null }] })
    expect(fieldsOf(text)).toEqual([
      { messages: [{ role: 'user', content: 'Why?' }] },
      {
        messages: [
          { role: 'system', content: 'Be brief.' },
          { role: 'user', content: 'How?' },
        ],
      },
    ])
  })

  test('a system prompt stands before messages that have none, and before a text', () => {
    const own = '{"messages":[{"role":"system","content":"mine"},{"role":"user","content":"a"}]}'
    expect(fieldsOf(`${own}\n{"prompt":"b"}`, { system: 'yours' })).toEqual([
      {
        messages: [
          { role: 'system', content: 'mine' },
          { role: 'user', content: 'a' },
        ],
      },
      {
        messages: [
          { role: 'system', content: 'yours' },
          { role: 'user', content: 'b' },
        ],
      },
    ])
    expect(fieldsOf('{"prompt":"b"}', { system: 'yours', api: 'completions' })).toEqual([{ prompt: 'yours\n\nb' }])
  })

  test('ShareGPT: the turns up to the first answer, whose bytes are its length; others are skipped and counted', () => {
    const text = JSON.stringify([
      {
        id: '1',
        conversations: [
          { from: 'system', value: 's' },
          { from: 'human', value: 'q' },
          { from: 'gpt', value: 'wörd' },
          { from: 'human', value: 'more' },
        ],
      },
      { id: '2', conversations: [{ from: 'gpt', value: 'an answer to nothing' }] },
      { id: '3', conversations: [] },
    ])
    expect(read(text)).toMatchObject({
      format: 'sharegpt',
      prompts: [{ answerBytes: 5, outputTokens: null }],
      skipped: { 'no question that an answer follows': 2 },
    })
    expect(fieldsOf(text)).toEqual([
      {
        messages: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'q' },
        ],
      },
    ])
  })

  test("OpenAI's batch format: messages, tools and images as they are, max_tokens as the length", () => {
    const messages = [
      { role: 'user', content: [{ type: 'image_url', image_url: { url: 'data:image/png;base64,AA==' } }] },
    ]
    const tools = [{ type: 'function', function: { name: 'look' } }]
    const text = JSON.stringify({
      custom_id: '1',
      method: 'POST',
      url: '/v1/chat/completions',
      body: { model: 'm', messages, tools, max_completion_tokens: 9 },
    })
    expect(read(text)).toMatchObject({ format: 'openai', prompts: [{ outputTokens: 9 }] })
    expect(fieldsOf(text)).toEqual([{ messages, tools }])
  })

  test('prompts beyond a number of bytes are skipped', () => {
    expect(read('{"prompt":"short"}\n{"prompt":"a good deal longer"}', { maxBytes: 58 })).toMatchObject({
      prompts: [expect.anything()],
      skipped: { 'longer than prompt.from.maxBytes (58)': 1 },
    })
  })

  test.each([
    ['{"prompt":"a"}\n{"prompt":', 'prompts:2: not JSON'],
    ['{"prompt":"a"}\n{"text":"b"}', 'prompts:2: expected a field prompt or messages'],
    ['{"prompt":5}', 'prompts:1: prompt: '],
    ['{"messages":[{"content":"no role"}]}', 'prompts:1: messages.0.role: '],
    ['{"prompt":"a","output_tokens":0}', 'prompts:1: output_tokens: '],
    ['', 'prompts:1: contains no prompt'],
    ['[]', 'prompts:1: contains no prompt'],
    ['[\n{"conversations":[{"from":"human"}]}]', 'prompts:2: conversations.0.value: '],
    ['[{"conversations":[]}', 'prompts:1: contains no prompt; 1 skipped'],
    ['[{"conversations":[', 'prompts:1: not JSON'],
  ])('%j is one line with file and line', (text, line) => {
    let thrown: unknown = null
    try {
      read(text)
    } catch (error) {
      thrown = error
    }
    expect(thrown).toBeInstanceOf(JoulemarkError)
    expect((thrown as Error).message).toContain(line)
    expect((thrown as Error).message).not.toContain('\n')
  })

  test('several messages are no prompt of the completions API', () => {
    const text = '{"messages":[{"role":"user","content":"a"},{"role":"assistant","content":"b"}]}'
    expect(() => read(text, { api: 'completions' })).toThrow('set api: chat')
  })
})

describe('pieces of a file', () => {
  test('the elements of any JSON list are found as JSON.parse has them, however it is written', () => {
    fc.assert(
      fc.property(
        fc.array(fc.json().map((text) => JSON.parse(text) as unknown)),
        fc.constantFrom(0, 2),
        (list, indent) => {
          const bytes = Buffer.from(` ${JSON.stringify(list, null, indent)}\n`)
          const found = [...(listElements(bytes) ?? [])].map(({ text }) => JSON.parse(text) as unknown)
          expect(found).toEqual(list)
        },
      ),
    )
  })

  test('the line of an element is that on which it begins', () => {
    const bytes = Buffer.from('\n[\n 1,\n {"a":\n "x\\"],"},\n 3]')
    expect([...(listElements(bytes) ?? [])].map(({ line }) => line)).toEqual([3, 4, 6])
    expect(listElements(Buffer.from('{"a":[1]}'))).toBeNull()
  })

  test('lines are counted with the empty ones, which are skipped', () => {
    expect([...linesOf(Buffer.from('a\r\n\n b \n'))]).toEqual([
      { text: 'a', line: 1 },
      { text: 'b', line: 3 },
    ])
  })
})
