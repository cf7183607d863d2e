import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { GuardError, errnoOf } from '../plan/guard-error.ts'

/**
 * The directory that this process was started in.
 *
 * @throws GuardError where it has been removed since
 */
export function currentDirectory(): string {
  try {
    return process.cwd()
  } catch (error) {
    if (errnoOf(error) !== 'ENOENT') throw error
    throw new GuardError('The current directory is gone.', 'Change into one that is there.', {
      usage: true,
      cause: error,
    })
  }
}

/**
 * Makes sure that this process’s words are what was typed: node hands them on as text alone, and puts
 * another character in the place of bytes that are none.
 *
 * @throws GuardError where one of them is no UTF-8
 */
export function assertTextWords(): void {
  if (isUtf8(readFileSync('/proc/self/cmdline'))) return
  throw new GuardError(
    'An argument is not UTF-8: the command would get another one.',
    'Have a script name it, and run that.',
    { usage: true },
  )
}
