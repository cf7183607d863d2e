import { readFileSync } from 'node:fs'
import { messageOf } from '../plan/guard-error.ts'
import type { Inhabitant } from '../plan/evidence.ts'
import { SLOT_DEPTH } from '../plan/naming.ts'
import { MountSights } from './mount-sights.ts'
import type { View } from './mount-sights.ts'
import { isAtOrBelow, join, relative } from './mounts.ts'
import { listProcesses, readProcess, threadsOf } from './processes.ts'
import { argumentsOf, isHidden, openFiles, programOf, readLink, shownBy } from './shown-process.ts'
import type { Shown } from './shown-process.ts'
import { MEASURING } from './measuring.ts'
import { isTryingLocks } from './try-locks.ts'

/** What a look at all processes found: who lives in which slot, and whether it could look. */
export interface ProcessScan {
  /** by slot path relative to the root */
  bySlot: ReadonlyMap<string, readonly Inhabitant[]>
  /** containers that see more than a slot, and in which this user cannot see where a process works */
  veiled: readonly Veiled[]
  /** why nothing can be concluded, null when /proc could be read */
  failure: string | null
}

/** A container of another user's. */
export interface Veiled {
  /** one of its processes, in words */
  what: string
  /** what it has mounted, relative to the root; '' for the root itself, or more */
  mounted: readonly string[]
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
  const veiled = new Map<string, Veiled>()
  try {
    const sights = new MountSights(rootRealPath)
    for (const pid of listProcesses()) {
      if (pid !== process.pid) lookAt(pid, { wanted, bySlot, veiled, isUsed, sights })
    }
  } catch (error) {
    return { bySlot, veiled: [], failure: `/proc cannot be read (${messageOf(error)})` }
  }
  return { bySlot, veiled: [...veiled.values()], failure: null }
}

interface Scan {
  wanted: ReadonlySet<string>
  bySlot: Map<string, Inhabitant[]>
  /** by namespace */
  veiled: Map<string, Veiled>
  isUsed: MountRule
  sights: MountSights
}

function lookAt(pid: number, scan: Scan): void {
  if (isTryingLocks(pid)) return
  for (let looks = 0; looks < LOOKS_AT_MOST; looks += 1) {
    const shown = shownBy(pid)
    if (shown === null ? hasEnded(pid) : lookThere(pid, shown, scan)) return
  }
}

/** While a thread of it calls exec(2) a process is nowhere to be seen, and then under another number. */
const LOOKS_AT_MOST = 20

/** Whether it is a kernel thread, or dead, and not amid an exec(2) of another than its first thread. */
function hasEnded(pid: number): boolean {
  return threadsOf(pid).length < 2 && programOf(`${pid}`) === null
}

/** Looks at what a process shows there; false where it did not show all of it for as long as that took. */
function lookThere(pid: number, shown: Shown, scan: Scan): boolean {
  const directory = readLink(`/proc/${shown.at}/cwd`)
  const uses = usesOf(pid, { ...shown, directory }, scan)
  if (uses.size === 0)
    return shown.program === '' || (directory !== null && programOf(shown.at) !== null)
  if (isMeasuring(pid)) return true
  for (const [slot, use] of uses) {
    scan.bySlot.get(slot)?.push({ kind: 'process', what: `pid ${pid} (${commandOf(pid)}) ${use}` })
  }
  return true
}

/** The slots that a process lives in, with what shows it. */
function usesOf(
  pid: number,
  shown: Shown & { directory: string | null },
  scan: Scan,
): Map<string, string> {
  const uses = new Map<string, string>()
  const sight = scan.sights.of(shown.at)
  if (sight === null || sight.views.length === 0) return uses
  const { views, namespace } = sight
  for (const { path, how } of pathsOf(pid, shown)) {
    for (const slot of slotsAt(path, views, scan.wanted)) {
      if (!uses.has(slot)) uses.set(slot, `${how} ${path}`)
    }
  }
  if (!sight.isOwn) {
    for (const slot of mountedSlots(views, scan)) {
      if (!uses.has(slot)) uses.set(slot, 'runs in a container that mounts it')
    }
    if (!sight.isWhole && isHidden(shown.at)) {
      const what = `pid ${pid} (${commandOf(pid)})`
      scan.veiled.set(namespace, { what, mounted: views.map(({ inRoot }) => inRoot) })
    }
  }
  return uses
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
function* pathsOf(
  pid: number,
  { at, program, directory }: Shown & { directory: string | null },
): Generator<{ path: string; how: string }> {
  const folder = `/proc/${at}`
  if (directory !== null) yield { path: directory, how: 'works in' }
  if (program !== '') yield { path: program, how: 'runs' }
  for (const file of openFiles(folder)) yield { path: file, how: 'has open' }
  // Whoever started this process may have named the place to it, as sudo and shells do.
  if (ancestors().has(pid)) return
  for (const word of argumentsOf(folder, program !== '')) {
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

function commandOf(pid: number): string {
  const found = readProcess(pid)
  return typeof found === 'string' ? found : found.command
}
