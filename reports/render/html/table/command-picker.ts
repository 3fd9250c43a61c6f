import type { Table } from '../../../tables/table.ts'
import { type CommandGroup, cardsText, variedOption, workloadsText } from '../../grid/command-groups.ts'
import type { TableText } from '../../grid/table-text.ts'
import { attributes, type Html, html, joined, nothing } from '../template.ts'
import type { CommandPick } from './command-pick.ts'
import { noteButton } from './table-notes.ts'

/**
 * Commands as folded blocks, each said once for its workloads and cards. With the script a workload and a card are chosen,
 * and one block is shown, with the value of its workload.
 */
export function commandPicker(table: Table, groups: readonly CommandGroup[], text: TableText): Html {
  const workloads = new Set(groups.flatMap((group) => group.workloads.map(({ title }) => title)))
  const cards = new Set(groups.flatMap((group) => group.cards))
  return html`<form class="picker" hidden aria-label="${table.title}: choose">
${selectHtml('Workload', 'workload', workloads)}
${selectHtml('Card', 'card', cards)}
</form>
<div class="commands">
${joined(
  groups.map((group) => blockHtml(table, group, text)),
  '\n',
)}
</div>`
}

const selectHtml = (label: string, name: string, options: ReadonlySet<string>): Html =>
  html`<label>${label}<select name="${name}">${[...options].map((option) => html`<option>${option}</option>`)}</select></label>`

function blockHtml(table: Table, group: CommandGroup, text: TableText): Html {
  const { workloads, cards, shared, lines } = group
  const picks = cards.flatMap((card) => workloads.map(({ title, value }): CommandPick => [title, card, value]))
  const others = workloads.length > 1 ? ` and ${workloads.length - 1} more` : ''
  const facts = shared.map(({ head, cell }) => {
    const { main, sub, tone, number } = text.cell(cell)
    const small = sub === null ? nothing : html`<small>${sub}</small>`
    return html`<div${attributes({ class: tone === 'plain' ? null : tone })}><dt>${head}</dt><dd><span class="main">${main}</span>${number === null ? nothing : noteButton(table, number)}${small}</dd></div>`
  })
  const all =
    workloads.length > 1 ? html`<div class="all"><dt>Workloads</dt><dd>${workloadsText(group)}</dd></div>` : nothing
  return html`<details class="command" data-of="${JSON.stringify(picks)}"><summary>${cardsText(group)}: ${workloads[0]!.title}${others}</summary>
<dl>${all}${facts}</dl>
${lines.length === 0 ? nothing : codeHtml(lines)}</details>`
}

/** The lines to copy, the value of the varied option as an element of its own. */
function codeHtml(lines: readonly string[]): Html {
  const option = new RegExp(`^(.*${variedOption}[ =])(\\S+)(.*)$`, 'u')
  const marked = lines.map((line) => {
    const [, before, value, after] = option.exec(line) ?? []
    return before === undefined ? line : html`${before}<span class="varied">${value!}</span>${after!}`
  })
  return html`<div class="copied"><pre tabindex="0"><code>${joined(marked, '\n')}</code></pre><button type="button" class="copy" hidden>Copy</button></div>`
}
