import { stat } from 'node:fs/promises'
import { dirname, isAbsolute, resolve } from 'node:path'
import { suggestion } from '../../catalogue/nearest.ts'
import { JoulemarkError } from '../../errors.ts'
import { refuseSecrets } from '../config/secrets.ts'
import { bundledNames } from '../find-scenario.ts'
import { throwIssues } from '../issues.ts'
import { readYaml } from '../read-yaml.ts'
import { placeOf, type YamlSource } from '../yaml-source.ts'
import { expandHostList } from './host-list.ts'
import { type FleetFile, fleetFileSchema } from './schema.ts'

/** A FLEET.yaml, with its paths from the working folder and its boxes by name. */
export interface Fleet extends Omit<FleetFile, 'boxes' | 'exclude' | 'command' | 'canary'> {
  /** Path of the file. */
  readonly path: string
  /**
   * Names of the boxes, each once, in the order of the file. With Ansible they are patterns of the inventory, which the engine
   * resolves; with other engines they are names of nodes.
   */
  readonly boxes: readonly string[]
  readonly exclude: readonly string[]
  readonly canary: { readonly boxes: readonly string[]; readonly goOn: NonNullable<FleetFile['canary']>['goOn'] } | null
  readonly command: readonly string[]
  /** Scenario files of this machine among `scenarios`, absolute: an engine without a shared disk brings them to the boxes. */
  readonly scenarioFiles: readonly string[]
}

/**
 * Reads a FLEET.yaml. Throws `bad-input` with every problem of the file, one line each: file, line, field, what was expected.
 * A secret in it is refused without being repeated.
 */
export async function loadFleet(path: string, env: NodeJS.ProcessEnv): Promise<Fleet> {
  const source = await readYaml(path, { what: 'a fleet file', ifMissing: 'docs/fleet-run.md shows one' })
  refuseSecrets(source, env)
  const parsed = fleetFileSchema.safeParse(source.value ?? {})
  if (!parsed.success) throwIssues(source, parsed.error, fleetFileSchema)
  const problems: string[] = []
  const refuse = (field: readonly PropertyKey[], why: string) =>
    problems.push(`${placeOf(source, field, source.lineOf(field))}: ${why}`)
  const fleet = await placed(path, parsed.data, refuse)
  checkTogether(fleet, source, refuse)
  if (problems.length > 0) throw new JoulemarkError('bad-input', problems.join('\n'))
  return fleet
}

type Refuse = (field: readonly PropertyKey[], why: string) => void

async function placed(path: string, file: FleetFile, refuse: Refuse): Promise<Fleet> {
  const folder = dirname(resolve(path))
  const names = (field: readonly PropertyKey[], patterns: readonly string[]): string[] => [
    ...new Set(patterns.flatMap((pattern, index) => expanded(pattern, [...field, index], file.engine, refuse))),
  ]
  const exclude = names(['exclude'], file.exclude)
  const boxes = names(['boxes'], file.boxes).filter((box) => !exclude.includes(box))
  const canary =
    file.canary === undefined ? null : { boxes: names(['canary', 'boxes'], file.canary.boxes), goOn: file.canary.goOn }
  const scenarios = await Promise.all(
    file.scenarios.map((each, index) => scenarioAt(each, folder, (why) => refuse(['scenarios', index], why))),
  )
  const { against, store } = file
  return {
    ...{ ...file, path, boxes, exclude, canary },
    scenarios,
    scenarioFiles: scenarios.filter(isAbsolute),
    command: typeof file.command === 'string' ? [file.command] : file.command,
    ...(against === undefined || against === 'baseline' || against.startsWith('store:')
      ? {}
      : { against: resolve(folder, against) }),
    ...(store?.startsWith('sqlite:') ? { store: `sqlite:${resolve(folder, store.slice('sqlite:'.length))}` } : {}),
  }
}

function expanded(pattern: string, field: readonly PropertyKey[], engine: string, refuse: Refuse): string[] {
  // hosts and groups of an inventory have a syntax of their own, which Ansible resolves
  if (engine === 'ansible') return [pattern]
  try {
    const names = expandHostList(pattern)
    const odd = names.find(
      (name) => !/^[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?$/.test(name.replaceAll('_', '-')),
    )
    if (odd !== undefined) refuse(field, `expected names of nodes, got "${odd}"`)
    return names
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    refuse(field, error.message)
    return []
  }
}

/** A file of this machine as its absolute path, else the name of a bundled scenario as it is. */
async function scenarioAt(name: string, folder: string, refuse: (why: string) => void): Promise<string> {
  if (name.startsWith('-')) refuse(`expected a scenario, got the flag "${name}"; flags are under \`flags\``)
  const path = resolve(folder, name)
  if ((await stat(path).catch(() => null))?.isFile()) return path
  if (/[/\\]|\.ya?ml$/.test(name)) refuse(`no such file: ${path}`)
  else if (!(await bundledNames()).includes(name)) {
    // the box may have a later joulemark with more scenarios, but a slip is far more often the reason
    refuse(`no such scenario; ${suggestion(name, await bundledNames())}`)
  }
  return name
}

/** Flags that the file states elsewhere, by their field. */
const ownFlags: Readonly<Record<string, string>> = {
  '--out': 'results',
  '--store': 'store',
  '--no-store': 'store',
  '--against': 'against',
  '--endpoint': 'endpoint',
  '--suite': 'scenarios',
  '--full': 'full',
}

function checkTogether(fleet: Fleet, source: YamlSource, refuse: Refuse): void {
  if (fleet.boxes.length === 0) refuse(['boxes'], 'expected a box that is not under `exclude`')
  if (fleet.do === 'run' && fleet.scenarios.length === 0) refuse(['scenarios'], 'expected at least one scenario')
  if (fleet.do === 'run' && fleet.full) refuse(['full'], 'is of `do: box`')
  if (fleet.do === 'box' && fleet.against === 'baseline') {
    refuse(
      ['against'],
      '`baseline` is of `do: run`; with `box` expected the folder of an earlier fleet run, or store:QUERY',
    )
  }
  if (fleet.engine === 'slurm' && fleet.against === 'baseline' && fleet.results === undefined) {
    refuse(['against'], '`baseline` requires `results`: a folder that keeps the runs and baselines of each box')
  }
  if (fleet.results !== undefined && !isAbsolute(fleet.results)) refuse(['results'], 'expected an absolute path')
  for (const [index, flag] of fleet.flags.entries()) {
    const own = ownFlags[flag.split('=')[0]!]
    if (own !== undefined) refuse(['flags', index], `is stated by \`${own}\`, not as a flag`)
  }
  if (fleet.engine !== 'ansible') {
    for (const box of fleet.canary?.boxes ?? []) {
      if (!fleet.boxes.includes(box)) refuse(['canary', 'boxes'], `${box} is no box of this fleet`)
    }
  }
  for (const engine of ['slurm', 'ansible', 'kubernetes'] as const) {
    if (fleet[engine] !== undefined && engine !== fleet.engine) refuse([engine], `engine is ${fleet.engine}`)
  }
  if (fleet.engine === 'kubernetes' && fleet.kubernetes === undefined)
    refuse(['engine'], 'expected a block `kubernetes` with an image')
  if (fleet.engine === 'kubernetes' && fleet.do === 'box')
    refuse(['do'], 'with kubernetes expected run: `box` starts its servers with Docker, which a pod does not have')
  if (fleet.command[0]?.includes(' ') && !Array.isArray((source.value as { command?: unknown }).command)) {
    refuse(['command'], 'expected one word; several are a list: [npx, joulemark]')
  }
}
