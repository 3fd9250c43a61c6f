import { existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { settingAt } from '../../harness/testing/setting-builder.ts'
import { later, makeComparedRun, threeLater, threeStarts } from '../../reports/testing/compare-builder.ts'
import { effectShare, outcomeList } from '../support/flag-values.ts'
import { checkBaselines, compareWithBaselines, setBaseline, showBaselines } from './baseline.ts'
import { compare } from './compare.ts'

/** Input and output of a command. */
function world() {
  return { ...saidIo(), out: mkdtempSync(join(tmpdir(), 'compare-')) }
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
    const before = stored(join(out, 'before'), ...threeStarts())
    expect(await compare(before, stored(join(out, 'same'), ...threeLater()), flags(out), io)).toBe(0)
    expect(said.stdout).toContain('Verdict: equivalent')
    expect(await compare(before, stored(join(out, 'slow'), ...threeLater({ speed: 0.95 })), flags(out), io)).toBe(1)
    expect(said.stdout).toContain('Verdict: regressed')
  })

  test('answers in one screen: the verdict first, the metric that changed before the others, then what to type', async () => {
    const { out } = world()
    const { io: shown, said } = saidIo({ columns: 80 })
    const before = stored(join(out, 'before'), ...threeStarts())
    await compare(before, stored(join(out, 'slow'), ...threeLater({ speed: 0.95 })), flags(out), shown)
    const lines = said.stdout.trimEnd().split('\n')
    expect(lines.length).toBeLessThanOrEqual(25)
    expect(lines[0]).toMatch(/^Verdict: regressed/)
    expect(lines.find((line) => line.startsWith('  '))).toMatch(/^ {2}regressed +.+ -\d\.\d % ±\d/)
    expect(said.stdout).toMatch(
      /^Next:\n {2}.*explain verdict regressed {2,}what it means\n.* --verbose {3}every table\n$/m,
    )
  })

  test('exits 4 where the verdict is open, and 5 where a required gate failed', async () => {
    const { io, said, out } = world()
    const before = stored(join(out, 'before'), ...threeStarts())
    expect(await compare(before, stored(join(out, 'one'), later()), flags(out), io)).toBe(4)
    expect(said.stdout).toContain('Verdict: inconclusive (one start of the candidate:')
    const gates = [{ id: 'token-audit', status: 'fail' as const, required: true, evidence: '2 %' }]
    const bad = stored(join(out, 'bad'), ...threeLater({ speed: 0.9, gates }))
    expect(await compare(before, bad, flags(out), io)).toBe(5)
    expect(said.stdout).toContain('Verdict: not comparable')
  })

  test('--fail-on says which outcomes are not exit code 0; a regression always is', async () => {
    const { io, said, out } = world()
    const before = stored(join(out, 'before'), ...threeStarts())
    const open = stored(join(out, 'open'), later())
    const slow = stored(join(out, 'slow'), ...threeLater({ speed: 0.95 }))
    const other = stored(join(out, 'other'), ...threeLater({ card: 'rtx-5090' }))
    const codes = async (candidate: string) => [
      await compare(before, candidate, { ...flags(out), failOn: ['regressed'] }, io),
      await compare(before, candidate, { ...flags(out), failOn: ['inconclusive'] }, io),
      await compare(before, candidate, { ...flags(out), failOn: ['not-comparable'] }, io).catch((e) => e.exitCode),
    ]
    expect(await codes(open)).toEqual([0, 4, 0])
    expect(await codes(slow)).toEqual([1, 1, 1])
    expect(await codes(other)).toEqual([0, 0, 5])
    expect(said.stderr).toContain('different cards: rtx-4090, rtx-5090')
    expect(outcomeList('inconclusive,not-comparable')).toEqual(['inconclusive', 'not-comparable'])
    expect(() => outcomeList('worse')).toThrow('Expected any of regressed, inconclusive, not-comparable.')
  })

  test('the smallest effect that matters is taken as 10% or 0.1, and nonsense is refused', async () => {
    const { io, out } = world()
    const before = stored(join(out, 'before'), ...threeStarts())
    const slow = stored(join(out, 'slow'), ...threeLater({ speed: 0.95 }))
    for (const typed of ['10%', '0.1']) {
      expect(await compare(before, slow, { ...flags(out), smallestEffect: effectShare(typed) }, io)).toBe(0)
    }
    expect(() => effectShare('three')).toThrow('Expected a share above 0 and below 50%, such as 3%.')
  })

  test('another card is refused with exit 5, and marked when forced', async () => {
    const { io, said, out } = world()
    const before = stored(join(out, 'before'), ...threeStarts())
    const other = stored(join(out, 'other'), ...threeLater({ card: 'rtx-5090' }))
    await expect(compare(before, other, flags(out), io)).rejects.toMatchObject({
      exitCode: 5,
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
    const before = stored(join(out, 'before'), ...threeStarts())
    const after = stored(join(out, 'after'), ...threeLater())
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
  /** The same run on a server that started at this time. */
  const startedAt = (run: RunRecord, startedAtS: number): RunRecord => ({
    ...run,
    endpoint: { ...run.endpoint, startedAtS },
  })

  test('set, show, and a later run against it', async () => {
    const { io, said, out } = world()
    stored(out, ...threeStarts())
    expect(await setBaseline([out], { out }, io)).toBe(0)
    expect(said.stderr).not.toContain('Restart the server')
    expect(await showBaselines(out, {}, io)).toBe(0)
    expect(said.stdout).toContain('llama-3.1-8b-fp8-batch32  rtx-4090  GPU-0')
    await expect(checkBaselines(['llama-3.1-8b-fp8-batch32'], out)).resolves.toBeUndefined()
    expect((await compareWithBaselines(threeLater({ speed: 0.95 }), out)).verdict).toBe('regressed')
    expect((await compareWithBaselines(threeLater(), out)).verdict).toBe('equivalent')
  })

  test('of a night of `box` has the runs of the card alone, where there are some', async () => {
    const { io, said, out } = world()
    const alone = threeStarts()
    const beside = alone.map((run) => {
      const cards = [...run.gpus.map(({ uuid }) => uuid), 'GPU-beside']
      return { ...run, id: `${run.id}-2`, box: { part: 'together' as const, cards, underLoad: cards } }
    })
    stored(out, ...alone, ...beside)
    expect(await setBaseline([out], { out }, io)).toBe(0)
    expect(said.stderr).toContain(`${beside[0]!.id}: not part of the baseline`)
    expect((await compareWithBaselines(threeLater(), out)).verdict).toBe('equivalent')
  })

  test('of a folder with a tuning has the runs of the card as it is run; a point alone is refused', async () => {
    const { io, said, out } = world()
    const point = { ...makeComparedRun({ powerLimitW: 300 }), setting: settingAt(300) }
    const standard = (limitW: number) => ({ ...makeComparedRun(), setting: settingAt(limitW, { by: 'box' }) })
    stored(join(out, 'tuning'), { ...point, id: 'point' })
    await expect(setBaseline([join(out, 'tuning')], { out }, io)).rejects.toThrow(/^these runs are points of a tuning/)
    stored(out, ...threeStarts())
    expect(await setBaseline([out, join(out, 'tuning')], { out }, io)).toBe(0)
    expect(said.stderr).toContain('1 run not part of the baseline: points of a tuning')
    expect((await compareWithBaselines(threeLater(), out)).verdict).toBe('equivalent')
    stored(join(out, 'nights'), { ...standard(300), id: 'one' }, { ...standard(350), id: 'other' })
    await expect(setBaseline([join(out, 'nights')], { out }, io)).rejects.toThrow(
      /the runs are of different settings of the card \(300 W, 350 W\); a baseline requires one$/,
    )
  })

  test('of one start, or of several runs of one start, says what to do', async () => {
    const { io, said, out } = world()
    stored(out, ...threeStarts().map((run) => startedAt(run, 1_700_000_000)))
    await setBaseline([out], { out }, io)
    expect(said.stderr).toContain('1 start of the server: its level differs from start to start. Restart the server')
    expect(said.stderr).toContain('twice')
  })

  test('collects the starts of a server that was restarted between the runs, and no others', async () => {
    const { io, out } = world()
    stored(out, ...threeStarts())
    await setBaseline([out], { out }, io)
    const after = new Date(Date.now() + 60_000).toISOString()
    const [first, second, third] = threeLater({ startedAt: after, driver: '590.44' }).map((run, at) =>
      startedAt({ ...run, startedAt: after, id: `${run.id}-${at}` }, 1_700_000_000 + at),
    )
    // another driver, another scenario, before the baseline, a point of a tuning, a server that does not say when it started
    const others = [
      startedAt(later({ startedAt: after, driver: '591.01', more: { id: 'other-driver' } }), 1),
      startedAt(later({ startedAt: after, driver: '590.44', scenario: 'else', more: { id: 'other-scenario' } }), 2),
      startedAt(later({ startedAt: '2026-01-01T00:00:00Z', driver: '590.44', more: { id: 'before' } }), 3),
      startedAt(later({ startedAt: after, driver: '590.44', more: { id: 'point', setting: settingAt(450) } }), 4),
      later({ startedAt: after, driver: '590.44', more: { id: 'unknown-start' } }),
    ]
    stored(out, first!, second!, third!, ...others)
    const comparison = await compareWithBaselines([third!], out)
    expect(comparison.scenarios[0]!.candidateRuns.toSorted()).toEqual([first!.id, second!.id, third!.id].toSorted())
    expect(comparison).toMatchObject({ verdict: 'equivalent', caveat: null })
    expect(comparison.notes.join()).toContain(`candidate: ${first!.id}, an earlier start of the same server`)
  })

  test('set again replaces that of the same server and scenario, remembers it, and keeps the others', async () => {
    const { io, said, out } = world()
    const [first, other, second] = [
      makeComparedRun(),
      makeComparedRun({ uuid: 'GPU-b', startedAt: '2026-11-01T11:00:00Z' }),
      later(),
    ]
    stored(out, first, other, second)
    await setBaseline([join(out, first.id), join(out, other.id)], { out }, io)
    await setBaseline([join(out, second.id)], { out }, io)
    await setBaseline([join(out, second.id)], { out }, io)
    said.stdout = ''
    await showBaselines(out, { json: true }, io)
    const { baselines } = JSON.parse(said.stdout) as {
      baselines: { box: string[]; runs: string[]; past?: { runs: string[] }[] }[]
    }
    expect(baselines.map(({ box, runs }) => [box, runs])).toEqual([
      [['GPU-0'], [second.id]],
      [['GPU-b'], [other.id]],
    ])
    expect(baselines.map(({ past }) => past?.map(({ runs }) => runs))).toEqual([[[first.id]], undefined])
  })

  test('the starts of earlier baselines of this server say how much a single one may differ', async () => {
    const { io, out } = world()
    const far = [0.97, 1, 1.03].map((speed, at) =>
      makeComparedRun({ speed, startedAt: `2026-10-0${at + 1}T10:00:00Z` }),
    )
    const [now] = threeStarts()
    stored(out, ...far, now!)
    const setTo = (runs: readonly RunRecord[]) =>
      setBaseline(
        runs.map(({ id }) => join(out, id)),
        { out },
        io,
      )
    const halfOf = async () => {
      const { relative } = (await compareWithBaselines([later()], out)).scenarios[0]!.metrics[0]!
      return (relative!.ci95[1] - relative!.ci95[0]) / 2
    }
    await setTo([now!])
    const unknown = await halfOf()
    await setTo(far)
    await setTo([now!])
    expect(await halfOf()).toBeGreaterThan(3 * unknown)
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

  test('warns of runs that no comparison will be judged with; is not set where that is all of them', async () => {
    const { io, said, out } = world()
    const gates = [{ id: 'token-audit', status: 'fail' as const, required: true, evidence: '2 % apart' }]
    stored(out, ...threeStarts({ gates }))
    await expect(setBaseline([out], { out }, io)).rejects.toMatchObject({
      exitCode: 1,
      message: expect.stringMatching(
        /^no baseline set: no comparison with 3 runs would be judged \(required gate failed: token-audit\); /,
      ),
    })
    expect(existsSync(join(out, 'baselines.json'))).toBe(false)
    stored(out, makeComparedRun({ uuid: 'GPU-b', startedAt: '2026-11-01T11:00:00Z' }))
    expect(await setBaseline([out], { out }, io)).toBe(0)
    expect(said.stderr).toContain('gate token-audit failed, so that no comparison with it is judged: 2 % apart')
    expect(existsSync(join(out, 'baselines.json'))).toBe(true)
  })

  test('says which folder it is read from, and the advice where it is missing makes it there', async () => {
    const { io, said, out } = world()
    const [before, results] = [stored(join(out, 'before'), ...threeStarts()), join(out, 'results')]
    await setBaseline([before], { out: results }, io)
    expect(said.stderr).toContain(`; run --against baseline reads it with --out ${results}\n`)
    await expect(checkBaselines(['llama-3.1-8b-fp8-batch32'], before)).rejects.toThrow(
      `make one with joulemark baseline set RUN… --out ${before}`,
    )
    said.stderr = ''
    await setBaseline([before], { out: before }, io)
    expect(said.stderr).toBe(`wrote ${join(before, 'baselines.json')}\n`)
    await expect(checkBaselines(['llama-3.1-8b-fp8-batch32'], before)).resolves.toBeUndefined()
  })

  test('is not set to runs from before and after an upgrade together', async () => {
    const { io, out } = world()
    stored(out, ...threeStarts({ driver: '580.95' }), ...threeLater({ driver: '590.44' }))
    await expect(setBaseline([out], { out }, io)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining('not measured on one host and server (Driver: 580.95 / 590.44); name the runs'),
    })
  })

  test('goes into a folder that is not there yet', async () => {
    const { io, out } = world()
    stored(out, ...threeStarts())
    expect(await setBaseline([out], { out: join(out, 'new') }, io)).toBe(0)
    expect((await compareWithBaselines(threeLater(), join(out, 'new'))).verdict).toBe('equivalent')
  })

  test('a file of another format is refused, not replaced', async () => {
    const { io, out } = world()
    writeFileSync(join(out, 'baselines.json'), '{"version":7}')
    await expect(showBaselines(out, {}, io)).rejects.toMatchObject({ exitCode: 2 })
  })
})
