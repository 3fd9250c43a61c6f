/** How an argument begins that names runs of the store by a query instead of a folder. */
const START = 'store:'

/** Whether an argument asks a store: `store:card=rtx-4090 since=7d`. A folder of such a name is `./store:…`. */
export const isReference = (argument: string): boolean => argument.startsWith(START)

/** The query of a reference. */
export const queryText = (reference: string): string => reference.slice(START.length)

/** A reference to one run, by the start of its digest. */
export const referenceTo = (digest: string): string => `${START}${digest.slice(0, 16)}`
