import { followChapters } from './chapters.ts'
import { addCopyButtons } from './copy.ts'
import { followAssumptions } from './follow-assumptions.ts'
import { addCommandPicker } from './pick-command.ts'
import { addSorting } from './sort.ts'

/** All code of the page. Without it the page is complete but static. */
addSorting()
addCopyButtons()
addCommandPicker()
followAssumptions()
followChapters()
