import { cardByKey, editionsOf } from '../../harness/catalogue/cards.ts'
import { catalogueNames } from '../../harness/catalogue/find.ts'
import { models } from '../../harness/catalogue/models.ts'
import type { ClaimCatalogue } from './context.ts'

/** The catalogue for an audit: a claimed key is a card or a family of editions. */
export const claimCatalogue: ClaimCatalogue = {
  cardsFor: (key) => {
    const card = cardByKey(key)
    return card === null ? editionsOf(key) : [card]
  },
  cardNames: catalogueNames.cards,
  models,
}
