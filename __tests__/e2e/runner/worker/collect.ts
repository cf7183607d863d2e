import type { FileCommands } from './file-commands.ts'
import { readCommandFile, readPairs } from './file-commands.ts'
import type { RunningStep } from './step.ts'

const MAX_SUMMARY_BYTES = 1024 * 1024

/**
 * Takes over what a step wrote to its command files; a file that cannot be understood fails the step
 * with an annotation, after what stood before the fault has been taken.
 */
export function collect(running: RunningStep, files: FileCommands): void {
  const { commands, context, left } = running
  guard(running, 'env', () => {
    for (const [name, value] of readPairs(readCommandFile(files.env))) {
      if (name.toUpperCase() === 'NODE_OPTIONS') {
        const message = "Can't store NODE_OPTIONS output parameter using '$GITHUB_ENV' command."
        commands.annotate('error', message)
        continue
      }
      context.env[name] = value
      left.exports = { ...left.exports, [name]: value }
    }
  })
  guard(running, 'path', () => {
    for (const line of readCommandFile(files.path).split(/\r?\n/).filter(Boolean)) {
      const index = context.prependPath.indexOf(line)
      if (index >= 0) context.prependPath.splice(index, 1)
      context.prependPath.push(line)
      left.paths = [...left.paths, line]
    }
  })
  guard(running, 'output', () => {
    for (const [name, value] of readPairs(readCommandFile(files.output))) {
      left.outputs = { ...left.outputs, [name]: value }
    }
  })
  guard(running, 'state', () => {
    for (const [name, value] of readPairs(readCommandFile(files.state))) {
      left.state = { ...left.state, [name]: value }
    }
  })
  collectSummary(running, files.step_summary)
}

function guard(running: RunningStep, name: string, work: () => void): void {
  try {
    work()
  } catch (error) {
    const { commands } = running
    commands.annotate('error', `Unable to process file command '${name}' successfully.`)
    commands.annotate('error', error instanceof Error ? error.message : String(error))
    commands.failed = true
  }
}

function collectSummary(running: RunningStep, file: string): void {
  const text = readCommandFile(file)
  const bytes = Buffer.byteLength(text)
  if (bytes <= MAX_SUMMARY_BYTES) {
    running.left.summary = text
    return
  }
  running.commands.annotate(
    'error',
    '$GITHUB_STEP_SUMMARY upload aborted, supports content up to a size of ' +
      `${MAX_SUMMARY_BYTES / 1024}k, got ${Math.floor(bytes / 1024)}k.`,
  )
}
