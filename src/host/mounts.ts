import { readFileSync } from 'node:fs'

/** One line of /proc/PID/mountinfo (proc(5)). */
export interface Mount {
  /** `major:minor` of the file system */
  device: string
  /** what of the file system is mounted: a path inside it */
  root: string
  /** where it is mounted */
  point: string
  type: string
  /** e.g. `/dev/sda1`, `overlay` */
  source: string
}

/** The mounts that a process sees; throws as readFileSync does. */
export function readMounts(pid: number | 'self' = 'self'): Mount[] {
  return parseMounts(readMountText(pid))
}

/** The same as the kernel writes it, of a process or a thread (`PID/task/TID`). */
export function readMountText(process: number | string): string {
  return readFileSync(`/proc/${process}/mountinfo`, 'utf8')
}

export function parseMounts(text: string): Mount[] {
  return text
    .split('\n')
    .map(parseMount)
    .filter((mount) => mount !== null)
}

export function parseMount(line: string): Mount | null {
  const [front, back] = line.split(' - ')
  if (front === undefined || back === undefined) return null
  const [, , device, root, point] = front.split(' ')
  const [type, source] = back.split(' ')
  if (device === undefined || root === undefined || point === undefined) return null
  if (type === undefined || source === undefined) return null
  return { device, root: unescape(root), point: unescape(point), type, source: unescape(source) }
}

/** The kernel writes blank, tab, newline and backslash as three octal digits. */
function unescape(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_, octal: string) =>
    String.fromCodePoint(Number.parseInt(octal, 8)),
  )
}

/** Whether `path` is `ancestor` or lies below it. */
export function isAtOrBelow(path: string, ancestor: string): boolean {
  return ancestor === '/' || path === ancestor || path.startsWith(`${ancestor}/`)
}

/** Where a path lies: its mount, and the path inside that mount's file system. */
export interface Place {
  mount: Mount
  path: string
}

/** The place of a real path (no symlinks) among these mounts; later mounts cover earlier ones. */
export function locate(path: string, mounts: readonly Mount[]): Place | null {
  const mount = mounts
    .filter((each) => isAtOrBelow(path, each.point))
    .reduce<Mount | null>(
      (best, each) => (best === null || each.point.length >= best.point.length ? each : best),
      null,
    )
  if (mount === null) return null
  return { mount, path: join(mount.root, relative(path, mount.point)) }
}

/** Mount points at or below a real path. */
export function mountsWithin(path: string, mounts: readonly Mount[]): string[] {
  return mounts.map((each) => each.point).filter((point) => isAtOrBelow(point, path))
}

/** What of `path` remains below `ancestor`, with a leading slash, or ''. */
export function relative(path: string, ancestor: string): string {
  return ancestor === '/' ? (path === '/' ? '' : path) : path.slice(ancestor.length)
}

export function join(base: string, rest: string): string {
  const joined = `${base === '/' ? '' : base}${rest}`
  return joined === '' ? '/' : joined
}
