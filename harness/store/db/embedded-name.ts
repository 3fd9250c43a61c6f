/** The file of the embedded store and of the index in a folder of runs. */
export const EMBEDDED_NAME = 'joulemark.sqlite'
