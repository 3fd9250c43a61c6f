import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { modelByKey } from '../catalogue/own-models.ts'
import { readRows } from '../record/read.ts'
import { trialsOfKind } from '../record/trials-of-kind.ts'
import { runOnce } from '../run/run.ts'
import type { RunOptions } from '../run/run-options.ts'
import type { PlainScenarioFile } from '../scenario/expand.ts'
import { scenarioFileSchema, scenarioSchema } from '../scenario/schema.ts'
import { oneTrialOptions } from '../testing/run-options.ts'
import { commandOf } from './training.ts'
import { readTrainingLine } from './training-line.ts'

/** The training path with commands of Node: started in a group of their own, read a line at a time, stopped. */
const folder = mkdtempSync(join(tmpdir(), 'training-'))

const written = (training: object) => ({
  name: 'training-test',
  title: 'Training',
  kind: 'training',
  model: 'tiny-random-llama',
  training: { batch: 2, sequenceTokens: 64, rank: 8, gradientCheckpointing: true, ...training },
  trial: { seconds: 0.6, quietSeconds: 0.8, minWindowSeconds: 0.1 },
})
const scenario = (script: string) =>
  scenarioFileSchema.parse(written({ command: [process.execPath, '-e', script] })) as PlainScenarioFile

const options = (over: Partial<RunOptions> = {}): RunOptions =>
  oneTrialOptions({
    endpoint: '',
    apiKey: 'sk-training-secret',
    outDir: folder,
    ...over,
  })

const CONFIG = `console.log(JSON.stringify({config:{model:'m',batch:2,key:process.env.OPENAI_API_KEY??'none'}}))`
const endless = (loss: string) =>
  `${CONFIG};let s=0;setInterval(()=>console.log('{"step":'+(++s)+',"tokens":128,"loss":${loss}}'),10)`

describe('a training command', () => {
  test('is started, timed over the last 80 % of its lines, and stopped when its time is up', async () => {
    const { record, directory } = await runOnce(scenario(endless('2.5')), options())
    const lines = await readRows(directory, 'steps.csv')
    const [trial] = trialsOfKind(record.trials, 'training')
    const warm = Math.ceil(lines.length * 0.2)
    const seconds = ((lines.at(-1)?.timeMs ?? 0) - (lines[warm - 1]?.timeMs ?? 0)) / 1000
    expect(record).toMatchObject({ status: 'complete', result: { finalLoss: { mean: 2.5 } } })
    expect(trial?.training.steps).toBe(lines.length - warm)
    expect(trial?.training.stepsPerS).toBeCloseTo((lines.length - warm) / seconds, 6)
    expect(trial?.training.trainedTokensPerS).toBeCloseTo((128 * (lines.length - warm)) / seconds, 3)
    expect(trial?.training.joulesPerStep).toMatchObject({ reason: expect.stringMatching(/--no-gpu/) })
  })

  test('leaves what it trains in the record, and never sees the key of the endpoint', async () => {
    const { record, directory } = await runOnce(scenario(endless('1')), options())
    expect(record.training).toMatchObject({ config: { model: 'm', batch: 2, key: 'none' } })
    expect(record.training?.command[0]).toBe(process.execPath)
    expect(readFileSync(join(directory, 'run.json'), 'utf8')).not.toContain('sk-training-secret')
  })

  test('whose loss is not finite has no rate, and says at which step', async () => {
    const { record } = await runOnce(scenario(endless('NaN')), options())
    expect(record.result['stepsPerS']).toMatchObject({ mean: null, reason: 'no finite loss at step 1' })
    expect(record.trials[0]?.outcomes['ok']).toBeUndefined()
  })

  test('that runs out of memory is a complete run whose result is OOM', async () => {
    const dies = 'console.error("torch.OutOfMemoryError: CUDA out of memory. Tried to allocate 1 GiB");process.exit(1)'
    const { record } = await runOnce(scenario(dies), options())
    expect(record).toMatchObject({ status: 'complete', result: {} })
    expect(record.oom?.evidence).toMatch(/CUDA out of memory/)
  })

  test('that fails otherwise fails the run with its last words', async () => {
    const dies = 'console.error("ModuleNotFoundError: No module named peft");process.exit(1)'
    await expect(runOnce(scenario(dies), options())).rejects.toThrow(
      /ended with code 1 after 0 steps: ModuleNotFoundError: No module named peft/,
    )
  })

  test('that is not there says so', async () => {
    const none = scenarioFileSchema.parse(written({ command: ['/nope/python'] })) as PlainScenarioFile
    await expect(runOnce(none, options())).rejects.toThrow(/could not be started.*ENOENT/)
  })

  test('takes its children along when it is stopped', async () => {
    const parent = `const {spawn}=require('node:child_process');const c=spawn(process.execPath,['-e','setInterval(()=>{},1000)']);console.log(JSON.stringify({config:{child:c.pid}}));let s=0;setInterval(()=>console.log('{"step":'+(++s)+'}'),10)`
    const { record } = await runOnce(scenario(parent), options())
    const child = Number(record.training?.config['child'])
    expect(child).toBeGreaterThan(1)
    await expect.poll(() => isAlive(child)).toBe(false)
  })
})

/** A child that was killed may stay a zombie until whoever adopted it looks; it runs nothing then. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'))
  } catch {
    return false
  }
}

test.each([
  ['{"step": 3, "tokens": 10, "loss": 1.5}', { kind: 'step', step: 3, tokens: 10, loss: 1.5 }],
  ['{"step": 3, "loss": NaN}', { kind: 'step', step: 3, tokens: null, loss: null }],
  ['{"step": 3, "loss": -Infinity, "tokens": 4}', { kind: 'step', step: 3, tokens: 4, loss: null }],
  [
    '{"config": {"a": 1, "b": [2], "c\\u001b[31m": "x\\n"}}',
    { kind: 'config', config: expect.objectContaining({ a: 1 }) },
  ],
  ['{"step": -1}', { kind: 'other' }],
  ['{"step": 1', { kind: 'other' }],
  ['Loading checkpoint shards: 100%', { kind: 'other' }],
  ['[1]', { kind: 'other' }],
])('the line %s', (line, expected) => {
  expect(readTrainingLine(line)).toEqual(expected)
})

test('the script is called with the settings of the scenario, as a list and without a shell', () => {
  const settings = scenarioSchema.parse(written({ tiny: false, python: '/venv/bin/python', steps: 50 }))
  if (settings.kind !== 'training') throw new Error('not training')
  const [python, script, ...args] = commandOf(settings, modelByKey('llama-3.1-8b-instruct')!, settings.training.python)
  expect([python, script?.endsWith('scripts/train-qlora.py')]).toEqual(['/venv/bin/python', true])
  expect(args.join(' ')).toBe(
    '--model meta-llama/Llama-3.1-8B-Instruct --batch 2 --sequence-tokens 64 --rank 8 --steps 50 --seed 1 --gradient-checkpointing',
  )
})
