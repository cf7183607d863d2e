/** What a call throws; null where it throws nothing. */
export function caught(work: () => unknown): unknown {
  try {
    work()
    return null
  } catch (error) {
    return error
  }
}
