import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'
import { writeArchive } from '../evidence/archive.ts'
import { baselinePath, readBaselines, writeBaselines } from '../record/baselines.ts'
import { DiskError } from '../record/disk/disk-error.ts'
import { readRows, readRun } from '../record/read.ts'
import { writeNewKey } from '../record/signing/key-file.ts'
import { launchSimulator, type RunningSimulator } from '../simulator/launch.ts'
import { cliWords } from '../testing/run-cli.ts'

/** Whole runs on real disks that fail: small ones of memory, which only root can mount. */
const disks: string[] = []
let simulator: RunningSimulator
beforeAll(async () => {
  simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
})
afterAll(async () => {
  await simulator.stop()
  for (const disk of disks) spawnSync('umount', ['-l', disk])
})

/** A disk of this size in KiB; the test is skipped where none can be mounted. */
function smallDisk(context: TestContext, kib: number, options = ''): string {
  const folder = mkdtempSync(join(tmpdir(), 'disk-'))
  const { status, error } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k${options}`, 'tmpfs', folder])
  if (status !== 0)
    context.skip(`no disk can be mounted here (that requires root): ${error?.message ?? `code ${status}`}`)
  disks.push(folder)
  return folder
}

/** Writes until the disk takes no more. Returns the file. */
function fill(disk: string): string {
  const path = join(disk, 'fill')
  try {
    for (;;) writeFileSync(path, Buffer.alloc(1024), { flag: 'a' })
  } catch (error) {
    expect((error as NodeJS.ErrnoException).code).toBe('ENOSPC')
  }
  return path
}

const scenario = join(mkdtempSync(join(tmpdir(), 'scenario-')), 'small.yaml')
writeFileSync(
  scenario,
  `name: small
title: A small load
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 2 }
prompt: { tokens: 64 }
output: { tokens: 32 }
trial: { seconds: 120, warmupSeconds: 0.4, quietSeconds: 0.8 }
`,
)

interface Ended {
  readonly code: number | null
  readonly lines: readonly string[]
}

/** Runs joulemark; resolves with its exit code and the lines of stderr that are not warnings. */
async function joulemark(words: readonly string[]): Promise<Ended> {
  const child = spawn(process.execPath, cliWords(...words), { stdio: ['ignore', 'ignore', 'pipe'] })
  let text = ''
  child.stderr.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  const [code] = await once(child, 'close')
  const lines = text
    .split('\n')
    .filter((line) => line !== '' && !/^warning: (this run cannot be quoted|no p99)/.test(line))
  return { code, lines }
}

const measure = (out: string): Promise<Ended> => {
  const where = ['--endpoint', simulator.url, '--nvidia-smi', simulator.nvidiaSmi, '--out', out]
  return joulemark(['run', scenario, ...where, '--skip-calibration', '--no-progress', '--force'])
}

async function untilRows(out: string, count: number): Promise<string> {
  const read = async () => {
    const [id] = existsSync(out) ? readdirSync(out) : []
    if (id === undefined) return 0
    return (await readRows(join(out, id), 'requests.csv').catch(() => [])).length
  }
  await expect.poll(read).toBeGreaterThan(count)
  return join(out, readdirSync(out)[0] as string)
}

test('a disk that fills up in a trial ends the run with one line, and the record can be closed and verified', async (context) => {
  const disk = smallDisk(context, 2048)
  const out = join(disk, 'results')
  const running = measure(out)
  const directory = await untilRows(out, 4)
  const ballast = fill(disk)
  const { code, lines } = await running
  expect(code).toBe(3)
  expect(lines.at(-1)).toMatch(
    /\.(?:csv|json): cannot be written: no space is left on the disk \(ENOSPC\).*; then run `joulemark close /,
  )
  expect(lines.filter((line) => line.includes('ENOSPC'))).toHaveLength(1)
  expect((await readRun(directory)).record.status).toBe('running')
  expect(readdirSync(directory)).not.toContain('run.json.tmp')
  rmSync(ballast)
  expect((await joulemark(['close', directory])).code).toBe(0)
  const { record } = await readRun(directory)
  expect(record).toMatchObject({ status: 'interrupted', quotable: false })
  expect(record.files['requests.csv']?.rows).toBeGreaterThan(4)
  expect((await joulemark(['verify', directory])).code).toBe(0)
})

test('a disk that takes no first record leaves no folder', async (context) => {
  const disk = smallDisk(context, 8)
  fill(disk)
  const { code, lines } = await measure(disk)
  expect(code).toBe(3)
  expect(lines.at(-1)).toMatch(/cannot (?:be written|create the folder of the run): .*ENOSPC/)
  expect(readdirSync(disk)).toEqual(['fill'])
})

test('a read-only disk is one line before the load', async (context) => {
  const { code, lines } = await measure(smallDisk(context, 64, ',ro'))
  expect(code).toBe(2)
  expect(lines).toEqual([expect.stringMatching(/^--out .*mounted read-only \(EROFS\); give another --out$/)])
})

test('a folder that is removed in a trial ends the run with one line', async () => {
  const out = mkdtempSync(join(tmpdir(), 'removed-'))
  const running = measure(out)
  rmSync(await untilRows(out, 2), { recursive: true })
  const { code, lines } = await running
  expect(code).toBe(3)
  expect(lines.at(-1)).toMatch(/cannot be written: its folder was removed .*\(ENOENT\); the run is lost$/)
})

test('a full disk keeps the baselines', async (context) => {
  const disk = smallDisk(context, 64)
  const baseline = {
    box: ['GPU-a'],
    card: 'rtx-4090',
    scenario: 'small',
    scenarioSha256: '0'.repeat(64),
    source: 'live' as const,
    runs: ['one'],
    setAt: '2026-01-01T00:00:00.000Z',
  }
  await writeBaselines(disk, [baseline])
  const before = readFileSync(baselinePath(disk), 'utf8')
  fill(disk)
  const many = Array.from({ length: 100 }, (_, number) => ({ ...baseline, scenario: `small-${number}` }))
  await expect(writeBaselines(disk, many)).rejects.toThrow(DiskError)
  expect(readFileSync(baselinePath(disk), 'utf8')).toBe(before)
  expect(await readBaselines(disk)).toEqual([baseline])
  expect(readdirSync(disk).toSorted()).toEqual(['baselines.json', 'fill'])
})

test('a full disk keeps an earlier bundle, and leaves no half key', async (context) => {
  const disk = smallDisk(context, 64)
  const path = join(disk, 'bundle.tar')
  const files = (bytes: number) => [1, 2].map((name) => ({ name: `${name}`, source: { bytes: Buffer.alloc(bytes) } }))
  await writeArchive(path, files(10))
  const before = readFileSync(path)
  const tooLarge = writeArchive(path, files(100_000))
  await expect(tooLarge).rejects.toMatchObject({ code: 'environment', message: expect.stringContaining('ENOSPC') })
  expect(readFileSync(path)).toEqual(before)
  fill(disk)
  expect(() => writeNewKey(join(disk, 'key.pem'))).toThrow(/the key cannot be written: ENOSPC/)
  expect(readdirSync(disk).toSorted()).toEqual(['bundle.tar', 'fill'])
})
