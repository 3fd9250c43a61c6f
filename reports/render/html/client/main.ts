import { addCopyButtons } from './copy.ts'
import { followAssumptions } from './follow-assumptions.ts'
import { addSorting } from './sort.ts'

/** All that runs in the page. Without it the page is complete, but nothing in it can be changed. */
addSorting()
addCopyButtons()
followAssumptions()
