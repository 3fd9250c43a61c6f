import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import { loadFleet } from './load-fleet.ts'

const folder = mkdtempSync(join(tmpdir(), 'fleet-'))
const path = join(folder, 'fleet.yaml')
const base = 'name: rack-7\nengine: slurm\nboxes: ["gpu[1-3]"]\nscenarios: [rag-8b-200-mau]\n'

function load(text: string, env: NodeJS.ProcessEnv = {}) {
  writeFileSync(path, text)
  return loadFleet(path, env)
}

async function refused(text: string, env: NodeJS.ProcessEnv = {}): Promise<string> {
  const error = await load(text, env).then(
    () => null,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(JoulemarkError)
  expect((error as JoulemarkError).exitCode).toBe(2)
  return (error as JoulemarkError).message.replaceAll(`${folder}/`, '')
}

test('boxes are names, without those that are excluded; the rest has its defaults', async () => {
  const fleet = await load(`${base}exclude: [gpu2]\ncanary: { boxes: [gpu3] }\n`)
  expect(fleet).toMatchObject({
    boxes: ['gpu1', 'gpu3'],
    canary: { boxes: ['gpu3'], goOn: 'no-regression' },
    ...{ atOnce: 4, timeLimit: 7200, retries: 1, command: ['joulemark'], do: 'run', scenarioFiles: [] },
  })
})

test('paths are from the folder of the file: scenarios, an earlier fleet, the file of a store', async () => {
  writeFileSync(join(folder, 'mine.yaml'), '')
  const text = base.replace('rag-8b-200-mau', './mine.yaml')
  const fleet = await load(`${text}against: before\nstore: sqlite:runs.sqlite\n`)
  expect(fleet).toMatchObject({
    scenarios: [join(folder, 'mine.yaml')],
    scenarioFiles: [join(folder, 'mine.yaml')],
    against: join(folder, 'before'),
    store: `sqlite:${join(folder, 'runs.sqlite')}`,
  })
  expect((await load(`${base}against: "store:since=7d"\n`)).against).toBe('store:since=7d')
})

describe('what is wrong is one line with file, line, field and what to do', () => {
  test.each([
    ['engin: slurm\n', 'fleet.yaml:5: engin: unknown key; did you mean "engine"?'],
    ['timeLimit: 2 hours\n', 'fleet.yaml:5: timeLimit: expected a time such as 90m or 2h, got "2 hours"'],
    ['exclude: ["gpu[3-1]"]\n', 'fleet.yaml:5: exclude.0: expected a range that rises, got "3-1"'],
    ['exclude: ["gpu[1-3]"]\n', 'fleet.yaml:3: boxes: expected a box that is not under `exclude`'],
    ['exclude: ["a b"]\n', 'fleet.yaml:5: exclude.0: expected the name of a box'],
    ['exclude: ["-w"]\n', 'fleet.yaml:5: exclude.0: expected the name of a box'],
    ['canary: { boxes: [gpu9] }\n', 'fleet.yaml:5: canary.boxes: gpu9 is no box of this fleet'],
    [
      'window: { from: "22:00", to: "06:00", timeZone: Europe/Londn }\n',
      'fleet.yaml:5: window.timeZone: expected a time zone such as Europe/London or UTC, got "Europe/Londn"',
    ],
    ['window: { from: "24:00", to: "06:00", timeZone: UTC }\n', 'fleet.yaml:5: window.from: expected a time in quotes'],
    ['flags: ["--out=x"]\n', 'fleet.yaml:5: flags.0: is stated by `results`, not as a flag'],
    ['results: here\n', 'fleet.yaml:5: results: expected an absolute path'],
    ['command: npx joulemark\n', 'fleet.yaml:5: command: expected one word; several are a list: [npx, joulemark]'],
    ['do: box\nagainst: baseline\n', 'fleet.yaml:6: against: `baseline` is of `do: run`'],
    ['against: baseline\n', 'fleet.yaml:5: against: `baseline` requires `results`'],
    ['ansible: { inventory: [hosts] }\n', 'fleet.yaml:5: ansible: engine is slurm'],
    ['slurm: { flags: ["a\\nb"] }\n', 'fleet.yaml:5: slurm.flags.0: expected one line without control characters'],
    ['slurm: { partition: "a b" }\n', 'fleet.yaml:5: slurm.partition: expected letters, digits'],
  ])('%j', async (line, said) => {
    expect(await refused(base + line)).toContain(said)
  })

  test.each([
    ['[rag-8b-200-mua]', 'fleet.yaml:4: scenarios.0: no such scenario; did you mean "rag-8b-200-mau"?'],
    ['[./nope.yaml]', 'fleet.yaml:4: scenarios.0: no such file: nope.yaml'],
    ['[--json]', 'fleet.yaml:4: scenarios.0: expected a scenario, got the flag "--json"'],
    ['[]', 'fleet.yaml:4: scenarios: expected at least one scenario'],
  ])('scenarios: %s', async (list, said) => {
    expect(await refused(base.replace('[rag-8b-200-mau]', list))).toContain(said)
  })

  test('a secret is refused and not repeated', async () => {
    const said = await refused(`${base}store: postgres://me:hunter2secret@db/runs\n`)
    expect(said).toContain('fleet.yaml:5: store: looks like a secret')
    expect(said).not.toContain('hunter2')
    expect(await refused(`${base}flags: [--key, abcdef123456]\n`, { OPENAI_API_KEY: 'abcdef123456' })).toContain(
      'flags.1: looks like a secret',
    )
  })
})
