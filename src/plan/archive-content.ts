import { matchesGlob } from './glob.ts'
import { staysInside } from './inner-link.ts'

/** Something in a target dir, by its path relative to it, with `/` between names. */
export interface TreeEntry {
  path: string
  kind: 'file' | 'folder' | 'link' | 'other'
  /** of a file's content, else 0 */
  bytes: number
  isExecutable: boolean
  /** where a link leads, as it stands there; '' for anything else */
  target: string
}

/**
 * What of a target dir can stay at home:
 * `incremental`, which is worth nothing in another workspace; `binaries`, which Cargo links again from
 * what is carried; `members`, all that workspace members were compiled to.
 */
export const CONTENT_GROUPS = ['incremental', 'binaries', 'members'] as const
export type ContentGroup = (typeof CONTENT_GROUPS)[number]

export interface ContentPolicy {
  groups: readonly ContentGroup[]
  /** paths relative to the target dir; `*` is any part of a name, `**` any number of folders */
  globs: readonly string[]
  /** names of the workspace's packages, for `members` */
  members: readonly string[]
  /** of everything that is carried, together */
  maxBytes: number
}

export type ArchiveContent =
  /** folders before what lies in them */
  | { kind: 'content'; entries: TreeEntry[]; bytes: number; leftOut: number }
  | { kind: 'unfit'; reason: string }

/** Decides what of a target dir goes into an archive for other hosts. */
export function archiveContent(
  entries: readonly TreeEntry[],
  policy: ContentPolicy,
): ArchiveContent {
  const tree = new Tree(entries)
  const unwanted = new Set(entries.filter((entry) => isLeftOut(entry, tree, policy)))
  const units = new Set<string>()
  for (const entry of entries) {
    const unit = scriptUnitOf(entry.path)
    const leadsOut = entry.kind === 'link' && !staysInside(below(entry.path, unit), entry.target)
    const isDropped = leadsOut || (unwanted.has(entry) && entry.kind !== 'other')
    if (!isDropped) continue
    if (unit !== null) units.add(unit)
    else if (leadsOut && !isBelowUnwanted(entry.path, unwanted)) {
      // Whatever put it there, Cargo would not run it again, and a build would miss the file.
      return { kind: 'unfit', reason: `the link ${entry.path} leads out of the target dir` }
    }
  }
  const gone = [...Array.from(unwanted, ({ path }) => path), ...Array.from(units, traces).flat()]
  const isGone = among(gone)
  const kept = entries
    .filter(({ path, kind }) => kind !== 'other' && !isGone(path))
    .toSorted((a, b) => (a.path < b.path ? -1 : 1))
  const bytes = kept.reduce((sum, entry) => sum + entry.bytes, 0)
  if (bytes > policy.maxBytes) {
    return { kind: 'unfit', reason: `it is ${bytes} bytes, above the ${policy.maxBytes} allowed` }
  }
  return { kind: 'content', entries: kept, bytes, leftOut: entries.length - kept.length }
}

/** Which paths are profiles’ own (`debug`, `<triple>/release`, …), and what lies in their `deps`. */
class Tree {
  readonly profiles: ReadonlySet<string>
  readonly #outputs = new Set<string>()

  constructor(entries: readonly TreeEntry[]) {
    this.profiles = new Set(
      entries
        .filter(({ path }) => nameOf(path) === '.fingerprint')
        .map(({ path }) => folderOf(path)),
    )
    for (const { path, kind, bytes } of entries) {
      const folder = folderOf(path)
      if (kind !== 'file' || nameOf(folder) !== 'deps') continue
      const name = nameOf(path).replace(HASH, '')
      this.#outputs.add(`${folderOf(folder)}/${name} ${bytes}`)
    }
  }

  /** Whether a file directly in a profile is another name of an output, which Cargo links anew. */
  isUplifted({ path, kind, bytes }: TreeEntry): boolean {
    const profile = folderOf(path)
    if (kind !== 'file' || !this.profiles.has(profile)) return false
    return this.#outputs.has(`${profile}/${nameOf(path).replaceAll('-', '_')} ${bytes}`)
  }
}

/** What Cargo puts between a unit's name and its ending. */
const HASH = /-[0-9a-f]{16}(?=\.|$)/
const UNIT = /^(.+)-[0-9a-f]{16}$/

/** Worth nothing elsewhere: locks, what Cargo knows of this host's rustc, and what no build reads. */
const AT_HOME = /^(\.cargo.*lock|\.rustc_info\.json)$/
const OUTPUT_OF_OTHERS = new Set(['doc', 'package', 'tmp'])

function isLeftOut(entry: TreeEntry, tree: Tree, policy: ContentPolicy): boolean {
  const name = nameOf(entry.path)
  const folder = folderOf(entry.path)
  const isInProfile = tree.profiles.has(folder)
  const holdsProfiles =
    folder === '' || [...tree.profiles].some((each) => folderOf(each) === folder)
  if (AT_HOME.test(name) && (isInProfile || holdsProfiles)) return true
  if (holdsProfiles && OUTPUT_OF_OTHERS.has(name) && entry.kind === 'folder') return true
  if (policy.globs.some((glob) => matchesGlob(entry.path, glob))) return true
  const isIn: Record<ContentGroup, () => boolean> = {
    incremental: () => isInProfile && name === 'incremental',
    binaries: () => tree.isUplifted(entry) || isProgram(entry, tree),
    members: () => isOfMember(entry.path, tree, policy.members),
  }
  return policy.groups.some((group) => isIn[group]())
}

/** Whether it is a linked program: only those have no ending. */
function isProgram({ path, kind, isExecutable }: TreeEntry, tree: Tree): boolean {
  const folder = folderOf(path)
  const isThere =
    ['deps', 'examples'].includes(nameOf(folder)) && tree.profiles.has(folderOf(folder))
  return isThere && kind === 'file' && isExecutable && !nameOf(path).includes('.')
}

function isOfMember(path: string, tree: Tree, members: readonly string[]): boolean {
  const folder = folderOf(path)
  if (!tree.profiles.has(folderOf(folder))) return false
  const name = nameOf(path)
  const unit = UNIT.exec(name.split('.')[0] ?? '')?.[1]
  if (unit === undefined) return false
  if (['.fingerprint', 'build'].includes(nameOf(folder))) return members.includes(unit)
  if (nameOf(folder) !== 'deps') return false
  const crates = members.map((member) => member.replaceAll('-', '_'))
  return crates.some((crate) => unit === crate || unit === `lib${crate}`)
}

/** The directory of one build script's run that a path lies in, as Cargo named them up to 1.99. */
function scriptUnitOf(path: string): string | null {
  return /^((?:.+\/)?build\/[^/]+-[0-9a-f]{16})\//.exec(path)?.[1] ?? null
}

/** A path relative to a folder that it lies in, where there is one. */
function below(path: string, folder: string | null): string {
  return folder === null ? path : path.slice(folder.length + 1)
}

/**
 * Both places of a build script's run. Cargo does not look whether what a script wrote is still
 * there, so it must not take the run for done when a part of that stays at home.
 */
function traces(unit: string): string[] {
  const profile = folderOf(folderOf(unit))
  const within = (place: string): string => (profile === '' ? place : `${profile}/${place}`)
  return [unit, within(`.fingerprint/${nameOf(unit)}`)]
}

function isBelowUnwanted(path: string, unwanted: ReadonlySet<TreeEntry>): boolean {
  return among(Array.from(unwanted, (entry) => entry.path))(path)
}

/** Whether a path is one of these or lies in one of them. */
function among(paths: readonly string[]): (path: string) => boolean {
  const known = new Set(paths)
  return (path) => {
    for (let each = path; each !== ''; each = folderOf(each)) if (known.has(each)) return true
    return false
  }
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function folderOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}
