import { XMLParser } from 'fast-xml-parser'

/**
 * A document of `nvidia-smi -q -x`: a node is text, an object by element name, or an array of either where a name occurs
 * several times. An element with attributes keeps its text under `_`. node-nvidia-smi returns the same form.
 */
export type XmlNode = string | { readonly [name: string]: XmlNode } | readonly XmlNode[] | undefined

/** Values stay text as printed: `007`, `1e5`, `true` and `0x10` are identifiers and masks here, never numbers. */
const parser = new XMLParser({
  ignoreAttributes: false,
  attributesGroupName: '$',
  attributeNamePrefix: '',
  textNodeName: '_',
  parseTagValue: false,
  parseAttributeValue: false,
  trimValues: true,
  // reads numeric character references too
  htmlEntities: true,
  ignoreDeclaration: true,
  ignorePiTags: true,
})

/** Parses the output of `nvidia-smi -q -x`. Throws when it is not one complete, well-formed document. */
export function parseSmiXml(xml: string): XmlNode {
  return parser.parse(xml, true) as XmlNode
}

/** The node at a path of element names; the first one where there are several. Own keys only: `__proto__` is text here. */
export function nodeAt(node: XmlNode, ...path: readonly string[]): XmlNode {
  let current = first(node)
  for (const name of path) {
    if (typeof current !== 'object' || Array.isArray(current) || !Object.hasOwn(current, name)) return undefined
    current = first((current as { readonly [name: string]: XmlNode })[name])
  }
  return current
}

/** The text at a path, or undefined where there is none: an element with attributes keeps its text under `_`. */
export function textAt(node: XmlNode, ...path: readonly string[]): string | undefined {
  const found = nodeAt(node, ...path)
  if (typeof found === 'string') return found
  const inner = nodeAt(found, '_')
  return typeof inner === 'string' ? inner : undefined
}

/** All nodes of one name: an object or text for one, an array for several. */
export function allAt(node: XmlNode, name: string): readonly XmlNode[] {
  const current = first(node)
  if (typeof current !== 'object' || Array.isArray(current) || !Object.hasOwn(current, name)) return []
  const found = (current as { readonly [name: string]: XmlNode })[name]
  return Array.isArray(found) ? found : [found]
}

const first = (node: XmlNode): XmlNode => (Array.isArray(node) ? node[0] : node)
