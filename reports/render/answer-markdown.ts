import type { Answer, TileFigure } from '../answer/answer.ts'
import { formatCell } from './format-cell.ts'
import { escapeMarkdown } from './markdown-text.ts'

/** The answer as Markdown: its sentences, the figures that decide as a table, quality, and what was measured. */
export function answerMarkdown({ isMixed, sentences, tiles, quality, facts }: Answer): string {
  const figures = tiles.flatMap((tile) =>
    tile.figures.map(
      (figure, at) =>
        `| ${at === 0 ? escapeMarkdown(tile.label) : ''} | ${escapeMarkdown(figure.card?.label ?? '')} | ${figureText(figure, isMixed)} | ${at === 0 ? escapeMarkdown(tile.of ?? '') : ''} |`,
    ),
  )
  return [
    ...sentences.map((sentence) => `${escapeMarkdown(sentence)}\n`),
    ...(figures.length === 0
      ? []
      : [`${['| Key figure | Card | Value | Of |', '| --- | --- | ---: | --- |', ...figures].join('\n')}\n`]),
    ...(quality === null ? [] : [`**${escapeMarkdown(quality.text)}**\n`]),
    ...(facts.length === 0
      ? []
      : [`${facts.map(({ label, text }) => `- ${escapeMarkdown(label)}: ${escapeMarkdown(text)}`).join('\n')}\n`]),
  ].join('\n')
}

function figureText({ cell, note }: TileFigure, isMarked: boolean): string {
  const { main, mark, sub } = formatCell(cell)
  const marked = isMarked ? main + mark : main
  return escapeMarkdown([sub === null ? marked : `${marked} (${sub})`, ...(note === null ? [] : [note])].join('; '))
}
