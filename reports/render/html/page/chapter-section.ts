import type { Report } from '../../../report.ts'
import { recordLines } from '../../source-lines.ts'
import { chartFigure } from '../chart-figure.ts'
import { sectionWithoutNotes } from '../table/table-section.ts'
import { attributes, type Html, html, joined, nothing } from '../template.ts'
import type { Chapter } from './chapters.ts'
import { moneyForm } from './money-form.ts'
import { keepsChart, keepsTable, kept } from './own-assumptions.ts'

/** A chapter of the page: it folds, and a link to anything in it opens it. */
export function chapterSection(chapter: Chapter, report: Report): Html {
  const { id, title, tables, charts, isOpen } = chapter
  const isQuality = id === 'quality'
  // a heading of its own would say the same as that of the chapter
  const only = tables.length === 1 && !isQuality && tables[0]?.title === title
  const parts = [
    ...tables.map((table) => {
      const form = table.id === 'economics' && report.money !== null ? moneyForm(report.money) : nothing
      const section = sectionWithoutNotes(table, only ? 'none' : 3)
      return html`${form}${keepsTable(table) ? kept(section) : section}`
    }),
    ...(charts.length === 0
      ? []
      : [
          html`<div class="charts">${joined(
            charts.map((chart) => (keepsChart(chart) ? kept(chartFigure(chart)) : chartFigure(chart))),
            '\n',
          )}</div>`,
        ]),
    ...(isQuality ? [chartNotes(report), sources(report)] : []),
  ]
  const head = html`<summary><h2 id="h-c-${id}">${title}</h2></summary>
${joined(parts, '\n')}`
  return isOpen
    ? html`<details class="chapter" id="c-${id}" open>${head}</details>`
    : html`<details class="chapter" id="c-${id}">${head}</details>`
}

function chartNotes({ charts }: Report): Html {
  const notes = charts?.notes ?? []
  return notes.length === 0 ? nothing : html`<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>`
}

const sources = (report: Report): Html =>
  html`<section aria-labelledby="h-sources"><h3 id="h-sources">Sources</h3><ul class="sources">${joined(
    recordLines(report).map(
      (line) => html`<li${attributes({ class: line.startsWith('  ') ? 'of-run' : null })}>${line.trim()}</li>`,
    ),
    '\n',
  )}</ul></section>`
