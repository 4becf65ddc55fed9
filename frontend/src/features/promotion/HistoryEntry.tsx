import type { Promotion } from '@/api/promotions'
import { FigureRows } from '@/components/models/FigureRows'
import { modelName } from '@/components/models/modelName'
import { Verdicts } from '@/components/models/Verdicts'
import { StateTag } from '@/components/StateTag'
import { useFormat } from '@/lib/format'
import { useTranslation } from 'react-i18next'
import { Link } from 'react-router'
import styles from './promotion.module.css'

/** One promotion, or one decision of the rule, with the figures behind it. */
export function HistoryEntry({ promotion }: { promotion: Promotion }) {
  const { t } = useTranslation()
  const format = useFormat()
  const { model, against, set, figures } = promotion
  return (
    <article className={styles.entry} data-testid={`promotion-${promotion.id}`}>
      <header>
        <StateTag machine="promotion" state={promotion.state} />
        <Link to={`/models/${model.id}`}>{modelName(model, t)}</Link>
        {against && (
          <span>
            {t('promotion.against')} <Link to={`/models/${against.id}`}>{modelName(against, t)}</Link>
          </span>
        )}
        <span>{t('promotion.on', set)}</span>
        <span>{format.dateTime(promotion.decided_at ?? promotion.created_at)}</span>
      </header>
      <p>
        {promotion.by_rule
          ? t(`promotion.codes.${promotion.code || 'waiting'}`, promotion.code)
          : t('promotion.byHand', { by: promotion.by, reason: promotion.reason })}
      </p>
      {figures.model && (
        <details>
          <summary>{t('promotion.figures')}</summary>
          <Behind figures={figures} names={[modelName(model, t), against && modelName(against, t)]} />
          {figures.comparison && <Verdicts compared={figures.comparison} />}
        </details>
      )}
    </article>
  )
}

/** The figures of both models as they stood then. */
function Behind({ figures, names }: { figures: Promotion['figures']; names: readonly [string, string | null] }) {
  const { t } = useTranslation()
  const columns = [
    { key: 'model', name: names[0], measured: figures.model },
    { key: 'against', name: names[1], measured: figures.against },
  ].filter(({ measured }) => measured)
  return (
    <table className={styles.table}>
      <thead>
        <tr>
          <th scope="col">{t('models.figure')}</th>
          {columns.map(({ key, name }) => (
            <th key={key} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        <FigureRows columns={columns} />
      </tbody>
    </table>
  )
}
