import { mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, test, vi } from 'vitest'
import { JoulemarkError } from '../errors.ts'
import { expandSweep, type PlainScenarioFile } from './expand.ts'
import { scenarioJsonSchema } from './json-schema.ts'
import { loadScenarios } from './load-file.ts'
import { resolveScenario } from './resolve.ts'
import type { ScenarioFile } from './schema.ts'

const known = {
  models: ['llama-3.1-8b-instruct-fp8', 'mixtral-8x22b-instruct-awq'],
  cards: ['rtx-4090', 'rtx-6000-pro'],
}
const good = `name: one
title: One
kind: text
model: llama-3.1-8b-instruct-fp8
load:
  shape: closed
  concurrency: 4
prompt: { tokens: 64 }
output: { tokens: 8 }
`

let folder: string
const plain = (file: ScenarioFile): PlainScenarioFile => expandSweep(file)[0] as PlainScenarioFile
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'scenario-'))
})

async function load(text: string) {
  const path = join(folder, 'one.yaml')
  await writeFile(path, text)
  return loadScenarios([path], known)
}

async function problem(text: string): Promise<string> {
  const error = await load(text).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(JoulemarkError)
  expect((error as JoulemarkError).exitCode).toBe(2)
  return (error as JoulemarkError).message.replaceAll(folder, '')
}

describe('a scenario file', () => {
  test('is read with the defaults of the schema filled in', async () => {
    const [scenario] = await load(good)
    expect(scenario).toMatchObject({
      api: 'completions',
      prompt: { tokens: 64, prefixCache: 'cold' },
      maxErrorRate: 0.001,
    })
    expect(scenario?.certainty).toEqual({ target: 0.02, minTrials: 3, maxTrials: 10 })
  })

  test('waits for no card to cool unless it says so, and then has a limit', async () => {
    const [none] = await load(good)
    expect(none?.trial).not.toHaveProperty('coolDown')
    const [some] = await load(`${good}trial: { coolDown: { toWithinC: 5 } }\n`)
    expect(some?.trial.coolDown).toEqual({ toWithinC: 5, timeoutSeconds: 300 })
    expect(await problem(`${good}trial: { coolDown: { toWithin: 5 } }\n`)).toContain('did you mean "toWithinC"?')
  })

  test('takes a share as 5% or as 0.05', async () => {
    const [percent] = await load(`${good}certainty: { target: 5% }\n`)
    const [share] = await load(`${good}certainty: { target: 0.05 }\n`)
    expect(percent?.certainty.target).toBe(0.05)
    expect(share?.certainty.target).toBe(0.05)
  })

  test.each([
    [
      'an unknown key names the nearest one and its line',
      `${good}promt: { tokens: 1 }\n`,
      '/one.yaml:10: promt: unknown key; did you mean "prompt"?',
    ],
    [
      'an unknown key inside a map',
      good.replace('concurrency', 'concurency'),
      '/one.yaml:7: load.concurency: unknown key; did you mean "concurrency"?',
    ],
    [
      'a wrong type',
      good.replace('concurrency: 4', 'concurrency: many'),
      '/one.yaml:7: load.concurrency: expected a number, got "many"',
    ],
    [
      'a number that must be whole',
      good.replace('concurrency: 4', 'concurrency: 4.5'),
      '/one.yaml:7: load.concurrency: expected a whole number, got 4.5',
    ],
    ['a missing field', good.replace('title: One\n', ''), '/one.yaml:1: title: missing; expected a text'],
    [
      'an unknown load shape',
      good.replace('closed', 'clsed'),
      '/one.yaml:6: load.shape: expected one of closed, open, trace, sweep, got "clsed"',
    ],
    [
      'a model that is not in the catalogue',
      good.replace('8b-instruct-fp8', '8b-instruct-fp9'),
      '/one.yaml:4: model: no model "llama-3.1-8b-instruct-fp9" in the catalogue; did you mean "llama-3.1-8b-instruct-fp8"?',
    ],
    [
      'a card that is not in the catalogue',
      `${good}cards: { rtx-4091: {} }\n`,
      '/one.yaml:10: cards.rtx-4091: no card "rtx-4091" in the catalogue; did you mean "rtx-4090"?',
    ],
    [
      'fewer trials at most than at least',
      `${good}certainty: { minTrials: 5, maxTrials: 2 }\n`,
      '/one.yaml:10: certainty.maxTrials: expected maxTrials to be at least minTrials, got 2',
    ],
  ])('%s', async (_, text, line) => {
    expect(await problem(text)).toContain(line)
  })

  test('that is not YAML says so with its line', async () => {
    expect(await problem('name: [one\ntitle: x\n')).toMatch(/^\/one\.yaml:\d: not valid YAML: /)
  })

  test('that is missing says where scenarios are', async () => {
    await expect(loadScenarios([join(folder, 'nope.yaml')], known)).rejects.toThrow(
      /nope\.yaml: no such file; scenario files are in scenarios\//,
    )
  })

  test('with several problems reports them all', async () => {
    expect((await problem(good.replace('title: One', 'titel: One').replace('4', '0'))).split('\n')).toHaveLength(3)
  })

  test('does not expand a bomb of aliases', async () => {
    const bomb = [
      'a: &a [x,x,x,x,x,x,x,x,x,x]',
      ...'bcdefgh'.split('').map((key, index) => {
        const before = 'abcdefg'[index]
        return `${key}: &${key} [${Array(10).fill(`*${before}`).join(',')}]`
      }),
    ].join('\n')
    expect(await problem(bomb)).toContain('not valid YAML')
  })

  test('a map as a key is refused in one line, without a warning of a library', async () => {
    const warning = vi.spyOn(process, 'emitWarning')
    expect(await problem(`${good}? { a: 1 }\n: x\n`)).toMatch(/^\/one\.yaml:\d+: .*: unknown key/)
    expect(warning).not.toHaveBeenCalled()
    warning.mockRestore()
  })

  test('cannot reach a prototype', async () => {
    expect(await problem(`${good}__proto__: { polluted: 1 }\n`)).toContain('__proto__: unknown key')
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined()
  })
})

describe('a suite', () => {
  test('lists scenario files relative to itself', async () => {
    await writeFile(join(folder, 'one.yaml'), good)
    await writeFile(join(folder, 'suite.yaml'), 'title: Both\nscenarios: [one.yaml, one.yaml]\n')
    expect(await loadScenarios([join(folder, 'suite.yaml')], known)).toHaveLength(2)
  })

  test('cannot contain another suite', async () => {
    await writeFile(join(folder, 'suite.yaml'), 'title: Loop\nscenarios: [suite.yaml]\n')
    await expect(loadScenarios([join(folder, 'suite.yaml')], known)).rejects.toThrow(
      'a suite cannot contain another suite',
    )
  })
})

test('overrides of a card are merged key by key, the more exact name last', async () => {
  const [file] = await load(
    `${good}cards:\n  rtx-6000-pro: { load: { concurrency: 8 }, server: { maxNumSeqs: 9 } }\n  rtx-4090: { output: { tokens: 9 } }\n`,
  )
  expect(file && resolveScenario(plain(file), ['rtx-6000-pro'])).toMatchObject({
    load: { shape: 'closed', concurrency: 8 },
    output: { tokens: 8 },
  })
  expect(file && resolveScenario(plain(file), ['rtx-4090'])).toMatchObject({
    load: { concurrency: 4 },
    output: { tokens: 9 },
  })
})

test('schema.json is what the schema says (npm run schema writes it)', async () => {
  expect(await readFile(new URL('../../scenarios/schema.json', import.meta.url), 'utf8')).toBe(scenarioJsonSchema())
})

test('a device is refused: reading it would never end', async () => {
  await expect(loadScenarios(['/dev/zero'], known)).rejects.toThrow('a device; expected a scenario or suite file')
  await expect(load('title: A suite\nscenarios:\n  - /dev/zero\n')).rejects.toThrow('/dev/zero: a device')
})
