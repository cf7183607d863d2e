import type { Conclusion, Orphan, Phase, StepEnd } from './messages.ts'

/** One step, as far as it came; a step that was running when its Worker was killed has no end. */
export interface StepResult extends Omit<StepEnd, 'outcome'> {
  readonly phase: Phase
  readonly name: string
  /** Null for a step without a process, and for one that was skipped. */
  readonly pid: number | null
  readonly outcome: StepEnd['outcome'] | 'lost'
  readonly stdout: string
  readonly stderr: string
}

/** How a job ended, and each of its steps in the order in which they were taken. */
export class JobResult {
  /** `lost` when the Worker was killed. */
  readonly conclusion: Conclusion | 'lost'
  readonly steps: readonly StepResult[]
  /** Processes that the runner itself killed at the end of the job. */
  readonly orphans: readonly Orphan[]

  constructor(
    conclusion: Conclusion | 'lost',
    steps: readonly StepResult[],
    orphans: readonly Orphan[],
  ) {
    this.conclusion = conclusion
    this.steps = steps
    this.orphans = orphans
  }

  /** The step of that name. Throws, naming those there are, when there is none. */
  step(name: string): StepResult {
    const found = this.steps.find((step) => step.name === name)
    if (found === undefined) {
      const names = this.steps.map((step) => step.name).join("', '")
      throw new Error(`no step '${name}' among '${names}'`)
    }
    return found
  }

  /** All steps of a phase, such as every post. */
  phase(phase: Phase): StepResult[] {
    return this.steps.filter((step) => step.phase === phase)
  }

  /** A transcript for error messages: every step with its outcome, output and annotations. */
  toString(): string {
    const shown = this.steps.map((step) => {
      const annotations = step.annotations.map((each) => `  [${each.level}] ${each.message}\n`)
      const head = `--- ${step.phase} '${step.name}': ${step.outcome} (${String(step.exitCode)})\n`
      return head + step.stdout + step.stderr + annotations.join('')
    })
    return `job: ${this.conclusion}\n${shown.join('')}`
  }
}
