/**
 * rustc's metadata: what a crate tells those that are compiled against it. Undocumented and changed
 * with every version, so only one thing is made of it: a text that is encoded as rustc encodes names
 * (length as LEB128, bytes, 0xC1) and is the name of a source file or of the directory in which
 * rustc ran belongs to the list of source files. A constant has no 0xC1 after it, and part of a text
 * no length before it. What cannot be explained like that counts as seen.
 */

const END = 0xc1

/** Whether these first bytes are those of metadata (`.rmeta`). */
export function isMetadata(start: Buffer): boolean {
  return start.toString('latin1', 0, 7) === 'rust\0\0\0'
}

/** The hits that are not names in the list of source files. */
export function otherThanSources(
  metadata: Buffer,
  hits: readonly number[],
  inputs: readonly string[],
): number[] {
  const names = new Map(hits.map((hit) => [hit, nameAt(metadata, hit)] as const))
  const absolute = new Set(inputs.filter((input) => input.startsWith('/')))
  const relative = inputs.filter((input) => !input.startsWith('/')).map((input) => `/${input}`)
  // Where rustc ran is known by the sources that are named as lying in it.
  const folders = new Set<string>()
  const isSource = (name: string): boolean => {
    if (absolute.has(name)) return true
    const end = relative.find((each) => name.endsWith(each))
    if (end !== undefined) folders.add(name.slice(0, -end.length))
    return end !== undefined
  }
  const unknown = hits.filter((hit) => {
    const name = names.get(hit) ?? null
    return name === null || !isSource(name)
  })
  return unknown.filter((hit) => !folders.has(names.get(hit) ?? ''))
}

/** The whole text that begins there, where it is encoded as a name. */
function nameAt(metadata: Buffer, at: number): string | null {
  for (const length of lengthsBefore(metadata, at)) {
    if (metadata[at + length] === END) return metadata.toString('latin1', at, at + length)
  }
  return null
}

/** What the bytes before may say as a length: LEB128 of one or of two bytes. */
function lengthsBefore(metadata: Buffer, at: number): number[] {
  const last = metadata[at - 1] ?? 0x80
  const first = metadata[at - 2] ?? 0
  if (last >= 0x80) return []
  return first >= 0x80 ? [(first & 0x7f) | (last << 7), last] : [last]
}
