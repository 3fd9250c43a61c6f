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
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { shellWord } from '../../harness/plain-text.ts'
import type { Check } from '../../harness/telemetry/doctor/check.ts'
import { type DoctorOptions, type DoctorReport, runDoctor } from '../../harness/telemetry/doctor/run-doctor.ts'
import { pidsOfServer } from '../../harness/telemetry/host/listener.ts'
import { systemHost } from '../../harness/telemetry/wall/host.ts'
import { counted } from '../../harness/units.ts'
import { type NextCommand, nextText } from '../../reports/run-answer/next.ts'
import { type ServingReport, servingReport } from '../box/serving-report.ts'
import type { CommandIo } from '../support/io.ts'
import { type CheckView, checkLines } from '../support/serving/check-lines.ts'
import type { ContainerFlags } from '../support/serving/container-flags.ts'
import { preflightText } from '../support/serving/preflight.ts'

/** Flags of `doctor`. */
export interface DoctorFlags extends Partial<ContainerFlags> {
  readonly endpoint?: string
  readonly card?: string
  readonly nvidiaSmi?: string
  readonly json?: boolean
  /** Every check with why it matters, also those that passed. */
  readonly verbose?: boolean
  /** Load the server although it serves others. */
  readonly force?: boolean
  /** Also check what `box` and `serve` need. */
  readonly serving?: boolean
  /** Scenarios that are to be served. */
  readonly suite?: readonly string[]
}

/** Replaced by tests: the host's files and programs, and a shorter probe. */
export type DoctorHost = Pick<DoctorOptions, 'readText' | 'runProgram' | 'openCounter' | 'probeIdleMs' | 'probeLoadMs'>

/** Runs the checks of this server. Exit code 1 if any fails. */
export async function doctor(flags: DoctorFlags, io: CommandIo, host: DoctorHost = {}): Promise<number> {
  if (flags.suite !== undefined && !flags.serving) {
    throw new JoulemarkError('bad-input', '--suite names what is to be served: give it with --serving')
  }
  const expected = flags.card === undefined ? [] : cardsNamed(flags.card)
  const load = flags.endpoint === undefined ? null : await loadOn(flags.endpoint, flags.force === true, io)
  if (load) io.stderr.write(`testing the power sensor under a load of ${load.model} (about 10 s)\n`)
  const report = await runDoctor({
    nvidiaSmi: flags.nvidiaSmi ?? (io.env['JOULEMARK_NVIDIA_SMI'] || 'nvidia-smi'),
    clock: systemClock,
    expected,
    wallHost: systemHost(io.config?.wall ?? {}, io.env),
    ...(load ? { load: load.run, serverPids: load.pids, serverChecks: load.checks } : {}),
    ...host,
  })
  const serving = flags.serving ? await servingReport(flags, io) : null
  const simulated = load?.simulated === true || isStandIn(report)
  if (flags.json) io.stdout(`${JSON.stringify({ simulated, ...report, ...(serving ? { serving } : {}) }, null, 2)}\n`)
  else {
    const view: CheckView = { color: io.color, columns: io.columns, verbose: flags.verbose ?? false }
    const part = serving === null ? '' : servingPart(flags.suite, serving, view)
    const next = report.isHealthy && serving?.ends == null ? nextText(afterDoctor(flags.endpoint), io) : ''
    io.stdout(`${reportText(report, simulated, view)}${part}${next}`)
  }
  return report.isHealthy && serving?.ends == null ? exitCodes.done : exitCodes.negativeResult
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

const servingPart = (suite: readonly string[] | undefined, serving: ServingReport, view: CheckView): string =>
  `\nTo serve ${suite?.join(', ') ?? 'the night of box'}:\n${preflightText(serving, view)}`

/** The verdict, then what is wrong with it. */
function reportText({ checks, counts, isHealthy }: DoctorReport, simulated: boolean, view: CheckView): string {
  const head = simulated ? ['SIMULATED: not a check of a real card'] : []
  const word = isHealthy ? 'fit to be measured' : 'NOT fit to be measured'
  const tally = `${word}: ${counted(counts.fail, 'fault')}, ${counted(counts.warn, 'warning')}, ${counts['not-measured']} not measured, ${counts.pass} passed`
  return `${[...head, tally, ...checkLines(checks, view)].join('\n')}\n`
}

/** What a server that is well is for. */
const afterDoctor = (endpoint: string | undefined): NextCommand[] => [
  ...(endpoint === undefined ? [{ command: 'serve SCENARIO --card KEY', does: 'starts its server' }] : []),
  { command: `run --endpoint ${endpoint === undefined ? 'URL' : shellWord(endpoint)}`, does: 'measures a server' },
]
