import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type BoxState, boxStatePath } from '../../harness/box/state.ts'
import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { writeNewKey } from '../../harness/record/signing/key-file.ts'
import { launchBox, type RunningBox } from '../../harness/simulator/box/launch-box.ts'
import { runNvidiaSmi } from '../../harness/telemetry/smi/exec.ts'
import { freePorts } from '../../harness/testing/free-ports.ts'
import { cliWords } from '../../harness/testing/run-cli.ts'
import { shortProbes } from '../../harness/testing/short-batch.ts'

/**
 * `box` from its command line to its verdict, on a simulated server with two cards and a container engine. The whole night
 * is played once; the second test cuts it where the cards are measured side by side.
 */
let box: RunningBox
let whole: NightEnd
const out = mkdtempSync(join(tmpdir(), 'box-two-'))
beforeAll(async () => {
  box = await launchBox({ card: 'rtx-4090', gpus: 2 })
  // runs of both cards end at the same time in the chain of this key
  writeNewKey(join(out, 'key.pem'))
  const night = await started('--json')
  whole = { ...(await night.ended), log: night.log() }
}, 900_000)
afterAll(() => box.stop())

const probes = shortProbes(mkdtempSync(join(tmpdir(), 'box-suite-')))
const RUNS = ['alone memory-probe', 'alone load-probe', 'together memory-probe', 'together load-probe']

interface NightEnd {
  readonly code: number
  readonly stdout: string
  readonly log: string
}

/** Starts `box` in the folder of the night. */
async function started(...flags: readonly string[]) {
  // each card has a port of its own
  const port = await freePorts(2)
  const limit = ['--power-limit', '400']
  const args = ['box', '--suite', ...probes, '--out', out, '--port', String(port), '--force', ...limit, ...flags]
  const env = {
    ...process.env,
    ...{ NO_COLOR: '1', OPENAI_API_KEY: '', JOULEMARK_NVIDIA_SMI: box.nvidiaSmi, PATH: box.path },
    JOULEMARK_KEY: join(out, 'key.pem'),
  }
  const before = logNow().length
  const child = spawn(process.execPath, cliWords(...args), { env, stdio: ['ignore', 'pipe', 'pipe'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  const log = () => logNow().slice(before)
  const ended = once(child, 'close').then(([code]) => ({ code: code as number, stdout }))
  return { child, port, log, ended }
}

const logNow = (): string => (existsSync(join(out, 'box.log')) ? readFileSync(join(out, 'box.log'), 'utf8') : '')
const stateNow = (): BoxState => JSON.parse(readFileSync(boxStatePath(out), 'utf8'))
const recordsNow = async (): Promise<RunRecord[]> =>
  Promise.all(stateNow().steps.flatMap(({ runs }) => runs.map(async (path) => (await readRun(path)).record)))
const docker = (...args: string[]): Promise<string> =>
  new Promise((resolve) => {
    execFile(join(box.folder, 'docker'), args, (_, stdout) => resolve(stdout.trim()))
  })
const containers = (): Promise<string> => docker('ps', '--all', '--quiet')

/** Waits for a line of the log. Throws with its last lines when the night ends, or five minutes pass, without it. */
async function untilLogged({ log, child }: Awaited<ReturnType<typeof started>>, line: RegExp): Promise<void> {
  const isOver = () => line.test(log()) || child.exitCode !== null
  await expect
    .poll(isOver, { timeout: 300_000 })
    .toBe(true)
    .catch(() => undefined)
  if (!line.test(log())) throw new Error(`the night ended without ${line}:\n${log().split('\n').slice(-30).join('\n')}`)
}

test('each card alone, then both at the same time, at the limit of the site, each with its own record; nothing is left', {
  timeout: 900_000,
}, async () => {
  const { code, stdout, log } = whole
  const { cards, steps } = stateNow()
  const named = (uuid: string) =>
    steps.filter((step) => step.cards[0] === uuid).map(({ part, name }) => `${part} ${name}`)
  expect(
    steps.every(({ outcome }) => outcome === 'done'),
    log,
  ).toBe(true)
  expect(cards.map(named)).toEqual([RUNS, RUNS])
  const records = await recordsNow()
  expect(records.map(({ gpus }) => servingUuids(gpus))).toEqual(steps.map((step) => step.cards))
  for (const record of records) {
    const isTogether = record.box?.part === 'together'
    expect(record.box).toMatchObject({ cards, underLoad: isTogether ? cards : servingUuids(record.gpus) })
    // the other card is busy, and that is no fault of this one
    const gates = new Map(record.gates.map(({ id, status }) => [id, status]))
    const ofCard = ['serving-card', 'gpu-exclusive'].map((id) => gates.get(id))
    expect([record.id, ...ofCard]).not.toContain('fail')
    expect(record.setting).toMatchObject({ by: 'box', powerLimitW: { asked: 400, enforced: 400, found: 450 } })
    expect(gates.get('power-limit')).toBe('pass')
  }
  // the loads of both cards overlap in time
  const spans = cards.map((uuid) => {
    const [run] = records.filter(
      ({ box: of, gpus, scenario: { name } }) =>
        of?.part === 'together' && name === 'load-probe' && servingUuids(gpus)[0] === uuid,
    )
    return [Date.parse(run!.startedAt), Date.parse(run!.endedAt!)] as const
  })
  expect(Math.max(...spans.map(([from]) => from))).toBeLessThan(Math.min(...spans.map(([, to]) => to)))
  expect(new Set(records.map(({ id }) => id)).size).toBe(records.length)
  const places = records.map(({ chain }) => chain?.place ?? 0).toSorted((a, b) => a - b)
  expect(places).toEqual(records.map((_, index) => index + 1))
  expect(await containers()).toBe('')
  // simulated figures prove nothing, and a box of them is never accepted
  expect(code).not.toBe(0)
  const result = JSON.parse(stdout)
  expect(result.setting).toBe('400 W')
  const limits = await runNvidiaSmi(box.nvidiaSmi, ['--query-gpu=power.limit', '--format=csv,noheader,nounits'])
  expect(limits.kind === 'ok' && limits.stdout.trim().split('\n').map(Number)).toEqual([450, 450])
  expect(result).toMatchObject({ version: 1, cards: [{ uuid: cards[0] }, { uuid: cards[1] }] })

  const again = await started('--json', '--resume')
  expect((await again.ended).code).toBe(code)
  expect(again.log()).toContain('8 of 8 runs were done before and are kept')
  expect(stateNow().steps).toEqual(steps)
})

test('a server that is lost under load costs its card its lane; an interrupt leaves no container, and --resume the rest', {
  timeout: 900_000,
}, async () => {
  const { steps: done, ...state } = stateNow()
  const alone = done.filter(({ part }) => part === 'alone')
  writeFileSync(boxStatePath(out), JSON.stringify({ ...state, steps: alone }))
  const night = await started('--resume')
  await untilLogged(night, /GPU 1: memory-probe, together: .* left/)
  // as the kernel does for lack of memory
  expect(await docker('kill', `joulemark-${night.port + 1}`)).toBe(`joulemark-${night.port + 1}`)
  await untilLogged(
    night,
    /GPU 1: load-probe, together: failed: the server ended \(exit code 137: it was killed \(SIGKILL\)/,
  )
  await untilLogged(night, /GPU 0: memory-probe, together: done/)
  night.child.kill('SIGTERM')
  expect((await night.ended).code).toBe(130)
  expect(await containers()).toBe('')
  const [first, second] = state.cards
  const outcomes = (uuid: string | undefined) =>
    stateNow()
      .steps.filter(({ part, cards }) => part === 'together' && cards[0] === uuid)
      .map(({ outcome }) => outcome)
  expect(outcomes(first).every((outcome) => outcome === 'done')).toBe(true)
  expect(outcomes(second)).toEqual(['failed', 'failed'])

  const again = await started('--resume')
  await again.ended
  const { steps } = stateNow()
  expect(steps.map(({ outcome }) => outcome)).toEqual(Array.from({ length: 8 }, () => 'done'))
  // cards side by side are measured again together
  expect((await recordsNow()).filter(({ box: of }) => of?.underLoad?.length === 2)).toHaveLength(4)
})
