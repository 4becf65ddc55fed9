import type { FaultKind } from '@/api/assignments'
import { LetterBadge } from '@/components/LetterBadge'
import { useTranslation } from 'react-i18next'
import { FaultLine } from './FaultLine'
import { useKindLabel } from './useKindLabel'
import { layerOf, saying, type Remark, type RemarksView } from './useRemarks'
import styles from './marks.module.css'

interface Props {
  remarks: readonly Remark[]
  kinds: readonly FaultKind[]
  view: RemarksView
  position: (response: number) => number
}

/** What people said besides their order: that no response would do, faults, facts checked, notes. */
export function Remarks({ remarks, kinds, view, position }: Props) {
  const { t } = useTranslation()
  const said = saying(remarks)
  if (said.length === 0) return null
  return (
    <section className={styles.remarks} aria-label={t('marking.remarks.title')} data-testid="remarks">
      <h2>{t('marking.remarks.title')}</h2>
      {said.map((remark) => (
        <OneRemark key={`${remark.task}-${layerOf(remark)}`} remark={remark} kinds={kinds} view={view} position={position} />
      ))}
    </section>
  )
}

type OneProps = Omit<Props, 'remarks'> & { remark: Remark }

function OneRemark({ remark, kinds, view, position }: OneProps) {
  const { t } = useTranslation()
  const label = useKindLabel(kinds)
  const { task, faults, evidence, notes } = remark
  return (
    <div data-testid={`remark-${task}-${layerOf(remark)}`}>
      <Head remark={remark} view={view} position={position} />
      <ul className={styles.list}>
        {faults.map((fault, index) => (
          <li key={index} className={styles.row}>
            <button
              type="button"
              className={styles.go}
              data-severity={fault.severity}
              title={t('marking.remarks.go')}
              onClick={() => view.goTo(remark, fault)}
              data-testid="said-fault"
            >
              <LetterBadge index={position(fault.response)} />{' '}
              <FaultLine fault={fault} kind={label(fault.kind)} text={fault.text} />
            </button>
          </li>
        ))}
      </ul>
      {evidence.length > 0 && (
        <ul className={styles.evidence} aria-label={t('marking.remarks.evidence')}>
          {evidence.map(({ url, note }, index) => (
            <li key={index}>
              <Source url={url} /> {note}
            </li>
          ))}
        </ul>
      )}
      {notes && <p className={styles.notes}>{notes}</p>}
    </div>
  )
}

/** Of which responses, who, and what is said of them all. */
function Head({ remark, view, position }: Omit<OneProps, 'kinds'>) {
  const { t } = useTranslation()
  const { by, responses, current = true, none_acceptable: none, faults } = remark
  const layer = layerOf(remark)
  const painted = view.layer === layer
  const places = responses.map(position).sort((a, b) => a - b)
  return (
    <div className={styles.who}>
      <span>
        {places.map((index) => (
          <LetterBadge key={index} index={index} />
        ))}
      </span>
      <strong>{by}</strong>
      {!current && <span className={styles.rejected}>{t('marking.remarks.rejected')}</span>}
      {none && <span className={styles.none}>{t('marking.remarks.noneAcceptable')}</span>}
      {faults.length > 0 && (
        <button
          type="button"
          className={styles.show}
          aria-pressed={painted}
          onClick={() => view.choose(painted ? null : layer)}
          data-testid={`paint-${layer}`}
        >
          {t('marking.remarks.paint')}
        </button>
      )}
    </div>
  )
}

/** An address as somebody wrote it; a link only where it can be nothing else. */
function Source({ url }: { url: string }) {
  if (!/^https?:\/\//i.test(url)) return url
  return (
    <a href={url} target="_blank" rel="noopener noreferrer nofollow">
      {url}
    </a>
  )
}
