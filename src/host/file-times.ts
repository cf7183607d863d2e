import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, constants, openSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import type { Content, PlannedTime } from '../plan/build-inputs.ts'
import { isSettable } from '../plan/build-inputs.ts'
import type { Stamp } from '../plan/restored.ts'
import { setNearTimes } from './near-times.ts'
import { limitTime } from './program.ts'

/** What became of one path. */
export type SetTime =
  | { kind: 'set'; path: string; stamp: Stamp }
  /** it did not hold what was expected, or its time could not be set so finely: it has got now */
  | { kind: 'now'; path: string; stamp: Stamp }
  /** nothing was set: there is nothing, or only through a link, or this user may not */
  | { kind: 'failed'; path: string; why: string }

/** Node has no call that sets times to the nanosecond; perl can make the kernel’s own. */
type Calls = Readonly<Record<'openat' | 'utimensat' | 'newfstatat' | 'close', number>>
const CALLS: Readonly<Record<string, Calls | undefined>> = {
  x64: { openat: 257, utimensat: 280, newfstatat: 262, close: 3 },
  arm64: { openat: 56, utimensat: 88, newfstatat: 79, close: 57 },
}

/** Inode, mode, size, mtime and ctime in struct stat, as perl unpacks them. */
const LAYOUTS: Readonly<Record<string, string | undefined>> = {
  x64: 'x8 Q x8 L x20 q x32 q2 q2',
  arm64: 'x8 Q L x28 q x32 q2 q2',
}

const WAIT_MS = 120_000

/**
 * Sets mtimes of files, links and folders of a workspace: each path once, many of them by several
 * processes at the same time. To the nanosecond by perl; where there is none, to 2 µs before.
 *
 * Each folder on the way is opened relative to the one before and without following links, so nothing
 * outside is ever touched. What turns out not to hold what was expected gets now.
 *
 * @param nowNs what now is, for those without an mtime
 * @param machine of which perl and the kernel are, as process.arch has it
 */
export async function setTimes(
  workspace: string,
  planned: readonly PlannedTime[],
  nowNs: bigint,
  machine: string = process.arch,
): Promise<SetTime[]> {
  const results: SetTime[] = []
  const allowed = planned.filter((each) => {
    if (isSettable(each.path)) return true
    results.push({ kind: 'failed', path: each.path, why: 'it is not a path in the workspace' })
    return false
  })
  const folder = openSync(workspace, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    const shares = sharesOf(allowed)
    // None is at it any more when the other way begins, or the folder is closed.
    const answers = await Promise.all(
      shares.map(async (share) => byPerl(folder, share, nowNs, machine)),
    )
    if (answers.every((each) => each !== null)) return [...results, ...answers.flat()]
    return [...results, ...setNearTimes(`/proc/${process.pid}/fd/${folder}`, allowed, nowNs)]
  } finally {
    closeSync(folder)
  }
}

/** A process takes a few ms to start, and each folder is opened by who sets times in it. */
const SHARE_AT_LEAST = 2000
const SHARES_AT_MOST = 4

/** One part for each process, in the order given: what lies together stays together. */
function sharesOf(planned: readonly PlannedTime[]): (readonly PlannedTime[])[] {
  const most = Math.min(availableParallelism(), SHARES_AT_MOST)
  const count = Math.max(1, Math.min(most, Math.floor(planned.length / SHARE_AT_LEAST)))
  const size = Math.ceil(planned.length / count)
  return Array.from({ length: count }, (_, index) =>
    planned.slice(index * size, (index + 1) * size),
  )
}

// Reads `<seconds> <nanoseconds> <type and executable bit or -> <size or -> <path>` parted by NUL.
// Answers `set` or `now` with the parts of ctime, inode and size, or `failed` with the reason. The time
// is set first and checked after: most fit, and each call counts. A time of access is not checked.
const PERL = `use strict;
my ($openat, $flags, $utimensat, $stat, $close, $nows, $nown) = map { $_ + 0 } @ARGV[0..6];
my ($layout, $which) = @ARGV[7, 8];
my $modified = $which eq "mtime";
sub instants { $modified ? pack("q4", 0, 0x3ffffffe, @_) : pack("q4", @_, 0, 0x3ffffffe) }
binmode STDIN; binmode STDOUT; $/ = "\\0";
my (@open, @names); push @open, 3;
my $last = "";
my $now = instants($nows, $nown);
my $buf = "\\0" x 256;
LINE: while (defined(my $line = <STDIN>)) {
  chop $line;
  my ($s, $n, $type, $size, $path) = split / /, $line, 5;
  my $cut = rindex($path, "/");
  my $folder = $cut < 0 ? "" : substr($path, 0, $cut);
  my $name = $path eq "" ? "." : substr($path, $cut + 1);
  if ($folder ne $last) {
    $last = "/";
    my @way = split m{/}, $folder, -1;
    my $same = 0;
    $same++ while $same < @way && $same < @names && $way[$same] eq $names[$same];
    while (@names > $same) { pop @names; syscall($close, pop @open) }
    while (@names < @way) {
      my $next = $way[@names];
      my $fd = syscall($openat, $open[-1], $next, $flags, 0);
      if ($fd < 0) { print "failed $!\\0"; next LINE }
      push @open, $fd; push @names, $next;
    }
    $last = $folder;
  }
  my $fits = 1;
  for (instants($s, $n), $now) {
    if (syscall($utimensat, $open[-1], $name, $_, 0x100) != 0 ||
        syscall($stat, $open[-1], $name, $buf, 0x100) != 0) { print "failed $!\\0"; next LINE }
    my ($inode, $mode, $has, $ms, $mn, $cs, $cn) = unpack($layout, $buf);
    my $kind = ($mode & 0170000) . (($mode & 0170000) == 0100000 && $mode & 0100 ? "x" : "");
    $fits &&= $type eq "-" || $type eq $kind && ($size eq "-" || $size == $has);
    $fits &&= !$modified || $ms == $s && $mn == $n;
    if (!$fits && $_ ne $now) { next }
    print(($fits ? "set" : "now"), " $cs $cn $inode $has\\0");
    next LINE;
  }
}
`

const FILE = 0o100000
const LINK = 0o120000
const FOLDER = 0o040000

/** Null where it cannot be done so; nothing is lost then, the other way does it all again. */
async function byPerl(
  folder: number,
  planned: readonly PlannedTime[],
  nowNs: bigint,
  machine: string,
): Promise<SetTime[] | null> {
  const now = partsOf(String(nowNs))
  const words = wordsFor(machine, now, 'mtime')
  if (words === null) return null
  const input = planned.map((each) => `${requestOf(each, now)} ${each.path}\0`).join('')
  const answers = await answersOfPerl(words, folder, input)
  if (answers?.length !== planned.length) return null
  return planned.map(({ path, mtimeNs }, index) => answerOf(path, mtimeNs, answers[index] ?? ''))
}

/** Null for a machine of which the calls are not known. */
function wordsFor(
  machine: string,
  now: readonly string[],
  which: 'mtime' | 'atime',
): string[] | null {
  const [calls, layout] = [CALLS[machine], LAYOUTS[machine]]
  if (calls === undefined || layout === undefined || machine !== process.arch) return null
  const { openat, utimensat, newfstatat, close } = calls
  const flags = constants.O_DIRECTORY | constants.O_NOFOLLOW | O_PATH | O_CLOEXEC
  const numbers = [openat, flags, utimensat, newfstatat, close].map(String)
  return [...numbers, ...now, layout, which]
}

/**
 * Sets the time of last access, and no other, of files in a folder that is open, without following any
 * link. What is not there is passed over.
 *
 * @param folder its descriptor
 * @param paths relative to it
 * @param seconds since the epoch
 * @returns false where this user may not, or there is no perl that can
 * @throws Error where one of them cannot be set
 */
export async function setAccessTimes(
  folder: number,
  paths: readonly string[],
  seconds: number,
): Promise<boolean> {
  const words = wordsFor(process.arch, ['0', '0'], 'atime')
  if (words === null) return false
  const input = paths.map((path) => `${seconds} 0 - - ${path}\0`).join('')
  const answers = await answersOfPerl(words, folder, input)
  if (answers === null) return false
  if (answers.length !== paths.length) throw new Error('perl ended before all times were set')
  const failed = answers.findIndex((answer) => !/^set |^failed No such file/.test(answer))
  const why = answers[failed] ?? ''
  if (/^failed (Operation not permitted|Permission denied)/.test(why)) return false
  if (failed !== -1) throw new Error(`${paths[failed] ?? ''}: ${why}`)
  return true
}

/** What perl says, parted at NUL, not all of it where it failed; null where there is none. */
async function answersOfPerl(
  words: readonly string[],
  folder: number,
  input: string,
): Promise<string[] | null> {
  try {
    const child = spawn('perl', ['-f', '-e', PERL, ...words], {
      stdio: ['pipe', 'pipe', 'ignore', folder],
      env: { PATH: process.env['PATH'], LC_ALL: 'C' },
    })
    limitTime(child, WAIT_MS)
    const parts: string[] = []
    child.stdout?.setEncoding('utf8').on('data', (part: string) => parts.push(part))
    // One that ends before it has read everything has not answered everything.
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
    const [status] = (await once(child, 'close')) as [number | null]
    return status === 0 ? parts.join('').split('\0').slice(0, -1) : []
  } catch {
    // There is no perl, or it cannot be run.
    return null
  }
}

const O_PATH = 0o10000000
const O_CLOEXEC = 0o2000000

function requestOf({ mtimeNs, expected }: PlannedTime, now: readonly string[]): string {
  if (mtimeNs === null) return `${now.join(' ')} - -`
  const size = expected.kind === 'file' ? (expected.size ?? '-') : '-'
  return `${partsOf(mtimeNs).join(' ')} ${typeOf(expected)} ${size}`
}

/** Seconds, and nanoseconds. */
function partsOf(ns: string): [string, string] {
  return [ns.slice(0, -9) || '0', ns.slice(-9)]
}

function typeOf({ kind, isExecutable }: Content): string {
  if (kind === 'file') return `${FILE}${isExecutable ? 'x' : ''}`
  return String(kind === 'link' ? LINK : FOLDER)
}

function answerOf(path: string, mtimeNs: string | null, answer: string): SetTime {
  const [kind = '', seconds = '', nanoseconds = '', inode = '', size = ''] = answer.split(' ')
  if (kind !== 'set' && kind !== 'now') {
    return { kind: 'failed', path, why: answer.slice('failed '.length) }
  }
  const ctimeNs = `${seconds}${nanoseconds.padStart(9, '0')}`
  const stamp = { ctimeNs, inode, size: Number(size) }
  return { kind: mtimeNs === null || kind === 'set' ? 'set' : 'now', path, stamp }
}
