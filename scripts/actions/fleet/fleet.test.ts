import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { makeFleet } from '../../../reports/testing/fleet-builder.ts'
import { makeHistory } from '../../../reports/testing/history-builder.ts'
import { buildProgram } from '../../program.ts'

/** Runs the command line as a person types it, and gives what it said and its exit code. */
async function joulemark(...words: readonly string[]) {
  const { io, said } = saidIo({ columns: 80 })
  let code = -1
  const program = buildProgram('0.0.0', io, (ended) => {
    code = ended
  })
  await program.parseAsync(['node', 'joulemark', ...words])
  return { ...said, code }
}

/** Run folders as copied from many boxes: a folder for each box. */
function byBox(folder: string, records: readonly RunRecord[]): string {
  for (const record of records) {
    const path = join(folder, record.host.hostname, `${record.id}-${record.scenario.name}`)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'run.json'), JSON.stringify(record))
  }
  return folder
}

const temporary = () => mkdtempSync(join(tmpdir(), 'fleet-'))

test('fleet compare: one call, one exit code, one file for a CI, over folders of boxes', async () => {
  const out = temporary()
  const { baseline, candidate } = makeFleet({ boxes: 6, fleetLoss: 0.02 })
  const [before, after] = [byBox(join(out, 'before'), baseline), byBox(join(out, 'after'), candidate)]
  const slower = await joulemark(
    'fleet',
    'compare',
    before,
    after,
    '--format',
    'terminal,junit,html,csv,md',
    '--out',
    join(out, 'ci'),
  )
  expect(slower.code).toBe(1)
  expect(slower.stdout).toContain('the fleet is slower')
  expect(slower.stdout.split('\n').every((line) => line.length <= 80)).toBe(true)
  expect(readFileSync(join(out, 'ci', 'fleet.junit.xml'), 'utf8')).toContain('<failure')
  expect(readFileSync(join(out, 'ci', 'fleet.md'), 'utf8')).toContain('the fleet is slower')
  expect((await joulemark('fleet', 'compare', before, before, '--json')).code).toBe(5)
  const lenient = await joulemark('fleet', 'compare', before, after, '--smallest-fleet-effect', '5%')
  expect(lenient.code).toBe(0)
})

test('fleet compare: lists of folders, a record that cannot be read, and a path that is none', async () => {
  const out = temporary()
  const { baseline, candidate } = makeFleet({ boxes: 4 })
  byBox(join(out, 'before'), baseline)
  byBox(join(out, 'after'), candidate)
  writeFileSync(
    join(out, 'after', 'box-03', `${candidate.at(-1)!.id}-${candidate.at(-1)!.scenario.name}`, 'run.json'),
    '{',
  )
  const folders = (side: string) => [0, 1, 2, 3].map((box) => join(out, side, `box-0${box}`))
  const said = await joulemark(
    'fleet',
    'compare',
    '--baseline',
    ...folders('before'),
    '--candidate',
    ...folders('after'),
  )
  expect(said.stdout).toContain('not read:')
  expect(said.code).toBe(0)
  await expect(joulemark('fleet', 'compare', join(out, 'before'))).rejects.toThrow('takes two folders')
  await expect(joulemark('fleet', 'compare', join(out, 'nowhere'), join(out, 'after'))).rejects.toThrow('no such run')
})

test('fleet report: 1 where a card is below its siblings, 0 where none is', async () => {
  const out = temporary()
  const healthy = byBox(join(out, 'healthy'), makeFleet({ boxes: 5, starts: 1 }).candidate)
  expect(await joulemark('fleet', 'report', healthy)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('None of 5 units'),
  })
  const weak = byBox(join(out, 'weak'), makeFleet({ boxes: 5, starts: 1, losses: { 1: 0.15 } }).candidate)
  const said = await joulemark('fleet', 'report', weak, '--json')
  expect(said.code).toBe(1)
  expect(JSON.parse(said.stdout)).toMatchObject({
    format: 'joulemark-fleet-report',
    low: [expect.stringContaining('GPU-')],
  })
})

test('fleet report of one server: 5, because it has no siblings; its history has an answer', async () => {
  const out = temporary()
  const one = byBox(join(out, 'one'), makeHistory({ boxes: 1, driverLoss: 0.05 }))
  const said = await joulemark('fleet', 'report', one)
  expect(said).toMatchObject({ code: 5, stdout: expect.stringContaining('No unit can be held against siblings') })
  const history = await joulemark('fleet', 'report', one, '--history')
  expect(history.code).toBe(0)
  expect(history.stdout).toMatch(/Steps over time[\s\S]* -[45]\.\d\s%[\s\S]*Ageing/)
})
