import { calledAs } from '../../../harness/version.ts'
import { type BoxResult, boxResultSchema } from '../../../reports/box/result/box-result.ts'
import { exitCodeOf } from '../../../reports/box/result/use-result.ts'
import { resultText } from '../../../reports/box/text/result-text.ts'
import { nextAfter } from '../../box/judge.ts'

/**
 * What `joulemark box --out results` printed at the end of the night whose document is shipped as an example
 * (reports/examples/box-result.json): a guide shows it, and half an hour is too long to measure it for a guide.
 */
export function nightBlock(document: string): string {
  const result: BoxResult = boxResultSchema.parse(JSON.parse(document))
  const files = [
    { what: 'page', path: 'results/box.html' },
    { what: 'document', path: 'results/box-result.json' },
    { what: 'log', path: 'results/box.log' },
  ]
  // an installation, as in the guide, calls itself joulemark; these are the sources
  const next = nextAfter(result, 'results', false)
  const text = resultText(result, { files, next, terminal: { columns: 80, color: false } }).replaceAll(
    calledAs,
    'joulemark',
  )
  return `\`\`\`text\n${text}\`\`\`\n\nExit code ${exitCodeOf(result)}.`
}
