import { simulationStamps } from '../../record/simulation-stamps.ts'
import type { ProgramRun, WallHost } from './host.ts'
import { settingsOf } from './host.ts'
import { closed, type OpenedSource, power, type SourceFacts } from './source.ts'

const TIMEOUT_MS = 10_000
const MOST_W = 1_000_000
const UNITS: Readonly<Record<string, number>> = { '': 1, w: 1, watt: 1, watts: 1, kw: 1000 }
/** A unit in the wrong place is more likely than a server of less. */
const LEAST_W = 1

/**
 * The power that a command of the user prints: of a PDU, a smart plug or a meter. It runs without a shell and with the environment of
 * this process, where its passwords are. What it prints besides the power stays unknown, because it may name hosts.
 */
export async function openCommand(host: WallHost, opening: AbortSignal): Promise<OpenedSource> {
  const config = host.config.command
  const settings = settingsOf(host, 'command')
  const facts: SourceFacts = {
    source: 'command',
    covers: config?.covers ?? 'server',
    by: 'a command of joulemark.yaml',
    ...settings,
  }
  const [program, ...args] = config?.run ?? []
  if (program === undefined) {
    return closed(
      facts,
      'absent',
      'not configured',
      'wall.command in joulemark.yaml, such as { run: [pdu-power, --outlet, "7"] }',
    )
  }
  const timeoutMs = (config?.timeoutSeconds ?? TIMEOUT_MS / 1000) * 1000
  const ask = async (signal: AbortSignal) => powerIn(await host.run(program, args, { timeoutMs, signal }), timeoutMs)
  const first = await ask(opening)
  if ('reason' in first) return closed(facts, 'failed', first.reason, 'run the command of wall.command by hand')
  return {
    ...facts,
    state: 'ok',
    domains: [{ domain: facts.covers, counted: true }],
    statedAveragingMs: null,
    simulated: first.simulated,
    read: async (signal) => {
      const reading = await ask(signal)
      return 'reason' in reading ? reading : { values: [power(facts.covers, reading.powerW)] }
    },
  }
}

/** The power on the last line that a command printed: `512.5`, `512.5 W` or `0.51 kW`. */
export function powerIn(
  { stdout, stderr, code }: ProgramRun,
  timeoutMs: number,
): { readonly powerW: number; readonly simulated: boolean } | { readonly reason: string } {
  if (code === 'ENOENT') return { reason: 'the command is not there' }
  if (code === 'EACCES') return { reason: 'the command may not be run' }
  if (code === 'ETIMEDOUT') return { reason: `the command did not end in ${timeoutMs / 1000} s` }
  if (code !== 0)
    return { reason: `the command ended with ${typeof code === 'number' ? `exit code ${code}` : 'an error'}` }
  const last = stdout.trimEnd().split('\n').at(-1) ?? ''
  const [, digits, unit = ''] = /^\s*(\d{1,9}(?:\.\d{1,9})?)\s*([A-Za-z]{0,5})\s*$/.exec(last) ?? []
  // mW and MW differ by case only: a megawatt is refused, not taken for a thousandth of a watt
  const factor = unit === 'mW' ? 0.001 : UNITS[unit.toLowerCase()]
  if (digits === undefined || factor === undefined)
    return { reason: 'the last line of the command is no power, such as 512.5 or 0.51 kW' }
  const powerW = Number(digits) * factor
  if (powerW < LEAST_W || powerW > MOST_W) return { reason: `the command printed ${powerW} W` }
  return { powerW, simulated: simulationStamps([`${stdout}\n${stderr}`]).length > 0 }
}
