import { readFileSync } from 'node:fs'

/** Variables that load a preload module into every node program that gets them. */
export type FaultEnvironment = Readonly<Record<string, string>>

/** Which calls count. */
export interface FaultScope {
  /** Calls that touch a path below this directory, or a command file of the step, are numbered. */
  readonly root: string
  /** A regex on the program's path (argv[1]); programs that it does not match are left alone. */
  readonly program?: string
}

/** One line of a record: the numbers count from 1 in each process. */
export interface RecordedCall {
  readonly number: number
  /** Name of the function without Sync, such as `rename`; `spawn` for a process. */
  readonly op: string
  /** The path, `from -> to`, or the command line. */
  readonly path: string
  /** The way through the program that led to it: equal for calls of one line, reached alike. */
  readonly way: string
}

function preload(module: string, values: FaultEnvironment): FaultEnvironment {
  const url = new URL(`preload/${module}.mjs`, import.meta.url).href
  return { NODE_OPTIONS: `--import=${url}`, ...values }
}

function scope({ root, program }: FaultScope): FaultEnvironment {
  return { TG_FAULT_ROOT: root, ...(program === undefined ? {} : { TG_FAULT_PROGRAM: program }) }
}

/** Writes every mutating call to `log`, to be read by `readCalls`. */
export function recordCalls(options: FaultScope & { readonly log: string }): FaultEnvironment {
  return preload('record-calls', { ...scope(options), TG_FAULT_LOG: options.log })
}

/** Kills the program with SIGKILL at the call of that number; `half` is half-way through a write. */
export function killAt(
  options: FaultScope & { readonly at: number; readonly when: 'before' | 'half' | 'after' },
): FaultEnvironment {
  const { at, when } = options
  return preload('kill-at', { ...scope(options), TG_FAULT_AT: String(at), TG_FAULT_WHEN: when })
}

/** Sends the program a signal before the call of that number; what it makes of it is its own affair. */
export function signalAt(
  options: FaultScope & { readonly at: number; readonly signal: 'SIGINT' | 'SIGSTOP' | 'SIGTERM' },
): FaultEnvironment {
  const { at, signal } = options
  const values = { TG_FAULT_AT: String(at), TG_FAULT_SIGNAL: signal }
  return preload('signal-at', { ...scope(options), ...values })
}

/** Has the calls fail whose `op path` matches `match` (`statfs path` too); `errno` is a name such as `ENOSPC`. */
export function failCalls(
  options: FaultScope & {
    readonly match: string
    /** Only the call of that number; default all. */
    readonly at?: number
    readonly errno: string
    /** Only the first so many; default all. */
    readonly times?: number
    /** Not the first so many; default none. */
    readonly skip?: number
  },
): FaultEnvironment {
  const { at, match, errno, times, skip } = options
  return preload('fail-calls', {
    ...scope(options),
    TG_FAULT_MATCH: match,
    TG_FAULT_ERRNO: errno,
    ...(at === undefined ? {} : { TG_FAULT_AT: String(at) }),
    ...(times === undefined ? {} : { TG_FAULT_TIMES: String(times) }),
    ...(skip === undefined ? {} : { TG_FAULT_SKIP: String(skip) }),
  })
}

/** Has the first look into one of the root's own folders fail with EIO. */
export function failFirstLook(): FaultEnvironment {
  return preload('fail-first-look', {})
}

/** Sets the program’s clock further at each look at it; backwards where that is below 0. */
export function stepClock(stepMs: number): FaultEnvironment {
  return preload('step-clock', { TG_CLOCK_STEP_MS: String(stepMs) })
}

/** Grants the host lock to everybody at once. */
export function grantLock(): FaultEnvironment {
  return preload('grant-lock', {})
}

/**
 * Several of them together; only one may count calls. The last one is asked first: what `grantLock` at
 * the end answers is not counted by the others.
 */
export function together(...environments: readonly FaultEnvironment[]): FaultEnvironment {
  const options = environments.map((each) => each['NODE_OPTIONS'] ?? '')
  return Object.assign({}, ...environments, { NODE_OPTIONS: options.join(' ') }) as FaultEnvironment
}

/** The calls that `recordCalls` wrote down. */
export function readCalls(log: string): RecordedCall[] {
  return readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [, number, op = '', path = '', way = ''] = /^(\d+) (\S+) (.*)\t(.*)$/s.exec(line) ?? []
      return { number: Number(number), op, path, way }
    })
}
