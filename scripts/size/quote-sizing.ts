import { JoulemarkError } from '../../harness/errors.ts'
import type { StoredRun } from '../../harness/record/read.ts'
import { type SizedOffer, sizedOffer } from '../../reports/size/sized-offer.ts'
import type { Sizing } from '../../reports/size/sizing.ts'
import { quoteSelections } from '../actions/quote.ts'
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
  const { customer, out, pdf, quoteInputs, store, belowCost = false } = flags
  const rentGbp = sizing.asked.rentsGbp[offer.card]
  const selection = {
    name: offer.label,
    runs: chosen.map(({ directory }) => directory),
    servers: offer.servers,
    note: offer.promise,
    // what the customer was shown per month is what is offered
    ...(rentGbp === undefined ? {} : { priceGbpPerMonth: rentGbp }),
  }
  const more = {
    ...(quoteInputs === undefined ? {} : { inputs: quoteInputs }),
    ...(store === undefined ? {} : { store }),
  }
  return quoteSelections([selection], { customer, out, pdf, belowCost, ...more }, io)
}

function offerOrThrow(sizing: Sizing): SizedOffer {
  const offer = sizedOffer(sizing)
  if ('reason' in offer) throw new JoulemarkError('negative-result', `not quotable: ${offer.reason}`)
  return offer
}
