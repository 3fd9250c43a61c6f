import { Option } from '@commander-js/extra-typings'
import { exitCodes } from '../../harness/errors.ts'
import { parseWall } from '../../harness/telemetry/wall/asked.ts'
import { commaList, outcomeList, positiveInt } from './flag-values.ts'
import { helpSection } from './help.ts'

/* Flags that several commands share, with the same name, value and description. */

export const jsonFlag = new Option('--json', 'Print one JSON document on stdout')
/** The store that `store:` arguments are about, and that runs are pushed to. */
export const storeFlag = new Option(
  '--store <address>',
  'Store: sqlite:FILE or postgres://USER@HOST/DATABASE (default: JOULEMARK_STORE, `store` in joulemark.yaml, or results/joulemark.sqlite)',
)
/** The same for what measures: it pushes to a store only if one is named. */
export const pushFlags = [
  new Option(
    '--store <address>',
    'Push each run to this store at its end: sqlite:FILE or postgres://USER@HOST/DATABASE (default: JOULEMARK_STORE, or `store` in joulemark.yaml)',
  ),
  new Option('--no-store', 'Push to no store'),
] as const
export const reportFolderFlag = new Option('--out <folder>', 'Folder for the files').default('reports/out')
export const resultsFlag = new Option('--out <folder>', 'Folder for the run records').default('results')
export const nvidiaSmiFlag = new Option(
  '--nvidia-smi <path>',
  'nvidia-smi to use (default: JOULEMARK_NVIDIA_SMI, or the one on PATH)',
)
export const wallFlag = new Option(
  '--wall <sources>',
  'Where the power of CPUs and server is read: auto, off, or some of rapl, grace, ipmi, redfish, command (default: auto)',
).argParser(parseWall)
export const gpusFlag = new Option(
  '--gpus <list>',
  'UUIDs or indices of the serving GPUs, separated by commas (default: all of this machine; where the server uses fewer, they must be named)',
).argParser(commaList)
export const expectedCardFlag = new Option(
  '--card <key>',
  'Expected card; fails if a different one is found (default: any card)',
)
export const endpointFlag = new Option(
  '--endpoint <url>',
  'Server address, such as http://127.0.0.1:8000 (training needs none; no default)',
)
export const servedAsFlag = new Option(
  '--served-as <name>',
  'Name under which the server serves the model (default: a name of the model that the server lists)',
)
export const runCardFlag = new Option(
  '--card <key>',
  'Expected card; fails the `card-match` gate if a different one is found (default: the one that nvidia-smi names)',
)
export const noGpuFlag = new Option('--no-gpu', 'Run without nvidia-smi; no power or memory metrics')
export const trialsFlag = new Option(
  '--trials <n>',
  'Exactly this many trials (default: those of the scenario)',
).argParser(positiveInt)
export const workersFlag = new Option(
  '--workers <n>',
  'Load-generator threads (default: CPU cores - 1, max 8)',
).argParser(positiveInt)
export const skipCalibrationFlag = new Option(
  '--skip-calibration',
  'Do not calibrate the client first (saves 5 to 10 s); the `client-headroom` gate then warns',
)
export const unattendedFlag = new Option(
  '--unattended',
  'Go on when the terminal is lost; what is printed is also in run.log in the --out folder',
)
export const noProgressFlag = new Option('--no-progress', 'Show no progress on stderr')
export const logFormatFlag = new Option(
  '--log-format <format>',
  'Log on stderr: text, or json with one object per line',
)
  .choices(['text', 'json'] as const)
  .default('text' as const)
export const simulateFlag = new Option(
  '--simulate <cards>',
  'Run on the simulator of these cards, separated by commas; all results are SIMULATED',
)
export const quickFlag = new Option('--quick', 'With --simulate: shorter trials and requests')
export const loadAnywayFlag = new Option('--force', 'Load the server although it serves other clients')

/** Which outcomes of a comparison end with an exit code of their own. */
export const failOnFlag = () =>
  new Option(
    '--fail-on <list>',
    'Outcomes that are not exit code 0, separated by commas: regressed (always), inconclusive, not-comparable (default: all)',
  ).argParser(outcomeList)

/** The exit codes of a comparison. */
const codes = {
  [exitCodes.done]: 'no regression: every metric that decides is equivalent or improved',
  [exitCodes.negativeResult]: 'regressed: at least one is worse by the practical threshold or more',
  [exitCodes.inconclusive]:
    'inconclusive: neither shown; the result says about how many starts of the server would decide',
  [exitCodes.notComparable]: 'not comparable: other cards or scenarios, or a required gate failed on either side',
}
/** The same as a section of the help of `compare`, and of what compares at its end. */
export const verdictCodes = helpSection('Exit codes:', codes)
export const againstCodes = helpSection('Exit codes with --against baseline:', codes)
