/** What may be said of a difference: only where its 95% interval leaves 0 out is one model the better one. */
export function verdictOf({ low, high }: { low: number; high: number }): 'better' | 'worse' | 'unsure' {
  if (low > 0) return 'better'
  return high < 0 ? 'worse' : 'unsure'
}
