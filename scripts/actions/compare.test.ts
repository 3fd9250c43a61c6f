import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { later, makeComparedRun } from '../../reports/testing/compare-builder.ts'
import { effectShare } from '../support/flag-values.ts'
import type { CommandIo } from '../support/io.ts'
import { checkBaselines, compareWithBaselines, setBaseline, showBaselines } from './baseline.ts'
import { compare } from './compare.ts'

/** Input and output of a command. */
function world() {
  const said = { stdout: '', stderr: '' }
  const io: CommandIo = {
    stdout: (text) => {
      said.stdout += text
    },
    stderr: {
      isTTY: false,
      color: false,
      write: (text) => {
        said.stderr += text
      },
    },
    env: {},
    columns: null,
    color: false,
  }
  return { io, said, out: mkdtempSync(join(tmpdir(), 'compare-')) }
}

/** Writes records as run folders and gives the folder of them all. */
function stored(folder: string, ...records: readonly RunRecord[]): string {
  for (const record of records) {
    mkdirSync(join(folder, record.id), { recursive: true })
    writeFileSync(join(folder, record.id, 'run.json'), JSON.stringify(record))
  }
  return folder
}

const flags = (out: string) => ({ format: 'terminal', out: join(out, 'reports') })

describe('compare', () => {
  test('exits 1 on a regression, 0 on the same twice', async () => {
    const { io, said, out } = world()
    const before = stored(join(out, 'before'), makeComparedRun())
    expect(await compare(before, stored(join(out, 'same'), later()), flags(out), io)).toBe(0)
    expect(said.stdout).toContain('Verdict: equivalent')
    expect(await compare(before, stored(join(out, 'slow'), later({ speed: 0.95 })), flags(out), io)).toBe(1)
    expect(said.stdout).toContain('Verdict: regressed')
  })

  test('the smallest effect that matters is taken as 10% or 0.1, and nonsense is refused', async () => {
    const { io, out } = world()
    const before = stored(join(out, 'before'), makeComparedRun())
    const slow = stored(join(out, 'slow'), later({ speed: 0.95 }))
    for (const typed of ['10%', '0.1']) {
      expect(await compare(before, slow, { ...flags(out), smallestEffect: effectShare(typed) }, io)).toBe(0)
    }
    expect(() => effectShare('three')).toThrow('Expected a share above 0 and below 50%, such as 3%.')
  })

  test('another card is refused with exit 2, and marked when forced', async () => {
    const { io, said, out } = world()
    const before = stored(join(out, 'before'), makeComparedRun())
    const other = stored(join(out, 'other'), later({ card: 'rtx-5090' }))
    await expect(compare(before, other, flags(out), io)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('different cards: rtx-4090, rtx-5090 (--force'),
    })
    expect(await compare(before, other, { ...flags(out), force: true }, io)).toBe(0)
    expect(said.stdout).toContain('NOT COMPARABLE')
  })

  test('nothing in common is bad input', async () => {
    const { io, out } = world()
    const before = stored(join(out, 'before'), makeComparedRun())
    const other = stored(join(out, 'other'), later({ scenario: 'else' }))
    await expect(compare(before, other, flags(out), io)).rejects.toMatchObject({ exitCode: 2 })
  })

  test('writes the formats asked for, and one JSON document with --json', async () => {
    const { io, said, out } = world()
    const before = stored(join(out, 'before'), makeComparedRun())
    const after = stored(join(out, 'after'), later())
    await compare(before, after, { ...flags(out), format: 'md,json,junit', json: true }, io)
    expect(JSON.parse(said.stdout)).toMatchObject({ verdict: 'equivalent', regressed: false })
    const read = (name: string) => readFileSync(join(out, 'reports', name), 'utf8')
    expect(read('compare.md')).toContain('# Candidate against baseline: equivalent')
    expect(read('compare.junit.xml')).toContain('failures="0"')
    expect(JSON.parse(read('compare.json'))).toMatchObject({ format: 'joulemark-comparison' })
    await expect(compare(before, after, { ...flags(out), format: 'junitt' }, io)).rejects.toMatchObject({ exitCode: 2 })
  })
})

describe('baseline', () => {
  test('set, show, and a later run against it', async () => {
    const { io, said, out } = world()
    stored(out, makeComparedRun())
    expect(await setBaseline([out], { out }, io)).toBe(0)
    expect(await showBaselines(out, {}, io)).toBe(0)
    expect(said.stdout).toContain('llama-3.1-8b-fp8-batch32  rtx-4090  GPU-0')
    await expect(checkBaselines(['llama-3.1-8b-fp8-batch32'], out)).resolves.toBeUndefined()
    expect((await compareWithBaselines([later({ speed: 0.95 })], out)).verdict).toBe('regressed')
    expect((await compareWithBaselines([later()], out)).verdict).toBe('equivalent')
  })

  test('set again replaces that of the same server and scenario, and keeps the others', async () => {
    const { io, said, out } = world()
    const [first, other, second] = [
      makeComparedRun(),
      makeComparedRun({ uuid: 'GPU-b', startedAt: '2026-11-01T11:00:00Z' }),
      later(),
    ]
    stored(out, first, other, second)
    await setBaseline([join(out, first.id), join(out, other.id)], { out }, io)
    await setBaseline([join(out, second.id)], { out }, io)
    said.stdout = ''
    await showBaselines(out, { json: true }, io)
    const { baselines } = JSON.parse(said.stdout) as { baselines: { box: string[]; runs: string[] }[] }
    expect(baselines.map(({ box, runs }) => [box, runs])).toEqual([
      [['GPU-0'], [second.id]],
      [['GPU-b'], [other.id]],
    ])
  })

  test('a missing baseline is reported before the run, another server after it', async () => {
    const { io, out } = world()
    await expect(checkBaselines(['x'], out)).rejects.toMatchObject({ exitCode: 2 })
    stored(out, makeComparedRun())
    await setBaseline([out], { out }, io)
    await expect(compareWithBaselines([later({ uuid: 'GPU-b' })], out)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('has no baseline on this server (GPU-b)'),
    })
  })

  test('a run that did not complete is no baseline', async () => {
    const { io, out } = world()
    stored(out, makeComparedRun({ status: 'interrupted' }))
    await expect(setBaseline([out], { out }, io)).rejects.toMatchObject({ exitCode: 2 })
  })

  test('a file of another format is refused, not replaced', async () => {
    const { io, out } = world()
    writeFileSync(join(out, 'baselines.json'), '{"version":7}')
    await expect(showBaselines(out, {}, io)).rejects.toMatchObject({ exitCode: 2 })
  })
})
