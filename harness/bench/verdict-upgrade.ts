import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../errors.ts'
import { launchSimulator } from '../simulator/launch.ts'

/**
 * `npm run bench:upgrade`: the example of the README on the simulator, from a baseline of three starts to two verdicts, through
 * the command line. The same driver again must be `equivalent` and exit 0; one that costs 5 % of bandwidth `regressed` and
 * exit 1. One run after another, some minutes. It requires an otherwise idle machine: it is a measurement, not a test, and
 * on a busy one the correct verdict is `inconclusive`. Exit 1 if a verdict is not the expected one.
 */
const cli = fileURLToPath(new URL('../../scripts/cli.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'driver-upgrade-'))
const scenario = join(folder, 'one-stream.yaml')

// short requests, so that a window of a few seconds holds several
writeFileSync(
  scenario,
  `name: one-stream
title: One stream
kind: text
model: llama-3.1-8b-instruct-fp8
load: { shape: closed, concurrency: 1, rampSeconds: 0 }
prompt: { tokens: 32 }
output: { tokens: 32 }
trial: { seconds: 4, warmupSeconds: 1.2, quietSeconds: 0.8, minWindowSeconds: 1 }
`,
)

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function joulemark(args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const options = { env: { ...process.env, NO_COLOR: '1' }, maxBuffer: 2 ** 26 }
    execFile(process.execPath, ['--import', 'tsx', cli, ...args], options, (error, stdout, stderr) => {
      resolve({ code: error ? Number(error.code) : exitCodes.done, stdout, stderr })
    })
  })
}

/** Starts of the server per side. */
const STARTS = 3

/** One run on a fresh start of the simulator; the same seed simulates the same card. */
async function run(bandwidthShare: number, more: readonly string[]): Promise<Ended> {
  const box = { card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8', seed: 1 }
  const simulator = await launchSimulator({ ...box, bandwidthShare })
  const wires = [
    '--endpoint',
    simulator.url,
    '--nvidia-smi',
    simulator.nvidiaSmi,
    '--skip-calibration',
    '--no-progress',
  ]
  try {
    return await joulemark(['run', scenario, ...wires, ...more])
  } finally {
    await simulator.stop()
  }
}

/** The part of the output that is the comparison. */
const comparisonIn = ({ stdout, stderr }: Ended): string => {
  const start = stdout.indexOf('Differences between')
  return start < 0 ? stdout + stderr : stdout.slice(start)
}

function judge(name: string, ended: Ended, expected: { readonly verdict: string; readonly code: number }): void {
  const { verdict, code } = expected
  const isExpected = ended.code === code && ended.stdout.includes(`Verdict: ${verdict}`)
  console.log(`== ${name}\n\n${comparisonIn(ended)}`)
  console.log(
    `exit ${ended.code}: ${isExpected ? 'as expected' : `MISSED: ${verdict} and exit ${code} were expected`}\n`,
  )
  if (!isExpected) process.exitCode = exitCodes.negativeResult
}

const [before, after, slower] = ['before', 'after', 'slower'].map((name) => join(folder, name)) as [
  string,
  string,
  string,
]
for (let start = 0; start < STARTS; start += 1) {
  const ended = await run(1, ['--out', before])
  if (ended.code !== exitCodes.done) throw new Error(ended.stderr)
}
console.log((await joulemark(['baseline', 'set', before, '--out', after])).stdout)

// each run counts the earlier starts; the last has three
let again: Ended | null = null
for (let start = 0; start < STARTS; start += 1) again = await run(1, ['--out', after, '--against', 'baseline'])
judge('the same driver again: run --against baseline', again!, { verdict: 'equivalent', code: exitCodes.done })

for (let start = 0; start < STARTS; start += 1) await run(0.95, ['--out', slower])
judge('a driver that costs 5 % of bandwidth: compare', await joulemark(['compare', before, slower]), {
  verdict: 'regressed',
  code: exitCodes.negativeResult,
})
