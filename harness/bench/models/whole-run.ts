import { spawn } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** What a run through the command line left in its record. */
export interface RunFinding {
  readonly isProved: boolean
  readonly text: string
}

interface Gate {
  readonly id: string
  readonly status: string
  readonly evidence: string
}

/** A short run of the command line on a server, in a folder of its own, and what its record says. Ends with `signal`. */
export async function wholeRun(
  name: string,
  {
    folder,
    model,
    url,
    signal,
  }: { readonly folder: string; readonly model: string; readonly url: string; readonly signal: AbortSignal },
): Promise<RunFinding> {
  const scenario = join(folder, `${name}.yaml`)
  const lines = [
    `name: ${name.replaceAll('.', '-')}`,
    `title: ${name} with random weights`,
    'kind: text',
    `model: ${model}`,
    'load: { shape: closed, concurrency: 2 }',
    'prompt: { tokens: 64, prefixCache: cold }',
    'output: { tokens: 16 }',
    'trial: { seconds: 10, warmupSeconds: 3 }',
    'certainty: { target: 5%, minTrials: 1, maxTrials: 1 }',
  ]
  writeFileSync(scenario, `${lines.join('\n')}\n`)
  const out = join(folder, `${name}.results`)
  rmSync(out, { recursive: true, force: true })
  mkdirSync(out, { recursive: true })
  const cli = fileURLToPath(new URL('../../../scripts/cli.ts', import.meta.url))
  const args = ['run', scenario, '--endpoint', url, '--no-gpu', '--out', out, '--no-progress', '--skip-calibration']
  const said = await outputOf(['--import', import.meta.resolve('tsx'), cli, ...args], signal)
  const run = readdirSync(out).findLast((each) => !each.startsWith('.'))
  if (run === undefined) return { isProved: false, text: `no record: ${said.trim().split('\n').at(-1)}` }
  const record = JSON.parse(readFileSync(join(out, run, 'run.json'), 'utf8'))
  const gate = (id: string): Gate | undefined => record.gates.find((each: Gate) => each.id === id)
  const audit = gate('token-audit')
  const served = gate('endpoint-model')
  const described: string = record.model?.kind ?? 'no'
  return {
    isProved: record.status === 'complete' && areEqual(audit) && served?.status === 'pass' && described === 'text',
    text: `${record.status}; token-audit ${audit?.status}: ${audit?.evidence}; endpoint-model ${served?.status}; model in the record: ${described}`,
  }
}

/** Whether the audit found one number of tokens three times. It also warns of a machine that is busy, which counts nothing wrong. */
function areEqual(audit: Gate | undefined): boolean {
  const [, usage, streamed, server] =
    /usage (\d+), streamed (\d+), server (\d+) output tokens/.exec(audit?.evidence ?? '') ?? []
  return audit?.status !== 'fail' && usage !== undefined && usage === streamed && usage === server
}

/** What a process of Node said on standard error. */
function outputOf(args: readonly string[], signal: AbortSignal): Promise<string> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'], signal })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    said += text
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => resolve(said))
  })
}
