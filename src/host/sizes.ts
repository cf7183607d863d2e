import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { performance } from 'node:perf_hooks'
import { measuringEnvironment, yielding } from './measuring.ts'
import { TICKS } from './processes.ts'
import { limitTime } from './program.ts'
import { countRepeated } from './shared-extents.ts'

/**
 * Sizes of directory trees by du(1): allocated bytes, hard links once, other file systems left out.
 *
 * It walks the trees, so it is for reports only, and ends after a while: what is not measured by
 * then is left out.
 *
 * @returns bytes by path
 */
export async function measureTrees(
  paths: readonly string[],
  waitMs: number,
): Promise<Map<string, number>> {
  if (paths.length === 0) return new Map()
  return new Promise((resolve) => {
    execFile(
      'du',
      ['-s', '-x', '--block-size=1', '--null', '--', ...paths],
      {
        env: measuringEnvironment(),
        timeout: waitMs,
        killSignal: 'SIGKILL',
        encoding: 'utf8',
        maxBuffer: 64 * 1024 * 1024,
      },
      (_, stdout) => {
        // Errors (a file that went meanwhile, the time limit) leave a part, which is what is wanted.
        const lines = stdout.split('\0').filter((line) => line !== '')
        resolve(
          new Map(
            lines.map((line) => {
              const tab = line.indexOf('\t')
              return [line.slice(tab + 1), Number(line.slice(0, tab))] as const
            }),
          ),
        )
      },
    )
  })
}

/** What du(1) says of one tree. */
export interface Measured {
  bytes: number
  /** when its newest file or directory was last written, in ms since the epoch */
  newestMs: number
}

/**
 * Measures trees that may lie in each other by one du(1), which counts each file once: for the first
 * of the paths that it belongs to. So those inside others come first.
 *
 * @param passedOver a name that is left out at every depth, with what lies in it
 * @returns by path; what could not be measured, or not in time, is left out
 */
export async function measureNested(
  paths: readonly string[],
  waitMs: number,
  passedOver: string | null = null,
): Promise<Map<string, Measured>> {
  if (paths.length === 0) return new Map()
  const words = ['-s', '-x', '--block-size=1', '--null', '--time', '--time-style=+%s']
  if (passedOver !== null) words.push(`--exclude=${passedOver}`)
  return new Promise((resolve) => {
    const child = spawn('du', [...words, '--files0-from=-'], {
      cwd: '/',
      env: { ...measuringEnvironment(), LC_ALL: 'C' },
      stdio: ['pipe', 'pipe', 'ignore'],
    })
    limitTime(child, waitMs)
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (part: string) => (said += part))
    child.on('error', () => resolve(new Map()))
    // Errors (a file that went meanwhile, the time limit) leave a part, which is what is wanted.
    child.on('close', () => resolve(parseMeasured(said)))
    child.stdin.on('error', () => {})
    child.stdin.end(paths.map((path) => `${path}\0`).join(''))
  })
}

/** `<bytes>\t<seconds>\t<path>`, each ended by NUL; one that was cut short is none. */
function parseMeasured(said: string): Map<string, Measured> {
  const measured = new Map<string, Measured>()
  for (const line of said.split('\0').slice(0, -1)) {
    const [, bytes, seconds, path] = /^(\d+)\t(\d+)\t(.*)$/s.exec(line) ?? []
    if (path === undefined) continue
    measured.set(path, { bytes: Number(bytes), newestMs: Number(seconds) * 1000 })
  }
  return measured
}

/** What a slot takes. */
export interface TreeSize {
  /** allocated bytes: hard links once, and blocks that files in it share, where the file system tells */
  bytes: number
  /** files, directories and links; 0 where du(1) cannot count them (busybox), or not in time */
  files: number
}

/**
 * Measures one tree that others write in, yielding to them on disk and CPU.
 *
 * @param waitMs for all of its walks together
 * @param stop ends it early
 * @returns null where it took too long, or is not there
 */
export async function measureTree(
  path: string,
  waitMs: number,
  stop: AbortSignal | null = null,
): Promise<TreeSize | null> {
  const until = performance.now() + waitMs
  const kibibytes = await ask(['du', '-s', '-k', '-x', '--', path], waitMs, stop)
  if (kibibytes === null) return null
  const leftMs = (): number => until - performance.now()
  const files = await ask(['du', '-s', '-x', '--inodes', '--', path], leftMs(), stop)
  const program = countRepeated(path)
  // Without a perl all of them count.
  const repeated = program === null ? null : await ask(program, leftMs(), stop)
  return { bytes: Math.max(0, kibibytes * 1024 - (repeated ?? 0)), files: files ?? 0 }
}

/** The number that a program says first; its exit code tells of files that went meanwhile. */
async function ask(
  words: readonly string[],
  waitMs: number,
  stop: AbortSignal | null,
): Promise<number | null> {
  // To node, 0 is for ever.
  const timeout = Math.floor(waitMs)
  if (timeout <= 0) return null
  return new Promise((resolve) => {
    const options = {
      env: measuringEnvironment(),
      timeout,
      killSignal: 'SIGKILL',
      cwd: '/',
    } as const
    execFile(
      'sh',
      yielding(words),
      { ...options, ...(stop === null ? {} : { signal: stop }), encoding: 'utf8' },
      (_, said) => {
        const found = Number.parseInt(said, 10)
        resolve(Number.isFinite(found) ? found : null)
      },
    )
  })
}

/** CPU milliseconds of all ended processes that this one has started. */
export function childCpuMs(): number {
  const text = readFileSync('/proc/self/stat', 'utf8')
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
  return (1000 / TICKS) * (Number(fields[13]) + Number(fields[14]))
}
