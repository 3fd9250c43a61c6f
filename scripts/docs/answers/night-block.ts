import { type BoxResult, boxResultSchema } from '../../../reports/box/result/box-result.ts'
import { exitCodeOf } from '../../../reports/box/result/use-result.ts'
import { resultText } from '../../../reports/box/text/result-text.ts'

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
  return `\`\`\`text\n${resultText(result, { files })}\`\`\`\n\nExit code ${exitCodeOf(result)}.`
}
