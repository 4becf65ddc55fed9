import type { Hyperparameter, Run } from '@/api/runs'
import { NONE } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { RunHeads } from './RunHeads'
import { differingSettings } from './settings'
import styles from './compare.module.css'

const NAMED: Record<string, string> = { set: 'compare.set', base: 'compare.base' }

/** The settings in which the runs differ. */
export function SettingsTable({ runs, hyperparameters }: { runs: readonly Run[]; hyperparameters: readonly Hyperparameter[] }) {
  const { t } = useTranslation()
  const settings = differingSettings(runs, hyperparameters)
  if (settings.length === 0) return <p>{t('compare.sameSettings')}</p>
  return (
    <table className={styles.table}>
      <RunHeads runs={runs} first={t('compare.setting')} />
      <tbody>
        {settings.map(({ name, values }) => (
          <tr key={name} data-testid={`setting-${name}`}>
            <th scope="row">{t(NAMED[name] ?? `runs.params.${name}`, name)}</th>
            {values.map((value, index) => (
              <td key={index}>
                <code>{value || NONE}</code>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}
