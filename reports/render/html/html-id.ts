/** Any text as an id: letters, digits and dashes; any other character becomes its code. */
export const htmlId = (value: string): string =>
  value.replace(/[^A-Za-z0-9-]/g, (character) => `_${character.codePointAt(0)!.toString(16)}`)
