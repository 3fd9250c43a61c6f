import { suggestion } from '../../../harness/catalogue/nearest.ts'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { wrapTo } from '../../../reports/render/plain-text.ts'
import {
  type Explained,
  type ExplainedKind,
  explained,
  explainedIds,
  explainedKinds,
  shortText,
} from '../../learn/explained.ts'
import type { CommandIo } from '../../support/io.ts'

/** Lines are no longer than this, however wide the terminal is. */
const MAX_COLUMNS = 100

/**
 * Prints what a gate, metric or verdict means and what to do about it; without an id the list of them. The kind may be left
 * out. Returns the exit code. Throws `bad-input` with the nearest known id.
 */
export function explain(words: readonly string[], io: CommandIo): number {
  const width = Math.min(io.columns ?? MAX_COLUMNS, MAX_COLUMNS)
  const kinds = explainedKinds.filter((kind) => kind === words[0])
  const [id, ...more] = kinds.length > 0 ? words.slice(1) : words
  if (more.length > 0)
    throw new JoulemarkError('bad-input', `explain takes one id, and ${JSON.stringify(more[0])} is another`)
  const among = kinds.length > 0 ? kinds : explainedKinds
  io.stdout(id === undefined ? listText(among, width) : explanation(id, among, width))
  return exitCodes.done
}

function explanation(id: string, kinds: readonly ExplainedKind[], width: number): string {
  const found = kinds.filter((kind) => explainedIds[kind].includes(id))
  if (found.length > 0) return found.map((kind) => explainedText(explained(kind, id), width)).join('\n')
  const known = kinds.flatMap((kind) => explainedIds[kind])
  throw new JoulemarkError('bad-input', `explain ${id}: ${suggestion(id, known)}`)
}

function listText(kinds: readonly ExplainedKind[], width: number): string {
  const longest = Math.max(...kinds.flatMap((kind) => explainedIds[kind]).map((id) => id.length))
  const sections = kinds.map((kind) => {
    const rows = explainedIds[kind].map((id) => hanging(`  ${id.padEnd(longest)}  `, shortText(kind, id), width))
    return `${headOf[kind]}:\n${rows.join('\n')}\n`
  })
  return `${sections.join('\n')}\njoulemark explain gate|metric|verdict ID explains one.\n`
}

const headOf: Readonly<Record<ExplainedKind, string>> = { gate: 'Gates', metric: 'Metrics', verdict: 'Verdicts' }

function explainedText({ kind, id, text, facts }: Explained, width: number): string {
  const byName = [...Map.groupBy(facts, ([name]) => name)]
  const lines = byName.map(
    ([name, all]) =>
      `${name}\n${all.map(([, fact]) => hanging(all.length > 1 ? '- ' : '  ', plain(fact), width)).join('\n')}`,
  )
  return `${wrapTo(`${kind} ${id}: ${plain(text)}`, width).join('\n')}\n\n${lines.join('\n\n')}\n`
}

/** Words to type stay marked: a terminal has no other type for them. */
const plain = (text: string): string => text.replaceAll('`', "'")

/** A paragraph after a head, its further lines indented by the width of the head. */
function hanging(head: string, text: string, width: number): string {
  const lines = wrapTo(text, Math.max(24, width - head.length))
  return lines.map((line, at) => `${at === 0 ? head : ' '.repeat(head.length)}${line}`).join('\n')
}
