import type { CardEntry } from '../../catalogue/own/card-entry.ts'
import { defaultMoney } from '../../catalogue/prices.ts'
import { cardBlock } from './card-text.ts'

/** What was found on this machine. */
export interface FoundHere {
  /** Cards that the bundled catalogue does not know. */
  readonly unknown: readonly CardEntry[]
  /** Bundled cards without a bundled price. */
  readonly withoutPrice: readonly Pick<CardEntry, 'key' | 'label'>[]
  /** Bundled cards with one. */
  readonly priced: readonly { readonly key: string; readonly label: string; readonly priceGbp: number }[]
}

/**
 * A commented joulemark.yaml: what was found is in it, everything else is a comment to complete. It is valid as it is.
 * `schema` is the path or address of the JSON Schema.
 */
export function newConfigText({ unknown, withoutPrice, priced }: FoundHere, schema: string): string {
  const { tariffGbpPerKwh, years, utilisation, pue } = defaultMoney
  const cards =
    unknown.length === 0
      ? ['# cards: {}   # joulemark card describe prints the entry of a card']
      : ['cards:', ...unknown.map((entry) => cardBlock(entry).trimEnd())]
  const prices = [
    ...unknown.map((entry) => priceLines(entry.key, `${entry.label}: no price is bundled`)),
    ...withoutPrice.map(({ key, label }) => priceLines(key, `${label}: no price is bundled`)),
    ...priced.map(({ key, label, priceGbp }) => priceLines(key, `${label}: £${priceGbp} unless given here`)),
  ].flat()
  return `${[
    `# yaml-language-server: $schema=${schema}`,
    '# What is yours, for every joulemark command in this folder: see docs/configuration.md. No keys, tokens or passwords.',
    '',
    '# Cards that are not bundled: only what is known.',
    ...cards,
    '',
    '# Models of your own, by the key that scenarios name: a folder, or ORG/NAME.',
    '# models:',
    '#   support-bot: /data/models/support-bot',
    '',
    '# Prices of cards in pounds, each with a source and a date.',
    '# prices:',
    ...(prices.length === 0 ? priceLines('rtx-4090', 'RTX 4090') : prices),
    '',
    '# electricity:',
    `#   tariffGbpPerKwh: ${tariffGbpPerKwh.value}    # without it: ${tariffGbpPerKwh.source}`,
    `#   pue: ${pue.value}                   # power usage effectiveness of the room`,
    '#   hostOverhead: 1.35       # whole server / GPU boards; for a quote of a server that was not measured',
    `# utilisation: ${utilisation.value * 100}%         # share of the month under load`,
    `# writeOffMonths: ${years.value * 12}`,
    '',
    '# seller:                    # printed on a quote',
    '#   name: Example GPU Hosting Ltd',
    '#   address: 1 Example Street, Manchester M1 1AA',
    '#   contact: sales@example.com',
    '#   vatNumber: GB 123 4567 89',
    '#   logo: logo.svg           # PNG, JPEG or SVG; relative to this file',
    '# quote:',
    '#   marginShareOfPrice: 25%',
    '#   box: { capexGbp: 14500.00, writeOffMonths: 36 }   # the whole server; else the price of its cards',
    '#   vat: { case: standard, rate: 20% }',
    '',
    '# wall:                      # where the power of the whole server is read: docs/wall.md',
    '#   command: { run: [pdu-power, --outlet, "7"], accuracy: 1% }   # prints watts',
    '',
    '# key: ~/.config/joulemark/signing-key.pem   # the path of the signing key, never the key itself',
    '# store: postgres://bench@db/joulemark       # where runs are pushed to; the password is in PGPASSWORD',
  ].join('\n')}\n`
}

const priceLines = (key: string, note: string): string[] => [
  `#   ${key}:            # ${note}`,
  '#     purchaseGbp: 1000.00',
  '#     source: our supplier',
  '#     date: 2026-11-26',
]
