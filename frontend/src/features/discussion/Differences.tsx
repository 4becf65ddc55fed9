import { useTranslation } from 'react-i18next'
import { DiscardRow } from './DiscardRow'
import { DifferenceRow } from './DifferenceRow'
import styles from './discussion.module.css'
import type { DiscussionWork } from './useDiscussionWork'

/** What there is to settle: a row for each comparison in question and for each disputed discard. */
export function Differences({ work, position }: { work: DiscussionWork; position: (response: number) => number }) {
  const { t } = useTranslation()
  const { discussion, items, focus } = work
  const left = items.filter(({ open }) => open).length
  const same = discussion.comparisons.length - items.filter(({ row }) => row).length
  return (
    <>
      <p className={styles.panelHead}>
        <strong data-testid="differing">{t('discussion.left', { count: left })}</strong>
        {same > 0 && <span className={styles.quiet}>{t('discussion.sameRest', { count: same })}</span>}
        <span className={styles.quiet}>{t('discussion.keys')}</span>
      </p>
      <table className={styles.differences}>
        <tbody>
          {items.map((item) =>
            item.row ? (
              <DifferenceRow key={item.key} row={item.row} focused={item.key === focus} work={work} position={position} />
            ) : (
              <DiscardRow key={item.key} discard={item.discard} focused={item.key === focus} work={work} position={position} />
            ),
          )}
        </tbody>
      </table>
    </>
  )
}
