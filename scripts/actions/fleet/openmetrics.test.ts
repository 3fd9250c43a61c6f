import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readSamples } from '../../../harness/endpoint/metrics/prometheus-text.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { saidIo } from '../../../harness/testing/said-io.ts'
import { makeFleet } from '../../../reports/testing/fleet-builder.ts'
import { buildProgram } from '../../program.ts'

async function joulemark(...words: readonly string[]) {
  const { io, said } = saidIo()
  let code = -1
  const program = buildProgram('0.0.0', io, (ended) => {
    code = ended
  })
  await program.parseAsync(['node', 'joulemark', ...words])
  return { ...said, code }
}

/** A folder of runs for each box, with a name for each run. */
function byBox(folder: string, records: readonly RunRecord[]): string[] {
  return records.map((record) => {
    const path = join(folder, record.host.hostname, record.id)
    mkdirSync(path, { recursive: true })
    writeFileSync(join(path, 'run.json'), JSON.stringify(record))
    return path
  })
}

const verdicts = (file: string): Record<string, string | undefined> =>
  Object.fromEntries(
    readSamples(readFileSync(file, 'utf8'), ['joulemark_baseline_verdict_info']).map(({ labels }) => [
      labels['host'],
      labels['verdict'],
    ]),
  )

test('a textfile with the verdict against the baseline of each box; a run that cannot be read stops nothing', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'))
  const { baseline, candidate } = makeFleet({ boxes: 3, starts: 3, losses: { 1: 0.1 } })
  const runs = byBox(folder, baseline)
  byBox(folder, candidate)
  for (const box of ['box-00', 'box-01']) {
    const own = runs.filter((path) => path.includes(box))
    expect((await joulemark('baseline', 'set', ...own, '--out', join(folder, box))).code).toBe(0)
  }
  writeFileSync(join(folder, 'box-02', candidate.at(-1)!.id, 'run.json'), '{')
  const file = join(folder, 'textfile', 'joulemark.prom')
  const said = await joulemark('report', folder, '--format', 'openmetrics', '--out', file)
  expect([said.code, said.stdout]).toEqual([0, ''])
  expect(said.stderr).toMatch(/^not read: .*box-02.*not JSON.*\nwrote .*joulemark\.prom\n$/)
  expect(readdirSync(join(folder, 'textfile'))).toEqual(['joulemark.prom'])
  expect(verdicts(file)).toEqual({ 'box-00': 'equivalent', 'box-01': 'regressed' })
  expect(readFileSync(file, 'utf8')).toContain('\njoulemark_unreadable_runs 1\n')
  expect(readFileSync(file, 'utf8')).toContain('\njoulemark_exported_sets 3\n')
})

test('runs to judge against are stated, as for a store, which has no baselines', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'))
  const { baseline, candidate } = makeFleet({ boxes: 2, losses: { 1: 0.1 } })
  byBox(join(folder, 'before'), baseline)
  byBox(join(folder, 'after'), candidate)
  const file = join(folder, 'joulemark.prom')
  const words = ['report', join(folder, 'after'), '--format', 'openmetrics', '--out', file]
  expect((await joulemark(...words, '--baseline', join(folder, 'before'))).code).toBe(0)
  expect(verdicts(file)).toEqual({ 'box-00': 'equivalent', 'box-01': 'regressed' })
  await expect(joulemark(...words, '--baseline', join(folder, 'none'))).rejects.toThrow('no such run')
})

test('beside other formats it is a file in their folder; a .prom file holds nothing else', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'metrics-'))
  byBox(folder, makeFleet({ boxes: 1, starts: 1 }).candidate)
  const out = join(folder, 'out')
  expect((await joulemark('report', join(folder, 'box-00'), '--format', 'md,openmetrics', '--out', out)).code).toBe(0)
  expect(readdirSync(out).toSorted()).toEqual(['joulemark.prom', 'report.md'])
  await expect(joulemark('report', folder, '--format', 'md,openmetrics', '--out', join(out, 'a.prom'))).rejects.toThrow(
    'a .prom file holds --format openmetrics alone',
  )
  await expect(joulemark('report', '--format', 'openmetrics')).rejects.toThrow('requires run folders')
  await expect(joulemark('report', folder, '--format', 'openmetric')).rejects.toThrow('openmetrics')
})
