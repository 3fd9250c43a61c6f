/**
 * The provisioning night on simulated servers: planned minutes beside real ones, starts, cards measured, and what was named.
 * npm run bench:box; takes about half an hour. The suite has the scenarios of `provisioning` with trials of a few seconds, so
 * that it does; the two probes have their full length. With --whole it is the bundled suite, which takes hours.
 */
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse, stringify } from 'yaml'
import { bundledScenario } from '../scenario/find-scenario.ts'
import type { BoxOptions } from '../simulator/box/box-options.ts'
import { launchBox } from '../simulator/box/launch-box.ts'
import { freePorts } from '../testing/free-ports.ts'

const CLI = fileURLToPath(new URL('../../scripts/cli.ts', import.meta.url))
const TRIAL = { seconds: 6, warmupSeconds: 1, quietSeconds: 0.8, minWindowSeconds: 2, idleSeconds: 0 } as const
/** Prompts and answers are shorter by this, so that several requests end within a trial. */
const SHRINK = 8

interface Night {
  readonly title: string
  readonly box: Pick<BoxOptions, 'gpus'> & Partial<BoxOptions>
}

const nights: readonly Night[] = [
  { title: '1 card', box: { gpus: 1 } },
  { title: '4 cards', box: { gpus: 4 } },
  {
    title: '4 cards: 0 weak, 1 hot, 2 narrow link, 3 memory errors',
    box: { gpus: 4, faults: '0=weak,1=hot,2=narrow-link,3=ecc-errors' },
  },
  { title: '4 cards, power supply of 800 W for all', box: { gpus: 4, powerBudgetW: 800 } },
]

/** The part of the documents of `box` that is shown. */
interface Plan {
  readonly minutes: { readonly starting: number; readonly measuring: number }
}
interface Reason {
  readonly what: string
  readonly cause: string | null
}
interface Result {
  readonly verdict: string
  readonly wouldBe: string | null
  readonly time: { readonly serverStarts: number }
  readonly reasons: readonly Reason[]
  readonly records: readonly { readonly cards: readonly string[] }[]
  readonly cards: readonly {
    readonly index: number | null
    readonly wouldBe: string | null
    readonly reasons: readonly Reason[]
    readonly remarks: readonly string[]
  }[]
}

const whole = process.argv.includes('--whole')
const folder = mkdtempSync(join(tmpdir(), 'joulemark-bench-box-'))
try {
  const suite = whole ? ['provisioning'] : shortened()
  process.stdout.write(
    `${whole ? 'The bundled provisioning suite' : `The provisioning suite with trials of ${TRIAL.seconds} s; both probes at full length`}. SIMULATED: no figure is of a card.\n\n`,
  )
  process.stdout.write(
    '| server | planned, at most | real | starts | cards measured | would be | named |\n|---|---|---|---|---|---|---|\n',
  )
  for (const night of nights) process.stdout.write(`${await played(night, suite)}\n`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** The scenarios of the bundled suite with short trials, as files. */
function shortened(): string[] {
  const { scenarios } = parse(readFileSync(bundledScenario('provisioning'), 'utf8')) as { scenarios: string[] }
  return scenarios.map((name) => {
    const path = bundledScenario(name.replace(/\.yaml$/, ''))
    const file = parse(readFileSync(path, 'utf8')) as Record<string, { tokens: number }>
    const short = {
      ...file,
      prompt: { ...file['prompt'], tokens: Math.ceil((file['prompt']?.tokens ?? 8) / SHRINK) },
      output: { ...file['output'], tokens: Math.ceil((file['output']?.tokens ?? 8) / SHRINK) },
      trial: TRIAL,
      certainty: { target: '2%', minTrials: 3, maxTrials: 3 },
    }
    const at = join(folder, `${name.replace(/\.yaml$/, '')}.yaml`)
    writeFileSync(at, stringify(short))
    return at
  })
}

async function played({ title, box }: Night, suite: readonly string[]): Promise<string> {
  const running = await launchBox({ card: 'rtx-4090', ...box })
  try {
    const out = mkdtempSync(join(folder, 'night-'))
    const args = ['box', '--suite', ...suite, '--out', out, '--port', String(await freePorts(4)), '--force']
    const env = { ...process.env, PATH: running.path, JOULEMARK_NVIDIA_SMI: running.nvidiaSmi, NO_COLOR: '1' }
    const plan = JSON.parse((await joulemark([...args, '--print', '--json'], env)).stdout) as Plan
    const startedMs = performance.now()
    const { code, stdout, stderr } = await joulemark([...args, '--json'], env)
    const minutes = (performance.now() - startedMs) / 60_000
    const result = documentIn(stdout)
    if (result === null) return `| ${title} | | | | | exit ${code} | ${stderr.trim().split('\n').at(-1) ?? ''} |`
    const measured = new Set(result.records.flatMap(({ cards }) => cards)).size
    const planned = plan.minutes.starting + plan.minutes.measuring
    const cells = [
      title,
      `${planned.toFixed(1)} min`,
      `${minutes.toFixed(1)} min`,
      result.time.serverStarts,
      `${measured} of ${box.gpus}`,
      `${result.wouldBe ?? result.verdict} (exit ${code})`,
      named(result),
    ]
    return `| ${cells.join(' | ')} |`
  } finally {
    await running.stop()
  }
}

/** What the verdict names, by card. */
function named({ cards, reasons }: Result): string {
  const text = ({ what, cause }: Reason): string => (cause === null ? what : `${what}; likely ${cause}`)
  const each = cards.map(({ index, wouldBe, reasons: why, remarks }) => {
    const all = [...why.map(text), ...remarks.map((remark) => `(${remark})`)]
    return `GPU ${index} ${wouldBe ?? '?'}: ${all.join(', ') || 'nothing'}`
  })
  return [...reasons.map(text), ...each].join('; ').replaceAll('|', '/')
}

function documentIn(stdout: string): Result | null {
  try {
    return JSON.parse(stdout) as Result
  } catch {
    return null
  }
}

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

function joulemark(args: readonly string[], env: NodeJS.ProcessEnv): Promise<Ended> {
  const options = { env, maxBuffer: 1e8 }
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', import.meta.resolve('tsx'), CLI, ...args],
      options,
      (error, stdout, stderr) => resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
  })
}
