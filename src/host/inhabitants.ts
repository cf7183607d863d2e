import { readFileSync, readdirSync, readlinkSync } from 'node:fs'
import { errnoOf, messageOf } from '../plan/guard-error.ts'
import type { Inhabitant } from '../plan/evidence.ts'
import { SLOT_DEPTH } from '../plan/naming.ts'
import {
  isAtOrBelow,
  join,
  locate,
  parseMounts,
  readMountText,
  readMounts,
  relative,
} from './mounts.ts'
import type { Mount } from './mounts.ts'
import { listProcesses, readProcess } from './processes.ts'
import { MEASURING } from './sizes.ts'
import { isTryingLocks } from './try-locks.ts'

/** What a look at all processes found: who lives in which slot, and whether it could look. */
export interface ProcessScan {
  /** by slot path relative to the root */
  bySlot: ReadonlyMap<string, readonly Inhabitant[]>
  /** why nothing can be concluded, null when /proc could be read */
  failure: string | null
}

/**
 * Whether another mount namespace that has `mounted` mounted uses `place` by that alone; both are
 * relative to the root.
 */
export type MountRule = (mounted: string, place: string) => boolean

/** Slots are in use when they are mounted themselves, in part, or with their run dir; a mounted root proves nothing. */
function isSlotUsed(mounted: string, slot: string): boolean {
  if (mounted.split('/').length < SLOT_DEPTH - 1) return false
  return isAtOrBelow(mounted, slot) || isAtOrBelow(slot, mounted)
}

/** A part of the root as some mount namespace sees it. */
interface View {
  /** path in that namespace */
  point: string
  /** the same directory, relative to the root; '' for the root itself */
  inRoot: string
}

/**
 * Looks for processes that have their working directory, program, arguments or an open file in one
 * of these slots, or whose mount namespace has one of them (or its run dir) mounted.
 *
 * Paths in /proc are those of the process's own mount namespace, so they are read against the
 * mounts of that namespace: a container's `/workspace/target` is found as the slot it is.
 * What cannot be read of other users' processes is passed over: no sign, no conclusion. Their mounts
 * and arguments may be read by anybody, so a container that root started is seen without docker.
 */
export function scanProcesses(
  rootRealPath: string,
  slots: readonly string[],
  isUsed: MountRule = isSlotUsed,
): ProcessScan {
  const wanted = new Set(slots)
  const bySlot = new Map<string, Inhabitant[]>(slots.map((slot) => [slot, []]))
  const scan = { wanted, bySlot, views: new Map<string, View[]>(), rootRealPath, isUsed }
  try {
    const place = locate(rootRealPath, readMounts())
    const own = new Set([readlinkSync('/proc/self/ns/mnt'), readMountText('self')])
    for (const pid of listProcesses()) {
      if (pid !== process.pid) lookAt(pid, { ...scan, place, own })
    }
  } catch (error) {
    return { bySlot, failure: `/proc cannot be read (${messageOf(error)})` }
  }
  return { bySlot, failure: null }
}

interface Scan {
  wanted: ReadonlySet<string>
  bySlot: Map<string, Inhabitant[]>
  views: Map<string, View[]>
  rootRealPath: string
  isUsed: MountRule
  place: ReturnType<typeof locate>
  /** this process's own mount namespace, by both of its names */
  own: ReadonlySet<string>
}

function lookAt(pid: number, scan: Scan): void {
  const program = isTryingLocks(pid) ? null : programOf(pid)
  if (program === null) return
  const namespace = readLink(`/proc/${pid}/ns/mnt`) ?? mountTextOf(pid)
  if (namespace === '') return
  const views = viewsOf(pid, namespace, scan)
  if (views.length === 0) return
  const uses = new Map<string, string>()
  for (const { path, how } of pathsOf(pid, program)) {
    for (const slot of slotsAt(path, views, scan.wanted)) {
      if (!uses.has(slot)) uses.set(slot, `${how} ${path}`)
    }
  }
  if (!scan.own.has(namespace)) {
    for (const slot of mountedSlots(views, scan)) {
      if (!uses.has(slot)) uses.set(slot, 'runs in a container that mounts it')
    }
  }
  if (uses.size > 0 && isMeasuring(pid)) return
  for (const [slot, use] of uses) {
    scan.bySlot.get(slot)?.push({ kind: 'process', what: `pid ${pid} (${commandOf(pid)}) ${use}` })
  }
}

const MEASURERS = new Set(['du', 'ionice', 'nice', 'sh'])

/**
 * Whether it is a du(1) that a reaper, a keeper or a report of ours has started: it reads, and ends by
 * itself. What another user's process has in its environment only root can tell.
 */
function isMeasuring(pid: number): boolean {
  if (!MEASURERS.has(commandOf(pid))) return false
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${MEASURING}=1`)
  } catch {
    return false
  }
}

/**
 * What a process runs, '' where that is not told; null of a kernel thread, or what is dead: it holds
 * nothing that /proc shows, and most processes are that.
 */
function programOf(pid: number): string | null {
  try {
    return withoutMark(readlinkSync(`/proc/${pid}/exe`))
  } catch (error) {
    return errnoOf(error) === 'ENOENT' ? null : ''
  }
}

/** Where a mount namespace sees the root or a part of it; read once for each namespace. */
function viewsOf(pid: number, namespace: string, scan: Scan): View[] {
  const known = scan.views.get(namespace)
  if (known !== undefined) return known
  const mounts = mountsOf(pid)
  const views = mounts.flatMap((mount) => viewThrough(mount, scan.place))
  if (scan.own.has(namespace)) views.push({ point: scan.rootRealPath, inRoot: '' })
  if (mounts.length > 0) scan.views.set(namespace, views)
  return views
}

function viewThrough(mount: Mount, place: Scan['place']): View[] {
  if (place === null || mount.device !== place.mount.device) return []
  if (isAtOrBelow(place.path, mount.root)) {
    return [{ point: join(mount.point, relative(place.path, mount.root)), inRoot: '' }]
  }
  if (isAtOrBelow(mount.root, place.path)) {
    return [{ point: mount.point, inRoot: relative(mount.root, place.path).slice(1) }]
  }
  return []
}

/** The slots that a path lies in: of slots, one at most; other places may lie in each other. */
function slotsAt(path: string, views: readonly View[], wanted: ReadonlySet<string>): string[] {
  const found = new Set<string>()
  for (const view of views) {
    if (!isAtOrBelow(path, view.point)) continue
    const parts = join(`/${view.inRoot}`, relative(path, view.point)).split('/').filter(Boolean)
    for (let depth = parts.length; depth >= 0; depth -= 1) {
      const place = parts.slice(0, depth).join('/')
      if (wanted.has(place)) found.add(place)
    }
  }
  return [...found]
}

function mountedSlots(views: readonly View[], { wanted, isUsed }: Scan): string[] {
  return [...wanted].filter((slot) => views.some(({ inRoot }) => isUsed(inRoot, slot)))
}

/** Every path by which a process may hold something, with the verb that goes before it. */
function* pathsOf(pid: number, program: string): Generator<{ path: string; how: string }> {
  const folder = `/proc/${pid}`
  const directory = readLink(`${folder}/cwd`)
  if (directory !== null) yield { path: directory, how: 'works in' }
  if (program !== '') yield { path: program, how: 'runs' }
  for (const file of openFiles(folder)) yield { path: file, how: 'has open' }
  // Whoever started this process may have named the place to it, as sudo and shells do.
  if (ancestors().has(pid)) return
  for (const word of argumentsOf(folder)) {
    const start = word.indexOf('/')
    if (start >= 0) yield { path: word.slice(start), how: 'is called with' }
  }
}

/** The processes that this one was started by. */
function ancestors(): ReadonlySet<number> {
  if (ownAncestors !== null) return ownAncestors
  ownAncestors = new Set()
  for (let pid = process.ppid; pid > 1 && !ownAncestors.has(pid);) {
    ownAncestors.add(pid)
    const found = readProcess(pid)
    pid = typeof found === 'string' ? 0 : found.parent
  }
  return ownAncestors
}

/** Read once: they stay the same but for those that end. */
let ownAncestors: Set<number> | null = null

function openFiles(folder: string): string[] {
  const files: string[] = []
  try {
    for (const name of readdirSync(`${folder}/fd`)) {
      const file = openFile(`${folder}/fd/${name}`)
      if (file.startsWith('/')) files.push(file)
    }
  } catch {
    // Gone meanwhile, or another user's: no sign, no conclusion.
    return files
  }
  return files
}

/**
 * Where a descriptor leads; '' where it has been closed.
 *
 * @throws where none of this process may be read: the kernel asks the same for each of them
 */
function openFile(link: string): string {
  try {
    return withoutMark(readlinkSync(link))
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(errnoOf(error))) throw error
    return ''
  }
}

/** Arguments name files that are not open at this moment: rustc's `--out-dir`, a linker's output. */
function argumentsOf(folder: string): string[] {
  try {
    return readFileSync(`${folder}/cmdline`, 'utf8').split('\0')
  } catch {
    // Gone meanwhile, or another user's: no sign, no conclusion.
    return []
  }
}

function mountsOf(pid: number): Mount[] {
  return parseMounts(mountTextOf(pid))
}

/**
 * What another user's process shows of its mounts, which is as good a name of its namespace as the
 * link that only its owner may read: every mount has a number of its own. '' where it shows nothing.
 */
function mountTextOf(pid: number): string {
  try {
    return readMountText(pid)
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM', 'EINVAL'].includes(errnoOf(error))) return ''
    throw error
  }
}

/** A link in /proc without the kernel's ` (deleted)`; null where it cannot be read. */
function readLink(path: string): string | null {
  try {
    return withoutMark(readlinkSync(path))
  } catch {
    // Gone meanwhile, a kernel thread, or another user's: no sign, no conclusion.
    return null
  }
}

function withoutMark(path: string): string {
  return path.endsWith(' (deleted)') ? path.slice(0, -' (deleted)'.length) : path
}

function commandOf(pid: number): string {
  const found = readProcess(pid)
  return typeof found === 'string' ? found : found.command
}
