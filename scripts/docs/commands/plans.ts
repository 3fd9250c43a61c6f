import { comparingPages } from './plans-compare.ts'
import { measuringPages } from './plans-measure.ts'
import { sellingPages } from './plans-sell.ts'
import type { PagePlan } from './rules.ts'

/** What each page with commands needs so that they run; a page that is not here needs nothing. */
export const pagePlans: Readonly<Record<string, PagePlan>> = { ...measuringPages, ...comparingPages, ...sellingPages }

/** Pages whose commands another test runs, with all that they print: scripts/docs/journeys/journeys.e2e.test.ts. */
export const isGuide = (page: string): boolean => /^docs\/journey-/.test(page)
