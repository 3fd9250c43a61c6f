import { z } from 'zod'
import { plainText } from '../../plain-text.ts'
import { type CardProbe, cardProbeSchema } from '../../record/schema/card-probe.ts'

/** Begins the line of scripts/card-probe.py; an image may print other lines before it. */
const LINE = /^\{"joulemarkProbe": 1,.*\}$/m
const MAX_NAME = 200

/** The answer of the probe in the output of its container; `reason` where there is none, or one that is not understood. */
export function readProbe(output: string): CardProbe {
  const line = LINE.exec(output)?.[0]
  if (line === undefined) return { reason: lastWords(output) }
  try {
    const parsed = cardProbeSchema.safeParse(JSON.parse(line))
    if (!parsed.success)
      return { reason: `the answer of the probe is not understood: ${z.prettifyError(parsed.error)}` }
    return 'reason' in parsed.data ? parsed.data : withPlainNames(parsed.data)
  } catch {
    return { reason: 'the answer of the probe is cut off' }
  }
}

function lastWords(output: string): string {
  const last = output.trim().split('\n').at(-1)?.trim() ?? ''
  return last === '' ? 'the probe printed nothing' : plainText(last).slice(0, MAX_NAME)
}

function withPlainNames(probe: Extract<CardProbe, { readonly cards: unknown }>): CardProbe {
  return {
    ...probe,
    torch: plainText(probe.torch).slice(0, MAX_NAME),
    cards: probe.cards.map((card) => ({ ...card, name: plainText(card.name).slice(0, MAX_NAME) })),
  }
}
