import { appendFileSync } from 'node:fs'
import { randomUUID } from 'node:crypto'
import { GuardError, messageOf } from '../plan/guard-error.ts'

/**
 * What a step or a hook says to the runner: annotations on standard output, and the command files.
 *
 * The hook runs these lines too, and must not load @actions/core: a megabyte and 50 ms for each
 * hook of each job. So both go through this one file.
 */

type Annotation = 'error' | 'warning' | 'notice'

/** One annotation; the runner shows ten of a kind for each step, 4096 characters each. */
export function annotation(kind: Annotation, title: string, text: string): string {
  const shown = text.length > 3900 ? `${text.slice(0, 3900)}…` : text
  return `::${kind} title=${escapeProperty(title)}::${escapeData(shown)}\n`
}

/** Has the runner show asterisks for a text, from now on and in every step of the job. */
export function mask(secret: string): string {
  return `::add-mask::${escapeData(secret)}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

type CommandFile = 'GITHUB_ENV' | 'GITHUB_OUTPUT' | 'GITHUB_STATE'

/**
 * Hands a value to the runner through one of its command files.
 *
 * @throws GuardError where the file is missing or cannot be written
 */
export function handOver(
  environment: NodeJS.ProcessEnv,
  file: CommandFile,
  name: string,
  value: string,
): void {
  // The delimiter is random, so that no value can close it and add commands of its own.
  const delimiter = `target_guard_${randomUUID()}`
  append(environment, file, `${name}<<${delimiter}\n${value}\n${delimiter}\n`)
}

/** Adds Markdown to the job summary; throws GuardError as `handOver` does. */
export function addSummary(environment: NodeJS.ProcessEnv, markdown: string): void {
  append(environment, 'GITHUB_STEP_SUMMARY', markdown)
}

function append(
  environment: NodeJS.ProcessEnv,
  file: CommandFile | 'GITHUB_STEP_SUMMARY',
  text: string,
): void {
  const path = environment[file] ?? ''
  if (path === '') {
    throw new GuardError(
      `${file} is not set.`,
      'This runs in a workflow job or a runner hook only.',
    )
  }
  try {
    appendFileSync(path, text)
  } catch (error) {
    throw new GuardError(
      `${file} (${path}) cannot be written: ${messageOf(error)}.`,
      'Look at the disk of the runner’s work folder and at who owns it.',
      { cause: error },
    )
  }
}
