/** A document of a quote as JSON text that neither a terminal nor an enclosing page can interpret. */
export const documentJson = (document: object): string =>
  `${JSON.stringify(document, null, 2).replace(hazards, escaped)}\n`

/** Characters that a terminal or an enclosing page could interpret: angle brackets, controls, writing direction. */
const hazards = /[<>\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g

const escaped = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
