import { spawn } from 'node:child_process'
import { realpathSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Errand, ErrandResult } from './cache.ts'

/** How a carrier is sent. */
export interface CarrierOptions {
  /** the running entry point, `dist/<entry>/index.js`; the carrier’s lies beside it */
  script: string
  environment: NodeJS.ProcessEnv
  /** where the file lies or comes to lie; for this errand alone */
  folder: string
  /** of the file, which grows no further */
  maxFileBytes: number
  signal: AbortSignal
}

/** The result of an errand, or why there is none. */
export type Carried = { result: ErrandResult; complaints: string } | { failure: string }

/**
 * Stands in for tar, which @actions/cache calls. The file is an archive already: to pack it again
 * would cost time and disk, and to unpack what a service sent with `tar -P` could write anywhere.
 */
const TAR = `#!/bin/sh
PATH=$CARRIER_PATH
case "$1" in
  --posix) ln -- "$CARRIER_FILE" "$3" 2>/dev/null || cp -- "$CARRIER_FILE" "$3" ;;
  -xf) mv -- "$2" "$CARRIER_FILE" ;;
  *) exit 64 ;;
esac
`

/** A file that grows beyond the limit fails; blocks of 512 bytes. No core of a killed process. */
const LIMITED = 'ulimit -c 0; ulimit -f "$1" || exit 70; shift; exec "$@"'

/** Whether the job was given a cache service at all. */
export function hasCacheService(environment: NodeJS.ProcessEnv): boolean {
  const { ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL, ACTIONS_RUNTIME_TOKEN } = environment
  return [ACTIONS_RESULTS_URL, ACTIONS_CACHE_URL].some(Boolean) && Boolean(ACTIONS_RUNTIME_TOKEN)
}

/**
 * Sends a process of its own for a file. The library has no time limit, writes warnings of its own to
 * the log, leaves folders in `RUNNER_TEMP` and keeps node running; in a process with its own
 * environment that can be killed none of that matters, and no phase has to load it.
 */
export async function sendCarrier(errand: Errand, options: CarrierOptions): Promise<Carried> {
  const { script, folder, maxFileBytes, signal } = options
  const carrier = resolve(dirname(realpathSync(script)), '..', 'carry', 'index.js')
  const programs = join(folder, 'programs')
  mkdirSync(programs)
  writeFileSync(join(programs, 'tar'), TAR, { mode: 0o700 })
  const blocks = String(Math.ceil(maxFileBytes / 512))
  const words = ['-c', LIMITED, 'sh', blocks, process.execPath, carrier, JSON.stringify(errand)]
  const child = spawn('/bin/sh', words, {
    cwd: folder,
    env: carrierEnvironment(errand, options, programs),
    killSignal: 'SIGKILL',
    signal,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let log = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => {
      log = `${log}${text}`.slice(-LOG_LENGTH)
    })
  }
  return new Promise((settle) => {
    let answer: unknown
    child.on('message', (message) => {
      answer = message
    })
    child.on('error', (error) => {
      // Else it is still there, and its end follows.
      if (child.pid === undefined) settle({ failure: error.message })
    })
    child.on('close', (code, killed) => {
      settle(judge(answer, complaintsIn(log), `it ended with ${String(code ?? killed)}`))
    })
  })
}

const LOG_LENGTH = 65_536

/** Relative folders, so that no path of ours goes through the library’s command lines. */
function carrierEnvironment(
  errand: Errand,
  { environment, folder }: CarrierOptions,
  programs: string,
): NodeJS.ProcessEnv {
  // In debug mode the library lists archives, by tar.
  const { RUNNER_DEBUG: _debug, ...inherited } = environment
  return {
    ...inherited,
    // No zstd on it: the library then names its files the same everywhere.
    PATH: programs,
    CARRIER_PATH: environment['PATH'] ?? '/usr/bin:/bin',
    CARRIER_FILE: join(folder, errand.file),
    GITHUB_WORKSPACE: folder,
    RUNNER_TEMP: '.',
  }
}

function judge(answer: unknown, complaints: string, end: string): Carried {
  if (typeof answer !== 'object' || answer === null || !('kind' in answer)) {
    return { failure: complaints === '' ? end : complaints }
  }
  if (answer.kind === 'failed') {
    return { failure: 'reason' in answer ? String(answer.reason) : end }
  }
  return { result: answer as ErrandResult, complaints }
}

/** What the library has told the log that is worth a word, each once, without secrets of addresses. */
function complaintsIn(log: string): string {
  const lines = log.split('\n').flatMap((line) => {
    const told =
      /^::(?:warning|error)[^:]*::(.*)$/.exec(line)?.[1] ??
      /^Attempt \d+ of \d+ failed with error: (.*)\. Retrying/.exec(line)?.[1] ??
      /^((?:Failed to save|Cache (?:save|restore) skipped): .*)$/.exec(line)?.[1]
    return told === undefined ? [] : [told.replace(/%0A.*/s, '').replaceAll(/\?\S*/g, '?…').trim()]
  })
  return [...new Set(lines)].join('; ').slice(0, 500)
}
