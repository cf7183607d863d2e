import type { Voice } from '../../src/report/voice.ts'

/** A voice that is remembered, whatever it says and to whom. */
export function speech(): { said: string[]; voice: Voice } {
  const said: string[] = []
  const say = (text: string): void => void said.push(text)
  return { said, voice: { info: say, notice: say, warning: say, error: say } }
}
