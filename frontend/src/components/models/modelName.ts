import type { TFunction } from 'i18next'

/** What a model is called: one of ours with the number of its run, since runs on one set share a name. */
export function modelName({ name, run }: { name: string; run: number | null }, t: TFunction): string {
  return run === null ? name : t('models.numbered', { run, name })
}
