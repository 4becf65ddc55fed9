/** The address under which the API gives a whole table as a file, with the filters that are set. */
export function csvAddress(path: string, filters: Readonly<Record<string, string | null | undefined>>): string {
  const given = Object.entries(filters).filter((entry): entry is [string, string] => Boolean(entry[1]))
  return `${path}?${new URLSearchParams([...given, ['export', 'csv']]).toString()}`
}
