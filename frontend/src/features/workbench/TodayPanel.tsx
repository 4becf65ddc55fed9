import { PanelFrame, type PanelExits } from '@/components/task/PanelFrame'
import { useTranslation } from 'react-i18next'
import { INTERVALS } from './breaks'
import { OwnFigures } from './OwnFigures'
import { RecentList } from './RecentList'
import type { Submission } from './outbox'
import type { Rest } from './useRest'
import styles from './today.module.css'

interface Props extends PanelExits {
  project: number
  /** Answers that have not arrived yet */
  unsent: readonly Submission[]
  rest: Rest
  /** Puts a submission back into hand. Throws ApiError. */
  onTakeBack: (assignment: number) => Promise<void>
}

/** One's own day: how much, how well, a rest now and then, and what was handed in, which can still be taken back. */
export default function TodayPanel({ project, unsent, rest, onTakeBack, ...exits }: Props) {
  const { t } = useTranslation()
  return (
    <PanelFrame title={t('today.title')} testid="today-panel" {...exits}>
      <OwnFigures project={project} unsent={unsent.length} />
      <label className={styles.rest}>
        {t('today.rest.label')}
        <select
          value={rest.interval}
          onChange={(event) => rest.setInterval(INTERVALS.find((value) => value === event.target.value) ?? '0')}
          data-testid="break-interval"
        >
          {INTERVALS.map((value) => (
            <option key={value} value={value}>
              {value === '0' ? t('today.rest.never') : t('today.rest.after', { count: Number(value) })}
            </option>
          ))}
        </select>
      </label>
      <RecentList project={project} unsent={unsent} onTakeBack={onTakeBack} />
    </PanelFrame>
  )
}
