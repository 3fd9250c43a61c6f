import { SIMULATED_HEAD } from '../run-answer/head.ts'
import type { AnswerLine } from '../run-answer/lines.ts'
import { answersOf } from './answers.ts'
import type { Tuning } from './tuning.ts'

/** Columns between a question and its answer. */
const GAP = 2

/** The answer of a tuning on a terminal: what was tuned, then which setting is best for what, a line each. */
export function tuneAnswer(tuning: Tuning): AnswerLine[] {
  const { title, card, simulated, caveat } = tuning
  const remarks = [...(simulated ? [SIMULATED_HEAD] : []), ...(caveat === null ? [] : [caveat])]
  const answers = answersOf(tuning)
  const hang = Math.max(...answers.map(({ question }) => question.length)) + GAP
  return [
    { text: `${title} on ${card.label}`, style: 'bold' },
    ...(remarks.length === 0 ? [] : [{ text: remarks.join('; '), style: 'yellow' } as const]),
    { text: '' },
    ...answers.map(
      ({ question, answer, isKnown }): AnswerLine => ({
        text: `${question.padEnd(hang)}${answer}`,
        hang,
        style: isKnown ? 'green' : 'dim',
      }),
    ),
    { text: '' },
  ]
}
