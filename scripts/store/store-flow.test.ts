import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { JoulemarkError } from '../../harness/errors.ts'
import { type Campaign, nothingYet } from '../../harness/fleet/state.ts'
import { addToSpool } from '../../harness/store/spool.ts'
import { type LiveRun, writeLiveRun } from '../../harness/testing/live-record.ts'
import { bytesOf, copyOfRun } from '../../harness/testing/run-copies.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { judgeCampaign } from '../fleet/verdict.ts'
import { buildProgram } from '../program.ts'

/** The store through the command line: what a person types. */
const root = mkdtempSync(join(tmpdir(), 'store-flow-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const results = join(root, 'results')
const config = join(root, 'joulemark.yaml')
const runs: LiveRun[] = []
beforeAll(async () => {
  writeFileSync(config, 'store: sqlite:all.sqlite\n')
  const original = await writeLiveRun(join(root, 'original'), { id: 'original' })
  for (let at = 0; at < 6; at += 1) {
    const startedAt = `2026-11-2${at}T10:00:00.000Z`
    runs.push(copyOfRun(original, results, { id: `run-${at}`, startedAt, endedAt: startedAt }))
  }
})

/** Types a command line; `env` has the password of a store. */
async function joulemark(...words: readonly string[]): Promise<{ readonly code: number; readonly text: string }> {
  let text = ''
  let code = -1
  const write = (piece: string) => {
    text += piece
    return true
  }
  const env = { HOME: root, PGPASSWORD: 'correct-horse-7' }
  const io = { stdout: write, stderr: { isTTY: false, color: false, write }, env, columns: null, color: false }
  const program = buildProgram('1.2.3', io, (ended) => {
    code = ended
  })
  try {
    await program.parseAsync([...words, '--config', config], { from: 'user' })
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return { code: error.exitCode, text: `${text}${error.message}\n` }
  }
  return { code, text }
}

test('what is pushed is listed, verifies, and is pulled as it was; each of it can be repeated', async () => {
  expect((await joulemark('store', 'push', results)).text).toMatch(/all\.sqlite: 6 runs pushed, 0 already there\n$/)
  expect((await joulemark('store', 'push', join(results, 'run-3'))).text).toContain('0 runs pushed, 1 already there')
  const listed = JSON.parse((await joulemark('list', 'store:', '--json')).text) as { runs: { id: string; gates: [] }[] }
  expect(listed.runs.map(({ id }) => id)).toEqual(runs.map(({ record }) => record.id))
  expect(listed.runs[0]?.gates).toHaveLength(runs[0]?.record.gates.length ?? 0)
  expect(await joulemark('store', 'verify', 'last=2')).toMatchObject({
    code: 0,
    text: expect.stringContaining('2 of 2 runs verified'),
  })
  const out = join(root, 'pulled')
  expect((await joulemark('store', 'pull', 'run-1', '--out', out)).text).toContain('1 run pulled, 0 already there')
  expect((await joulemark('store', 'pull', '--out', out)).text).toContain('5 runs pulled, 1 already there')
  for (const { directory, record } of runs) expect(bytesOf(join(out, record.id))).toEqual(bytesOf(directory))
  expect(readdirSync(out)).toHaveLength(6)
})

test('report, compare and quote take a query where they take a folder', async () => {
  const folder = await joulemark('report', results)
  expect(folder.code).toBe(0)
  expect(await joulemark('report', 'store:')).toEqual(folder)
  const html = join(root, 'html')
  expect(await joulemark('report', 'store:run-0', results, '--format', 'html', '--out', html)).toMatchObject({
    code: 0,
  })
  const verdict = await joulemark('compare', join(results, 'run-0'), join(results, 'run-1'))
  expect(await joulemark('compare', 'store:run-0', 'store:run-1')).toEqual(verdict)
  const refused = await joulemark('quote', 'store:run-0', '--customer', 'Acme', '--no-pdf')
  expect(refused).toMatchObject({ code: 1, text: expect.stringMatching(/^not quotable: run-0: signature/) })
})

test.each([
  [['report', 'store:run-9'], 2, /^store:run-9: no such run in .*all\.sqlite; `joulemark store list` shows them\n$/],
  [['store', 'list', 'run-9'], 0, /^no runs\n$/],
  [['store', 'list', 'crad=x'], 2, /^query: crad=x: unknown crad; did you mean "card"/],
  [['store', 'prune'], 2, /^store prune: expected --keep AGE, --keep-newest N, or both\n$/],
  [['store', 'prune', '--keep', '1y'], 2, /^--keep 1y: expected an age/],
  [['store', 'list', '--store', 'sqlite:/nowhere/x.sqlite'], 2, /^\/nowhere\/x\.sqlite: no such store/],
  [['store', 'push', results, '--store', `sqlite:${config}`], 3, /not a database; it is no SQLite file\n$/],
  [['store', 'list', '--store', 'postgres://bench@db/x?passwordEnv=NO_SUCH_NAME'], 2, /^NO_SUCH_NAME: not set/],
  [['store', 'push', '--store', 'postgres://bench:correct-horse-7@db/x'], 2, /^--store: has a password in it/],
] as const)('%j is one line', async (words, code, expected) => {
  const said = await joulemark(...words)
  expect(said).toMatchObject({ code, text: expect.stringMatching(expected) })
  expect(said.text).not.toMatch(/correct-horse|\n./)
})

test('the commands of a fleet read the store by the same queries', async () => {
  const alone = await joulemark('fleet', 'report', 'store:id=run-*')
  // one server has no siblings, and says so
  expect(alone).toMatchObject({ code: 5 })
  expect(alone.text).toContain('No unit can be held against siblings')
  const sides = ['--baseline', 'store:until=2026-11-22', '--candidate', 'store:since=2026-11-23 source=live']
  const compared = await joulemark('fleet', 'compare', '--json', ...sides)
  expect(JSON.parse(compared.text)).toMatchObject({ units: [{ host: runs[0]!.record.host.hostname }] })
  expect((await joulemark('fleet', 'compare', 'store:host=nowhere', 'store:')).text).toContain('no such run')
})

test('the verdict on a fleet takes the runs of its boxes from the store, and says if it cannot', async () => {
  const { io, said } = saidIo({ env: { HOME: root } })
  const box = {
    ...nothingYet,
    part: 'fleet',
    state: 'measured',
    attempt: 1,
    runs: 0,
    since: '2026-11-20T00:00:00.000Z',
  } as const
  const campaign: Campaign = {
    ...{ version: 1, id: 'rack-7', name: 'rack-7', engine: 'ansible', fleetFile: 'fleet.yaml', work: '' },
    ...{ createdAt: '2026-11-20T00:00:00.000Z', against: null, canary: null },
    boxes: [{ ...box, box: runs[0]!.record.host.hostname, exitCode: 0 }],
  }
  const flags = { out: join(root, 'fleet'), format: 'terminal', report: join(root, 'fleet') }
  expect(await judgeCampaign({ store: `sqlite:${join(root, 'all.sqlite')}` }, campaign, flags, io)).toBe(5)
  expect(said.stdout).toContain(`${runs[0]!.record.host.hostname} GPU-`)
  expect(await judgeCampaign({ store: `sqlite:${join(root, 'none.sqlite')}` }, campaign, flags, io)).toBe(3)
  expect(said.stderr).toContain('no box has left a run: nothing is judged')
})

test('notes of a folder are pushed; one whose run is gone, or that is no name of a run, harms nothing', async () => {
  const out = join(root, 'noted')
  cpSync(join(results, 'run-0'), join(out, 'late'), { recursive: true })
  mkdirSync(join(out, '.store-spool'))
  writeFileSync(join(out, '.store-spool', '-rf'), '')
  for (const name of ['late', 'gone']) addToSpool(out, name)
  const pushed = await joulemark('store', 'push', '--spooled', out)
  expect(pushed).toMatchObject({ code: 1, text: expect.stringMatching(/gone: not pushed: run\.json: cannot be read/) })
  expect(pushed.text).toContain('0 runs pushed, 1 already there')
  expect((await joulemark('store', 'push', '--spooled', out)).text).toContain('nothing is noted')
})

test('old runs are named before they are removed', async () => {
  const asked = await joulemark('store', 'prune', 'run-*', '--keep-newest', '2')
  expect(asked.text).toMatch(/^run-0 {2}started 2026-11-20\nrun-1 [\s\S]*would remove 4 runs .*; --yes removes them\n$/)
  expect((await joulemark('store', 'prune', 'run-*', '--keep-newest', '2', '--yes')).text).toContain(
    'removed 4 of 4 runs',
  )
  expect((await joulemark('store', 'list', 'run-*')).text.match(/^run-\d/gm)).toEqual(['run-4', 'run-5'])
})
