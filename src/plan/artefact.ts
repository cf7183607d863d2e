import { archiveMembers, isArchive } from './archive.ts'
import type { Extent, Reader } from './archive.ts'
import type { DepInfo } from './dep-info.ts'
import { elfSections, isElf } from './elf.ts'
import type { Section } from './elf.ts'
import { HITS_AT_MOST, hitsIn } from './former-paths.ts'
import { isMetadata, otherThanSources } from './metadata.ts'

/** What is looked for in what a compiler made. */
export interface Search {
  readonly paths: readonly string[]
  readonly living: readonly string[]
  /** what the unit was made of: the sources that its metadata may name */
  readonly inputs: DepInfo['inputs']
}

/** What a former path in an artefact means; `text` is how it goes on there. */
export type Verdict =
  { kind: 'unseen' } | { kind: 'seen'; text: string } | { kind: 'unreadable'; why: string }

const UNSEEN: Verdict = { kind: 'unseen' }

/** Code in a compiler's own form, whose texts are packed: of link-time optimisation. */
const PACKED = ['.llvmbc', '.llvm.lto', '.gnu.lto_']
const BITCODE = ['BC\u00c0\u00de', '\u00de\u00c0\u0017\u000b']

/** Where rustc keeps a crate's metadata in a library. */
const METADATA = new Set(['.rmeta', '.rustc'])
const METADATA_AT_MOST = 512 * 1024 * 1024

/** With all its debug information. */
const ARTEFACT_AT_MOST = 4 * 1024 ** 3

/** Sections that lie closer to each other are read as one. */
const GAP = 65_536
const CHUNK = 4 * 1024 * 1024

/** Each is looked up among all sections. */
const LOADED_HITS_AT_MOST = 2000

/** How much of what follows a path is told. */
const TOLD = 512

/**
 * Whether a program or library, when it runs or when another crate is compiled against it, may get to
 * see one of these paths.
 *
 * Debug information and symbols do not count: nothing that runs reads them but to print a backtrace.
 * Nor does the list of source files that a crate's metadata has. What is neither an archive nor ELF
 * nor metadata is taken for plain bytes, in which each hit counts.
 */
export function inspectArtefact(read: Reader, size: number, search: Search): Verdict {
  if (size > ARTEFACT_AT_MOST) return unreadable('it is too large')
  const whole = { from: 0, size }
  const start = read(0, 8)
  if (start.toString('latin1') === '!<thin>\n') return unreadable('it is a thin archive')
  if (!isArchive(start)) return inspectObject(read, whole, search)
  const members = archiveMembers(read, size)
  if (members === null) return unreadable('its archive is damaged')
  return firstOf(members, (member) => inspectObject(read, member, search))
}

function inspectObject(read: Reader, object: Extent, search: Search): Verdict {
  const start = read(object.from, 8)
  if (isMetadata(start)) return inspectMetadata(read, object, search)
  if (BITCODE.some((magic) => start.toString('latin1', 0, 4) === magic)) {
    return unreadable('it holds code for link-time optimisation')
  }
  if (!isElf(start)) return inspectLoaded(read, object, search)
  const sections = elfSections(read, object)
  if (sections === null) return unreadable('its sections cannot be read')
  if (sections.some(({ name }) => PACKED.some((each) => name.startsWith(each)))) {
    return unreadable('it holds code for link-time optimisation')
  }
  const metadata = sections.filter(({ name }) => METADATA.has(name))
  const loaded = sections.filter(({ isLoaded }) => isLoaded)
  // Without a table of sections nothing says which part is loaded: all of it, then.
  const ranges = sections.length === 0 ? [object] : joined(loaded)
  const inMetadata = firstOf(metadata, (section) => inspectMetadata(read, section, search))
  if (inMetadata.kind !== 'unseen') return inMetadata
  return firstOf(ranges, ({ from, size }) => inspectLoaded(read, { from, size }, search, loaded))
}

/** Ranges that hold these sections, and little else. */
function joined(sections: readonly Section[]): Extent[] {
  const ranges: { from: number; size: number }[] = []
  for (const { from, size } of sections.toSorted((a, b) => a.from - b.from)) {
    const last = ranges.at(-1)
    if (last === undefined || from > last.from + last.size + GAP) ranges.push({ from, size })
    else last.size = Math.max(last.size, from + size - last.from)
  }
  return ranges
}

function inspectLoaded(
  read: Reader,
  range: Extent,
  search: Search,
  within: readonly Extent[] | null = null,
): Verdict {
  const end = range.from + range.size
  const overlap = Math.max(...search.paths.map((path) => path.length), 1) - 1
  for (let from = range.from; from < end; from += CHUNK) {
    const bytes = read(from, Math.min(CHUNK + overlap, end - from))
    if (bytes.length === 0) return unreadable('it ends too early')
    const hits = hitsIn(bytes, search.paths, search.living)
    if (hits.length >= LOADED_HITS_AT_MOST) return unreadable('it names too many paths')
    const seen = hits.filter((hit) => within === null || isWithin(from + hit, within))
    if (seen.length > 0) return { kind: 'seen', text: textsAt(read, seen, from, end) }
  }
  return UNSEEN
}

function isWithin(at: number, sections: readonly Extent[]): boolean {
  return sections.some(({ from, size }) => at >= from && at < from + size)
}

function textsAt(read: Reader, hits: readonly number[], base: number, end: number): string {
  const parts = hits.slice(0, 100).map((hit) => {
    const from = base + hit
    return read(from, Math.min(TOLD, end - from)).toString('latin1')
  })
  return parts.join('\n')
}

function inspectMetadata(read: Reader, part: Extent, search: Search): Verdict {
  if (part.size > METADATA_AT_MOST) return unreadable('its metadata is too large')
  const bytes = read(part.from, part.size)
  // rustc's name and version stand at its beginning, as they are, unless it is compressed.
  if (!bytes.subarray(0, 256).includes('rustc ')) return unreadable('its metadata is packed')
  const hits = hitsIn(bytes, search.paths, search.living)
  if (hits.length >= HITS_AT_MOST) return unreadable('its metadata names too many paths')
  const others = otherThanSources(bytes, hits, search.inputs)
  if (others.length === 0) return UNSEEN
  const texts = others.map((hit) => bytes.toString('latin1', hit, hit + TOLD))
  return { kind: 'seen', text: texts.slice(0, 100).join('\n') }
}

function unreadable(why: string): Verdict {
  return { kind: 'unreadable', why }
}

/** The first verdict that is not *unseen*. */
function firstOf<Part>(parts: readonly Part[], judge: (part: Part) => Verdict): Verdict {
  for (const part of parts) {
    const verdict = judge(part)
    if (verdict.kind !== 'unseen') return verdict
  }
  return UNSEEN
}
