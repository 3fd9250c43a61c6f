import { attributes, type Html, html, joined, nothing } from '../../render/html/template.ts'
import type { BoxResult } from '../result/box-result.ts'

/** Findings with what to do about them, and what was not measured. */
export function findingsSection({ findings, notMeasured, leftOut, unseen }: BoxResult): Html {
  const parts = [
    list(
      'Findings',
      findings.map(({ id, status, read, why, fix }) => ({
        kind: status === 'fail' ? 'bad' : 'warn',
        text: html`<b>${id}</b>: ${read}<small>${[why, fix].filter((text) => text !== '').join('; ')}</small>`,
      })),
    ),
    list(
      'Not measured',
      [...notMeasured, ...leftOut].map(({ name, reason }) => ({ kind: '', text: html`<b>${name}</b>: ${reason}` })),
    ),
    list(
      'What an average card could have lost unseen',
      unseen.map(({ part, share }) => ({
        kind: '',
        text: html`${part}: ${share === null ? 'any, no figure shows it' : `up to ${(100 * share).toFixed(1)} %`}`,
      })),
      'unseen-losses',
    ),
  ]
  return joined(parts, '\n')
}

function list(
  title: string,
  items: readonly { readonly kind: string; readonly text: Html }[],
  kind: string | null = null,
): Html {
  if (items.length === 0) return nothing
  return html`<section><h2>${title}</h2><ul${attributes({ class: `plain ${kind ?? ''}`.trim() })}>${items.map((item) => html`<li${attributes({ class: item.kind === '' ? null : item.kind })}>${item.text}</li>`)}</ul></section>`
}

/** The records behind the verdict, with their digests, and how to verify them. */
export function evidenceSection({ records, tool, judgedAt }: BoxResult): Html {
  const [first] = records
  const signers = [...new Set(records.flatMap(({ signedBy }) => signedBy ?? []))]
  const key = signers.length === 1 ? ` --key ${signers[0]}` : ''
  const unsigned = records.filter(({ signedBy }) => signedBy === null).length
  const how =
    first === undefined
      ? nothing
      : html`<p class="small">Each figure is computed from the raw rows of these records. <code>joulemark verify ${first.id}${key}</code> in the folder of this page recomputes them on any computer, without a network, and prints the digest below.${unsigned === 0 ? '' : ` ${unsigned} of ${records.length} records are not signed.`}</p>
<ul class="digests">${records.map(({ id, part, manifestSha256 }) => html`<li>${id}${part === null ? '' : ` (${part})`}<code>${manifestSha256 ?? 'no digest: the record is not sealed'}</code></li>`)}</ul>`
  return html`<section aria-labelledby="h-evidence"><h2 id="h-evidence">Evidence</h2>${how}<p class="small">joulemark ${tool.version}${tool.commit === null ? '' : ` (${tool.commit})`}, judged ${judgedAt.slice(0, 16).replace('T', ' ')} UTC. box-result.json has every figure.</p></section>`
}
