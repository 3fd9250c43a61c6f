import { readFile } from 'node:fs/promises'
import type { Model } from '../catalogue/types.ts'
import { JoulemarkError } from '../errors.ts'
import type { BodyPlan } from '../plan/body/body-plan.ts'
import { packPrompts } from '../plan/prompts/prompt-table.ts'
import { readPrompts } from '../plan/prompts/read-prompts.ts'
import type { Endpoint } from '../record/schema/endpoint.ts'
import { readInputFile } from '../scenario/prompt/input-file.ts'
import type { TextScenario } from '../scenario/schema.ts'
import { counted } from '../units.ts'

/** The part of a body that holds what a scenario asks the model. */
type Content = Pick<BodyPlan, 'prompts' | 'text' | 'system' | 'tools' | 'images'>

/**
 * Reads what the requests of a scenario contain: the prompts of its file, the English text, the system prompt, tools and
 * images. Tells how many prompts there are. Throws `bad-input` for a file that is not as it says.
 */
export async function contentOf(scenario: TextScenario, note: (message: string) => void): Promise<Content> {
  const { prompt, seed, api } = scenario
  const { from, system, tools, images } = prompt
  if (from === undefined) {
    return {
      ...(prompt.text === 'english' ? { text: { bytes: await englishText() } } : {}),
      ...(system === undefined ? {} : { system }),
      ...(tools === undefined ? {} : { tools }),
      ...(images === undefined ? {} : { images }),
    }
  }
  const where = `scenario ${scenario.name}: prompt.from.file`
  const file = await readInputFile(from.file, where)
  if (from.sha256 !== undefined && from.sha256 !== file.sha256) {
    throw new JoulemarkError('bad-input', `${where}: ${from.file}: has changed since the scenario was read`)
  }
  const { format, prompts, skipped } = readPrompts(from.file, file.bytes, {
    api,
    format: from.format,
    maxBytes: from.maxBytes,
    system,
  })
  const out = Object.entries(skipped).map(([reason, count]) => `, ${count} skipped: ${reason}`)
  const order = from.order === 'file' ? 'in the order of the file' : `shuffled by seed ${seed}`
  note(`${counted(prompts.length, 'prompt')} of ${from.file} (${format}), ${order}${out.join('')}`)
  return { prompts: packPrompts(prompts, from.order === 'file' ? null : seed) }
}

/** The bundled text as bytes that all workers share. */
async function englishText(): Promise<Uint8Array> {
  const bytes = await readFile(new URL('../plan/prompts/alice.txt', import.meta.url))
  const shared = new Uint8Array(new SharedArrayBuffer(bytes.length))
  shared.set(bytes)
  return shared
}

/**
 * Why random tokens give another speed than text that people write; null where they do not, or where the scenario has none.
 */
export function whyRandomMisleads(
  { prompt }: TextScenario,
  model: Pick<Model, 'experts'>,
  { serving }: Pick<Endpoint, 'serving'>,
): string | null {
  if (prompt.from !== undefined || prompt.text === 'english') return null
  const reasons = [
    ...(model.experts ? ['the router of a mixture of experts sends random tokens to other experts than text'] : []),
    ...(serving?.speculation ? ['drafts of random tokens are accepted at another rate than those of text'] : []),
  ]
  return reasons.length === 0
    ? null
    : `the prompts are random tokens, which mislead here: ${reasons.join('; ')}; set prompt.text: english, or prompts of your own in prompt.from`
}
