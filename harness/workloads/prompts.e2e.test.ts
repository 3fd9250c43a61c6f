import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { catalogueNames } from '../catalogue/find.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { packPrompts, promptChooser } from '../plan/prompts/prompt-table.ts'
import { numberOf } from '../record/measured.ts'
import { readRows } from '../record/read.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { runOnce } from '../run/run.ts'
import type { PlainTextFile } from '../scenario/expand.ts'
import { loadScenarios } from '../scenario/load-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { untilMeasured } from '../testing/until-measured.ts'

/** What requests contain, on a simulator that has a LoRA adapter and reasons in the first 12 tokens of a chat answer. */
const REASONING_TOKENS = 12
const folder = mkdtempSync(join(tmpdir(), 'prompts-'))
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({
    card: 'rtx-4090',
    model: 'llama-3.1-8b-instruct-fp8',
    loraModules: ['sql-lora'],
    reasoningTokens: REASONING_TOKENS,
  })
})
afterAll(() => simulator.stop())

/** A scenario with these lines about its prompts and answers, as a person writes it. */
async function scenario(lines: string): Promise<PlainTextFile> {
  const path = join(folder, 'one.yaml')
  writeFileSync(
    path,
    `name: one\ntitle: One\nkind: text\nmodel: llama-3.1-8b-instruct-fp8\nload: { shape: closed, concurrency: 4, rampSeconds: 0.2 }\n${lines}\n`,
  )
  const [file] = await loadScenarios([path], catalogueNames)
  return file as PlainTextFile
}

const notes: string[] = []

/** A verified run with something completed in its window. */
async function played(lines: string) {
  const file = await scenario(lines)
  notes.length = 0
  const { record, directory } = await untilMeasured(
    (seconds) => {
      const options = oneTrialOptions({
        endpoint: simulator.url,
        nvidiaSmi: { path: simulator.nvidiaSmi, required: true },
        outDir: folder,
      })
      const progress = { ...options.progress, note: (message: string) => void notes.push(message) }
      const trial = {
        ...file.trial,
        seconds,
        warmupSeconds: 0.2,
        idleSeconds: 0,
        quietSeconds: 1,
        minWindowSeconds: 0.4,
      }
      return runOnce({ ...file, trial }, { ...options, progress })
    },
    ({ record }) => trialsOfKind(record.trials, 'text').every(({ lengths }) => (lengths?.outputTokens.n ?? 0) > 2),
    { fromSeconds: 2.5 },
  )
  expect((await verifyRun(directory)).problems).toEqual([])
  const rows = (await readRows(directory, 'requests.csv')).filter(({ outcome }) => outcome === 'ok')
  expect(rows.length).toBeGreaterThan(4)
  const [trial] = trialsOfKind(record.trials, 'text')
  if (trial === undefined) throw new Error('no trial')
  return { record, rows, trial, shape: record.gates.find(({ id }) => id === 'prompt-shape') }
}

describe('prompts of a file', () => {
  test('JSONL: each request has the prompt that seed, trial and number give it, and the answer length of the line', async () => {
    // a word each: the tokenizer of the simulator counts them, and the template of the chat has as many for all
    const lines = Array.from({ length: 30 }, (_, index) => ({
      prompt: new Array(10 + 3 * index).fill('time').join(' '),
      output_tokens: 4 + index,
    }))
    writeFileSync(join(folder, 'prompts.jsonl'), lines.map((line) => JSON.stringify(line)).join('\n'))
    const { rows, record, shape } = await played(
      'prompt: { from: { file: prompts.jsonl } }\noutput: { tokens: 30, recorded: true }\nseed: 5',
    )
    const table = packPrompts(
      lines.map((line) => ({ fields: line.prompt, outputTokens: line.output_tokens, answerBytes: null })),
      5,
    )
    const choose = promptChooser(table)
    for (const row of rows) {
      const { entry } = choose(row.trial, row.id)
      // begin-of-text and the words
      expect([row.promptTokens, row.outputTokens]).toEqual([11 + 3 * entry, Math.min(30, 4 + entry)])
      expect(row.plannedPromptTokens).toBeNull()
    }
    expect(notes.join('\n')).toContain('30 prompts of')
    expect(shape).toMatchObject({ status: 'pass', evidence: expect.stringContaining('as their file has them') })
    expect(record.scenario).toMatchObject({ prompt: { from: { sha256: expect.stringMatching(/^[0-9a-f]{64}$/) } } })
    expect(JSON.stringify(record)).not.toContain('time time')
  })

  test('ShareGPT in chat, with a system prompt: answers as long as the file has them, by the tokens per byte of the server', async () => {
    const conversations = Array.from({ length: 12 }, (_, index) => ({
      id: String(index),
      conversations: [
        { from: 'human', value: new Array(40).fill('time').join(' ') },
        { from: 'gpt', value: new Array(20 + index).fill('good').join(' ') },
      ],
    }))
    writeFileSync(join(folder, 'sharegpt.json'), JSON.stringify(conversations))
    const { rows } = await played(
      'api: chat\nprompt: { from: { file: sharegpt.json, order: file }, system: be brief }\noutput: { tokens: 200, recorded: true }',
    )
    const lengths = new Set(rows.map((row) => row.outputTokens))
    expect(lengths.size).toBeGreaterThan(2)
    // five bytes a word, and about a token for each in the prompt with its template
    expect(rows.every((row) => (row.outputTokens ?? 0) > 10 && (row.outputTokens ?? 0) < 60)).toBe(true)
    expect(new Set(rows.map((row) => row.promptTokens)).size).toBe(1)
  })
})

test.each(['completions', 'chat'])(
  'English text by %s is cut to about the length, by the count of the server',
  async (api) => {
    const { trial, shape, rows } = await played(
      `api: ${api}\nprompt: { tokens: 300, text: english }\noutput: { tokens: ${REASONING_TOKENS + 8} }`,
    )
    expect(Math.abs((numberOf(trial.lengths?.promptTokens.mean ?? 0) ?? 0) - 300)).toBeLessThan(15)
    expect(shape).toMatchObject({ status: 'pass', evidence: expect.stringContaining('about 300.0 requested') })
    expect(new Set(rows.map((row) => row.promptTokens)).size).toBeGreaterThan(1)
  },
)

test('system prompt, tools and images are part of the prompt length that the server counts', async () => {
  const { rows, trial } = await played(
    [
      'api: chat',
      'prompt:',
      '  tokens: 400',
      '  system: You are a careful assistant.',
      '  tools: [{ type: function, function: { name: look_up, parameters: { type: object } } }]',
      '  images: { count: 2, width: 280, height: 140 }',
      'output: { tokens: 16 }',
    ].join('\n'),
  )
  // two images of 10 x 5 patches, the tools and the system prompt are in the 400 tokens
  expect(new Set(rows.map((row) => row.promptTokens))).toEqual(new Set([400]))
  expect(trial.clientTokens?.promptsApart).toBe(0)
})

test('a LoRA adapter is asked for by its name; one that is not served is one line', async () => {
  const { record } = await played('adapter: sql-lora\nprompt: { tokens: 64 }\noutput: { tokens: 16 }')
  expect(record.endpoint).toMatchObject({ adapter: 'sql-lora', servedModels: expect.arrayContaining(['sql-lora']) })
  await expect(played('adapter: other\nprompt: { tokens: 64 }\noutput: { tokens: 16 }')).rejects.toThrow(
    'does not serve the adapter other',
  )
})

test('reasoning and answer are counted apart, and the answer begins after the reasoning', async () => {
  const answer = 20
  const { rows, trial } = await played(
    `api: chat\nprompt: { tokens: 64 }\noutput: { tokens: ${REASONING_TOKENS + answer} }`,
  )
  for (const row of rows) {
    expect([row.reasoningTokens, row.reasoningCount]).toEqual([REASONING_TOKENS, REASONING_TOKENS])
    expect(row.firstAnswerMs).toBeGreaterThan(row.firstTokenMs as number)
    expect(row.firstAnswerMs).toBeLessThanOrEqual(row.lastTokenMs as number)
  }
  expect(trial.reasoning).toMatchObject({
    countedBy: 'usage',
    reasoningTokens: { p50: REASONING_TOKENS, mean: REASONING_TOKENS },
    answerTokens: { p50: answer, mean: answer },
  })
  expect(numberOf(trial.reasoning?.answerTtftMs.p50 ?? 0)).toBeGreaterThan(numberOf(trial.ttftMs.p50) ?? 0)
})
