export type Catalogue = Record<string, unknown>

/** One file per feature; the file's name is the first part of its keys: `t('task.submit')`. */
export function catalogue(files: Record<string, unknown>): Catalogue {
  return Object.fromEntries(Object.entries(files).map(([path, keys]) => [path.replace(/^.*\/(.+)\.json$/, '$1'), keys]))
}
