import type { LimitedBy } from '../../harness/size/limited-by.ts'
import type { SizedCard } from '../../harness/size/offer.ts'

/** How the highest load of a card was got. */
export type Basis =
  /** This very load was measured: sessions, or requests at random times. */
  | 'measured'
  /** Between measured loads of the same model, card, engine, settings and lengths, on a server fitted to them. */
  | 'interpolated'
  /** The same from requests of other lengths, scaled by what is expected of both. */
  | 'extrapolated'
  /** From the catalogue and physics; nothing was measured. */
  | 'expected'

/** What is known of one card for a case. */
export interface CardAnswer extends SizedCard {
  /** GPUs of a server. */
  readonly gpus: number
  /** Null where there is no answer. */
  readonly basis: Basis | null
  /** Which runs, or which expectation, in one clause. */
  readonly from: string
  /** Why there is no highest load; null where there is one. */
  readonly reason: string | null
  readonly limitedBy: LimitedBy | null
  /** Requests in the server at the highest load, mean; null where it is not known. */
  readonly inFlight: number | null
  /** What is to be known besides. */
  readonly notes: readonly string[]
  readonly simulated: boolean
  /** Ids of the runs behind the figure. */
  readonly runs: readonly string[]
  /** Why the figure cannot be quoted; null where it can. */
  readonly whyNotQuotable: string | null
}
