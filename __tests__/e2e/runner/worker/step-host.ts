import type { RunningStep } from './step.ts'
import { runStepProcess } from './step-process.ts'

/** A command of a step: paths of the host, and only the variables that the runner itself adds. */
export interface StepCommand {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env: Readonly<Record<string, string>>
}

/** Runs it as a child of the Worker: the Worker's environment, and over it the step's. */
export function runOnHost(running: RunningStep, command: StepCommand): Promise<number> {
  const { context } = running
  const inherited = workerEnvironment(running)
  const path = [...context.prependPath.toReversed(), command.env['PATH'] ?? inherited['PATH']]
  return start(running, {
    ...command,
    env: marked({ ...inherited, ...command.env, PATH: path.join(':') }),
  })
}

/**
 * Runs it in the job's container: `docker exec` is the Worker's child and gets its environment, the
 * command inside gets the step's variables only, with paths translated.
 */
export function runInContainer(running: RunningStep, command: StepCommand): Promise<number> {
  const { container, context } = running
  if (container === null || container.id === '') {
    throw new Error('The job container was never created.')
  }
  const values = Object.entries(command.env).map(([name, value]) => [
    name,
    container.translate(value),
  ])
  const args = container.execArguments(
    command.cwd,
    Object.keys(command.env),
    context.prependPath,
    [command.file, ...command.args].map((word) => container.translate(word)),
  )
  return start(running, {
    file: 'docker',
    args,
    cwd: context.plan.runner.work,
    env: marked({
      ...workerEnvironment(running),
      ...(Object.fromEntries(values) as Record<string, string>),
    }),
  })
}

function workerEnvironment(running: RunningStep): NodeJS.ProcessEnv {
  const { plan, trackingId } = running.context
  return { ...process.env, ...plan.childEnv, RUNNER_TRACKING_ID: trackingId }
}

function marked(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return { ...env, GITHUB_ACTIONS: 'true', CI: env['CI'] ?? 'true' }
}

function start(
  running: RunningStep,
  command: Omit<StepCommand, 'env'> & { readonly env: NodeJS.ProcessEnv },
): Promise<number> {
  return runStepProcess({
    ...command,
    grace: running.grace,
    cancelled: running.cancelled,
    onStart: (pid) => running.started(pid),
    onText: (stream, text) => running.say(stream, text),
    onLine: (line) => running.commands.read(line),
  })
}
