/** Free space of one file system, as an ordinary user has it (`bavail`, not `bfree`). */
export interface Reading {
  /** one of the watched paths that lie on it */
  path: string
  /** tells file systems apart; several watched paths on one device give one reading */
  device: string
  /** every watched path that lies on it, and where that is mounted */
  places: readonly { path: string; mount: string }[]
  /** whether the root lies on it: only there can a pass make room */
  holdsRoot: boolean
  freeBytes: number
  totalBytes: number
  /** null where the file system has no inode count (btrfs) */
  freeInodes: number | null
  totalInodes: number | null
}

/** Below a floor the disk is critical; 0 switches a floor off. */
export interface Floors {
  /** null for the default: 3 GB, and on small file systems a tenth of them */
  minFreeBytes: number | null
  minFreePercent: number
  minFreeInodesPercent: number
}

/** Percent used at which retention is shortened, and at which that stops. */
export interface Watermarks {
  high: number
  low: number
}

export type Level = 'ok' | 'low' | 'critical'

/** One file system under its floors. */
export interface Assessment {
  reading: Reading
  level: Level
  /** the floor that decides, in words; '' where all is well */
  why: string
}

const GB = 1e9
const DEFAULT_FLOOR_BYTES = 3 * GB
const DEFAULT_SHARE = 0.1

/** Near a floor: within this many times of it. */
const LOW = 1.5

/** A reading as statfs(2) gave it, before anybody has believed it. */
export interface RawReading {
  available: number
  blocks: number
  blockSize: number
  freeFiles: number
  files: number
}

/**
 * Numbers that make sense, or null: a total of 0 and more available than there is come from file
 * systems that do not know, and are no reason to delete anything.
 */
export function plausible(
  raw: RawReading,
): Pick<Reading, 'freeBytes' | 'totalBytes' | 'freeInodes' | 'totalInodes'> | null {
  const { available, blocks, blockSize, freeFiles, files } = raw
  const sane = [available, blocks, blockSize, freeFiles, files].every(
    (each) => Number.isFinite(each) && each >= 0,
  )
  if (!sane || blocks === 0 || blockSize === 0 || available > blocks) return null
  const hasInodes = files > 0 && freeFiles <= files
  return {
    freeBytes: available * blockSize,
    totalBytes: blocks * blockSize,
    freeInodes: hasInodes ? freeFiles : null,
    totalInodes: hasInodes ? files : null,
  }
}

/** Judges one file system: critical below any floor, low within 1.5 times of one. */
export function assess(reading: Reading, floors: Floors): Assessment {
  const [broken] = missedFloors(reading, floors)
  if (broken !== undefined) return { reading, level: 'critical', why: inWords(broken, 'below') }
  const near = floorsOf(reading, floors).find((each) => each.free < LOW * each.floor)
  if (near !== undefined) return { reading, level: 'low', why: inWords(near, 'near') }
  return { reading, level: 'ok', why: '' }
}

/** A floor, and what is free of it. */
export interface Check {
  what: 'bytes' | 'inodes'
  free: number
  floor: number
  /** the setting the floor comes from */
  setting: string
}

/** The floors that a file system is below. */
export function missedFloors(reading: Reading, floors: Floors): Check[] {
  return floorsOf(reading, floors).filter(({ free, floor }) => free < floor)
}

/** What a pass goes on for until it is reached, in words. */
export function goalOf(reading: Reading, floors: Floors, { low }: Watermarks): string {
  const missed = missedFloors(reading, floors).map(
    ({ what, floor }) => `${amount(what, floor)} free`,
  )
  const goals = usedPercent(reading) < low ? missed : [...missed, `below ${low} %`]
  return goals.join(' and ')
}

function floorsOf(reading: Reading, floors: Floors): Check[] {
  const { freeBytes, totalBytes, freeInodes, totalInodes, holdsRoot } = reading
  const small = Math.min(DEFAULT_FLOOR_BYTES, DEFAULT_SHARE * totalBytes)
  // A floor that was set for the root’s disk may be more than a small /tmp has in all.
  const wanted = floors.minFreeBytes ?? small
  const bytes = holdsRoot ? wanted : Math.min(wanted, DEFAULT_SHARE * totalBytes)
  const checks: Check[] = [
    { what: 'bytes', free: freeBytes, floor: bytes, setting: 'min-free-gb' },
    {
      what: 'bytes',
      free: freeBytes,
      floor: (totalBytes * floors.minFreePercent) / 100,
      setting: 'min-free-percent',
    },
  ]
  if (freeInodes === null || totalInodes === null) return checks
  const floor = (totalInodes * floors.minFreeInodesPercent) / 100
  return [
    ...checks,
    { what: 'inodes', free: freeInodes, floor, setting: 'min-free-inodes-percent' },
  ]
}

function inWords({ what, free, floor, setting }: Check, where: 'below' | 'near'): string {
  return `${amount(what, free)} free, ${where} the floor of ${amount(what, floor)} (${setting})`
}

/** Bytes as GB, or a number of inodes. */
export function amount(what: Check['what'], value: number): string {
  return what === 'inodes' ? `${Math.round(value)} inodes` : gigabytes(value)
}

/** Bytes as GB (10⁹), with as many digits as a small disk needs. */
export function gigabytes(bytes: number): string {
  const value = bytes / GB
  return `${value >= 10 ? value.toFixed(0) : value >= 0.1 ? value.toFixed(1) : value.toFixed(3)} GB`
}

const ORDER: readonly Level[] = ['ok', 'low', 'critical']

/** The worst level of all. */
export function worst(assessments: readonly Assessment[]): Level {
  const ranks = assessments.map((each) => ORDER.indexOf(each.level))
  return ORDER[Math.max(0, ...ranks)] ?? 'ok'
}

/** Bytes that may be written before the disk is at its high watermark or near a floor; never below 0. */
export function room(reading: Reading, floors: Floors, { high }: Watermarks): number {
  const near = floorsOf(reading, floors)
    .filter((each) => each.what === 'bytes')
    .map((each) => LOW * each.floor)
  const full = (reading.totalBytes * (100 - high)) / 100
  return Math.max(0, reading.freeBytes - Math.max(full, ...near))
}

/** Percent used, of bytes or of inodes, whichever is more. */
export function usedPercent(reading: Reading): number {
  const { freeBytes, totalBytes, freeInodes, totalInodes } = reading
  const bytes = 100 * (1 - freeBytes / totalBytes)
  if (freeInodes === null || totalInodes === null) return bytes
  return Math.max(bytes, 100 * (1 - freeInodes / totalInodes))
}

/** What a pass under pressure is after. */
export type Relief = 'none' | 'watermark' | 'emergency'

/** Whether the root's disk needs relief; no other disk can be helped by a pass. */
export function reliefFor(assessments: readonly Assessment[], watermarks: Watermarks): Relief {
  const root = assessments.find((each) => each.reading.holdsRoot)
  if (root === undefined) return 'none'
  if (root.level === 'critical') return 'emergency'
  return usedPercent(root.reading) >= watermarks.high ? 'watermark' : 'none'
}

/** Whether a pass under pressure may stop: below the low watermark, and not critical. */
export function isRelieved(root: Assessment, watermarks: Watermarks): boolean {
  return root.level !== 'critical' && usedPercent(root.reading) < watermarks.low
}
