import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative, sep } from 'node:path'
import { expect, test } from 'vitest'
import { verifyRun } from '../harness/evidence/verify-run.ts'
import { findRuns } from '../harness/record/disk/run-folders.ts'
import { buildExamples, buildProof, examples, notOfTheReport } from './build-examples.ts'

test('the committed example is what the code makes (npm run examples)', async () => {
  const out = await mkdtemp(join(tmpdir(), 'joulemark-examples-'))
  try {
    const names = (await buildExamples(out)).map((path) => relative(out, path)).sort()
    const kept = (await readdir(examples, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => relative(examples, join(entry.parentPath, entry.name)))
      .filter((name) => !notOfTheReport.includes(name.split(sep)[0]!))
      .sort()
    expect(names).toEqual(kept)
    for (const name of names) {
      const [made, committed] = await Promise.all([out, examples].map((folder) => readFile(join(folder, name), 'utf8')))
      // Not toBe: a difference of 300 kB is nothing to print.
      expect(made === committed, `${name} is not what the code makes: npm run examples`).toBe(true)
      if (name.startsWith('report.')) expect(made, name).toContain('SIMULATED')
    }
  } finally {
    await rm(out, { recursive: true })
  }
})

test('every shipped run verifies: no file is missing, and each value is recomputed from its rows', async () => {
  const runs = await findRuns([join(examples, 'runs')])
  expect(runs.length).toBeGreaterThanOrEqual(6)
  for (const run of runs) expect((await verifyRun(run)).problems, run).toEqual([])
})

test('the committed proof is what the code makes of what it found (npm run examples), and is SIMULATED', async () => {
  const out = await mkdtemp(join(tmpdir(), 'joulemark-proof-'))
  try {
    buildProof(out)
    for (const name of await readdir(out)) {
      const [made, committed] = await Promise.all(
        [out, join(examples, 'prove')].map((at) => readFile(join(at, name), 'utf8')),
      )
      expect(made === committed, `prove/${name} is not what the code makes: npm run examples`).toBe(true)
      expect(made, name).toContain('SIMULATED')
    }
  } finally {
    await rm(out, { recursive: true })
  }
})
