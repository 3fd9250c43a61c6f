/** Output of a fake nvidia-smi, without a process: shared by the player and by tests without processes. Types only. */
import type { FakeAnswer, FakeGpu, FakeSmi } from './fake-nvidia-smi.ts'

/** A spec with its fields filled in. */
export type Played = FakeSmi & { readonly fields: readonly string[] }

/** The output of one call; null if the call starts a loop. */
export function answerTo(spec: Played, args: readonly string[], nowMs: number): FakeAnswer | null {
  if (args.length === 0 && spec.table) return spec.table
  const commandLine = args.join(' ')
  const answer = Object.entries(spec.answers ?? {}).find(([start]) => commandLine.startsWith(start))?.[1]
  if (answer) return answer
  if (args.includes('--help-query-gpu')) return { stdout: helpText(spec) }
  if (args.includes('-x')) return spec.xml ? { stdout: spec.xml } : { stdout: 'No devices were found\n', returnCode: 6 }
  const asked = askedFields(args)
  if (asked) {
    const unknown = asked.find((name) => !spec.fields.some((names) => names.split('|').includes(name)))
    if (unknown !== undefined) return { stdout: `Field "${unknown}" is not a valid field to query.\n\n`, returnCode: 2 }
    if (args.includes('-lms')) return null
    const selected = selectedOf(spec, args)
    const failing = selected.find((index) => spec.gpus[index]?.fails)
    if (failing !== undefined) return spec.gpus[failing]?.fails ?? {}
    if (selected.length === 0) return { stdout: 'No devices were found\n', returnCode: 6 }
    return { stdout: tickText({ spec, asked, selected }, 0, nowMs) }
  }
  if (args[0] === '-L') return { stdout: listing(spec) }
  return { stdout: `Invalid combination of input arguments: ${commandLine}\n`, returnCode: 2 }
}

/** The fields of a query, or null for other calls. */
export const askedFields = (args: readonly string[]): string[] | null =>
  args
    .find((argument) => argument.startsWith('--query-gpu='))
    ?.slice('--query-gpu='.length)
    .split(',') ?? null

/** Positions of the cards that a call is about: those of `-i`, by UUID or number; all without it. */
export function selectedOf(spec: Played, args: readonly string[]): number[] {
  const named = args.includes('-i') ? (args[args.indexOf('-i') + 1] ?? '').split(',') : null
  const all = spec.gpus.map((_, index) => index)
  return named === null
    ? all
    : all.filter(
        (index) => named.includes(numberOf(spec, index)) || named.includes(spec.gpus[index]?.values['uuid'] ?? ''),
      )
}

/** nvidia-smi's number of a card, which is its position unless the spec says otherwise. */
const numberOf = (spec: Played, index: number): string => spec.gpus[index]?.values['index'] ?? String(index)

/** What is asked of which cards. */
export interface Asked {
  readonly spec: Played
  readonly asked: readonly string[]
  readonly selected: readonly number[]
}

/** The lines of one tick: a row for each card. */
export const tickText = (asking: Asked, tick: number, stampMs: number): string =>
  asking.selected.map((index) => rowText(asking, index, tick, stampMs)).join('')

function rowText({ spec, asked }: Asked, index: number, tick: number, stampMs: number): string {
  const gpu = spec.gpus[index] as FakeGpu
  const ticks = gpu.ticks ?? []
  const values: Record<string, string> = {
    timestamp: stamp(stampMs),
    count: String(spec.gpus.length),
    index: String(index),
    ...gpu.values,
    ...ticks[Math.min(tick, ticks.length - 1)],
  }
  return `${asked.map((name) => cellOf(spec, values, name)).join(', ')}\n`
}

function cellOf(spec: Played, values: Readonly<Record<string, string>>, asked: string): string {
  const names = spec.fields.find((line) => line.split('|').includes(asked))?.split('|') ?? [asked]
  const name = names.find((candidate) => values[candidate] !== undefined)
  return name === undefined ? '[N/A]' : (values[name] as string)
}

/** Local time without a zone, as nvidia-smi prints it. */
function stamp(epochMs: number): string {
  const at = new Date(epochMs)
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${at.getFullYear()}/${two(at.getMonth() + 1)}/${two(at.getDate())}`
  const time = `${two(at.getHours())}:${two(at.getMinutes())}:${two(at.getSeconds())}`
  return `${day} ${time}.${String(at.getMilliseconds()).padStart(3, '0')}`
}

function helpText(spec: Played): string {
  const lines = spec.fields.map((names) => {
    const quoted = names.split('|').map((name) => `"${name}"`)
    return `${quoted.join(' or ')}\nWhat ${quoted[0]} means, over a sentence or two.\n\n`
  })
  return `List of valid properties to query for the switch "--query-gpu":\n\n${lines.join('')}`
}

function listing(spec: Played): string {
  const lines = spec.gpus.map(
    ({ values }, index) => `GPU ${index}: ${cellOf(spec, values, 'name')} (UUID: ${values['uuid']})`,
  )
  return `${lines.join('\n')}\n`
}
