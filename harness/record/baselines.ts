import { readFile } from 'node:fs/promises'
import { isAbsolute, join, relative, resolve } from 'node:path'
import { z } from 'zod'
import { JoulemarkError, messageOf } from '../errors.ts'
import { servingUuids } from '../physics/serving-gpus.ts'
import { makeFolder, replaceFile, toJson } from './json-file.ts'
import { readRun, type StoredRun } from './read.ts'
import type { RunRecord } from './schema/run.ts'
import { settingText } from './setting/operating-point.ts'

const baselineSchema = z.strictObject({
  /** UUIDs of the GPUs that served, sorted; the host's name where no GPU was read. */
  box: z.array(z.string()).min(1),
  card: z.string(),
  scenario: z.string(),
  scenarioSha256: z.string(),
  source: z.enum(['live', 'simulated']),
  /** Run folders, relative to the folder that this file is in. */
  runs: z.array(z.string()).min(1),
  setAt: z.iso.datetime(),
  /** Baselines that this one replaced, newest first: how much starts of this server differ. */
  past: z.array(z.strictObject({ runs: z.array(z.string()).min(1), setAt: z.iso.datetime() })).optional(),
})
const fileSchema = z.strictObject({ version: z.literal(1), baselines: z.array(baselineSchema) })

export type Baseline = z.infer<typeof baselineSchema>

/** Where the baselines of a folder of runs are kept. */
export const baselinePath = (outDir: string): string => join(outDir, 'baselines.json')

/** The server that a baseline belongs to, besides its scenario: the GPUs that served, else the host. */
export function boxOf(record: RunRecord): string[] {
  const serving = servingUuids(record.gpus)
  return serving.length > 0 ? serving.toSorted() : [`host:${record.host.hostname}`]
}

export const isSameBox = (a: readonly string[], b: readonly string[]): boolean => a.join(' ') === b.join(' ')

/** The baselines of a folder of runs; none without a file. Throws `bad-input` for a file of another format. */
export async function readBaselines(outDir: string): Promise<Baseline[]> {
  const path = baselinePath(outDir)
  let text: string
  try {
    text = await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw new JoulemarkError('environment', `${path}: ${messageOf(error)}`)
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (error) {
    throw new JoulemarkError('bad-input', `${path}: not JSON: ${messageOf(error)}`)
  }
  const result = fileSchema.safeParse(json)
  if (result.success) return result.data.baselines
  const issue = result.error.issues[0]
  throw new JoulemarkError('bad-input', `${path}: ${issue?.path.join('.')}: ${issue?.message}`)
}

/** Replaces the baselines of the same server and scenario; the file is replaced atomically. */
export async function writeBaselines(outDir: string, added: readonly Baseline[]): Promise<void> {
  const isReplaced = (old: Baseline) =>
    added.some((one) => one.scenario === old.scenario && isSameBox(one.box, old.box))
  const before = await readBaselines(outDir)
  const kept = before.filter((old) => !isReplaced(old))
  const baselines = [...kept, ...added.map((one) => withPast(one, before))].toSorted((a, b) =>
    key(a) < key(b) ? -1 : 1,
  )
  makeFolder(outDir)
  replaceFile(baselinePath(outDir), toJson(fileSchema.parse({ version: 1, baselines })))
}

/** Earlier baselines that are kept for each server and scenario. */
const MOST_PAST = 10

/** A baseline that remembers what it replaces, unless that is the same runs. */
function withPast(added: Baseline, before: readonly Baseline[]): Baseline {
  const old = before.find((one) => one.scenario === added.scenario && isSameBox(one.box, added.box))
  if (old === undefined) return added
  const isNews = old.runs.join(' ') !== added.runs.join(' ')
  const past = [...(isNews ? [{ runs: old.runs, setAt: old.setAt }] : []), ...(old.past ?? [])].slice(0, MOST_PAST)
  return past.length === 0 ? added : { ...added, past }
}

const key = ({ scenario, box }: Baseline): string => `${scenario}\n${box.join(' ')}`

/** Baselines from runs, one per server and scenario. Several runs of one scenario are several starts of its server. */
export function baselinesFrom(runs: readonly StoredRun[], outDir: string, setAt: Date): Baseline[] {
  const groups = Map.groupBy(runs, ({ record }) => `${record.scenario.name}\n${boxOf(record).join(' ')}`)
  return [...groups.values()].map((group) => {
    const { record } = group[0]!
    if (new Set(group.map((run) => run.record.scenarioSha256)).size > 1) {
      throw new JoulemarkError(
        'bad-input',
        `${record.scenario.name}: the runs are of different versions of the scenario; a baseline requires one version`,
      )
    }
    const settings = [...new Set(group.map((run) => settingText(run.record) ?? 'the card as it was found'))]
    if (settings.length > 1) {
      throw new JoulemarkError(
        'bad-input',
        `${record.scenario.name}: the runs are of different settings of the card (${settings.join(', ')}); a baseline requires one`,
      )
    }
    return {
      box: boxOf(record),
      card: record.card.key ?? record.card.name ?? 'no GPU',
      scenario: record.scenario.name,
      scenarioSha256: record.scenarioSha256,
      source: record.source,
      runs: group.map(({ directory }) => relative(resolve(outDir), resolve(directory))).toSorted(),
      setAt: setAt.toISOString(),
    }
  })
}

/** The records of a baseline. Throws `bad-input` if a run folder is missing. */
export function readBaselineRuns(baseline: Baseline, outDir: string): Promise<RunRecord[]> {
  return Promise.all(baseline.runs.map(async (path) => (await readRun(pathOf(path, outDir))).record))
}

/**
 * The runs of every baseline of a server that its folder keeps, earlier ones too, one list per baseline and scenario. Baselines
 * whose runs are gone are left out: they only show how much starts of the server differ.
 */
export async function readKnownStarts(outDir: string, box: readonly string[]): Promise<RunRecord[][]> {
  const ofBox = (await readBaselines(outDir)).filter((each) => isSameBox(each.box, box))
  const sets = ofBox.flatMap((each) => [each.runs, ...(each.past ?? []).map(({ runs }) => runs)])
  const read = await Promise.allSettled(
    sets.map((runs) => Promise.all(runs.map(async (path) => (await readRun(pathOf(path, outDir))).record))),
  )
  return read.flatMap((each) => (each.status === 'fulfilled' ? [each.value] : []))
}

const pathOf = (path: string, outDir: string): string => (isAbsolute(path) ? path : join(outDir, path))
