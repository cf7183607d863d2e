import type { Extent, Reader } from './archive.ts'

/** A section that has bytes in its file. */
export interface Section extends Extent {
  /** of one that is not loaded, as those are that matter by their name; else empty */
  readonly name: string
  /** whether it is part of the running program: not debug information, not symbols */
  readonly isLoaded: boolean
}

const NO_BYTES = 8 // SHT_NOBITS
const LOADED = 2 // SHF_ALLOC

/** Names longer than this belong to none of the sections that are looked for. */
const NAME_AT_MOST = 64

/** Sections of one object; with one for each function, tens of thousands are usual. */
const SECTIONS_AT_MOST = 200_000

/** All names together, in bytes. */
const NAMES_AT_MOST = 64 * 1024 * 1024

/** Whether these first bytes are those of an ELF file: object, program or shared library. */
export function isElf(start: Buffer): boolean {
  return start.toString('latin1', 0, 4) === '\u007fELF'
}

/** Where the fields lie, for 64 and for 32 bits. */
const LAYOUTS = {
  wide: { header: 64, table: 40, counts: 58, entry: 64, flags: 8, from: 24, size: 32, link: 40 },
  narrow: { header: 52, table: 32, counts: 46, entry: 40, flags: 8, from: 16, size: 20, link: 24 },
} as const

/** The sections of an ELF file that lies in another; null where its tables cannot be followed. */
export function elfSections(read: Reader, file: Extent): Section[] | null {
  const start = read(file.from, LAYOUTS.wide.header)
  const isWide = start[4] === 2
  const layout = isWide ? LAYOUTS.wide : LAYOUTS.narrow
  const isLittle = start[5] === 1
  if (start.length < layout.header) return null
  const short = (bytes: Buffer, at: number): number =>
    isLittle ? bytes.readUInt16LE(at) : bytes.readUInt16BE(at)
  const word = (bytes: Buffer, at: number): number =>
    isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at)
  const long = (bytes: Buffer, at: number): number => {
    if (!isWide) return word(bytes, at)
    // By halves: there are very many, and BigInts are slow.
    return word(bytes, isLittle ? at : at + 4) + word(bytes, isLittle ? at + 4 : at) * 2 ** 32
  }
  const table = long(start, layout.table)
  const first = read(file.from + table, layout.entry)
  if (short(start, layout.counts) !== layout.entry || first.length < layout.entry) return null
  // Numbers that do not fit into the header stand in the first, unused entry.
  const count = short(start, layout.counts + 2) || long(first, layout.size)
  const named = short(start, layout.counts + 4)
  const namesAt = named === 0xff_ff ? word(first, layout.link) : named
  if (count > SECTIONS_AT_MOST || namesAt >= count) return null
  if (table + count * layout.entry > file.size) return null
  const entries = read(file.from + table, count * layout.entry)
  if (entries.length < count * layout.entry) return null

  const extentOf = (index: number): Extent => ({
    from: long(entries, index * layout.entry + layout.from),
    size: long(entries, index * layout.entry + layout.size),
  })
  const names = extentOf(namesAt)
  if (names.size > NAMES_AT_MOST || names.from + names.size > file.size) return null
  const texts = read(file.from + names.from, names.size)
  const sections: Section[] = []
  for (let index = 1; index < count; index += 1) {
    const at = index * layout.entry
    const { from, size } = extentOf(index)
    if (word(entries, at + 4) === NO_BYTES || size === 0) continue
    if (from + size > file.size) return null
    const isLoaded = (long(entries, at + layout.flags) & LOADED) !== 0
    const name = isLoaded ? '' : nameAt(texts, word(entries, at))
    sections.push({ name, from: file.from + from, size, isLoaded })
  }
  return sections
}

function nameAt(texts: Buffer, from: number): string {
  const part = texts.subarray(from, from + NAME_AT_MOST)
  const end = part.indexOf(0)
  return part.toString('latin1', 0, end === -1 ? part.length : end)
}
