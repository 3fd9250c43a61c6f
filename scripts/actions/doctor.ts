import { cardsNamed } from '../../harness/catalogue/find.ts'
import { systemClock } from '../../harness/clock.ts'
import { endpointNotes } from '../../harness/endpoint/access/proxies.ts'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { parseAddress } from '../../harness/endpoint/address.ts'
import { discoverFirst } from '../../harness/endpoint/discover.ts'
import { engineChecks } from '../../harness/endpoint/engine-check.ts'
import { refuseServerInUse } from '../../harness/endpoint/in-use.ts'
import { locateServer } from '../../harness/endpoint/location.ts'
import { prepareShortLoad, type ShortLoad } from '../../harness/endpoint/short-load.ts'
import { exitCodes } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import type { Check, CheckStatus } from '../../harness/telemetry/doctor/check.ts'
import { type DoctorOptions, type DoctorReport, runDoctor } from '../../harness/telemetry/doctor/run-doctor.ts'
import { pidsOfServer } from '../../harness/telemetry/host/listener.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `doctor`. */
export interface DoctorFlags {
  readonly endpoint?: string
  readonly card?: string
  readonly nvidiaSmi?: string
  readonly json?: boolean
  /** Load the server although it serves others. */
  readonly force?: boolean
}

/** Replaced by tests: the host's files and programs, and a shorter probe. */
export type DoctorHost = Pick<DoctorOptions, 'readText' | 'runProgram' | 'openCounter' | 'probeIdleMs' | 'probeLoadMs'>

/** Runs the checks of this server. Exit code 1 if any fails. */
export async function doctor(flags: DoctorFlags, io: CommandIo, host: DoctorHost = {}): Promise<number> {
  const expected = flags.card === undefined ? [] : cardsNamed(flags.card)
  const load = flags.endpoint === undefined ? null : await loadOn(flags.endpoint, flags.force === true, io)
  if (load) io.stderr.write(`testing the power sensor under a load of ${load.model} (about 10 s)\n`)
  const report = await runDoctor({
    nvidiaSmi: flags.nvidiaSmi ?? (io.env['JOULEMARK_NVIDIA_SMI'] || 'nvidia-smi'),
    clock: systemClock,
    expected,
    ...(load ? { load: load.run, serverPids: load.pids, serverChecks: load.checks } : {}),
    ...host,
  })
  const simulated = load?.simulated === true || isStandIn(report)
  if (flags.json) io.stdout(`${JSON.stringify({ simulated, ...report }, null, 2)}\n`)
  else io.stdout(reportText(report, simulated, io.color))
  return report.isHealthy ? exitCodes.done : exitCodes.negativeResult
}

interface ServerLoad extends ShortLoad {
  /** Processes of the server; empty where they are not seen. */
  readonly pids: readonly number[]
  /** Which engine it is, and what can be proved on it. */
  readonly checks: readonly Check[]
}

/** Prepares the load for the power sensor, on an idle server, or on any with --force. */
async function loadOn(endpoint: string, force: boolean, io: CommandIo): Promise<ServerLoad> {
  const address = parseAddress(endpoint)
  for (const note of endpointNotes(endpoint, io.env)) io.stderr.write(`${note}\n`)
  const apiKey = readSecret(io.env, 'OPENAI_API_KEY')
  const load = await prepareShortLoad(address, apiKey)
  const use = await refuseServerInUse({ address, apiKey, clock: systemClock }, force)
  if (use !== null) io.stderr.write(`the server is in use by others: ${use}; power includes theirs\n`)
  const { isThisMachine } = await locateServer(address.url)
  const { endpoint: found } = await discoverFirst(address, apiKey)
  return { ...load, checks: engineChecks(found), pids: isThisMachine ? await pidsOfServer(address.port) : [] }
}

const isStandIn = ({ fingerprint }: DoctorReport): boolean =>
  fingerprint?.cards.some((card) => card['name']?.endsWith(' (SIMULATED)')) ?? false

const colours: Readonly<Record<CheckStatus, number>> = { pass: 32, warn: 33, fail: 31, 'not-measured': 2 }

function reportText({ checks, counts, isHealthy }: DoctorReport, simulated: boolean, color: boolean): string {
  const painted = (status: CheckStatus, text: string) => (color ? `\u001b[${colours[status]}m${text}\u001b[0m` : text)
  const width = Math.max(...checks.map(({ id }) => id.length))
  const lines = checks.flatMap((check) => linesOf(check, width, painted))
  const head = simulated ? ['SIMULATED: not a check of a real card'] : []
  const word = isHealthy ? 'fit to be measured' : 'NOT fit to be measured'
  const some = (count: number, what: string) => `${count} ${what}${count === 1 ? '' : 's'}`
  const tally = `${word}: ${some(counts.fail, 'fault')}, ${some(counts.warn, 'warning')}, ${counts['not-measured']} not measured, ${counts.pass} well`
  return `${[...head, ...lines, tally].join('\n')}\n`
}

function linesOf(check: Check, width: number, painted: (status: CheckStatus, text: string) => string): string[] {
  const { id, status, read, why, fix } = check
  const indent = ' '.repeat(14)
  return [
    `${painted(status, status.padEnd(12))}  ${id.padEnd(width)}  ${plainText(read)}`,
    `${indent}why: ${plainText(why)}`,
    ...(fix === '' ? [] : [`${indent}fix: ${plainText(fix)}`]),
  ]
}
