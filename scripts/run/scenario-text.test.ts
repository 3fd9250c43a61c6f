import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import type { JoulemarkError } from '../../harness/errors.ts'
import { expandSweep } from '../../harness/scenario/expand.ts'
import { scenarioOfFlags } from '../../harness/scenario/load-file.ts'
import { resolveScenario } from '../../harness/scenario/resolve.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { type AskFlags, askedBy } from './ask-flags.ts'
import { checkAsked } from './asked.ts'
import { scenarioText } from './scenario-text.ts'

/** A question in flags, to a scenario, through the reader of scenario files. */
const model = { name: 'llama-3.1-8b-instruct-fp8', label: 'Llama 3.1 8B FP8', from: 'model of http://gpu1:8000' }

async function made(flags: AskFlags, over: Partial<typeof model> = {}): Promise<ScenarioFile> {
  const asked = askedBy(flags)
  checkAsked(asked)
  const { text, flagOf } = scenarioText(asked, { ...model, ...over })
  return scenarioOfFlags(text, flagOf, catalogueNames)
}

async function problem(flags: AskFlags, over: Partial<typeof model> = {}): Promise<string> {
  try {
    await made(flags, over)
  } catch (error) {
    expect(error).toMatchObject({ code: 'bad-input', exitCode: 2 })
    expect((error as JoulemarkError).message).not.toContain('the scenario of the flags')
    return (error as JoulemarkError).message
  }
  throw new Error('no problem')
}

describe('a question becomes a scenario', () => {
  test('with nothing stated it is the load of the batch scenario, with the defaults of a scenario file', async () => {
    expect(await made({})).toMatchObject({
      name: 'llama-3.1-8b-instruct-fp8-i512-o256-c32',
      title: 'Llama 3.1 8B FP8, 512 in, 256 out, 32 streams',
      model: 'llama-3.1-8b-instruct-fp8',
      api: 'completions',
      load: { shape: 'closed', concurrency: 32, rampSeconds: 1 },
      prompt: { tokens: 512, prefixCache: 'cold' },
      output: { tokens: 256 },
      trial: { seconds: 60, warmupSeconds: 10 },
      certainty: { target: 0.02, minTrials: 3, maxTrials: 10 },
      seed: 1,
    })
  })

  test('every flag has its place', async () => {
    const file = await made({
      rate: '2.5',
      burstiness: '0.5',
      api: 'chat',
      inputTokens: '100',
      outputTokens: '20',
      duration: '30',
      warmup: '5',
      slo: 'ttft=500,tpot=50,e2e=9000',
      seed: '7',
    })
    expect(file).toMatchObject({
      name: 'llama-3.1-8b-instruct-fp8-chat-i100-o20-r2.5',
      api: 'chat',
      load: { shape: 'open', ratePerS: 2.5, arrivals: 'gamma', burstiness: 0.5 },
      prompt: { tokens: 100 },
      output: { tokens: 20 },
      trial: { seconds: 30, warmupSeconds: 5 },
      slo: { ttftMs: 500, tpotMs: 50, e2eMs: 9000 },
      seed: 7,
    })
  })

  test('lengths are numbers or distributions, as in a scenario file', async () => {
    const file = await made({
      inputTokens: 'lognormal:mean=512,deviation=200,max=4096',
      outputTokens: 'uniform:100-300',
      prefixCache: 'hits:60%',
      stopAtEos: true,
    })
    expect(file).toMatchObject({
      title: 'Llama 3.1 8B FP8, 512 lognormal in, 100-300 uniform out, 32 streams',
      prompt: {
        tokens: { distribution: 'lognormal', mean: 512, deviation: 200, min: 1, max: 4096 },
        prefixCache: 'hits:60%',
      },
      output: { tokens: { distribution: 'uniform', min: 100, max: 300 }, ignoreEos: false },
    })
  })

  test('prompts of a file have their own lengths', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'dataset-'))
    const dataset = join(folder, 'chats.jsonl')
    writeFileSync(dataset, '{"prompt":"Why is the sky blue?"}\n')
    const asked = { dataset, outputTokens: '64' }
    expect(await made(asked)).toMatchObject({
      name: 'llama-3.1-8b-instruct-fp8-chats-o64-c32',
      title: 'Llama 3.1 8B FP8, prompts of chats, 64 out, 32 streams',
      prompt: { from: { file: dataset } },
    })
    expect(await problem({ ...asked, inputTokens: '9' })).toMatch(/^--input-tokens: expected no prompt\.tokens with/)
    expect(await problem({ dataset: join(folder, 'none') })).toMatch(/^--dataset file: .*no such file/)
  })

  test('a point of a sweep is the very scenario that is asked for alone', async () => {
    const asked = { slo: 'ttft=500', inputTokens: '64' }
    const runsOf = async (flags: AskFlags) =>
      expandSweep(await made({ ...asked, ...flags })).map((file) => resolveScenario(file, []))
    const alone = [await runsOf({ concurrency: '1' }), await runsOf({ concurrency: '8' })]
    expect(await runsOf({ sweep: '1,8' })).toEqual(alone.flat())
    const alike = [await runsOf({ rate: '0.5' }), await runsOf({ rate: '2' })]
    expect(await runsOf({ sweep: 'rate=0.5,2' })).toEqual(alike.flat())
  })

  test('the points of a sweep of a model with a long name have valid names', async () => {
    const name = 'a-model-with-a-name-of-more-than-eighty-characters-as-fine-tunings-have-them-in-2026'
    const asked = askedBy({ sweep: '10000', api: 'chat', prefixCache: 'shared:100000', inputTokens: '200000' })
    const { text, flagOf } = scenarioText(asked, { name, label: name, from: 'model' })
    const file = await scenarioOfFlags(text, flagOf, { models: [name], cards: [] })
    for (const point of expandSweep(file)) expect(resolveScenario(point, []).name).toMatch(/-c10000$/)
  })

  test('any served name gives a valid name and title', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ minLength: 1, maxLength: 400 }), async (served) => {
        const { text, flagOf } = scenarioText(askedBy({}), { name: served, label: served, from: 'model' })
        const known = { models: [served], cards: [] }
        expect(await scenarioOfFlags(text, flagOf, known)).toMatchObject({ model: served, kind: 'text' })
      }),
    )
  })
})

describe('a wrong value is one line that names the flag', () => {
  test.each<[AskFlags, string]>([
    [{ concurrency: '0' }, '--concurrency: expected more than 0, got 0'],
    [{ concurrency: '4.5' }, '--concurrency: expected a whole number, got 4.5'],
    [{ concurrency: '20000' }, '--concurrency: expected at most 10000, got 20000'],
    [{ inputTokens: 'many' }, '--input-tokens many: expected a number of tokens, or a distribution such as'],
    [{ outputTokens: '' }, '--output-tokens : expected a number of tokens'],
    [{ inputTokens: 'lognormal:512,200' }, 'or a distribution such as lognormal:mean=512,deviation=200,max=4096'],
    [{ inputTokens: 'normal:mean=512,max=900' }, '--input-tokens deviation: missing; expected a number'],
    [{ outputTokens: 'uniform:30-20' }, '--output-tokens max: expected max to be at least min (30)'],
    [{ prefixCache: 'hot' }, '--prefix-cache: expected '],
    [{ duration: '-1' }, '--duration: expected more than 0, got -1'],
    [{ warmup: 'x' }, '--warmup: expected a number, got "x"'],
    [{ rate: 'inf' }, '--rate: expected a number, got "inf"'],
    [{ sweep: '1,x' }, '--sweep: expected a number, got "x"'],
    [{ sweep: '1,,2' }, '--sweep 1,,2: expected numbers separated by commas, such as 1,2,4,8 or rate=0.5,1,2'],
    [{ api: 'chats' }, '--api: expected one of completions, chat, got "chats"; did you mean "chat"?'],
    [{ seed: '1.5' }, '--seed: expected a whole number, got 1.5'],
    [{ slo: 'ttft=fast' }, '--slo ttftMs: expected a number, got "fast"'],
    [
      { slo: 'tftt=500' },
      'expected limits in ms such as ttft=500,tpot=50,e2e=10000, got "tftt=500"; did you mean "ttft"?',
    ],
    [{ slo: 'ttft' }, 'got "ttft"'],
    [{ concurrency: '4', rate: '1' }, '--concurrency and --rate exclude each other'],
    [{ sweep: '1,2', concurrency: '4' }, '--sweep and --concurrency exclude each other'],
    [{ sweep: '1,2', rate: '4' }, '--sweep rate=1,2,4 sweeps rates'],
  ])('%j', async (flags, line) => {
    expect(await problem(flags)).toContain(line)
  })

  test('a model that is not known is named with where its name came from', async () => {
    expect(await problem({}, { name: 'my/own' })).toMatch(
      /^model of http:\/\/gpu1:8000: no model "my\/own" in the catalogue; /,
    )
  })
})
