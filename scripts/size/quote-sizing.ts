import { JoulemarkError } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import type { StoredRun } from '../../harness/record/read.ts'
import { type SizedOffer, sizedOffer } from '../../reports/size/sized-offer.ts'
import type { Sizing } from '../../reports/size/sizing.ts'
import { quote } from '../actions/quote.ts'
import type { CommandIo } from '../support/io.ts'
import type { SizeFlags } from './size-flags.ts'

/**
 * Makes the quote of the recommended card from the runs behind its figure. Throws `negative-result` where there is no recommendation, and
 * where its figure was not measured: an expected, extrapolated or simulated figure is never quoted.
 */
export async function quoteSizing(
  sizing: Sizing,
  stored: readonly StoredRun[],
  flags: SizeFlags,
  io: CommandIo,
): Promise<number> {
  if (flags.customer === undefined) throw new JoulemarkError('bad-input', '--quote: expected --customer NAME')
  const offer = offerOrThrow(sizing)
  const chosen = stored.filter(({ record }) => offer.runs.includes(record.id))
  io.stderr.write(
    `quoted: ${plainText(offer.label)}, ${offer.servers} times the price of the one server below; ${plainText(offer.promise)}\n`,
  )
  const { customer, out, pdf, quoteInputs, store } = flags
  const paths = chosen.map(({ directory }) => directory)
  const more = {
    ...(quoteInputs === undefined ? {} : { inputs: quoteInputs }),
    ...(store === undefined ? {} : { store }),
  }
  return quote(paths, { customer, out, pdf, ...more }, io)
}

function offerOrThrow(sizing: Sizing): SizedOffer {
  const offer = sizedOffer(sizing)
  if ('reason' in offer) throw new JoulemarkError('negative-result', `not quotable: ${offer.reason}`)
  return offer
}
