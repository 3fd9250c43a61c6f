import { execFile } from 'node:child_process'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { exitCodes } from '../errors.ts'
import { launchSimulator } from '../simulator/launch.ts'

/**
 * `npm run bench:upgrade`: the example of the README on the simulator, from a baseline to two verdicts, through the command
 * line. The same driver again must be `equivalent` and exit 0; one that costs 5 % of bandwidth `regressed` and exit 1.
 * One run after another, about a minute. It requires an otherwise idle machine: it is a measurement, not a test, and
 * on a busy one the correct verdict is `inconclusive`. Exit 1 if a verdict is not the expected one.
 */
const cli = fileURLToPath(new URL('../../scripts/cli.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'driver-upgrade-'))
const out = join(folder, 'results')
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

/** One run on its own simulator; the same seed simulates the same server. */
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
    return await joulemark(['run', scenario, ...wires, '--out', out, ...more])
  } finally {
    await simulator.stop()
  }
}

/** The part of the output that is the comparison. */
const comparisonIn = ({ stdout, stderr }: Ended): string => {
  const start = stdout.indexOf('What differs between')
  return start < 0 ? stdout + stderr : stdout.slice(start)
}

const before = await run(1, [])
if (before.code !== exitCodes.done) throw new Error(before.stderr)
console.log((await joulemark(['baseline', 'set', out, '--out', out])).stdout)

const steps = [
  { name: 'the same driver again', bandwidthShare: 1, verdict: 'equivalent', code: exitCodes.done },
  {
    name: 'a driver that costs 5 % of bandwidth',
    bandwidthShare: 0.95,
    verdict: 'regressed',
    code: exitCodes.negativeResult,
  },
] as const
for (const { name, bandwidthShare, verdict, code } of steps) {
  const ended = await run(bandwidthShare, ['--against', 'baseline'])
  const isExpected = ended.code === code && ended.stdout.includes(`Verdict: ${verdict}`)
  console.log(`== ${name}: run --against baseline\n\n${comparisonIn(ended)}`)
  console.log(
    `exit ${ended.code}: ${isExpected ? 'as expected' : `MISSED: ${verdict} and exit ${code} were expected`}\n`,
  )
  if (!isExpected) process.exitCode = exitCodes.negativeResult
}
