import { plainText } from '../../plain-text.ts'
import { failureInText } from './failures.ts'
import { missingKindOf, sickKinds } from './values.ts'

/**
 * The lines of an answer besides what was requested: for a query those that are no row, for `-L` those that name no
 * card, for XML those outside of the document. Null if the answer has nothing that was requested.
 *
 * A row may hold failure texts in brackets, such as `[GPU is lost]`: they are values of one card, not a failure of the call.
 */
export function besidesRows(args: readonly string[], stdout: string): string | null {
  if (args.includes('-x')) return besidesDocument(stdout)
  const isRow = rowTest(args)
  if (isRow === null) return null
  const lines = stdout.split(/\r?\n/).filter((line) => line.trim() !== '')
  const others = lines.filter((line) => !isRow(line))
  return others.length === lines.length ? null : others.join('\n')
}

function rowTest(args: readonly string[]): ((line: string) => boolean) | null {
  if (args[0] === '-L') return (line) => /^GPU \d+: .*\(UUID: /.test(line) || /^\s+MIG .*\(UUID: /.test(line)
  const gpus = columnsOf(args, '--query-gpu=')
  if (gpus !== null) return (line) => line.split(',').length === gpus && !saysFailure(line)
  const apps = columnsOf(args, '--query-compute-apps=')
  // the name of a process may hold commas
  if (apps !== null) return (line) => line.split(',').length >= apps && !saysFailure(line)
  return null
}

const columnsOf = (args: readonly string[], option: string): number | null => {
  const query = args.find((argument) => argument.startsWith(option))
  return query === undefined ? null : query.slice(option.length).split(',').length
}

const saysFailure = (line: string): boolean => failureInText(line.replace(/\[[^\]]*\]/g, '')) !== null

const DOCUMENT_END = '</nvidia_smi_log>'
function besidesDocument(stdout: string): string | null {
  const end = stdout.indexOf(DOCUMENT_END)
  return end < 0 ? null : stdout.slice(end + DOCUMENT_END.length).trim()
}

/** The XML document in the answer to `-q -x`, without the lines that nvidia-smi may print after it. */
export function documentIn(stdout: string): string {
  const end = stdout.indexOf(DOCUMENT_END)
  return end < 0 ? stdout : stdout.slice(0, end + DOCUMENT_END.length)
}

/**
 * One line for each row that names no card, because its UUID is a text such as `[GPU is lost]`: only its index
 * identifies the card. `fields` are the requested columns.
 */
export function namelessCards(csv: string, fields: readonly string[]): string[] {
  return csv.split(/\r?\n/).flatMap((line) => {
    const cells = line.split(',').map((cell) => cell.trim())
    const uuid = cells[fields.indexOf('uuid')] ?? ''
    const kind = missingKindOf(uuid)
    if (cells.length !== fields.length || kind === null || !sickKinds.has(kind)) return []
    const index = cells[fields.indexOf('index')] ?? ''
    return [`GPU ${/^\d+$/.test(index) ? index : '?'} cannot be read: ${plainText(uuid)}`]
  })
}
