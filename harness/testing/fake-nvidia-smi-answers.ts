/** Output of a fake nvidia-smi, without a process: shared by the player and by tests without processes. Types only. */
import type { FakeAnswer, FakeGpu, FakeSmi } from './fake-nvidia-smi.ts'

/** A spec with its fields filled in. */
export type Played = FakeSmi & { readonly fields: readonly string[] }

/** The output of one call; null if the call starts a loop. */
export function answerTo(spec: Played, args: readonly string[], nowMs: number): FakeAnswer | null {
  const commandLine = args.join(' ')
  const answer = Object.entries(spec.answers ?? {}).find(([start]) => commandLine.startsWith(start))?.[1]
  if (answer) return answer
  if (args.includes('--help-query-gpu')) return { stdout: helpText(spec) }
  if (args.includes('-x')) return spec.xml ? { stdout: spec.xml } : { stdout: 'No devices were found\n', returnCode: 6 }
  const asked = askedFields(args)
  if (asked) {
    const unknown = asked.find((name) => !spec.fields.some((names) => names.split('|').includes(name)))
    if (unknown !== undefined) return { stdout: `Field "${unknown}" is not a valid field to query.\n\n`, returnCode: 2 }
    return args.includes('-lms') ? null : { stdout: tickText(spec, asked, 0, nowMs) }
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

/** The lines of one tick: a row for each card. */
export const tickText = (spec: Played, asked: readonly string[], tick: number, stampMs: number): string =>
  spec.gpus.map((gpu, index) => rowText(spec, gpu, index, asked, tick, stampMs)).join('')

function rowText(
  spec: Played,
  gpu: FakeGpu,
  index: number,
  asked: readonly string[],
  tick: number,
  stampMs: number,
): string {
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
