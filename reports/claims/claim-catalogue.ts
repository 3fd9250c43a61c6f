import { editionsOf } from '../../harness/catalogue/cards.ts'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { allModels } from '../../harness/catalogue/models.ts'
import { fullCard } from '../../harness/catalogue/own/known.ts'
import { cardEntryByKey } from '../../harness/catalogue/own/own-cards.ts'
import type { ClaimCatalogue } from './context.ts'

/** The catalogue for an audit: a claimed key is a card of which everything is known, or a family of editions. */
export const claimCatalogue: ClaimCatalogue = {
  cardsFor: (key) => {
    const entry = cardEntryByKey(key)
    const card = entry === null ? null : fullCard(entry)
    return card === null ? editionsOf(key) : [card]
  },
  get cardNames() {
    return catalogueNames.cards
  },
  get models() {
    return allModels()
  },
}
