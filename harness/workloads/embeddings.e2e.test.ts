import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { describeModel } from '../catalogue/checkpoint/describe-model.ts'
import { addOwnModels, modelByKey } from '../catalogue/own-models.ts'
import { verifyRun } from '../evidence/verify-run.ts'
import { isKnown } from '../record/measured.ts'
import { readRows } from '../record/read.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { runOnce } from '../run/run.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { type ScenarioFile, scenarioFileSchema } from '../scenario/schema.ts'
import { launchSimulator } from '../simulator/launch.ts'
import { makeModelFolder } from '../testing/model-folder.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { untilMeasured } from '../testing/until-measured.ts'

/** Embeddings and reranking against the simulator, which reads each text as a prefill. */
const outDir = mkdtempSync(join(tmpdir(), 'embeddings-'))
afterAll(() => rmSync(outDir, { recursive: true, force: true }))

const llamaConfig = {
  model_type: 'llama',
  hidden_size: 256,
  intermediate_size: 512,
  num_hidden_layers: 2,
  num_attention_heads: 4,
  num_key_value_heads: 2,
  vocab_size: 32_000,
  max_position_embeddings: 8192,
  tie_word_embeddings: false,
}

const scenario = (over: object, seconds: number): ScenarioFile =>
  scenarioFileSchema.parse({
    name: 'texts',
    title: 'Texts',
    kind: 'embeddings',
    model: 'llama-3.1-8b-instruct-fp8',
    load: { shape: 'closed', concurrency: 2, rampSeconds: 0 },
    texts: { tokens: 100, perRequest: 4 },
    trial: { seconds, warmupSeconds: 0, quietSeconds: 0.8, minWindowSeconds: 0.5 },
    slo: { e2eMs: 60_000 },
    ...over,
  })

async function measure(over: object = {}, options: { readonly servedAs?: string | undefined } = {}) {
  const simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  try {
    return await untilMeasured(
      async (seconds) => {
        const file = scenario(over, seconds) as PlainScenarioFile
        const nvidiaSmi = { path: simulator.nvidiaSmi, required: true }
        return runOnce(
          file,
          oneTrialOptions({ endpoint: simulator.url, outDir, card: 'rtx-4090', nvidiaSmi, ...options }),
        )
      },
      ({ record }) => trialsOfKind(record.trials, 'embeddings').every(({ texts }) => isKnown(texts.textsPerS)),
      { fromSeconds: 3 },
    )
  } finally {
    await simulator.stop()
  }
}

const gateOf = (record: Awaited<ReturnType<typeof measure>>['record'], id: string) =>
  record.gates.find((gate) => gate.id === id)

test('embeddings: texts, tokens and times are those of the server, and the record verifies', async () => {
  const { record, directory } = await measure()
  const [trial] = trialsOfKind(record.trials, 'embeddings')
  const rows = (await readRows(directory, 'requests.csv')).filter(({ outcome }) => outcome === 'ok')
  expect(record.status).toBe('complete')
  expect(rows.length).toBeGreaterThan(4)
  // token ids: every text has exactly the tokens that were asked for
  expect(
    rows.every(({ promptTokens, plannedPromptTokens }) => promptTokens === 400 && plannedPromptTokens === 400),
  ).toBe(true)
  expect(trial?.texts).toMatchObject({ plannedTokens: 400 * rows.length, usageTokens: 400 * rows.length })
  const { textsPerS, inputTokensPerS } = trial!.texts as { textsPerS: number; inputTokensPerS: number }
  expect(inputTokensPerS / textsPerS).toBeCloseTo(100, 6)
  // Little's law: two requests in flight, of four texts each
  expect((textsPerS * (trial!.e2eMs.mean as number)) / 1000 / 8).toBeGreaterThan(0.6)
  expect((textsPerS * (trial!.e2eMs.mean as number)) / 1000 / 8).toBeLessThan(1.4)
  expect(trial?.goodputRequestsPerS).toBeCloseTo(textsPerS / 4, 6)
  expect(gateOf(record, 'input-tokens')).toMatchObject({ status: 'pass', required: true })
  expect(gateOf(record, 'physical-limit')).toMatchObject({ status: 'pass' })
  expect(gateOf(record, 'endpoint-model')).toMatchObject({ status: 'pass' })
  expect(record.result).toHaveProperty('joulesPer1000Texts')
  expect(record.quotable).toBe(false)
  expect((await verifyRun(directory)).problems).toEqual([])
})

test('rerank: the query counts with each document, special tokens included', async () => {
  const { record, directory } = await measure({ api: 'rerank', texts: { tokens: 60, perRequest: 5, queryTokens: 20 } })
  const rows = (await readRows(directory, 'requests.csv')).filter(({ outcome }) => outcome === 'ok')
  expect(rows.length).toBeGreaterThan(2)
  expect(new Set(rows.map(({ plannedPromptTokens }) => plannedPromptTokens))).toEqual(new Set([400]))
  expect(gateOf(record, 'input-tokens')).toMatchObject({ status: 'pass' })
})

test('open loop: the rate is what was asked for', async () => {
  const { record } = await measure({
    load: { shape: 'open', ratePerS: 6, arrivals: 'constant' },
    texts: { tokens: 50, perRequest: 1 },
  })
  const [trial] = trialsOfKind(record.trials, 'embeddings')
  expect(trial?.texts.textsPerS as number).toBeGreaterThan(4.5)
  expect(trial?.texts.textsPerS as number).toBeLessThan(7.5)
})

test('a model that is not in the catalogue is measured as words; its physical limit is not known', async () => {
  const [servedAs] = modelByKey('llama-3.1-8b-instruct-fp8')!.servedAs
  const { record } = await measure({ model: 'org/unknown-embedder' }, { servedAs })
  expect(record.status).toBe('complete')
  expect(gateOf(record, 'input-tokens')).toMatchObject({ status: 'pass' })
  expect(gateOf(record, 'physical-limit')).toMatchObject({ status: 'not-measured' })
  expect(record.model).toMatchObject({ key: 'org/unknown-embedder', kind: 'partly-known' })
})

test('an own model: token ids, and a limit from the description that the record carries', async () => {
  const folder = makeModelFolder(join(outDir, 'own'), llamaConfig)
  addOwnModels([await describeModel(folder, { env: {}, network: false, today: '2026-11-26', key: 'own-embedder' })])
  const { record, directory } = await measure(
    { model: 'own-embedder' },
    { servedAs: modelByKey('llama-3.1-8b-instruct-fp8')!.servedAs[0] },
  )
  const rows = (await readRows(directory, 'requests.csv')).filter(({ outcome }) => outcome === 'ok')
  expect(new Set(rows.map(({ promptTokens }) => promptTokens))).toEqual(new Set([400]))
  expect(record.model).toMatchObject({ key: 'own-embedder', kind: 'text', layers: 2 })
  expect(gateOf(record, 'physical-limit')).toMatchObject({
    status: 'pass',
    evidence: expect.stringContaining('TFLOP per text'),
  })
  expect((await verifyRun(directory)).problems).toEqual([])
})

test('texts that are longer than the model can read are one line, before anything is written', async () => {
  const long = measure({ texts: { tokens: 200_000, perRequest: 1 } })
  await expect(long).rejects.toMatchObject({ code: 'bad-input', message: expect.stringMatching(/refused: .*maximum/) })
})
